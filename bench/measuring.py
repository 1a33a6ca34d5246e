"""Running a command and telling what it cost: seconds, and the most memory that it held."""

import dataclasses
import os
import resource
import subprocess
import time

POLL_SECONDS = 0.002


@dataclasses.dataclass
class Cost:
    seconds: float
    peak_kib: int


class CommandFailed(Exception):
    """A command ended with another status than 0; the text says which and what it complained of."""


def run(command):
    """Runs a command to its end and returns its Cost. Its output is thrown away unless it fails."""
    start = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    polled, usage = _wait(process)
    seconds = time.monotonic() - start
    complaint = process.stderr.read().decode(errors="replace").strip()
    process.stderr.close()
    if process.returncode:
        name = os.path.basename(str(command[0]))
        raise CommandFailed(f"{name} ended with status {process.returncode}: {complaint}")
    return Cost(seconds, _peak(polled, usage.ru_maxrss))


def _wait(process):
    """Waits for the process, watching its memory. The complaint of a failing tool is one line, so
    that the pipe never fills up."""
    polled = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return polled, usage
        polled = max(polled, _high_water_mark(process.pid))
        time.sleep(POLL_SECONDS)


def _high_water_mark(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass  # it has just ended
    return 0


def _peak(polled, reported):
    """The system's own figure is exact, but counts this process, too, as it was when the command
    branched off: so a smaller figure has to come from watching."""
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return reported if reported > floor else polled

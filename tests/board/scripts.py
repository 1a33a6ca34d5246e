"""The scripts that people use: the demo, and a board with a person at its REPL."""

import glob
import os
import pty
import re
import select
import signal
import subprocess
import tempfile
import time

from device_under_test import (
    BUILT, DETECTED_PATCH, KEY, PATCHING, ROOT, SUCCESSFUL, expect,
)

DEMO = os.path.join(ROOT, "scripts/demo")
BOARD = os.path.join(ROOT, "scripts/board")
RUN_ON_BOARD = os.path.join(ROOT, "scripts/run-on-board")
PUBLIC_KEYS = os.path.join(ROOT, "scripts/public-keys")


def demo(_context):
    """The demo shows an update from start to end, and a table."""
    begin = time.monotonic()
    run = subprocess.run([DEMO], capture_output=True, text=True, timeout=120, check=False)
    expect(run.returncode == 0, f"demo: {run.stderr}")
    position = 0
    for words in (
        "'1.0.0'", "True", "diff_creator", "send-ota", DETECTED_PATCH, PATCHING, SUCCESSFUL,
        "'1.1.0'", "image", "patch", "instructions",
    ):
        found = run.stdout.find(words, position)
        expect(found >= 0, f"{words!r} is missing, or too early: {run.stdout}")
        position = found
    return f"{time.monotonic() - begin:.1f} s"


def children_of(process):
    """Ids of the processes that a process has started."""
    with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
        return [int(number) for number in file.read().split()]


def runs(process_id):
    """Whether a process is there and is more than an entry that nobody has asked for yet."""
    try:
        with open(f"/proc/{process_id}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def interrupted_demo(_context):
    """Ctrl-C in the middle of the demo leaves no process and no file behind."""
    with tempfile.TemporaryDirectory(prefix="interrupted-") as folder:
        process = subprocess.Popen(
            [DEMO], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": folder}, start_new_session=True,
            # Ctrl-C, also where this runs in the background of a shell, which has it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        for line in process.stdout:
            if "firmware_version" in line:
                break
        children = children_of(process)
        expect(children, "the demo runs no emulator")
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        expect(process.returncode == 1 and "stopped" in errors, f"demo: {errors}")
        deadline = time.monotonic() + 5
        for child in children:
            while runs(child) and time.monotonic() < deadline:
                time.sleep(0.05)
            expect(not runs(child), f"process {child} is left")
        left = glob.glob(os.path.join(folder, "*"))
        expect(not left, f"left behind: {left}")


def board(context):
    """`make board` answers at the terminal, and Ctrl-] x ends it."""
    flash = os.path.join(context.folder, "board-flash.img")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [BOARD, "--new", "--flash", flash], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        read_terminal(ours, b">>> ")
        os.write(ours, b"6 * 7\r")
        read_terminal(ours, b"42\n>>> ")
        os.write(ours, b"\x1dx")
        expect(process.wait(timeout=10) == 0, f"status {process.returncode}")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    expect(os.path.getsize(flash) == os.path.getsize(f"{BUILT}/xtensa-lx60/flash-1.0.0.img"), "size")


def read_terminal(descriptor, end):
    """Reads to the end given. How many carriage returns are in it is the terminal's business."""
    data = b""
    while end not in data.replace(b"\r", b""):
        ready, _, _ = select.select([descriptor], [], [], 30)
        expect(ready, f"the terminal shows no {end!r} but {data!r}")
        data += os.read(descriptor, 1024)


def no_board(context):
    """A board that is not there is told by its name, with the reason, in one line."""
    missing = os.path.join(context.folder, "missing")
    reasons = {
        missing: "No such file or directory",
        "/dev/null": "Inappropriate ioctl for device",
        "tcp:localhost": "no port is named",
    }
    for target, reason in reasons.items():
        run = subprocess.run([RUN_ON_BOARD, target, "1"], capture_output=True, text=True, check=False)
        complaint = (
            f"run-on-board: cannot open {target}: {reason} (is the board on, and the name right?)\n"
        )
        expect(run.returncode == 1 and run.stderr == complaint, f"run-on-board: {run}")


def openssl(*arguments):
    """What openssl prints."""
    command = ["openssl", *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def public_keys(context):
    """scripts/public-keys prints the point of each key, and takes nothing but public keys for P-256."""
    public = KEY.replace(".pem", ".pub.pem")
    compressed, other, missing = (
        os.path.join(context.folder, name) for name in ("compressed.pem", "other.pem", "missing.pem")
    )
    form = ("-conv_form", "compressed")
    openssl("ec", "-pubin", "-in", public, "-pubout", *form, "-out", compressed)
    private = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp384r1")
    subprocess.run(["openssl", "pkey", "-pubout", "-out", other], input=private, check=True)
    point = openssl("ec", "-pubin", "-in", public, "-outform", "DER")[-64:]
    run = subprocess.run([PUBLIC_KEYS, public, compressed], capture_output=True, text=True, check=False)
    expect(run.returncode == 0, f"public-keys: {run.stderr}")
    printed = bytes(int(number, 16) for number in re.findall(r"0x([0-9a-f]{2}),", run.stdout))
    expect(printed == point + point, f"public-keys: {run.stdout}")
    expect(run.stdout.count("{\n") == run.stdout.count("},\n") == 2, f"public-keys: {run.stdout}")
    no_key = (
        "this is no public key for P-256 in a PEM file (whittle keygen makes PREFIX.pub.pem)"
    )
    complaints = {KEY: no_key, other: no_key, missing: "it cannot be read (check the name)"}
    for path, words in complaints.items():
        run = subprocess.run([PUBLIC_KEYS, public, path], capture_output=True, text=True, check=False)
        complaint = f"public-keys: {path}: {words}\n"
        expect(run.returncode == 1 and run.stderr == complaint, f"public-keys: {run}")

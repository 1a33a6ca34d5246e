"""Power cuts for real: the emulator is killed at random moments, or exactly after the N-th store to
the flash, and started again from the same flash file. The device must always come up on one of the
two releases, and the update must come to its end."""

import os
import random
import signal
import subprocess
import threading
import time

from device_under_test import NEW, OLD, PLUGIN, Failure, LinkError, expect

# Starts in which nothing is cut until the update must have come to its end
CALM_STARTS = 3


class Update:
    """From one of the two releases to the other, and what a user's script does to get there."""

    def __init__(self, target, patch):
        self.target, self.patch = target, patch

    def drive(self, device):
        """After any start: sees who is there, and goes on with the update where it is due. Returns
        whether the device has come to the target."""
        device.await_start()
        version = self._version(device)
        if version != self.target:
            device.send_rest(self.patch)
            device.restart()
            version = self._version(device)
        return version == self.target

    def come_to_end(self, device):
        """Without further cuts the update completes."""
        for _ in range(CALM_STARTS):
            device.switch_on()
            if self.drive(device):
                return
        raise Failure(f"the update did not complete in {CALM_STARTS} starts without cuts")

    @staticmethod
    def _version(device):
        version = device.version()
        expect(version in (OLD, NEW), f"the device came up as {version!r}")
        return version


def random_kills(board, there, back, kills, seconds, seed):
    """One device that is updated there and back, each of which takes some seconds undisturbed, and
    killed at random moments all the while. Returns how many updates came to their end."""
    chance = random.Random(seed)
    updates = [there, back]
    ended = 0
    with board(old_image=True) as device:
        for _ in range(kills):
            device.switch_on()
            timer = threading.Timer(chance.uniform(0, seconds), device.emulator.process.kill)
            timer.start()
            try:
                while updates[ended % 2].drive(device):
                    ended += 1
                    device.await_more()
            except LinkError:
                pass
            timer.join()
            status = device.emulator.process.wait(timeout=10)
            expect(status == -signal.SIGKILL, f"the emulator ended by itself: {status}")
        updates[ended % 2].come_to_end(device)
    return ended + 1


def undisturbed_seconds(board, update):
    """How long a whole update takes."""
    begin = time.monotonic()
    with board() as device:
        update.come_to_end(device)
    return time.monotonic() - begin


class Referee:
    """The plugin's options, and what it reports."""

    def __init__(self, device, **options):
        self.report_path = os.path.join(device.folder, "report")
        settings = {
            "flash": device.flash, "address": device.FLASH_ADDRESS, "sector": device.SECTOR,
            "block": device.BLOCK, "code": device.RAM_ADDRESS, "report": self.report_path,
            **options,
        }
        self.plugin = PLUGIN + "".join(f",{name}={value}" for name, value in settings.items())

    def report(self):
        """How it ended, and the counts."""
        with open(self.report_path, encoding="ascii") as file:
            end, *counts = file.read().split()
        numbers = {name: int(value) for name, value in (count.split("=") for count in counts)}
        expect(numbers["violations"] == 0, f"flash was programmed over data: {numbers}")
        return end, numbers


class Phase:
    """A part of an update that cuts are aimed at: on a board, from a flash as it is at the start of
    the part, by an action, to its end."""

    def __init__(self, board, name, flash, action):
        self.board, self.name, self.flash, self.action = board, name, flash, action
        self.counts = None

    def count(self):
        """Runs it undisturbed and learns how many stores there are to cut at."""
        with self.board(self.flash) as device:
            referee = Referee(device)
            device.switch_on(referee.plugin)
            self.action(device)
            device.emulator.process.terminate()
            device.emulator.process.wait(timeout=10)
            end, self.counts = referee.report()
            expect(end == "end", f"counting ended with {end!r}")
        self.counts["changes"] = self.counts["erases"] + self.counts["programs"]
        expect(self.counts["erases"] > 0, f"{self.name} erases nothing")

    def cut(self, seed, update, again=0):
        """Cuts at one place, chosen by the seed, then lets the device recover and complete the
        update; again: cuts that fall into the recovery, too. Returns what was cut, for the
        statistics."""
        chance = random.Random(f"{self.name} {seed}")
        kinds = []
        with self.board(self.flash) as device:
            action = self.action
            for _ in range(1 + again):
                kind = self._cut_once(device, action, chance)
                if kind is None:  # a recovery shorter than the place chosen
                    break
                kinds.append(kind)
                action = update.drive
            update.come_to_end(device)
        return kinds

    def _cut_once(self, device, action, chance):
        unit = chance.choice(("store", "change", "erase"))
        place = chance.randint(1, self.counts[unit + "s"])
        tear = chance.choice((0, chance.randrange(1, 1 << 60)))
        referee = Referee(device, **{unit: place, "seed": tear})
        device.switch_on(referee.plugin)
        try:
            action(device)
        except LinkError:
            pass
        else:
            if action is not self.action:
                return None
        try:  # a store that was counted may come after the last line that the action waits for
            status = device.emulator.process.wait(timeout=10)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"{self.name}: the cut at {unit} {place} did not fire") from error
        expect(status == -signal.SIGKILL, f"the emulator ended by itself: {status}")
        end, numbers = referee.report()
        numbers["changes"] = numbers["erases"] + numbers["programs"]
        fired = end.startswith("cut") and numbers[unit + "s"] == place
        expect(fired, f"{end} {numbers} instead of a cut at {unit} {place}")
        return end + (" torn" if tear and end != "cut" else "")

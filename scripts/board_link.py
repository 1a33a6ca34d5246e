"""Talks to MicroPython on a board: a serial device or an emulator's socket, and the raw REPL.

Link moves bytes and knows nothing of MicroPython. Repl runs code on the board through MicroPython's
raw REPL, pasting with flow control where the board offers it. A link that breaks or falls silent
raises LinkError; code that raises an exception on the board raises BoardError.
"""

import os
import select
import socket
import stat
import termios
import time
import tty

CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"


class LinkError(Exception):
    """The board cannot be reached, the link broke, or the board does not answer."""


class BoardError(Exception):
    """Code on the board raised an exception; the text is its traceback."""

    def summary(self):
        """The last line of the traceback: the exception itself."""
        lines = str(self).strip().splitlines()
        return lines[-1] if lines else "unknown error"


class Link:
    """Bytes to and from a board.

    target   a serial device, a UNIX socket's path, or tcp:HOST:PORT
    baud     of a serial device
    log      called with all bytes received, or None
    """

    def __init__(self, target, baud=115200, log=None):
        self.log = log
        self.socket = None
        try:
            self.descriptor = self._open(target, baud)
        except (OSError, ValueError, termios.error) as error:
            reason = error.args[-1] if error.args else error
            raise LinkError(
                f"cannot open {target}: {reason} (is the board on, and the name right?)"
            ) from error
        self.target = target
        self.pending = b""

    def _open(self, target, baud):
        if target.startswith("tcp:"):
            host, separator, port = target[len("tcp:") :].rpartition(":")
            if not separator:
                raise ValueError("no port is named")
            self.socket = socket.create_connection((host, int(port)), timeout=10)
        elif stat.S_ISSOCK(os.stat(target).st_mode):
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(target)
            except OSError:
                self.socket.close()
                raise
        if self.socket:
            self.socket.setblocking(False)
            return self.socket.fileno()
        return self._open_serial(target, baud)

    @staticmethod
    def _open_serial(target, baud):
        descriptor = os.open(target, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            tty.setraw(descriptor)
            speed = getattr(termios, f"B{baud}", None)
            if speed is None:
                raise ValueError(f"{baud} is no baud rate of this system")
            attributes = termios.tcgetattr(descriptor)
            attributes[4] = attributes[5] = speed
            termios.tcsetattr(descriptor, termios.TCSANOW, attributes)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def close(self):
        if self.socket:
            self.socket.close()
        elif self.descriptor >= 0:
            os.close(self.descriptor)
        self.socket, self.descriptor = None, -1

    def write(self, data, timeout=10):
        """Sends all of data."""
        deadline = time.monotonic() + timeout
        while data:
            self._wait([], [self.descriptor], deadline)
            try:
                data = data[os.write(self.descriptor, data) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise LinkError(f"the link broke: {error}") from error

    def read_some(self, timeout=10):
        """What has arrived; at least one byte."""
        if self.pending:
            data, self.pending = self.pending, b""
            return data
        self._wait([self.descriptor], [], time.monotonic() + timeout)
        try:
            data = os.read(self.descriptor, 65536)
        except OSError as error:
            raise LinkError(f"the link broke: {error}") from error
        if not data:
            raise LinkError("the link was closed")
        if self.log:
            self.log(data)
        return data

    def read(self, size, timeout=10):
        """Exactly size bytes."""
        deadline = time.monotonic() + timeout
        data = b""
        while len(data) < size:
            data += self.read_some(max(0, deadline - time.monotonic()))
        data, self.pending = data[:size], data[size:] + self.pending
        return data

    def read_until(self, *ends, timeout=10):
        """All bytes up to and with the first of ends that arrives."""
        deadline = time.monotonic() + timeout
        data = b""
        while True:
            found = [data.find(end) + len(end) for end in ends if end in data]
            if found:
                cut = min(found)
                data, self.pending = data[:cut], data[cut:] + self.pending
                return data
            try:
                data += self.read_some(max(0, deadline - time.monotonic()))
            except LinkError as error:
                shown = data[-200:].decode(errors="replace").strip()
                raise LinkError(f"{error}; the last that came: {shown!r}") from error

    def discard(self):
        """Forgets what has arrived so far."""
        self.pending = b""
        while select.select([self.descriptor], [], [], 0.02)[0]:
            self.read_some()

    @staticmethod
    def _wait(readable, writable, deadline):
        timeout = max(0, deadline - time.monotonic())
        if not any(select.select(readable, writable, [], timeout)):
            raise LinkError("the board does not answer")


class Repl:
    """MicroPython's raw REPL over a link."""

    def __init__(self, link):
        self.link = link
        self.can_paste = True

    def enter(self, timeout=10):
        """Stops what runs on the board and enters the raw REPL."""
        deadline = time.monotonic() + timeout
        while True:
            # Leave what may be half done: a program, a paste, a line. No CTRL_D: on an empty line
            # of the friendly REPL it restarts MicroPython.
            self.link.write(b"\r" + CTRL_C + CTRL_C + CTRL_B)
            self.link.discard()
            self.link.write(CTRL_A)
            try:
                self.link.read_until(b"raw REPL; CTRL-B to exit\r\n>", timeout=1)
                return
            except LinkError:
                if time.monotonic() > deadline:
                    raise

    def leave(self):
        """Back to the friendly REPL."""
        self.link.write(b"\r" + CTRL_B)

    def run(self, code, timeout=60):
        """Runs code on the board and returns what it printed."""
        self._send(code.encode(), timeout)
        printed = self.link.read_until(CTRL_D, timeout=timeout)[:-1]
        failure = self.link.read_until(CTRL_D, timeout=timeout)[:-1]
        self.link.read_until(b">", timeout=timeout)
        if failure:
            raise BoardError(failure.decode(errors="replace"))
        return printed.decode(errors="replace").replace("\r\n", "\n")

    def evaluate(self, expression, timeout=60):
        """The printed form of an expression's value."""
        return self.run(f"print(repr({expression}))", timeout).strip()

    def start(self, code, timeout=60):
        """Runs code that does not come back, such as a restart."""
        self._send(code.encode(), timeout)

    def _send(self, code, timeout):
        if self.can_paste:
            self.link.write(CTRL_E + b"A" + CTRL_A)
            answer = self.link.read(2, timeout)
            if answer == b"R\x01":
                self._paste(code, timeout)
                return
            self.can_paste = False
            if answer != b"R\x00":  # a board that never heard of it greets once more
                self.link.read_until(b">", timeout=timeout)
        # Without flow control: slowly, in pieces that a small receive buffer holds.
        for start in range(0, len(code), 128):
            self.link.write(code[start : start + 128])
            time.sleep(0.01)
        self.link.write(CTRL_D)
        if self.link.read(2, timeout) != b"OK":
            raise LinkError("the board did not take the code")

    def _paste(self, code, timeout):
        """The board grants windows of bytes to send; each byte 1 from it grants one more."""
        window = int.from_bytes(self.link.read(2, timeout), "little")
        room = window
        while code:
            while room == 0 or self._grant_waits():
                grant = self.link.read(1, timeout)
                if grant == CTRL_A:
                    room += window
                elif grant == CTRL_D:  # the board cannot take more: an error follows
                    self.link.write(CTRL_D)
                    return
                else:
                    raise LinkError(f"unexpected {grant!r} while sending")
            piece, code = code[:room], code[room:]
            self.link.write(piece, timeout)
            room -= len(piece)
        self.link.write(CTRL_D)
        self.link.read_until(CTRL_D, timeout=timeout)

    def _grant_waits(self):
        return self.link.pending or select.select([self.link.descriptor], [], [], 0)[0]

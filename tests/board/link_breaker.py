"""A bad line: passes bytes between a program and a device's serial socket, and breaks now and then."""

import os
import select
import socket
import threading


class LinkBreaker:
    """Listens at path. The first so many connections break after so many bytes to the device, in
    the middle of whatever is on the way. Use as a context manager."""

    def __init__(self, device, breaks, after):
        self.device = device
        self.breaks, self.after = breaks, after
        self.broken = 0
        self.path = os.path.join(device.folder, "bad-line")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(timeout=10)

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.socket(socket.AF_UNIX) as serial:
                serial.connect(self.device.emulator.serial)
                if self._pass_on(client, serial):
                    self.broken += 1

    def _pass_on(self, client, serial):
        """Until either side closes; True if it broke."""
        room = self.after if self.broken < self.breaks else None
        while True:
            readable, _, _ = select.select([client, serial], [], [])
            for source, sink in ((serial, client), (client, serial)):
                if source not in readable:
                    continue
                try:
                    data = source.recv(4096)
                except OSError:
                    return False
                if not data:
                    return False
                if source is client and room is not None:
                    data, room = data[:room], room - len(data)
                sink.sendall(data)
                if room is not None and room <= 0:
                    return True

"""A serial line to an emulated device, on which bytes come to harm and power may fail."""

import os
import pty
import random
import select
import signal
import socket
import subprocess
import threading
import time
import tty


class Line:
    """A serial line between a pseudo-terminal and the emulator, on which bytes come to harm."""

    def __init__(self, command: list[object], harm: float, **environment: str):
        """`command` runs an emulator, with SERIAL and QEMU_EXTRA of its environment."""
        ours, theirs = socket.socketpair()
        environment |= {"SERIAL": "chardev:line", "QEMU_EXTRA": f"-chardev socket,id=line,fd={theirs.fileno()}"}
        self.output = os.memfd_create("printed")
        self.device = subprocess.Popen(
            list(map(str, command)),
            stdout=self.output,
            env=os.environ | environment,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self.socket, self.harm, self.left = ours, harm, None
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self.slave = slave
        self.random = random.Random(11)
        self.over = False
        self.thread = threading.Thread(target=self.carry)
        self.thread.start()

    def harmed(self, data: bytes) -> bytes:
        """The bytes, of which some are lost, doubled or changed."""
        out = bytearray()
        for byte in data:
            if self.random.random() >= self.harm:
                out.append(byte)
                continue
            out += self.random.choice([b"", bytes([byte, byte]), bytes([byte ^ self.random.randrange(1, 256)])])
        return bytes(out)

    def carry(self) -> None:
        """Carries bytes both ways until it is over; cuts the device's power when `left` bytes have gone to it."""
        while not self.over:
            ready, _, _ = select.select([self.master, self.socket], [], [], 0.1)
            if self.master in ready:
                data = self.harmed(os.read(self.master, 4096))
                if self.left is not None:
                    self.left -= len(data)
                    if self.left < 0:
                        self.cut()
                        return
                self.socket.sendall(data)
            if self.socket in ready:
                data = self.socket.recv(4096)
                if not data:
                    return
                os.write(self.master, self.harmed(data))

    def cut(self) -> None:
        """Power fails: the emulator is killed, and what has started it."""
        os.killpg(self.device.pid, signal.SIGKILL)

    def printed(self, lines: int = 0) -> list[str]:
        """What the device has printed, when it is that many lines or a minute has gone."""
        for _ in range(600):
            found = os.pread(self.output, 1 << 20, 0).decode().splitlines()
            if len(found) >= lines:
                break
            time.sleep(0.1)
        return found

    def end(self) -> str:
        """Takes all down; returns what the device has printed."""
        self.over = True
        self.cut()
        self.thread.join()
        for file in (self.master, self.slave):
            os.close(file)
        self.socket.close()
        printed = "\n".join(self.printed())
        os.close(self.output)
        return printed

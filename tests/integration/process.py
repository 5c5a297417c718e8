# SPDX-License-Identifier: Apache-2.0
"""Child processes that never outlive the tests, and addresses and ports that nobody else uses."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Addresses:
    """Loopback addresses of this test process's own: 127.A.B.1 to 127.A.B.250, A and B from the process
    id, so that test runs side by side do not meet."""

    def __init__(self, pid=None):
        pid = os.getpid() if pid is None else pid
        self.prefix = f"127.{100 + (pid >> 8) % 100}.{pid & 255}"
        self.used = 0

    def new(self):
        self.used += 1
        assert self.used <= 250, "out of loopback addresses"
        return f"{self.prefix}.{self.used}"


_given = set()


def free_port(address="127.0.0.1"):
    """A port that is free for TCP and UDP on `address`, and stays so: it is given once, and lies below the
    ports from which the system takes those of outgoing connections (32768 and up)."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in random.sample(range(10_000, 32_000), 200):
        if (address, port) in _given:
            continue
        with socket.socket(family, socket.SOCK_STREAM) as tcp, socket.socket(family, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind((address, port))
                udp.bind((address, port))
            except OSError:
                continue
        _given.add((address, port))
        return port
    raise RuntimeError(f"no port free on {address}")


def wait_for(what, condition, seconds=20.0, every=0.01):
    """The first true value of `condition()`; an AssertionError that names `what` after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < until, f"{what}: not within {seconds} s"
        time.sleep(every)


def answers_tcp(address, port):
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


class Process:
    """One program in a process group of its own, with its output in a file. Killed with the tests."""

    started = []  # all of this session, for the checks at the end of each test

    def __init__(self, name, command, folder, env=None):
        self.name = name
        self.log = Path(folder) / f"{name}.log"
        self.popen = None
        self.command = [str(word) for word in command]
        self.env = env
        self.wanted = False  # whether it should be running
        self.told = 0  # octets of the log that a check has seen

    def start(self):
        if self not in Process.started:
            Process.started.append(self)
        with open(self.log, "ab") as log:
            self.popen = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=_die_with_parent, env=None if self.env is None else os.environ | self.env)
        self.wanted = True
        return self

    def ended_unasked(self):
        return self.wanted and self.popen.poll() is not None

    def output(self):
        return self.log.read_text(errors="replace")

    def news(self):
        """What has been written since the last call."""
        if not self.log.exists():
            return ""
        with open(self.log, "rb") as log:
            log.seek(self.told)
            octets = log.read()
        self.told += len(octets)
        return octets.decode(errors="replace")

    def wait_until(self, condition, seconds=20.0):
        """Waits for `condition()`; fails at once, with the program's output, when the program ends."""
        def alive_and_ready():
            code = self.popen.poll()
            assert code is None, f"{self.name} ended with {code}:\n{self.output()}"
            return condition()
        try:
            return wait_for(f"{self.name} is not ready", alive_and_ready, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output()}") from None

    def signal(self, number):
        os.kill(self.popen.pid, number)

    def end(self):
        """SIGTERM, and no waiting."""
        self.wanted = False
        self.signal(signal.SIGTERM)

    def stop(self, seconds=10.0):
        """SIGTERM, then SIGKILL for the whole group. The exit code, negative for a signal."""
        if self.popen is None:
            return None
        self.wanted = False
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.terminate()
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self.kill()
        return self.popen.returncode

    def kill(self):
        self.wanted = False
        if self.popen is None or self.popen.poll() is not None:
            return  # its number may be another's by now
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.popen.wait(10)

# SPDX-License-Identifier: Apache-2.0
"""What processes cost, from the kernel's own accounting."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of all threads that live. To the nanosecond where the kernel keeps it (schedstat:
    time on a CPU), else in ticks."""
    total = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9
    except FileNotFoundError:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mib(pid):
    """Resident memory, shared pages of libraries included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no VmRSS of {pid}")


def connections_to(address, port):
    """Established TCP connections of this machine to that address."""
    hexed = "".join(f"{int(part):02X}" for part in reversed(address.split("."))) + f":{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(1 for line in lines if line.split()[2] == hexed and line.split()[3] == "01")


class Stopwatch:
    """CPU of each process of `processes` (name → process id) since this was made, in seconds."""

    def __init__(self, processes):
        self.processes = processes
        self.before = self.read()

    def read(self):
        return {name: sum(map(cpu_seconds, pids if isinstance(pids, list) else [pids]))
                for name, pids in self.processes.items()}

    def elapsed(self):
        now = self.read()
        return {name: now[name] - self.before[name] for name in now}

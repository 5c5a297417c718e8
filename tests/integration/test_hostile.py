# SPDX-License-Identifier: Apache-2.0
"""Ten thousand connections that mean no good, while normal requests go on: none of those fails, memory stays
bounded, and everything is given back."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import hostile
from load import Load
from mpicd import SANITIZED
from process import wait_for

TOTAL = 10_000
AT_ONCE = 1_500  # fewer than the kernel queues for a listener (somaxconn, 4096)
SOURCES = 6  # addresses; each stays below the limit per address
LIMITS = {"connections": 4096, "connections-per-address": 1024, "handshake-ms": 2500, "head-ms": 2500,
          "body-ms": 2500}
SECONDS = 240
PAUSE = 0.05  # between the requests of a normal client: the machine's time is for the attack
# Per connection: TLS 60 KiB, the reader's buffers 48 KiB, and their coroutine. A sanitizer takes several times that.
MOST_GROWTH = AT_ONCE * 160 * 1024 * (4 if SANITIZED else 1)
POOLED = 24  # connections to agents stay for a while
MOST_KEPT = 48 * 1024 * 1024 * (16 if SANITIZED else 1)  # not worth giving back, and the program's own growth


def resident(process):
    """Octets."""
    words = Path(f"/proc/{process.popen.pid}/statm").read_text().split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(process):
    return len(os.listdir(f"/proc/{process.popen.pid}/fd"))


def connections(made):
    """How many the public listener has, of all that it does not wait to forget."""
    octets = "".join(f"{int(octet):02X}" for octet in reversed(made.address.split(".")))
    here, established, closing = f"{octets}:{made.port:04X}", "01", "08"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1] == here and row[3] in (established, closing) for row in rows)


class Attack:
    """The hostile clients, in a process of their own so that the normal ones keep theirs."""

    def __init__(self, made, ca, sources):
        words = [made.address, made.port, made.api.path, made.token, ca, TOTAL, AT_ONCE, SECONDS, *sources]
        self.popen = subprocess.Popen([sys.executable, "-B", __file__, *map(str, words)], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)

    def over(self):
        return self.popen.poll() is not None

    def output(self):
        text = self.popen.communicate(timeout=60)[0]
        assert self.popen.returncode == 0, text
        return text

    def stop(self):
        if not self.over():
            self.popen.kill()
            self.popen.communicate()


def watch(attack, process):
    """The most memory and descriptors until the attack is over."""
    most = [0, 0]
    until = time.monotonic() + SECONDS + 30
    while not attack.over():
        most = [max(most[0], resident(process)), max(most[1], descriptors(process))]
        assert time.monotonic() < until, "the attack does not end"
        time.sleep(0.05)
    return most


def test_ten_thousand_hostile_connections(lab, tmp_path):
    sources = [lab.addresses.new() for _ in range(SOURCES)]
    made = lab.make_coordinator(f"besieged-{time.monotonic_ns()}", limits=LIMITS).start()
    attack = None
    try:
        with Load(made.api, tmp_path, clients=2, pause=PAUSE) as kept, \
                Load(made.api, tmp_path, clients=2, per_connection=1, pause=PAUSE) as new:
            for load in (kept, new):
                load.wait_for_more(20)
            memory, files = resident(made.process), descriptors(made.process)
            attack = Attack(made, lab.pki.ca, sources)
            most_memory, most_files = watch(attack, made.process)
            said = attack.output()
            for load in (kept, new):
                load.wait_for_more(20)
        print(said)
        wait_for("connections to be given back", lambda: connections(made) == 0)
        wait_for("descriptors to be given back", lambda: descriptors(made.process) <= files + POOLED)
        wait_for("memory to be given back", lambda: resident(made.process) - memory < MOST_KEPT, 40)
        kept_memory = resident(made.process) - memory
        print(f"normal answers: {len(kept.told())} over kept connections, {len(new.told())} over new ones; "
              f"resident {memory >> 20} MiB before, {most_memory >> 20} at most, {kept_memory >> 20} more after; "
              f"descriptors {files} before, {most_files} at most, {descriptors(made.process)} after")
        for load in (kept, new):
            load.nothing_failed()
        assert most_files > 200  # it was an attack
        assert most_memory - memory < MOST_GROWTH
        assert made.process.output().count("\n") < 4 * TOTAL + 10 * len(kept.told() + new.told())
    finally:
        if attack:
            attack.stop()
        made.stop()


def main(address, port, path, token, ca, total, at_once, seconds, *sources):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    at_once = min(int(at_once), hard - 200)
    start = time.monotonic()
    wave = hostile.Wave((address, int(port)), path, token, ca, sources).run(int(total), at_once, float(seconds))
    print(f"hostile connections: {total}, at once at most {wave.most_open}, {time.monotonic() - start:.1f} s")
    for (kind, answer), number in sorted(wave.seen.items()):
        print(f"  {number:5} {kind}: {answer or 'closed'}")


if __name__ == "__main__":
    main(*sys.argv[1:])

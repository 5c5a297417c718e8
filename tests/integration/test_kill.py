# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the coordinator at random moments under load: whatever a client was told is in the journal."""

import os
import random
import signal
import time

import mpicd
from load import Decisions, Load
from mpicd import LONG

KILLS = 200 if LONG else 20
EVERY_NTH_AT_START = 4  # these die while they start, so while they repair what the one before left
SEGMENT_BYTES = 64 * 1024  # small, so that some die between two segments
SEED = int(os.environ.get("MPICD_SEED", "0")) or random.randrange(1, 1 << 31)


def kill(process):
    process.wanted = False
    process.signal(signal.SIGKILL)
    process.popen.wait(10)


class Starts:
    def __init__(self, made):
        self.made, self.ready = made, 0

    def restart(self):
        process = self.made.process.start()
        process.wait_until(lambda: process.output().count("coordinator-ready") > self.ready)
        self.ready = process.output().count("coordinator-ready")


def verify(folder):
    done = mpicd.run("audit", "verify", folder, seconds=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_killed_at_random_moments_nothing_that_was_told_is_lost(lab):
    dice = random.Random(SEED)
    name = f"killed-{time.monotonic_ns()}"
    journal = lab.folder / name / "audit"
    made = lab.make_coordinator(name, audit={"folder": str(journal), "segment-bytes": SEGMENT_BYTES})
    starts, decisions = Starts(made), Decisions(journal)
    try:
        starts.restart()
        with Load(made.api, made.folder, clients=6, per_connection=20) as load:
            for turn in range(KILLS):
                if turn % EVERY_NTH_AT_START == 1:
                    time.sleep(dice.uniform(0, 0.15))  # the random moment; nothing is waited for
                else:
                    load.wait_for_more(1)
                    time.sleep(dice.uniform(0, 0.25))
                kill(made.process)
                if turn % EVERY_NTH_AT_START == 0:
                    made.process.start()  # and is killed as it comes up
                    continue
                starts.restart()
                with load.resting():  # or it grows as long as it is read
                    verify(journal)
                assert not decisions.missing(load.told()), f"after kill {turn + 1}, MPICD_SEED={SEED}"
            load.wait_for_more(1)
        verify(journal)
        told = load.told()
        lost = decisions.missing(told)
    finally:
        made.stop()
    ok, refused = (sum(one.status == 200 and one.ok is value for one in told) for value in (True, False))
    broken = [one for one in told if one.broken]
    print(f"kills {KILLS}, ok received {ok}, refusals received {refused}, without a durable record {len(lost)}; "
          f"connections broken {len(broken)}, of which decided all the same "
          f"{sum(one.id in decisions.ok for one in broken)}; decisions in the journal {len(decisions.ok)}, "
          f"torn lines repaired {made.process.output().count('journal-repaired')}, segments {len(decisions.read)}, MPICD_SEED={SEED}")
    assert not lost
    assert ok >= KILLS and broken  # the load was there, and felt it
    assert all(one.right or one.broken or one.status in (429, 503) for one in told)

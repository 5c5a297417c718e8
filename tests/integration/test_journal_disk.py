# SPDX-License-Identifier: Apache-2.0
"""A journal whose disk is full, read-only, or fails to sync: no answer without its record, the daemon says
what is wrong, recovers by itself, and the journal verifies all the while."""

import json
import subprocess
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager

import pytest

import agent_proxy
import mpicd
from disk import FailingSync, SmallDisk, ready
from load import QUESTIONS, Decisions, Load
from mpicd import PLACES
from process import wait_for
from test_faults import proxied

SEGMENT_BYTES = 64 * 1024
MOST_LINES = 40  # as many of the journal's own records fit in the last page, twice
NOT_WRITABLE = "the audit journal cannot be written"


@contextmanager
def on_a_small_disk(lab, tmp_path, size="1m"):
    disk = SmallDisk(tmp_path / "disk", size).start()
    made = lab.make_coordinator(f"on-disk-{time.monotonic_ns()}", audit={
        "folder": str(disk.folder / "journal"), "segment-bytes": SEGMENT_BYTES})
    made.process.command = disk.command(made.process.command)
    try:
        yield made.start(), disk, disk.inside / "journal"
    finally:
        made.stop()
        disk.stop()


def refused(told):
    """What every answer has to be that cannot be recorded."""
    return told.status == 503


def verify(journal):
    """The journal is in order, now."""
    done = mpicd.run("audit", "verify", journal)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def says(made, event):
    return [line for line in made.process.output().splitlines() if event in line]


def wait_for_both_words(made):
    """Every outage has been told of, and its end; the log may be a moment behind."""
    wait_for("a recovery in the log for each failure",
             lambda: 0 < len(says(made, "journal-failed")) == len(says(made, "journal-recovered")))


def check_outage(made, journal, load, reason):
    """During the outage: 503s, /readyz, the reason once in the log, a journal that verifies."""
    load.wait_for_more(20, refused)
    assert NOT_WRITABLE in ready(made, 503)
    assert made.admin("/healthz")[0] == 200
    wait_for("a word in the log", lambda: says(made, "journal-failed"))
    lines = says(made, "journal-failed") + says(made, "journal-recovered")
    assert all(reason in line for line in lines), lines
    # Not once per request. On a full disk a single record may still fit in the last page, which is a recovery.
    assert len(lines) <= MOST_LINES, lines
    verify(journal)


def check_recovery(made, journal, load, tmp_path):
    """After it: ready without being asked anything, all answers, every answer in the journal and no other."""
    ready(made, 200)
    wait_for_both_words(made)
    verify(journal)
    with Load(made.api, tmp_path) as after:
        after.wait_for_more(20)
    after.nothing_failed()
    check_words(journal, load.told() + after.told())
    verify(journal)


def check_words(journal, told):
    """Each client's word against the journal's."""
    decisions = Decisions(journal)
    assert not decisions.missing(told)
    for one in told:
        assert one.right or (one.status, one.code) == (503, "audit-unavailable"), one
        if one.status == 503:
            assert one.id not in decisions.ok, f"refused, and in the journal all the same: {one}"
            assert int(one.retry_after) >= 1
    print(f"answered {sum(one.status == 200 for one in told)}, refused {sum(one.status == 503 for one in told)}, "
          f"decisions in the journal {len(decisions.ok)}")


@pytest.mark.parametrize("leave", [0, 9000], ids=["no-octet-left", "room-for-half-a-batch"])
def test_a_full_disk(lab, tmp_path, leave):
    with on_a_small_disk(lab, tmp_path) as (made, disk, journal):
        with Load(made.api, tmp_path) as load:
            load.wait_for_more(10)
            disk.fill(leave)
            check_outage(made, journal, load, "No space left on device")
        disk.make_room()
        check_recovery(made, journal, load, tmp_path)


def test_a_disk_that_fills_by_itself(lab, tmp_path):
    """Nobody helps: the journal's own records fill it. Old segments moved away make the room."""
    with on_a_small_disk(lab, tmp_path, "256k") as (made, _, journal):
        with Load(made.api, tmp_path) as load:
            check_outage(made, journal, load, "No space left on device")
        kept = Decisions(journal)
        assert not kept.missing(load.told())
        oldest = journal / "journal-00000001.jsonl"
        (tmp_path / oldest.name).write_bytes(oldest.read_bytes())
        oldest.unlink()
        ready(made, 200)
        (tmp_path / "all").mkdir()
        for segment in (tmp_path / oldest.name, *journal.glob("*.jsonl")):
            (tmp_path / "all" / segment.name).write_bytes(segment.read_bytes())
        assert "what came before is not here" not in verify(tmp_path / "all")
        check_words(tmp_path / "all", load.told())


def test_a_disk_that_becomes_read_only(lab, tmp_path):
    """The segment that is open goes on; the next one cannot be made."""
    with on_a_small_disk(lab, tmp_path) as (made, disk, journal):
        with Load(made.api, tmp_path) as load:
            load.wait_for_more(10)
            disk.protect()
            check_outage(made, journal, load, "Read-only file system")
        disk.unprotect()
        check_recovery(made, journal, load, tmp_path)


def test_a_read_only_disk_is_said_at_the_start(lab, tmp_path):
    with on_a_small_disk(lab, tmp_path) as (made, disk, _):
        made.process.stop()
        disk.protect()
        again = subprocess.run(made.process.command, capture_output=True, text=True, timeout=30, check=False)
        assert again.returncode == 3
        assert len(again.stderr.splitlines()) == 1, again.stderr
        assert str(disk.folder) in again.stderr and "Read-only file system" in again.stderr
        disk.unprotect()


@contextmanager
def with_failing_sync(lab, tmp_path, urls=None, **changes):
    sync = FailingSync(tmp_path)
    name = f"failing-sync-{time.monotonic_ns()}"
    journal = lab.folder / name / "audit"
    made = lab.make_coordinator(name, urls, audit={"folder": str(journal), "segment-bytes": SEGMENT_BYTES}, **changes)
    made.process.env = sync.env
    try:
        yield made.start(), sync, journal
    finally:
        made.stop()


@pytest.fixture
def failing_sync(lab, tmp_path):
    with with_failing_sync(lab, tmp_path) as made:
        yield made


def test_a_disk_whose_sync_fails(failing_sync, tmp_path):
    made, sync, journal = failing_sync
    with Load(made.api, tmp_path) as load:
        load.wait_for_more(10)
        sync.fail()
        check_outage(made, journal, load, "Input/output error")
    sync.heal()
    check_recovery(made, journal, load, tmp_path)
    repairs = [json.loads(line)["record"] for segment in sorted(journal.glob("*.jsonl"))
               for line in segment.read_text().splitlines() if '"kind":"repair"' in line]
    assert [repair["reason"] for repair in repairs] == ["write-failed"]
    assert repairs[0]["refused-records"] >= 20


def test_killed_during_an_outage(failing_sync, tmp_path):
    """What was refused does not come back with the next start."""
    made, sync, journal = failing_sync
    with Load(made.api, tmp_path) as load:
        load.wait_for_more(10)
        sync.fail()
        check_outage(made, journal, load, "Input/output error")
    made.process.kill()
    sync.heal()
    made.process.start()
    ready(made, 200)
    assert made.api.post(QUESTIONS[0][0])["ok"] is True
    verify(journal)
    assert not Decisions(journal).missing(load.told())


def test_outages_that_come_and_go_under_load(failing_sync, tmp_path):
    made, sync, journal = failing_sync
    with Load(made.api, tmp_path) as load:
        for _ in range(5):
            load.wait_for_more(5)
            sync.fail()
            load.wait_for_more(5, refused)
            sync.heal()
        load.wait_for_more(5)
    check_words(journal, load.told())
    wait_for_both_words(made)
    assert len(says(made, "journal-recovered")) == 5
    verify(journal)


def terminal_records(journal):
    """How often each perspective has one, by request id."""
    found = defaultdict(Counter)
    for segment in sorted(journal.glob("*.jsonl")):
        for line in segment.read_text().splitlines():
            record = json.loads(line)["record"]
            if record["kind"] == "decision":
                found[record["request-id"]].update(seat["id"] for seat in record["perspectives"])
            elif record["kind"] == "late":
                found[record["request-id"]][record["perspective"]["id"]] += 1
    return found


def test_those_who_report_during_an_outage_have_their_records_after_it(lab, tmp_path):
    """Answers had left, their decisions on disk, when the disk failed: no seat of theirs stays without a record."""
    let_go = threading.Event()
    asked = [f"before-{n}" for n in range(5)]
    one_each = Counter({place.id: 1 for place in PLACES})
    with proxied(lab, {"jnb": agent_proxy.held(let_go)}) as (urls, proxies), \
            with_failing_sync(lab, tmp_path, lab.urls(**urls),
                              timeouts={"request-ms": 60_000, "straggler-ms": 60_000}) as (made, sync, journal):
        for name in asked:
            answer = made.api.post(QUESTIONS[0][0] | {"request-id": name})
            assert answer["ok"] is True and answer["pending"] == ["jnb"]
        sync.fail()
        let_go.set()
        wait_for("a failure in the log", lambda: says(made, "journal-failed"))
        wait_for("jnb's reports", lambda: len(proxies["jnb"].answered) >= len(asked))
        assert made.api.call(QUESTIONS[0][0] | {"request-id": "during"}).status == 503
        assert "perspective jnb has no terminal record" in verify(journal)
        sync.heal()
        wait_for("all records", lambda: all(terminal_records(journal)[name] == one_each for name in asked))
        assert "has no terminal record" not in verify(journal)
        assert "during" not in terminal_records(journal)
        assert not says(made, "late-record-lost")

# SPDX-License-Identifier: Apache-2.0
"""`mpicd audit`: what a real service wrote verifies, also after a crash; queries find what is there."""

import hashlib
import json
import signal

import pytest

import mpicd
from audit_journal import SEGMENT, TXT, ask_some, lines_of, query, records, verify
from mpicd import Dev
from process import wait_for


def test_what_a_service_wrote_is_intact(written):
    code, out = verify(written)
    assert code == 0, out
    assert "intact" in out and "decisions replayed: 6" in out and "note" not in out, out
    last = lines_of(written)[-1].rstrip(b"\n")
    assert hashlib.sha256(last).hexdigest() in out  # to be kept elsewhere, against a cut end


def test_every_perspective_has_one_terminal_record_per_attempt(written):
    terminal = {}
    for record in records(written):
        if record["kind"] in ("decision", "late"):
            seats = terminal.setdefault(record["attempt-id"], [])
            seats += [p["id"] for p in record.get("perspectives", [])] or [record["perspective"]["id"]]
    assert len(terminal) == 6
    for seats in terminal.values():
        assert sorted(seats) == ["cdg", "fra", "gru", "iad", "jnb", "nrt"]
    late = [r for r in records(written) if r["kind"] == "late" and r["request-id"] == "early-1"]
    assert "corroborates" in [r["perspective"]["outcome"] for r in late if r["perspective"]["id"] == "jnb"]


def test_a_running_service_verifies_too(tmp_path):
    dev = Dev(tmp_path, "--state-dir", tmp_path / "state").start()
    try:
        ask_some(dev)
        code, out = verify(dev.ready["audit-file"])
        assert code == 0, out
        wait_for("the late record", lambda: "note" not in verify(dev.ready["audit-file"])[1])
    finally:
        dev.stop()


def test_a_torn_last_line_is_repaired_at_restart_and_marked(journal, tmp_path):
    segment = journal / SEGMENT
    segment.write_bytes(segment.read_bytes() + b'{"seq":99,"time":"20')
    code, out = verify(journal)
    assert code == 0 and "note: 20 octets torn" in out, out
    (tmp_path / "state").mkdir()
    journal.rename(tmp_path / "state" / "journal")
    dev = Dev(tmp_path, "--state-dir", tmp_path / "state").start()
    try:
        dev.api.post({"method": "caa", "domain": "mpic.test", "request-id": "after"})
    finally:
        dev.stop()
    folder = tmp_path / "state" / "journal"
    code, out = verify(folder)
    assert code == 0 and "intact" in out and "decisions replayed: 7" in out, out
    repair = [record for record in records(folder) if record["kind"] == "repair"]
    assert [record["reason"] for record in repair] == ["torn-line"]
    assert (folder / repair[0]["moved-to"]).read_bytes() == b'{"seq":99,"time":"20'


def test_a_killed_service_leaves_a_journal_that_verifies(tmp_path):
    for turn in range(3):
        folder = tmp_path / str(turn)
        folder.mkdir()
        dev = Dev(folder, "--state-dir", tmp_path / "state").start()
        dev.put("/dns", name="_proof.www.mpic.test", type="TXT", values=["right"])
        dev.put("/dns", name="_proof.www.mpic.test", delay_ms=5000, perspectives=["jnb"])
        assert "jnb" in dev.api.post(TXT)["pending"]
        dev.process.wanted = False
        dev.process.signal(signal.SIGKILL)
        dev.process.popen.wait(10)
        code, out = verify(tmp_path / "state" / "journal")
        assert code == 0, out
        assert out.count("note: perspective jnb has no terminal record") == turn + 1, out


def test_several_journals_are_chains_of_their_own(written, journal):
    code, out = verify(written, journal)
    assert code == 0 and out.count(": intact: ") == 2, out
    (journal / SEGMENT).write_bytes((journal / SEGMENT).read_bytes()[10:])
    code, out = verify(written, journal)
    assert code == 1 and out.count(": intact: ") == 1 and "NOT INTACT" in out, out


@pytest.mark.parametrize("command", ["verify", "query"])
def test_what_cannot_be_read(tmp_path, command):
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "nothing", tmp_path / "empty"):
        done = mpicd.run("audit", command, path)
        assert done.returncode == 3 and str(path) in done.stderr, done
        assert len(done.stderr.splitlines()) == 1


def test_query_as_a_table(written):
    code, out, err = query(written)
    assert code == 0 and not err
    head, *rows = out.splitlines()
    assert head.split() == ["time", "request-id", "method", "target", "ok", "quorum", "code", "client"]
    assert len(rows) == 6
    columns = [head.index(word) for word in head.split()]
    for row in rows:  # aligned: every cell begins where its heading does
        assert all(row[at - 1] == " " and row[at] != " " for at in columns[1:]), out
    hijack = next(row for row in rows if "hijack-1" in row).split()
    assert hijack[1:] == ["hijack-1", "dns", "www.mpic.test", "refused", "3/5", "dcv-not-corroborated", "dev"]


@pytest.mark.parametrize("arguments,ids", [
    (["--request-id", "caa-1"], ["caa-1"]),
    (["--domain", "WWW.mpic.test."], ["pass-1", "hijack-1", "early-1"]),
    (["--domain", "mpic.test"], ["caa-1", "policy-True", "policy-False"]),
    (["--domain", "*.mpic.test"], ["policy-True", "policy-False"]),
    (["--outcome", "refused"], ["hijack-1", "policy-False"]),
    (["--outcome", "ok", "--domain", "mpic.test"], ["caa-1", "policy-True"]),
    (["--since", "2020-01-01", "--until", "2100-01-01T00:00:00Z", "--request-id", "pass-1"], ["pass-1"]),
    (["--since", "2100-01-01"], []),
    (["--until", "2020-01-01"], []),
    (["--request-id", "nobody"], []),
])
def test_query_finds(written, arguments, ids):
    code, out, err = query(written, *arguments)
    assert not err
    assert [row.split()[1] for row in out.splitlines()[1:]] == ids
    assert code == (0 if ids else 1)


def test_query_as_json_lines_shows_what_was_written(written):
    code, out, _ = query(written, "--request-id", "early-1", "--json")
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [entry["record"]["kind"] for entry in found] == ["decision"] + ["late"] * (len(found) - 1)
    assert len(found) >= 2
    assert set(out.splitlines()) <= set((written / SEGMENT).read_text().splitlines())
    today = found[0]["time"][:10]
    assert query(written, "--since", today, "--until", today, "--request-id", "early-1", "--json")[1] == out


def test_query_says_what_it_could_not_read(journal):
    lines = lines_of(journal)
    (journal / SEGMENT).write_bytes(lines[0] + b"nonsense\n" + b"".join(lines[1:]))
    code, out, err = query(journal, "--request-id", "pass-1")
    assert code == 3 and "pass-1" in out
    assert f"{SEGMENT}:2: not a line of a journal" in err


@pytest.mark.parametrize("arguments", [["--since", "yesterday"], ["--domain", "a..b"], ["--outcome", "maybe"]])
def test_query_refuses_what_it_cannot_mean(written, arguments):
    assert query(written, *arguments)[0] == 3

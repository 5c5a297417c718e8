# SPDX-License-Identifier: Apache-2.0
"""`mpicd audit`: what a real service wrote verifies; every kind of damage is found with its place, also
when the chain was made again around it; queries find what is there."""

import hashlib
import json
import shutil
import signal

import pytest

import mpicd
from mpicd import Dev
from process import wait_for

TXT = {"method": "dns", "domain": "www.mpic.test", "prefix": "_proof", "record-type": "TXT", "expected": "right"}
SEGMENT = "journal-00000001.jsonl"


def verify(*paths):
    done = mpicd.run("audit", "verify", *paths)
    assert not done.stderr or done.returncode == 3, done.stderr
    return done.returncode, done.stdout


def query(*arguments):
    done = mpicd.run("audit", "query", *arguments)
    return done.returncode, done.stdout, done.stderr


def records(folder):
    return [json.loads(line)["record"] for line in (folder / SEGMENT).read_text().splitlines()]


def ask_some(dev):
    """Six decisions: passes, refusals, and one that did not wait for a perspective."""
    def put(value, **more):
        dev.put("/dns", name="_proof.www.mpic.test", type="TXT", values=[value], **more)
    put("right")
    assert dev.api.post(TXT | {"request-id": "pass-1"})["ok"] is True
    put("evil", perspectives=["iad", "nrt"])
    assert dev.api.post(TXT | {"request-id": "hijack-1"})["ok"] is False
    assert dev.api.post({"method": "caa", "domain": "mpic.test", "request-id": "caa-1"})["ok"] is True
    dev.put("/dns", name="mpic.test", type="CAA", values=['0 issue "ca.example"'])
    for issuer, ok in (("ca.example", True), ("other.example", False)):
        answer = dev.api.post({"method": "caa", "domain": "*.mpic.test", "request-id": f"policy-{ok}",
                               "caa-policy": {"issuer-domains": [issuer]}})
        assert answer["ok"] is ok
    dev.reset()
    put("right")
    put("right", perspectives=["jnb"])
    dev.put("/dns", name="_proof.www.mpic.test", delay_ms=400, perspectives=["jnb"])
    assert "jnb" in dev.api.post(TXT | {"request-id": "early-1"})["pending"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The journal of a service that has ended, as its folder. Not to be changed."""
    folder = tmp_path_factory.mktemp("audit")
    dev = Dev(folder, "--state-dir", folder / "state").start()
    try:
        ask_some(dev)
    finally:
        dev.stop()
    return folder / "state" / "journal"


@pytest.fixture
def journal(written, tmp_path):
    """A copy to be damaged."""
    return shutil.copytree(written, tmp_path / "journal")


def lines_of(journal):
    return (journal / SEGMENT).read_bytes().splitlines(keepends=True)


def rechained(lines):
    """The lines with their chain made again, as one would who has changed some of them."""
    out, previous = [], "0" * 64
    for number, line in enumerate(lines, 1):
        entry = json.loads(line)
        body = (f'{{"seq":{number},"time":"{entry["time"]}","prev":"{previous}",'
                f'"record":{json.dumps(entry["record"], separators=(",", ":"))}}}').encode()
        previous = hashlib.sha256(body).hexdigest()
        out.append(body + b"\n")
    return b"".join(out)


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


def test_one_flipped_byte_anywhere_is_found_with_its_line(written, journal):
    text = (written / SEGMENT).read_bytes()
    lines = lines_of(written)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines))]
    for at in range(7, len(text) - len(lines[-1]), max(1, len(text) // 25)):
        line = max(i for i, start in enumerate(starts) if start <= at) + 1
        damaged = bytearray(text)
        damaged[at] ^= 0x01
        (journal / SEGMENT).write_bytes(damaged)
        code, out = verify(journal)
        assert code == 1, (at, out)
        assert any(f"{SEGMENT}:{near}: " in out for near in (line, line + 1)), (at, line, out)


def test_a_deleted_line(journal):
    lines = lines_of(journal)
    (journal / SEGMENT).write_bytes(b"".join(lines[:3] + lines[4:]))
    code, out = verify(journal)
    assert code == 1 and f"{SEGMENT}:4: the chain is broken: seq 5 follows 3" in out, out


def test_a_swapped_pair(journal):
    lines = lines_of(journal)
    lines[2], lines[3] = lines[3], lines[2]
    (journal / SEGMENT).write_bytes(b"".join(lines))
    code, out = verify(journal)
    assert code == 1 and f"{SEGMENT}:3: the chain is broken: seq 4 follows 2" in out, out


def split(journal):
    """The journal as three segments of one chain."""
    lines = lines_of(journal)
    for number, part in enumerate((lines[:2], lines[2:4], lines[4:]), 1):
        (journal / f"journal-{number:08}.jsonl").write_bytes(b"".join(part))


def test_a_removed_segment(journal):
    split(journal)
    code, out = verify(journal)
    assert code == 0, out
    (journal / "journal-00000002.jsonl").unlink()
    code, out = verify(journal)
    assert code == 1 and "journal-00000003.jsonl: missing before it: 1 segment(s)" in out, out


def test_archived_segments_are_no_damage_and_files_of_a_folder_are_one_chain(journal):
    split(journal)
    (journal / SEGMENT).unlink()
    code, out = verify(journal / "journal-00000003.jsonl", journal / "journal-00000002.jsonl")
    assert code == 0 and "what came before is not here" in out, out
    # A late record may have its decision in the archived segment, which is worth a note.
    assert len([line for line in out.splitlines() if ": note: its decision" not in line]) == 1, out


def test_a_truncated_segment(journal):
    split(journal)
    middle = journal / "journal-00000002.jsonl"
    middle.write_bytes(middle.read_bytes()[:-20])
    code, out = verify(journal)
    assert code == 1 and "journal-00000002.jsonl:2: " in out, out


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


def change(record, path, value):
    *folders, last = path
    for key in folders:
        record = record[key]
    record[last] = value


def of(request_id):
    return lambda record: record.get("request-id") == request_id and record["kind"] == "decision"


@pytest.mark.parametrize("which,path,value,found", [
    (of("hijack-1"), ("ok",), True, "ok is recorded as true, and the reports make it false"),
    (of("hijack-1"), ("quorum", "dcv", "result"), "4/5", "quorum.dcv.result"),
    (of("hijack-1"), ("quorum", "required"), 3, "below the 4"),
    (of("pass-1"), ("perspectives", 0, "outcome"), "failed", "outcome of perspective"),
    (of("policy-False"), ("perspectives", 0, "caa", "result"), "CAA permission", "caa.result"),
    (of("early-1"), ("attempt-id",), "ffff", "decision record is missing"),
    (of("early-1"), ("pending",), [], "a record is missing"),
])
def test_a_chain_made_again_does_not_hide_a_changed_record(journal, which, path, value, found):
    lines = [json.loads(line) for line in lines_of(journal)]
    number, entry = next((n, e) for n, e in enumerate(lines, 1) if which(e["record"]))
    change(entry["record"], path, value)
    (journal / SEGMENT).write_bytes(rechained(map(json.dumps, lines)))
    code, out = verify(journal)
    assert code == 1 and found in out, out
    assert f"{SEGMENT}:" in out


def test_a_chain_made_again_does_not_hide_a_removed_or_doubled_record(journal):
    lines = lines_of(journal)
    late = next(i for i, line in enumerate(lines) if json.loads(line)["record"]["kind"] == "late")
    (journal / SEGMENT).write_bytes(rechained(lines + [lines[late]]))
    code, out = verify(journal)
    assert code == 1 and f"{SEGMENT}:{len(lines) + 1}: one terminal record too many" in out, out
    attempt = json.loads(lines[late])["record"]["attempt-id"]
    decision = next(i for i, line in enumerate(lines) if f'"attempt-id":"{attempt}"'.encode() in line)
    (journal / SEGMENT).write_bytes(rechained(lines[:decision] + lines[decision + 1:]))
    code, out = verify(journal)
    assert code == 1 and "the decision record is missing" in out, out


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

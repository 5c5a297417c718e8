# SPDX-License-Identifier: Apache-2.0
"""Every kind of damage to a journal is found with its place, also when the chain was made again around it."""

import hashlib
import json

import pytest

import mpicd
from audit_journal import SEGMENT, lines_of, rechained, split, verify


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


@pytest.mark.parametrize("keep", [0, 1], ids=["emptied", "cut-between-lines"])
def test_a_segment_cut_without_a_trace(journal, keep):
    """No torn line tells of it; the next segment does."""
    split(journal)
    middle = journal / "journal-00000002.jsonl"
    middle.write_bytes(b"".join(middle.read_bytes().splitlines(keepends=True)[:keep]))
    code, out = verify(journal)
    assert code == 1 and f"journal-00000003.jsonl:1: the chain is broken: seq 5 follows {2 + keep}" in out, out


def test_a_removed_beginning(journal):
    lines = lines_of(journal)
    (journal / SEGMENT).write_bytes(b"".join(lines[1:]))
    code, out = verify(journal)
    assert code == 1 and f"{SEGMENT}:1: the journal's beginning is missing: seq 2 is the first" in out, out


def last_hash(journal):
    return hashlib.sha256(lines_of(journal)[-1].rstrip(b"\n")).hexdigest()


def lines_cut(journal):
    (journal / SEGMENT).write_bytes(b"".join(lines_of(journal)[:-1]))
    return f"{SEGMENT}:{len(lines_of(journal))}: "


def segment_removed(journal):
    split(journal)
    (journal / "journal-00000003.jsonl").unlink()
    return "journal-00000002.jsonl:2: "


def last_line_altered(journal):
    text = bytearray((journal / SEGMENT).read_bytes())
    text[text.rindex(b"elapsed-ms")] ^= 1
    (journal / SEGMENT).write_bytes(text)
    return f"{SEGMENT}:{len(lines_of(journal))}: "


def everything_made_anew(journal):
    lines = lines_of(journal)
    (journal / SEGMENT).write_bytes(rechained(lines[:1] + lines[2:]))
    return f"{SEGMENT}:{len(lines) - 1}: "


@pytest.mark.parametrize("damage", [lines_cut, segment_removed, last_line_altered, everything_made_anew])
def test_damage_at_the_end_is_found_by_a_hash_kept_elsewhere(journal, damage):
    """A chain alone cannot show that its end is missing."""
    anchor = last_hash(journal)
    place = damage(journal)
    done = mpicd.run("audit", "verify", journal, "--anchor", anchor)
    assert done.returncode == 1 and f"no line of it has the hash {anchor}" in done.stdout, done.stdout
    assert f"{place}the journal ends here" in done.stdout, done.stdout


def test_a_hash_kept_elsewhere_is_found_again(journal):
    """In the middle of what grew since, and before what is left when older segments were archived."""
    middle = hashlib.sha256(lines_of(journal)[3].rstrip(b"\n")).hexdigest()
    for anchor in (middle, last_hash(journal)):
        assert mpicd.run("audit", "verify", journal, "--anchor", anchor).returncode == 0
    split(journal)
    assert mpicd.run("audit", "verify", journal / "journal-00000003.jsonl", "--anchor", middle).returncode == 0


@pytest.mark.parametrize("anchor", ["", "abc", "g" * 64])
def test_a_hash_that_is_none(journal, anchor):
    done = mpicd.run("audit", "verify", journal, "--anchor", anchor)
    assert done.returncode == 3 and "anchor" in done.stderr, done.stderr


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

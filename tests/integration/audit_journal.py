# SPDX-License-Identifier: Apache-2.0
"""A journal of known contents, and what `mpicd audit` says about one."""

import hashlib
import json

import mpicd

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


def split(journal):
    """The journal as three segments of one chain."""
    lines = lines_of(journal)
    for number, part in enumerate((lines[:2], lines[2:4], lines[4:]), 1):
        (journal / f"journal-{number:08}.jsonl").write_bytes(b"".join(part))

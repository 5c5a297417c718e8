# SPDX-License-Identifier: Apache-2.0
"""The commands beside the daemons: request, token new, pki init."""

import hashlib
import json
import stat
import subprocess

import pytest

from mpicd import PLACES, new_token, run


# --- request ---

@pytest.fixture
def asks(dev):
    """`mpicd request` to `mpicd dev`."""
    dev.put("/dns", name="_x.www.mpic.test", type="TXT", values=["right"])
    dev.put("/http", host="www.mpic.test", path="/proof", body="it is me")

    def ask(*arguments):
        return run("request", *arguments, "--ready-file", dev.ready_file)
    return ask


def test_request_shows_what_each_perspective_saw(asks):
    done = asks("dns", "www.mpic.test", "--record-type", "TXT", "--prefix", "_x", "--expected", "right")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok")
    for name in ("cdg", "iad", "fra", "nrt", "gru", "jnb"):
        assert name in done.stdout
    assert asks("http", "www.mpic.test", "/proof", "--expected", "it is me").returncode == 0
    assert asks("caa", "www.mpic.test").returncode == 0


def test_request_shows_why_not(asks):
    done = asks("dns", "www.mpic.test", "--record-type", "TXT", "--prefix", "_x", "--expected", "wrong")
    assert done.returncode == 1
    assert "primary-rejected" in done.stdout and "record-mismatch" in done.stdout


def test_request_as_json(asks):
    done = asks("caa", "www.mpic.test", "--json", "--request-id", "order-9")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and answer["ok"] is True and answer["request-id"] == "order-9"


def test_request_without_a_corroboration(asks, dev):
    done = asks("caa", "www..test")
    assert done.returncode == 3 and "$.domain" in done.stdout
    options = ["--url", dev.ready["url"], "--ca-file", dev.ready["ca-file"]]
    assert run("request", "caa", "mpic.test", *options).returncode == 3  # no token
    assert run("request", "caa", "mpic.test", *options,
               env={"MPICD_TOKEN": dev.ready["token"]}).returncode == 0
    done = run("request", "caa", "mpic.test", "--url", dev.ready["url"], env={"MPICD_TOKEN": dev.ready["token"]})
    assert done.returncode == 3 and "certificate" in done.stderr  # nobody has vouched for the throw-away CA


# --- token new, pki init ---

def test_tokens_differ_and_only_the_hash_need_be_kept():
    made = [new_token() for _ in range(3)]
    assert len({token for token, _ in made}) == 3
    for token, token_hash in made:
        assert hashlib.sha256(token.encode()).hexdigest() == token_hash and len(token) >= 32
    text = run("token", "new").stdout
    words = text.split()
    assert hashlib.sha256(words[1].encode()).hexdigest() == words[3]


def test_pki_init_makes_a_ca_that_openssl_believes(tmp_path):
    pki = tmp_path / "pki"
    ids = [word for place in PLACES for word in ("--perspective", place.id)]
    assert run("pki", "init", pki, *ids, "--host", "mpic.example").returncode == 0
    for name, purpose in [("server", "sslserver"), ("coordinator", "sslclient"),
                          *((f"perspective-{place.id}", "sslserver") for place in PLACES)]:
        done = subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", pki / "ca.pem",
                               pki / f"{name}.pem"], capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
    for key in pki.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, key
    before = {file.name: file.read_bytes() for file in pki.iterdir()}
    assert run("pki", "init", pki, *ids, "--perspective", "new", "--host", "mpic.example").returncode == 0
    after = {file.name: file.read_bytes() for file in pki.iterdir()}
    assert {name: after[name] for name in before} == before  # what is there is kept
    assert set(after) - set(before) == {"perspective-new.pem", "perspective-new.key"}


@pytest.mark.parametrize("days, kept", [(30, True), (1, False)])
def test_pki_init_keeps_what_is_good_and_renews_what_ends(tmp_path, days, kept):
    arguments = ("pki", "init", tmp_path, "--perspective", "fra", "--days", days)
    certificates = []
    for _ in range(2):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        certificates.append((tmp_path / "perspective-fra.pem").read_text())
    assert (certificates[0] == certificates[1]) is kept
    assert (tmp_path / "ca.pem").exists()


@pytest.mark.parametrize("arguments", [(), ("check", "caa"), ("nonsense",), ("dev", "--port", "high")])
def test_bad_usage_is_one_line_that_says_who_speaks(arguments):
    done = run(*arguments)
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.startswith("mpicd: ") and done.stderr.count("\n") == 1, done.stderr

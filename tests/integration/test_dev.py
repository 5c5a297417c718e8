# SPDX-License-Identifier: Apache-2.0
"""`mpicd dev`: what it prints and writes, and what can be played on its challenge-test target."""

import base64
import json
import re
import subprocess
import urllib.parse
from pathlib import Path

import pytest

import mpicd
from mpicd import Dev
from process import wait_for

ALL = {"cdg": ("primary", "RIPE NCC"), "iad": ("remote", "ARIN"), "fra": ("remote", "RIPE NCC"),
       "nrt": ("remote", "APNIC"), "gru": ("remote", "LACNIC"), "jnb": ("remote", "AFRINIC")}
TXT = {"method": "dns", "domain": "www.mpic.test", "prefix": "_acme-challenge", "record-type": "TXT",
       "expected": "right"}
HTTP = {"method": "http", "domain": "www.mpic.test", "path": "/proof", "expected": "it is me"}


def challenge(dev, value, perspectives=None):
    body = {"name": "_acme-challenge.www.mpic.test", "type": "TXT", "values": [value]}
    dev.put("/dns", **body, **({"perspectives": perspectives} if perspectives else {}))


def test_ready_file_says_where_everything_is(dev):
    ready = dev.ready
    assert set(ready) == {"url", "token", "ca-file", "admin-url", "target-url", "resolver", "http-port", "tls-port",
                          "audit-file", "perspectives"}
    assert ready["url"].startswith("https://127.") and ready["url"].endswith("/mpic/draft-00")
    assert len(ready["token"]) >= 32
    assert "BEGIN CERTIFICATE" in open(ready["ca-file"]).read()
    assert re.fullmatch(r"127\.0\.0\.1:\d+", ready["resolver"])
    assert {p["id"]: (p["role"], p["rir"]) for p in ready["perspectives"]} == ALL
    sources = [p["source-address"] for p in ready["perspectives"]]
    assert len(set(sources)) == 6 and all(s.startswith("127.") for s in sources)


def test_admin_listener_answers(dev):
    import http.client
    link = http.client.HTTPConnection(urllib.parse.urlsplit(dev.ready["admin-url"]).netloc, timeout=10)

    def get(path):
        link.request("GET", path)
        response = link.getresponse()
        return response.status, response.read()
    wait_for("enough perspectives to have answered", lambda: get("/readyz")[0] == 200)
    for path in ("/healthz", "/readyz", "/metrics", "/perspectives"):
        status, body = get(path)
        assert status == 200 and body, path


def test_the_three_curl_lines_work_as_they_stand(tmp_path):
    dev = Dev(tmp_path).start()
    try:
        text = dev.process.output().split("Three questions", 1)[1].split("\n\n", 1)[1]
        blocks = [block for block in text.split("\n\n") if "curl" in block]
        assert len(blocks) == 3, text
        for block in blocks:
            block = block.split("\nCtrl-C")[0]
            done = subprocess.run(["bash", "-c", block], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["ok"] is True, done.stdout
    finally:
        dev.stop()


def test_the_answer_has_the_shape_of_the_contract(dev):
    challenge(dev, "right")
    reply = dev.api.call(TXT | {"request-id": "order-17"})
    answer = reply.json
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["X-Request-Id"] == "order-17" == answer["request-id"]
    assert answer["ok"] is True and answer["success"] is True
    assert answer["caa"] == {"domain": "", "records": []}
    quorum = answer["quorum"]
    assert (quorum["remotes"], quorum["required"]) == (5, 4)
    assert quorum["corroborated"] >= 4 and quorum["result"] == f"{quorum['corroborated']}/5"
    assert quorum["compliant"] is False  # a demonstration is never compliant
    assert len(quorum["rirs"]) >= 2
    assert set(answer["perspectives"]) | set(answer.get("pending", [])) == set(ALL)
    for name, seen in answer["perspectives"].items():
        assert seen["ok"] is seen["success"] is True
        assert (seen["role"], seen["rir"]) == ALL[name]
        assert seen["outcome"] == "corroborates"
        assert seen["elapsed-ms"] > 0


def test_every_method_passes(dev):
    challenge(dev, "right")
    dev.put("/http", host="www.mpic.test", path="/proof", body="it is me")
    token, authorization = "tok-en_1", "tok-en_1.thumbprint"
    dev.put("/http", host="www.mpic.test", path=f"/.well-known/acme-challenge/{token}", body=authorization)
    dev.put("/dns", name="mpic.test", type="CAA", values=['0 issue "ca.example"'])
    for body in (TXT, HTTP,
                 HTTP | {"expected": None, "expected-base64": base64.b64encode(b"it is me").decode()},
                 {"method": "caa", "domain": "WWW.mpic.test."},
                 {"method": "http-acme", "domain_or_ip": "www.mpic.test", "token": token,
                  "key_authorization": authorization}):
        body = {key: value for key, value in body.items() if value is not None}
        answer = dev.api.post(body)
        assert answer["ok"] is True, (body, answer)
        assert answer["caa"]["domain"] == "mpic.test"
        assert answer["caa"]["records"] == [base64.b64encode(b"\x00\x05issueca.example").decode()]


def test_a_hijack_of_two_is_refused_and_names_both(dev):
    challenge(dev, "right")
    challenge(dev, "evil", ["iad", "nrt"])
    answer = dev.api.post(TXT)
    assert answer["ok"] is False and answer["success"] is False
    assert answer["code"] == "dcv-not-corroborated"
    assert "iad" in answer["error"].lower() and "nrt" in answer["error"].lower()
    for name in ("iad", "nrt"):
        assert answer["perspectives"][name]["outcome"] == "disagrees"
        assert answer["perspectives"][name]["ok"] is False
    assert answer["perspectives"]["cdg"]["outcome"] == "corroborates"
    assert answer["quorum"]["corroborated"] == 3
    assert "caa" in answer  # also when the other check failed


def test_a_hijack_of_one_is_outvoted_and_still_named(dev):
    challenge(dev, "right")
    challenge(dev, "evil", ["iad"])
    # The decision then waits for fra, and iad has answered by that time.
    dev.put("/dns", name="_acme-challenge.www.mpic.test", delay_ms=150, perspectives=["fra"])
    answer = dev.api.post(TXT)
    assert answer["ok"] is True
    assert answer["perspectives"]["iad"]["outcome"] == "disagrees"
    assert answer["perspectives"]["iad"]["ok"] is False
    assert answer["quorum"]["result"] == "4/5"


def test_an_attacker_seen_by_the_primary_alone_gets_nothing(dev):
    challenge(dev, "right", ["cdg"])
    answer = dev.api.post(TXT)
    assert answer["ok"] is False
    assert answer["quorum"]["corroborated"] == 0


def test_what_the_primary_does_not_see_does_not_count(dev):
    challenge(dev, "right")
    challenge(dev, "evil", ["cdg"])
    answer = dev.api.post(TXT)
    assert answer["ok"] is False
    assert answer["code"] == "primary-rejected"


def test_servfail_at_two_is_a_failure_not_a_verdict(dev):
    challenge(dev, "right")
    dev.put("/dns", name="_acme-challenge.www.mpic.test", rcode="SERVFAIL", perspectives=["gru", "jnb"])
    answer = dev.api.post(TXT)
    assert answer["ok"] is False
    for name in ("gru", "jnb"):
        seen = answer["perspectives"][name]
        assert seen["outcome"] == "failed"
        assert seen["dcv"]["code"] == "dns-servfail"


def test_a_body_that_differs_at_two(dev):
    dev.put("/http", host="www.mpic.test", path="/proof", body="it is me")
    dev.put("/http", host="www.mpic.test", path="/proof", body="it is ME", perspectives=["iad", "fra"])
    answer = dev.api.post(HTTP)
    assert answer["ok"] is False and answer["code"] == "dcv-not-corroborated"
    for name in ("iad", "fra"):
        assert answer["perspectives"][name]["dcv"]["code"] == "body-mismatch"
        assert name.upper() in answer["error"].upper()
    assert "it is me" not in json.dumps(answer)  # what was expected is a secret
    dev.put("/http", host="www.mpic.test", path="/proof", body="it is me \r\n", perspectives=["iad", "fra"])
    assert dev.api.post(HTTP)["ok"] is True  # trailing white space does not count


@pytest.mark.parametrize("status,body,code", [(404, "it is me", "http-status"), (500, "it is me", "http-status"),
                                              (200, "", "body-mismatch")])
def test_what_the_web_server_may_do_wrong(dev, status, body, code):
    dev.put("/http", host="www.mpic.test", path="/proof", status=status, body=body)
    answer = dev.api.post(HTTP)
    assert answer["ok"] is False and answer["code"] == "primary-rejected"
    assert answer["perspectives"]["cdg"]["dcv"]["code"] == code


def test_redirects_are_followed_and_reported(dev):
    dev.put("/http", host="www.mpic.test", path="/proof", status=302,
            headers={"Location": "http://other.mpic.test/there"})
    dev.put("/http", host="other.mpic.test", path="/there", body="it is me")
    answer = dev.api.post(HTTP)
    assert answer["ok"] is True, answer
    hops = answer["perspectives"]["cdg"]["dcv"]["hops"]
    assert [hop["status"] for hop in hops] == [302, 200]
    assert hops[1]["url"].startswith("http://other.mpic.test")


@pytest.mark.parametrize("family", ["ipv6", "ipv4"])
def test_requests_seen_show_who_asked(dev, family):
    """In IPv4 by the address, in IPv6, where loopback has only one, by the User-Agent."""
    dev.put("/http", host="www.mpic.test", path="/proof", body="it is me")
    if family == "ipv4":
        dev.put("/dns", name="www.mpic.test", type="AAAA", values=[])
    assert dev.api.post(HTTP)["perspectives"]["cdg"]["dcv"]["hops"][0]["family"] == family
    fetched = wait_for("six fetches", lambda: len(
        seen := [r for r in dev.requests() if r["protocol"] == "http"]) == 6 and seen)
    assert {r["perspective"] for r in fetched} == set(ALL)
    sources = {p["id"]: p["source-address"] for p in dev.ready["perspectives"]}
    for request in fetched:
        assert (request["method"], request["path"]) == ("GET", "/proof")
        assert request["source"] == ("::1" if family == "ipv6" else sources[request["perspective"]])
        assert request["host"].startswith("www.mpic.test")
        assert request["headers"]["User-Agent"].startswith("mpicd/")
        assert request["perspective"] in request["headers"]["User-Agent"]
    asked = {(r["perspective"], r["name"], r["type"]) for r in dev.requests() if r["protocol"] == "dns"}
    assert {("iad", "www.mpic.test", "CAA"), ("iad", "mpic.test", "CAA"), ("iad", "test", "CAA"),
            ("cdg", "www.mpic.test", "A")} <= asked


def test_delete_goes_back_to_the_start(dev):
    challenge(dev, "right")
    assert dev.api.post(TXT)["ok"] is True
    dev.reset()
    assert dev.requests() == []
    answer = dev.api.post(TXT)
    assert answer["ok"] is False
    assert answer["perspectives"]["cdg"]["dcv"]["code"] in ("record-absent", "dns-nxdomain")


def test_caa_records_that_differ_at_two(dev):
    dev.put("/dns", name="www.mpic.test", type="CAA", values=['0 issue "ca.example"'])
    dev.put("/dns", name="www.mpic.test", type="CAA", values=['0 issue "other.example"'],
            perspectives=["jnb", "gru"])
    answer = dev.api.post({"method": "caa", "domain": "www.mpic.test"})
    assert answer["ok"] is False and answer["code"] == "caa-not-corroborated"
    assert "other.example" in answer["error"] and "GRU" in answer["error"].upper()


def test_caa_policy_decides_permission(dev):
    dev.put("/dns", name="mpic.test", type="CAA", values=['0 issue "ca.example"', '0 issuewild ";"'])
    ask = {"method": "caa", "domain": "www.mpic.test", "caa-policy": {"issuer-domains": ["ca.example"]}}
    assert dev.api.post(ask)["ok"] is True
    refused = dev.api.post(ask | {"domain": "*.mpic.test"})
    assert refused["ok"] is False and refused["code"] == "caa-forbids"
    refused = dev.api.post(ask | {"caa-policy": {"issuer-domains": ["other.example"]}})
    assert refused["ok"] is False and refused["code"] == "caa-forbids"


def test_the_audit_file_has_every_decision(dev):
    challenge(dev, "right")
    dev.api.post(TXT | {"request-id": "audited-1"})
    lines = [line for line in open(dev.ready["audit-file"]) if "audited-1" in line]
    assert lines and all(json.loads(line)["record"] for line in lines)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::"])
def test_refuses_to_listen_beyond_loopback(address, tmp_path):
    done = mpicd.run("dev", "--port", "0", "--listen", address)
    assert done.returncode != 0
    assert "loopback" in done.stderr


def test_state_dir_keeps_token_certificates_and_journal(tmp_path):
    state = tmp_path / "state"
    kept = []
    for turn in ("first", "second"):
        folder = tmp_path / turn
        folder.mkdir()
        dev = Dev(folder, "--state-dir", state).start()
        try:
            assert dev.api.post({"method": "caa", "domain": "mpic.test", "request-id": turn})["ok"] is True
            kept.append((dev.ready["token"], open(dev.ready["ca-file"]).read()))
            journal = open(dev.ready["audit-file"]).read()
        finally:
            dev.stop()
    assert kept[0] == kept[1]
    assert '"first"' in journal and '"second"' in journal


def test_without_state_dir_nothing_is_left(tmp_path):
    dev = Dev(tmp_path).start()
    ca_file = Path(dev.ready["ca-file"])
    assert ca_file.exists()
    dev.stop()
    assert not ca_file.parent.parent.exists() and not Path(dev.ready["audit-file"]).exists()

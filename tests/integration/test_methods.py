# SPDX-License-Identifier: Apache-2.0
"""The further validation methods through a coordinator and its perspectives (`mpicd dev`): each passes, survives one
perspective that is lied to, and not two."""

import json

import pytest

import mpicd
from challenges import ACCOUNT, KEY, PKI, VALUE, account_label, txt_value
from mpicd import run
from process import wait_for

TWO = ["iad", "nrt"]  # as many as a quorum of five does not survive


def txt(name, value):
    return lambda dev, perspectives: dev.put("/dns", name=name, type="TXT", values=[value], **perspectives)


def caa(name, *values):
    return lambda dev, perspectives: dev.put("/dns", name=name, type="CAA", values=list(values), **perspectives)


def ptr(name, *values):
    return lambda dev, perspectives: dev.put("/dns", name=name, type="PTR", values=list(values), **perspectives)


def page(path, body):
    return lambda dev, perspectives: dev.put("/http", host="www.mpic.test", path=path, body=body, **perspectives)


def tls(host, key):
    return lambda dev, perspectives: dev.put("/tls", host=host, key_authorization=key, **perspectives)


PERSIST = f"ca.example; accounturi={ACCOUNT}"
PERSIST_BODY = {"method": "dns-persist-01", "issuer-domains": ["ca.example"], "account-uri": ACCOUNT}
CONTACT = {"method": "contact", "domain": "www.mpic.test"}

# name: (request, the right thing, an attacker's, what is corroborated, the attacked perspectives' code)
METHODS = {
    "tls-alpn-01": ({"method": "tls-alpn-01", "domain": "www.mpic.test", "key-authorization": KEY},
                    tls("www.mpic.test", KEY), tls("www.mpic.test", "evil.x"), None,
                    "acme-identifier-mismatch"),
    "tls-alpn-01 of an address": ({"method": "tls-alpn-01", "domain": "127.0.0.1", "key-authorization": KEY},
                                  tls("127.0.0.1", KEY), tls("127.0.0.1", "evil.x"), None,
                                  "acme-identifier-mismatch"),
    "dns-01": ({"method": "dns-01", "domain": "*.www.mpic.test", "key-authorization": KEY},
               txt("_acme-challenge.www.mpic.test", txt_value()),
               txt("_acme-challenge.www.mpic.test", txt_value("evil.x")), None, "record-mismatch"),
    "dns-account-01": ({"method": "dns-account-01", "domain": "www.mpic.test", "account-url": ACCOUNT,
                        "key-authorization-digest": txt_value()},
                       txt(f"_{account_label(ACCOUNT)}._acme-challenge.www.mpic.test", txt_value()),
                       txt(f"_{account_label(ACCOUNT)}._acme-challenge.www.mpic.test", "evil"), None,
                       "record-mismatch"),
    "dns-persist-01": (PERSIST_BODY | {"domain": "www.mpic.test"},
                       txt("_validation-persist.www.mpic.test", PERSIST + "; persistUntil=99999999999"),
                       txt("_validation-persist.www.mpic.test", PERSIST + "; persistUntil=1"), [ACCOUNT],
                       "record-expired"),
    "dns-persist-01 of an address": (PERSIST_BODY | {"domain": "127.0.0.9"},
                                     txt("_ip-validation-persist.9.0.0.127.in-addr.arpa", PERSIST),
                                     txt("_ip-validation-persist.9.0.0.127.in-addr.arpa", PERSIST + "0"),
                                     [ACCOUNT], "record-mismatch"),
    "website-change": ({"method": "website-change", "domain": "www.mpic.test", "path": PKI, "expected": VALUE},
                       page(PKI, VALUE + "\n"), page(PKI, "something else"), None, "body-mismatch"),
    "ip-reverse": ({"method": "ip-reverse", "ip-address": "127.0.0.9"},
                   ptr("9.0.0.127.in-addr.arpa", "b.mpic.test", "a.mpic.test"),
                   ptr("9.0.0.127.in-addr.arpa", "evil.mpic.test"), ["a.mpic.test", "b.mpic.test"], "ok"),
    "ip-reverse of a name": ({"method": "ip-reverse", "ip-address": "127.0.0.9", "fqdn": "A.mpic.test"},
                             ptr("9.0.0.127.in-addr.arpa", "b.mpic.test", "a.mpic.test"),
                             ptr("9.0.0.127.in-addr.arpa", "b.mpic.test"), ["a.mpic.test"],
                             "record-mismatch"),
    "contact by email in CAA": (CONTACT | {"kind": "email", "source": "caa"},
                                caa("mpic.test", '0 contactemail "security@MPIC.test"'),
                                caa("mpic.test", '0 contactemail "evil@mpic.test"'),
                                ["security@mpic.test"], "ok"),
    "contact by phone in TXT": (CONTACT | {"kind": "phone", "source": "txt", "expected": "+33 1 23 45 67 89"},
                                txt("_validation-contactphone.www.mpic.test", "+33-123-456-789"),
                                txt("_validation-contactphone.www.mpic.test", "+44 20 7946 0000"),
                                ["+33123456789"], "record-mismatch"),
}


@pytest.mark.parametrize("name", METHODS)
def test_passes_and_survives_one_attacked_perspective_but_not_two(dev, name):
    request, right, wrong, selected, code = METHODS[name]
    right(dev, {})
    answer = dev.api.post(request)
    assert answer["ok"] is True, answer
    assert answer.get("selected") == selected
    assert answer["quorum"]["required"] == 4
    # CAA is asked beside unless there is none: an address has none.
    assert ("caa" in answer) is ("ip-address" not in request and not request["domain"].startswith("127."))

    wrong(dev, {"perspectives": TWO[:1]})
    assert dev.api.post(request)["ok"] is True

    wrong(dev, {"perspectives": TWO})
    answer = dev.api.post(request)
    assert answer["ok"] is False and answer["code"] == "dcv-not-corroborated", answer
    assert "selected" not in answer
    for perspective in TWO:
        seen = answer["perspectives"][perspective]
        assert seen["outcome"] == "disagrees" and seen["dcv"]["code"] == code, seen
        assert perspective.upper() in answer["error"]
    assert answer["perspectives"]["cdg"]["outcome"] == "corroborates"


def test_an_attacked_primary_is_refused_whatever_the_remotes_see(dev):
    request, right, wrong, _, code = METHODS["tls-alpn-01"]
    right(dev, {})
    wrong(dev, {"perspectives": ["cdg"]})
    answer = dev.api.post(request)
    assert answer["ok"] is False and answer["code"] == "primary-rejected"
    assert answer["perspectives"]["cdg"]["dcv"]["code"] == code


def test_nothing_in_place_yet(dev):
    codes = {"tls-alpn-01": "alpn-mismatch", "dns-01": "record-absent", "website-change": "http-status",
             "ip-reverse": "dns-nxdomain", "contact by email in CAA": "record-absent"}
    for name, code in codes.items():
        answer = dev.api.post(METHODS[name][0] | ({} if name == "ip-reverse" else {"caa": False}))
        assert answer["ok"] is False and answer["code"] == "primary-rejected", name
        assert {seen["dcv"]["code"] for seen in answer["perspectives"].values()} == {code}, name


def test_caa_is_decided_for_the_method_and_the_account(dev):
    """RFC 8657: the policy need not repeat what the request says."""
    METHODS["dns-account-01"][1](dev, {})
    request = METHODS["dns-account-01"][0] | {"caa-policy": {"issuer-domains": ["ca.example"]}}
    for value, permitted in ((f"ca.example; accounturi={ACCOUNT}; validationmethods=dns-account-01", True),
                             ("ca.example; validationmethods=ca-tbr-21", True),
                             ("ca.example; validationmethods=dns-01", False),
                             (f"ca.example; accounturi={ACCOUNT}0", False)):
        dev.put("/dns", name="mpic.test", type="CAA", values=[f'0 issue "{value}"'])
        answer = dev.api.post(request)
        assert answer["ok"] is permitted, (value, answer)
        assert permitted or answer["code"] == "caa-forbids"


def test_secrets_reach_neither_answers_nor_the_journal(tmp_path):
    dev = mpicd.Dev(tmp_path, "--state-dir", tmp_path / "state").start()
    try:
        texts = []
        for name, (request, right, wrong, _, _) in METHODS.items():
            right(dev, {})
            wrong(dev, {"perspectives": TWO})
            texts.append(dev.api.call(request).text)
    finally:
        dev.stop()
    journal = "".join(file.read_text() for file in (tmp_path / "state" / "journal").glob("*"))
    for secret in (KEY, KEY.split(".")[0], KEY.split(".")[1], txt_value(), VALUE):
        assert not any(secret in text for text in texts), secret
        assert secret not in journal, secret
    assert "BR 3.2.2.4.21" in journal and "BR 3.2.2.5.3" in journal and "BR 3.2.2.4.13" in journal
    verified = run("audit", "verify", tmp_path / "state" / "journal")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def handshakes(dev):
    return [entry for entry in dev.requests() if entry["protocol"] == "tls"]


def test_every_handshake_is_in_the_list_of_requests(dev):
    request, right, *_ = METHODS["tls-alpn-01"]
    right(dev, {})
    assert dev.api.post(request)["ok"]
    # A handshake is listed once the client has closed, which may be after the answer.
    wait_for("handshakes of a quorum", lambda: len({entry["perspective"] for entry in handshakes(dev)}) >= 5)
    assert {entry["server-name"] for entry in handshakes(dev)} == {"www.mpic.test"}
    assert {entry["chosen"] for entry in handshakes(dev)} == {"acme-tls/1"}


def test_the_client_command_asks_by_each_method(dev):
    ready = ["--ready-file", dev.ready_file]
    for name in ("tls-alpn-01", "dns-01", "dns-account-01", "dns-persist-01", "website-change", "ip-reverse",
                 "contact by email in CAA"):
        METHODS[name][1](dev, {})
    issuer = ["--issuer-domain", "ca.example"]
    for arguments in (["tls-alpn-01", "www.mpic.test", "--key-authorization", KEY],
                      ["dns-01", "www.mpic.test", "--key-authorization-digest", txt_value(), *issuer],
                      ["dns-account-01", "www.mpic.test", "--key-authorization", KEY, "--account-url", ACCOUNT],
                      ["dns-persist-01", "www.mpic.test", "--account-uri", ACCOUNT, *issuer],
                      ["website-change", "www.mpic.test", PKI, "--expected", VALUE, "--no-caa"],
                      ["ip-reverse", "127.0.0.9"],
                      ["contact", "www.mpic.test", "--kind", "email", "--source", "caa", "--no-caa"]):
        done = run("request", *arguments, *ready)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        assert "quorum" in done.stdout and "cdg" in done.stdout
    assert "found: a.mpic.test" in run("request", "ip-reverse", "127.0.0.9", *ready).stdout
    shown = json.loads(run("request", "ip-reverse", "127.0.0.9", "--json", *ready).stdout)
    assert shown["selected"] == ["a.mpic.test", "b.mpic.test"]

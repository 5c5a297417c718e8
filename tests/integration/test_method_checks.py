# SPDX-License-Identifier: Apache-2.0
"""The further validation methods as single checks from a shell: tls-alpn-01 against OpenSSL's own server, right and
wrong in each rule, and the rest against a resolver that knows what a test puts into it."""

import json
import time

import pytest

from challenges import ACCOUNT, KEY, PKI, VALUE, TlsServer, account_label, acme_identifier, digest, txt_value, web_server
from mpicd import run
from scripted_dns import Response, ScriptedDns

PASSED, REJECTED, UNDETERMINED = 0, 1, 2
PERSIST = f"ca.example; accounturi={ACCOUNT}"


def check(*arguments, seconds=30):
    """(exit code, the JSON object)"""
    done = run("check", *arguments, "--json", seconds=seconds)
    assert done.returncode in (PASSED, REJECTED, UNDETERMINED), done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def zone():
    """A resolver that knows the records put into it: {(name, type): [values]}."""
    records = {}

    def answer(name, rtype, tcp):
        found = records.get((name.lower().rstrip("."), rtype), [])
        if not found and not any(key[0] == name.lower().rstrip(".") for key in records):
            return Response("NXDOMAIN")
        return Response(records=[(name, rtype, value) for value in found])

    with ScriptedDns(answer) as server:
        records["resolver"] = ["--resolver", f"{server.address}:{server.port}"]
        yield records


SAN = "subjectAltName=DNS:www.example.test"
RIGHT = acme_identifier(b"\x04\x20" + digest())

# name: (extensions, other arguments, exit code, code): the rules of RFC 8737 §3
SERVERS = {
    "right": ((SAN, RIGHT), {}, PASSED, "ok"),
    "right-tls12": ((SAN, RIGHT), {"more": ("-tls1_2",)}, PASSED, "ok"),
    "other-case": (("subjectAltName=DNS:WWW.Example.TEST", RIGHT), {}, PASSED, "ok"),
    "more-protocols": ((SAN, RIGHT), {"alpn": "h2,acme-tls/1"}, PASSED, "ok"),
    "no-alpn": ((SAN, RIGHT), {"alpn": None}, REJECTED, "alpn-mismatch"),
    "other-alpn": ((SAN, RIGHT), {"alpn": "h2,http/1.1"}, REJECTED, "alpn-mismatch"),
    "tls11": ((SAN, RIGHT), {"more": ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")}, UNDETERMINED, "tls-failed"),
    "no-san": ((RIGHT,), {}, REJECTED, "certificate-mismatch"),
    "other-name": (("subjectAltName=DNS:example.test", RIGHT), {}, REJECTED, "certificate-mismatch"),
    "two-names": ((SAN + ",DNS:example.test", RIGHT), {}, REJECTED, "certificate-mismatch"),
    "name-and-address": ((SAN + ",IP:127.0.0.1", RIGHT), {}, REJECTED, "certificate-mismatch"),
    "name-and-email": ((SAN + ",email:a@example.test", RIGHT), {}, REJECTED, "certificate-mismatch"),
    "no-identifier": ((SAN,), {}, REJECTED, "acme-identifier-mismatch"),
    "not-critical": ((SAN, acme_identifier(b"\x04\x20" + digest(), False)), {}, REJECTED,
                     "acme-identifier-mismatch"),
    "other-digest": ((SAN, acme_identifier(b"\x04\x20" + digest("token.other"))), {}, REJECTED,
                     "acme-identifier-mismatch"),
    "bare-digest": ((SAN, acme_identifier(digest())), {}, REJECTED, "acme-identifier-mismatch"),
    "short-digest": ((SAN, acme_identifier(b"\x04\x1f" + digest()[:31])), {}, REJECTED,
                     "acme-identifier-mismatch"),
    "long-form": ((SAN, acme_identifier(b"\x04\x81\x20" + digest())), {}, REJECTED, "acme-identifier-mismatch"),
    "utf8-string": ((SAN, acme_identifier(b"\x0c\x20" + digest())), {}, REJECTED, "acme-identifier-mismatch"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_tls_alpn_against_openssls_own_server(zone, tmp_path, name):
    extensions, arguments, exit_code, code = SERVERS[name]
    zone["www.example.test", "A"] = ["127.0.0.1"]
    server = TlsServer(tmp_path / name, extensions, **arguments)
    try:
        got, result = check("tls-alpn-01", "www.example.test", "--key-authorization", KEY, *zone["resolver"],
                            "--allow-special-purpose", "127.0.0.0/8", "--https-port", server.port)
    finally:
        server.stop()
    assert (got, result["code"]) == (exit_code, code), result
    hop = result["evidence"]["hops"][0]
    assert hop["url"] == "tls://www.example.test:443"
    if exit_code == PASSED:
        assert hop["tls-version"] == ("TLSv1.2" if "tls12" in name else "TLSv1.3")
    assert KEY not in json.dumps(result) and digest().hex() not in json.dumps(result)


def test_tls_alpn_of_an_address(tmp_path):
    """RFC 8738: no DNS, the address as the one name, and its reverse name in SNI."""
    allowed = ["--allow-special-purpose", "127.0.0.0/8"]
    with web_server(tmp_path / "address", ("subjectAltName=IP:127.0.0.1", RIGHT), ["acme-tls/1"]) as server:
        ask = ["tls-alpn-01", "127.0.0.1", "--key-authorization", KEY, "--https-port", server.server_port]
        code, result = check(*ask, *allowed)
        assert (code, result["code"]) == (PASSED, "ok"), result
        assert server.names == ["1.0.0.127.in-addr.arpa"] and not server.asked
        assert "TEST NETWORK" in run("check", *ask, *allowed).stderr
        code, result = check(*ask)
        assert (code, result["code"]) == (UNDETERMINED, "address-refused")
        assert len(server.names) == 2  # nothing connected


def test_website_change_by_https(zone, tmp_path):
    """The first hop may be https, whatever certificate the server has (BR 3.2.2.4.18)."""
    zone["www.example.test", "A"] = ["127.0.0.1"]
    ask = ["website-change", "www.example.test", PKI, "--scheme", "https", "--expected"]
    with web_server(tmp_path / "site", ("subjectAltName=DNS:other.test",)) as server:
        options = [*zone["resolver"], "--allow-special-purpose", "127.0.0.0/8", "--https-port", server.server_port]
        code, result = check(*ask, VALUE, *options)
        assert (code, result["code"]) == (PASSED, "ok"), result
        assert check(*ask, VALUE + "x", *options)[0] == REJECTED
        assert server.asked[0] == (PKI, "www.example.test") and server.names[0] == "www.example.test"
    hop = result["evidence"]["hops"][0]
    assert hop["url"] == f"https://www.example.test{PKI}" and hop["tls-version"] == "TLSv1.3"


def test_the_dns_methods_as_single_checks(zone):
    resolver = zone["resolver"]
    zone["_acme-challenge.example.test", "TXT"] = ["other", txt_value()]
    zone[f"_{account_label(ACCOUNT)}._acme-challenge.example.test", "TXT"] = [txt_value()]
    zone["_validation-persist.example.test", "TXT"] = ["v=spf1 -all", PERSIST + "; policy=wildcard"]
    zone["7.2.0.192.in-addr.arpa", "PTR"] = [b"\4mail\7example\4test\0"]
    zone["example.test", "CAA"] = ["0 contactemail a@example.test", "0 contactphone +33123456789"]
    zone["_validation-contactemail.example.test", "TXT"] = ["b@example.test"]
    persist = ["dns-persist-01", "*.example.test", "--issuer-domain", "ca.example", "--account-uri", ACCOUNT]
    rows = [
        (["dns-01", "*.example.test", "--key-authorization", KEY], PASSED, "ok", None),
        (["dns-01", "example.test", "--key-authorization", KEY + "x"], REJECTED, "record-mismatch", None),
        (["dns-account-01", "example.test", "--account-url", ACCOUNT, "--key-authorization", KEY], PASSED, "ok", None),
        (["dns-account-01", "example.test", "--account-url", ACCOUNT + "0", "--key-authorization", KEY], REJECTED,
         "dns-nxdomain", None),
        (persist, PASSED, "ok", [ACCOUNT]),
        ([*persist, "--policy", "wildcard"], PASSED, "ok", [ACCOUNT]),
        ([*persist, "--policy", "other"], REJECTED, "record-mismatch", None),
        (["contact", "www.example.test", "--kind", "email", "--source", "caa"], PASSED, "ok", ["a@example.test"]),
        (["contact", "www.example.test", "--kind", "phone", "--source", "caa"], PASSED, "ok", ["+33123456789"]),
        (["contact", "example.test", "--kind", "email", "--source", "txt", "--expected", "b@EXAMPLE.test"], PASSED,
         "ok", ["b@example.test"]),
        (["contact", "example.test", "--kind", "phone", "--source", "txt"], REJECTED, "dns-nxdomain", None),
        (["ip-reverse", "192.0.2.7", "--allow-special-purpose", "192.0.2.0/24"], PASSED, "ok", ["mail.example.test"]),
        (["ip-reverse", "192.0.2.7"], UNDETERMINED, "address-refused", None),
    ]
    for arguments, exit_code, code, selected in rows:
        got, result = check(*arguments, *resolver)
        assert (got, result["code"], result.get("selected")) == (exit_code, code, selected), (arguments, result)


def test_a_check_is_a_table_for_people_too(zone):
    zone["7.0.0.127.in-addr.arpa", "PTR"] = [b"\4mail\7example\4test\0"]
    done = run("check", "ip-reverse", "127.0.0.7", *zone["resolver"], "--allow-special-purpose", "127.0.0.0/8")
    assert done.returncode == PASSED
    lines = done.stdout.splitlines()
    assert lines[0] == "ip-reverse 127.0.0.7: passed (ok)"
    assert any(line.split() == ["found", "mail.example.test"] for line in lines)
    assert any("7.0.0.127.in-addr.arpa PTR: NOERROR" in line for line in lines)


@pytest.mark.parametrize("method", ["tls-alpn-01", "dns-01", "dns-account-01", "dns-persist-01", "website-change",
                                    "ip-reverse", "contact"])
def test_each_has_help_and_names_its_problems(method):
    for command in ("check", "request"):
        done = run(command, method, "--help")
        assert done.returncode == 0 and "Usage" in done.stdout
    done = run("check", method)
    assert done.returncode not in (PASSED, REJECTED, UNDETERMINED)
    assert "required" in done.stderr


def test_bad_questions_never_become_checks():
    for arguments, word in ((["tls-alpn-01", "*.example.test", "--key-authorization", KEY], "BR 3.2.2.4.20"),
                            (["tls-alpn-01", "example.test"], "key-authorization"),
                            (["tls-alpn-01", "example.test", "--key-authorization", "x"], "thumbprint"),
                            (["dns-01", "192.0.2.7", "--key-authorization", KEY], "RFC 8738"),
                            (["website-change", "example.test", "/x", "--expected", VALUE], "pki-validation"),
                            (["website-change", "example.test", f"{PKI}/{VALUE}", "--expected", VALUE], "contain"),
                            (["ip-reverse", "example.test"], "IP address"),
                            (["contact", "example.test", "--kind", "email", "--source", "caa", "--expected", "x"],
                             "email address")):
        started = time.monotonic()
        done = run("check", *arguments)
        assert done.returncode == 3 and word in done.stderr, (arguments, done.returncode, done.stderr)
        assert time.monotonic() - started < 20

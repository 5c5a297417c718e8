# SPDX-License-Identifier: Apache-2.0
"""The dns method, rule by rule, by `mpicd check dns` against a scripted resolver. BR 3.2.2.4.7, RFC 8555
§8.4: records compared as their type is, one match suffices, and what is seen is excerpted and escaped."""

import pytest

from checks import PASSED, REJECTED, UNDETERMINED, check
from mpicd import run
from scripted_dns import Response, ScriptedDns

NAME = "www.example.com"


def ask(records, rtype, expected, *options, rcode="NOERROR"):
    """(exit code, JSON, queries) when the resolver has these (owner, type, value) for every question of that
    type, and nothing for others."""
    def answer(name, asked, tcp):
        return Response(rcode, records=records if asked == rtype else ()) if asked == rtype else Response()
    with ScriptedDns(answer) as dns:
        code, result, _ = check("dns", NAME, "--record-type", rtype, "--expected", expected, "--resolver", dns.resolver,
                                *options)
        return code, result, [(name, kind) for name, kind, _ in dns.asked]


def at(rtype, *values, owner=NAME):
    return [(owner, rtype, value) for value in values]


@pytest.mark.parametrize("value,expected,passes", [
    ("token", "token", True), ("token", "Token", False), ("token", "toke", False), ("token ", "token", False),
    (["to", "ken"], "token", True), (["token", ""], "token", True), (["to", "", "k", "en"], "token", True),
    (["x" * 255, "y" * 45], "x" * 255 + "y" * 45, True), (["x" * 255, "y" * 45], "x" * 255 + " " + "y" * 45, False),
    ("tökén", "tökén", True), ('"token"', "token", False), ("a;b c", "a;b c", True)])
def test_txt_strings_are_one_text(value, expected, passes):
    """RFC 1035 §3.3.14: character-strings are joined without a separator, and compared octet by octet."""
    code, result, _ = ask(at("TXT", value), "TXT", expected)
    assert (code, result["code"]) == ((PASSED, "ok") if passes else (REJECTED, "record-mismatch")), result


@pytest.mark.parametrize("rtype,value,expected,passes", [
    ("A", "192.0.2.1", "192.0.2.1", True), ("A", "192.0.2.1", "192.0.2.10", False),
    ("AAAA", "2001:db8::1", "2001:db8:0:0:0:0:0:1", True), ("AAAA", "2001:db8::1", "2001:DB8::1", True),
    ("AAAA", "2001:db8::1", "2001:db8::2", False),
    ("CNAME", "Target.Example.NET", "target.example.net", True), ("CNAME", "target.example.net", "target.example.net.", True),
    ("CNAME", "target.example.net", "example.net", False),
    ("CAA", "0 issue ca.example", '0 issue "ca.example"', True), ("CAA", "0 ISSUE ca.example", "0 issue ca.example", True),
    ("CAA", "0 issue CA.example", "0 issue ca.example", False), ("CAA", "128 issue ca.example", "0 issue ca.example", False),
    ("CAA", "0 issue ca.example; a=b", '0 issue "ca.example; a=b"', True)])
def test_each_type_is_compared_as_that_type_is(rtype, value, expected, passes):
    code, result, _ = ask(at(rtype, value), rtype, expected)
    assert (code, result["code"]) == ((PASSED, "ok") if passes else (REJECTED, "record-mismatch")), result


@pytest.mark.parametrize("rtype,expected", [("A", "2001:db8::1"), ("AAAA", "192.0.2.1"), ("A", "192.0.2"),
                                            ("CNAME", "a..b"), ("CAA", "issue ca.example")])
def test_what_no_record_could_equal_is_refused(rtype, expected):
    """Before anything is asked."""
    with ScriptedDns(lambda *_: Response()) as dns:
        done = run("check", "dns", NAME, "--record-type", rtype, "--expected", expected, "--resolver", dns.resolver)
        assert done.returncode in (2, 3) and not dns.asked, done


@pytest.mark.parametrize("values", [["token"], ["other", "token"], ["token"] + ["x"] * 50, ["x", ["to", "ken"], "y"]])
def test_one_match_suffices(values):
    assert ask(at("TXT", *values), "TXT", "token")[0] == PASSED


def test_records_of_other_names_and_types_do_not_count():
    """RFC 2181 §5.4.1: only what answers the question."""
    records = at("TXT", "token", owner="evil.example.net") + at("TXT", "other")
    assert ask(records, "TXT", "token")[:1] == (REJECTED,)
    records = at("TXT", "token", owner="example.com")
    assert ask(records, "TXT", "token")[1]["code"] == "record-absent"


def test_aliases_are_followed():
    """RFC 1034 §4.3.2: delegation of _acme-challenge by CNAME, several steps of it."""
    owner = "_acme-challenge.www.example.com"
    records = at("CNAME", "a.dns.test", owner=owner) + at("CNAME", "b.dns.test", owner="a.dns.test") + \
        at("TXT", "token", owner="b.dns.test")
    code, result, asked = ask(records, "TXT", "token", "--prefix", "_acme-challenge")
    assert code == PASSED and asked[0] == (owner, "TXT")
    assert result["evidence"]["lookups"][0]["chain"] == ["a.dns.test", "b.dns.test"]


@pytest.mark.parametrize("prefix,owner", [("", NAME), ("_acme-challenge", f"_acme-challenge.{NAME}"),
                                          ("_a._b", f"_a._b.{NAME}")])
def test_the_prefix_stands_before_the_name(prefix, owner):
    code, _, asked = ask(at("TXT", "token", owner=owner), "TXT", "token", "--prefix", prefix)
    assert code == PASSED and asked[0] == (owner, "TXT")


def test_a_prefix_that_makes_the_name_too_long_is_refused():
    """RFC 1035 §2.3.4: 253 characters with the prefix."""
    name = ".".join(["a" * 63] * 3 + ["b" * 50])
    done = run("check", "dns", name, "--record-type", "TXT", "--prefix", "_acme-challenge", "--expected", "x",
               "--resolver", "127.0.0.1:1")
    assert done.returncode == 3 and "253" in done.stderr


def test_a_wildcard_is_asked_for_at_its_name():
    """BR 3.2.2.4: "*." is stripped."""
    def answer(name, rtype, tcp):
        return Response(records=at("TXT", "token", owner=name) if rtype == "TXT" else ())
    with ScriptedDns(answer) as dns:
        assert check("dns", "*.example.com", "--record-type", "TXT", "--prefix", "_acme-challenge", "--expected", "token",
                     "--resolver", dns.resolver)[0] == PASSED
        assert dns.asked[0][0] == "_acme-challenge.example.com"


@pytest.mark.parametrize("records,rcode,exit_code,word", [
    ([], "NOERROR", REJECTED, "record-absent"), ([], "NXDOMAIN", REJECTED, "dns-nxdomain"),
    ([], "SERVFAIL", UNDETERMINED, "dns-servfail"), ([], "REFUSED", UNDETERMINED, "dns-refused"),
    (at("TXT", b"\x09short"), "NOERROR", UNDETERMINED, "dns-malformed"), (at("TXT", b""), "NOERROR", UNDETERMINED,
                                                                         "dns-malformed")])
def test_what_is_absent_and_what_is_not_known(records, rcode, exit_code, word):
    code, result, _ = ask(records, "TXT", "token", rcode=rcode)
    assert (code, result["code"]) == (exit_code, word), result


def test_a_match_beside_a_record_that_cannot_be_read_counts():
    assert ask(at("TXT", b"\x09short", "token"), "TXT", "token")[0] == PASSED
    assert ask(at("TXT", b"\x09short", "other"), "TXT", "token")[1]["code"] == "dns-malformed"


def test_what_was_seen_is_escaped_and_bounded():
    code, result, _ = ask(at("TXT", "\x1b[2J\nx", ["y" * 255, "z" * 255], "3", "4", "5"), "TXT", "token")
    seen = result["evidence"]["seen"]
    assert code == REJECTED and "2 more" in seen and len(seen) < 600
    assert "\x1b" not in seen and "\n" not in seen and r"\x1b[2J\x0ax" in seen


def test_the_table_for_people():
    def answer(name, rtype, tcp):
        return Response(records=at("TXT", "other", "else", owner=name) if rtype == "TXT" else ())
    with ScriptedDns(answer) as dns:
        done = run("check", "dns", NAME, "--record-type", "TXT", "--expected", "token", "--resolver", dns.resolver)
    assert done.returncode == REJECTED
    for word in ("rejected (record-mismatch)", f'{NAME} TXT: NOERROR "other", "else"', "dnssec    indeterminate"):
        assert word in done.stdout, done.stdout

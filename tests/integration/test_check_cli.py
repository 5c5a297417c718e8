# SPDX-License-Identifier: Apache-2.0
"""`mpicd check`: options, exit codes and JSON, against Unbound, nginx and a resolver that is told what to
say."""

import base64

import pytest

from checks import PASSED, REJECTED, UNDETERMINED, check
from lab import CA, PROOF
from mpicd import run
from process import free_port
from scripted_dns import Response, ScriptedDns


@pytest.fixture(scope="module")
def real(lab):
    """Options that lead to the lab, from the primary's resolver."""
    unbound = lab.unbounds["cdg"]
    return ["--resolver", f"{unbound.address}:{unbound.port}", "--allow-special-purpose", "127.0.0.0/8",
            "--http-port", lab.nginx.port]


def caa_on(zone, *values):
    """A resolver's answer: these CAA records at `zone`, nothing elsewhere."""
    def answer(name, rtype, tcp):
        if rtype == "CAA" and name == zone:
            return Response(records=[(name, "CAA", value) for value in values])
        return Response()
    return answer


# --- against real servers ---

def test_caa_determined(real):
    code, result, _ = check("caa", "deep.www.plain.test", *real[:2])
    assert code == PASSED and result["code"] == "ok"
    assert result["caa"] == {"domain": "plain.test",
                             "records": [base64.b64encode(b"\x00\x05issue" + CA.encode()).decode()]}


def test_caa_none_anywhere(real):
    code, result, _ = check("caa", "www.open.test", *real[:2])
    assert code == PASSED
    assert result["caa"] == {"domain": "", "records": []}


@pytest.mark.parametrize("domain,issuers,permits", [
    ("www.plain.test", [CA], True), ("www.plain.test", ["other.example"], False),
    ("www.plain.test", ["other.example", CA], True), ("www.locked.test", [CA], False), ("www.open.test", [CA], True)])
def test_caa_with_an_issuer(real, domain, issuers, permits):
    options = [word for issuer in issuers for word in ("--issuer-domain", issuer)]
    code, result, _ = check("caa", domain, *options, *real[:2])
    assert code == (PASSED if permits else REJECTED)
    assert result["caa"]["permits"] is permits
    assert result["code"] == ("ok" if permits else "caa-forbids")


@pytest.mark.parametrize("zone,state", [("signed", "secure"), ("plain", "insecure")])
def test_dnssec_state(real, zone, state):
    assert check("caa", f"www.{zone}.test", *real[:2])[1]["dnssec"] == state
    _, result, _ = check("dns", f"www.{zone}.test", "--record-type", "TXT", "--prefix", "_acme-challenge",
                         "--expected", f"token-{zone}", *real[:2])
    assert (result["verdict"], result["dnssec"]) == ("passed", state)


def test_a_bogus_zone_is_undetermined(real):
    code, result, _ = check("caa", "www.bogus.test", *real[:2])
    assert (code, result["code"], result["dnssec"]) == (UNDETERMINED, "dns-bogus", "bogus")


def test_http(real):
    code, result, _ = check("http", "www.plain.test", "/proof", "--expected", PROOF, *real)
    assert code == PASSED
    assert result["evidence"]["hops"][0]["status"] == 200


@pytest.mark.parametrize("domain,path,code,word", [
    ("www.plain.test", "/missing", REJECTED, "http-status"), ("www.plain.test", "/broken", REJECTED, "http-status"),
    ("www.plain.test", "/other", REJECTED, "body-mismatch"),
    ("refused.plain.test", "/proof", UNDETERMINED, "connection-refused"),
    ("www.bogus.test", "/proof", UNDETERMINED, "dns-bogus")])
def test_http_that_fails(real, domain, path, code, word):
    got, result, _ = check("http", domain, path, "--expected", PROOF, *real)
    assert (got, result["code"]) == (code, word)


def test_special_purpose_addresses_are_refused_unless_allowed(real):
    code, result, _ = check("http", "www.plain.test", "/proof", "--expected", PROOF, *real[:2])
    assert code in (REJECTED, UNDETERMINED)
    assert result["code"] == "address-refused"


def test_a_test_network_is_loudly_marked(real):
    done = run("check", "http", "www.plain.test", "/proof", "--expected", PROOF, *real)
    assert done.returncode == PASSED
    assert "TEST NETWORK" in done.stderr
    assert "TEST NETWORK" not in run("check", "caa", "www.plain.test", *real[:2]).stderr


def test_text_says_what_json_says(real):
    done = run("check", "caa", "www.plain.test", "--issuer-domain", CA, *real[:2])
    assert done.returncode == PASSED
    for word in ("plain.test", "passed", CA):
        assert word in done.stdout


# --- against a resolver that is told what to say ---

def test_the_climb_asks_each_node_but_the_root():
    with ScriptedDns(caa_on("example.com", "0 issue ca.example")) as dns:
        code, result, _ = check("caa", "a.b.example.com", "--resolver", dns.resolver)
        asked = [name for name, rtype, _ in dns.asked if rtype == "CAA"]
    assert (code, result["caa"]["domain"]) == (PASSED, "example.com")
    assert asked[:3] == ["a.b.example.com", "b.example.com", "example.com"]
    with ScriptedDns(caa_on("nowhere")) as dns:
        check("caa", "a.example.com", "--resolver", dns.resolver)
        asked = [name for name, rtype, _ in dns.asked if rtype == "CAA"]
    assert asked == ["a.example.com", "example.com", "com"]


def test_an_alias_leads_to_the_records_of_the_node_that_has_it():
    """A1: `caa.domain` is the node of the climb, also when an alias led to the records."""
    def answer(name, rtype, tcp):
        if name == "www.example.com" and rtype == "CAA":
            return Response(records=[(name, "CNAME", "cdn.example.net"),
                                     ("cdn.example.net", "CAA", "0 issue ca.example")])
        return Response()
    with ScriptedDns(answer) as dns:
        code, result, _ = check("caa", "www.example.com", "--resolver", dns.resolver)
    assert code == PASSED and result["caa"]["domain"] == "www.example.com"
    assert result["caa"]["records"]


@pytest.mark.parametrize("records,options,permits", [
    (["0 issue ca.example", "0 issuewild ;"], ["--wildcard"], False),
    (["0 issue ca.example", "0 issuewild ;"], [], True),
    (["0 issuewild ca.example"], ["--wildcard"], True),
    (["0 issue ca.example; accounturi=https://ca.example/a/1"], ["--account-uri", "https://ca.example/a/1"], True),
    (["0 issue ca.example; accounturi=https://ca.example/a/1"], ["--account-uri", "https://ca.example/a/2"], False),
    (["0 issue ca.example; accounturi=https://ca.example/a/1"], [], False),
    (["0 issue ca.example; validationmethods=dns-01,http-01"], ["--validation-method", "http-01"], True),
    (["0 issue ca.example; validationmethods=dns-01"], ["--validation-method", "http-01"], False),
    (["128 unknown x", "0 issue ca.example"], [], False),
    (["0 unknown x", "0 issue ca.example"], [], True),
    (["0 iodef mailto:a@example.com"], [], True),
])
def test_caa_options(records, options, permits):
    """RFC 8659 §4, RFC 8657 §3 and §4."""
    with ScriptedDns(caa_on("example.com", *records)) as dns:
        code, result, _ = check("caa", "example.com", "--issuer-domain", "ca.example", *options,
                                "--resolver", dns.resolver)
    assert (code, result["caa"]["permits"]) == (PASSED if permits else REJECTED, permits), result


@pytest.mark.parametrize("rcode,word", [("SERVFAIL", "dns-servfail"), ("REFUSED", "dns-refused"),
                                        ("FORMERR", "dns-error-rcode")])
def test_a_failing_lookup_is_undetermined(rcode, word):
    with ScriptedDns(lambda name, rtype, tcp: Response(rcode)) as dns:
        for arguments in (["caa", "www.example.com"],
                          ["dns", "www.example.com", "--record-type", "TXT", "--expected", "x"],
                          ["http", "www.example.com", "/x", "--expected", "x"]):
            code, result, _ = check(*arguments, "--resolver", dns.resolver)
            assert (code, result["code"]) == (UNDETERMINED, word), result


def test_nxdomain_has_a_code_of_its_own():
    with ScriptedDns(lambda name, rtype, tcp: Response("NXDOMAIN")) as dns:
        code, result, _ = check("dns", "www.example.com", "--record-type", "TXT", "--expected", "x",
                                "--resolver", dns.resolver)
        assert code in (REJECTED, UNDETERMINED) and result["code"] == "dns-nxdomain"
        code, result, _ = check("caa", "www.example.com", "--resolver", dns.resolver)
        assert code == PASSED and result["caa"] == {"domain": "", "records": []}


@pytest.mark.parametrize("retry", [0, 1, 3])
def test_retry_counts_further_tries(retry):
    with ScriptedDns(lambda name, rtype, tcp: Response("SERVFAIL")) as dns:
        check("dns", "www.example.com", "--record-type", "TXT", "--expected", "x", "--retry", retry,
              "--resolver", dns.resolver)
        tries = [entry for entry in dns.asked if entry[:2] == ("www.example.com", "TXT")]
    # A proof that a failure is bogus costs a further query, with checking disabled.
    assert 1 + retry <= len(tries) <= 2 * (1 + retry)


def test_a_retry_may_succeed():
    seen = []

    def answer(name, rtype, tcp):
        seen.append(rtype)
        if rtype == "TXT" and seen.count("TXT") > 2:
            return Response(records=[(name, "TXT", "x")])
        return Response("SERVFAIL" if rtype == "TXT" else "NOERROR")
    with ScriptedDns(answer) as dns:
        code, result, _ = check("dns", "www.example.com", "--record-type", "TXT", "--expected", "x", "--retry", 2,
                                "--resolver", dns.resolver)
    assert code == PASSED, result


def test_the_timeout_covers_the_whole_check():
    with ScriptedDns(lambda name, rtype, tcp: None) as dns:
        for arguments in (["caa", "www.example.com"], ["http", "www.example.com", "/x", "--expected", "x"]):
            code, result, taken = check(*arguments, "--timeout", "500ms", "--retry", 5, "--resolver", dns.resolver)
            assert code == UNDETERMINED
            assert result["code"] in ("timeout", "dns-timeout")
            assert 0.4 < taken < 2.5


def test_nobody_listens_at_the_resolver():
    port = free_port()
    code, result, taken = check("caa", "www.example.com", "--timeout", "3s", "--resolver", f"127.0.0.1:{port}")
    assert (code, result["code"]) == (UNDETERMINED, "connection-refused")
    assert taken < 2  # less than one try: nobody was waited for


def test_a_truncated_answer_is_asked_for_again_over_tcp():
    def answer(name, rtype, tcp):
        if not tcp:
            return Response(truncated=True)
        return Response(records=[(name, rtype, "0 issue ca.example")]) if rtype == "CAA" else Response()
    with ScriptedDns(answer) as dns:
        code, result, _ = check("caa", "example.com", "--resolver", dns.resolver)
        assert ("example.com", "CAA", "tcp") in dns.asked
    assert code == PASSED and result["caa"]["domain"] == "example.com"


def test_truncation_over_tcp_is_a_failure_and_no_empty_answer():
    with ScriptedDns(lambda name, rtype, tcp: Response(truncated=True)) as dns:
        code, result, _ = check("caa", "example.com", "--resolver", dns.resolver)
    assert (code, result["code"]) == (UNDETERMINED, "dns-truncated")


@pytest.mark.parametrize("response", [
    Response(records=[("example.com", "CAA", b"\x00")]), Response(records=[("example.com", "CAA", b"\x00\x10issue")]),
    Response(raw=b"\x81\x80\x00\x01\x00\xff"), Response(raw=b"\x81\x80" + b"\x00" * 8)],
    ids=["one-octet", "tag-beyond-the-end", "cut", "no-question"])
def test_malformed_answers_are_failures_and_no_empty_answer(response):
    with ScriptedDns(lambda name, rtype, tcp: response) as dns:
        code, result, _ = check("caa", "example.com", "--timeout", "3s", "--retry", 0, "--resolver", dns.resolver)
    assert code == UNDETERMINED, result
    assert result["code"] in ("dns-malformed", "dns-timeout")


@pytest.mark.parametrize("rtype,value,expected,passes", [
    ("TXT", "token", "token", True), ("TXT", "token", "Token", False), ("A", "192.0.2.1", "192.0.2.1", True),
    ("A", "192.0.2.1", "192.0.2.2", False), ("CNAME", "Target.Example.NET", "target.example.net.", True),
    ("CNAME", "target.example.net", "other.example.net", False)])
def test_records_are_compared_as_their_type_is(rtype, value, expected, passes):
    def answer(name, asked, tcp):
        return Response(records=[(name, rtype, value)]) if asked == rtype else Response()
    with ScriptedDns(answer) as dns:
        code, result, _ = check("dns", "www.example.com", "--record-type", rtype, "--expected", expected,
                                "--resolver", dns.resolver)
    assert code == (PASSED if passes else REJECTED), result
    assert result["code"] == ("ok" if passes else "record-mismatch")


def test_one_match_among_several_suffices():
    def answer(name, rtype, tcp):
        return Response(records=[(name, "TXT", value) for value in ("a", "b", "c")])
    with ScriptedDns(answer) as dns:
        assert check("dns", "example.com", "--record-type", "TXT", "--expected", "b", "--prefix", "_x",
                     "--resolver", dns.resolver)[0] == PASSED
        assert ("_x.example.com", "TXT", "udp") in dns.asked


# --- the command line itself ---

@pytest.mark.parametrize("arguments", [
    ["check"], ["check", "ftp", "example.com"], ["check", "caa"], ["check", "caa", "a..b"],
    ["check", "caa", "example.com", "--timeout", "soon"], ["check", "caa", "example.com", "--resolver", "nonsense"],
    ["check", "caa", "example.com", "--no-such-option"], ["check", "http", "example.com", "x", "--expected", "y"],
    ["check", "dns", "example.com", "--record-type", "MX", "--expected", "x"],
    ["check", "caa", "example.com", "--allow-special-purpose", "127.0.0.1/33"], ["nonsense"], []])
def test_usage_errors_are_no_verdicts(arguments):
    done = run(*arguments)
    assert done.returncode > 2, (done.returncode, done.stdout, done.stderr)
    assert done.stderr.strip() and not done.stdout.strip()


@pytest.mark.parametrize("command", [
    [], ["coordinator"], ["perspective"], ["dev"], ["check"], ["check", "caa"], ["check", "http"], ["check", "dns"],
    ["request"], ["config"], ["config", "check"], ["audit"], ["audit", "verify"],
    ["audit", "query"], ["token"], ["token", "new"], ["pki"], ["pki", "init"]])
def test_help_on_each(command):
    done = run(*command, "--help")
    assert done.returncode == 0
    assert " ".join(["Usage: mpicd", *command]) in done.stdout and not done.stderr


def test_version_names_what_it_stands_on():
    done = run("--version")
    assert done.returncode == 0
    for word in ("mpicd", "clang", "Boost", "OpenSSL", "c-ares"):
        assert word.lower() in done.stdout.lower()

# SPDX-License-Identifier: Apache-2.0
"""The http method, rule by rule, by `mpicd check http` against a scripted server over IPv4 and IPv6: what is
asked, redirects, bodies, responses that are none. BR 3.2.2.4.18 and .19, RFC 8555 §8.3, RFC 9112.
TLS and nginx are in test_http_servers.py, addresses in test_http_addresses.py."""

import pytest

from checks import PASSED, REJECTED, UNDETERMINED
from http_world import HttpWorld
from scripted_http import RESET, STALL, redirect, response

TOKEN = "token.thumbprint"
PATH = "/.well-known/acme-challenge/token"
LIMIT = 64 * 1024  # of a body


@pytest.fixture(scope="module", params=["ipv4", "ipv6"])
def world(request, tmp_path_factory):
    """Everything is where one family leads, and nothing where the other would."""
    with HttpWorld(tmp_path_factory.mktemp("http"), request.param) as world:
        yield world


def outcome(world, *parts, host="www.web.test", path=PATH, expected=TOKEN, **more):
    """(exit code, code, the evidence of each hop) when the server answers `parts` at every path, or, for a
    dict, what it has for that path."""
    reply = parts[0] if len(parts) == 1 and isinstance(parts[0], dict) else None
    world.say(lambda request: list(parts) if reply is None else reply.get(request.target, response(404)))
    code, result = world.check(host, path, expected, **more)
    return code, result["code"], result["evidence"]["hops"]


# --- what is asked ---

def test_the_request(world):
    """RFC 8555 §8.3, RFC 9112 §3.2: Host without a port, no body, nothing that says more than needed."""
    code, _, hops = outcome(world, response(200, TOKEN), path=PATH + "?a=b")
    assert code == PASSED
    asked, = world.asked
    assert asked.line == f"GET {PATH}?a=b HTTP/1.1"
    assert asked.header("Host") == "www.web.test" and asked.header("Connection") == "close"
    assert asked.header("User-Agent").startswith("mpicd/") and asked.header("Accept") == "*/*"
    assert {key.lower() for key, _ in asked.headers} == {"host", "user-agent", "accept", "connection"}
    assert asked.raw.endswith(b"\r\n\r\n")
    assert (hops[0]["family"], hops[0]["address"]) == (world.family, world.address)


def test_a_name_is_asked_for_in_lower_case_without_its_final_dot(world):
    assert outcome(world, response(200, TOKEN), host="WWW.Web.Test.")[0] == PASSED
    assert world.asked[0].header("Host") == "www.web.test"


def test_an_address_is_its_own_host(world):
    """RFC 8738 §3: no DNS, and Host is the address, IPv6 in brackets."""
    assert outcome(world, response(200, TOKEN), host=world.address)[0] == PASSED
    assert world.asked[0].header("Host") == (f"[{world.address}]" if ":" in world.address else world.address)
    assert not world.dns.asked


# --- redirects ---

@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_that_are_followed(world, status):
    """BR 3.2.2.4.18 and .19: RFC 7231 §6.4 and RFC 7538 §3, the Location's final value."""
    code, _, hops = outcome(world, {PATH: redirect("/there", status), "/there": response(200, TOKEN)})
    assert code == PASSED
    assert [(hop["status"], hop["url"]) for hop in hops] == [(status, f"http://www.web.test{PATH}"),
                                                             (200, "http://www.web.test/there")]
    assert hops[0]["location"] == "/there"


@pytest.mark.parametrize("status", [300, 303, 304, 305, 201, 399])
def test_statuses_that_are_not(world, status):
    code, word, hops = outcome(world, {PATH: redirect("/there", status), "/there": response(200, TOKEN)})
    assert code == REJECTED and len(hops) == 1
    assert word == ("body-mismatch" if status == 201 else "http-status")


@pytest.mark.parametrize("location,target,host", [
    ("/there", "/there", "www.web.test"), ("there", "/.well-known/acme-challenge/there", "www.web.test"),
    ("../x/./y?q=1#fragment", "/.well-known/x/y?q=1", "www.web.test"), ("?again", PATH + "?again", "www.web.test"),
    ("//other.web.test/there", "/there", "other.web.test"), ("http://other.web.test", "/", "other.web.test"),
    ("HTTP://OTHER.web.test:80/there", "/there", "other.web.test"), ("http://other.web.test:/there", "/there",
                                                                     "other.web.test")])
def test_where_a_location_leads(world, location, target, host):
    """RFC 3986 §5.2; the Host of the next request is the next host."""
    code, _, _ = outcome(world, {PATH: redirect(location), target: response(200, TOKEN)})
    assert code == PASSED, location
    assert (world.asked[-1].target, world.asked[-1].header("Host")) == (target, host)


@pytest.mark.parametrize("location", [
    "http://www.web.test:8080/", "https://www.web.test:8443/", "http://www.web.test:22/", "http://www.web.test:25/",
    "http://www.web.test:0/", "http://www.web.test:65536/", "ftp://www.web.test/", "file:///etc/passwd",
    "gopher://www.web.test/", "javascript:alert(1)", "data:,x", "mailto:a@b.test", "http:", "http://", "http:///x",
    "http://user:secret@www.web.test/", "http://www.web.test\\@evil.test/", "http://a_b.web.test/",
    "http://-a.web.test/", "http://www..web.test/", "/a b", "/%zz", "/" + "a" * 3000])
def test_locations_that_are_refused(world, location):
    """BR 3.2.2.4.18: http and https, Authorized Ports; and only what every reader reads alike."""
    code, word, hops = outcome(world, redirect(location))
    assert (code, word) == (REJECTED, "redirect-refused") and len(world.asked) == 1
    assert len(hops) == 1


def test_port_443_may_be_named_with_either_scheme(world):
    """The port is authorized; whether its server speaks the scheme shows when it is asked (nobody is there)."""
    for location in ("https://www.web.test:443/", "http://www.web.test:443/", "https://www.web.test:80/"):
        code, word, hops = outcome(world, redirect(location))
        assert code == UNDETERMINED and len(hops) == 2, (location, word)
        assert word in ("connection-refused", "tls-failed")


@pytest.mark.parametrize("headers,code", [
    ([], "http-status"), ([("Location", "/a"), ("Location", "/b")], "redirect-refused"),
    ([("Location", "")], "redirect-loop")])
def test_one_location_is_needed(world, headers, code):
    assert outcome(world, response(302, b"", headers))[:2] == (REJECTED, code)


def test_loops_end(world):
    assert outcome(world, redirect(PATH))[:2] == (REJECTED, "redirect-loop")
    assert len(world.asked) == 1
    assert outcome(world, {PATH: redirect("/b"), "/b": redirect("/c"), "/c": redirect("/b")})[:2] == \
        (REJECTED, "redirect-loop")
    assert len(world.asked) == 3


@pytest.mark.parametrize("count", [10, 11])
def test_ten_redirects_and_no_more(world, count):
    chain = {PATH: redirect("/1"), f"/{count}": response(200, TOKEN)}
    chain |= {f"/{i}": redirect(f"/{i + 1}") for i in range(1, count)}
    code, word, hops = outcome(world, chain)
    assert (code, word) == ((PASSED, "ok") if count == 10 else (REJECTED, "too-many-redirects"))
    assert len(hops) == len(world.asked) == 11


def test_a_host_is_resolved_once(world):
    """And is therefore not rebound between two hops (RFC 8555 §10.4)."""
    assert outcome(world, {PATH: redirect("/there"), "/there": response(200, TOKEN)})[0] == PASSED
    assert world.dns.asked.count(("www.web.test", "A", "udp")) == 1
    assert world.dns.asked.count(("www.web.test", "AAAA", "udp")) == 1


# --- bodies ---

def chunks(*parts, last=b"0\r\n\r\n"):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return [head, *(b"%x\r\n%s\r\n" % (len(part), part) for part in parts), last]


T = TOKEN.encode()


@pytest.mark.parametrize("parts", [
    [response(200, T)], [response(200, T + b" \t\r\n\n")], [response(203, T)], [response(299, T)],
    chunks(T), chunks(*(bytes([octet]) for octet in T)), chunks(T, last=b"0\r\nTrailer: x\r\n\r\n"),
    [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10;ext=1\r\n" + T + b"\r\n0\r\n\r\n"],
    [b"HTTP/1.1 200 OK\r\n\r\n", T], [b"HTTP/1.0 200 OK\r\n\r\n" + T], [b"HTTP/1.1 200 \r\nContent-Length: 16\r\n\r\n" + T],
    [b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", response(200, T)],
    [response(200, T, [("Content-Encoding", "identity")])],
    [bytes([octet]) for octet in response(200, T)], [response(200, T)[:30], 0.3, response(200, T)[30:-4], 0.3, T[-4:]],
    [response(200, T), STALL]],
    ids=["length", "white-space-after", "203", "299", "chunked", "tiny-chunks", "trailer", "chunk-extension", "until-close",
         "http-1.0", "no-reason", "interim", "identity", "by-octets", "slow", "kept-open"])
def test_bodies_that_pass(world, parts):
    assert len(T) == 16
    assert outcome(world, *parts)[:2] == (PASSED, "ok")


@pytest.mark.parametrize("parts", [
    [response(200, b" " + T)], [response(200, T + b"x")], [response(200, T[:-1])], [response(200, T.upper())],
    [response(200, b"")], [response(204)], [response(200, b"<html>" + T + b"</html>")],
    [response(200, b"\xef\xbb\xbf" + T)], [response(200, T + b"\0")],
    [response(200, T, [("Content-Encoding", "gzip")])], [response(200, T, [("Content-Encoding", "br")])],
    [response(200, T + b" " * LIMIT)], chunks(T, b" " * LIMIT)],
    ids=["white-space-before", "longer", "shorter", "upper-case", "empty", "204", "inside", "byte-order-mark", "nul",
         "gzip", "brotli", "over-the-limit", "chunks-over-the-limit"])
def test_bodies_that_do_not(world, parts):
    """RFC 8555 §8.3: white space at the end is ignored, and nothing else. A verdict: an answer came."""
    assert outcome(world, *parts)[:2] == (REJECTED, "body-mismatch")


def test_the_limit_of_a_body(world):
    assert outcome(world, response(200, T + b"\n" * (LIMIT - len(T))))[0] == PASSED
    assert outcome(world, response(200, T + b"\n" * (LIMIT - len(T) + 1)))[0] == REJECTED


def test_a_body_without_end_is_read_to_the_limit_only(world):
    code, word, _ = outcome(world, b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 65536] * 64, STALL)
    assert (code, word) == (REJECTED, "body-mismatch")


@pytest.mark.parametrize("parts,code", [
    ([response(200, T)[:-1]], "connection-reset"), ([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + T], "connection-reset"),
    (chunks(T, last=b""), "connection-reset"), ([response(200, T)[:-1], RESET], "connection-reset"),
    (chunks(T, last=b"zz\r\n\r\n"), "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"], "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n10\r\n" + T + b"\r\n0\r\n\r\n"], "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + T + b"\r\n0\r\n\r\n"],
     "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\nContent-Length: 17\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + T], "http-malformed")],
    ids=["one-short", "length-lies", "no-last-chunk", "reset", "bad-chunk-size", "huge-chunk-size", "gzip-chunked",
         "both-framings", "two-lengths", "negative-length"])
def test_bodies_that_do_not_arrive(world, parts, code):
    """RFC 9112 §6, §8: an incomplete message is no answer, whatever there is of it."""
    assert outcome(world, *parts)[:2] == (UNDETERMINED, code)


# --- responses that are none ---

@pytest.mark.parametrize("parts,code", [
    ([b"220 mail.test ESMTP\r\n", STALL], "http-malformed"), ([b"SSH-2.0-OpenSSH_9.2\r\n", STALL], "http-malformed"),
    ([b"ICY 200 OK\r\n\r\n" + T], "http-malformed"), ([b"HTTP/2 200 OK\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/0.9 200 OK\r\n\r\n" + T], "http-malformed"), ([b"http/1.1 200 OK\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 abc OK\r\n\r\n" + T], "http-malformed"), ([b"HTTP/1.1 20 OK\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 2000 OK\r\n\r\n" + T], "http-malformed"), ([b"HTTP/1.1 200\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 099 OK\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nBad name: x\r\n\r\n" + T], "http-malformed"),
    ([b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n" + T], "http-malformed"), ([b"\x15\x03\x01\x00\x02\x02\x46"], "http-malformed"),
    ([b"HTTP/1.1 100 Continue\r\n\r\n" * 20, response(200, T)], "http-malformed"),
    ([T], "http-malformed"), ([b""], "connection-reset"), ([RESET], "connection-reset"),
    ([b"HTTP/1.1 200 OK\r\nX: "], "connection-reset"),
    ([b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 20_000 + b"\r\n\r\n" + T], "http-too-large"),
    ([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000 + b"\r\n" + T], "http-too-large"),
    ([b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 1000 + b"\r\n"] * 100, STALL], "http-too-large"),
    ([b"HTTP/1.1 200 " + b"O" * 20_000 + b"\r\n\r\n" + T], "http-too-large")],
    ids=["smtp", "ssh", "shoutcast", "http-2", "http-0.9", "lower-case", "letters", "two-digits", "four-digits", "no-space", "099",
         "101", "folded", "no-colon", "space-in-name", "nul", "tls-alert", "interim-flood", "no-head", "nothing", "reset",
         "half-a-head", "long-header", "many-headers", "endless-headers", "long-reason"])
def test_responses_that_are_none(world, parts, code):
    """RFC 9112 §4 and §5: not understood is not determined; floods end at 16 KiB."""
    assert outcome(world, *parts)[:2] == (UNDETERMINED, code)


@pytest.mark.parametrize("parts,phase", [
    ([STALL], "head"), ([b"HTTP/1.1 200 OK\r\nX: ", STALL], "head"), ([response(200, T)[:-1], STALL], "body"),
    ([octet for pair in zip([b"x"] * 40, [0.2] * 40) for octet in pair], "head"),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
      *(octet for pair in zip([b"x"] * 40, [0.2] * 40) for octet in pair)], "body")],
    ids=["silent", "half-a-head", "half-a-body", "head-by-drops", "body-by-drops"])
def test_slow_servers_end_at_the_deadline(world, parts, phase):
    if phase == "head" and parts[0] == b"x":
        parts = [b"HTTP/1.1 200 OK\r\nX: ", *parts]
    code, word, hops = outcome(world, *parts, timeout="1500ms")
    assert (code, word) == (UNDETERMINED, "timeout")
    assert hops[0]["tried"][-1]["phase"] == phase
    assert 1.2 < world.seconds < 6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451, 500, 502, 503, 599])
def test_any_other_final_status_is_a_verdict(world, status):
    code, word, hops = outcome(world, response(status, T, [("Server", "some-cdn")]))
    assert (code, word) == (REJECTED, "http-status")
    assert (hops[0]["status"], hops[0]["server"]) == (status, "some-cdn")


def test_a_status_needs_no_body(world):
    assert outcome(world, b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", RESET)[:2] == (REJECTED, "http-status")


def test_what_was_seen_is_escaped_and_bounded(world):
    """Never the expected value; and nothing that a terminal or a log would obey."""
    world.say(lambda request: response(200, b"\x1b[2J\r\n<script>" + b"y" * 5000))
    _, result = world.check("www.web.test", PATH, TOKEN)
    seen = result["evidence"]["seen"]
    assert "\x1b" not in seen and "\n" not in seen and len(seen) < 500, seen
    world.say(lambda request: response(200, f"before {TOKEN} after"))
    assert TOKEN not in str(world.check("www.web.test", PATH, TOKEN)[1])

# SPDX-License-Identifier: Apache-2.0
"""Which addresses the http method connects to: families, fallback and time; and what it must never connect
to, however the address is spelt. RFC 6890, RFC 8555 §10.4."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checks import PASSED, REJECTED, UNDETERMINED
from http_world import ALLOWED, HttpWorld
from mpicd import run
from process import free_port
from scripted_http import BlackHole, ScriptedHttp, redirect, response

TOKEN, PATH = "token.thumbprint", "/.well-known/acme-challenge/token"


@pytest.fixture
def world(tmp_path):
    with HttpWorld(tmp_path) as world:
        world.say(lambda request: response(200, TOKEN))
        yield world


def tried(result, hop=0):
    return [(entry["address"], entry["outcome"]) for entry in result["evidence"]["hops"][hop]["tried"]]


# --- families, fallback, time ---

def test_ipv6_is_first_and_enough(world):
    world.names["both.test"] = [world.address, "::1"]
    with ScriptedHttp(lambda request: response(200, TOKEN), ["::1"], port=world.http.port) as six:
        code, result = world.check("both.test", PATH, TOKEN)
        assert code == PASSED and tried(result) == [("::1", "answered")]
        assert len(six.asked) == 1 and not world.asked
    assert result["evidence"]["hops"][0]["resolved"] == ["::1", world.address]


def test_the_fallback_to_ipv4_is_reported(world):
    world.names["both.test"] = [world.address, "::1"]
    code, result = world.check("both.test", PATH, TOKEN)
    hop = result["evidence"]["hops"][0]
    assert code == PASSED and tried(result) == [("::1", "connection-refused"), (world.address, "answered")]
    assert (hop["family"], hop["address"]) == ("ipv4", world.address)
    done = run("check", "http", "both.test", PATH, "--expected", TOKEN, "--resolver", world.dns.resolver, "--http-port",
               world.http.port, *ALLOWED)
    assert "::1 connection-refused" in done.stdout and "status 200 over ipv4" in done.stdout


@pytest.mark.parametrize("timeout", ["2s", "10s"])
def test_a_black_hole_on_ipv6_leaves_time_for_ipv4(world, timeout):
    world.names["both.test"] = [world.address, "::1"]
    with BlackHole("::1", world.http.port):
        code, result = world.check("both.test", PATH, TOKEN, timeout=timeout)
    assert code == PASSED and tried(result) == [("::1", "connection-timeout"), (world.address, "answered")]
    waited = result["evidence"]["hops"][0]["tried"][0]["elapsed-ms"]
    assert 200 < waited < (2000 if timeout == "2s" else 5000)


def test_a_silent_server_on_ipv6_leaves_time_for_ipv4(world):
    """It accepts, and says nothing: the time kept back for the other address is still there."""
    world.names["both.test"] = [world.address, "::1"]
    with ScriptedHttp(lambda request: [world.http.over.wait(5) and b"" or b""], ["::1"], port=world.http.port):
        code, result = world.check("both.test", PATH, TOKEN, timeout="3s")
    assert code == PASSED and tried(result) == [("::1", "timeout"), (world.address, "answered")]


def test_every_further_address_gets_its_turn(world):
    """Refused, silent, reset, and then the good one."""
    dead, hole, resetting = (world.addresses.new() for _ in range(3))
    world.names["four.test"] = [dead, hole, resetting, world.address]
    with BlackHole(hole, world.http.port), ScriptedHttp(lambda request: b"", [resetting], port=world.http.port):
        code, result = world.check("four.test", PATH, TOKEN, timeout="15s")
    assert code == PASSED
    assert tried(result) == [(dead, "connection-refused"), (hole, "connection-timeout"),
                             (resetting, "connection-reset"), (world.address, "answered")]


@pytest.mark.parametrize("reply,word", [(response(200, "another"), "body-mismatch"), (response(404), "http-status")])
def test_an_answer_ends_the_trying(world, reply, word):
    """A wrong body or status is a verdict: a second server must not be asked until one says what is wanted."""
    world.names["both.test"] = [world.address, "::1"]
    with ScriptedHttp(lambda request: reply, ["::1"], port=world.http.port):
        code, result = world.check("both.test", PATH, TOKEN)
    assert (code, result["code"]) == (REJECTED, word)
    assert tried(result) == [("::1", "answered")] and not world.asked


def test_when_all_fail_each_is_named(world):
    other = world.addresses.new()
    world.names["none.test"] = [other, "::1"]
    code, result = world.check("none.test", PATH, TOKEN)
    assert (code, result["code"]) == (UNDETERMINED, "connection-refused")
    assert tried(result) == [("::1", "connection-refused"), (other, "connection-refused")]
    for part in (f"::1 port {world.http.port} (ipv6)", f"{other} port {world.http.port} (ipv4)"):
        assert part in result["detail"]


def test_no_proxy_is_asked(world):
    """The environment steers nothing."""
    proxy = f"http://{world.address}:{free_port()}"
    done = run("check", "http", "www.web.test", PATH, "--expected", TOKEN, "--resolver", world.dns.resolver,
               "--http-port", world.http.port, *ALLOWED, env={name: proxy for name in (
                   "http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY")})
    assert done.returncode == PASSED


# --- what must not be connected to ---

INWARD = ["127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.31.255.255",
          "192.168.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
          "::1", "::", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
          "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "fe80::1", "fd00:ec2::254", "fec0::1", "ff02::1",
          "2001:db8::1"]


def literal(address):
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("address", INWARD)
def test_a_redirect_inwards_is_refused_by_name(world, address):
    """Only the test's own server is allowed; whatever else is special-purpose stays refused, at connect time."""
    only_this = ("--allow-special-purpose", f"{world.address}/32")
    for location in (f"http://{literal(address)}/latest/meta-data/", f"https://{literal(address)}:443/"):
        world.say(lambda request, to=location: redirect(to))
        code, result = world.check("www.web.test", PATH, TOKEN, allowed=only_this)
        assert (code, result["code"]) == (UNDETERMINED, "address-refused"), result
        assert [outcome for _, outcome in tried(result, 1)] == ["address-refused"]
        assert len(world.asked) == 1


@pytest.mark.parametrize("address", INWARD)
def test_a_name_that_leads_inwards_is_refused_by_name(world, address):
    """RFC 8555 §10.4: the address that is connected to is the one that is judged."""
    world.names["inward.test"] = [address]
    code, result = world.check("inward.test", PATH, TOKEN, allowed=("--allow-special-purpose", f"{world.address}/32"))
    assert (code, result["code"]) == (UNDETERMINED, "address-refused"), result
    assert [outcome for _, outcome in tried(result)] == ["address-refused"]


@pytest.mark.parametrize("host", [
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0", "010.0.0.1",
    "2852039166", "0xa9fea9fe", "169.254.43518", "127.0.0.1.", "127.0.0.01", "127.0.0.0x1", "[::ffff:7f00:1]",
    "[::1%25lo]", "[fe80::1%25eth0]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0177.0.0.1]", "[127.0.0.1]", "[v1.x]",
    "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "localhost%00.web.test", "127.0.0.1%20"])
def test_disguises_of_an_address_lead_nowhere(world, host):
    """Decimal, octal, hexadecimal, short, mapped, zoned, full-width: all that inet_aton() or a browser would
    read as an address is refused or judged as the address that it is."""
    world.say(lambda request: redirect(f"http://{host}/"))
    code, result = world.check("www.web.test", PATH, TOKEN, allowed=("--allow-special-purpose", f"{world.address}/32"))
    assert (code, result["code"]) in ((REJECTED, "redirect-refused"), (UNDETERMINED, "address-refused")), result
    assert len(world.asked) == 1
    assert {name for name, *_ in world.dns.asked} <= {"www.web.test", "web.test", "test"}, "no name was looked up"


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:8.8.8.8", "192.0.0.9",
                                  "192.175.48.1", "64:ff9b::808:808"])
def test_a_reserved_address_is_no_identifier(world, host):
    """BR 1.6.1: any entry of the registries, also one that is globally reachable."""
    code, result = world.check(host, PATH, TOKEN, allowed=())
    assert (code, result["code"]) == (UNDETERMINED, "address-refused"), result
    assert not world.asked


def test_a_refused_address_beside_a_good_one_is_passed_over(world):
    world.names["mixed.test"] = ["::ffff:127.0.0.1", "169.254.169.254", world.address]
    code, result = world.check("mixed.test", PATH, TOKEN)
    assert code == PASSED
    assert [outcome for _, outcome in tried(result)] == ["address-refused", "address-refused", "answered"]


def test_a_name_cannot_be_rebound(world):
    """A first answer outwards and all later ones inwards: within one check there is no later one, and in the next
    the address is judged anew."""
    answers = iter([[world.address]])
    original = world.dns.answer

    def rebinding(name, rtype, tcp):
        if name == "rebound.test" and rtype == "A":
            world.names[name] = next(answers, ["169.254.169.254"])
        return original(name, rtype, tcp)
    world.dns.answer = rebinding
    world.say(lambda request: response(200, TOKEN) if request.target == "/b" else redirect("http://rebound.test/b"))
    assert world.check("rebound.test", "/a", TOKEN)[0] == PASSED
    assert len(world.asked) == 2
    code, result = world.check("rebound.test", "/a", TOKEN)
    assert (code, result["code"]) == (UNDETERMINED, "address-refused") and len(world.asked) == 2


# --- with addresses of our own ---

def in_namespace():
    """A command that runs another in a network namespace of its own, or nothing where that is not allowed."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and shutil.which("ip") and subprocess.run(
                [*command, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode == 0:
            return command
    return None


def test_several_addresses_of_each_family():
    """Unreachable, black-holed and refusing IPv6 addresses, one that answers, and IPv4 that is not needed."""
    command = in_namespace()
    if command is None:
        pytest.skip("no network namespaces here")
    done = subprocess.run([*command, sys.executable, Path(__file__).with_name("namespace_http.py")], text=True,
                          capture_output=True, timeout=90, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results["both"] == [["fd00:2::1", "network-unreachable"], ["fd00:1::9", "connection-timeout"],
                               ["fd00:1::2", "connection-refused"], ["fd00:1::3", "answered"]]
    assert results["dead-ipv6"] == [["fd00:2::1", "network-unreachable"], ["fd00:1::9", "connection-timeout"],
                                    ["fd00:1::2", "connection-refused"], ["10.9.0.2", "connection-refused"],
                                    ["10.9.0.3", "answered"]]

# SPDX-License-Identifier: Apache-2.0
"""The 100 worked examples of CAA, by `mpicd check caa` against Knot through a validating Unbound; where Knot
is too well behaved, against a scripted server through the same Unbound. The rows are in caa_rows.py and
caa_rows_failures.py; all of them are asked at once, and each test looks at one."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from caa_rows import CLIMB, GRAMMAR, LINKS, NAMES, PARAMETERS, PROPERTIES, REFUSED, issue
from caa_rows_failures import FAILURES, PASS
from checks import PASSED, REJECTED, UNDETERMINED, check
from mpicd import run
from process import Addresses, free_port
from scripted_dns import Forward, Response, ScriptedDns
from servers import Knot, Unbound

ROWS = [*CLIMB, *LINKS, *PROPERTIES, *GRAMMAR, *PARAMETERS, *NAMES, *FAILURES]
TLDS = ("com", "net", "test")
ELSEWHERE = (83, 84, 85, 99, 100)  # tests of their own, below and in test_caa_perspectives.py
AT_ONCE = 8


def delegations(rows):
    """The parents' zones, and which zones are signed."""
    text = {zone: "" for zone in (".", *TLDS)}
    signed = {".", *TLDS}
    for tld in TLDS:
        text["."] += f"@DS {tld}\n{tld}. NS ns.test.\n"
    for row in rows:
        for zone in row.zones:
            mine = row.here(zone)
            parent = mine.partition(".")[2] or "."
            text[parent] += f"{mine}. NS ns.test.\n"
            if zone in row.signed:
                signed.add(mine)
                text[parent] += f"{'@BADDS' if zone in row.bogus else '@DS'} {mine}\n"
    return text, signed


class World:
    """Root, top-level domains and a few zones for each row on one Knot; a scripted server in front of it; and
    resolvers of several tempers."""

    def __init__(self, folder):
        self.folder = folder
        self.addresses = Addresses()
        self.scripted = {row.here(zone): row for row in ROWS if row.script for zone in row.zones}
        self.started = []

    def start(self):
        text, signed = delegations(ROWS)
        zones = text | {row.here(zone): row.master_file(zone) for row in ROWS for zone in row.zones}
        self.knot = self.keep(Knot(self.folder, self.addresses.new(), zones, signed=signed, nsec3=("com",))).start()
        self.front = ScriptedDns(self.answer, self.addresses.new())
        self.front.__enter__()
        self.silent = ScriptedDns(lambda *_: None, self.addresses.new())
        self.silent.__enter__()
        self.resolvers = {
            "patient": self.make_unbound("patient", ""),
            "impatient": self.make_unbound("impatient", "outbound-msg-retry: 1\nunknown-server-time-limit: 250\n"),
        }
        for unbound in self.resolvers.values():
            unbound.ready()
        nobody = self.addresses.new()
        self.at = {name: f"{unbound.address}:{unbound.port}" for name, unbound in self.resolvers.items()}
        self.at |= {"nobody": f"{nobody}:{free_port(nobody)}", "silent": self.silent.resolver}
        return self

    def keep(self, thing):
        self.started.append(thing)
        return thing

    def stop(self):
        for thing in reversed(self.started):
            thing.stop()
        for server in (self.front, self.silent):
            server.__exit__()

    def make_unbound(self, name, extra):
        front, knot = ((server.address, server.port) for server in (self.front, self.knot))
        stubs = {zone: front if zone in self.scripted or zone == "com" else knot for zone in self.knot.zones}
        return self.keep(Unbound(self.folder, self.addresses.new(), stubs, [self.knot.trust_anchor(".")],
                                 name=name, extra=extra)).launch()

    def answer(self, name, rtype, tcp):
        row = next((row for zone, row in self.scripted.items() if name == zone or name.endswith("." + zone)), None)
        reply = PASS if row is None else row.script(row.there(name), rtype)
        if reply is PASS:
            return Forward(self.knot.address, self.knot.port)
        if reply is None or not reply.records:
            return reply
        return Response(reply.rcode, [(row.here(owner), *rest) for owner, *rest in reply.records],
                        authoritative=True, truncated=reply.truncated, cut=reply.cut)

    def ask(self, row):
        return check("caa", row.here(row.request), "--issuer-domain", "ca.example", *row.options, "--resolver",
                     self.at[row.resolver], "--timeout", "40s", seconds=90)[:2]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("rows"))
    try:
        yield world.start()
    finally:
        world.stop()


@pytest.fixture(scope="module")
def results(world):
    """What has come of each row, by its id; the exception if the program did not do what it should."""
    def ask(row):
        try:
            return world.ask(row)
        except Exception as error:  # pylint: disable=broad-except
            return error
    with ThreadPoolExecutor(AT_ONCE) as pool:
        slow_first = sorted(ROWS, key=lambda row: row.script is None)
        return dict(zip((row.id for row in slow_first), pool.map(ask, slow_first)))


def outcome(results, row):
    if isinstance(results[row.id], Exception):
        raise results[row.id]
    return results[row.id]


def test_every_row_is_here():
    numbers = {row.number for row in ROWS} | {number for number, *_ in REFUSED} | set(ELSEWHERE)
    assert numbers == set(range(1, 101))
    assert len({row.id for row in ROWS}) == len({row.mark for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row(results, row):
    exit_code, result = outcome(results, row)
    expected = {True: PASSED, False: REJECTED, None: UNDETERMINED}[row.permits]
    assert (exit_code, result["code"]) == (expected, row.code or ("ok" if row.permits else "caa-forbids")), result
    assert result["dnssec"] == row.dnssec, result
    if row.permits is not None:
        assert result["caa"]["permits"] is row.permits
        assert result["caa"]["domain"] == row.here(row.node)
        assert bool(result["caa"]["records"]) is bool(row.node)


@pytest.mark.parametrize("number,rule,request_name,word", REFUSED,
                         ids=[f"row-{number:03}-{rule}" for number, rule, *_ in REFUSED])
def test_what_is_no_name_for_caa_is_refused(number, rule, request_name, word):
    done = run("check", "caa", request_name, "--issuer-domain", "ca.example", "--resolver", "127.0.0.1:1")
    assert done.returncode == 3 and not done.stdout, done
    assert word in done.stderr


def by_mark(results, mark):
    row = next(row for row in ROWS if row.mark == mark)
    return row, outcome(results, row)[1]


def test_row_099_every_name_is_judged_by_itself(results):
    """Every name of a certificate must pass: one that does is no help to one that does not."""
    assert by_mark(results, "2")[1]["caa"]["permits"] is True
    assert by_mark(results, "17")[1]["caa"]["permits"] is False


def links(result, index=0):
    return [(link["name"], link["dnssec"]) for link in result["evidence"]["lookups"][index].get("links", [])]


@pytest.mark.parametrize("mark,states", [
    ("6ss", ["secure", "secure"]), ("6si", ["secure", "insecure"]), ("6", ["insecure", "insecure"]),
    ("10", ["insecure", "insecure", "insecure"]), ("13s", ["secure", "secure"]), ("6sb", ["secure", "bogus"]),
    ("81", ["secure", "insecure"])])
def test_each_link_of_a_chain_has_its_state(results, mark, states):
    """RFC 4035 §4.3, along an alias chain, and where the chain fails."""
    row, result = by_mark(results, mark)
    lookup = result["evidence"]["lookups"][0]
    assert [state for _, state in links(result)] == states, lookup
    assert links(result)[0][0] == row.here(row.request)
    for link in lookup["links"]:
        if link["dnssec"] == "insecure":
            assert "no DS at" in link["dnssec-proof"] and "proved by" in link["dnssec-proof"]
        if link["dnssec"] == "bogus":
            assert lookup["extended-errors"] and lookup["extended-errors"][0] in link["dnssec-proof"], lookup


@pytest.mark.parametrize("mark,conditions", [
    ("70", (True, True, False)), ("71", (True, True, False)), ("72", (True, True, True)),
    ("72r", (True, True, True)), ("72z", (True, True, True)), ("74", (True, False, False)),
    ("74d", (False, True, False)), ("74l", (False, True, False)), ("75", (True, True, False)),
    ("78", (True, True, False)), ("81", (True, True, True)), ("81t", (True, True, False))])
def test_the_three_conditions_are_recorded(results, mark, conditions):
    """BR 4.2.2.1.1: each with its evidence, whatever they come to."""
    failure = by_mark(results, mark)[1]["evidence"]["lookup-failure"]
    got = tuple(failure[key] for key in ("outside-infrastructure", "retried", "proved-insecure"))
    assert got == conditions, failure
    assert failure["evidence"]


def test_row_072_a_silent_zone_has_a_state_too(results):
    """The silence is the zone's; that no chain of trust reaches it is its parent's to say."""
    for mark in ("72", "72r", "72z"):
        row, result = by_mark(results, mark)
        lookup = result["evidence"]["lookups"][0]
        assert (lookup["failure"]["code"], lookup["dnssec"]) == ("dns-timeout", "insecure"), lookup
        assert f"no DS at {row.here('example.com')}, proved by" in lookup["dnssec-proof"]


def test_row_071_the_extended_error_says_why(results):
    lookup = by_mark(results, "71")[1]["evidence"]["lookups"][0]
    assert lookup["dnssec"] == "bogus" and any("(" in error for error in lookup["extended-errors"])


def test_opt_out_is_a_proof(results):
    """RFC 5155 §8.9: com has NSEC3 with opt-out here, as it has on the Internet."""
    assert "opt-out span of com" in by_mark(results, "1")[1]["evidence"]["lookups"][0]["dnssec-proof"]


def test_a_thousand_records_are_all_there(results):
    """RFC 7766 §5: over TCP, none dropped."""
    result = by_mark(results, "52t")[1]
    assert len(result["caa"]["records"]) == 1000
    assert base64.b64encode(b"\0\5issueca998.test").decode() in result["caa"]["records"]


def test_the_table_for_people_says_the_same(world, results):
    for mark, words in (("6si", ["via h.cdn6si.test", "www.example6si.com is secure: AD",
                                 "h.cdn6si.test is insecure: no DS at cdn6si.test", "permits   yes"]),
                        ("71", ["undetermined (dns-bogus)", "proved insecure: no"]),
                        ("72r", ["outside this infrastructure: yes, retried: yes, proved insecure: yes"]),
                        ("25", ["rejected (caa-critical-unknown)", "permits   no", "decided   128 tbs"])):
        row = by_mark(results, mark)[0]
        done = run("check", "caa", row.here(row.request), "--issuer-domain", "ca.example", *row.options,
                   "--resolver", world.at[row.resolver], seconds=60)
        for word in words:
            assert word in done.stdout, done.stdout


# --- what a resolver itself may say: no Unbound between ---

@pytest.mark.parametrize("reply,code", [
    (Response("SERVFAIL"), "dns-servfail"), (Response("REFUSED"), "dns-refused"), (Response("NOTIMP"), "dns-error-rcode"),
    (Response(truncated=True), "dns-truncated"), (Response(records=[("www.example.com", "CAA", b"\0\5issue")], cut=3),
                                                  "dns-malformed"),
    (Response(records=[("www.example.com", "CNAME", "a.test"), ("a.test", "CNAME", "www.example.com")]), "dns-loop")],
    ids=["servfail", "refused", "notimp", "truncated", "cut", "loop"])
def test_row_076_every_failure_is_one(reply, code):
    """RFC 8659 §6.2: none of these is an empty set, and without a proof none is a permission."""
    def answer(name, rtype, tcp):
        return reply if name == "www.example.com" else Response()
    with ScriptedDns(answer) as dns:
        exit_code, result, _ = check("caa", "www.example.com", "--issuer-domain", "ca.example",
                                     "--permit-proved-lookup-failure", "--resolver", dns.resolver)
    assert (exit_code, result["code"]) == (UNDETERMINED, code), result


def test_mixed_case_is_asked_and_wanted_back():
    """0x20: a UDP response in another case is not believed; TCP decides."""
    long_name = "www.a-name-that-chance-does-not-leave-in-one-case.example.com"

    def answer(name, rtype, tcp):
        value = issue("ca.example") if tcp else issue("evil.test")
        records = [(name, rtype, value.removeprefix("CAA ").replace('"', ""))]
        return Response(records=records if rtype == "CAA" and name == long_name else [], echo_case=tcp)
    with ScriptedDns(answer) as dns:
        options = ["caa", long_name, "--issuer-domain", "ca.example", "--resolver", dns.resolver]
        assert check(*options)[0] == REJECTED and (long_name, "CAA", "tcp") not in dns.asked
        assert all(name == name.lower() for name in dns.spelt)
        assert check(*options, "--mix-case")[0] == PASSED
        assert (long_name, "CAA", "tcp") in dns.asked
        assert any(name != name.lower() for name in dns.spelt)

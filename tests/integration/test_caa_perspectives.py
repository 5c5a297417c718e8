# SPDX-License-Identifier: Apache-2.0
"""The worked examples of CAA that take several perspectives, or more than one request; and what a request
costs in queries. BR 3.2.2.9, 4.2.2.1.1."""

import threading
from contextlib import contextmanager

import pytest

from lab import CA
from mpicd import PLACES, Agent
from process import free_port, wait_for
from scripted_dns import Forward, Response, ScriptedDns

WWW = "www.mpic.test"
ASK = {"method": "caa", "domain": WWW, "caa-policy": {"issuer-domains": ["ca.example"]}}
IAD = next(place for place in PLACES if place.id == "iad")


# --- rows, on the target of `mpicd dev` ---

def see(dev, perspectives, *values):
    dev.put("/dns", name=WWW, type="CAA", values=list(values), perspectives=perspectives)


@pytest.fixture
def narrow(dev):
    """One remote fails, so that every other one is needed, and waited for."""
    dev.put("/dns", name=WWW, rcode="SERVFAIL", perspectives=["fra"])
    return dev


def test_row_083_the_interpretation_counts_and_not_the_octets(narrow):
    see(narrow, ["cdg", "gru", "jnb"], '0 issue "ca.example"')
    see(narrow, ["iad"], '0 issue "ca.example; x=1"')  # and nrt sees none at all
    answer = narrow.api.post(ASK)
    assert answer["ok"] is True, answer
    for name in ("iad", "nrt"):
        assert answer["perspectives"][name]["outcome"] == "corroborates"
    assert answer["perspectives"]["nrt"]["caa"]["domain"] == ""
    # Without a policy there is nothing to interpret: then the sets must agree.
    assert narrow.api.post({"method": "caa", "domain": WWW})["ok"] is False


def test_row_084_a_remote_that_sees_another_issuer_does_not_corroborate(narrow):
    see(narrow, ["cdg", "nrt", "gru", "jnb"], '0 issue "ca.example"')
    see(narrow, ["iad"], '0 issue "other.test"')
    answer = narrow.api.post(ASK)
    assert answer["ok"] is False and answer["code"] == "caa-not-corroborated"
    assert answer["perspectives"]["iad"]["outcome"] == "disagrees"


def test_row_100_nothing_is_remembered_from_one_request_to_the_next(dev):
    everybody = [entry["id"] for entry in dev.ready["perspectives"]]
    see(dev, everybody, '0 issue "ca.example"')
    assert dev.api.post(ASK)["ok"] is True
    see(dev, everybody, '0 issue "other.test"')
    assert dev.api.post(ASK)["code"] == "caa-forbids"


# --- one agent behind a resolver that is watched ---

@contextmanager
def watched(lab, folder, answer, dns, **urls):
    """A coordinator whose perspective iad asks `answer`: (the coordinator, the agent, the resolver)."""
    with ScriptedDns(answer, lab.addresses.new()) as resolver:
        agent = Agent(folder, lab.pki, IAD, lab.sources["iad"], resolver.resolver, lab.nginx.port, dns=dns)
        coordinator = None
        try:
            agent.launch().ready()
            coordinator = lab.make_coordinator(folder.name, lab.urls(iad=agent.url, **urls)).start()
            yield coordinator, agent, resolver
        finally:
            for process in (coordinator, agent):
                if process:
                    process.stop()


@pytest.mark.parametrize("permit", [True, False])
def test_row_085_a_proved_lookup_failure_may_corroborate(lab, tmp_path, permit):
    """BR 4.2.2.1.1: only where the setting says so, with all three conditions recorded."""
    unbound = lab.unbounds["iad"]

    def answer(name, rtype, tcp):
        return None if name == "www.open.test" else Forward(unbound.address, unbound.port)
    nobody = f"https://{lab.sources['gru']}:{free_port(lab.sources['gru'])}"  # so that iad is needed
    dns = {"try-ms": 700, "permit-proved-lookup-failure": permit, "prove-insecure": "always"}
    with watched(lab, tmp_path, answer, dns, gru=nobody) as world:
        seen = world[0].api.post({"method": "caa", "domain": "www.open.test", "caa-policy": {"issuer-domains": [CA]}})
    iad = seen["perspectives"]["iad"]
    assert seen["ok"] is permit, seen
    assert iad["outcome"] == ("corroborates" if permit else "failed")
    assert iad["caa"]["dnssec"] == "insecure"
    failure = iad["caa"]["lookup-failure"]
    assert all(failure[key] for key in ("outside-infrastructure", "retried", "proved-insecure")), failure


CLIMB = [("www.plain.test", "CAA"), ("plain.test", "CAA"), ("test", "CAA")]
ADDRESSES = [("www.plain.test", "AAAA"), ("www.plain.test", "A")]
HTTP = {"method": "http", "domain": "www.plain.test", "expected": "the proof of control\n"}
DNS = {"method": "dns", "domain": "www.plain.test", "record-type": "TXT", "prefix": "_acme-challenge",
       "expected": "token-plain"}


@pytest.mark.parametrize("body,queries", [
    (HTTP | {"path": "/proof"}, ADDRESSES + CLIMB), (HTTP | {"path": "/moved"}, ADDRESSES + CLIMB),
    (HTTP | {"path": "/proof", "caa": False}, ADDRESSES), ({"method": "caa", "domain": "www.plain.test"}, CLIMB),
    (DNS, [("_acme-challenge.www.plain.test", "TXT")] + CLIMB)],
    ids=["http", "http-redirected", "http-alone", "caa", "dns"])
def test_no_lookup_is_made_twice(lab, tmp_path, body, queries):
    """README, "Design notes": five queries for http with CAA, side by side. The resolver answers none of them
    before it has them all."""
    unbound = lab.unbounds["iad"]
    all_here = threading.Event()

    def answer(name, rtype, tcp):
        if len(resolver.asked) >= len(queries):
            all_here.set()
        return Forward(unbound.address, unbound.port) if all_here.wait(20) else None
    with watched(lab, tmp_path, answer, {"try-ms": 5000}) as (coordinator, agent, resolver):
        assert coordinator.api.post(body)["ok"] is True
        wait_for("the queries", lambda: len(resolver.asked) >= len(queries))
        coordinator.stop()
        agent.stop()  # what is under way comes to its end
        assert sorted(resolver.asked) == sorted((name, rtype, "udp") for name, rtype in queries)


@pytest.mark.parametrize("prove,queries,state", [("failing", 5, "indeterminate"), ("always", 13, "insecure")])
def test_what_a_proof_of_insecurity_costs(lab, tmp_path, prove, queries, state):
    """dns.prove-insecure: with `always`, two DS queries for each lookup in an unsigned zone below a signed TLD;
    CAA at the TLD itself is secure and needs none."""
    unbound = lab.unbounds["iad"]
    nobody = f"https://{lab.sources['gru']}:{free_port(lab.sources['gru'])}"
    with watched(lab, tmp_path, lambda *_: Forward(unbound.address, unbound.port),
                 {"try-ms": 3000, "prove-insecure": prove}, gru=nobody) as (coordinator, agent, resolver):
        seen = coordinator.api.post(HTTP | {"path": "/proof"})
        coordinator.stop()
        agent.stop()
        assert len(resolver.asked) == queries, resolver.asked
    assert seen["ok"] is True, seen
    iad = seen["perspectives"]["iad"]
    assert iad["dcv"]["dnssec"] == iad["caa"]["dnssec"] == state
    for lookup in iad["dcv"]["lookups"]:
        assert ("proved by" in lookup.get("dnssec-proof", "")) is (prove == "always")


def test_mixed_case_is_a_setting(lab, tmp_path):
    """0x20, against a resolver that does not repeat it: TCP has the answer."""
    def answer(name, rtype, tcp):
        records = {"A": [(name, "A", lab.web)], "CAA": [(name, "CAA", f"0 issue {CA}")] if name == "plain.test" else []}
        return Response(records=records.get(rtype, []), echo_case=False)
    nobody = f"https://{lab.sources['gru']}:{free_port(lab.sources['gru'])}"
    with watched(lab, tmp_path, answer, {"try-ms": 3000, "mix-case": True}, gru=nobody) as world:
        assert world[0].api.post(HTTP | {"path": "/proof"})["ok"] is True
        asked = list(zip(world[2].asked, world[2].spelt))
    assert sorted(entry[:2] for entry, _ in asked if entry[2] == "udp") == sorted(ADDRESSES + CLIMB)
    # By chance a name may stay as it was: then there is nothing to repeat.
    mixed = sorted(entry[:2] for entry, spelt in asked if entry[2] == "udp" and spelt != spelt.lower())
    assert mixed and sorted(entry[:2] for entry, _ in asked if entry[2] == "tcp") == mixed

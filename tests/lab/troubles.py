# SPDX-License-Identifier: Apache-2.0
"""Scenarios without an attacker: what breaks by itself, and what mpicd makes of it. Each asserts the outcome and, where
the answer is no, the diagnosis."""

import threading
import time

import zones
from scenario import scenario
from stage import VICTIM

REGION_OF = {"iad": "na", "nrt": "ap", "gru": "la", "jnb": "af"}  # the transit network of each perspective alone in it


def outcomes(stage, others="corroborates", **some):
    """`some` for those named, `others` for the rest. A tuple allows several."""
    return {name: some.get(name, others) for name in stage.names}


@scenario("geo-blocking", "The victim's firewall drops Latin America and rejects Africa")
def geo_blocking(stage):
    stage.enter("firewall rules at both sites")
    hosts = stage.net.topology.hosts
    for router in ("victim-a-gw", "victim-b-gw"):
        stage.net.block(router,
                        f"ip saddr {hosts['gru'].ipv4} tcp dport 80 drop",
                        f"ip6 saddr {hosts['gru'].ipv6} tcp dport 80 drop",
                        f"ip saddr {hosts['jnb'].ipv4} tcp dport 80 reject with tcp reset",
                        f"ip6 saddr {hosts['jnb'].ipv6} tcp dport 80 reject with tcp reset")
    http, dns = stage.ask(VICTIM.http(stage.zones.unsigned), VICTIM.dns(stage.zones.unsigned))
    stage.expect(http, "dcv-not-corroborated", outcomes(stage, gru="failed", jnb="failed"), diagnosis="geo-blocking",
                 codes={"gru": "connection-timeout", "jnb": "connection-refused"})
    stage.expect(dns, "ok", outcomes(stage))


@scenario("stale-anycast", "Site A publishes the token of a new order, site B does not get the update")
def stale_anycast(stage):
    stage.enter("site B serves the old zone")
    token = "token-of-a-new-order"
    ns_a = stage.net.knots["ns-a"]
    try:
        ns_a.publish(zones.victim(stage.zones, stage.net.topology, token, serial=1000))
        stage.net.forget()
        stage.expect_landing("dns", {"iad": "ns-b", "nrt": "ns-b"}, "ns-a")
        new = type(VICTIM)(VICTIM.name, token)
        for row in stage.ask(new.dns(stage.zones.unsigned), new.dns(stage.zones.signed)):
            stage.expect(row, "dcv-not-corroborated", outcomes(stage, iad="disagrees", nrt="disagrees"),
                         diagnosis="records-out-of-step", codes={"iad": "record-mismatch", "nrt": "record-mismatch"})
    finally:
        ns_a.publish(zones.victim(stage.zones, stage.net.topology, serial=2000))


@scenario("broken-family", "The victim's web servers have IPv6 addresses at which nothing answers")
def broken_family(stage):
    stage.enter("both sites drop IPv6 to the web server")
    for router in ("victim-a-gw", "victim-b-gw"):
        stage.net.block(router, f"ip6 daddr {stage.net.topology.hosts['web-a'].ipv6} drop")
    good, missing = stage.ask(VICTIM.http(stage.zones.unsigned),
                              VICTIM.http(stage.zones.unsigned, path="/.well-known/pki-validation/missing.txt"))
    stage.expect(good, "ok", outcomes(stage))
    tried = [(attempt["address"], attempt["outcome"]) for attempt in good.answer.dcv("zrh")["hops"][0]["tried"]]
    stage.say(f"zrh tried {tried}")
    stage.check([outcome for _, outcome in tried] == ["connection-timeout", "answered"] and ":" in tried[0][0],
                "the evidence does not show IPv6 tried in vain, then IPv4")
    stage.expect(missing, "primary-rejected", outcomes(stage, others="disagrees"), diagnosis="one-family-broken")


@scenario("packet-loss", "Nearly a third of jnb's packets are lost, in each direction")
def packet_loss(stage):
    stage.enter("30 % loss on jnb's link")
    stage.net.slow("jnb-gw", "af", loss=0.3)
    for row in stage.ask(*[VICTIM.http(stage.zones.unsigned), VICTIM.dns(stage.zones.signed)] * 3):
        # The loss must never turn into a wrong observation.
        stage.expect(row, "ok", outcomes(stage, jnb=("corroborates", "failed", "timeout", "unreachable")))


@scenario("slow-link", "nrt is behind a link with 800 ms of round-trip time")
def slow_link(stage):
    stage.enter("800 ms round-trip time")
    stage.net.slow("nrt-gw", "ap", delay_ms=400)
    stage.net.forget()
    for row in stage.ask(VICTIM.http(stage.zones.unsigned), VICTIM.dns(stage.zones.signed)):
        stage.expect(row, "ok", outcomes(stage, nrt=("corroborates", "failed")))
        stage.check(row.answer.seconds < 5, f"the others had to wait for nrt: {row.answer.seconds:.1f} s")
    stage.wait("nrt's resolver", lambda: stage.net.resolves("nrt"))
    stage.enter("the same, once nrt's resolver knows the way")
    for row in stage.ask(VICTIM.http(stage.zones.unsigned), VICTIM.dns(stage.zones.signed)):
        stage.expect(row, "ok", outcomes(stage))


@scenario("partition", "The coordinator cannot reach the agent in one region, then in two; they reach everything else")
def partition(stage):
    coordinator = stage.net.topology.hosts["coordinator"]
    for cut, code in ((("iad",), "ok"), (("iad", "gru"), "dcv-not-corroborated")):
        stage.enter(f"cut off: {', '.join(cut)}")
        for name in cut:
            stage.net.block(REGION_OF[name], f"ip saddr {coordinator.ipv4} drop", f"ip daddr {coordinator.ipv4} drop")
        row, = stage.ask(VICTIM.dns(stage.zones.signed))
        stage.wait("the coordinator's metrics", lambda cut=cut: stage.net.service.silent_perspectives() == set(cut))
        gone = dict.fromkeys(cut, ("timeout", "unreachable"))
        stage.expect(row, code, outcomes(stage, **gone), diagnosis=None if code == "ok" else "perspectives-unavailable")


@scenario("dead-resolver", "gru's resolver dies, then the primary's")
def dead_resolver(stage):
    domain = stage.zones.unsigned
    stage.enter("gru's Unbound is gone")
    stage.net.unbounds["gru"].process.stop()
    for row in stage.ask(VICTIM.http(domain), VICTIM.dns(domain)):
        stage.expect(row, "ok", outcomes(stage, gru="failed"), codes={"gru": "connection-refused"})
    stage.enter("zrh's Unbound is gone as well")
    stage.net.unbounds["zrh"].process.stop()
    row, = stage.ask(VICTIM.dns(domain))
    stage.expect(row, "primary-undetermined", outcomes(stage, zrh="failed", gru="failed"),
                 diagnosis="resolver-unreachable", codes={"zrh": "connection-refused"})


class Load(threading.Thread):
    """Asks one question after the other until told to stop."""

    def __init__(self, service, order):
        super().__init__(daemon=True)
        self.service, self.order = service, order
        self.answers, self.enough = [], threading.Event()

    def run(self):
        while not self.enough.is_set():
            self.answers.append(self.service.ask(self.order.question))


@scenario("rolling-upgrade", "All agents are restarted, one by one, while requests keep coming: none may fail")
def rolling_upgrade(stage):
    stage.enter("six restarts under load")
    service = stage.net.service
    clients = [Load(service, order) for order in (VICTIM.http(stage.zones.unsigned), VICTIM.dns(stage.zones.signed))
               for _ in range(2)]
    for client in clients:
        client.start()
    start = time.monotonic()
    try:
        for name in stage.names:
            before = [len(client.answers) for client in clients]
            service.upgrade(name)
            stage.wait("answers after the restart", lambda before=before: all(
                len(client.answers) > count + 2 for client, count in zip(clients, before)))
    finally:
        for client in clients:
            client.enough.set()
        for client in clients:
            client.join()
    answers = [answer for client in clients for answer in client.answers]
    failed = [answer for answer in answers if not answer.ok]
    stage.say(f"{len(answers)} requests in {time.monotonic() - start:.1f} s, {len(failed)} failed")
    for answer in failed[:5]:
        stage.check(False, f"HTTP status {answer.status}, {answer.code}: {answer.body.get('error')}")
    stage.check(len(answers) >= 40, f"only {len(answers)} requests were made")
    stage.note(clients[0].order, answers[-1])

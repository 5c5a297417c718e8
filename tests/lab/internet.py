# SPDX-License-Identifier: Apache-2.0
"""The whole: brings the topology up in a sandbox, and puts it back in order between scenarios."""

import time
from concurrent.futures import ThreadPoolExecutor

import dns
import firewall
import links
import namespaces
import web
import zones
from routing import Routing
from running import wait_for
from service import Service


class Internet:
    def __init__(self, topology, folder):
        self.topology, self.folder = topology, folder
        self.carrier = links.best()
        self.routing = self.service = None
        self.knots, self.unbounds, self.nginxes = {}, {}, {}
        self.firewalls, self.slowed = set(), set()
        self.threads = ThreadPoolExecutor(64)

    # ---- up

    def start(self, tell):
        self.folder.mkdir(exist_ok=True)
        namespaces.make(self.topology.hosts, self.topology.routers)
        links.connect(self.topology, self.carrier, self.folder)
        tell(f"{len(self.topology.routers)} routers, {len(self.topology.hosts)} hosts, {len(self.topology.links)} "
             f"links: {self.carrier.name}")
        self.routing = Routing(self.topology, self.folder)
        self.routing.start()
        self._start_servers()
        self.routing.converge()
        tell("BGP has converged")
        self._start_resolvers()
        tell("every resolver has walked from the root to the victim's domains")
        self.service = Service(self.topology, self.folder)
        self.service.prepare()
        self.service.start()
        tell("six agents and the coordinator are up")

    def _start_servers(self):
        victim = zones.victim(self.topology.zones, self.topology)
        plan = {"registry": zones.registry(self.topology.zones), "ns-a": victim, "ns-b": victim,
                "attacker": zones.attacker(self.topology.zones, self.topology)}
        self.knots = {host: dns.Knot(self.topology, host, served, self.folder) for host, served in plan.items()}
        for name in ("registry", "ns-a"):
            self.knots[name].make_keys()
        self.knots["ns-b"].take_keys_of(self.knots["ns-a"])
        for knot in self.knots.values():
            knot.start(self._ds_records)
        for host, token in (("web-a", zones.VICTIM_TOKEN), ("web-b", zones.VICTIM_TOKEN),
                            ("attacker", zones.ATTACKER_TOKEN)):
            self.nginxes[host] = web.Nginx(self.topology, host, token, self.folder)
            self.nginxes[host].launch()
        for server in (*self.knots.values(), *self.nginxes.values()):
            server.ready()

    def _ds_records(self, zone):
        keeper = "registry" if zone in self.knots["registry"].zones else "ns-a"
        return self.knots[keeper].ds_records(zone)

    def _start_resolvers(self):
        anchor = self.knots["registry"].trust_anchor()
        for host in self.topology.perspectives:
            self.unbounds[host.name] = dns.Unbound(host, self.topology.hosts["registry"], anchor, self.folder)
            self.unbounds[host.name].launch()
        for domain in self.domains:
            list(self.threads.map(lambda unbound: unbound.ready(domain), self.unbounds.values()))

    @property
    def domains(self):
        return self.topology.zones.signed, self.topology.zones.unsigned

    # ---- what scenarios change, and how it is all put back

    def block(self, router, *rules):
        self.firewalls.add(router)
        firewall.block(router, *rules)

    def slow(self, one, other, delay_ms=None, loss=None):
        """Another delay or loss than the topology's on the link between two routers."""
        link = self.topology.link(one, other)
        self.slowed.add(link)
        self.carrier.change(link, link.delay_ms if delay_ms is None else delay_ms, link.loss if loss is None else loss)

    def restart_resolver(self, perspective):
        self.unbounds[perspective].launch()
        for domain in self.domains:
            self.unbounds[perspective].ready(domain)

    def heal(self):
        """Back to peace: no announcement, filter, firewall or slowed link is left of what a scenario did."""
        for router in self.firewalls:
            firewall.open_again(router)
        for link in self.slowed:
            self.carrier.change(link, link.delay_ms, link.loss)
        self.firewalls.clear()
        self.slowed.clear()
        self.routing.announce("attacker-gw", ())
        self.routing.filter_invalid(())
        for name, unbound in self.unbounds.items():
            if unbound.process.popen.poll() is not None:
                self.restart_resolver(name)
        self.routing.settle()
        wait_for("all perspectives answer the coordinator",
                 lambda: not self.service.silent_perspectives(), seconds=60, every=0.2)
        self.forget()

    def forget(self):
        """No resolver remembers anything of the victim's domains."""
        list(self.threads.map(lambda unbound: unbound.forget(self.domains), self.unbounds.values()))

    def resolves(self, perspective):
        """Whether its resolver answers for the victim's names, quickly."""
        names = [f"{label}.{domain}" for domain in self.domains for label in ("www", "_acme-challenge.www")]
        return all(dns.ask(perspective, "127.0.0.1", name, rtype, seconds=1) is not None
                   for name in names for rtype in (dns.A, dns.AAAA, dns.TXT, dns.CAA))

    # ---- measuring

    def who_serves(self, kind):
        """Where a probe of each perspective lands that it sends to the victim's web server ("web") or name server
        ("dns"): perspective -> (host by IPv4, host by IPv6), nothing for no answer."""
        host = self.topology.hosts["web-a" if kind == "web" else "ns-a"]
        identity = web.identity if kind == "web" else dns.identity

        def land(probe):  # a single packet may be lost
            return next((end for end in (identity(*probe) for _ in range(3)) if end), None)
        probes = [(perspective.name, address) for perspective in self.topology.perspectives
                  for address in (host.ipv4, host.ipv6)]
        landed = list(self.threads.map(land, probes))
        return {perspective.name: tuple(landed[2 * index:2 * index + 2])
                for index, perspective in enumerate(self.topology.perspectives)}

    def round_trips(self):
        """How long a connection to the victim's web server takes, in milliseconds: perspective -> the best of three."""
        address = self.topology.hosts["web-a"].ipv4

        def measure(host):
            def once():
                start = time.monotonic()
                namespaces.connect(host.name, address, 80, 5).close()
                return (time.monotonic() - start) * 1000
            return min(once() for _ in range(3))
        return {host.name: round(measure(host)) for host in self.topology.perspectives}

    def ask(self, questions):
        """All at once; their answers in order."""
        return list(self.threads.map(self.service.ask, questions))

    def stop(self):
        if self.service:
            self.service.stop()

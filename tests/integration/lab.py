# SPDX-License-Identifier: Apache-2.0
"""A small Internet on loopback: two name servers that disagree about two zones, a validating resolver, an
agent and an address for each perspective, web servers, and a coordinator.

    .                signed, the trust anchor
    test             signed
    signed.test      signed; CAA permits ca.example
    bogus.test       signed with keys that its parent does not know
    plain.test       not signed; CAA permits ca.example
    open.test        not signed, no CAA anywhere
    locked.test      not signed; CAA permits nobody
    split1.test      iad asks the second name server, which tells another story
    split2.test      iad and nrt do
"""

from mpicd import PLACES, Agent, Coordinator, Pki
from process import Addresses
from servers import Knot, Nginx, Unbound

CA = "ca.example"
PROOF = "the proof of control\n"
DIVERTED = {"split1.test": ("iad",), "split2.test": ("iad", "nrt")}
SIGNED = (".", "test", "signed.test", "bogus.test")
CHILDREN = ("signed.test", "bogus.test", "plain.test", "open.test", "locked.test", *DIVERTED)


def site(web, token, caa):
    return f"""\
        @ A {web}
        www A {web}
        _acme-challenge.www TXT "{token}"
        """ + (f'@ CAA 0 issue "{caa}"\n' if caa else "")


class Lab:
    def __init__(self, folder):
        self.folder = folder
        self.addresses = Addresses()
        self.web, self.other_web, self.nowhere = (self.addresses.new() for _ in range(3))
        self.sources = {place.id: self.addresses.new() for place in PLACES}
        self.coordinator_address = self.addresses.new()
        self.started = []

    def keep(self, thing):
        self.started.append(thing)
        return thing

    def start(self):
        self.knot = self.keep(self.make_knot()).start()
        self.second_knot = self.keep(self.make_second_knot()).start()
        self.nginx = self.keep(self.make_nginx()).start()
        self.unbounds = {place.id: self.keep(self.make_unbound(place.id)).launch() for place in PLACES}
        self.pki = Pki(self.folder / "pki", self.coordinator_address)
        for unbound in self.unbounds.values():
            unbound.ready()
        self.agents = {place.id: self.keep(self.make_agent(place)).launch() for place in PLACES}
        for agent in self.agents.values():
            agent.ready()
        self.coordinator = self.keep(self.make_coordinator("coordinator")).start()
        self.post = self.coordinator.api.post
        return self

    def stop(self):
        """Stops everything, and only then says what did not stop well."""
        complaints = []
        for thing in reversed(self.started):
            try:
                thing.stop()
            except Exception as error:  # pylint: disable=broad-except
                complaints.append(f"{type(error).__name__}: {error}")
        self.started.clear()
        assert not complaints, "\n".join(complaints)

    def urls(self, **changes):
        """The agents' URLs by perspective, some of them changed."""
        return {name: agent.url for name, agent in self.agents.items()} | changes

    def make_coordinator(self, name, urls=None, **changes):
        return Coordinator(self.folder, self.pki, self.coordinator_address, urls or self.urls(), name=name,
                           **changes)

    def make_agent(self, place, folder=None):
        unbound = self.unbounds[place.id]
        probe = ("www.signed.test", "www.bogus.test") if place.role == "primary" else None
        return Agent(folder or self.folder, self.pki, place, self.sources[place.id],
                     f"{unbound.address}:{unbound.port}", self.nginx.port, probe=probe)

    def make_knot(self):
        address = self.addresses.new()
        parent = "@DS signed.test\n@BADDS bogus.test\n" + "".join(
            f"{zone}. NS ns.{zone}.\nns.{zone}. A {address}\n" for zone in CHILDREN)
        plain = site(self.web, "token-plain", CA) + f"""\
        refused A {self.nowhere}
        geo A {self.web}
        alias CNAME www
        deep.down A {self.web}
        looping CNAME looping2
        looping2 CNAME looping
        """
        return Knot(self.folder, address, {
            ".": f"@DS test\ntest. NS ns.test.\nns.test. A {address}\n",
            "test": parent,
            "signed.test": site(self.web, "token-signed", CA),
            "bogus.test": site(self.web, "token-bogus", CA),
            "plain.test": plain,
            "open.test": site(self.web, "token-open", None),
            "locked.test": site(self.web, "token-locked", ";"),
        } | {zone: site(self.web, "token-right", CA) for zone in DIVERTED}, signed=SIGNED)

    def make_second_knot(self):
        return Knot(self.folder, self.addresses.new(),
                    {zone: site(self.other_web, "token-evil", "evil.example") for zone in DIVERTED},
                    name="second-knot")

    def make_unbound(self, perspective):
        first, second = ((knot.address, knot.port) for knot in (self.knot, self.second_knot))
        stubs = {zone: second if perspective in DIVERTED.get(zone, ()) else first
                 for zone in self.knot.zones}
        return Unbound(self.folder, self.addresses.new(), stubs, [self.knot.trust_anchor(".")],
                       name=f"unbound-{perspective}")

    def make_nginx(self):
        blocked = "".join(f"{self.sources[name]} 1; " for name in ("gru", "jnb"))
        settings = f"port_in_redirect off; geo $far {{ default 0; {blocked} }}"
        return Nginx(self.folder, [self.web, self.other_web], http=settings, servers=f"""
            server {{
                {{listen0}}
                server_name _;
                location = /proof {{ return 200 "{PROOF.strip()}\\n"; }}
                location = /other {{ return 200 "something else"; }}
                location = /moved {{ return 302 /proof; }}
                location = /around {{ return 302 /around; }}
                location = /away {{ return 302 ftp://{self.web}/proof; }}
                location = /broken {{ return 500; }}
                location / {{ return 404; }}
            }}
            server {{
                {{listen0}}
                server_name geo.plain.test;
                location / {{ if ($far) {{ return 403; }} return 200 "{PROOF.strip()}"; }}
            }}
            server {{ {{listen1}} server_name _; location / {{ return 404; }} }}
            """)

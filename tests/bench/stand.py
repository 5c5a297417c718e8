# SPDX-License-Identifier: Apache-2.0
"""What is measured, and what it stands on: Knot, one Unbound for each perspective, nginx as target, a
primary and twelve agents as processes of their own, and coordinators that ask some of them.

    test             CAA nowhere
    bench.test       CAA permits ca.example
    wN.bench.test    N from 0 to 255: an address, and a TXT record under _proof

Unbound keeps what it has learned: a question costs each agent its queries and Unbound the answers, and Knot
is out of the way. Resolvers, name server, target and load generator are not counted as ours."""

import resource
import subprocess

import mpicd
from mpicd import Agent, Coordinator, Pki, Place
from process import Addresses
from servers import Knot, Nginx, Unbound

PLACES = (
    *mpicd.PLACES,
    Place("sea", "remote", "ARIN", 47.45, -122.31),
    Place("syd", "remote", "APNIC", -33.95, 151.18),
    Place("sin", "remote", "APNIC", 1.36, 103.99),
    Place("bog", "remote", "LACNIC", 4.70, -74.15),
    Place("nbo", "remote", "AFRINIC", -1.32, 36.93),
    Place("mad", "remote", "RIPE NCC", 40.49, -3.57),
    Place("dfw", "remote", "ARIN", 32.90, -97.04),
)
NAMES = 256
CA = "ca.example"
PROOF = "the proof of control, of about as many octets as the key authorization of http-01 has: ACME"
CACHE = "cache-min-ttl: 3600\ncache-max-ttl: 86400\ncache-max-negative-ttl: 3600\nso-rcvbuf: 4m\n" \
        "num-queries-per-thread: 4096\noutgoing-range: 4096\n"
LIMITS = {"connections": 16000, "connections-per-address": 16000, "idle-ms": 600000}


def open_many_files():
    """As many descriptors as the system lets this process and its children have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class BenchPki(Pki):
    """With a certificate for each of these places."""

    def __init__(self, folder, host):  # pylint: disable=super-init-not-called
        self.folder = folder
        arguments = [word for place in PLACES for word in ("--perspective", place.id)]
        done = mpicd.run("pki", "init", folder, *arguments, "--host", host)
        assert done.returncode == 0, done.stderr


def roster_entry(place, url):
    where = {"rir": place.rir, "latitude": place.latitude, "longitude": place.longitude}
    return {"id": place.id, "role": place.role, "url": url, "identity": Pki.san(place.id), **where,
            "resolver": {"id": f"r-{place.id}", **where}}


class Stand:
    """Everything but the coordinators runs from start() to stop()."""

    def __init__(self, folder):
        self.folder = folder
        self.addresses = Addresses()
        self.web, self.coordinator_address = self.addresses.new(), self.addresses.new()
        self.sources = {place.id: self.addresses.new() for place in PLACES}
        self.started, self.agents, self.unbounds = [], {}, {}
        self.coordinators = 0

    def keep(self, thing):
        self.started.append(thing)
        return thing

    def start(self, resolvers=None):
        """`resolvers` ("ADDRESS:PORT", one for each perspective) take the place of Knot, the Unbounds and
        nginx; then there are as many agents as resolvers, and they are patient."""
        open_many_files()
        self.pki = BenchPki(self.folder / "pki", self.coordinator_address)
        if resolvers is None:
            resolvers, target_port, patience = self.start_servers(), self.nginx.port, {"limits": LIMITS}
        else:
            target_port, patience = 80, {"max-in-flight": 16000, "dns": {"try-ms": 30000},
                                         "limits": LIMITS | {"streams-per-connection": 16000}}
        for place, resolver in zip(PLACES, resolvers):
            self.agents[place.id] = self.keep(Agent(
                self.folder, self.pki, place, self.sources[place.id], resolver, target_port,
                **patience)).launch()
        for agent in self.agents.values():
            agent.ready()
        return self

    def start_servers(self):
        self.knot = self.keep(self.make_knot()).start()
        self.nginx = self.keep(self.make_nginx()).start()
        self.unbounds = {place.id: self.keep(self.make_unbound(place)).launch() for place in PLACES}
        return [f"{unbound.ready().address}:{unbound.port}" for unbound in self.unbounds.values()]

    def stop(self):
        for thing in reversed(self.started):
            thing.stop()
        self.started.clear()

    def coordinator(self, remotes, fsync="interval", **changes):
        """A coordinator of the primary and the first `remotes` remotes, not yet started."""
        self.coordinators += 1
        name = f"coordinator-{self.coordinators}"
        roster = [roster_entry(place, self.agents[place.id].url) for place in PLACES[:remotes + 1]]
        audit = {"folder": str(self.folder / name / "audit"), "fsync": fsync}
        return self.keep(Coordinator(self.folder, self.pki, self.coordinator_address, {}, name=name,
                                     perspectives=roster, audit=audit, limits=LIMITS,
                                     **({"max-in-flight": 16000} | changes)))

    def processes(self, coordinator, remotes):
        """The system's own processes by name: (name, process id)."""
        return {"coordinator": coordinator.process.popen.pid} | {
            place.id: self.agents[place.id].process.popen.pid for place in PLACES[:remotes + 1]}

    def others(self):
        """What is not counted as ours."""
        return {"unbound": [unbound.process.popen.pid for unbound in self.unbounds.values()],
                "knot": [self.knot.process.popen.pid], "nginx": [self.nginx.process.popen.pid]}

    def make_knot(self):
        address = self.addresses.new()
        names = "".join(f'w{i} A {self.web}\n_proof.w{i} TXT "{PROOF}"\n' for i in range(NAMES))
        return Knot(self.folder, address, {
            "test": f"bench.test. NS ns.bench.test.\nns.bench.test. A {address}\n",
            "bench.test": f'@ CAA 0 issue "{CA}"\n{names}'})

    def make_unbound(self, place):
        stubs = {zone: (self.knot.address, self.knot.port) for zone in self.knot.zones}
        return Unbound(self.folder, self.addresses.new(), stubs, name=f"unbound-{place.id}", extra=CACHE)

    def make_nginx(self):
        # All perspectives of all questions connect at once: with a short queue the kernel drops some, and they try
        # again a second later.
        return Nginx(self.folder, [self.web], connections=8192, http="access_log off;",
                     listening="backlog=4096", servers=f"""
            server {{
                {{listen0}}
                location = /proof {{ return 200 "{PROOF}"; }}
                location / {{ return 404; }}
            }}""")


class Unit(Nginx):
    """The unit of measurement: nginx with one worker answers a POST over TLS 1.3 with static JSON."""

    BODY = '{"ok":true,"success":true,"quorum":{"remotes":4,"corroborated":4,"required":3},"id":"0123"}'

    def __init__(self, folder, address):
        super().__init__(folder, [address], "", name="unit", connections=1024)
        key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem", "-days", "30",
               "-subj", "/CN=unit"]
        subprocess.run(list(map(str, key)), check=True, capture_output=True, timeout=30)
        self.servers = f"""
            access_log off;
            keepalive_requests 100000000;
            server {{
                listen {address}:{self.port} ssl;
                ssl_certificate {self.folder}/cert.pem;
                ssl_certificate_key {self.folder}/key.pem;
                ssl_protocols TLSv1.3;
                location / {{ default_type application/json; return 200 '{self.BODY}'; }}
            }}"""
        self.url = f"https://{address}:{self.port}/mpic/draft-00"

# SPDX-License-Identifier: Apache-2.0
"""topology.toml as values: routers, hosts and links, checked for what a typing error would break."""

import ipaddress
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("topology.toml")
DEVICE_NAME = 15  # characters that Linux takes


@dataclass(frozen=True)
class Place:
    city: str
    rir: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Router:
    name: str
    asn: int
    what: str
    place: Place
    prefixes: tuple[str, ...]
    router_id: str

    @property
    def address(self):
        """Its own IPv4 address, by which its hosts reach it."""
        return str(ipaddress.ip_network(self.prefixes[0])[1])

    def prefixes_of(self, version):
        return [prefix for prefix in self.prefixes if ipaddress.ip_network(prefix).version == version]


@dataclass(frozen=True)
class Host:
    name: str
    behind: str
    what: str
    ipv4: str
    ipv6: str
    perspective: str | None  # "primary", "remote"
    impersonates: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """Between two routers. `customer` pays, or is empty between peers; addresses by end."""

    ends: tuple[str, str]
    customer: str | None
    delay_ms: float
    loss: float
    number: int

    @property
    def name(self):
        return "--".join(self.ends)

    def other(self, end):
        return self.ends[1 - self.ends.index(end)]

    def address(self, end, version):
        last = self.ends.index(end) + 1
        return f"30.255.{self.number}.{last}" if version == 4 else f"3000:255:{self.number}::{last}"

    def role_of_other(self, end):
        """What the router at the other end is to this one."""
        if self.customer is None:
            return "peer"
        return "provider" if self.customer == end else "customer"


@dataclass(frozen=True)
class Zones:
    tld: str
    signed: str
    unsigned: str


class Topology:
    def __init__(self, text):
        data = tomllib.loads(text)
        self.zones = Zones(**data["zones"])
        self.routers = {entry["name"]: _router(entry) for entry in data["router"]}
        self.hosts = {entry["name"]: _host(entry) for entry in data["host"]}
        self.links = tuple(_link(number, entry) for number, entry in enumerate(data["link"], 1))
        self._check()

    def _check(self):
        names = [*self.routers, *self.hosts]
        assert len(names) == len(set(names)), "two namespaces of one name"
        for name in names:
            assert len(name) + len("to-") <= DEVICE_NAME, f"{name}: too long for a device's name"
        ids = [router.router_id for router in self.routers.values()]
        assert len(ids) == len(set(ids)), "two routers of one id"
        for host in self.hosts.values():
            assert host.behind in self.routers, f"{host.name}: no router {host.behind}"
        for link in self.links:
            assert set(link.ends) <= set(self.routers), f"{link.name}: no such router"
        assert len({link.name for link in self.links}) == len(self.links), "two links between two routers"

    def links_of(self, router):
        return [link for link in self.links if router in link.ends]

    def link(self, one, other):
        return next(link for link in self.links if set(link.ends) == {one, other})

    def hosts_behind(self, router):
        return [host for host in self.hosts.values() if host.behind == router]

    def place_of(self, host):
        return self.routers[self.hosts[host].behind].place

    def impersonated(self, host):
        """The hosts whose addresses `host` answers to as well."""
        return [self.hosts[name] for name in host.impersonates]

    @property
    def perspectives(self):
        """Hosts with an agent, the primary first."""
        found = [host for host in self.hosts.values() if host.perspective]
        return sorted(found, key=lambda host: host.perspective != "primary")


def load(file=FILE):
    return Topology(Path(file).read_text())


def _router(entry):
    prefixes = tuple(entry["prefixes"])
    first = ipaddress.ip_network(prefixes[0])
    assert first.version == 4, f"{entry['name']}: its first prefix must be IPv4"
    return Router(entry["name"], entry["as"], entry["what"], Place(**entry["place"]), prefixes,
                  entry.get("router-id", str(first[1])))


def _host(entry):
    ipv4, ipv6 = entry["addresses"]
    assert ipaddress.ip_address(ipv4).version == 4 and ipaddress.ip_address(ipv6).version == 6
    return Host(entry["name"], entry["behind"], entry["what"], ipv4, ipv6, entry.get("perspective"),
                tuple(entry.get("impersonates", ())))


def _link(number, entry):
    ends = tuple(entry["peers"]) if "peers" in entry else (entry["customer"], entry["provider"])
    return Link(ends, entry.get("customer"), float(entry.get("delay-ms", 0)), float(entry.get("loss", 0)), number)

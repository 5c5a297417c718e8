# SPDX-License-Identifier: Apache-2.0
"""What stands in the zones of the root, the TLD, the victim and the attacker, in master-file form.

The victim has two domains with the same records, one signed and one not. The attacker serves both, unsigned, with
its own address and its own answers to the CA's challenges.
"""

from dataclasses import dataclass, field

VICTIM_TOKEN = "token-of-the-victims-order"
ATTACKER_TOKEN = "token-of-the-attackers-order"
ISSUER = "ca.example"  # by which the CA goes in CAA records
DAY, MINUTE = 86400, 60


@dataclass
class Zone:
    """`secure` lists the children whose DS records go in, `wrongly_secure` those that get somebody else's."""

    name: str
    records: list[str]
    name_server: str  # a host of the topology
    ttl: int = MINUTE
    signed: bool = False
    secure: tuple[str, ...] = ()
    wrongly_secure: tuple[str, ...] = ()
    serial: int = 1
    delegations: dict[str, str] = field(default_factory=dict)  # child -> host that serves it

    def text(self, topology, ds_records):
        """`ds_records(zone)` are the DS records, without owner, of a signed zone."""
        origin = self.name.rstrip(".")
        lines = [f"$ORIGIN {origin}.", f"$TTL {self.ttl}", f"@ SOA ns hostmaster {self.serial} 3600 600 86400 60"]
        lines += _name_server("@", "ns", topology.hosts[self.name_server])
        for child, server in self.delegations.items():
            lines += _name_server(f"{child}.", f"ns.{child}.", topology.hosts[server])
        for child in self.secure:
            lines += [f"{child}. DS {record}" for record in ds_records(child)]
        for child in self.wrongly_secure:
            lines += [f"{child}. DS {record}" for record in ds_records(self.secure[0])]
        return "\n".join([*lines, *self.records]) + "\n"


def _name_server(owner, name, host):
    return [f"{owner} NS {name}", f"{name} A {host.ipv4}", f"{name} AAAA {host.ipv6}"]


def registry(zones):
    """Root and TLD. "broken" is signed wrongly, so that a resolver can be seen to validate."""
    broken = broken_domain(zones)
    children = {zones.signed: "ns-a", zones.unsigned: "ns-a", broken: "registry"}
    return [
        Zone(".", [], "registry", DAY, signed=True, secure=(zones.tld,), delegations={zones.tld: "registry"}),
        Zone(zones.tld, [], "registry", DAY, signed=True, secure=(zones.signed,), wrongly_secure=(broken,),
             delegations=children),
        Zone(broken, ["@ TXT broken"], "registry", DAY),
    ]


def broken_domain(zones):
    return f"dnssec-failed.{zones.tld}"


def victim(zones, topology, token=VICTIM_TOKEN, serial=1):
    """The victim permits the lab's CA in CAA, and has published the token of its order."""
    records = _site(topology.hosts["web-a"], token) + [f'@ CAA 0 issue "{ISSUER}"']
    return [Zone(zones.signed, records, "ns-a", signed=True, serial=serial),
            Zone(zones.unsigned, records, "ns-a", serial=serial)]


def attacker(zones, topology):
    """The same names, leading to the attacker, without CAA. No glue is changed: its routes lead here."""
    records = _site(topology.hosts["attacker"], ATTACKER_TOKEN)
    return [Zone(zones.signed, records, "ns-a"), Zone(zones.unsigned, records, "ns-a")]


def _site(web, token):
    return [*(f"{name} {record}" for name in ("@", "www")
              for record in (f"A {web.ipv4}", f"AAAA {web.ipv6}")),
            f'_acme-challenge.www TXT "{token}"']

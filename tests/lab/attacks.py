# SPDX-License-Identifier: Apache-2.0
"""Scenarios with an attacker, and the one without.

In each the attacker orders a certificate for the victim's domain and answers the CA's challenge at its own servers;
whoever is led there sees the attacker's answer. At the same time the victim orders one, and whoever is led astray
does not see its answer. MPIC is to refuse the attacker; that it then may refuse the victim too is its price.
"""

from dataclasses import dataclass

import orders
from scenario import scenario
from stage import ATTACKER, PREFIXES, SUB_PREFIXES, VICTIM, VICTIM_AS
from zones import ISSUER

ALL = ("zrh", "iad", "hel", "nrt", "gru", "jnb")


def led(stage, captured, there, elsewhere):
    """Outcomes: `there` for those who are captured."""
    return {name: there if name in captured else elsewhere for name in stage.names}


@scenario("no-attack", "Nobody attacks: every method passes, with and without DNSSEC, and CAA decides as it should")
def no_attack(stage):
    stage.enter("peace")
    stage.expect_captured("web", ())
    stage.expect_captured("dns", ())
    signed, unsigned = stage.zones.signed, stage.zones.unsigned
    all_corroborate = led(stage, (), "", "corroborates")
    for domain, state in ((signed, "secure"), (unsigned, "insecure")):
        permitted, forbidden = orders.caa(domain, ISSUER), orders.caa(domain, "other-ca.example")
        passing = stage.ask(VICTIM.http(domain), VICTIM.dns(domain), VICTIM.acme(domain), orders.caa(domain), permitted)
        for row in passing:
            has_control = row.order.applicant == "victim"
            stage.expect(row, "ok", all_corroborate, dnssec=led(stage, (), "", state) if has_control else None)
        for row in stage.ask(forbidden):
            stage.expect(row, "caa-forbids", led(stage, (), "", "disagrees"), diagnosis="caa-record-forbids")
        for row in stage.ask(ATTACKER.http(domain), ATTACKER.dns(domain)):
            stage.expect(row, "primary-rejected", led(stage, (), "", "disagrees"))
    address = stage.net.topology.hosts["web-a"]
    for row in stage.ask(VICTIM.at_address(address.ipv4), VICTIM.at_address(address.ipv6)):
        stage.expect(row, "ok", all_corroborate)


@dataclass(frozen=True)
class Reach:
    """To whom the attacker announces, whom that captures, and how the two orders must end."""

    situation: str
    to: tuple
    captured: tuple
    attackers: str
    victims: str
    records: str  # the bare question which CAA records there are, when the name server is hijacked


# With five remotes four must corroborate the primary: one may be lost, two may not (BR 3.2.2.9).
REACHES = (
    Reach("one remote: announced to Latin America only", ("la",), ("gru",), "primary-rejected", "ok", "ok"),
    Reach("two remotes: to Latin America and Africa", ("la", "af"), ("gru", "jnb"), "primary-rejected",
          "dcv-not-corroborated", "caa-not-corroborated"),
    Reach("the primary: to the CA's access provider", ("alp",), ("zrh",), "dcv-not-corroborated", "primary-rejected",
          "caa-not-corroborated"),
    Reach("the primary and three remotes: to all but Europe and Asia", ("alp", "na", "la", "af"),
          ("zrh", "iad", "gru", "jnb"), "dcv-not-corroborated", "primary-rejected", "caa-not-corroborated"),
    Reach("everybody: to all", ("alp", "eu", "na", "ap", "la", "af"), ALL, "ok", "primary-rejected", "ok"),
)
NOBODY_IS_LEFT = "Nobody is left who sees the victim: five places agree with the attacker. This is the limit of MPIC."


@scenario("web-hijack", "Equally specific hijack of the web server: one remote, two, the primary, four, everybody")
def web_hijack(stage):
    domain = stage.zones.unsigned
    for reach in REACHES:
        stage.enter(reach.situation)
        stage.hijack(PREFIXES["web"], reach.to)
        stage.expect_captured("web", reach.captured)
        attack, victim = stage.ask(ATTACKER.http(domain), VICTIM.http(domain))
        mixed = "same-address-differs" if len(reach.captured) < len(ALL) else None
        stage.expect(attack, reach.attackers, led(stage, reach.captured, "corroborates", "disagrees"),
                     diagnosis=mixed if reach.attackers != "ok" else None)
        stage.expect(victim, reach.victims, led(stage, reach.captured, "disagrees", "corroborates"),
                     diagnosis=mixed if reach.victims != "ok" else None)
        if reach.attackers == "ok":
            stage.say(NOBODY_IS_LEFT)


@scenario("dns-hijack", "The same against the name server, with an unsigned zone and a signed one: bogus is no pass")
def dns_hijack(stage):
    signed, unsigned = stage.zones.signed, stage.zones.unsigned
    for reach in REACHES:
        stage.enter(reach.situation)
        stage.hijack(PREFIXES["dns"], reach.to)
        stage.expect_captured("dns", reach.captured)
        attack, victim, on_signed, of_signed, records = stage.ask(
            ATTACKER.dns(unsigned), VICTIM.dns(unsigned), ATTACKER.dns(signed), VICTIM.dns(signed),
            orders.caa(unsigned))
        stage.expect(attack, reach.attackers, led(stage, reach.captured, "corroborates", "disagrees"))
        stage.expect(victim, reach.victims, led(stage, reach.captured, "disagrees", "corroborates"))
        # The attacker has no CAA records. Whoever sees what the primary sees agrees with it.
        with_primary = led(stage, reach.captured, "corroborates", "disagrees")
        against_primary = led(stage, reach.captured, "disagrees", "corroborates")
        stage.expect(records, reach.records,
                     (with_primary if "zrh" in reach.captured else against_primary) | {"zrh": "corroborates"})
        # Whoever is captured cannot validate what the attacker says, and takes it for nothing.
        primary = "zrh" in reach.captured
        bogus = led(stage, reach.captured, "bogus", "secure")
        stage.expect(on_signed, "dnssec-bogus" if primary else "primary-rejected",
                     led(stage, reach.captured, "failed", "disagrees"), diagnosis="dnssec-broken", dnssec=bogus)
        stage.expect(of_signed, "dnssec-bogus" if primary else reach.victims,
                     led(stage, reach.captured, "failed", "corroborates"), dnssec=bogus,
                     diagnosis=None if reach.victims == "ok" else "dnssec-broken")
        if reach.attackers == "ok":
            stage.say(NOBODY_IS_LEFT + " The signed domain holds.")


FILTERING = ("eu", "na", "ap")  # transit networks that drop what RPKI calls invalid


@scenario("sub-prefix", "A more specific prefix captures everybody; only DNSSEC and route origin validation stop it")
def sub_prefix(stage):
    signed, unsigned = stage.zones.signed, stage.zones.unsigned
    stage.enter("web server, a /24 out of the /22, announced in one place")
    stage.hijack(SUB_PREFIXES["web"], ("la",))
    stage.expect_captured("web", ALL)
    for row in stage.ask(ATTACKER.http(unsigned), ATTACKER.http(signed)):
        stage.expect(row, "ok", led(stage, ALL, "corroborates", ""))
    stage.say(NOBODY_IS_LEFT + " DNSSEC says where the web server is, and not who answers there.")

    stage.enter("name server, likewise")
    stage.hijack(SUB_PREFIXES["dns"], ("la",))
    stage.expect_captured("dns", ALL)
    attack, on_signed = stage.ask(ATTACKER.dns(unsigned), ATTACKER.dns(signed))
    stage.expect(attack, "ok", led(stage, ALL, "corroborates", ""))
    stage.expect(on_signed, "dnssec-bogus", led(stage, ALL, "failed", ""), diagnosis="dnssec-broken")
    stage.say("The unsigned domain is lost, the signed one is not.")

    stage.enter("web server, while three transit networks filter by RPKI")
    stage.net.routing.filter_invalid(FILTERING)
    stage.hijack(SUB_PREFIXES["web"], ("la",))
    stage.expect_captured("web", ("gru", "jnb"))
    attack, victim = stage.ask(ATTACKER.http(unsigned), VICTIM.http(unsigned))
    stage.expect(attack, "primary-rejected", led(stage, stage.captured, "corroborates", "disagrees"))
    stage.expect(victim, "dcv-not-corroborated", led(stage, stage.captured, "disagrees", "corroborates"),
                 diagnosis="same-address-differs")

    stage.enter("web server, while everybody filters by RPKI")
    stage.net.routing.filter_invalid(tuple(stage.net.topology.routers))
    stage.expect_captured("web", ())
    attack, victim = stage.ask(ATTACKER.http(unsigned), VICTIM.http(unsigned))
    stage.expect(attack, "primary-rejected", led(stage, (), "", "disagrees"))
    stage.expect(victim, "ok", led(stage, (), "", "corroborates"))


@scenario("forged-origin", "An announcement that names the victim as origin passes RPKI, but is a hop longer")
def forged_origin(stage):
    domain = stage.zones.unsigned
    stage.enter("announced to all, while everybody filters by RPKI")
    stage.net.routing.filter_invalid(tuple(stage.net.topology.routers))
    stage.hijack(PREFIXES["web"], forged_path=(VICTIM_AS,))
    stage.expect_captured("web", ("zrh", "gru", "jnb"))
    path = stage.net.routing.birds["gru-gw"].best_path(stage.net.topology.hosts["web-a"].ipv4)
    stage.say(f"gru's AS path: {path}")
    stage.check(path.endswith(f" {VICTIM_AS}"), f"the path does not end in the victim's AS: {path}")
    attack, victim = stage.ask(ATTACKER.http(domain), VICTIM.http(domain))
    stage.expect(attack, "dcv-not-corroborated", led(stage, stage.captured, "corroborates", "disagrees"),
                 diagnosis="same-address-differs")
    stage.expect(victim, "primary-rejected", led(stage, stage.captured, "disagrees", "corroborates"))


@scenario("no-export", "A more specific prefix with NO_EXPORT: one network believes it, and nobody else ever sees it")
def no_export(stage):
    domain = stage.zones.unsigned
    stage.enter("announced to Latin America with NO_EXPORT")
    stage.hijack(SUB_PREFIXES["web"], ("la",), no_export=True)
    stage.expect_captured("web", ("gru",))
    web = stage.net.topology.hosts["web-a"].ipv4
    paths = {name: stage.net.routing.birds[name].best_path(web) for name in ("la", "gru-gw")}
    stage.say(f"AS paths: la {paths['la']}, gru {paths['gru-gw']}: gru's own table is clean, its provider's is not")
    attacker_as = str(stage.net.topology.routers["attacker-gw"].asn)
    stage.check(paths["la"] == attacker_as, f"la's path is {paths['la']}")
    stage.check(attacker_as not in paths["gru-gw"].split(), f"gru's path is {paths['gru-gw']}")
    attack, victim = stage.ask(ATTACKER.http(domain), VICTIM.http(domain))
    stage.expect(attack, "primary-rejected", led(stage, stage.captured, "corroborates", "disagrees"))
    stage.expect(victim, "ok", led(stage, stage.captured, "disagrees", "corroborates"))

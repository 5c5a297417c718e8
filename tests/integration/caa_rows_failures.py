# SPDX-License-Identifier: Apache-2.0
"""The worked examples of CAA in which something fails. The servers of these zones are scripted; what the
script has no word for comes from Knot. A failure is always put to the most lenient setting,
--permit-proved-lookup-failure, so that what refuses is the conditions of BR 4.2.2.1.1 and no default."""

import threading

from caa_rows import APEX, CDN, CLIMB, OURS, WWW, Row, at_www, issue, one
from scripted_dns import Response

LENIENT = (*OURS, "--permit-proved-lookup-failure")
SIGNED = (APEX,)
PASS = object()  # whatever stands in the zone
EMPTY = {APEX: "www TXT here"}


def at(name, reply, *types):
    """`reply` at this name (for these types), everything else as it stands."""
    def script(asked, rtype):
        return reply if asked == name and (not types or rtype in types) else PASS
    return script


def says(rcode):
    return Response(rcode, authoritative=True)


def slow(asked, rtype):
    if (asked, rtype) == (APEX, "CAA"):
        threading.Event().wait(0.7)  # well within one try
    return PASS


def malformed(rdata):
    def script(asked, rtype):
        if asked != WWW or rtype != "CAA":
            return PASS
        return Response(records=[(WWW, "CAA", rdata)], authoritative=True)
    return script


def unreachable_proof(asked, rtype):
    if rtype == "DS":
        return says("SERVFAIL")
    return None if asked == WWW else PASS


def failing(number, rule, script, permits=None, code="", node="", dnssec="insecure", **more):
    zones = more.pop("zones", EMPTY)
    options = more.pop("options", LENIENT)
    return Row(number, rule, more.pop("request", WWW), zones, node, permits, code, dnssec, script=script,
               options=options, **more)


SILENT = at(WWW, None)
OTHER_ABOVE = {APEX: "www TXT here\n" + one("@", issue("other.test"))}
FAILURES = [
    failing(70, "br-4.2.2.1.1", at(WWW, says("SERVFAIL")), code="dns-servfail", dnssec="indeterminate",
            signed=SIGNED),
    failing(71, "br-4.2.2.2.5", None, code="dns-bogus", dnssec="bogus", signed=SIGNED, bogus=SIGNED),
    failing(72, "br-4.2.2.1.1", SILENT, True),
    failing(72, "br-4.2.2.1.1-refusing", SILENT, code="dns-timeout", options=OURS, variant="r"),
    failing(72, "br-4.2.2.1.1-whole-zone", lambda asked, rtype: PASS if rtype == "DS" else None, True, variant="z"),
    failing(73, "br-4.2.2.1.1", SILENT, False, "caa-forbids", node=APEX, zones=OTHER_ABOVE),
    failing(74, "br-4.2.2.1.1-one-try", SILENT, code="dns-timeout", dnssec="indeterminate",
            options=(*LENIENT, "--retry", "0")),
    failing(74, "br-4.2.2.1.1-resolver-down", None, code="connection-refused", dnssec="indeterminate",
            resolver="nobody", variant="d"),
    failing(74, "br-4.2.2.1.1-link-down", None, code="dns-timeout", dnssec="indeterminate", resolver="silent",
            variant="l"),
    failing(75, "rfc4035-4.3", unreachable_proof, code="dns-timeout", dnssec="indeterminate"),
    *(failing(76, f"rfc8659-6.2-{word}", script, True, variant=word[0])
      for word, script in (("refused", at(WWW, says("REFUSED"))), ("notimp", at(WWW, says("NOTIMP"))),
                           ("formerr", at(WWW, says("FORMERR"))),
                           ("cut", at(WWW, Response(records=[(WWW, "CAA", b"\0\5issueca.example")],
                                                    authoritative=True, cut=5))))),
    *(failing(76, f"rfc8659-6.2-{word}-signed", script, code="dns-servfail", dnssec="indeterminate", signed=SIGNED,
              variant=word[0] + "s", resolver="impatient")
      for word, script in (("refused", at(WWW, says("REFUSED"))), ("notimp", at(WWW, says("NOTIMP"))),
                           ("truncated", at(WWW, Response(truncated=True, authoritative=True))))),
    failing(77, "rfc8659-3", lambda asked, rtype: says("SERVFAIL") if rtype == "CAA" and asked != "www.sub.brand"
            else PASS, True, node="www.sub.brand", request="www.sub.brand",
            zones={"brand": one("www.sub", issue("ca.example"))}),
    failing(78, "br-4.2.2.1.1", at(APEX, says("SERVFAIL"), "CAA"), code="dns-servfail", dnssec="indeterminate",
            signed=SIGNED),
    failing(80, "rfc1034-5.3.3-loop", None, code="dns-servfail", dnssec="indeterminate",
            zones={APEX: CDN, "cdn.test": "h CNAME www.example.com."}),
    failing(80, "rfc1034-5.3.3-loop-signed", None, code="dns-servfail", dnssec="indeterminate", variant="s",
            zones={APEX: CDN, "cdn.test": "h CNAME www.example.com."}, signed=(APEX, "cdn.test")),
    failing(80, "rfc1034-5.3.3-long", None, code="dns-servfail", options=OURS, variant="c", dnssec="indeterminate",
            zones={APEX: CDN, "cdn.test": "h CNAME c0.cdn.test.\n" + "".join(
                f"c{i} CNAME c{i + 1}.cdn.test.\n" for i in range(24)) + one("c24", issue("ca.example"))}),
    # Unbound has given up on the servers: the zone that fails is found along the aliases, and is insecure.
    failing(81, "br-4.2.2.1.1-alias", at("h.cdn.test", None), True, zones={APEX: CDN, "cdn.test": "h TXT here"},
            signed=SIGNED, resolver="impatient"),
    # No response at all: which zone fails is not known. Refusing is always compliant.
    failing(81, "br-4.2.2.1.1-alias-silent", at("h.cdn.test", None), code="dns-timeout", dnssec="indeterminate",
            zones={APEX: CDN, "cdn.test": "h TXT here"}, signed=SIGNED, variant="t"),
    *(failing(82, f"rfc8659-4.1-{word}", malformed(rdata), code="dns-malformed", variant=word[0])
      for word, rdata in (("zero-tag", b"\0\0issue"), ("beyond", b"\0\x09issue"), ("one-octet", b"\0"),
                          ("empty", b""))),
    # What is slow, or large, is no failure.
    failing(2, "rfc1035-slow", slow, True, node=APEX, zones=CLIMB[1].zones, variant="w"),
    at_www(52, "rfc7766-5-large", [issue(f"ca{i}.test") for i in range(999)] + [issue("ca.example")], True,
           variant="t"),
]

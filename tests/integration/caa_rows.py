# SPDX-License-Identifier: Apache-2.0
"""The 100 worked examples of CAA as data: what stands in the zones, what is asked, and what comes of it.

Names are written as in the examples, for all rows alike; Row.here() gives each row a corner of the Internet of
its own: www.example.com of row 6 is www.example6.com, h.cdn.test is h.cdn6.test, the TLD brand is brand6.
"Our" CA is ca.example, its account https://ca.example/acct/1, the method http-01, unless a row says otherwise."""

import re
from collections.abc import Callable
from dataclasses import dataclass

OURS = ("--account-uri", "https://ca.example/acct/1", "--validation-method", "http-01")
WWW, APEX = "www.example.com", "example.com"
CORNERS = ("example.com", "example.net", "cdn.test", "x.test", "y.test", "t.test", "brand")
_CORNER = re.compile(r"(?<![\w-])(example\.com|example\.net|cdn\.test|x\.test|y\.test|t\.test|brand)$", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    number: int
    rule: str  # the section that decides
    request: str
    zones: dict  # of each zone its records, in master-file form
    node: str  # where the relevant set is; "" nowhere
    permits: bool | None  # None: nothing was determined
    code: str = ""
    dnssec: str = "insecure"  # the parents are signed, these zones are not unless `signed`
    signed: tuple = ()
    bogus: tuple = ()  # signed with keys that the parent does not know
    options: tuple = OURS
    resolver: str = "patient"
    # (name, type) as in the examples: what the servers of these zones say instead of what stands in them
    script: Callable | None = None
    variant: str = ""

    @property
    def id(self):
        return f"row-{self.number:03}{self.variant}-{self.rule}"

    @property
    def mark(self):
        return f"{self.number}{self.variant}"

    def here(self, name):
        """A name of the examples as this row has it; other names stay."""
        bare = name.rstrip(".")
        dot = name[len(bare):]
        return _CORNER.sub(lambda found: self._mine(found.group(1)), bare) + dot

    def _mine(self, corner):
        corner = corner.lower()
        first, _, rest = corner.partition(".")
        return f"{first}{self.mark}" + (f".{rest}" if rest else "")

    def there(self, name):
        """The opposite."""
        for corner in CORNERS:
            mine = self._mine(corner)
            if name == mine or name.endswith("." + mine):
                return name[:len(name) - len(mine)] + corner
        return name

    def master_file(self, zone):
        """The zone's records; targets of aliases are the only names in the data that need translating."""
        def line(text):
            words = text.split(" ", 2)
            if len(words) == 3 and words[1] in ("CNAME", "DNAME"):
                words[2] = self.here(words[2])
            return " ".join(words)
        return "\n".join(line(text.strip()) for text in self.zones[zone].strip().splitlines())


def issue(value, tag="issue", flags=0):
    """A CAA record's data in master-file form."""
    text = "".join(char if 0x20 < ord(char) < 0x7f and char not in '"\\;' else f"\\{ord(char):03}" for char in value)
    return f'CAA {flags} {tag} "{text}"'


def one(owner, *data):
    return "".join(f"{owner} {text}\n" for text in data)


NONE = {APEX: "www TXT here"}


def at_www(number, rule, data, permits, code="", **more):
    """A set at www.example.com itself, which is where the parameters and the grammar are tried."""
    return Row(number, rule, WWW, {APEX: one("www", *data)}, WWW, permits, code, **more)


def at_apex(number, rule, request, data, permits, code="", **more):
    return Row(number, rule, request, {APEX: "www TXT here\n" + one("@", *data)}, APEX, permits, code, **more)


CDN = "www CNAME h.cdn.test.\n"
CLIMB = [
    Row(1, "rfc8659-3", WWW, NONE, "", True),
    at_apex(2, "rfc8659-3", WWW, [issue("ca.example")], True),
    at_apex(3, "rfc8659-3", WWW, [issue("other.test")], False),
    Row(4, "rfc8659-3", WWW, {APEX: one("www", issue("ca.example")) + one("@", issue("other.test"))}, WWW, True),
    Row(5, "rfc8659-3", WWW, {APEX: one("www", issue("other.test")) + one("@", issue("ca.example"))}, WWW, False),
    Row(6, "rfc8659-3-alias", WWW, {APEX: CDN + one("@", issue("other.test")),
                                    "cdn.test": one("h", issue("ca.example"))}, WWW, True),
    Row(7, "rfc8659-3-alias", WWW, {APEX: CDN + one("@", issue("other.test")),
                                    "cdn.test": one("h", issue("cdnca.test"))}, WWW, False),
    Row(8, "rfc8659-7-alias", WWW, {APEX: CDN, "cdn.test": "h TXT here\n" + one("@", issue("cdnca.test"))}, "", True),
    Row(9, "rfc8659-7-alias", WWW, {APEX: CDN + one("@", issue("other.test")),
                                    "cdn.test": "h TXT here\n" + one("@", issue("cdnca.test"))}, APEX, False),
    Row(10, "rfc8659-3-alias", WWW, {APEX: "www CNAME a.x.test.", "x.test": "a CNAME b.y.test.",
                                     "y.test": one("b", issue("ca.example"))}, WWW, True),
    Row(11, "rfc2308-2.1-alias", WWW, {APEX: "www CNAME gone.cdn.test.\n" + one("@", issue("ca.example")),
                                       "cdn.test": "h TXT here"}, APEX, True),
    Row(12, "rfc8659-3-alias", "a.b.example.com", {APEX: "b CNAME t.test.\na.b TXT here",
                                                   "t.test": one("@", issue("other.test"))}, "b.example.com", False),
    Row(13, "rfc6672-3.1-dname", WWW, {APEX: "@ DNAME example.net.",
                                       "example.net": one("www", issue("ca.example"))}, WWW, True),
    Row(14, "rfc6672-2.4-dname", WWW, {APEX: "@ DNAME example.net.\n" + one("@", issue("ca.example")),
                                       "example.net": "www TXT here\n" + one("@", issue("other.test"))}, APEX, True),
    Row(15, "rfc4592-wildcard", "foo.example.com", {APEX: one("*", issue("other.test"))}, "foo.example.com", False),
    Row(79, "rfc2308-2.1", WWW, {APEX: one("@", issue("ca.example"))}, APEX, True),
    Row(79, "rfc4035-5.4", WWW, {APEX: one("@", issue("ca.example"))}, APEX, True, dnssec="secure", signed=(APEX,),
        variant="s"),
    Row(86, "rfc8659-3-tld", "brand", {"brand": one("@", issue("ca.example"))}, "brand", True, dnssec="secure",
        signed=("brand",)),
    Row(87, "rfc8659-3-tld", "www.brand", {"brand": "www TXT here\n" + one("@", issue("other.test"))}, "brand", False,
        dnssec="secure", signed=("brand",)),
]
# Aliases between signed and unsigned zones: the weakest link decides what is said of the whole.
LINKS = [
    Row(6, "rfc4035-4.3-signed", WWW, CLIMB[5].zones, WWW, True, dnssec="secure", signed=(APEX, "cdn.test"),
        variant="ss"),
    Row(6, "rfc4035-4.3-half", WWW, CLIMB[5].zones, WWW, True, dnssec="insecure", signed=(APEX,), variant="si"),
    Row(6, "br-4.2.2.2.5-bogus", WWW, CLIMB[5].zones, "", None, "dns-bogus", "bogus", signed=(APEX, "cdn.test"),
        bogus=("cdn.test",), variant="sb"),
    Row(13, "rfc6672-5.3-signed", WWW, CLIMB[12].zones, WWW, True, dnssec="secure", signed=(APEX, "example.net"),
        variant="s"),
    Row(15, "rfc4035-5.3.4-signed", "foo.example.com", CLIMB[14].zones, "foo.example.com", False, dnssec="secure",
        signed=(APEX,), variant="s"),
]

WILD, STAR = "issuewild", "*.example.com"
SET_17 = [issue("ca.example"), issue("other.test", WILD)]
SET_22 = {APEX: one("@", issue("ca.example", WILD), issue(";")) + "sub TXT here"}
NEW = "new.example.com"


def at_new(number, data, permits, code=""):
    return Row(number, "rfc8659-4.5", NEW, {APEX: one("new", *data) + one("@", issue("other.test"))}, NEW, permits,
               code)


PROPERTIES = [
    at_apex(16, "rfc8659-4.3-wildcard", STAR, [issue("ca.example")], True),
    at_apex(17, "rfc8659-4.3-wildcard", STAR, SET_17, False),
    at_apex(18, "rfc8659-4.3", WWW, SET_17, True),
    at_apex(19, "rfc8659-4.3-wildcard", STAR, [issue("other.test"), issue("ca.example", WILD)], True),
    at_apex(20, "rfc8659-4.3-wildcard", STAR, [issue("ca.example"), issue(";", WILD)], False),
    at_apex(21, "rfc8659-4.3", WWW, [issue(";", WILD)], True),
    Row(22, "rfc8659-4.3-wildcard", "*.sub.example.com", SET_22, APEX, True),
    Row(23, "rfc8659-4.2", "sub.example.com", SET_22, APEX, False),
    Row(24, "rfc8659-3-wildcard", STAR, {APEX: one("*", issue("ca.example")) + one("@", issue("other.test"))}, APEX,
        False),
    at_new(25, [issue("ca.example"), issue("x", "tbs", 128)], False, "caa-critical-unknown"),
    at_new(26, [issue("ca.example"), issue("x", "tbs")], True),
    at_new(27, [issue("x", "tbs")], True),
    at_new(28, [issue("x", "tbs", 1), issue("ca.example")], True),
    Row(29, "rfc8659-3", WWW, {APEX: one("www", issue("ca.example")) + one("@", issue("x", "tbs", 128))}, WWW, True),
    at_www(30, "rfc8659-4.1", [issue("ca.example", flags=128)], True),
    at_www(31, "br-a.1.1", [issue("a@b.test", "contactemail", 128), issue("ca.example")], True),
    at_www(32, "rfc9495", [issue(";", "issuemail", 128)], True),
    at_www(33, "rfc8659-4.1", [issue("ca.example", "IsSuE")], True),
    at_www(34, "rfc8659-4.1", [issue("other.test", "IsSuE")], False),
    at_www(52, "rfc8659-4.2", [issue("other.test"), issue("ca.example")], True),
    at_www(53, "rfc8659-4.2", [issue("other.test"), issue(";")], False),
    Row(54, "rfc8659-4.4", WWW, {APEX: one("www", issue("mailto:s@example.com", "iodef"))
                                 + one("@", issue("other.test"))}, WWW, True),
]

GRAMMAR = [at_www(number, "rfc8659-4.2", [issue(value) for value in values], permits) for number, permits, *values in [
    (35, True, "CA.Example"), (36, False, "%%%%%"), (37, True, "%%%%%", "ca.example"), (38, False, ""),
    (39, False, ";"), (40, False, "; account=1"), (41, False, "ca.example."), (42, False, "ca_x.example"),
    (43, False, "sub.ca.example"), (44, True, " \tca.example ; a = b "), (45, True, "ca.example;"),
    (46, False, "ca.example; a=b;"), (47, False, "ca.example a=b"), (48, False, "ca.example; a=b c=d"),
    (49, True, "ca.example; a="), (50, False, "ca.example; flag"), (51, True, "ca.example; policy=ev")]]

ACCT = "accounturi=https://ca.example/acct/"
SET_62 = "ca.example; validationmethods=dns-01,tls-alpn-01"
SET_68 = f"ca.example; {ACCT}1; validationmethods=dns-01"
PARAMETERS = [at_www(number, rule, [issue(value) for value in values], permits) for number, rule, permits, *values in [
    (55, "rfc8657-3", True, f"ca.example; {ACCT}1"), (56, "rfc8657-3", False, f"ca.example; {ACCT}2"),
    (57, "rfc8657-3", True, f"ca.example; {ACCT}1", f"ca.example; {ACCT}2"),
    (58, "rfc8657-3", False, f"ca.example; {ACCT}1; {ACCT}2"),
    (59, "rfc8657-3", False, "ca.example; accounturi=not a uri"),
    (60, "rfc8657-3", False, f"other.test; {ACCT}1"), (63, "rfc8657-4", False, SET_62),
    (64, "br-4.2.2.1.2", True, "ca.example; validationmethods=ca-tbr-19"),
    (65, "rfc8657-4", False, "ca.example; validationmethods="),
    (66, "rfc8657-4", False, "ca.example; validationmethods=http-01, dns-01"),
    (67, "rfc8657-4", False, "ca.example; validationmethods=HTTP-01"), (68, "rfc8657-4", False, SET_68),
    (69, "rfc8657-4", True, SET_68, "ca.example; validationmethods=http-01")]] + [
    at_www(61, "rfc8657-3", [issue(f"ca.example; {ACCT}1")], False, options=OURS[2:]),
    at_www(62, "rfc8657-4", [issue(SET_62)], True, options=(*OURS[:2], "--validation-method", "dns-01")),
]

# Spellings of a name, and what is no name for CAA.
NAMES = [
    at_apex(91, "br-7.1.2.7.12", "www.example.com.", [issue("ca.example")], True),
    Row(93, "rfc5891-5", "bücher.example.com", {APEX: one("xn--bcher-kva", issue("ca.example"))},
        "xn--bcher-kva.example.com", True),
    Row(95, "rfc4343", "WWW.EXAMPLE.COM", {APEX: one("@", issue("ca.example"))}, APEX, True),
]
REFUSED = [
    (88, "rfc1035-2.3.4", "a" * 64 + ".example.com", "64"), (89, "rfc1035-2.3.4", ".".join(
        ["a" * 63, "b" * 63, "c" * 63, "d" * 50, "example.com"]), "253"),
    (90, "br-7.1.2.7.12", "a_b.example.com", "_"), (92, "rfc1035-2.3.1", "a..example.com", "empty"),
    (94, "rfc5890-2.3.2.1", "xn--zzzz-99999999.example.com", "xn--zzzz-99999999"),
    (96, "br-4.2.2.1", "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", "onion"),
    (97, "br-4.2.2.1", "198.100.0.1", "IP address"), (98, "br-4.2.2", "1.2.0.192.in-addr.arpa", "in-addr.arpa"),
]

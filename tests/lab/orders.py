# SPDX-License-Identifier: Apache-2.0
"""What a CA asks mpicd: has this applicant shown control of the domain? Two applicants order certificates for the
victim's domains: the victim, who owns them, and the attacker, who would like to. Each was given a token to publish."""

import base64
import hashlib
from dataclasses import dataclass

from zones import ISSUER

FILE = "/.well-known/pki-validation/order.txt"


def key_authorization(token):
    """Of an ACME account that belongs to whom the token was given (RFC 8555 §8.1)."""
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    return f"{token}.{thumbprint}"


@dataclass(frozen=True)
class Order:
    applicant: str  # "victim", "attacker", or "" where it is no matter
    method: str
    domain: str
    question: dict

    @property
    def title(self):
        who = f"{self.applicant}'s " if self.applicant else ""
        return f"{who}{self.method} {self.domain}"


class Applicant:
    def __init__(self, name, token):
        self.name, self.token = name, token

    def http(self, domain, **more):
        return self._order("http", domain, {"path": FILE, "expected": self.token, **more})

    def dns(self, domain, **more):
        return self._order("dns", domain, {"record-type": "TXT", "prefix": "_acme-challenge", "expected": self.token,
                                           **more})

    def at_address(self, address):
        """Of an IP address instead of a domain (BR 3.2.2.5.1)."""
        return Order(self.name, "http", address, {"method": "http", "domain": address, "path": FILE,
                                                  "expected": self.token})

    def acme(self, domain):
        question = {"method": "http-acme", "domain_or_ip": f"www.{domain}", "token": self.token,
                    "key_authorization": key_authorization(self.token)}
        return Order(self.name, "http-acme", domain, question)

    def _order(self, method, domain, fields):
        question = {"method": method, "domain": f"www.{domain}", "caa-policy": {"issuer-domains": [ISSUER]}, **fields}
        return Order(self.name, method, domain, question)


def caa(domain, issuer=None):
    """Without an issuer: which records there are. With one: whether they permit it."""
    policy = {"caa-policy": {"issuer-domains": [issuer]}} if issuer else {}
    title = f"caa for {issuer}" if issuer else "caa"
    return Order("", title, domain, {"method": "caa", "domain": f"www.{domain}", **policy})

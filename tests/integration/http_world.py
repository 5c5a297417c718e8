# SPDX-License-Identifier: Apache-2.0
"""For the http rules: web.test and all its names lead to one scripted server, over IPv4 or IPv6."""

from checks import check
from process import Addresses
from scripted_dns import Response, ScriptedDns
from scripted_http import ScriptedHttp, response

ALLOWED = ("--allow-special-purpose", "127.0.0.0/8", "--allow-special-purpose", "::1/128")


class HttpWorld:
    """`names` maps further names to their addresses; each is asked for in both families."""

    def __init__(self, folder, family="ipv4", tls=None):
        self.folder, self.family = folder, family
        self.addresses = Addresses()
        self.address = self.addresses.new() if family == "ipv4" else "::1"
        self.names = {}
        self.answers = lambda request: response(404)
        self.dns = ScriptedDns(self.resolve, self.addresses.new())
        self.http = ScriptedHttp(lambda request: self.answers(request), [self.address])
        # What https leads to: nobody, unless there is a TLS configuration.
        self.https = None if tls is None else ScriptedHttp(lambda request: self.answers(request), [self.address], tls=tls)
        self.seconds = 0

    def __enter__(self):
        for server in (self.dns, self.http, self.https):
            if server:
                server.__enter__()
        return self

    def __exit__(self, *_):
        for server in (self.dns, self.http, self.https):
            if server:
                server.__exit__()

    def resolve(self, name, rtype, _):
        known = self.names.get(name, [self.address] if name.endswith("web.test") else None)
        if known is None:
            return Response("NXDOMAIN")
        return Response(records=[(name, rtype, address) for address in known
                                 if rtype == ("AAAA" if ":" in address else "A")])

    def say(self, answers):
        """From now on; and what has been asked is forgotten."""
        self.answers = answers
        self.http.asked.clear()
        if self.https:
            self.https.asked.clear()
        self.dns.asked.clear()

    @property
    def asked(self):
        return self.http.asked

    def check(self, host, path, expected, timeout="10s", allowed=ALLOWED, http_port=None, https_port=None):
        """(exit code, JSON)"""
        https = https_port or (self.https.port if self.https else 1)  # 1: where nobody listens
        code, result, self.seconds = check(
            "http", host, path, "--expected", expected, "--resolver", self.dns.resolver, "--http-port",
            http_port or self.http.port, "--https-port", https, "--timeout", timeout, *allowed)
        return code, result

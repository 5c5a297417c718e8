# SPDX-License-Identifier: Apache-2.0
"""Run in a network namespace of its own: makes addresses, some of which lead nowhere, and prints which of
them `mpicd check http` tried."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from checks import check  # noqa: E402
from scripted_dns import Response, ScriptedDns  # noqa: E402
from scripted_http import BlackHole, ScriptedHttp, response  # noqa: E402

SIX = ["fd00:2::1", "fd00:1::9", "fd00:1::2"]  # no route; nobody answers; nobody listens
NAMES = {"both.test": [*SIX, "fd00:1::3", "10.9.0.3"], "dead-ipv6.test": [*SIX, "10.9.0.2", "10.9.0.3"]}


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)


def make_network():
    ip("link", "set", "lo", "up")
    for address in ("fd00:1::2", "fd00:1::3", "fd00:1::9"):
        ip("-6", "address", "add", f"{address}/128", "dev", "lo", "nodad")
    for address in ("10.9.0.2", "10.9.0.3"):
        ip("address", "add", f"{address}/32", "dev", "lo")
    ip("-6", "route", "add", "unreachable", "fd00:2::/64")


def resolve(name, rtype, _):
    return Response(records=[(name, rtype, address) for address in NAMES.get(name, ())
                             if rtype == ("AAAA" if ":" in address else "A")])


def main():
    make_network()
    results = {}
    with ScriptedDns(resolve) as dns, BlackHole("fd00:1::9", 10080), ScriptedHttp(
            lambda request: response(200, "x"), ["fd00:1::3", "10.9.0.3"], port=10080) as http:
        for name in NAMES:
            _, result, _ = check("http", name, "/", "--expected", "x", "--resolver", dns.resolver, "--http-port",
                                 http.port, "--allow-special-purpose", "fd00::/8", "--allow-special-purpose", "10.0.0.0/8")
            results[name.removesuffix(".test")] = [(entry["address"], entry["outcome"])
                                                   for entry in result["evidence"]["hops"][0]["tried"]]
    print(json.dumps(results))


if __name__ == "__main__":
    main()

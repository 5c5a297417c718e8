# SPDX-License-Identifier: Apache-2.0
"""The hijack lab's command line: see run.sh."""

import argparse
import shutil
import signal
import sys
import time
from pathlib import Path

import attacks  # noqa: F401  (its scenarios register themselves)
import namespaces
import picture
import report
import sandbox
import scenario
import topology
import troubles  # noqa: F401
from internet import Internet
from running import BINARY, mpicd

FOLDER = Path("/run/lab")  # in the sandbox


def options():
    parser = argparse.ArgumentParser(prog="tests/lab/run.sh", description="A small Internet in network namespaces, "
                                     "in which a hijack is a route announcement; and what mpicd makes of it. "
                                     "Exit code 0: all as expected, or skipped; 1: not.")
    parser.add_argument("--scenario", action="append", metavar="NAME", help="only this one; repeat for several")
    parser.add_argument("--list", action="store_true", help="the scenarios, and what each is about")
    parser.add_argument("--keep", action="store_true", help="leave the lab as the last scenario left it, to play with")
    parser.add_argument("--json", metavar="FILE", type=Path, help="what was measured and answered, as JSON")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="passed and failed scenarios, for a test suite")
    parser.add_argument("--save", metavar="FOLDER", type=Path, help="copy all configurations and logs there at the end")
    parser.add_argument("--picture", metavar="FILE", type=Path, help="only draw the topology, as SVG")
    chosen = parser.parse_args()
    unknown = set(chosen.scenario or ()) - set(scenario.ALL)
    if unknown:
        parser.error(f"no scenario {', '.join(sorted(unknown))}; --list shows them")
    return chosen


def tell(text):
    print(text, flush=True)


def play(chosen, outer_pid):
    """In the sandbox: brings everything up, plays, reports. True when all was as expected."""
    net = Internet(topology.load(), FOLDER)
    started = time.monotonic()
    names = chosen.scenario or list(scenario.ALL)
    try:
        net.start(lambda text: tell(f"[{time.monotonic() - started:4.1f} s] {text}"))
        round_trips = net.round_trips()
        tell("round-trip times to the victim's web server: "
             + ", ".join(f"{name} {ms} ms" for name, ms in round_trips.items()))
        results = [scenario.play(scenario.ALL[name], net, tell, heal=not (chosen.keep and name == names[-1]))
                   for name in names]
        show(chosen, net, results, round_trips)
        if chosen.keep:
            stay(net, outer_pid)
        net.stop()
        net.service.verify_journal()
    finally:
        if chosen.save:
            save(chosen.save)
    good = sum(not result.problems for result in results)
    tell(f"{good} of {len(results)} scenarios as expected, {time.monotonic() - started:.0f} s; "
         "every agent and the coordinator ended well, and the audit journal is in order")
    return good == len(results)


def show(chosen, net, results, round_trips):
    perspectives = [host.name for host in net.topology.perspectives]
    tell("\n" + report.table(results, perspectives))
    for result in results:
        for problem in result.problems:
            tell(f"\nNOT AS EXPECTED in {result.scenario.name}: {problem}")
    if chosen.json:
        about = {"mpicd": mpicd("--version").stdout.splitlines()[0], "links": net.carrier.name,
                 "perspectives": perspectives, "round-trip-ms": round_trips}
        chosen.json.write_text(report.as_json(results, about))
    if chosen.junit:
        chosen.junit.write_text(report.junit(results))


def stay(net, outer_pid):
    """Until interrupted."""
    enter = f"nsenter --target {outer_pid} --mount --pid"
    hosts = " ".join(net.topology.hosts)
    mpicd_folder = net.service.folder
    tell(f"""
The lab stays up, as the last scenario left it. Ctrl-C ends it. In another terminal, as root:

  {enter} ip netns exec HOST bash
      a shell on a host: {hosts}
      or on a router: {" ".join(net.topology.routers)}

What to type there, for example:
  on gru       curl http://www.shop.example/whoami --resolve www.shop.example:80:30.109.0.80
               kdig @127.0.0.1 +dnssec bank.example CAA
  on gru-gw    birdc -s {net.folder}/gru-gw/bird.ctl show route for 30.109.0.80 all
               ip route get 30.109.0.80
               tcpdump -ni la
  on pipeline  {BINARY} request http www.shop.example /.well-known/pki-validation/order.txt \\
                   --expected token-of-the-attackers-order --url https://{net.service.address}:8443 \\
                   --ca-file {mpicd_folder}/pki/ca.pem --token-file {mpicd_folder}/token

To announce a hijack by hand: on attacker-gw, edit {net.folder}/attacker-gw/bird.conf, then
  birdc -s {net.folder}/attacker-gw/bird.ctl configure""")
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        tell("ending")


def save(folder):
    """Sockets and databases are of no use afterwards."""
    def useless(directory, names):
        return [name for name in names if (path := Path(directory, name)).is_socket() or name.endswith(".mdb")
                or path.suffix == ".key" and "pki" in path.parts]
    shutil.copytree(FOLDER, folder, ignore=useless, dirs_exist_ok=True)


def main():
    chosen = options()
    if chosen.list:
        for each in scenario.ALL.values():
            print(f"{each.name:<16} {each.story}")
        return 0
    if chosen.picture:
        chosen.picture.write_text(picture.draw(topology.load()))
        return 0
    assert BINARY.exists(), f"{BINARY} is missing: build it, or set MPICD"
    if reason := namespaces.may_be_made():
        names = chosen.scenario or list(scenario.ALL)
        print(f"the hijack lab was SKIPPED: {reason}")
        if chosen.junit:
            chosen.junit.write_text(report.junit_skipped([scenario.ALL[name] for name in names], reason))
        return 0
    return sandbox.run(lambda outer_pid: 0 if play(chosen, outer_pid) else 1)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""BGP: one BIRD per router, its configuration made from the topology, and what a hijacker changes in it."""

import ipaddress
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from string import Template

from namespaces import inside
from running import Process, wait_for

TEMPLATES = Path(__file__).with_name("config")
QUIET_SECONDS = 0.7  # without a change of any table: more than the longest way of an update, with its processing


@dataclass(frozen=True)
class Announcement:
    """A prefix that a router announces to some neighbours, or to all. `forged_path` stands at the path's end, as if
    the route came from there."""

    prefix: str
    to: tuple[str, ...] = ()
    forged_path: tuple[int, ...] = ()
    no_export: bool = False

    @property
    def version(self):
        return ipaddress.ip_network(self.prefix).version

    def concerns(self, neighbour, version):
        return self.version == version and (not self.to or neighbour in self.to)


class Bird:
    def __init__(self, topology, router, folder, roas):
        self.topology, self.router, self.roas = topology, router, roas
        self.folder = folder / router.name
        self.folder.mkdir()
        self.file, self.control = self.folder / "bird.conf", self.folder / "bird.ctl"
        self.announcements = ()
        self.drop_invalid = False
        self.process = Process(f"bird-{router.name}",
                               ["/usr/sbin/bird", "-f", "-c", self.file, "-s", self.control], self.folder)

    def launch(self):
        self.file.write_text(self.configuration())
        with inside(self.router.name):
            self.process.start()

    def ready(self):
        self.process.wait_until(self.control.exists)

    def ask(self, command):
        """What birdc would show."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            control.connect(str(self.control))
            replies = control.makefile("r", encoding="utf-8")
            lines = []
            for text in (None, command):
                if text:
                    control.sendall(f"{text}\n".encode())
                while not (line := replies.readline())[:1].isdigit() or line[4] != " ":
                    assert line, f"{self.router.name}: BIRD hung up on: {command}"
                    lines.append(line)
                lines.append(line)
        # Codes from 8000 on are errors, but for "not found".
        failed = lines[-1][0] in "89" and not lines[-1].startswith("8001")
        assert not failed, f"{self.router.name}: {command}: {''.join(lines)}"
        return "".join(line[5:] if line[:4].isdigit() else line[1:] for line in lines[1:])

    def sessions_up(self):
        wanted = 2 * len(self.topology.links_of(self.router.name))
        return self.ask("show protocols").count("Established") == wanted

    def best_path(self, address):
        """The AS path of the best route to an address, as text; nothing for a route of its own, or without one."""
        for line in self.ask(f"show route for {address} primary all").splitlines():
            if "BGP.as_path:" in line:
                return line.split(":", 1)[1].strip()
        return None

    def best_routes(self):
        """As text, without when each was learnt: BIRD does not say the same time twice."""
        return re.sub(r"\d\d:\d\d:\d\d\.\d+", "", self.ask("show route primary"))

    def apply(self):
        self.file.write_text(self.configuration())
        self.ask("configure")

    def configuration(self):
        router = self.router
        return Template((TEMPLATES / "bird.conf").read_text()).substitute(
            name=router.name, what=router.what, asn=router.asn, router_id=router.router_id, folder=self.folder,
            own4=self._own(4), own6=self._own(6), roas4=self._roas(4), roas6=self._roas(6),
            drop_invalid=str(self.drop_invalid).lower(),
            sessions="\n".join(self._session(link, version) for link in self.topology.links_of(router.name)
                               for version in (4, 6)))

    def _own(self, version):
        prefixes = [*self.router.prefixes_of(version), *(a.prefix for a in self.announcements if a.version == version)]
        return "\n".join(f"    route {prefix} blackhole;" for prefix in dict.fromkeys(prefixes))

    def _roas(self, version):
        return "\n".join(f"    route {prefix} max {ipaddress.ip_network(prefix).prefixlen} as {asn};"
                         for prefix, asn in self.roas if ipaddress.ip_network(prefix).version == version)

    def _session(self, link, version):
        neighbour = link.other(self.router.name)
        role = link.role_of_other(self.router.name)
        return Template((TEMPLATES / "bird-session.conf").read_text()).substitute(
            neighbour=neighbour, neighbour_as=self.topology.routers[neighbour].asn, asn=self.router.asn, role=role,
            version=version, local_address=link.address(self.router.name, version),
            neighbour_address=link.address(neighbour, version),
            # One end calls: two calls that cross cost seconds to sort out.
            passive="no" if link.ends[0] == self.router.name else "yes",
            announcements="\n".join(self._announced(neighbour, version)),
            # Everything is for customers; peers and providers carry no traffic between each other for us.
            export_rule="accept;" if role == "customer" else "if is_own_or_of_customer() then accept; reject;")

    def _announced(self, neighbour, version):
        for announcement in self.announcements:
            if announcement.concerns(neighbour, version):
                yield f"            if net = {announcement.prefix} then {{"
                for asn in reversed(announcement.forged_path):
                    yield f"                bgp_path.prepend({asn});"
                if announcement.no_export:
                    yield "                bgp_community.add((65535, 65281));"
                yield "                accept;"
                yield "            }"
        for prefix in {a.prefix for a in self.announcements if a.version == version}:
            yield f"            if net = {prefix} then reject;"


class Routing:
    """All routers."""

    def __init__(self, topology, folder):
        victims = [router for router in topology.routers.values() if router.name.startswith("victim")]
        roas = dict.fromkeys((prefix, router.asn) for router in victims for prefix in router.prefixes)
        self.birds = {router.name: Bird(topology, router, folder, list(roas)) for router in topology.routers.values()}

    def start(self):
        for bird in self.birds.values():
            bird.launch()
        for bird in self.birds.values():
            bird.ready()

    def converge(self):
        """Waits for all sessions, then until no table changes any more."""
        wait_for("BGP sessions", lambda: all(bird.sessions_up() for bird in self.birds.values()), seconds=60, every=0.2)
        self.settle()

    def settle(self, seconds=30):
        """Until every table has stood still for QUIET_SECONDS: what comes then has arrived everywhere."""
        until = time.monotonic() + seconds
        seen, since = None, time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            assert time.monotonic() < until, "BGP does not converge"
            now = [bird.best_routes() for bird in self.birds.values()]
            if now != seen:
                seen, since = now, time.monotonic()
            time.sleep(0.1)

    def announce(self, router, announcements):
        """These instead of what the router announced besides its own until now."""
        bird = self.birds[router]
        if bird.announcements != tuple(announcements):
            bird.announcements = tuple(announcements)
            bird.apply()

    def filter_invalid(self, routers):
        """These routers, and no others, drop routes whose origin is not authorized."""
        for name, bird in self.birds.items():
            if bird.drop_invalid != (name in routers):
                bird.drop_invalid = name in routers
                bird.apply()

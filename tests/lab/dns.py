# SPDX-License-Identifier: Apache-2.0
"""Name servers (Knot) and the perspectives' validating resolvers (Unbound), each on its host."""

import shutil
import socket
import struct
import subprocess
from pathlib import Path
from string import Template

from namespaces import inside, run
from running import Process, wait_for

TEMPLATES = Path(__file__).with_name("config")
CHAOS, INTERNET = 3, 1
A, SOA, TXT, AAAA, CAA = 1, 6, 16, 28, 257
SHORT_SECONDS = 2.0


class Knot:
    """Serves `zones` on all addresses of its host."""

    def __init__(self, topology, host, zones, folder):
        self.topology, self.host, self.zones = topology, topology.hosts[host], {zone.name: zone for zone in zones}
        self.folder = folder / f"knot-{host}"
        self.folder.mkdir()
        self.process = Process(f"knot-{host}", ["/usr/sbin/knotd", "-c", self.folder / "knot.conf"], self.folder)
        self._configure()

    def _configure(self):
        addresses = [address for who in (self.host, *self.topology.impersonated(self.host))
                     for address in (who.ipv4, who.ipv6)]
        (self.folder / "knot.conf").write_text(Template((TEMPLATES / "knot.conf").read_text()).substitute(
            name=self.host.name, folder=self.folder, listen=", ".join(f"{address}@53" for address in addresses),
            zones="\n".join(f'  - domain: {zone.name}\n    file: {self._file_of(zone)}\n'
                            f'    dnssec-signing: {"on" if zone.signed else "off"}\n    dnssec-policy: lab'
                            for zone in self.zones.values())))

    @staticmethod
    def _file_of(zone):
        return f"{zone.name.rstrip('.') or 'root'}.zone"

    def make_keys(self):
        for zone in self.zones.values():
            if zone.signed:
                self._keymgr(zone.name, "generate", "algorithm=ecdsap256sha256", "ksk=yes")
                self._keymgr(zone.name, "generate", "algorithm=ecdsap256sha256", "zsk=yes")

    def take_keys_of(self, other):
        shutil.copytree(other.folder / "keys", self.folder / "keys")

    def ds_records(self, zone):
        return [line.split(" DS ")[1] for line in self._keymgr(zone, "ds").splitlines()]

    def trust_anchor(self):
        """The root's key-signing key."""
        return self._keymgr(".", "dnskey").splitlines()[0]

    def _keymgr(self, zone, *command):
        return run("/usr/sbin/keymgr", "-c", self.folder / "knot.conf", zone, *command)

    def write(self, zone, ds_records):
        self.zones[zone.name] = zone
        (self.folder / self._file_of(zone)).write_text(zone.text(self.topology, ds_records))

    def start(self, ds_records):
        for zone in self.zones.values():
            self.write(zone, ds_records)
        with inside(self.host.name):
            self.process.start()

    def ready(self):
        for zone in self.zones.values():
            self.process.wait_until(lambda zone=zone: self.serial_of(zone.name) is not None)

    def publish(self, zones):
        """New versions of zones, served when this returns."""
        for zone in zones:
            self.write(zone, None)
            run("/usr/sbin/knotc", "-s", self.folder / "knot.sock", "zone-reload", zone.name)
            wait_for(f"{zone.name} {zone.serial} at {self.host.name}",
                     lambda zone=zone: (self.serial_of(zone.name) or 0) >= zone.serial)

    def serial_of(self, zone):
        response = ask(self.host.name, self.host.ipv4, zone, SOA)
        if response is None or response.rcode != 0 or not response.rdata:
            return None
        return struct.unpack("!IIIII", response.rdata[0][-20:])[0]


class Unbound:
    def __init__(self, host, root, anchor, folder):
        self.host = host
        self.folder = folder / f"unbound-{host.name}"
        self.folder.mkdir()
        self.process = Process(f"unbound-{host.name}",
                               ["/usr/sbin/unbound", "-d", "-p", "-c", self.folder / "unbound.conf"], self.folder)
        (self.folder / "root.key").write_text(anchor + "\n")
        (self.folder / "root.hints").write_text(
            f". 3600000 NS ns.\nns. 3600000 A {root.ipv4}\nns. 3600000 AAAA {root.ipv6}\n")
        (self.folder / "unbound.conf").write_text(Template((TEMPLATES / "unbound.conf").read_text()).substitute(
            name=host.name, folder=self.folder, ipv4=host.ipv4, ipv6=host.ipv6,
            discard_timeout="discard-timeout: 0" if _knows("discard-timeout") else ""))

    def launch(self):
        with inside(self.host.name):
            self.process.start()

    def ready(self, domain):
        """Once it has walked down from the root to the domain."""
        self.process.wait_until(lambda: (answer := ask(self.host.name, "127.0.0.1", domain, SOA)) is not None
                                and answer.rcode == 0, seconds=30)

    def forget(self, domains):
        """What it knows of the domains, and how fast and how reliable servers were."""
        for domain in domains:
            self._control(f"flush_zone {domain}")
        self._control("flush_infra all")

    def _control(self, command):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            control.connect(str(self.folder / "unbound.sock"))
            control.sendall(f"UBCT1 {command}\n".encode())
            said = control.makefile().read()
        assert said.startswith("ok"), f"{self.host.name}: {command}: {said}"


def _knows(option):
    """Whether this release of Unbound has the option."""
    return subprocess.run(["/usr/sbin/unbound-checkconf", "-o", option], capture_output=True, timeout=30,
                          check=False).returncode == 0


class Response:
    """rcode, and the RDATA of the answer section."""

    def __init__(self, octets):
        _, flags, questions, answers, _, _ = struct.unpack("!HHHHHH", octets[:12])
        self.rcode, self.rdata = flags & 15, []
        at = 12
        for _ in range(questions):
            at = _after_name(octets, at) + 4
        for _ in range(answers):
            at = _after_name(octets, at)
            length = struct.unpack("!H", octets[at + 8:at + 10])[0]
            self.rdata.append(octets[at + 10:at + 10 + length])
            at += 10 + length


def _after_name(octets, at):
    while octets[at]:
        if octets[at] >= 0xC0:
            return at + 2
        at += 1 + octets[at]
    return at + 1


def ask(namespace, server, name, rtype, rclass=INTERNET, seconds=SHORT_SECONDS):
    """One query over UDP from a namespace: its Response, or nothing."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    query = struct.pack("!HHHHHH", 4711, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", rtype, rclass)
    with inside(namespace):
        udp = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM)
    with udp:
        udp.settimeout(seconds)
        try:
            udp.connect((server, 53))
            udp.send(query)
            return Response(udp.recv(4096))
        except OSError:
            return None


def identity(namespace, server, seconds=SHORT_SECONDS):
    """Which host answers at a name server's address (id.server, RFC 4892)."""
    response = ask(namespace, server, "id.server", TXT, CHAOS, seconds)
    if response is None or not response.rdata:
        return None
    return response.rdata[0][1:].decode()

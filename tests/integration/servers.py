# SPDX-License-Identifier: Apache-2.0
"""Knot, Unbound and nginx on loopback, each in a folder and on ports of its own."""

import random
import shutil
import socket
import struct
import subprocess
import textwrap

from process import Process, answers_tcp, free_port

KNOTD = shutil.which("knotd") or "/usr/sbin/knotd"
KEYMGR = shutil.which("keymgr") or "/usr/sbin/keymgr"
UNBOUND = shutil.which("unbound") or "/usr/sbin/unbound"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "TXT": 16, "AAAA": 28, "DS": 43, "CAA": 257}


def dns_query(name, rtype, ident=None):
    """A query with RD, AD and EDNS in wire form."""
    ident = random.randrange(65536) if ident is None else ident
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label)
    question = labels + b"\0" + struct.pack("!HH", TYPES[rtype], 1)
    edns = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    return struct.pack("!HHHHHH", ident, 0x0120, 1, 0, 0, 1) + question + edns


def dns_ask(address, port, name, rtype, source=None, seconds=1.0):
    """(rcode, number of answers, AD), or nothing when there is no response."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(seconds)
        if source:
            udp.bind((source, 0))
        try:
            udp.connect((address, port))
            udp.send(dns_query(name, rtype))
            response = udp.recv(4096)
        except OSError:
            return None
    flags, _, answers = struct.unpack("!HHH", response[2:8])
    return flags & 15, answers, bool(flags & 0x20)


class Knot:
    """An authoritative server. `zones` maps a zone's name to its records in master-file form, without
    SOA and NS, which are added. Zones in `signed` are signed by Knot; in a parent's text, a line
    "@DS child" becomes the DS records of a signed child, "@BADDS child" those of another key. Those in
    `nsec3` have NSEC3 with opt-out instead of NSEC."""

    def __init__(self, folder, address, zones, signed=(), name="knot", nsec3=()):
        self.folder = folder / name
        self.folder.mkdir()
        self.address, self.port = address, free_port(address)
        self.zones, self.signed, self.nsec3 = zones, set(signed), set(nsec3)
        self.process = Process(name, [KNOTD, "-c", self.folder / "knot.conf"], self.folder)

    def start(self):
        self.write_config()
        for zone in self.signed:
            self.keymgr(zone, "generate", "algorithm=ecdsap256sha256", "ksk=yes")
            self.keymgr(zone, "generate", "algorithm=ecdsap256sha256", "zsk=yes")
        for zone, text in self.zones.items():
            self.write_zone(zone, text)
        self.process.start()
        for zone in self.zones:
            # A signed zone is served once it is signed.
            self.process.wait_until(lambda zone=zone: self.serves(zone))
        return self

    def stop(self):
        self.process.stop()

    def serves(self, zone):
        answer = dns_ask(self.address, self.port, zone, "SOA")
        return answer is not None and answer[:2] == (0, 1)

    def trust_anchor(self, zone):
        """The zone's key-signing key as a DNSKEY record."""
        return self.keymgr(zone, "dnskey").strip().splitlines()[0]

    def keymgr(self, zone, *command):
        done = subprocess.run([KEYMGR, "-c", str(self.folder / "knot.conf"), zone, *command],
                              capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def write_config(self):
        def signing(zone):
            policy = "opt-out" if zone in self.nsec3 else "lab"
            return f"    dnssec-signing: on\n    dnssec-policy: {policy}\n" if zone in self.signed else ""
        zones = "".join(f"  - domain: {zone}\n    file: {self.file_of(zone)}\n{signing(zone)}"
                        for zone in self.zones)
        (self.folder / "knot.conf").write_text(textwrap.dedent(f"""\
            server:
                rundir: "{self.folder}"
                listen: {self.address}@{self.port}
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
            log:
              - target: stderr
                any: info
            database:
                storage: "{self.folder}"
            policy:
              - id: lab
                manual: on
                algorithm: ecdsap256sha256
                nsec3: off
              - id: opt-out
                manual: on
                algorithm: ecdsap256sha256
                nsec3: on
                nsec3-opt-out: on
                nsec3-iterations: 0
            template:
              - id: default
                storage: "{self.folder}"
                zonefile-sync: -1
                journal-content: none
            """) + f"zone:\n{zones}")

    @staticmethod
    def file_of(zone):
        return f"{zone.rstrip('.') or 'root'}.zone"

    def write_zone(self, zone, text):
        lines = [f"$ORIGIN {zone.rstrip('.')}.", "$TTL 1", "@ SOA ns hostmaster 1 3600 600 86400 1"]
        # Beneath a DNAME there is nothing (RFC 6672 §2.4).
        lines += ["@ NS ns.test."] if "@ DNAME" in text else ["@ NS ns", f"ns A {self.address}"]
        for line in textwrap.dedent(text).strip().splitlines():
            lines += self.delegation(*line.split()) if line.startswith("@DS ") or \
                line.startswith("@BADDS ") else [line]
        (self.folder / self.file_of(zone)).write_text("\n".join(lines) + "\n")

    def delegation(self, kind, child):
        signer = child if kind == "@DS" else next(zone for zone in self.signed if zone != child)
        records = self.keymgr(signer, "ds").strip().splitlines()
        return [f"{child}. DS {record.split(' DS ')[1]}" for record in records]


class Unbound:
    """A validating resolver, one for each perspective. `stubs` maps a zone to (address, port) of its
    server; `anchors` are DNSKEY records to trust."""

    def __init__(self, folder, address, stubs, anchors=(), name="unbound", extra=""):
        self.folder = folder / name
        self.folder.mkdir()
        self.address, self.port = address, free_port(address)
        self.stubs, self.anchors, self.extra = stubs, anchors, extra
        self.process = Process(name, [UNBOUND, "-d", "-p", "-c", self.folder / "unbound.conf"], self.folder)

    def launch(self):
        """Starts without waiting, so that several come up side by side."""
        (self.folder / "anchors").write_text("".join(anchor + "\n" for anchor in self.anchors))
        stubs = "".join(f"stub-zone:\n  name: \"{zone}\"\n  stub-addr: {address}@{port}\n"
                        for zone, (address, port) in self.stubs.items())
        (self.folder / "unbound.conf").write_text(textwrap.dedent(f"""\
            server:
              interface: {self.address}@{self.port}
              outgoing-interface: {self.address}
              access-control: 127.0.0.0/8 allow
              directory: "{self.folder}"
              chroot: ""
              username: ""
              pidfile: ""
              use-syslog: no
              verbosity: 1
              num-threads: 1
              so-reuseport: no
              do-ip6: no
              do-not-query-localhost: no
              local-zone: "test." nodefault
              module-config: "validator iterator"
              trust-anchor-file: "{self.folder}/anchors"
              ede: yes
              val-log-level: 2
              cache-max-ttl: 0
              cache-max-negative-ttl: 0
              infra-host-ttl: 0
              msg-cache-size: 1m
              rrset-cache-size: 1m
              key-cache-size: 1m
              outgoing-range: 64
              num-queries-per-thread: 64
            """) + textwrap.indent(self.extra, "  ") + stubs + "remote-control:\n  control-enable: no\n")
        self.process.start()
        return self

    def ready(self):
        # An address of its own needs no upstream: localhost is answered locally (RFC 6761 §6.3).
        self.process.wait_until(lambda: dns_ask(self.address, self.port, "localhost", "A") is not None)
        return self

    def stop(self):
        self.process.stop()


class Nginx:
    """A web server. `servers` is the text of server blocks; each listens with {listen0}, or with {listen1} on the
    second address and so on; `listening` is for nginx's own options of that."""

    def __init__(self, folder, addresses, servers, http="", name="nginx", connections=256, listening=""):
        self.folder = folder / name
        self.folder.mkdir()
        self.addresses, self.port = addresses, free_port(addresses[0])
        self.servers, self.http, self.connections, self.listening = servers, http, connections, listening
        self.process = Process(name, [NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf",
                                      "-e", "stderr"], self.folder)

    def start(self):
        servers = self.servers
        for index, address in enumerate(self.addresses):
            host = f"[{address}]" if ":" in address else address
            servers = servers.replace(f"{{listen{index}}}", f"listen {host}:{self.port} {self.listening};")
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {self.folder}/pid;\nerror_log stderr warn;\n"
            f"events {{ worker_connections {self.connections}; }}\n"
            f"http {{\naccess_log {self.folder}/access.log;\n{temporary}{self.http}\n{servers}\n}}\n")
        self.process.start()
        self.process.wait_until(lambda: answers_tcp(self.addresses[0], self.port))
        return self

    def stop(self):
        self.process.stop()

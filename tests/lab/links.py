# SPDX-License-Identifier: Apache-2.0
"""Links between routers, with the delays and losses of the topology, and between routers and their hosts, with none.

Where the kernel has netem, a link is a pair of veth devices with netem at both ends. Where it has not, a link with
a delay or losses is a pair of TUN devices and wire.py between them. Both can be changed while the lab runs."""

import json
import socket
import sys
from pathlib import Path

from namespaces import ip, run
from running import Process

WIRE = Path(__file__).with_name("wire.py")


def kernel_has_netem():
    """Tried in the sandbox's own network namespace, on its loopback device."""
    try:
        ip("link set lo up")
        run("tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms")
        run("tc", "qdisc", "del", "dev", "lo", "root")
    except (AssertionError, OSError):
        return False
    return True


class Netem:
    """Delay and loss by the kernel."""

    name = "netem"

    def start(self, topology, _):
        ip(*(_veth(link) for link in topology.links))
        for link in topology.links:
            for end in link.ends:
                self._tell("add", link, end, link.delay_ms, link.loss)

    def change(self, link, delay_ms, loss):
        for end in link.ends:
            self._tell("change", link, end, delay_ms, loss)

    @staticmethod
    def _tell(verb, link, end, delay_ms, loss):
        run("tc", "-n", end, "qdisc", verb, "dev", link.other(end), "root", "netem", "delay", f"{delay_ms}ms",
            "loss", f"{loss * 100}%", "limit", "4096")


class UserSpace:
    """Delay and loss by wire.py; links that have neither are the kernel's."""

    name = "the lab's own links in user space (this kernel has no netem)"

    def __init__(self):
        self.socket_file = None
        self.carried = set()

    def start(self, topology, folder):
        self.socket_file = folder / "wire"
        slow = [link for link in topology.links if link.delay_ms or link.loss]
        self.carried = {link.name for link in slow}
        fast = [link for link in topology.links if link.name not in self.carried]
        ip(*(_veth(link) for link in fast))
        devices = {}
        for link in slow:
            for end in link.ends:
                devices.setdefault(end, []).append(f"tuntap add mode tun name {link.other(end)}")
        for namespace, lines in devices.items():
            ip(*lines, inside=namespace)
        links = folder / "links.json"
        links.write_text(json.dumps([
            {"name": link.name, "ends": [[end, link.other(end)] for end in link.ends],
             "delay-ms": link.delay_ms, "loss": link.loss} for link in slow]))
        process = Process("wire", ["sh", "-c", f"exec {sys.executable} {WIRE} {self.socket_file} < {links}"], folder)
        process.start().wait_until(self.socket_file.exists)

    def change(self, link, delay_ms, loss):
        assert link.name in self.carried, f"{link.name} is the kernel's link and cannot be slowed"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as control:
            own = str(self.socket_file) + "-client"
            Path(own).unlink(missing_ok=True)
            control.bind(own)
            control.settimeout(10)
            control.sendto(json.dumps({"name": link.name, "delay-ms": delay_ms, "loss": loss}).encode(),
                           str(self.socket_file))
            assert control.recv(16) == b"ok"


def best():
    return Netem() if kernel_has_netem() else UserSpace()


def _veth(link):
    one, other = link.ends
    return f"link add {other} netns {one} type veth peer name {one} netns {other}"


def connect(topology, carrier, folder):
    """Devices, addresses and, for hosts, routes. A router's device is named after who is at its other end."""
    carrier.start(topology, folder)
    ip(*(f"link add to-{host.name} netns {host.behind} type veth peer name uplink netns {host.name}"
         for host in topology.hosts.values()))
    for router in topology.routers.values():
        ip(*_router_lines(topology, router), inside=router.name)
    for host in topology.hosts.values():
        ip(*_host_lines(topology, host), inside=host.name)


def _router_lines(topology, router):
    yield f"address add {router.address}/32 dev lo"
    for link in topology.links_of(router.name):
        device = link.other(router.name)
        yield f"link set {device} up"
        yield f"address add {link.address(router.name, 4)}/30 dev {device}"
        yield f"address add {link.address(router.name, 6)}/126 dev {device} nodad"
    for host in topology.hosts_behind(router.name):
        device = f"to-{host.name}"
        yield f"link set {device} up"
        yield f"address add fe80::1/64 dev {device} nodad"
        for who in [host, *topology.impersonated(host)]:
            yield f"route add {who.ipv4}/32 dev {device} src {router.address}"
            yield f"route add {who.ipv6}/128 dev {device}"


def _host_lines(topology, host):
    gateway = topology.routers[host.behind].address
    yield "link set uplink up"
    # The first address of a family is the one that connections are made from.
    for who in [host, *topology.impersonated(host)]:
        yield f"address add {who.ipv4}/32 dev uplink"
        yield f"address add {who.ipv6}/128 dev uplink nodad"
    yield f"route add {gateway}/32 dev uplink src {host.ipv4}"
    yield f"route add default via {gateway} dev uplink src {host.ipv4}"
    yield f"route add default via fe80::1 dev uplink src {host.ipv6}"

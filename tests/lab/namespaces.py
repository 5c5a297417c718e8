# SPDX-License-Identifier: Apache-2.0
"""Network namespaces by name, and how to be inside one. Needs a sandbox (sandbox.py), where /run is the lab's own."""

import os
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

import sandbox

FOLDER = Path("/run/netns")
# An IPv6 address is used at once, without asking the link whether somebody has it already. Replies may leave by
# another way than requests come, as on the Internet: no reverse path filter.
SETTINGS = {
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
    "net/ipv6/conf/all/accept_dad": 0,
    "net/ipv6/conf/default/accept_dad": 0,
    "net/ipv6/conf/all/accept_ra": 0,
    "net/ipv6/conf/default/accept_ra": 0,
}
ROUTER_SETTINGS = {"net/ipv4/ip_forward": 1, "net/ipv6/conf/all/forwarding": 1}


def run(*command, text=None):
    """One command to its end; its output. Fails with what it wrote."""
    done = subprocess.run([str(word) for word in command], input=text, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}"
    return done.stdout


def ip(*lines, inside=None):
    """Many ip(8) commands in one go, in the namespace `inside` or in the sandbox's own."""
    run("ip", *(("-n", inside) if inside else ()), "-batch", "-", text="\n".join(lines) + "\n")


def make(hosts, routers):
    names = [*hosts, *routers]
    ip(*(f"netns add {name}" for name in names))
    for name in names:
        with inside(name):
            for key, value in (SETTINGS | (ROUTER_SETTINGS if name in routers else {})).items():
                (Path("/proc/sys") / key).write_text(str(value))
        ip("link set lo up", inside=name)


@contextmanager
def inside(name):
    """This thread's sockets and children are born in the namespace; a socket stays there for life."""
    with open("/proc/thread-self/ns/net", "rb") as home, open(FOLDER / name, "rb") as there:
        sandbox.setns(there.fileno(), sandbox.CLONE_NEWNET)
        try:
            yield
        finally:
            sandbox.setns(home.fileno(), sandbox.CLONE_NEWNET)


def connect(name, address, port, seconds):
    """A TCP connection from the namespace."""
    with inside(name):
        return socket.create_connection((address, port), timeout=seconds)


def may_be_made():
    """Why the lab cannot run here, or nothing."""
    if os.geteuid() != 0:
        return "it needs root, for network namespaces"
    try:
        if sandbox.run(_try) != 0:
            return "network namespaces may not be made here"
    except OSError as error:
        return f"namespaces may not be made here ({error})"
    return None


def _try(_):
    try:
        ip("netns add probe")
        ip("tuntap add mode tun name probe", "link add one type veth peer name two", inside="probe")
    except (AssertionError, OSError) as error:
        print(error)
        return 1
    return 0

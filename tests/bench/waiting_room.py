# SPDX-License-Identifier: Apache-2.0
"""10,000 corroborations in flight at once: as many client connections, a DNS server that answers after 2 s and
not before all of them are under way, and a coordinator that must bear it and be as slim as before afterwards."""

import json
import selectors
import ssl
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from process import free_port, wait_for
from stand import NAMES, PLACES, Stand
from usage import rss_mib

IN_FLIGHT = 10_000
DELAY = 2.0
RIGHT = (b'{"ok":true,"success":true,"caa":{"domain":"waiting.test","records":["AAVpc3N1ZWNhLmV4YW1wbGU="]}')
OPENERS = 8  # threads that open connections
SECONDS = 120  # for the answers
HOLD = 25  # seconds at most until all are under way; a DNS try lasts 30


def say(text):
    print(text, flush=True)


class Resolver:
    """slow_dns.py with an address for each perspective."""

    def __init__(self, addresses):
        self.addresses = addresses
        self.process = subprocess.Popen(
            [sys.executable, "-B", Path(__file__).with_name("slow_dns.py"), str(DELAY), *addresses],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def release(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


class Clients:
    """Many connections, one question on each."""

    def __init__(self, coordinator, count):
        self.coordinator, self.count = coordinator, count
        self.links = []
        self.faults = []

    def open_some(self, count):
        try:
            context = ssl.create_default_context(cafile=self.coordinator.api.tls_ca)
            for _ in range(count):
                plain = socket.create_connection((self.coordinator.address, self.coordinator.port), timeout=30)
                self.links.append(context.wrap_socket(plain, server_hostname=self.coordinator.address))
        except OSError as error:
            self.faults.append(error)

    def open(self):
        threads = [threading.Thread(target=self.open_some, args=(self.count // OPENERS,)) for _ in range(OPENERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not self.faults and len(self.links) == self.count, (len(self.links), self.faults[:1])

    def request(self, number):
        body = json.dumps({"method": "caa", "domain": f"w{number % NAMES}.waiting.test"})
        return (f"POST /mpic/draft-00 HTTP/1.1\r\nHost: {self.coordinator.address}\r\n"
                f"Authorization: Bearer {self.coordinator.token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def ask(self):
        for number, link in enumerate(self.links):
            link.sendall(self.request(number))

    def collect(self):
        """How many answers were not right, or did not come; and one of those."""
        selector, parts = selectors.EpollSelector(), {}
        for link in self.links:
            link.setblocking(False)
            parts[link] = b""
            selector.register(link, selectors.EVENT_READ)
        until = time.monotonic() + SECONDS
        while parts and time.monotonic() < until:
            for key, _ in selector.select(1):
                link = key.fileobj
                if (text := self.read(link, parts[link])) is None:
                    continue
                parts[link] = text
                if complete(text):
                    selector.unregister(link)
                    if not is_right(parts.pop(link)):
                        self.faults.append(text[:2000])
        return len(parts) + len(self.faults), (self.faults + [b"no answer"])[0]

    @staticmethod
    def read(link, text):
        try:
            while octets := link.recv(65536):
                text += octets
            return text + b"\r\n\r\nclosed" if not complete(text) else text
        except ssl.SSLWantReadError:
            return text
        except OSError as error:
            return b"\r\n\r\n" + repr(error).encode()

    def close(self):
        for link in self.links:
            link.close()
        self.links.clear()


def complete(text):
    head, gap, body = text.partition(b"\r\n\r\n")
    if not gap:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return True


def is_right(text):
    head, _, body = text.partition(b"\r\n\r\n")
    return head.startswith(b"HTTP/1.1 200 ") and body.startswith(RIGHT)


def under_way(coordinator):
    try:
        _, text = coordinator.admin("/metrics")
    except TimeoutError:
        return 0  # it has other things to do
    return next((int(float(line.split()[1])) for line in text.splitlines()
                 if line.startswith("mpicd_requests_in_flight ")), 0)


def peak_mib(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1024


def measure(stand, resolver, few):
    coordinator = stand.coordinator(few, timeouts={"request-ms": 1000 * SECONDS}).start()
    coordinator.api.tls_ca = stand.pki.ca
    pid = coordinator.process.popen.pid
    idle = rss_mib(pid)
    clients = Clients(coordinator, IN_FLIGHT)
    start = time.monotonic()
    clients.open()
    opened = time.monotonic()
    with_connections = rss_mib(pid)
    clients.ask()
    most = 0
    while most < IN_FLIGHT and time.monotonic() - opened < HOLD:
        most = max(most, under_way(coordinator))
    say(f"{most} under way {time.monotonic() - opened:.1f} s after the first question, coordinator "
        f"{rss_mib(pid):.0f} MiB; {IN_FLIGHT} connections took {opened - start:.1f} s and "
        f"{with_connections - idle:.0f} MiB; idle {idle:.1f} MiB")
    resolver.release()
    failed, sample = clients.collect()
    agents = max(peak_mib(agent.process.popen.pid) for agent in stand.agents.values())
    say(f"{failed} failed, {time.monotonic() - opened:.1f} s for all, coordinator's peak {peak_mib(pid):.0f} MiB, "
        f"agents' {agents:.0f} MiB" + (f"; {sample}" if failed else ""))
    clients.close()
    wait_for("the coordinator is idle", lambda: under_way(coordinator) == 0)
    last = [rss_mib(pid)]

    def settled():
        last.append(rss_mib(pid))
        return len(last) > 20 and last[-1] <= 1.2 * idle or len(last) > 60
    wait_for("the coordinator's memory", settled, seconds=20, every=0.25)
    say(f"idle again: {last[-1]:.1f} MiB")
    return {"inflight_10k_failed": failed, "inflight_10k_rss_mib": peak_mib(pid),
            "inflight_idle_ratio": last[-1] / idle, "inflight_10k_under_way": most}


def run(folder, few):
    folder.mkdir()
    stand = Stand(folder)
    addresses = [f"{address}:{free_port(address)}" for address in (stand.sources[p.id] for p in PLACES[:few + 1])]
    resolver = Resolver(addresses)
    try:
        return measure(stand.start(addresses), resolver, few)
    finally:
        stand.stop()
        resolver.stop()

# SPDX-License-Identifier: Apache-2.0
"""Clients that mean no good, thousands at a time: one process, one selector. Each connection does its worst and
then holds on until the service has had enough of it."""

import selectors
import socket
import ssl
import time
from collections import Counter
from itertools import count

GARBAGE = bytes(range(256)) * 4
# A TLS record header that promises a ClientHello of 512 octets, and 32 of them.
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 26
KINDS = ("nothing", "half-open-tls", "slow-head", "garbage", "slow-body", "plain-http", "oversized-head",
         "nothing", "oversized-body", "half-open-tls", "chunks-without-end", "garbage", "gone-half-way", "plain-http")
PLAIN = {"nothing": b"", "half-open-tls": HALF_HELLO, "garbage": GARBAGE,
         "plain-http": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"}
MORE = {"slow-head": b"X-More: x\r\n", "slow-body": b"{", "chunks-without-end": b"400\r\n" + b" " * 1024 + b"\r\n"}


def after_handshake(kind, path, token):
    """What is sent at once when TLS stands."""
    head = (f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\n").encode()
    return {
        "slow-head": head,
        "slow-body": head + b"Content-Length: 4000\r\n\r\n",
        "oversized-head": head + b"X-Large: " + b"x" * 40_000,
        "oversized-body": head + b"Content-Length: 200000\r\n\r\n" + b" " * 40_000,
        "chunks-without-end": head + b"Transfer-Encoding: chunked\r\n\r\n",
        "gone-half-way": head,
    }[kind]


class Hostile:
    """One connection. Advances when its socket can; `over` when it is closed, by either side."""

    def __init__(self, kind, source, peer, tls, first):
        self.kind, self.over, self.answer = kind, False, b""
        self.to_send = PLAIN.get(kind, b"")
        self.first = first
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.bind((source, 0))
        self.tls = tls
        self.shaken = None  # whether TLS stands; nothing for those who do not want it
        self.next_trickle = None
        self.socket.connect_ex(peer)

    def connected(self):
        if self.kind not in PLAIN:
            self.socket = self.tls.wrap_socket(self.socket, do_handshake_on_connect=False)
            self.shaken = False

    def advance(self, now):
        """The events to wait for next."""
        try:
            if self.shaken is None and self.kind not in PLAIN:
                self.connected()
            if self.shaken is False:
                self.socket.do_handshake()
                self.shaken, self.to_send = True, self.first
                if self.kind == "gone-half-way":
                    self.socket.send(self.to_send)
                    return self.close()
            if self.to_send:
                self.to_send = self.to_send[self.socket.send(self.to_send):]
            if self.to_send:
                return selectors.EVENT_READ | selectors.EVENT_WRITE
            if self.next_trickle is None:
                self.next_trickle = now + 0.5
            while piece := self.socket.recv(4096):
                self.answer = (self.answer + piece)[:64]
            return self.close()
        except ssl.SSLWantReadError:
            return selectors.EVENT_READ
        except (ssl.SSLWantWriteError, BlockingIOError):
            return selectors.EVENT_READ | (selectors.EVENT_WRITE if self.to_send else 0)
        except OSError:  # ssl.SSLError too
            return self.close()

    def trickle(self, now):
        """The slow ones send a little now and then."""
        if self.kind in MORE and self.shaken and self.next_trickle and now >= self.next_trickle:
            self.next_trickle = now + 0.5
            self.to_send += MORE[self.kind]
            return True
        return False

    def close(self):
        self.over = True
        self.socket.close()
        return 0


class Wave:
    """`sources` are local addresses; `at_once` connections are held open until `total` have been."""

    def __init__(self, peer, path, token, ca, sources):
        self.peer, self.sources = peer, sources
        self.tls = ssl.create_default_context(cafile=ca)
        self.tls.check_hostname = False
        self.first = {kind: after_handshake(kind, path, token) for kind in KINDS if kind not in PLAIN}
        self.selector = selectors.DefaultSelector()
        self.open = set()
        self.seen = Counter()  # by kind and how it ended
        self.most_open = 0

    def new(self, number):
        kind = KINDS[number % len(KINDS)]
        source = self.sources[number // len(KINDS) % len(self.sources)]
        one = Hostile(kind, source, self.peer, self.tls, self.first.get(kind))
        self.selector.register(one.socket, selectors.EVENT_WRITE, one)
        self.open.add(one)

    def attend(self, one, now):
        before = one.socket
        number = before.fileno()
        events = one.advance(now)
        if one.over:
            self.selector.unregister(number)
            self.open.discard(one)
            self.seen[one.kind, one.answer.partition(b"\r\n")[0].decode(errors="replace")] += 1
        elif one.socket is not before:  # wrapped: another object, the same descriptor
            self.selector.unregister(number)
            self.selector.register(one.socket, events, one)
        elif self.selector.get_map()[number].events != events:
            self.selector.modify(one.socket, events, one)

    def run(self, total, at_once, seconds):
        numbers, until = count(), time.monotonic() + seconds
        started, look = 0, 0.0
        while started < total or self.open:
            now = time.monotonic()
            assert now < until, f"{len(self.open)} of {started} are still open: " \
                f"{Counter(one.kind for one in self.open)}"
            for _ in range(min(50, total - started, at_once - len(self.open))):
                self.new(next(numbers))
                started += 1
            self.most_open = max(self.most_open, len(self.open))
            for key, _ in self.selector.select(0.02):
                self.attend(key.data, now)
            if now >= look:
                look = now + 0.1
                for one in [one for one in self.open if one.trickle(now)]:
                    self.attend(one, now)
        self.selector.close()
        return self

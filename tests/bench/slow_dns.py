# SPDX-License-Identifier: Apache-2.0
"""A resolver that lets everybody wait: `slow_dns.py SECONDS ADDRESS:PORT...` answers every query over UDP
SECONDS after it came, and none before a line comes on stdin. waiting.test has a CAA record, nothing else has.
Prints how many queries it answered when stdin ends."""

import selectors
import socket
import struct
import sys
import time
from collections import deque

CAA = b"\0\5issueca.example"
BATCH = 256
SO_RCVBUFFORCE = 33  # Linux; past net.core.rmem_max, for who may
ROOM = 64 << 20  # all queries of the wave at once: a lost one would cost a try of 30 s


def make_room(udp):
    try:
        udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
    except PermissionError:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)


def respond(query):
    """All of the response but the id."""
    end = 12
    while query[end]:
        end += 1 + query[end]
    name, question = query[12:end + 1], query[12:end + 5]
    found = name == b"\7waiting\4test\0" and question[-4:] == b"\1\1\0\1"
    answer = b"\xc0\x0c" + struct.pack("!HHIH", 257, 1, 60, len(CAA)) + CAA if found else b""
    return struct.pack("!HHHHH", 0x8180, 1, int(found), 0, 0) + question + answer


class SlowDns:
    def __init__(self, delay, addresses):
        self.delay, self.held, self.answered = delay, True, 0
        self.selector = selectors.EpollSelector()
        self.waiting = deque()  # (when, socket, response, peer), in the order of time
        self.known = {}
        for address in addresses:
            host, _, port = address.rpartition(":")
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            make_room(udp)
            udp.bind((host, int(port)))
            udp.setblocking(False)
            self.selector.register(udp, selectors.EVENT_READ)
        self.selector.register(sys.stdin, selectors.EVENT_READ)

    def take(self, udp):
        now = time.monotonic()
        for _ in range(BATCH):
            try:
                query, peer = udp.recvfrom(2048)
            except BlockingIOError:
                return
            rest = query[2:]
            if rest not in self.known:
                self.known[rest] = respond(query)
            self.waiting.append((now + self.delay, udp, query[:2] + self.known[rest], peer))

    def give(self):
        now = time.monotonic()
        for _ in range(BATCH):
            if self.held or not self.waiting or self.waiting[0][0] > now:
                return
            _, udp, response, peer = self.waiting.popleft()
            udp.sendto(response, peer)
            self.answered += 1

    def serve(self):
        print("ready", flush=True)
        while True:
            due = None if self.held or not self.waiting else max(self.waiting[0][0] - time.monotonic(), 0)
            for key, _ in self.selector.select(due):
                if key.fileobj is not sys.stdin:
                    self.take(key.fileobj)
                elif not sys.stdin.readline():
                    return
                else:
                    self.held = False
            self.give()


if __name__ == "__main__":
    server = SlowDns(float(sys.argv[1]), sys.argv[2:])
    server.serve()
    print(server.answered, flush=True)

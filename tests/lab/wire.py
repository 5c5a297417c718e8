# SPDX-License-Identifier: Apache-2.0
"""Links with a delay and losses, in user space: for kernels without netem.

A link is a pair of TUN devices in two network namespaces. What one device is given, the other gets `delay-ms` later,
unless it is lost. One process serves all links of the lab:

    wire.py SOCKET < LINKS

LINKS is JSON: a list of {"name", "ends": [[namespace, device], [namespace, device]], "delay-ms", "loss"}. On the
datagram socket SOCKET it takes {"name", "delay-ms", "loss"}, which changes a link for packets from then on, and
answers "ok".
"""

import errno
import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time

from namespaces import inside

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
PACKET = 65536
QUEUE = 4096  # packets under way on one link, in one direction; what is more is dropped, as a router does
BURST = 64  # packets that one device may send before it is another's turn


class Direction:
    """From one end of a link to the other."""

    def __init__(self, source, sink, seed):
        self.source, self.sink = source, sink
        self.delay, self.loss = 0.0, 0.0
        self.under_way = 0
        self.dice = random.Random(seed)  # the same losses every time, for the same packets


def open_device(namespace, device):
    """A descriptor of the TUN device, in the namespace where it is."""
    with inside(namespace):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class Wire:
    def __init__(self, links, control):
        self.control = control
        self.poll = select.epoll()
        self.poll.register(control, select.EPOLLIN)
        self.by_source, self.by_name = {}, {}
        self.queue, self.taken = [], 0  # (when due, order of arrival, direction, packet)
        for link in links:
            self.add(link)

    def add(self, link):
        one, other = (open_device(*end) for end in link["ends"])
        pair = Direction(one, other, link["name"] + ">"), Direction(other, one, link["name"] + "<")
        self.by_name[link["name"]] = pair
        self.change(link)
        for direction in pair:
            self.by_source[direction.source] = direction
            self.poll.register(direction.source, select.EPOLLIN)

    def change(self, link):
        for direction in self.by_name[link["name"]]:
            direction.delay, direction.loss = link["delay-ms"] / 1000, link["loss"]

    def obey(self):
        message, sender = self.control.recvfrom(4096)
        self.change(json.loads(message))
        self.control.sendto(b"ok", sender)

    def take(self, direction):
        for _ in range(BURST):
            try:
                packet = os.read(direction.source, PACKET)
            except BlockingIOError:
                return
            if direction.under_way >= QUEUE or direction.dice.random() < direction.loss:
                continue
            direction.under_way += 1
            self.taken += 1
            heapq.heappush(self.queue, (time.monotonic() + direction.delay, self.taken, direction, packet))

    def deliver(self):
        while self.queue and self.queue[0][0] <= time.monotonic():
            _, _, direction, packet = heapq.heappop(self.queue)
            direction.under_way -= 1
            try:
                os.write(direction.sink, packet)
            except OSError as error:
                if error.errno not in (errno.EIO, errno.EAGAIN, errno.ENOBUFS):  # down, or full: lost
                    raise

    def run(self):
        while True:
            wait = max(0.0, self.queue[0][0] - time.monotonic()) if self.queue else -1
            for descriptor, _ in self.poll.poll(wait):
                if descriptor == self.control.fileno():
                    self.obey()
                else:
                    self.take(self.by_source[descriptor])
            self.deliver()


def main(path):
    control = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wire = Wire(json.load(sys.stdin), control)
    control.bind(path)  # from now on it can be told apart from one that is still starting
    wire.run()


if __name__ == "__main__":
    main(sys.argv[1])

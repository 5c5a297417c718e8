# SPDX-License-Identifier: Apache-2.0
"""A resolver that says what a test tells it to, over UDP and TCP on one port."""

import socket
import struct
import threading

from process import free_port
from servers import TYPES

RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5}
NAMES = {number: name for name, number in TYPES.items()}


def encode_name(name):
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in name.rstrip(".").split(".") if label) + b"\0"


def rdata(rtype, value):
    if rtype == "A":
        return socket.inet_aton(value)
    if rtype == "TXT":
        return bytes([len(value)]) + value.encode()
    if rtype == "CNAME":
        return encode_name(value)
    if rtype == "CAA":
        flags, tag, text = value.split(" ", 2)
        return bytes([int(flags), len(tag)]) + tag.encode() + text.encode()
    raise ValueError(rtype)


class Response:
    """`records` are (owner, type, value)."""

    def __init__(self, rcode="NOERROR", records=(), ad=False, truncated=False, raw=None):
        self.rcode, self.records, self.ad, self.truncated, self.raw = rcode, records, ad, truncated, raw

    def encode(self, query, question_end):
        if self.raw is not None:
            return query[:2] + self.raw
        flags = 0x8180 | RCODES[self.rcode] | (0x20 if self.ad else 0) | (0x200 if self.truncated else 0)
        out = query[:2] + struct.pack("!HHHHH", flags, 1, len(self.records), 0, 0)
        out += query[12:question_end]
        for owner, rtype, value in self.records:
            data = value if isinstance(value, bytes) else rdata(rtype, value)
            out += encode_name(owner) + struct.pack("!HHIH", TYPES[rtype], 1, 60, len(data)) + data
        return out


class ScriptedDns:
    """`answer(name, type, tcp)` gives a Response, or nothing for silence. `asked` lists every query as
    (name, type, "udp" or "tcp")."""

    def __init__(self, answer, address="127.0.0.1"):
        self.answer = answer
        self.asked = []
        self.address, self.port = address, free_port(address)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, self.port))
        self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind((address, self.port))
        self.tcp.listen(16)
        self.threads = [threading.Thread(target=loop, daemon=True) for loop in (self.serve_udp, self.serve_tcp)]

    @property
    def resolver(self):
        return f"{self.address}:{self.port}"

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()
        self.udp.close()

    def respond(self, query, tcp):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        rtype = NAMES.get(struct.unpack("!H", query[at + 1:at + 3])[0], "?")
        name = ".".join(labels).lower()
        self.asked.append((name, rtype, "tcp" if tcp else "udp"))
        response = self.answer(name, rtype, tcp)
        return None if response is None else response.encode(query, at + 5)

    def serve_udp(self):
        while True:
            try:
                query, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            if response := self.respond(query, False):
                self.udp.sendto(response, peer)

    def serve_tcp(self):
        while True:
            try:
                link, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_link, args=(link,), daemon=True).start()

    def serve_link(self, link):
        with link:
            link.settimeout(10)
            try:
                while head := link.recv(2, socket.MSG_WAITALL):
                    query = link.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
                    if response := self.respond(query, True):
                        link.sendall(struct.pack("!H", len(response)) + response)
            except OSError:
                return

# SPDX-License-Identifier: Apache-2.0
"""A DNS server that says what a test tells it to, over UDP and TCP on one port: as a resolver, or as the
authority behind one."""

import socket
import struct
import threading

from process import free_port
from servers import TYPES

RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}
NAMES = {number: name for name, number in TYPES.items()}


def encode_name(name):
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in name.rstrip(".").split(".") if label) + b"\0"


def rdata(rtype, value):
    if rtype == "A":
        return socket.inet_aton(value)
    if rtype == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if rtype == "TXT":  # one character-string, or a list of them
        strings = [value] if isinstance(value, str) else value
        return b"".join(bytes([len(text.encode())]) + text.encode() for text in strings)
    if rtype == "CNAME":
        return encode_name(value)
    if rtype == "CAA":
        flags, tag, text = value.split(" ", 2)
        return bytes([int(flags), len(tag)]) + tag.encode() + text.encode()
    raise ValueError(rtype)


class Response:
    """`records` are (owner, type, value), `value` octets for RDATA as it stands. `cut`: octets left out at
    the end."""

    def __init__(self, rcode="NOERROR", records=(), ad=False, truncated=False, raw=None, authoritative=False,
                 echo_case=True, cut=0):
        self.rcode, self.records, self.ad, self.truncated, self.raw = rcode, records, ad, truncated, raw
        self.authoritative, self.echo_case, self.cut = authoritative, echo_case, cut

    def encode(self, query, question_end):
        if self.raw is not None:
            return query[:2] + self.raw
        flags = 0x8500 if self.authoritative else 0x8180
        flags |= RCODES[self.rcode] | (0x20 if self.ad else 0) | (0x200 if self.truncated else 0)
        out = query[:2] + struct.pack("!HHHHH", flags, 1, len(self.records), 0, 0)
        question = query[12:question_end]
        out += question if self.echo_case else question[:-4].lower() + question[-4:]
        for owner, rtype, value in self.records:
            data = value if isinstance(value, bytes) else rdata(rtype, value)
            out += encode_name(owner) + struct.pack("!HHIH", TYPES[rtype], 1, 60, len(data)) + data
        return out[:len(out) - self.cut]


class Forward:
    """What the server at `address` and `port` says, over the same transport."""

    def __init__(self, address, port):
        self.to = (address, port)

    def encode(self, query, tcp):
        kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET, kind) as link:
            link.settimeout(5)
            try:
                link.connect(self.to)
                if not tcp:
                    link.send(query)
                    return link.recv(65535)
                link.sendall(struct.pack("!H", len(query)) + query)
                length = struct.unpack("!H", link.recv(2, socket.MSG_WAITALL))[0]
                return link.recv(length, socket.MSG_WAITALL)
            except (OSError, struct.error):
                return None


class ScriptedDns:
    """`answer(name, type, tcp)` gives a Response, a Forward, or nothing for silence; it may take its time.
    `asked` lists every query as (name, type, "udp" or "tcp"), `spelt` the names as they came."""

    def __init__(self, answer, address="127.0.0.1"):
        self.answer = answer
        self.asked, self.spelt = [], []
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

    def note(self, query, tcp):
        """What was asked, as answer() wants it, and where the question ends."""
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        rtype = NAMES.get(struct.unpack("!H", query[at + 1:at + 3])[0], "?")
        self.spelt.append(".".join(labels))
        name = self.spelt[-1].lower()
        self.asked.append((name, rtype, "tcp" if tcp else "udp"))
        return name, rtype, at + 5

    def respond(self, query, tcp, name, rtype, end):
        response = self.answer(name, rtype, tcp)
        if isinstance(response, Forward):
            return response.encode(query, tcp)
        return None if response is None else response.encode(query, end)

    def respond_udp(self, query, peer, *question):
        if response := self.respond(query, False, *question):
            try:
                self.udp.sendto(response, peer)
            except OSError:
                pass  # the test is over

    def serve_udp(self):
        while True:
            try:
                query, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            threading.Thread(target=self.respond_udp, args=(query, peer, *self.note(query, False)),
                             daemon=True).start()

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
                    if response := self.respond(query, True, *self.note(query, True)):
                        link.sendall(struct.pack("!H", len(response)) + response)
            except OSError:
                return

# SPDX-License-Identifier: Apache-2.0
"""A web server that says what a test tells it to, octet by octet, over IPv4 and IPv6, with TLS or without."""

import socket
import ssl
import struct
import subprocess
import threading
import warnings
from dataclasses import dataclass, field

from process import free_port

RESET = object()  # instead of octets: the connection is reset
STALL = object()  # nothing more comes, and the connection stays open


@dataclass
class Request:
    line: str
    headers: list
    address: str  # at which it came
    server_name: str | None = None
    tls: str = ""
    raw: bytes = b""
    target: str = field(init=False)

    def __post_init__(self):
        self.target = self.line.split(" ")[1] if self.line.count(" ") > 1 else ""

    def header(self, name):
        """The only one of that name."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, self.headers
        return values[0] if values else None


def response(status=200, body=b"", headers=(), reason="OK"):
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{key}: {value}" for key, value in headers),
             f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location, status=302):
    return response(status, b"", [("Location", location)], "Moved")


class ScriptedHttp:
    """`answer(request)` gives octets, or a list of octets, seconds to wait, RESET and STALL. After the last of
    them the connection is closed. `asked` lists every request."""

    def __init__(self, answer, addresses, port=None, tls=None):
        self.answer, self.addresses, self.tls = answer, list(addresses), tls
        self.port = port or free_port(self.addresses[0])
        self.asked = []
        self.over = threading.Event()
        self.listeners = [self.listen(address) for address in self.addresses]

    def listen(self, address):
        listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, self.port))
        listener.listen(64)
        return listener

    def __enter__(self):
        for address, listener in zip(self.addresses, self.listeners):
            threading.Thread(target=self.serve, args=(listener, address), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for listener in self.listeners:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()

    def serve(self, listener, address):
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(link, address), daemon=True).start()

    def converse(self, link, address):
        with link:
            link.settimeout(20)
            try:
                names = {}
                if self.tls is not None:
                    link = self.wrap(link, names)
                request = self.read(link, address, names)
                if request is None:
                    return
                self.asked.append(request)
                reply = self.answer(request)
                for part in reply if isinstance(reply, list) else [reply]:
                    if not self.send(link, part):
                        return
                if self.tls is not None:
                    link = link.unwrap()
                link.shutdown(socket.SHUT_RDWR)
            except (OSError, ValueError):
                return

    def wrap(self, link, names):
        def seen(tls, name, _):
            names["sni"] = name
        self.tls.sni_callback = seen
        return self.tls.wrap_socket(link, server_side=True)

    @staticmethod
    def read(link, address, names):
        raw = b""
        while b"\r\n\r\n" not in raw:
            octets = link.recv(4096)
            if not octets:
                return None
            raw += octets
            if raw[0] == 0x16:
                return None  # a TLS handshake, where none is spoken
        first, *rest = raw.decode().split("\r\n\r\n")[0].split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in rest]
        return Request(first, headers, address, names.get("sni"),
                       link.version() if isinstance(link, ssl.SSLSocket) else "", raw)

    def send(self, link, part):
        if part is RESET:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if part is STALL:
            self.over.wait(20)
            return False
        if isinstance(part, (int, float)):
            return not self.over.wait(part)
        link.sendall(part)
        return True


class BlackHole:
    """A listener whose queue is full: what would connect to it gets no answer at all."""

    def __init__(self, address, port):
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = socket.socket(self.family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(0)
        self.to, self.links = (address, port), []

    def __enter__(self):
        for _ in range(64):
            link = socket.socket(self.family, socket.SOCK_STREAM)
            self.links.append(link)
            link.settimeout(0.5)
            try:
                link.connect(self.to)
            except TimeoutError:
                return self
        raise RuntimeError("the queue does not fill")

    def __exit__(self, *_):
        for link in (*self.links, self.listener):
            link.close()


def certificate(folder, name="wrong.example", days=1):
    """A self-signed certificate for somebody else: nobody validates it."""
    files = folder / "certificate.pem", folder / "certificate.key"
    done = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                           "-subj", f"/CN={name}", "-days", str(days), "-out", files[0], "-keyout", files[1]],
                          capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return files


def server_tls(files, oldest=ssl.TLSVersion.TLSv1_2, newest=ssl.TLSVersion.TLSv1_3):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what some tests are about
        context.minimum_version, context.maximum_version = oldest, newest
    context.load_cert_chain(*files)
    return context

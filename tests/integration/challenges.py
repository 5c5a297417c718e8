# SPDX-License-Identifier: Apache-2.0
"""What an applicant publishes for the further methods, and the TLS servers that show it: certificates made by
OpenSSL's own tool, shown by its own server and by Python's."""

import base64
import contextlib
import hashlib
import http.server
import shutil
import ssl
import subprocess
import threading

from process import Process, answers_tcp, free_port

KEY = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
ACCOUNT = "https://ca.example/acct/1"
PKI = "/.well-known/pki-validation/order.txt"
VALUE = "a-random-value-of-112-bits-or-more"
OPENSSL = shutil.which("openssl") or "/usr/bin/openssl"


def digest(key=KEY):
    return hashlib.sha256(key.encode()).digest()


def txt_value(key=KEY):
    """RFC 8555 section 8.4."""
    return base64.urlsafe_b64encode(digest(key)).decode().rstrip("=")


def account_label(url):
    """draft-ietf-acme-dns-account-label-00."""
    return base64.b32encode(hashlib.sha256(url.encode()).digest()[:10]).decode().lower()


def make_certificate(folder, extensions):
    """(key, self-signed certificate), as PEM files in the new `folder`."""
    folder.mkdir()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    wanted = [word for extension in extensions for word in ("-addext", extension)]
    made = subprocess.run([OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                           "-nodes", "-days", "2", "-subj", "/CN=challenge", "-keyout", key, "-out",
                           certificate, *wanted], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return key, certificate


class TlsServer:
    """`openssl s_server` with a certificate made by `openssl req`."""

    def __init__(self, folder, extensions, alpn="acme-tls/1", more=()):
        self.address, self.port = "127.0.0.1", free_port()
        key, certificate = make_certificate(folder, extensions)
        self.process = Process(folder.name, [OPENSSL, "s_server", "-accept", f"{self.address}:{self.port}", "-www",
                                             "-cert", certificate, "-key", key,
                                             *(["-alpn", alpn] if alpn else []), *more], folder)
        self.process.start()
        self.process.wait_until(lambda: answers_tcp(self.address, self.port))

    def stop(self):
        self.process.stop()


def acme_identifier(octets, critical=True):
    return f"1.3.6.1.5.5.7.1.31={'critical,' if critical else ''}DER:{octets.hex()}"


class Page(http.server.BaseHTTPRequestHandler):
    """VALUE at PKI; notes what was asked."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Host"]))
        self.send_response(200 if self.path == PKI else 404)
        self.end_headers()
        self.wfile.write(VALUE.encode())

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def web_server(folder, extensions, alpn=()):
    """An HTTPS server of another make, that notes the names in SNI and what it is asked."""
    key, certificate = make_certificate(folder, extensions)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Page)
    server.asked, server.names, server.daemon_threads = [], [], True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda link, name, _: server.names.append(name)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()

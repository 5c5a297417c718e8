# SPDX-License-Identifier: Apache-2.0
"""Certificates that are not quite right, made with openssl(1), and what a peer says to them."""

import socket
import ssl
import subprocess
from pathlib import Path

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, text=True, timeout=30)


class Authority:
    """A CA: its own, or an existing one's certificate and key."""

    def __init__(self, folder, certificate=None, key=None):
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.certificate, self.key = certificate, key
        if certificate is None:
            self.certificate, self.key = self.folder / "ca.pem", self.folder / "ca.key"
            openssl("req", "-x509", *EC, "-subj", "/CN=mpicd private CA", "-days", 30, "-keyout", self.key,
                    "-out", self.certificate, "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, san, usage="serverAuth,clientAuth", days=30):
        """An identity, as the configuration names one. Days below zero: it has expired."""
        files = {"certificate": str(self.folder / f"{name}.pem"), "key": str(self.folder / f"{name}.key")}
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={san}\nextendedKeyUsage={usage}\nbasicConstraints=CA:FALSE\n")
        openssl("req", *EC, "-subj", f"/CN={name}", "-keyout", files["key"], "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-set_serial", 1000 + len(list(self.folder.glob("*.csr"))), "-days", days,
                "-extfile", extensions, "-out", files["certificate"])
        return files


def self_signed(folder, name, san):
    files = {"certificate": str(Path(folder) / f"{name}.pem"), "key": str(Path(folder) / f"{name}.key")}
    openssl("req", "-x509", *EC, "-subj", f"/CN={name}", "-days", 30, "-keyout", files["key"],
            "-out", files["certificate"], "-addext", f"subjectAltName={san}",
            "-addext", "extendedKeyUsage=serverAuth,clientAuth")
    return files


def post(address, port, tls, path, headers, body, source):
    """One request from the address `source`: (its endpoint there, the status line, or why there is none)."""
    with socket.create_connection((address, port), timeout=10, source_address=(source, 0)) as plain:
        endpoint = "{}:{}".format(*plain.getsockname())
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        try:
            with tls.wrap_socket(plain, server_hostname=address) as link:
                link.sendall(f"POST {path} HTTP/1.1\r\nHost: {address}\r\n{head}Content-Length: {len(body)}\r\n"
                             f"Connection: close\r\n\r\n{body}".encode())
                answer = b""
                while piece := link.recv(65536):
                    answer += piece
                return endpoint, answer.partition(b"\r\n")[0].decode() or "closed without a word"
        except ssl.SSLError as error:
            return endpoint, error.reason or str(error)
        except OSError as error:
            return endpoint, str(error)

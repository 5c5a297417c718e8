# SPDX-License-Identifier: Apache-2.0
"""An agent that is not quite right: takes a coordinator's question over mutual TLS, has a real agent
answer it, and passes the answer on as its behaviour says."""

import http.client
import http.server
import json
import socket
import ssl
import threading
import time
import urllib.parse

from process import free_port


def honest(delay=0.0):
    """The real agent's own answer, `delay` seconds after the question."""
    def behave(proxy, handler, ask):
        until = time.monotonic() + delay
        status, body = ask()
        time.sleep(max(0.0, until - time.monotonic()))
        proxy.send(handler, status, body)
    return behave


def held(event):
    """The real agent's own answer, not before `event` is set."""
    def behave(proxy, handler, ask):
        status, body = ask()
        event.wait(30)
        proxy.send(handler, status, body)
    return behave


def silent(proxy, handler, ask):
    """Takes the question and never says a word."""
    proxy.stopping.wait(30)
    handler.close_connection = True


def closing_half_way(proxy, handler, ask):
    """The head and half of the body, then the end of the connection."""
    status, body = ask()
    proxy.send(handler, status, body, cut=len(body) // 2)


def garbage(proxy, handler, ask):
    """200, and a body that is no report."""
    proxy.send(handler, 200, b"\x00\xff{not json")


def no_http(proxy, handler, ask):
    """Octets that are no HTTP response."""
    handler.wfile.write(b"\x16\x03\x01 hello\r\n\r\n")
    handler.close_connection = True


def as_somebody_else(perspective):
    """A good report in which the agent believes to be another perspective."""
    def behave(proxy, handler, ask):
        status, body = ask()
        report = json.loads(body)
        assert "perspective" in report, body
        report["perspective"] = perspective
        proxy.send(handler, status, json.dumps(report).encode())
    return behave


def client_tls(identity, ca):
    """How a coordinator, or whoever `identity` is, calls an agent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # agents are known by a URI in their certificate
    context.load_verify_locations(ca)
    if identity:
        context.load_cert_chain(identity["certificate"], identity["key"])
    return context


def ask(url, tls, path, body):
    """(status, body)"""
    where = urllib.parse.urlsplit(url)
    link = http.client.HTTPSConnection(where.hostname, where.port, timeout=10, context=tls)
    try:
        link.request("POST", path, body, {"Content-Type": "application/json"})
        response = link.getresponse()
        return response.status, response.read()
    finally:
        link.close()


class AgentProxy:
    """`identity` and `coordinator` are certificate and key files; `upstream` is the real agent's URL."""

    def __init__(self, address, identity, coordinator, ca, upstream, behaviour):
        self.address, self.port = address, free_port(address)
        self.url = f"https://{address}:{self.port}"
        self.upstream = upstream
        self.behaviour = behaviour
        self.answered = []  # monotonic times at which an answer had been written
        self.asked = 0
        self.stopping = threading.Event()
        self.server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server_tls.minimum_version = ssl.TLSVersion.TLSv1_3
        self.server_tls.load_cert_chain(identity["certificate"], identity["key"])
        self.server_tls.load_verify_locations(ca)
        self.server_tls.verify_mode = ssl.CERT_REQUIRED
        self.client_tls = client_tls(coordinator, ca)
        self.server = self.make_server()
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02},
                                       daemon=True)

    def make_server(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                proxy.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.behaviour(proxy, self, lambda: ask(proxy.upstream, proxy.client_tls, self.path, body))

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def get_request(self):
                connection, peer = self.socket.accept()
                # The handshake happens on the connection's own thread, with its first read.
                return proxy.server_tls.wrap_socket(connection, server_side=True,
                                                    do_handshake_on_connect=False), peer

            def handle_error(self, request, client_address):
                pass  # the coordinator may well hang up

        return Server((self.address, self.port), Handler)

    def send(self, handler, status, body, cut=None):
        head = (f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        handler.wfile.write(head + body[:cut])
        self.answered.append(time.monotonic())
        if cut is not None:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

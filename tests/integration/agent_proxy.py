# SPDX-License-Identifier: Apache-2.0
"""An agent that is not quite right: takes a coordinator's questions over HTTP/2 and mutual TLS, has a
real agent answer them, and passes the answers on as its behaviour says."""

import http.client
import json
import socket
import ssl
import threading
import time
import urllib.parse

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from process import free_port


def honest(delay=0.0):
    """The real agent's own answer, `delay` seconds after the question."""
    def behave(proxy, question, ask):
        until = time.monotonic() + delay
        status, body = ask()
        time.sleep(max(0.0, until - time.monotonic()))
        question.answer(status, body)
    return behave


def held(event):
    """The real agent's own answer, not before `event` is set."""
    def behave(proxy, question, ask):
        status, body = ask()
        event.wait(30)
        question.answer(status, body)
    return behave


def silent(proxy, question, ask):
    """Takes the question and never says a word."""
    proxy.stopping.wait(30)


def closing_half_way(proxy, question, ask):
    """The head and half of the body, then the end of the connection."""
    status, body = ask()
    question.answer(status, body, cut=len(body) // 2)


def garbage(proxy, question, ask):
    """200, and a body that is no report."""
    question.answer(200, b"\x00\xff{not json")


def no_http(proxy, question, ask):
    """Octets that are no frames of HTTP/2."""
    question.link.send_octets(b"\x16\x03\x01 hello, this is no frame\r\n\r\n")


def as_somebody_else(perspective):
    """A good report in which the agent believes to be another perspective."""
    def behave(proxy, question, ask):
        status, body = ask()
        report = json.loads(body)
        assert "perspective" in report, body
        report["perspective"] = perspective
        question.answer(status, json.dumps(report).encode())
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


class Question:
    """One request of a coordinator, on its stream."""

    def __init__(self, link, stream, path):
        self.link, self.stream, self.path = link, stream, path
        self.body = b""

    def answer(self, status, body, cut=None):
        self.link.respond(self.stream, status, body, cut)


class Link:
    """One connection of a coordinator: a thread that reads, and one for each question."""

    def __init__(self, proxy, raw):
        self.proxy = proxy
        self.raw = raw
        self.tls = None
        # A blocked reader must not keep writers out of the TLS object: it works between buffers.
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.lock = threading.Lock()
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.questions = {}
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            self.raw.settimeout(30)
            self.serve()
        except (OSError, h2.exceptions.ProtocolError):
            pass  # the coordinator may well hang up
        finally:
            self.close()

    def serve(self):
        self.tls = self.proxy.server_tls.wrap_bio(self.incoming, self.outgoing, server_side=True)
        while not self.step(self.tls.do_handshake):
            self.fill()
        with self.lock:
            self.h2.initiate_connection()
            self.flush()
        while True:
            with self.lock:
                octets = self.read()
                events = self.h2.receive_data(octets) if octets else []
                for event in events:
                    self.take(event)
                self.flush()
            if octets == b"":
                return
            if octets is None:
                self.fill()

    def step(self, operation):
        try:
            operation()
            return True
        except ssl.SSLWantReadError:
            return False
        finally:
            self.raw.sendall(self.outgoing.read())

    def fill(self):
        octets = self.raw.recv(65536)
        if not octets:
            self.incoming.write_eof()
            raise ConnectionResetError
        with self.lock:
            self.incoming.write(octets)

    def read(self):
        """Octets, none at the end, None when more must come first."""
        try:
            return self.tls.read(65536)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            path = dict(event.headers)[b":path"].decode()
            self.questions[event.stream_id] = Question(self, event.stream_id, path)
        elif isinstance(event, h2.events.DataReceived):
            self.questions[event.stream_id].body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            question = self.questions.pop(event.stream_id)
            threading.Thread(target=self.proxy.behave, args=(question,), daemon=True).start()

    def flush(self):
        if octets := self.h2.data_to_send():
            self.tls.write(octets)
        self.raw.sendall(self.outgoing.read())

    def send_octets(self, octets):
        with self.lock:
            self.tls.write(octets)
            self.raw.sendall(self.outgoing.read())

    def respond(self, stream, status, body, cut, counted=True):
        with self.lock:
            self.h2.send_headers(stream, [(":status", str(status)), ("content-type", "application/json"),
                                          ("content-length", str(len(body)))])
            rest = body if cut is None else body[:cut]
            size = self.h2.max_outbound_frame_size
            for at in range(0, len(rest), size):
                self.h2.send_data(stream, rest[at:at + size])
            if cut is None:
                self.h2.end_stream(stream)
            self.flush()
        if counted:
            self.proxy.answered.append(time.monotonic())
        if cut is not None:
            self.close()

    def close(self):
        try:
            self.raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.raw.close()


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
        self.server_tls.set_alpn_protocols(["h2"])
        self.client_tls = client_tls(coordinator, ca)
        self.links = []
        self.listener = socket.create_server((address, self.port), backlog=64)
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = Link(self, raw)
            self.links.append(link)
            link.thread.start()

    def behave(self, question):
        if question.path == "/agent/v1/health":  # a probe, which no behaviour is about: it is there
            question.link.respond(question.stream, 404, b"{}", None, counted=False)
            return
        self.asked += 1
        try:
            self.behaviour(self, question,
                           lambda: ask(self.upstream, self.client_tls, question.path, question.body))
        except (OSError, http.client.HTTPException, h2.exceptions.ProtocolError):
            pass  # the coordinator did not wait

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopping.set()
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for link in self.links:
            link.close()
        self.thread.join(5)

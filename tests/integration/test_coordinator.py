# SPDX-License-Identifier: Apache-2.0
"""A coordinator's own rules: who may ask what and how often, its listener's limits, reload and the way out."""

import json
import socket
import ssl
import threading
from contextlib import contextmanager

import pytest

import agent_proxy
from lab import CA
from mpicd import Api, Pki, new_token
from process import answers_tcp, wait_for
from test_faults import coordinator, proxied

ASK = {"method": "caa", "domain": "www.plain.test", "caa-policy": {"issuer-domains": [CA]}}


@contextmanager
def undecided(lab):
    """URLs under which no decision is made before the event is set; the proxy that sees the questions."""
    event = threading.Event()
    with proxied(lab, {"cdg": agent_proxy.held(event)}) as (urls, proxies):
        try:
            yield urls, event, proxies["cdg"]
        finally:
            event.set()


class Asking(threading.Thread):
    """One request on a thread of its own."""

    def __init__(self, api):
        super().__init__(daemon=True)
        self.api, self.reply = api, None
        self.start()

    def run(self):
        self.reply = self.api.call(ASK)

    def result(self):
        self.join(30)
        assert self.reply is not None, "no answer"
        return self.reply


def test_the_base_path_stands_before_the_resource(lab):
    with coordinator(lab, {}, **{"base-path": "/staging"}) as made:
        assert made.api.path == "/staging/mpic/draft-00"
        assert made.api.post(ASK)["ok"] is True
        assert made.api.request("POST", "/mpic/draft-00", json.dumps(ASK)).status == 404


def test_a_client_may_ask_only_what_it_is_allowed(lab):
    token, token_hash = new_token()
    clients = [{"id": "caa-only", "token-sha256": [token_hash], "methods": ["caa"]}]
    with coordinator(lab, {}, clients=clients) as made:
        api = Api(made.url, token, lab.pki.ca)
        assert api.post(ASK)["ok"] is True
        reply = api.call({"method": "dns", "domain": "www.plain.test", "record-type": "TXT", "prefix": "",
                          "expected": "x"})
        assert (reply.status, reply.json["code"]) == (403, "forbidden")


def test_a_client_has_a_rate(lab):
    token, token_hash = new_token()
    clients = [{"id": "slow", "token-sha256": [token_hash], "requests-per-second": 0.01, "burst": 2}]
    with coordinator(lab, {}, clients=clients) as made:
        api = Api(made.url, token, lab.pki.ca)
        replies = [api.call(ASK) for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 429, 429]
    assert replies[2].json["code"] == "rate-limited"
    assert 1 <= int(replies[2].headers["Retry-After"]) <= 100


@pytest.mark.parametrize("where", ["client", "service"])
def test_overload_is_said_early(lab, where):
    token, token_hash = new_token()
    clients = [{"id": "one", "token-sha256": [token_hash]} | ({"max-in-flight": 1} if where == "client" else {})]
    changes = {"max-in-flight": 1} if where == "service" else {}
    with undecided(lab) as (urls, event, primary), \
            coordinator(lab, urls, 20_000, clients=clients, **changes) as made:
        api = Api(made.url, token, lab.pki.ca)
        first = Asking(api)
        wait_for("the first request to arrive", lambda: primary.asked == 1)
        second = api.call(ASK)
        event.set()
        assert first.result().json["ok"] is True
    assert second.status in ((429, 503) if where == "client" else (503,))
    assert int(second.headers["Retry-After"]) >= 1


def test_a_client_certificate_will_do(lab):
    clients = [{"id": "by-certificate", "certificate-identities": [Pki.COORDINATOR_SAN]}]
    tls = lab.pki.identity("server") | {"client-ca": lab.pki.ca}
    with coordinator(lab, {}, clients=clients, tls=tls) as made:
        api = Api(made.url, "none", lab.pki.ca)
        headers = {"Content-Type": "application/json"}
        assert api.request("POST", api.path, json.dumps(ASK), headers).status == 401
        identity = lab.pki.identity("coordinator")
        api.tls.load_cert_chain(identity["certificate"], identity["key"])
        assert api.request("POST", api.path, json.dumps(ASK), headers).json["ok"] is True


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("listener", ["api", "agent"])
def test_old_tls_is_refused(lab, listener):
    """The API wants TLS 1.2 at least, an agent TLS 1.3."""
    where = lab.coordinator if listener == "api" else lab.agents["iad"]
    tls = agent_proxy.client_tls(lab.pki.identity("coordinator"), lab.pki.ca)
    tls.set_ciphers("DEFAULT:@SECLEVEL=0")
    newest = ssl.TLSVersion.TLSv1_1 if listener == "api" else ssl.TLSVersion.TLSv1_2
    tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, newest
    with socket.create_connection((where.address, where.port), timeout=10) as plain, \
            pytest.raises(ssl.SSLError, match="protocol version"):
        tls.wrap_socket(plain)


@pytest.mark.parametrize("octets", [
    b"POST /mpic/draft-00 HTTP/1.1\r\nHo",
    b"POST /mpic/draft-00 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"])
def test_a_client_that_stops_half_way_is_told(lab, octets):
    with coordinator(lab, {}, limits={"head-ms": 300, "body-ms": 300}) as made, \
            socket.create_connection((made.address, made.port), timeout=20) as plain, \
            made.api.tls.wrap_socket(plain, server_hostname=made.address) as link:
        authorized = octets.replace(b"Host: a", b"Host: a\r\nAuthorization: Bearer " + made.token.encode())
        link.sendall(authorized)
        answer = b""
        while piece := link.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 "), answer
    assert json.loads(body)["code"] == "request-timeout"


def test_reload_changes_tokens_without_dropping_anyone(lab):
    token, token_hash = new_token()
    with coordinator(lab, {}) as made:
        kept = made.api.connection()
        try:
            assert made.api.request("POST", made.api.path, json.dumps(ASK), connection=kept).status == 200
            config = json.loads(made.file.read_text())
            made.file.write_text("{ this is no configuration")
            made.process.reload("reload-refused")
            assert made.api.post(ASK)["ok"] is True  # the old one holds
            config["clients"][0]["token-sha256"] = [token_hash]
            made.file.write_text(json.dumps(config))
            made.process.reload("reloaded")
            assert made.api.request("POST", made.api.path, json.dumps(ASK), connection=kept).status == 401
            made.api.token = token
            assert made.api.request("POST", made.api.path, json.dumps(ASK), connection=kept).status == 200
        finally:
            kept.close()


def test_reload_changes_the_roster(lab):
    with coordinator(lab, {}) as made:
        config = json.loads(made.file.read_text())
        config["perspectives"] = [entry for entry in config["perspectives"] if entry["id"] != "jnb"]
        made.file.write_text(json.dumps(config))
        made.process.reload("reloaded")
        answer = made.api.post(ASK)
        assert answer["ok"] is True and answer["quorum"]["remotes"] == 4
        assert "jnb" not in made.admin("/perspectives")[1]


def test_sigterm_lets_requests_under_way_end(lab):
    with undecided(lab) as (urls, event, primary), coordinator(lab, urls, 20_000) as made:
        first = Asking(made.api)
        wait_for("the request to arrive", lambda: primary.asked == 1)
        made.process.end()
        wait_for("nobody new to be let in", lambda: not answers_tcp(made.address, made.port))
        event.set()
        assert first.result().json["ok"] is True
        assert made.process.stop() == 0


def test_health_and_readiness(lab):
    assert lab.coordinator.admin("/healthz")[0] == 200
    wait_for("enough perspectives to have answered", lambda: lab.coordinator.admin("/readyz")[0] == 200)
    assert lab.coordinator.admin("/nothing")[0] == 404

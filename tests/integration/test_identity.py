# SPDX-License-Identifier: Apache-2.0
"""Who may talk to whom: every wrong identity at each of the three places where one is shown is refused, and the
log says so once, with the reason."""

import json
import time
from contextlib import contextmanager

import pytest

import agent_proxy
from agent_proxy import AgentProxy
from certificates import Authority, post, self_signed
from load import QUESTIONS
from mpicd import Pki
from process import wait_for

ASK = json.dumps(QUESTIONS[0][0])
CLIENT = "mpicd://client/tests"  # whom the public listener knows
# What may stand in the log for each, as a part of its `reason`.
UNKNOWN_CA = ("unable to get local issuer certificate", "unable to verify the first certificate",
              "certificate signature failure", "unable to get issuer certificate")
SELF_SIGNED = ("self-signed certificate", "self signed certificate")
EXPIRED = ("certificate has expired",)
PURPOSE = ("purpose", "unsupported certificate")
NO_CERTIFICATE = ("peer did not return a certificate", "no certificate")
OTHER_NAME = ("identity", "coordinator-refused")


@pytest.fixture(scope="module")
def identities(lab, tmp_path_factory):
    """Every identity that is wrong somewhere, by name. `right` are the product's own."""
    folder = tmp_path_factory.mktemp("identities")
    ours = Authority(folder / "ours", lab.pki.ca, lab.pki.folder / "ca.key")
    theirs = Authority(folder / "theirs")  # the same name as ours, another key

    def bad(role, san):
        return {
            f"{role}-of-wrong-ca": theirs.issue(f"{role}-wrong-ca", san),
            f"{role}-expired": ours.issue(f"{role}-expired", san, days=-1),
            f"{role}-self-signed": self_signed(folder, f"{role}-self-signed", san),
            f"{role}-with-wrong-name": ours.issue(f"{role}-wrong-name", "URI:mpicd://somebody/else"),
        }
    return {
        "none": None,
        "perspective": lab.pki.identity("perspective-gru"),
        "server": lab.pki.identity("server"),
        "coordinator": lab.pki.identity("coordinator"),
        "client": ours.issue("client", f"URI:{CLIENT}", "clientAuth"),
        **bad("coordinator", f"URI:{Pki.COORDINATOR_SAN}"),
        **bad("client", f"URI:{CLIENT}"),
        **bad("nrt", f"URI:{Pki.san('nrt')}"),
    }


def lines_about(process, text):
    return [line for line in process.output().splitlines() if text in line]


def said_once(process, about, reasons):
    """The log's one line about this peer, which must give one of the reasons (or be one: coordinator-refused)."""
    wait_for(f"a line about {about}", lambda: lines_about(process, about))
    lines = lines_about(process, about)
    assert len(lines) == 1, lines
    assert any(reason in lines[0] for reason in reasons), lines[0]


@pytest.fixture(scope="module")
def listener(lab):
    """A coordinator whose public listener takes client certificates, and tokens."""
    made = lab.make_coordinator(
        f"identities-{time.monotonic_ns()}", tls=lab.pki.identity("server") | {"client-ca": lab.pki.ca},
        clients=[{"id": "by-certificate", "certificate-identities": [CLIENT]}]).start()
    yield made
    made.stop()


def call(made, lab, identity, path, source):
    tls = agent_proxy.client_tls(identity, lab.pki.ca)
    return post(made.address, made.port, tls, path, {"Content-Type": "application/json"}, ASK, source)


@pytest.mark.parametrize("name,answers,reasons", [
    ("coordinator-of-wrong-ca", ("TLSV1_ALERT_UNKNOWN_CA",), UNKNOWN_CA),
    ("coordinator-with-wrong-name", ("HTTP/1.1 403 Forbidden",), OTHER_NAME),
    ("coordinator-expired", ("SSLV3_ALERT_CERTIFICATE_EXPIRED",), EXPIRED),
    ("coordinator-self-signed", ("TLSV1_ALERT_UNKNOWN_CA",), SELF_SIGNED),
    ("none", ("TLSV13_ALERT_CERTIFICATE_REQUIRED",), NO_CERTIFICATE),
    ("perspective", ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",), PURPOSE),
    ("server", ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",), PURPOSE),
    ("client", ("HTTP/1.1 403 Forbidden",), OTHER_NAME),
])
def test_at_an_agent(lab, identities, name, answers, reasons):
    agent = lab.agents["hel"]
    endpoint, answer = call(agent, lab, identities[name], "/agent/v1/check", lab.addresses.new())
    assert answer in answers
    said_once(agent.process, endpoint, reasons)


@pytest.mark.parametrize("name,answers,reasons", [
    ("client-of-wrong-ca", ("TLSV1_ALERT_UNKNOWN_CA",), UNKNOWN_CA),
    ("client-with-wrong-name", ("HTTP/1.1 401 Unauthorized",), ("unauthorized",)),
    ("client-expired", ("SSLV3_ALERT_CERTIFICATE_EXPIRED",), EXPIRED),
    ("client-self-signed", ("TLSV1_ALERT_UNKNOWN_CA",), SELF_SIGNED),
    ("none", ("HTTP/1.1 401 Unauthorized",), ("unauthorized",)),
    ("perspective", ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",), PURPOSE),
    ("server", ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",), PURPOSE),
    ("coordinator", ("HTTP/1.1 401 Unauthorized",), ("unauthorized",)),
])
def test_at_the_public_listener(lab, listener, identities, name, answers, reasons):
    endpoint, answer = call(listener, lab, identities[name], "/mpic/draft-00", lab.addresses.new())
    assert answer in answers
    if "401" in answer:  # a request that was refused is told of as every request is
        wait_for("a line about it", lambda: lines_about(listener.process, endpoint))
        lines = lines_about(listener.process, endpoint)
        assert len(lines) == 1 and "status=401" in lines[0] and "code=unauthorized" in lines[0], lines
        return
    said_once(listener.process, endpoint, reasons)


def test_the_right_ones_are_let_in(lab, listener, identities):
    """The proof that it is the identity which the others lack."""
    assert call(listener, lab, identities["client"], "/mpic/draft-00", lab.addresses.new())[1] == "HTTP/1.1 200 OK"
    _, answer = call(lab.agents["hel"], lab, identities["coordinator"], "/agent/v1/check", lab.addresses.new())
    assert answer == "HTTP/1.1 400 Bad Request"  # let in, and then not understood


@contextmanager
def asking_an_agent_that_shows(lab, identity):
    """A coordinator whose nrt is a proxy with this certificate before an honest agent."""
    proxy = AgentProxy(lab.sources["nrt"], identity, lab.pki.identity("coordinator"), lab.pki.ca,
                       lab.agents["nrt"].url, agent_proxy.honest()).start()
    made = lab.make_coordinator(f"shown-{time.monotonic_ns()}", lab.urls(nrt=proxy.url))
    try:
        yield made.start()
    finally:
        made.stop()
        proxy.stop()


@pytest.mark.parametrize("name,outcomes,reasons", [
    ("nrt-of-wrong-ca", ("misconfigured", "unreachable"), UNKNOWN_CA),
    ("nrt-with-wrong-name", ("misconfigured",), OTHER_NAME + ("mpicd://somebody/else",)),
    ("nrt-expired", ("misconfigured", "unreachable"), EXPIRED),
    ("nrt-self-signed", ("misconfigured", "unreachable"), SELF_SIGNED),
    ("perspective", ("misconfigured",), OTHER_NAME + ("mpicd://perspective/gru",)),
    ("server", ("misconfigured",), OTHER_NAME),
    ("coordinator", ("misconfigured", "unreachable"), PURPOSE),
])
def test_an_agent_that_shows(lab, identities, name, outcomes, reasons):
    """It never counts, and however often it is asked, the log says so once."""
    with asking_an_agent_that_shows(lab, identities[name]) as made:
        seen = []

        def heard():
            answer = made.api.post(QUESTIONS[0][0])
            assert answer["ok"] is True and answer["quorum"]["corroborated"] == 4
            seen.extend([answer["perspectives"]["nrt"]] if "nrt" in answer["perspectives"] else [])
            return len(seen) >= 3
        wait_for("nrt to be waited for three times", heard)
        assert {one["outcome"] for one in seen} <= set(outcomes), seen
        said = [line for line in made.process.output().splitlines()
                if "nrt" in line and " warn " in line and "late-" not in line]
        assert len(said) == 1, said
        assert any(reason in said[0] for reason in reasons), said[0]

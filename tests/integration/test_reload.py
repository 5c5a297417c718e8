# SPDX-License-Identifier: Apache-2.0
"""SIGHUP under load: what has changed takes effect, and nobody who asks meanwhile is failed."""

import json
import socket
import time
from contextlib import contextmanager

import pytest

from certificates import Authority
from load import QUESTIONS, Load
from mpicd import PLACES, Api, Pki, new_token
from process import wait_for

ASK = QUESTIONS[0][0]
BETWEEN = 10  # answers under load before and after each change


@contextmanager
def under_load(lab, tmp_path, **changes):
    """A coordinator that is asked all the while, over kept connections and new ones; at the end every one of
    its answers must have been right."""
    made = lab.make_coordinator(f"reloaded-{time.monotonic_ns()}", **changes).start()
    try:
        with Load(made.api, tmp_path, clients=3) as kept, Load(made.api, tmp_path, clients=2, per_connection=1) as new:
            kept.wait_for_more(BETWEEN)
            yield made
            for load in (kept, new):
                load.wait_for_more(BETWEEN)
        print("answers under load:", len(kept.told()), "over kept connections,", len(new.told()), "over new ones")
        for load in (kept, new):
            load.nothing_failed()
    finally:
        made.stop()


def edit(made, change):
    config = json.loads(made.file.read_text())
    change(config)
    made.file.write_text(json.dumps(config))


def reload(made, change):
    """`change` alters the configuration; then SIGHUP."""
    edit(made, change)
    made.process.reload("reloaded")


def status(api):
    return api.call(ASK).status


def shown_serial(made):
    """The serial number of the certificate that the public listener shows."""
    with socket.create_connection((made.address, made.port), timeout=10) as plain, \
            made.api.tls.wrap_socket(plain, server_hostname=made.address) as link:
        return link.getpeercert()["serialNumber"]


def test_a_new_token_and_a_revoked_one(lab, tmp_path):
    (first, first_hash), (second, second_hash) = new_token(), new_token()
    with under_load(lab, tmp_path) as made:
        apis = [Api(made.url, token, lab.pki.ca) for token in (first, second)]
        assert [status(api) for api in apis] == [401, 401]
        for hashes, expected in (([first_hash], [200, 401]), ([first_hash, second_hash], [200, 200]),
                                 ([second_hash], [401, 200]), ([], [401, 401])):
            def change(config, hashes=hashes):
                others = [{"id": "changing", "token-sha256": hashes}] if hashes else []
                config["clients"] = config["clients"][:1] + others
            reload(made, change)
            assert [status(api) for api in apis] == expected


def test_a_revoked_token_counts_on_open_connections_too(lab, tmp_path):
    token, token_hash = new_token()
    with under_load(lab, tmp_path) as made:
        reload(made, lambda config: config["clients"].append({"id": "gone", "token-sha256": [token_hash]}))
        api = Api(made.url, token, lab.pki.ca)
        link = api.connection()
        assert api.request("POST", api.path, json.dumps(ASK), connection=link).status == 200
        reload(made, lambda config: config["clients"].pop())
        assert api.request("POST", api.path, json.dumps(ASK), connection=link).status == 401
        link.close()


def ca_of(lab, folder):
    return Authority(folder, lab.pki.ca, lab.pki.folder / "ca.key")


def test_a_rotated_public_certificate(lab, tmp_path):
    rotated = ca_of(lab, tmp_path / "rotated").issue("server", f"IP:{lab.coordinator_address}", "serverAuth")
    with under_load(lab, tmp_path) as made:
        before = shown_serial(made)
        reload(made, lambda config: config["tls"].update(rotated))
        assert shown_serial(made) != before


def heard(made, name):
    """What a perspective says when it is waited for; a pass need not wait for it, so ask until it has been."""
    def ask():
        answer = made.api.post(ASK)
        assert answer["ok"] is True
        return answer["perspectives"].get(name)
    return wait_for(f"{name} to be waited for", ask)["outcome"]


def second_agent(lab, tmp_path, name, **changes):
    """A perspective's agent once more, not started yet."""
    agent = lab.make_agent(next(place for place in PLACES if place.id == name), tmp_path)
    edit(agent, lambda config: config.update(changes))
    return agent


def test_a_rotated_coordinator_certificate(lab, tmp_path):
    """The new one has one more name, the only one that nrt takes."""
    name = "mpicd://coordinator/next"
    rotated = ca_of(lab, tmp_path / "rotated").issue("coordinator", f"URI:{Pki.COORDINATOR_SAN},URI:{name}",
                                                     "clientAuth")
    agent = second_agent(lab, tmp_path, "nrt", coordinators=[name])
    try:
        agent.launch().ready()
        with under_load(lab, tmp_path, urls=lab.urls(nrt=agent.url)) as made:
            assert heard(made, "nrt") in ("misconfigured", "unreachable")
            reload(made, lambda config: config["agents"].update(rotated))
            assert heard(made, "nrt") == "corroborates"
    finally:
        agent.stop()


def test_a_rotated_agent_certificate(lab, tmp_path):
    """The agent has been given one that the roster does not know; a reload there puts it right."""
    authority = ca_of(lab, tmp_path / "rotated")
    wrong, right = (authority.issue(name, f"URI:{Pki.san(name)}", "serverAuth") for name in ("gru", "nrt"))
    agent = second_agent(lab, tmp_path, "nrt")
    edit(agent, lambda config: config["tls"].update(wrong))
    try:
        agent.launch().ready()
        with under_load(lab, tmp_path, urls=lab.urls(nrt=agent.url)) as made:
            assert heard(made, "nrt") == "misconfigured"
            reload(agent, lambda config: config["tls"].update(right))
            assert heard(made, "nrt") == "corroborates"
            reload(agent, lambda config: config["tls"].update(wrong))  # connections made before stay
            reload(made, lambda config: None)  # these are new
            assert heard(made, "nrt") == "misconfigured"
    finally:
        agent.stop()


def test_a_changed_roster(lab, tmp_path):
    with under_load(lab, tmp_path) as made:
        whole = json.loads(made.file.read_text())["perspectives"]
        for gone in ("jnb", "gru", None, "nrt"):
            reload(made, lambda config, gone=gone: config.update(
                perspectives=[entry for entry in whole if entry["id"] != gone]))
            answer = made.api.post(ASK)
            assert answer["ok"] is True
            assert answer["quorum"]["remotes"] == (4 if gone else 5)
            assert gone not in answer["perspectives"].keys() | set(answer.get("pending", []))
            listed = {entry["id"] for entry in json.loads(made.admin("/perspectives")[1])["perspectives"]}
            assert listed == {entry["id"] for entry in whole} - {gone}


@pytest.mark.parametrize("change,word", [
    (lambda config: config.update(perspectives=config["perspectives"][:3]), "perspectives"),
    (lambda config: config["tls"].update(certificate="/nowhere.pem"), "/nowhere.pem"),
    (lambda config: config["tls"].update(key=config["agents"]["key"]), "private key"),
    (lambda config: config["clients"].append({"id": "x", "token-sha256": ["short"]}), "clients[1]"),
], ids=["roster-too-small", "no-certificate", "key-of-another", "bad-hash"])
def test_a_reload_that_cannot_be_is_refused_whole(lab, tmp_path, change, word):
    """All or nothing: a good token beside the mistake is not taken over either."""
    token, token_hash = new_token()
    with under_load(lab, tmp_path) as made:
        edit(made, lambda config: config["clients"][0]["token-sha256"].append(token_hash))
        edit(made, change)
        made.process.reload("reload-refused")
        line = [line for line in made.process.output().splitlines() if "reload-refused" in line][-1]
        assert word in line, line
        assert status(Api(made.url, token, lab.pki.ca)) == 401


def test_many_reloads_in_a_row(lab, tmp_path):
    """Faster than anyone would: signals may fall together, the last state holds."""
    token, token_hash = new_token()
    with under_load(lab, tmp_path) as made:
        for _ in range(20):
            made.process.reload("reloaded")
        reload(made, lambda config: config["clients"].append({"id": "last", "token-sha256": [token_hash]}))
        assert status(Api(made.url, token, lab.pki.ca)) == 200

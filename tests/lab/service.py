# SPDX-License-Identifier: Apache-2.0
"""mpicd itself: certificates by `mpicd pki init`, an agent on each perspective's host, a coordinator at the CA, and
the pipeline that asks it."""

import http.client
import json
import re
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from string import Template

from namespaces import connect, inside
from running import Role, mpicd, new_token

CONFIG = Path(__file__).with_name("config")
AGENT_PORT, API_PORT, ADMIN_PORT = 8444, 8443, 9443
PATH = "/mpic/draft-00"
CLIENT_SECONDS = 40


@dataclass
class Answer:
    """What the API said, and how long it took. A transport failure has status 0."""

    status: int
    body: dict
    seconds: float

    @property
    def ok(self):
        return self.body.get("ok") is True

    @property
    def code(self):
        return "ok" if self.ok else self.body.get("code", "")

    @property
    def diagnoses(self):
        return [diagnosis["code"] for diagnosis in self.body.get("diagnosis", [])]

    def outcome(self, perspective):
        """Of one perspective, "pending" when the decision did not wait for it."""
        report = self.body.get("perspectives", {}).get(perspective)
        return "pending" if report is None else report["outcome"]

    def dcv(self, perspective):
        """What the perspective reports about domain control; empty when it has not reported."""
        return self.body.get("perspectives", {}).get(perspective, {}).get("dcv", {})


class Service:
    def __init__(self, topology, folder):
        self.topology, self.folder = topology, folder / "mpicd"
        self.folder.mkdir()
        self.pki, self.journal = self.folder / "pki", self.folder / "journal"
        self.agents, self.coordinator = {}, None
        self.agents_made = 0
        self.address = topology.hosts["coordinator"].ipv4
        self.token, self.token_hash = None, None
        self.tls = None

    def prepare(self):
        """Certificates, a token and the configurations."""
        perspectives = [word for host in self.topology.perspectives for word in ("--perspective", host.name)]
        _succeed("pki", "init", self.pki, *perspectives, "--host", self.address)
        self.token, self.token_hash = new_token()
        (self.folder / "token").write_text(self.token + "\n")
        self.tls = ssl.create_default_context(cafile=self.pki / "ca.pem")
        file = self.folder / "coordinator.json"
        file.write_text(Template((CONFIG / "coordinator.json").read_text()).substitute(
            listen=f"{self.address}:{API_PORT}", pki=self.pki, token_hash=self.token_hash, journal=self.journal,
            perspectives=json.dumps([self._seat(host) for host in self.topology.perspectives], indent=4)))
        self.coordinator = Role("coordinator", ["coordinator", "--config", file], self.folder)

    def _seat(self, host):
        place = self.topology.place_of(host.name)
        where = {"rir": place.rir, "latitude": place.latitude, "longitude": place.longitude}
        return {"id": host.name, "role": host.perspective, **where, "url": f"https://{host.ipv4}:{AGENT_PORT}",
                "identity": f"mpicd://perspective/{host.name}",
                "resolver": {"id": f"{host.name}-unbound", **where}}

    def start(self):
        for host in self.topology.perspectives:
            self.agents[host.name] = self._new_agent(host.name)
        for agent in self.agents.values():
            _ready(agent)
        with inside("coordinator"):
            self.coordinator.start()
        self.coordinator.wait_until(lambda: "coordinator-ready" in self.coordinator.output())

    def _new_agent(self, name):
        self.agents_made += 1
        agent = Role(f"agent-{name}-{self.agents_made}", ["perspective", "--config", CONFIG / "perspective.json"],
                     self.folder, {"MPICD_PERSPECTIVE": name, "MPICD_CONFIG": str(self.folder)})
        with inside(name):
            return agent.start()

    def upgrade(self, name):
        """The new agent first, on the same port; once it is ready the old one is told to finish what it has."""
        new = self._new_agent(name)
        _ready(new)
        self.agents[name].stop()
        self.agents[name] = new

    def stop(self):
        for daemon in (self.coordinator, *self.agents.values()):
            if daemon is not None:
                daemon.stop()

    def ask(self, question):
        """Asks the coordinator as the pipeline does: one connection for one question."""
        start = time.monotonic()
        link = http.client.HTTPSConnection(self.address, API_PORT, timeout=CLIENT_SECONDS, context=self.tls)
        try:
            plain = connect("pipeline", self.address, API_PORT, CLIENT_SECONDS)
            link.sock = self.tls.wrap_socket(plain, server_hostname=self.address)
            link.request("POST", PATH, json.dumps(question), {
                "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
            response = link.getresponse()
            return Answer(response.status, json.loads(response.read()), time.monotonic() - start)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(0, {"error": f"{type(error).__name__}: {error}"}, time.monotonic() - start)
        finally:
            link.close()

    def silent_perspectives(self):
        """Those that the coordinator's metrics call down."""
        with connect("coordinator", "127.0.0.1", ADMIN_PORT, 5) as plain:
            plain.sendall(b"GET /metrics HTTP/1.1\r\nHost: coordinator\r\nConnection: close\r\n\r\n")
            text = plain.makefile().read()
        up = dict(re.findall(r'^mpicd_perspective_up\{perspective="([^"]+)"\} (\d)', text, re.MULTILINE))
        return {name for name in self.agents if up.get(name) != "1"}

    def late_reports(self):
        """What perspectives said after the decision, as the journal has it: request id -> perspective -> record."""
        late = {}
        for line in mpicd("audit", "query", self.journal, "--json").stdout.splitlines():
            record = json.loads(line)["record"]
            if record["kind"] == "late":
                perspective = record["perspective"]
                late.setdefault(record["request-id"], {})[perspective["id"]] = perspective
        return late

    def verify_journal(self):
        _succeed("audit", "verify", self.journal)


def _ready(agent):
    agent.wait_until(lambda: "perspective-ready" in agent.output(), seconds=30)


def _succeed(*arguments):
    done = mpicd(*arguments)
    assert done.returncode == 0, f"mpicd {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
    return done.stdout

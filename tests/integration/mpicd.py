# SPDX-License-Identifier: Apache-2.0
"""The program under test: its configurations (all made here), its roles as processes, and a client.

The binary is $MPICD, by default build/release/mpicd."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from process import Process, free_port

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("MPICD", ROOT / "build" / "release" / "mpicd"))
LONG = bool(os.environ.get("MPICD_LONG"))  # tests/run.sh --all sets it: kill and soak tests take their time
SANITIZED = any(name.encode() in BINARY.read_bytes() for name in ("__asan_init", "__tsan_init")) \
    if BINARY.exists() else False
SANITIZER_SPOKE = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:")


@dataclass(frozen=True)
class Place:
    id: str
    role: str
    rir: str
    latitude: float
    longitude: float


PLACES = (
    Place("cdg", "primary", "RIPE NCC", 49.01, 2.55),
    Place("iad", "remote", "ARIN", 38.95, -77.46),
    Place("hel", "remote", "RIPE NCC", 60.32, 24.96),
    Place("nrt", "remote", "APNIC", 35.77, 140.39),
    Place("gru", "remote", "LACNIC", -23.44, -46.47),
    Place("jnb", "remote", "AFRINIC", -26.14, 28.25),
)
REMOTES = tuple(place.id for place in PLACES if place.role == "remote")


def run(*arguments, seconds=30, env=None):
    """One command to its end: a CompletedProcess with text output."""
    done = subprocess.run([str(BINARY), *map(str, arguments)], capture_output=True, text=True,
                          timeout=seconds, check=False, stdin=subprocess.DEVNULL,
                          env=None if env is None else os.environ | env)
    assert not any(word in done.stderr for word in SANITIZER_SPOKE), done.stderr
    return done


def new_token():
    """(token, its hash for the configuration)"""
    made = json.loads(run("token", "new", "--json").stdout)
    return made["token"], made["token-sha256"]


class Pki:
    """What `mpicd pki init` makes."""

    def __init__(self, folder, host):
        self.folder = Path(folder)
        arguments = [word for place in PLACES for word in ("--perspective", place.id)]
        done = run("pki", "init", self.folder, *arguments, "--host", host)
        assert done.returncode == 0, done.stderr

    def identity(self, name):
        return {"certificate": str(self.folder / f"{name}.pem"), "key": str(self.folder / f"{name}.key")}

    @property
    def ca(self):
        return str(self.folder / "ca.pem")

    @staticmethod
    def san(perspective):
        return f"mpicd://perspective/{perspective}"

    COORDINATOR_SAN = "mpicd://coordinator"


def perspective_config(pki, place, listen, resolver, source, http_port, probe=None, **changes):
    return {
        "id": place.id,
        "listen": listen,
        "tls": pki.identity(f"perspective-{place.id}") | {"ca": pki.ca},
        "coordinators": [Pki.COORDINATOR_SAN],
        "resolvers": [resolver],
        "source-address": source,
        "dns": {"try-ms": 1500} | ({} if probe is None else {
            "require-dnssec-validation": True, "probe-good": probe[0], "probe-bogus": probe[1]}),
        "test-network": {"allow-special-purpose": ["127.0.0.0/8"], "http-port": http_port},
        "log": {"level": "info"},
    } | changes


def coordinator_config(pki, listen, admin, urls, token_hash, audit_folder, **changes):
    """`urls` maps a perspective's id to its agent's URL; those without one are not in the roster."""
    def entry(place):
        where = {"rir": place.rir, "latitude": place.latitude, "longitude": place.longitude}
        return {"id": place.id, "role": place.role, "url": urls[place.id],
                "identity": Pki.san(place.id), **where, "resolver": {"id": f"r-{place.id}", **where}}
    return {
        "listen": listen,
        "tls": pki.identity("server"),
        "admin": {"listen": admin},
        "perspectives": [entry(place) for place in PLACES if place.id in urls],
        "agents": pki.identity("coordinator") | {"ca": pki.ca},
        "clients": [{"id": "tests", "token-sha256": [token_hash]}],
        "audit": {"folder": str(audit_folder)},
        "timeouts": {"request-ms": 8000},
        "log": {"level": "info"},
    } | changes


class Role(Process):
    """A daemon of ours. A stop must be clean: exit 0, and no word from a sanitizer."""

    def __init__(self, name, arguments, folder, env=None):
        super().__init__(name, [BINARY, *arguments], folder, env)

    def reload(self, event):
        """SIGHUP, until the log says `event` once more."""
        said = self.output().count(event)
        self.signal(signal.SIGHUP)
        self.wait_until(lambda: self.output().count(event) > said)

    def stop(self, seconds=20.0):
        code = super().stop(seconds)
        output = self.output()
        assert not any(word in output for word in SANITIZER_SPOKE), output
        assert code in (0, None), f"{self.name} ended with {code}:\n{output}"
        return code


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    text: str
    seconds: float

    @property
    def json(self):
        return json.loads(self.text)


class Api:
    """A client of the public API: one connection per call unless kept."""

    def __init__(self, url, token, ca_file):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.path = parts.hostname, parts.port, parts.path
        self.token = token
        self.tls = ssl.create_default_context(cafile=ca_file)

    def connection(self, seconds=30):
        return http.client.HTTPSConnection(self.host, self.port, timeout=seconds, context=self.tls)

    def request(self, method, path, body=None, headers=None, connection=None):
        """Anything at all. `headers` replace the usual ones."""
        link = connection or self.connection()
        usual = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        start = time.monotonic()
        try:
            link.request(method, path, body, usual if headers is None else headers)
            response = link.getresponse()
            text = response.read().decode()
        finally:
            if connection is None:
                link.close()
        return Reply(response.status, response.headers, text, time.monotonic() - start)

    def call(self, body):
        """A request to be corroborated, as a Reply."""
        return self.request("POST", self.path, body if isinstance(body, (str, bytes)) else json.dumps(body))

    def post(self, body):
        """A request to be corroborated: the JSON of its answer, which must be 200."""
        reply = self.call(body)
        assert reply.status == 200, f"{reply.status} {reply.text}"
        return reply.json


class Coordinator:
    """A coordinator with one client, "tests", and its token. `changes` are keys of its configuration."""

    def __init__(self, folder, pki, address, urls, name="coordinator", **changes):
        self.folder = Path(folder) / name
        self.folder.mkdir()
        self.token, token_hash = new_token()
        self.address, self.port, self.admin_port = address, free_port(address), free_port(address)
        config = coordinator_config(pki, f"{address}:{self.port}", f"{address}:{self.admin_port}", urls,
                                    token_hash, self.folder / "audit", **changes)
        self.file = self.folder / "coordinator.json"
        self.file.write_text(json.dumps(config, indent=2))
        self.process = Role(name, ["coordinator", "--config", self.file], self.folder)
        self.url = f"https://{address}:{self.port}{config.get('base-path', '')}/mpic/draft-00"
        self.api = Api(self.url, self.token, pki.ca)

    def start(self):
        self.process.start()
        self.process.wait_until(lambda: "coordinator-ready" in self.process.output())
        return self

    def stop(self):
        """Whatever it has been through, its audit log must be in order."""
        self.process.stop()
        if not (self.folder / "audit").exists():
            return  # it never started
        verified = run("audit", "verify", self.folder / "audit", seconds=600)  # a bench leaves gigabytes
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def admin(self, path):
        link = http.client.HTTPConnection(self.address, self.admin_port, timeout=10)
        try:
            link.request("GET", path)
            response = link.getresponse()
            return response.status, response.read().decode()
        finally:
            link.close()


class Agent:
    def __init__(self, folder, pki, place, address, resolver, http_port, **changes):
        self.folder = Path(folder) / f"perspective-{place.id}"
        self.folder.mkdir()
        self.place, self.address, self.port = place, address, free_port(address)
        config = perspective_config(pki, place, f"{address}:{self.port}", resolver, address, http_port,
                                    **changes)
        self.file = self.folder / "perspective.json"
        self.file.write_text(json.dumps(config, indent=2))
        self.process = Role(place.id, ["perspective", "--config", self.file], self.folder)
        self.url = f"https://{address}:{self.port}"
        self.starts = 0

    def launch(self):
        """Starts without waiting, so that several come up side by side."""
        self.starts += 1
        self.process.start()
        return self

    def ready(self):
        self.process.wait_until(lambda: self.process.output().count("perspective-ready") == self.starts)
        return self

    def stop(self):
        self.process.stop()


class Dev:
    """`mpicd dev` with what its ready file says, and its challenge-test target."""

    def __init__(self, folder, *arguments):
        self.folder = Path(folder)
        self.ready_file = self.folder / "ready.json"
        self.process = Role("dev", ["dev", "--port", "0", "--ready-file", self.ready_file, *arguments],
                            self.folder)
        self.ready = None
        self.api = None

    def start(self):
        self.process.start()
        self.process.wait_until(self.ready_file.exists)
        self.ready = json.loads(self.ready_file.read_text())
        self.api = Api(self.ready["url"], self.ready["token"], self.ready["ca-file"])
        return self

    def stop(self):
        self.process.stop()

    def manage(self, method, path, body=None):
        """A call of the target's management API: (status, JSON)."""
        link = http.client.HTTPConnection(urllib.parse.urlsplit(self.ready["target-url"]).netloc, timeout=10)
        try:
            link.request(method, path, None if body is None else json.dumps(body))
            response = link.getresponse()
            return response.status, json.loads(response.read())
        finally:
            link.close()

    def put(self, path, /, **body):
        """Keywords are the body's keys, underscores for hyphens."""
        status, answer = self.manage("PUT", path, {key.replace("_", "-"): value
                                                   for key, value in body.items()})
        assert status == 200, answer

    def requests(self):
        return self.manage("GET", "/requests")[1]["requests"]

    def reset(self):
        assert self.manage("DELETE", "/")[0] == 200

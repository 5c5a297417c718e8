# SPDX-License-Identifier: Apache-2.0
"""Clients that ask without pause and write down what they were told, each in a log of its own; and the
decisions that a journal has, to hold against them."""

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import CA
from process import wait_for

RETRY_SECONDS = 0.02  # before a client tries again to reach a service that is not there

POLICY = {"caa-policy": {"issuer-domains": [CA]}}
# What is asked, and the only right `ok`.
QUESTIONS = (
    ({"method": "caa", "domain": "www.plain.test"} | POLICY, True),
    ({"method": "caa", "domain": "locked.test"} | POLICY, False),
    ({"method": "dns", "domain": "www.plain.test", "prefix": "_acme-challenge", "record-type": "TXT",
      "expected": "token-plain"} | POLICY, True),
    ({"method": "caa", "domain": "deep.down.plain.test"} | POLICY, True),
)


@dataclass(frozen=True)
class Told:
    """One request as its client saw it: an HTTP status with `ok` and `code`, or how the connection broke."""
    id: str
    expected: bool
    status: int = 0
    ok: bool | None = None
    code: str = ""
    retry_after: str = ""
    broken: str = ""

    @property
    def right(self):
        return self.status == 200 and self.ok is self.expected


class Client(threading.Thread):
    """Asks over one kept connection, and makes a new one after `per_connection` requests or when it broke."""

    def __init__(self, api, name, log, stopping, go, per_connection, pause):
        super().__init__(daemon=True)
        self.api, self.name, self.log, self.stopping, self.go = api, name, log, stopping, go
        self.per_connection, self.pause = per_connection, pause
        self.link = None

    def run(self):
        with open(self.log, "a", encoding="utf-8", buffering=1) as log:
            number = 0
            while not self.stopping.is_set():
                body, expected = QUESTIONS[number % len(QUESTIONS)]
                seen = self.ask(f"{self.name}-{number}", body, expected)
                number += 1
                log.write(json.dumps(vars(seen)) + "\n")
                if seen.broken or number % self.per_connection == 0:
                    self.hang_up()
                pause = RETRY_SECONDS if seen.broken else self.pause
                if pause:
                    self.stopping.wait(pause)
                self.go.wait()
        self.hang_up()

    def ask(self, request_id, body, expected):
        try:
            self.link = self.link or self.api.connection(seconds=60)
            reply = self.api.request("POST", self.api.path, json.dumps(body | {"request-id": request_id}),
                                     connection=self.link)
            answer = reply.json
            return Told(request_id, expected, reply.status, answer.get("ok"), answer.get("code", ""),
                        reply.headers.get("Retry-After", ""))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Told(request_id, expected, broken=f"{type(error).__name__}: {error}")

    def hang_up(self):
        if self.link:
            self.link.close()
            self.link = None


class Load:
    """`with Load(api, folder) as load:` asks until the block ends; each client waits `pause` seconds between an
    answer and the next question."""

    runs = 0  # request ids differ from run to run

    def __init__(self, api, folder, clients=4, per_connection=1000, pause=0.0):
        Load.runs += 1
        self.folder = Path(folder) / f"load-{Load.runs}"
        self.folder.mkdir(parents=True)
        self.stopping, self.go = threading.Event(), threading.Event()
        self.go.set()
        self.clients = [Client(api, f"load-{Load.runs}-{n}", self.folder / f"{n}.jsonl", self.stopping,
                               self.go, per_connection, pause) for n in range(clients)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @contextmanager
    def resting(self):
        """Nobody asks anything new meanwhile."""
        self.go.clear()
        try:
            yield
        finally:
            self.go.set()

    def stop(self):
        self.stopping.set()
        self.go.set()
        until = time.monotonic() + 90
        for client in self.clients:
            client.join(max(0.0, until - time.monotonic()))
            assert not client.is_alive(), f"{client.name} never got its answer"

    def told(self):
        """All that the clients have written down so far."""
        out = []
        for client in self.clients:
            if client.log.exists():
                whole = client.log.read_text(encoding="utf-8").rpartition("\n")[0]
                out += [Told(**json.loads(line)) for line in whole.splitlines()]
        return out

    def wait_for_more(self, count, what=lambda told: told.status == 200, seconds=60.0):
        """Until `count` more answers of this kind have come."""
        before = sum(map(what, self.told()))
        wait_for(f"{count} more answers", lambda: sum(map(what, self.told())) >= before + count, seconds)

    def statuses(self):
        return Counter(told.status for told in self.told())

    def nothing_failed(self):
        """Every answer so far is right."""
        wrong = [told for told in self.told() if not told.right]
        assert not wrong, f"{len(wrong)} of {len(self.told())}: {wrong[:5]}"


class Decisions:
    """The decision records of a journal by request id, read as it grows."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.read = Counter()  # octets of each segment
        self.ok = {}

    def refresh(self):
        for segment in sorted(self.folder.glob("journal-*.jsonl")):
            with open(segment, "rb") as file:
                file.seek(self.read[segment.name])
                whole = file.read().rpartition(b"\n")
            self.read[segment.name] += len(whole[0]) + len(whole[1])
            for line in whole[0].splitlines():
                record = json.loads(line)["record"]
                if record["kind"] == "decision":
                    assert record["request-id"] not in self.ok, f"decided twice: {record['request-id']}"
                    self.ok[record["request-id"]] = record["ok"]
        return self.ok

    def missing(self, told):
        """Those whose client has an answer that the journal does not have, or has otherwise."""
        answered = [one for one in told if one.status == 200]
        self.refresh()
        return [one for one in answered if self.ok.get(one.id) is not one.ok]

# SPDX-License-Identifier: Apache-2.0
"""Load from wrk, which is not ours. Every answer is looked at, and what a load cost is read from the kernel."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from stand import CA, NAMES, PROOF
from usage import Stopwatch

SCRIPT = Path(__file__).with_name("load.lua")
POLICY = {"issuer-domains": [CA]}
ASKS_CAA = '"caa":{"domain":"bench.test","records":["AAVpc3N1ZWNhLmV4YW1wbGU="]}'

METHODS = {
    "caa": ({"method": "caa", "domain": "w{i}.bench.test"}, True),
    "http": ({"method": "http", "domain": "w{i}.bench.test", "path": "/proof", "expected": PROOF, "caa": False},
             False),
    "http+caa": ({"method": "http", "domain": "w{i}.bench.test", "path": "/proof", "expected": PROOF,
                  "caa-policy": POLICY}, True),
    "dns": ({"method": "dns", "domain": "w{i}.bench.test", "prefix": "_proof", "record-type": "TXT",
             "expected": PROOF, "caa": False}, False),
}


@dataclass
class Load:
    """What one run of the generator brought. Latencies in milliseconds, CPU in seconds by process."""
    seconds: float
    right: int
    wrong: int
    broken: int
    late: int
    p50: float
    p99: float
    longest: float
    sample: str
    cpu: dict = field(default_factory=dict)

    @property
    def failed(self):
        return self.wrong + self.broken + self.late

    @property
    def per_second(self):
        return self.right / self.seconds

    def cpu_ms(self, name=None):
        """Per answer: of one process, or of all."""
        return 1000 * (sum(self.cpu.values()) if name is None else self.cpu[name]) / max(self.right, 1)


class Generator:
    """Writes what wrk asks and must find, once for each method."""

    def __init__(self, folder):
        self.folder = folder

    def files(self, method, needles):
        question, caa = METHODS[method]
        bodies = self.folder / f"{method}.bodies"
        if not bodies.exists():
            text = json.dumps(question, separators=(",", ":"))
            bodies.write_text("".join(text.replace("{i}", str(i)) + "\n" for i in range(NAMES)))
        wanted = self.folder / f"{method}-{len(needles)}.needles"
        wanted.write_text("".join(f"{needle}\n" for needle in needles + ([ASKS_CAA] if caa and needles[1:] else [])))
        return bodies, wanted

    def start(self, url, token, method, in_flight, seconds, needles):
        bodies, wanted = self.files(method, needles)
        return subprocess.Popen(
            ["wrk", "-t1", f"-c{in_flight}", f"-d{seconds}s", "--timeout", "25s", "-s", SCRIPT, url, "--", token,
             bodies, wanted], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    @staticmethod
    def finish(process):
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 0 and "\nRESULT\t" in out, out
        words = out.rpartition("\nRESULT\t")[2].rstrip("\n").split("\t")
        numbers = [float(word) for word in words[:8]]
        return Load(numbers[0] / 1e6, *map(int, numbers[1:5]), *(n / 1000 for n in numbers[5:8]), words[8])

    def ask_unit(self, unit, in_flight, seconds):
        """The unit's load: the same question, the static answer."""
        watch = Stopwatch({"nginx": unit.process.popen.pid})
        load = self.finish(self.start(unit.url, "none", "caa", in_flight, seconds, [unit.BODY]))
        load.cpu = watch.elapsed()
        check(load)
        return load

    def start_asking(self, coordinator, method, in_flight, seconds):
        needles = ['{"ok":true,"success":true,', '"result":"']
        return self.start(coordinator.url, coordinator.token, method, in_flight, seconds, needles)

    def ask(self, coordinator, processes, method, in_flight, seconds):
        """A load on a coordinator; `processes` are those whose CPU counts."""
        watch = Stopwatch(processes)
        load = self.finish(self.start_asking(coordinator, method, in_flight, seconds))
        load.cpu = watch.elapsed()
        check(load)
        return load


def check(load):
    assert load.failed == 0 and load.right > 0, f"wrong answers: {load}"

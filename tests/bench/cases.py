# SPDX-License-Identifier: Apache-2.0
"""The cases: which load on which coordinator, and what is taken from it."""

import json
import signal
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from load import Generator, METHODS
from stand import PLACES, Unit
from usage import connections_to, rss_mib

UNIT_DRIFT = 0.15
FLOOR = Path(__file__).resolve().parents[2] / "build" / "release" / "tests" / "bench_floor"


@dataclass
class Times:
    """Seconds of each load; how often a pair that is compared is repeated."""
    unit: int
    case: int
    pairs: int
    frozen: int


QUICK = Times(unit=4, case=6, pairs=2, frozen=20)
FULL = Times(unit=8, case=6, pairs=3, frozen=20)


def say(text):
    print(text, flush=True)


class Bench:
    """One run: a stand, coordinators as they are needed, and a row for each load."""

    def __init__(self, stand, folder, times):
        self.stand, self.times = stand, times
        self.generator = Generator(folder)
        self.unit = stand.keep(Unit(folder, stand.addresses.new())).start()
        self.rows, self.warnings, self.units, self.unit_p50 = [], [], [], []
        self.known = {}

    def coordinator(self, remotes, fsync="interval"):
        if (remotes, fsync) not in self.known:
            self.known[remotes, fsync] = self.stand.coordinator(remotes, fsync).start()
            # The first requests of a process make its connections; they are not what is measured.
            self.load("caa", remotes, 64, fsync, seconds=2, keep=False)
        return self.known[remotes, fsync]

    def measure_unit(self):
        at_64 = self.generator.ask_unit(self.unit, 64, self.times.unit)
        alone = self.generator.ask_unit(self.unit, 1, max(self.times.unit // 2, 2))
        self.units.append(at_64.cpu_ms())
        self.unit_p50.append(alone.p50)
        say(f"nginx: U = {at_64.cpu_ms() * 1000:.1f} µs, {at_64.per_second:.0f}/s; one in flight "
            f"{alone.cpu_ms() * 1000:.1f} µs, p50 {alone.p50:.3f} ms")

    def floor(self, remotes):
        """What all perspectives' lookups cost when a program does nothing else, in U: the system calls alone.
        Nothing where it was not built."""
        if not FLOOR.exists():
            return {}
        unbound = next(iter(self.stand.unbounds.values()))
        asked = [unbound.address, unbound.port, self.stand.web, self.stand.nginx.port, self.times.unit // 2]
        done = subprocess.run([FLOOR, *map(str, asked)], capture_output=True, text=True, timeout=60, check=True)
        us = json.loads(done.stdout)
        say(f"system calls of a perspective's lookups: caa {us['caa-us']:.1f} µs, http+caa {us['http-caa-us']:.1f} µs")
        return {f"{name}_floor_units": us[key] * (remotes + 1) / (1000 * self.units[-1])
                for name, key in (("caa", "caa-us"), ("http_caa", "http-caa-us"))}

    def settle_unit(self):
        """U is the mean of before and after; a drift means that the machine was not the same."""
        first, last = self.units[0], self.units[-1]
        if max(first, last) > (1 + UNIT_DRIFT) * min(first, last):
            self.warnings.append(f"U was {first * 1000:.1f} µs before and {last * 1000:.1f} µs after: "
                                 "something else was using this machine")
        self.u = statistics.mean(self.units)
        for row in self.rows:
            row["cpu-units"] = round(row["cpu-ms"] / self.u, 2)

    def load(self, method, remotes, in_flight, fsync="interval", seconds=None, keep=True):
        coordinator = self.known[remotes, fsync] if not keep else self.coordinator(remotes, fsync)
        processes = self.stand.processes(coordinator, remotes)
        load = self.generator.ask(coordinator, processes, method, in_flight, seconds or self.times.case)
        if keep:
            self.keep_row(load, method, remotes, in_flight, fsync, processes)
        return load

    def keep_row(self, load, method, remotes, in_flight, fsync, processes):
        agents = [place.id for place in PLACES[:remotes + 1]]
        row = {"method": method, "remotes": remotes, "in-flight": in_flight, "fsync": fsync,
               "per-second": round(load.per_second, 1), "p50-ms": round(load.p50, 3),
               "p99-ms": round(load.p99, 3), "cpu-ms": round(load.cpu_ms(), 4),
               "coordinator-cpu-ms": round(load.cpu_ms("coordinator"), 4),
               "agent-cpu-ms": round(sum(map(load.cpu_ms, agents)) / len(agents), 4),
               "cpu-ms-by-process": {name: round(load.cpu_ms(name), 4) for name in processes},
               "rss-mib": {name: round(rss_mib(pid), 1) for name, pid in processes.items()},
               "right": load.right, "failed": load.failed}
        self.rows.append(row)
        say(f"{method:9} {remotes:2} remotes {in_flight:3} in flight {fsync:8} {load.per_second:7.0f}/s  "
            f"p50 {load.p50:8.2f}  p99 {load.p99:8.2f} ms  CPU {load.cpu_ms():.3f} ms "
            f"≈ {load.cpu_ms() / self.units[-1]:.0f} U (coordinator {row['coordinator-cpu-ms']:.3f}, "
            f"each agent {row['agent-cpu-ms']:.3f})")
        return row

    def row(self, method, remotes, in_flight, fsync="interval"):
        """Of several runs of one case the one in the middle."""
        rows = [row for row in self.rows if (row["method"], row["remotes"], row["in-flight"], row["fsync"])
                == (method, remotes, in_flight, fsync)]
        return sorted(rows, key=lambda row: row["cpu-ms"])[(len(rows) - 1) // 2]

    def fsync_cost(self, remotes):
        """1 − throughput with `always` / with `interval`, the two by turns."""
        rates = {"always": [], "interval": []}
        for _ in range(self.times.pairs):
            for fsync, seen in rates.items():
                seen.append(self.load("caa", remotes, 64, fsync).per_second)
        return 1 - statistics.median(rates["always"]) / statistics.median(rates["interval"])

    def cold_start(self, remotes, times=5):
        """Milliseconds from the start of a coordinator's process to its first right answer, the agents being
        there: the median. Asked anew every millisecond until somebody listens."""
        question = METHODS["caa"][0] | {"domain": "w1.bench.test"}
        taken = []
        for _ in range(times):
            coordinator = self.stand.coordinator(remotes)
            start = time.monotonic()
            coordinator.process.start()
            while True:
                try:
                    answer = coordinator.api.post(question)
                    break
                except ConnectionRefusedError:
                    time.sleep(0.001)
                assert time.monotonic() - start < 20, coordinator.process.output()
            taken.append(1000 * (time.monotonic() - start))
            assert answer["ok"] and answer["caa"]["domain"] == "bench.test", answer
            coordinator.stop()
        return statistics.median(taken)


class Frozen:
    """One remote stands still under load (SIGSTOP), and goes on again."""

    def __init__(self, bench, remotes):
        self.bench, self.remotes = bench, remotes
        self.coordinator = bench.coordinator(remotes)
        self.agent = bench.stand.agents[PLACES[remotes].id]
        self.pid = self.coordinator.process.popen.pid
        self.connections = self.rss = 0

    def run(self):
        healthy = self.bench.load("caa", self.remotes, 64)
        load = self.during_the_frost(self.bench.times.frozen)
        recovery = self.recovery()
        return {"frozen_p50_ratio": load.p50 / healthy.p50, "frozen_failed": load.failed,
                "frozen_recovery_s": recovery, "frozen_per_second_ratio": load.per_second / healthy.per_second,
                "frozen_connections": self.connections, "frozen_rss_mib": self.rss}

    def during_the_frost(self, seconds):
        generator = self.bench.generator
        self.agent.process.signal(signal.SIGSTOP)
        try:
            running = generator.start_asking(self.coordinator, "caa", 64, seconds)
            watcher = threading.Thread(target=self.watch, args=(running,))
            watcher.start()
            load = generator.finish(running)
            watcher.join()
        except BaseException:
            self.agent.process.signal(signal.SIGCONT)
            raise
        say(f"one remote frozen: {load.per_second:.0f}/s, p50 {load.p50:.2f} ms, {load.failed} failed, "
            f"{self.connections} connections to it, coordinator {self.rss:.0f} MiB; {load.sample}")
        return load

    def watch(self, running):
        """The most connections towards the frozen agent, and the most memory."""
        while running.poll() is None:
            self.connections = max(self.connections, connections_to(self.agent.address, self.agent.port))
            self.rss = max(self.rss, rss_mib(self.pid))
            time.sleep(0.2)

    def outcomes(self):
        """(corroborations counted, those of the remote that corroborate, those that do not)"""
        _, text = self.coordinator.admin("/metrics")
        total = well = ill = 0
        for line in text.splitlines():
            name, _, value = line.rpartition(" ")
            if name.startswith("mpicd_corroborations_total"):
                total += float(value)
            elif name.startswith("mpicd_perspective_outcomes_total") and \
                    f'perspective="{self.agent.place.id}"' in name:
                if 'outcome="corroborates"' in name:
                    well += float(value)
                else:
                    ill += float(value)
        return total, well, ill

    def recovery(self):
        """Seconds from SIGCONT, under load, until the remote corroborates again and every later answer of its
        does. Questions from before the SIGCONT may still run out; they count."""
        running = self.bench.generator.start_asking(self.coordinator, "caa", 64, 6)
        time.sleep(1)
        self.agent.process.signal(signal.SIGCONT)
        start = time.monotonic()
        _, first_well, last_ill = self.outcomes()
        recovered = None
        while running.poll() is None:
            now = time.monotonic() - start
            _, well, ill = self.outcomes()
            if ill > last_ill or (recovered is None and well > first_well):
                recovered = now
            last_ill = ill
            time.sleep(0.05)
        load = self.bench.generator.finish(running)
        assert load.failed == 0, load
        say(f"normal again {recovered:.2f} s after SIGCONT" if recovered is not None else "never normal again")
        return 1e9 if recovered is None else recovered

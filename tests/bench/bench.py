# SPDX-License-Identifier: Apache-2.0
"""Measures the release binary: see docs/performance.md. Started by run.sh."""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

import mpicd  # noqa: E402
import plot  # noqa: E402
import waiting_room  # noqa: E402
from cases import FULL, QUICK, Bench, Frozen, say  # noqa: E402
from process import Process  # noqa: E402
from stand import PLACES, Stand  # noqa: E402
from usage import rss_mib  # noqa: E402

METHODS = ("caa", "http", "dns", "http+caa")
POLICY_NEEDS_5 = "2026-12-15"  # BR 3.2.2.9: from then on four remotes are too few to ask


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what the targets need, in under 4 minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything that was measured")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="CPU and throughput as SVG")
    parser.add_argument("--only", choices=("caa", "frozen", "waiting-room"), help="one part, while working on it")
    return parser.parse_args()


def machine():
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(),
            "date": time.strftime("%Y-%m-%d", time.gmtime()), "load-average": os.getloadavg()[0],
            "binary": mpicd.run("--version").stdout.splitlines()[0]}


def fewest_remotes():
    return 4 if time.strftime("%Y-%m-%d", time.gmtime()) < POLICY_NEEDS_5 else 5


def target_cases(bench, few):
    """The rows that the targets speak of, and what follows from them."""
    for method in ("caa", "http+caa"):
        bench.load(method, few, 64)
    bench.load("caa", few, 1)
    bench.load("caa", 12, 64)
    return {"fsync_cost": bench.fsync_cost(few)}


def all_cases(bench, few):
    for remotes in sorted({few, 5, 12}):
        for method in METHODS:
            for in_flight in (1, 16, 64, 256):
                bench.load(method, remotes, in_flight)
    for method in METHODS:
        for in_flight in (1, 16, 64, 256):
            bench.load(method, few, in_flight, "always")


def keys_of_rows(bench, few):
    """The keys that are ratios of rows. U is known by now."""
    caa = bench.row("caa", few, 64)
    twelve = bench.row("caa", 12, 64)
    alone = bench.row("caa", few, 1)
    return {
        "caa_cpu_units": caa["cpu-ms"] / bench.u,
        "http_caa_cpu_units": bench.row("http+caa", few, 64)["cpu-ms"] / bench.u,
        "caa_p50_ratio_c1": alone["p50-ms"] / statistics.mean(bench.unit_p50),
        "caa_p99_over_p50": caa["p99-ms"] / caa["p50-ms"],
        "scale_12_over_4": twelve["cpu-ms"] / caa["cpu-ms"],
    }


def idle_rss(bench, few):
    """Of the agents, before any load but after one answer."""
    coordinator = bench.stand.coordinator(few).start()
    assert coordinator.api.post({"method": "caa", "domain": "w1.bench.test"})["ok"]
    processes = bench.stand.processes(coordinator, few)
    rss = {name: rss_mib(pid) for name, pid in processes.items()}
    coordinator.stop()
    return {"agent_rss_mib": max(value for name, value in rss.items() if name != "coordinator"),
            "coordinator_rss_mib": rss["coordinator"]}


def measure(bench, few, only, quick):
    keys = {}
    if only is None:
        keys |= idle_rss(bench, few)
        keys["cold_start_ms"] = bench.cold_start(few)
        say(f"cold start {keys['cold_start_ms']:.0f} ms; idle agent {keys['agent_rss_mib']:.1f} MiB")
    bench.measure_unit()
    if only in (None, "caa"):
        keys |= bench.floor(few)
        keys |= target_cases(bench, few)
        if not quick and only is None:
            all_cases(bench, few)
    if only in (None, "frozen"):
        keys |= Frozen(bench, few).run()
    bench.measure_unit()
    bench.settle_unit()
    if only in (None, "caa"):
        keys |= keys_of_rows(bench, few)
    return keys


def run(folder, chosen):
    few = fewest_remotes()
    result = {"machine": machine(), "remotes": few, "warnings": []}
    if few != 4:
        result["warnings"].append(f"since {POLICY_NEEDS_5} the policy asks {few} remotes at least: they are "
                                  "measured where the targets speak of 4")
    keys = {}
    if chosen.only != "waiting-room":
        stand = Stand(folder / "stand")
        (folder / "stand").mkdir()
        try:
            bench = Bench(stand.start(), folder / "stand", QUICK if chosen.quick else FULL)
            keys |= measure(bench, few, chosen.only, chosen.quick)
        finally:
            stand.stop()
        result |= {"unit-us": [1000 * u for u in bench.units], "unit-p50-ms-c1": bench.unit_p50, "cases": bench.rows}
        result["warnings"] += bench.warnings
    if chosen.only in (None, "waiting-room"):
        keys |= waiting_room.run(folder / "waiting-room", few)
    result["keys"] = {name: round(value, 3) for name, value in keys.items()}
    return result


def table(result):
    lines = [f"{result['machine']['cpu']}, {result['machine']['cores']} cores, {result['machine']['date']}; U = "
             + " and ".join(f"{u:.1f}" for u in result["unit-us"]) + " µs", "",
             "| case | remotes | in flight | fsync | per second | p50 ms | p99 ms | CPU ms | U | coordinator ms "
             "| agent ms | RSS MiB |", "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for row in result["cases"]:
        rss = row["rss-mib"]
        lines.append("| " + " | ".join(map(str, (
            row["method"], row["remotes"], row["in-flight"], row["fsync"], f"{row['per-second']:.0f}",
            f"{row['p50-ms']:.2f}", f"{row['p99-ms']:.2f}", f"{row['cpu-ms']:.3f}", f"{row['cpu-units']:.1f}",
            f"{row['coordinator-cpu-ms']:.3f}", f"{row['agent-cpu-ms']:.3f}",
            f"{rss['coordinator']:.0f} + {max(v for k, v in rss.items() if k != 'coordinator'):.0f} each"))) + " |")
    return "\n".join(lines)


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="mpicd-bench-"))
    try:
        result = run(folder, chosen)
    finally:
        for process in Process.started:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)
    if result.get("cases"):
        print("\n" + table(result))
        if chosen.plot:
            chosen.plot.write_text(plot.svg(result))
    for warning in result["warnings"]:
        print(f"warning: {warning}")
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result["keys"]))


if __name__ == "__main__":
    main()

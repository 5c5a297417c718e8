# SPDX-License-Identifier: Apache-2.0
"""The systemd units: right by systemd's own tools, narrow enough, and in step with program and configuration."""

import re
import subprocess

import pytest

import mpicd
from mpicd import ROOT, run

FOLDER = ROOT / "config" / "systemd"
UNITS = ("mpicd-coordinator.service", "mpicd-perspective.service")
LIMIT = 2.0  # of `systemd-analyze security`; 10 is the worst


def settings(unit):
    """{key: [values]} of a unit."""
    found = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", (FOLDER / unit).read_text(), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_it_right(unit, tmp_path):
    """With this run's binary in place of the installed one, which must exist for the check."""
    (tmp_path / unit).write_text((FOLDER / unit).read_text().replace("/usr/bin/mpicd", str(mpicd.BINARY)))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / unit], capture_output=True, text=True,
                          timeout=60)
    about_it = [line for line in done.stderr.splitlines() if unit in line]
    assert done.returncode == 0 and not about_it, done.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_it_is_confined(unit):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", FOLDER / unit], capture_output=True,
                          text=True, timeout=60)
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert score and float(score.group(1)) <= LIMIT, done.stdout


@pytest.mark.parametrize("unit", UNITS)
def test_its_commands_are_the_programs(unit):
    found = settings(unit)
    commands = [line.split() for key in ("ExecStart", "ExecReload") for line in found[key] if "mpicd" in line]
    assert len(commands) == 2
    for program, *words in commands:
        assert program == "/usr/bin/mpicd"
        known = run(*(word for word in words if not word.startswith(("-", "/"))), "--help")
        assert known.returncode == 0, known.stderr
        for option in (word for word in words if word.startswith("-")):
            assert re.search(rf"^ +{option} ", known.stdout, re.MULTILINE), f"{words}: no {option}"
    assert found["User"] == found["Group"] == ["mpicd"]
    assert re.search(r"^u mpicd ", (FOLDER / "mpicd.conf").read_text(), re.MULTILINE)


@pytest.mark.parametrize("role", ["coordinator", "perspective"])
def test_the_example_configuration_runs_in_it(role, tmp_path):
    """Its variables are those that the unit sets or the operator's environment file is said to have; what it writes is
    where the unit lets it."""
    found = settings(f"mpicd-{role}.service")
    text = (ROOT / "config" / f"{role}.json").read_text()
    given = dict(entry.split("=", 1) for entry in found["Environment"])
    manual = (ROOT / "docs" / "operations.md").read_text()
    for name in set(re.findall(r"\$\{(\w+)\}", re.sub(r"^ *//.*", "", text, flags=re.MULTILINE))):
        assert name in given or f"{name}=" in manual, f"who sets {name}?"
    assert given["MPICD_CONFIG"] == "/etc/mpicd"
    if role == "coordinator":
        folder = re.search(r'"audit": \{ "folder": "(.*?)"', text).group(1)
        assert folder.startswith(f"/var/lib/{found['StateDirectory'][0]}/")
    for port in re.findall(r'"listen": "[^"]*:(\d+)"', text):
        assert int(port) >= 1024, "the unit gives no capability for it"


@pytest.mark.parametrize("role, key", [("coordinator", "timeouts.drain-ms"), ("perspective", "drain-ms")])
def test_systemd_waits_longer_than_the_drain(role, key):
    manual = (ROOT / "docs" / "configuration.md").read_text().split("## Perspective")[role == "perspective"]
    drain_ms = int(re.search(rf"^\| `{key}` \|[^|]*\| `(\d+)` ", manual, re.MULTILINE).group(1))
    assert int(settings(f"mpicd-{role}.service")["TimeoutStopSec"][0]) * 1000 > drain_ms

# SPDX-License-Identifier: Apache-2.0
"""`mpicd config`: the shipped examples are right, the manual is the program's, and every error of a file is named
at once with its path."""

import json
import re

import pytest

import mpicd
from mpicd import PLACES, ROOT, Pki, coordinator_config, run

CONFIG = ROOT / "config"
NEIGHBOUR = next(place.id for place in PLACES if place.role == "remote" and place.rir == "RIPE NCC")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """What the examples take from the environment, with certificates for their perspectives."""
    folder = tmp_path_factory.mktemp("examples")
    ids = re.findall(r'"id": "([a-z]{3})", "role"', (CONFIG / "coordinator.json").read_text())
    assert len(ids) == 6
    made = run("pki", "init", folder / "pki", *(word for name in ids for word in ("--perspective", name)))
    assert made.returncode == 0, made.stderr
    return {"MPICD_CONFIG": str(folder), "MPICD_PERSPECTIVE": ids[0],
            "MPICD_CLIENT_TOKEN_SHA256": mpicd.new_token()[1]}


@pytest.fixture
def config(tmp_path):
    """A good coordinator's configuration, to be broken."""
    pki = Pki(tmp_path / "pki", "127.0.0.1")
    urls = {place.id: f"https://{place.id}.example:8444" for place in PLACES}
    return coordinator_config(pki, "127.0.0.1:8443", "127.0.0.1:9443", urls, mpicd.new_token()[1],
                              tmp_path / "audit")


def check(folder, config):
    file = folder / "coordinator.json"
    file.write_text(config if isinstance(config, str) else json.dumps(config))
    return run("config", "check", "--config", file)


@pytest.mark.parametrize("name", ["coordinator.json", "perspective.json"])
def test_the_shipped_examples_are_right(name, environment):
    done = run("config", "check", "--config", CONFIG / name, env=environment)
    assert done.returncode == 0, done.stderr
    assert "without errors" in done.stdout


def test_the_example_roster_complies_now_and_from_the_next_date(environment):
    done = run("config", "check", "--config", CONFIG / "coordinator.json", env=environment)
    lines = [line for line in done.stdout.splitlines() if "cabf-br" in line]
    assert lines and all(line.endswith(": compliant") for line in lines), done.stdout


def test_an_unset_variable_is_named():
    done = run("config", "check", "--config", CONFIG / "perspective.json")
    assert done.returncode == 3
    assert "the environment variable MPICD_PERSPECTIVE is not set" in done.stderr


def test_the_manual_is_the_programs_own():
    assert run("config", "manual").stdout == (ROOT / "docs" / "configuration.md").read_text(), \
        "run: mpicd config manual > docs/configuration.md"


def test_a_good_file(config, tmp_path):
    assert check(tmp_path, config).returncode == 0


def test_every_error_at_once_with_its_path(config, tmp_path):
    config["listen"] = "8443"
    config["perspectivs"] = []
    config["timeouts"] = {"request-ms": "fast", "evidence-grace-ms": -1}
    config["clients"][0]["token-sha256"] = ["abc"]
    done = check(tmp_path, config)
    assert done.returncode == 3
    for path in ("$.listen", "$.perspectivs", "$.timeouts.request-ms", "$.timeouts.evidence-grace-ms",
                 "$.clients[0].token-sha256"):
        assert f": {path}: " in done.stderr, done.stderr
    assert "did you mean perspectives?" in done.stderr
    assert all(line.startswith("mpicd: ") for line in done.stderr.splitlines())


def test_syntax_errors_have_a_place(tmp_path):
    done = check(tmp_path, '{\n  "listen": \n}')
    assert done.returncode == 3 and "line 3" in done.stderr, done.stderr


def places(config, **changes):
    """The roster with some fields of some perspectives changed, by id."""
    for entry in config["perspectives"]:
        entry.update(changes.get(entry["id"], {}))
    return config


@pytest.mark.parametrize("changes, word", [
    ({NEIGHBOUR: {"latitude": 49.0, "longitude": 2.0}}, "km apart"),
    ({"iad": {"identity": "mpicd://perspective/nrt"}}, "mpicd://perspective/nrt"),
    ({"iad": {"id": "nrt"}}, "nrt"),
    ({"iad": {"role": "primary"}}, "primary"),
    ({name: {"rir": "ARIN", "resolver": {"id": name, "rir": "ARIN", "latitude": latitude, "longitude": 0}}
      for name, latitude in (("iad", 0), (NEIGHBOUR, 20), ("nrt", 40), ("gru", 60), ("jnb", 80))}, "in 1 RIR region"),
    ({"iad": {"resolver": {"id": "r", "rir": "APNIC", "latitude": 38.95, "longitude": -77.46}}}, "APNIC"),
])
def test_a_roster_that_breaks_a_rule_does_not_load(config, tmp_path, changes, word):  # BR 3.2.2.9
    done = check(tmp_path, places(config, **changes))
    assert done.returncode == 3
    assert "$.perspectives: " in done.stderr and word in done.stderr, done.stderr


def test_three_remotes_do_not_load(config, tmp_path):  # BR 3.2.2.9: at least four
    config["perspectives"] = config["perspectives"][:4]
    done = check(tmp_path, config)
    assert done.returncode == 3
    assert "3 remote" in done.stderr


@pytest.mark.parametrize("policy", [{"minimum-remotes": 3}, {"minimum-rirs": 1}])
def test_nothing_goes_below_the_floor(config, tmp_path, policy):
    done = check(tmp_path, config | {"policy": policy})
    assert done.returncode == 3
    assert "$.policy" in done.stderr, done.stderr


def test_a_coordinator_does_not_start_with_such_a_file(config, tmp_path):
    config["perspectives"] = config["perspectives"][:4]
    check(tmp_path, config)
    done = run("coordinator", "--config", tmp_path / "coordinator.json")
    assert done.returncode == 3 and "3 remote" in done.stderr


def test_a_missing_certificate_is_named(config, tmp_path):
    config["tls"]["key"] = str(tmp_path / "nowhere.key")
    done = check(tmp_path, config)
    assert done.returncode == 3
    assert "tls.key" in done.stderr and "nowhere.key" in done.stderr

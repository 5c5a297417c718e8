# SPDX-License-Identifier: Apache-2.0
"""Alert rules and dashboard: right by Prometheus' own tool, and about metrics that the running program exports."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

import compose
from mpicd import PLACES, ROOT, Agent
from process import free_port

FOLDER = ROOT / "docker" / "observability"
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((FOLDER / "grafana" / "dashboards" / "mpicd.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = {rule["alert"]: [rule["expr"]] for rule in RULES} | {
    panel["title"]: [target["expr"] for target in panel["targets"]] for panel in PANELS}
METRIC = r"(mpicd_[a-z0-9_]+)(?:\{([^}]*)\})?"


def promtool(*words, folder=FOLDER):
    done = subprocess.run(["promtool", *words], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_finds_them_right():
    promtool("check", "rules", "alerts.yaml")
    promtool("check", "config", "--syntax-only", "prometheus.yaml")


def test_each_rule_fires_when_it_should_and_only_then(tmp_path):
    shutil.copy(FOLDER / "alerts.yaml", tmp_path)
    tests = ROOT / "tests" / "integration" / "data" / "alerts_test.yaml"
    shutil.copy(tests, tmp_path)
    promtool("test", "rules", "alerts_test.yaml", folder=tmp_path)
    fired = [sample["labels"] for sample in
             yaml.safe_load(tests.read_text())["tests"][-1]["promql_expr_test"][0]["exp_samples"]]
    assert {re.search(r'alertname="(\w+)"', labels).group(1) for labels in fired} == {rule["alert"] for rule in RULES}


@pytest.fixture(scope="module")
def exported(lab, tmp_path_factory):
    """{metric: [labels of each series]} of a coordinator and an agent, after a corroboration."""
    place = PLACES[0]
    unbound = lab.unbounds[place.id]
    port = free_port(lab.sources[place.id])
    agent = Agent(tmp_path_factory.mktemp("agent"), lab.pki, place, lab.sources[place.id],
                  f"{unbound.address}:{unbound.port}", lab.nginx.port,
                  admin={"listen": f"{lab.sources[place.id]}:{port}"}).launch().ready()
    coordinator = lab.make_coordinator("observed", lab.urls(**{place.id: agent.url})).start()
    try:
        assert coordinator.api.post({"method": "caa", "domain": "www.plain.test"})["ok"] is True
        status, text = coordinator.admin("/metrics")
        assert status == 200
        text += subprocess.run(["curl", "-sS", "--fail", f"http://{lab.sources[place.id]}:{port}/metrics"], check=True,
                               capture_output=True, text=True, timeout=20).stdout
    finally:
        coordinator.stop()
        agent.stop()
    series = {}
    for name, labels in re.findall(r"^([a-z_:]+)(?:\{(.*?)\})? \S+$", text, re.MULTILINE):
        series.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"]*)"', labels)))
    return series


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_it_is_about_metrics_that_are_there(where, exported):
    named = [match for expression in EXPRESSIONS[where] for match in re.findall(METRIC, expression)]
    assert named or all("up{" in expression for expression in EXPRESSIONS[where])
    for name, matchers in named:
        assert name in exported, f"nothing exports {name}"
        for label, operator, value in re.findall(r'(\w+)(=~|!=|=)"([^"]*)"', matchers):
            for one in value.split("|"):
                assert any(labels.get(label) == one for labels in exported[name]), f"{name} has no {label}=\"{one}\""


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_it_sums_by_labels_that_are_there(where, exported):
    for expression in EXPRESSIONS[where]:
        known = {label for name, _ in re.findall(METRIC, expression) for labels in exported.get(name, [])
                 for label in labels} | {"instance", "job"}  # Prometheus' own
        for group in re.findall(r"\bby \(([^)]*)\)", expression):
            assert set(group.split(", ")) <= known, expression
    for rule in RULES:
        if rule["alert"] == where:
            used = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
            groups = re.findall(r"\bby \(([^)]*)\)", rule["expr"])
            assert set(used) <= (set(groups[0].split(", ")) if groups else known), where


def test_every_metric_is_shown_or_watched(exported):
    used = {name for expressions in EXPRESSIONS.values() for expression in expressions
            for name, _ in re.findall(METRIC, expression)}
    family = re.compile(r"_(bucket|sum|count)$")
    unused = {family.sub("", name) for name in exported if name.startswith("mpicd_")} - {
        family.sub("", name) for name in used}
    assert not unused, f"neither in a rule nor on the dashboard: {sorted(unused)}"


def test_what_to_do_stands_in_the_operators_manual():
    manual = (ROOT / "docs" / "operations.md").read_text()
    for rule in RULES:
        assert f"`{rule['alert']}`" in manual, f"docs/operations.md says nothing about {rule['alert']}"
        assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"]["summary"]


def test_prometheus_asks_the_services_of_compose_at_their_admin_ports():
    services = compose.read()["services"]
    asked = {job["job_name"]: job["static_configs"][0]["targets"]
             for job in yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]}
    for job, role in (("mpicd-coordinator", "coordinator"), ("mpicd-perspective", "perspective")):
        text = (ROOT / "docker" / "config" / f"{role}.json").read_text()
        port = re.search(r'"admin": \{ "listen": "0\.0\.0\.0:(\d+)" \}', text).group(1)
        names = [name for name, service in services.items() if service.get("command", [""])[0] == role]
        assert asked[job] == [f"{name}:{port}" for name in names]
        assert all(set(services["prometheus"]["networks"]) & set(services[name]["networks"]) for name in names)


def test_grafana_finds_what_it_is_given():
    mounts = dict(entry.split(":")[:2] for entry in compose.read()["services"]["grafana"]["volumes"])
    provisioning = FOLDER / "grafana" / "provisioning"
    provider = yaml.safe_load((provisioning / "dashboards" / "mpicd.yaml").read_text())["providers"][0]
    assert mounts["./observability/grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./observability/grafana/provisioning"] == "/etc/grafana/provisioning"
    source = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"][0]
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"]}
    assert source["url"] == "http://prometheus:9090"


def test_panels_have_places_of_their_own():
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells

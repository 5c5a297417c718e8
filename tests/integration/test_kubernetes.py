# SPDX-License-Identifier: Apache-2.0
"""docker/kubernetes: every overlay renders, is what the Kubernetes API takes, and agrees with the program's
configuration about names, ports, paths and times."""

import base64
import json
import re
import subprocess

import pytest
import yaml

import manifests
from mpicd import ROOT, run

FOLDER = ROOT / "docker" / "kubernetes"
OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())
PERSPECTIVES = [name for name in OVERLAYS if name != "coordinator"]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    return {name: manifests.render(FOLDER, name, folder / name) for name in OVERLAYS}


def only(documents, *kinds):
    found = [document for document in documents if document["kind"] in kinds]
    assert len(found) == 1, kinds
    return found[0]


def workload(documents):
    return only(documents, "Deployment", "StatefulSet")


def daemon(documents):
    return workload(documents)["spec"]["template"]["spec"]["containers"][0]


def config_of(documents):
    """The configuration as the daemon's container sees it, by the path that it is started with."""
    path = daemon(documents)["args"][2]
    mount = next(mount for mount in daemon(documents)["volumeMounts"] if mount["mountPath"] == path)
    volume = volumes(documents)[mount["name"]]
    maps = {document["metadata"]["name"]: document for document in documents if document["kind"] == "ConfigMap"}
    return maps[volume["configMap"]["name"]]["data"][mount["subPath"]]


def volumes(documents):
    spec = workload(documents)["spec"]
    claims = [{"name": claim["metadata"]["name"], "claim": claim} for claim in spec.get("volumeClaimTemplates", [])]
    return {volume["name"]: volume for volume in spec["template"]["spec"]["volumes"] + claims}


def parsed(text):
    return json.loads(re.sub(r"(^|\s)//.*", "", text))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_it_is_what_the_api_takes(rendered, overlay):
    for document in rendered[overlay]:
        manifests.check(document)
        assert document["metadata"]["namespace"] == "mpicd"


@pytest.mark.parametrize("spoil", [
    lambda spec: spec.update(replicaz=3), lambda spec: spec.update(replicas="3"), lambda spec: spec.pop("selector")])
def test_the_check_finds_what_is_wrong(rendered, spoil):
    document = json.loads(json.dumps(workload(rendered["coordinator"])))
    spoil(document["spec"])
    with pytest.raises(AssertionError):
        manifests.check(document)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_refers_finds_what_it_means(rendered, overlay):
    documents = rendered[overlay]
    template = workload(documents)["spec"]["template"]
    labels = template["metadata"]["labels"].items()
    assert workload(documents)["spec"]["selector"]["matchLabels"].items() <= labels
    for document in documents:
        selector = {"Service": lambda spec: spec["selector"],
                    "PodDisruptionBudget": lambda spec: spec["selector"]["matchLabels"],
                    "NetworkPolicy": lambda spec: spec["podSelector"]["matchLabels"]}.get(document["kind"])
        if selector:
            assert selector(document["spec"]).items() <= labels, document["metadata"]["name"]
    for container in template["spec"]["containers"]:
        for mount in container["volumeMounts"]:
            assert mount["name"] in volumes(documents)
    ports = {port["name"] for port in daemon(documents)["ports"]}
    assert {port["targetPort"] for port in only(documents, "Service")["spec"]["ports"]} <= ports
    for probe in ("livenessProbe", "readinessProbe"):
        asked = daemon(documents)[probe].get("httpGet")
        assert not asked or (asked["port"] in ports and asked["path"] == "/readyz")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_ports_are_those_of_the_configuration(rendered, overlay):
    documents, config = rendered[overlay], parsed(config_of(rendered[overlay]))
    ports = {port["name"]: port["containerPort"] for port in daemon(documents)["ports"]}
    listen = int(config["listen"].rpartition(":")[2])
    admin = int(config["admin"]["listen"].rpartition(":")[2])
    assert ports == {"api" if overlay == "coordinator" else "agent": listen, "admin": admin}
    scraped = workload(documents)["spec"]["template"]["metadata"]["annotations"]["prometheus.io/port"]
    assert int(scraped) == admin
    policies = [document for document in documents if document["kind"] == "NetworkPolicy"]
    open_ports = {port["port"] for policy in policies for rule in policy["spec"].get("ingress", [])
                  for port in rule["ports"]}
    assert open_ports == {listen, admin}


def test_coordinators_may_reach_the_agents_ports_and_nothing_else(rendered):
    config = parsed(config_of(rendered["coordinator"]))
    agents = {int(entry["url"].rpartition(":")[2]) for entry in config["perspectives"]}
    egress = only(rendered["coordinator"], "NetworkPolicy")["spec"]["egress"]
    assert {port["port"] for rule in egress for port in rule["ports"]} == agents | {53}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_is_confined(rendered, overlay):
    pod = workload(rendered[overlay])["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] == 65532
    for container in pod["containers"]:
        confined = container["securityContext"]
        assert confined["readOnlyRootFilesystem"] is True and confined["allowPrivilegeEscalation"] is False
        assert confined["capabilities"] == {"drop": ["ALL"]}
        assert container["image"].startswith("registry.example/mpicd") and "limits" in container["resources"]


def test_a_pod_is_given_the_time_to_drain(rendered):
    manual = (ROOT / "docs" / "configuration.md").read_text()
    drains = [int(ms) / 1000 for ms in re.findall(r"^\| `(?:timeouts\.)?drain-ms` \|[^|]*\| `(\d+)`", manual, re.MULTILINE)]
    assert len(drains) == 2
    for overlay in OVERLAYS:
        pause = int(daemon(rendered[overlay])["lifecycle"]["preStop"]["exec"]["command"][1])
        grace = workload(rendered[overlay])["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert grace > pause + max(drains)


def test_each_coordinator_has_a_journal_of_its_own(rendered):
    documents = rendered["coordinator"]
    claim = volumes(documents)["journal"]["claim"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    mount = next(mount for mount in daemon(documents)["volumeMounts"] if mount["name"] == "journal")
    assert parsed(config_of(documents))["audit"]["folder"].startswith(mount["mountPath"] + "/")
    assert workload(documents)["spec"]["replicas"] > 1
    assert only(documents, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


def test_a_perspectives_resolver_is_the_unbound_of_its_pod(rendered):
    listen = (ROOT / "docker" / "unbound" / "listen.conf").read_text()
    address = re.search(r"interface: (\S+)", listen).group(1).replace("@", ":")
    for overlay in PERSPECTIVES:
        assert parsed(config_of(rendered[overlay]))["resolvers"] == [address]
        assert len(workload(rendered[overlay])["spec"]["template"]["spec"]["containers"]) == 2


# --- the Secrets, and the configuration with them ---

@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    done = run("pki", "init", folder, *(word for name in PERSPECTIVES for word in ("--perspective", name)))
    assert done.returncode == 0, done.stderr
    assert run("token", "new", "--file", folder / "token").returncode == 0
    return folder


def secrets(*words):
    done = subprocess.run([FOLDER / "secrets.sh", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = {document["metadata"]["name"]: document for document in yaml.safe_load_all(done.stdout)}
    for document in found.values():
        assert document["metadata"]["namespace"] == "mpicd"
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_mounted_configuration_is_right(rendered, pki, overlay, tmp_path):
    """Every volume as files, where the container mounts it; then `mpicd config check`."""
    documents = rendered[overlay]
    made = secrets("coordinator", pki, pki / "token.sha256") if overlay == "coordinator" else \
        secrets("perspective", pki, overlay)
    root = tmp_path / "root"
    for mount in daemon(documents)["volumeMounts"]:
        secret = volumes(documents)[mount["name"]].get("secret")
        if secret:
            folder = root / mount["mountPath"].lstrip("/")
            folder.mkdir(parents=True)
            for name, content in made.pop(secret["secretName"])["data"].items():
                (folder / name).write_bytes(base64.b64decode(content))
    assert not made, "Secrets that nothing mounts"
    file = tmp_path / "config.json"
    file.write_text(config_of(documents).replace("/etc/mpicd/", f"{root}/etc/mpicd/"))
    environment = {}
    for source in daemon(documents).get("envFrom", []):
        environment |= next(document["data"] for document in documents
                            if document["metadata"]["name"] == source["configMapRef"]["name"])
    done = run("config", "check", "--config", file, env=environment)
    assert done.returncode == 0, done.stderr
    if overlay == "coordinator":
        assert "not compliant" not in done.stdout
    else:
        assert environment["MPICD_PERSPECTIVE"] == overlay


def test_every_overlay_has_its_place_in_the_roster(rendered):
    roster = [entry["id"] for entry in parsed(config_of(rendered["coordinator"]))["perspectives"]]
    assert set(PERSPECTIVES) <= set(roster)
    primary = next(entry["id"] for entry in parsed(config_of(rendered["coordinator"]))["perspectives"]
                   if entry["role"] == "primary")
    assert parsed(config_of(rendered[primary]))["dns"]["require-dnssec-validation"] is True

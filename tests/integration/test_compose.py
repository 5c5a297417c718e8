# SPDX-License-Identifier: Apache-2.0
"""docker/compose.yaml: checked by docker-compose, compared with the program, and brought up."""

import json
import re
import subprocess

import pytest

import compose
from dockerfile import without_compiling
from images import build
from mpicd import ROOT, run

DOCKER = ROOT / "docker"
SERVICES = compose.read()["services"]
PERSPECTIVES = [name for name, service in SERVICES.items() if service.get("command", [""])[0] == "perspective"]
OURS = [name for name, service in SERVICES.items() if service["image"] in ("mpicd", "mpicd-resolver")]
QUESTION = '{"method": "caa", "domain": "example.com"}'


def test_compose_finds_it_valid():
    done = subprocess.run(["docker-compose", "-f", compose.FILE, "config", "--quiet"], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr


def test_everything_is_confined():
    for name, service in SERVICES.items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} is open to the network"
        if name != "setup":
            assert "cap_add" not in service and service["security_opt"] == ["no-new-privileges:true"], name


def test_a_perspective_shares_its_network_with_nobody_but_its_resolver_and_the_coordinator():
    for name in PERSPECTIVES:
        assert SERVICES[name]["networks"] == [name]
        neighbours = {other for other, service in SERVICES.items() if name in service.get("networks", [])}
        assert neighbours == {name, f"{name}-resolver", "coordinator", "prometheus"}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """/etc/mpicd/tls of every service, as docker/config/setup.sh gives them out."""
    folder = tmp_path_factory.mktemp("pki")
    done = run("pki", "init", folder, *(word for name in PERSPECTIVES for word in ("--perspective", name)))
    assert done.returncode == 0, done.stderr
    assert run("token", "new", "--file", folder / "token").returncode == 0
    return folder


def with_paths(file, certificates, folder):
    """A configuration with its paths inside the container changed to where the files are here."""
    copy = folder / file.name
    copy.write_text(file.read_text().replace("/etc/mpicd/tls", str(certificates)))
    return copy


def test_the_mounted_configurations_are_right(certificates, tmp_path):
    done = run("config", "check", "--config", with_paths(DOCKER / "config/coordinator.json", certificates, tmp_path))
    assert done.returncode == 0 and "a coordinator's configuration" in done.stdout, done.stderr
    file = with_paths(DOCKER / "config/perspective.json", certificates, tmp_path)
    for name in PERSPECTIVES:
        done = run("config", "check", "--config", file, env=SERVICES[name]["environment"])
        assert done.returncode == 0 and "a perspective's configuration" in done.stdout, done.stderr


def config(name):
    return json.loads(re.sub(r"(^|\s)//.*", "", (DOCKER / "config" / name).read_text()))


def test_names_and_ports_are_those_of_the_configurations():
    coordinator, perspective = config("coordinator.json"), config("perspective.json")
    assert [entry["id"] for entry in coordinator["perspectives"]] == PERSPECTIVES == SERVICES["setup"]["command"]
    agent_port = perspective["listen"].split(":")[1]
    for entry in coordinator["perspectives"]:
        assert entry["url"] == f"https://{entry['id']}:{agent_port}"
        environment = SERVICES[entry["id"]]["environment"]
        assert environment["MPICD_PERSPECTIVE"] == entry["id"]
        address = SERVICES[f"{entry['id']}-resolver"]["networks"][entry["id"]]["ipv4_address"]
        assert environment["MPICD_RESOLVER"] == f"{address}:5335"
    assert SERVICES["coordinator"]["ports"] == [f"127.0.0.1:8443:{coordinator['listen'].split(':')[1]}"]
    for name in ("coordinator", *PERSPECTIVES):
        paths = [entry.split(":")[1] for entry in SERVICES[name]["volumes"]]
        assert paths[:2] == ["/etc/mpicd/config.json", "/etc/mpicd/tls"]
    assert config("coordinator.json")["audit"]["folder"].startswith(SERVICES["coordinator"]["volumes"][2].split(":")[1])


@pytest.mark.parametrize("listen", ["listen.conf", "listen-network.conf"])
def test_unbound_finds_its_configuration_right(listen, tmp_path):
    text = (DOCKER / "unbound" / "unbound.conf").read_text()
    text = text.replace("/etc/unbound/listen.conf", str(DOCKER / "unbound" / listen))
    (tmp_path / "unbound.conf").write_text(text.replace('directory: "/etc/unbound"', f'directory: "{tmp_path}"'))
    done = subprocess.run(["/usr/sbin/unbound-checkconf", tmp_path / "unbound.conf"], capture_output=True, text=True,
                          timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr


# --- brought up ---

@pytest.fixture(scope="module")
def up(image, tmp_path_factory):
    """Every service of ours. The one thing that differs from `docker compose up`: the resolvers know example.com
    themselves, for there may be no Internet here."""
    folder = tmp_path_factory.mktemp("compose")
    for parent in folder.parents:
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    file, context = without_compiling(tmp_path_factory.mktemp("context"))
    resolver = build("localhost/mpicd-resolver", file, context, "resolver")
    listen = folder / "listen-network.conf"
    listen.write_text((DOCKER / "unbound" / "listen-network.conf").read_text() + """
    local-zone: "example.com." static
    local-data: 'example.com. 60 CAA 0 issue "ca.example"'
    """)
    running = compose.Compose(folder, {"mpicd": image, "mpicd-resolver": resolver}, {listen.name: listen})
    try:
        yield running.up()
    finally:
        running.down()
        resolver.remove()


def test_one_question_of_the_readme_is_answered(up):
    line = re.search(r"^curl -sS --cacert client/ca.pem.*?draft-00$", (ROOT / "README.md").read_text(),
                     re.DOTALL | re.MULTILINE).group(0)
    assert QUESTION in line
    up.containers["coordinator"].process.wait_until(
        lambda: "coordinator-ready" in up.containers["coordinator"].process.output())
    for name in PERSPECTIVES:
        process = up.containers[name].process
        process.wait_until(lambda: "perspective-ready" in process.output())  # pylint: disable=cell-var-from-loop
    answer = json.loads(up.inside("coordinator", "bash", "-ec",
                                  f"cd {up.folder / 'volumes'}\n{line}"))
    assert answer["ok"] is True, answer
    assert answer["caa"]["domain"] == "example.com" and len(answer["caa"]["records"]) == 1
    assert answer["quorum"]["compliant"] is False
    assert set(answer["perspectives"]) | set(answer.get("pending", [])) == set(PERSPECTIVES)
    journal = up.folder / "volumes" / "journal" / "journal"
    verified = run("audit", "verify", journal)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_all_of_them_are_healthy(up):
    for name, container in up.containers.items():
        if name != "setup":
            assert container.healthy(), name


def test_nobody_has_keys_that_are_not_its_own(up):
    for name in PERSPECTIVES:
        held = sorted(file.name for file in (up.folder / "volumes" / f"{name}-tls").iterdir())
        assert held == ["ca.pem", f"perspective-{name}.key", f"perspective-{name}.pem"]
    held = sorted(file.name for file in (up.folder / "volumes" / "coordinator-tls").iterdir())
    assert held == ["ca.pem", "coordinator.key", "coordinator.pem", "server.key", "server.pem", "token.sha256"]


def test_a_perspective_cannot_reach_another(up):
    other = up.networks.addresses[PERSPECTIVES[1], PERSPECTIVES[1]]
    done = subprocess.run(["ip", "netns", "exec", up.networks.namespaces[PERSPECTIVES[0]], "curl", "-sk",
                           "--connect-timeout", "2", f"https://{other}:8444/"], capture_output=True, timeout=20)
    assert done.returncode == 7, done  # could not connect

# SPDX-License-Identifier: Apache-2.0
"""docs/operations.md does what it says: its recipe for a whole service on one host is run as it stands, with other
addresses, and its files and commands are there."""

import os
import re
import signal
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

import agent_proxy
import mpicd
from mpicd import ROOT, run
from process import Addresses, wait_for

MANUAL = (ROOT / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL)


def block(beginning):
    found = [text for text in BLOCKS if beginning in text]
    assert len(found) == 1, beginning
    return found[0]


@pytest.fixture
def service(lab, tmp_path):
    """The recipe, with addresses of this test's own and the lab's resolver."""
    (tmp_path / "config").mkdir()
    unbound = next(iter(lab.unbounds.values()))
    for name in ("coordinator.json", "perspective.json"):
        text = (ROOT / "config" / name).read_text().replace("127.0.0.1:53", f"{unbound.address}:{unbound.port}")
        (tmp_path / "config" / name).write_text(text.replace("127.0.0.", f"{own()}."))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mpicd").symlink_to(mpicd.BINARY)
    recipe = tmp_path / "recipe"
    recipe.write_text(with_own_addresses(block("mpicd coordinator --config coordinator.json &")) + "\nwait\n")
    with open(tmp_path / "log", "wb") as log:
        shell = subprocess.Popen(["bash", "-eu", recipe], cwd=tmp_path, stdout=log, stderr=log, start_new_session=True,
                                 env=os.environ | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
    try:
        wait_for("the service is ready", lambda: (tmp_path / "log").read_text().count("-ready") == 7, seconds=60)
        yield tmp_path
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        shell.wait(30)
    said = (tmp_path / "log").read_text()
    assert not any(word in said for word in mpicd.SANITIZER_SPOKE), said


def own():
    return Addresses(os.getpid() + 50).prefix


def with_own_addresses(text):
    return text.replace("127.0.0.", f"{own()}.").replace(r"127\.0\.0\.", own().replace(".", r"\.") + r"\.")


def test_the_recipe_for_one_host_makes_a_service(service):
    question = with_own_addresses(block("mpicd request caa example.com --url https://127.0.0.1:8443"))
    question = question.replace("example.com", "www.plain.test")
    done = subprocess.run(["bash", "-e", "-c", question], cwd=service, capture_output=True, text=True, timeout=60,
                          env=os.environ | {"PATH": f"{service}/bin:{os.environ['PATH']}"})
    assert done.returncode == 0 and done.stdout.startswith("ok"), done.stdout + done.stderr
    for port in (9443, 9444):
        host = f"{own()}.{1 if port == 9443 else 11}"
        assert run("health", "--url", f"http://{host}:{port}/readyz").returncode == 0
    environment = {"MPICD_CONFIG": str(service), "MPICD_CLIENT_TOKEN_SHA256": (service / "token.sha256").read_text().strip(),
                   "MPICD_PERSPECTIVE": "iad"}
    for name in ("coordinator.json", "iad.json"):
        done = run("health", "--config", service / name, env=environment)
        assert done.returncode == 0, done.stderr
        assert run("health", "--ready", "--config", service / name, env=environment).returncode == 0


def test_health_says_no_when_nobody_answers(service, lab):
    nobody = f"{own()}.99"
    done = run("health", "--url", f"http://{nobody}:9443/healthz")
    assert done.returncode == 1 and "connection" in done.stderr.lower(), done.stderr
    text = (service / "iad.json").read_text()
    (service / "dead.json").write_text(re.sub(r'"admin": \{[^}]*\},', "", text).replace(f"{own()}.12", nobody))
    environment = {"MPICD_CONFIG": str(service), "MPICD_PERSPECTIVE": "iad"}
    assert run("health", "--config", service / "dead.json", env=environment).returncode == 1
    (service / "silent.json").write_text(re.sub(r'"admin": \{[^}]*\},', "", text))
    done = run("health", "--config", service / "silent.json", env=environment)  # by TLS
    assert done.returncode == 0 and "TLSv1.3" in done.stdout, done.stderr
    assert run("health").returncode == run("health", "--config", service / "nowhere.json").returncode == 3


def test_asking_for_the_health_of_an_agent_says_nothing_in_its_log(lab):
    """Container engines ask every few seconds; by TLS when there is no admin listener."""
    agent = lab.agents["nrt"]
    said = len(agent.process.output())
    for _ in range(3):
        done = run("health", "--config", agent.file)
        assert done.returncode == 0 and "TLSv1.3" in done.stdout, done.stderr
    stranger = agent_proxy.client_tls(None, lab.pki.ca)  # who is refused, so that the log is known to have come so far
    with socket.create_connection((agent.address, agent.port), timeout=10) as plain, \
            pytest.raises(ssl.SSLError), stranger.wrap_socket(plain) as link:
        link.recv(1)
    wait_for("the stranger in the log", lambda: "peer-refused" in agent.process.output()[said:])
    assert len(agent.process.output()[said:].splitlines()) == 1


def test_a_token_is_kept_in_its_file_and_its_hash_beside_it(tmp_path):
    for _ in range(2):
        assert run("token", "new", "--file", tmp_path / "token").returncode == 0
    token = (tmp_path / "token").read_text()
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert run("token", "new", "--file", tmp_path / "token").stdout == ""
    assert (tmp_path / "token").read_text() == token  # what is there is kept
    config = tmp_path / "coordinator.json"
    config.write_text('{"listen": "${file:%s/missing}", "base-path": "/${file:%s}"}' % (tmp_path, tmp_path / "token"))
    done = run("config", "check", "--config", config)
    assert done.returncode == 3 and "missing" in done.stderr and token.strip() not in done.stderr


def test_links_lead_somewhere():
    for document in (ROOT / "docs" / "operations.md", ROOT / "README.md"):
        text = document.read_text()
        headings = {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-")
                    for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
        for link in re.findall(r"\]\(([^)]+)\)", text):
            if link.startswith("#"):
                assert link[1:] in headings, link
            elif not link.startswith("http"):
                assert (document.parent / link).exists(), link


def test_its_commands_are_the_programs():
    for path, options in re.findall(r"\bmpicd ((?:[a-z]+ ?){1,2})((?:(?:--[a-z-]+|[^\s`|&])[^\n`|&]*)?)", MANUAL):
        words = path.split()
        while words and run(*words, "--help").returncode != 0:
            words.pop()
        assert words, path
        known = run(*words, "--help").stdout
        for option in re.findall(r"(?<!\S)--[a-z-]+", options):
            assert f" {option}" in known, f"{words} has no {option}"


@pytest.mark.parametrize("wrapper, policy", [((), os.SCHED_BATCH), (("chrt", "--idle", "0"), os.SCHED_IDLE)])
def test_a_thread_that_wakes_waits_for_its_turn_unless_told_otherwise(wrapper, policy, tmp_path):
    ready = tmp_path / "ready.json"
    with subprocess.Popen([*wrapper, mpicd.BINARY, "dev", "--port", "0", "--ready-file", ready],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as dev:
        try:
            wait_for("mpicd dev is not ready", ready.exists)
            threads = {int(task.name): (task / "comm").read_text().strip()
                       for task in Path(f"/proc/{dev.pid}/task").iterdir()}
            ours = [thread for thread, name in threads.items() if not name.startswith("jemalloc")]
            assert len(ours) > 1
            assert {os.sched_getscheduler(thread) for thread in ours} == {policy}, threads
        finally:
            dev.terminate()
            assert dev.wait(timeout=20) == 0

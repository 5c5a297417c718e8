# SPDX-License-Identifier: Apache-2.0
"""The image: built from docker/Dockerfile by buildah, started with its root read-only and as its own user, and asked
what the README asks.

In the normal run only the Dockerfile's last stages are built: its build stage is replaced by the release binary that
this run has already built, installed as the build stage installs it. With MPICD_WHOLE_IMAGE=1 (tests/run.sh --all) the
Dockerfile is built as it stands, compiling included."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from dockerfile import WHOLE, without_compiling
from images import AS_ROOT, BASE, Container, Image, Settings, build, command
from mpicd import ROOT
from process import free_port

LIMIT = 60 * 1024 * 1024
ID = 65532


@pytest.fixture
def state(tmp_path):
    """A folder of the image's user that tests may go into."""
    folder = tmp_path / "state"
    folder.mkdir()
    command("chown", f"{ID}:{ID}", folder)
    for parent in folder.parents:
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    yield folder
    command("chown", "-R", f"{os.getuid()}:{os.getgid()}", folder)


def test_what_is_added_to_the_base_is_small(image):
    base = Image(BASE)
    try:
        before = base.files()
    finally:
        base.remove()
    added = {path: size for path, size in image.files().items() if before.get(path) != size}
    assert sum(added.values()) <= LIMIT, sorted(added.items(), key=lambda entry: -entry[1])[:10]
    assert "usr/bin/mpicd" in added and "etc/ssl/certs/ca-certificates.crt" in added
    assert not any(path.startswith(("src/", "packages", "var/lib/apt/lists/", "var/cache/")) for path in added)
    assert not any("/clang" in path or path.endswith((".a", ".hpp")) for path in added)


def test_building_it_again_gives_the_same_layers(image, tmp_path):
    """The last stage, whose build stage gives the same files."""
    layers = []
    for name in ("once", "again") if WHOLE else ("again",):
        (tmp_path / name).mkdir()
        built = build("localhost/mpicd-again", *without_compiling(tmp_path / name), "mpicd", "--build-arg",
                      "COMMIT=0123456789")
        layers.append(built.layers)
        built.remove()
    assert layers[-1] == (layers[0] if WHOLE else image.layers)


def test_the_image_says_how_it_wants_to_run(image):
    config = image.config
    assert config["User"] == f"{ID}:{ID}"
    assert config["Entrypoint"] == ["mpicd"]
    assert config["StopSignal"] == "SIGTERM"
    assert config["Healthcheck"]["Test"][:3] == ["CMD", "mpicd", "health"]
    assert set(config["Volumes"]) == {"/var/lib/mpicd"}
    for name in ("title", "description", "licenses", "revision"):
        assert config["Labels"][f"org.opencontainers.image.{name}"]
    assert config["Labels"]["org.opencontainers.image.revision"] == "0123456789"


def test_nothing_in_it_can_be_written_but_its_volume(image, state, tmp_path):
    container = Container("writes", image, Settings(mounts=[(state, "/var/lib/mpicd", False)], entrypoint=["sh", "-c"],
                          arguments=["id -u; touch /tmp/x /usr/x /etc/x; touch /var/lib/mpicd/x; "
                                     "grep -E '^Cap(Prm|Eff|Bnd)|NoNewPrivs' /proc/self/status"]), tmp_path).start()
    container.finished()
    said = container.process.output()
    assert str(ID) in said.split()
    assert said.count("Read-only file system") == 3 and (state / "x").exists(), said
    assert said.count("0000000000000000") == 3 and re.search(r"NoNewPrivs:\s+1", said), said


def readme_lines():
    """The README's `ask`, its first question and the answer that it promises."""
    text = (ROOT / "README.md").read_text()
    function = re.search(r"^ask\(\) \{.*?\}$", text, re.DOTALL | re.MULTILINE).group(0)
    question, answer = re.search(r"^(ask '.*?)\n```\n```json\n(.*?)\n```", text, re.DOTALL | re.MULTILINE).groups()
    return function, question, answer


def test_the_readmes_curl_gets_the_right_answer_from_it(image, state, tmp_path):
    port = free_port()
    # The folder has the same path inside, so that what the ready file says is true outside too.
    settings = Settings(mounts=[(state, str(state), False)],
                        arguments=["dev", "--port", str(port), "--state-dir", str(state / "dev"),
                                   "--ready-file", str(state / "ready.json")])
    container = Container("image-dev", image, settings, tmp_path).start()
    try:
        container.process.wait_until((state / "ready.json").exists)
        status = Path(f"/proc/{container.process.popen.pid}/status").read_text() if not AS_ROOT else ""
        assert not status or re.search(rf"^Uid:\s+{ID}\s+{ID}", status, re.MULTILINE), status
        function, question, answer = readme_lines()
        done = subprocess.run(["bash", "-ec", f"{function}\n{question}"], cwd=state, text=True, timeout=60,
                              capture_output=True)
        assert done.stdout.strip() == answer, done.stdout + done.stderr
    finally:
        container.stop()

# SPDX-License-Identifier: Apache-2.0
"""Fixtures: `mpicd dev`, and the lab of real servers. Each is started once and used by many tests. Everything
that the tests write is in one temporary folder that goes with them, and after each test every daemon of ours
must still be well."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import mpicd  # noqa: E402
from audit_journal import ask_some  # noqa: E402
from lab import Lab  # noqa: E402
from process import Process  # noqa: E402

LOG_SHOWN = 4000  # characters of each log under a test that failed


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    def interrupt(*_):
        raise KeyboardInterrupt("terminated")
    signal.signal(signal.SIGTERM, interrupt)  # so that fixtures are torn down
    config.own_folder = Path(tempfile.mkdtemp(prefix="mpicd-tests-"))
    (config.own_folder / "tmp").mkdir()
    os.environ["TMPDIR"] = str(config.own_folder / "tmp")  # of every program that the tests start
    if config.option.basetemp is None:
        config.option.basetemp = str(config.own_folder / "pytest")


def pytest_unconfigure(config):
    for process in Process.started:
        process.kill()
    shutil.rmtree(config.own_folder, ignore_errors=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Under a test that failed stands what the programs wrote meanwhile."""
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        item.failed_logs = [(process.name, process.news()) for process in Process.started]
        for name, text in item.failed_logs:
            if text:
                report.sections.append((f"log of {name}", text[-LOG_SHOWN:]))


@pytest.fixture(autouse=True)
def daemons_are_well(request):
    """No sanitizer has spoken, and nothing has ended that was not told to."""
    yield
    news = getattr(request.node, "failed_logs", []) + [(process.name, process.news())
                                                       for process in Process.started]
    for name, text in news:
        assert not any(word in text for word in mpicd.SANITIZER_SPOKE), f"{name}:\n{text}"
    ended = [f"{process.name} ended with {process.popen.returncode}:\n{process.output()[-LOG_SHOWN:]}"
             for process in Process.started if process.ended_unasked()]
    Process.started[:] = [process for process in Process.started if process.wanted and process.popen.poll() is None]
    assert not ended, "\n".join(ended)


@pytest.fixture(scope="session", autouse=True)
def binary():
    assert mpicd.BINARY.exists(), f"{mpicd.BINARY} is missing: build it, or set MPICD"


@pytest.fixture(scope="session")
def running_dev(tmp_path_factory):
    dev = mpicd.Dev(tmp_path_factory.mktemp("dev"))
    try:
        yield dev.start()
    finally:
        dev.stop()


@pytest.fixture
def dev(running_dev):
    """`mpicd dev` with its challenge-test target back at the start."""
    running_dev.reset()
    return running_dev


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        yield lab.start()
    finally:
        lab.stop()


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """The container image of docker/Dockerfile."""
    import dockerfile  # only where it is asked for: it needs buildah
    image = dockerfile.build_image(tmp_path_factory.mktemp("context"))
    try:
        yield image
    finally:
        image.remove()


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """The journal of a service that has ended, as its folder. Not to be changed."""
    folder = tmp_path_factory.mktemp("audit")
    dev = mpicd.Dev(folder, "--state-dir", folder / "state").start()
    try:
        ask_some(dev)
    finally:
        dev.stop()
    return folder / "state" / "journal"


@pytest.fixture
def journal(written, tmp_path):
    """A copy to be damaged."""
    return shutil.copytree(written, tmp_path / "journal")

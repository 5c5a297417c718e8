# SPDX-License-Identifier: Apache-2.0
"""The hijack lab's own promises: its documents are in step, it says when it is skipped, and however it ends it leaves
nothing behind. Its scenarios are played by tests/lab/run.sh itself."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import mpicd
from process import wait_for

LAB = mpicd.ROOT / "tests" / "lab"
RUN = LAB / "run.sh"


def run(*arguments, before=()):
    return subprocess.run([*before, RUN, *arguments], capture_output=True, text=True, timeout=60, check=False,
                          env=os.environ | {"MPICD": str(mpicd.BINARY)})


def test_the_picture_is_drawn_from_the_topology(tmp_path):
    assert run("--picture", tmp_path / "drawn.svg").returncode == 0
    assert (tmp_path / "drawn.svg").read_text() == (mpicd.ROOT / "docs" / "hijack-lab.svg").read_text(), \
        "tests/lab/run.sh --picture docs/hijack-lab.svg"


def test_the_document_knows_every_scenario():
    told = (mpicd.ROOT / "docs" / "hijack-lab.md").read_text()
    names = [line.split()[0] for line in run("--list").stdout.splitlines()]
    assert len(names) >= 14
    assert [name for name in names if f"`{name}`" not in told] == []


def test_an_unknown_scenario_is_refused():
    done = run("--scenario", "no-such")
    assert done.returncode == 2
    assert "no scenario no-such" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up what root may do")
def test_where_it_may_not_run_it_says_so_and_counts_as_skipped(tmp_path):
    """As in a container without CAP_SYS_ADMIN."""
    done = run("--junit", tmp_path / "lab.xml", before=("setpriv", "--bounding-set=-sys_admin"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "SKIPPED: namespaces may not be made here" in done.stdout
    scenarios = len(run("--list").stdout.splitlines())
    count = subprocess.run([sys.executable, mpicd.ROOT / "tests" / "count.py", tmp_path], capture_output=True,
                           text=True, check=False)
    assert count.stdout == f"0 passed, 0 failed, {scenarios} skipped\n"


def children_of(pid):
    """All processes that descend from it."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, thread.read_text().split()):
            found += [child, *children_of(child)]
    return found


def namespaces_of(pids):
    """Network namespaces, of those that still run and may be looked at."""
    found = set()
    for pid in pids:
        try:
            found.add(os.readlink(f"/proc/{pid}/ns/net"))
        except OSError:
            pass
    return found


def traces(folder):
    """Where it could leave something: its own folder, that of named namespaces, and that of temporary files."""
    places = (LAB, Path("/run"), Path("/run/netns"), folder)
    return {path for place in places if place.exists() for path in place.iterdir()}


@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_lab_leaves_nothing_behind(tmp_path, number):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    before, pids = traces(temporary), []
    with open(tmp_path / "said", "wb") as said:
        lab = subprocess.Popen([RUN, "--scenario", "no-attack", "--keep"], stdout=said, stderr=said, cwd=tmp_path,
                               env=os.environ | {"MPICD": str(mpicd.BINARY), "TMPDIR": str(temporary)})
    try:
        wait_for("BGP", lambda: b"BGP has converged" in (tmp_path / "said").read_bytes(), seconds=90)
        pids = children_of(lab.pid)
        assert len(pids) > 20  # routers and servers
        namespaces = namespaces_of(pids) - namespaces_of([os.getpid()])
        assert len(namespaces) > 20
    finally:
        lab.send_signal(number)
        lab.wait(60)
    wait_for("all processes to end", lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), seconds=30)
    assert not namespaces & namespaces_of(path.name for path in Path("/proc").glob("[0-9]*"))
    assert traces(temporary) <= before
    if number != signal.SIGKILL:
        assert lab.returncode != 0
        assert "interrupted" in (tmp_path / "said").read_text()

# SPDX-License-Identifier: Apache-2.0
"""What daemons do beside their requests: they notice files that change and certificates that end, say whether
they are ready and how they are, and keep their secrets and their limits whatever the disk, the log's reader and
the clock do."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from certificates import Authority
from disk import CC, ready
from lab import CA
from mpicd import BINARY, PLACES, ROOT, SANITIZER_SPOKE, Pki, run
from process import Process, free_port, wait_for

ASK = {"method": "caa", "domain": "www.plain.test", "caa-policy": {"issuer-domains": [CA]}}
SECOND = 1.0

SHIM = r"""
// While the file $HANG_SYNC exists, fsync and fdatasync do not return; $CLOCK_SHIFT holds the seconds by which
// the wall clock is wrong.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int sync_with(long number, int fd) {
    const char *flag = getenv("HANG_SYNC");
    while (flag && access(flag, F_OK) == 0)
        usleep(10000);
    return (int)syscall(number, fd);
}
int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    const char *path = getenv("CLOCK_SHIFT");
    if (clock == CLOCK_REALTIME && path && result == 0) {
        char text[32] = {0};
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            if (read(fd, text, sizeof text - 1) > 0)
                now->tv_sec += atol(text);
            close(fd);
        }
    }
    return result;
}
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    """The library for LD_PRELOAD, and what AddressSanitizer must be told of it."""
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    library = folder / "shim.so"
    subprocess.run([CC, "-shared", "-fPIC", "-O1", "-o", library, folder / "shim.c"], check=True, timeout=60)
    return {"LD_PRELOAD": str(library), "ASAN_OPTIONS": "verify_asan_link_order=0"}


@contextmanager
def started(lab, env=None, urls=None, **changes):
    made = lab.make_coordinator(f"upkeep-{time.monotonic_ns()}", urls, **changes)
    made.process.env = env
    try:
        yield made.start()
    finally:
        made.stop()


def metrics(made):
    """Samples by name and labels, as they stand in the text."""
    lines = [line for line in made.admin("/metrics")[1].splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def said(made, event):
    return [line for line in made.process.output().splitlines() if f" {event} " in f"{line} "]


def shown_serial(made):
    with socket.create_connection((made.address, made.port), timeout=10) as plain, \
            made.api.tls.wrap_socket(plain, server_hostname=made.address) as link:
        return link.getpeercert()["serialNumber"]


def in_place(lab, folder):
    """The public certificate and key as files of their own, to be written over."""
    folder.mkdir()
    return {kind: str(shutil.copy(path, folder / f"server.{kind}")) for kind, path in lab.pki.identity("server").items()}


def test_a_certificate_that_changes_is_taken_when_its_key_is_there(lab, tmp_path):
    """No signal; and half a pair is refused once, with the old one in use meanwhile."""
    authority = Authority(tmp_path / "ca", lab.pki.ca, lab.pki.folder / "ca.key")
    fresh = authority.issue("fresh", f"IP:{lab.coordinator_address}", "serverAuth")
    files = in_place(lab, tmp_path / "tls")
    with started(lab, tls=files, **{"watch-files-ms": 100}) as made:
        before = shown_serial(made)
        shutil.copy(fresh["certificate"], files["certificate"])
        made.process.wait_until(lambda: said(made, "reload-refused"))
        assert "private key does not belong" in said(made, "reload-refused")[0]
        assert shown_serial(made) == before and made.api.post(ASK)["ok"] is True
        quiet = time.monotonic() + SECOND  # several looks
        wait_for("several more looks", lambda: time.monotonic() > quiet)
        assert len(said(made, "reload-refused")) == 1
        shutil.copy(fresh["key"], files["key"])
        made.process.wait_until(lambda: said(made, "reloaded"))
        assert shown_serial(made) != before and made.api.post(ASK)["ok"] is True
        assert (len(said(made, "reload-refused")), len(said(made, "reloaded"))) == (1, 1)


def test_a_roster_that_changes_is_taken_and_can_be_left_to_sighup(lab):
    with started(lab, **{"watch-files-ms": 100}) as watching, started(lab, **{"watch-files-ms": 0}) as not_watching:
        for made in (watching, not_watching):
            config = json.loads(made.file.read_text())
            config["perspectives"] = [entry for entry in config["perspectives"] if entry["id"] != "jnb"]
            made.file.write_text(json.dumps(config))
        watching.process.wait_until(lambda: said(watching, "reloaded"))
        assert watching.api.post(ASK)["quorum"]["remotes"] == 4
        assert not_watching.api.post(ASK)["quorum"]["remotes"] == 5
        not_watching.process.reload("reloaded")
        assert not_watching.api.post(ASK)["quorum"]["remotes"] == 4


def agent_with(lab, folder, **changes):
    """iad's agent once more, with an admin listener."""
    made = lab.make_agent(next(place for place in PLACES if place.id == "iad"), folder)
    made.admin_port = free_port(made.address)
    file = made.folder / "perspective.json"
    file.write_text(json.dumps(json.loads(file.read_text())
                               | {"admin": {"listen": f"{made.address}:{made.admin_port}"}} | changes))
    made.file = file
    return made


def agent_admin(made, path):
    from mpicd import Coordinator  # the same listener, asked in the same way
    return Coordinator.admin(made, path)


def test_certificates_that_end_are_warned_of_on_both_sides(lab, tmp_path):
    authority = Authority(tmp_path / "ca", lab.pki.ca, lab.pki.folder / "ca.key")
    short = authority.issue("short", f"IP:{lab.coordinator_address}", "serverAuth", days=5)
    agent = agent_with(lab, tmp_path, tls=authority.issue("iad", f"URI:{Pki.san('iad')}", days=3) | {"ca": lab.pki.ca})
    try:
        agent.launch().ready()
        with started(lab, tls=short) as made:
            for process, name in ((made.process, "tls.certificate"), (agent.process, "tls.certificate")):
                process.wait_until(lambda process=process: "certificate-expires" in process.output())
                lines = [line for line in process.output().splitlines() if "certificate-expires" in line]
                assert len(lines) == 1 and f"certificate={name}" in lines[0], lines
            ends = {name: value for name, value in metrics(made).items() if "certificate_expiry" in name}
            assert {re.search('"(.*)"', name)[1] for name in ends} == {
                "tls.certificate", "agents.certificate", "agents.ca"}
            own = ends['mpicd_certificate_expiry_timestamp_seconds{certificate="tls.certificate"}']
            assert 4 * 86400 < own - time.time() <= 5 * 86400
        text = agent_admin(agent, "/metrics")[1]
        assert 'mpicd_certificate_expiry_timestamp_seconds{certificate="tls.ca"}' in text
    finally:
        agent.stop()


def test_not_ready_while_too_few_perspectives_answer(lab):
    nowhere = {name: f"https://{lab.nowhere}:{free_port(lab.nowhere)}" for name in ("nrt", "gru")}
    with started(lab, **{"probe-ms": 200}) as made:
        assert json.loads(ready(made, 200))["status"] == "ready"
        config = json.loads(made.file.read_text())
        whole = json.dumps(config)
        for entry in config["perspectives"]:
            entry["url"] = nowhere.get(entry["id"], entry["url"])
        made.file.write_text(json.dumps(config))
        made.process.reload("reloaded")
        reasons = json.loads(ready(made, 503))["reasons"]
        wait_for("the refused connections to be told", lambda: "nrt (connection-refused" in made.admin("/readyz")[1])
        reasons = json.loads(made.admin("/readyz")[1])["reasons"]
        assert len(reasons) == 1 and reasons[0].startswith("3 of 5 remote perspectives answer, 4 must corroborate")
        assert "gru" in reasons[0] and "iad" not in reasons[0]
        assert metrics(made)['mpicd_perspective_up{perspective="nrt"}'] == 0
        assert metrics(made)['mpicd_perspective_up{perspective="iad"}'] == 1
        assert made.admin("/healthz")[0] == 200
        assert len([line for line in said(made, "perspective-unavailable") if "perspective=nrt" in line]) == 1
        made.file.write_text(whole)
        made.process.reload("reloaded")
        ready(made, 200)


def documented(where):
    rows = re.findall(r"^\| `(mpicd_\w+)` \| (\w+) \|([^|]*)\|", (ROOT / "docs" / "operations.md").read_text(), re.M)
    return {name: {label.strip(" `") for label in labels.split(",") if label.strip()}
            for name, place, labels in rows if place in (where, "both")}


def exported(text):
    """Label names by metric, those of the exposition format itself left out."""
    found = {name: set() for name in re.findall(r"^# TYPE (\w+) ", text, re.M)}
    for name, labels in re.findall(r"^(mpicd_\w+)\{(.*)\} ", text, re.M):
        family = name if name in found else re.sub("_(bucket|count|sum)$", "", name)
        found[family] |= set(re.findall(r'(\w+)="', labels)) - {"le"}
    return found


def test_the_documented_metrics_are_those_that_are_exported(lab, tmp_path):
    agent = agent_with(lab, tmp_path)
    try:
        agent.launch().ready()
        with started(lab, urls=lab.urls(iad=agent.url)) as made:
            assert made.api.post(ASK)["ok"] is True
            wait_for("the first measurement", lambda: "mpicd_agent_connections{" in made.admin("/metrics")[1])
            assert exported(made.admin("/metrics")[1]) == documented("coordinator")
        assert exported(agent_admin(agent, "/metrics")[1]) == documented("perspective")
        assert agent_admin(agent, "/readyz")[0] == agent_admin(agent, "/healthz")[0] == 200
        assert agent_admin(agent, "/nothing")[0] == 404
    finally:
        agent.stop()


def test_what_the_metrics_say_after_requests(lab):
    with started(lab) as made:
        for _ in range(5):
            assert made.api.post(ASK)["ok"] is True
        assert made.api.request("POST", made.api.path, "{}", {"Content-Type": "application/json"}).status == 401
        now = metrics(made)
        assert now['mpicd_corroborations_total{ok="true"}'] == 5
        assert now["mpicd_quorum_margin_count"] == 5
        assert now["mpicd_authentication_failures_total"] == 1
        assert now["mpicd_journal_lag_seconds_count"] >= 6  # with the start's
        assert now["mpicd_journal_healthy"] == 1
        assert now['mpicd_perspective_outcomes_total{outcome="corroborates",perspective="cdg"}'] == 5
        wait_for("a measurement", lambda: metrics(made)['mpicd_loop_lag_seconds_count{loop="0"}'] > 0)
        wait_for("the connections to agents",
                 lambda: metrics(made).get('mpicd_agent_connections{perspective="iad"}', 0) >= 1)


def test_a_disk_that_hangs_does_not_hold_sigterm(lab, shim, tmp_path):
    """The limit holds, the exit code and a line say that records may be missing, and no answer rests on them."""
    flag = tmp_path / "hang"
    made = lab.make_coordinator(f"hang-{time.monotonic_ns()}", timeouts={"request-ms": 8000, "drain-ms": 2000})
    made.process.env = shim | {"HANG_SYNC": str(flag)}
    made.start()
    assert made.api.post(ASK)["ok"] is True
    flag.touch()
    try:
        link = made.api.connection()
        link.request("POST", made.api.path, json.dumps(ASK), {
            "Authorization": f"Bearer {made.token}", "Content-Type": "application/json"})
        wait_for("the record to be on its way", lambda: metrics(made)["mpicd_journal_waiting_records"] >= 1)
        begin = time.monotonic()
        made.process.end()
        assert made.process.popen.wait(30) == 4
        assert time.monotonic() - begin < 15  # of 2 s, on a busy machine
        line = said(made, "journal-stuck")
        assert len(line) == 1 and re.search(r"records=[1-9]", line[0]), line
        with pytest.raises(OSError):  # no answer at all
            link.getresponse()
        link.close()
    finally:
        flag.unlink()
        made.process.kill()
    verified = run("audit", "verify", made.folder / "audit")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_log_that_nobody_reads_stops_nobody(lab, tmp_path):
    """stderr is a pipe, full from the start; requests are answered all the same, and what was lost is counted."""
    made = lab.make_coordinator(f"deaf-{time.monotonic_ns()}", log={"level": "debug", "format": "json"})
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    daemon = subprocess.Popen([BINARY, "coordinator", "--config", made.file], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=writer)
    try:
        ready(made, 200)
        for _ in range(20):
            assert made.api.post(ASK)["ok"] is True
        assert metrics(made)["mpicd_log_dropped_lines_total"] == 0  # 4 MiB hold these
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(30) == 0
    finally:
        daemon.kill()
        daemon.wait()
        os.close(reader)
        os.close(writer)


@pytest.fixture
def as_nobody(tmp_path):
    """A way to start the program as a user without rights, in a folder of its own."""
    if os.geteuid() != 0:
        return {"folder": tmp_path, "user": None}
    folder = Path(os.path.realpath(subprocess.run(["mktemp", "-d", "/tmp/mpicd-nobody-XXXXXX"], check=True,
                                                  capture_output=True, text=True).stdout.strip()))
    os.chown(folder, 65534, 65534)
    yield {"folder": folder, "user": 65534}
    shutil.rmtree(folder)


def test_the_process_keeps_its_memory_to_itself(as_nobody):
    """No core dump, and /proc shows its environment to root alone, with the token nowhere on a command line."""
    folder = as_nobody["folder"]
    program = folder / "mpicd"
    shutil.copy(BINARY, program)
    ready_file = folder / "ready.json"
    with open(folder / "log", "wb") as log:
        daemon = subprocess.Popen(
            [program, "dev", "--port", "0", "--state-dir", folder / "state", "--ready-file", ready_file],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, user=as_nobody["user"], cwd=folder)
    try:
        wait_for("mpicd dev to be ready", lambda: daemon.poll() is not None or ready_file.exists())
        token = json.loads(ready_file.read_text())["token"]
        proc = Path(f"/proc/{daemon.pid}")
        assert re.search(r"Max core file size +0 ", (proc / "limits").read_text())
        assert os.stat(proc / "environ").st_uid == 0
        assert os.stat(proc / "mem").st_uid == 0
        assert token not in (proc / "cmdline").read_text()
        for secret in (folder / "state").rglob("*.key"):
            assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        daemon.terminate()
        assert daemon.wait(30) == 0
        written = (folder / "log").read_text()
        assert token not in written and not any(word in written for word in SANITIZER_SPOKE)
    finally:
        daemon.kill()
        daemon.wait()


def test_core_dumps_can_be_allowed(lab):
    with started(lab, **{"core-dumps": True}) as made:
        limits = (Path(f"/proc/{made.process.popen.pid}") / "limits").read_text()
        soft, hard = re.search(r"Max core file size +(\S+) +(\S+)", limits).groups()
        assert soft == hard


DECEMBER_15 = 1797292800  # 2026-12-15T00:00:00Z: five remotes from then on (BR 3.2.2.9)


def test_the_policy_of_a_later_date_stays_when_the_clock_is_set_back(lab, shim, tmp_path):
    """In one process, and after a restart, when the journal's last record is of that date."""
    shift = tmp_path / "shift"
    before, after = (DECEMBER_15 + seconds - int(time.time()) for seconds in (-3600, 3600))
    shift.write_text(str(before))
    env = shim | {"CLOCK_SHIFT": str(shift)}
    four = {name: url for name, url in lab.urls().items() if name != "jnb"}
    with started(lab, env, urls=four) as made:
        answer = made.api.post(ASK)
        assert answer["ok"] is True and answer["quorum"]["policy"] == "cabf-br-2026-06-15"
        shift.write_text(str(after))
        assert made.api.call(ASK).json["code"] == "not-compliant"
        shift.write_text(str(before))
        assert made.api.call(ASK).json["code"] == "not-compliant"
        assert "requires 5" in ready(made, 503)

    shift.write_text(str(after))
    with started(lab, env) as made:
        assert made.api.post(ASK)["quorum"]["policy"] == "cabf-br-2026-12-15"
        made.process.stop()
        shift.write_text(str(before))
        made.process.start()
        made.process.wait_until(lambda: len(said(made, "coordinator-ready")) == 2)
        assert len(said(made, "clock-behind-journal")) == 1
        assert made.api.post(ASK)["quorum"]["policy"] == "cabf-br-2026-12-15"
        made.process.stop()
        config = json.loads(made.file.read_text())
        config["perspectives"] = [entry for entry in config["perspectives"] if entry["id"] != "jnb"]
        made.file.write_text(json.dumps(config))
        refused = run("coordinator", "--config", made.file, env=env)
        assert refused.returncode == 3
        assert "the audit journal reaches until 2026-12-15" in refused.stderr


def test_the_trace_goes_from_the_client_to_the_agents_logs(lab):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with started(lab) as made:
        headers = {"Authorization": f"Bearer {made.token}", "Content-Type": "application/json", "traceparent": trace}
        reply = made.api.request("POST", made.api.path, json.dumps(ASK), headers)
        assert reply.json["ok"] is True
        made.process.wait_until(lambda: said(made, "request"))
        assert f"traceparent={trace}" in said(made, "request")[-1]
    agent = lab.agents["cdg"].process
    agent.wait_until(lambda: f"traceparent={trace}" in agent.output())

# SPDX-License-Identifier: Apache-2.0
"""Images and containers without a Docker engine: buildah builds, and a container is its image's root in a mount
namespace, started as engines do it: the image's user, environment and entry point, the root read-only, no
capabilities but those asked for."""

import functools
import json
import os
import platform
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from mpicd import ROOT
from process import Process

STORE = ROOT / "build" / "containers"  # kept between runs, so that the base is made once
BASE = "localhost/mpicd-base"
TIMESTAMP = "1700000000"  # of everything in the images, so that building again gives the same ones
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


def command(*words, seconds=600, **more):
    """Standard output of a command that must succeed."""
    done = subprocess.run([*AS_ROOT, *map(str, words)], capture_output=True, text=True, timeout=seconds,
                          stdin=subprocess.DEVNULL, **more)
    assert done.returncode == 0, f"{shlex.join(map(str, words))}:\n{(done.stdout + done.stderr)[-4000:]}"
    return done.stdout


def buildah(*words, seconds=600):
    return command("buildah", "--root", STORE / "root", "--runroot", STORE / "run", "--storage-driver", "vfs",
                   *words, seconds=seconds)


@functools.lru_cache(None)
def base():
    """An image of the smallest system of this machine's release, made of packages: where Docker would fetch the
    Dockerfile's BASE."""
    release = platform.freedesktop_os_release()["VERSION_CODENAME"]
    STORE.mkdir(parents=True, exist_ok=True)
    try:
        buildah("inspect", "--type", "image", BASE)
    except AssertionError:
        archive = STORE / "base.tar"
        command("mmdebstrap", "--variant=minbase", release, archive)
        container = buildah("from", "scratch").strip()
        buildah("add", "--quiet", container, archive, "/")
        buildah("commit", "--quiet", "--rm", container, BASE)
        command("rm", archive)
    return BASE


def build(name, dockerfile, context, target, *options, seconds=600):
    """Builds as `docker build --target TARGET` would."""
    buildah("bud", "--isolation", "chroot", "--format", "docker", "--pull-never", "--layers=false", "--quiet",
            "--timestamp", TIMESTAMP, "--build-arg", f"SOURCE_DATE_EPOCH={TIMESTAMP}", "--build-arg", f"BASE={base()}", "--file", dockerfile, "--target", target, "--tag", name,
            *options, context, seconds=seconds)
    return Image(name)


class Image:
    def __init__(self, name):
        self.name = name
        about = json.loads(buildah("inspect", "--type", "image", name))
        self.config = about["Docker"]["config"]
        self.layers = about["OCIv1"]["rootfs"]["diff_ids"]
        self.container = buildah("from", "--pull-never", name).strip()
        self.root = Path(buildah("mount", self.container).strip())

    def remove(self):
        buildah("rm", self.container)
        if self.name != BASE:
            buildah("rmi", "--force", self.name)

    def files(self):
        """{path: size} of what is in it."""
        listed = command("find", self.root, "-xdev", "-type", "f", "-printf", "%s %P\\n")
        return {path: int(size) for size, path in (line.split(" ", 1) for line in listed.splitlines())}

    def environment(self):
        return dict(entry.split("=", 1) for entry in self.config["Env"])


@dataclass
class Settings:
    """What a person gives to `docker run`, or compose.yaml to a service."""
    arguments: list = field(default_factory=list)  # instead of the image's
    entrypoint: list = None
    user: str = None
    environment: dict = field(default_factory=dict)
    mounts: list = field(default_factory=list)  # (folder or file of the host, path inside, read-only)
    tmpfs: list = field(default_factory=list)  # PATH or PATH:OPTIONS
    capabilities: list = field(default_factory=list)
    namespace: str = None  # of the network; None: the host's


def script(image, settings, words):
    """The shell script that makes the container and becomes its program."""
    root = shlex.quote(str(image.root))
    lines = ["set -e", f"mount --bind {root} {root}", f"mount -t proc proc {root}/proc",
             f"mount --rbind /dev {root}/dev"]
    for source, path, read_only in settings.mounts:
        inside = shlex.quote(f"{image.root}{path}")
        make = f"mkdir -p {inside}" if Path(source).is_dir() else f"mkdir -p $(dirname {inside}); touch {inside}"
        lines += [make, f"mount --bind {shlex.quote(str(source))} {inside}"]
        if read_only:
            lines.append(f"mount -o remount,bind,ro {inside}")
    for entry in settings.tmpfs:
        path, _, options = entry.partition(":")
        lines += [f"mkdir -p {root}{path}", f"mount -t tmpfs {'-o ' + options if options else ''} tmpfs {root}{path}"]
    lines.append(f"mount -o remount,bind,ro {root}")
    lines.append(f"exec chroot {root} {shlex.join(confined(image, settings, words))}")
    return "\n".join(lines)


def confined(image, settings, words):
    """The program with the container's environment, user and capabilities."""
    user = settings.user or image.config.get("User") or "0:0"
    uid, _, gid = user.partition(":")
    kept = ",".join(["-all"] + [f"+{name.lower()}" for name in settings.capabilities])
    environment = image.environment() | settings.environment
    return ["env", "-i", *(f"{name}={value}" for name, value in environment.items()),
            "setpriv", f"--reuid={uid}", f"--regid={gid or uid}", "--clear-groups", "--no-new-privs",
            f"--bounding-set={kept}", f"--inh-caps={kept}",
            "sh", "-c", f"cd {image.config.get('WorkingDir') or '/'} && exec \"$@\"", "sh", *words]


def in_namespaces(image, settings, words):
    network = ["ip", "netns", "exec", settings.namespace] if settings.namespace else []
    return [*AS_ROOT, *network, "unshare", "--mount", "--propagation", "private",
            "sh", "-c", script(image, settings, words)]


class Container:
    """One that runs. Its stop is the image's STOPSIGNAL, which must end it well."""

    def __init__(self, name, image, settings, folder):
        self.image, self.settings = image, settings
        entry = image.config.get("Entrypoint") if settings.entrypoint is None else settings.entrypoint
        words = [*(entry or []), *(settings.arguments or image.config.get("Cmd") or [])]
        self.process = Process(name, in_namespaces(image, settings, words), folder)

    def start(self):
        self.process.start()
        return self

    def execute(self, *words):
        """As `docker exec`, in its namespaces with its user and environment."""
        pid = self.process.popen.pid
        if AS_ROOT:  # sudo's child is the program
            pid = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True).stdout.strip()
        return subprocess.run([*AS_ROOT, "nsenter", "--target", str(pid), "--mount", "--net", "--root", "--wd=/",
                               *confined(self.image, self.settings, words)], capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL)

    def healthy(self):
        kind, *words = self.image.config["Healthcheck"]["Test"]
        assert kind == "CMD", "a health check that needs no shell"
        return self.execute(*words).returncode == 0

    def finished(self, seconds=60):
        """The exit code of one that ends by itself."""
        self.process.wanted = False
        return self.process.popen.wait(seconds)

    def stop(self):
        code = self.process.stop()
        assert code in (0, None), f"{self.process.name} ended with {code}:\n{self.process.output()}"

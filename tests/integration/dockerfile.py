# SPDX-License-Identifier: Apache-2.0
"""docker/Dockerfile, whole or without its build stage."""

import os
import re
import shutil
import subprocess

import mpicd
from images import build
from mpicd import ROOT

DOCKERFILE = ROOT / "docker" / "Dockerfile"
WHOLE = os.environ.get("MPICD_WHOLE_IMAGE") == "1"


def installed(folder):
    """What the Dockerfile's build stage leaves in /image, of this run's binary."""
    build_folder = mpicd.BINARY.parent
    if (build_folder / "cmake_install.cmake").exists():
        subprocess.run(["cmake", "--install", build_folder, "--strip", "--prefix", "/usr"], check=True,
                       capture_output=True, timeout=120, env=os.environ | {"DESTDIR": str(folder)})
        shutil.rmtree(folder / "usr" / "lib")
    else:
        (folder / "usr" / "bin").mkdir(parents=True)
        subprocess.run(["strip", "-o", folder / "usr" / "bin" / "mpicd", mpicd.BINARY], check=True, timeout=60)
    needed = subprocess.run([ROOT / "docker" / "runtime-packages.sh", mpicd.BINARY], check=True, text=True,
                            capture_output=True, timeout=60).stdout
    (folder / "packages").write_text(needed)


def without_compiling(folder):
    """(Dockerfile, context) with the build stage replaced by this run's binary."""
    text, count = re.subn(r"FROM packages AS build\n.*?\n(?=FROM )", "FROM scratch AS build\nCOPY image /image\n\n",
                          DOCKERFILE.read_text(), flags=re.DOTALL)
    assert count == 1
    installed(folder / "image")
    shutil.copytree(ROOT / "docker", folder / "docker")
    (folder / "Dockerfile").write_text(text)
    return folder / "Dockerfile", folder


def build_image(folder):
    file, context = (DOCKERFILE, ROOT) if WHOLE else without_compiling(folder)
    return build("localhost/mpicd", file, context, "mpicd", "--build-arg", "COMMIT=0123456789",
                 seconds=3600 if WHOLE else 600)

# SPDX-License-Identifier: Apache-2.0
"""A disk for a journal that can be made full or read-only, and one whose fsync can be made to fail."""

import os
import shutil
import subprocess
from pathlib import Path

from process import Process, wait_for

UNSHARE = shutil.which("unshare") or "/usr/bin/unshare"
NSENTER = shutil.which("nsenter") or "/usr/bin/nsenter"
CC = shutil.which("cc") or shutil.which("clang-19") or "cc"
ROOT = os.geteuid() == 0

SHIM = r"""
// fsync and fdatasync that fail with EIO while the file $FSYNC_FAILS exists, as a disk's do that lost a write.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int sync_with(const char *name, int fd) {
    const char *flag = getenv("FSYNC_FAILS");
    if (flag && access(flag, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}
int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }
"""


class SmallDisk:
    """A tmpfs on `folder`, seen only by those who enter its mount namespace; it is gone when the process that
    holds that namespace is."""

    def __init__(self, folder, size):
        self.folder = Path(folder)
        self.folder.mkdir()
        options = ["--mount"] if ROOT else ["--mount", "--map-root-user"]
        script = 'mount -t tmpfs -o "size=$1,mode=700" mpicd-test "$2" && exec sleep infinity'
        self.holder = Process("disk", [UNSHARE, *options, "sh", "-c", script, "sh", size, self.folder],
                              self.folder.parent)

    def start(self):
        self.holder.start()
        self.holder.wait_until(lambda: os.path.ismount(self.inside))
        return self

    def stop(self):
        self.holder.stop()

    @property
    def inside(self):
        """The folder as this process can reach it."""
        return Path(f"/proc/{self.holder.popen.pid}/root{self.folder}")

    def command(self, words):
        """The same command, on the inside."""
        options = ["--mount"] if ROOT else ["--user", "--preserve-credentials", "--mount"]
        return [NSENTER, "--target", str(self.holder.popen.pid), *options, "--", *map(str, words)]

    def run(self, *words):
        subprocess.run(self.command(words), check=True, capture_output=True, text=True, timeout=20)

    def fill(self, leave=0):
        """Not one octet more fits, but for `leave`."""
        with open(self.inside / "filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
            file.truncate(max(0, file.tell() - leave))

    def make_room(self):
        (self.inside / "filler").unlink()

    def protect(self):
        """Read-only for whatever is opened from now on. (A filesystem with a file open for writing cannot be
        remounted; what is mounted over it is made read-only elsewhere, where nobody opens anything meanwhile.)"""
        aside = f"{self.folder}-read-only"
        self.run("mkdir", "-p", aside)
        self.run("mount", "--bind", self.folder, aside)
        self.run("mount", "-o", "remount,bind,ro", aside)
        self.run("mount", "--move", aside, self.folder)

    def unprotect(self):
        self.run("umount", self.folder)


class FailingSync:
    """`env` makes a program's fsync and fdatasync fail from fail() to heal()."""

    def __init__(self, folder):
        self.flag = Path(folder) / "fsync-fails"
        source, library = Path(folder) / "shim.c", Path(folder) / "shim.so"
        source.write_text(SHIM)
        subprocess.run([CC, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True, timeout=60)
        self.env = {"LD_PRELOAD": str(library), "FSYNC_FAILS": str(self.flag)}

    def fail(self):
        self.flag.touch()

    def heal(self):
        self.flag.unlink()


def ready(made, status):
    """Until /readyz says `status`; its body."""
    def says():
        try:
            answer = made.admin("/readyz")
        except OSError:
            return None  # it is not up yet
        return answer if answer[0] == status else None
    return wait_for(f"/readyz to say {status}", says)[1]

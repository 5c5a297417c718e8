# SPDX-License-Identifier: Apache-2.0
"""A place that vanishes with all that is in it.

The lab runs in mount, process and network namespaces of its own: its files are in a tmpfs that nobody else sees, its
network namespaces are mounted there, and its processes are killed by the kernel when the first of them ends. So
nothing has to be cleaned up, whatever happens: an error, Ctrl-C, SIGTERM or SIGKILL.
"""

import ctypes
import os
import signal
import sys

CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID = 0x00020000, 0x40000000, 0x20000000
MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 0x4000, 1 << 18, 2, 4
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    if getattr(_libc, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def mount(source, target, kind, flags=0, options=""):
    _call("mount", source.encode(), str(target).encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())


def setns(descriptor, kind):
    _call("setns", descriptor, kind)


def run(main):
    """Calls `main(outer_pid)` as the first process of a new sandbox and returns its exit code. `outer_pid` is that
    process's number as seen from outside. Raises OSError where such namespaces may not be made."""
    with open("/proc/self/ns/pid", "rb") as home:
        _call("unshare", CLONE_NEWPID)  # children are born in a new one
        child = os.fork()
        if child == 0:
            os._exit(_inside(main))
        setns(home.fileno(), CLONE_NEWPID)
    return _wait_for(child)


def _inside(main):
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    code = 1
    try:
        outer_pid = int(os.readlink("/proc/self"))  # the old /proc still counts as outside does
        _private_mounts()
        code = main(outer_pid)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = 130
    except BaseException:
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _private_mounts():
    _call("unshare", CLONE_NEWNS | CLONE_NEWNET)
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
    # /run holds the network namespaces by name (ip-netns) and everything that the lab writes.
    mount("lab", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=256m")


def _interrupt(*_):
    # Once: what follows is tidying up.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _wait_for(child):
    """Passes signals on, so that whoever stops this process stops the lab."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda got, _: os.kill(child, got))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)

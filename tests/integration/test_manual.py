# SPDX-License-Identifier: Apache-2.0
"""Man page and completion: made by the program, in step with it, and right by the tools that read them."""

import os
import pty
import re
import select
import subprocess
import time

import pytest

from mpicd import BINARY, ROOT, run

PAGE = ROOT / "docs" / "man" / "mpicd.1"
BASH = ROOT / "config" / "completion" / "mpicd.bash"
ZSH = ROOT / "config" / "completion" / "_mpicd"


def commands(path=()):
    """Every command as --help shows it: {path: (subcommands, options)}."""
    text = run(*path, "--help").stdout
    _, _, tail = text.partition("Subcommands:\n")
    subs = re.findall(r"^  (\S+)", tail, re.MULTILINE)
    options = [name for names in re.findall(r"^  (-\S+)", text.partition("Subcommands:")[0], re.MULTILINE)
               for name in names.split(",")]
    found = {path: (subs, options)}
    for sub in subs:
        found |= commands((*path, sub))
    return found


@pytest.fixture(scope="module")
def known():
    found = commands()
    assert len(found) > 20 and ("audit", "query") in found
    return found


@pytest.mark.parametrize("words, file", [(("manual",), PAGE), (("completion", "bash"), BASH),
                                         (("completion", "zsh"), ZSH)])
def test_the_file_is_the_programs_own(words, file):
    assert run(*words).stdout == file.read_text(), f"run: mpicd {' '.join(words)} > {file.relative_to(ROOT)}"


def test_the_page_reads_well():
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", PAGE], capture_output=True, text=True, timeout=30)
    said = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert not said, done.stdout


def test_the_page_has_every_command_and_option(known):
    text = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=1000", PAGE], capture_output=True, text=True,
                          timeout=30).stdout
    text = re.sub(".\b", "", text)
    sections = re.split(r"^   (?=\S)", text, flags=re.MULTILINE)
    for path, (subs, options) in known.items():
        if subs:
            continue
        here = [section for section in sections if re.match(rf"mpicd {' '.join(path)}( [A-Z.]+)*\n", section)]
        assert len(here) == 1, path
        for option in set(options) - {"-h", "--help"}:
            assert re.search(rf"{option}\b", here[0]), f"{path}: {option}"


# --- completion ---

def bash(*words):
    """What bash offers after these words."""
    script = (f'source "{BASH}"; compopt() {{ :; }}; COMP_WORDS=(mpicd "$@"); COMP_CWORD=$#; _mpicd; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, timeout=20,
                          cwd=ROOT / "config")
    assert not done.stderr, done.stderr
    return done.stdout.split()


def zsh(*words):
    """What zsh offers after these words, by the names that go to _describe."""
    script = (f'compdef() {{ :; }}; _describe() {{ print -l -- "${{(@)${{(@P)2}}%%:*}}"; }}; '
              f'_files() {{ print -l -- *; }}; _message() {{ :; }}; source "{ZSH}"; '
              'words=(mpicd "$@"); CURRENT=$#words; _mpicd; true')
    done = subprocess.run(["zsh", "-f", "-c", script, "zsh", *words], capture_output=True, text=True, timeout=20,
                          cwd=ROOT / "config")
    assert not done.stderr, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("shell", [bash, zsh])
def test_each_command_is_completed_with_what_its_help_shows(shell, known):
    for path, (subs, options) in known.items():
        offered = shell(*path, "")
        if "systemd" in offered:  # files, where a command takes them: those of config/
            offered = [word for word in offered if not (ROOT / "config" / word).exists()]
        assert sorted(offered) == sorted(subs + options), path


@pytest.mark.parametrize("shell", [bash, zsh])
def test_values_are_completed(shell):
    assert sorted(shell("audit", "query", "--outcome", "")) == ["ok", "refused"]
    assert "coordinator.json" in shell("config", "check", "--config", "")
    assert shell("check", "caa", "--issuer-domain", "") == []


def test_bash_narrows_down_to_what_was_begun():
    assert bash("coord") == ["coordinator"]
    assert bash("audit", "query", "--re") == ["--request-id"]


def test_zsh_completes_at_a_real_prompt(tmp_path):
    """_mpicd in a folder of $fpath, compinit, and the tabulator key."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execve("/usr/bin/zsh", ["zsh", "-f", "-i"], {"TERM": "dumb", "PATH": f"{BINARY.parent}:/usr/bin:/bin",
                                                        "HOME": str(tmp_path), "PS1": "ready> "})
    text = ""

    def until(what, seconds=30):
        nonlocal text
        end = time.monotonic() + seconds
        while what not in text:
            assert time.monotonic() < end, text
            if select.select([terminal], [], [], 0.2)[0]:
                text += os.read(terminal, 4096).decode(errors="replace").replace("\a", "")  # the bell
        text = text.split(what, 1)[1]
    try:
        until("ready> ")
        os.write(terminal, f"fpath=({ZSH.parent} $fpath); autoload -U compinit; compinit -D -u; print com''pinit\n".encode())
        until("compinit\r")
        until("ready> ")
        os.write(terminal, b"\x15mpicd coord\t")
        until("coordinator")
        os.write(terminal, b"\x15mpicd audit query --outc\t")
        until("--outcome")
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)

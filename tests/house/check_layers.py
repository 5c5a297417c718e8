#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the order of the house: layers that only go downward, libraries that stay in the module that
owns them, sources that are all built, files of a readable size.

    check_layers.py ROOT BUILD_DIR

Prints one line per breach, FILE:LINE: what is wrong, and exits 1 when there is any. Python's standard
library only.
"""

import json
import re
import sys
from pathlib import Path

MAX_LINES = 400
CODE = {".cpp", ".hpp", ".ipp"}
TEXT = CODE | {".py", ".sh", ".cmake"}
TREES = ("include", "src", "tests", "config", "docker")
FORBIDDEN_FOLDERS = {"util", "utils", "misc", "common", "helper", "helpers", "manager", "managers"}
# Third-party headers that must not spread, and who may include them.
OWNERS = {
    "boost/beast": ("base/http", "base/precompiled"),
    "spdlog/": ("base/log",),
    "prometheus/": ("base/log",),
    "ares.h": ("base/dns",),
    "ares_": ("base/dns",),
    "nghttp2/": ("base/http",),
}
# `mpicd --version` names the versions of the libraries it was built with.
VERSIONS = "src/mpicd/build_info.cpp"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
MODULE = re.compile(r"^\s*mpicd_module\(\s*(\S+?)(?:\s+([^)]*))?\)", re.MULTILINE)
SPDX = "SPDX-License-Identifier: Apache-2.0"


class House:
    """The tree under `root` and the breaches found in it."""

    def __init__(self, root):
        self.root = Path(root)
        self.breaches = []
        self.uses = {}  # module -> modules that it names
        self.read_modules()
        self.reach = {module: self.reachable(module) for module in self.uses}

    def breach(self, path, line, text):
        self.breaches.append(f"{Path(path).relative_to(self.root)}:{line}: {text}")

    def files(self, suffixes, trees=TREES):
        for tree in trees:
            for path in sorted((self.root / tree).rglob("*")):
                generated = {"corpus", "__pycache__", ".pytest_cache"} & set(path.parts)
                if path.is_file() and path.suffix in suffixes and not generated:
                    yield path

    def read_modules(self):
        """The graph of src/CMakeLists.txt. A module may only use what stands above it in that file."""
        path = self.root / "src" / "CMakeLists.txt"
        text = path.read_text()
        for match in MODULE.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            module = match.group(1)
            used = named_after("USES", (match.group(2) or "").split())
            for other in used:
                if other not in self.uses:
                    self.breach(path, line, f"{module} uses {other}, which is not below it")
                if module.startswith("base/") and not other.startswith("base/"):
                    self.breach(path, line, f"{module} must not know {other}: base knows no MPIC")
            self.uses[module] = [other for other in used if other in self.uses]

    def reachable(self, module):
        out = {module}
        for other in self.uses[module]:
            out |= self.reachable(other)
        return out

    def module_of(self, relative):
        """The module that owns a path below include/, src/ or tests/unit/, or nothing."""
        parts = Path(relative).parts
        candidate = "/".join(parts[:2])
        return candidate if candidate in self.uses or candidate == "base/precompiled" else None

    def owner(self, path):
        """(tree, module) of a source file; the module is None for src/mpicd and for loose tests."""
        relative = path.relative_to(self.root)
        if relative.parts[:2] == ("tests", "unit"):
            return "tests", self.module_of(relative.relative_to("tests/unit"))
        return relative.parts[0], self.module_of(relative.relative_to(relative.parts[0]))

    def check_includes(self):
        for path in self.files(CODE, ("include", "src", "tests")):
            tree, module = self.owner(path)
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if match := INCLUDE.match(line):
                    self.check_include(path, number, tree, module, match.group(2))

    def check_include(self, path, number, tree, module, target):
        self.check_third_party(path, number, tree, module, target)
        if ".." in Path(target).parts:
            self.breach(path, number, f"{target}: includes go from the root of a tree, never through ..")
        other = self.module_of(target)
        if other is None or other == module:
            return
        if not (self.root / "include" / target).exists():
            # Fuzz targets and benchmarks may look inside; modules and unit tests only into their own.
            if tree in ("include", "src") or module is not None:
                self.breach(path, number, f"{target} is a private header of {other}")
        elif tree in ("include", "src") and module in self.uses and other not in self.reach[module]:
            self.breach(path, number,
                        f"{module} includes {target}, but does not use {other} (src/CMakeLists.txt)")

    def check_third_party(self, path, number, tree, module, target):
        for prefix, owners in OWNERS.items():
            if not target.startswith(prefix):
                continue
            if tree == "include":
                self.breach(path, number, f"{target} in a public header")
            elif module not in owners and str(path.relative_to(self.root)) != VERSIONS:
                self.breach(path, number, f"{target} outside of {owners[0]}, which owns it")

    def check_built(self, build):
        commands = build / "compile_commands.json"
        if not commands.exists():
            self.breaches.append(f"{commands}: missing; configure with CMAKE_EXPORT_COMPILE_COMMANDS")
            return
        built = {(Path(entry["directory"]) / entry["file"]).resolve()
                 for entry in json.loads(commands.read_text())}
        for path in self.files({".cpp"}, ("src", "tests")):
            if path.resolve() not in built:
                self.breach(path, 1, "no target compiles this file")

    def check_shape(self):
        for path in self.files(TEXT):
            lines = path.read_text().splitlines()
            if len(lines) > MAX_LINES:
                self.breach(path, MAX_LINES + 1, f"{len(lines)} lines; {MAX_LINES} at most")
            if not any(SPDX in line for line in lines[:3]):
                self.breach(path, 1, f"no line {SPDX}")
            if path.suffix in (".hpp", ".ipp") and "#pragma once" not in lines:
                self.breach(path, 1, "no #pragma once")
        for tree in TREES:
            for path in sorted((self.root / tree).rglob("*")):
                if path.is_dir() and path.name in FORBIDDEN_FOLDERS:
                    self.breach(path, 1, f"a folder called {path.name} says nothing about its content")


def named_after(keyword, words):
    """The words between `keyword` and the next keyword of mpicd_module()."""
    if keyword not in words:
        return []
    out = []
    for word in words[words.index(keyword) + 1:]:
        if word in ("USES", "LINKS"):
            break
        out.append(word)
    return out


def check(root, build):
    house = House(root)
    if not house.uses:
        house.breaches.append("src/CMakeLists.txt:1: no mpicd_module() found")
    house.check_includes()
    house.check_built(Path(build))
    house.check_shape()
    return house.breaches


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    breaches = check(sys.argv[1], sys.argv[2])
    for line in breaches:
        print(line)
    print(f"{len(breaches)} breaches" if breaches else "the house is in order")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()

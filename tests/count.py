#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up what tests/run.sh left in its results folder and prints one line: N passed, N failed, N skipped.

Test programs of GoogleTest write one XML file each, which counts their cases; CTest's own file counts the
others (house rules, fuzz corpora) and programs that crashed before they could write theirs.
"""
import pathlib
import sys
import xml.etree.ElementTree as ET


def cases(file):
    for case in ET.parse(file).getroot().iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            yield case, "failed"
        elif "skipped" in kinds or case.get("status") in ("notrun", "disabled"):
            yield case, "skipped"
        else:
            yield case, "passed"


def main(folder):
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for file in sorted(folder.glob("*.xml")):
        by_ctest = file.name.startswith("ctest-")
        for case, outcome in cases(file):
            # A unit program that passed is counted by its own file.
            if by_ctest and case.get("name", "").startswith("unit/") and outcome == "passed":
                continue
            count[outcome] += 1
    for file in sorted(folder.glob("gtest-*/*.xml")):
        for _, outcome in cases(file):
            count[outcome] += 1
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))

# SPDX-License-Identifier: Apache-2.0
"""`mpicd check` as a function."""

import json
import time

from mpicd import run

PASSED, REJECTED, UNDETERMINED = 0, 1, 2
VERDICTS = {PASSED: "passed", REJECTED: "rejected", UNDETERMINED: "undetermined"}


def check(*arguments, seconds=30):
    """(exit code, the JSON object, seconds taken)"""
    start = time.monotonic()
    done = run("check", *arguments, "--json", seconds=seconds)
    taken = time.monotonic() - start
    assert done.returncode in VERDICTS, done.stderr
    result = json.loads(done.stdout)
    assert result["verdict"] == VERDICTS[done.returncode]
    assert {"verdict", "code", "dnssec", "evidence"} <= set(result)
    # What could not be determined must not look like "no CAA anywhere".
    assert ("caa" in result) is (arguments[0] == "caa" and done.returncode != UNDETERMINED)
    return done.returncode, result, taken

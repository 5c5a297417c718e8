# SPDX-License-Identifier: Apache-2.0
"""Child processes, waiting, and the program under test ($MPICD): as in the integration tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "integration"))

import mpicd as _program  # noqa: E402
from process import Process, wait_for  # noqa: E402

BINARY = _program.BINARY
mpicd = _program.run
new_token = _program.new_token
Role = _program.Role


__all__ = ["BINARY", "Process", "Role", "mpicd", "new_token", "wait_for"]

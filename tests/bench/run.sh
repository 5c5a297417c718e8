#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How fast it is, on this machine: see docs/performance.md.
#   tests/bench/run.sh                     every case; a table, and build/results/bench.svg
#   tests/bench/run.sh --quick             what the targets need, in under 4 minutes
#   tests/bench/run.sh --json FILE         everything measured, as JSON
# The last line is one JSON object: the keys that docs/performance.md names. $MPICD measures another binary.
set -euo pipefail
cd "$(dirname "$0")/../.."

config/install-packages.sh --bench
if [ -z "${MPICD:-}" ]; then
    mkdir -p build
    { cmake --preset release && cmake --build --preset release --target mpicd bench_floor; } >build/bench-build.log 2>&1 \
        || { tail -n 60 build/bench-build.log; exit 1; }
fi
mkdir -p build/results
ulimit -n "$(ulimit -Hn)"
exec /usr/bin/python3 -B tests/bench/bench.py --plot build/results/bench.svg "$@"

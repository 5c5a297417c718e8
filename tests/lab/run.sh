#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The hijack lab: a small Internet in network namespaces (BIRD, Knot, Unbound, nginx, and mpicd itself), scenarios that
# hijack its routes or break it, and what mpicd answers. docs/hijack-lab.md leads through it.
#   tests/lab/run.sh                          everything, in about three minutes
#   tests/lab/run.sh --list                   which scenarios there are
#   tests/lab/run.sh --scenario NAME --keep   one of them; then the lab stays up, and you are told how to enter
#   tests/lab/run.sh --json FILE              also write what was measured and answered
# As root or with sudo. Uses $MPICD, by default build/release/mpicd. Leaves nothing behind, however it ends.
set -euo pipefail
lab=$(cd "$(dirname "$0")" && pwd)

for program in bird knotd unbound nginx nft ip; do
    command -v $program >/dev/null || [ -x /usr/sbin/$program ] || missing="${missing:-} $program"
done
[ -z "${missing:-}" ] || { echo "missing:$missing (config/install-packages.sh --tests installs them)" >&2; exit 1; }

root=()
if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then
    root=(sudo -n ${MPICD:+MPICD="$MPICD"})
fi
exec "${root[@]}" /usr/bin/python3 -B "$lab/main.py" "$@"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building mpicd needs, from the distribution: Debian 12 or newer, Ubuntu 24.04 or newer.
#   config/install-packages.sh           what the build needs
#   config/install-packages.sh --tests   what the tests need too (Knot, Unbound, nginx, pytest)
#   config/install-packages.sh --bench   the same, what tests/bench needs (wrk) and Google Benchmark
# As root or with sudo. Does nothing when everything is there.
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
known() { apt-cache show "$1" >/dev/null 2>&1; }
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

packages=(ca-certificates ccache clang-19 cmake curl git jq libc-ares-dev libcli11-dev libclang-rt-19-dev
    libgmock-dev libgtest-dev libidn2-dev libjemalloc-dev libnghttp2-dev libspdlog-dev libssl-dev lld-19 ninja-build
    nlohmann-json3-dev pkg-config prometheus-cpp-dev python3)
# Debian 12's default Boost is 1.74; 1.81 stands beside it. Later releases default to a newer one.
boost=libboost1.81-dev
if ! installed $boost; then
    known libboost-dev || as_root apt-get update -q # a new machine has no package lists yet
    known $boost || boost=libboost-dev
fi
packages+=("$boost")
if [ "${1:-}" = --tests ] || [ "${1:-}" = --bench ]; then
    packages+=(iproute2 knot knot-dnssecutils knot-dnsutils nginx-light openssl procps python3-h2 python3-pytest testssl.sh unbound util-linux)
    # The hijack lab; tcpdump to look about in it.
    packages+=(bird2 iproute2 nftables tcpdump)
    # Images, compose, Kubernetes, units, alerts, OpenAPI, man page and completion, each by its own checker.
    packages+=(buildah dns-root-data docker-compose iproute2 mandoc mmdebstrap prometheus python3-jsonschema
        python3-kubernetes python3-yaml systemd zsh)
    command -v kubectl >/dev/null || packages+=(kubernetes-client)
fi
if [ "${1:-}" = --bench ]; then
    packages+=(libbenchmark-dev wrk)
fi

missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done
[ ${#missing[@]} = 0 ] && exit 0

echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Servers that come as packages must not start on their own: the tests start theirs on loopback.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    trap 'as_root rm -f $policy' EXIT
fi
as_root apt-get update -q
as_root apt-get install -y -q --no-install-recommends "${missing[@]}"
# Nor at the next boot.
for pair in bird2:bird knot:knot nginx-light:nginx prometheus:prometheus unbound:unbound; do
    [[ " ${missing[*]} " != *" ${pair%:*} "* ]] || as_root systemctl disable -q "${pair#*:}" 2>/dev/null || true
done

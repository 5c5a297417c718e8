#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# use-snapshot.sh TIME: from now on apt takes its packages from snapshot.debian.org as of TIME, such as
# 20261122T000000Z. Without a TIME nothing changes.
set -eu
[ -n "${1:-}" ] || exit 0
. /etc/os-release
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
for archive in "debian $VERSION_CODENAME" "debian $VERSION_CODENAME-updates" \
    "debian-security $VERSION_CODENAME-security"; do
    set -- "$1" $archive
    echo "deb [check-valid-until=no] http://snapshot.debian.org/archive/$2/$1 $3 main"
done > /etc/apt/sources.list

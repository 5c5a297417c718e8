#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# runtime-packages.sh PROGRAM: the Debian packages that hold the shared libraries of PROGRAM, one a line. Run where it
# was built.
set -eu
libraries=$(ldd "$1" | awk '$3 ~ /^\// { print $3 }')
for library in $libraries; do
    # What the linker calls /lib/… the package may call /usr/lib/…
    dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "/usr$library" 2>/dev/null \
        || dpkg-query -S "$(readlink -f "$library")"
done | cut -d: -f1 | sort -u

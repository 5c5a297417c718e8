#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole test suite: installs what it needs, builds, and runs everything under the release and the dev
# (AddressSanitizer, UndefinedBehaviorSanitizer) presets. Ends with one line that counts.
#   tests/run.sh          what every change must pass
#   tests/run.sh --all    also ThreadSanitizer, the long kill test and the whole TLS scan, the image with its compile
#                         stage, and FUZZ_SECONDS (default 60) of fuzzing per target
set -uo pipefail
cd "$(dirname "$0")/.."

all=
case "${1:-}" in
    --all) all=yes ;;
    "") ;;
    *) echo "usage: tests/run.sh [--all]" >&2; exit 2 ;;
esac

config/install-packages.sh --tests || exit 1
results=build/results
rm -rf $results && mkdir -p $results
failed=0

build() { # preset
    echo "== build $1"
    cmake --preset "$1" >$results/configure-"$1".log 2>&1 || { cat $results/configure-"$1".log; exit 1; }
    cmake --build --preset "$1" >$results/build-"$1".log 2>&1 || { tail -n 60 $results/build-"$1".log; exit 1; }
}
programs() { # preset: unit, house and fuzz-corpus tests
    echo "== programs $1"
    GTEST_OUTPUT="xml:$PWD/$results/gtest-$1/" ctest --test-dir build/"$1" -j 2 --output-on-failure --no-tests=error \
        --output-junit "$PWD/$results/ctest-$1.xml" >$results/ctest-"$1".log 2>&1 || { failed=1; cat $results/ctest-"$1".log; }
}
daemons() { # preset: the real binary against real servers
    echo "== daemons $1"
    local images=()
    # What is built is the image of the release; there is no other.
    [ "$1" = release ] || images=(--ignore=tests/integration/test_containers.py --ignore=tests/integration/test_compose.py)
    # Long kill tests and the whole TLS scan: once is enough.
    local long=
    [ "$1" != release ] || long=$all
    MPICD_LONG="${long:+1}" MPICD_WHOLE_IMAGE="${all:+1}" MPICD="$PWD/build/$1/mpicd" \
        /usr/bin/python3 -m pytest tests/integration -q -p no:cacheprovider "${images[@]}" \
        --junitxml="$results/pytest-$1.xml" || failed=1
}
lab() { # preset: the hijack lab; where namespaces may not be made it says so, and its scenarios count as skipped
    echo "== hijack lab $1"
    MPICD="$PWD/build/$1/mpicd" tests/lab/run.sh --junit "$results/lab-$1.xml" >$results/lab-"$1".log 2>&1 || {
        failed=1
        grep -q '<failure' $results/lab-"$1".xml 2>/dev/null || lab_ended_early "$1"
    }
    grep -E 'SKIPPED|NOT AS EXPECTED|scenarios as expected' $results/lab-"$1".log || tail -n 40 $results/lab-"$1".log
}
lab_ended_early() { # preset: one failure to count, instead of the scenarios that were not played
    echo '<testsuite><testcase name="hijack-lab"><failure message="it ended early"/></testcase></testsuite>' \
        >$results/lab-"$1".xml
}
fuzz() { # seconds per target
    for target in build/fuzz/tests/fuzz_*; do
        local name=${target##*/fuzz_}
        echo "== fuzz $name"
        mkdir -p build/fuzz/corpus/"$name"
        "$target" -max_total_time="$1" -rss_limit_mb=2048 -print_final_stats=0 -artifact_prefix="$results/$name-" \
            build/fuzz/corpus/"$name" tests/fuzz/corpus/"$name" >$results/fuzz-"$name".log 2>&1 \
            || { failed=1; tail -n 40 $results/fuzz-"$name".log; }
    done
}

export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
for preset in release dev ${all:+tsan}; do
    build $preset
    programs $preset
    daemons $preset
    [ $preset != release ] || lab $preset
done
if [ -n "$all" ]; then
    build fuzz
    fuzz "${FUZZ_SECONDS:-60}"
fi

/usr/bin/python3 tests/count.py $results || failed=1
exit $failed

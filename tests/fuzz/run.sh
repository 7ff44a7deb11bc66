#!/usr/bin/env bash
# run.sh - runs libFuzzer targets, each for FUZZ_SECONDS.
#
# Usage: tests/fuzz/run.sh fuzz_NAME…; called by make fuzz. Starts from
# tests/fuzz/corpus/NAME and the inputs of all .test files; what it learns stays
# in build/fuzz/corpus/NAME, what breaks in build/fuzz/found/. A find belongs
# into tests/fuzz/corpus/NAME, where make test replays it.
set -uo pipefail
cd "$(dirname "$0")/../.."

BUILD=${BUILD:-build}
SECONDS_EACH=${FUZZ_SECONDS:-20}
export SHIKRA_DUCKDB=${SHIKRA_DUCKDB:-$PWD/$BUILD/lib/libduckdb.so}
export ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp
seeds=$BUILD/fuzz/seeds
mkdir -p "$seeds" "$BUILD/fuzz/found"

# One seed for each paragraph of the test data.
find tests -name '*.test' -print0 | xargs -0 -r awk -v dir="$seeds" '
    BEGIN { RS = ""; }
    { file = sprintf("%s/%06d", dir, ++n); printf "%s", $0 > file; close(file) }'

failed=0
for target in "$@"; do
    name=${target#fuzz_}
    mkdir -p "$BUILD/fuzz/corpus/$name"
    corpus=("$BUILD/fuzz/corpus/$name" "$seeds")
    [ -d "tests/fuzz/corpus/$name" ] && corpus+=("tests/fuzz/corpus/$name")
    dict=()
    [ -f "tests/fuzz/$name.dict" ] && dict=(-dict="tests/fuzz/$name.dict")
    log=$BUILD/fuzz/$name.log
    if "$BUILD/fuzz/bin/$target" -max_total_time="$SECONDS_EACH" -timeout=10 \
        -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$BUILD/fuzz/found/$name-" "${dict[@]}" \
        "${corpus[@]}" > "$log" 2>&1; then
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' \
            "$log") inputs, no find"
    else
        tail -n 40 "$log"
        echo "$target: a find in $BUILD/fuzz/found/"
        failed=$((failed + 1))
    fi
done
echo "fuzz: $(($# - failed)) passed, $failed failed"
[ $failed -eq 0 ]

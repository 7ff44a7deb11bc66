#!/usr/bin/env bash
# all.sh - runs the test suites and adds up what they say.
#
# Usage: tests/all.sh [SUITE…]; called by make test (all suites), unit, run.
# A suite is a program whose last line ends in "N passed, N failed":
#   lint layers unit replay run intrusion conformance         named here
#   tests/FOLDER/suite_NAME.{py,sh} test_NAME.py NAME_test.py found
# (or as Python's unittest says it: "Ran N tests", "FAILED (failures=N)").
# Status 77: what it needs is not here, so it was skipped.
# Each gets SHIKRA (the checked build) and SHIKRA_RELEASE in its environment.
# T=text runs the .test blocks and the programs whose name has it. The last
# line is "N passed, N failed"; the status is 0 when nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.."

BUILD=${BUILD:-build}
PYTHON=${PYTHON:-/usr/bin/python3}
SUITE_SECONDS=${SUITE_SECONDS:-420}
JOBS=${JOBS:-$(nproc)}
export JOBS RENDER_PAGES=$PWD/$BUILD/rel/render_pages
export SHIKRA=$PWD/$BUILD/asan/shikra SHIKRA_RELEASE=$PWD/$BUILD/shikra
export SHIKRA_DUCKDB=${SHIKRA_DUCKDB:-$PWD/$BUILD/lib/libduckdb.so}
export LC_ALL=C TZ=UTC
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:handle_abort=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/lsan.supp:print_suppressions=0}

passed=0
failed=0
bad= # the suites that failed: said once more before the sum
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unittest_sum() # passed, failed, "unittest"; nothing when it is none
{
    awk '/^Ran [0-9]+ tests? in / { ran = $2; known = 1 }
        /^FAILED \(/ {
            if (/failures=/) { match($0, /failures=[0-9]+/); bad += substr($0, RSTART + 9, RLENGTH - 9) }
            if (/errors=/) { match($0, /errors=[0-9]+/); bad += substr($0, RSTART + 7, RLENGTH - 7) }
        }
        /skipped=/ { match($0, /skipped=[0-9]+/); ran -= substr($0, RSTART + 8, RLENGTH - 8) }
        END { if (known) print ran - bad, bad + 0, "unittest" }' "$out"
}

# launch NAME COMMAND…: runs it, keeps output, status and seconds.
launch()
{
    local name=$1 start=$SECONDS
    shift
    timeout -k 10 "$SUITE_SECONDS" "$@" > "$work/${name//\//,}.out" 2>&1
    echo "$? $((SECONDS - start))" > "$work/${name//\//,}.status"
}

# report NAME: shows the output of what failed, counts its last line.
report()
{
    local name=$1 status seconds line p f
    out=$work/${name//\//,}.out
    read -r status seconds < "$work/${name//\//,}.status"
    line=$(grep -E '[0-9]+ passed, [0-9]+ (checks )?failed *$' "$out" | tail -n 1)
    read -r p f <<< "$(sed -nE 's/.*[^0-9]?\b([0-9]+) passed, ([0-9]+) (checks )?failed *$/\1 \2/p' <<< "$line")"
    [ -n "$line" ] || read -r p f line <<< "$(unittest_sum)"
    p=${p:-0} f=${f:-0}
    if [ "$status" -eq 77 ]; then
        echo "$name: skipped: $(tail -n 1 "$out")"
        return
    fi
    if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
        echo "$name: ended with status $status (124: took too long)" >> "$out"
        f=1
    elif [ -z "$line" ]; then
        echo "$name: said nothing of passed and failed" >> "$out"
        f=1
    fi
    if [ "$f" -gt 0 ]; then
        # The sum at the end must be the only line of its kind.
        sed -E 's/([0-9]+) passed, ([0-9]+) failed *$/\1 good, \2 bad/' "$out" |
            tail -n "${LINES_SHOWN:-400}"
    elif grep -q 'skip' "$out"; then
        grep 'skip' "$out" | tail -n 3
    fi
    printf '%-34s %5d good %4d bad %4d s\n' "$name" "$p" "$f" "$seconds"
    [ "$f" -eq 0 ] || bad="$bad $name"
    passed=$((passed + p))
    failed=$((failed + f))
}

suite() # NAME COMMAND…
{
    launch "$@"
    report "$1"
}

# Programs that do not disturb each other run side by side; their names and
# commands are lines "NAME COMMAND…" on standard input.
side_by_side()
{
    local names=() line
    while read -r line; do
        while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do
            wait -n
        done
        names+=("${line%% *}")
        # shellcheck disable=SC2086
        launch $line < /dev/null &
    done
    wait
    for line in "${names[@]}"; do
        report "$line"
    done
}

wanted() # NAME: under T only programs of that name run
{
    case "$1" in
    *"${T:-}"*) return 0 ;;
    *) return 1 ;;
    esac
}

units()
{
    for t in tests/unit/t_*.c; do
        local name
        name=$(basename "$t" .c)
        wanted "unit/$name" && echo "unit/$name $BUILD/asan/unit/$name"
    done > "$work/list"
    side_by_side < "$work/list"
}

replays()
{
    for t in tests/fuzz/fuzz_*.c; do
        local name
        name=$(basename "$t" .c)
        wanted "replay/$name" && echo "replay/$name $BUILD/asan/replay/$name" \
            "tests/fuzz/corpus/${name#fuzz_} tests/lang"
    done > "$work/list"
    side_by_side < "$work/list"
}

found()
{
    for t in tests/*/suite_* tests/*/test_*.py tests/*/*_test.py; do
        [ -f "$t" ] && wanted "$t" || continue
        case "$t" in
        *.py) suite "$t" "$PYTHON" "$t" ;;
        *.sh) suite "$t" bash "$t" ;;
        esac
    done
}

one()
{
    case "$1" in
    unit) units ;;
    replay) replays ;;
    found) found ;;
    run) suite run "$BUILD/asan/run" ;;
    conformance)
        wanted conformance && suite conformance "$PYTHON" \
            tests/conformance.py --shikra "$SHIKRA_RELEASE" \
            --known tests/conformance-known.tsv
        ;;
    intrusion)
        wanted intrusion && suite intrusion "$PYTHON" tests/intrusion.py \
            "$BUILD/intrusion"
        ;;
    lint | layers) wanted "$1" && suite "$1" "tests/$1.sh" ;;
    *)
        echo "all.sh: no suite '$1'"
        exit 2
        ;;
    esac
}

[ $# -gt 0 ] || set -- lint layers unit replay run found intrusion conformance
for s in "$@"; do
    one "$s"
done
[ -z "$bad" ] || echo "not well:$bad"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

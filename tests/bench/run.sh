#!/usr/bin/env bash
# run.sh - all benchmarks, side by side with other tools, in one run.
#
# Usage: make bench EVENTS=100000; called by the Makefile. Ratios above 1 mean
# that the other tool took longer. Only ratios of one run can be compared: say
# the machine with them.
set -euo pipefail
cd "$(dirname "$0")/../.."

BUILD=${BUILD:-build}
EVENTS=${EVENTS:-100000}
PYTHON=${PYTHON:-/usr/bin/python3}
export BUILD PYTHON

echo "# $EVENTS events, $(nproc) processors, $(sed -n \
    's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(date -u +%F)"
echo
"$PYTHON" tests/bench/b_kernel.py
"$PYTHON" tests/bench/b_answers.py

data=$BUILD/bench/$EVENTS
if [ ! -f "$data/all.jsonl" ]; then
    mkdir -p "$data"
    "$BUILD/intrusion" --single --events "$EVENTS" --out "$data"
fi
"$PYTHON" tests/bench/b_hunt.py "$data/all.jsonl"

"$PYTHON" tests/bench/b_providers.py postgresql clickhouse

for program in "$BUILD"/rel/bench/b_*; do
    [ -x "$program" ] && "$program"
done
exit 0

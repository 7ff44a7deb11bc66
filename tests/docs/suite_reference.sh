#!/usr/bin/env bash
# suite_reference.sh - the pages of docs/reference/ say what the program says.
#
# Called by: tests/all.sh, with SHIKRA_RELEASE in the environment.
set -uo pipefail
cd "$(dirname "$0")/../.."

export SHIKRA=${SHIKRA_RELEASE:-build/shikra}
if [ ! -x "$SHIKRA" ]; then
    echo "no program at $SHIKRA"
    echo "reference: 0 passed, 1 failed"
    exit 1
fi
stale=$(docs/generate.sh --check)
status=$?
pages=$(find docs/reference -name '*.md' | wc -l)
failed=$(grep -c . <<< "$stale")
[ "$status" -eq 0 ] || failed=$((failed + 1))
[ -z "$stale" ] || echo "$stale"
echo "reference: $((pages - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]

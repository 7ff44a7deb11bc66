#!/usr/bin/env bash
# suite_notebooks.sh - notebooks that bring their own data run to their end.
#
# Called by: make test, with SHIKRA naming the program. Their assert statements
# are the checks; the tour needs generated data and is run by make demo.
set -uo pipefail
cd "$(dirname "$0")/../.."

passed=0
failed=0
for notebook in notebooks/*.ipynb; do
    grep -q 'build/demo' "$notebook" && continue
    if out=$("${SHIKRA:-build/shikra}" run "$notebook" 2>&1); then
        passed=$((passed + 1))
    else
        printf '%s\n%s does not run\n' "$out" "$notebook"
        failed=$((failed + 1))
    fi
done
echo "notebooks: $passed passed, $failed failed"
[ $failed -eq 0 ]

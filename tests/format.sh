#!/usr/bin/env bash
# format.sh - clang-format where it is needed: statements that are too wide.
#
# Usage: tests/format.sh [FILE…]; called by make format. Only lines wider than
# 80 columns are laid out anew, since tables and comments are set by hand.
set -euo pipefail
cd "$(dirname "$0")/.."

wide_lines()
{
    LC_ALL=C awk '{ gsub(/[\200-\277]/, "") }
        length($0) > 80 { printf "--lines=%d:%d ", FNR, FNR }' "$1"
}

[ $# -gt 0 ] || mapfile -t files < <(git ls-files '*.c' '*.h')
for f in "${@:-${files[@]}}"; do
    lines=$(wide_lines "$f")
    [ -z "$lines" ] || clang-format -i $lines "$f"
done

#!/usr/bin/env bash
# generate.sh - writes the pages of docs/reference/, which come from the source.
#
# Usage: docs/generate.sh           rewrites them (make docs)
#        docs/generate.sh --check   names those that are stale (make lint, and
#                                   tests/docs/suite_reference.sh)
# Pages of rows are asked of the program, which SHIKRA names (build/shikra); a
# check without it leaves them out.
set -euo pipefail
cd "$(dirname "$0")/.."

errors_page()
{
    cat << 'END'
# Error codes

Every problem that a cell can have carries a code. `E` before the number is an
error, `W` a warning, `N` a note; the first two digits are the group. A code
never changes its meaning and is never used again for another.

This page is generated from `lang/base/diag.def` by `make docs`.
END
    awk '
    /^\/\* [0-9][0-9] / {
        group = $0
        sub(/^\/\* /, "", group)
        sub(/ \*\/$/, "", group)
        printf "\n## %s\n\n| code | name | meaning |\n|---|---|---|\n", group
    }
    /^DIAG\(/ { entry = ""; }
    /^DIAG\(/, /\)$/ { entry = entry $0 }
    /\)$/ && entry != "" {
        split(entry, part, /[(,]/)
        meaning = entry
        sub(/^[^"]*"/, "", meaning)
        sub(/"\)$/, "", meaning)
        gsub(/" *"/, "", meaning)
        gsub(/ +/, "", part[2]); gsub(/ +/, "", part[3])
        printf "| E%04d | %s | %s |\n", part[3], part[2], meaning
        entry = ""
    }' lang/base/diag.def
}

page()
{
    local path=$1
    shift
    if [ "$mode" = --check ]; then
        "$@" | cmp -s - "$path" || echo "$path:1: stale, run make docs"
    else
        "$@" > "$path.new" && mv "$path.new" "$path"
    fi
}

mode=${1:-write}
export SHIKRA=${SHIKRA:-build/shikra}
page docs/reference/errors.md errors_page
if [ "$mode" = --check ] && [ ! -x "$SHIKRA" ]; then
    exit 0
fi
page docs/reference/README.md docs/reference.py index
for name in operators functions aggregates plugins commands renderers \
    providers queries; do
    page "docs/reference/$name.md" docs/reference.py "$name"
done

#!/usr/bin/env bash
# generate.sh - writes the pages of docs/ that come from the source.
#
# Usage: docs/generate.sh           rewrites them (make docs)
#        docs/generate.sh --check   names those that are stale (make lint)
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
page docs/errors.md errors_page

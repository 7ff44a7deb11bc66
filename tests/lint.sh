#!/usr/bin/env bash
# lint.sh - the house rules that a script can check.
#
# Usage: tests/lint.sh [FILE…]; called by make lint, make test, the commit hook.
#        tests/lint.sh --allow   what tests/size-allow.txt would have to hold
# Prints one line per finding and "lint: N passed, N failed" (files).
# Exceptions of size stand in tests/size-allow.txt, which may only shrink: an
# entry that is no longer needed is itself a finding.
set -uo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

if [ "${1:-}" = --allow ]; then
    whole=allow
    git ls-files -co --exclude-standard > "$tmp/files"
elif [ $# -gt 0 ]; then
    whole=false
    printf '%s\n' "$@" > "$tmp/files"
else
    whole=true
    git ls-files -co --exclude-standard > "$tmp/files"
fi
while read -r f; do
    [ -f "$f" ] && echo "$f"
done < "$tmp/files" | sort -u > "$tmp/all"
grep -E '\.(c|h|def)$' "$tmp/all" > "$tmp/c" || true
grep -E '\.(sh|py)$|^\.ci/' "$tmp/all" > "$tmp/scripts" || true
grep -vE '^tests/(golden|.*/golden|fuzz/corpus)/|\.(png|ico|svg|html|evtx|zip|gz)$|^LICENSE$' \
    "$tmp/all" > "$tmp/text" || true

# ---- C: purpose, guard, sizes, width ----
xargs -r -d '\n' awk -v whole=$whole '
function base(path) { sub(/.*\//, "", path); return path }
function finding(line, what) { print FILENAME_ ":" line ": " what }

# Sizes may be excepted: "KIND WHERE SIZE" in tests/size-allow.txt.
function capped(kind, where, size, cap, line) {
    key = kind " " where
    used[key] = size > cap
    if (size <= cap) return
    if (whole == "allow") print key, size > "/dev/stderr"
    if (!(key in allow))
        finding(line, kind " is " size " lines long, cap " cap)
    else if (size > allow[key])
        finding(line, kind " " where " grew to " size ", allowed " allow[key])
}

function parameters(sig,    i, c, depth, n) {
    if (sig ~ /\((void)?\)$/) return 0
    for (i = 1; i <= length(sig); i++) {
        c = substr(sig, i, 1)
        if (c == "(") depth++
        else if (c == ")") depth--
        else if (c == "," && depth == 1) n++
    }
    return n + 1
}

function end_of_file() {
    if (FILENAME_ == "") return
    if (FILENAME_ !~ /_tables\.def$/)
        capped("file", FILENAME_, lines, 600, 1)
    if (FILENAME_ ~ /\.h$/ && !guard) finding(1, "header without a guard")
}

BEGIN {
    while ((getline text < "tests/size-allow.txt") > 0)
        if (text !~ /^#/ && split(text, f, " ") == 3)
            allow[f[1] " " f[2]] = f[3]
}
FNR == 1 {
    end_of_file()
    FILENAME_ = FILENAME; guard = 0; sig = ""; body = 0; in_comment = 0
    if (index($0, "/* " base(FILENAME) " - ") != 1)
        finding(1, "first line is not /* " base(FILENAME) " - what it is for.")
}
{ lines = FNR; text = $0; gsub(/[\200-\277]/, "", text) }
length(text) > 80 && FILENAME !~ /\.def$/ { finding(FNR, "wider than 80 columns") }
/[ \t]$/ { finding(FNR, "blank at the end") }
/\t/ { finding(FNR, "tab") }
/^#ifndef [A-Z0-9_]+_H$/ { guard = 1 }
/^\/\*/ { in_comment = 1 }
in_comment { if (/\*\//) in_comment = 0; sig = ""; next }
/^\{/ && sig ~ /\)$/ {
    body = FNR
    match(sig, /[A-Za-z0-9_]+\(/)
    name = substr(sig, RSTART, RLENGTH - 1)
    if (sig !~ /static/ && FILENAME !~ /^(tests|notebooks)\//) {
        if (name in home)
            finding(FNR, name " is also defined in " home[name])
        home[name] = FILENAME
    }
    n = parameters(sig)
    if (n > 5) {
        key = "params " FILENAME ":" name
        used[key] = 1
        if (whole == "allow") print key, n > "/dev/stderr"
        if (!(key in allow))
            finding(FNR, name " takes more than five parameters")
    }
}
/^\}/ && body {
    capped("function", FILENAME ":" name, FNR - body + 1, 100, body)
    nfunctions++
    if (FNR - body + 1 > 60) nlong++
    body = 0
}
body && /^                    (    )*(if|for|while|switch|do)[ (]/ {
    if (previous ~ /[;{})]$|else$/ || previous ~ /^ *(if|for|while)/)
        finding(FNR, "nested more than four deep")
}
{ previous = $0 }
!body && /^[A-Za-z_ ].*[^;]$|^[A-Za-z_ ].*\)$/ { sig = sig " " $0; next }
!body { sig = "" }
END {
    end_of_file()
    if (whole == "true") {
        FILENAME_ = "tests/size-allow.txt"
        for (key in allow)
            if (!used[key]) finding(1, "no longer needed: " key)
        if (nlong * 20 > nfunctions)
            finding(1, nlong " of " nfunctions " functions exceed 60 lines (5 %)")
    }
}' < "$tmp/c" > "$tmp/found"

[ $whole != allow ] || exit 0

# ---- C: bytes of others reach an output language only through its writer ----
grep -E '^(lang|providers|render|kernel)/.*\.c$' "$tmp/c" | xargs -r -d '\n' awk '
FNR == 1 { call = "" }
/buf_addf\(|arena_fmt\(/ { call = ""; line = FNR }
/buf_addf\(|arena_fmt\(/, /;/ {
    call = call $0
    if ($0 !~ /;/) next
    if (call ~ /lint: escaped/) next
    if (call ~ /<[a-z!\/][^"]*%(\.\*)?s/)
        print FILENAME ":" line ": markup with %s: use html_text, html_attr"
    if (call ~ /buf_addf.*\\"[^"]*%\.\*s[^"]*\\"/)
        print FILENAME ":" line ": quoted %s: use json_str or html_attr"
    if (FILENAME ~ /^lang\/(sql|engine|plan)\// && call ~ /buf_addf.*\047%(\.\*)?s\047/)
        print FILENAME ":" line ": SQL with %s: use sql_lit, sql_ident"
}' >> "$tmp/found"

# ---- scripts: purpose and grammar ----
while read -r f; do
    name=$(basename "$f")
    case "$f" in
    *.py)
        head -n 3 "$f" | grep -qF "\"\"\"$name - " ||
            head -n 3 "$f" | grep -qF "# $name - " ||
            echo "$f:1: no purpose: \"\"\"$name - what it is for."
        python3 - "$f" << 'PY' || echo "$f:1: does not compile"
import ast, sys
ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])
PY
        ;;
    *)
        head -n 3 "$f" | grep -qF "# $name - " ||
            echo "$f:1: no purpose: # $name - what it is for."
        bash -n "$f" || echo "$f:1: does not parse"
        ;;
    esac
done < "$tmp/scripts" >> "$tmp/found"

# ---- everything: words that have no place here ----
grep -vxF -e tests/lint.sh -e tests/lint-words.txt "$tmp/text" |
    xargs -r -d '\n' grep -snE -f tests/lint-words.txt -- /dev/null |
    sed 's/\(:[0-9]*:\).*/\1 a word of tests\/lint-words.txt/' >> "$tmp/found"

# ---- the whole: every code is tested, generated pages are fresh ----
if [ $whole = true ]; then
    grep -hoE '^DIAG\([A-Z_]+, [0-9]+' lang/base/diag.def |
        sed 's/DIAG(//; s/, / /' | while read -r id number; do
        code=$(printf 'E%04d' "$number")
        tested=no
        git ls-files -co --exclude-standard tests | grep -v '\.txt$' |
            xargs -d '\n' grep -slqE "\b[EW]${code#E}\b|DIAG_$id\b" && tested=yes
        grep -q "^$code" tests/untested-codes.txt && listed=yes || listed=no
        case $tested$listed in
        nono) echo "lang/base/diag.def:1: no test reports $code ($id)" ;;
        yesyes) echo "tests/untested-codes.txt:1: $code is tested now" ;;
        esac
    done >> "$tmp/found"
    docs/generate.sh --check >> "$tmp/found"
fi

sort -t: -k1,1 -k2,2n "$tmp/found"
failed=$(cut -d: -f1 "$tmp/found" | sort -u | grep -c .)
total=$(grep -c . "$tmp/all")
passed=$((total > failed ? total - failed : 0))
echo "lint: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

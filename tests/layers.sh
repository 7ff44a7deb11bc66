#!/usr/bin/env bash
# layers.sh - checks every #include against docs/layers.txt.
#
# Usage: tests/layers.sh; called by make layers, make test, the commit hook.
# Prints one line per forbidden include and "layers: N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

git ls-files -co --exclude-standard '*.c' '*.h' | LC_ALL=C sort |
awk '
function dir_of(path) { return path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : "" }

# The longest folder (or the file itself) that has rules.
function layer_of(path) {
    while (path != "") {
        if (path in rules) return path
        path = dir_of(path)
    }
    return ""
}

# Is `path` one of the names in `list`, or below one of them?
function allowed(path, list,    n, i, names) {
    n = split(list, names, " ")
    for (i = 1; i <= n; i++)
        if (path == names[i] || index(path, names[i] "/") == 1) return 1
    return 0
}

function read_rules(    line, colon, name) {
    while ((getline line < "docs/layers.txt") > 0) {
        sub(/#.*/, "", line)
        colon = index(line, ":")
        if (!colon) continue
        name = substr(line, 1, colon - 1)
        gsub(/[ \t]/, "", name)
        rules[name] = substr(line, colon + 1)
    }
}

# Where the compiler would find it: beside the file, below lang/, at the top.
function resolve(from, name,    path) {
    path = dir_of(from) "/" name
    if (path in known) return path
    if (("lang/" name) in known) return "lang/" name
    return name
}

function complain(file, line, what) {
    printf "%s:%d: %s\n", file, line, what
    failed++
}

function check_own(file, line, name,    path, layer) {
    path = resolve(file, name)
    layer = layer_of(file)
    if (layer == "")
        complain(file, line, "folder has no rule in docs/layers.txt")
    else if (!allowed(path, rules[layer]) && dir_of(path) != dir_of(file) &&
             !(layer == layer_of(path) && layer != "lang"))
        complain(file, line, layer " may not include " path)
    else passed++
}

function check_library(file, line, name) {
    name = "<" name ">"
    if (name in rules && !allowed(file, rules[name]))
        complain(file, line, name " is only for " rules[name])
    else passed++
}

BEGIN { read_rules() }
{ known[$0] = 1; files[++nfiles] = $0 }
END {
    for (i = 1; i <= nfiles; i++) {
        n = 0
        while ((getline text < files[i]) > 0) {
            n++
            if (match(text, /^#[ \t]*include[ \t]*"[^"]*"/)) {
                split(text, part, "\"")
                if (part[2] !~ /\.def$/) check_own(files[i], n, part[2])
            } else if (match(text, /^#[ \t]*include[ \t]*<[^>]*>/)) {
                split(text, part, /[<>]/)
                check_library(files[i], n, part[2])
            }
        }
        close(files[i])
    }
    printf "layers: %d passed, %d failed\n", passed, failed
    exit failed > 0
}'

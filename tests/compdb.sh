#!/usr/bin/env bash
# compdb.sh - compile_commands.json on standard output.
#
# Usage: tests/compdb.sh 'COMPILER FLAGS' FILE…; called by make compdb.
set -euo pipefail

flags=$1
shift
escaped=$(printf '%s' "$flags" | sed 's/[\\"]/\\&/g')
separator="["
for f in "$@"; do
    printf '%s\n{"directory": "%s", "file": "%s", "command": "%s -c %s"}' \
        "$separator" "$PWD" "$f" "$escaped" "$f"
    separator=","
done
printf '\n]\n'

#!/usr/bin/python3
"""parse_dict.py - writes tests/fuzz/parse.dict: the words of the language.

Usage: tests/gen/parse_dict.py build/shikra > tests/fuzz/parse.dict. Operators
between operands come from lang/syntax/infix.def, everything else is asked of
the program.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

WORDS = """let view declare query_parameters set assert markdown materialize
toscalar dynamic datetime timespan long int real decimal bool string guid
typeof datatable null true false asc desc nulls first last by on with step from
to in of kind inner fullouter leftanti innerunique withsource isfuzzy hint. and
or not between $left $right with_itemindex limit declare default regex
relaxed""".split()
MARKS = ["|", ";", "(", ")", "[", "]", "{", "}", "['", "']", '["', "..", "=>",
         "==", "=~", "!~", "//", "```", "~~~", "@'", 'h"', "\\u", "\\", "'",
         '"', ", ", "\n", "\u00a0", "\ufeff", "\u2028", "1d", "1tick", "0x",
         "1e308", "(null)", "*", "-", ".", "_", ":"]


def entry(text):
    """A line of the dictionary; all but letters and digits in hex."""
    return '"' + "".join(
        chr(b) if chr(b).isalnum() and b < 128 else f"\\x{b:02x}"
        for b in text.encode()) + '"'


def shown(program, what):
    """First column of `.show what`."""
    request = json.dumps({"id": 1, "code": f".show {what}"})
    out = subprocess.run([program, "batch"], input=request + "\n", check=True,
                         capture_output=True, text=True).stdout
    return [row[0] for row in json.loads(out)["outputs"][0]["rows"]]


def main():
    infix = (ROOT / "lang/syntax/infix.def").read_text()
    words = set(WORDS) | set(MARKS)
    words |= set(re.findall(r'(?:INFIX|ALIAS)\("([^"]+)"', infix))
    for what in ("functions", "operators", "commands"):
        words |= set(shown(sys.argv[1], what))
    print("# Written by tests/gen/parse_dict.py.")
    for word in sorted(words):
        print(entry(word))


if __name__ == "__main__":
    main()

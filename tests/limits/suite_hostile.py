#!/usr/bin/env python3
"""suite_hostile.py - hostile texts come out as they went in.

Called by: make test. Each text goes through the language as a value, a name
of a column, a table, a let and a property, a needle, a key of a join, and as
data that becomes a name (pivot, bag_unpack). It must never be read as SQL, as
a mark of one of our templates, or be cut at a NUL.
"""

import json
import os
import sys

from batch_rig import Batch

TEXTS = [
    "'; DROP TABLE t1; --", "''", "'", '"', "\\", "\\'", "\\\\", "a\0b", "\0",
    "x\0y\0", "a\nb", "a\r\nb", "\t", "$1", "$2 $9", "$*", "$$", "$o", "{0}",
    "{}", "%s %n %d", "%.*s", "/* x */", "-- x", ";", "]", "['a']", '"]', "a.b",
    "$left", "$right", "c1", "s1", "t1", "f0", "none", "NULL", "null", "true",
    "1", "1.5", "select", "table", "\ufeff", "\u2028", "\u202e", "\u00a0", " ",
    "  two  blanks  ", "\x01one", "\x1e", "\x1b[31m", "\x7f", "\u0130", "\u00df",
    "\U0001F600", "e\u0301", "x" * 300, "`", "```", "~~~", "@", "h'", "//", "|",
    "|| chr(0) ||", "' || x || '", "E'\\n'", "CASE ", " END", "kre($1)",
    "\u201c\u201d", "a]b", "a'b\"c", "%", "_", "%_", "*", "?", "(?i)", "[", "(",
    "\ud7ff\ue000", "=1+1", "<script>", "&amp;", "$.a", "$['x']",
]


def literal(text):
    """A string literal of the language."""
    out = ['"']
    for c in text:
        if c in '"\\':
            out.append("\\" + c)
        elif ord(c) < 32 or ord(c) == 127:
            out.append(f"\\u{ord(c):04x}")
        else:
            out.append(c)
    return "".join(out) + '"'


def name(text):
    return f"[{literal(text)}]"


class Hostile:
    """The running program and what it got wrong."""

    def __init__(self):
        self.batch = Batch(os.environ["SHIKRA_RELEASE"])
        self.passed = self.failed = 0

    def fail(self, what, code, got):
        self.failed += 1
        print(f"FAIL {what}\n    {code[:300]!r}\n    {str(got)[:400]}")

    def rows(self, code):
        answer = self.batch.ask(code)
        tables = [o for o in answer.get("outputs", []) if o["kind"] == "table"]
        if not answer.get("ok") or not tables:
            return None, answer
        names = [c["name"] for c in tables[-1]["columns"]]
        return (names, tables[-1]["rows"]), answer

    def check(self, what, code, names, rows):
        got, answer = self.rows(code)
        if got is None:
            self.fail(what, code, answer)
        elif (names is not None and got[0] != names) or got[1] != rows:
            self.fail(what, code, got)
        else:
            self.passed += 1


def as_value(h, t):
    v = literal(t)
    n = len(t)
    h.check("value", f"print x = {v}, n = strlen({v})", None, [[t, n]])
    h.check("cell", f"datatable(x:string)[{v}, 'other'] | where x == {v} "
            "| project x", ["x"], [[t]])
    h.check("needles", f"print x = {v} | where x in ('q', {v}) and x in~ ({v})"
            f" and x !in ('q') and x contains_cs {v} and x startswith_cs {v}"
            f" and x endswith_cs {v} and x =~ {v} and x contains {v}",
            ["x"], [[t]])
    h.check("functions", f"print x = {v} | extend y = strcat('a', x, 'b'), "
            f"i = indexof(x, {v}), r = replace_string(x, {v}, 'z'), "
            f"s = strcat_delim({v}, 'p', 'q'), p = split(strcat('p', x), "
            f"'p')[1], c = case(x == {v}, x, 'no'), t = substring(x, 0)",
            None, [[t, f"a{t}b", 0, "z", f"p{t}q",
                    t if "p" not in t else ("p" + t).split("p")[1], t, t]])
    h.check("join", f"print x = {v} | join kind=inner (print x = {v}, y = 1) "
            "on x | project x, y", ["x", "y"], [[t, 1]])
    h.check("groups", f"print x = {v} | summarize make_list(x), make_set(x), "
            "max(x), take_any(x), dcount(x) by k = x", None,
            [[t, [t], [t], t, t, 1]])
    h.check("let", f"let q = {v}; let f = (a:string) {{ strcat(a, q) }}; "
            f"print f({v})", None, [[t + t]])
    h.check("regex", "print x = extract(strcat('^(', 'a', ')'), 1, 'a'), "
            f"y = replace_regex({v}, @'\\z', 'Z')", None, [["a", t + "Z"]])


def as_dynamic(h, t):
    v = literal(t)
    h.check("bag", f"print d = bag_pack({v}, {v}) | extend m = d[{v}], "
            "k = bag_keys(d), j = tostring(d)", None,
            [[{t: t}, t, [t], json_text({t: t})]])
    h.check("array", f"print d = pack_array({v}, dynamic([{v}])) | mv-expand "
            f"e = d | extend q = array_index_of(pack_array('a', {v}), {v})",
            None, [[[t, [t]], t, 1], [[t, [t]], [t], 1]])
    h.check("parse_json", f"print d = parse_json({literal(json.dumps(t))})",
            None, [[t]])


def json_text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_name(h, t):
    c = name(t)
    made = "_" + t[1:] if t[0] == "\x01" else t
    h.check("unpacked", f"print d = bag_pack({literal(t)}, 3) | evaluate "
            f"bag_unpack(d) | extend y = 1 | project-away y", [made], [[3]])
    h.check("pivoted", f"print k = {literal(t)}, v = 4 | evaluate "
            "pivot(k, sum(v))", [made], [[4]])
    if made != t:
        return  # refused where it is written
    h.check("column", f"print {c} = 1 | extend y = {c} + 1 | where {c} == 1 "
            f"| project {c}, y", [t, "y"], [[1, 2]])
    h.check("sorted", f"print {c} = 1, k = 2 | sort by {c} | project-rename "
            f"z = {c} | project-rename {c} = z | project-away k", [t], [[1]])
    h.check("grouped", f"print {c} = 1 | summarize n = count() by {c} "
            f"| join kind=inner (print {c} = 1) on {c} | project {c}",
            [t], [[1]])
    h.check("united", f"print {c} = 1 | union (print {c} = 2) | summarize "
            f"s = sum({c})", ["s"], [[3]])
    h.check("schema", f"print {c} = 1 | getschema | project ColumnName", None,
            [[t]])
    h.check("packed", f"print {c} = 1 | project d = pack_all()", None,
            [[{t: 1}]])
    h.check("let name", f"let {c} = 5; print x = {c}", None, [[5]])
    h.check("table name", f"{c} = print x = 7\n{c} | where x == 7", None,
            [[7]])


def main():
    h = Hostile()
    for t in TEXTS:
        as_value(h, t)
        as_dynamic(h, t)
        as_name(h, t)
    h.batch.stop()
    print(f"hostile: {h.passed} passed, {h.failed} failed")
    return 1 if h.failed else 0


if __name__ == "__main__":
    sys.exit(main())

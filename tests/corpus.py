#!/usr/bin/env python3
"""corpus.py - how much of a folder of queries and rules this program runs.

Usage: tests/corpus.py PATH… [options]        (make corpus DIR=PATH)

Takes files .kql .csl .kusto .md .yaml .yml .json .jsonl, finds the queries in
them, and puts each through three stages: it parses; it binds, with any table
and any column; it runs on small made-up tables, whose columns are those that
the query asks for, typed by how it uses them. Nothing leaves this machine and
no file is changed. docs/corpus.md tells more.
"""
import argparse
import collections
import json
import os
import re
import sys
import textwrap

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from conformance import Batch  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
KQL_FILES = (".kql", ".csl", ".kusto")
ENDINGS = KQL_FILES + (".md", ".yaml", ".yml", ".json", ".jsonl")
QUERY_KEYS = {"query", "kql", "kqlquery", "querytext", "rule_query",
              "hunting_query", "huntingquery"}
MAX_FILE_BYTES = 32 << 20
MAX_PARTS = 80          # of a file that does not parse as a whole
MAX_TRIES = 24          # to find columns and types
STAGES = ("parse", "bind", "run")


class Query:
    def __init__(self, path, line, text):
        self.path, self.line, self.text = path, line, text
        self.failed = None      # the stage, or None
        self.error = None       # of that stage: the reply's first error
        self.tables = {}        # name -> {column: type}, as they were made


# ---- finding queries in files ----

def fences(text):
    """(line, query) of ```kql, ```kusto and ```csl fences of Markdown."""
    inside, start, lines = False, 0, []
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(```+|~~~+)\s*([\w-]*)", line)
        if inside and mark and not mark.group(2):
            yield start, "\n".join(lines)
            inside = False
        elif inside:
            lines.append(line)
        elif mark and mark.group(2).lower() in ("kql", "kusto", "csl"):
            inside, start, lines = True, number + 1, []


def fold(lines):
    """A folded YAML scalar: single line ends become blanks."""
    out = ""
    for line in lines:
        if not line:
            out += "\n"
        elif out and not out.endswith("\n"):
            out += " " + line
        else:
            out += line
    return out


def block_scalar(lines, at, indent):
    """The lines below a `|` or `>`, and the place behind them."""
    block = []
    while at < len(lines):
        line = lines[at]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        block.append(line)
        at += 1
    return textwrap.dedent("\n".join(block)).split("\n"), at


def flow_scalar(lines, at, first, indent):
    """A quoted or plain scalar that may go on below, and the place behind."""
    parts = [first]
    quote = first[:1] if first[:1] in "'\"" else ""

    def closed(text):
        body = text[1:]
        if quote == "'":
            body = body.replace("''", "")
        else:
            body = re.sub(r"\\.", "", body)
        return quote in body

    while at < len(lines):
        line = lines[at]
        deeper = not line.strip() or (
            len(line) - len(line.lstrip()) > indent)
        if closed(" ".join(parts)) if quote else not deeper:
            break
        parts.append(line.strip())
        at += 1
    text = fold(parts).strip()
    if quote == "'":
        text = re.sub(r"^'|'[^']*$", "", text).replace("''", "'")
    elif quote:
        match = re.match(r'"((?:[^"\\]|\\.)*)"', text, re.S)
        try:
            text = json.loads('"%s"' % match.group(1), strict=False)
        except (AttributeError, ValueError):
            text = text.strip('"')
    return text, at


def yaml_queries(text):
    """(line, query) of every key that holds a query. No full YAML reader: it
    knows block scalars, quoted scalars and plain ones, at any depth."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        key = re.match(r"(\s*(?:-\s+)?)([\w-]+)\s*:\s*(.*)$", lines[at])
        at += 1
        if not key or key.group(2).lower() not in QUERY_KEYS:
            continue
        indent, value, start = len(key.group(1)), key.group(3), at
        mark = re.match(r"([|>])[-+0-9]*\s*(#.*)?$", value)
        if mark:
            body, at = block_scalar(lines, at, indent)
            query = fold(body) if mark.group(1) == ">" else "\n".join(body)
            start += 1
        elif value and value[0] not in "{[&*!#":
            query, at = flow_scalar(lines, at, value.strip(), indent)
        else:
            continue
        if query.strip():
            yield start, query.strip("\n")


def json_queries(value, line=1):
    """(line, query) of every member that holds a query, at any depth."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            for key, member in item.items():
                if isinstance(member, str):
                    if key.lower() in QUERY_KEYS and member.strip():
                        yield line, member
                else:
                    stack.append(member)


def json_lines(text):
    for number, line in enumerate(text.splitlines(), 1):
        try:
            yield from json_queries(json.loads(line), number)
        except (ValueError, RecursionError):
            continue


def json_file(text):
    try:
        yield from json_queries(json.loads(text))
    except (ValueError, RecursionError) as problem:
        print("not read as JSON: %s" % problem, file=sys.stderr)


def files_below(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        elif not os.path.isdir(path):
            sys.exit("corpus.py: no %s" % path)
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            for name in sorted(names):
                if name.lower().endswith(ENDINGS):
                    yield os.path.join(folder, name)


def read_text(path):
    if os.path.getsize(path) > MAX_FILE_BYTES:
        print("%s: larger than %d MB, left out" % (
            path, MAX_FILE_BYTES >> 20), file=sys.stderr)
        return ""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def is_blank(part):
    return not re.sub(r"//[^\n]*", "", part).strip()


def kql_parts(text, parses):
    """A whole file when it parses; else what lies between blank lines, as
    many paragraphs together as parse. What parses with no neighbour is a
    query of its own, and fails."""
    if is_blank(text):
        return
    if parses(text):
        yield 1, text
        return
    parts = []
    line = 1
    for piece in re.split(r"(\n[ \t\r]*\n)", text):
        if not is_blank(piece):
            lead = len(piece) - len(piece.lstrip("\n"))
            parts.append((line + lead, piece.strip("\n")))
        line += piece.count("\n")
    if len(parts) > MAX_PARTS:
        yield 1, text
        return
    at = 0
    while at < len(parts):
        end = len(parts)
        while end > at + 1 and not parses(
                "\n\n".join(p for _, p in parts[at:end])):
            end -= 1
        yield parts[at][0], "\n\n".join(p for _, p in parts[at:end])
        at = end


def queries_of(path, parses):
    text = read_text(path)
    ending = os.path.splitext(path)[1].lower()
    if ending == ".md":
        found = fences(text)
    elif ending in (".yaml", ".yml"):
        found = yaml_queries(text)
    elif ending == ".json":
        found = json_file(text)
    elif ending == ".jsonl":
        found = json_lines(text)
    else:
        found = kql_parts(text, parses)
    return [Query(path, line, query) for line, query in found
            if not is_blank(query)]


# ---- tables from what a query uses ----

TYPES = ("string", "long", "datetime", "dynamic", "real", "bool", "timespan")
ROWS = 3
VALUES = {
    "string": ['"alpha"', '"10.0.0.1"', '""'],
    "long": ["1", "4688", "long(null)"],
    "int": ["1", "4688", "int(null)"],
    "real": ["0.5", "100.0", "real(null)"],
    "decimal": ["decimal(0.5)", "decimal(7)", "decimal(null)"],
    "bool": ["true", "false", "bool(null)"],
    "datetime": ["datetime(2024-05-01)", "datetime(2024-05-01 10:00)",
                 "datetime(null)"],
    "timespan": ["1h", "1d", "timespan(null)"],
    "guid": ["guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb)", "guid(null)",
             "guid(null)"],
    "dynamic": ['dynamic({"a":1,"b":"x"})', 'dynamic(["x","y"])',
                "dynamic(null)"],
}
WORD = r"(?<![\w.\"'\]])%s(?![\w(])"
# (what stands after the column, its type), the first that is found counts.
AFTER = [
    (r"\s*(?:\.\s*[A-Za-z_]|\[\s*(?:\d|[\"'@]))", "dynamic"),
    (r"\s*!?(?:has|contains|startswith|endswith|hasprefix|hassuffix)"
     r"(?:_\w+)?\b", "string"),
    (r"\s*(?:matches\s+regex|has_any|has_all|=~|!~|!?in~)", "string"),
    (r"\s*(?:==|!=|<>)\s*[@hH]?[\"']", "string"),
    (r"\s*!?in\s*\(\s*[@hH]?[\"']", "string"),
    (r"\s*(?:[<>]=?|==|!?between\s*\()\s*\(?\s*(?:ago|now|datetime|todatetime"
     r"|startofday|endofday)\s*\(", "datetime"),
    (r"\s*(?:==|!=)\s*(?:true|false)\b", "bool"),
    (r"\s*(?:==|!=|[<>]=?|\+|-|\*|/|%)\s*-?\d+\.\d", "real"),
    (r"\s*(?:==|!=|[<>]=?|\*|/|%|\+|-)\s*-?\d+\b(?![a-z])", "long"),
    (r"\s*!?(?:in|between)\s*\(\s*-?\d+\b(?![a-z])", "long"),
]
BEFORE = [
    (r"\b(?:bin|startof\w+|endof\w+|hourofday|dayofweek|format_datetime)"
     r"\s*\(\s*", "datetime"),
    (r"\bdatetime_diff\s*\([^,()]*,\s*", "datetime"),
    (r"\b(?:parse_json|todynamic|parse_xml|tolower|toupper|extract\w*|split"
     r"|strlen|substring|trim\w*|ipv4_\w+|parse_\w+|base64_\w+)\s*\(\s*",
     "string"),
    (r"\b(?:mv-?expand|mv-?apply|array_length|bag_keys)\s*\(?\s*", "dynamic"),
    (r"\b(?:sum|avg|stdev|percentile)\s*\(\s*", "long"),
]


def guess_type(name, text):
    """By its use; else by its name; else a string."""
    word = WORD % re.escape(name)
    axis = re.search(r"\bon\s+%s\b[^|]*\bstep\s+(\S+)" % re.escape(name), text)
    if axis:
        number = re.fullmatch(r"\d+(\.\d+)?", axis.group(1))
        return "datetime" if not number else "real" if number.group(1) else (
            "long")
    for pattern, kind in AFTER:
        if re.search(word + pattern, text):
            return kind
    for pattern, kind in BEFORE:
        if re.search(pattern + r"(?<![\w.])" + re.escape(name) + r"\b", text):
            return kind
    if re.search(r"(?:Time|Timestamp|TimeGenerated|Date|_t)$", name):
        return "datetime"
    return "string"


def name_text(name):
    plain = re.fullmatch(r"[A-Za-z_]\w*", name)
    return name if plain else '["%s"]' % name.replace("\\", "\\\\").replace(
        '"', '\\"')


def table_text(name, columns):
    columns = columns or {"Unused_": "string"}
    head = ", ".join("%s:%s" % (name_text(c), t) for c, t in columns.items())
    cells = [VALUES[t][row] for row in range(ROWS) for t in columns.values()]
    return "%s = datatable(%s)[%s]" % (
        name_text(name), head, ", ".join(cells))


class Tables:
    """The made-up tables of one query, corrected by what the binder says."""

    def __init__(self, text, known):
        self.text, self.known = text, known
        self.tables, self.tried = {}, collections.defaultdict(set)

    def code(self):
        lines = [table_text(n, c) for n, c in self.tables.items()]
        return "\n".join(lines + [self.text]), len(lines)

    def add_table(self, name):
        if name in self.tables:
            return False
        columns = dict(self.known.get(name, {}))
        for other in self.tables.values():
            for column, kind in other.items():
                columns.setdefault(column, kind)
        self.tables[name] = columns
        return True

    def add_column(self, name):
        added = False
        for columns in self.tables.values():
            if name not in columns:
                kind = guess_type(name, self.text)
                self.tried[name].add(kind)
                columns[name] = kind
                added = True
        return added

    def next_type(self, name, wanted):
        left = [t for t in TYPES if t not in self.tried[name]]
        left.sort(key=lambda t: t not in wanted)
        changed = False
        for table, columns in self.tables.items():
            if name in columns and left and name not in self.known.get(
                    table, {}):
                self.tried[name] |= {columns[name], left[0]}
                columns[name] = left[0]
                changed = True
        return changed

    def retype(self, error, ahead):
        """Another type for the first column at the place of a type error."""
        lines = self.text.split("\n")
        row = (error.get("line") or 0) - 1 - ahead
        if not 0 <= row < len(lines):
            return False
        place = lines[row][max((error.get("column") or 1) - 1, 0):]
        wanted = re.findall(r"\b(%s)\b" % "|".join(TYPES),
                            error["message"] + (error.get("hint") or ""))
        used = [w for w in re.findall(r"[A-Za-z_]\w*", place)
                if any(w in c for c in self.tables.values())]
        return any(self.next_type(w, wanted) for w in used[:3])

    def learn(self, errors, ahead):
        """True when something was changed that may help."""
        changed = False
        for error in errors:
            quoted = re.search(r"'([^']+)'", error["message"])
            if error["code"] == "E0202" and quoted:
                changed |= self.add_table(quoted.group(1))
            elif error["code"] == "E0201" and quoted:
                changed |= self.add_column(quoted.group(1))
        for error in errors:
            if changed:
                break
            if error["code"] in ("E0204", "E0205", "E0209", "E0503"):
                changed = self.retype(error, ahead)
        return changed


# ---- the three stages ----

def is_syntax(error):
    """Codes of group 01, without those that the binder reports."""
    return error["code"].startswith("E01") and error["code"] != "E0140"


class Checker:
    def __init__(self, options):
        self.batch = Batch([options.shikra, "batch"], options.timeout)
        self.known = read_tables(options.tables)
        self.number = 0

    def ask(self, code, **more):
        self.number += 1
        request = {"id": self.number, "code": code, "max_rows": 20}
        request.update(more)
        return self.batch.ask(request)

    def check(self, code):
        return self.ask(code, mode="check", open_tables=True)["errors"]

    def parses(self, code):
        return not any(map(is_syntax, self.check(code)))

    def run(self, query):
        """The errors of the best try, and the tables it had."""
        tables = Tables(query.text, self.known)
        for _ in range(MAX_TRIES):
            code, ahead = tables.code()
            errors = self.ask(code, mode="run")["errors"]
            if not errors or not tables.learn(errors, ahead):
                break
        for error in errors:
            if error.get("line"):
                error["line"] -= ahead
        return errors, tables.tables

    def stages(self, query, run):
        errors = self.check(query.text)
        if errors:
            syntax = [e for e in errors if is_syntax(e)]
            query.failed = "parse" if syntax else "bind"
            query.error = (syntax or errors)[0]
        elif run:
            errors, query.tables = self.run(query)
            if errors:
                query.failed, query.error = "run", errors[0]


def read_tables(path):
    """{"Table": {"Column": "type"}}, or lists of {"name":…, "type":…}."""
    if not path:
        return {}
    with open(path, encoding="utf-8") as file:
        tables = json.load(file)
    known = {}
    for name, columns in tables.items():
        if isinstance(columns, dict) and "columns" in columns:
            columns = columns["columns"]
        if isinstance(columns, list):
            columns = {c["name"]: c["type"] for c in columns}
        known[name] = {c: t if t in VALUES else "string"
                       for c, t in columns.items()}
    return known


# ---- the report ----

def first_line(query):
    for line in query.text.splitlines():
        if not is_blank(line):
            return line.strip()[:60]
    return ""


def show_failure(query):
    error = query.error
    print("%s:%d: %s: %s %s" % (query.path, query.line, query.failed,
                                error["code"], error["message"]))
    lines = query.text.split("\n")
    if 0 < (error.get("line") or 0) <= len(lines):
        print("    line %d: %s" % (error["line"],
                                   lines[error["line"] - 1].strip()[:100]))
    else:
        print("    %s" % first_line(query))


def report(queries, options):
    stages = STAGES if options.run else STAGES[:2]
    if options.list:
        for query in queries:
            if query.failed:
                show_failure(query)
        print()
    left = len(queries)
    print("%d queries in %d files" % (
        left, len({q.path for q in queries})))
    for stage in stages:
        left -= sum(q.failed == stage for q in queries)
        print("  %-6s %6d  %5.1f %%" % (
            stage, left, 100.0 * left / max(len(queries), 1)))
    reasons = collections.Counter(
        "%-5s %s %s" % (q.failed, q.error["code"], q.error["message"][:90])
        for q in queries if q.failed)
    if reasons:
        print("\nwhy not")
    for reason, count in reasons.most_common(options.top):
        print("  %5d  %s" % (count, reason))


def parse_args():
    p = argparse.ArgumentParser(
        description="How much of a folder of queries and rules runs here.")
    p.add_argument("paths", nargs="+", metavar="PATH")
    p.add_argument("--shikra", default=os.path.join(
        HERE, "..", "build", "shikra"), help="the program")
    p.add_argument("--tables", metavar="FILE",
                   help="columns of tables that are known, as JSON")
    p.add_argument("--list", action="store_true",
                   help="show each query that fails, and where")
    p.add_argument("--no-run", dest="run", action="store_false",
                   help="only parse and bind")
    p.add_argument("--top", type=int, default=20,
                   help="reasons of failure to show (20)")
    p.add_argument("--timeout", type=float, default=30,
                   help="seconds for one query (30)")
    p.add_argument("--strict", action="store_true",
                   help="exit status 1 when a query fails")
    return p.parse_args()


def main():
    options = parse_args()
    checker = Checker(options)
    queries = []
    for path in files_below(options.paths):
        queries += queries_of(path, checker.parses)
    for query in queries:
        checker.stages(query, options.run)
    checker.batch.close()
    report(queries, options)
    if not queries:
        return 2
    return int(options.strict and any(q.failed for q in queries))


if __name__ == "__main__":
    sys.exit(main())

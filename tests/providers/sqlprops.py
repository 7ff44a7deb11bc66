"""sqlprops.py - the same pipelines at an engine of SQL and here.

Used by the suites of PostgreSQL and ClickHouse. One table of hostile values
lives in the server and, read from there, here. Two kinds of pipelines run over
both and must give the same rows:

  * one for each row and signature of providers/sql/rows.def: its call over
    columns and literals that fit. .explain must show that it ran there; a row
    for which no call did is a failure, so no row goes without a test.
  * random ones: filters, columns, aggregates, distinct, top, take, count, made
    of the calls that the first kind tried.

Random numbers have fixed seeds: a failure comes again.
"""
import itertools
import os
import random
import re

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = os.path.join(HERE, "..", "..", "providers", "sql", "rows.def")
POSTGRESQL, CLICKHOUSE = 3, 4  # places of the templates in a row

LONG_MIN, LONG_MAX = -(1 << 63), (1 << 63) - 1

TEXTS = [
    "", "a", "A", "abc", "ABC", "k", "K", "\u212a", "s", "\u017f", "\u00df",
    "\u1e9e", "Stra\u00dfe", "STRASSE", "\u0130stanbul", "istanbul", "I",
    "\u0131", "\u00e9", "e\u0301", "\u00c9", "\u4e2d\u6587", "\U0001f600x",
    "it's", 'say "x"', "back\\slash", "100%", "a_b", "axb", "%", "_", "\\",
    "tab\there", "new\nline", "  padded  ", "cmd.exe /c whoami",
    "C:\\Windows\\System32\\cmd.exe", "sky", "SKY", "\u017fKY", "a b", "a-b",
    "ab", "$1", "{0}", "null", "NULL", "'", "''", "--", "/* x */", ";",
]
LONGS = [0, 1, -1, 2, 5, 7, -7, 100, 1 << 31, -(1 << 31), (1 << 53) + 1,
         LONG_MAX, LONG_MAX - 1, LONG_MIN, LONG_MIN + 1]
INTS = [0, 1, -1, 5, 7, -7, (1 << 31) - 1, -(1 << 31)]
REALS = ["0", "1.5", "-1.5", "1e308", "-1e308", "1e-308", "5", "0.1", "NaN",
         "Infinity", "-Infinity", "9007199254740993"]
TIMES = ["0001-01-01 00:00:00", "9999-12-31 23:59:59.999999",
         "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00",
         "2024-01-02 03:04:05.123456", "2024-01-02 03:04:05",
         "2024-02-29 12:00:00", "2263-01-01 00:00:00", "1900-01-01 00:00:01"]
GUIDS = ["74be27de-1e4e-49d9-b579-fe0b331d3642",
         "00000000-0000-0000-0000-000000000000",
         "ffffffff-ffff-ffff-ffff-ffffffffffff"]


def kql_text(s):
    out = s.replace("\\", "\\\\").replace("'", "\\'")
    return "'%s'" % out.replace("\n", "\\n").replace("\t", "\\t")


# Literals of each letter that wants one; of `x` and `o`: of the family's type.
NEEDLES = ["a", "A", "abc", "AB", "x", "k", "S", "\u00df", "\u00e9", "'", "%",
           "_", "\\", "cmd", "a_b", "100%", "\u4e2d", "--", "ky", "I", "i"]
LITERALS = {
    "l": ["0", "1", "-1", "5", "9223372036854775807", "2147483648"],
    "n": ["0", "1.5", "-3", "1e308", "5", "0.1", "9007199254740993"],
    "t": ["datetime(2024-01-02T03:04:05.1234567Z)",
          "datetime(2024-01-02T03:04:05.123456Z)", "datetime(1970-01-01)",
          "datetime(0001-01-01)", "datetime(9999-12-31T23:59:59.9999999Z)",
          "datetime(2263-01-01)"],
    "d": ["1d", "1tick", "0s", "10s", "-1d", "3650000d"],
    "g": ["guid(%s)" % g for g in GUIDS],
    "b": ["true", "false"],
    "s": [kql_text(s) for s in NEEDLES],
    "K": ["0", "1", "2", "1000000"],
    "B": ["1", "7", "9223372036854775807"],
    "Bt": ["1d", "1h", "7m", "1tick", "10000d"],
}

INFIX = {"==", "!=", "<", "<=", ">", ">=", "=~", "!~", "+", "-", "*", "/",
         "contains", "!contains", "startswith", "!startswith", "endswith",
         "!endswith", "has", "hasprefix", "hassuffix", "has_cs",
         "hasprefix_cs", "hassuffix_cs", "contains_cs", "!contains_cs",
         "startswith_cs", "!startswith_cs", "endswith_cs", "!endswith_cs"}
NOT_A_CONDITION = {"+", "-", "*", "/", "iff", "iif", "coalesce", "strlen",
                   "string_size", "strcat", "substring", "tostring", "toreal",
                   "todouble", "tolong", "binary_and", "binary_or",
                   "binary_xor", "bin", "floor", "startofday", "hourofday"}


def call_text(name, args):
    if name == "-" and len(args) == 1:
        return "-(%s)" % args[0]
    if name in INFIX:
        return "(%s %s %s)" % (args[0], name, args[1])
    if name in ("between", "!between"):
        return "(%s %s (%s .. %s))" % (args[0], name, args[1], args[2])
    if name in ("in", "!in"):
        return "(%s %s (%s))" % (args[0], name, ", ".join(args[1:]))
    return "%s(%s)" % (name, ", ".join(args))


class Row:
    def __init__(self, name, signatures, how, templates):
        self.name, self.how = name, how
        self.signatures = signatures.split("|")
        self.templates = templates


def read_rows():
    """The rows of rows.def; templates only as "is there" or None."""
    text = re.sub(r"/\*.*?\*/", "", open(ROWS, encoding="utf-8").read(),
                  flags=re.S)
    rows = []
    string = r'"(?:[^"\\]|\\.)*"'
    for m in re.finditer(r"^SQL_ROW\(", text, re.M):
        depth, i, parts, start = 1, m.end(), [], m.end()
        while depth:
            c = text[i]
            if c == '"':
                i = re.compile(string).match(text, i).end()
                continue
            depth += (c == "(") - (c == ")")
            if (c == "," and depth == 1) or depth == 0:
                parts.append(text[start:i].strip())
                start = i + 1
            i += 1
        assert len(parts) == 5, parts
        rows.append(Row(parts[0][1:-1], parts[1][1:-1], parts[2],
                        [None if p == "NULL" else p for p in parts]))
    return rows


def letters(signature, more):
    """The letters of a call: a '*' repeats `more` times."""
    if not signature.endswith("*"):
        return list(signature)
    return list(signature[:-2]) + [signature[-2]] * more


class Props:
    """What a suite gives: batch answers, the table's name there and here."""

    def __init__(self, ask, there, here, columns, language, seed=1):
        self.ask, self.there, self.here = ask, there, here
        self.columns, self.language = columns, language
        self.random = random.Random(seed)
        self.good, self.bad = 0, 0
        self.conditions, self.values = [], []  # texts that ran there
        self.aggregates = []
        self.messages = []

    # ---- asking ----

    def fail(self, what, *more):
        self.bad += 1
        if self.bad <= 20:
            print("FAILED: %s" % what, *more)

    def rows(self, source, pipeline):
        answer = self.ask(source + pipeline)
        if answer.get("errors") or "died" in answer or "hung" in answer:
            return "error: %s" % (answer.get("errors") or answer)
        tables = [o for o in answer["outputs"] if o["kind"] == "table"]
        return tables[0]["columns"], sorted(tables[0]["rows"], key=repr)

    def same(self, pipeline):
        a, b = self.rows(self.there, pipeline), self.rows(self.here, pipeline)
        if a == b and not isinstance(a, str):
            self.good += 1
            return True
        if isinstance(a, str) or isinstance(b, str):
            self.fail(pipeline, "\n  there", str(a)[:600], "\n  here ",
                      str(b)[:600])
        else:
            differ = [(x, y) for x, y in itertools.zip_longest(a[1], b[1])
                      if x != y]
            self.fail(pipeline, "\n  there, here:", differ[:3])
        return False

    def explained(self, pipeline):
        answer = self.ask(".explain " + self.there + pipeline)
        return "".join(o.get("text", "") for o in answer["outputs"])

    def runs_there(self, pipeline):
        """All of it: the plan is nothing but a fetch."""
        text = self.explained(pipeline)
        plan = text[text.find("\nplan\n") + 6:]
        return plan.startswith("fetch")

    def filters_there(self, pipeline):
        text = self.explained(pipeline)
        sent = text[text.find("\nsent to"):text.find("\nsql\n")]
        return "WHERE" in sent

    # ---- calls that fit a signature ----

    def argument(self, letter, family, first):
        """The first call takes the first literals, which suit every row."""
        pick = (lambda v: v[0]) if first else self.random.choice
        low = letter.lower()
        if letter == "K":
            return pick(LITERALS["K"])
        if letter == "B":
            return pick(LITERALS["Bt" if family == "t" else "B"])
        kind = family if low in "xoa" else low
        if letter.isupper():
            return pick(LITERALS[kind])
        if kind == "n":
            kind = self.random.choice("lr")
        return self.random.choice(self.columns[kind])

    def families(self, signature):
        low = signature.lower()
        for letter, kinds in (("x", "ltdgb"), ("o", "ltd"), ("a", "lrtdgb")):
            if letter in low:
                return [k for k in kinds if self.columns.get(k)]
        return ["t" if "t" in low else ""]

    def calls(self, row, signature, tries):
        for family in self.families(signature):
            for k in range(tries):
                args = [self.argument(c, family, k == 0)
                        for c in letters(signature, 1 + k % 3)]
                if "n" in signature and self.all_whole(args):
                    continue  # whole numbers have rows of their own
                yield call_text(row.name, args)

    def all_whole(self, args):
        return all(a in self.columns["l"] or re.fullmatch(r"-?\d+", a)
                   for a in args)

    # ---- every row ----

    def check_scalar(self, row, call):
        """True: it ran there."""
        ran = False
        if row.how == "EXACT":
            pipeline = " | project id, x = " + call
            if self.runs_there(pipeline):
                ran = True
                if self.same(pipeline):
                    self.values.append(call)
        if row.name in NOT_A_CONDITION:
            return ran
        pipeline = " | where %s | project id" % call
        if self.filters_there(pipeline):
            ran = True
            if self.same(pipeline):
                self.conditions.append(call)
            self.same(" | where not(%s) | project id" % call)
        return ran

    def check_aggregate(self, call):
        pipeline = " | summarize x = " + call
        if not self.runs_there(pipeline):
            return False
        if self.same(pipeline):
            self.aggregates.append(call)
        self.same(" | where id < 0" + pipeline)
        self.same(pipeline + " by k")
        return True

    def every_row(self, tries=4):
        for row in read_rows():
            if row.templates[self.language] is None:
                continue
            for signature in row.signatures:
                ran = calls = 0
                for call in self.calls(row, signature, tries):
                    calls += 1
                    ran += (self.check_aggregate(call)
                            if row.how == "AGGREGATE"
                            else self.check_scalar(row, call))
                if calls and not ran:
                    self.fail("no call of %s (%s) ran there" % (row.name,
                                                                signature))
                elif calls:
                    self.good += 1

    # ---- random pipelines ----

    def stage(self):
        pick = self.random.choice
        kind = self.random.randrange(4)
        if kind == 0:
            return " | where " + pick(self.conditions)
        if kind == 1:
            return " | where %s or %s" % (pick(self.conditions),
                                          pick(self.conditions))
        if kind == 2:
            return " | where %s and not(%s)" % (pick(self.conditions),
                                                pick(self.conditions))
        return " | extend z%d = %s" % (self.random.randrange(3),
                                       pick(self.values))

    def last_stage(self):
        pick = self.random.choice
        keys = self.random.sample(self.keys(), 2)
        return pick([
            " | project id, v = %s, w = %s" % (pick(self.values),
                                               pick(self.values)),
            " | summarize v = %s, w = %s by %s" % (
                pick(self.aggregates), pick(self.aggregates),
                ", ".join(keys)),
            " | summarize v = %s, n = count() by y = %s | where n > 1" % (
                pick(self.aggregates), pick(self.keys())),
            " | distinct %s" % ", ".join(keys),
            " | top %d by %s asc, id desc | project id" % (
                self.random.randrange(1, 40), pick(self.orders())),
            " | sort by %s desc, id asc | take %d | project id, k" % (
                pick(self.orders()), self.random.randrange(40)),
            " | take %d | count" % self.random.randrange(60),
            " | count",
            " | summarize n = count() by k | top 3 by n desc, k asc",
        ])

    def keys(self):
        return [c for kind in "lstgb" for c in self.columns.get(kind, [])]

    def orders(self):
        return [c for kind in "lst" for c in self.columns.get(kind, [])]

    def random_pipelines(self, n):
        for _ in range(n):
            stages = "".join(self.stage()
                             for _ in range(self.random.randrange(4)))
            self.same(stages + self.last_stage())

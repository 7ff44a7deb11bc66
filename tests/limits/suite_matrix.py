#!/usr/bin/env python3
"""suite_matrix.py - every function, aggregate and operator with odd values.

Called by: make test. Each function takes columns of each type, alone and in
combination, whose rows are the ends of the type, nulls, empty and broken
texts, arrays in bags; whatever the binder accepts must run. It must not end
the program, nor show an error of ours (E0901), nor one of the engine's about
a value (E0503) where KQL answers null. Many calls share one query; a query
that fails is taken apart.

MATRIX_SEED sets another seed, MATRIX_SECONDS another time; a long run has
MATRIX_SECONDS=600. NAME arguments keep to these functions.
"""

import os
import random
import sys
import time

from batch_rig import Batch

SECONDS = float(os.environ.get("MATRIX_SECONDS", "35"))
SEED = int(os.environ.get("MATRIX_SEED", "1"))
SLOW = float(os.environ.get("MATRIX_SLOW", "10"))
CALLS = 24  # in one query

LONG_TEXT = "strcat_array(repeat('ab', 3000), '')"
VALUES = {
    "b": ("bool", ["true", "false", "bool(null)"]),
    "i": ("int", ["int(0)", "int(-1)", "int(2147483647)", "int(-2147483648)",
                  "int(null)", "int(7)"]),
    "l": ("long", ["0", "-1", "9223372036854775807",
                   "long(-9223372036854775808)", "long(null)", "3", "64"]),
    "r": ("real", ["real(nan)", "real(+inf)", "real(-inf)", "0.0", "-1.5",
                   "1.7976931348623157e308", "5e-324", "real(null)", "1e19"]),
    "m": ("decimal", ["decimal(0)", "decimal(null)", "decimal(-1.5)",
                      "decimal(9999999999999999999999999999)",
                      "decimal(0.0000000001)"]),
    "s": ("string", ["''", "'a'", "'A b-c, d'", "'2024-02-30T25:00'",
                     "'2024-02-29T12:00:00Z'", "'{\"a\":[1,{\"b\":null}]}'",
                     "'[1,2'", "'1e999'", "'10.1.2.3/33'", "'::ffff:1.2.3.4'",
                     "'\\0x\\0'", "'\\u0130\\u00df\\U0001F600%_'", "'(['",
                     "'$.a[*]'", "'$1 $* {0} \\\\'", "'http://u:p@h:99999/%zz?a=&b'",
                     "'SGVsbG8='", "'xn--a-ecp.ru'", "'-12'", "LONG"]),
    "t": ("datetime", ["datetime(0001-01-01)",
                       "datetime(9999-12-31T23:59:59.9999999)",
                       "datetime(null)", "datetime(2024-02-29T12:34:56.7)",
                       "datetime(1970-01-01)"]),
    "z": ("timespan", ["timespan(0)", "timespan(10675199.02:48:05.4775807)",
                       "timespan(-10675199.02:48:05.4775808)",
                       "timespan(null)", "1tick", "-1d", "25h"]),
    "g": ("guid", ["guid(null)", "guid(74be27de-1e4e-49d9-b579-fe0b331d3642)"]),
    "d": ("dynamic", ["dynamic(null)", "dynamic([])", "dynamic({})",
                      "dynamic([1,'a',null,[2,{}],{\"k\":1.5},true,\"\"])",
                      "dynamic({\"a\":{\"b\":[1,2]},\"\":null,\"c\":\"x\"})",
                      "dynamic('text')", "dynamic(1)", "dynamic(-1.5)",
                      "dynamic(true)", "dynamic([3,1,2])", "dynamic(['b','a'])",
                      "dynamic([[1,2],[3]])", "dynamic([{\"a\":1},{\"a\":2}])",
                      "dynamic([9223372036854775807,1e308,-0.0])"]),
}
# What the engine says of a value. Our own functions may refuse an argument,
# such as a format, in other words.
ENGINE = ("Overflow", "out of range", "can't be cast", "ould not c",
          "must be a constant", "nvalid", "mplement", "must be between")
# A million elements a row.
LARGE = {"range": " | take 4"}
INFIX = """== != < <= > >= + - * / % =~ !~ has !has has_cs hasprefix hassuffix
contains !contains contains_cs startswith endswith matches_regex in !in in~
has_any has_all between and or""".split()
OPERATORS = """
T | take -1
T | take 9223372036854775807
T | take long(null)
T | take int(null)
T | take 1.5
T | take 'a'
T | top 0 by l0
T | top -5 by l0
T | top 9223372036854775807 by d0
T | top 3 by r0 asc nulls first
T | sample 0
T | sample -1
T | sample-distinct 2 of d0
T | sort by d0, r0, m0, g0, b0, s0, z0, t0, i0
T | distinct *
T | distinct d0
T | summarize by d0
T | summarize by bin(l0, 0)
T | summarize count() by bin(r0, 0.0)
T | summarize count() by bin(r0, real(nan))
T | summarize count() by bin(t0, 0s)
T | summarize count() by bin(t0, -1h)
T | summarize count() by bin(z0, 1tick)
T | summarize count() by bin(l0, -1)
T | summarize count() by tostring(d0), r0, m0, g0, b0, s0, z0, t0, i0
T | count
T | where l0
T | where d0
T | where b0 and d0
T | extend l0 = s0, s0 = l0
T | project-away *
T | project-keep x*
T | project-rename a = l0, b = l0
T | project-reorder * asc, l0
T | mv-expand d0
T | mv-expand d0 to typeof(long)
T | mv-expand d0 to typeof(datetime), s0
T | mv-expand d0 limit 0
T | mv-expand d0 limit -1
T | mv-expand with_itemindex=n d0, e = d0 limit 9223372036854775807
T | mv-expand bagexpansion=array d0
T | mv-expand kind=array d0
T | mv-apply e = d0 on (summarize count())
T | mv-apply e = d0 to typeof(long) on (top 1 by e)
T | mv-apply with_itemindex=n e = d0 on (where n > 0 | project e)
T | join kind=inner (T | project k = d0) on $left.d0 == $right.k
T | join kind=fullouter (T) on l0
T | join kind=leftanti (T) on r0, z0
T | join kind=innerunique (T) on m0
T | join kind=inner (T | project l0 = i0) on l0
T | join kind=inner (T | project l0 = s0) on l0
T | lookup (T | project i0, k = 1) on i0
T | parse s0 with * 'a' x:long 'b' *
T | parse kind=regex s0 with '(' x
T | parse kind=relaxed s0 with x:datetime '-' y:real
T | parse-where s0 with x:guid
T | parse-kv s0 as (a:long, b:datetime)
T | getschema
T | serialize n = row_number(-9223372036854775808)
T | serialize n = row_number(9223372036854775807)
T | serialize n = row_cumsum(l0), m = prev(d0, 3), k = next(s0, -1)
T | serialize n = row_rank_dense(r0), m = row_window_session(t0, 1h, 1m)
T | union (T | project l0 = s0)
T | union kind=inner (T | project l0 = 1)
T | evaluate bag_unpack(d0)
T | evaluate bag_unpack(d0, 's')
T | evaluate pivot(b0)
T | evaluate pivot(s0, count(), i0)
T | evaluate narrow()
T | make-series count() default = 0 on t0 from datetime(2024-01-01) to datetime(2024-01-02) step 1h
T | make-series sum(l0) on l0 from 0 to 10 step 0
T | make-series avg(r0) on t0 step 1d by b0
T | make-series max(l0) on l0 from 10 to 0 step 1
T | make-series count() on t0 from datetime(0001-01-01) to datetime(9999-12-31) step 1s
T | reduce by s0
T | top-nested 2 of s0 by count()
T | top-nested 2 of b0 with others = 'x' by max(r0), top-nested 1 of i0 by sum(l0)
T | partition by b0 (take 1)
T | partition hint.strategy=native by i0 (summarize count())
T | scan declare (n:long = 0) with (step a output=all: l0 > 0 => n = a.n + 1;)
T | render timechart
T | as X | where l0 > 0 | union X
T | invoke nothing()
T | search 'a'
T | search * == 1
T | where * has 'a'
range x from 1 to 0 step 1
range x from 1 to 10 step 0
range x from 1 to 10 step -1
range x from long(null) to 5 step 1
range x from 1 to 9223372036854775807 step 9223372036854775807
range x from 9223372036854775800 to 9223372036854775807 step 5
range x from -9223372036854775807 to 9223372036854775807 step 4611686018427387904
range x from 1.5 to 9.0 step 0.0
range x from real(nan) to 9.0 step 1.0
range x from 0.0 to real(+inf) step 1e308
range x from datetime(9999-12-31) to datetime(9999-12-31T23:59:59) step 1d
range x from datetime(0001-01-01) to datetime(0001-01-05) step -1d
range x from 1s to 10s step 0s
range x from 1d to 10675199d step 10675199d
range x from 'a' to 'b' step 1
print toscalar(T | where false | project l0), toscalar(T | where false | project s0)
print x = l0
print d = dynamic({"a": [1, {"b": datetime(2024-01-01)}]}) | extend e = d.a[1].b, f = d.a[-1], g = d['a'][9223372036854775807], h = d.a[-9223372036854775807]
"""


def table(suffix):
    """The rows of VALUES side by side, as text of the language."""
    n = max(len(v) for _, v in VALUES.values())
    columns = ", ".join(f"{k}{suffix}:{t}" for k, (t, _) in VALUES.items())
    cells = [v[i % len(v)] for i in range(n) for _, v in VALUES.values()]
    text = f"datatable({columns})[{', '.join(cells)}]".replace("LONG", "'@'")
    return (f"{text} | extend s{suffix} = iff(s{suffix} == '@', {LONG_TEXT}, "
            f"s{suffix})")


SETUP = f"""
T = {table(0)}
T1 = {table(1)}
T2 = {table(2)}
A = T
B = T | extend k = 1 | join kind=inner (T1 | extend k = 1) on k | project-away k, k1
C = B | extend k = 1 | join kind=inner (T2 | extend k = 1) on k | project-away k, k1 | extend h = hash(strcat(tostring(l0), tostring(s1), tostring(r2), tostring(d0)), 20) | where h == 3 | project-away h
"""


class Matrix:
    """The running program, what was found and how much was tried."""

    def __init__(self, program):
        self.batch = Batch(program, seconds=SLOW)
        self.random = random.Random(SEED)
        self.finds = []
        self.tried = self.refused = self.ran = 0

    def ask(self, code, check=False):
        if not self.batch.proc:
            self.batch.start()
            made = self.batch.ask(SETUP, keep=True, seconds=60)
            if not made.get("ok"):
                sys.exit(f"the tables were not made: {made}")
        return self.batch.ask(code, keep=True,
                              mode="check" if check else "run")

    def report(self, what, code, answer):
        self.finds.append(what)
        print(f"FAIL {what}\n    {code}\n    {str(answer)[:600]}")

    @staticmethod
    def is_bad(answer):
        if "died" in answer or "hung" in answer:
            return True
        for e in answer.get("errors", []):
            if e["code"] == "E0901":
                return True
            if e["code"] == "E0503":
                return any(a in e["message"] for a in ENGINE)
        return False

    def run(self, calls, form):
        """Runs calls in one query; halves it until the bad one is alone."""
        code = form(calls)
        answer = self.ask(code)
        if answer.get("ok"):
            self.ran += len(calls)
            return
        if len(calls) > 1:
            half = len(calls) // 2
            self.run(calls[:half], form)
            self.run(calls[half:], form)
        elif self.is_bad(answer):
            self.report(calls[0], code, answer)
        else:
            self.ran += 1

    def accepts(self, call, form):
        self.tried += 1
        answer = self.ask(form([call]), check=True)
        if self.is_bad(answer):
            self.report(call, form([call]), answer)
        if not answer.get("ok"):
            self.refused += 1
        return bool(answer.get("ok"))


def scalar_form(table_name):
    def form(calls):
        named = ", ".join(f"x{i} = {c}" for i, c in enumerate(calls))
        used = " or ".join(f"isnotempty(tostring(x{i}))"
                           for i in range(len(calls)))
        return (f"{table_name} | serialize {named} | where {used} | "
                "summarize count()")
    return form


def literal_form(calls):
    return "print " + ", ".join(f"x{i} = {c}" for i, c in enumerate(calls))


def aggregate_form(by, rows):
    def form(calls):
        named = ", ".join(f"x{i} = {c}" for i, c in enumerate(calls))
        return f"A{rows} | summarize {named}{by}"
    return form


def arguments(rng, n):
    """All combinations of n column types, in a random order."""
    kinds = list(VALUES)
    if n == 0:
        return [()]
    if n == 1:
        return [(k,) for k in kinds]
    if n == 2:
        pairs = [(a, b) for a in kinds for b in kinds]
        rng.shuffle(pairs)
        return pairs
    return [tuple(rng.choice(kinds) for _ in range(n)) for _ in range(400)]


def column_calls(m, name, n):
    """Calls with n columns that the binder accepts."""
    form = scalar_form("ABCC"[max(n, 1) - 1] + LARGE.get(name, ""))
    accepted = []
    for kinds in arguments(m.random, n):
        args = ", ".join(f"{k}{i % 3}" for i, k in enumerate(kinds))
        call = f"{name}({args})"
        if m.accepts(call, form):
            accepted.append(call)
    return accepted, form


def literal_calls(m, name, kinds):
    args = ", ".join(m.random.choice(VALUES[k][1]) for k in kinds)
    return f"{name}({args})".replace("LONG", "'" + "ab" * 50 + "'")


def functions(m, names, until):
    """Functions in turn, so that a short run has some of each."""
    for n in (1, 2, 0, 3, 4):
        order = list(names)
        m.random.shuffle(order)
        for name in order:
            if time.monotonic() > until:
                return
            accepted, form = column_calls(m, name, n)
            for i in range(0, len(accepted), CALLS):
                m.run(accepted[i:i + CALLS], form)
            literals = [literal_calls(m, name, [a[0] for a in
                        c[len(name) + 1:-1].split(", ") if a])
                        for c in accepted[:CALLS]]
            literals = [c for c in literals if m.accepts(c, literal_form)]
            if literals:
                m.run(literals, literal_form)


def infix_calls(op, kinds):
    a, b = kinds[0] + "0", kinds[1] + "1"
    if op == "matches_regex":
        return f"({a} matches regex {b})"
    if op in ("in", "!in", "in~", "has_any", "has_all"):
        return f"({a} {op} ({b}, {kinds[0]}1))"
    if op == "between":
        return f"({a} between ({b} .. {b}))"
    return f"({a} {op} {b})"


def infixes(m):
    form = scalar_form("B")
    for op in INFIX:
        calls = [infix_calls(op, k) for k in arguments(m.random, 2)]
        calls = [c for c in calls if m.accepts(c, form)]
        for i in range(0, len(calls), CALLS):
            m.run(calls[i:i + CALLS], form)
    for kinds in arguments(m.random, 1):
        k = kinds[0] + "0"
        for call in (f"(-{k})", f"(not({k}))", f"{k}[0]", f"{k}.a", f"{k}['a']"):
            if m.accepts(call, form):
                m.run([call], form)


def aggregates(m, names):
    forms = [aggregate_form("", ""), aggregate_form(" by b0", ""),
             aggregate_form("", " | where false"),
             aggregate_form(" by s0", " | sort by l0")]
    for name in names:
        calls = []
        for n in (0, 1, 2, 3):
            options = arguments(m.random, n)[:100]
            for kinds in options:
                call = f"{name}({', '.join(k + '0' for k in kinds)})"
                if m.accepts(call, forms[0]):
                    calls.append(call)
        for more in ("l0, 0", "l0, 1", "l0, -1", "r0, 50", "t0, 100.0",
                     "d0, 9223372036854775807", "s0, 2", "l0, 50, 95",
                     "l0, dynamic([50, 101, -1])", "s0, b0, 3"):
            call = f"{name}({more})"
            if m.accepts(call, forms[0]):
                calls.append(call)
        for form in forms:
            for i in range(0, len(calls), CALLS):
                m.run(calls[i:i + CALLS], form)


def operators(m):
    for code in OPERATORS.strip().split("\n"):
        for rows in ("", " | where false"):
            text = code.replace("T |", f"T{rows} |", 1)
            answer = m.ask(text)
            m.tried += 1
            m.ran += bool(answer.get("ok"))
            if m.is_bad(answer):
                m.report(text, text, answer)


def main():
    m = Matrix(os.environ["SHIKRA_RELEASE"])
    until = time.monotonic() + SECONDS
    rows = m.ask(".show functions")["outputs"][0]["rows"]
    wanted = sys.argv[1:]
    scalar = [r[0] for r in rows if r[1] == "scalar"]
    aggregate = [r[0] for r in rows if r[1] != "scalar"]
    if wanted:
        scalar = [n for n in scalar if n in wanted]
        aggregate = [n for n in aggregate if n in wanted]
    else:
        operators(m)
        infixes(m)
    aggregates(m, aggregate)
    functions(m, scalar, until)
    m.batch.stop()
    print(f"{m.tried} forms, {m.refused} refused by the binder, {m.ran} ran; "
          f"seed {SEED}")
    print(f"matrix: {m.ran} passed, {len(m.finds)} failed")
    return 1 if m.finds else 0


if __name__ == "__main__":
    sys.exit(main())

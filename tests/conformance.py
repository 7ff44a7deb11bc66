#!/usr/bin/env python3
"""conformance.py - how much of published KQL gives the published answer.

Usage: tests/conformance.py [CASES.jsonl] [options]

Each line of the file is a case: a query, the tables it needs, and the columns
and rows (or the refusal) that the reference engine answered. Cases go through
`shikra batch`, which is restarted when it dies or hangs. Without the file
(it is not part of the project) nothing is checked and the program says so.
The last line is "conformance: N passed, N failed".
"""
import argparse
import collections
import json
import math
import os
import queue
import select
import subprocess
import sys
import tempfile
import threading
import time
from decimal import Decimal, InvalidOperation

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT_CASES = os.path.join(
    HERE, "..", "..", "shared", "conformance", "public.jsonl")

# What the first milestone runs: --scope core selects the cases that use
# nothing else. Functions and aggregates are the most frequent ones in
# published hunting queries, in that order.
CORE_OPS = set("""
where project project-away project-keep project-rename project-reorder extend
summarize join union distinct sort order top take limit count print range
datatable let mv-expand parse as render
""".split())
CORE_FUNCTIONS = set("""
ago tostring isnotempty parse_json not split iff todynamic bin strcat case
tolower extract now isempty array_length toscalar materialize toint iif
pack_array coalesce ingestion_time datetime_diff pack
geo_info_from_ip_address todatetime startofday strcat_array extract_all
ipv4_is_private bag_pack replace round substring todouble array_sort_asc
strlen toupper replace_regex tolong trim column_ifexists parse_xml
replace_string bag_keys toreal series_decompose_anomalies parse_ipv4
parse_url array_slice extractjson ipv4_is_in_any_range isnotnull prev
set_has_element table pack_all array_concat abs range countof trim_start
columnifexists indexof set_difference tobool trim_end dynamic_to_json
base64_decode_tostring isnull row_number set_intersect ipv4_is_in_range
startofweek toguid arraylength parse_command_line parse_ipv6 parsejson
string_size dayofweek format_datetime hourofday translate parse_user_agent
set_union url_decode replace_strings startofmonth todecimal tohex bin_at
floor ipv4_is_match max_of array_index_of bag_remove_keys datetime_part next
""".split())
CORE_AGGREGATES = set("""
count make_set arg_max min max dcount make_list makeset take_any sum arg_min
countif make_bag make_set_if any dcountif avg makelist take_anyif sumif
count_distinct stdev make_list_if percentiles binary_all_or
""".split())
# Tag families that belong to something above or to the grammar itself.
CORE_FAMILIES = {"sop", "join", "lit", "let", "syn", "parse", "mv-expand",
                 "union"}


def in_core(case):
    for tag in case["tags"] + case["constructs_beyond_corpus"]:
        family, _, name = tag.partition(":")
        if family == "op":
            fits = name in CORE_OPS
        elif family == "fn":
            fits = name in CORE_FUNCTIONS
        elif family == "agg":
            fits = name in CORE_AGGREGATES
        else:
            fits = family in CORE_FAMILIES
        if not fits:
            return False
    return True


# ---- a case as code ----

def kql_string(text):
    out = ['"']
    for c in text:
        if c in '"\\':
            out.append("\\" + c)
        elif ord(c) < 0x20 or ord(c) == 0x7F:
            out.append("\\u%04x" % ord(c))
        else:
            out.append(c)
    return "".join(out) + '"'


def kql_literal(kind, value):
    if kind == "string":
        return kql_string(value if value is not None else "")
    if value is None:
        return "%s(null)" % kind
    if kind == "bool":
        return "true" if value else "false"
    if kind == "dynamic":
        return "dynamic(%s)" % json.dumps(value, ensure_ascii=False)
    if kind == "real" and isinstance(value, str):
        words = {"NaN": "nan", "Infinity": "+inf", "-Infinity": "-inf"}
        return "real(%s)" % words[value]
    return "%s(%s)" % (kind, value)


def kql_name(name):
    plain = name.isascii() and name.isidentifier()
    return name if plain else "[%s]" % kql_string(name)


def setup_code(tables):
    parts = []
    for t in tables or []:
        kinds = [c["type"] for c in t["columns"]]
        head = ", ".join("%s:%s" % (kql_name(c["name"]), c["type"])
                         for c in t["columns"])
        rows = ",\n".join(
            ", ".join(kql_literal(k, v) for k, v in zip(kinds, row))
            for row in t["rows"])
        parts.append("%s = datatable(%s)[\n%s];\n" % (
            kql_name(t["name"]), head, rows))
    return "".join(parts)


# ---- comparison ----

def near(a, b, tolerance):
    a, b = (float(x) if not isinstance(x, bool) else x for x in (a, b))
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= tolerance * max(abs(a), abs(b)) or abs(a - b) < 1e-300


def is_number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def same_bag(xs, ys, same):
    """Multisets under an equality that is not transitive: small, greedy."""
    if len(xs) != len(ys):
        return False
    rest = list(ys)
    for x in xs:
        for i, y in enumerate(rest):
            if same(x, y):
                del rest[i]
                break
        else:
            return False
    return True


class Rules:
    """What the flags of a case allow."""

    def __init__(self, case):
        flags = case["flags"]
        self.ordered = case["ordered"]
        self.loose_arrays = "array element order unspecified" in flags
        self.free_rows = any(f.startswith("innerunique") for f in flags)
        self.tolerance = 0.05 if "approximate aggregate" in flags else 1e-9
        # Integer widths of these cases were not reported by the engine.
        self.any_width = case["origin"].startswith("B:") or any(
            "known only as Int" in f or "says int" in f for f in flags)

    def dynamic(self, a, b):
        if is_number(a) and is_number(b):
            if isinstance(a, int) and isinstance(b, int):
                return a == b
            return near(a, b, self.tolerance)
        if type(a) is not type(b):
            return False
        if isinstance(a, list):
            if self.loose_arrays:
                return same_bag(a, b, self.dynamic)
            return len(a) == len(b) and all(map(self.dynamic, a, b))
        if isinstance(a, dict):
            return a.keys() == b.keys() and all(
                self.dynamic(a[k], b[k]) for k in a)
        return a == b

    def cell(self, kind, want, got):
        if want is None or got is None:
            return want is got
        if kind == "dynamic":
            return self.dynamic(want, got)
        if kind == "decimal":
            # Published answers went through a double on their way.
            try:
                return (Decimal(str(want)) == Decimal(str(got)) or
                        float(want) == float(got))
            except (InvalidOperation, ValueError):
                return False
        if kind == "real" or (is_number(want) and self.tolerance > 1e-9):
            try:
                return near(want, got, self.tolerance)
            except (TypeError, ValueError):
                return False
        return type(want) is type(got) and want == got

    def column(self, want, got):
        kinds = want["type"], got["type"]
        width = self.any_width and set(kinds) == {"int", "long"}
        return want["name"] == got["name"] and (
            kinds[0] == kinds[1] or width)

    def rows(self, columns, want, got):
        kinds = [c["type"] for c in columns]

        def same(a, b):
            return len(a) == len(b) and all(map(self.cell, kinds, a, b))

        if self.ordered and len(want) == len(got) and all(
                map(same, want, got)):
            return True
        if not self.ordered and same_bag(want, got, same):
            return True
        return self.free_rows and len(want) == len(got)


def spell(columns):
    return ", ".join("%s:%s" % (c["name"], c["type"]) for c in columns)


def last_table(reply):
    tables = [o for o in reply.get("outputs", []) if o["kind"] == "table"]
    return tables[-1] if tables else None


def error_text(reply):
    errors = reply.get("errors") or [{"code": "?", "message": "no message"}]
    return "%s %s" % (errors[0].get("code"), errors[0].get("message"))


def judge(case, reply):
    """None when the case holds, else the reason in one line."""
    want = case["expected"]
    if case["kind"] == "error":
        if reply["ok"]:
            return "accepted, but must be refused"
        # A refusal by the table engine is a bug of ours, not a diagnosis.
        codes = [str(e.get("code", "")) for e in reply["errors"]]
        return error_text(reply) if any(
            c.startswith("E09") for c in codes) else None
    if not reply["ok"]:
        return error_text(reply)
    got = last_table(reply)
    if got is None:
        return "no table among the outputs"
    rules = Rules(case)
    if len(want["columns"]) != len(got["columns"]) or not all(
            map(rules.column, want["columns"], got["columns"])):
        return "columns: expected %s; got %s" % (
            spell(want["columns"]), spell(got["columns"]))
    if not rules.rows(want["columns"], want["rows"], got["rows"]):
        return "rows differ (%d expected, %d got)" % (
            len(want["rows"]), len(got["rows"]))
    return None


# ---- the process under test ----

class Died(Exception):
    pass


class Batch:
    """One `shikra batch`, started again whenever it is gone."""

    def __init__(self, command, seconds):
        self.command, self.seconds = command, seconds
        self.process = None

    def start(self):
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.stderr)
        self.pending = b""

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.stderr.close()
            self.process = None

    def close(self):
        """The polite end: leaks and the like show in the exit status."""
        if not self.process:
            return 0
        self.process.stdin.close()
        try:
            status = self.process.wait(self.seconds)
        except subprocess.TimeoutExpired:
            status = "hangs at the end"
        if status:
            print("batch ended with %s\n%s" % (status, self.last_words()))
        self.process.stdin = open(os.devnull, "wb")
        self.stop()
        return status

    def last_words(self):
        self.stderr.seek(0)
        return self.stderr.read().decode("utf-8", "replace")[-2000:]

    def line(self):
        end = time.monotonic() + self.seconds
        while b"\n" not in self.pending:
            left = end - time.monotonic()
            fd = self.process.stdout.fileno()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise Died("no answer in %g s" % self.seconds)
            part = os.read(fd, 1 << 20)
            if not part:
                status = self.process.wait()
                raise Died("process ended (status %s) %s" % (
                    status, self.last_words().strip()[-600:]))
            self.pending += part
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def ask(self, request):
        if not self.process:
            self.start()
        data = json.dumps(request).encode() + b"\n"
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
            reply = json.loads(self.line())
        except (Died, BrokenPipeError, ValueError) as e:
            if isinstance(e, BrokenPipeError):
                e = "process ended before it read the case"
            self.stop()
            return {"id": request["id"], "ok": False, "outputs": [],
                    "errors": [{"code": "crash", "message": str(e)}]}
        if reply.get("id") != request["id"]:
            self.stop()
            return {"id": request["id"], "ok": False, "outputs": [],
                    "errors": [{"code": "crash", "message":
                                "answer to %r" % reply.get("id")}]}
        return reply


def run_all(cases, options):
    """(case, reply, reason, seconds) for each case, in their order."""
    todo, results, status = queue.Queue(), {}, []
    for i, case in enumerate(cases):
        todo.put((i, case))

    def worker():
        batch = Batch([options.shikra, "batch"], options.seconds)
        while True:
            try:
                i, case = todo.get_nowait()
            except queue.Empty:
                break
            code = setup_code(case["setup"]) + case["query"]
            start = time.monotonic()
            reply = batch.ask({"id": case["id"], "code": code,
                               "mode": "run", "keep": False})
            seconds = time.monotonic() - start
            if reply["errors"] and reply["errors"][0]["code"] == "crash":
                reason = error_text(reply)
            else:
                reason = judge(case, reply)
            results[i] = case, reply, reason, seconds
        status.append(batch.close())

    threads = [threading.Thread(target=worker) for _ in range(options.jobs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return [results[i] for i in range(len(cases))], any(status)


# ---- what people read ----

def show(case, reply, reason):
    print("---- %s  band %s" % (case["id"], case["band"]))
    print(setup_code(case["setup"]) + case["query"])
    print("result:   %s" % (reason or "as expected"))
    print("flags:    %s" % ", ".join(case["flags"]))
    want, got = case["expected"], last_table(reply)
    if case["kind"] == "error":
        print("expected: %s" % want["diagnostic"])
    else:
        print("expected: %s" % spell(want["columns"]))
        for row in want["rows"][:30]:
            print("  " + json.dumps(row, ensure_ascii=False))
    if got:
        print("got:      %s" % spell(got["columns"]))
        for row in got["rows"][:30]:
            print("  " + json.dumps(row, ensure_ascii=False))
    for e in reply["errors"]:
        print("  %s" % json.dumps(e, ensure_ascii=False))


def by_band(results):
    total, good = collections.Counter(), collections.Counter()
    for case, _, reason, _ in results:
        total[str(case["band"])] += 1
        good[str(case["band"])] += reason is None
    order = sorted(total, key=lambda b: (not b.isdigit(), len(b), b))
    print("by band: " + "  ".join(
        "%s: %d/%d" % (b, good[b], total[b]) for b in order))


def by_tag(results, most):
    total, bad = collections.Counter(), collections.Counter()
    for case, _, reason, _ in results:
        total.update(set(case["tags"]))
        if reason is not None:
            bad.update(set(case["tags"]))
    if bad:
        print("tags of failing cases (failing of all with the tag):")
    for tag, n in bad.most_common(most):
        print("  %-34s %4d of %d" % (tag, n, total[tag]))


def by_reason(results, most):
    reasons = collections.Counter(
        r.split(":")[0][:100] for _, _, r, _ in results if r)
    for reason, n in reasons.most_common(most):
        print("  %4d  %s" % (n, reason))


def read_known(path):
    known = {}
    if path and os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                line = line.rstrip("\n")
                if line and not line.startswith("#"):
                    name, _, why = line.partition("\t")
                    if not why.strip():
                        sys.exit("%s: %s has no reason" % (path, name))
                    known[name] = why
    return known


def parse_args():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("cases", nargs="?", default=DEFAULT_CASES)
    p.add_argument("--shikra", default=os.path.join(HERE, "../build/shikra"))
    p.add_argument("--scope", choices=["all", "core"], default="all")
    p.add_argument("--only", action="append", metavar="ID",
                   help="this case (repeat for more), with details")
    p.add_argument("--tag", help="cases with this tag")
    p.add_argument("--show", action="store_true",
                   help="details of every failing case")
    p.add_argument("--reasons", action="store_true",
                   help="the most frequent reasons of failure")
    p.add_argument("--known", metavar="FILE",
                   help="accepted differences: id, tab, reason")
    p.add_argument("--list-failures", metavar="FILE",
                   help="write id, tab, reason of each failing case")
    p.add_argument("--most", type=int, default=25, help="lines per summary")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--seconds", type=float, default=20.0, help="per case")
    return p.parse_args()


def select_cases(options):
    with open(options.cases, encoding="utf-8") as f:
        cases = [json.loads(line) for line in f if line.strip()]
    if options.scope == "core":
        cases = [c for c in cases if in_core(c)]
    if options.tag:
        cases = [c for c in cases if options.tag in c["tags"]]
    if options.only:
        cases = [c for c in cases if c["id"] in options.only]
    return cases


def report(results, known, options):
    failing = [r for r in results if r[2] is not None]
    for case, reply, reason, _ in results:
        if options.only or (options.show and reason is not None):
            show(case, reply, reason)
    accepted = [r for r in failing if r[0]["id"] in known]
    failed = [r for r in failing if r[0]["id"] not in known]
    by_band(results)
    by_tag(results, options.most)
    if options.reasons:
        by_reason(failing, options.most)
    if options.list_failures:
        with open(options.list_failures, "w", encoding="utf-8") as f:
            for case, _, reason, _ in failing:
                f.write("%s\t%s\n" % (case["id"], " ".join(reason.split())))
    for case, _, reason, _ in results:
        if reason is None and case["id"] in known:
            print("no longer needed among the known: %s" % case["id"])
    for case, _, reason, _ in failed[:options.most]:
        print("FAIL %s %s" % (case["id"], " ".join(reason.split())[:150]))
    slowest = max(results, key=lambda r: r[3])
    print("%d of %d cases hold (%.1f %%); %d known differences; slowest %s, "
          "%.0f ms" % (len(results) - len(failing), len(results),
                       100 * (1 - len(failing) / len(results)),
                       len(accepted), slowest[0]["id"], slowest[3] * 1000))
    return len(results) - len(failing), len(failed)


def main():
    options = parse_args()
    if not os.path.exists(options.cases):
        print("conformance: skipped, no %s" % os.path.normpath(options.cases))
        print("conformance: 0 passed, 0 failed")
        return 0
    cases = select_cases(options)
    if not cases:
        sys.exit("conformance: no case is selected")
    results, bad_end = run_all(cases, options)
    passed, failed = report(results, read_known(options.known), options)
    failed += bad_end
    print("conformance: %d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

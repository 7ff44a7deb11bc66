"""elasticprops.py - hostile documents and pipelines over them.

Used by: suite_elastic.py (the stand-in) and suite_opensearch.py (a real node).
A pipeline over the table of the cluster must give what the same pipeline gives
over the rows that were read from it as they are.
"""
import random

PROPERTIES = {
    "@timestamp": {"type": "date"},
    "host": {"properties": {"name": {"type": "keyword"}}},
    "user": {"type": "keyword", "ignore_above": 12},
    "msg": {"type": "text", "fields": {
        "keyword": {"type": "keyword", "ignore_above": 40}}},
    "body": {"type": "text"},
    "n": {"type": "long"},
    "small": {"type": "integer"},
    "x": {"type": "double"},
    "ok": {"type": "boolean"},
    "ip": {"type": "ip"},
    "odd": {"type": "date", "format": "dd/MM/yyyy"},
    "tags": {"type": "keyword"},
    "nest": {"type": "nested", "properties": {"a": {"type": "long"}}},
}
TEXTS = ["", "a", "A", "abc", "ABC", "k", "K", "\u212a", "s", "\u017f",
         "\u00e9", "e\u0301", "\u4e2d\u6587", "\U0001f600x", "it's",
         'say "x"', "back\\slash", "100%", "a*b", "a?b", "axb", "*", "?", "\\",
         "tab\there", "  padded  ", "cmd.exe /c whoami", "sky", "\u017fKY",
         "[1]", "{}", "null", "a,b", "longer than twelve", "x" * 50, "10.0.0.1"]
LONGS = [0, 1, -1, 5, 1 << 53, (1 << 53) + 1, (1 << 63) - 1, -(1 << 63)]
TIMES = ["2024-05-01T08:00:00.1234567Z", "2024-05-01T08:00:00.123Z",
         "2024-05-01T08:00:00Z", 1714550400123, "1969-12-31T23:59:59.999Z"]


def documents(n=120):
    r = random.Random(7)
    out = []
    for i in range(n):
        d = {"n": r.choice(LONGS), "small": r.choice([0, 1, -1, 2147483647]),
             "x": r.choice([0.1, -1.5, 1e300, 0, 5]),
             "msg": r.choice(TEXTS), "body": r.choice(TEXTS),
             "user": r.choice(TEXTS), "ok": r.choice([True, False, "true"]),
             "@timestamp": r.choice(TIMES), "odd": "01/02/2024",
             "ip": r.choice(["10.0.0.1", "::1", "192.168.1.7"]),
             "tags": r.choice([["x"], ["x", 'y"z'], []]),
             "nest": [{"a": 1}, {"a": 2}]}
        if i % 2:
            d["host"] = {"name": r.choice(TEXTS)}
        else:
            d["host.name"] = r.choice(TEXTS)
        for name in r.sample(sorted(d), r.randrange(5)):
            d[name] = None
        if i > 100:  # beyond the sample: lists where none are expected
            d["user"] = r.sample(TEXTS[1:], 2)
        out.append(d)
    return out


def kql(s):
    out = s.replace("\\", "\\\\").replace("'", "\\'").replace("\t", "\\t")
    return "'%s'" % out


def pipelines(n=150):
    r = random.Random(11)
    columns = ["['host.name']", "user", "msg", "body", "ip"]
    words = ["==", "=~", "!=", "contains", "has", "startswith", "endswith",
             "contains_cs", "!contains", "has_cs", "startswith_cs"]
    numbers = ["n", "small", "x", "['@timestamp']"]
    literals = {"n": ["0", "5", "-1", "9223372036854775807"],
                "small": ["0", "1", "2147483647"],
                "x": ["0.1", "5.0", "-1.5"],
                "['@timestamp']": ["datetime(2024-05-01T08:00:00.1234567Z)",
                                   "datetime(2024-05-01T08:00:00.123Z)",
                                   "datetime(1969-12-31T23:59:59.9999999Z)"]}

    def condition(depth=0):
        kind = r.randrange(8)
        if kind == 0 and depth < 3:
            return "(%s %s %s)" % (condition(depth + 1), r.choice(
                ["and", "or"]), condition(depth + 1))
        if kind == 1:
            return "%s %s (%s)" % (r.choice(columns), r.choice(
                ["in", "in~", "!in", "has_any", "has_all"]),
                ", ".join(kql(r.choice(TEXTS)) for _ in range(2)))
        if kind == 2:
            return "%s(%s)" % (r.choice(["isnotempty", "isempty"]),
                               r.choice(columns))
        if kind == 3:
            return r.choice(["ok == true", "ok == false", "not(ok == true)",
                             "isnotnull(n)"])
        if kind < 6:
            name = r.choice(numbers)
            return "%s %s %s" % (name, r.choice(
                ["==", "<", "<=", ">", ">=", "!="]), r.choice(literals[name]))
        return "%s %s %s" % (r.choice(columns), r.choice(words),
                             kql(r.choice(TEXTS)))
    out = []
    for _ in range(n):
        out.append("T | where %s%s" % (condition(), r.choice(
            ["", " | count", " | project n, msg, user",
             " | summarize count(), dcount(user) by msg",
             " | where %s" % condition()])))
    return out + ["T", "T | count", "T | project odd, tags, nest",
                  "T | summarize n = count()", "T | take 0",
                  "T | distinct ['host.name']", "T | top 3 by _id asc"]


def compare(ask, table, check, what):
    """Both ways of every pipeline; `ask` gives a batch answer."""
    def rows(text):
        answer = ask(text)
        found = [o for o in answer.get("outputs", []) if o["kind"] == "table"]
        return (answer["errors"], [(o["columns"], sorted(o["rows"], key=repr))
                                   for o in found])
    kept = ask("here = %s" % table)
    check(what + ": the table is read", kept["ok"], kept["errors"])
    pushed = 0
    for text in pipelines():
        there, here = text.replace("T", table, 1), text.replace("T", "here", 1)
        if text == "T | take 0":
            here = there
        a, b = rows(there), rows(here)
        check("%s: %s" % (what, there), a == b and not a[0], a, b)
        shown = " ".join(o.get("text", "") for o in
                         ask(".explain " + there)["outputs"])
        pushed += '"query":' in shown
    check(what + ": many conditions ran there", pushed > 50, pushed)

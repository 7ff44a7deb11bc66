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
    "role": {"type": "keyword"},
    "code": {"type": "long", "ignore_malformed": True},
    "size": {"type": "integer"},
    "several": {"type": "integer"},
    "job": {"type": "keyword"},
    "part": {"type": "double"},
    "seen": {"type": "date_nanos"},
    "when": {"type": "date"},
    "from": {"type": "ip"},
    "flag": {"type": "boolean"},
    "low": {"type": "keyword", "normalizer": "lowercase"},
    "gap": {"type": "keyword", "null_value": "none"},
    "both": {"type": "keyword"},
    "one": {"type": "keyword", "copy_to": "both"},
    "flat": {"type": "keyword", "doc_values": False},
}
TEXTS = ["", "a", "A", "abc", "ABC", "k", "K", "\u212a", "s", "\u017f",
         "\u00e9", "e\u0301", "\u4e2d\u6587", "\U0001f600x", "it's",
         'say "x"', "back\\slash", "100%", "a*b", "a?b", "axb", "*", "?", "\\",
         "tab\there", "  padded  ", "cmd.exe /c whoami", "sky", "\u017fKY",
         "[1]", "{}", "null", "a,b", "longer than twelve", "x" * 50, "10.0.0.1"]
LONGS = [0, 1, -1, 5, 1 << 53, (1 << 53) + 1, (1 << 63) - 1, -(1 << 63)]
TIMES = ["2024-05-01T08:00:00.1234567Z", "2024-05-01T08:00:00.123Z",
         "2024-05-01T08:00:00Z", 1714550400123, "1969-12-31T23:59:59.999Z"]


def indexed_otherwise(r):
    """Values that an index holds in another spelling than the document."""
    return {
        "role": r.choice(["", "admin", "Admin", 12.50, True, "sk"]),
        "job": r.choice(["", "admin", "Admin", 12.50, True, "sk", "\u212a",
                         "power shell", "power-shell", "\u00e9shell"]),
        "several": r.choice([1, 2]),
        "code": r.choice([7, "7", 12.7, "12.7", -12.7, 1.5e3, 1 << 40]),
        "size": r.choice([0, 1, -5, "8", 2147483647]),
        "part": r.choice([0, -0.0, 0.5, "1e3", -1e300]) if r.random() < .1
        else r.choice([0, 0.5, "1e3", -1e300]),
        "seen": r.choice(["2024-05-01T08:00:00.123456789Z",
                          "2024-05-01T08:00:00.1234567Z", 1714550400123,
                          "1970-01-01T00:00:00Z"]),
        "when": r.choice(["2024", "2024-05", "2024-05-01", "2024-05-01T08",
                          "2024-05-01T10:00:00.5+02:00", "1714550400123",
                          "0099-12-31T00:00:00Z", 253402300799999, -1]),
        "from": r.choice(["10.0.0.1", "::ffff:10.0.0.1", "::1.2.3.4",
                          "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1",
                          "FE80::"]),
        "flag": r.choice([True, False, "", "false"]),
        "low": r.choice(["a", "A"]), "gap": r.choice(["a", None]),
        "one": r.choice(["a", "b"]), "flat": r.choice(["a", "b"]),
    }


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
        d.update(indexed_otherwise(r))
        if i % 2:
            d["host"] = {"name": r.choice(TEXTS)}
        else:
            d["host.name"] = r.choice(TEXTS)
        for name in r.sample(sorted(d), r.randrange(5)):
            d[name] = None
        if i > 100:  # beyond the sample: lists where none are expected
            d["user"] = r.sample(TEXTS[1:], 2)
            d["role"] = r.choice([["x", "x"], ["x", "y"], [""], [], [None]])
        if i == 110:
            d["several"] = [3, 4]
            d["code"] = "no number"
        out.append(d)
    return out


def kql(s):
    out = s.replace("\\", "\\\\").replace("'", "\\'").replace("\t", "\\t")
    return "'%s'" % out


COLUMNS = ["['host.name']", "user", "msg", "body", "ip", "role", "from",
           "low", "gap", "both", "flat"]
WORDS = ["==", "=~", "!=", "!~", "contains", "has", "startswith", "endswith",
         "contains_cs", "!contains", "has_cs", "!has", "startswith_cs",
         "endswith_cs", "hasprefix", "hassuffix", "!startswith"]
LITERALS = {"n": ["0", "5", "-1", "9223372036854775807"],
            "small": ["0", "1", "2147483647"],
            "code": ["7", "12", "-12", "1500"],
            "size": ["0", "-5", "8"],
            "x": ["0.1", "5.0", "-1.5", "5"],
            "part": ["0.0", "0.5", "1000.0", "-0.0"],
            "['@timestamp']": ["datetime(2024-05-01T08:00:00.1234567Z)",
                               "datetime(2024-05-01T08:00:00.123Z)",
                               "datetime(1969-12-31T23:59:59.9999999Z)"],
            "seen": ["datetime(2024-05-01T08:00:00.1234567Z)",
                     "datetime(2024-05-01T08:00:00.123Z)",
                     "datetime(1970-01-01)"],
            "when": ["datetime(2024-05-01)", "datetime(2024-05-01T08:00:00Z)",
                     "datetime(0099-12-31)", "datetime(1970-01-01)"]}
KEYS = ["['host.name']", "job", "from", "ip", "ok", "flag", "size", "small",
        "bin(['@timestamp'], 1h)", "bin(seen, 1ms)", "bin(when, 1d)",
        "bin(when, 7d)", "startofday(['@timestamp'])"]
# Of lists, texts that are cut, other spellings: documents have to be read.
OTHER_KEYS = ["role", "code", "several", "part", "low", "gap", "both", "flat",
              "user", "msg", "when"]
AGGREGATES = ["count()", "countif(ok)", "sum(size)", "avg(size)", "min(size)",
              "max(small)", "countif(job has 'shell')", "sum(small)"]
OTHER_AGGREGATES = ["min(n)", "max(x)", "min(part)", "sum(code)", "avg(code)",
                    "dcount(role)", "max(when)", "dcount(job)", "sum(several)"]
PLAIN = ["['host.name']", "job", "job", "ip", "from"]


def condition(r, depth=0):
    kind = r.randrange(10)
    if kind == 0 and depth < 3:
        return "(%s %s %s)" % (condition(r, depth + 1), r.choice(
            ["and", "or"]), condition(r, depth + 1))
    if kind == 1:
        return "%s %s (%s)" % (r.choice(COLUMNS), r.choice(
            ["in", "in~", "!in", "has_any", "has_all"]),
            ", ".join(kql(r.choice(TEXTS)) for _ in range(2)))
    if kind == 2:
        return "%s(%s)" % (r.choice(["isnotempty", "isempty"]),
                           r.choice(COLUMNS))
    if kind == 3:
        return r.choice(["ok == true", "ok == false", "not(ok == true)", "flag",
                         "not(flag)", "isnotnull(n)", "isnull(code)",
                         "flag != true"])
    if kind == 4:
        name = r.choice(sorted(LITERALS))
        return "%s %s (%s .. %s)" % (name, r.choice(["between", "!between"]),
                                     r.choice(LITERALS[name]),
                                     r.choice(LITERALS[name]))
    if kind == 5 and depth < 3:
        return "not(%s)" % condition(r, depth + 1)
    if kind < 8:
        name = r.choice(sorted(LITERALS))
        return "%s %s %s" % (name, r.choice(
            ["==", "<", "<=", ">", ">=", "!="]), r.choice(LITERALS[name]))
    return "%s %s %s" % (r.choice(COLUMNS + PLAIN * 2), r.choice(WORDS),
                         kql(r.choice(TEXTS + ["shell", "sk", "admin"])))


def pipelines(n=150):
    r = random.Random(11)
    out = []
    for _ in range(n):
        out.append("T | where %s%s" % (condition(r), r.choice(
            ["", " | count", " | project n, msg, user",
             " | summarize count(), dcount(user) by msg",
             " | where %s" % condition(r)])))
    return out + groups(r) + [
        "T", "T | count", "T | project odd, tags, nest",
        "T | summarize n = count()", "T | take 0",
        "T | distinct ['host.name']", "T | top 3 by _id asc"]


def groups(r, n=200):
    """Pipelines whose rows the service may put together."""
    out = []
    for _ in range(n):
        text = "T"
        for _ in range(r.randrange(3)):
            text += " | where " + condition(r)
        keys = r.sample(KEYS, r.randrange(4))
        metrics = r.sample(AGGREGATES, r.randrange(1, 4))
        if r.randrange(4) == 0:
            keys[:1] = [r.choice(OTHER_KEYS)]
        if r.randrange(4) == 0:
            metrics[:1] = [r.choice(OTHER_AGGREGATES)]
        if r.randrange(4) == 0:
            keys = ["k%d = %s" % (i, k) for i, k in enumerate(keys)]
            text += "".join(" | extend " + k for k in keys)
            keys = [k.split(" = ")[0] for k in keys]
        kind = r.randrange(5)
        if kind == 0:
            text += " | where %s | count" % condition(r)
        elif kind == 1 and keys and "(" not in "".join(keys):
            text += " | distinct " + ", ".join(keys)
        elif kind == 2:
            text += " | take %d | count" % r.choice([0, 1, 7, 500])
        else:
            text += " | summarize %s%s" % (
                ", ".join(metrics),
                " by " + ", ".join(keys) if keys else "")
        out.append(text)
    return out


def compare(ask, table, check, what):
    """Both ways of every pipeline; `ask` gives a batch answer."""
    def plain(v):
        return 0.0 if v == 0 and isinstance(v, float) else v

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

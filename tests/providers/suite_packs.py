"""suite_packs.py - every built-in query, over tables in which it has to find.

Packs stand in providers/queries/packs/, what they must find and must not in
tests/providers/packs/ (a file of the same name). For each query of a pack:
its text is asked of the program, with values for its parameters, and run over
tables of the columns that tests/providers/packs/schemas.txt names. The rows of
`hit` are found; each `miss` changes them so that nothing is; rows out of the
time range are never found, nor is anything by hostile values.
"""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "limits"))
try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not here")
    sys.exit(77)
import kqld  # noqa: E402
import splunkd  # noqa: E402
from batch_rig import Batch  # noqa: E402
from kqld import CLIENT, SECRET, WORKSPACE, State  # noqa: E402

PACKS = os.path.join(HERE, "..", "..", "providers", "queries", "packs")
CASES = os.path.join(HERE, "packs")
AT, AWAY = "2024-05-01T10:00:00Z", "2022-01-01T10:00:00Z"
RANGE = 'start = datetime(2024-05-01), end = datetime(2024-05-02)'
WORDS = {"windows", "azure", "office", "linux", "network", "alerts",
         "threat_intel", "defender", "splunk", "local"}
TYPES = {"str", "int", "float", "bool", "datetime", "timespan", "list"}
ENVIRONMENTS = {"LogAnalytics", "Kusto", "M365D", "MDE", "LocalData",
                "Splunk"}
HOSTILE = ['zz" or 1 == 1 //', "zz' or '1'=='1", 'zz\\', 'zz\\"',
           'zz"\n| take 1\n//', "zz | union *", "{host_name} {{ }} }",
           "```zz", "zz\r\n;.drop table x", "\u00e9\u4e2d\0zz"]
PLACES = {"table", "time_column", "host_column"}

good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *[str(m)[:600] for m in more])


# ---- tables ----

def schemas():
    tables, name = {}, None
    with open(os.path.join(CASES, "schemas.txt"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                continue
            if not line.startswith(" "):
                name = line.strip().rstrip(":")
                tables[name] = {}
            else:
                tables[name].update(w.split(":") for w in line.split())
    return tables


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def literal(value, kind, at):
    if kind == "datetime":
        return "datetime(%s)" % ("null" if value is None else
                                 value if isinstance(value, str) else at)
    if kind == "dynamic":
        return "dynamic(%s)" % ("null" if value is None else
                                json.dumps(value))
    if kind == "string":
        return quoted("" if value is None else value if isinstance(value, str)
                      else json.dumps(value))
    word = json.dumps(value) if value is not None else "null"
    return "%s(%s)" % (kind, word)


def moved(at, minutes):
    hours, rest = divmod(10 * 60 + minutes, 60)
    return at.replace("T10:00", "T%02d:%02d" % (hours, rest))


def table_text(columns, rows, time, at):
    """`rows` as a datatable; `_at` of a row is minutes after ten."""
    cells = []
    for row in rows:
        row = dict(row)
        when = moved(at, row.pop("_at", 0))
        unknown = set(row) - set(columns)
        assert not unknown, "no such columns: %s" % unknown
        row.setdefault(time, when)
        cells.append(", ".join(literal(row.get(c), t, when)
                               for c, t in columns.items()))
    return "datatable(%s)[%s]" % (
        ", ".join("%s:%s" % c for c in columns.items()), ",\n".join(cells))


# ---- packs ----

class Query:
    def __init__(self, pack, doc, name, source):
        params = dict(source.get("parameters") or {})
        for key, value in doc["defaults"]["parameters"].items():
            params.setdefault(key, value)
        meta = source.get("metadata") or {}
        self.pack, self.name, self.source = pack, name, source
        self.params = params
        self.environments = meta.get("data_environments",
                                     doc["metadata"]["data_environments"])
        self.families = meta.get("data_families",
                                 doc["metadata"]["data_families"])
        self.tags = meta.get("tags", doc["metadata"]["tags"])
        self.text = source["args"]["query"]
        for macro, body in (doc.get("query_macros") or {}).items():
            self.text = self.text.replace("$<%s>$" % macro, body["value"])
        self.table = (params.get("table") or {}).get("default")


def read(path):
    with open(path, encoding="utf-8") as f:
        return yaml.safe_load(f)


def packs():
    found = {}
    for name in sorted(os.listdir(PACKS)):
        doc = read(os.path.join(PACKS, name))
        found[name] = [Query(name, doc, q, s)
                       for q, s in doc["sources"].items()]
    return found


def layout(q):
    """What can be said without running it."""
    what = "%s: %s" % (q.pack, q.name)
    holes = set(re.findall(r"(?<!\{)\{([a-z_]+)\}(?!\})", q.text))
    check(what + ": every parameter is used", holes == set(q.params),
          holes ^ set(q.params))
    check(what + ": described", 8 <= len(q.source["description"]) <= 90 and
          "\n" not in q.source["description"])
    check(what + ": tags", all(re.fullmatch(r"T\d{4}(\.\d{3})?", t) or
                               t in WORDS for t in q.tags), q.tags)
    check(what + ": environments", set(q.environments) <= ENVIRONMENTS)
    for name, p in q.params.items():
        check("%s, %s" % (what, name), p["type"] in TYPES and
              p["description"] and
              not set(p.get("aliases", [])) & set(q.params), p)
    names = [n for p in q.params.values() for n in p.get("aliases", [])]
    check(what + ": aliases", len(names) == len(set(names)), names)


def unique(found):
    seen = {}
    for queries in found.values():
        for q in queries:
            for e in q.environments:
                check("%s: %s: one of its name" % (e, q.name),
                      (e, q.name) not in seen,
                      "%s and %s" % (q.pack, seen.get((e, q.name))))
                seen[e, q.name] = q.pack


# ---- SPL ----

def spl_quotes(q):
    """Quotes and brackets in pairs; text values stand between quotes."""
    inside, depth = False, 0
    for i, c in enumerate(q.text):
        if c == '"' and (i == 0 or q.text[i - 1] != "\\"):
            inside = not inside
        depth += (c in "([") - (c in ")]") if not inside else 0
        hole = re.match(r"\{([a-z_]+)\}", q.text[i:])
        if hole and not inside:
            p = q.params[hole.group(1)]
            check("splunk: %s, %s: stands in a string" % (q.name,
                  hole.group(1)), p["type"] == "int" or
                  hole.group(1) == "add_query_items")
    check("splunk: %s: pairs" % q.name, not inside and depth == 0)
    begins = q.text.lstrip().split()
    check("splunk: %s: a search" % q.name, begins[0] in ("|", "search"))
    check("splunk: %s: time and place" % q.name,
          'earliest="{start}"' in q.text and 'latest="{end}"' in q.text and
          ("datamodel=" in q.text or "index=" in q.text))


# ---- runs ----

PROVIDERS = {"LogAnalytics": "sentinel", "Kusto": "kusto",
             "M365D": "defender", "LocalData": "local", "Splunk": "splunk"}


def connect(kind, port):
    if kind == "splunk":
        return ('.connect splunk as splunk_ with (url = "http://127.0.0.1:%d"'
                ', token = "%s")' % (port, splunkd.TOKEN))
    endpoint = "http://127.0.0.1:%d" % port
    where = {"sentinel": 'workspace_id = "%s", endpoint = "%s/v1"' % (
                 WORKSPACE, endpoint),
             "kusto": 'cluster = "%s", database = "Logs"' % endpoint,
             "defender": 'endpoint = "%s"' % endpoint}[kind]
    return ('.connect %s as %s_ with (%s, tenant_id = "t", client_id = "%s", '
            'client_secret = "%s", auth = "clientsecret", authority = "%s")'
            % (kind, kind, where, CLIENT, SECRET, endpoint))


def value(v):
    if isinstance(v, list):
        return "dynamic(%s)" % json.dumps(v)
    return quoted(v) if isinstance(v, str) else json.dumps(v)


class Runner:
    def __init__(self, batch, tables):
        self.batch, self.tables = batch, tables

    def call(self, q, args, more="", environment=None):
        provider = PROVIDERS[environment or q.environments[0]]
        base = "local" if provider == "local" else provider + "_"
        given = "".join("%s = %s, " % (k, value(v)) for k, v in args.items())
        return "%s.%s(%s%s%s)" % (base, q.name, given, RANGE, more)

    def text(self, q, args):
        """The text of the query, or None and what was said."""
        answer = self.batch.ask(self.call(q, args, ", print = true"),
                                keep=True)
        if not answer.get("ok"):
            return None, answer["errors"]
        return answer["outputs"][-1]["rows"][0][0], None

    def lets(self, case, change, at):
        lets = {}
        for name, rows in case["tables"].items():
            columns = self.tables[name]
            time = "Timestamp" if "Timestamp" in columns else "TimeGenerated"
            rows = [dict(r, **change) if name == case["main"] else r
                    for r in rows]
            lets[name] = table_text(columns, rows, time, at)
        return lets

    def run(self, q, args, lets):
        """How many rows; None and what was said."""
        text, errors = self.text(q, args)
        if text is None:
            return None, errors
        code = "".join("let %s = %s;\n" % t for t in lets.items()) + text
        answer = self.batch.ask(code, keep=True)
        if not answer.get("ok"):
            return None, (answer["errors"], text)
        table = [o for o in answer["outputs"] if o["kind"] == "table"][-1]
        return len(table["rows"]), text


def case_of(q, doc):
    """The case with its rows: the table's own, then those of the case."""
    case = dict((doc.get("cases") or {}).get(q.name) or {})
    usual = doc.get("rows") or {}
    main = case.get("args", {}).get("table", q.table)
    hit = case.get("hit", {})
    hit = hit if isinstance(hit, list) else [hit]
    tables = {main: [dict(usual.get(main) or {}, **h) for h in hit]}
    for name, rows in (case.get("tables") or {}).items():
        rows = rows if isinstance(rows, list) else [rows]
        tables[name] = [dict(usual.get(name) or {}, **r) for r in rows]
    miss = case.get("miss", [])
    return dict(case, main=main, tables=tables, args=case.get("args") or {},
                miss=miss if isinstance(miss, list) else [miss])


def hostile(r, q, case, lets):
    what = "%s: %s" % (q.pack, q.name)
    for name, p in q.params.items():
        if p["type"] not in ("str", "list") or name == "add_query_items":
            continue
        for bad_value in HOSTILE:
            args = dict(case["args"], **{name: bad_value})
            if name in PLACES:
                text, errors = r.text(q, args)
                check("%s, %s = %r is refused" % (what, name, bad_value),
                      text is None and errors[0]["code"] == "E0204", text)
                continue
            if p["type"] == "list":
                args[name] = [bad_value, bad_value + "2"]
            found, said = r.run(q, args, lets)
            also = name in case.get("any_of", [])
            check("%s, %s = %r finds nothing" % (what, name, bad_value),
                  found is not None and (found == 0 or also), found, said)


def try_query(r, q, doc):
    what = "%s: %s" % (q.pack, q.name)
    if q.name not in (doc.get("cases") or {}):
        check(what + ": has a case", False)
        return
    case = case_of(q, doc)
    lets = r.lets(case, {}, AT)
    found, said = r.run(q, case["args"], lets)
    check(what + ": finds", found, found, said)
    for change in case["miss"]:
        found, said = r.run(q, case["args"], r.lets(case, change, AT))
        check("%s: does not find %s" % (what, change), found == 0, found,
              said)
    check(what + ": has what it must not find", case["miss"] or
          case.get("finds_all"))
    found, said = r.run(q, case["args"], r.lets(case, {}, AWAY))
    check(what + ": finds nothing out of the range", found == 0, found, said)
    text, errors = r.text(q, dict(case["args"],
                                  add_query_items="| take 0"))
    check(what + ": takes more operators", text and
          text.endswith("| take 0"), text, errors)
    hostile(r, q, case, lets)


def without_strings(text):
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', text, flags=re.S)


def hostile_spl(r, q):
    """Hostile values leave a search as it is but for what stands in quotes."""
    args = {n: "zz" for n, p in q.params.items()
            if "default" not in p and p["type"] == "str"}
    usual, errors = r.text(q, args)
    check("splunk: %s: has a text" % q.name, usual, errors)
    for name, p in q.params.items():
        if p["type"] != "str" or name == "add_query_items" or not usual:
            continue
        for bad_value in HOSTILE:
            text, errors = r.text(q, dict(args, **{name: bad_value}))
            check("splunk: %s, %s = %r stays a value" % (q.name, name,
                  bad_value), text and without_strings(text) ==
                  without_strings(usual), text, errors)


def at_the_service(r, q, doc):
    """The query goes all the way, and the service finds what it should."""
    case = case_of(q, doc)
    lets = r.lets(case, {}, AT)
    code = "".join("%s = %s;\n" % t for t in lets.items())
    if q.environments[0] != "LocalData":
        State.tables = lets
        code = ""
    for environment in q.environments:
        if environment not in PROVIDERS:
            continue
        answer = r.batch.ask(code + r.call(q, case["args"],
                                           environment=environment),
                             keep=True)
        rows = [o["rows"] for o in answer.get("outputs", [])
                if o["kind"] == "table"]
        check("%s: %s: at %s" % (q.pack, q.name, environment),
              rows and rows[-1], answer)


def pack_suite(r, name, queries):
    doc = read(os.path.join(CASES, name)) if name != "splunk.yaml" else {}
    for q in queries:
        layout(q)
        if q.environments == ["Splunk"]:
            spl_quotes(q)
            hostile_spl(r, q)
        else:
            try_query(r, q, doc)
    unknown = set(doc.get("cases") or {}) - {q.name for q in queries}
    check(name + ": no case without a query", not unknown, unknown)
    for q in queries if doc else []:
        if q.name in (doc.get("cases") or {}):
            at_the_service(r, q, doc)


def main():
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    found = packs()
    ports = {"sentinel": kqld.start(), "splunk": splunkd.start()}
    ports["defender"] = ports["kusto"] = ports["sentinel"]
    home = {"MSTICPYCONFIG": "", "HOME": "/nonexistent"}
    batch = Batch(os.environ.get("SHIKRA_RELEASE") or os.environ["SHIKRA"],
                  seconds=60, env=home)
    for kind, port in ports.items():
        answer = batch.ask(connect(kind, port), keep=True)
        check(kind + ": connects", answer.get("ok"), answer)
    unique(found)
    listed = batch.ask(".show queries | project Name | count", keep=True)
    check("all queries are listed", listed["outputs"][-1]["rows"] ==
          [[sum(map(len, found.values()))]], listed)
    for name, queries in found.items():
        if only in name:
            pack_suite(Runner(batch, schemas()), name, queries)
    check("ends well", batch.stop() == 0)
    State.engine.stop()
    print("%d passed, %d failed" % (good, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())

"""suite_kusto.py - Sentinel, Kusto and Defender against strict stand-ins.

Each service answers what the text that it was sent means, so a pipeline whose
prefix is pushed down must give the same rows as over the same tables here.
"""
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "limits"))
import kqld  # noqa: E402
from batch_rig import Batch  # noqa: E402
from kqld import CLIENT, SECRET, WORKSPACE, State  # noqa: E402

TABLES = {
    "SecurityEvent": """datatable(TimeGenerated:datetime, Computer:string,
        Account:string, EventID:int, Process:string, Details:dynamic) [
        datetime(2024-05-01T08:00:00.1234567Z), 'HOST1', 'CORP\\\\ann', 4624,
            'C:\\\\Windows\\\\explorer.exe', dynamic({"a":1,"b":[1,2.5,"x"]}),
        datetime(2024-05-01T08:01:00Z), 'HOST1', 'CORP\\\\bob', 4625, '',
            dynamic(null),
        datetime(2024-05-01T08:02:00Z), 'host2', 'CORP\\\\bob', 4625, 'cmd.exe',
            dynamic("text"),
        datetime(2024-05-02T09:00:00Z), 'HOST2', 'SYSTEM', 4688,
            'powershell.exe -enc SQBFAFgA "quoted" \\u00e9\\u4e2d',
            dynamic([1]),
        datetime(null), '', '', int(null), '<script>alert(1)</script>',
            dynamic({})]""",
    "Numbers": """datatable(L:long, R:real, B:bool, T:timespan, D:decimal,
        G:guid, S:string, I:int) [
        9223372036854775807, real(nan), true, time(1.02:03:04.5000000),
            decimal(12345.678), guid(74be27de-1e4e-49d9-b579-fe0b331d3642),
            'NaN', 2147483647,
        -9223372036854775808, real(+inf), false, time(-0:00:00.0000001),
            decimal(-0.5), guid(null), '', int(null),
        long(null), real(null), bool(null), timespan(null), decimal(null),
            guid(00000000-0000-0000-0000-000000000000), 'x\\ny\\tz', 0,
        0, 0.1, true, time(0:00:00), decimal(0), guid(null), '"', -1]""",
    "Empty": "datatable(TimeGenerated:datetime, X:string) []",
}

PIPELINES = [
    "{T}.SecurityEvent",
    "{T}.SecurityEvent | where EventID == 4625 | project Computer, Account",
    "{T}.SecurityEvent | where Computer =~ 'host2' | count",
    "{T}.SecurityEvent | where Process has 'enc' and Account != 'x'",
    "{T}.SecurityEvent | summarize n = count(), dcount(Account) by Computer | "
    "order by Computer asc",
    "{T}.SecurityEvent | summarize make_set(EventID) by Account | order by "
    "Account desc | take 2",
    "{T}.SecurityEvent | extend A = tostring(Details.a), Hour = bin("
    "TimeGenerated, 1h) | project A, Hour, EventID",
    "{T}.SecurityEvent | where TimeGenerated between (datetime(2024-05-01) .. "
    "1d) | top 2 by TimeGenerated desc",
    "{T}.SecurityEvent | where Process contains @'C:\\Windows'",
    "{T}.SecurityEvent | where Process has '\"quoted\"'",
    "{T}.SecurityEvent | parse Account with Domain '\\\\' User | project "
    "Domain, User",
    "{T}.SecurityEvent | mv-expand b = Details.b | project Computer, b",
    "{T}.SecurityEvent | where Account in ({T}.SecurityEvent | where EventID "
    "== 4688 | project Account)",
    "{T}.SecurityEvent | join kind=inner ({T}.SecurityEvent | where EventID "
    "== 4625 | distinct Account) on Account | project Computer, Account | "
    "order by Computer asc",
    "let bad = 4625; let f = (x:string) {{ toupper(x) }}; {T}.SecurityEvent | "
    "where EventID == bad | project U = f(Account)",
    "let v = {T}.SecurityEvent | where EventID == 4688; v | project Process",
    "{T}.SecurityEvent | make-series n = count() on TimeGenerated from "
    "datetime(2024-05-01) to datetime(2024-05-03) step 1d",
    "{T}.Numbers",
    "{T}.Numbers | where L > 0 or isnull(L) | project L, R, T, D",
    "{T}.Numbers | extend X = L + 1, Y = T * 2 | project X, Y, G",
    "{T}.Numbers | summarize max(L), min(R), sum(I), avg(I)",
    "{T}.Empty",
    "{T}.Empty | summarize count()",
    "{T}.SecurityEvent | union {T}.Empty | summarize count() by Computer | "
    "order by Computer asc",
    "{T}.SecurityEvent | where EventID == 4688 | iocs Process | count",
    "union (print a = 1), ({T}.SecurityEvent | project a = EventID)",
    "{T}.SecurityEvent | as X | count",
    "{T}.SecurityEvent | where Computer has_any ('host1', 'zz') | project "
    "['the name'] = Computer, ['a b'] = 1",
    "{T}.SecurityEvent | serialize | extend p = prev(Computer) | project p",
    "{T}.SecurityEvent | lookup (datatable(EventID:int, What:string) [4625, "
    "'failed']) on EventID | where What == 'failed' | project Computer",
]

# The settings: a folder of a team's own packs of queries.
CONFIG = [""]

good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *more)


def tables_of(answer):
    return [(o["columns"], o["rows"]) for o in answer.get("outputs", [])
            if o["kind"] == "table"]


def ordered(table):
    columns, rows = table
    return columns, sorted(rows, key=repr)


class Session:
    """A program with local copies of the tables, and a connection."""

    def __init__(self, connect):
        self.batch = Batch(os.environ["SHIKRA"], seconds=60,
                           env={"MSTICPYCONFIG": CONFIG[0],
                                "HOME": "/nonexistent"})
        for name, text in TABLES.items():
            self.ask("%s_here = %s" % (name, text))
        self.connected = self.ask(connect)

    def ask(self, code):
        answer = self.batch.ask(code, keep=True)
        if "ok" not in answer:
            print("DIED:", code, answer.get("stderr", "")[:6000])
            raise SystemExit(1)
        return answer

    def rows(self, code):
        return tables_of(self.ask(code))

    def message(self, code):
        answer = self.ask(code)
        return " / ".join("%s (%s)" % (e["message"], e.get("hint") or "")
                          for e in answer["errors"])


def connect(kind, port, secret=SECRET, more=""):
    endpoint = "http://127.0.0.1:%d" % port
    where = {
        "sentinel": 'workspace_id = "%s", endpoint = "%s/v1"' % (WORKSPACE,
                                                                 endpoint),
        "kusto": 'cluster = "%s", database = "Logs"' % endpoint,
        "defender": 'endpoint = "%s"' % endpoint,
    }[kind]
    return ('.connect %s as s with (%s, tenant_id = "t", client_id = "%s", '
            'client_secret = "%s", auth = "clientsecret", authority = "%s"%s)'
            % (kind, where, CLIENT, secret, endpoint, more))


def same_rows(kind, s):
    for text in PIPELINES:
        there = text.format(T="s")
        here = there
        for name in TABLES:
            here = here.replace("s." + name, name + "_here")
        answer, local = s.ask(there), s.ask(here)
        check("%s: %s" % (kind, there),
              answer["ok"] and list(map(ordered, tables_of(answer))) ==
              list(map(ordered, tables_of(local))),
              answer["errors"], local["errors"], tables_of(answer),
              tables_of(local))


def what_is_sent(kind, s):
    s.ask("mine = datatable(Account:string) ['SYSTEM']")
    del State.asked[:]
    s.ask("let n = 4625;\ns.SecurityEvent | where EventID == n | summarize "
          "count() by Account | join (mine) on Account | render table")
    sent = State.asked[-1] if State.asked else ""
    check(kind + ": the prefix is sent with its let", sent.startswith("let n")
          and "summarize" in sent and "join" not in sent, sent)
    del State.asked[:]
    s.ask("s.SecurityEvent | where Account in (mine) | count")
    check(kind + ": what names a table that is here stays here",
          State.asked == ["SecurityEvent"], State.asked)
    del State.asked[:]
    text = s.message("s.SecurityEvent | where EventId == 1")
    check(kind + ": a typo is told before anything is sent",
          "EventId" in text and "EventID" in text and
          not [q for q in State.asked if "getschema" not in q],
          text, State.asked)
    text = s.message("s.SecurityEvnt | count")
    check(kind + ": no such table", "s has no table 'SecurityEvnt'" in text,
          text)
    if kind != "defender":
        check(kind + ": near names", "'SecurityEvent'" in text, text)
        names = s.rows(".show tables of s | project Name | order by Name asc")
        check(kind + ": tables", names and [r[0] for r in names[0][1]] ==
              sorted(TABLES), names)
    text = s.ask(".explain s.SecurityEvent | where EventID == 1 | count")
    shown = " ".join(o.get("text", "") for o in text["outputs"])
    check(kind + ": .explain shows what is sent", "sent to s (%s, KQL)" % kind
          in shown and "SecurityEvent\n| where EventID == 1\n| count" in shown,
          shown)
    rows = s.rows("SecurityEvent | where EventID == 4688 | project Account")
    check(kind + ": a bare name is the service's", rows and
          rows[0][1] == [["SYSTEM"]], rows)
    rows = s.rows('s.query("SecurityEvent | count", start = datetime(2024-05-'
                  '01), end = datetime(2024-06-01))')
    check(kind + ": a query as it is", rows and rows[0][1] == [[5]], rows)
    body = State.bodies[-1]
    check(kind + ": its times", "2024-05-01T00:00:00.0000000Z" in str(body) or
          "2024-05-01" in str(body), body)
    text = s.message('s.query("SecurityEvent | wheree x")')
    check(kind + ": the service's own words", "wheree" in text, text)


def trouble(kind, s):
    count = "s.SecurityEvent | count"
    for what in ("busy", "revoked", "down"):
        State.trouble[:] = [what]
        check("%s: %s, then well" % (kind, what),
              s.rows(count) and not State.trouble, State.trouble)
    State.trouble[:] = ["html"]
    text = s.message(count)
    check(kind + ": a page of a proxy", "JSON" in text or "not one of" in text,
          text)
    State.trouble[:] = ["empty"]
    text = s.message(count)
    check(kind + ": an empty answer", text != "", text)
    State.trouble[:] = ["cut"]
    answer = s.ask("s.SecurityEvent")
    table = [o for o in answer["outputs"] if o["kind"] == "table"]
    check(kind + ": an answer that breaks off", not answer["ok"] or
          (table and table[0]["status"] == "partial" and
           "breaks off" in str(table[0].get("notes"))), answer)
    incomplete = {"sentinel": [("too large", "truncated"),
                               ("partial", "partial")],
                  "kusto": [("row error", "truncated"),
                            ("level 2", "truncated"),
                            ("row failure", "partial")],
                  "defender": []}[kind]
    for what, status in incomplete:
        State.trouble[:] = [what]
        answer = s.ask("kept = s.SecurityEvent")
        State.trouble[:] = []
        later = s.ask("kept | where EventID == 4625")
        table = [o for o in later["outputs"] if o["kind"] == "table"]
        check("%s: %s stays with the table" % (kind, what), answer["ok"] and
              table and table[0]["status"] == status and
              table[0]["notes"] and len(table[0]["rows"]) == 2, answer, later)
    State.trouble[:] = []


def stored(kind, s, port):
    """Built-in queries: values, slices, several connections."""
    when = ("start = datetime(2024-05-01), end = datetime(2024-05-03)")
    rows = s.rows('s.events_of(accounts = "corp\\\\bob, system", %s)' % when)
    check(kind + ": a query of the team's pack", rows and
          len(rows[0][1]) == 3, rows, s.message(
              's.events_of(accounts = "corp\\\\bob, system", %s)' % when))
    for value in (r'x\") or true or (\"', "') or ('", r"a\\", "{start}",
                  "| take 1"):
        rows = s.rows('s.events_of(accounts = dynamic(["%s"]), part = "%s", '
                      '%s)' % (value, value, when))
        check("%s: %s stays a value" % (kind, value), rows == [] or
              rows[0][1] == [], rows)
    del State.asked[:]
    rows = s.rows('s.events_of("corp\\\\bob", add_query_items = "| count", '
                  'split_by = 1d, %s)' % when)
    sent = [q for q in State.asked if "getschema" not in q and "events" not in
            q and "count" in q]
    sent.sort()
    check(kind + ": slices", rows and [r[0] for r in rows[0][1]] == [2, 0] and
          len(sent) == 2 and "2024-05-02T00:00:00" in sent[0] and
          ">= datetime(2024-05-02T00:00:00" in sent[1], rows, sent)
    s.rows('s.events_of("corp\\\\bob", split_by = 1d, %s)' % when)
    State.most_running, State.delay = 0, 0.1
    rows = s.rows('s.events_of("corp\\\\bob", split_by = 2h, %s)' % when)
    State.delay = 0
    check(kind + ": slices side by side, in order", rows and
          [r[0][11:16] for r in rows[0][1]] == ["08:01", "08:02"] and
          2 <= State.most_running <= 4, rows, State.most_running)
    State.trouble[:], State.only = ["empty", "empty"], "(2024-05-01T00:00:00"
    answer = s.ask('s.events_of("corp\\\\bob", split_by = 1d, %s)' % when)
    State.trouble[:], State.only = [], ""
    table = [o for o in answer["outputs"] if o["kind"] == "table"]
    check(kind + ": a slice that fails costs itself", table and
          table[0]["status"] == "partial" and
          "2024-05-01" in str(table[0]["notes"]), answer)
    text = s.message("s.needs_a_table(%s)" % when)
    check(kind + ": the table that it needs", "needs the table 'NotThere'" in
          text, text)
    text = s.message("s.broken(%s)" % when)
    check(kind + ": a query that is wrong is not there",
          "has no query 'broken'" in text, text)
    s.ask(connect(kind, port).replace(" as s ", " as s2 "))
    rows = s.rows('%s.events_of("system", %s) | summarize n = count() by '
                  'Connection | order by Connection asc' % (kind, when))
    check(kind + ": all connections", rows and rows[0][1] ==
          [["s", 1], ["s2", 1]], rows, s.message(
              '%s.events_of("system", %s)' % (kind, when)))
    s.ask(".disconnect s2")


FOLLOWED = [  # operators, and what is sent of them
    ("| where Account has 'bob'", '| where Account has "bob"'),
    ("| summarize n = count() by Account", "| summarize n = count()"),
    ("| extend x = 1 | top 2 by TimeGenerated asc | project Account",
     "| project Account"),
    ("| take 100 | count", "| count"),
    ("| where Account has who | count", "| count"),
    ("| join kind=inner (mine) on Account | count", ""),
    ("| iocs Account | count", ""),
    ("| where Account != '' | render table", "| where Account != "),
]

# Texts of KQL that operators can follow, and those that they cannot.
OPEN_TEXTS = [
    "SecurityEvent", "SecurityEvent;", "SecurityEvent; // the end",
    "SecurityEvent // the end", "set notruncation;\nSecurityEvent",
    "let a = 4000; let b = \"; |\"; SecurityEvent | where EventID > a ;;",
    "let f = (x:long) { SecurityEvent | where EventID > x; };\nf(4000)",
    "union SecurityEvent, (SecurityEvent | where EventID == 1)",
    "SecurityEvent | where Account != 'a//b' | render timechart",
    "(SecurityEvent | where EventID > 1) // in brackets",
]
CLOSED_TEXTS = [
    "let least = 1; SecurityEvent | where EventID > least",
    "SecurityEvent | where EventID > 1 | extend least = 3",
]


def followed(kind, s, port):
    """Operators behind texts that are sent."""
    when = "start = datetime(2024-05-01), end = datetime(2024-05-03)"
    s.ask("let least = 4000; let who = 'bob';\nmine = datatable(Account:string) ['SYSTEM']")
    text = "SecurityEvent | where TimeGenerated > datetime(2024-01-01)"
    for call in ('s.query("%s")' % text, 's.events_of("corp\\\\bob, system", '
                 '%s)' % when):
        s.ask("kept = " + call)
        for ops, sent in FOLLOWED:
            del State.asked[:]
            there, here = s.ask(call + ops), s.ask("kept" + ops)
            check("%s: %s behind %s" % (kind, ops, call), there["ok"] ==
                  here["ok"] and list(map(ordered, tables_of(there))) ==
                  list(map(ordered, tables_of(here))), there, here)
            asked = [q for q in State.asked if "getschema" not in q]
            check("%s: %s is sent with %s" % (kind, ops, call), asked and (
                sent or "SecurityEvent") in asked[-1] and "render" not in
                asked[-1] and "iocs" not in asked[-1], asked)
    for texts, goes in ((OPEN_TEXTS, True), (CLOSED_TEXTS, False)):
        for text in texts:
            call = "s.query(```%s```)" % text
            ops = "\n| where Account != '' and EventID > least | count"
            del State.asked[:]
            there = s.ask(call + ops)
            last = State.asked[-1] if State.asked else ""
            s.ask("kept = " + call)
            check("%s: %r followed" % (kind, text), there["ok"] and
                  tables_of(there) == tables_of(s.ask("kept" + ops)), there)
            check("%s: %r goes along: %s" % (kind, text, goes),
                  last.endswith("| count") == goes, last)
    parts(kind, s, port, when)


def parts(kind, s, port, when):
    """Operators behind slices and several connections."""
    call = 's.events_of("corp\\\\bob, system", split_by = 1d, %s)' % when
    s.ask("kept = " + call)
    s.ask(connect(kind, port).replace(" as s ", " as s2 "))
    several = '%s.events_of("corp\\\\bob, system", %s)' % (kind, when)
    s.ask("both = " + several)
    for kept, call in (("kept", call), ("both", several)):
        for ops, sent in [
                ("| where Account has 'bob' | extend x = 1 | project x, Account",
                 "| project x, Account"),
                ("| where Account has 'bob' | summarize n = count() by Account",
                 "has \"bob\""), ("| take 1 | count", "| take 1"),
                ("| top 1 by TimeGenerated asc, Account asc | project Account",
                 "| top 1 by"), ("| distinct Account", "| distinct Account"),
                ("| count", ""), ("| summarize by Computer | count", ""),
                ("| serialize n = row_number() | summarize max(n)", ""),
                ("| mv-expand x = dynamic([1, 2]) | summarize sum(toint(x))",
                 "| mv-expand")]:
            del State.asked[:]
            there, here = s.ask(call + ops), s.ask(kept + ops)
            check("%s: %s behind parts: %s" % (kind, ops, call), there["ok"] and
                  list(map(ordered, tables_of(there))) ==
                  list(map(ordered, tables_of(here))), there, here)
            asked = [q for q in State.asked if "getschema" not in q]
            check("%s: %s to each of %s" % (kind, ops, call), len(asked) == 2
                  and all(sent in q for q in asked) and
                  not any("summarize" in q for q in asked), asked)
    rows = s.rows(several + " | where Connection == 's2' | distinct Connection")
    check(kind + ": the column Connection is there when it is sent", rows and
          rows[0][1] == [["s2"]], rows)
    text = s.ask(".explain " + several + " | where Account has 'bob' | count")
    shown = " ".join(o.get("text", "") for o in text["outputs"])
    check(kind + ": .explain shows each text", shown.count("sent to s") == 2 and
          shown.count('| extend Connection = "s') == 2 and
          "has \"bob\"\n" in shown, shown)
    State.trouble[:], State.only = ["empty", "empty"], 'Connection = "s"'
    answer = s.ask(several + " | project Account")
    State.trouble[:], State.only = [], ""
    table = [o for o in answer["outputs"] if o["kind"] == "table"]
    check(kind + ": a connection that fails costs its rows", table and
          table[0]["status"] == "partial" and len(table[0]["rows"]) == 3 and
          "s: all rows missing" in str(table[0]["notes"]), answer)
    s.ask(".disconnect s2")


def table_of(answer):
    found = [o for o in answer["outputs"] if o["kind"] == "table"]
    return found[-1] if found else {"rows": None, "status": None}


def in_other_words(kind, s):
    """Answers that are cut, dripped, empty or late."""
    want = s.rows("s.SecurityEvent")
    State.trouble[:] = ["trickle"]
    check(kind + ": in chunks of seven bytes", s.rows("s.SecurityEvent") ==
          want)
    asked = len(State.asked)
    State.trouble[:] = ["timeout"] * 2
    text = s.message("s.SecurityEvent | where EventID == 1")
    check(kind + ": a timeout there is final", State.trouble == ["timeout"] and
          "timeout = 10m" in text and len(State.asked) == asked + 1, text)
    State.trouble[:] = ["no content"]
    answer = s.ask("s.SecurityEvent | where EventID == 1")
    check(kind + ": no content", answer["ok"] and table_of(answer)["rows"] ==
          [], answer)
    State.trouble[:] = ["no content"]
    text = s.message('s.query("SecurityEvent | where EventID == 7")')
    check(kind + ": no content at all", "no data yet" in text, text)
    text = s.message('s.query("SecurityEvent", serch = true)')
    check(kind + ": an unknown option", "serch" in text, text)


def frames(s, port):
    want = s.rows("s.SecurityEvent")
    for how in ("fragments", "replaced"):
        State.trouble[:] = [how]
        answer = s.ask("s.SecurityEvent")
        check("kusto: %s" % how, table_of(answer)["status"] == "complete" and
              tables_of(answer) == want, answer, want)
    for how, note in (("two tables", "1 more table"),
                      ("miscounted", "it counts 6 rows, and 5 came")):
        State.trouble[:] = [how]
        table = table_of(s.ask("s.SecurityEvent"))
        check("kusto: %s" % how, table["status"] == "partial" and
              note in str(table["notes"]) and len(table["rows"]) == 5, table)
    State.trouble[:] = []
    s.rows('s.query("SecurityEvent | count", notruncation = true)')
    check("kusto: notruncation", State.bodies[-1]["properties"]["Options"]
          .get("notruncation") is True, State.bodies[-1])
    cancel(port)


def cancel(port):
    """SIGINT stops a cell that waits for rows, and the query there."""
    State.trouble[:] = ["hang"]
    program = subprocess.Popen(
        [os.environ["SHIKRA"], "run", "-e",
         connect("kusto", port) + "\ns.SecurityEvent"],
        env=dict(os.environ, MSTICPYCONFIG="", HOME="/nonexistent"),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until = time.monotonic() + 20
    while State.trouble and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    begin = time.monotonic()
    program.send_signal(signal.SIGINT)
    try:
        program.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        program.kill()
        program.communicate()
    took = time.monotonic() - begin
    check("kusto: cancelled within two seconds", took < 2, took)
    check("kusto: cancelled there, too", State.cancelled ==
          [State.headers["x-ms-client-request-id"]], State.cancelled,
          State.headers)


def workspaces(s, port):
    """What only Log Analytics has."""
    rows = s.rows('s.query("SecurityEvent | count", search = true, start = '
                  'datetime(2024-05-01), end = datetime(2024-05-02))')
    check("sentinel: search", rows and rows[0][1] == [[5]], rows)
    for text, word in (
            ('s.query("T", search = true)', "a start and an end"),
            ('s.query("T", search = "x")', "search is a bool")):
        said = s.message(text)
        check("sentinel: %s" % text, word in said, said)
    more = [("a resource", ', resource = "/%s"' % "/".join(kqld.RESOURCE)),
            ("others", ', workspaces = "one, /subscriptions/x"'),
            ("a long time", ", timeout = 20m")]
    for what, setting in more:
        s.ask(connect("sentinel", port, more=setting).replace(
            " as s ", " as m "))
        rows = s.rows("m.SecurityEvent | where EventID == 4625 | count")
        check("sentinel: " + what, rows and rows[0][1] == [[2]], rows,
              s.message("m.SecurityEvent | count"))
        if what == "others":
            check("sentinel: are named", State.bodies[-1]["workspaces"] ==
                  ["one", "/subscriptions/x"], State.bodies[-1])
    check("sentinel: waits ten minutes at most", State.headers["prefer"] ==
          "wait=600", State.headers)
    text = s.message(connect("sentinel", port, more=', workspaces = "%s"' %
                             ", ".join(map(str, range(100)))).replace(
                                 " as s ", " as m "))
    check("sentinel: a hundred at most", "101 workspaces" in text, text)
    text = s.message(connect("sentinel", port, more=', resource = "/a/../b"')
                     .replace(" as s ", " as m "))
    check("sentinel: no resource", "no id of a resource" in text, text)
    s.ask('.connect sentinel as m with (workspace_id = "DEMO_WORKSPACE", '
          'endpoint = "http://127.0.0.1:%d/v1")' % port)
    rows = s.rows("m.SecurityEvent | count")
    check("sentinel: the example workspace", rows and rows[0][1] == [[5]],
          rows)
    s.ask(".disconnect m")


def generations(s, port):
    """The older APIs of Defender, and other clouds."""
    for more in (', api = "m365d"', ', api = "mde", cloud = "gcc-high"'):
        answer = s.ask(connect("defender", port, more=more).replace(
            " as s ", " as m "))
        check("defender%s: connects" % more, answer["ok"], answer)
        rows = s.rows("m.SecurityEvent | where EventID == 4625 | count")
        check("defender%s: rows" % more, rows and rows[0][1] == [[2]], rows,
              s.message("m.SecurityEvent"))
        text = s.message('m.query("T", start = datetime(2024-05-01), end = '
                         'datetime(2024-05-02))')
        check("defender%s: no times beside the query" % more,
              "takes no start and end" in text, text)
    text = s.message('.connect defender as m with (api = "mde", cloud = "cn")')
    check("defender: a cloud without it", "not there in the cloud" in text,
          text)
    s.ask(".disconnect m")


def hosts(kind, s):
    """No token leaves for a host that is none of the service's."""
    suffix = {"sentinel": "loganalytics.io", "kusto": "kusto.windows.net",
              "defender": "security.microsoft.com"}[kind]
    for host in ("https://example.org", "https://x.%s.example.org" % suffix,
                 "https://example.org?.%s" % suffix,
                 "https://example.org#.%s" % suffix,
                 "http://api.%s" % suffix,
                 "https://api.%s@example.org" % suffix):
        where = ('cluster = "%s", database = "x"' if kind == "kusto" else
                 'endpoint = "%s", ' + ('workspace_id = "x"'
                                        if kind == "sentinel" else
                                        'api = "graph"')) % host
        text = s.message('.connect %s as m with (%s, auth = "clientsecret")' %
                         (kind, where))
        check("%s: %s" % (kind, host), "no token is sent" in text or
              "no https address" in text, text)


SOURCE_COLUMNS = ["Connection", "SourceProvider", "SourcePlace", "SourceName",
                  "SourceStart", "SourceEnd", "SourceAsked"]


def provenance(kind, s):
    """Columns that say where each row came from."""
    when = "start = datetime(2024-05-01), end = datetime(2024-05-03)"
    call = 's.events_of("corp\\\\bob, system", split_by = 1d, %s, provenance = ' \
           'true)' % when
    rows = s.rows(call)
    check(kind + ": a row says where it came from", rows and
          [c["name"] for c in rows[0][0]][-7:] == SOURCE_COLUMNS and
          [(r[3], r[4], r[6], r[7][:10], r[8][:10]) for r in rows[0][1]] ==
          [("s", kind, "events_of", "2024-05-01", "2024-05-02")] * 2 +
          [("s", kind, "events_of", "2024-05-02", "2024-05-03")] and
          SECRET not in str(rows), rows, s.message(call))
    del State.asked[:]
    there = s.rows(call + " | where SourceStart >= datetime(2024-05-02) and "
                   "SourceName == 'events_of' | project Account, SourceEnd")
    check(kind + ": and that can be asked there", there and there[0][1] ==
          [["SYSTEM", "2024-05-03T00:00:00.0000000Z"]] and
          "| where SourceStart" in State.asked[-1] and
          "SourceAsked = datetime(" in State.asked[-1], there, State.asked)
    rows = s.rows('s.query("SecurityEvent", provenance = true) | where EventID '
                  '== 4688 | project SourceName, SourceStart, EventID')
    check(kind + ": behind a query", rows and rows[0][1] ==
          [["query", None, 4688]], rows)
    said = s.message('s.query("SecurityEvent", provenance = 7)')
    check(kind + ": provenance is a bool", "true or false" in said, said)
    rows = s.rows("set provenance = true;\ns.SecurityEvent | where EventID == "
                  "4688 | project SourceName, Connection")
    check(kind + ": of tables, when it is set", rows and rows[-1][1] ==
          [["SecurityEvent", "s"]], rows, s.message("s.SecurityEvent"))
    del State.asked[:]
    rows = s.rows("s.SecurityEvent | summarize n = count() by SourceName")
    check(kind + ": they do not keep a pipeline here", rows and rows[0][1] ==
          [["SecurityEvent", 5]] and "summarize" in State.asked[-1], rows,
          State.asked)
    rows = s.rows("set provenance = false;\ns.SecurityEvent | getschema | where "
                  "ColumnName startswith 'Source'")
    check(kind + ": and not any more", rows and rows[-1][1] == [], rows)


def status_of(answer):
    """Of the last output."""
    last = (answer.get("outputs") or [{}])[-1]
    return last.get("status", "complete")


def honest(kind, s, port):
    """Rows that are missing are told by all that is made of the others."""
    what = {"sentinel": "partial", "kusto": "row error"}.get(kind, "cut")
    State.trouble[:] = [what]
    kept = s.ask("kept = s.SecurityEvent")
    word = status_of(kept)
    check(kind + ": an assignment says that rows are missing", kept["ok"] and
          word in ("partial", "truncated") and "; " + word in
          kept["outputs"][-1]["text"], kept)
    path = os.path.join(tempfile.gettempdir(), "shikra-%d.parquet" %
                        os.getpid())
    for code in ("kept | count", "kept | iocs Process | count",
                 "SecurityEvent_here | join kind=inner kept on EventID",
                 "SecurityEvent_here | where EventID in (kept | project EventID"
                 ")", "union kept, Numbers_here", ".describe kept",
                 "let x = materialize(kept); x | summarize count(), max(EventID"
                 ")", "kept | summarize n = count() by Account | render "
                 "barchart", "again = kept | where EventID > 1", "again | count",
                 "SecurityEvent_here | take toint(toscalar(kept | count))",
                 "print n = toscalar(kept | count)", "_",
                 'markdown "{toscalar(kept | count)} rows"',
                 ".profile kept | count", '.save kept to "%s"' % path,
                 ".rename again to renamed", "renamed | take 1"):
        answer = s.ask(code)
        if not code.startswith(".rename"):
            check("%s: %s: %s" % (kind, word, code), answer["ok"] and
                  any(o.get("status") == word for o in answer["outputs"]),
                  answer)
    for code in ("n = toscalar(kept | count)",
                 "assert toscalar(kept | count) >= 0"):
        answer = s.ask(code)
        check("%s: a warning: %s" % (kind, code), answer["ok"] and [
            w["code"] for w in answer.get("warnings", [])] == ["W0505"], answer)
    check(kind + ": what has all rows is complete", status_of(s.ask(
        "kept | count;\nSecurityEvent_here | count")) == "complete")
    os.remove(path)
    sources = s.rows(".show sources | where Table == 'kept'")
    check(kind + ": .show sources", sources and [c["name"] for c in
          sources[0][0]][:4] == ["Table", "Provider", "Connection", "Place"] and
          sources[0][1][0][:3] == ["kept", kind, "s"] and "SecurityEvent" in
          sources[0][1][0] and word in sources[0][1][0], sources)
    tables = s.rows(".show tables | where Name == 'kept' | project Status")
    check(kind + ": .show tables", tables and tables[0][1] == [[word]],
          tables)
    said = str(s.ask(".describe kept")["outputs"])
    check(kind + ": .describe says where the rows came from", kind + " s (" in
          said and "asked" in said and SECRET not in said, said)
    with_metadata(kind, s)
    if kind != "defender":  # which is asked for columns first
        exit_codes(kind, port, what)


def with_metadata(kind, s):
    del State.asked[:]
    answer = s.ask('s.events_of("system", start = datetime(2024-05-01), end = '
                   'datetime(2024-05-03), split_by = 1d) | project Account')
    sources = answer["outputs"][-1].get("sources", [])
    sent = sorted(q for q in State.asked if "getschema" not in q)
    check(kind + ": a result names its sources", [
        (x["provider"], x["connection"], x["name"], x["start"][:10],
         x["end"][:10], x["rows"], x["status"]) for x in sources] == [
        (kind, "s", "events_of", "2024-05-01", "2024-05-02", 0, "complete"),
        (kind, "s", "events_of", "2024-05-02", "2024-05-03", 1, "complete")] and
        [x["query"] for x in sources] == sent and
        [x["sha256"] for x in sources] == [
            hashlib.sha256(q.encode()).hexdigest() for q in sent], answer, sent)


def exit_codes(kind, port, what):
    env = dict(os.environ, MSTICPYCONFIG=CONFIG[0], HOME="/nonexistent")
    for cells, trouble, code in (
            (["s.SecurityEvent"], [], 0), (["s.SecurityEvent"], [what], 3),
            (["k = s.SecurityEvent"], [what], 3),
            (["k = s.SecurityEvent", "k | count"], [what], 3),
            (["n = toscalar(s.SecurityEvent | count);"], [what], 3),
            (["k = s.SecurityEvent", "assert toscalar(k | count) < 0"], [what],
             2)):
        with tempfile.TemporaryDirectory() as out:
            for form in ([], ["--out", "json"], ["--out", "html", out]):
                State.trouble[:] = list(trouble)
                args = [x for c in [connect(kind, port)] + cells
                        for x in ("-e", c)]
                ran = subprocess.run([os.environ["SHIKRA"], "run"] + args +
                                     form, env=env, capture_output=True,
                                     timeout=60)
                State.trouble[:] = []
                check("%s: exit code %d: %s %s" % (kind, code, cells, form[:2]),
                      ran.returncode == code, ran)
                check("%s: no line of progress: %s" % (kind, cells), b"rows so "
                      not in ran.stderr and b"\r" not in ran.stderr, ran)


def secrets(kind, port):
    s = Session(connect(kind, port, secret="wrong-secret-" + "z" * 20))
    said = str(s.connected)
    check(kind + ": a wrong secret", not s.connected["ok"] and
          "AADSTS7000215" in said, said)
    check(kind + ": is not repeated", "wrong-secret" not in said, said)
    s.batch.stop()
    s = Session(connect(kind, port, more=', timeuot = 5s'))
    said = str(s.connected["errors"])
    check(kind + ": an unknown setting", "timeout" in said, said)
    s.batch.stop()


def main():
    port = kqld.start()
    State.tables = TABLES
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as settings:
        settings.write("QueryDefinitions:\n  Custom:\n    - %s\n" %
                       os.path.join(here, "custom_packs"))
        settings.flush()
        CONFIG[0] = settings.name
        run(port)
    State.engine.stop()
    print("%d passed, %d failed" % (good, bad))
    return bad != 0


def run(port):
    for kind in ("sentinel", "kusto", "defender"):
        s = Session(connect(kind, port))
        check(kind + ": connects", s.connected["ok"], s.connected)
        shown = s.rows(".show connections")
        check(kind + ": is shown", shown and shown[0][1][0][:3] ==
              ["s", kind, "KQL"] and SECRET not in str(shown), shown)
        same_rows(kind, s)
        what_is_sent(kind, s)
        trouble(kind, s)
        stored(kind, s, port)
        followed(kind, s, port)
        in_other_words(kind, s)
        hosts(kind, s)
        if kind == "sentinel":
            workspaces(s, port)
        elif kind == "kusto":
            frames(s, port)
        else:
            generations(s, port)
        provenance(kind, s)
        honest(kind, s, port)
        check(kind + ": .disconnect", s.ask(".disconnect s")["ok"])
        check(kind + ": ends well", s.batch.stop() == 0)
        secrets(kind, port)


if __name__ == "__main__":
    sys.exit(main())

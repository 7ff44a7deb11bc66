"""suite_splunk.py - Splunk against a strict stand-in."""
import datetime
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "limits"))
import splunkd  # noqa: E402
from batch_rig import Batch  # noqa: E402
from splunkd import PASSWORD, TOKEN, USER, State  # noqa: E402

TEXTS = ["", "a", "A", "abc", "ABC", "k", "\u212a", "s", "\u017f", "\u00e9",
         "\u4e2d", 'x" | delete', "x\\", "x\\\" OR \"1\"=\"1", "[search x]",
         "`macro`", "$token$", "100%", "a_b", "axb", "*", "a*c", "'", "a|b",
         "C:\\Windows\\cmd.exe", "10.0.0.1", "4625", "007", "tab\there",
         "cmd /c whoami", "sky", "\u017fKY"]
TIMES = ["2024-05-01T08:00:00.123-02:00", "2024-05-01T10:00:00.000+00:00",
         "2024-05-02T00:00:00.999+00:00", "2023-12-31T23:59:59.500+00:00"]

good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *[str(m)[:1500] for m in more])


def events(n):
    r = random.Random(5)
    out = []
    for i in range(n):
        e = {"_time": r.choice(TIMES), "_raw": "event %d" % i,
             "host": r.choice(TEXTS), "user": r.choice(TEXTS),
             "sourcetype": r.choice(["syslog", "wineventlog"]),
             "many": r.choice([["x"], ["x", "y"], "z"]), "i": str(i)}
        if i > 1100:  # after the first rows
            e["user"] = r.sample(TEXTS[1:], 2)
        if r.random() < 0.2:
            del e["host"]
        out.append(e)
    return out


def kql(s):
    return "'%s'" % s.replace("\\", "\\\\").replace("'", "\\'").replace(
        "\t", "\\t")


class Session:
    def __init__(self, port, how):
        self.batch = Batch(os.environ["SHIKRA"], seconds=60,
                           env={"MSTICPYCONFIG": "", "HOME": "/nonexistent"})
        self.connected = self.ask(
            '.connect splunk as s with (url = "http://127.0.0.1:%d", %s)' %
            (port, how))

    def ask(self, code):
        return self.batch.ask(code, keep=True)

    def table(self, code):
        found = [o for o in self.ask(code).get("outputs", [])
                 if o["kind"] == "table"]
        return found[-1] if found else {"rows": None, "notes": None}

    def sorted(self, code):
        answer = self.ask(code)
        return answer["errors"], [
            (o["columns"], sorted(o["rows"], key=repr))
            for o in answer["outputs"] if o["kind"] == "table"]

    def message(self, code):
        return " / ".join(e["message"] for e in self.ask(code)["errors"])


def pipelines():
    r = random.Random(3)
    words = ["==", "=~", "!=", "contains", "has", "startswith", "endswith",
             "contains_cs", "!has", "startswith_cs"]

    def condition(depth=0):
        kind = r.randrange(6)
        if kind == 0 and depth < 3:
            return "(%s %s %s)" % (condition(depth + 1),
                                   r.choice(["and", "or"]),
                                   condition(depth + 1))
        if kind == 1:
            return "%s %s (%s)" % (r.choice(["user", "host"]), r.choice(
                ["in", "in~", "!in", "has_any"]), ", ".join(
                kql(r.choice(TEXTS)) for _ in range(2)))
        if kind == 2:
            return "_time %s datetime(%s)" % (
                r.choice([">", ">=", "<", "<=", "=="]), r.choice(
                    ["2024-05-01T10:00:00.123Z", "2024-05-01T10:00:00Z",
                     "2023-12-31T23:59:59.5Z", "2024-05-02T00:00:00.9999Z"]))
        return "%s %s %s" % (r.choice(["user", "host", "sourcetype"]),
                             r.choice(words), kql(r.choice(TEXTS)))
    out = ["T | where %s%s" % (condition(), r.choice(
        ["", " | count", " | project i, user",
         " | summarize count() by host", " | where %s" % condition()]))
        for _ in range(120)]
    out += ["T | where user == %s" % kql(t) for t in TEXTS]
    return out + ["T", "T | count", "T | project many, i", "T | distinct host",
                  "T | where _time between (datetime(2024-05-01) .. "
                  "datetime(2024-05-01T23:00:00Z)) | count",
                  "T | summarize n = count()", "T | top 3 by i asc"]


def same_rows(s):
    kept = s.ask("here = s.main")
    check("the table is read", kept["ok"], kept["errors"])
    del State.searches[:]
    for text in pipelines():
        a = s.sorted(text.replace("T", "s.main", 1))
        b = s.sorted(text.replace("T", "here", 1))
        check(text, a == b and not a[0], a, b)
    pushed = sum("like(" in f["search"] for f in State.searches)
    timed = sum("earliest_time" in f or "latest_time" in f
                for f in State.searches)
    check("conditions ran there", pushed > 60 and timed > 5, pushed, timed)
    del State.searches[:]
    t = s.table("s.main | take 3 | project i")
    check("take is asked for", len(t["rows"]) == 3 and
          " | head 3 | fields " in State.searches[-1]["search"],
          State.searches)
    t = s.table("s.main | count")
    check("count is counted there", t["rows"] == [[1200]] and
          "stats count" in State.searches[-1]["search"], t)


def clean_events(n):
    """One value in a field at most."""
    out = []
    for e in events(n)[:1100]:
        if random.Random(e["i"]).random() < 0.1:
            del e["user"]
        out.append(e)
    return out


def group_pipelines():
    r = random.Random(11)
    fields = ["user", "host", "sourcetype"]
    words = ["==", "=~", "!=", "!~", "contains", "has", "startswith",
             "endswith", "contains_cs", "!has", "startswith_cs", "hasprefix",
             "hassuffix_cs", "!contains", "has_cs", "endswith_cs"]

    def time():
        return "_time %s datetime(%s)" % (
            r.choice([">", ">=", "<", "<=", "=="]), r.choice(
                ["2024-05-01T10:00:00.123Z", "2024-05-01T10:00:00Z",
                 "2024-05-01T10:00:00.1234567Z", "2023-12-31T23:59:59.5Z",
                 "2024-05-02T00:00:00.9999Z"]))

    def condition(depth=0):
        kind = r.randrange(8)
        if kind < 2 and depth < 3:
            return "(%s %s %s)" % (condition(depth + 1),
                                   r.choice(["and", "or"]),
                                   condition(depth + 1))
        if kind == 2:
            return "not(%s)" % condition(depth + 1)
        if kind == 3:
            return "%s %s (%s)" % (r.choice(fields), r.choice(
                ["in", "in~", "!in", "has_any", "has_all"]), ", ".join(
                kql(r.choice(TEXTS)) for _ in range(2)))
        if kind == 4:
            return time()
        if kind == 5:
            return "%s(%s)" % (r.choice(["isempty", "isnotempty"]),
                               r.choice(fields))
        return "%s %s %s" % (r.choice(fields), r.choice(words),
                             kql(r.choice(TEXTS)))

    def tail():
        keys = ", ".join(r.sample(fields, r.randrange(1, 3)))
        return r.choice([
            "count", "distinct %s" % keys, "summarize by %s" % keys,
            "summarize n = count(), m = countif(%s) by k = %s" % (
                condition(1), r.choice(fields)),
            "summarize countif(%s), count()" % condition(1),
            "summarize count() by %s | where count_ > 3" % keys])
    out = ["T | where %s | %s" % (condition(), tail()) for _ in range(150)]
    out += ["T | where user %s %s | summarize count() by user" % (op, kql(t))
            for t in TEXTS for op in ("==", "!=", "has", "=~", "endswith")]
    return out + ["T | summarize count() by user", "T | distinct host, user",
                  "T | where user == 'nobody' | distinct user",
                  "T | where _time == datetime(2024-05-01T10:00:00.1231Z) | "
                  "count", "T | project u = user, i | summarize count() by u"]


def asked():
    groups = [f for f in State.searches if " | eventstats " in f["search"]]
    return len(groups), len(State.searches) - len(groups)


def same_groups(s):
    s.ask("near = s.tidy")
    del State.searches[:]
    for text in group_pipelines():
        a = s.sorted(text.replace("T", "s.tidy", 1))
        b = s.sorted(text.replace("T", "near", 1))
        check(text, a == b and not a[0], a, b)
    groups, rows = asked()
    check("groups were made there", groups > 230 and rows < 90, groups, rows)
    check("the language is looked at once", State.language == 1,
          State.language)


def spoilt(s):
    """Whatever a group row says wrong, rows are read and the result is right.
    """
    text = "s.tidy | where user contains 'a' | summarize count() by user"
    want = s.sorted(text.replace("s.tidy", "near"))
    more = {"shikra_doubt": "1", "shikra_n": "0", "shikra_k0": "other",
            "shikra_l0": "3.5", "shikra_groups": "1", "shikra_total": "-1"}

    def change(key, value):
        return lambda rows: [dict(rows[0], **{key: value})] + rows[1:]

    ways = [change(k, v) for k, v in more.items()]
    ways += [lambda rows: rows[1:], lambda rows: rows[:-1],
             lambda rows: [{k: v for k, v in r.items() if k != "shikra_n"}
                           for r in rows],
             lambda rows: rows + rows[:1],
             lambda rows: [dict(r, shikra_k0=r["shikra_k0"].upper() + " ")
                           for r in rows]]
    for i, way in enumerate(ways):
        State.spoil = way
        del State.searches[:]
        got = s.sorted(text)
        check("group rows spoilt in way %d" % i, got == want and
              asked() == (1, 1), got, want, asked())
    State.spoil = None
    for what in ("WARN", "ERROR", "html", "garbage", "cut"):
        State.trouble[:] = [what]
        got = s.sorted(text)
        check("groups with %s" % what, got == want and not State.trouble,
              got, want)


def doubts(s):
    """Events for which SPL and KQL differ."""
    odd = {
        "several": {"user": ["a", "b"], "_time": TIMES[0]},
        "script": {"user": "\u4e2dsky", "_time": TIMES[0]},
        "micro": {"user": "a", "_time": "2024-05-01T10:00:00.0004+00:00"},
        "none": {"user": "shikra none", "_time": TIMES[0]},
    }
    asks = ["T | where user has 'sky' | count",
            "T | where user == 'a' | distinct user",
            "T | summarize count() by user", "T | where user != 'a' | count",
            "T | where _time > datetime(2024-05-01T10:00:00Z) | count",
            "T | summarize countif(user startswith 'a')"]
    fails = {"several": 5, "script": 1, "micro": 1, "none": 1}
    tidy = clean_events(1200)
    for name, event in odd.items():
        State.indexes["odd"] = tidy + [dict(event, i="7", host="h")]
        kept = s.ask("odd = s.odd")
        check("the table is read", kept["ok"], kept["errors"])
        del State.searches[:]
        for text in asks:
            a = s.sorted(text.replace("T", "s.odd", 1))
            b = s.sorted(text.replace("T", "odd", 1))
            check("%s: %s" % (name, text), a == b and not a[0], a, b)
        check("%s is seen" % name, asked() == (len(asks), fails[name]),
              asked())
    del State.indexes["odd"]


def other_language(port):
    """A service that answers otherwise than the documentation says."""
    State.lies = True
    s = Session(port, 'token = "%s"' % TOKEN)
    del State.searches[:]
    for _ in range(2):
        t = s.table("s.tidy | where user == 'a' | count")
        check("rows are read", t["rows"] and t["rows"][0][0] > 5, t)
    check("no group is asked for", asked()[0] == 0, State.searches)
    State.lies = False
    s.batch.stop()


def tables(s):
    names = s.table(".show tables of s | project Name | order by Name asc")
    check("tables", names["rows"] == [["empty"], ["main"],
                                      ["saved.Odd logons"], ["tidy"]], names)
    check("no such table", "has no table 'nix'" in s.message("s.nix"))
    check("no such name", "has no table" in
          s.message("s.['main\" | delete | search \"']"))
    t = s.table("s.main.syslog | summarize count() by sourcetype")
    check("a source type", [r[0] for r in t["rows"]] == ["syslog"], t)
    t = s.table("s.['saved.Odd logons']")
    check("a saved search", t["rows"] == [["ann", "3"]], t)
    t = s.table("s.empty | count")
    check("an empty index", t["rows"] == [[0]], t)
    t = s.table("s.main | project many | take 1")
    check("several values are a list", t["columns"][0]["type"] == "dynamic", t)


def trouble(s):
    count = "s.main | summarize dcount(i)"
    for what in ("busy", "drops"):
        State.trouble[:] = [what]
        check("%s, then well" % what, s.table(count)["rows"] == [[1200]])
    for what in ("html", "endless"):
        State.trouble[:] = [what]
        text = s.message(count)
        check("%s is an error" % what, text != "", text)
    for what in ("garbage", "cut"):
        State.trouble[:] = [what]
        t = s.table("s.main")
        check("what came before %s is kept" % what, t.get("status") ==
              "partial" and "only the first" in str(t["notes"]), t["notes"])
    State.trouble[:] = ["ERROR"]
    t = s.table("s.main")
    check("an error among the rows", t.get("status") == "partial" and
          "idx2 is down" in str(t["notes"]), t["notes"])
    State.trouble[:] = ["WARN"]
    answer = s.ask("s.main | count")
    State.trouble[:] = []
    check("a warning", answer["ok"], answer["errors"])


def jobs(s):
    State.answers.update({
        "search index=main | head 120": [{"_time": "1714550400.5",
                                          "i": str(i)} for i in range(120)],
        "| makeresults": [{"a": ["x", "y"]}]})
    t = s.table("s.query('index=main | head 120') | summarize dcount(i), "
                "max(_time)")
    check("a job, page by page", t["rows"] == [
        [120, "2024-05-01T08:00:00.5000000Z"]], t)
    t = s.table("s.query('| makeresults')")
    check("several values in a text", t["rows"] == [["x\ny"]], t)
    check("jobs are deleted", not State.jobs, State.jobs)
    text = s.message("s.query('index=main | badsyntax')")
    check("the service's words", "badsyntax" in text, text)
    State.trouble[:] = ["failed"]
    text = s.message("s.query('| makeresults')")
    check("a job that fails", "disk quota" in text, text)
    check("is deleted too", not State.jobs, State.jobs)
    State.trouble[:] = ["short"]
    t = s.table("s.query('index=main | head 120')")
    State.trouble[:] = []
    check("results that stop early", t.get("status") == "partial" and
          "50 of 120" in str(t["notes"]), t["notes"])
    s.ask("s.query('| makeresults', start = datetime(2024-05-01), end = "
          "datetime(2024-05-02))")
    check("its times", State.searches[-1].get("earliest_time") ==
          "1714521600", State.searches[-1])


def cancel(port):
    """SIGINT stops a cell that waits, and what it had opened there."""
    State.trouble[:] = ["forever"]
    program = subprocess.Popen(
        [os.environ["SHIKRA"], "run", "-e",
         '.connect splunk as s with (url = "http://127.0.0.1:%d", token = '
         '"%s")\ns.query("| makeresults")' % (port, TOKEN)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until = time.monotonic() + 20
    while not (State.jobs) and time.monotonic() < until:
        time.sleep(0.05)
    check("it runs there", State.jobs)
    time.sleep(0.3)
    begin = time.monotonic()
    program.send_signal(signal.SIGINT)
    try:
        program.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        program.kill()
        program.communicate()
    took = time.monotonic() - begin
    State.trouble[:] = []
    check("cancelled within two seconds", took < 2, took)
    check("closed there, too", not State.jobs)


def main():
    port = splunkd.start()
    State.epoch = lambda e: datetime.datetime.fromisoformat(
        e["_time"]).timestamp() if "_time" in e else None
    State.indexes.update({"main": events(1200), "empty": [],
                          "tidy": clean_events(1200)})
    State.saved["Odd logons"] = [{"user": "ann", "n": "3"}]
    s = Session(port, 'token = "%s", timeout = 20s' % TOKEN)
    check("connects with a token", s.connected["ok"] and "Splunk 9.3.0" in
          str(s.connected), s.connected)
    tables(s)
    same_rows(s)
    same_groups(s)
    spoilt(s)
    doubts(s)
    explain = str(s.ask(".explain s.tidy | where user == 'a' | count"))
    check("it is explained", "stats count as shikra_n" in explain, explain)
    other_language(port)
    trouble(s)
    jobs(s)
    check("ends well", s.batch.stop() == 0)
    s = Session(port, 'user = "%s", password = "%s", owner = "nobody", app = '
                '"search"' % (USER, PASSWORD))
    check("signs in, in a name space", s.connected["ok"], s.connected)
    State.keys.clear()
    check("signs in again", s.table("s.main | count")["rows"] == [[1200]])
    check("ends well again", s.batch.stop() == 0)
    s = Session(port, 'user = "x", password = "wrong-password-zzz"')
    check("a wrong password", not s.connected["ok"] and "wrong-password" not
          in str(s.connected), s.connected)
    s.batch.stop()
    cancel(port)
    print("%d passed, %d failed" % (good, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())

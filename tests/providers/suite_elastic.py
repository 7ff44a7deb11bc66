"""suite_elastic.py - Elasticsearch against a strict stand-in."""
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "limits"))
import elasticd  # noqa: E402
import elasticprops  # noqa: E402
from batch_rig import Batch  # noqa: E402
from elasticd import KEY, State  # noqa: E402

good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *[str(m)[:1500] for m in more])


class Session:
    def __init__(self, port, key=KEY, more=""):
        self.batch = Batch(os.environ["SHIKRA"], seconds=60,
                           env={"MSTICPYCONFIG": "", "HOME": "/nonexistent"})
        self.port = port
        self.connected = self.ask(
            '.connect elastic as e with (url = "http://127.0.0.1:%d", api_key '
            '= "%s"%s)' % (port, key, more))

    def ask(self, code):
        return self.batch.ask(code, keep=True)

    def table(self, code):
        found = [o for o in self.ask(code).get("outputs", [])
                 if o["kind"] == "table"]
        return found[-1] if found else {"rows": None, "notes": None}

    def message(self, code):
        return " / ".join(e["message"] for e in self.ask(code)["errors"])


def shapes(s):
    t = s.table("e.shapes | project a, ['b.c'], d, t | sort by a asc")
    check("documents in every spelling", t["rows"] == [
        [1, "x", [1, 2], "2024-01-01T00:00:00.0000000Z"],
        [2, "y", None, "2024-01-01T00:00:00.0000000Z"],
        [9223372036854775807, ["p", "q"], 5, None]], t)
    t = s.table("e.shapes | where ['b.c'] == 'y' | project _id, _index")
    check("_id and _index", t["rows"] == [["id1", "shapes"]], t)
    names = s.table(".show tables of e | project Name | order by Name asc")
    check("tables", names["rows"] == [[n] for n in sorted(State.indices)],
          names)
    check("no such table", "has no table 'nix'" in s.message("e.nix"))


def paging(s):
    del State.searches[:]
    t = s.table("e.many | summarize count(), sum(n), dcount(n), max(s)")
    check("all pages", t["rows"] == [[15000, 15000 * 14999 // 2, 15000,
                                      "row 9999"]], t)
    slices = {(q["slice"]["id"], q["slice"]["max"]) for q in State.searches
              if "slice" in q}
    check("slices side by side", slices == {(i, 4) for i in range(4)}, slices)
    check("points in time are closed", not State.open_ids, State.open_ids)
    del State.searches[:]
    t = s.table("e.many | take 3 | project n")
    check("take is asked for", len(t["rows"]) == 3 and
          State.searches[-1]["size"] == 3 and
          State.searches[-1]["_source"] == ["n"], State.searches)
    del State.searches[:]
    t = s.table("e.many | count")
    check("count is counted there", t["rows"] == [[15000]] and
          not State.searches, t, State.searches)


def groups(s):
    """Groups that the cluster makes, after the proof that it may."""
    del State.searches[:]
    t = s.table("e.many | where s startswith 'row 1' | summarize count(), "
                "sum(n) by s | summarize count(), sum(sum_n), max(count_)")
    wanted = [n for n in range(15000) if str(n)[0] == "1"]
    check("groups page by page", t["rows"] == [
        [len(wanted), sum(wanted), 1]], t)
    asked = [q["aggs"] for q in State.searches]
    check("a proof and two pages", len(asked) == 3 and "ignored" in asked[0] and
          "after" in asked[2]["groups"]["composite"], asked)
    check("one point in time, closed", not State.open_ids and 1 == len(
        {q["pit"]["id"] for q in State.searches}), State.open_ids)
    del State.searches[:]
    t = s.table("e.many | where n > 7 | take 5 | summarize count(), min(n) > 7")
    check("take of a filter", t["rows"] == [[5, True]] and
          [q["size"] for q in State.searches] == [0, 5], t, State.searches)
    del State.searches[:]
    t = s.table("e.lists | where n > 0 | summarize count() by k, n | "
                "order by k asc, n asc")
    check("lists: documents are read", t["rows"] == [
        ["a", 1, 200], ["p\nq", 2, 1]] and t["status"] == "complete" and
        len([q for q in State.searches if "pit" in q]) == 5, t, State.searches)
    del State.searches[:]
    t = s.table("e.times | where at > datetime(2024-05-01T08:00:00.1234560Z) "
                "and at <= datetime(2024-05-01T08:00:01.0000005Z) | summarize "
                "count(), min(n), max(n)")
    check("documents at the edges", t["rows"] == [[7, 6, 12]] and all(
        q["size"] in (0, 500) for q in State.searches if "pit" in q), t,
        State.searches)
    text = "e.many | summarize count() by tostring = s | count"
    for what in ("shards", "late"):
        State.trouble[:] = [what]
        check("no proof by a part: " + what,
              s.table(text)["rows"] == [[15000]])
    for what in ("shards", "late"):
        State.trouble[:] = ["", what]
        t = s.table(text)
        check("groups of a part: " + what, t.get("status") == "partial" and
              "not all of it was counted" in str(t["notes"]), t)
    for what in ("expired", "cut", "html"):
        for before in ([], [""], ["", ""]):
            State.trouble[:] = before + [what]
            told = s.message(text)
            State.trouble[:] = []
            check("%d answers, then %s" % (len(before), what), "cluster e" in
                  told, told)
            check("nothing stays open", not State.open_ids, State.open_ids)


def trouble(s):
    count = "e.many | summarize sum(n * 1)"
    right = [[15000 * 14999 // 2]]
    for what in ("busy", "down"):
        State.trouble[:] = [what]
        check("%s, then well" % what, s.table(count)["rows"] == right)
    for what, word in (("shards", "Data too large"), ("late", "out of time")):
        State.trouble[:] = [what]
        t = s.table("e.many")
        check("%s is partial" % what, t.get("status") == "partial" and
              word in str(t["notes"]), t.get("status"), t["notes"])
    s.ask('.connect elastic as one with (url = "http://127.0.0.1:%d", api_key '
          '= "%s", slices = 1)' % (s.port, KEY))
    State.trouble[:] = ["", "expired"]
    t = s.table("one.many")
    check("expired: what had come is kept", t.get("status") == "partial" and
          "No search context" in str(t["notes"]), t["notes"])
    for what, word in (("same", "comes again"),):
        State.trouble[:] = [what]
        text = s.message("one.many | summarize sum(n * 1)")
        State.trouble[:] = []
        check("%s is an error" % what, word in text, text)
        check("%s: nothing stays open" % what, not State.open_ids,
              State.open_ids)
    State.trouble[:] = ["field"]
    t = s.table("e.many")
    check("a field that appears meanwhile is told",
          "surprise" in str(t["notes"]), t["notes"])


def languages(s):
    State.grids.update({
        "FROM x": ([{"name": "@timestamp", "type": "date"},
                    {"name": "n", "type": "long"},
                    {"name": "l", "type": "keyword"}],
                   [[["2024-01-01T00:00:00.000Z", 1 << 62, "a"],
                     [None, None, ["p", "q"]]]]),
        "FROM partial": ([{"name": "n", "type": "long"}], [[[1]]]),
        "SELECT n": ([{"name": "n", "type": "long"}],
                     [[[i] for i in range(10)], [[10]], []])})
    t = s.table("e.query('FROM x', language = 'esql')")
    check("ES|QL", t["rows"] == [
        ["2024-01-01T00:00:00.0000000Z", 1 << 62, "a"],
        [None, None, '["p","q"]']], t)
    t = s.table("e.query('FROM partial')")
    check("ES|QL that is partial", t.get("status") == "partial", t)
    t = s.table("e.query('SELECT n', language = 'sql') | summarize sum(n), "
                "count()")
    check("SQL page by page", t["rows"] == [[55, 11]], t)
    check("its cursor ends", not State.open_ids, State.open_ids)
    check("the service's words", "Unknown index [FROM nix]" in
          s.message("e.query('FROM nix')"))
    t = s.table("e.query('any where true', language = 'eql', index = "
                "'shapes') | project a")
    check("EQL", len(t["rows"] or []) == 3, t)
    t = s.table("e.query('sequence [any where true]', language = 'eql', index "
                "= 'shapes') | project a")
    check("EQL sequences", len(t["rows"] or []) == 3, t)
    t = s.table("e.query('row 14', language = 'lucene', index = 'many') | "
                "count")
    check("Lucene's syntax, to the end", t["rows"] == [[1111]], t)
    t = s.table("e.query('{\"size\":2}', language = 'dsl', index = 'many')")
    check("DSL as it is", len(t["rows"] or []) == 2 and
          t.get("status") == "truncated", t)
    t = s.table("e.query('{\"size\":0,\"aggs\":{\"a\":{\"max\":{\"field\":\"n\""
                "}}}}', language = 'dsl', index = 'many') | project total, "
                "aggregations.a.value")
    check("aggregations are one row", t["rows"] == [[15000, 14999.0]], t)
    check("no such language", "no language 'perl'" in
          s.message("e.query('x', language = 'perl')").replace("there is ", ""))
    check("no PPL", "ppl" in s.message("e.query('x', language = 'ppl')"))


def cancel(port):
    """SIGINT stops a cell that waits, and what it had opened there."""
    State.trouble[:] = ["drip"] * 8
    program = subprocess.Popen(
        [os.environ["SHIKRA"], "run", "-e",
         '.connect elastic as e with (url = "http://127.0.0.1:%d", api_key = '
         '"%s")\ne.many' % (port, KEY)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until = time.monotonic() + 20
    while not (State.open_ids and len(State.trouble) < 8) and time.monotonic() < until:
        time.sleep(0.05)
    check("it runs there", State.open_ids and len(State.trouble) < 8)
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
    check("closed there, too", not State.open_ids)


def main():
    port = elasticd.start()
    State.indices.update({
        "logs": (elasticprops.PROPERTIES, elasticprops.documents()),
        "many": ({"n": {"type": "long"}, "s": {"type": "keyword"}},
                 [{"n": i, "s": "row %d" % i} for i in range(15000)]),
        "lists": ({"n": {"type": "long"}, "k": {"type": "keyword"}},
                  [{"n": 1, "k": "a"}] * 200 + [{"n": 2, "k": ["p", "q"]},
                                                {"n": 0}]),
        "times": ({"n": {"type": "long"}, "at": {"type": "date"}},
                  [{"n": i, "at": "2024-05-01T08:00:0%d.%07dZ" %
                    (i // 10, (i % 10) * 2 + (1234550 if i < 10 else 0))}
                   for i in range(20)]),
        "shapes": ({"a": {"type": "long"}, "d": {"type": "long"}, "t": {
                        "type": "date"}, "b": {"properties": {
                            "c": {"type": "keyword"}}}},
                   [{"a": 1, "b": {"c": "x"}, "d": [1, 2],
                     "t": 1704067200000},
                    {"a": 2, "b.c": "y", "t": "2024-01-01T00:00:00Z"}] +

                   [{"a": (1 << 63) - 1, "b": [{"c": "p"}, {"c": "q"}],
                     "d": 5}])})
    s = Session(port)
    check("connects", s.connected["ok"] and "Elasticsearch 8.15" in
          str(s.connected), s.connected)
    shapes(s)
    paging(s)
    groups(s)
    trouble(s)
    languages(s)
    del State.searches[:]
    elasticprops.compare(s.ask, "e.logs", check, "stand-in")
    grouped = sum("groups" in q.get("aggs", {}) for q in State.searches)
    check("stand-in: many groups were made there", grouped > 20, grouped)
    check("ends well", s.batch.stop() == 0)
    s = Session(port, key="d3Jvbmcta2V5LXdyb25nLWtleQ==")
    check("a wrong key", not s.connected["ok"] and "unable to authenticate" in
          str(s.connected) and "d3Jvbmc" not in str(s.connected), s.connected)
    s.batch.stop()
    cancel(port)
    print("%d passed, %d failed" % (good, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())

"""splunkd.py - a strict stand-in for Splunk's REST interface.

Used by: suite_splunk.py. It reads the searches that the program writes with a
grammar of its own and refuses everything else, so a value that ends its quotes
is an error here. Jobs are queued, run and done; answers have Splunk's shapes.
"""
import json
import os
import re
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import spl_eval  # noqa: E402
from httpd import Handler, Server, count  # noqa: E402

TOKEN, USER, PASSWORD = "eyJ-the-token-of-the-suite", "hunter", "pass&word=1"


class State:
    indexes = {}    # name -> events
    saved = {}      # name -> events
    answers = {}    # text of a search of the analyst's -> rows
    trouble = []
    searches = []   # forms
    jobs = {}       # sid -> [rows, looks]
    keys = set()
    epoch = lambda e: 0  # noqa: E731
    language = 0    # times that it was asked what its language means
    lies = False    # about that
    spoil = None    # what becomes of groups on their way


def message(kind, text):
    return {"messages": [{"type": kind, "text": text}]}


WORDS = "where|fields|head|stats|eventstats|eval"


def base(search, form):
    """The rows that a search begins with. Only those of an index know times."""
    if search == "| makeresults":
        return [{"_time": "2024-05-01T08:00:00.000+00:00"}]
    saved = re.fullmatch(r'\| savedsearch "([\w.:/@ -]+)"', search)
    if saved:
        return State.saved[saved.group(1)]
    m = re.fullmatch(r'search index="([\w.:/@ -]+)"'
                     r'(?: sourcetype="([\w.:/@ -]+)")?', search)
    if not m:
        raise ValueError("Unknown search command in " + search)
    return [e for e in State.indexes.get(m.group(1), [])
            if m.group(2) in (None, e.get("sourcetype")) and in_time(form, e)]


def in_time(form, row):
    t = State.epoch(row)
    return (t is None or
            float(form.get("earliest_time", "0")) <= t <
            float(form.get("latest_time", "1e18")))


def moment(row):
    """In a condition _time is a number of seconds."""
    t = State.epoch(row)
    return row if t is None else dict(row, _time="%.6f" % t)


def fields(rows, rest):
    if rest.startswith("- "):
        gone = rest[2:].split(", ")
        assert set(gone) <= {"_time", "_raw"}, rest
        return [{k: v for k, v in r.items() if k not in gone} for r in rows]
    names = re.findall(r'"([\w.:{}@-]+)"', rest)
    assert ", ".join('"%s"' % n for n in names) == rest, rest
    return [{k: v for k, v in r.items() if k in names + ["_time", "_raw"]}
            for r in rows]


def run(search, form):
    """The rows of a search that the program wrote."""
    stages = re.split(r" \| (?=(?:%s) )" % WORDS, search)
    rows = base(stages[0], form)
    for stage in stages[1:]:
        word, _, rest = stage.partition(" ")
        if word == "where":
            test = spl_eval.condition(rest)
            rows = [r for r in rows if test(moment(r))]
        elif word == "head":
            rows = rows[:int(rest)]
        elif word == "fields":
            rows = fields(rows, rest)
        elif word == "stats":
            rows = spl_eval.stats([moment(r) for r in rows], rest)
        else:
            rows = {"eval": spl_eval.evaluate,
                    "eventstats": spl_eval.eventstats}[word](rows, rest)
    return rows


class Splunk(Handler):
    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.args = dict(urllib.parse.parse_qsl(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.form = dict(urllib.parse.parse_qsl(body.decode()))
        count("requests")
        try:
            self.route(url.path.split("/")[1:])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except (AssertionError, ValueError, KeyError) as e:
            self.answer(400, message("FATAL", str(e)))

    do_GET = do_POST = do_DELETE = serve

    def allowed(self):
        word, _, key = self.headers.get("Authorization", "").partition(" ")
        if (word, key) == ("Bearer", TOKEN) or (
                word == "Splunk" and key in State.keys):
            return True
        self.answer(401, message("WARN", "call not properly authenticated"))
        return False

    def entries(self, names):
        assert self.args == {"output_mode": "json", "count": "0"}, self.args
        self.answer(200, {"entry": [{"name": n, "content": {}} for n in names],
                          "paging": {"total": len(names)}, "messages": []})

    def route(self, parts):
        space, rest = parts[0], parts[1:]
        if space == "servicesNS":
            assert parts[1:3] == ["nobody", "search"], parts
            rest = parts[3:]
        rest = [urllib.parse.unquote(p) for p in rest]
        if rest == ["auth", "login"]:
            if (self.form["username"], self.form["password"]) != (USER,
                                                                  PASSWORD):
                self.answer(401, message("WARN", "Login failed"))
                return
            key = "key-%d-%s" % (count("keys"), "k" * 30)
            State.keys.add(key)
            self.answer(200, {"sessionKey": key, "message": "", "code": ""})
        elif not self.allowed():
            return
        elif rest == ["server", "info"]:
            self.answer(200, {"entry": [{"content": {"version": "9.3.0"}}]})
        elif rest == ["data", "indexes"]:
            self.entries(State.indexes)
        elif rest == ["saved", "searches"]:
            self.entries(State.saved)
        elif rest[:2] in (["data", "indexes"], ["saved", "searches"]):
            held = State.indexes if rest[0] == "data" else State.saved
            if rest[2] in held:
                self.answer(200, {"entry": [{"name": rest[2]}]})
            else:
                self.answer(404, message("ERROR", "Could not find object"))
        elif rest == ["search", "v2", "jobs", "export"]:
            self.export()
        elif rest == ["search", "v2", "jobs"] and self.command == "POST":
            self.create()
        elif rest[:3] == ["search", "v2", "jobs"] and rest[3] in State.jobs:
            self.job(rest[3], rest[4:])
        elif rest[:2] == ["search", "v2"]:
            self.answer(404, message("FATAL", "Unknown sid."))
        else:
            self.answer(404, message("ERROR", "Not Found"))

    # ---- export ----

    def export(self):
        f = self.form
        assert self.command == "POST" and f["output_mode"] == "json"
        assert f["preview"] == "false" and set(f) <= {
            "search", "output_mode", "preview", "earliest_time",
            "latest_time"}, f
        State.searches.append(f)
        rows = run(f["search"], f)
        if State.spoil and " | eventstats " in f["search"]:
            rows = State.spoil(rows)
        if f["search"].startswith("| makeresults "):
            State.language += 1
            assert rows == [{"_time": rows[0]["_time"], "shikra_ok": "yes"}]
            rows = [dict(rows[0], shikra_ok="no")] if State.lies else rows
        what = None
        if "head 1000" not in f["search"]:
            what = State.trouble.pop(0) if State.trouble else None
        if what == "busy":
            self.answer(429, message("ERROR", "too many searches"),
                        Retry_After="0")
            return
        if what == "html":
            self.answer(200, b"<html>a proxy</html>", "text/html")
            return
        lines = [{"preview": True, "offset": 0, "result": {"host": "no"}}]
        lines += [{"preview": False, "offset": i, "result": r}
                  for i, r in enumerate(rows)]
        lines.append({"preview": False, "lastrow": True})
        if what in ("WARN", "ERROR"):
            lines.insert(3, message(what, "peer idx2 is down"))
        data = b"\xef\xbb\xbf" + b"\n\n".join(
            json.dumps(line).encode() for line in lines) + b"\n"
        self.chunked()
        if what == "cut":
            self.chunk(data[:len(data) // 2])
            self.close_connection = True
            return
        if what == "garbage":
            data = data[:len(data) // 2] + b"}]\n" + data[len(data) // 2:]
        if what == "endless":
            while True:
                self.chunk(b"x" * 65536)
        step = 7 if what == "drops" else 5000
        for i in range(0, len(data), step):
            self.chunk(data[i:i + step])
        self.chunk(b"")

    # ---- jobs ----

    def create(self):
        f = self.form
        assert f["exec_mode"] == "normal" and f["output_mode"] == "json"
        State.searches.append(f)
        assert f["search"].startswith(("search ", "|")), f["search"]
        if f["search"] not in State.answers:
            self.answer(400, message("FATAL", "Unknown search command "
                                     "'%s'." % f["search"][-9:]))
            return
        sid = "17.%d" % count("sids")
        State.jobs[sid] = [State.answers[f["search"]], 0]
        self.answer(201, {"sid": sid})

    def job(self, sid, rest):
        rows, looks = State.jobs[sid]
        if self.command == "DELETE":
            del State.jobs[sid]
            self.answer(200, message("INFO", "Search job cancelled."))
        elif rest == ["results"]:
            at, n = int(self.args["offset"]), int(self.args["count"])
            names = list(dict.fromkeys(k for r in rows for k in r))
            if State.trouble[:1] == ["short"] and at:
                rows = []
            self.answer(200, {
                "preview": False, "init_offset": at,
                "messages": [message("WARN", "slow")["messages"][0]],
                "fields": [{"name": n} for n in names],
                "results": rows[at:at + min(n, 50)]})
        else:
            State.jobs[sid][1] += 1
            if State.trouble[:1] == ["forever"]:
                looks = -9
            state = (["QUEUED", "RUNNING", "DONE"][min(looks, 2)]
                     if looks >= 0 else "RUNNING")
            if state == "DONE" and State.trouble[:1] == ["failed"]:
                State.trouble.pop(0)
                state = "FAILED"
            if looks == 0:
                self.answer(204)
                return
            self.answer(200, {"entry": [{"content": {
                "sid": sid, "dispatchState": state, "isDone": state == "DONE",
                "isFailed": state == "FAILED", "resultCount": len(rows),
                "messages": message("FATAL", "disk quota exceeded")[
                    "messages"] if state == "FAILED" else []}}]})


def start():
    server = Server(("127.0.0.1", 0), Splunk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]

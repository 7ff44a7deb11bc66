"""suite_bad_answers.py - what services must not do, and what then happens.

A table of connections times a table of bad answers (faultd.py). For each pair:
an analyst is told what happened and what to do, in our words and with the code
that fits; rows that had arrived are all kept, and marked as a part; nothing
waits longer or takes more memory than it may; no secret is shown anywhere.
ONLY=splunk.*,cut runs what these expressions match; beside the table there are
certificates, tokens, postgresql, program, much and cancel.
"""
import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "limits"))
sys.path.insert(0, os.path.join(HERE, "..", "protocol"))
import chd  # noqa: E402
import elasticd  # noqa: E402
import faultd  # noqa: E402
import kqld  # noqa: E402
import pgd  # noqa: E402
import pgfault  # noqa: E402
import rawclient  # noqa: E402
import splunkd  # noqa: E402
from batch_rig import Batch  # noqa: E402

ROWS = 400
SECONDS = 3  # Http: TotalSeconds
SETTINGS = """Http:
  Proxy: none
  ConnectSeconds: 1
  IdleSeconds: 1
  TotalSeconds: %d
  Tries: 2
""" % SECONDS

good = bad = 0
lock = threading.Lock()
connecting = threading.Lock()


def check(what, ok, *more):
    global good, bad
    with lock:
        if ok:
            good += 1
            return
        bad += 1
        print("FAILED: %s" % what, *[str(m)[:1200] for m in more])


def wanted(*names):
    only = os.environ.get("ONLY", ".*").split(",")
    return all(any(re.fullmatch(o, n) for o in only) for n in names)


# ---- the connections ----

class Service:
    """One way to get the suite's rows; `secrets` must never be shown."""
    scheme = "http"

    def __init__(self, name, connect, query, aim, secrets, **more):
        self.name, self.connect, self.query = name, connect, query
        self.aim, self.secrets, self.skip = aim, secrets, 0
        self.page = ROWS  # rows of the answer that is aimed at
        self.made = None
        self.whole = False
        self.__dict__.update(more)


def rows_of(n=ROWS):
    return [{"i": i, "s": "row-%06d%s" % (i, faultd.MARK.decode())}
            for i in range(n)]


def kusto_services(port):
    kqld.State.tables = {"T": "range i from 0 to %d step 1 | extend s = "
                              "strcat('row-', i, '-end')" % (ROWS - 1)}
    args = ('tenant_id = "t", client_id = "%s", client_secret = "%s", auth = '
            '"clientsecret", authority = "{authority}", timeout = 60s' %
            (kqld.CLIENT, kqld.SECRET))

    def aim(path):
        return lambda r: path in r.path and b"getschema" not in r.body

    return [
        Service("sentinel", '.connect sentinel as s with (workspace_id = "%s", '
                'endpoint = "{url}/v1", %s)' % (kqld.WORKSPACE, args), "s.T",
                aim("/query"), [kqld.SECRET], upstream=port),
        Service("kusto", '.connect kusto as s with (cluster = "{url}", '
                'database = "Logs", %s)' % args, "s.T",
                aim("/v2/rest/query"), [kqld.SECRET], upstream=port),
        Service("defender", '.connect defender as s with (endpoint = "{url}", '
                '%s)' % args, "s.T", aim("runHuntingQuery"), [kqld.SECRET],
                upstream=port)]


def splunk_services():
    events = [dict(r, i=str(r["i"])) for r in rows_of()]
    splunkd.State.indexes["main"] = events
    splunkd.State.answers["| inputlookup rows"] = events
    port = splunkd.start()
    connect = ('.connect splunk as s with (url = "{url}", token = "%s", '
               'timeout = 60s)' % splunkd.TOKEN)
    return [
        Service("splunk export", connect, "s.main",
                lambda r: "/export" in r.path and b"1000" not in r.body,
                [splunkd.TOKEN], upstream=port, stream=True,
                made=splunk_stream),
        Service("splunk job", connect, 's.query("| inputlookup rows")',
                lambda r: "/results" in r.path, [splunkd.TOKEN],
                upstream=port, skip=2, page=50)]


def splunk_stream(h):
    """500 MB: most of it in a field that nobody asked for."""
    more = "x" * 20000
    block = "".join(json.dumps({"preview": False, "result": {
        "s": "row-end", "i": "1", "noise": more}}) + "\n"
        for _ in range(100)).encode()
    for _ in range(faultd.HUGE // len(block)):
        yield block


def elastic_services():
    props = {"i": {"type": "long"}, "s": {"type": "keyword"}}
    elasticd.State.indices["rows"] = (props, rows_of(3 * 1000))
    elasticd.State.grids["FROM rows"] = (
        [{"name": "i", "type": "long"}, {"name": "s", "type": "keyword"}],
        [[[r["i"], r["s"]] for r in rows_of()]])
    port = elasticd.start()
    connect = ('.connect elastic as s with (url = "{url}", api_key = "%s", '
               'slices = 1, timeout = 60s)' % elasticd.KEY)
    search = Service("elastic", connect, "s.rows",
                     lambda r: "/_search" in r.path and b'"pit"' in r.body,
                     [elasticd.KEY], upstream=port, page=3000,
                     all=3000)
    return [search,
            Service("elastic esql", connect, 's.query("FROM rows")',
                    lambda r: "/_query" in r.path, [elasticd.KEY],
                    upstream=port),
            Service("opensearch", connect, "s.rows",
                    lambda r: "scroll" in r.path and r.command == "POST" and
                    b'"_source":["i"]' not in r.body,
                    [elasticd.KEY], upstream=port, page=3000,
                    all=3000, opensearch=True)]


def clickhouse_service(server):
    server.sql("CREATE TABLE rows (i Int64, s String) ENGINE = Memory")
    server.sql("INSERT INTO rows FORMAT TabSeparated", "".join(
        "%d\t%s\n" % (r["i"], r["s"]) for r in rows_of()))
    return Service(
        "clickhouse", '.connect clickhouse as s with (url = "{url}", user = '
        '"hunter", password = "%s", timeout = 60s)' % chd.PASSWORD, "s.rows",
        lambda r: "query_id" in r.path and b"KILL" not in r.body,
        [chd.PASSWORD], upstream=server.port, stream=True, binary=True)


# ---- a program that is asked ----

class Session:
    def __init__(self, settings, program="SHIKRA"):
        self.batch = Batch(os.environ[program], seconds=30, env={
            "MSTICPYCONFIG": settings, "HOME": "/nonexistent"})
        self.said = []

    def ask(self, code, **more):
        answer = self.batch.ask(code, **dict(dict(keep=True), **more))
        self.said.append(json.dumps(answer, ensure_ascii=False))
        return answer

    def end(self):
        """The status, and everything it has ever said."""
        self.said.append(self.batch.stderr() if self.batch.proc else "")
        return self.batch.stop()


def messages(answer):
    """Errors, as an analyst reads them."""
    return " / ".join("%s %s (%s)" % (e.get("code"), e["message"],
                                      e.get("hint") or "")
                      for e in answer.get("errors", []))


def notes(answer):
    return " / ".join(n for o in answer.get("outputs", [])
                      for n in o.get("notes") or [])


def kept_rows(session):
    """How many rows the name `kept` has, and whether it calls itself partial;
    rows are all different, so nothing came twice."""
    answer = session.ask("kept | summarize n = count(), d = dcount(s), "
                         "e = countif(s endswith 'end')")
    table = [o for o in answer["outputs"] if o["kind"] == "table"]
    if not table:
        return -1, "", answer
    n, d, e = table[-1]["rows"][0]
    status = table[-1].get("status")
    return (n if n == e and abs(n - d) <= n * 0.05 else -2), status, answer


# The library's own words, or ours that say nothing, are no message.
BARE = re.compile(r"curl|libcurl|SSL routines|error:[0-9A-F]{8}|Recv failure|"
                  r"Operation timed out|transfer closed|errno|Couldn't|"
                  r"server closed the connection unexpectedly|\(null\)", re.I)


def check_words(what, text, words):
    check(what + ": our own words", text and not BARE.search(text), text)
    check(what + ": says " + words, re.search(words, text), text)


def spellings(secret):
    out = {secret, base64.b64encode(secret.encode()).decode().rstrip("="),
           json.dumps(secret)[1:-1]}
    return [s for s in out if len(s) > 5]


def check_secrets(what, texts, secrets):
    for secret in secrets:
        for s in spellings(secret):
            shown = [t for t in texts if s in t]
            check(what + ": no secret is shown", not shown,
                  [t[max(0, t.find(s) - 80):t.find(s) + 20] for t in shown])


# ---- the bad answers ----

class Bad:
    """fault: of faultd.py. `code` and `words`: of the message when no row is
    kept, and of the note when some are. `ends`: 'all' rows after all, 'part'
    of them as far as they came, or 'none'."""

    def __init__(self, fault, ends, code=None, words="", **more):
        self.fault, self.ends, self.code, self.words = fault, ends, code, words
        self.times = more.pop("times", 99)
        self.only = more.pop("only", None)
        self.but = more.pop("but", {})
        self.most = more.pop("most", 4.0)
        self.__dict__.update(more)


STREAMS = ("splunk export", "clickhouse")
JSON = ("sentinel", "kusto", "defender", "splunk export", "splunk job",
        "elastic", "elastic esql", "opensearch")
BREAK = "ends before|broke|breaks off|cut|ends in the middle"

TABLE = [
    Bad("cut", "part", "E0306", BREAK + "|not one of this service"),
    Bad("shorter", "part", "E0305", BREAK),
    Bad("unended", "part", "E0305", BREAK),
    Bad("reset", "part", "E0305", BREAK),
    Bad("longer", "part", "E0306", BREAK + "|not one of this service"),
    Bad("bad_chunk", "part", "E0305", BREAK),
    Bad("silent", "none", "E0305", "no answer after", most=SECONDS + 2),
    Bad("stalls", "part", "E0305", "trickles|had not ended after",
        most=SECONDS + 2),
    Bad("drips", "part", "E0305", "trickles|had not ended after",
        most=SECONDS + 2),
    Bad("drips_head", "none", "E0305", "no answer after", most=SECONDS + 2),
    Bad("html", "none", "E0306", "not one of this service|not JSON|Welcome"),
    Bad("text_type", "all"),
    Bad("no_type", "all"),
    Bad("empty", "none", "E0306", "not one of this service|is empty"),
    Bad("nothing", "none", "E0306", "not one of this service",
        only=JSON[3:] + STREAMS[1:]),  # those of KQL may say so
    Bad("not_modified", "none", "E0306", "304"),
    Bad("other_protocol", "none", "E0305", "not HTTP"),
    Bad("closes", "none", "E0305", "closed without an answer"),
    Bad("error_inside", "none", "E0306", "quota of today", only=JSON),
    Bad("refuses", "none", "E0307", "403.*permission"),
    Bad("fails", "none", "E0306", "500.*server's side"),
    Bad("busy", "all", times=1),
    Bad("busy_date", "all", times=1, most=6),
    Bad("busy_long", "none", "E0306", "429.*left alone for 3600 s", most=2),
    Bad("late", "all", times=1),
    Bad("down", "all", times=1),
    Bad("down", "none", "E0306", "503.*server's side"),
    Bad("revoked", "all", times=1),
    Bad("revoked", "none", "E0307", "401"),
    Bad("elsewhere", "none", "E0306", "redirect.*not followed.*another host"),
    Bad("elsewhere_302", "none", "E0306", "redirect.*not followed"),
    Bad("inside", "none", "E0306", "redirect.*not followed"),
    Bad("in_circles", "none", "E0306", "redirect.*there were three"),
    Bad("nowhere", "none", "E0306", "302"),
    Bad("gzip", "all"),
    Bad("deflate", "all"),
    Bad("br", "all"),
    Bad("not_gzip", "none", "E0305", "cannot be unpacked"),
    Bad("half_gzip", "part", "E030[56]", BREAK + "|not one of this service"),
    Bad("unknown_packing", "none", "E0305", "cannot be unpacked"),
    Bad("bomb", "part", "E0(401|306|305)", "unpacks|16 MB|larger|not JSON|"
        "one of this|had not ended", only=JSON, most=12),
    Bad("many_headers", "none", "E0401", "more than 256 headers"),
    Bad("long_header", "none", "E0401|E0305", "headers"),
    Bad("bad_utf8", "all", only=JSON),
    Bad("nul_escape", "all", only=JSON),
    Bad("nul_byte", "any", only=JSON),
    Bad("huge_value", "any", "E0(401|306)", "MB|one of this", only=JSON,
        most=8),
    Bad("endless_value", "part", "E0(401|306|305)", "MB|one of this|had not",
        only=JSON, most=12),
    Bad("deep", "any", "E0306", "nested|deep|one of this", only=JSON),
    Bad("other_columns", "told", None, "s2", only=(
        "splunk export", "splunk job", "elastic", "opensearch")),
    Bad("twice", "any", "E0306", "lists in columns", only=JSON),
]


class Rig:
    def __init__(self, service, settings, other):
        self.service = service
        self.front = faultd.Front(service.upstream, service.aim)
        self.front.other = other.url
        self.other = other
        self.session = Session(settings)
        url = "http://127.0.0.1:%d" % self.front.port
        with connecting:
            elasticd.State.opensearch = getattr(service, "opensearch", False)
            self.connected = self.session.ask(service.connect.format(
                url=url, authority="http://127.0.0.1:%d" % service.upstream))
        self.all = getattr(service, "all", ROWS)

    def try_it(self, case):
        name = "%s, %s%s" % (self.service.name, case.fault,
                             "" if case.times > 9 else " %d" % case.times)
        self.front.break_with(case.fault, case.times, self.service.skip)
        begin = time.monotonic()
        answer = self.session.ask("kept = " + self.service.query)
        took = time.monotonic() - begin
        came = self.front.whole_rows, self.front.rows
        self.front.calm()
        if os.environ.get("VERBOSE"):
            print("%-40s %.1f s  %s" % (name, took, messages(answer)))
        if "ok" not in answer:
            check(name + ": ends", False, answer)
            self.session.ask(self.service.connect)
            return
        check(name + ": in time", took < case.most, took)
        self.judge(name, case, answer, came)

    def judge(self, name, case, answer, came):
        ends = case.ends
        if ends == "none" and self.service.skip:
            ends = "part"  # the pages before it had come
        if ends == "part" and self.service.whole:
            ends = "any"  # read when it is all here: all or nothing
        if answer["ok"]:
            n, status, told = kept_rows(self.session)
            text = notes(told)
            if ends == "told":
                check(name + ": is told", status == "partial" and re.search(
                    case.words, text), status, text)
            elif ends == "all":
                check(name + ": all rows", n == self.all and
                      status == "complete", n, status, told)
            elif ends == "any" and n == self.all:
                check(name + ": what is odd is told", status == "complete" or
                      re.search(case.words, text), text)
            else:
                check(name + ": as many as came", came[0] - 1 <= n <= max(came) and
                      status == "partial" and n > 0, n, came, status, text)
                check_words(name, text, case.words)
            self.session.ask("kept = print s = ''")
        else:
            text = messages(answer)
            check(name + ": an error only without rows", ends in (
                "none", "any"), came, text)
            check(name + ": code", re.match(case.code or "$", text), text)
            check_words(name, text, case.words)
            check(name + ": a sentence", len(text) > 40, text)


class Other:
    """A host that redirects lead to; nobody may come."""

    def __init__(self):
        self.front = faultd.Front(9, lambda r: True)
        self.front.break_with("empty")
        self.front.fault = faultd.FAULTS["nowhere"]
        self.url = "http://localhost:%d" % self.front.port


def run_service(service, settings, other):
    if not wanted(service.name):
        return
    rig = Rig(service, settings, other)
    check(service.name + ": connects", rig.connected["ok"], rig.connected)
    rig.front.calm()
    answer = rig.session.ask("kept = " + service.query)
    n, status, told = kept_rows(rig.session)
    check(service.name + ": all rows of a good answer", n == rig.all and
          status == "complete", n, status, answer["errors"], told)
    for case in TABLE:
        if wanted(service.name, case.fault) and (
                not case.only or service.name in case.only):
            rig.try_it(case)
    check(service.name + ": nobody went elsewhere", not other.front.heard,
          other.front.heard)
    check(service.name + ": ends well", rig.session.end() == 0,
          rig.session.said[-1])
    sent = {c.split(" ")[-1] for c in rig.front.credentials if c}
    check_secrets(service.name, rig.session.said,
                  list(sent) + service.secrets)


# ---- PostgreSQL, whose connection is spoilt on the way ----

class Postgres:
    """A server, a front before it, a session."""

    def __init__(self, server, settings):
        self.front = pgfault.Front(server.port)
        self.session = Session(settings)

    def connect(self, more=""):
        return self.session.ask(
            '.connect postgresql as s with (host = "localhost", port = %d, '
            'database = "postgres", user = "hunter", password = "%s", '
            'connect_timeout = 1s%s)' % (self.front.port, pgd.PASSWORD, more))


BEFORE_ROWS = [
    ("is_web", "E0305", "."),
    ("hangs_up", "E0305", "."),
    ("is_silent", "E0305", "did not answer within"),
]
DURING_ROWS = [
    ("closes", "the connection to the server broke"),
    ("resets", "the connection to the server broke"),
    ("garbles", "broke|not what it described"),
    ("stalls", "says nothing any more"),
]


def bad_postgresql(server, settings, folder):
    pg = Postgres(server, settings)
    for fault, code, words in BEFORE_ROWS:
        pg.front.calm()
        pg.front.fault = fault
        answer = pg.connect()
        pg.front.calm()
        check("postgresql, %s: code" % fault, code in messages(answer), answer)
        check_words("postgresql, " + fault, messages(answer), words)
    for kind, words in CERTIFICATES:
        pg.front.fault = "has_certificate"
        pg.front.context = faultd.context_of(folder, kind)
        answer = pg.connect(', sslmode = "verify-full", ca_file = "%s"' %
                            os.path.join(folder, "ca.pem"))
        check("postgresql, certificate %s: %s" % (kind, words),
              re.search("E0305.*(%s|certificate)" % words, messages(answer)),
              answer)
    pg.front.calm()
    check("postgresql: connects", pg.connect(", timeout = 1s")["ok"])
    for fault, words in DURING_ROWS:
        name = "postgresql, " + fault
        pg.front.calm()
        pg.front.fault = fault
        answer = pg.session.ask("kept = s.rows")
        came = pg.front.rows
        pg.front.calm()
        check(name + ": ends well", answer.get("ok"), messages(answer))
        n, status, told = kept_rows(pg.session)
        check(name + ": as many as came", came - 1 <= n <= came and n > 0 and
              status == "partial", n, came, status)
        check_words(name, notes(told), words)
        check(name + ": and then works", "3000" in str(pg.session.ask(
            "s.rows | count")["outputs"]))
    pg.front.fault = "never_starts"
    answer = pg.session.ask("kept = s.rows")
    pg.front.calm()
    check_words("postgresql, never_starts", messages(answer),
                "E0305.*says nothing any more")
    check("postgresql: ends well", pg.session.end() == 0, pg.session.said[-1])
    check_secrets("postgresql", pg.session.said, [pgd.PASSWORD])


# ---- certificates, and who gives tokens ----

CERTIFICATES = [("wrong", "another name"), ("expired", "expired"),
                ("self", "signed by nobody but itself"),
                ("unknown", "authority is not known")]


def bad_certificates(services, settings, folder):
    """Each connection is refused before anything secret is sent."""
    ca = os.path.join(folder, "ca.pem")
    seen = set()
    for service in services:
        if service.connect in seen:
            continue
        seen.add(service.connect)
        session = Session(settings)
        for kind, words in CERTIFICATES + [("good", "")]:
            front = faultd.Front(service.upstream, lambda r: False,
                                 faultd.context_of(folder, kind))
            name = "%s, certificate %s" % (service.name, kind)
            url = "https://localhost:%d" % front.port
            text = service.connect.format(url=url, authority="http://127.0.0.1"
                                          ":%d" % service.upstream)
            if "splunk" in name or "elastic" in name or "click" in name:
                text = text[:-1] + ', ca_file = "%s")' % ca
            with connecting:
                elasticd.State.opensearch = False
                answer = session.ask(text)
            if kind == "good":
                check(name + ": is trusted", answer["ok"] or
                      "ca_file" not in text, answer)
                continue
            if answer["ok"]:  # some ask their service only for rows
                answer = session.ask("kept = " + service.query)
            check(name + ": refused", "E0305" in messages(answer), answer)
            check_words(name, messages(answer), words if "ca_file" in text or
                        kind == "self" else words + "|authority is not known")
            check(name + ": nothing was sent", not front.heard, front.heard)
        check(service.name + ": ends well", session.end() == 0)


TOKENS = [("empty", "E030[67]", "."), ("html", "E030[67]", "."),
          ("down", "E030[67]", "503"), ("fails", "E030[67]", "500"),
          ("closes", "E0305", "closed without"), ("silent", "E0305",
                                                  "no answer after"),
          ("elsewhere", "E0306", "redirect"), ("cut", "E030[67]", "."),
          ("drips", "E0305", "trickles|had not ended"), ("bomb", "E0401", "."),
          ("error_inside", "E030[67]", "quota of today")]


def bad_tokens(port, settings):
    """The token endpoint of the services of KQL."""
    front = faultd.Front(port, lambda r: "/token" in r.path)
    front.other = "http://localhost:9"
    connect = ('.connect defender as s with (endpoint = "http://127.0.0.1:%d", '
               'tenant_id = "t", client_id = "%s", client_secret = "%s", auth '
               '= "clientsecret", authority = "http://127.0.0.1:%d")' % (
                   port, kqld.CLIENT, kqld.SECRET, front.port))
    said = []
    for fault, code, words in TOKENS:
        session = Session(settings)
        front.break_with(fault)
        begin = time.monotonic()
        answer = session.ask(connect)
        if answer["ok"]:
            answer = session.ask("s.DeviceInfo | count")
        took = time.monotonic() - begin
        front.calm()
        name = "token endpoint, " + fault
        check(name + ": code", re.search(code, messages(answer)),
              messages(answer))
        check_words(name, messages(answer), words)
        check(name + ": in time", took < SECONDS + 4, took)
        session.end()
        said += session.said
    check_secrets("token endpoint", said, [kqld.SECRET, "xxxxxxxxxxxxxxxxxxxx"])


# ---- what is cancelled ----

def cancelled(name, program, ready, release):
    """Milliseconds from SIGINT to the end of a cell that hangs."""
    out = tempfile.TemporaryFile()
    p = subprocess.Popen([os.environ["SHIKRA_RELEASE"], "run", "-e", program],
                         stdout=out, stderr=subprocess.STDOUT, env=dict(
                             os.environ, HOME="/nonexistent"))
    check(name + ": hangs", ready())
    time.sleep(0.1)
    begin = time.monotonic()
    p.send_signal(signal.SIGINT)
    try:
        p.wait(10)
    except subprocess.TimeoutExpired:
        p.kill()
    took = time.monotonic() - begin
    release()
    out.seek(0)
    # The cell ends within 100 ms; the program's own end comes on top, and a
    # busy machine.
    check(name + ": cancelled at once", took < 0.6, took, out.read())
    return took


def full_port():
    """A port whose queue is full: no connection comes about."""
    server = socket.create_server(("127.0.0.1", 0), backlog=0)
    fill = []
    for _ in range(4):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(server.getsockname())
        fill.append(s)
    return server, fill


def cancels(services, settings, server):
    os.environ["MSTICPYCONFIG"] = ""
    times = []
    for service in services:
        for fault in ("silent", "stalls", "drips", "busy_some"):
            if fault == "busy_some" and not wanted(service.name, "busy"):
                continue
            front = faultd.Front(service.upstream, service.aim)
            front.break_with(fault, skip=service.skip)
            url = "http://127.0.0.1:%d" % front.port
            elasticd.State.opensearch = getattr(service, "opensearch", False)
            text = service.connect.format(
                url=url, authority="http://127.0.0.1:%d" % service.upstream)
            times.append(cancelled(
                "cancel %s, %s" % (service.name, fault), text + "\n" +
                service.query, lambda: front.waiting.wait(15), front.calm))
    held, fill = full_port()
    times.append(cancelled(
        "cancel while connecting", '.connect splunk as s with (url = "http://'
        '127.0.0.1:%d", token = "t")' % held.getsockname()[1],
        lambda: time.sleep(0.5) or True, lambda: None))
    if server:
        front = pgfault.Front(server.port)
        for fault in ("is_silent", "stalls", "never_starts"):
            front.calm()
            front.fault = fault
            times.append(cancelled(
                "cancel postgresql, " + fault, '.connect postgresql as s with '
                '(host = "127.0.0.1", port = %d, user = "hunter", password = '
                '"%s", database = "postgres")\ns.rows' % (
                    front.port, pgd.PASSWORD),
                lambda: front.waiting.wait(15), front.calm))
    print("cancelled cells and their program end after %d ms (median)" %
          (1000 * sorted(times)[len(times) // 2]))


# ---- exit codes, messages of the kernel, its log ----

OUTCOMES = [("gzip", 0), ("cut", 3), ("refuses", 1), ("fails", 1),
            ("revoked", 1), ("error_inside", 1)]


def program(service, settings):
    """The status of `shikra run`, and that it shows no secret either."""
    env = dict(os.environ, MSTICPYCONFIG=settings, HOME="/nonexistent")
    front = faultd.Front(service.upstream, service.aim)
    text = service.connect.format(
        url="http://127.0.0.1:%d" % front.port,
        authority="http://127.0.0.1:%d" % service.upstream)
    said = []
    for fault, status in OUTCOMES:
        front.break_with(fault, skip=service.skip)
        done = subprocess.run(
            [os.environ["SHIKRA"], "run", "-e", text + "\n" + service.query],
            env=env, capture_output=True, text=True, timeout=60,
            check=False)
        check("%s, run, %s: status" % (service.name, fault),
              done.returncode == status, done.returncode, done.stderr[-900:])
        said += [done.stdout, done.stderr]
    kernel(service, front, text, env, said)
    sent = {c.split(" ")[-1] for c in front.credentials if c}
    check_secrets(service.name + ", program", said,
                  list(sent) + service.secrets)


def kernel(service, front, text, env, said):
    log = tempfile.NamedTemporaryFile()
    with rawclient.Kernel([os.environ["SHIKRA"], "kernel", "--log", log.name,
                           "--log-level", "debug"], env=env) as k:
        k.wait_ready()
        # What the analyst typed is echoed by the kernel, and is theirs.
        k.iopub_until_idle(k.execute(text, silent=True), 30)
        for fault, _ in OUTCOMES[1:]:
            front.break_with(fault, skip=service.skip)
            got = k.iopub_until_idle(k.execute(service.query), 30)
            said += [json.dumps(m.content) for m in got]
            check("%s, kernel, %s: says something" % (service.name, fault),
                  any(m.type in ("error", "display_data", "execute_result")
                      for m in got), got)
    said.append(log.read().decode("utf-8", "replace"))
    check(service.name + ", kernel: there is a log", len(said[-1]) > 100)


# ---- half a gigabyte ----

def much(services, settings):
    """500 MB flow through a program that grows by little."""
    for service in services:
        if not service.made or not wanted(service.name, "much"):
            continue
        front = faultd.Front(service.upstream, service.aim)
        session = Session(settings.replace("settings", "patient"),
                          "SHIKRA_RELEASE")
        session.ask(service.connect.format(
            url="http://127.0.0.1:%d" % front.port,
            authority="http://127.0.0.1:%d" % service.upstream))
        session.ask("kept = %s | take 1" % service.query)
        before = peak(session)
        front.break_with("generated", skip=service.skip)
        front.made = service.made
        answer = session.ask("%s | project i | serialize | count" %
                             service.query)
        grown = peak(session) - before
        front.calm()
        check("%s: 500 MB" % service.name, answer.get("ok"), answer)
        check("%s: 500 MB in little memory" % service.name, grown < 150,
              "%d MB" % grown)
        print("%s: 500 MB take %d MB of memory" % (service.name, grown))
        session.end()


def peak(session):
    """Megabytes, the most that the program ever had."""
    with open("/proc/%d/status" % session.batch.proc.pid,
              encoding="utf-8") as f:
        return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) >> 10


def others(services, settings, folder, postgres):
    """The cases beside the table that run along with it."""
    out = []
    if wanted("certificates"):
        out.append((bad_certificates, (services, settings, folder)))
    if wanted("tokens"):
        out.append((bad_tokens, (services[0].upstream, settings)))
    if wanted("program"):
        out += [(program, (s, settings)) for s in services
                if s.name in ("sentinel", "splunk export", "elastic esql")]
    if wanted("much"):
        out.append((much, (services, settings)))
    if postgres and wanted("postgresql"):
        out.append((bad_postgresql, (postgres, settings, folder)))
    return out


def main():
    services = []
    other = Other()
    clickhouse = chd.Server() if chd.is_there() else None
    with tempfile.TemporaryDirectory() as folder:
        settings = os.path.join(folder, "settings.yaml")
        with open(settings, "w", encoding="utf-8") as f:
            f.write(SETTINGS)
        with open(settings.replace("settings", "patient"), "w",
                  encoding="utf-8") as f:
            f.write("Http:\n  Proxy: none\n")
        faultd.make_certificates(folder)
        postgres = pgd.Server() if pgd.binaries() else None
        services += kusto_services(kqld.start())
        services += splunk_services() + elastic_services()
        if postgres:
            postgres.start()
            postgres.sql("CREATE TABLE rows AS SELECT i::int8 AS i, 'row-' || "
                         "i || '-end' AS s FROM generate_series(1, 3000) i")
        if clickhouse:
            clickhouse.start()
            services.append(clickhouse_service(clickhouse))
        try:
            with ThreadPoolExecutor(6) as pool:
                for done in [pool.submit(run_service, s, settings, other)
                             for s in services] + [
                        pool.submit(f, *args) for f, args in others(
                            services, settings, folder, postgres)]:
                    done.result()
            if wanted("cancel"):
                cancels(services, settings, postgres)
        finally:
            kqld.State.engine.stop()
            if clickhouse:
                clickhouse.close()
            if postgres:
                postgres.close()
    print("%d passed, %d failed" % (good, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())

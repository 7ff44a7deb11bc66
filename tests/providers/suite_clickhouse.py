"""suite_clickhouse.py - .connect clickhouse against a real server.

Values that come through unharmed, pipelines that mean the same there and here
(sqlprops.py), and what happens when something goes wrong; with CHDB_LIB the
first two again on a current engine. PARTS=props,bad runs some parts only.
"""
import http.server
import os
import random
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "limits"))
import chd  # noqa: E402
import sqlprops  # noqa: E402
from batch_rig import Batch  # noqa: E402

good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *(str(m)[:700] for m in more))


def connect_text(server, user="hunter", password=chd.PASSWORD, more=""):
    return ('.connect clickhouse as ch with (url = "%s", user = "%s", '
            'password = "%s"%s)' % (server.url, user, password, more))


class Session:
    def __init__(self, server, program="SHIKRA", seconds=60, **more):
        self.batch = Batch(os.environ[program], seconds=seconds,
                           env={"MSTICPYCONFIG": "", "HOME": "/nonexistent"})
        self.connected = self.ask(connect_text(server, **more))

    def ask(self, code):
        return self.batch.ask(code, keep=True)

    def table(self, code):
        answer = self.ask(code)
        for o in answer.get("outputs", []):
            if o["kind"] == "table":
                return o
        return {"columns": None, "rows": None, "answer": answer}

    def rows(self, code):
        return self.table(code)["rows"]

    def message(self, code):
        return messages(self.ask(code))


def messages(answer):
    return " / ".join("%s %s (%s)" % (e.get("code"), e["message"],
                                      e.get("hint") or "")
                      for e in answer.get("errors", []))


def tsv(v):
    if v is None:
        return "\\N"
    return v.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


# ---- the table of hostile values ----

SECONDS = ["1970-01-01 00:00:00", "1970-01-01 00:00:01", "2024-01-02 03:04:05",
           "2024-02-29 12:00:00", "2038-01-19 03:14:08", "2105-12-31 23:59:59"]
FINE = [t for t in sqlprops.TIMES if "1925" < t < "2250"] + [
    "2024-01-02 03:04:05.1234567", "1969-12-31 23:59:59.9999999"]


def make_props(server, rows=300):
    pick = random.Random(7)

    def some(values, nulls=0.15):
        return None if pick.random() < nulls else pick.choice(values)

    fine = ["DateTime64(6, 'UTC')", "DateTime64(9, 'UTC')",
            "DateTime64(3, 'UTC')"] if server.modern else []
    texts = sqlprops.TEXTS + ["nul\0byte"]
    lines = []
    for n in range(rows):
        cells = [str(n), str(pick.randrange(5))]
        cells += [some(list(map(str, v)), p) for v, p in
                  ((sqlprops.LONGS, .15), (sqlprops.LONGS, 0),
                   (sqlprops.INTS, .15))]
        cells += [some(texts, p) for p in (.15, 0, 0)]
        reals = [r.replace("Infinity", "inf").replace("NaN", "nan")
                 for r in sqlprops.REALS]
        cells += [some(reals), some(reals, 0)]
        cells += [some(SECONDS), some(SECONDS, 0),
                  some(["1970-01-01", "2024-02-29", "2100-01-01"])]
        cells += [some(sqlprops.GUIDS, 0)]
        cells += [some(FINE) for _ in fine]
        lines.append("\t".join(
            tsv(c).replace("\0", "\\0") for c in cells))
    server.sql("""CREATE TABLE props (id Int64, k Int64, l Nullable(Int64),
        l2 Int64, i Nullable(Int32), s Nullable(String), s2 String, s3 %s,
        r Nullable(Float64), r2 Float64, t Nullable(DateTime('UTC')),
        t2 DateTime('UTC'), da Nullable(Date), g UUID%s) ENGINE = %s""" % (
        "LowCardinality(String)" if server.modern else "String",
        "".join(", f%d Nullable(%s)" % (n, f) for n, f in enumerate(fine)),
        "Memory" if server.modern else "Log"))
    server.sql("INSERT INTO props FORMAT TabSeparated",
               "".join(line + "\n" for line in lines))
    return {"l": ["l", "l2", "i", "k"], "s": ["s", "s2", "s3"],
            "r": ["r", "r2"], "d": ["(t - t2)"], "g": ["g"],
            "t": ["t", "t2", "da"] + ["f%d" % n for n in range(len(fine))],
            "b": ["(l > 5)", "(s2 == 'a')"]}


def test_props(server):
    global good, bad
    columns = make_props(server)
    s = Session(server, "SHIKRA_RELEASE")
    s.ask("props_here = ch.props")
    check("the copy is whole", s.rows("props_here | count") == [[300]],
          s.connected)
    props = sqlprops.Props(s.ask, "ch.props", "props_here", columns,
                           sqlprops.CLICKHOUSE)
    props.every_row()
    props.random_pipelines(400)
    good += props.good
    bad += props.bad
    s.batch.stop()


# ---- values ----

VALUES = [
    # type, what is inserted, KQL's type, what comes
    ("Int8", "-128", "int", -128),
    ("UInt16", "65535", "int", 65535),
    ("Int32", "-2147483648", "int", -2147483648),
    ("UInt32", "4294967295", "long", 4294967295),
    ("Int64", "-9223372036854775808", "long", -9223372036854775808),
    ("UInt64", "18446744073709551615", "decimal", "18446744073709551615"),
    ("Float32", "0.5", "real", 0.5),
    ("Float64", "-inf", "real", "-Infinity"),
    ("Float64", "nan", "real", "NaN"),
    ("Decimal(18, 4)", "-12345.6789", "decimal", "-12345.6789"),
    ("String", "a\tb\n\u00e9'\"\\", "string", "a\tb\n\u00e9'\"\\"),
    ("FixedString(3)", "abc", "string", "abc"),
    ("Enum8('so so' = 1, 'fine' = 2)", "so so", "string", "so so"),
    ("DateTime('UTC')", "2024-01-02 03:04:05", "datetime",
     "2024-01-02T03:04:05.0000000Z"),
    ("Date", "2024-02-29", "datetime", "2024-02-29T00:00:00.0000000Z"),
    ("UUID", "74BE27DE-1e4e-49d9-b579-fe0b331d3642", "guid",
     "74be27de-1e4e-49d9-b579-fe0b331d3642"),
    ("Nullable(Int32)", None, "int", None),
    ("Nullable(String)", None, "string", ""),
    ("Nullable(Float64)", "1.5", "real", 1.5),
]
MODERN = [
    ("DateTime64(3, 'UTC')", "1969-12-31 23:59:59.999", "datetime",
     "1969-12-31T23:59:59.9990000Z"),
    ("DateTime64(7, 'UTC')", "2024-01-02 03:04:05.1234567", "datetime",
     "2024-01-02T03:04:05.1234567Z"),
    ("DateTime64(9, 'UTC')", "1969-12-31 23:59:59.999999999", "datetime",
     "1969-12-31T23:59:59.9999999Z"),
    ("Date32", "1900-01-01", "datetime", "1900-01-01T00:00:00.0000000Z"),
    ("Bool", "true", "bool", True),
    ("LowCardinality(Nullable(String))", "x", "string", "x"),
    ("LowCardinality(Nullable(String))", None, "string", ""),
    ("IPv4", "10.0.0.1", "string", "10.0.0.1"),
    ("IPv6", "2001:db8::1", "string", "2001:db8::1"),
    ("Int128", "-170141183460469231731687303715884105728", "string",
     "-170141183460469231731687303715884105728"),
    ("Decimal(38, 20)", "1.00000000000000000001", "string",
     "1.00000000000000000001"),
    ("Array(Nullable(Int64))", "[1,NULL,9223372036854775807]", "dynamic",
     [1, None, 9223372036854775807]),
    ("Map(String, UInt64)", "{'a':5}", "dynamic", {"a": 5}),
    ("Tuple(a Int32, b String)", "(1,'x')", "dynamic", {"a": 1, "b": "x"}),
    ("Array(Array(String))", "[['a'],[]]", "dynamic", [["a"], []]),
]


def test_values(server):
    values = VALUES + (MODERN if server.modern else [])
    server.sql("CREATE TABLE vals (%s) ENGINE = %s" % (", ".join(
        "v%d %s" % (n, v[0]) for n, v in enumerate(values)),
        "Memory" if server.modern else "Log"))
    server.sql("INSERT INTO vals FORMAT TabSeparated",
               "\t".join(tsv(v[1]) for v in values) + "\n")
    s = Session(server)
    for source in ("ch.vals", 'ch.query("SELECT * FROM vals;")',
                   "ch.vals | where true | take 5"):
        t = s.table(source)
        if not t["rows"]:
            check("values of %s" % source, False, t)
            continue
        for n, ((kind, _, kql, want), c, value) in enumerate(zip(
                values, t["columns"], t["rows"][0])):
            check("%s: %s" % (source, kind), (c["name"], c["type"], value) ==
                  ("v%d" % n, kql, want), c, value)
    s.batch.stop()


def test_names(server):
    server.sql("CREATE DATABASE `odd ``base`")
    server.sql("CREATE TABLE `odd ``base`.`t' x; --` (`a b` Int64, c Int64, "
               "`C` Int64, `back``tick` Int64, c1 String) ENGINE = Log")
    server.sql("INSERT INTO `odd ``base`.`t' x; --` VALUES (1, 2, 3, 4, "
               "'five')")
    server.sql("CREATE TABLE shown (one Int64) ENGINE = Log")
    s = Session(server)
    names = {r[0]: r[1] for r in s.rows(".show tables of ch") or []}
    check("tables", names.get("shown") == "Log" and
          "odd `base.t' x; --" in names and "tables" not in names, names)
    t = s.table("ch.['odd `base'].[\"t' x; --\"] | where ['a b'] == 1 and C == "
                "3 | project C, c, c1, ['back`tick']")
    check("odd names", t["rows"] == [[3, 2, "five", 4]], t)
    text = s.message("ch.shwn")
    check("a typo", "did you mean 'shown'" in text, text)
    s.batch.stop()


# ---- what goes wrong ----

def test_errors(server):
    s = Session(server, password="not the right one")
    text = messages(s.connected)
    check("wrong password", "307" in text and "not the right" not in text,
          text)
    nobody = chd.Asked()
    nobody.port = chd.free_port()
    text = messages(s.ask(connect_text(nobody)))
    check("nobody there", "305" in text, text)
    text = messages(s.ask('.connect clickhouse as x with (url = "nonsense")'))
    check("no address", "308" in text, text)
    text = messages(s.ask('.connect clickhouse as x with (url = '
                          '"http://192.0.2.1:8123")'))
    check("unprotected", "plain" in text, text)
    s.ask(connect_text(server))
    text = s.message('ch.query("SELECT nope")')
    check("unknown column", "code 47" in text and "nope" in text, text)
    for sql in ("DROP TABLE vals", "INSERT INTO vals SELECT * FROM vals",
                "SELECT 1) FORMAT Null; --", "CREATE DATABASE x"):
        answer = s.ask('ch.query("%s")' % sql)
        check("refused: " + sql, answer.get("errors"), answer)
    check("after errors", s.rows('ch.query("SELECT 1 AS a, 2 AS b -- x\\n;")')
          == [[1, 2]], s.ask('ch.query("SELECT 1 AS a, 2 AS b -- x\\n;")'))
    text = s.message('ch.query("SELECT 1", start = ago(1d))')
    check("a time range", "211" in text, text)
    s.ask(connect_text(server, user="fixed"))
    check("a user who may not set anything",
          s.rows("ch.vals | count") == [[1]], s.ask("ch.vals | count"))
    s.ask(connect_text(server, more=", timeout = 1s"))
    text = s.message('ch.query("SELECT count() FROM numbers(1000000000000)")')
    check("timeout", "401" in text, text)
    s.batch.stop()


def running(server):
    return int(server.sql("SELECT count() FROM system.processes WHERE query "
                          "LIKE '%1000000000001%' AND query NOT LIKE "
                          "'%system.processes%'"))


def test_cancel(server):
    program = subprocess.Popen(
        [os.environ["SHIKRA"], "run", "-e", connect_text(server) +
         '\nch.query("SELECT count() FROM numbers(1000000000001)")'],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until = time.monotonic() + 20
    while running(server) == 0 and time.monotonic() < until:
        time.sleep(0.05)
    check("it runs there", running(server) == 1)
    begin = time.monotonic()
    program.send_signal(signal.SIGINT)
    try:
        program.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        program.kill()
    check("cancelled within a second", time.monotonic() - begin < 1.5,
          time.monotonic() - begin)
    time.sleep(0.5)
    check("cancelled there, too", running(server) == 0)


def test_middle(server):
    """An exception after rows, in an answer whose status is 200."""
    s = Session(server)
    text = s.message('ch.query("SELECT number, throwIf(number = 3000000) '
                     'FROM numbers(10000000)") | count')
    check("an exception in the middle", "395" in text, text)
    s.batch.stop()


def test_changed(server):
    server.sql("CREATE TABLE moving (a Int64, b String) ENGINE = Log")
    s = Session(server)
    check("before", s.rows("ch.moving | count") == [[0]])
    server.sql("DROP TABLE moving")
    server.sql("CREATE TABLE moving (a String) ENGINE = Log")
    server.sql("INSERT INTO moving VALUES ('text')")
    text = s.message("ch.moving | where b == 'x'")
    check("a column that went", "306" in text and "b" in text, text)
    text = s.message("ch.moving | project a")
    check("a type that changed", "306" in text, text)
    server.sql("DROP TABLE moving")
    text = s.message("ch.moving")
    check("a table that went", "code 60" in text, text)
    s.batch.stop()


def test_gone(server):
    s = Session(server)
    killer = threading.Timer(1.0, server.stop)
    killer.start()
    t = s.table('ch.query("SELECT number, toString(number) AS z FROM '
                'system.numbers") | count')
    killer.join()
    rows = t["rows"]
    check("partial rows", rows and rows[0][0] > 0, t)
    check("says partial", "only the first" in repr(t), t)
    text = s.message("ch.vals | count")
    check("server gone", "305" in text, text)
    server.start()
    check("it is back", s.rows("ch.vals | count") == [[1]])
    s.batch.stop()


def test_wide(server):
    server.sql("CREATE TABLE wide (%s) ENGINE = Memory" % ", ".join(
        "c%d String" % i for i in range(1500)))
    server.sql("INSERT INTO wide FORMAT TabSeparated", ("\t".join(
        "v%d" % i for i in range(1500)) + "\n") * 50)
    s = Session(server)
    t = s.table("ch.wide | where c1499 == 'v1499' | summarize count() by c7")
    check("1500 columns", t["rows"] == [["v7", 50]], t)
    t = s.table("ch.wide | take 2")
    check("all 1500", t["columns"] and len(t["columns"]) == 1500 and
          t["rows"][1][1499] == "v1499", t)
    answer = s.ask('X = ch.query("SELECT toInt64(number + 1) AS n, '
                   "arrayStringConcat(arrayMap(a -> 'xxxxxxxxxx', "
                   'range(100000 * (number + 1)))) AS x FROM system.numbers '
                   'LIMIT 18 SETTINGS max_block_size = 1")')
    check("rows beyond the ceiling are told", "could not be read" in
          repr(answer), answer)
    check("others came", s.rows("X | summarize count(), max(strlen(x))") ==
          [[16, 16000000]], s.ask("X | summarize count(), max(strlen(x))"))
    s.batch.stop()


def test_speed(server):
    server.sql("CREATE TABLE million (id Int64, t DateTime, host String, cmd "
               "String, code Int32) ENGINE = Memory")
    server.sql("INSERT INTO million SELECT number, now() - number, "
               "concat('host-', toString(number % 1000)), "
               "concat('/usr/bin/program --argument ', toString(number)), "
               "number % 7 FROM numbers(1000000)")
    s = Session(server, "SHIKRA_RELEASE", seconds=120)
    begin = time.monotonic()
    s.ask("Million = ch.million")
    took = time.monotonic() - begin
    check("a million rows", s.rows("Million | count") == [[1000000]])
    print("clickhouse: %d rows/s loaded" % (1000000 / took))
    check("fast enough", took < 30, took)
    s.batch.stop()


# ---- a server that is not what it says ----

class Liar(http.server.BaseHTTPRequestHandler):
    """Knows one table; its rows are the bytes that the test gives."""
    protocol_version = "HTTP/1.1"
    rows = b""

    def log_message(self, *args):
        pass

    def do_POST(self):
        sql = self.rfile.read(int(self.headers["Content-Length"]))
        data = b""
        if b"system.columns" in sql:
            cells = [b"default", b"t", b"a", b"Int64", b"default",
                     b"default", b"t", b"b\xff", b"Nullable(String)",
                     b"default", b"default", b"t", b"c", b"Nullable(Float64)",
                     b"default"]
            data = b"".join(bytes([len(c)]) + c for c in cells)
        elif b"FROM `default`" in sql:
            data = self.rows
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-ClickHouse-Server-Display-Name", "liar")
        self.end_headers()
        self.wfile.write(data)


def test_liar(server):
    """Answers that are cut, garbled or endless end in a sentence."""
    liar = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    threading.Thread(target=liar.serve_forever, daemon=True).start()
    there = chd.Asked()
    there.port = liar.server_port
    s = Session(there)
    row = (b"\x01\x00" + (7).to_bytes(8, "little") + b"\x03x\xffz" + b"\x00" +
           b"\0" * 8)
    pick = random.Random(3)

    def ask(data):
        Liar.rows = data
        return s.ask("ch.t")

    answer = ask(row * 2)
    check("whole rows", "'rows': [[7, 'x\ufffdz', 0.0], [7," in repr(answer),
          answer)
    for n in range(1, len(row)):
        check("cut at %d" % n, messages(ask(row[:n])), n)
        answer = ask(row * 5000 + row[:n])
        check("cut at %d after rows" % n, "only the first 5000" in
              repr(answer), repr(answer)[-300:])
    for n in range(60):
        data = bytearray(row * 3)
        for _ in range(3):
            data[pick.randrange(len(data))] = pick.randrange(256)
        answer = ask(bytes(data))
        check("garbled %d" % n, "died" not in answer and "hung" not in answer,
              answer)
    check("a length without end", messages(ask(
        b"\x01\x00" + b"\0" * 8 + b"\xff" * 9)))
    check("an exception in place of rows", "code 60" in messages(ask(
        b"Code: 60. DB::Exception: Table default.t does not exist. "
        b"(UNKNOWN_TABLE) (version 26.5)\n")))
    s.batch.stop()
    liar.shutdown()


PARTS = [test_values, test_names, test_errors, test_changed, test_wide,
         test_middle, test_liar, test_props, test_cancel, test_speed, test_gone]
PARTS_OF_CHDB = [test_values, test_props]


def run(server, parts):
    wanted = os.environ.get("PARTS", "").split(",")
    try:
        server.start()
        for part in parts:
            if any(w in part.__name__ for w in wanted):
                part(server)
    finally:
        server.close()


def main():
    library = os.environ.get("CHDB_LIB")
    if not chd.is_there() and not library:
        print("no ClickHouse server here: install the package "
              "clickhouse-server")
        return 77
    if chd.is_there():
        run(chd.Server(), PARTS)
    if library:
        run(chd.Chdb(library), PARTS_OF_CHDB)
    print("%d passed, %d failed" % (good, bad))
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())

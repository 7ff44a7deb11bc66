"""suite_postgresql.py - .connect postgresql against a real server.

Values that come through unharmed, pipelines that mean the same there and here
(sqlprops.py), and what happens when something goes wrong. PARTS=props,bad runs
some parts only.
"""
import os
import random
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "limits"))
import pgd  # noqa: E402
import sqlprops  # noqa: E402
from batch_rig import Batch  # noqa: E402

good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *more)


def connect_text(port, password=pgd.PASSWORD, more=""):
    return ('.connect postgresql as pg with (host = "127.0.0.1", port = %d, '
            'database = "postgres", user = "hunter", password = "%s"%s)'
            % (port, password, more))


class Session:
    def __init__(self, port, program="SHIKRA", seconds=60, **more):
        self.batch = Batch(os.environ[program], seconds=seconds,
                           env={"MSTICPYCONFIG": "", "HOME": "/nonexistent"})
        self.connected = self.ask(connect_text(port, **more))

    def ask(self, code, **more):
        return self.batch.ask(code, keep=True, **more)

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


# ---- the table of hostile values ----

def sql_text(v):
    return "NULL" if v is None else "'%s'" % v.replace("'", "''")


def make_props(server, rows=300):
    pick = random.Random(7)

    def some(values, nulls=0.15):
        return None if pick.random() < nulls else pick.choice(values)

    lines = []
    for n in range(rows):
        cells = [str(n), str(pick.randrange(5))]
        cells += [str(some(sqlprops.LONGS) or "NULL"), str(some(sqlprops.LONGS,
                                                                0))]
        i = some(sqlprops.INTS)
        cells.append("NULL" if i is None else str(i))
        cells += [sql_text(some(sqlprops.TEXTS)),
                  sql_text(some(sqlprops.TEXTS, 0)),
                  sql_text(some(sqlprops.TEXTS))]
        cells += [sql_text(some(sqlprops.REALS)), sql_text(some(
            sqlprops.REALS))]
        cells += [sql_text(some(sqlprops.TIMES)) for _ in range(3)]
        cells.append(sql_text(some(["2024-02-29", "0001-01-01", "9999-12-31",
                                    "1969-07-20"])))
        cells.append(sql_text(some(["00:00:00", "23:59:59.999999",
                                    "01:02:03.5"])))
        cells.append(sql_text(some(sqlprops.GUIDS)))
        cells += [some(["TRUE", "FALSE"]) or "NULL" for _ in range(2)]
        lines.append("(%s)" % ", ".join(cells))
    server.sql("""
        CREATE TABLE props (id int8 NOT NULL, k int8 NOT NULL, l int8,
            l2 int8 NOT NULL, i int4, s text, s2 text NOT NULL,
            s3 varchar(100), r float8, r2 float8, t timestamptz,
            t2 timestamp, t3 timestamptz, da date, d time, g uuid, b bool,
            b2 bool);
        SET TIME ZONE 'UTC';
        INSERT INTO props VALUES %s;""" % ",\n".join(lines))


COLUMNS = {"l": ["l", "l2", "i", "k"], "s": ["s", "s2", "s3"],
           "r": ["r", "r2"], "t": ["t", "t2", "t3", "da"],
           "d": ["d", "(t - t2)"], "g": ["g"], "b": ["b", "b2"]}


def test_props(server):
    global good, bad
    make_props(server)
    s = Session(server.port, "SHIKRA_RELEASE")
    s.ask("props_here = pg.props")
    props = sqlprops.Props(s.ask, "pg.props", "props_here", COLUMNS,
                           sqlprops.POSTGRESQL)
    props.every_row()
    props.random_pipelines(400)
    good += props.good
    bad += props.bad
    s.batch.stop()


# ---- values ----

VALUES = [
    # column, type, SQL, KQL's type, what comes
    ("a1", "int2", "-32768", "int", -32768),
    ("a2", "int4", "2147483647", "int", 2147483647),
    ("a3", "int8", "-9223372036854775808", "long", -9223372036854775808),
    ("a4", "oid", "4294967295", "long", 4294967295),
    ("b1", "float4", "'0.5'", "real", 0.5),
    ("b2", "float8", "'NaN'", "real", "NaN"),
    ("b3", "float8", "'-Infinity'", "real", "-Infinity"),
    ("c1", "numeric(20,4)", "1234567890123456.5", "decimal",
     "1234567890123456.5"),
    ("c2", "numeric", "123456789012345678901234567890123456789.5", "string",
     "123456789012345678901234567890123456789.5"),
    ("c3", "numeric(30,20)", "1.00000000000000000001", "string",
     "1.00000000000000000001"),
    ("d1", "text", "E'a\\tb\\n\u00e9\\'\"\\\\'", "string",
     "a\tb\n\u00e9'\"\\"),
    ("d2", "varchar(5)", "'abc'", "string", "abc"),
    ("d3", "char(5)", "'abc'", "string", "abc"),
    ("d4", "name", "'n'", "string", "n"),
    ("e1", "timestamptz", "'2024-01-02 03:04:05.123456+02'", "datetime",
     "2024-01-02T01:04:05.1234560Z"),
    ("e2", "timestamp", "'0001-01-01'", "datetime",
     "0001-01-01T00:00:00.0000000Z"),
    ("e3", "date", "'9999-12-31'", "datetime",
     "9999-12-31T00:00:00.0000000Z"),
    ("e4", "time", "'23:59:59.999999'", "timespan", "23:59:59.9999990"),
    ("e5", "interval", "'1 mon 2 days'", "string", "P1M2D"),
    ("e6", "timetz", "'01:02:03+02'", "string", "01:02:03+02"),
    ("f1", "uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "guid",
     "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("g1", "json", "'{\"b\": 1.50, \"a\": [null, \"x\"]}'", "dynamic",
     {"b": 1.5, "a": [None, "x"]}),
    ("g2", "jsonb", "'[1, 2.0, {\"k\": \"\u00e9\"}]'", "dynamic",
     [1, 2.0, {"k": "\u00e9"}]),
    ("g3", "int[]", "'{1,NULL,3}'", "dynamic", [1, None, 3]),
    ("g4", "text[]", "'{a,\"b c\"}'", "dynamic", ["a", "b c"]),
    ("h1", "inet", "'10.0.0.1'", "string", "10.0.0.1"),
    ("h2", "inet", "'10.0.0.1/8'", "string", "10.0.0.1/8"),
    ("h3", "cidr", "'2001:db8::/32'", "string", "2001:db8::/32"),
    ("h4", "macaddr", "'08:00:2b:01:02:03'", "string", "08:00:2b:01:02:03"),
    ("i1", "bool", "TRUE", "bool", True),
    ("j1", "bytea", "'\\xDEAD'", "string", "\\xdead"),
    ("j2", "mood", "'so so'", "string", "so so"),
    ("j3", "positive", "5", "int", 5),
    ("j4", "pair", "'(1,x)'", "dynamic", {"a": 1, "b": "x"}),
    ("j5", "int4range", "'[1,5)'", "string", "[1,5)"),
    ("j6", "bit(3)", "'101'", "string", "101"),
    ("j7", "money3", "'1.25'", "decimal", "1.25"),
]


def test_values(server):
    server.sql("""
        CREATE TYPE mood AS ENUM ('so so', 'fine');
        CREATE DOMAIN positive AS int CHECK (VALUE > 0);
        CREATE DOMAIN money2 AS numeric(12,2);
        CREATE DOMAIN money3 AS money2;
        CREATE TYPE pair AS (a int, b text);
        CREATE TABLE vals (%s);
        INSERT INTO vals VALUES (%s);
        INSERT INTO vals DEFAULT VALUES;""" % (
        ", ".join("%s %s" % v[:2] for v in VALUES),
        ", ".join(v[2] for v in VALUES)))
    s = Session(server.port)
    for source in ("pg.vals", 'pg.query("SELECT * FROM vals;")',
                   "pg.vals | where true | take 5"):
        t = s.table(source)
        if not t["rows"]:
            check("values of %s" % source, False, t)
            continue
        names = [(c["name"], c["type"]) for c in t["columns"]]
        full, empty = t["rows"]
        for (name, kind, _, kql, want), (got_name, got_type), value, none \
                in zip(VALUES, names, full, empty):
            check("%s: %s %s" % (source, name, kind),
                  (got_name, got_type, value) == (name, kql, want),
                  (got_name, got_type, value))
            check("%s: %s %s without a value" % (source, name, kind),
                  none == ("" if kql == "string" else None), none)
    s.batch.stop()


# ---- names ----

def test_names(server):
    server.sql("""
        CREATE SCHEMA "odd ""schema";
        CREATE TABLE "odd ""schema"."t'; DROP TABLE x; --"
            ("a b" int, "c" int, "C" int, "sel""ect" int, c1 text);
        INSERT INTO "odd ""schema"."t'; DROP TABLE x; --"
            VALUES (1, 2, 3, 4, 'five');
        COMMENT ON TABLE "odd ""schema"."t'; DROP TABLE x; --" IS 'a table';
        CREATE VIEW shown AS SELECT 1 AS one;
        CREATE SCHEMA other; CREATE TABLE other.events (x int);""")
    s = Session(server.port)
    names = {r[0]: r[1] for r in s.rows(".show tables of pg")}
    odd = 'odd "schema.t\'; DROP TABLE x; --'
    check("tables", names.get(odd) == "a table" and "other.events" in names and
          names.get("shown") == "view" and "pg_class" not in names, names)
    t = s.table("pg.[\"odd \\\"schema\"].[\"t'; DROP TABLE x; --\"] | where "
                "['a b'] == 1 and C == 3 | project C, c, c1, ['sel\"ect']")
    check("odd names", t["rows"] == [[3, 2, "five", 4]], t)
    check("a schema's table", s.rows("pg.other.events | count") == [[0]])
    text = s.message("pg.shwn")
    check("a typo", "did you mean 'shown'" in text, text)
    s.batch.stop()


# ---- what goes wrong ----

def test_refused(server):
    s = Session(server.port, password="not the right one")
    text = messages(s.connected)
    check("wrong password", "307" in text and "28P01" in text and
          "not the right one" not in text, text)
    answer = s.ask(connect_text(server.port + 1))
    check("nobody there", "305" in messages(answer), messages(answer))
    answer = s.ask(connect_text(server.port, more=", nonsense = 1"))
    check("unknown setting", "nonsense" in messages(answer))
    answer = s.ask('.connect postgresql as tls with (host = "127.0.0.1", port '
                   '= %d, user = "hunter", sslmode = "verify-full", password ='
                   ' "x")' % server.port)
    check("no TLS there", "SSL" in messages(answer), messages(answer))
    s.batch.stop()


def test_configured(server):
    path = os.path.join(server.home, "shikra-test.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write("DataProviders:\n  PostgreSQL-lab:\n    Args:\n"
                "      host: 127.0.0.1\n      port: %d\n"
                "      username: hunter\n      database: postgres\n"
                "      timeout: 5m\n      password:\n"
                "        EnvironmentVar: PG_TEST_WORD\n" % server.port)
    batch = Batch(os.environ["SHIKRA"], seconds=60, env={
        "MSTICPYCONFIG": path, "HOME": "/nonexistent",
        "PG_TEST_WORD": pgd.PASSWORD})
    answer = batch.ask(".connect postgresql.lab as pg", keep=True)
    check("an entry of the configuration", not answer["errors"], answer)
    answer = batch.ask("pg.vals | count", keep=True)
    check("rows of it", "[[2]]" in repr(answer), answer)
    answer = batch.ask(".connect postgresql.nope as x", keep=True)
    check("no such entry", "303" in messages(answer), answer)
    batch.stop()


def test_sql_errors(server):
    s = Session(server.port)
    text = s.message('pg.query("SELECT nope FROM vals")')
    check("unknown column", "42703" in text and "character 8" in text, text)
    text = s.message('pg.query("SELECT 1; DROP TABLE vals")')
    check("two statements", "42601" in text, text)
    for sql in ("DROP TABLE vals", "INSERT INTO other.events VALUES (1)",
                "COMMIT", "SELECT 1) TO PROGRAM 'id' --",
                "SELECT set_config('transaction_read_only', 'off', false)",
                "WITH x AS (DELETE FROM vals RETURNING *) SELECT * FROM x"):
        answer = s.ask('pg.query("%s")' % sql)
        check("refused: " + sql, answer.get("errors"), answer)
    s.ask('pg.query("SELECT lo_create(0)")')  # functions may, and are undone
    check("undone", server.sql("SELECT count(*) FROM pg_largeobject_metadata")
          == "0")
    check("nothing was changed", server.sql("SELECT count(*) FROM vals") ==
          "2" and server.sql("SELECT count(*) FROM other.events") == "0")
    text = s.message('pg.query("EXPLAIN SELECT 1")')
    check("no rows for COPY", "210" in text, text)
    text = s.message('pg.query("SELECT 1", start = ago(1d))')
    check("a time range", "211" in text, text)
    check("after errors", s.rows('pg.query("SELECT 1 AS a, 2 AS a;  ")') ==
          [[1, 2]])
    check("two at once", s.rows('pg.query("SELECT 1 AS a") | union (pg.query('
                                '"SELECT 2 AS a")) | order by a asc') ==
          [[1], [2]])
    s.batch.stop()


def test_timeout(server):
    s = Session(server.port, more=", timeout = 300ms")
    text = s.message('pg.query("SELECT pg_sleep(20)::text")')
    check("timeout", "401" in text and "timeout" in text, text)
    s.batch.stop()


def backends(server):
    return int(server.sql("SELECT count(*) FROM pg_stat_activity WHERE "
                          "application_name = 'shikra' AND state = 'active' "
                          "AND query LIKE 'COPY%'"))


def test_cancel(server):
    """SIGINT stops a cell; the server's statement ends with it."""
    import signal
    import subprocess
    program = subprocess.Popen(
        [os.environ["SHIKRA"], "run", "-e", connect_text(server.port) +
         '\npg.query("SELECT count(*) FROM generate_series(1, 1000000000) a, '
         'generate_series(1, 1000) b")'],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until = time.monotonic() + 20
    while backends(server) == 0 and time.monotonic() < until:
        time.sleep(0.05)
    check("it runs there", backends(server) == 1)
    begin = time.monotonic()
    program.send_signal(signal.SIGINT)
    try:
        program.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        program.kill()
    check("cancelled within a second", time.monotonic() - begin < 1.5,
          time.monotonic() - begin)
    time.sleep(0.3)
    check("cancelled there, too", backends(server) == 0)


def test_gone(server):
    """The server dies in the middle: what came is kept, and says so."""
    s = Session(server.port)
    killer = threading.Timer(1.0, lambda: server.stop())
    killer.start()
    # A row at a time, and a pause now and then.
    t = s.table('pg.query("SELECT i, CASE WHEN i % 20000 = 0 THEN '
                'pg_sleep(0.2)::text ELSE repeat(\'x\', 100) END AS x FROM '
                '(SELECT generate_series(1, 100000000) AS i) q") | count')
    killer.join()
    rows = t["rows"]
    check("partial rows", rows and rows[0][0] > 0 and
          t.get("complete") is not True, t)
    check("says partial", "only the first" in repr(t), repr(t)[:500])
    text = s.message("pg.vals | count")
    check("server gone", "305" in text, text)
    server.start()
    check("it is back", s.rows("pg.vals | count") == [[2]])
    s.batch.stop()


def test_changed(server):
    server.sql("CREATE TABLE moving (a int, b text)")
    s = Session(server.port)
    check("before", s.rows("pg.moving | count") == [[0]])
    server.sql("ALTER TABLE moving ALTER a TYPE int8")
    text = s.message("pg.moving | where b == 'x'")
    check("a type that changed", "changed" in text and "'a'" in text, text)
    server.sql("ALTER TABLE moving DROP b")
    text = s.message("pg.moving | where b == 'x'")
    check("a column that went", "42703" in text, text)
    server.sql("DROP TABLE moving")
    text = s.message("pg.moving")
    check("a table that went", "42P01" in text, text)
    s.batch.stop()


def test_wide(server):
    server.sql("CREATE TABLE wide (%s)" % ", ".join(
        "c%d text" % i for i in range(1500)))
    server.sql("INSERT INTO wide SELECT %s FROM generate_series(1, 50)"
               % ", ".join("'v%d'" % i for i in range(1500)))
    server.sql("CREATE TABLE fat AS SELECT n, repeat('x', n * 1000000) AS x "
               "FROM generate_series(1, 18) n")
    s = Session(server.port)
    t = s.table("pg.wide | where c1499 == 'v1499' | summarize count() by c7")
    check("1500 columns", t["rows"] == [["v7", 50]], t)
    t = s.table("pg.wide | take 2")
    check("all 1500", len(t["columns"]) == 1500 and t["rows"][1][1499] ==
          "v1499")
    answer = s.ask("X = pg.fat | project n, len = x")
    check("rows beyond the ceiling are told", "could not be read" in
          repr(answer), repr(answer)[:400])
    check("others came", s.rows("X | summarize count(), max(strlen(len))") ==
          [[16, 16000000]], s.rows("X | summarize count(), max(strlen(len))"))
    s.batch.stop()


def test_provenance(server):
    """Columns about the source leave the steps of a pipeline there."""
    server.sql("CREATE TABLE seen AS SELECT n::int8 AS id, n % 3 AS k, "
               "'h' || n % 5 AS host FROM generate_series(1, 100) n")
    s = Session(server.port)
    plain = ["| where id > 90 | summarize n = count() by k",
             "| where host == 'h2' and k == 1 | project id, host",
             "| summarize count(), sum(id)", "| top 3 by id desc | project id",
             "| distinct host", "| where id < 4 | where k > 0 | count"]
    before = [(sorted(map(repr, s.rows("pg.seen" + ops))), sent_of(s, ops))
              for ops in plain]
    s.ask("set provenance = true")
    for ops, (rows, sent) in zip(plain, before):
        check("the same rows: " + ops,
              sorted(map(repr, s.rows("pg.seen" + ops))) == rows)
        check("the same text: " + ops, sent_of(s, ops) == sent,
              sent_of(s, ops), sent)
    rows = s.rows("pg.seen | where SourceName == 'seen' and id < 3 | sort by id "
                  "asc | project id, Connection, SourceProvider")
    check("rows say where they came from", rows ==
          [[1, "pg", "postgresql"], [2, "pg", "postgresql"]], rows)
    text = sent_of(s, "| where SourceName == 'seen' and id < 3")
    check("what can be run there still is", "< (3)" in text,
          text)
    s.batch.stop()


def sent_of(s, ops):
    answer = s.ask(".explain pg.seen " + ops)
    text = " ".join(o.get("text", "") for o in answer["outputs"])
    return text.partition("sent to pg")[2].partition("\nsql\n")[0]


def test_speed(server):
    """A million rows: rows a second, and memory that does not grow."""
    server.sql("CREATE TABLE million AS SELECT n::int8 AS id, now() - n * "
               "interval '1 second' AS t, 'host-' || n % 1000 AS host, "
               "'/usr/bin/program --argument ' || n AS cmd, n % 7 AS code "
               "FROM generate_series(1, 1000000) n")
    s = Session(server.port, "SHIKRA_RELEASE", seconds=120)
    begin = time.monotonic()
    s.ask("Million = pg.million")
    took = time.monotonic() - begin
    check("a million rows", s.rows("Million | count") == [[1000000]])
    print("postgresql: %d rows/s loaded" % (1000000 / took))
    check("fast enough", took < 30, took)
    begin = time.monotonic()
    s.rows("pg.million | summarize count() by host")
    print("postgresql: summarize of a million rows there in %.2f s"
          % (time.monotonic() - begin))
    s.batch.stop()


PARTS = [test_values, test_names, test_configured, test_sql_errors,
         test_refused, test_timeout, test_changed, test_wide, test_props,
         test_cancel, test_provenance, test_speed, test_gone]


def main():
    if not pgd.binaries():
        print("no PostgreSQL server here: install the package postgresql")
        return 77
    wanted = os.environ.get("PARTS", "").split(",")
    server = pgd.Server()
    try:
        server.start()
        for part in PARTS:
            if any(w in part.__name__ for w in wanted):
                part(server)
    finally:
        server.close()
    print("%d passed, %d failed" % (good, bad))
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())

"""b_providers.py - a million rows of a service into a table, beside Python.

Called by: run.sh (postgresql clickhouse), `make bench-opensearch` and `make
bench-drivers`. Usage: b_providers.py SERVICE...; ROWS=n for another number.

Each server is started here and filled once. Then every reader starts as a
process of its own, signs in, takes all rows and ends: start-up and imports
count, because an analyst waits for them too. "the server alone" is a reader
that throws the answer away: nobody can be faster over one connection. With
CHDB_LIB (see tests/providers/chd.py) a current ClickHouse engine is timed too,
with OPENSEARCH_LIB a node of OpenSearch; MORE names a Python that has drivers
newer than Debian's.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import peers

HERE = os.path.dirname(os.path.abspath(__file__))
PROVIDERS = os.path.join(HERE, "..", "providers")
sys.path[:0] = [PROVIDERS, os.path.join(HERE, "..", "limits")]
import chd  # noqa: E402
import pgd  # noqa: E402

ROWS = int(os.environ.get("ROWS", "1000000"))
MORE = os.environ.get("MORE", "")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
START = 1704067200  # 2024-01-01, in seconds


# ---- what is timed ----

class Reader:
    """A command that prints the number of rows it has read; "": no number."""

    def __init__(self, name, argv, env=None, counts=True):
        self.name, self.argv, self.counts = name, argv, counts
        self.env = dict(os.environ, MSTICPYCONFIG="", **(env or {}))
        self.seconds, self.cpu, self.peak = [], [], 0.0

    def run(self):
        began = time.perf_counter()
        with tempfile.TemporaryFile() as out:
            child = subprocess.Popen(self.argv, env=self.env, stdout=out,
                                     stderr=subprocess.STDOUT)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = status
            took = time.perf_counter() - began
            out.seek(0)
            text = out.read().decode("utf-8", "replace")
        if status or (self.counts and str(ROWS) not in text.split()):
            raise RuntimeError("%s: status %d, %s" % (self.name, status, text))
        self.seconds.append(took)
        self.cpu.append(used.ru_utime + used.ru_stime)
        self.peak = max(self.peak, used.ru_maxrss / 1024)

    def row(self, ours):
        took = statistics.median(self.seconds)
        return [self.name, "%.2f" % took,
                "%.2f" % statistics.median(self.cpu), "%.0f" % self.peak,
                "%.1fx" % (took / statistics.median(ours.seconds))]


def shikra(connect, table):
    return Reader("shikra", [peers.SHIKRA, "run", "-e", "%s\nT = %s\nT | count"
                             % (connect, table)])


def python(name, text, program=peers.PYTHON):
    return Reader(name, [program, "-W", "ignore", "-c", text])


def compare(title, readers):
    for _ in range(ROUNDS):
        for r in readers:
            r.run()
    print("## %s: %d rows of 5 columns\n" % (title, ROWS))
    peers.table(["reader", "seconds", "CPU s", "peak MB", "of shikra's time"],
                [r.row(readers[0]) for r in readers])


ENGINE_TABLE = """
import peers
duck = peers.DuckDB()
duck.run("SELECT 1")
before = peers.rss_mb("self")
duck.run("CREATE TABLE t AS SELECT range AS id, range * 10000000 AS at, 'host' "
         "|| range %% 100 AS host, 'process number ' || range || ' was started "
         "by somebody' AS message, range * 7919 %% 100000 AS bytes "
         "FROM range(%d)")
print(peers.rss_mb("self") - before)"""


def working_memory(connect, tables):
    """What reading needs beside the table that it fills: the peak of a fresh
    process, and what the engine takes for such a table made by itself."""
    rows = []
    for table, n in tables:
        s = peers.Shikra()
        s.run(connect)
        s.run("T = %s; T | count" % table)
        peak = peak_mb(s.pid)
        s.close()
        alone = float(subprocess.run(
            [peers.PYTHON, "-c", ENGINE_TABLE % n], check=True, cwd=os.getcwd(),
            env=dict(os.environ, PYTHONPATH=HERE), stdout=subprocess.PIPE)
            .stdout)
        rows.append([n, peak, alone, peak - alone])
    peers.table(["rows", "peak MB", "table alone", "the rest"], rows)


def peak_mb(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith("VmHWM")) / 1024


# ---- PostgreSQL ----

PG_TABLE = """CREATE TABLE %s AS SELECT n AS id, to_timestamp(%d + n) AS at,
'host' || n %% 100 AS host, 'process number ' || n ||
' was started by somebody' AS message, n * 7919 %% 100000 AS bytes
FROM generate_series(1, %d::int8) n; ANALYZE %s"""

PG_PEERS = {
    "psycopg2, read_sql": """
import pandas, psycopg2
print(len(pandas.read_sql("SELECT * FROM million", psycopg2.connect(%r))))""",
    "psycopg2, COPY csv, read_csv": """
import io, pandas, psycopg2
text = io.StringIO()
psycopg2.connect(%r).cursor().copy_expert(
    "COPY million TO STDOUT (FORMAT csv, HEADER)", text)
text.seek(0)
print(len(pandas.read_csv(text, parse_dates=["at"])))""",
}

PG_MORE = {
    "psycopg 3, fetchall": """
import pandas, psycopg
c = psycopg.connect(%r).cursor(binary=True)
c.execute("SELECT * FROM million")
print(len(pandas.DataFrame(c.fetchall(),
                           columns=[d.name for d in c.description])))""",
}


def postgresql():
    if not pgd.binaries():
        print("postgresql: skipped, no server here\n")
        return
    server = pgd.Server()
    try:
        server.start()
        for name, n in (("million", ROWS), ("five", 5 * ROWS)):
            server.sql(PG_TABLE % (name, START, n, name))
        login = ("host=127.0.0.1 port=%d user=hunter dbname=postgres "
                 "password='%s'" % (server.port, pgd.PASSWORD))
        connect = ('.connect postgresql as pg with (host = "127.0.0.1", port '
                   '= %d, user = "hunter", password = "%s", database = '
                   '"postgres")' % (server.port, pgd.PASSWORD))
        readers = [shikra(connect, "pg.million"), Reader(
            "the server alone", [server.bin + "/psql", "-X", "-q", "-o",
                                 "/dev/null", login, "-c",
                                 "COPY million TO STDOUT (FORMAT binary)"],
            counts=False)]
        readers += [python(k, v % login) for k, v in PG_PEERS.items()]
        if MORE:
            readers += [python(k, v % login, MORE) for k, v in
                        PG_MORE.items()]
        compare("PostgreSQL", readers)
        working_memory(connect, (("pg.million", ROWS), ("pg.five", 5 * ROWS)))
    finally:
        server.close()


# ---- ClickHouse ----

CH_ROWS = """SELECT toInt64(number) AS id, toDateTime(%d + number) AS at,
concat('host', toString(number %% 100)) AS host,
concat('process number ', toString(number), ' was started by somebody')
AS message, toInt64(number * 7919 %% 100000) AS bytes FROM numbers(%d)"""

CH_PEERS = {
    "urllib, read_csv": """
import pandas, urllib.request
answer = urllib.request.urlopen(
    %r, b"SELECT * FROM million FORMAT TSVWithNames")
print(len(pandas.read_csv(answer, sep="\\t", parse_dates=["at"])))""",
}

CH_MORE = {
    "requests, read_csv": """
import io, pandas, requests
answer = requests.post(%r, b"SELECT * FROM million FORMAT TSVWithNames")
print(len(pandas.read_csv(io.BytesIO(answer.content), sep="\\t",
                          parse_dates=["at"])))""",
}


def clickhouse_at(server):
    server.start()
    for name, n in (("million", ROWS), ("five", 5 * ROWS)):
        server.sql("CREATE TABLE %s ENGINE = MergeTree ORDER BY id AS %s" %
                   (name, CH_ROWS % (START, n)))
    connect = '.connect clickhouse as ch with (url = "%s")' % server.url
    readers = [shikra(connect, "ch.million"), Reader(
        "the server alone", ["curl", "-s", "-o", "/dev/null", server.url, "-d",
                             "SELECT * FROM million FORMAT RowBinary"],
        counts=False)]
    readers += [python(k, v % server.url) for k, v in CH_PEERS.items()]
    if MORE:
        readers += [python(k, v % server.url, MORE) for k, v in
                    CH_MORE.items()]
    compare("ClickHouse %s" % server.name, readers)
    working_memory(connect, (("ch.million", ROWS), ("ch.five", 5 * ROWS)))


def clickhouse():
    kinds = [chd.Server] if chd.is_there() else []
    if os.environ.get("CHDB_LIB"):
        kinds.append(lambda: chd.Chdb(os.environ["CHDB_LIB"]))
    if not kinds:
        print("clickhouse: skipped, no server here\n")
    for kind in kinds:
        server = kind()
        try:
            clickhouse_at(server)
        finally:
            server.close()


# ---- OpenSearch ----

OS_FIELDS = {"id": {"type": "long"}, "at": {"type": "date"},
             "host": {"type": "keyword"}, "message": {"type": "keyword"},
             "bytes": {"type": "long"}}

# Pages of a scroll as they come, kept or thrown away.
OS_PAGES = """
import json, re, sys, urllib.request
def ask(path, body, method="POST"):
    return urllib.request.urlopen(urllib.request.Request(
        %r + path, json.dumps(body).encode(),
        {"Content-Type": "application/json"}, method=method)).read()
def pages():
    page = ask("/million/_search?scroll=1m", {"size": 10000, "sort": ["_doc"]})
    while True:
        id = re.search(b'"_scroll_id":"([^"]*)"', page).group(1).decode()
        if b'"hits":[]' in page[-100:]:
            break
        yield page
        page = ask("/_search/scroll", {"scroll": "1m", "scroll_id": id})
    ask("/_search/scroll", {"scroll_id": [id]}, "DELETE")
"""

OS_ALONE = OS_PAGES + """
print(sum(page.count(b'"_id"') for page in pages()))"""

OS_PEERS = {
    "urllib, json, pandas": OS_PAGES + """
import pandas
rows = [h["_source"] for p in pages() for h in json.loads(p)["hits"]["hits"]]
t = pandas.DataFrame(rows)
t["at"] = pandas.to_datetime(t["at"])
print(len(t))""",
}

OS_MORE = {
    "opensearch-py, scan": """
import opensearchpy, opensearchpy.helpers, pandas
client = opensearchpy.OpenSearch(%r)
t = pandas.DataFrame([h["_source"] for h in opensearchpy.helpers.scan(
    client, index="million", size=10000)])
t["at"] = pandas.to_datetime(t["at"])
print(len(t))""",
}


def fill(call, port):
    call(port, "PUT", "/million", {
        "mappings": {"properties": OS_FIELDS},
        "settings": {"refresh_interval": -1, "number_of_replicas": 0}})
    for first in range(0, ROWS, 20000):
        lines = []
        for n in range(first, min(ROWS, first + 20000)):
            lines += ['{"index":{}}', json.dumps({
                "id": n, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                             time.gmtime(START + n)),
                "host": "host%d" % (n % 100), "message":
                "process number %d was started by somebody" % n,
                "bytes": n * 7919 % 100000})]
        call(port, "POST", "/million/_bulk", "\n".join(lines + [""]).encode(),
             "application/x-ndjson")
    call(port, "POST", "/million/_refresh")


def opensearch():
    import suite_opensearch
    lib = os.environ.get("OPENSEARCH_LIB", "")
    if not os.path.isdir(lib):
        print("opensearch: skipped, OPENSEARCH_LIB names no folder\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        node, port = suite_opensearch.start(lib, folder)
        try:
            fill(suite_opensearch.call, port)
            url = "http://127.0.0.1:%d" % port
            connect = '.connect elastic as e with (url = "%s")' % url
            readers = [shikra(connect, "e.million"),
                       python("the server alone", OS_ALONE % url)]
            readers += [python(k, v % url) for k, v in OS_PEERS.items()]
            if MORE:
                readers += [python(k, v % url, MORE) for k, v in
                            OS_MORE.items()]
            compare("OpenSearch 2.19", readers)
            working_memory(connect, (("e.million | take %d" % (ROWS // 5),
                                      ROWS // 5), ("e.million", ROWS)))
        finally:
            node.stdin.close()
            node.wait()


def main():
    services = {f.__name__: f for f in (postgresql, clickhouse, opensearch)}
    for name in sys.argv[1:]:
        services[name]()


if __name__ == "__main__":
    main()

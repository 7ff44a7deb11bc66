"""suite_opensearch.py - a real OpenSearch node: make opensearch.

The node is one Java process on a loopback port (opensearch/Node.java), its
libraries come from OPENSEARCH_LIB, which the make target fills. Without them
the suite is skipped. The hostile documents of elasticprops.py are loaded, and
every pipeline must give there what it gives here.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "limits"))
import elasticprops  # noqa: E402
from batch_rig import Batch  # noqa: E402

ROWS = 100000
good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *[str(m)[:1500] for m in more])


def start(lib, folder):
    os.makedirs(os.path.join(folder, "config"))
    node = subprocess.Popen(
        ["java", "-Xmx512m", "-cp", os.path.join(lib, "*"),
         os.path.join(HERE, "opensearch", "Node.java"), folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    for line in node.stdout:
        if line.startswith(b"ready "):
            return node, int(line.split()[1])
    return node, None


def call(port, method, path, body=b"", kind="application/json"):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    rq = urllib.request.Request("http://127.0.0.1:%d%s" % (port, path), body,
                                {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(rq) as reply:
        return json.load(reply)


def load(port, index, docs, properties=None):
    if properties:
        call(port, "PUT", "/" + index, {"mappings": {
            "properties": properties}})
    lines = "".join('{"index":{}}\n%s\n' % json.dumps(d) for d in docs)
    reply = call(port, "POST", "/%s/_bulk?refresh=true" % index,
                 lines.encode(), "application/x-ndjson")
    check("%s is loaded" % index, not reply["errors"], reply["errors"] and [
        i for i in reply["items"] if "error" in i["index"]][:2])


def contexts(port):
    """Scrolls that are open."""
    stats = call(port, "GET", "/_nodes/stats/indices/search")
    return sum(n["indices"]["search"]["open_contexts"]
               for n in stats["nodes"].values())


def pages_in_python(port):
    """The same rows as a plain client reads them, in seconds."""
    began, n = time.time(), 0
    page = call(port, "POST", "/many/_search?scroll=1m",
                {"size": 10000, "sort": ["_doc"]})
    while page["hits"]["hits"]:
        n += len([h["_source"] for h in page["hits"]["hits"]])
        page = call(port, "POST", "/_search/scroll",
                    {"scroll": "1m", "scroll_id": page["_scroll_id"]})
    call(port, "DELETE", "/_search/scroll", {"scroll_id": page["_scroll_id"]})
    check("a plain client reads all", n == ROWS, n)
    return time.time() - began


MIXED = [
    ("mix-a", {"k": {"type": "keyword"}, "n": {"type": "long"},
               "t": {"type": "keyword"}, "at": {"type": "date"}}, None),
    ("mix-b", {"k": {"type": "keyword"}, "n": {"type": "double"},
               "t": {"type": "text"}, "at": {"type": "date_nanos"}}, None),
    ("mix-c", {"t": {"type": "keyword"}, "n": {"type": "long"}}, "false")]


def mixed(port, ask):
    """One name over indices that map, or do not map, a field otherwise."""
    for name, properties, dynamic in MIXED:
        call(port, "PUT", "/" + name, {"mappings": dict(
            {"properties": properties},
            **({"dynamic": dynamic} if dynamic else {}))})
        load(port, name, [
            {"k": k, "n": n, "t": "a b", "at":
             "2024-05-01T08:00:00.%07dZ" % (1230000 + n)}
            for n, k in enumerate(["", "x", "X", None, "x"] * 4)])
    for table in ("mix-a", "mix-b", "mix-*", "mix-a,mix-b"):
        there = "e.['%s']" % table
        kept = ask("mix = " + there)
        check("%s is read" % table, kept["ok"], kept)
        for rest in (
                "summarize count() by k", "where tolong(n) > 3 | count", "where n > 3 | count",
                "summarize count(), max(n) by t", "distinct t, k",
                "where at > datetime(2024-05-01T08:00:00.1230007Z) | count",
                "where at between (datetime(2024-05-01T08:00:00.1230002Z) .. "
                "datetime(2024-05-01T08:00:00.1230011Z)) | summarize count(), "
                "min(n) by k",
                "where not(at < datetime(2024-05-01T08:00:00.1230005Z)) | "
                "summarize count() by bin(at, 1ms)"):
            a, b = [[o.get("rows") and sorted(o["rows"], key=repr)
                     for o in ask("%s | %s" % (t, rest))["outputs"]]
                    for t in (there, "mix")]
            check("%s | %s" % (there, rest), a == b, a, b)


def speed(port, ask):
    call(port, "PUT", "/many", {"mappings": {"properties": {
        "host": {"type": "keyword"}}}})
    load(port, "many", ({"n": i, "host": "h%d" % (i % 50), "msg":
                         "process %d started" % i} for i in range(ROWS)))
    python = pages_in_python(port)
    began = time.time()
    answer = ask("rows = e.many")
    took = time.time() - began
    check("many rows", answer["ok"], answer["errors"])
    answer = ask("rows | summarize count(), sum(n)")
    began = time.time()
    groups = ask("e.many | where n >= 10 | summarize count(), sum(n) by host")
    print("groups of %d rows: %.3f s there, %.3f s to read them" %
          (ROWS, time.time() - began, took))
    check("groups", len(groups["outputs"][0]["rows"]) == 50 and sum(
        row[1] for row in groups["outputs"][0]["rows"]) == ROWS - 10, groups)
    table = [o for o in answer["outputs"] if o["kind"] == "table"]
    check("all of them", table and table[0]["rows"] ==
          [[ROWS, ROWS * (ROWS - 1) // 2]], table)
    print("rows a second: %d here, %d with Python's urllib and json" %
          (ROWS / took, ROWS / python))


def main():
    lib = os.environ.get("OPENSEARCH_LIB", "")
    if not os.path.isdir(lib):
        print("skipped: OPENSEARCH_LIB names no folder (make opensearch)")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        node, port = start(lib, folder)
        check("the node starts", port)
        if port:
            batch = Batch(os.environ["SHIKRA"], seconds=120, env={
                "MSTICPYCONFIG": "", "HOME": "/nonexistent"})
            def ask(code):
                return batch.ask(code, keep=True)
            load(port, "logs", elasticprops.documents(),
                 elasticprops.PROPERTIES)
            told = ask('.connect elastic as e with (url = '
                       '"http://127.0.0.1:%d")' % port)
            check("connects", told["ok"] and "OpenSearch" in str(told), told)
            elasticprops.compare(ask, "e.logs", check, "OpenSearch")
            mixed(port, ask)
            speed(port, ask)
            check("nothing stays open there", contexts(port) == 0)
            batch.stop()
        node.stdin.close()
        try:
            node.wait(30)
        except subprocess.TimeoutExpired:
            node.kill()
            node.wait()
    print("%d passed, %d failed" % (good, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())

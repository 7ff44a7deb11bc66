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


def speed(port, ask):
    load(port, "many", ({"n": i, "host": "h%d" % (i % 50), "msg":
                         "process %d started" % i} for i in range(ROWS)))
    python = pages_in_python(port)
    began = time.time()
    answer = ask("rows = e.many")
    took = time.time() - began
    check("many rows", answer["ok"], answer["errors"])
    answer = ask("rows | summarize count(), sum(n)")
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

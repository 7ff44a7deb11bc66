"""elasticd.py - a strict stand-in for Elasticsearch 8.

Used by: suite_elastic.py. Every request is checked as the documented service
checks it: method, path, members of the body, credentials, ids of points in
time. Searches are run over documents of the suite by a small reading of the
query DSL, page by page, so that paging, slices and filters mean something.
"""
import json
import os
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from elasticdsl import aggregations, matches, values  # noqa: E402
from httpd import Handler, Server, count  # noqa: E402

KEY = "aWQ6YS1zZWNyZXQta2V5LW9mLXRoZS1zdWl0ZQ=="


class State:
    indices = {}   # name -> (properties, documents)
    trouble = []   # names of what goes wrong, one a search
    searches = []  # bodies
    open_ids = {}  # points in time and cursors that were not closed
    grids = {}     # text of a query -> (columns, pages of rows)
    opensearch = False  # 2.19, whose pages follow by scrolling
    lock = threading.Lock()


def error(kind, reason, status):
    return {"error": {"root_cause": [{"type": kind, "reason": reason}],
                      "type": kind, "reason": reason}, "status": status}


def pick(doc, path):
    """The value of a path as the document has it."""
    if path in doc:
        return doc[path]
    for key, inner in doc.items():
        if path.startswith(key + ".") and isinstance(inner, dict):
            return pick(inner, path[len(key) + 1:])
    held = values(doc, path)
    return held or None


def flat(props, prefix=""):
    out = {}
    for name, p in props.items():
        if "properties" in p and p.get("type") != "nested":
            out.update(flat(p["properties"], prefix + name + "."))
        else:
            out[prefix + name] = p
    return out


class Elastic(Handler):
    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.args = dict(urllib.parse.parse_qsl(url.query))
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = [urllib.parse.unquote(p) for p in url.path.split("/")[1:]]
        count("requests")
        if self.headers.get("Authorization") != "ApiKey " + KEY:
            self.answer(401, error("security_exception", "unable to "
                                   "authenticate with provided credentials",
                                   401))
            return
        self.data = json.loads(self.body) if self.body else None
        try:
            self.route(parts, self.command)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except (AssertionError, KeyError, ValueError) as e:
            self.answer(400, error("parsing_exception", repr(e), 400))

    do_GET = do_POST = do_DELETE = do_PUT = serve

    def say(self, body):
        self.answer(200, body, X_Elastic_Product="Elasticsearch")

    def route(self, parts, method):
        name, last = parts[0], parts[-1]
        if parts == [""] and method == "GET" and State.opensearch:
            self.say({"name": "n", "cluster_name": "c", "version": {
                "distribution": "opensearch", "number": "2.19.0"}})
        elif parts == ["_search", "scroll"]:
            self.scroll_on(method)
        elif last == "_search" and self.args == {"scroll": "5m"}:
            assert name in State.indices
            self.scroll(name, self.data, 0)
        elif parts == [""] and method == "GET":
            self.say({"name": "n", "cluster_name": "c", "version": {
                "number": "8.15.0", "build_flavor": "default"},
                "tagline": "You Know, for Search"})
        elif parts[:2] == ["_resolve", "index"] and method == "GET":
            self.say({"indices": [{"name": n, "attributes": ["open"]}
                                  for n in State.indices],
                      "aliases": [], "data_streams": []})
        elif parts == ["_query"] or parts == ["_sql"]:
            self.grid(parts[0])
        elif parts == ["_pit"] and method == "DELETE":
            assert set(self.data) == {"id"}
            gone = State.open_ids.pop(self.data["id"], None)
            self.say({"succeeded": bool(gone), "num_freed": int(bool(gone))})
        elif parts == ["_search"] and method == "POST":
            self.search(State.open_ids.get(self.data["pit"]["id"]), True)
        elif name not in State.indices:
            self.answer(404, error("index_not_found_exception",
                                   "no such index [%s]" % name, 404))
        elif last == "_mapping" and method == "GET":
            self.say({name: {"mappings": {
                "properties": State.indices[name][0]}}})
        elif last == "_count":
            assert self.data == {}
            self.say({"count": len(State.indices[name][1]),
                      "_shards": {"total": 1, "successful": 1, "failed": 0}})
        elif last == "_pit" and method == "POST":
            assert self.args == {"keep_alive": "5m"} and not self.body
            key = "pit-%d" % count("pits")
            State.open_ids[key] = name
            self.say({"id": key})
        elif last == "_search" and method == "POST":
            self.search(name, False)
        elif parts[1:] == ["_eql", "search"]:
            self.eql(name)
        else:
            self.answer(400, {"error": "no handler found for uri [%s] and "
                              "method [%s]" % (self.path, method)})

    # ---- searches ----

    def search(self, name, paged):
        if name is None:
            self.answer(404, error("search_context_missing_exception",
                                   "No search context found", 404))
            return
        q = self.data
        known = {"size", "query", "_source", "fields", "sort", "pit", "slice",
                 "search_after", "track_total_hits", "aggs"}
        assert set(q) <= known, set(q) - known
        assert q["size"] <= 10000
        State.searches.append(q)
        props, docs = State.indices[name]
        props = flat(props)
        start = -1
        if paged and q["size"] and "sort" not in q:  # one page is all
            assert not {"slice", "search_after"} & set(q), q
        elif paged and q["size"]:
            assert q["sort"] == [{"_shard_doc": "asc"}], q
            start = q.get("search_after", [-1])[0]
        part = q.get("slice", {"id": 0, "max": 1})
        hits = []
        found = [(i, d) for i, d in enumerate(docs)
                 if i % part["max"] == part["id"] and
                 matches(q.get("query", {"match_all": {}}),
                         dict(d, _id="id%d" % i, _index=name), props)]
        for i, d in found:
            if i > start and len(hits) < q["size"]:
                hits.append(self.hit(name, i, d, q))
        answer = {"took": 1, "timed_out": False,
                  "_shards": {"total": 2, "successful": 2, "skipped": 0,
                              "failed": 0},
                  "hits": {"total": {"value": len(found), "relation": "eq"},
                           "max_score": None, "hits": hits}}
        if "aggs" in q:
            answer["aggregations"] = aggregations(
                q["aggs"], [d for _, d in found], props, True)
        if paged:
            old = q["pit"]["id"]
            answer["pit_id"] = old
        self.misbehave(answer) if paged else self.say(answer)

    def scroll(self, name, q, at):
        """A page in the order of the documents; the next one by its id."""
        assert set(q) <= {"size", "query", "_source", "fields", "sort"}, q
        assert q["sort"] == ["_doc"] and q["size"] <= 10000, q
        State.searches.append(q)
        props, docs = State.indices[name]
        found = [(i, d) for i, d in enumerate(docs)
                 if matches(q.get("query", {"match_all": {}}), d,
                            flat(props))]
        key = "scroll-%d" % count("scrolls")
        State.open_ids[key] = (name, q, at + q["size"])
        self.say({"_scroll_id": key, "timed_out": False, "_shards": {
            "total": 1, "successful": 1, "failed": 0}, "hits": {"hits": [
                self.hit(name, i, d, q)
                for i, d in found[at:at + q["size"]]]}})

    def scroll_on(self, method):
        if method == "DELETE":
            for key in self.data["scroll_id"]:
                State.open_ids.pop(key, None)
            self.say({"succeeded": True})
            return
        assert set(self.data) == {"scroll", "scroll_id"}
        held = State.open_ids.pop(self.data["scroll_id"], None)
        if held:
            self.scroll(*held)
        else:
            self.answer(404, error("search_context_missing_exception",
                                   "No search context found", 404))

    @staticmethod
    def hit(name, i, d, q):
        wanted = q.get("_source", True)
        doc = d
        if wanted is not True:
            doc = {}
            for path in wanted or []:
                doc[path] = pick(d, path)
        hit = {"_index": name, "_id": "id%d" % i, "_score": None,
               "_source": doc, "sort": [i]}
        for f in q.get("fields", []):
            held = values(d, f["field"])
            if held:  # dd/MM/yyyy is the only odd format of the suite
                hit.setdefault("fields", {})[f["field"]] = [
                    "%s-%s-%sT00:00:00.000Z" % (v[6:], v[3:5], v[:2])
                    for v in held]
        return hit

    def misbehave(self, answer):
        what = State.trouble.pop(0) if State.trouble else None
        data = json.dumps(answer).encode()
        if what == "busy":
            self.answer(429, error("es_rejected_execution_exception", "queue "
                                   "is full", 429), Retry_After="0")
        elif what == "down":
            self.answer(503, b"try later", "text/plain")
        elif what == "shards":
            answer["_shards"].update(failed=1, successful=1, failures=[{
                "shard": 0, "index": "i", "reason": {
                    "type": "circuit_breaking_exception",
                    "reason": "[parent] Data too large"}}])
            self.say(answer)
        elif what == "late":
            answer["timed_out"] = True
            self.say(answer)
        elif what == "expired":
            self.answer(404, error("search_context_missing_exception",
                                   "No search context found for id [7]", 404))
        elif what == "cut":
            self.answer(200, data[:len(data) * 2 // 3])
        elif what == "html":
            self.answer(200, b"<html>a proxy</html>", "text/html")
        elif what == "same":  # the same page for ever
            for hit in answer["hits"]["hits"]:
                hit["sort"] = [5]
            State.trouble[:0] = ["same"]
            self.say(answer)
        elif what == "field":  # somebody adds a field meanwhile
            for hit in answer["hits"]["hits"]:
                hit["_source"] = dict(hit["_source"], surprise=1)
            self.say(answer)
        elif what == "drip":
            self.chunked()
            for i in range(60):
                self.chunk(data[i:i + 1])
                time.sleep(1)
        else:
            self.say(answer)

    # ---- other languages ----

    def eql(self, name):
        assert {"query"} <= set(self.data) <= {"query", "size", "filter"}
        if "where" not in self.data["query"]:
            self.answer(400, error("parsing_exception", "line 1:1: mismatched "
                                   "input", 400))
            return
        events = [self.hit(name, i, d, {})
                  for i, d in enumerate(State.indices[name][1])][:3]
        shape = ({"sequences": [{"join_keys": [1], "events": events[:2]},
                                {"join_keys": [2], "events": events[2:]}]}
                 if "sequence" in self.data["query"] else {"events": events})
        self.say({"is_partial": False, "is_running": False, "took": 1,
                  "timed_out": False, "hits": dict(
                      shape, total={"value": len(events),
                                    "relation": "eq"})})

    def grid(self, path):
        assert self.args == {"format": "json"}
        q = self.data
        if path == "_sql" and set(q) == {"cursor"}:
            columns, pages, at = State.open_ids.pop(q["cursor"])
        elif q.get("query") not in State.grids:
            self.answer(400, error("verification_exception", "line 1:1: "
                                   "Unknown index [%s]" % q.get("query"), 400))
            return
        else:
            assert set(q) <= {"query", "filter", "fetch_size"}
            (columns, pages), at = State.grids[q["query"]], 0
        answer = {"columns": columns} if at == 0 else {}
        answer["rows" if path == "_sql" else "values"] = pages[at]
        if path == "_query":
            answer["is_partial"] = "partial" in q["query"]
        if at + 1 < len(pages):
            answer["cursor"] = "cursor-%d" % count("cursors")
            State.open_ids[answer["cursor"]] = (columns, pages, at + 1)
        self.say(answer)


def start():
    server = Server(("127.0.0.1", 0), Elastic)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]

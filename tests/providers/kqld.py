"""kqld.py - strict stand-ins for Log Analytics, Kusto and Defender.

Used by: suite_kusto.py. Three services and a token endpoint on one loopback
port. Each request is checked as the documented service checks it: method,
path, headers, the token's audience, the members of the body. Queries are run
by the program itself over tables of the suite, so that an answer is what the
text that was sent means, in the service's own format.
"""
import json
import os
import re
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "limits"))
from batch_rig import Batch  # noqa: E402
from httpd import Handler, Server, count  # noqa: E402

WORKSPACE = "11111111-2222-3333-4444-555555555555"
CLIENT, SECRET = "99999999-0000-0000-0000-000000000001", "the~client+secret/="
LOGS = "https://api.loganalytics.io/.default"
GRAPH = "https://graph.microsoft.com/.default"
# What a cluster says that a token must be for.
KUSTO = "https://kusto.kusto.windows.net"
RESOURCE = ["subscriptions", "s 1", "resourceGroups", "soc", "providers",
            "Microsoft.Compute", "virtualMachines", "host1"]
# Each generation of advanced hunting: where, for which token, what may be in
# the body, names of members of the answer.
HUNTING = {
    "v1.0/security/runHuntingQuery": (GRAPH, {"Query", "Timespan"}, str),
    "api/advancedhunting/run": ("https://api.security.microsoft.com/.default",
                                {"Query"}, str.capitalize),
    "api/advancedqueries/run": (
        "https://api-gov.securitycenter.microsoft.us/.default", {"Query"},
        str.capitalize),
}
DOTNET = {"string": "String", "datetime": "DateTime", "int": "Int32",
          "long": "Int64", "real": "Double", "bool": "SByte", "guid": "Guid",
          "dynamic": "Object", "timespan": "TimeSpan", "decimal": "SqlDecimal"}


class State:
    """What the suite sets and looks at."""
    tables = {}        # name -> KQL that gives it
    tokens = {}        # token -> scope
    asked = []         # every query text that came
    bodies = []        # every request body
    headers = {}       # of the last query
    cancelled = []     # ids of queries that were cancelled
    trouble = []       # names of what goes wrong, one a request
    only = ""          # … of those whose text has this
    delay = 0          # seconds that each answer takes
    running = most_running = 0  # queries at the same time
    engine = None
    lock = threading.Lock()
    counting = threading.Lock()


def take_time():
    """As long as the suite wants; counts the queries that run meanwhile."""
    with State.counting:
        State.running += 1
        State.most_running = max(State.most_running, State.running)
    time.sleep(State.delay)
    with State.counting:
        State.running -= 1


def run(text):
    """Columns and rows of a query over the tables, or an error text."""
    take_time()
    lets = "".join("let %s = %s;\n" % item for item in State.tables.items())
    with State.lock:
        answer = State.engine.ask(lets + text, keep=False)
    if not answer.get("ok"):
        return None, None, "; ".join(e["message"] for e in answer["errors"])
    tables = [o for o in answer["outputs"] if o["kind"] == "table"]
    return tables[-1]["columns"], tables[-1]["rows"], None


def one_api(code, message, inner=None):
    error = {"code": code, "message": message}
    if inner:
        error["innererror"] = inner
    return {"error": error}


class Services(Handler):
    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.text = ""
        self.args = dict(urllib.parse.parse_qsl(url.query))
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = [urllib.parse.unquote(p)
                 for p in url.path.strip("/").split("/")]
        count("requests")
        if parts[-2:] == ["v2.0", "token"]:
            self.token()
        elif parts[:2] == ["v1", "workspaces"]:
            self.logs(parts)
        elif parts[:3] in (["v2", "rest", "query"], ["v1", "rest", "mgmt"]):
            self.kusto(parts[2] == "mgmt")
        elif parts[:2] == ["v1", RESOURCE[0]]:
            self.resource(parts)
        elif parts == ["v1", "rest", "auth", "metadata"]:
            self.answer(200, {"AzureAD": {
                "LoginEndpoint": "https://login.example", "LoginMfaRequired":
                False, "KustoServiceResourceId": KUSTO}})
        elif "/".join(parts) in HUNTING:
            self.defender(*HUNTING["/".join(parts)])
        else:
            self.answer(404, one_api("PathNotFoundError", "no such path"))

    do_GET = do_POST = serve

    # ---- tokens ----

    def token(self):
        form = dict(urllib.parse.parse_qsl(self.body.decode()))
        if form.get("client_secret") != SECRET or form.get(
                "client_id") != CLIENT:
            self.answer(401, {"error": "invalid_client", "error_description":
                              "AADSTS7000215: Invalid client secret."})
            return
        if form.get("grant_type") != "client_credentials":
            self.answer(400, {"error": "unsupported_grant_type"})
            return
        token = "token-%d-%s" % (count("tokens"), "x" * 30)
        State.tokens[token] = form["scope"]
        self.answer(200, {"token_type": "Bearer", "expires_in": 3599,
                          "access_token": token})

    def allowed(self, scope):
        word, _, token = self.headers.get("Authorization", "").partition(" ")
        if word == "Bearer" and State.tokens.get(token) == scope:
            return True
        code = ("InvalidAuthenticationTokenAudience"
                if token in State.tokens else "AuthenticationFailed")
        self.answer(401, one_api(code, "the token is not for this"))
        return False

    def query_of(self, member, needed):
        """The query of a body that has just the documented members."""
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("application/json"):
            self.answer(200, b"")  # as the service does
            return None
        body = json.loads(self.body)
        State.bodies.append(body)
        if member not in body or not set(body) <= needed:
            self.answer(400, one_api("BadArgumentError",
                                     "members %s" % sorted(body)))
            return None
        self.text = body[member]
        State.asked.append(self.text)
        State.headers = {k.lower(): v for k, v in self.headers.items()}
        return self.text

    # ---- trouble that all services can have ----

    def misbehaves(self, good):
        """Sends something else than `good` when the suite wants that."""
        what = (State.trouble.pop(0)
                if State.trouble and State.only in self.text else None)
        data = json.dumps(good).encode()
        if what == "busy":
            self.answer(429, one_api("Throttled", "too many"), Retry_After="0")
        elif what == "revoked":
            self.answer(401, one_api("AuthenticationFailed", "expired"))
        elif what == "html":
            self.answer(200, b"<html>a proxy says hello</html>", "text/html")
        elif what == "empty":
            self.answer(200, b"")
        elif what == "cut":
            self.answer(200, data[:len(data) * 2 // 3])
        elif what == "down":
            self.answer(503, b"try later", "text/plain")
        elif what == "slow":
            time.sleep(3)
            self.answer(200, data)
        elif what == "no content":
            self.answer(204)
        elif what == "timeout":
            self.answer(504, one_api("GatewayTimeout", "it took too long"))
        elif what == "trickle":
            self.chunked()
            for i in range(0, len(data), 7):
                self.chunk(data[i:i + 7])
            self.wfile.write(b"0\r\n\r\n")
        elif what == "hang":
            self.chunked()
            self.chunk(data[:len(data) // 2])
            time.sleep(20)
            self.close_connection = True
        else:
            return False
        return True

    # ---- Log Analytics ----

    def logs(self, parts):
        demo = parts[2] == "DEMO_WORKSPACE"
        if demo and self.headers.get("X-Api-Key") != "DEMO_KEY":
            self.answer(401, one_api("AuthenticationFailed", "no key"))
            return
        if not demo and not self.allowed(LOGS):
            return
        if not demo and parts[2] != WORKSPACE:
            self.answer(400, one_api("BadArgumentError", "bad workspace",
                                     {"code": "FailedToResolveResource",
                                      "message": "no workspace " + parts[2]}))
        elif parts[3:] == ["metadata"] and self.command == "GET":
            self.answer(200, {"tables": [
                {"name": name, "description": "Rows of " + name,
                 "columns": self.schema(name)} for name in State.tables]})
        elif parts[3:] == ["query"] and self.command == "POST":
            self.logs_query()
        elif parts[3:] == ["search"] and self.command == "POST":
            self.logs_search()
        else:
            self.answer(404, one_api("PathNotFoundError", "no such path"))

    def resource(self, parts):
        """Logs of one resource."""
        if not self.allowed(LOGS):
            return
        if parts[1:] != RESOURCE + ["query"] or self.command != "POST":
            self.answer(404, one_api("PathNotFoundError", "/".join(parts)))
            return
        self.logs_query()

    def waits(self):
        """Prefer: wait=N, seconds up to ten minutes."""
        prefer = self.headers.get("Prefer", "")
        name, _, n = prefer.partition("=")
        if name == "wait" and n.isdigit() and 1 <= int(n) <= 600:
            return True
        self.answer(400, one_api("BadArgumentError", "prefer: " + prefer))
        return False

    def logs_query(self):
        text = self.query_of("query", {"query", "timespan", "workspaces"})
        if text is None or not self.waits():
            return
        span = State.bodies[-1].get("timespan")
        others = State.bodies[-1].get("workspaces", [])
        if span and not re.fullmatch(r"[0-9T:.-]+Z/[0-9T:.-]+Z", span):
            self.answer(400, one_api("BadArgumentError", "timespan " + span))
        elif len(others) > 99 or not all(isinstance(o, str) for o in others):
            self.answer(400, one_api("BadArgumentError", "workspaces"))
        else:
            self.logs_answer(text)

    def logs_search(self):
        """Tables of the plans Basic and Auxiliary: one, over a time."""
        text = self.query_of("query", {"query"})
        if text is None or not self.waits():
            return
        if "/" not in self.args.get("timespan", "") or re.search(
                r"\b(join|union|find|search|externaldata)\b", text):
            self.answer(400, one_api("BadArgumentError", "not for search"))
        else:
            self.logs_answer(text)

    @staticmethod
    def schema(name):
        columns, _, _ = run("%s | take 0" % name)
        return columns

    def logs_answer(self, text):
        columns, rows, error = run(text)
        if error:
            self.answer(400, one_api(
                "BadArgumentError", "The request had some invalid properties",
                {"code": "SemanticError", "message": error}))
            return
        for row in rows:
            for i, column in enumerate(columns):
                if column["type"] == "dynamic" and row[i] is not None:
                    row[i] = json.dumps(row[i])
        answer = {"tables": [{"name": "PrimaryResult", "columns": columns,
                              "rows": rows}]}
        if State.trouble[:1] in (["partial"], ["too large"]):
            why = ("a shard did not answer"
                   if State.trouble.pop(0) == "partial" else
                   "size limit 67108864 (E_QUERY_RESULT_SET_TOO_LARGE)")
            answer["error"] = one_api(
                "PartialError", "There were some errors", {
                    "code": "LimitsExceeded", "message": why})["error"]
        if not self.misbehaves(answer):
            self.answer(200, answer)

    # ---- Kusto ----

    def kusto(self, command):
        if not self.allowed(KUSTO + "/.default"):
            return
        if command and b".cancel" in self.body:
            self.kusto_cancel(json.loads(self.body))
            return
        text = self.query_of("csl", {"db", "csl", "properties"})
        if text is None:
            return
        wrong = self.wrong_kusto(State.bodies[-1])
        if wrong or command != text.lstrip().startswith("."):
            self.answer(400, one_api("General_BadRequest",
                                     wrong or "wrong endpoint"))
        elif command:
            self.kusto_schema(text)
        else:
            self.frames(text)

    def wrong_kusto(self, body):
        """What is wrong with headers and properties; "" nothing."""
        options = dict(body["properties"]["Options"])
        time = options.pop("servertimeout", "")
        if self.headers.get("Accept") != "application/json":
            return "accept"
        if not re.fullmatch(r"[A-Za-z]+\.[a-z]+;[0-9a-f-]+",
                            self.headers.get("x-ms-client-request-id", "")):
            return "x-ms-client-request-id"
        if not re.fullmatch(r"0\d:\d\d:\d\d|01:00:00", time):
            return "servertimeout " + time
        if options.pop("results_progressive_enabled", None) is not False:
            return "progressive"
        known = {"request_readonly": bool, "notruncation": bool}
        return "" if all(k in known and isinstance(v, known[k])
                         for k, v in options.items()) else str(options)

    def kusto_cancel(self, body):
        found = re.fullmatch(r'\.cancel query "([^"]+)"', body["csl"])
        if set(body) != {"db", "csl"} or not found:
            self.answer(400, one_api("General_BadRequest", str(body)))
            return
        State.cancelled.append(found.group(1))
        self.answer(200, {"Tables": [{"TableName": "Table_0", "Columns": [],
                                      "Rows": []}]})

    def kusto_schema(self, text):
        if text.split() != [".show", "database", '["Logs"]', "schema"]:
            self.answer(400, one_api("General_BadRequest", text))
            return
        rows = []
        for name in State.tables:
            rows.append(["Logs", name, "", "", False, False, "", "v1.0"])
            for c in self.schema(name):
                rows.append(["Logs", name, c["name"],
                             "System." + DOTNET[c["type"]], False, False, "",
                             ""])
        names = ["DatabaseName", "TableName", "ColumnName", "ColumnType",
                 "IsDefaultTable", "IsDefaultColumn", "PrettyName", "Version"]
        self.answer(200, {"Tables": [{
            "TableName": "Table_0",
            "Columns": [{"ColumnName": n, "DataType": "String"}
                        for n in names], "Rows": rows}]})

    def frames(self, text):
        columns, rows, error = run(text)
        if error:
            self.answer(400, {"error": {
                "code": "General_BadRequest", "message": "Request is invalid",
                "@message": "Semantic error: " + error, "@permanent": True}})
            return
        level = 4
        if State.trouble[:1] in (["row error"], ["row failure"]):
            why = ("record count limit 500000 exceeded"
                   if State.trouble.pop(0) == "row error" else
                   "a node ran out of memory (E_RUNAWAY_QUERY)")
            rows.append({"OneApiErrors": [{"error": {
                "code": "LimitsExceeded", "message": "generic",
                "@message": why}}]})
        elif State.trouble[:1] == ["level 2"]:
            State.trouble.pop(0)
            level = 2
        names = ["Timestamp", "ClientRequestId", "ActivityId", "SubActivityId",
                 "ParentActivityId", "Level", "LevelName", "StatusCode",
                 "StatusCodeName", "EventType", "EventTypeName", "Payload"]
        state = ("Query result set too large (E_QUERY_RESULT_SET_TOO_LARGE)"
                 if level == 2 else "S_OK (0)")
        answer = [
            {"FrameType": "DataSetHeader", "IsProgressive": False,
             "Version": "v2.0"},
            {"FrameType": "DataTable", "TableId": 0,
             "TableKind": "QueryProperties", "TableName": "@Extended",
             "Columns": [{"ColumnName": "Key", "ColumnType": "string"}],
             "Rows": [["Visualization"]]},
            {"FrameType": "DataTable", "TableId": 1,
             "TableKind": "PrimaryResult", "TableName": "PrimaryResult",
             "Columns": [{"ColumnName": c["name"], "ColumnType": c["type"]}
                         for c in columns], "Rows": rows},
            {"FrameType": "DataTable", "TableId": 2,
             "TableKind": "QueryCompletionInformation", "TableName": "Q",
             "Columns": [{"ColumnName": n, "ColumnType": "string"}
                         for n in names],
             "Rows": [["2024-01-01T00:00:00Z", "id", "", "", "", level, "",
                       0, state, 4, "QueryInfo", "{}"]]},
            {"FrameType": "DataSetCompletion", "HasErrors": False,
             "Cancelled": False}]
        if State.trouble[:1] in (["fragments"], ["replaced"], ["two tables"],
                                 ["miscounted"]):
            answer = self.fragments(answer, State.trouble.pop(0))
        if not self.misbehaves(answer):
            self.answer(200, answer)

    @staticmethod
    def fragments(answer, how):
        """The same rows as a service sends them that was asked for progress:
        parts of tables mixed with parts of another one."""
        table, rows = answer[2], answer[2]["Rows"]

        def part(id_, rows, way="DataAppend"):
            return {"FrameType": "TableFragment", "TableId": id_,
                    "FieldCount": len(table["Columns"]),
                    "TableFragmentType": way, "Rows": rows}

        def header(id_, kind):
            return {"FrameType": "TableHeader", "TableId": id_, "TableKind":
                    kind, "TableName": "x", "Columns": table["Columns"]}

        count = len(rows) + (how == "miscounted")
        frames = [header(1, "PrimaryResult"), header(7, "QueryPlan"),
                  part(1, rows[:1]), part(7, rows[:1]),
                  {"FrameType": "TableProgress", "TableId": 1,
                   "TableProgress": 33.3}]
        if how == "replaced":
            frames.append(part(1, rows, "DataReplace"))
        else:
            frames.append(part(1, rows[1:]))
        frames += [{"FrameType": "TableCompletion", "TableId": 7,
                    "RowCount": 1},
                   {"FrameType": "TableCompletion", "TableId": 1,
                    "RowCount": count}]
        if how == "two tables":
            frames.append(dict(table, TableId=9))
        return answer[:2] + frames + answer[3:]

    # ---- Defender ----

    def defender(self, scope, members, spelled):
        if not self.allowed(scope):
            return
        text = self.query_of("Query", members)
        if text is None:
            return
        columns, rows, error = run(text)
        if error:
            self.answer(400, {"error": {"code": "BadRequest",
                                        "message": error}})
            return
        answer = {
            "@odata.context": "…",
            spelled("schema"): [{spelled("name"): c["name"], spelled("type"):
                                 DOTNET[c["type"]]} for c in columns],
            spelled("results"): [{c["name"]: v for c, v in zip(columns, row)
                         if v is not None} for row in rows]}
        if not self.misbehaves(answer):
            self.answer(200, answer)


def start():
    State.engine = Batch()
    server = Server(("127.0.0.1", 0), Services)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]

"""kqld.py - strict stand-ins for Log Analytics, Kusto and Defender.

Used by: suite_kusto.py. Three services and a token endpoint on one loopback
port. Each request is checked as the documented service checks it: method,
path, headers, the token's audience, the members of the body. Queries are run
by the program itself over tables of the suite, so that an answer is what the
text that was sent means, in the service's own format.
"""
import json
import os
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
DOTNET = {"string": "String", "datetime": "DateTime", "int": "Int32",
          "long": "Int64", "real": "Double", "bool": "SByte", "guid": "Guid",
          "dynamic": "Object", "timespan": "TimeSpan", "decimal": "SqlDecimal"}


class State:
    """What the suite sets and looks at."""
    tables = {}        # name -> KQL that gives it
    tokens = {}        # token -> scope
    asked = []         # every query text that came
    bodies = []        # every request body
    trouble = []       # names of what goes wrong, one a request
    engine = None
    lock = threading.Lock()


def run(text):
    """Columns and rows of a query over the tables, or an error text."""
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
        self.args = dict(urllib.parse.parse_qsl(url.query))
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = url.path.strip("/").split("/")
        count("requests")
        if parts[-2:] == ["v2.0", "token"]:
            self.token()
        elif parts[:2] == ["v1", "workspaces"]:
            self.logs(parts)
        elif parts[:3] in (["v2", "rest", "query"], ["v1", "rest", "mgmt"]):
            self.kusto(parts[2] == "mgmt")
        elif parts == ["v1.0", "security", "runHuntingQuery"]:
            self.defender()
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
        State.asked.append(body[member])
        return body[member]

    # ---- trouble that all services can have ----

    def misbehaves(self, good):
        """Sends something else than `good` when the suite wants that."""
        what = State.trouble.pop(0) if State.trouble else None
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
        else:
            return False
        return True

    # ---- Log Analytics ----

    def logs(self, parts):
        if not self.allowed(LOGS):
            return
        if parts[2] != WORKSPACE:
            self.answer(400, one_api("BadArgumentError", "bad workspace",
                                     {"code": "FailedToResolveResource",
                                      "message": "no workspace " + parts[2]}))
        elif parts[3:] == ["metadata"] and self.command == "GET":
            self.answer(200, {"tables": [
                {"name": name, "description": "Rows of " + name,
                 "columns": self.schema(name)} for name in State.tables]})
        elif parts[3:] == ["query"] and self.command == "POST":
            text = self.query_of("query", {"query", "timespan", "workspaces"})
            if text is not None:
                self.logs_answer(text)
        else:
            self.answer(404, one_api("PathNotFoundError", "no such path"))

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
        scope = "http://%s/.default" % self.headers["Host"]
        if not self.allowed(scope):
            return
        text = self.query_of("csl", {"db", "csl", "properties"})
        if text is None:
            return
        if command != text.lstrip().startswith("."):
            self.answer(400, one_api("General_BadRequest", "wrong endpoint"))
        elif command:
            self.kusto_schema(text)
        else:
            self.frames(text)

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
        if not self.misbehaves(answer):
            self.answer(200, answer)

    # ---- Defender ----

    def defender(self):
        if not self.allowed(GRAPH):
            return
        text = self.query_of("Query", {"Query", "Timespan"})
        if text is None:
            return
        columns, rows, error = run(text)
        if error:
            self.answer(400, {"error": {"code": "BadRequest",
                                        "message": error}})
            return
        answer = {
            "@odata.context": "…",
            "schema": [{"name": c["name"], "type": DOTNET[c["type"]]}
                       for c in columns],
            "results": [{c["name"]: v for c, v in zip(columns, row)
                         if v is not None} for row in rows]}
        if not self.misbehaves(answer):
            self.answer(200, answer)


def start():
    State.engine = Batch()
    server = Server(("127.0.0.1", 0), Services)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]

"""b_answers.py - an answer of Log Analytics, from the service to a table.

Called by: run.sh. A loopback server sends the same 100 MB to this program and
to Python (urllib, json, pandas, times and dynamic values converted as they are
here). Each run is a process of its own, so that peak memory can be told.
"""
import http.server
import json
import os
import random
import statistics
import subprocess
import sys
import time

import peers

ROUNDS, MEGABYTES = 3, 100
WORKSPACE = "11111111-2222-3333-4444-555555555555"
COLUMNS = [("TenantId", "string"), ("TimeGenerated", "datetime"),
           ("Account", "string"), ("Computer", "string"),
           ("Channel", "string"), ("EventID", "int"),
           ("Activity", "string"), ("NewProcessName", "string"),
           ("ParentProcessName", "string"), ("CommandLine", "string"),
           ("SubjectUserSid", "string"), ("LogonGuid", "guid"),
           ("IpAddress", "string"), ("ProcessId", "long"),
           ("Score", "real"), ("Signed", "bool"), ("EventData", "dynamic"),
           ("_ResourceId", "string")]

# What a notebook does without this program.
PANDAS = """
import json, sys, urllib.request
import pandas
request = urllib.request.Request(sys.argv[1], b'{"query":"T"}',
                                 {"Content-Type": "application/json"})
table = json.load(urllib.request.urlopen(request))["tables"][0]
columns = [c["name"] for c in table["columns"]]
frame = pandas.DataFrame(table["rows"], columns=columns)
for c in table["columns"]:
    if c["type"] == "datetime":
        frame[c["name"]] = pandas.to_datetime(frame[c["name"]])
    elif c["type"] == "dynamic":
        frame[c["name"]] = frame[c["name"]].map(json.loads,
                                                na_action="ignore")
print(len(frame))
"""

KQL = """
.connect sentinel as s with (workspace_id = "%s", endpoint = "%s/v1",
    api_key = "bench")
;
T = s.SecurityEvent
;
T | count
"""


def rows(want):
    """JSON of rows, `want` bytes of them; and how many they are."""
    rnd, parts, size = random.Random(7), [], 0
    tenant = "5f3a1c9e-2b7d-4e61-9c0f-8d2a7b6e5c41"
    while size < want:
        i, u = len(parts), rnd.randrange(500)
        event = {"TargetUserName": "user%d" % u, "n": i,
                 "path": "C:\\x\\%d" % i, "list": [1, 2, u]}
        row = json.dumps([
            tenant, "2024-05-%02dT%02d:%02d:%02d.%03d0000Z" % (
                i // 86400 % 28 + 1, i // 3600 % 24, i // 60 % 60, i % 60,
                i % 1000),
            "CONTOSO\\user%d" % u, "HOST-%03d.contoso.local" % (u % 200),
            "Security", 4688, "4688 - A new process has been created.",
            "C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\explorer.exe",
            '"C:\\Program Files\\App\\x.exe" -k netsvcs -p -s Schedule '
            "/session:%d /token:%x" % (i, rnd.getrandbits(64)),
            "S-1-5-21-1085031214-1563985344-725345543-%d" % u,
            "74be27de-1e4e-49d9-b579-%012x" % rnd.getrandbits(48),
            "10.%d.%d.%d" % (u % 4, u % 250, i % 250), rnd.randrange(65536),
            rnd.random() * 100, i % 3 > 0,
            json.dumps(event) if i % 5 else None,
            "/subscriptions/%s/resourcegroups/soc/providers/microsoft.compute"
            "/virtualmachines/host-%03d" % (tenant, u % 200)],
            separators=(",", ":"))
        parts.append(row)
        size += len(row) + 1
    return ",".join(parts), len(parts)


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer = metadata = b""

    def log_message(self, *_):
        pass

    def send(self, data):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.send(self.metadata)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send(self.answer)


def serve():
    """Says its address and the number of rows, then answers."""
    columns = json.dumps([{"name": n, "type": t} for n, t in COLUMNS])
    text, n = rows(MEGABYTES << 20)
    Service.metadata = ('{"tables":[{"name":"SecurityEvent","columns":%s}]}'
                        % columns).encode()
    Service.answer = ('{"tables":[{"name":"PrimaryResult","columns":%s,"rows":'
                      '[%s]}]}' % (columns, text)).encode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    print("http://127.0.0.1:%d" % server.server_address[1], n, flush=True)
    server.serve_forever()


def run(command, count):
    """Seconds, seconds of processors, peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    out = process.stdout.read().decode()
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or str(count) not in out:
        raise RuntimeError("%s: %d\n%s" % (command[0], process.returncode,
                                           out[-2000:]))
    return (time.perf_counter() - began, used.ru_utime + used.ru_stime,
            used.ru_maxrss / 1024)


def main():
    # A process of its own: peak memory counts from where a process began.
    server = subprocess.Popen([sys.executable, __file__, "serve"],
                              stdout=subprocess.PIPE)
    base, n = server.stdout.readline().decode().split()
    try:
        compare(base, int(n))
    finally:
        server.kill()
        server.wait()


def compare(base, n):
    commands = {
        "shikra": [peers.SHIKRA, "run", "-e", KQL % (WORKSPACE, base)],
        "pandas": [sys.executable, "-c", PANDAS, base + "/v1/workspaces/" +
                   WORKSPACE + "/query"],
    }
    seen = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            seen[name].append(run(command, n))
    lines = []
    for i, what in enumerate(["seconds", "CPU seconds", "peak MB"]):
        mine, other = (statistics.median(r[i] for r in seen[name])
                       for name in commands)
        lines.append([what, "%.2f" % mine, "%.2f" % other,
                      "%.1fx" % (other / mine)])
    print("## An answer of Log Analytics: %d MB, %d rows\n" % (MEGABYTES, n))
    peers.table(["process start to a table", "shikra", "pandas",
                 "pandas/shikra"], lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main()

"""chd.py - a ClickHouse server of the test's own.

Used by suite_clickhouse.py. Two kinds: Debian's server, version 18.16, and,
when CHDB_LIB names the library of chdb (a current ClickHouse engine without a
server), that engine behind a small HTTP front. Both answer the same questions:
sql(), url, and start and stop.
"""
import ctypes
import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "a secret for ClickHouse"

CONFIG = """<yandex>
 <logger><level>warning</level><log>{home}/log</log></logger>
 <listen_host>127.0.0.1</listen_host>
 <http_port>{http}</http_port><tcp_port>{tcp}</tcp_port>
 <path>{home}/data/</path><tmp_path>{home}/tmp/</tmp_path>
 <users_config>users.xml</users_config>
 <default_profile>default</default_profile>
 <default_database>default</default_database>
 <mark_cache_size>5368709</mark_cache_size><timezone>Asia/Tokyo</timezone>
</yandex>"""

USER = """<{name}><password>{password}</password>
 <networks><ip>127.0.0.1</ip></networks><profile>{profile}</profile>
 <quota>default</quota></{name}>"""

USERS = """<yandex>
 <profiles><default></default><fixed><readonly>1</readonly></fixed></profiles>
 <users>%s%s%s</users>
 <quotas><default><interval><duration>3600</duration><queries>0</queries>
 <errors>0</errors><result_rows>0</result_rows><read_rows>0</read_rows>
 <execution_time>0</execution_time></interval></default></quotas>
</yandex>""" % (
    USER.format(name="default", password="", profile="default"),
    USER.format(name="hunter", password=PASSWORD, profile="default"),
    USER.format(name="fixed", password=PASSWORD, profile="fixed"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def is_there():
    return shutil.which("clickhouse-server") is not None


class Asked:
    """What the suite says to a server, not through the program."""
    port = 0

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    def sql(self, text, data=None):
        """Runs a statement; `data` follows it as rows to insert."""
        address = self.url + "/?" + urllib.parse.urlencode(
            {"query": text} if data is not None else {})
        body = (data if data is not None else text).encode()
        try:
            with urllib.request.urlopen(address, body, timeout=120) as r:
                return r.read().decode("utf-8", "replace").rstrip("\n")
        except urllib.error.HTTPError as e:
            raise RuntimeError(e.read().decode("utf-8", "replace")) from None


class Server(Asked):
    name = "18.16"
    modern = False

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="ch")
        self.port = free_port()
        os.mkdir(self.home + "/data")
        os.mkdir(self.home + "/tmp")
        with open(self.home + "/config.xml", "w", encoding="utf-8") as f:
            f.write(CONFIG.format(home=self.home, http=self.port,
                                  tcp=free_port()))
        with open(self.home + "/users.xml", "w", encoding="utf-8") as f:
            f.write(USERS)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["clickhouse-server", "--config-file=" + self.home +
             "/config.xml"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=self.home)
        until = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1")
                return
            except (OSError, RuntimeError):
                if time.monotonic() > until or self.process.poll():
                    raise
                time.sleep(0.1)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Chdb(Asked):
    """A current engine; a process of its own, because it may crash."""
    modern = True
    name = "chdb"

    def __init__(self, library):
        self.library = library
        self.port = free_port()
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), self.library,
             str(self.port)])
        until = time.monotonic() + 120
        while True:
            try:
                self.sql("SELECT 1")
                return
            except OSError:
                if time.monotonic() > until or self.process.poll():
                    raise
                time.sleep(0.2)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    close = stop


# ---- the front of chdb: run as a program ----

class Engine:
    def __init__(self, library):
        self.lib = ctypes.CDLL(library)
        self.lock = threading.Lock()
        p, s, z = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
        for name, result, arguments in (
                ("chdb_connect", ctypes.POINTER(p), [ctypes.c_int,
                                                     ctypes.POINTER(s)]),
                ("chdb_query_n", p, [p, s, z, s, z]),
                ("chdb_result_buffer", p, [p]),
                ("chdb_result_length", z, [p]),
                ("chdb_result_error", s, [p]),
                ("chdb_destroy_query_result", None, [p])):
            f = getattr(self.lib, name)
            f.restype, f.argtypes = result, arguments
        self.connection = self.lib.chdb_connect(1, (s * 1)(b"clickhouse"))[0]

    def ask(self, text):
        """(good, bytes)"""
        with self.lock:
            r = self.lib.chdb_query_n(self.connection, text, len(text),
                                      b"TabSeparated", 12)
            error = self.lib.chdb_result_error(r)
            data = error if error else ctypes.string_at(
                self.lib.chdb_result_buffer(r),
                self.lib.chdb_result_length(r))
            self.lib.chdb_destroy_query_result(r)
        return not error, data or b""


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        if "query" in parts:
            body = parts["query"][0].encode() + b"\n" + body
        settings = [k for k in parts if k not in ("query", "query_id",
                                                  "database", "readonly")]
        for k in settings:
            self.server.engine.ask(b"SET %s = %s" % (k.encode(),
                                                     parts[k][0].encode()))
        good, data = self.server.engine.ask(body)
        self.send_response(200 if good else 500)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-ClickHouse-Server-Display-Name", "chdb")
        self.end_headers()
        self.wfile.write(data)


def serve(library, port):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Front)
    server.engine = Engine(library)
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))

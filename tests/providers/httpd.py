"""httpd.py - a strict loopback server that can also misbehave.

Started by: tests/unit/t_http.c, t_auth.c. Prints one line of JSON with its
ports and files, serves until standard input is closed. Paths name what the
server does; each request is checked, and a wrong one gets a 400 that says why.
"""
import http.client
import http.server
import json
import os
import select
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zlib

counts = {}
counts_lock = threading.Lock()


def count(key):
    with counts_lock:
        counts[key] = counts.get(key, 0) + 1
        return counts[key]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", kind="application/json", **headers):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def chunked(self, kind="application/json", **headers):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def reset(self):
        """The peer sees a connection reset, not an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        if hasattr(self.connection, "unwrap"):
            self.connection.detach()
        self.connection.close()
        self.close_connection = True

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.args = dict(urllib.parse.parse_qsl(url.query))
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        name = url.path.strip("/").replace("/", "_").replace("-", "_")
        do = getattr(self, "do_path_" + name, None)
        count("all " + url.path)
        if not self.headers.get("User-Agent", "").startswith("shikra/"):
            self.answer(400, {"error": "who are you?"})
        elif do is None:
            self.answer(404, {"error": {"code": "NotFound",
                                        "message": "no path " + url.path}})
        else:
            try:
                do()
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve

    # ---- good ones ----

    def do_path_ok(self):
        self.answer(200, {"ok": True})

    def do_path_echo(self):
        self.answer(200, {
            "method": self.command, "path": self.path,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": self.body.decode("latin-1")})

    def do_path_big(self):
        """n bytes, in chunks of 64 kB, gzipped whether asked for or not."""
        left = int(self.args["n"])
        pack = zlib.compressobj(6, zlib.DEFLATED, 31)
        self.chunked("application/octet-stream", Content_Encoding="gzip")
        while left:
            part = b"x" * min(left, 65536)
            left -= len(part)
            part = pack.compress(part)
            if part:
                self.chunk(part)
        self.chunk(pack.flush())
        self.chunk(b"")

    def do_path_count(self):
        with counts_lock:
            of = self.args["of"]
            key = of if of in ("proxied", "tunnels") else "all " + of
            self.answer(200, {"n": counts.get(key, 0)})

    def do_path_sleep(self):
        time.sleep(int(self.args["ms"]) / 1000)
        self.answer(200, {"slept": self.args["ms"]})

    # ---- trouble with a status ----

    def do_path_fail(self):
        """The first n requests of an id fail with a status, then 200."""
        n = count("fail " + self.args["id"])
        if n > int(self.args["n"]):
            self.answer(200, {"tries": n})
            return
        headers = {}
        if "after" in self.args:
            headers["Retry_After"] = self.args["after"]
        if "date" in self.args:
            headers["Retry_After"] = self.date_time_string(
                time.time() + int(self.args["date"]))
        self.answer(int(self.args["status"]),
                    {"error": {"code": "Busy", "message": "try later"}},
                    **headers)

    def do_path_status(self):
        body = self.args.get("body", "").encode()
        self.answer(int(self.args["code"]), body,
                    self.args.get("type", "application/json"))

    def do_path_token(self):
        """Only `Bearer good-token-2` gets in; the answer shows what came."""
        auth = self.headers.get("Authorization", "")
        if auth == "Bearer good-token-2":
            self.answer(200, {"ok": True})
        else:
            self.answer(401, {"error": {"code": "InvalidToken",
                                        "message": "refused: " + auth}})

    def do_path_huge_error(self):
        self.answer(500, b"<html><style>x{}</style><h1>Oops</h1>" +
                    b" " * (3 << 20) + b"</html>", "text/html")

    # ---- redirects ----

    def do_path_redirect(self):
        self.answer(int(self.args.get("code", "302")), b"",
                    Location=self.args["to"])

    def do_path_loop(self):
        self.answer(302, b"", Location="/loop")

    # ---- broken ones ----

    def do_path_truncated(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"rows":[1,2,')
        self.close_connection = True

    def do_path_truncated_chunks(self):
        self.chunked()
        self.chunk(b'{"rows":[1,2,')
        self.close_connection = True

    def do_path_broken_once(self):
        """Breaks off the first time, whole the second."""
        if count("broken " + self.args["id"]) == 1:
            self.do_path_truncated()
        else:
            self.answer(200, {"rows": [1, 2, 3]})

    def do_path_trickle(self):
        self.chunked()
        for _ in range(60):
            self.chunk(b" ")
            time.sleep(1)

    def do_path_endless(self):
        self.chunked()
        while True:
            self.chunk(b"x" * 65536)

    def do_path_bomb(self):
        """256 MB of zeros in 256 kB."""
        pack = zlib.compressobj(9, zlib.DEFLATED, 31)
        self.chunked(Content_Encoding="gzip")
        for _ in range(256):
            part = pack.compress(bytes(1 << 20))
            if part:
                self.chunk(part)
        self.chunk(pack.flush())
        self.chunk(b"")

    def do_path_bad_gzip(self):
        self.answer(200, b"this is no gzip at all", Content_Encoding="gzip")

    def do_path_many_headers(self):
        self.send_response(200)
        for i in range(300):
            self.send_header("X-Filler-%d" % i, "x")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_path_long_headers(self):
        self.send_response(200)
        for i in range(30):
            self.send_header("X-Filler-%d" % i, "x" * 20000)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_path_reset(self):
        self.reset()

    def do_path_reset_late(self):
        self.chunked()
        self.chunk(b'{"rows":[1,2,')
        time.sleep(0.1)
        self.reset()

    def do_path_close(self):
        self.close_connection = True

    def do_path_not_http(self):
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.close_connection = True

    def do_path_html(self):
        self.answer(200, b"<html><title>Sign in</title></html>", "text/html")


class Proxy(http.server.BaseHTTPRequestHandler):
    """A proxy that wants user and password: whole addresses and tunnels."""
    protocol_version = "HTTP/1.1"
    WANTED = "Basic cHJveHktdXNlcjpwcm94eS1wYXNzd29yZA=="

    def log_message(self, *args):
        pass

    def admit(self):
        if self.headers.get("Proxy-Authorization") == self.WANTED:
            return True
        self.send_response(407)
        self.send_header("Proxy-Authenticate", 'Basic realm="test"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if not url.netloc:
            self.send_error(400)
        elif self.admit():
            count("proxied")
            client = http.client.HTTPConnection(url.netloc)
            client.request("GET", url.path,
                           headers={"User-Agent": self.headers["User-Agent"]})
            reply = client.getresponse()
            body = reply.read()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_CONNECT(self):
        if not self.admit():
            return
        count("tunnels")
        host, _, port = self.path.partition(":")
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            near = self.connection
            while True:
                ready, _, _ = select.select([near, far], [], [], 10)
                if not ready:
                    break
                data = ready[0].recv(65536)
                if not data:
                    break
                (far if ready[0] is near else near).sendall(data)
        self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that go away, or distrust the certificate


def make_certificates(folder):
    """An authority of our own and a certificate of localhost under it."""
    def openssl(*args):
        subprocess.run(("openssl",) + args, cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "san"), "w") as out:
        out.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem",
            "-days", "2", "-subj", "/CN=Test Authority")
    for name, extra in (("server", ("-extfile", "san")), ("wrong", ())):
        openssl("req", *curve, "-keyout", name + ".key", "-out", name + ".csr",
                "-subj", "/CN=other.example")
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem",
                "-CAkey", "ca.key", "-CAcreateserial", "-out", name + ".pem",
                "-days", "2", *extra)


def listen(context=None, handler=Handler):
    server = Server(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def tls(folder, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, name + ".pem"),
                            os.path.join(folder, name + ".key"))
    return context


def silent_port():
    """A port that takes connections and never says a word."""
    server = socket.create_server(("127.0.0.1", 0))
    silent_port.kept = server
    return server.getsockname()[1]


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_certificates(folder)
        print(json.dumps({
            "http": listen(), "other": listen(),
            "https": listen(tls(folder, "server")),
            "https2": listen(tls(folder, "server")),
            "wrong": listen(tls(folder, "wrong")),
            "proxy": listen(handler=Proxy), "silent": silent_port(), "closed": closed_port(),
            "ca": os.path.join(folder, "ca.pem"), "dir": folder,
        }, separators=(",", ":")), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()

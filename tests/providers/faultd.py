"""faultd.py - stands before a service and damages what it answers.

Used by: suite_bad_answers.py. A Front passes requests on to a stand-in or a
real server and hands its answers back, except those that the suite aims at:
they are cut, stalled, garbled, swapped or never end, as FAULTS says. A front
counts the rows it let through, so that a test can tell whether one was lost.
"""
import http.client
import json
import os
import ssl
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from httpd import Handler, Server  # noqa: E402

MARK = b"-end"  # in each row of the suite, once
FAULTS = {}
HUGE = 500 << 20


def fault(f):
    FAULTS[f.__name__] = f
    return f


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def half(self):
        """Half of it, and not at the end of a row of fixed size."""
        return self.body[:len(self.body) // 2 + 3]


class Relay(Handler):
    """One connection to a front."""

    def serve(self):
        front = self.server.front
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        front.heard.append((self.command, self.path, self.body))
        front.credentials.add(self.headers.get("Authorization", ""))
        self.asked = (self.path, self.body)
        front.through.setdefault(self.asked, []).append(0)
        try:
            self.respond(front)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve

    def respond(self, front):
        damage = front.damage_of(self)
        if damage and getattr(damage, "alone", False):
            damage(self, None)
            return
        reply = front.ask(self)
        if damage:
            damage(self, reply)
        else:
            self.hand_on(reply)

    def begin(self, status, length=None, kind="application/json", **more):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def write(self, data):
        """Bytes of a body, whose rows count as let through."""
        self.wfile.write(data)
        self.wfile.flush()
        self.let_through(data)

    def let_through(self, data):
        self.server.front.through[self.asked][-1] += data.count(MARK)

    def hand_on(self, reply, body=None, **more):
        body = reply.body if body is None else body
        kind = more.pop("kind", reply.headers.get("Content-Type", ""))
        kept = {k.replace("-", "_"): v for k, v in reply.headers.items()
                if k.startswith("X-")}
        self.begin(reply.status, len(body), kind, **dict(kept, **more))
        if self.command != "HEAD":
            self.write(body)

    def hang(self):
        self.server.front.waiting.set()
        self.server.front.release.wait(40)
        self.close_connection = True


class Front:
    """A port before another one. `aim` says which requests are meant."""

    def __init__(self, port, aim, context=None):
        self.upstream, self.aim = port, aim
        server = Server(("127.0.0.1", 0), Relay)
        if context:
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False)
        server.front = self
        self.port = server.server_address[1]
        self.release = threading.Event()
        self.waiting = threading.Event()
        self.lock = threading.Lock()
        self.credentials = set()
        self.calm()
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def calm(self):
        """Nothing is wrong from now on; those who hang are let go."""
        self.release.set()
        self.release = threading.Event()
        self.waiting = threading.Event()
        self.fault, self.left, self.skip = None, 0, 0
        self.through, self.heard = {}, []
        self.before = None  # rows before the place that is damaged

    def break_with(self, name, times=99, skip=0):
        self.calm()
        self.fault, self.left, self.skip = FAULTS[name], times, skip

    @property
    def rows(self):
        """Rows let through; of a question that was repeated, the last time."""
        return sum(times[-1] for times in self.through.values())

    @property
    def whole_rows(self):
        """Those of them that stand before the damage."""
        return self.rows if self.before is None else self.before

    def damage_of(self, request):
        with self.lock:
            if not self.fault or not self.aim(request):
                return None
            if self.skip > 0 or self.left == 0:
                self.skip -= 1
                return None
            self.left -= 1
            return self.fault

    def ask(self, request):
        client = http.client.HTTPConnection("127.0.0.1", self.upstream, 60)
        headers = {k: v for k, v in request.headers.items()
                   if k.lower() not in ("accept-encoding", "content-length",
                                        "connection")}
        client.request(request.command, request.path, request.body or None,
                       headers)
        got = client.getresponse()
        reply = Reply(got.status, got.headers, got.read())
        client.close()
        return reply


def alone(f):
    """The service behind is not asked."""
    f.alone = True
    return f


# ---- the body ends too early ----

@fault
def cut(h, reply):
    """Half of the text, in an answer that is whole for HTTP."""
    h.hand_on(reply, reply.half)


@fault
def shorter(h, reply):
    """Fewer bytes than Content-Length says."""
    h.begin(200, len(reply.body))
    h.write(reply.half)
    h.close_connection = True


@fault
def unended(h, reply):
    """Chunks without the last one."""
    h.begin(200)
    h.chunk(reply.half)
    h.let_through(reply.half)
    h.close_connection = True


@fault
def reset(h, reply):
    h.begin(200, len(reply.body))
    h.write(reply.half)
    time.sleep(0.2)
    h.reset()


@fault
def longer(h, reply):
    """More bytes than Content-Length says: the rest is no answer to anyone."""
    h.begin(200, len(reply.half))
    h.write(reply.half)
    h.wfile.write(reply.body[len(reply.half):])
    h.close_connection = True


@fault
def bad_chunk(h, reply):
    h.begin(200)
    h.chunk(reply.half)
    h.let_through(reply.half)
    time.sleep(0.2)
    h.wfile.write(b"zz\r\nnot a chunk\r\n")
    h.close_connection = True


# ---- it takes too long ----

@alone
@fault
def silent(h, reply):
    h.hang()


@fault
def stalls(h, reply):
    """Half of the answer, then nothing."""
    h.begin(200, len(reply.body))
    h.write(reply.half)
    h.hang()


@fault
def drips(h, reply):
    """One byte a second."""
    h.begin(200, len(reply.body))
    end = time.monotonic() + 40
    release = h.server.front.release
    h.write(reply.half)
    h.server.front.waiting.set()
    for i in range(len(reply.half), len(reply.body)):
        h.write(reply.body[i:i + 1])
        if release.wait(1) or time.monotonic() > end:
            break
    h.close_connection = True


@alone
@fault
def drips_head(h, reply):
    """One byte of the head a second."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-A: "
    h.server.front.waiting.set()
    for byte in head + b"x" * 40:
        h.wfile.write(bytes([byte]))
        h.wfile.flush()
        if h.server.front.release.wait(1):
            break
    h.close_connection = True


# ---- it is something else ----

@fault
def html(h, reply):
    h.answer(200, b"<html><title>Sign in</title><body>Welcome to the portal of "
             b"Contoso</body></html>", "text/html")


@fault
def text_type(h, reply):
    """The right bytes under a wrong type."""
    h.hand_on(reply, kind="text/plain; charset=latin-1")


@fault
def no_type(h, reply):
    h.send_response(reply.status)
    for name, value in reply.headers.items():
        if name.startswith("X-"):
            h.send_header(name, value)
    h.send_header("Content-Length", str(len(reply.body)))
    h.end_headers()
    h.write(reply.body)


@fault
def empty(h, reply):
    h.answer(200, b"")


@fault
def nothing(h, reply):
    """204, where rows are due."""
    h.send_response(204)
    h.end_headers()


@fault
def not_modified(h, reply):
    h.send_response(304)
    h.end_headers()


@alone
@fault
def other_protocol(h, reply):
    h.wfile.write(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n")
    h.close_connection = True


@alone
@fault
def closes(h, reply):
    h.close_connection = True


@fault
def error_inside(h, reply):
    """200, an error, and in its text what the client sent as its secret."""
    text = ("the quota of today is used up; you sent " +
            h.headers.get("Authorization", ""))
    h.answer(200, {"error": {"code": "QuotaExceeded", "type": "QuotaExceeded",
                             "message": text},
                   "messages": [{"type": "ERROR", "text": text}]})


@fault
def refuses(h, reply):
    """403, and it repeats the secret, bare and in Base64."""
    sent = h.headers.get("Authorization", "")
    h.answer(403, {"error": {"code": "Forbidden", "message":
             "no access with %s, %s" % (sent, sent.split(" ")[-1])}})


@fault
def fails(h, reply):
    h.answer(500, b"<html><body>Server Error: " +
             h.headers.get("Authorization", "").encode() + b"</body></html>",
             "text/html")


# ---- come back later ----

@alone
@fault
def busy(h, reply):
    h.answer(429, {"error": {"code": "Throttled", "message": "too many"}},
             Retry_After="1")


@alone
@fault
def busy_date(h, reply):
    h.answer(429, {"error": {"code": "Throttled", "message": "too many"}},
             Retry_After=h.date_time_string(time.time() + 2))


@alone
@fault
def busy_long(h, reply):
    h.answer(429, {"error": {"code": "Throttled", "message": "too many"}},
             Retry_After="3600")
    h.server.front.waiting.set()


@alone
@fault
def busy_some(h, reply):
    h.answer(503, {"error": {"code": "Throttled", "message": "too many"}},
             Retry_After="20")
    h.server.front.waiting.set()


@alone
@fault
def late(h, reply):
    h.answer(408, b"")


@alone
@fault
def down(h, reply):
    h.answer(503, b"no backend is up", "text/plain")


@alone
@fault
def revoked(h, reply):
    h.answer(401, {"error": {"code": "TokenExpired", "message": "expired: " +
                             h.headers.get("Authorization", "")}})


# ---- go elsewhere ----

@alone
@fault
def elsewhere(h, reply):
    h.answer(307, b"", Location=h.server.front.other + h.path)


@alone
@fault
def elsewhere_302(h, reply):
    h.answer(302, b"", Location=h.server.front.other + h.path)


@alone
@fault
def inside(h, reply):
    h.answer(307, b"", Location="http://169.254.169.254/latest")


@alone
@fault
def in_circles(h, reply):
    h.answer(307, b"", Location=h.path)


@alone
@fault
def nowhere(h, reply):
    h.answer(302, b"")


# ---- packed ----

def brotli(data):
    """A Brotli stream of stored blocks (RFC 7932, section 9.2)."""
    out, bits, n = bytearray(), 0, 0

    def put(value, width):
        nonlocal bits, n
        bits |= value << n
        n += width
        while n >= 8:
            out.append(bits & 255)
            bits >>= 8
            n -= 8

    put(0, 1)  # a window of 16 bits
    for i in range(0, len(data), 65536):
        part = data[i:i + 65536]
        put(0, 1)
        put(0, 2)
        put(len(part) - 1, 16)
        put(1, 1)
        if n:
            put(0, 8 - n)
        out += part
    put(3, 2)
    if n:
        put(0, 8 - n)
    return bytes(out)


def packed(h, reply, name, data):
    h.begin(200, len(data), Content_Encoding=name)
    h.wfile.write(data)


@fault
def gzip(h, reply):
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed(h, reply, "gzip", pack.compress(reply.body) + pack.flush())


@fault
def deflate(h, reply):
    packed(h, reply, "deflate", zlib.compress(reply.body))


@fault
def br(h, reply):
    packed(h, reply, "br", brotli(reply.body))


@fault
def not_gzip(h, reply):
    packed(h, reply, "gzip", reply.body)


@fault
def half_gzip(h, reply):
    """A packed body that ends early, in an answer that is whole."""
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    data = pack.compress(reply.body) + pack.flush()
    data = data[:len(data) // 2]
    packed(h, reply, "gzip", data)
    h.let_through(zlib.decompressobj(31).decompress(data))


@fault
def unknown_packing(h, reply):
    packed(h, reply, "x-snappy", reply.body)


@fault
def bomb(h, reply):
    """Two gigabytes of blanks after the first half of an answer."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    h.begin(200, Content_Encoding="gzip")
    h.chunk(pack.compress(reply.half) + pack.flush(zlib.Z_FULL_FLUSH))
    h.let_through(reply.half)
    blanks = pack.compress(b" " * (8 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    blanks = pack.compress(b" " * (8 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    for _ in range(256):
        h.chunk(blanks)
    h.chunk(b"")


# ---- heads ----

@fault
def many_headers(h, reply):
    h.send_response(200)
    for i in range(400):
        h.send_header("X-Filler-%d" % i, "x")
    h.send_header("Content-Length", str(len(reply.body)))
    h.end_headers()
    h.wfile.write(reply.body)


@fault
def long_header(h, reply):
    h.begin(200, len(reply.body), X_Filler="x" * (90 << 10),
            X_More="y" * (90 << 10), X_Yet="z" * (90 << 10))
    h.wfile.write(reply.body)


# ---- odd contents ----

def swapped(h, reply, new):
    """The text of a row in the middle is replaced."""
    at = reply.body.find(MARK, len(reply.body) // 2)
    if at < 0:
        h.hand_on(reply)
        return
    body = reply.body[:at] + new + reply.body[at:]
    h.server.front.before = h.server.front.rows + body[:at].count(MARK)
    h.hand_on(reply, body)


@fault
def bad_utf8(h, reply):
    swapped(h, reply, b"\xff\xfe\xc3")


@fault
def nul_escape(h, reply):
    swapped(h, reply, b"\\u0000\\ud800")


@fault
def nul_byte(h, reply):
    swapped(h, reply, b"\0\0")


@fault
def huge_value(h, reply):
    """One value of 20 MB."""
    swapped(h, reply, b"y" * (20 << 20))


@fault
def endless_value(h, reply):
    """One value that does not end."""
    at = max(reply.body.find(MARK, len(reply.body) // 2), 0)
    h.begin(200)
    h.chunk(reply.body[:at])
    h.let_through(reply.body[:at])
    part = b"y" * (1 << 20)
    for _ in range(HUGE >> 20):
        h.chunk(part)
    h.chunk(b"")


@fault
def deep(h, reply):
    """A value nested 100,000 deep beside the rows, before half of them."""
    at = reply.body.find(b"{")
    h.server.front.before = h.server.front.rows
    h.hand_on(reply, reply.body[:at + 1] + b'"deep":' + b'[' * 100000 +
              b']' * 100000 + b',' + reply.body[at + 1:])


@fault
def twice(h, reply):
    """Every member twice: nobody says which one counts."""
    def pairs(items):
        return "{" + ",".join("%s:%s" % (json.dumps(k), show(v))
                              for k, v in items for _ in (0, 1)) + "}"

    def show(v):
        if isinstance(v, dict) and "s" in v and "rows" not in v:
            return pairs(v.items())
        if isinstance(v, dict):
            return "{" + ",".join("%s:%s" % (json.dumps(k), show(x))
                                  for k, x in v.items()) + "}"
        if isinstance(v, list):
            return "[" + ",".join(map(show, v)) + "]"
        return json.dumps(v)

    lines = reply.body.decode("utf-8-sig").split("\n")
    body = "\n".join(show(json.loads(t)) if t.strip() else "" for t in
                     lines) if len(lines) > 3 else show(json.loads(reply.body))
    h.hand_on(reply, body.encode())


@fault
def other_columns(h, reply):
    """From this page on a field has another name."""
    h.hand_on(reply, reply.body.replace(b'"s":', b'"s2":'))


@alone
@fault
def generated(h, reply):
    """A body that the suite makes while it is sent."""
    h.begin(200)
    for part in h.server.front.made(h):
        h.chunk(part)
    h.chunk(b"")


# ---- certificates ----

def make_certificates(folder):
    """ca.pem, and of names: good wrong expired self unknown."""
    def openssl(*args):
        subprocess.run(("openssl",) + args, cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for name in ("ca", "stranger"):
        openssl("req", "-x509", *curve, "-keyout", name + ".key", "-out",
                name + ".pem", "-days", "2", "-subj", "/CN=Authority " + name)
    for name, host, authority, days in (
            ("good", "localhost", "ca", "2"), ("wrong", "other.example", "ca",
                                               "2"),
            ("expired", "localhost", "ca", "0"),
            ("unknown", "localhost", "stranger", "2")):
        with open(os.path.join(folder, name + ".san"), "w",
                  encoding="utf-8") as out:
            out.write("subjectAltName=DNS:%s\n" % host)
        openssl("req", *curve, "-keyout", name + ".key", "-out", name + ".csr",
                "-subj", "/CN=" + host)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", authority +
                ".pem", "-CAkey", authority + ".key", "-CAcreateserial",
                "-out", name + ".pem", "-days", days, "-extfile",
                name + ".san")
    openssl("req", "-x509", *curve, "-keyout", "self.key", "-out", "self.pem",
            "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost")


def context_of(folder, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, name + ".pem"),
                            os.path.join(folder, name + ".key"))
    return context

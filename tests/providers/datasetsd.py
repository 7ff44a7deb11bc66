"""datasetsd.py - a stand-in for GitHub with a small repository of datasets.

Started by: suite_security_datasets.py, in a thread of its own. Serves a git
tree (/tree) and the files of the repository (/raw/…), and can misbehave in the
ways that State names. Asks for what the real ones ask for: a User-Agent, and
paths as they are spelled.
"""
import hashlib
import http.server
import io
import json
import socket
import struct
import tarfile
import threading
import urllib.parse
import zipfile
import zlib

PUBLIC = "https://raw.githubusercontent.com/OTRF/Security-Datasets/master/"


class State:
    files = {}        # path -> bytes
    trees = 0         # requests for the tree
    fetched = []      # paths that were asked for
    truncated = False
    tree_status = 200
    tree_body = None
    reset_at = None   # x-ratelimit-reset
    html = set()      # paths that are answered with a page, status 200
    cut = {}          # path -> how many times it is cut off in the middle
    broken = {}       # path -> status
    agents = set()

    @classmethod
    def reset(cls):
        cls.files, cls.trees, cls.fetched = {}, 0, []
        cls.truncated, cls.tree_status, cls.tree_body = False, 200, None
        cls.html, cls.cut, cls.broken = set(), {}, {}
        cls.reset_at = None


def blob_name(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def tree():
    entries = [{"path": "datasets", "mode": "040000", "type": "tree",
                "sha": "0" * 40, "url": "https://localhost/"}]
    for path, data in sorted(State.files.items()):
        entries.append({"path": path, "mode": "100644", "type": "blob",
                        "sha": blob_name(data), "size": len(data),
                        "url": "https://localhost/"})
    return {"sha": "1" * 40, "url": "https://localhost/", "tree": entries,
            "truncated": State.truncated}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body, kind, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        State.agents.add(self.headers.get("User-Agent", ""))
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        if path == "/tree":
            self.give_tree()
        elif path.startswith("/raw/"):
            self.give_file(path[len("/raw/"):])
        else:
            self.answer(404, b"404: Not Found", "text/plain")

    def give_tree(self):
        State.trees += 1
        body = State.tree_body
        if body is None:
            body = json.dumps(tree()).encode()
        more = {}
        if State.reset_at:
            more["x_ratelimit_reset"] = str(State.reset_at)
        self.answer(State.tree_status, body, "application/json", **more)

    def give_file(self, path):
        State.fetched.append(path)
        page = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
        if path in State.broken:
            self.answer(State.broken[path], page, "text/html")
        elif path in State.html:
            self.answer(200, page, "text/html")
        elif path not in State.files:
            self.answer(404, b"<html><body>404: Not Found</body></html>",
                        "text/html")
        elif State.cut.get(path, 0) > 0:
            State.cut[path] -= 1
            self.cut_off(State.files[path])
        else:
            self.answer(200, State.files[path], "application/octet-stream")

    def cut_off(self, data):
        self.send_response(200)
        self.send_header("Content-Type", "application/zip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:len(data) // 2])
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


class Server:
    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


# ---- what lies in the repository ----

def lines(rows):
    return "".join(json.dumps(r) + "\n" for r in rows).encode()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members.items():
            z.writestr(name, data)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as t:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def encrypted(archive, name):
    """The member flagged and scrambled as PKWARE's cipher leaves it."""
    data = bytearray(archive)
    for sign, flags, length, rest in ((b"PK\3\4", 6, 26, 30),
                                      (b"PK\1\2", 8, 28, 46)):
        at = data.find(sign)
        while at >= 0:
            n = struct.unpack_from("<H", data, at + length)[0]
            if bytes(data[at + rest:at + rest + n]) == name.encode():
                data[at + flags] |= 1
            at = data.find(sign, at + 4)
    return bytes(data)


def bomb(megabytes):
    """A zip of one JSON member of nothing but blanks; its sum is not right,
    but nobody should get that far."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = pack.compress(b" " * (1 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    again = pack.compress(b" " * (1 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
    parts = [first] + [again] * (megabytes - 1) + [pack.flush()]
    size, crc = megabytes << 20, 0
    body, name = b"".join(parts), b"big.json"
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, crc,
                        len(body), size, len(name), 0) + name
    central = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc,
                          len(body), size, len(name), 0, 0, 0, 0, 0, 0) + name
    start = len(local) + len(body)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central), start,
                      0)
    return local + body + central + end

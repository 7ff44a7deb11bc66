"""rawclient.py - a small Jupyter client over plain ZeroMQ sockets.

Used by test_kernel.py and measure.py. It signs, sends and collects messages
and nothing else, so a test sees exactly what the kernel sent, and when.
"""
import hashlib
import hmac
import json
import os
import socket
import subprocess
import tempfile
import time
import uuid

import zmq

DELIM = b"<IDS|MSG>"
PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


def free_ports(n):
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def sign(key, parts):
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for p in parts:
        mac.update(p)
    return mac.hexdigest().encode()


class Message:
    def __init__(self, channel, frames, key):
        at = frames.index(DELIM)
        self.channel = channel
        self.ids = frames[:at]
        self.signature_ok = frames[at + 1] == sign(key, frames[at + 2:at + 6])
        self.header, self.parent, self.metadata, self.content = (
            json.loads(f) for f in frames[at + 2:at + 6])
        self.type = self.header["msg_type"]

    def __repr__(self):
        return "<%s %s %s>" % (self.channel, self.type, self.content)


class Kernel:
    """A started kernel and a client of it. Use as a context manager."""

    def __init__(self, argv, transport="tcp", env=None, key=None, mode=0o600,
                 extra=()):
        self.dir = tempfile.TemporaryDirectory(prefix="shikra-test-")
        self.key = (uuid.uuid4().hex if key is None else key).encode()
        self.session = uuid.uuid4().hex
        ip = "127.0.0.1"
        ports = free_ports(5)
        if transport == "ipc":
            ip, ports = os.path.join(self.dir.name, "k"), range(1, 6)
        self.info = dict(zip(PORTS, ports), ip=ip, transport=transport,
                         key=self.key.decode(), signature_scheme="hmac-sha256",
                         kernel_name="shikra")
        self.file = os.path.join(self.dir.name, "connection.json")
        with open(self.file, "w") as f:
            json.dump(self.info, f)
        os.chmod(self.file, mode)
        self.ctx = zmq.Context()
        self.socks = {}
        self.argv = list(argv) + ["-f", self.file] + list(extra)
        self.env = dict(os.environ, **(env or {}))
        self.seen = []

    def url(self, port):
        sep = "-" if self.info["transport"] == "ipc" else ":"
        return "%s://%s%s%d" % (self.info["transport"], self.info["ip"], sep,
                                self.info[port])

    def connect(self):
        for name, kind in (("shell", zmq.DEALER), ("control", zmq.DEALER),
                           ("stdin", zmq.DEALER), ("iopub", zmq.SUB),
                           ("hb", zmq.REQ)):
            s = self.ctx.socket(kind)
            s.linger = 0
            s.setsockopt(zmq.RECONNECT_IVL, 1)
            s.set_hwm(0)
            if kind == zmq.DEALER:
                s.setsockopt(zmq.IDENTITY, self.session.encode())
            if kind == zmq.SUB:
                s.setsockopt(zmq.SUBSCRIBE, b"")
            s.connect(self.url(name + "_port"))
            self.socks[name] = s

    def __enter__(self):
        self.started = time.perf_counter()
        self.proc = subprocess.Popen(self.argv, env=self.env,
                                     stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
        self.connect()
        return self

    def __exit__(self, *exc):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.communicate()
        for s in self.socks.values():
            s.close()
        self.ctx.term()
        self.dir.cleanup()

    def frames(self, msg_type, content, header=None, key=None):
        head = {"msg_id": uuid.uuid4().hex, "session": self.session,
                "username": "tester", "version": "5.3", "msg_type": msg_type,
                "date": "2024-01-01T00:00:00.000000Z"}
        head.update(header or {})
        parts = [json.dumps(p).encode() for p in (head, {}, {}, content)]
        signature = sign(self.key if key is None else key, parts)
        if not self.key:
            signature = b""
        return head["msg_id"], [DELIM, signature] + parts

    def send(self, msg_type, content=None, channel="shell", **kw):
        msg_id, frames = self.frames(msg_type, content or {}, **kw)
        self.socks[channel].send_multipart(frames)
        return msg_id

    def execute(self, code, **content):
        body = {"code": code, "silent": False, "store_history": True,
                "user_expressions": {}, "allow_stdin": False,
                "stop_on_error": True}
        body.update(content)
        return self.send("execute_request", body)

    def recv(self, channel, timeout=5.0):
        s = self.socks[channel]
        if not s.poll(int(timeout * 1000)):
            raise TimeoutError("nothing on %s in %.1f s" % (channel, timeout))
        m = Message(channel, s.recv_multipart(), self.key)
        assert m.signature_ok or not self.key, "bad signature on %r" % m
        return m

    def reply_to(self, msg_id, channel="shell", timeout=5.0):
        end = time.perf_counter() + timeout
        while True:
            m = self.recv(channel, max(0.001, end - time.perf_counter()))
            if m.parent.get("msg_id") == msg_id:
                return m

    def iopub_until_idle(self, msg_id, timeout=5.0):
        """The iopub messages of a request, its final idle included."""
        mine, end = [], time.perf_counter() + timeout
        while True:
            m = self.recv("iopub", max(0.001, end - time.perf_counter()))
            self.seen.append(m)
            if m.parent.get("msg_id") != msg_id:
                continue
            mine.append(m)
            if m.type == "status" and m.content["execution_state"] == "idle":
                return mine

    def quiet(self, channel, seconds):
        return not self.socks[channel].poll(int(seconds * 1000))

    def wait_ready(self, timeout=10.0):
        msg_id = self.send("kernel_info_request")
        reply = self.reply_to(msg_id, timeout=timeout)
        self.start_ms = (time.perf_counter() - self.started) * 1000
        # What was published before the subscription arrived is lost; the
        # welcome says that nothing will be from now on.
        while self.recv("iopub").type != "iopub_welcome":
            pass
        self.settle()
        return reply

    def settle(self):
        """Reads iopub up to the idle of a request sent now."""
        msg_id = self.send("kernel_info_request", channel="control")
        self.reply_to(msg_id, "control")
        self.iopub_until_idle(msg_id)

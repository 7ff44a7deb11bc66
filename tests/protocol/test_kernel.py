"""test_kernel.py - the kernel through real sockets, as clients use it.

    /usr/bin/python3 tests/protocol/test_kernel.py [KERNEL] [--fake]

KERNEL is the program (default $SHIKRA_RELEASE, then build/shikra). --fake: it was linked with
tests/protocol/fake_modules.c; then the tests that need its language run too.
Needs Debian's python3-zmq, and python3-jupyter-kernel-test for one class.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import zmq

from rawclient import DELIM, PORTS, Kernel, Message, sign

PROGRAM = os.environ.get("SHIKRA_RELEASE", "build/shikra")
FAKE = False


def code_hello():
    return "echo hello, world" if FAKE else "print 'hello, world'"


def code_error():
    return "error x" if FAKE else "print nosuchcolumn"


def code_long():
    return ("sleep 60000" if FAKE else
            "range x from 1 to 100000000000 step 1 | where x % 7 == 3 | "
            "summarize sum(x)")


def fake_only(test):
    return lambda self: test(self) if FAKE else self.skipTest("fake language")


class Started(unittest.TestCase):
    """One kernel for the tests of a class."""

    transport = "tcp"

    @classmethod
    def setUpClass(cls):
        cls.k = Kernel([PROGRAM, "kernel"], transport=cls.transport)
        cls.k.__enter__()
        cls.info = cls.k.wait_ready()

    @classmethod
    def tearDownClass(cls):
        cls.k.__exit__()

    def run_cell(self, code, **content):
        msg_id = self.k.execute(code, **content)
        reply = self.k.reply_to(msg_id)
        return reply, self.k.iopub_until_idle(msg_id)


class Basics(Started):
    def test_kernel_info(self):
        c = self.info.content
        self.assertEqual(c["status"], "ok")
        self.assertEqual(c["implementation"], "shikra")
        self.assertEqual(c["language_info"]["name"], "sql")
        self.assertGreaterEqual(float(c["protocol_version"]), 5.4)

    def test_result(self):
        reply, out = self.run_cell(code_hello())
        self.assertEqual(reply.content["status"], "ok")
        self.assertEqual([m.type for m in out],
                         ["status", "execute_input", "execute_result",
                          "status"])
        self.assertIn("hello, world", out[2].content["data"]["text/plain"])

    def test_error_is_one_message(self):
        reply, out = self.run_cell(code_error())
        self.assertEqual(reply.content["status"], "error")
        kinds = [m.type for m in out]
        self.assertEqual(kinds, ["status", "execute_input", "error", "status"])
        for key in ("ename", "evalue", "traceback"):
            self.assertEqual(reply.content[key], out[2].content[key])
        self.assertRegex(reply.content["ename"], r"^E\d{4}$")

    def test_heartbeat_echoes_the_same_bytes(self):
        hb = self.k.socks["hb"]
        for payload in (b"ping", b"\0\xff" * 500, b""):
            hb.send(payload)
            self.assertTrue(hb.poll(1000))
            self.assertEqual(hb.recv(), payload)

    def test_complete_and_inspect_answer(self):
        m = self.k.send("complete_request", {"code": "", "cursor_pos": 0})
        c = self.k.reply_to(m).content
        for key in ("matches", "cursor_start", "cursor_end", "metadata"):
            self.assertIn(key, c)
        m = self.k.send("inspect_request",
                        {"code": "x", "cursor_pos": 1, "detail_level": 0})
        self.assertEqual(self.k.reply_to(m).content["status"], "ok")

    def test_connect_request_tells_the_ports(self):
        m = self.k.send("connect_request")
        c = self.k.reply_to(m).content
        for port in PORTS:
            self.assertEqual(c[port], self.k.info[port])

    def test_binary_frames_and_noise_change_nothing(self):
        shell = self.k.socks["shell"]
        for frames in ([b""], [b"\xff" * 100], [DELIM], [b"x"] * 500,
                       [b"x"] * 5000, [DELIM, b"", b"{}", b"{}", b"{}", b"{}"],
                       [DELIM, b"0" * 64, b"{", b"", b"", b""]):
            shell.send_multipart(frames)
        m, frames = self.k.frames("shutdown_request", {}, key=b"wrong")
        self.k.socks["control"].send_multipart(frames)
        m, frames = self.k.frames("execute_request", {"code": code_hello()})
        shell.send_multipart(frames)
        self.k.reply_to(m)
        self.k.iopub_until_idle(m)
        shell.send_multipart(frames)     # the same signature again
        self.assertTrue(self.k.quiet("shell", 0.2))
        self.run_cell(code_hello())

    def test_history(self):
        self.run_cell(code_hello())
        m = self.k.send("history_request",
                        {"hist_access_type": "tail", "n": 1, "output": True,
                         "raw": True})
        (session, line, (text, out)), = self.k.reply_to(m).content["history"]
        self.assertEqual((session, text), (1, code_hello()))
        self.assertIn("hello", out)

    def test_interrupt_by_message_and_by_signal(self):
        for way in ("message", "signal"):
            m = self.k.execute(code_long())
            time.sleep(0.05 if FAKE else 0.5)
            began = time.perf_counter()
            if way == "signal":
                self.k.proc.send_signal(signal.SIGINT)
            else:
                self.k.send("interrupt_request", channel="control")
            r = self.k.reply_to(m)
            self.assertLess(time.perf_counter() - began, 1.0)
            self.assertEqual(r.content["ename"], "Interrupted")
            self.k.iopub_until_idle(m)
        self.k.settle()

    def test_sigint_when_idle_is_harmless(self):
        self.k.proc.send_signal(signal.SIGINT)
        reply, _ = self.run_cell(code_hello())
        self.assertEqual(reply.content["status"], "ok")

    @fake_only
    def test_complete_while_a_cell_runs(self):
        self.k.settle()
        m = self.k.execute("sleep 500")
        time.sleep(0.05)
        began = time.perf_counter()
        c = self.k.send("complete_request", {"code": "e", "cursor_pos": 1})
        self.k.reply_to(c)
        self.assertLess(time.perf_counter() - began, 0.1)
        # Whoever follows the status sees a busy kernel until the cell ends.
        states = []
        while True:
            x = self.k.recv("iopub")
            if x.type != "status":
                continue
            states.append(x.content["execution_state"])
            if x.parent.get("msg_id") == m and states[-1] == "idle":
                break
        self.assertEqual(states, ["busy", "busy", "idle", "busy", "idle"])
        self.k.reply_to(m)

    def test_run_all_stops_at_the_failure(self):
        for _ in range(20):
            ids = [self.k.execute(c) for c in
                   [code_error()] + 3 * [code_hello()]]
            got = [self.k.reply_to(i).content["status"] for i in ids]
            self.assertEqual(got, ["error"] + ["aborted"] * 3)
            after = self.k.execute(code_hello())
            self.assertEqual(self.k.reply_to(after).content["status"], "ok")
            self.k.iopub_until_idle(after)

    @fake_only
    def test_printed_text_is_a_stream(self):
        reply, out = self.run_cell("print from a library")
        self.assertIn(("stream", "from a library\n"),
                      [(m.type, m.content.get("text")) for m in out])


    @unittest.skipIf("--fake" in sys.argv, "the fake language keeps nothing")
    def test_many_cells_leave_nothing_behind(self):
        def kilobytes():
            with open("/proc/%d/status" % self.k.proc.pid) as f:
                return int(re.search(r"VmRSS:\s*(\d+)", f.read()).group(1))
        for n in (200, 600):    # the first fill caches and the history
            before = kilobytes()
            for i in range(n):
                self.run_cell("print x = %d" % i)
            self.k.seen.clear()
        # Eight kilobytes a cell, the least that a kept tree costs, are 4800.
        self.assertLess(kilobytes() - before, 2000)


class OverIpc(Started):
    transport = "ipc"

    def test_result(self):
        reply, out = self.run_cell(code_hello())
        self.assertEqual(reply.content["status"], "ok")


class Lifetime(unittest.TestCase):
    def started(self, **kw):
        return Kernel([PROGRAM, "kernel"], **kw)

    def test_shutdown(self):
        for channel in ("control", "shell"):
            with self.started() as k:
                k.wait_ready()
                m = k.send("shutdown_request", {"restart": True}, channel)
                r = k.reply_to(m, channel)
                self.assertEqual(r.content, {"status": "ok", "restart": True})
                kinds = [x.type for x in k.iopub_until_idle(m)]
                self.assertEqual(kinds, ["status", "shutdown_reply", "status"])
                self.assertEqual(k.proc.wait(2), 0)

    def test_sigterm(self):
        with self.started() as k:
            k.wait_ready()
            k.proc.terminate()
            self.assertEqual(k.proc.wait(2), 0)

    def test_sigterm_while_a_deaf_cell_runs(self):
        if not FAKE:
            self.skipTest("fake language")
        with self.started() as k:
            k.wait_ready()
            k.execute("deaf 30000")
            time.sleep(0.1)
            k.proc.terminate()
            self.assertEqual(k.proc.wait(3), 0)

    def test_files_that_others_can_read(self):
        with self.started(mode=0o644) as k:
            k.wait_ready()  # nobody else can enter its directory
        k = self.started(mode=0o644)
        os.chmod(k.dir.name, 0o755)
        with k:
            self.assertEqual(k.proc.wait(3), 1)
            self.assertIn(b"other users can read it", k.proc.stderr.read())
        k = self.started(mode=0o644, extra=["--insecure"])
        os.chmod(k.dir.name, 0o755)
        with k:
            k.wait_ready()

    def test_empty_key(self):
        with self.started(key="") as k:
            self.assertEqual(k.proc.wait(3), 1)
            self.assertIn(b"key is empty", k.proc.stderr.read())
        with self.started(key="", extra=["--insecure"]) as k:
            k.wait_ready()

    def test_port_in_use(self):
        k = self.started()
        with socket.socket() as s:
            s.bind(("127.0.0.1", k.info["shell_port"]))
            s.listen()
            with k:
                self.assertEqual(k.proc.wait(3), 1)
                self.assertIn(b"cannot listen", k.proc.stderr.read())

    def test_it_dies_with_its_parent(self):
        script = ("import subprocess,sys,os,time\n"
                  "os.environ['JPY_PARENT_PID']=str(os.getpid())\n"
                  "p=subprocess.Popen(sys.argv[1:])\n"
                  "print(p.pid,flush=True)\n"
                  "time.sleep(0.5)\n")
        k = self.started()
        p = subprocess.Popen([sys.executable, "-c", script] + k.argv,
                             stdout=subprocess.PIPE)
        pid = int(p.stdout.readline())
        p.wait()
        p.stdout.close()
        for _ in range(40):
            if not os.path.exists("/proc/%d" % pid):
                break
            with open("/proc/%d/stat" % pid) as f:
                if f.read().split(")")[1].split()[0] == "Z":
                    break
            time.sleep(0.1)
        else:
            os.kill(pid, signal.SIGKILL)
            self.fail("an orphan was left behind")

    def test_other_ways_to_name_the_file(self):
        for how in (lambda f: ["--connection-file", f],
                    lambda f: ["--connection-file=" + f],
                    lambda f: [f], lambda f: ["-f", f, "--extra", "x"]):
            k = self.started()
            k.argv = [PROGRAM, "kernel"] + how(k.file)
            with k:
                k.wait_ready()

    def test_a_crash_says_one_line(self):
        with self.started() as k:
            k.wait_ready()
            k.proc.send_signal(signal.SIGSEGV)
            self.assertEqual(k.proc.wait(3), -signal.SIGSEGV)
            self.assertEqual(k.proc.stderr.read(),
                             b"shikra: crashed (SIGSEGV)\n")

    def test_welcome_comes_first(self):
        with self.started() as k:
            m = k.recv("iopub")
            self.assertEqual(m.type, "iopub_welcome")
            self.assertEqual(m.content, {"subscription": ""})
            self.assertEqual(m.parent, {})

    def test_each_subscriber_is_welcomed_and_may_leave(self):
        with self.started() as k:
            k.wait_ready()
            busy = k.execute("many 3000" if FAKE else code_hello())
            for topic in (b"", b"", b"kernel.", b"no such topic"):
                s = k.ctx.socket(zmq.SUB)
                s.linger = 0
                s.setsockopt(zmq.SUBSCRIBE, topic)
                s.connect(k.url("iopub_port"))
                self.assertTrue(s.poll(3000))
                frames = s.recv_multipart()
                self.assertEqual(frames[0], topic)
                m = Message("iopub", frames, k.key)
                self.assertTrue(m.signature_ok)
                self.assertEqual(m.type, "iopub_welcome")
                self.assertEqual(m.content, {"subscription":
                                             topic.decode()})
                s.setsockopt(zmq.UNSUBSCRIBE, topic)
                s.close()
            k.reply_to(busy)
            k.iopub_until_idle(busy)
            k.settle()

    def test_a_client_that_comes_back_with_its_identity(self):
        with self.started() as k:
            k.wait_ready()
            for _ in range(3):
                again = k.ctx.socket(zmq.DEALER)
                again.linger = 0
                again.setsockopt(zmq.IDENTITY, k.session.encode())
                again.connect(k.url("shell_port"))
                k.socks["shell"].close()
                k.socks["shell"] = again
                m = k.send("kernel_info_request")
                k.reply_to(m, timeout=2)

    def test_connections_that_say_nothing(self):
        with self.started() as k:
            k.wait_ready()
            idle = [socket.create_connection(("127.0.0.1",
                                              k.info["shell_port"]))
                    for _ in range(400)]
            m = k.execute(code_hello())
            self.assertEqual(k.reply_to(m).content["status"], "ok")
            for s in idle:
                s.close()

    def test_log_file(self):
        k = self.started()
        log = os.path.join(k.dir.name, "log")
        k.argv += ["--log", log, "--log-level", "debug"]
        with k:
            k.wait_ready()
            k.socks["shell"].send_multipart([b"no", b"delimiter"])
            k.settle()
            with open(log) as f:
                text = f.read()
        self.assertIn("kernel_info_request", text)
        self.assertIn("no delimiter", text)


class Handshake(unittest.TestCase):
    """JEP 66: the kernel chooses ports and registers them."""

    def start(self, key, answer):
        ctx = zmq.Context()
        router = ctx.socket(zmq.ROUTER)
        router.linger = 0
        port = router.bind_to_random_port("tcp://127.0.0.1")
        kernel_id = str(uuid.uuid4())
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, "c.json")
            with open(path, "w") as f:
                json.dump({"transport": "tcp", "key": key.decode(),
                           "signature_scheme": "hmac-sha256",
                           "registration_ip": "127.0.0.1",
                           "registration_port": port,
                           "kernel_id": kernel_id}, f)
            os.chmod(path, 0o600)
            p = subprocess.Popen([PROGRAM, "kernel", "-f", path],
                                 stderr=subprocess.PIPE,
                                 stdin=subprocess.DEVNULL)
            try:
                self.assertTrue(router.poll(3000))
                ident, delim, mac, content = router.recv_multipart()
                self.assertEqual(delim, DELIM)
                self.assertEqual(mac, sign(key, [content]))
                ports = json.loads(content)
                self.assertEqual(ports["kernel_id"], kernel_id)
                answer(router, ident, content)
                self.check(p, ports)
            finally:
                p.kill()
                p.communicate()
                router.close()
                ctx.term()

    def test_accepted(self):
        key = b"secret"

        def answer(router, ident, content):
            ack = b'{"status":"ok"}'
            router.send_multipart([ident, DELIM, sign(key, [ack]), ack])

        def check(p, ports):
            for name in PORTS:
                self.assertIsInstance(ports[name], str)
            s = socket.create_connection(("127.0.0.1",
                                          int(ports["hb_port"])))
            s.close()
            time.sleep(0.2)
            self.assertIsNone(p.poll())
        self.check = check
        self.start(key, answer)

    def test_bad_signature(self):
        def answer(router, ident, content):
            router.send_multipart([ident, DELIM, b"0" * 64, b"{}"])

        def check(p, ports):
            self.assertEqual(p.wait(3), 1)
            self.assertIn(b"bad signature", p.stderr.read())
        self.check = check
        self.start(b"secret", answer)


class Curve(unittest.TestCase):
    def test_encrypted(self):
        if not zmq.has("curve"):
            self.skipTest("libzmq without curve")
        public, secret = zmq.curve_keypair()
        k = Kernel([PROGRAM, "kernel"])
        k.info.update(curve_publickey=public.decode(),
                      curve_secretkey=secret.decode())
        with open(k.file, "w") as f:
            json.dump(k.info, f)
        with k:
            mine = zmq.curve_keypair()
            s = k.ctx.socket(zmq.DEALER)
            s.linger = 0
            s.curve_serverkey = public
            s.curve_publickey, s.curve_secretkey = mine
            s.connect(k.url("shell_port"))
            k.socks["shell"].close()
            k.socks["shell"] = s
            m = k.send("kernel_info_request")
            self.assertEqual(k.reply_to(m).content["status"], "ok")


try:
    import jupyter_kernel_test

    class Conformance(jupyter_kernel_test.KernelTests):
        kernel_name = "shikra-under-test"
        language_name = "sql"
        file_extension = ".kql"
        supported_history_operations = ("tail", "range", "search")

        @classmethod
        def setUpClass(cls):
            cls.data = tempfile.TemporaryDirectory()
            env = dict(os.environ, JUPYTER_DATA_DIR=cls.data.name)
            subprocess.run([PROGRAM, "install", "--name", cls.kernel_name],
                           env=env, check=True, stdout=subprocess.DEVNULL)
            os.environ["JUPYTER_PATH"] = cls.data.name
            hello, error = code_hello(), code_error()
            cls.code_generate_error = error
            cls.code_display_data = [
                {"code": hello + "\n" + hello, "mime": "text/plain"}]
            cls.code_history_pattern = "*5"
            cls.code_inspect_sample = "echo x" if FAKE else "where"
            if FAKE:
                cls.completion_samples = [
                    {"text": "e", "matches": {"echo", "error"}}]
                cls.complete_code_samples = ["echo 1"]
                cls.incomplete_code_samples = ["echo 1 |"]
                cls.invalid_code_samples = ["? what"]
                cls.code_execute_result = [{"code": "echo 5", "result": "5"}]
            else:
                cls.code_execute_result = [
                    {"code": "print 5", "mime": "text/html"}]
                cls.complete_code_samples = ["print 1", "T | take 5"]
                cls.incomplete_code_samples = ["T |", "print strcat('a',"]
            super().setUpClass()

        @classmethod
        def tearDownClass(cls):
            super().tearDownClass()
            cls.data.cleanup()
except ImportError:
    pass


if __name__ == "__main__":
    args = [a for a in sys.argv[1:] if not a.startswith("-") and
            (os.path.sep in a or os.path.exists(a))]
    if args:
        PROGRAM = args[0]
    PROGRAM = os.path.abspath(PROGRAM)
    FAKE = "--fake" in sys.argv
    rest = [a for a in sys.argv if a not in args and a != "--fake"]
    unittest.main(argv=rest)

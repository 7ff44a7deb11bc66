"""test_vscode.py - the kernel as VS Code's Jupyter extension uses it.

    /usr/bin/python3 tests/protocol/test_vscode.py

The extension speaks to the sockets itself and differs from Jupyter's own
clients: it asks who the kernel is on two channels and waits for any message on
iopub, sends protocol 5.2 headers with a null subshell, never sends
shutdown_request, and draws only languages that the editor knows.
"""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest

from rawclient import Kernel

PROGRAM = os.environ.get("SHIKRA_RELEASE", "build/shikra")
# Ids that a bare VS Code registers and a query language could claim.
KNOWN_LANGUAGES = {"sql", "plaintext", "json", "yaml", "python"}
HEADER = {"version": "5.2", "subshell_id": None, "username": "vscode",
          "date": "2026-01-01T00:00:00.000Z"}


class Spec(unittest.TestCase):
    def test_kernelspec(self):
        with tempfile.TemporaryDirectory(prefix="a b ") as d:
            subprocess.run([PROGRAM, "install", "--prefix", d], check=True,
                           capture_output=True)
            with open(d + "/share/jupyter/kernels/shikra/kernel.json") as f:
                spec = json.load(f)
        # Only an element of its own is replaced by the extension.
        self.assertEqual(spec["argv"].count("{connection_file}"), 1)
        self.assertTrue(os.path.isabs(spec["argv"][0]))
        self.assertIn(spec["language"], KNOWN_LANGUAGES)
        self.assertEqual(spec["interrupt_mode"], "message")


class Session(unittest.TestCase):
    def setUp(self):
        self.k = Kernel([PROGRAM, "kernel"])
        self.k.__enter__()
        self.addCleanup(self.k.__exit__)

    def execute(self, code):
        """Cells come one at a time; the editor itself stops at an error."""
        return self.k.send("execute_request", {
            "code": code, "silent": False, "store_history": True,
            "user_expressions": {}, "allow_stdin": True,
            "stop_on_error": False}, header=HEADER)

    def outputs(self, code):
        m = self.execute(code)
        reply = self.k.reply_to(m, timeout=20)
        out = self.k.iopub_until_idle(m)
        for x in out:
            self.assertTrue(x.parent, "an empty parent of %r" % x)
        return reply, [x for x in out if x.type != "status"]

    def test_start(self):
        shell = [self.k.send("kernel_info_request", header=HEADER)
                 for _ in range(3)]
        control = self.k.send("kernel_info_request", channel="control",
                              header=HEADER)
        sessions = set()
        for m in shell:
            r = self.k.reply_to(m)
            self.assertIn(r.content["language_info"]["name"], KNOWN_LANGUAGES)
            sessions.add(r.header["session"])
        sessions.add(self.k.reply_to(control, "control").header["session"])
        seen = self.k.recv("iopub")        # any message ends the wait
        sessions.add(seen.header["session"])
        self.assertEqual(len(sessions), 1)
        self.assertIsInstance(seen.parent, dict)

    def test_order_and_mime_types(self):
        self.k.wait_ready()
        reply, out = self.outputs("print 1; range x from 1 to 3 step 1")
        self.assertEqual(reply.content["status"], "ok")
        self.assertEqual([x.type for x in out],
                         ["execute_input", "display_data", "execute_result"])
        for x in out[1:]:
            data = x.content["data"]
            # A bare application/json would be drawn instead of the table.
            self.assertNotIn("application/json", data)
            self.assertIn("text/html", data)
            self.assertIn("text/plain", data)

    def test_html_needs_nothing_from_outside(self):
        self.k.wait_ready()
        for code in ("range x from 1 to 30 step 1",
                     "range x from 1 to 9 step 1 | extend t = now() + x * 1h "
                     "| render timeline",
                     "range x from 1 to 9 step 1 | extend t = now() + x * 1h "
                     "| project t, x | render timechart"):
            _, out = self.outputs(code)
            html = out[-1].content["data"]["text/html"]
            links = re.findall(r"(?:src|href)=\"([^\"]*)", html)
            self.assertEqual([x for x in links
                              if not x.startswith("data:image/")], [])
            self.assertNotIn("@import", html)
            self.assertNotIn("url(", html)
            # Without scripts the rows or the picture must stand there.
            still = re.sub(r"<script.*?</script>", "", html, flags=re.S)
            self.assertRegex(still, r"<td|<svg")

    def test_an_error_does_not_abort_what_comes_after(self):
        self.k.wait_ready()
        reply, out = self.outputs("print nosuch")
        self.assertEqual(reply.content["status"], "error")
        self.assertEqual([x.type for x in out], ["execute_input", "error"])
        reply, _ = self.outputs("print 1")
        self.assertEqual(reply.content["status"], "ok")

    def test_interrupt_on_either_channel(self):
        self.k.wait_ready()
        for channel in ("control", "shell"):   # shell: before 2025-11
            m = self.execute("range x from 1 to 100000000000 step 1 "
                             "| where x % 7 == 3 | summarize sum(x)")
            time.sleep(0.5)
            began = time.perf_counter()
            self.k.send("interrupt_request", channel=channel, header=HEADER)
            r = self.k.reply_to(m)
            self.assertEqual(r.content["ename"], "Interrupted")
            self.assertLess(time.perf_counter() - began, 1)
            self.k.iopub_until_idle(m)

    def test_a_stale_cursor_and_utf16_offsets(self):
        self.k.wait_ready()
        for code, at in (("print 1 | ", 1), ("print '\U0001f600' | ", 13),
                         ("print 1 | ", 999)):
            m = self.k.send("complete_request",
                            {"code": code, "cursor_pos": at}, header=HEADER)
            c = self.k.reply_to(m).content
            self.assertEqual(c["status"], "ok")
            self.assertLessEqual(c["cursor_start"], c["cursor_end"])
            self.assertGreaterEqual(
                len(c["metadata"].get("_jupyter_types_experimental", [])),
                len(c["matches"]))

    def test_the_end_is_a_signal(self):
        self.k.wait_ready()
        self.execute("range x from 1 to 100000000000 step 1 "
                     "| where x % 7 == 3 | summarize sum(x)")
        time.sleep(0.3)
        began = time.perf_counter()
        self.k.proc.send_signal(signal.SIGTERM)
        self.assertEqual(self.k.proc.wait(3), 0)
        self.assertLess(time.perf_counter() - began, 1.5)


if __name__ == "__main__":
    unittest.main()

"""batch_rig.py - a running `shikra batch` for tests, with a time limit a request.

Used by the suites of this folder. A Batch starts the program again after it
crashed or was killed for being too slow, so that one find does not hide the
next. Answers are the parsed JSON lines; a crash or a hang is an answer with
the member "died" or "hung".
"""

import json
import os
import select
import subprocess
import time


class Batch:
    """One program; ask() sends a request and waits for its answer."""

    def __init__(self, program=None, seconds=10.0, env=None):
        self.program = program or os.environ["SHIKRA_RELEASE"]
        self.seconds = seconds
        self.env = dict(os.environ, **(env or {}))
        self.proc = None
        self.rest = b""
        self.took = 0.0

    def start(self):
        self.errors = os.memfd_create("errors")
        self.proc = subprocess.Popen(
            [self.program, "batch"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, env=self.env)
        self.rest = b""

    def stderr(self):
        """What the program wrote to its standard error so far."""
        return os.pread(self.errors, 1 << 20, 0).decode("utf-8", "replace")

    def stop(self):
        """Lets the program end by itself; gives its status."""
        if not self.proc:
            return 0
        self.proc.stdin.close()
        try:
            status = self.proc.wait(60)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            status = self.proc.wait()
        self.proc.stdout.close()
        self.proc = None
        return status

    def _died(self, word):
        self.proc.kill()
        status = self.proc.wait()
        text = self.stderr()
        self.proc.stdout.close()
        self.proc = None
        os.close(self.errors)
        return {word: status, "stderr": text, "errors": [],
                "diagnostics": []}

    def _read_line(self, until):
        fd = self.proc.stdout.fileno()
        parts = [self.rest]
        while b"\n" not in parts[-1]:
            left = until - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                return None
            part = os.read(fd, 1 << 20)
            if not part:
                return b""
            parts.append(part)
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return line

    def ask(self, code, seconds=None, **more):
        """The answer to a request; see docs for its members."""
        if not self.proc:
            self.start()
        request = json.dumps(dict({"id": 1, "code": code}, **more))
        begin = time.monotonic()
        try:
            self.proc.stdin.write(request.encode() + b"\n")
            self.proc.stdin.flush()
        except BrokenPipeError:
            return self._died("died")
        line = self._read_line(begin + (seconds or self.seconds))
        self.took = time.monotonic() - begin
        if line is None:
            return self._died("hung")
        if not line:
            return self._died("died")
        return json.loads(line)

"""load_threads.py - a busy kernel under the thread checker; make tsan runs it.

    tests/protocol/load_threads.py KERNEL [SECONDS]

Completion, inspection, history and interrupts arrive beside cells that load,
define and query. KERNEL is built with the thread checker, which ends with
status 66 after a race; that, and what it printed, is the result. Not part of
make test: the names of its suites begin with test_."""
import os
import sys
import tempfile
import time

from rawclient import Kernel

CELLS = ("T%d = range x from 1 to 500 step 1 | extend y = x %% 7",
         "print x = %d; let a%d = _ | extend y = 1; a%d",
         "declare query_parameters(p%d:long = 3); p%d = 5",
         "range x from 1 to 9 step 1 | extend t = now() | render timeline",
         "print nosuch%d", ".show tables", "host.processes | proctree")
QUESTIONS = (
    ("complete_request", {"code": "T0 | where ", "cursor_pos": 11}),
    ("complete_request", {"code": "_ | where x", "cursor_pos": 11}),
    ("complete_request", {"code": "a", "cursor_pos": 1}),
    ("inspect_request", {"code": "a0", "cursor_pos": 2, "detail_level": 0}),
    ("is_complete_request", {"code": "T0 |"}),
    ("history_request", {"hist_access_type": "tail", "n": 5, "output": True,
                         "raw": True}),
    ("comm_info_request", {}), ("kernel_info_request", {}))


def load(k, seconds):
    end, i = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        code = CELLS[i % len(CELLS)]
        m = k.execute(code.replace("%d", str(i % 4)).replace("%%", "%"))
        for _ in range(3):
            for kind, content in QUESTIONS:
                k.send(kind, content)
        if i % 5 == 4:
            k.send("interrupt_request", channel="control")
        k.reply_to(m, timeout=120)
        k.iopub_until_idle(m, timeout=120)
        k.seen.clear()
        i += 1
    return i


def main(program, seconds=20):
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    options = "suppressions=%s/tests/tsan.supp" % os.path.abspath(top)
    with tempfile.TemporaryDirectory() as d:
        report = os.path.join(d, "report") # the kernel captures its stderr
        options += " log_path=" + report
        with Kernel([program, "kernel"], env={"TSAN_OPTIONS": options}) as k:
            k.wait_ready(60)
            n = load(k, float(seconds))
            m = k.send("shutdown_request", {"restart": False}, "control")
            k.reply_to(m, "control", timeout=60)
            status = k.proc.wait(60)
        for name in os.listdir(d):
            with open(os.path.join(d, name), errors="replace") as f:
                print(f.read())
    print("%d cells; the kernel ended with status %d" % (n, status))
    return status != 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""b_kernel.py - start, round trip and memory of kernels, side by side.

Called by: run.sh. Both kernels are started and asked through the same plain
ZeroMQ client, with the same messages; only the code of the cell differs.
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "protocol"))

from rawclient import Kernel  # noqa: E402
import peers  # noqa: E402

KERNELS = {
    "shikra": ([peers.SHIKRA, "kernel"], "print 1"),
    "ipykernel": ([peers.PYTHON, "-m", "ipykernel_launcher"], "1"),
}
STARTS, CELLS = 7, 200


def ready(kernel):
    """Milliseconds from the start of the process to its first answer."""
    request = kernel.send("kernel_info_request")
    kernel.reply_to(request, timeout=30)
    ms = (time.perf_counter() - kernel.started) * 1000
    while True:  # until the subscription works
        request = kernel.send("kernel_info_request")
        kernel.reply_to(request, timeout=30)
        try:
            kernel.iopub_until_idle(request, timeout=0.2)
            return ms
        except TimeoutError:
            pass


def cell(kernel, code):
    start = time.perf_counter()
    request = kernel.execute(code)
    reply = kernel.reply_to(request, timeout=30)
    kernel.iopub_until_idle(request, timeout=30)
    if reply.content["status"] != "ok":
        raise RuntimeError(reply.content)
    return (time.perf_counter() - start) * 1000


def measure(name, out):
    argv, code = KERNELS[name]
    with Kernel(argv) as k:
        out["start"].append(ready(k))
        before = peers.rss_mb(k.proc.pid)
        out["first"].append(cell(k, code))
        out["before"].append(before)
        out["after"].append(peers.rss_mb(k.proc.pid))
        if not out["cells"]:
            for what, text in (("cells", code), ("empty", "")):
                used = peers.cpu_ms(k.proc.pid)
                for _ in range(CELLS):
                    out[what].append(cell(k, text))
                used = peers.cpu_ms(k.proc.pid) - used
                out[what + "_cpu"].append(used / CELLS)


def batch():
    """A question that costs the engine nothing, beside the engine alone."""
    shikra, duck = peers.Shikra(), peers.DuckDB()

    def many(call, *args):
        return lambda: [call(*args) for _ in range(CELLS)]

    calls = {"shikra": many(shikra.run, "print x=1"),
             "shikra, empty": many(shikra.run, ""),
             "duckdb": many(duck.run, "SELECT 1")}
    for call in calls.values():
        call()
    r = peers.side_by_side(calls, 5, {"shikra": shikra.pid,
                                      "shikra, empty": shikra.pid})
    print("## One row in shikra batch\n")
    peers.table(["processor ms", "print x=1", "empty", "SELECT 1 in duckdb"],
                [["each"] + ["%.3f" % (r[n][0] / CELLS) for n in calls]])
    shikra.close()


def main():
    results = {name: {k: [] for k in (
        "start", "first", "cells", "cells_cpu", "empty", "empty_cpu",
        "before", "after")} for name in KERNELS}
    for _ in range(STARTS):
        for name in KERNELS:
            measure(name, results[name])
    rows = []
    a, b = results["shikra"], results["ipykernel"]

    def row(title, value):
        x, y = value(a), value(b)
        rows.append([title, x, y, "%.1fx" % (y / x)])

    row("start to first answer, median ms",
        lambda r: statistics.median(r["start"]))
    row("first cell, median ms", lambda r: statistics.median(r["first"]))
    row("later cell to idle, p50 ms",
        lambda r: peers.percentile(r["cells"], .5))
    row("later cell to idle, p95 ms",
        lambda r: peers.percentile(r["cells"], .95))
    row("later cell, processor ms", lambda r: r["cells_cpu"][0])
    row("empty cell, processor ms", lambda r: r["empty_cpu"][0])
    row("memory before the first cell, MB",
        lambda r: statistics.median(r["before"]))
    row("memory after it, MB", lambda r: statistics.median(r["after"]))
    print("## Kernels\n")
    peers.table(["", "shikra", "ipykernel", "ratio"], rows)
    batch()


if __name__ == "__main__":
    main()

"""peers.py - what the benchmarks measure: this program and others.

Used by b_*.py. Each peer answers run(text) with the number of result rows; the
processor time (user and system, all threads) that the call takes is what
counts, because other work on the machine changes it least. Nothing here knows
a query.
"""
import ctypes
import json
import os
import statistics
import subprocess
import time

BUILD = os.environ.get("BUILD", "build")
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")
SHIKRA = os.path.abspath(os.path.join(BUILD, "shikra"))


def cpu_ms(pid=None):
    """Processor time of a process so far, of ended threads too."""
    pid = pid or os.getpid()
    clock = (~pid << 3) | 2  # its CPU clock, see clock_getcpuclockid(3)
    return time.clock_gettime(clock) * 1000


def rss_mb(pid):
    with open("/proc/%s/status" % pid) as f:
        for line in f:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


class Shikra:
    """One session of `shikra batch`; tables are kept between requests."""
    name = "shikra"

    def __init__(self):
        self.process = subprocess.Popen(
            [SHIKRA, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self.process.pid

    def ask(self, code):
        request = {"id": 1, "code": code, "mode": "run", "keep": True}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("shikra ended at: " + code)
        reply = json.loads(line)
        if not reply["ok"]:
            raise RuntimeError("%s\n%s" % (code, reply["errors"]))
        return reply

    def run(self, code):
        tables = [o for o in self.ask(code)["outputs"]
                  if o["kind"] == "table"]
        return tables[-1]["total"] if tables else 0

    def rss(self):
        return rss_mb(self.process.pid)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class DuckResult(ctypes.Structure):
    _fields_ = [("counts", ctypes.c_uint64 * 3), ("columns", ctypes.c_void_p),
                ("error", ctypes.c_char_p), ("internal", ctypes.c_void_p)]


class DuckDB:
    """The table engine with SQL by hand, through its C interface."""
    name = "duckdb"

    def __init__(self):
        self.lib = ctypes.CDLL(os.path.join(BUILD, "lib", "libduckdb.so"))
        self.lib.duckdb_row_count.restype = ctypes.c_uint64
        self.lib.duckdb_result_error.restype = ctypes.c_char_p
        self.db, self.con = ctypes.c_void_p(), ctypes.c_void_p()
        if self.lib.duckdb_open(None, ctypes.byref(self.db)) or \
                self.lib.duckdb_connect(self.db, ctypes.byref(self.con)):
            raise RuntimeError("cannot open DuckDB")

    def run(self, sql):
        result = DuckResult()
        bad = self.lib.duckdb_query(self.con, sql.encode(),
                                    ctypes.byref(result))
        if bad:
            text = self.lib.duckdb_result_error(ctypes.byref(result))
            raise RuntimeError("%s\n%s" % (sql, text.decode()))
        rows = self.lib.duckdb_row_count(ctypes.byref(result))
        self.lib.duckdb_destroy_result(ctypes.byref(result))
        return rows


def timed(call, pid):
    wall, cpu = time.perf_counter(), cpu_ms(pid)
    result = call()
    return (cpu_ms(pid) - cpu, (time.perf_counter() - wall) * 1000, result)


def side_by_side(calls, rounds, pids=None):
    """{name: call} -> {name: (CPU ms, wall ms, last result)}, medians.

    Rounds are interleaved, so that a slow moment of the machine hits all.
    `pids` has the process that works for a name, when it is not this one.
    """
    cpu = {name: [] for name in calls}
    wall = {name: [] for name in calls}
    results = {}
    for _ in range(rounds):
        for name, call in calls.items():
            used, took, results[name] = timed(call, (pids or {}).get(name))
            cpu[name].append(used)
            wall[name].append(took)
    return {name: (statistics.median(cpu[name]),
                   statistics.median(wall[name]), results[name])
            for name in calls}


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p))]


def table(head, rows):
    """Prints rows of text with the columns aligned, numbers to the right."""
    cells = [head] + [[("%.1f" % c if isinstance(c, float) else str(c))
                       for c in row] for row in rows]
    widths = [max(len(r[i]) for r in cells) for i in range(len(head))]
    for r in cells:
        print("  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                        for i, (c, w) in enumerate(zip(r, widths))).rstrip())
    print()

"""measure.py - start-up and round-trip times of a kernel, through ZeroMQ only.

    /usr/bin/python3 tests/protocol/measure.py build/shikra [CODE]

Prints milliseconds; the numbers are only comparable on one machine.
"""
import os
import statistics
import sys
import time

from rawclient import Kernel


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * p))]


def main():
    argv = [sys.argv[1], "kernel"]
    code = sys.argv[2] if len(sys.argv) > 2 else ""
    starts = []
    for _ in range(15):
        with Kernel(argv) as k:
            k.wait_ready()
            starts.append(k.start_ms)
    print("start -> kernel_info_reply   median %.1f  min %.1f" %
          (statistics.median(starts), min(starts)))
    with Kernel(argv) as k:
        k.wait_ready()
        reply, idle, complete = [], [], []
        for i in range(500):
            t = time.perf_counter()
            m = k.execute(code)
            k.reply_to(m)
            reply.append((time.perf_counter() - t) * 1000)
            k.iopub_until_idle(m)
            idle.append((time.perf_counter() - t) * 1000)
        for i in range(200):
            t = time.perf_counter()
            m = k.send("complete_request", {"code": "e", "cursor_pos": 1})
            k.reply_to(m)
            complete.append((time.perf_counter() - t) * 1000)
            k.iopub_until_idle(m)
        for name, v in (("execute -> reply", reply), ("execute -> idle", idle),
                        ("complete -> reply", complete)):
            print("%-28s p50 %.2f  p95 %.2f" %
                  (name, percentile(v, .5), percentile(v, .95)))
        with open("/proc/%d/status" % k.proc.pid) as f:
            for line in f:
                if line.startswith(("VmRSS", "Threads")):
                    print(line.strip())
        t = time.perf_counter()
        m = k.send("shutdown_request", {"restart": False}, channel="control")
        k.proc.wait()
        print("shutdown -> exit %.1f, exit code %d" %
              ((time.perf_counter() - t) * 1000, k.proc.returncode))


if __name__ == "__main__":
    main()

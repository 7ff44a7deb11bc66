#!/usr/bin/env python3
"""suite_golden.py - how far each analytic agrees with recorded outputs of MSTICPy.

Usage: tests/golden/suite_golden.py [NAME…]     called by make golden, make test

Each g_NAME.py beside this file is one analytic: FOLDER says where its
recordings lie below ../shared/golden, compare(rig) yields Parts. A Part counts
what was compared and sorts each difference under a reason; a difference
without one, or more differences than a reason's ceiling, is a failure. Without
recordings the analytic is skipped and the last line says so; status 77 when
nothing could be compared.
"""
import collections
import glob
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..", "shared", "golden")
SHOWN = 5


class Part:
    """One comparison: how many values, how many equal, why the others not."""

    def __init__(self, name, reasons=None):
        """`reasons`: a deliberate difference in words -> how many at most."""
        self.name = name
        self.compared = 0
        self.equal = 0
        self.ceilings = reasons or {}
        self.different = collections.Counter()
        self.unexplained = []

    def same(self, n=1):
        self.compared += n
        self.equal += n

    def differs(self, reason, detail=""):
        """`reason` is one of the words above, or None: nobody knows why."""
        self.compared += 1
        if reason in self.ceilings:
            self.different[reason] += 1
        else:
            self.unexplained.append(str(detail))

    def check(self, ours, theirs, reason, detail=""):
        if ours == theirs:
            self.same()
        else:
            self.differs(reason, "%s: ours %r, theirs %r" % (
                detail, ours, theirs))

    def failures(self):
        out = ["no reason: " + d for d in self.unexplained]
        for reason, n in self.different.items():
            if n > self.ceilings[reason]:
                out.append("%d times, at most %d expected: %s" % (
                    n, self.ceilings[reason], reason))
        if not self.compared:
            out.append("nothing was compared")
        return out

    def report(self):
        share = 100.0 * self.equal / self.compared if self.compared else 0
        print("  %-44s %6d of %6d equal (%.1f %%)" % (
            self.name, self.equal, self.compared, share))
        for reason, n in self.different.most_common():
            print("      %5d  %s" % (n, reason))
        failures = self.failures()
        for text in failures[:SHOWN]:
            print("      FAILED " + text[:400])
        if len(failures) > SHOWN:
            print("      FAILED and %d more" % (len(failures) - SHOWN))
        return not failures


class Rig:
    """The program on one side, a folder of recordings on the other."""

    def __init__(self, folder):
        self.folder = folder
        self.scratch = tempfile.TemporaryDirectory()
        self.tables = ""  # code that makes them: each request starts afresh
        self.program = subprocess.Popen(
            [os.environ.get("SHIKRA_RELEASE",
                            os.path.join(HERE, "..", "..", "build", "shikra")),
             "batch"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.program.stdin.close()
        self.program.wait()
        self.scratch.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def lines(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def json(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return json.load(f)

    def load(self, name, rows):
        """Makes a table of a list of dicts."""
        path = os.path.join(self.scratch.name, name + ".jsonl")
        with open(path, "w", encoding="utf-8") as f:
            for row in rows:
                f.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.tables += '.load "%s" as %s\n' % (path, name)

    def answer(self, code):
        request = {"id": 1, "code": self.tables + code, "max_rows": 10000000}
        self.program.stdin.write((json.dumps(request) + "\n").encode())
        self.program.stdin.flush()
        reply = json.loads(self.program.stdout.readline())
        if not reply["ok"]:
            raise RuntimeError("%s: %s" % (code, reply["errors"]))
        return reply

    def rows(self, code):
        """The last table that the code shows, as a list of dicts."""
        table = [o for o in self.answer(code)["outputs"]
                 if o["kind"] == "table"][-1]
        names = [c["name"] for c in table["columns"]]
        return [dict(zip(names, row)) for row in table["rows"]]


def run(path):
    """(passed, failed) of one analytic, None when it was skipped."""
    name = os.path.basename(path)[2:-3]
    spec = importlib.util.spec_from_file_location("golden_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = os.path.abspath(os.path.join(ROOT, module.FOLDER))
    if not os.path.isdir(folder):
        print("%s: skipped, no recordings in %s" % (
            name, os.path.relpath(folder)))
        return None
    print("%s: %s" % (name, module.__doc__.strip().split("\n")[0].split(
        " - ", 1)[-1]))
    rig = Rig(folder)
    try:
        good = [part.report() for part in module.compare(rig)]
    except Exception as problem:  # one broken analytic hides no other
        print("      FAILED %s: %s" % (type(problem).__name__, problem))
        return 0, 1
    finally:
        rig.close()
    return sum(good), len(good) - sum(good)


def main():
    sys.path.insert(0, HERE)
    sys.modules["suite_golden"] = sys.modules["__main__"]
    wanted = sys.argv[1:]
    results = [run(path) for path in sorted(glob.glob(
        os.path.join(HERE, "g_*.py")))
        if not wanted or os.path.basename(path)[2:-3] in wanted]
    done = [r for r in results if r]
    if not done:
        print("golden: skipped, there are no recordings")
        sys.exit(77)
    passed, failed = (sum(x) for x in zip(*done))
    print("golden: %d passed, %d failed" % (passed, failed))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

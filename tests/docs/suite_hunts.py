#!/usr/bin/env python3
"""suite_hunts.py - the notebooks about analytics run without a front end.

Usage: SHIKRA_RELEASE=build/shikra tests/docs/suite_hunts.py
Each notebook guards its own findings with assert statements, so it has to end
with status 0. The data is made anew; status 77 when build/intrusion is missing.
"""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
NAMES = ("sessions-and-sequences", "series-and-beacons",
         "clusters-and-outliers")


def main():
    shikra = os.path.abspath(os.environ.get(
        "SHIKRA_RELEASE", os.path.join(ROOT, "build", "shikra")))
    maker = os.path.join(os.path.dirname(shikra), "intrusion")
    if not os.access(maker, os.X_OK):
        print("hunts: skipped, there is no %s" % maker)
        sys.exit(77)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        demo = os.path.join(scratch, "build", "demo")
        os.makedirs(demo)
        subprocess.run([maker, "--out", demo], check=True,
                       stdout=subprocess.DEVNULL)
        folder = os.path.join(scratch, "notebooks")
        os.mkdir(folder)
        for name in NAMES:
            shutil.copy(os.path.join(ROOT, "notebooks", name + ".ipynb"),
                        folder)
            done = subprocess.run([shikra, "run", name + ".ipynb"],
                                  cwd=folder, capture_output=True)
            if done.returncode != 0:
                failed += 1
                print("%s: status %d\n%s" % (name, done.returncode,
                                             done.stderr.decode()[-2000:]))
    print("hunts: %d passed, %d failed" % (len(NAMES) - failed, failed))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

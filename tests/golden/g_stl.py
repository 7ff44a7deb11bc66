"""g_stl.py - seasons, trends and anomalies of series (`series_stl`)."""
import glob
import os

from suite_golden import Part

FOLDER = "timeseries"

CUT = "the reference cuts the values to whole numbers before it scores them"
BELOW = "a fall is an anomaly as well; the reference tells rises only"
SIGN = "the sign is that of the deviation, not that of the season"
TOLERANCE = 1e-9


def near(a, b, scale):
    return abs(a - b) <= TOLERANCE * max(scale, 1e-300)


def series(rig, name, function):
    return rig.rows(
        "T | sort by i asc | summarize y = make_list(v) "
        "| extend (%s) = %s" % (name, function))[0]


def compare_parts(part, rows, ours):
    scale = max(abs(r["raw"]["trend"]) + abs(r["raw"]["seasonal"]) +
                abs(r["raw"]["residual"]) for r in rows)
    for i, row in enumerate(rows):
        for word in ("trend", "seasonal", "residual"):
            part.check(near(ours[word][i], row["raw"][word], scale), True,
                       None, (i, word, ours[word][i], row["raw"][word]))


def why(row, flag):
    if row["anomalies"] == -1 and flag == 1:
        return SIGN
    if flag == -1 and row["anomalies"] == 0:
        return BELOW
    return CUT


def compare_one(rig, path):
    name = os.path.relpath(path, rig.folder)[:-len("_summary.json")]
    rows = rig.lines(name + ".jsonl")
    p = rig.json(name + "_summary.json")["parameters"]
    given = {r["TimeGenerated"]: r["value"] for r in rig.lines(
        os.path.dirname(name) + "/input.jsonl")}
    rig.load("T", ({"i": i, "v": float(given[r["TimeGenerated"]])}
                   for i, r in enumerate(rows)))
    parts = Part(name + ", parts")
    ours = series(rig, "baseline, seasonal, trend, residual",
                  "series_stl(y, %d, %d)" % (p["period"], p["seasonal"]))
    compare_parts(parts, rows, ours)
    flags = Part(name + ", flags", {CUT: 2, BELOW: 40, SIGN: 20})
    ours = series(rig, "flag, score, base",
                  "series_stl_anomalies(y, %r, %d, %d)" % (
                      float(p["score_threshold"]), p["period"],
                      p["seasonal"]))
    for row, flag in zip(rows, ours["flag"]):
        flags.check(flag, row["anomalies"] or 0, why(row, flag),
                    row["TimeGenerated"])
    return parts, flags


def compare(rig):
    for path in sorted(glob.glob(rig.path("*/expected_*_summary.json"))):
        for part in compare_one(rig, path):
            yield part

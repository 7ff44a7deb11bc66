"""g_outliers.py - isolation forests: what no seed misses (`outliers`)."""
import csv

from suite_golden import Part

FOLDER = "outliers"


def ranks(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    out = [0.0] * len(values)
    i = 0
    while i < len(order):
        j = i
        while j < len(order) and values[order[j]] == values[order[i]]:
            j += 1
        for k in order[i:j]:
            out[k] = (i + j - 1) / 2
        i = j
    return out


def correlation(a, b):
    """Spearman's."""
    x, y = ranks(a), ranks(b)
    mx, my = sum(x) / len(x), sum(y) / len(y)
    up = sum((p - mx) * (q - my) for p, q in zip(x, y))
    return up / (sum((p - mx) ** 2 for p in x) *
                 sum((q - my) ** 2 for q in y)) ** 0.5


def table(rig, name, train):
    with open(rig.path(name), encoding="utf-8") as f:
        for i, row in enumerate(csv.DictReader(f)):
            yield {"row": i, "train": train,
                   **{k: float(v) for k, v in row.items()}}


def compare_set(rig, name):
    summary = rig.json(name + "/expected_summary.json")
    expected = rig.lines(name + "/expected.jsonl")
    p = summary["parameters"]
    rows = list(table(rig, name + "/input_train.csv", True))
    columns = [k for k in rows[0] if k not in ("row", "train")]
    # A share there, a number here.
    features = p["max_features"] if isinstance(p["max_features"], int) else (
        int(p["max_features"] * len(columns)))
    rig.load("T", rows + list(table(rig, name + "/input_predict.csv", False)))
    ours = {r["row"]: r for r in rig.rows(
        "T | extend %s | outliers %s with (contamination = %r, sample = %d, "
        "features = %d, trees = %d, train = train) | where not(train)" % (
            ", ".join("%s = todouble(%s)" % (c, c) for c in columns),
            ", ".join(columns), float(p["contamination"]), p["max_samples"],
            features, p["n_estimators"]))}
    part = Part(name)
    for row in summary["always_outlier_in_20_seeds"]:
        part.check(ours[row]["IsOutlier"], True, None, "row %d" % row)
    mine = [-ours[w["row"]]["OutlierScore"] for w in expected]
    theirs = [w["mean_score_20_seeds"] for w in expected]
    agree = correlation(mine, theirs)
    least = summary["spearman_with_other_seeds"]["min"]
    part.check(agree >= least, True, None, "Spearman %.4f, least %.4f" % (
        agree, least))
    k = summary["n_outliers"]
    top = {w["row"] for w in sorted(expected, key=lambda w: w["score"])[:k]}
    best = set(sorted(ours, key=lambda r: -ours[r]["OutlierScore"])[:k])
    overlap = len(top & best) / k
    part.check(overlap >= summary["top_k_overlap_with_other_seeds"]["min"],
               True, None, "overlap of the top %d: %.2f" % (k, overlap))
    return part


def compare(rig):
    for name in ("two_features", "train_and_predict",
                 "train_and_predict_10pc", "processes_on_host"):
        yield compare_set(rig, name)

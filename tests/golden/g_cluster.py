"""g_cluster.py - clusters of events and the features of texts (`cluster`)."""
import glob
import os

from suite_golden import Part

FOLDER = "eventcluster"

BORDER = "a border point between two clusters goes to the nearer core here"


def features(rig):
    part = Part("features of 376 texts")
    want = rig.lines("expected_string_features.jsonl")
    rig.load("T", ({"i": i, "t": w["text"]} for i, w in enumerate(want)))
    ours = {r["i"]: r for r in rig.rows(
        "T | project i, a = delimiter_count(t), b = delimiter_hash(t), "
        "c = char_score(t), d = hash_crc32(t)")}
    for i, w in enumerate(want):
        r = ours[i]
        part.check((r["a"], r["b"], r["c"], r["d"]),
                   (w["delim_count"], w["delim_hash"], w["char_ord_score"],
                    w["crc32_hash"]), None, w["text"])
    return part


def partition(pairs):
    """For each row the smallest row that is in its cluster; noise: itself."""
    first = {}
    for row, cluster in sorted(pairs):
        first.setdefault(cluster, row)
    return {row: row if cluster < 0 else first[cluster]
            for row, cluster in pairs}


def compare_setting(rig, path):
    name = os.path.relpath(path, rig.folder)[:-len(".json")]
    setting = rig.json(name + ".json")
    labels = rig.lines(name + "_labels.jsonl")
    parameters = setting["parameters"]
    dim = len(labels[0]["x"])
    columns = ["x%d" % k for k in range(dim)]
    # The recorded vectors are scaled already, as their floats came out.
    rig.load("T", ({"row": w["row"], **{c: float(v) for c, v in zip(
        columns, w["x"])}} for w in labels))
    ours = rig.rows(
        "T | extend %s | cluster %s with (eps = %r, min_points = %d, "
        "scale = 'none', metric = '%s') | project row, ClusterId" % (
            ", ".join("%s = todouble(%s)" % (c, c) for c in columns),
            ", ".join(columns), float(parameters["max_cluster_distance"]),
            parameters["min_cluster_samples"],
            parameters.get("metric", "euclidean")))
    part = Part(name, {BORDER: setting.get("n_border", 0)})
    mine = partition([(r["row"], r["ClusterId"]) for r in ours])
    theirs = partition([(w["row"], w["cluster"]) for w in labels])
    core = {w["row"]: w["core"] for w in labels}
    for row in theirs:
        part.check(mine[row], theirs[row],
                   None if core[row] else BORDER, row)
    return part


def compare(rig):
    yield features(rig)
    for path in sorted(glob.glob(rig.path("*/expected_*_labels.jsonl"))):
        yield compare_setting(rig, path.replace("_labels.jsonl", ".json"))

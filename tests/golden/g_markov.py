"""g_markov.py - likelihoods of sessions and their rarest windows (`markov`)."""
import glob
import math
import os

from suite_golden import Part

FOLDER = "anomalous_sequence"
TOLERANCE = 1e-9  # of a likelihood, relative; of its logarithm absolute


def events(sessions):
    for s in sessions:
        for place, cmd in enumerate(s["cmds"]):
            plain = isinstance(cmd, str)
            yield {"s": s["session"], "i": place,
                   "e": cmd if plain else cmd["name"],
                   "p": [] if plain else cmd["params"]}


def near(log, likelihood):
    if log is None or likelihood is None:
        return log is None and likelihood is None
    return likelihood > 0 and abs(log - math.log(likelihood)) <= TOLERANCE


def score(rig, table, level, tokens, window):
    """Our answer for each session."""
    options = "window = %d, tokens = %s" % (window, str(tokens).lower())
    if level != "cmds_only":
        options += ", params = p"
    if level == "cmds_params_values":
        options += ", values = true"
    if "all_values" in table:
        options += ', choices = dynamic(["Identity", "City", "Name"])'
    return {row["s"]: row for row in rig.rows(
        "%s | sort by s asc, i asc | markov e by s with (%s) "
        "| summarize l = max(LogLikelihood), m = max(MeanLogLikelihood), "
        "r = max(RarestLogLikelihood), w = take_any(RarestWindow) by s"
        % (table, options))}


def compare_windows(part, odd, ours, theirs):
    for s, row in ours.items():
        want = theirs[s]
        if not near(row["r"], want["likelihood"]):
            part.differs(TOKEN if s in odd else None, (s, row, want))
        elif want["likelihood"] is not None and row["w"] != want["window"]:
            part.differs("another window, as rare to %g" % TOLERANCE,
                         (s, row, want))
        else:
            part.same()


def is_token(session):
    return "##UNK##" in session["cmds"]


TOKEN = "an event called like the reference's token is an event here"


def compare(rig):
    tie = {TOKEN: 6, "another window, as rare to %g" % TOLERANCE: 40}
    for path in sorted(glob.glob(rig.path("*/*/expected_scores.jsonl"))):
        name = os.path.relpath(os.path.dirname(path), rig.folder)
        level = os.path.basename(name)
        table = "T_" + name.replace("/", "_")
        rig.load(table, events(rig.lines(name + "/input_sessions.jsonl")))
        odd = {s["session"] for s in rig.lines(name + "/input_sessions.jsonl")
               if is_token(s)}
        want = {w["session"]: w for w in
                rig.lines(name + "/expected_scores.jsonl") if w["n_cmds"]}
        scores = Part(name + " likelihoods", {TOKEN: 2})
        windows = Part(name + " rarest windows", tie)
        for key in ("with_start_end_tokens", "without_tokens"):
            tokens = key == "with_start_end_tokens"
            lengths = next(iter(want.values()))[key]["rarest_window"]
            for length in lengths:
                ours = score(rig, table, level, tokens, int(length))
                compare_windows(windows, odd, ours, {
                    s: w[key]["rarest_window"][length]
                    for s, w in want.items()})
            for s, w in want.items():
                row = ours.get(s)
                good = row and near(row["l"], w[key]["likelihood"]) and near(
                    row["m"], w[key]["geomean_likelihood"])
                scores.check(bool(good), True, TOKEN if s in odd else None, (s, row, w[key]))
        yield scores
        yield windows

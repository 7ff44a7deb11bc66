"""g_sessions.py - events cut into sessions by user and time (`sessions`)."""
import collections

from suite_golden import Part

FOLDER = "anomalous_sequence/sessionize"


def group(rows, sets):
    """The rows of each session, the sessions as a set."""
    out = collections.defaultdict(list)
    for row in rows:
        out[row["SessionId"]].append(row["row"])
    return sets(tuple(sorted(v)) for v in out.values())


def compare(rig):
    for source, users in (("exchange", "UserId, ClientIP"),
                          ("corner", "user")):
        events = rig.lines("input_%s.jsonl" % source)
        key = [u.strip() for u in users.split(",")]
        time = "time" if source == "corner" else "TimeGenerated"
        event = "event" if source == "corner" else "Operation"
        rig.load(source, ({"row": e["row"], "t": e[time], "e": e[event],
                           **{k: e[k] for k in key}} for e in events))
        for longest, quiet in ((20, 2), (60, 10), (1, 1)):
            name = "expected_%s_max%d_sep%d.jsonl" % (
                "corner" if source == "corner" else "sessions", longest, quiet)
            try:
                want = rig.lines(name)
            except FileNotFoundError:
                continue
            part = Part("%s, longest %dm, timeout %dm" % (
                source, longest, quiet))
            ours = rig.rows(
                "%s | sessions by %s timeout %dm with (longest = %dm)"
                % (source, users, quiet, longest))
            if "rows" in want[0]:
                theirs = set(tuple(sorted(w["rows"])) for w in want)
                mine = group(ours, set)
                for s in mine | theirs:
                    part.check(s in mine, s in theirs, None, s)
            else:
                sizes = collections.Counter(
                    (w.get("user") or "", w["number_events"]) for w in want)
                counts = collections.Counter(
                    (r["user"], r["SessionId"]) for r in ours)
                mine = collections.Counter(
                    (user, n) for (user, _), n in counts.items())
                for k in mine | sizes:
                    part.check(mine[k], sizes[k], None, k)
            yield part

"""g_auditd.py - audit records put together to events (`auditd`)."""
import collections
import re

from suite_golden import Part

FOLDER = "auditd/log_file"

ARGUMENTS = "arguments from the fourth on are lost in the reference"
MERGED = "events of one millisecond are one event in the reference"
NUMBERS = ("pid", "ppid", "uid", "gid", "euid", "egid", "ses", "auid")
TEXTS = ("exe", "cwd", "success", "acct", "res", "hostname", "addr",
         "terminal")


def plain(text):
    """What the reference leaves of a value: quotes, "?" for nothing."""
    text = str(text or "").strip("'\"")
    return "" if text in ("?", "(null)") else text


def compare(rig):
    with open(rig.path("input_auditd_log.txt"), encoding="utf-8") as f:
        lines = [line.rstrip("\n") for line in f]
    rig.load("T", ({"line": line} for line in lines))
    serials = collections.defaultdict(set)
    for line in lines:
        stamp = re.search(r"audit\(([0-9.]+):([0-9]+)\)", line)
        if stamp and not line.startswith("type=EOE"):
            serials[stamp.group(1)].add(stamp.group(2))
    ours = rig.rows("T | auditd line | extend stamp = strcat("
                    "tolong((TimeGenerated - datetime(1970-01-01)) / 1s), '.',"
                    " substring(format_datetime(TimeGenerated, 'fff'), 0))")
    by_time = collections.defaultdict(list)
    for row in ours:
        by_time[row["stamp"]].append(row)
    events = Part("events: one for each serial number")
    fields = Part("their fields", {MERGED: 4})
    for want in rig.lines("expected_events.jsonl"):
        stamp = want["mssg_id"].split(":")[0]
        mine = by_time[stamp]
        events.check(sorted(str(m["Serial"]) for m in mine),
                     sorted(serials[stamp]), None, stamp)
        for key in NUMBERS + TEXTS:
            if want.get(key) is None or not mine:
                continue
            got = [plain(m[key]) if key in TEXTS else m[key] for m in mine]
            value = want[key] if key in NUMBERS else plain(want[key])
            if key in NUMBERS and isinstance(value, str):
                value = int(value) if value.lstrip("-").isdigit() else None
            good = value in got or value == 4294967295 and -1 in got
            fields.check(good, True,
                         MERGED if len(mine) > 1 else None,
                         (want["mssg_id"], key, value, got))
    yield events
    yield fields
    yield commands(rig, by_time)


def commands(rig, by_time):
    part = Part("command lines", {ARGUMENTS: 30, MERGED: 68})
    for want in rig.lines("expected_execve.jsonl"):
        line = want["cmdline"].rstrip(" ")
        got = [m["cmdline"] for m in by_time[want["mssg_id"].split(":")[0]]
               if m["cmdline"]]
        if line in got:
            part.same()
        else:
            cut = want["argc"] > 3 and any(g.startswith(line) for g in got)
            part.differs(ARGUMENTS if cut else None, (line, got))
        for lost in range(len(got) - 1):
            part.differs(MERGED, lost)
    return part

"""g_beacons.py - periodic traffic, against a periodogram (`beacons`)."""
import csv

from suite_golden import Part

FOLDER = "polling_detection"

ARTEFACT = "an event in every second is a full log, not a beat"
BURSTS = "bursts of a person raise all low frequencies; no beat is in them"
JITTER = "a wait of 60 s that varies by 45 % is found by its intervals"
HARMONIC = "the reference names a harmonic, this names the beat"


def seconds(span):
    day, _, rest = span.rpartition(".") if span.count(".") > 1 else ("", 0,
                                                                      span)
    h, m, s = rest.split(":")
    return int(day or 0) * 86400 + int(h) * 3600 + int(m) * 60 + float(s)


def compare(rig):
    want = {w["edge"]: w for w in rig.lines("expected.jsonl")}
    with open(rig.path("input.csv"), encoding="utf-8") as f:
        rig.load("T", ({"edge": r["edge"], "timestamp": int(r["timestamp"])}
                       for r in csv.DictReader(f)))
    ours = {row["edge"]: row for row in rig.rows(
        "T | beacons by edge with (threshold = 0.01, min_events = 4, "
        "time = unixtime_seconds_todatetime(timestamp))")}
    flags = Part("is there a beat (p < 0.01)",
                 {ARTEFACT: 1, BURSTS: 1, JITTER: 1})
    beats = Part("the beat, to 2 %", {HARMONIC: 6})
    for edge, w in want.items():
        theirs = w["p_value"] is not None and w["p_value"] < 0.01
        flags.check(edge in ours, theirs,
                    {"every_second": ARTEFACT, "human_bursts": BURSTS,
                     "beacon_60s_jitter_45pc": JITTER}.get(edge), edge)
        if edge not in ours or not theirs:
            continue
        period = seconds(ours[edge]["Period"])
        names = [w["dominant_interval"]] + (w["tied_top_intervals"] or [])
        beat = any(n and abs(n - period) <= 0.02 * period for n in names)
        multiple = period / w["dominant_interval"]
        beats.check(beat, True, HARMONIC if abs(
            multiple - round(multiple)) < 0.02 * multiple else None,
            (edge, period, names[:4]))
    yield flags
    yield beats

#!/usr/bin/env python3
"""g_mask.py - pseudonyms, against data_obfus: properties, since keys differ.

Their digests have no key, so values cannot agree. Compared is what a pseudonym
must keep: which values are equal, what stays as it is, the input itself.
"""
import re

from suite_golden import Part

FOLDER = "data_obfus"
KEY = 'key = "of the comparison"'
BLANK = "a SID with a blank behind it is one all the same"
NO_IP = "10.1.23.456 is no address"
TYPO = "172.16/12 is private (there 17.16/12, a slip)"


def masked(rig, name, rows):
    rig.load(name, rows)
    return rig.rows("%s | mask input with (%s) | project input, mask_input" % (
        name, KEY))


def sids(rig):
    part = Part("SIDs: which are kept, what of them", {BLANK: 1})
    theirs = [r for r in rig.lines("expected_hash_sid.jsonl")
              if r["input"].startswith("S-1-")]
    for ours, them in zip(masked(rig, "S", theirs), theirs):
        a, b = ours["mask_input"], them["output"]
        shape = [re.sub(r"\d{4,}", "#", x) for x in (a, b)]
        part.check(shape[0].split("-")[-1] if a != ours["input"] else a,
                   shape[1].split("-")[-1] if b != them["input"] else b,
                   BLANK if them["input"].endswith(" ") else None,
                   them["input"])
    return part


def addresses(rig):
    part = Part("private addresses keep their range", {TYPO: 1, NO_IP: 1})
    theirs = [r for r in rig.lines("expected_hash_ip.jsonl")
              if r.get("kept_prefix") is not None]
    for ours, them in zip(masked(rig, "I", theirs), theirs):
        kept = ours["mask_input"].startswith(them["kept_prefix"])
        slip = them["input"].startswith("17.") and not kept
        odd = NO_IP if them["input"] == "10.1.23.456" else None
        part.check(kept, True, TYPO if slip else odd, them["input"])
    return part


def lengths(rig):
    part = Part("length of words")
    theirs = [r for name in ("string", "item") for r in
              rig.lines("expected_hash_%s.jsonl" % name)
              if isinstance(r["input"], str) and r["input"].isascii()
              and not re.fullmatch(r"[\d.]+", r["input"])]
    for ours, them in zip(masked(rig, "L", theirs), theirs):
        part.check(len(ours["mask_input"]), len(them["input"]), None,
                   them["input"])
    return part


def frame(rig):
    """mask_df: equal values stay equal, different ones different."""
    part = Part("a table: which cells of a column are equal")
    rows = rig.lines("input_mask_df.jsonl")
    names = ["Account", "Computer", "SubjectUserName", "NewProcessName"]
    rig.load("F", rows)
    ours = rig.rows("F | mask %s with (%s)" % (", ".join(names), KEY))
    theirs = rig.lines("expected_mask_df.jsonl")
    for name in names:
        seen = {}
        for mine, them, row in zip(ours, theirs, rows):
            pair = seen.setdefault(row[name], (mine["mask_" + name],
                                               them[name]))
            part.check(mine["mask_" + name] == pair[0], them[name] == pair[1],
                       None, name)
            part.check(mine[name], row[name], None, "the input")
    return part


def compare(rig):
    return [sids(rig), addresses(rig), lengths(rig), frame(rig)]

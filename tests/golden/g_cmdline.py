#!/usr/bin/env python3
"""g_cmdline.py - risky commands of Linux, against risky_cmd_line's own rules.

They answer one command for each time; here each line has its rules. Compared
is which distinct commands are risky.
"""
import os

from suite_golden import Part

FOLDER = "cmd_line"
SHELL = "a shell without arguments is Lolbin here, not a rule"
LINES = "terms of a rule may stand in different lines of a command"
LOOSE = "their pattern finds sh inside other words, or wget alone"


def commands(rig, name):
    path = name if name == "input_hand_made" else os.path.join(
        "..", "syslog", "input_" + name)
    return sorted({r["Command"] for r in rig.lines(path + ".jsonl")
                   if r.get("Command")})


def compare(rig):
    part = Part("risky or not, by command", {SHELL: 5, LOOSE: 3, LINES: 1})
    expected = rig.json("expected_risky_cmd_line.json")
    for name in ("sudo_data", "sudo_data_speed", "sudo_session_test",
                 "hand_made"):
        theirs = {r["command"] for r in expected[name]["risky"]}
        known = commands(rig, "input_hand_made" if name == "hand_made"
                         else name)
        rig.load("C", [{"Command": c} for c in known])
        ours = rig.rows('C | cmdline Command with (os = "linux") '
                        '| project Command, n = array_length(Rules)')
        for row in ours:
            command, risky = row["Command"], row["n"] > 0
            reason = None
            if command in theirs:
                reason = SHELL if "/bin/bash" in command else LOOSE
            elif "\n" in command:
                reason = LINES
            part.check(risky, command in theirs, reason, command)
        rig.tables = ""
    return [part]

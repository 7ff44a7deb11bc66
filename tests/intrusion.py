#!/usr/bin/env python3
"""intrusion.py - the example intrusion is what its README says.

Usage: tests/intrusion.py [build/intrusion]
Checks that equal seeds give equal bytes, that every line is JSON (or CSV of
one width) in order of time, that parents exist, and that every step of the
story is there. Prints one line per failure and "intrusion: N passed, M failed".
"""
import base64
import csv
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

TOOL = sys.argv[1] if len(sys.argv) > 1 else "build/intrusion"
passed = failed = 0


def check(what, good):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print(f"intrusion: FAILED {what}")


def make(folder, *options):
    done = subprocess.run([TOOL, "--out", str(folder), *options],
                          capture_output=True, text=True)
    return done.returncode == 0


def digest(folder):
    h = hashlib.sha256()
    for f in sorted(folder.iterdir()):
        h.update(f.name.encode() + f.read_bytes())
    return h.hexdigest()


def load(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def in_order(rows):
    times = [r["TimeGenerated"] for r in rows]
    return times == sorted(times) and all(len(t) == 28 for t in times)


def has(rows, n=1, **want):
    """At least n rows in which every named column contains the text."""
    return sum(all(str(v) in str(r.get(k, "")) for k, v in want.items())
               for r in rows) >= n


def check_parents(rows):
    """A parent that the log knows is named as the log knows it."""
    name, good, known = {}, True, 0
    for r in rows:
        parent = name.get((r["Computer"], r["ProcessId"]))
        if parent == r["ParentProcessName"]:
            known += 1
        name[r["Computer"], r["NewProcessId"]] = r["NewProcessName"]
        good &= r["NewProcessId"].startswith("0x") and bool(r["CommandLine"])
    check("process rows are whole", good)
    check("most parents are in the log", known > 0.85 * len(rows))
    pairs = [(r["Computer"], r["NewProcessId"]) for r in rows]
    check("process numbers are reused", len(set(pairs)) < len(pairs))


def check_beacon(rows):
    times = [r["TimeGenerated"] for r in rows
             if r["DstIp"] == "198.51.100.23" and "rundll32" in r["ProcessName"]]
    seconds = [int(t[11:13]) * 3600 + int(t[14:16]) * 60 + float(t[17:27])
               for t in times]
    gaps = [b - a for a, b in zip(seconds, seconds[1:])]
    regular = [g for g in gaps if 53 < g < 67]
    check("beacon has hundreds of rows", len(times) > 400)
    check("beacon is regular but for two gaps", len(gaps) - len(regular) == 2)


def check_story(t):
    p, a, n = t["processes"], t["auditd"], t["network"]
    spray = [r for r in t["logons"] if r.get("IpAddress") == "203.0.113.77"]
    check("spray", len({r["Account"] for r in spray}) > 20)
    check("one success", sum(r["EventID"] == 4624 for r in spray) == 1)
    enc = [r["CommandLine"].split("-Enc ")[1] for r in p
           if "-Enc " in r["CommandLine"]]
    check("one encoded command that decodes", len(enc) == 1 and
          "static.cloudmetrics.example" in
          base64.b64decode(enc[0], validate=True).decode("utf-16-le"))
    check("macro", has(p, ParentProcessName="OUTLOOK.EXE",
                       CommandLine="Invoice_2024-0513.docm"))
    check("shell from macro", has(p, ParentProcessName="WINWORD.EXE",
                                  NewProcessName="powershell.exe"))
    check("discovery", has(p, 8, Computer="WS-0003",
                           ParentProcessName="rundll32.exe"))
    check("dump", has(p, 2, CommandLine="comsvcs.dll, MiniDump"))
    check("dump file", has(t["files"], FileName="dbg7.dmp"))
    for host in ("FS01", "DC01"):
        check(f"service on {host}", has(t["admin"], EventID=7045, Computer=host,
                                        Name="SysHealthMon"))
        check(f"process on {host}", has(p, Computer=host,
                                        ParentProcessName="services.exe",
                                        NewProcessName="shmon.exe"))
        check(f"logon on {host}", has(t["logons"], Computer=host, EventID=4624,
                                      Account="adm_krause", LogonType=3))
    check("new account", has(t["admin"], EventID=4720, Name="svc_health"))
    check("task", has(t["admin"], EventID=4698, Name="SysHealth"))
    check("archive", has(p, CommandLine="r.exe a -r -hp"))
    check("upload", has(n, DstIp="192.0.2.44", BytesSent=734528000))
    check("linux", has(a, Computer="lnx-01", cmdline="/tmp/.cache.tgz", n=2))
    check("logs cleared", has(t["admin"], EventID=1102) and
          has(t["admin"], EventID=104))
    check("names asked", has(t["dns"], 80, Answer="198.51.100.23") and
          has(t["dns"], 2, QueryName="files.dropshare.example"))
    check_beacon(n)


def check_csv(folder, tables):
    for name, rows in tables.items():
        with open(folder / f"{name}.csv", newline="", encoding="utf-8") as f:
            got = list(csv.reader(f))
        check(f"{name}.csv is as wide as its head",
              {len(r) for r in got} == {len(got[0])})
        same = all(
            {k: str(v) for k, v in row.items()} ==
            {k: v for k, v in zip(got[0], line) if v}
            for row, line in zip(rows, got[1:]))
        check(f"{name}.csv says what the JSON says",
              same and len(rows) == len(got) - 1)


def main():
    with tempfile.TemporaryDirectory() as tmp:
        d = [pathlib.Path(tmp) / str(i) for i in range(6)]
        check("runs", make(d[0]) and make(d[1]))
        check("equal seeds, equal bytes", digest(d[0]) == digest(d[1]))
        check("other seed", make(d[2], "--seed", "7"))
        check("other bytes", digest(d[0]) != digest(d[2]))
        tables = {f.stem: load(f) for f in sorted(d[0].iterdir())}
        check("seven tables", len(tables) == 7)
        check("as many rows as asked for",
              sum(map(len, tables.values())) == 50000)
        for name, rows in tables.items():
            check(f"{name} is in order", in_order(rows))
        check_parents(tables["processes"])
        check_story(tables)
        check("csv", make(d[3], "--format", "csv"))
        check_csv(d[3], tables)
        check("single", make(d[4], "--single", "--events", "20000",
                             "--hosts", "9", "--days", "1"))
        rows = load(d[4] / "all.jsonl")
        check("single has all kinds", len({r["Kind"] for r in rows}) == 7)
        check("single is in order", in_order(rows))
        check("one day has the story", has(rows, EventID=1102))
        for bad in (["--events", "x"], ["--hosts", "1"], ["--format", "xml"],
                    ["--single", "--format", "csv"], ["--seed"], ["--what"]):
            check(f"refuses {bad}", not make(d[5], *bad))
    print(f"intrusion: {passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())

#!/usr/bin/env python3
"""g_ip_type.py - what an address is for, against get_ip_type.

Names that they lack (Shared, Documentation, Benchmarking, Broadcast) are
compared too, and counted as deliberate.
"""
from suite_golden import Part

FOLDER = "ip_type"
NO_ADDRESS = "no address has no type (there Unspecified)"
FINER = "Shared, Documentation, Benchmarking, Broadcast have names of their own"
RESERVED = "240.0.0.0/4, 0.0.0.0/8, 192.0.0.0/24 and 2001::/23 are Reserved"
INNER = "an IPv6 address that carries an IPv4 one is what that is"
SITE = "fec0::/10 was never public"
UNUSED = "space outside of 2000::/3 is Reserved"
LENIENT = "leading zeros and an empty zone are read as addresses"
NAMES = ("Shared", "Documentation", "Benchmarking", "Broadcast")


def why(ip, ours, theirs):
    if ours == "":
        return NO_ADDRESS
    if ours in NAMES:
        return FINER
    low = ip.lower()
    if low.startswith(("::ffff:", "2002:", "0:0:0:0:0:ffff")):
        return INNER
    if low.startswith(("fec", "fed", "fee", "fef")):
        return SITE
    if ours == "Reserved":
        return UNUSED if ":" in ip and theirs == "Public" else RESERVED
    return LENIENT if theirs == "Unspecified" else None


def compare(rig):
    part = Part("type of an address", {
        NO_ADDRESS: 45, FINER: 22, RESERVED: 29, INNER: 3, SITE: 3,
        UNUSED: 46, LENIENT: 3})
    theirs = rig.lines("expected.jsonl")
    rig.load("T", [{"n": i, "ip": r["ip"]} for i, r in enumerate(theirs)])
    ours = {r["n"]: r["t"] for r in rig.rows("T | project n, t = ip_type(ip)")}
    for i, r in enumerate(theirs):
        part.check(ours[i], r["type"], why(r["ip"], ours[i], r["type"]),
                   r["ip"])
    return [part]

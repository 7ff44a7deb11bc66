#!/usr/bin/env python3
"""g_iocs.py - indicators in text, against IoCExtract with all its types.

Their values are compared in plain form (they leave hxxp and [.] as written),
names and hashes without case. Types that they lack (registry keys, CVEs,
hardware addresses, user agents) are not counted.
"""
import collections
import ipaddress
import re
import urllib.parse

from suite_golden import Part

FOLDER = "ioc_extract"
TYPES = {"ipv4": "ipv4", "ipv6": "ipv6", "dns": "dns", "url": "url",
         "email": "email", "md5_hash": "md5", "sha1_hash": "sha1",
         "sha256_hash": "sha256", "windows_path": "windows_path",
         "linux_path": "linux_path"}
FILE_ENDINGS = ("sh py pl rs md so ps zip man properties").split()

OCTET = "no address: an octet above 255, or digits around it"
LONGER = "part of a longer number or name, which is found as such or not at all"
VERSION = "a version number by the word before it"
V6 = "no IPv6 address: a time, more than one ::, :: alone, a word after ::"
NO_DOT = "host of a URL without a dot (or without anything) is no dns name"
FILE = "a file name or a member of an object, not a host"
SUFFIX = "itself a public suffix, under which others register"
WHOLE = "the whole name is found here: _ - and letters of any script belong"
ESCAPE = "%2F before a name: two digits of the escape are no part of it"
LONG = "a label or name longer than names can be"
PATH = "a name in the path of a URL is a file"
TAIL = "quotes, brackets and stops behind a URL are not part of it"
TWIN = "percent-decoded twin of a URL: here what it carries is found instead"
HOSTLESS = "a URL without a host or with a broken one"
ODD = "odd Unicode digits and letters that match \\d and s without case"
USER = "user and password of a URL are no mail address"
LOCAL = "signs that separate things in logs end the local part"
TOUCH = "letters, 0x or dashes with further digits touch the digits"
BLANK = "the same digit over and over is no hash"
ROOT = "begins without a drive, share, variable or .\\: DOMAIN\\user, a\\b"
KEY = "a key of the registry, which is a type of its own"
END = "the path ends elsewhere: arguments, quotes, lists, doubled backslashes"
UNIX = "a switch, URL, registry or web path: no folder of the root of Unix"

MORE_FANGS = "spellings that they do not know: (.) [dot] [@] [/] [. half"
MORE_IDN = "names in other scripts, whole"
MORE_INSIDE = "carried percent-encoded or in a list"
MORE_NEXT = "their pattern takes the separator with it and misses the next"
MORE_V6 = "IPv6 with an IPv4 tail, or before a full stop"


def plain(kind, value):
    value = re.sub(r"\[\.\]|\[\.(?=\w)|(?<=\w)\.\](?=\w)", ".", value)
    value = re.sub(r"\[at\]", "@", value, flags=re.I)
    if kind == "url":
        value = re.sub(r"^(h)xx(ps?:)", r"\1tt\2", value, flags=re.I)
        value = re.sub(r"^(s?f)x(ps?:)", r"\1t\2", value, flags=re.I)
        head, sep, tail = value.partition(":")
        value = head.lower() + sep + tail
    if kind not in ("url", "email", "windows_path", "linux_path"):
        value = value.lower()
    return value


def is_v6(value):
    try:
        ipaddress.IPv6Address(value)
        return value not in ("::", "::add")
    except ValueError:
        return False


def around(text, value):
    at = text.lower().find(value.lower())
    before = text[at - 1:at] if at > 0 else ""
    return before, text[at + len(value):at + len(value) + 2]


def why_ipv4(value, text, ours):
    before, after = around(text, value)
    if any(int(x) > 255 for x in value.split(".")):
        return OCTET
    if re.search(r"version\W{1,4}$", text[:max(text.find(value), 0)], re.I):
        return VERSION
    if re.match(r"[\w.:]", before) or re.match(r"\w|\.\w", after):
        return LONGER
    return None


def why_dns(value, text, ours):
    names = [v for k, v in ours if k == "dns"]
    if "." not in value or "[" in value or ";" in value:
        return NO_DOT
    if "%" + value[:2].upper() in text.upper() and len(value) > 2:
        return ESCAPE
    if value.count(".") == 1 and value.split(".")[1] == "ck" or \
            value in ("co.uk", "something.kawasaki.jp"):
        return SUFFIX
    if any(v != value and value in v for v in names):
        return WHOLE
    if max(map(len, value.split("."))) >= 63 or len(value) > 100:
        return LONG
    if re.search(re.escape(value) + r"\d", text, re.I) or \
            value.split(".")[-1] in FILE_ENDINGS:
        return FILE
    if re.search(r"\\" + re.escape(value) + r"|[\\_]" + re.escape(value),
                 text, re.I) or re.search(
            r"(system|microsoft|wscript|objectmodel|tc)\.|automation", value):
        return FILE
    if any("/" in v and value in v.lower() for k, v in ours if k == "url"):
        return PATH
    return None


def why_url(value, text, ours):
    urls = [v for k, v in ours if k == "url"]
    decoded = [urllib.parse.unquote(v) for v in urls]
    if value in urls:
        return None
    if any(d.startswith(value) or value.startswith(d) and d != v
           for d, v in zip(decoded, urls)) and "%" in text:
        return TWIN
    if any(value.startswith(v) or v.startswith(value) for v in urls):
        return TAIL
    if re.match(r"\w+:/*(\[.*|$|/.*|b$)", value) or "ex%61" in value:
        return HOSTLESS
    if any(v in value for v in urls):
        return TAIL
    if re.search("[\u017f\u212a]|[\u0660-\u0669]", text):
        return ODD
    return None


def why_email(value, text, ours):
    if value.lstrip("/").split("@")[-1] in text and re.search(
            r"://[^\s/]*@", text):
        return USER
    return LOCAL if re.search(r"[!#$&'*=?^`{|}/]", value) else None


def why_hash(value, text, ours):
    if len(set(value)) < 4:
        return BLANK
    alone = re.search(r"(?<![\w-])%s(?![\w-])" % value, text, re.I)
    return None if alone else TOUCH


def why_windows_path(value, text, ours):
    paths = [v for k, v in ours if k == "windows_path"]
    keys = [v for k, v in ours if k == "registry_key"]
    bare = value.replace("\\\\", "\\")
    if any(value in k or value.split(" ")[0].strip("\\") in k for k in keys):
        return KEY
    if any(v in bare or bare in v for v in paths):
        return END
    if re.match(r"\\(?!\\)", value) or re.search(
            r"\w" + re.escape(value), text):
        return ROOT
    return END if re.search(r"[\"'^;\[$%]|\\\\\\\\| add ", value) else None


def why_linux_path(value, text, ours):
    return UNIX


def why_extra(kind, value, text, theirs):
    if kind in ("windows_path", "linux_path"):
        return END
    if any(ord(c) > 127 for c in value) or "xn--" in value:
        return MORE_IDN
    if kind == "ipv6":
        return MORE_V6
    if kind in ("md5", "sha1", "sha256"):
        return MORE_NEXT
    if any(k == kind and (value in v or v.endswith(value) or v in value)
           for k, v in theirs):
        return TAIL if kind == "url" else WHOLE
    if "%" in text or ";" in text or "," in text:
        return MORE_INSIDE
    return MORE_FANGS if re.search(r"[\[({]", text) else None


WHY = {"ipv4": why_ipv4, "dns": why_dns, "url": why_url, "email": why_email,
       "ipv6": lambda v, t, o: None if is_v6(v) else V6,
       "md5": why_hash, "sha1": why_hash, "sha256": why_hash,
       "windows_path": why_windows_path, "linux_path": why_linux_path}

CEILINGS = {
    "ipv4": {LONGER: 13, OCTET: 5, VERSION: 4, MORE_FANGS: 2},
    "ipv6": {V6: 10, MORE_V6: 4},
    "dns": {FILE: 51, NO_DOT: 16, WHOLE: 12, MORE_IDN: 5, ESCAPE: 5,
        LONG: 4, SUFFIX: 3, MORE_FANGS: 3, PATH: 1},
    "url": {TAIL: 112, TWIN: 6, HOSTLESS: 5, MORE_IDN: 3, MORE_INSIDE: 1,
        MORE_FANGS: 1},
    "email": {USER: 4, MORE_FANGS: 2, LOCAL: 1},
    "md5": {MORE_NEXT: 20, TOUCH: 9, BLANK: 2},
    "sha1": {TOUCH: 2, BLANK: 1},
    "sha256": {BLANK: 2, TOUCH: 2},
    "windows_path": {ROOT: 192, END: 67, KEY: 1},
    "linux_path": {UNIX: 571, END: 38},
}


def by_row(rows, kind, value):
    out = collections.defaultdict(set)
    for r in rows:
        name = TYPES.get(r[kind], r[kind])
        out[r["row"]].add((name, plain(name, r[value])))
    return out


def compare(rig):
    texts = rig.lines("input.jsonl")
    rig.load("T", texts)
    ours = by_row(rig.rows('T | iocs text by row with (types = "all")'),
                  "IocType", "Observable")
    theirs = by_row(rig.lines("expected_all_types.jsonl"), "ioc_type",
                    "observable")
    parts = {k: Part(k, CEILINGS[k]) for k in CEILINGS}
    for line in texts:
        row, text = line["row"], line["text"]
        for kind, value in sorted(theirs[row] | ours[row]):
            if kind not in parts:
                continue
            detail = "row %d %s %r in %r" % (row, kind, value, text[:160])
            if (kind, value) in theirs[row] & ours[row]:
                parts[kind].same()
            elif (kind, value) in theirs[row]:
                parts[kind].differs(WHY[kind](value, text, ours[row]),
                                    "only theirs: " + detail)
            else:
                parts[kind].differs(
                    why_extra(kind, value, text, theirs[row]),
                    "only ours: " + detail)
    return list(parts.values())

#!/usr/bin/env python3
"""g_decode.py - base64 and archives, against base64unpack over a data frame.

A piece is known by its row and the MD5 of its bytes, so text and archives are
compared by content, UTF-16 included. Their rows whose archives raise an error
are not in their answer; here they have an Error.
"""
import collections

from suite_golden import Part

FOLDER = "base64_unpack"
NOISE = ("words, hashes, flags and numbers decode to bytes that are neither "
         "text nor a file")
CUT = "a run with text around it, or cut in two by padding: other bytes"
NESTED = "base64 in base64 goes on here; there two levels when nothing is around"
ARCHIVE = "the archive is a piece of its own, before its members"
UNPADDED = "a run whose padding is missing or short, or one of 24 to 29 letters"
BROKEN = "archives that raise an error there: what could be read, and Error"
DEEPER = "what is inside UTF-16, an archive in an archive, a member of tar"
MORE = "hexadecimal, percent signs, \\x, deflate, joined pieces"
CONTAINERS = ("gzip", "zip", "tar", "zlib", "deflate", "xz", "bzip2")


def why_theirs(record, tag):
    text = record["original_string"]
    if tag.startswith(("padding", "wrapped", "utf16", "lengths", "msticpy")):
        return CUT
    return NOISE if record["encoding_type"] == "binary" or len(
        set(text)) < 4 else None


def why_ours(piece, tag, left_out):
    path = piece["Path"]
    if piece["row"] in left_out or piece["Error"] or tag.endswith("_bad"):
        return BROKEN
    if piece["ContentType"] in CONTAINERS:
        return ARCHIVE
    if "/" in path and set(path.split("/")) == {"base64"}:
        return NESTED
    if "/" in path:
        return DEEPER
    if path != "base64" or "'" in piece["Original"]:
        return MORE
    return UNPADDED


CEILINGS = {NOISE: 52, CUT: 5, NESTED: 13, ARCHIVE: 24, UNPADDED: 31,
            BROKEN: 18, DEEPER: 13, MORE: 12}
UTF16 = "UTF-16 is read as such, not as text with NUL bytes"
SIGNED = "bytes that begin as a file does, or have NULs, are no text"


def by_row(records, row, md5):
    out = collections.defaultdict(dict)
    for r in records:
        out[r[row]].setdefault(r[md5], r)
    return out


def compare(rig):
    texts = rig.lines("input.jsonl")
    rig.load("T", texts)
    found = rig.rows("T | decode text by row with (depth = 20)")
    ours = by_row(found, "row", "MD5")
    theirs = by_row(rig.lines("expected_unpack_df.jsonl"), "src_index", "md5")
    left_out = rig.json("params.json")["rows_left_out_of_data_frame_mode"]
    part = Part("pieces by MD5", CEILINGS)
    digests = Part("SHA-1 and SHA-256 of the same bytes")
    words = Part("text of the same bytes", {UTF16: 19, SIGNED: 3})
    for line in texts:
        row, tag = line["row"], line["tag"]
        for md5 in sorted(set(ours[row]) | set(theirs[row])):
            a, b = ours[row].get(md5), theirs[row].get(md5)
            if not a:
                part.differs(why_theirs(b, tag), "only theirs: %d %s %.80s" % (
                    row, tag, b["original_string"]))
            elif not b:
                part.differs(why_ours(a, tag, left_out),
                             "only ours: %d %s %s" % (row, tag, a["Path"]))
            else:
                part.same()
                digests.check((a["SHA1"], a["SHA256"]),
                              (b["sha1"], b["sha256"]), None, row)
                if b["decoded_string"] is not None:
                    words.check(
                        a["Decoded"], b["decoded_string"],
                        UTF16 if a["Path"].endswith("utf16") else
                        SIGNED if a["ContentType"] != "text" else None, row)
    return [part, digests, words]

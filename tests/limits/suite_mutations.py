#!/usr/bin/env python3
"""suite_mutations.py - queries cut off anywhere, and with one byte changed.

Called by: make test, with the checked build. Prefixes and mutations of the
queries in tests/lang, and of the published cases where they are at hand, are
parsed and bound with tables that are not known. None may end the program, take longer than SLOW seconds, leak, or
be refused without a reason. A seeded sample runs for MUTATION_SECONDS;
MUTATION_SEED sets another sample.
"""

import json
import os
import pathlib
import random
import sys
import time

from batch_rig import Batch

SECONDS = float(os.environ.get("MUTATION_SECONDS", "25"))
SEED = int(os.environ.get("MUTATION_SEED", "1"))
SLOW = float(os.environ.get("MUTATION_SLOW", "5"))
ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "conformance" / "public.jsonl"
BLOCKS = ("query", "error", "runs", "checks", "text", "bind", "plan", "sql",
          "parse", "setup")
ODD = [bytes([b]) for b in b"\0\xff\"'\\|([{}]),:;.*%\n@#$!~=<>-+/`\x80\xc3"]
WORDS = [w.encode() for w in ("|", "(", ")", "let", " by ", "['", "dynamic(",
                              "..", "\u2028", "\u201c", "union", "| where ",
                              "datetime(", "==", "materialize(")]


def blocks(path):
    """The code of the blocks of a .test file."""
    code, inside = [], False
    for line in path.read_text(errors="surrogateescape").split("\n"):
        if not inside and line.split(" ")[0] in BLOCKS:
            code, inside = [], True
        elif inside and (line == "----" or line == ""):
            if code:
                yield "\n".join(code)
            inside = False
        elif inside:
            code.append(line)


def corpus():
    """All queries, each once."""
    found = {}
    for path in sorted((ROOT / "tests").glob("l*/**/*.test")):
        for code in blocks(path):
            if "%repeat(" not in code and len(code) < 4000:
                found[code] = None
    if CASES.exists():
        for line in CASES.open(encoding="utf-8"):
            found[json.loads(line).get("query") or ""] = None
    return [c.encode("utf-8", "surrogateescape") for c in found if c]


def mutate(rng, code):
    at = rng.randrange(len(code) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        return code[:at]
    if kind == 1:
        return code[at:]
    if kind == 2:
        return code[:at] + rng.choice(ODD) + code[at + 1:]
    if kind == 3:
        return code[:at] + code[at + 1:]
    if kind == 4:
        return code[:at] + rng.choice(WORDS) + code[at:]
    other = rng.randrange(len(code) + 1)
    return code[:min(at, other)] + code[max(at, other):]


def run(batch, code):
    """What is wrong with the answer, or None."""
    text = code.decode("utf-8", "replace")
    answer = batch.ask(text, mode="check", open_tables=True)
    if "died" in answer or "hung" in answer:
        return answer
    if not answer.get("ok") and not answer.get("errors"):
        return "refused without a reason"
    return None


def main():
    batch = Batch(os.environ["SHIKRA"], seconds=SLOW)
    rng = random.Random(SEED)
    queries = corpus()
    until = time.monotonic() + SECONDS
    ran = failed = 0
    while time.monotonic() < until:
        code = mutate(rng, rng.choice(queries))
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            code = mutate(rng, code)
        wrong = run(batch, code)
        ran += 1
        if wrong:
            failed += 1
            print(f"FAIL {code!r}\n    {str(wrong)[:1500]}")
    if batch.stop() != 0:
        failed += 1
        print(f"FAIL at the end\n    {batch.stderr()[:3000]}")
    print(f"{len(queries)} queries, seed {SEED}")
    print(f"mutations: {ran - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

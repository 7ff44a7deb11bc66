#!/usr/bin/env python3
"""suite_memory.py - queries that need more memory than they may use.

Called by: make test. With a limit of 200 MB each cell below either gives its
rows (the engine spills) or ends with E0490; the session goes on, and the
process stays within ROOM of memory.
"""

import os
import sys
import threading
import time

from batch_rig import Batch

ROOM = 2_000_000_000  # of the whole process; without a limit these need more
CELLS = {
    "sort": "range x from 1 to 12000000 step 1 | extend r = hash(x), s = "
            "strcat('some text ', x) | sort by r | summarize count(), max(r)",
    "join": "range x from 1 to 2000000 step 1 | extend s = strcat('text ', x)"
            " | join kind=inner (range x from 1 to 2000000 step 1 | extend t ="
            " strcat('text ', x)) on x | summarize count(), max(s), max(t)",
    "make_list": "range x from 1 to 8000000 step 1 | extend k = x % 60 | "
                 "summarize l = make_list(x) by k | extend n = "
                 "array_length(l) | summarize sum(n)",
    "make_set": "range x from 1 to 8000000 step 1 | extend k = x % 20 | "
                "summarize l = make_set(tostring(x)) by k | extend n = "
                "array_length(l) | summarize sum(n)",
    "groups": "range x from 1 to 8000000 step 1 | summarize count() by "
              "strcat('a text that is a group ', x) | count",
    "distinct": "range x from 1 to 8000000 step 1 | distinct strcat('a text '"
                ", x) | count",
    "window": "range x from 1 to 3000000 step 1 | extend s = strcat('some "
              "text ', x) | serialize p = prev(s) | where p == s | count",
    "texts": "range x from 1 to 200 step 1 | extend s = "
             "strcat_array(repeat('abcdefghij', 100000), '') | summarize l = "
             "make_list(s) | project strlen(tostring(l))",
    "long text": "print s = 'abcdefghij' | extend s = strcat(s,s,s,s,s,s,s,s)"
                 + " | extend s = strcat(s,s,s,s,s,s,s,s)" * 12
                 + " | project strlen(s)",
    "range": "print n = array_length(range(1, 10000000, 1))",
    "assignment": "T = range x from 1 to 8000000 step 1 | extend s = "
                  "strcat('some text that takes room ', hash(x))",
    "mv-expand": "range x from 1 to 3 step 1 | extend d = range(1, 1000000)"
                 " | mv-expand d | summarize count() by tostring(d) | count",
    "cross join": "range x from 1 to 8000 step 1 | extend k = 1 | join "
                  "kind=inner (range y from 1 to 8000 step 1 | extend k = 1) "
                  "on k | summarize make_list(x * y) by x % 3 | count",
    "pivot": "range x from 1 to 100000 step 1 | evaluate pivot(x)",
    "shown": "range x from 1 to 100000000 step 1 | extend s = strcat('t', x)",
}


class Watch(threading.Thread):
    """The most memory that a process had."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.ended = pid, 0, False

    def run(self):
        while not self.ended:
            try:
                with open(f"/proc/{self.pid}/statm", encoding="ascii") as f:
                    pages = int(f.read().split()[1])
            except OSError:
                return
            self.most = max(self.most, pages * os.sysconf("SC_PAGE_SIZE"))
            time.sleep(0.02)


def problem(answer):
    if "died" in answer or "hung" in answer:
        return str(answer)[:600]
    codes = [e["code"] for e in answer.get("errors", [])]
    if not answer.get("ok") and codes[:1] not in (["E0490"], ["E0401"]):
        return str(answer.get("errors"))[:600]
    return None


def main():
    failed = passed = 0
    batch = Batch(os.environ["SHIKRA_RELEASE"], seconds=60,
                  env={"SHIKRA_MEMORY": "200MB"})
    wanted = sys.argv[1:]
    for name, code in CELLS.items():
        if wanted and name not in wanted:
            continue
        batch.ask("print 1")
        watch = Watch(batch.proc.pid)
        watch.start()
        answer = batch.ask(code, max_rows=1000)
        took, watch.ended = batch.took, True
        wrong = problem(answer)
        if not wrong and watch.most > ROOM:
            wrong = f"{watch.most >> 20} MB of memory"
        if not wrong and not batch.ask("print x = 1").get("ok"):
            wrong = "the session does not go on"
        how = (answer.get("errors") or [{"code": "ok"}])[0]
        print(f"{'FAIL' if wrong else 'good'} {name}: {how['code']} "
              f"{how.get('message', '')[:100]}, {watch.most >> 20} MB, "
              f"{took:.1f} s")
        if wrong:
            print(f"    {wrong}")
        failed += bool(wrong)
        passed += not wrong
    batch.stop()
    print(f"memory: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""suite_local_data.py - folders of files as a connection: names, patterns,
hostile names, links, ceilings, files that change."""
import gzip
import itertools
import json
import os
import shutil
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "limits"))
sys.path.insert(0, os.path.join(HERE, "..", "protocol"))
from batch_rig import Batch  # noqa: E402
from rawclient import Kernel  # noqa: E402

ROOT = tempfile.mkdtemp(prefix="shikra-ld-")
good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *[str(m)[:1500] for m in more])


def write(path, text):
    path = os.path.join(os.fsencode(ROOT), os.fsencode(path))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    with open(path, "wb") as out:
        out.write(data)
    return path


class Session:
    def __init__(self, folder=None, config=None, instance="", program=None):
        env = {"MSTICPYCONFIG": "", "HOME": ROOT}
        if config:
            env["MSTICPYCONFIG"] = os.fsdecode(write("config.yaml", config))
        self.batch = Batch(program or os.environ["SHIKRA"], seconds=90,
                           env=env)
        more = ' with (folder = "%s")' % os.path.join(ROOT, folder) \
            if folder is not None else ""
        self.connected = self.ask(".connect local_data%s as ld%s" %
                                  (instance, more))

    def ask(self, code):
        return self.batch.ask(code, keep=True)

    def rows(self, code):
        answer = self.ask(code)
        found = [o for o in answer.get("outputs", []) if o["kind"] == "table"]
        return found[-1]["rows"] if found else answer

    def names(self):
        return [r[0] for r in self.rows(".show tables of ld")]

    def told(self, answer=None, kind="errors"):
        answer = self.connected if answer is None else answer
        return " / ".join("%s (%s)" % (e["message"], e.get("hint", ""))
                          for e in answer.get(kind, []))

    def error(self, code):
        return self.told(self.ask(code))

    def stop(self):
        check("it ends without a leak", self.batch.stop() == 0)


def names():
    write("case/alerts.csv", "Host,Score\nwks1,7\nwks2,9\n")
    write("case/a/logs/1.jsonl", '{"H":"x","N":1}\n')
    write("case/a/logs/2.jsonl", '{"H":"y","N":2}\n{"H":"z"}\n')
    write("case/a/b/same.csv", "A\n1\n")
    write("case/c/same.csv", "A\n2\n")
    write("case/packed.csv.gz", gzip.compress(b"P,Q\n1,2\n"))
    write("case/.hidden.csv", "A\n1\n")
    write("case/.hidden/x.csv", "A\n1\n")
    write("case/tool.exe", "MZ")
    s = Session("case")
    check("connected", s.connected["ok"], s.connected)
    check("listed", s.names() == [
        "alerts.csv", "packed.csv.gz", "a/b/same.csv", "a/logs/*.jsonl",
        "a/logs/1.jsonl", "a/logs/2.jsonl", "c/same.csv"], s.names())
    told = s.rows(".show tables of ld | project Summary")
    when = time.strftime("%Y-%m", time.gmtime())
    check("size and time", told[0][0].startswith("25 bytes, changed " + when)
          and told[3][0].startswith("2 files, 42 bytes"), told)
    for name in ('ld.alerts', 'ld.alerts.csv', 'ld.["alerts.csv"]',
                 'ld.["case/alerts.csv"]', 'ld.query("alerts")',
                 'ld.["%s/case/alerts.csv"]' % ROOT):
        check(name, s.rows(name) == [["wks1", 7], ["wks2", 9]], s.ask(name))
    # The header stays a header when columns are left out.
    check("columns are found by name", s.rows("ld.alerts | project Score") ==
          [[7], [9]], s.ask("ld.alerts | project Score"))
    check("in the other order", s.rows(
        "ld.alerts | where Score > 8 | project Score, Host") == [[9, "wks2"]])
    check("packed", s.rows("ld.packed | project Q") == [[2]])
    check("pattern", s.rows('ld.["a/logs/*.jsonl"] | sort by H asc') ==
          [["x", 1], ["y", 2], ["z", None]])
    check("pattern over folders", s.rows('ld.["**/*.jsonl"] | count') == [[3]])
    check("pattern of names", s.rows('ld.["**/same.csv"] | summarize sum(A)')
          == [[3]])
    check("joined here", s.rows("ld.alerts | join kind=inner (ld.alerts | "
                                "project Host) on Host | count") == [[2]])
    said = s.error("ld.same")
    check("in two folders", "2 files are called 'same'" in said and
          "a/b/same.csv, c/same.csv" in said, said)
    check("typo", "did you mean 'alerts.csv'" in s.error("ld.alert.csv"),
          s.error("ld.alert.csv"))
    check("hidden", "no table" in s.error('ld.[".hidden.csv"]'))
    check("no data", "no table" in s.error('ld.["tool.exe"]'))
    check("query of no file", "no file 'x'" in s.error('ld.query("x")'))
    text = json.dumps(s.ask(".explain ld.alerts | project Host"))
    check("explained", "case/alerts.csv" in text and "Host" in text, text)
    s.stop()


def parquet():
    write("pq/t.csv", "A,B\n1,x\n2,y\n")
    s = Session("pq")
    place = os.path.join(ROOT, "pq", "p%s.parquet")
    for i in ("1", "2"):
        check("saved", s.ask('.save ld.t to "%s"' % (place % i))["ok"])
    check("no pattern for Parquet", s.names() == ["p1.parquet", "p2.parquet",
                                                  "t.csv"], s.names())
    check("Parquet", s.rows("ld.p1 | where A > 1") == [[2, "y"]],
          s.ask("ld.p1"))
    check("its columns", s.rows("ld.p1 | project B") == [["x"], ["y"]])
    check("by its name", s.rows('ld.query("p1.parquet")') ==
          [[1, "x"], [2, "y"]])
    check("one at a time", "one file at a time" in s.error('ld.["p?.parquet"]'))
    write("pq/t.csv", "C\n5\n")
    s.ask('.save ld.t to "%s"' % (place % "1"))
    check("Parquet anew", s.rows("ld.p1") == [[5]], s.ask("ld.p1"))
    write("pq/p2.parquet", "PAR1 no more")
    check("broken Parquet", s.error("ld.p2") != "")
    s.stop()


def hostile():
    odd = ["quote'\".csv", "new\nline.csv", "back\\slash.csv", "[x].csv",
           "semi;drop.csv", "\u202egpj.csv", "star*.csv", "%s%n.csv",
           "n" * 251 + ".csv"]
    for i, name in enumerate(odd):
        write(os.path.join("odd", name), "V\n%d\n" % i)
    write("odd/x.csv", "V\n99\n")
    write(b"odd/\xff.csv", "V\n100\n")
    write(b"odd/\xfe.csv", "V\n101\n")
    s = Session("odd")
    for i, name in enumerate(odd):
        code = "ld.[%s]" % json.dumps(name, ensure_ascii=False)
        check("hostile name %d" % i, s.rows(code) == [[i]], s.ask(code))
    check("not UTF-8", [s.rows(r'ld.["\\xFE.csv"]'), s.rows(r'ld.["\\xFF.csv"]')]
          == [[[101]], [[100]]], s.names())
    check("all listed", len(s.names()) == len(odd) + 4, s.names())
    check("NUL", "no table" in s.error('ld.["a\\u0000b"]'))
    check("long", "no table" in s.error('ld.["%s"]' % ("x/" * 50000)))
    check("stars", "no table" in s.error('ld.["%s"]' % ("**/*a*" * 500)))
    s.stop()


def links():
    write("out/secret.csv", "S\n1\n")
    write("in/real.csv", "R\n1\n")
    place = os.path.join(ROOT, "in")
    os.symlink("../out/secret.csv", place + "/secret.csv")
    os.symlink("../out", place + "/outside")
    os.symlink(".", place + "/loop")
    os.symlink("real.csv", place + "/alias.csv")
    os.mkfifo(place + "/pipe.csv")
    s = Session("in")
    check("links out are left out", s.names() == ["*.csv", "alias.csv",
                                                  "real.csv"], s.names())
    check("and told", "3 symbolic links" in s.told(kind="warnings") or
          "3 symbolic links" in json.dumps(s.connected), s.connected)
    check("no way out", "no table" in s.error('ld.["../out/secret.csv"]'))
    check("links inside", s.rows("ld.alias") == [[1]])
    os.unlink(place + "/real.csv")
    os.symlink("../out/secret.csv", place + "/real.csv")
    check("planted later", "out of its folder" in s.error("ld.real"),
          s.error("ld.real"))
    s.stop()


def changes():
    write("ch/t.csv", "A,B\n1,x\n")
    s = Session("ch")
    check("before", s.rows("ld.t") == [[1, "x"]])
    write("ch/t.csv", "A,B\n1,x\n2,y\n")
    check("grown", s.rows("ld.t | project B") == [["x"], ["y"]])
    write("ch/t.csv", "C\n2024-05-01T00:00:00Z\n")
    check("other columns", s.rows("ld.t | getschema | project ColumnName, "
                                  "ColumnType") == [["C", "datetime"]],
          s.ask("ld.t"))
    write("ch/new.csv", "N\n1\n")
    check("new", s.rows("ld.new") == [[1]] and "new.csv" in s.names())
    os.unlink(os.path.join(ROOT, "ch", "new.csv"))
    write("ch/t.csv", "A\n1\n")
    os.unlink(os.path.join(ROOT, "ch", "t.csv"))
    check("gone", "the file is gone" in s.error("ld.t"), s.error("ld.t"))
    check("gone from the list", s.names() == [], s.names())
    check("then it is no table", "no table" in s.error("ld.t"))
    shutil.rmtree(os.path.join(ROOT, "ch"))
    said = s.error(".show tables of ld")
    check("no folder any more", "any more" in said, said)
    s.stop()


def between():
    """A statement of a cell changes what the next one reads; then another
    program changes a file all the time."""
    write("be/t.csv", "A\n1\n")
    s = Session("be", program=os.environ["SHIKRA_RELEASE"])
    place = os.path.join(ROOT, "be")
    check("saved", s.ask('.save ld.t to "%s/p.parquet"' % place)["ok"])
    rows = s.rows('print 1;\n.save (datatable(A:string, Z:string)["q", "r"]) '
                  'to "%s/p.parquet"\nld.p' % place)
    check("between two statements", rows == [["q", "r"]], rows)
    stop, seen, odd = threading.Event(), set(), []

    def rewrite():
        for i in itertools.count():
            if stop.is_set():
                return
            text = "A\n1\n" if i % 2 else "B,C\n1,2\n"
            os.replace(write("be/new", text), place + "/t.csv")

    writer = threading.Thread(target=rewrite)
    writer.start()
    for _ in range(1000):
        answer = s.ask("ld.t | where true | extend X = 5 | project-away X")
        said, rows = s.told(answer), [o["rows"] for o in answer["outputs"]
                                      if "rows" in o]
        if "not the file any more" in said or "took its place" in said:
            seen.add("changed")
        elif rows in ([[[1]]], [[[1, 2]]]):
            seen.add(len(rows[0][0]))
        else:
            odd.append(answer)
    stop.set()
    writer.join()
    check("while it is rewritten", not odd and len(seen) > 1, seen, odd[:1])
    s.stop()


def ceilings():
    for i in range(10001):
        write("many/d%d/%d.csv" % (i % 50, i), "A\n1\n")
    s = Session("many", program=os.environ["SHIKRA_RELEASE"])
    check("10,001 files", "more than 10000 files" in s.told(), s.connected)
    os.unlink(os.path.join(ROOT, "many", "d0", "0.csv"))
    answer = s.ask('.connect local_data as ld with (folder = "%s/many")' % ROOT)
    check("10,000 files", answer["ok"], answer)
    began = time.monotonic()
    check("one of them", s.rows('ld.["9999"]') == [[1]])
    check("quickly", time.monotonic() - began < 5)
    s.stop()
    write("deep/" + "d/" * 40 + "x.csv", "A\n1\n")
    s = Session("deep")
    check("too deep is told", "32 deep" in json.dumps(s.connected), s.connected)
    s.stop()


def unreadable():
    path = os.fsdecode(write("un/shut.csv", "A\n1\n"))
    write("un/shut/in.csv", "A\n1\n")
    os.chmod(path, 0)
    os.chmod(os.path.join(ROOT, "un", "shut"), 0)
    os.chmod(ROOT, 0o755)
    program = os.environ["SHIKRA"]
    if os.geteuid() == 0:  # root may read everything
        program = os.fsdecode(write("as_nobody", (
            "#!/bin/sh\nexec setpriv --reuid=65534 --clear-groups "
            "'%s' \"$@\"\n" % os.environ["SHIKRA"])))
        os.chmod(program, 0o755)
    s = Session("un", program=program)
    check("a shut folder is told", "1 folders" in json.dumps(s.connected),
          s.connected)
    check("a shut file", "may not read it" in s.error('ld.["shut.csv"]'),
          s.ask('ld.["shut.csv"]'))
    s.stop()
    os.chmod(os.path.join(ROOT, "un", "shut"), 0o755)


def configured():
    write("one/t.csv", "A\n1\n")
    write("x/two/t.csv", "A\n2\n")
    write("x/two/in/u.csv", "A\n3\n")
    text = ("DataProviders:\n  LocalData:\n    Args:\n      data_paths:\n"
            "        - %s/one\n        - ~/x/two\n        - /nonexistent\n"
            "        - ~/x/two/in\n"
            "  LocalData-lab: {data_paths: %s/x/two/in}\n"
            "  LocalData-none: {Args: {}}\n" % (ROOT, ROOT))
    s = Session(config=text)
    check("a folder that is not there", "no such folder" in
          json.dumps(s.connected) and s.connected["ok"], s.connected)
    check("the same name in two folders", s.names() ==
          ["one/t.csv", "two/t.csv", "in/u.csv"], s.names())
    check("by folder", s.rows('ld.["two/t.csv"]') == [[2]])
    said = s.error("ld.t")
    check("which of them", "one/t.csv, two/t.csv" in said, said)
    notes = s.rows('.config check | where Key has "LocalData"')
    check("the settings are known", notes == [], notes)
    s.stop()
    s = Session(config=text, instance=".lab")
    check("an instance", s.rows("ld.u") == [[3]], s.connected)
    s.stop()
    s = Session(config=text, instance=".none")
    check("no folders", "no folder to read" in s.told(), s.connected)
    s.stop()
    s = Session(config=text, instance=".else")
    check("no such instance", "LocalData" in s.told() and "lab" in s.told(),
          s.connected)
    s.stop()
    for folder, say in (("nope", "no such folder"), ("one/t.csv", "no folder")):
        s = Session(folder)
        check(say, say in s.told(), s.connected)
        s.stop()


def completion():
    env = {"MSTICPYCONFIG": "", "HOME": ROOT}
    with Kernel([os.environ["SHIKRA_RELEASE"], "kernel"], env=env) as k:
        k.wait_ready()

        def run(code):
            m = k.execute(code)
            k.iopub_until_idle(m, timeout=30)
            check("runs: " + code, k.reply_to(m).content["status"] == "ok")

        def tab(code):
            m = k.send("complete_request", {"code": code,
                                            "cursor_pos": len(code)})
            return k.reply_to(m).content["matches"]

        run('.connect local_data as ld with (folder = "%s/case")' % ROOT)
        found = tab("ld.")
        check("names by Tab", any("a/logs/*.jsonl" in m for m in found) and
              any("alerts.csv" in m for m in found), found)
        run("ld.alerts")
        check("columns by Tab", any(m.endswith("Score") for m in
                                    tab("ld.alerts | where Sc")))


try:
    for part in (names, parquet, hostile, links, changes, between, ceilings,
                 unreadable, configured, completion):
        part()
finally:
    shutil.rmtree(ROOT, ignore_errors=True)
print("local_data: %d passed, %d failed" % (good, bad))
sys.exit(bad != 0)

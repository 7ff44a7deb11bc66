"""suite_security_datasets.py - Security-Datasets from a stand-in, from a
clone, from the folder of downloads; and real recordings where there are any."""
import glob
import json
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "limits"))
sys.path.insert(0, os.path.join(HERE, "..", "protocol"))
import datasetsd  # noqa: E402
from batch_rig import Batch  # noqa: E402
from datasetsd import (PUBLIC, State, bomb, encrypted, lines, tarred,  # noqa
                       zipped)
from rawclient import Kernel  # noqa: E402

REAL = os.path.join(HERE, "..", "..", "..", "shared", "data",
                    "security-datasets")
ROOT = tempfile.mkdtemp(prefix="shikra-sd-")
SERVER = datasetsd.Server()
good = bad = 0


def check(what, ok, *more):
    global good, bad
    if ok:
        good += 1
        return
    bad += 1
    print("FAILED: %s" % what, *[str(m)[:1500] for m in more])


def description(title, files, extra=""):
    """A YAML description; files: [(kind, path below datasets or a link)]."""
    links = "".join("- type: %s\n  link: %s\n" %
                    (k, p if "://" in p else PUBLIC + "datasets/" + p)
                    for k, p in files)
    return ("title: %s\nid: SDWIN-%06d\n"
            "contributors:\n- Ana Lyst @ana\n- Bo Hunter @bo\n"
            "creation_date: 2023/04/05\nmodification_date: 2023/11/30\n"
            "platform:\n- Windows\ntype: atomic\n"
            "description: |-\n  What %s did,\n  in two lines.\n"
            "files:\n%s%s" % (title, abs(hash(title)) % 1000000, title, links,
                              extra)).encode()


LURE = """tags:
- lateral
- WMI
attack_mappings:
- technique: T1047
  sub-technique:
  tactics:
  - TA0002
  - TA0008
- technique: T1059
  sub-technique: "001"
  tactics: [TA0002]
notebooks:
- project: Playbook
  name: WMI in one page
  link: https://example.org/wmi
simulation:
  environment: Lab one
  tools:
  - type: C2
    name: Falcon
    module: shell
    script:
  permissions_required:
  - User
  adversary_view: |-
    > whoami
    lab\\ana
references:
- https://example.org/a
"""
BARE = "tags:\nattack_mappings:\nnotebooks: none yet\nreferences:\n"
EVENTS = [{"EventID": 4688, "Host": "wks1", "Image": "C:\\a.exe"},
          {"EventID": 1, "Host": "wks2", "User": "ana"},
          {"EventID": 3, "Host": "wks2", "User": "\u00e9", "Port": 443}]


def repository():
    """Small, with all that was seen in the real one."""
    State.reset()
    State.files = {
        "README.md": b"# datasets",
        "datasets/atomic/_metadata/SD-1.yaml": description("Lure", [
            ("Host", "atomic/windows/lateral_movement/host/lure.zip"),
            ("Network", "atomic/windows/lateral_movement/network/lure.zip"),
        ], LURE),
        "datasets/atomic/_metadata/SD-2.yaml": description("Bare", [
            ("Cloud", "atomic/aws/bare-one.Zip"),
            ("Cloud", "atomic/aws/gone.zip"),
            ("Cloud", "atomic/AWS/packed.tar.gz"),
            ("Cloud", "https://example.org/else.zip"),
            ("Cloud", "../../etc/passwd.zip"),
        ], BARE),
        "datasets/atomic/_metadata/SD-3.yaml": b"title: [never closed\nid: x",
        "datasets/atomic/windows/lateral_movement/host/lure.zip": zipped({
            "lure_1.json": lines(EVENTS[:2]),
            "deep/lure_2.json": lines(EVENTS[2:]),
            "../../../../tmp/evil.json": lines([{"Host": "slip"}]),
            "lure.csv": "Host,Score\nwks9,7\n",
            "dns.log": "#fields a b", "lure.pcap": "\xd4\xc3",
            "__MACOSX/._lure_1.json": "x",
        }),
        "datasets/atomic/windows/lateral_movement/network/lure.zip": zipped({
            "lure.cap": "\xd4\xc3", "lure.sha1sum": "00"}),
        "datasets/atomic/aws/bare-one.Zip": encrypted(zipped({
            "a.json": lines(EVENTS), "b.json": lines(EVENTS),
            "b.sha1sum": "1" * 40}), "b.json"),
        "datasets/atomic/aws/packed.tar.gz": tarred({
            "x/one.json": lines(EVENTS)}),
        "datasets/compound/none/logs_only.zip": zipped({
            "audit.log": "type=CWD msg=audit(1604994496.155:9): cwd=\"/\"\n"
                         "type=CWD msg=audit(1604994497.155:10): cwd=\"/x\"\n",
            "audit.pcap": "\xd4"}),
    }


class Session:
    def __init__(self, folder, more="", env=None, base=None,
                 program="SHIKRA"):
        place = "http://127.0.0.1:%d" % SERVER.port if base is None else base
        self.folder = os.path.join(ROOT, folder)
        self.batch = Batch(os.environ[program], seconds=90, env=dict({
            "MSTICPYCONFIG": "", "HOME": "/nonexistent", "no_proxy": "*",
            "XDG_CACHE_HOME": os.path.join(ROOT, "xdg")}, **(env or {})))
        with_ = ['tree_url = "%s/tree"' % place, 'raw_base = "%s/raw/"' % place]
        if folder:
            with_.append('save_folder = "%s"' % self.folder)
        if more:
            with_.append(more)
        self.connected = self.ask(
            ".connect security_datasets as sd with (%s)" % ", ".join(with_))

    def ask(self, code):
        return self.batch.ask(code, keep=True)

    def rows(self, code):
        answer = self.ask(code)
        found = [o for o in answer.get("outputs", []) if o["kind"] == "table"]
        return found[-1]["rows"] if found else answer

    def warnings(self, answer=None):
        answer = self.connected if answer is None else answer
        return " / ".join(d["message"] for d in answer["warnings"])

    def message(self, code=None):
        answer = self.ask(code) if code else self.connected
        return " / ".join("%s (%s)" % (e["message"], e.get("hint", ""))
                          for e in answer["errors"])

    def stop(self):
        status = self.batch.stop()
        check("it ends without a leak", status == 0, status)


HOST = "sd.atomic.windows.lateral_movement.host.lure"


# ---- what there is ----

def browse():
    repository()
    s = Session("browse")
    check("connected", s.connected["ok"], s.connected)
    check("broken YAML is told", "1 of 3 descriptions" in s.warnings() and
          "SD-3.yaml" in s.warnings(), s.warnings())
    check("what lies elsewhere is told", "2 files lie outside" in
          s.warnings(), s.warnings())
    check("it says who it is", all(a.startswith("shikra/")
                                   for a in State.agents), State.agents)
    rows = s.rows('sd.datasets | where Techniques has "T1059" | project '
                  'Title, QueryPath, Tactics, TacticNames, Techniques, Tags, '
                  'Type, Platform, FileType, CreationDate, Available')
    check("techniques are hunted in", rows == [
        ["Lure", "atomic.windows.lateral_movement.%s.lure" % k,
         ["TA0002", "TA0008"], ["Execution", "Lateral Movement"],
         ["T1047", "T1059.001"], ["lateral", "WMI"], "atomic", ["Windows"],
         k.capitalize(), "2023-04-05T00:00:00.0000000Z", True]
        for k in ("host", "network")], rows)
    rows = s.rows('sd.datasets | where Title == "Lure" | take 1 | project '
                  'Environment, PermissionsRequired, AdversaryView, '
                  'Description, Contributors, References, '
                  'tool = tostring(Tools[0].name), Notebooks[0].project, '
                  'sub = tostring(AttackMappings[1]["sub-technique"])')
    check("all of a description is there", rows == [[
        "Lab one", ["User"], "> whoami\nlab\\ana",
        "What Lure did,\nin two lines.", ["Ana Lyst @ana", "Bo Hunter @bo"],
        ["https://example.org/a"], "Falcon", "Playbook", "001"]], rows)
    rows = s.rows('sd.datasets | where Title == "Bare" | project QueryPath, '
                  'Tags, Techniques, Notebooks, Available, Link')
    check("null tags, lists of one, files that are not there", rows == [
        ["atomic.aws.bare-one", [], [], ["none yet"], True,
         PUBLIC + "datasets/atomic/aws/bare-one.Zip"],
        ["atomic.aws.gone", [], [], ["none yet"], False,
         PUBLIC + "datasets/atomic/aws/gone.zip"],
        ["atomic.aws.packed", [], [], ["none yet"], True,
         PUBLIC + "datasets/atomic/AWS/packed.tar.gz"],
        ["", [], [], ["none yet"], False, "https://example.org/else.zip"],
        ["", [], [], ["none yet"], False,
         PUBLIC + "datasets/../../etc/passwd.zip"]], rows)
    rows = s.rows("sd.datasets | where isempty(Id) | project QueryPath, "
                  "Bytes, Saved")
    size = len(State.files["datasets/compound/none/logs_only.zip"])
    check("archives without a description", rows == [
        ["compound.none.logs_only", size, False]], rows)
    search(s)
    rows = s.rows(".show tables of sd | project Name")
    check("tables", [r[0] for r in rows] == [
        "datasets", "atomic.aws.bare-one", "atomic.aws.gone",
        "atomic.aws.packed",
        "atomic.windows.lateral_movement.host.lure",
        "atomic.windows.lateral_movement.network.lure",
        "compound.none.logs_only"], rows)
    s.stop()


def search(s):
    for words, want in (("wmi, nowhere", ["Lure", "Lure"]),
                        ("WMI + falcon", ["Lure", "Lure"]),
                        ("WMI + nowhere", []), ("nowhere", []),
                        ("bare-one.zip", ["Bare"] * 5),
                        ("logs_only", [""]), (" , ", None)):
        rows = s.rows('sd.query("%s") | project Title' % words)
        got = [r[0] for r in rows]
        check("search " + words, len(got) == 8 if want is None
              else got == want, rows)
    check("comma and plus", "commas (either) or pluses" in
          s.message('sd.query("a, b + c")'))


# ---- loading ----

def load():
    repository()
    s = Session("load")
    answer = s.ask(HOST + " | sort by EventID asc")
    table = answer["outputs"][-1]
    names = [c["name"] for c in table["columns"]]
    check("columns of all members", sorted(names) == [
        "EventID", "Host", "Image", "Port", "Score", "User"], names)
    by = [dict(zip(names, r)) for r in table["rows"]]
    check("rows of all members", sorted(r["Host"] for r in by) == [
        "slip", "wks1", "wks2", "wks2", "wks9"] and
        {r["User"] for r in by} == {"", "ana", "\u00e9"}, by)
    check("members that are none are named", "dns.log, lure.pcap" in
          s.warnings(answer) and "MACOSX" not in s.warnings(answer),
          s.warnings(answer))
    check("said once", len(answer["warnings"]) == 1,
          answer["warnings"])
    check("nothing slips out", not os.path.exists("/tmp/evil.json") and
          sorted(os.listdir(s.folder)) == [
              "atomic-windows-lateral_movement-host-lure.zip",
              "security_datasets.json"], os.listdir(s.folder))
    fetched = len(State.fetched)
    answer = s.ask(HOST + " | where Host == 'wks2' | project User, EventID "
                   "| sort by EventID asc")
    check("some columns", answer["outputs"][-1]["rows"] == [
        ["ana", 1], ["\u00e9", 3]], answer)
    check("said with every statement", "lure.pcap" in s.warnings(answer),
          answer)
    check("fetched once", len(State.fetched) == fetched, State.fetched)
    rows = s.rows("sd.datasets | where Saved | project QueryPath")
    check("Saved", rows == [[HOST[3:]]], rows)
    rows = s.rows("sd.host.lure | count")
    check("last parts of a name do", rows == [[5]], rows)
    told = s.message("sd.lure | count")
    check("unless they are several's", "several datasets" in told and
          "network.lure" in told, told)
    told = s.message("sd.atomic.windows.lateral_movement.host.lur | take 1")
    check("a typo", "did you mean" in told and "host.lure" in told, told)
    explain = s.ask(".explain " + HOST + " | project Host")["outputs"]
    check(".explain", "atomic-windows-lateral_movement-host-lure.zip\nHost"
          in json.dumps(explain).replace("\\n", "\n"), explain)
    s.stop()
    s = Session("load")
    check("the next session fetches nothing", s.rows(HOST + " | count") ==
          [[5]] and len(State.fetched) == fetched, State.fetched)
    s.stop()


def kinds():
    repository()
    s = Session("kinds")
    answer = s.ask('sd.["atomic.aws.bare-one"] | count')
    check(".Zip, an encrypted member", answer["outputs"][-1]["rows"] == [[3]]
          and "b.json (encrypted), b.sha1sum" in s.warnings(answer), answer)
    rows = s.rows("sd.atomic.aws.packed | project EventID, Host")
    check(".tar.gz, the case of a link corrected", len(rows) == 3 and
          "datasets/atomic/aws/packed.tar.gz" in State.fetched,
          rows, State.fetched)
    told = s.message("sd.atomic.windows.lateral_movement.network.lure")
    check("no events", "no events as JSON or CSV" in told and
          "lure.cap, lure.sha1sum" in told, told)
    answer = s.ask("sd.compound.none.logs_only | auditd | count")
    check("logs alone are read", answer["outputs"][-1]["rows"] == [[2]] and
          "its logs are read" in s.warnings(answer), answer)
    told = s.message("sd.atomic.aws.gone")
    check("404 with a page", "404" in told and "Available" in told, told)
    check("nothing is left of it", "atomic-aws-gone.zip" not in
          "".join(os.listdir(s.folder)), os.listdir(s.folder))
    s.stop()


def big():
    """What unpacks to 100 times its size is loaded; a bomb is not, of which a
    gigabyte is unpacked: by the fast build."""
    repository()
    row = json.dumps({"Host": "wks1", "Message": "x" * 900}) + "\n"
    noise = [json.dumps({"Host": "h%d" % i, "Message": os.urandom(40).hex()})
             for i in range(4000)]
    data = ("\n".join(noise) + "\n" + row * 60000).encode()
    State.files["datasets/compound/big.zip"] = zipped({"big.json": data})
    State.files["datasets/compound/bomb.zip"] = bomb(1200)
    s = Session("big", program="SHIKRA_RELEASE")
    packed = len(State.files["datasets/compound/big.zip"])
    rows = s.rows("sd.compound.big | count")
    check("100 times its size", rows == [[64000]] and
          len(data) > 100 * packed, rows, len(data), packed)
    told = s.message("sd.compound.bomb | count")
    check("a bomb", "unpacks to more than 200 times" in told, told)
    check("is not fetched again",
          State.fetched.count("datasets/compound/bomb.zip") == 1,
          State.fetched)
    s.stop()


# ---- when things go wrong ----

def transfers():
    repository()
    path = "datasets/atomic/windows/lateral_movement/host/lure.zip"
    s = Session("transfers")
    State.html.add(path)
    told = s.message(HOST)
    check("a page in its place", "no archive: <!DOCTYPE html>" in told, told)
    State.html.clear()
    State.cut[path] = 1
    check("cut off once", s.rows(HOST + " | count") == [[5]], State.cut)
    saved = os.path.join(s.folder,
                         "atomic-windows-lateral_movement-host-lure.zip")
    with open(saved, "rb") as f:
        check("whole on the disk", f.read() == State.files[path])
    s.stop()

    os.remove(saved)
    s = Session("transfers")
    State.cut[path] = 100
    told = s.message(HOST)
    check("cut off for ever", told != "" and not os.path.exists(saved), told)
    check("no half of it stays", os.listdir(s.folder) ==
          ["security_datasets.json"], os.listdir(s.folder))
    State.cut.clear()
    State.broken[path] = 403
    told = s.message(HOST)
    check("refused", "403" in told, told)
    s.stop()


def damaged():
    repository()
    path = "datasets/atomic/windows/lateral_movement/host/lure.zip"
    local = "atomic-windows-lateral_movement-host-lure.zip"
    whole = State.files[path]
    for name, data in (("cut", whole[:len(whole) // 2]), ("empty", b""),
                       ("page", b"<html>no</html>"),
                       ("flipped", whole[:60] + b"\xff\xff" + whole[62:])):
        folder = os.path.join(ROOT, "damaged-" + name)
        os.mkdir(folder)
        with open(os.path.join(folder, local), "wb") as f:
            f.write(data)
        del State.fetched[:]
        s = Session("damaged-" + name)
        rows = s.rows(HOST + " | count")
        check("damaged (%s): fetched again" % name, rows == [[5]] and
              State.fetched.count(path) == 1, rows, State.fetched)
        s.stop()
        with open(os.path.join(folder, local), "wb") as f:
            f.write(data)
        State.broken[path] = 404
        s = Session("damaged-" + name)
        told = s.message(HOST)
        kept = s.ask(HOST)
        State.broken.clear()
        check("damaged (%s): and cannot be fetched" % name,
              ("damaged" in told and "404" in told) or
              (kept["ok"] and "damaged" in s.warnings(kept)), told, kept)
        with open(os.path.join(folder, local), "rb") as f:
            check("what there was stays", f.read() == data)
        s.stop()


def cached():
    repository()
    s = Session("cached")
    s.rows(HOST + " | count")
    s.stop()
    check("listed once", State.trees == 1, State.trees)
    s = Session("cached")
    check("the cache does", s.connected["ok"] and State.trees == 1 and
          "1 of 3 descriptions" in s.warnings(), State.trees)
    s.stop()

    cache = os.path.join(ROOT, "cached", "security_datasets.json")
    with open(cache) as f:
        kept = json.load(f)
    kept["made"] = "2020-01-02T03:04:05.0000000Z"
    with open(cache, "w") as f:
        json.dump(kept, f)
    path = "datasets/atomic/_metadata/SD-2.yaml"
    State.files[path] = State.files[path].replace(b"Bare", b"Bearing")
    del State.fetched[:]
    s = Session("cached")
    check("older than 30 days: listed again, what changed is fetched",
          State.trees == 2 and State.fetched == [path], State.fetched)
    check("and there", s.rows('sd.datasets | where Title == "Bearing" | '
                              'count') == [[5]])
    s.stop()
    s = Session("cached", "max_age = 0s")
    check("max_age", State.trees == 3, State.trees)
    s.stop()
    del State.fetched[:]
    s = Session("cached", "use_cached = false")
    s.rows(HOST + " | count")
    s.rows(HOST + " | count")
    check("use_cached = false", State.trees == 4 and len(State.fetched) == 1,
          State.trees, State.fetched)
    s.stop()
    for text in ("", "{", "[]", '{"version":1}', "\0" * 100,
                 json.dumps(dict(kept, archives=[{"path": 5, "size": "x"}],
                                 descriptions=[7, {"path": "datasets/x"}],
                                 made=5))):
        with open(cache, "w") as f:
            f.write(text)
        before = State.trees
        s = Session("cached")
        check("a cache that is none: %r" % text[:20], s.connected["ok"] and
              State.trees == before + 1 and
              s.rows("sd.datasets | count") == [[8]], s.connected)
        s.stop()


def offline():
    repository()
    s = Session("offline")
    s.rows(HOST + " | count")
    s.stop()
    State.tree_status = 500
    State.tree_body = b'{"message": "Server on fire"}'
    s = Session("offline", "max_age = 0s",
                env={"MSTICPYCONFIG": patient(1)})
    check("the listing of before does, and says so", s.connected["ok"] and
          "on fire" in s.warnings() and "is used" in s.warnings(),
          s.connected)
    check("with it what was downloaded",
          s.rows(HOST + " | count") == [[5]])
    s.stop()
    State.reset_at = 1700000000
    State.tree_status = 403
    State.tree_body = b'{"message": "API rate limit exceeded for you."}'
    s = Session("nothing yet")
    told = s.message()
    check("a rate limit is explained", "rate limit exceeded" in told and
          "60 times an hour" in told and "again from 22:13" in told, told)
    s.stop()
    State.tree_status, State.tree_body = 200, b"<html>Sign in</html>"
    s = Session("nothing yet")
    check("a page for a tree", "else than JSON" in s.message(), s.message())
    s.stop()
    State.tree_body = b'{"tree": []}'
    s = Session("nothing yet")
    check("an empty tree", "lists no datasets" in s.message(), s.message())
    s.stop()
    s = Session("nothing yet", base="http://127.0.0.1:1",
                env={"MSTICPYCONFIG": patient(1)})
    check("nobody there", "no connection" in s.message(), s.message())
    s.stop()


def patient(tries):
    path = os.path.join(ROOT, "tries.yaml")
    with open(path, "w") as f:
        f.write("Http:\n  Tries: %d\n" % tries)
    return path


def odd_trees():
    repository()
    State.truncated = True
    lost = "datasets/atomic/_metadata/SD-1.yaml"
    State.broken[lost] = 404
    s = Session("odd")
    check("a tree that was cut short", "cut the list of files short" in
          s.warnings(), s.warnings())
    check("a description that does not come", "2 of 3 descriptions" in
          s.warnings() and "404" in s.warnings(), s.warnings())
    check("the rest does", s.rows("sd.datasets | count") == [[8]])
    s.stop()
    State.broken.clear()
    del State.fetched[:]
    s = Session("odd")
    check("it is tried again", lost in State.fetched and
          s.rows('sd.datasets | where Title == "Lure" | count') == [[2]],
          State.fetched)
    s.stop()
    repository()
    evil = "datasets/a\u001b[31m/x.zip", "datasets/.ssh/id.zip", \
        "datasets/a/b-c.zip", "datasets/a-b/c.zip", "datasets/a.b-c.zip", \
        "datasets/" + "y" * 2000 + ".zip"
    for path in evil:
        State.files[path] = zipped({"x.json": lines(
            [{"Path": path[:20]}])})
    s = Session("evil")
    names = [r[0] for r in s.rows(".show tables of sd | where Name startswith "
                                  "'a' and Name !startswith 'atomic' | "
                                  "project Name")]
    check("names are unique", len(names) == 3 and len(set(names)) == 3,
          names)
    got = sorted(s.rows('sd.["%s"]' % n)[0][0] for n in names)
    check("and so are saved files", got == ["datasets/a-b/c.zip",
                                            "datasets/a.b-c.zip",
                                            "datasets/a/b-c.zip"], got)
    s.stop()


# ---- settings ----

def settings():
    repository()
    folder = os.path.join(ROOT, "of msticpy")
    config = os.path.join(ROOT, "msticpyconfig.yaml")
    where = "        raw_base: http://127.0.0.1:%d/raw\n" \
            "        tree_url: http://127.0.0.1:%d/tree\n" % (SERVER.port,
                                                              SERVER.port)
    for word in ("used_cached", "use_cached"):
        with open(config, "w") as f:
            f.write("DataProviders:\n  Mordor:\n    %s: false\n"
                    "    save_folder: %s\n    silent: true\n    Args:\n%s"
                    "  Mordor-two:\n    save_folder: %s\n    Args:\n"
                    "        max_age: 2d\n%s"
                    % (word, folder, where, folder + " two", where))
        State.trees = 0
        batch = Batch(os.environ["SHIKRA"], seconds=60, env={
            "MSTICPYCONFIG": config, "HOME": "/nonexistent"})
        for _ in range(2):
            got = batch.ask(".connect security_datasets as sd\n"
                            ".config check", keep=True)
        check(word + " and save_folder", got["ok"] and State.trees == 2 and
              os.listdir(folder) == ["security_datasets.json"], got)
        rows = [o["rows"] for o in got["outputs"] if o["kind"] == "table"]
        check("the settings are known", rows == [[]], rows)
        got = batch.ask(".connect security_datasets.two as sd", keep=True)
        check("an instance", got["ok"] and os.path.isdir(folder + " two"),
              got)
        got = batch.ask(".connect security_datasets.three as sd")
        check("no instance", "no Mordor 'three'" in
              got["errors"][0]["message"], got)
        batch.stop()
    s = Session("")
    check("the folder of the user's cache", s.connected["ok"] and
          os.path.isfile(os.path.join(ROOT, "xdg", "shikra",
                                      "security_datasets",
                                      "security_datasets.json")))
    s.stop()
    s = Session("", env={"HOME": "", "XDG_CACHE_HOME": ""})
    check("no home", "save_folder" in s.message(), s.message())
    s.stop()
    blocked = os.path.join(ROOT, "blocked")
    with open(blocked, "w") as f:
        f.write("a file")
    s = Session("blocked")
    check("a folder that cannot be", s.connected["ok"] and
          "cannot be kept" in s.warnings(), s.warnings())
    told = s.message(HOST)
    check("nor be loaded into", "cannot be kept" in told, told)
    s.stop()


def clone():
    repository()
    folder = os.path.join(ROOT, "a [clone]")
    for path, data in State.files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data)
    os.symlink("/", os.path.join(folder, "datasets", "loop"))
    s = Session("", 'folder = "%s"' % folder, base="http://127.0.0.1:1")
    check("a clone", s.connected["ok"] and
          s.rows("sd.datasets | count") == [[8]] and
          s.rows(HOST + " | count") == [[5]] and
          s.rows("sd.datasets | where Saved and Available | count") == [[5]],
          s.connected)
    check("without a network", State.trees == 0 and not State.fetched)
    told = s.message("sd.atomic.aws.gone")
    check("what it lacks", "there is no such file" in told, told)
    s.stop()
    s = Session("", 'folder = "%s"' % ROOT)
    check("no clone", "is no clone" in s.message(), s.message())
    s.stop()


def kernel():
    """As a notebook does it: names by Tab, rows as a table."""
    repository()
    where = 'tree_url = "http://127.0.0.1:%d/tree", raw_base = ' \
            '"http://127.0.0.1:%d/raw", save_folder = "%s"' % (
                SERVER.port, SERVER.port, os.path.join(ROOT, "kernel"))
    env = {"MSTICPYCONFIG": "", "HOME": "/nonexistent", "no_proxy": "*"}
    with Kernel([os.environ["SHIKRA_RELEASE"], "kernel"], env=env) as k:
        k.wait_ready()

        def run(code):
            m = k.execute(code)
            seen = k.iopub_until_idle(m, timeout=30)
            check("runs: " + code, k.reply_to(m).content["status"] == "ok",
                  seen)
            return seen

        def tab(code, at=None):
            at = len(code) if at is None else at
            m = k.send("complete_request", {"code": code, "cursor_pos": at})
            c = k.reply_to(m).content
            return [code[:c["cursor_start"]] + x for x in c["matches"]]

        check("nothing to offer before", tab("sd.") == [], tab("sd."))
        run(".connect security_datasets as sd with (%s)" % where)
        names = tab("sd.")
        check("Tab knows all at once", HOST in names and "sd.datasets" in
              names and "sd.query" in names and
              "sd.['atomic.aws.bare-one']" in names, names)
        check("a part of a name", tab("sd.compound.no") ==
              ["sd.compound.none.logs_only"], tab("sd.compound.no"))
        check("the rest of it", tab("sd.atomic.windows.lateral_movement.") ==
              ["sd.atomic.windows.lateral_movement.host.lure",
               "sd.atomic.windows.lateral_movement.network.lure"],
              tab("sd.atomic.windows.lateral_movement."))
        check("in a pipeline", tab("T | union sd.compound.") ==
              ["T | union sd.compound.none.logs_only"])
        check("no names of others", tab("x.compound.no") == [])
        check("columns of the list", any(
            m.endswith("Techniques") for m in
            tab("sd.datasets | where Tech")), tab("sd.datasets | where Tech"))
        shown = [m.content["data"] for m in run(HOST)
                 if m.type == "execute_result"]
        check("shown as a table", len(shown) == 1 and "wks2" in
              shown[0]["text/plain"] and "<table" in shown[0]["text/html"],
              shown)


def recordings():
    """Real ones, from a served tree."""
    found = sorted(glob.glob(os.path.join(REAL, "*.zip")))
    if not found:
        print("skip: no real recordings here")
        return
    State.reset()
    for path in found:
        with open(path, "rb") as f:
            State.files["datasets/atomic/x/" + os.path.basename(path)] = \
                f.read()
    s = Session("real")
    name = "empire_wmic_add_user_backdoor"
    rows = s.rows("sd.%s | summarize n = count() by Channel | top 2 by n"
                  % name)
    check("events of a real recording", rows == [
        ["Security", 6138], ["Microsoft-Windows-Sysmon/Operational", 5883]],
        rows)
    rows = s.rows("sd.%s | where EventID == 1 and CommandLine has 'wmic' | "
                  "project CommandLine | take 1" % name)
    check("the attack in it", len(rows) == 1 and "/node:" in rows[0][0]
          or "wmic" in rows[0][0].lower(), rows)
    rows = s.rows("sd.sh_arp_cache | auditd | where comm == 'arp' | count")
    check("auditd", rows == [[1]], rows)
    rows = s.rows("sd.ec2_proxy_s3_exfiltration | summarize dcount(eventName)")
    check("CloudTrail", rows and rows[0][0] > 10, rows)
    s.stop()


try:
    for part in (browse, load, kinds, big, transfers, damaged, cached, offline,
                 odd_trees, settings, clone, kernel, recordings):
        began = time.monotonic()
        part()
        if "-v" in sys.argv:
            print(part.__name__, "%.1f s" % (time.monotonic() - began))
finally:
    SERVER.stop()
    shutil.rmtree(ROOT, ignore_errors=True)
print("%d passed, %d failed" % (good, bad))
sys.exit(bad != 0)

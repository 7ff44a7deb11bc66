"""test_commands.py - run, batch and install, as scripts use them.

    /usr/bin/python3 tests/protocol/test_commands.py [PROGRAM] [--fake]

PROGRAM is $SHIKRA_RELEASE or build/shikra by default; --fake as in
test_kernel.py.
"""
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get("SHIKRA_RELEASE", "build/shikra")
FAKE = False


def cell(name):
    real = {"hello": "print 'hello, world'", "two": "print 1; print 2",
            "error": "print nosuchcolumn", "assert": "assert 1 == 2",
            "long": "range x from 1 to 100000000000 step 1 | "
                    "where x % 7 == 3 | summarize sum(x)"}
    fake = {"hello": "echo hello, world", "two": "echo 1\necho 2",
            "error": "error x", "assert": "assert", "long": "sleep 60000"}
    return (fake if FAKE else real)[name]


def shikra(*args, stdin=None, env=None):
    return subprocess.run([PROGRAM, *args], input=stdin, timeout=60,
                          capture_output=True, text=True,
                          env=dict(os.environ, **(env or {})))


class Run(unittest.TestCase):
    def test_exit_codes(self):
        for name, code in (("hello", 0), ("error", 1), ("assert", 2)):
            p = shikra("run", "-e", cell(name))
            self.assertEqual(p.returncode, code, p.stderr)

    @unittest.skipUnless("--fake" in sys.argv, "fake language")
    def test_partial(self):
        self.assertEqual(shikra("run", "-e", "partial x").returncode, 3)
        self.assertEqual(shikra("run", "-e", "partial x", "-e",
                                "error x").returncode, 1)

    def test_text(self):
        p = shikra("run", "-e", cell("hello"))
        self.assertIn("hello, world", p.stdout)
        self.assertEqual(p.stderr, "")

    def test_error_text(self):
        p = shikra("run", "-e", cell("error"))
        self.assertEqual(p.stdout, "")
        self.assertRegex(p.stderr, r"^E\d{4} .*line 1, column \d+")
        self.assertNotIn("\x1b", p.stderr)

    def test_the_first_failure_ends_the_run(self):
        p = shikra("run", "-e", cell("error"), "-e", cell("hello"))
        self.assertEqual((p.returncode, p.stdout), (1, ""))

    def test_script_and_standard_input(self):
        with tempfile.NamedTemporaryFile("w", suffix=".shk") as f:
            f.write(cell("hello"))
            f.flush()
            self.assertIn("hello, world", shikra("run", f.name).stdout)
        self.assertIn("hello", shikra("run", "-",
                                      stdin=cell("hello")).stdout)

    def notebook(self, *cells):
        doc = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
            {"cell_type": kind, "source": source, "metadata": {"tags": tags},
             "outputs": [], "execution_count": None}
            for kind, source, tags in cells]}
        f = tempfile.NamedTemporaryFile("w", suffix=".ipynb")
        json.dump(doc, f)
        f.flush()
        return f

    def test_notebook(self):
        with self.notebook(("markdown", "# x", []),
                           ("code", cell("error"), ["skip-execution"]),
                           ("code", cell("error"), ["raises-exception"]),
                           ("code", [cell("hello")[:5], cell("hello")[5:]],
                            []), ("code", " \n", [])) as f:
            p = shikra("run", f.name)
        self.assertEqual(p.returncode, 0)
        self.assertIn("hello, world", p.stdout)

    def test_json(self):
        p = shikra("run", "--out", "json", "-e", cell("hello"), "-e",
                   cell("error"))
        lines = [json.loads(x) for x in p.stdout.splitlines()]
        self.assertEqual([x["id"] for x in lines], [1, 2])
        self.assertEqual([x["ok"] for x in lines], [True, False])

    def test_html(self):
        with tempfile.TemporaryDirectory() as d:
            out = os.path.join(d, "new")
            p = shikra("run", "--out", "html", out, "-e",
                       cell("hello") + " // <b>")
            self.assertEqual(os.listdir(out), ["index.html"])
            with open(os.path.join(out, "index.html")) as f:
                text = f.read()
        self.assertEqual(p.returncode, 0)
        self.assertIn("&lt;b", text)
        # Without this the renderers' colours stay light on a dark page.
        self.assertIn("color-scheme:light dark", text)
        self.assertNotIn("<b>", text.split("<h1>")[1].split("<section>")[0])

    @unittest.skipIf("--fake" in sys.argv, "no .profile in the fake")
    def test_profile(self):
        p = shikra("run", "--out", "json", "-e",
                   ".profile host.processes | proctree | summarize count()")
        t = json.loads(p.stdout)["outputs"][0]
        names = [c["name"] for c in t["columns"]]
        self.assertEqual(names, ["Step", "Kind", "What", "Rows", "Duration"])
        steps = [(r[1], r[2]) for r in t["rows"]]
        self.assertEqual(steps, [("bind", "names and types"),
                                 ("source", "host"),
                                 ("sql", "rows for the next step"),
                                 ("native", "proctree"),
                                 ("sql", "the result")])
        rows = [r[3] for r in t["rows"]]
        self.assertIsNone(rows[0])
        self.assertGreater(rows[1], 0)
        self.assertEqual(rows[1:4], [rows[1]] * 3)
        self.assertEqual(rows[4], 1)

    @unittest.skipIf("--fake" in sys.argv, "no markdown in the fake")
    def test_markdown_as_text(self):
        p = shikra("run", "-e", "markdown \"**Found** {'a.b<i> & c_d'}\"")
        self.assertEqual(p.stdout, "**Found** a.b<i> & c_d\n")

    @unittest.skipIf("--fake" in sys.argv, "no parameters in the fake")
    def test_parameters(self):
        code = ("declare query_parameters(host:string = 'A', n:long = 1, "
                "l:dynamic = dynamic([])); print strcat_delim('|', host, "
                "tostring(n), tostring(l))")
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, "run.yaml")

            def run(yaml, *args, **env):
                with open(path, "w") as f:
                    f.write(yaml)
                return shikra("run", *args, "-e", code,
                              env=dict(env, SHIKRA_PARAMS=path))

            given = "host: WS09\nn: 7\nl: [a, 1, true, null, '5', {k: 007}]\n"
            p = run(given)
            self.assertIn('WS09|7|["a",1,true,null,"5",{"k":"007"}]',
                          p.stdout, p.stderr)
            p = run(given, SHIKRA_PARAM_n="8", SHIKRA_PARAM_other="x")
            self.assertIn("WS09|8|", p.stdout, p.stderr)
            p = run(given, "--param", "n=9", SHIKRA_PARAM_n="8")
            self.assertIn("WS09|9|", p.stdout, p.stderr)
            for bad, part in (("n: seven\n", "'n' is not a long"),
                              ("hsot: x\n", "did you mean 'host'?"),
                              ("- 1\n", "no mapping"),
                              ("a: [\n", "run.yaml (SHIKRA_PARAMS), line")):
                p = run(bad)
                self.assertEqual((p.returncode, p.stdout), (1, ""), bad)
                self.assertIn(part, p.stderr)
        p = shikra("run", "-e", code, env={"SHIKRA_PARAMS": "/nowhere.yaml"})
        self.assertEqual(p.returncode, 1)
        p = shikra("run", "--param", "hsot=x", "-e", "print 1")
        self.assertEqual((p.returncode, p.stdout), (1, ""))

    def test_misuse(self):
        for args in ([], ["--out"], ["--out", "pdf"], ["--param", "x"],
                     ["--nope"], ["--out", "html"]):
            p = shikra("run", *args)
            self.assertEqual(p.returncode, 64, args)
            self.assertEqual(len(p.stderr.splitlines()), 1)
        self.assertEqual(shikra("run", "/no/such/file").returncode, 1)
        self.assertEqual(shikra("nonsense").returncode, 64)

    def test_ctrl_c(self):
        p = subprocess.Popen([PROGRAM, "run", "-e", cell("long")],
                             stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             text=True)
        time.sleep(1)
        began = time.perf_counter()
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(10), 1)
        self.assertLess(time.perf_counter() - began, 2)
        self.assertIn("Interrupted", p.stderr.read())
        p.stderr.close()


class Batch(unittest.TestCase):
    def ask(self, *requests):
        text = "\n".join(r if isinstance(r, str) else json.dumps(r)
                         for r in requests)
        p = shikra("batch", stdin=text)
        self.assertEqual(p.returncode, 0)
        return [json.loads(line) for line in p.stdout.splitlines()]

    def test_in_order(self):
        got = self.ask({"id": 1, "code": cell("two")},
                       {"id": "x", "code": cell("error")},
                       {"id": None, "code": cell("hello")})
        self.assertEqual([g["id"] for g in got], [1, "x", None])
        self.assertEqual([g["ok"] for g in got], [True, False, True])
        self.assertEqual([o["kind"] for o in got[0]["outputs"]],
                         ["table", "table"])
        for g in got:
            for key in ("outputs", "errors", "ms"):
                self.assertIn(key, g)
        t = got[2]["outputs"][0]
        self.assertEqual(t["columns"], [{"name": "print_0",
                                         "type": "string"}])
        self.assertEqual(t["rows"], [["hello, world"]])
        self.assertEqual((t["status"], t["total"]), ("complete", 1))
        e = got[1]["errors"][0]
        self.assertRegex(e["code"], r"^E\d{4}$")
        self.assertEqual(e["line"], 1)
        self.assertGreater(e["column"], 1)
        self.assertIsInstance(e["hint"], str)

    def test_what_is_no_request(self):
        got = self.ask("garbage", "[]", "", {"id": 7}, {"id": 8, "code": 1},
                       {"id": 9, "code": "", "mode": "walk"},
                       '{"id":10,"code":"\\ud800"}', "x" * 100000,
                       {"id": 11, "code": cell("hello")})
        self.assertEqual([g["id"] for g in got],
                         [None, None, None, 7, 8, 9, 10, None, 11])
        self.assertEqual([g["ok"] for g in got], [False] * 8 + [True])
        for g in got[:6]:
            self.assertEqual(len(g["errors"]), 1)

    @unittest.skipIf("--fake" in sys.argv, "needs the language")
    def test_values(self):
        got, = self.ask({"id": 1, "code":
                         "print a=1, b=1.0, c=real(nan), d=real(+inf), "
                         "e='x', f=datetime(2024-01-02T03:04:05.1234567Z), "
                         "g=time(1.02:03:04), h=dynamic({'k':[1,null]}), i=true, "
                         "j=int(null), k=long(9223372036854775807)"})
        self.assertTrue(got["ok"], got["errors"])
        self.assertEqual(got["outputs"][0]["rows"][0], [
            1, 1.0, "NaN", "Infinity", "x", "2024-01-02T03:04:05.1234567Z",
            "1.02:03:04", {"k": [1, None]}, True, None, 9223372036854775807])

    @unittest.skipIf("--fake" in sys.argv, "needs the language")
    def test_keep_and_check(self):
        got = self.ask({"id": 1, "code": "let x = 5;", "keep": True},
                       {"id": 2, "code": "print x", "keep": True},
                       {"id": 3, "code": "print x"},
                       {"id": 4, "code": "print x"},
                       {"id": 5, "code": "Nope | where A > 1",
                        "mode": "check"},
                       {"id": 6, "code": "Nope | where A > 1",
                        "mode": "check", "open_tables": True},
                       {"id": 7, "code": "range x from 1 to 10 step 1",
                        "max_rows": 3})
        self.assertEqual([g["ok"] for g in got],
                         [True, True, True, False, False, True, True])
        t = got[6]["outputs"][0]
        self.assertEqual((len(t["rows"]), t["status"], t["total"]),
                         (3, "truncated", 10))


class Install(unittest.TestCase):
    def check(self, directory):
        with open(os.path.join(directory, "kernel.json")) as f:
            spec = json.load(f)
        self.assertEqual(spec["argv"][0], os.path.realpath(PROGRAM))
        self.assertEqual(spec["argv"][1:], ["kernel", "-f",
                                            "{connection_file}"])
        self.assertEqual(spec["language"], "sql")
        self.assertEqual(spec["interrupt_mode"], "message")
        self.assertEqual(sorted(os.listdir(directory)),
                         ["kernel.js", "kernel.json", "logo-32x32.png",
                          "logo-64x64.png", "logo-svg.svg"])
        with open(os.path.join(directory, "logo-64x64.png"), "rb") as f:
            self.assertEqual(f.read(8), b"\x89PNG\r\n\x1a\n")
        self.same(directory, "logo-svg.svg", "logo-svg.svg")
        self.same(directory, "logo-32x32.png", "logo-32x32.png")
        self.same(directory, "kernel.js", "kql.js", "classic.js")

    def same(self, directory, name, *sources):
        top = os.path.join(os.path.dirname(__file__), "..", "..")
        want = b""
        for source in sources:
            with open(os.path.join(top, "kernelspec", source), "rb") as f:
                want += f.read()
        with open(os.path.join(directory, name), "rb") as f:
            self.assertEqual(f.read(), want)

    def check_lab(self, data_dir):
        """What jupyterlab_server reads of an extension that is built."""
        directory = os.path.join(data_dir, "labextensions", "shikra-kql")
        with open(os.path.join(directory, "package.json")) as f:
            package = json.load(f)
        self.assertEqual(package["name"], "shikra-kql")
        build = package["jupyterlab"]["_build"]
        self.assertEqual(build["extension"], "./extension")
        self.same(directory, build["load"], "kql.js", "lab.js")

    def test_places(self):
        with tempfile.TemporaryDirectory() as d:
            env = {"JUPYTER_DATA_DIR": "", "XDG_DATA_HOME": "", "HOME": d,
                   "VIRTUAL_ENV": d + "/venv", "CONDA_PREFIX": ""}
            for args, more, where in (
                    ([], {}, ".local/share/jupyter/kernels/shikra"),
                    (["--user"], {"XDG_DATA_HOME": d + "/xdg"},
                     "xdg/jupyter/kernels/shikra"),
                    (["--user", "--name", "k2"],
                     {"JUPYTER_DATA_DIR": d + "/data"}, "data/kernels/k2"),
                    (["--sys-prefix"], {}, "venv/share/jupyter/kernels/shikra"),
                    (["--prefix", d + "/opt"], {},
                     "opt/share/jupyter/kernels/shikra"),
                    (["--prefix=" + d + "/opt"], {},
                     "opt/share/jupyter/kernels/shikra")):
                p = shikra("install", *args, env=dict(env, **more))
                self.assertEqual(p.returncode, 0, p.stderr)
                self.check(os.path.join(d, where))
                self.check_lab(os.path.join(d, where, "..", ".."))

    def test_the_runtime_directory_is_made_private(self):
        with tempfile.TemporaryDirectory() as d:
            runtime = os.path.join(d, "runtime")
            os.mkdir(runtime, 0o755)
            os.chmod(runtime, 0o755)
            p = shikra("install", env={"JUPYTER_DATA_DIR": d,
                                       "JUPYTER_RUNTIME_DIR": ""})
            self.assertEqual(p.returncode, 0)
            self.assertEqual(stat.S_IMODE(os.stat(runtime).st_mode), 0o700)

    def test_misuse(self):
        for args in (["--name", "../x"], ["--name", ""], ["--prefix"],
                     ["x"]):
            self.assertEqual(shikra("install", *args).returncode, 64)
        p = shikra("install", "--prefix", "/proc/nowhere")
        self.assertEqual(p.returncode, 1)
        self.assertIn("/proc/nowhere", p.stderr)


class Help(unittest.TestCase):
    def test_help_names_every_command(self):
        text = shikra("help").stdout
        for name in ("kernel", "run", "batch", "dev", "install"):
            self.assertIn("shikra " + name, text)
        self.assertRegex(shikra("--version").stdout, r"^shikra \d+\.\d+")


if __name__ == "__main__":
    args = [a for a in sys.argv[1:] if os.path.sep in a]
    if args:
        PROGRAM = args[0]
    PROGRAM = os.path.abspath(PROGRAM)
    FAKE = "--fake" in sys.argv
    rest = [a for a in sys.argv if a not in args and a != "--fake"]
    unittest.main(argv=rest)

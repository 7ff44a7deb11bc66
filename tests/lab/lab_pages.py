"""lab_pages.py - a JupyterLab server in a scratch folder, and its page.

Used by: check.py. Needs the virtual environment that run.sh makes (LAB_VENV),
the built programs (BUILD), chromium and chromedriver. Home, configuration and
notebooks are in a new folder that is removed at the end."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "render"))
from browser import Browser, free_port  # noqa: E402

TOKEN = "lab-check"
ENTER, TAB, SHIFT, CONTROL, ESCAPE = (
    "\ue007", "\ue004", "\ue008", "\ue009", "\ue00c")

# The page's own application object; the server is told to expose it.
PANEL = "var app = window.jupyterapp, panel = app && app.shell.currentWidget;"
READY = PANEL + """
    var s = panel && panel.sessionContext;
    return !!(s && s.session && s.session.kernel &&
              s.session.kernel.status === 'idle' && panel.content.widgets &&
              panel.content.widgets.length);"""


class Server:
    """`jupyter lab` on the loopback address. No name is looked up, no news
    asked for; what it prints is in server.log of the folder."""

    def __init__(self, venv, build):
        self.dir = tempfile.mkdtemp(prefix="shikra-lab-")
        self.root = os.path.join(self.dir, "root")
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self._fill(build)
        env = dict(os.environ, HOME=self.dir, JUPYTER_PREFER_ENV_PATH="1",
                   SHIKRA_DUCKDB=os.path.join(build, "lib/libduckdb.so"))
        for name in list(env):
            if name.startswith(("JUPYTER_CONFIG", "JUPYTER_DATA", "XDG_")):
                del env[name]
        self.log = open(os.path.join(self.dir, "server.log"), "w")
        self.proc = subprocess.Popen(
            [os.path.join(venv, "bin", "jupyter-lab"), "--no-browser",
             "--allow-root", "--ip=127.0.0.1", "--port=%d" % self.port,
             "--IdentityProvider.token=" + TOKEN,
             "--ServerApp.root_dir=" + self.root,
             "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=",
             "--LabApp.check_for_updates_class="
             "jupyterlab.NeverCheckForUpdate",
             "--JupyterNotebookApp.expose_app_in_browser=True"],
            env=env, cwd=self.root, stdout=self.log, stderr=subprocess.STDOUT)
        self._wait()

    def _fill(self, build):
        os.makedirs(os.path.join(self.root, "notebooks"))
        os.makedirs(os.path.join(self.root, "build"))
        shutil.copy(os.path.join(ROOT, "notebooks", "tour.ipynb"),
                    os.path.join(self.root, "notebooks"))
        subprocess.check_call([os.path.join(build, "intrusion"), "--out",
                               os.path.join(self.root, "build", "demo")],
                              stderr=subprocess.DEVNULL)
        settings = os.path.join(self.dir, ".jupyter/lab/user-settings",
                                "@jupyterlab/apputils-extension")
        os.makedirs(settings)
        with open(os.path.join(settings, "notification.jupyterlab-settings"),
                  "w") as f:
            json.dump({"fetchNews": "false", "checkForUpdates": False}, f)

    def _wait(self):
        for _ in range(600):
            if self.proc.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.url + "/api?token=" + TOKEN)
                return
            except OSError:
                time.sleep(0.1)
        with open(self.log.name) as f:
            raise RuntimeError("the server does not start:\n" + f.read())

    def close(self):
        self.proc.terminate()
        try:
            self.proc.wait(20)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


class Page:
    """One browser window with a notebook in it."""

    def __init__(self, server, shots):
        self.server, self.shots = server, shots
        self.b = Browser(1400, 1000, local=True)
        os.makedirs(shots, exist_ok=True)

    def close(self):
        self.b.close()

    def open(self, path, app="lab/tree"):
        self.b.visit("%s/%s/%s?token=%s" % (self.server.url, app, path,
                                            TOKEN))
        self.wait(READY, 60)

    def wait(self, js, seconds=10, *args):
        """Polls until the script gives something true, and returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            got = self.b.js(js, *args)
            if got:
                return got
            time.sleep(0.05)
        self.shot("timeout")
        raise TimeoutError("not within %d s: %s" % (seconds, js.strip()))

    def shot(self, name):
        path = os.path.join(self.shots, name + ".png")
        self.b.shot(path)
        return path

    def js(self, code, *args):
        return self.b.js(PANEL + code, *args)

    def command(self, name, **args):
        """A command of the application, as its menus run it."""
        self.b.js("window.jupyterapp.commands.execute(arguments[0], "
                  "arguments[1]);", name, args)

    def menu(self, *labels):
        """Clicks through the menu bar by what the entries say. Labels are
        compared without their ellipsis."""
        find = """
            var want = arguments[0], all = document.querySelectorAll(
                '.lm-MenuBar-itemLabel, .lm-Menu-itemLabel');
            var hit = Array.from(all).filter(function (e) {
                return e.offsetParent && e.textContent.replace(/\u2026$/, '')
                    === want; })[0];
            if (!hit) return null;
            var r = hit.getBoundingClientRect();
            return [r.left + r.width / 2, r.top + r.height / 2];"""
        for label in labels:
            x, y = self.wait(find, 10, label)
            self.b.drag(x, y, x, y)

    def dialog(self, label):
        """Presses the button of the open dialog."""
        self.wait("""
            var label = arguments[0];
            var hit = Array.from(document.querySelectorAll(
                '.jp-Dialog button')).filter(function (e) {
                return e.textContent.trim() === label; })[0];
            if (hit) hit.click();
            return !!hit;""", 10, label)

    def cells(self):
        """Of each code cell: its number and its outputs."""
        return self.js("""
            return panel.content.widgets.filter(function (w) {
                return w.model.type === 'code'; }).map(function (w) {
                return { count: w.model.executionCount,
                         outputs: w.model.outputs.toJSON() }; });""")

    def wait_all_ran(self, seconds=120):
        self.wait(PANEL + """
            return panel.sessionContext.session.kernel.status === 'idle' &&
                panel.content.widgets.every(function (w) {
                    return w.model.type !== 'code' ||
                        w.model.executionCount; });""", seconds)

    def show(self, nth):
        """Scrolls the nth code cell to the top and makes it the active one."""
        self.js("""
            var nth = arguments[0], list = panel.content.widgets, at = -1;
            for (var i = 0; i < list.length; i++)
                if (list[i].model.type === 'code' && nth-- === 0)
                    at = i;
            panel.content.activeCellIndex = at;
            return panel.content.scrollToItem(at, 'start');""", nth)
        time.sleep(0.6)

    def new_cell(self, code=""):
        """A cell at the end, with the cursor in it."""
        self.js("""
            var code = arguments[0];
            panel.content.activeCellIndex = panel.content.widgets.length - 1;
            return app.commands.execute('notebook:insert-cell-below')
                .then(() => {
                    panel.content.activeCell.model.sharedModel.setSource(code);
                    return app.commands.execute('notebook:enter-edit-mode');
                }).then(() => {
                    var e = panel.content.activeCell.editor;
                    e.setCursorPosition(e.getPositionAt(code.length));
                    e.focus();
                });""", code)
        self.wait(PANEL + "return panel.content.activeCell.editor.hasFocus()")

    def source(self):
        return self.js("return panel.content.activeCell.model.sharedModel"
                       ".getSource()")

    def run_cell(self, code, seconds=20):
        """Runs a new last cell by Shift+Enter and returns its outputs."""
        self.new_cell(code)
        self.b.press(SHIFT, ENTER)
        return self.outputs_of(code, seconds)

    def outputs_of(self, code, seconds=20):
        find = PANEL + """
            var code = arguments[0];
            var hit = panel.content.widgets.filter(function (w) {
                return w.model.type === 'code' &&
                    w.model.sharedModel.getSource() === code; }).pop();"""
        self.wait(find + "return !!(hit && hit.model.executionCount && "
                  "panel.sessionContext.session.kernel.status === 'idle')",
                  seconds, code)
        return self.b.js(find + "return hit.model.outputs.toJSON()", code)

    def status(self):
        return self.js("return panel.sessionContext.session.kernel.status")

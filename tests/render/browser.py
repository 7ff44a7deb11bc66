"""browser.py - a headless Chromium, driven over chromedriver's HTTP API.

Called by: browser_test.py, ../lab/lab_pages.py. Needs chromium, chromedriver
and the standard library only. Network access of the page is blocked, this
machine's own address aside when the caller asks for it; the profile is a new
empty folder that is removed at the end."""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ARGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars"]
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND"
LOOPBACK_ONLY = NO_NETWORK + " , EXCLUDE 127.0.0.1"

# Runs before any script of the page: everything that hostile data could reach
# is recorded instead of done.
TRAPS = """
window.trapped = [];
['alert', 'confirm', 'prompt', 'open', 'eval', 'fetch'].forEach(function (n) {
    window[n] = function (x) { window.trapped.push(n + ' ' + x); };
});
window.XMLHttpRequest = function () { window.trapped.push('XMLHttpRequest'); };
window.addEventListener('error', function (e) {
    window.trapped.push('error ' + e.message);
});
document.addEventListener('securitypolicyviolation', function (e) {
    window.trapped.push('policy ' + e.blockedURI);
});
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Browser:
    """A window of its own. For a page that is a program (a notebook server's)
    local is true: it may talk to 127.0.0.1, and no traps are laid."""

    def __init__(self, width=1280, height=900, local=False):
        self.profile = tempfile.mkdtemp(prefix="render-browser-")
        self.port = free_port()
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver") or "chromedriver",
             "--port=%d" % self.port],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.session = None
        args = ARGS + [LOOPBACK_ONLY if local else NO_NETWORK,
                       "--user-data-dir=" + self.profile,
                       "--window-size=%d,%d" % (width, height)]
        self._wait()
        options = {"args": args}
        binary = shutil.which("chromium")
        if binary:
            options["binary"] = binary
        reply = self._call("POST", "/session", {"capabilities": {
            "alwaysMatch": {"goog:chromeOptions": options,
                            "goog:loggingPrefs": {"browser": "ALL",
                                                  "performance": "ALL"}}}})
        self.session = reply["sessionId"]
        if not local:
            self.cdp("Page.addScriptToEvaluateOnNewDocument", source=TRAPS)

    def _wait(self):
        for _ in range(100):
            try:
                self._call("GET", "/status")
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("chromedriver does not start")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        req = urllib.request.Request(
            "http://127.0.0.1:%d%s" % (self.port, path), data, method=method,
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(req, timeout=120) as r:
                return json.load(r)["value"]
        except urllib.error.HTTPError as e:
            raise RuntimeError("%s: %s" % (path, e.read().decode()[:500]))

    def call(self, method, path, body=None):
        return self._call(method, "/session/" + self.session + path, body)

    def cdp(self, cmd, **params):
        return self.call("POST", "/goog/cdp/execute",
                         {"cmd": cmd, "params": params})

    def open(self, path):
        self.visit("file://" + os.path.abspath(path))

    def visit(self, url):
        self.call("POST", "/url", {"url": url})

    def js(self, code, *args):
        return self.call("POST", "/execute/sync",
                         {"script": code, "args": list(args)})

    def element(self, css, nth=0):
        found = self.call("POST", "/elements",
                          {"using": "css selector", "value": css})
        return list(found[nth].values())[0]

    def click(self, css, nth=0):
        self.call("POST", "/element/%s/click" % self.element(css, nth), {})

    def type(self, css, text, nth=0):
        e = self.element(css, nth)
        self.call("POST", "/element/%s/clear" % e, {})
        self.call("POST", "/element/%s/value" % e, {"text": text})

    def press(self, *keys):
        """All keys down in this order, then up again; text is not chords."""
        down = [{"type": "keyDown", "value": k} for k in keys]
        up = [{"type": "keyUp", "value": k} for k in reversed(keys)]
        self.call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keys", "actions": down + up}]})

    def write(self, text):
        """Key by key into whatever has the focus."""
        for c in text:
            self.press(c)

    def drag(self, x0, y0, x1, y1):
        def move(x, y):
            return {"type": "pointerMove", "duration": 60, "x": int(x),
                    "y": int(y), "origin": "viewport"}
        self.call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "actions": [
                move(x0, y0), {"type": "pointerDown", "button": 0},
                move((x0 + x1) / 2, (y0 + y1) / 2), move(x1, y1),
                {"type": "pointerUp", "button": 0}]}]})

    def wheel(self, x, y, dy):
        self.call("POST", "/actions", {"actions": [
            {"type": "wheel", "id": "wheel", "actions": [
                {"type": "scroll", "x": int(x), "y": int(y), "deltaX": 0,
                 "deltaY": dy, "origin": "viewport"}]}]})

    def dark(self, on):
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if on else "light"}])

    def log(self, kind="browser"):
        return self.call("POST", "/se/log", {"type": kind})

    def shot(self, path):
        png = self.call("GET", "/screenshot")
        with open(path, "wb") as f:
            f.write(base64.b64decode(png))

    def close(self):
        try:
            if self.session:
                self._call("DELETE", "/session/" + self.session)
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            shutil.rmtree(self.profile, ignore_errors=True)

"""suite_signin.py - signing in to Azure through the whole program.

Called by: tests/all.sh. A real kernel over ZeroMQ, nbconvert and `shikra run`
sign in to the strict stand-ins of oauthd.py and ask the workspace of kqld.py,
which takes only tokens that were issued, for it, and are not too old. Nothing
that was written may hold a secret. The last line is "N passed, N failed".
"""
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "limits"),
                os.path.join(HERE, "..", "protocol")]
import kqld  # noqa: E402
import oauthd  # noqa: E402
from batch_rig import Batch  # noqa: E402
from httpd import Server, counts  # noqa: E402
from rawclient import Kernel  # noqa: E402

SHIKRA = os.path.abspath(os.environ.get("SHIKRA", "build/asan/shikra"))
PROGRAM = os.path.abspath(os.environ.get("SHIKRA_RELEASE", "build/shikra"))
ARC_KEY = "arc-key-of-the-machine-0123456789"
WRITTEN = []  # all that a program wrote


class Issued:
    """What kqld takes for its table of tokens."""

    def __contains__(self, token):
        return token in oauthd.ISSUED

    def get(self, token):
        """The scope of a good token."""
        with oauthd.LOCK:
            good = oauthd.ISSUED.get(token)
        return kqld.LOGS if good and good > time.time() else None


class Both(oauthd.OAuth, kqld.Services):
    """Entra ID and a workspace on one port."""

    slow = 0.0

    def serve(self):
        if self.path.startswith("/v1/workspaces"):
            time.sleep(self.slow)
            kqld.Services.serve(self)
        else:
            oauthd.OAuth.serve(self)

    do_GET = do_POST = serve


class Desk:
    """The servers, a home of its own for each test, programs in it."""
    port = 0

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="shikra-signin-")
        self.home = self.folder.name
        self.env = {"HOME": self.home, "MSTICPYCONFIG": "", "PATH": PATH,
                    "SHIKRA_CONFIG": "", "XDG_CACHE_HOME": "",
                    "JUPYTER_PATH": os.path.join(self.home, "share/jupyter"),
                    "JUPYTER_CONFIG_DIR": self.home,
                    "IPYTHONDIR": self.home}

    def kernel(self):
        return Kernel([PROGRAM, "kernel"], env=self.env)

    def run(self, code, prefix=(), program=SHIKRA, **env):
        """`shikra run` without anybody there: output, status, seconds."""
        began = time.monotonic()
        p = subprocess.run(list(prefix) + [program, "run", "-e", code],
                           env=dict(os.environ, **dict(self.env, **env)),
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, timeout=60)
        WRITTEN.append(p.stdout)
        return p.stdout, p.returncode, time.monotonic() - began


# Not the real az, and no metadata service.
PATH = ":".join(p for p in os.environ["PATH"].split(":")
                if not os.path.exists(os.path.join(p, "az")))


def connect(tenant, auth="devicecode", **more):
    base = "http://127.0.0.1:%d" % Desk.port
    settings = dict({"workspace_id": kqld.WORKSPACE, "endpoint": base + "/v1",
                     "tenant_id": tenant, "authority": base, "auth": auth},
                    **more)
    return ".connect sentinel as s with (%s)" % ", ".join(
        '%s = "%s"' % item for item in settings.items())


def shown(messages):
    WRITTEN.extend(repr(m) for m in messages)
    return "\n".join(str(m.content) for m in messages)


def answer(k, code, timeout=20.0, **content):
    """The reply to a cell, and all that it showed."""
    msg_id = k.execute(code, **content)
    reply = k.reply_to(msg_id, timeout=timeout)
    messages = k.iopub_until_idle(msg_id, timeout=timeout)
    return reply.content, shown(messages + [reply])


# ---- device codes ----

def test_a_code_is_shown_while_the_cell_runs():
    with Desk().kernel() as k:
        k.wait_ready()
        msg_id = k.execute(connect("patient"), allow_stdin=True)
        kinds, text = [], ""
        while "ABCD1234" not in text:
            m = k.recv("iopub", 10)
            kinds.append(m.type)
            text += shown([m])
        assert "open https://example.test/device in a browser" in text, text
        assert "display_data" in kinds, kinds
        assert k.quiet("shell", 0.1), "the cell has ended already"
        reply = k.reply_to(msg_id, timeout=20)
        assert reply.content["status"] == "ok", reply
        shown(k.iopub_until_idle(msg_id, timeout=5))
        content, text = answer(k, "s.Logons | count")
        assert content["status"] == "ok" and "3" in text, text


def test_an_interrupt_ends_the_waiting():
    with Desk().kernel() as k:
        k.wait_ready()
        msg_id = k.execute(connect("never"), allow_stdin=True)
        while "ABCD1234" not in shown([k.recv("iopub", 10)]):
            pass
        began = time.monotonic()
        k.send("interrupt_request", channel="control")
        reply = k.reply_to(msg_id, timeout=10)
        assert time.monotonic() - began < 1.5
        assert reply.content["ename"] == "Interrupted", reply
        shown(k.iopub_until_idle(msg_id, timeout=5))
        content, text = answer(k, "print x = 41 + 1")
        assert content["status"] == "ok" and "42" in text, text


def test_without_anybody_there_is_an_error_at_once():
    before = counts.get("lonely devicecode", 0)
    with Desk().kernel() as k:
        k.wait_ready()
        began = time.monotonic()
        content, text = answer(k, connect("lonely"), allow_stdin=False)
        assert time.monotonic() - began < 3
        assert content["status"] == "error", content
        assert "nobody is here to type one" in content["evalue"], content
        assert "sign in once in a notebook" in text, text
    assert counts.get("lonely devicecode", 0) == before
    text, status, seconds = Desk().run(connect("lonely"))
    assert status == 1 and seconds < 10, (status, seconds)
    assert "nobody is here to type one" in text, text


def test_a_kept_sign_in_needs_nobody():
    desk = Desk()
    with desk.kernel() as k:
        k.wait_ready()
        content, text = answer(k, connect("kept"), allow_stdin=True)
        assert content["status"] == "ok", content
    path = os.path.join(desk.home, ".cache/shikra/tokens.json")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
    polls = counts["polls kept"]
    for _ in range(2):  # a refresh token is good once
        text, status, _ = desk.run(connect("kept") + "\ns.Logons | count")
        assert status == 0, text
    assert counts["polls kept"] == polls


def test_two_kernels_sign_in_from_one_file():
    desk = Desk()
    with desk.kernel() as first, desk.kernel() as second:
        for k in (first, second):
            k.wait_ready()
        content, _ = answer(first, connect("pair"), allow_stdin=True)
        assert content["status"] == "ok", content
        refused = counts.get("refused refresh", 0)
        for _ in range(3):
            ids = [(k, k.execute(".config reload\n" + connect("pair") +
                                 "\ns.Logons | count"))
                   for k in (first, second)]
            for k, msg_id in ids:
                reply = k.reply_to(msg_id, timeout=20)
                shown(k.iopub_until_idle(msg_id, timeout=5))
                assert reply.content["status"] == "ok", reply
        assert counts.get("refused refresh", 0) == refused


def notebook(desk, *cells):
    """nbconvert over a notebook of these cells: its status and what it said."""
    path = os.path.join(desk.home, "hunt.ipynb")
    with open(path, "w") as out:
        json.dump({
            "nbformat": 4, "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "shikra", "language": "kql",
                                        "display_name": "Shikra"}},
            "cells": [{"cell_type": "code", "id": "c%d" % i, "metadata": {},
                       "source": code, "outputs": [],
                       "execution_count": None}
                      for i, code in enumerate(cells)]}, out)
    env = dict(os.environ, **desk.env)
    subprocess.run([PROGRAM, "install", "--prefix", desk.home], env=env,
                   check=True, stdout=subprocess.DEVNULL)
    began = time.monotonic()
    p = subprocess.run([sys.executable, "-m", "nbconvert", "--to", "notebook",
                        "--execute", "--output", "done", path], env=env,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True, timeout=120)
    WRITTEN.append(p.stdout)
    return p.returncode, p.stdout, time.monotonic() - began


def test_nbconvert_does_not_wait_for_a_person():
    desk = Desk()
    status, text, seconds = notebook(desk, connect("report"))
    assert status != 0 and seconds < 40, (status, seconds)
    assert "nobody is here to type one" in text, text
    with desk.kernel() as k:
        k.wait_ready()
        answer(k, connect("report"), allow_stdin=True)
    status, text, _ = notebook(desk, connect("report"), "s.Logons | count")
    assert status == 0, text
    with open(os.path.join(desk.home, "done.ipynb")) as done:
        WRITTEN.append(done.read())


# ---- tokens over a long time ----

def test_tokens_are_renewed_during_a_long_hunt():
    Both.slow = 0.6
    before = counts.get("short token", 0)
    try:
        cell = "\n".join([connect("short", "clientsecret", client_id="app-1",
                                  client_secret=oauthd.SECRET)] +
                         ["s.Logons | where N == %d | count" % i
                          for i in range(8)])
        text, status, seconds = Desk().run(cell)
    finally:
        Both.slow = 0.0
    assert status == 0 and seconds > 4, (text, seconds)
    assert counts["short token"] - before >= 3, counts


def test_connections_share_one_token():
    before = counts.get("crew token", 0)
    one = connect("crew", "clientsecret", client_id="app-1",
                  client_secret=oauthd.SECRET)
    text, status, _ = Desk().run("\n".join(
        [one, one.replace("as s", "as t"), "s.Logons | count",
         "t.Logons | union s.Logons | count"]))
    assert status == 0, text
    assert counts["crew token"] == before + 1, counts


# ---- the identity of a machine ----

def managed(path, desk=None, prefix=(), **env):
    base = "http://127.0.0.1:%d" % Desk.port
    env = {k: base + v if v.startswith("/") else v for k, v in env.items()}
    return (desk or Desk()).run(connect("m", "msi") + "\ns.Logons | count",
                                prefix, **env)


def test_app_service_of_2017():
    text, status, _ = managed("", MSI_ENDPOINT="/app/old",
                              MSI_SECRET="old-app-secret")
    assert status == 0, text


def test_cloud_shell():
    text, status, _ = managed("", MSI_ENDPOINT="/cloud/shell")
    assert status == 0, text


def test_service_fabric_is_refused_by_its_name():
    text, status, _ = managed("", IDENTITY_ENDPOINT="/app/service",
                              IDENTITY_HEADER="app-header-1",
                              IDENTITY_SERVER_THUMBPRINT="00ff")
    assert status == 1 and "Service Fabric is not supported" in text, text


ARC = """mount -t tmpfs none /var/opt && mkdir -p /var/opt/azcmagent/tokens &&
printf %s "$ARC_KEY" > /var/opt/azcmagent/tokens/1.key && exec "$@" """


def arc(endpoint):
    return managed("", None, ("unshare", "--user", "--map-root-user",
                              "--mount", "sh", "-c", ARC, "arc"),
                   IDENTITY_ENDPOINT=endpoint,
                   IMDS_ENDPOINT="http://127.0.0.1:9", ARC_KEY=ARC_KEY)


def test_a_machine_of_azure_arc():
    if subprocess.run(["unshare", "--user", "--map-root-user", "--mount",
                       "true"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: Azure Arc wants namespaces of one's own")
        return
    text, status, _ = arc("/arc/good")
    assert status == 0, text
    text, status, _ = arc("/arc/elsewhere")
    assert status == 1 and "names no key file below" in text, text


# ---- the whole ----

def test_zz_nothing_that_was_written_holds_a_secret():
    text = "\n".join(WRITTEN)
    secrets = list(oauthd.ISSUED) + list(oauthd.REFRESH) + [
        oauthd.SECRET, ARC_KEY, "device-code-of-this-run", "old-app-secret"]
    assert len(text) > 5000 and len(secrets) > 20, (len(text), len(secrets))
    for secret in secrets:
        assert secret not in text, "%s in %s" % (
            secret, text[max(0, text.index(secret) - 300):][:600])


def start():
    kqld.State.engine = Batch(PROGRAM)
    kqld.State.tokens = Issued()
    kqld.State.tables = {"Logons": "datatable(TimeGenerated:datetime, N:long)"
                         "[datetime(2024-05-01), 1, datetime(2024-05-02), 2, "
                         "datetime(2024-05-03), 3]"}
    server = Server(("127.0.0.1", 0), Both)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Desk.port = server.server_address[1]
    oauthd.RESOURCE = kqld.LOGS[:-len("/.default")]


def main():
    start()
    failed = 0
    tests = [f for n, f in sorted(globals().items()) if n.startswith("test_")]
    wanted = sys.argv[1:]
    for test in tests:
        if wanted and not any(w in test.__name__ for w in wanted):
            continue
        try:
            test()
        except Exception as e:  # any failure is counted and shown
            failed += 1
            print("%s: %s: %s" % (test.__name__, type(e).__name__, e))
    kqld.State.engine.stop()
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

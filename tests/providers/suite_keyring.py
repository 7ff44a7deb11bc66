"""suite_keyring.py - secrets in a real keyring of a desktop, without a desktop.

Called by: tests/all.sh. Starts gnome-keyring on a message bus of its own, writes
items with Python's keyring (as msticpy does) and reads them with the program,
and the other way round; a Key Vault's secrets are kept there. Says that it is
skipped where a piece is missing. The last line is "N passed, N failed".
"""
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "limits")]
import oauthd  # noqa: E402
from httpd import Server, counts  # noqa: E402

SHIKRA = os.path.abspath(os.environ.get("SHIKRA", "build/asan/shikra"))
SEEN = []     # Authorization headers of the search engine
WRITTEN = []
SETTINGS = """\
Azure: {authority_host: 'http://127.0.0.1:%(port)d', auth_methods: [env],
  token_cache: none}
KeyVault: {TenantId: t-vault, VaultName: hunting, UseKeyring: %(use)s,
  VaultUrl: 'http://127.0.0.1:%(port)d'}
DataProviders:
  Elastic-named:
    Args: {url: 'http://127.0.0.1:%(port)d', api_key: {Keyring: team/elastic}}
  Elastic-plain:
    Args: {url: 'http://127.0.0.1:%(port)d', api_key: {Keyring: OTX-AuthKey}}
  Elastic-none:
    Args: {url: 'http://127.0.0.1:%(port)d', api_key: {Keyring: nothing}}
  Elastic-vault:
    Args: {url: 'http://127.0.0.1:%(port)d', api_key: {KeyVault: plain name}}
"""


class Both(oauthd.OAuth):
    """Entra ID, a vault, and a search engine that only looks at the key."""

    def serve(self):
        if self.path == "/":
            SEEN.append(self.headers.get("Authorization"))
            self.answer(403, {"error": {"type": "no", "reason": "go away"}})
        else:
            oauthd.OAuth.serve(self)

    do_GET = do_POST = serve


def connect(instance, use="true", before="", **env):
    """What the search engine was shown by a connection, and what was said."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as settings:
        settings.write(SETTINGS % {"port": PORT, "use": use})
        settings.flush()
        del SEEN[:]
        p = subprocess.run(
            [SHIKRA, "run", "-e", before + ".connect elastic." + instance],
            env=dict(os.environ, MSTICPYCONFIG=settings.name,
                     AZURE_CLIENT_ID="app-1",
                     AZURE_CLIENT_SECRET=oauthd.SECRET, **env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60)
    WRITTEN.append(p.stdout)
    return SEEN[0] if SEEN else None, p.stdout


def test_items_of_pythons_keyring_are_read():
    keyring.set_password("team", "elastic", "written-by-python-1")
    keyring.set_password("Providers", "OTX-AuthKey", "written-by-python-2")
    seen, text = connect("named")
    assert seen == "ApiKey written-by-python-1", (seen, text)
    seen, text = connect("plain")  # msticpy's group is the usual one
    assert seen == "ApiKey written-by-python-2", (seen, text)
    seen, text = connect("none")
    assert seen is None and "has no 'nothing' of service 'Providers'" in text


def test_secrets_of_a_vault_are_kept_as_msticpy_does():
    seen, text = connect("vault", use="false")
    assert seen == "ApiKey vault-value-of-plain", (seen, text)
    assert keyring.get_password("Providers", "plain-name") is None, text
    asked = counts["secret plain-name"]
    for _ in range(3):
        seen, text = connect("vault")
        assert seen == "ApiKey vault-value-of-plain", (seen, text)
    assert counts["secret plain-name"] == asked + 1, counts
    assert keyring.get_password("Providers", "plain-name") == \
        "vault-value-of-plain"
    keyring.set_password("Providers", "plain-name", "kept-by-msticpy")
    seen, text = connect("vault")
    assert seen == "ApiKey kept-by-msticpy", (seen, text)
    assert counts["secret plain-name"] == asked + 1
    # A secret that has changed: a reload asks the vault.
    seen, text = connect("vault", before=".config\n.config reload\n")
    assert seen == "ApiKey vault-value-of-plain", (seen, text)
    assert keyring.get_password("Providers", "plain-name") == \
        "vault-value-of-plain"


def test_without_a_keyring_the_vault_is_asked():
    asked = counts["secret plain-name"]
    seen, text = connect("vault", DBUS_SESSION_BUS_ADDRESS="unix:path=/none")
    assert seen == "ApiKey vault-value-of-plain", (seen, text)
    assert counts["secret plain-name"] == asked + 1
    seen, text = connect("named", DBUS_SESSION_BUS_ADDRESS="unix:path=/none")
    assert seen is None and "the keyring cannot be read" in text, text


def test_zz_nothing_that_was_written_holds_a_secret():
    text = "\n".join(WRITTEN)
    assert len(text) > 500
    for secret in list(oauthd.ISSUED) + [
            oauthd.SECRET, "written-by-python", "vault-value-of", "kept-by"]:
        assert secret not in text, secret


def inside():
    """In the session of the bus: the daemon, then the tests."""
    global PORT, keyring
    subprocess.run(["gnome-keyring-daemon", "--unlock",
                    "--components=secrets"], input=b"ring-password",
                   check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    import keyring as module
    from keyring.backends import SecretService
    module.set_keyring(SecretService.Keyring())
    keyring = module
    server = Server(("127.0.0.1", 0), Both)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    PORT = server.server_address[1]
    failed = 0
    tests = [f for n, f in sorted(globals().items()) if n.startswith("test_")]
    for test in tests:
        try:
            test()
        except Exception as e:  # any failure is counted and shown
            failed += 1
            print("%s: %s: %s" % (test.__name__, type(e).__name__, e))
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    return 1 if failed else 0


def missing():
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if not shutil.which(program):
            return program
    for module in ("keyring", "secretstorage"):
        if not importlib.util.find_spec(module):
            return "Python's " + module
    return None


def main():
    if missing():
        print("the keyring of a desktop: no %s" % missing())
        return 77
    with tempfile.TemporaryDirectory(prefix="shikra-keyring-") as home:
        runtime = os.path.join(home, "run")
        os.mkdir(runtime, 0o700)
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("SECRET_", "GNOME_", "DBUS_"))}
        env.update(HOME=home, XDG_RUNTIME_DIR=runtime,
                   XDG_DATA_HOME=os.path.join(home, "data"),
                   XDG_CONFIG_HOME=home, XDG_CACHE_HOME=home)
        return subprocess.run(["dbus-run-session", "--", sys.executable,
                               os.path.abspath(__file__), "--inside"],
                              env=env, timeout=300).returncode


if __name__ == "__main__":
    sys.exit(inside() if "--inside" in sys.argv else main())

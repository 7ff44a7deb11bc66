"""suite_config.py - settings through the whole program.

Called by: tests/all.sh. SHIKRA names the program. Each test has a home and a
working folder of its own. The last line is "N passed, N failed".
"""
import json
import os
import subprocess
import sys
import tempfile

SHIKRA = os.environ.get("SHIKRA", "build/asan/shikra")
SECRET = "canary-Secret/with&odd\"chars"
SETTINGS = """\
TIProviders:
  OTX:
    Args:
      AuthKey: '%s'
  VirusTotal:
    Args: {AuthKey: {EnvironmentVar: SUITE_CONFIG_KEY}}
    Primari: true
AzureSentinel:
  Workspaces:
    Default:
      WorkspaceId: 52b1ab41-869e-4138-9e40-2a4457f09bf0
""" % SECRET


class Place:
    """A home with settings, and the program in it."""

    def __init__(self, settings=None, **env):
        self.folder = tempfile.TemporaryDirectory()
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("MSTICPYCONFIG", "SHIKRA_CONFIG")}
        self.env.update(HOME=self.folder.name, **env)
        if settings is not None:
            self.write("msticpyconfig.yaml", settings)

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)
        os.chmod(path, mode)
        return path

    def start(self):
        return subprocess.Popen([os.path.abspath(SHIKRA), "batch"],
                                cwd=self.folder.name, env=self.env, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, *cells):
        """The answers to the cells, and all that was written."""
        p = self.start()
        requests = "".join(json.dumps({"id": i, "code": c, "keep": True}) +
                           "\n" for i, c in enumerate(cells))
        out, _ = p.communicate(requests, timeout=60)
        return [json.loads(line) for line in out.splitlines()], out


def rows(answer):
    table = answer["outputs"][0]
    names = [c["name"] for c in table["columns"]]
    return [dict(zip(names, r)) for r in table["rows"]]


def test_settings_are_shown_with_their_place():
    answers, text = Place(SETTINGS).run(".config")
    found = {r["Key"]: r for r in rows(answers[0])}
    key = found["TIProviders.OTX.Args.AuthKey"]
    assert key["Line"] == 4 and key["File"] == "msticpyconfig.yaml", key
    assert "in the file" in key["Value"], key
    key = found["TIProviders.VirusTotal.Args.AuthKey"]
    assert "SUITE_CONFIG_KEY (not set)" in key["Value"], key
    assert "canary" not in text


def test_a_check_names_line_and_hint():
    answers, text = Place(SETTINGS).run(
        '.config check | where Severity == "error"')
    found = rows(answers[0])
    assert [(r["Line"], r["Hint"]) for r in found] == [
        (7, "did you mean 'Primary'?")], found
    assert "canary" not in text


def test_a_wide_file_is_warned_of():
    place = Place()
    place.write("msticpyconfig.yaml", SETTINGS, 0o644)
    answers, _ = place.run('.config check | where Line == 4')
    assert "others may read" in rows(answers[0])[0]["Problem"], answers


def test_a_broken_file_is_an_error_of_the_cell():
    answers, text = Place("A: [\nkey: '%s'\n" % SECRET).run(
        ".config", "print x = 1")
    assert not answers[0]["ok"]
    assert answers[0]["errors"][0]["code"] == "E0308", answers[0]
    assert "line " in answers[0]["errors"][0]["message"], answers[0]
    assert answers[1]["ok"], answers[1]
    assert "canary" not in text


def ask(p, code):
    p.stdin.write(json.dumps({"id": 1, "code": code, "keep": True}) + "\n")
    p.stdin.flush()
    return json.loads(p.stdout.readline())


def test_a_reload_needs_no_restart():
    place = Place("Azure: {cloud: cn}\n")
    p = place.start()
    try:
        query = '.config | where Key == "Azure.cloud" | project Value'
        assert rows(ask(p, query))[0]["Value"] == "cn"
        place.write("msticpyconfig.yaml", "Azure: {cloud: usgov}\n")
        assert rows(ask(p, query))[0]["Value"] == "cn"
        told = ask(p, ".config reload")
        assert told["outputs"][0]["text"] == "read msticpyconfig.yaml", told
        assert rows(ask(p, query))[0]["Value"] == "usgov"
        place.write("msticpyconfig.yaml", "Azure: [\n")
        assert not ask(p, ".config reload")["ok"]
        assert rows(ask(p, query))[0]["Value"] == "usgov"
    finally:
        p.stdin.close()
        p.wait(timeout=20)


def test_our_own_file_wins():
    place = Place("Azure: {cloud: cn}\n")
    place.write(".config/shikra/shikra.yaml", "Azure: {cloud: usgov}\n")
    answers, _ = place.run(
        '.config | where Key == "Azure.cloud" | project Value, File')
    row = rows(answers[0])[0]
    assert row["Value"] == "usgov", row
    assert row["File"].endswith("/.config/shikra/shikra.yaml"), row


def test_messages_have_secrets_crossed_out():
    place = Place("Http: {ProxyPassword: canary_password_1}\n")
    answers, text = place.run(".config", "print canary_password_1")
    assert not answers[1]["ok"]
    assert "'***'" in answers[1]["errors"][0]["message"], answers[1]
    assert "canary" not in text, text


def test_start_reads_no_settings():
    """A broken file is nobody's business until a setting is needed."""
    answers, _ = Place("A: [\n").run("print x = 1")
    assert answers[0]["ok"], answers


def main():
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


if __name__ == "__main__":
    sys.exit(main())

"""suite_settings.py - settings as teams write them, old and new, and what a
connection by its name makes of them.

Called by: tests/all.sh. For each file: `.config check` finds nothing wrong,
`.config` tells the line of every value and no secret, and `.connect NAME` signs
in as whom the file says, where it says. The last line is "N passed, N failed".
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE]
from httpd import Handler, Server  # noqa: E402

SHIKRA = os.path.abspath(os.environ.get("SHIKRA", "build/asan/shikra"))
T1 = "5f1f2b38-6d0e-4a0c-9d1f-0d8c7c0b1a01"
T2 = "5f1f2b38-6d0e-4a0c-9d1f-0d8c7c0b1a02"
APP = "7b0c9a52-1111-4222-8333-9a8b7c6d5e01"
WS = "1c2d3e4f-0000-4000-8000-0a0b0c0d0e%02d"
LOGS = "https://api.loganalytics.io/.default"
# Values of secrets; none of them may be seen in anything that is written.
SECRET = {"env": "canary-from-environment-1", "file": "canary-from-a-file-2",
          "vault": "canary-from-a-vault-3", "text": "canary-in-the-text-4",
          "cli": "canary-of-azure-cli-5", "pass": "canary pass/word&6"}
SIGNED = []   # (tenant, client id, which secret, scope)
ASKED = []    # (path, Authorization) of everything else
WRITTEN = []

# One of a team that has kept its file up to date.
NEW = """\
MSSentinel:
  Workspaces:
    Default:
      WorkspaceId: %(w1)s
      TenantId: %(t1)s
      SubscriptionId: 3c1cd38e-ffb4-4d9d-86ef-20c5ad1ae001
      ResourceGroup: soc-rg
      WorkspaceName: soc-prod
    Lab:
      WorkspaceId: "%(w2)s"
      TenantId: "%(t2)s"
      Args:
        ClientId: %(app)s
        ClientSecret:
          KeyVault: lab-app-secret
    Own: &own
      WorkspaceId: %(w3)s
      TenantId: %(t1)s
      Args: {ClientId: %(app)s, ClientSecret: {EnvironmentVar: SOC_SECRET}}
    Twin:
      <<: *own
      TenantId: %(t2)s
Azure:
  cloud: "global"
  auth_methods: ["env", "vscode", "interactive"]
  authority_host: %(base)s
  token_cache: none
KustoClusters:
  ClusterDefaults:
    Args:
      TenantId: %(t1)s
      ClientId: %(app)s
      ClientSecret: {EnvironmentVar: SOC_SECRET}
      Database: Shared
  Threats:
    Alias: intel
    ClusterGroups: [Group1, Group2]
    Args:
      Cluster: %(base)s
  Lake:
    Args:
      Cluster: %(base)s/
      TenantId: %(t2)s
      Database: Lake
      IntegratedAuth: True
DataProviders:
  MicrosoftDefender:
    Args:
      TenantId: %(t1)s
      ClientId: %(app)s
      ClientSecret:
        File: ~/defender.secret
      Endpoint: %(base)s
  MicrosoftDefender-emea:
    Args: {TenantId: %(t2)s, ClientId: %(app)s, Endpoint: "%(base)s",
           ClientSecret: {EnvironmentVar: "SOC_SECRET"}}
  Splunk:
    Args:
      host: 127.0.0.1
      port: %(port)d
      http_scheme: http
      bearer_token: {KeyVault: soc-vault/splunk token}
      verify: true
  Splunk-prod:
    Args:
      host: 127.0.0.1
      port: "%(port)d"
      http_scheme: http
      username: ana
      password:
        File: ~/defender.secret
  Elastic-lab:
    Args:
      url: %(base)s
      api_key: '%(text)s'
  LocalData:
    data_paths:
      - ./data
      - ~/evidence
  Mordor: {save_folder: ./mordor, use_cached: True}
TIProviders:
  OTX:
    Args:
      AuthKey: {EnvironmentVar: SOC_SECRET}
    Primary: True
    Provider: "OTX"
  VirusTotal:
    Args:
      AuthKey:
        KeyVault:
      UseVT3PrivateAPI: false
    Primary: True
    Provider: "VirusTotal"
  XForce:
    Args: {ApiID: {KeyVault: default}, AuthKey: {KeyVault: soc-vault/xforce}}
    Primary: False
    Provider: "XForce"
  AzureSentinel:
    Args: {WorkspaceID: %(w1)s, TenantID: %(t1)s}
    Primary: False
    Provider: "AzSTI"
  TorExitNodes:
    Primary: True
    Provider: "Tor"
  GreyNoise:
    Args:
      AuthKey: ""
    Primary: True
    Provider: "GreyNoise"
ContextProviders:
  ServiceNow:
    Primary: True
    Args: {Instance: dev1, ApiID: bot, AuthKey: {KeyVault: snow}}
    Provider: ServiceNow
OtherProviders:
  GeoIPLite:
    Args: {AccountID: "4711", AuthKey: {EnvironmentVar: SOC_SECRET},
           DBFolder: "~/.msticpy"}
    Provider: "GeoLiteLookup"
  IPStack:
    Args: {AuthKey: {File: ~/defender.secret}}
    Provider: "IPStackLookup"
KeyVault:
  TenantId: %(t1)s
  SubscriptionId: 3c1cd38e-ffb4-4d9d-86ef-20c5ad1ae001
  ResourceGroup: soc-rg
  AzureRegion: westeurope
  VaultName: soc-vault
  UseKeyring: False
  Authority: global
  AuthnType: device
  VaultUrl: %(base)s/vault
QueryDefinitions:
  Default: [queries]
  Custom:
    - ./packs
    - ~/team
msticpy:
  FriendlyExceptions: True
  QueryDefinitions: [./packs]
  http_timeout: 30
UserDefaults:
  QueryProviders:
    MSSentinel:
      Default: {alias: soc, connect: True}
    Splunk: {connect: False}
  LoadComponents:
    TILookup:
    GeoIpLookup: {provider: GeoLiteLookup}
    Notebooklets: {query_provider: {MSSentinel: workspace:Default}}
    Pivot:
PluginFolders: [./plugins]
Logging: {FileName: soc.log, LogLevel: INFO}
Pivots: {UseV1QueryNames: False}
"""

# One that began years ago.
OLD = """\
AzureSentinel:
  Workspaces:
    Default: {WorkspaceId: %(w1)s, TenantId: %(t1)s}
DataProviders:
  AzureCLI:
    Args:
      auth_methods: [env, cli]
      clientId: %(app)s
      tenantId: %(t2)s
      clientSecret:
        EnvironmentVar: SOC_CLI
  Kusto:
    Args:
      Cluster: %(base)s
      Database: First
      ClientId: %(app)s
      TenantId: %(t1)s
      ClientSecret: '%(text)s'
      IntegratedAuth: False
  Kusto-Second:
    Args: {Cluster: "%(base)s/", Database: Second, IntegratedAuth: true,
           TenantId: %(t2)s}
  MicrosoftGraph:
    Args:
      ClientId: %(app)s
      TenantId: %(t2)s
      ClientSecret: {EnvironmentVar: SOC_SECRET}
Azure: {authority_host: "%(base)s", token_cache: none, auth_methods: env}
TIProviders:
  OTX:
    Args: {AuthKey: {EnvironmentVar: SOC_SECRET}}
"""

GOV = """\
AzureSentinel:
  Workspaces:
    Default:
      WorkspaceId: %(w1)s
      TenantId: %(t1)s
      Args:
        ClientId: %(app)s
        ClientSecret: {EnvironmentVar: SOC_SECRET}
Azure: {cloud: usgov, authority_host: "%(base)s"}
DataProviders:
  MicrosoftDefender:
    Args: {TenantId: %(t1)s, ClientId: %(app)s,
           ClientSecret: {EnvironmentVar: SOC_SECRET}}
"""


class World(Handler):
    """Entra ID, a vault, a search engine: takes all, and remembers."""

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        auth = self.headers.get("Authorization")
        if url.path.endswith("/oauth2/v2.0/token"):
            form = dict(urllib.parse.parse_qsl(body.decode()))
            secret = [k for k, v in SECRET.items()
                      if v == form.get("client_secret")]
            SIGNED.append((url.path.split("/")[1], form.get("client_id"),
                           secret[0] if secret else None, form.get("scope")))
            self.answer(200, {"access_token": "canary-token-%d" % len(SIGNED),
                              "expires_in": 3599})
        elif url.path.startswith("/vault/secrets/"):
            ASKED.append((url.path, auth))
            self.answer(200, {"value": SECRET["vault"]})
        else:
            ASKED.append((url.path, body.decode() or auth))
            self.answer(403, {"error": {"code": "no", "message": "enough"}})

    do_GET = do_POST = serve


class Team:
    """A home with settings, and the program in it."""

    def __init__(self, text, name="msticpyconfig.yaml"):
        self.folder = tempfile.TemporaryDirectory(prefix="shikra-settings-")
        home = self.folder.name
        self.text = text % dict(
            SECRET, port=PORT, base="http://127.0.0.1:%d" % PORT, t1=T1,
            t2=T2, app=APP, w1=WS % 1, w2=WS % 2, w3=WS % 3)
        self.put(name, self.text)
        self.put("defender.secret", SECRET["file"])
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith(("AZURE_", "MSTICPY", "SHIKRA_CONF"))}
        self.env.update(HOME=home, SOC_SECRET=SECRET["env"],
                        SOC_CLI=SECRET["cli"], AZURE_CLIENT_ID=APP,
                        AZURE_CLIENT_SECRET=SECRET["pass"])

    def put(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as out:
            out.write(text)
        os.chmod(path, 0o600)

    def run(self, *cells):
        del SIGNED[:], ASKED[:]
        requests = "".join(json.dumps({"id": i, "code": c, "keep": True}) +
                           "\n" for i, c in enumerate(cells))
        p = subprocess.run([SHIKRA, "batch"], cwd=self.folder.name,
                           env=self.env, input=requests, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=60)
        WRITTEN.append(p.stdout)
        return [json.loads(line) for line in p.stdout.splitlines()
                if line.startswith("{")]

    def table(self, code):
        answer = self.run(code)[0]
        assert answer["ok"], answer
        table = answer["outputs"][0]
        names = [c["name"] for c in table["columns"]]
        return [dict(zip(names, r)) for r in table["rows"]]

    def signs_in(self, code):
        """Whoever signed in for a connection."""
        answer = self.run(".connect " + code)[0]
        assert answer["ok"], answer
        return SIGNED[:]


def problems(team):
    return [(r["Severity"], r["Key"]) for r in team.table(".config check")
            if r["Severity"] != "note"]


def test_good_files_have_no_problems():
    assert problems(Team(NEW)) == [
        ("warning", "Azure.auth_methods[1]"),
        ("warning", "Azure.auth_methods[2]")], problems(Team(NEW))
    for text in (OLD, GOV):
        assert problems(Team(text)) == [], problems(Team(text))


def test_what_is_not_used_is_said():
    notes = {r["Key"] for r in Team(NEW).table(".config check")
             if r["Severity"] == "note"}
    assert {"TIProviders", "OtherProviders", "UserDefaults"} <= notes, notes
    assert not notes & {"DataProviders.LocalData", "KustoClusters", "KeyVault", "AzureSentinel"}, notes


def test_every_value_is_shown_with_its_line():
    for text in (NEW, OLD, GOV):
        team = Team(text)
        lines = team.text.splitlines()
        found = team.table(".config")
        for row in found:
            last = re.sub(r"\[\d+\]$", "", row["Key"].split(".")[-1])
            assert last in lines[row["Line"] - 1], row
        keys = {r["Key"]: r["Value"] for r in found}
        for key, value in keys.items():
            assert "canary" not in value, (key, value)
        assert len(keys) > 8 and keys["Azure.authority_host"]


def test_workspaces():
    team = Team(NEW)
    logs = (APP, "env", LOGS)
    assert team.signs_in("sentinel") == [(T1, APP, "pass", LOGS)], SIGNED
    assert team.signs_in("sentinel.Own") == [(T1,) + logs], SIGNED
    assert team.signs_in("sentinel.Twin") == [(T2,) + logs], SIGNED
    signed = team.signs_in("sentinel.Lab")  # its secret is in the vault
    assert signed == [(T1, APP, "pass", "https://vault.azure.net/.default"),
                      (T2, APP, "vault", LOGS)], signed
    assert ASKED[0][0] == "/vault/secrets/lab-app-secret", ASKED
    error = team.run(".connect sentinel.Labb")[0]["errors"][0]
    assert "no workspace 'Labb'" in error["message"], error
    assert error["hint"] == "there are: Default, Lab, Own, Twin", error


def test_clusters():
    team = Team(NEW)
    scope = "http://127.0.0.1:%d/.default" % PORT
    for name in ("Threats", "threats", "intel"):
        assert team.signs_in("kusto." + name)[-1:] == [
            (T1, APP, "env", scope)], SIGNED
    assert team.signs_in("kusto.Lake")[-1] == (T2, APP, "env", scope), SIGNED
    shown = team.run(".connect kusto.intel", ".connect kusto.Lake as l",
                     ".show connections | project Service = Where")
    text = json.dumps(shown)
    assert "database Shared" in text and "database Lake" in text, text
    error = team.run(".connect kusto.nowhere")[0]["errors"][0]
    assert error["hint"] == "there are: Threats, Lake", error


def test_clusters_of_the_old_layout():
    team = Team(OLD)
    scope = "http://127.0.0.1:%d/.default" % PORT
    assert team.signs_in("kusto")[-1] == (T1, APP, "text", scope), SIGNED
    assert team.signs_in("kusto.Second")[-1] == (T2, APP, "cli", scope)


def test_azure_cli_stands_for_the_environment():
    team = Team(OLD)
    assert team.signs_in("sentinel") == [(T1, APP, "cli", LOGS)], SIGNED
    del team.env["SOC_CLI"]
    answer = team.run(".connect sentinel")[0]
    assert not answer["ok"] and "clientSecret" in answer["errors"][0][
        "message"], answer
    assert "SOC_CLI is not set" in json.dumps(answer), answer


def test_defender():
    team = Team(NEW)
    graph = "https://graph.microsoft.com/.default"
    assert team.signs_in("defender") == [(T1, APP, "file", graph)], SIGNED
    assert team.signs_in("defender.emea") == [(T2, APP, "env", graph)], SIGNED
    error = team.run(".connect defender.apac")[0]["errors"][0]
    assert "'apac'" in error["message"], error
    assert error["hint"] == "there are: emea", error
    assert Team(OLD).signs_in("defender") == [(T2, APP, "env", graph)]


def test_a_sovereign_cloud():
    team = Team(GOV)
    assert team.signs_in("sentinel") == [
        (T1, APP, "env", "https://api.loganalytics.us/.default")], SIGNED
    assert team.signs_in("defender") == [
        (T1, APP, "env", "https://graph.microsoft.us/.default")], SIGNED


def test_splunk_and_elastic():
    team = Team(NEW)
    team.run(".connect splunk")
    assert ASKED[0][0] == "/vault/secrets/splunk-token", ASKED
    assert ASKED[1][1] == "Bearer " + SECRET["vault"], ASKED
    team.run(".connect splunk.prod")
    assert ASKED[0][0] == "/services/auth/login", ASKED
    assert urllib.parse.parse_qs(ASKED[0][1])["password"] == [SECRET["file"]]
    team.run(".connect elastic.lab")
    assert ASKED == [("/", "ApiKey " + SECRET["text"])], ASKED
    error = team.run(".connect splunk.dev")[0]["errors"][0]
    assert error["hint"] == "there are: prod", error


def test_folders_of_queries_are_found():
    team = Team(NEW)
    built_in = len(team.table(".show queries"))
    for name in ("packs", "team"):  # one below the home, one named from here
        folder = os.path.join(team.folder.name, name)
        shutil.copytree(os.path.join(HERE, "custom_packs"), folder)
        assert len(team.table(".show queries")) > built_in, name
        shutil.rmtree(folder)


def test_a_secret_of_the_command_is_meant():
    team = Team(NEW)
    signed = team.signs_in('sentinel with (client_id = "%s", client_secret = '
                           '"%s")' % (APP, SECRET["text"]))
    assert signed == [(T1, APP, "text", LOGS)], signed


def test_our_own_file_completes_the_old_one():
    team = Team(OLD)
    team.put("shikra.yaml", "AzureSentinel:\n  Workspaces:\n    Default:\n"
             "      TenantId: %s\n" % T2)
    assert team.signs_in("sentinel") == [(T2, APP, "cli", LOGS)], SIGNED


WRONG = """\
MSSentinal:
  Workspaces: {}
AzureSentinel:
  Workspaces:
    Default:
      WorkspaceID: %(w1)s
      TenantId: contoso
Azure:
  cloud: usgovernment
  auth_method: [cli]
KustoClusters:
  Lake:
    Args:
      cluster: https://lake
      IntegratedAuth: perhaps
      CertificateAlgorithm: RS512
DataProviders:
  Splunk-prod:
    Args:
      hots: splunk.example
      port: eight
      password: [x]
TIProviders:
  OTX:
    Args:
      AuthKey: {EnvVar: X}
      Authkey: y
KeyVault:
  UseKeyring: 2
  VaultNam: x
Http: fast
"""


def test_a_check_finds_each_mistake_in_its_line():
    found = {(r["Line"], r["Hint"] or r["Problem"])
             for r in Team(WRONG).table(".config check")
             if r["Severity"] == "error"}
    want = {(1, "did you mean 'MSSentinel'?"),
            (5, "WorkspaceId is missing"),
            (6, "did you mean 'WorkspaceId'?"),
            (7, "8-4-4-4-12 hexadecimal digits, from the portal"),
            (9, "there are: global usgov cn"),
            (10, "did you mean 'auth_methods'?"),
            (14, "did you mean 'Cluster'?"),
            (15, "true or false is wanted here"),
            (16, "there are: PS256 RS256"),
            (19, "host is missing"),
            (20, "did you mean 'host'?"),
            (21, "a whole number is wanted here"),
            (22, "a text, or one of EnvironmentVar, KeyVault, Keyring, File"),
            (26, "a text, or one of EnvironmentVar, KeyVault, Keyring, File"),
            (27, "did you mean 'AuthKey'?"),
            (29, "true or false is wanted here"),
            (30, "did you mean 'VaultName'?"),
            (31, "name: value, indented")}
    assert found == want, (want - found, found - want)


def test_zz_nothing_that_was_written_holds_a_secret():
    text = "\n".join(WRITTEN)
    assert len(text) > 20000 and "***" in text
    for secret in list(SECRET.values()) + ["canary"]:
        for form in (secret, urllib.parse.quote(secret),
                     urllib.parse.quote_plus(secret)):
            assert form not in text, form


def main():
    global PORT
    server = Server(("127.0.0.1", 0), World)
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


if __name__ == "__main__":
    sys.exit(main())

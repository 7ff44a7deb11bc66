"""oauthd.py - a strict stand-in for Entra ID, managed identities and Splunk.

Started by: tests/unit/t_auth.c and t_refresh.c, as httpd.py is; used by
suite_signin.py. Every parameter of a request is checked; the signature of an
assertion is verified with openssl. The tenant in the path chooses what happens:
"short" and "brief" issue tokens of two seconds, "soon" ones to be renewed after
one, "flaky" issues only the first; "old" wants assertions with RS256, all others
PS256; "pend", "decline", "expire", "slower" are answers to the device code flow.
A refresh token is good once. /api wants a token that was issued here and not
revoked.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from httpd import Handler, count, counts, counts_lock, listen, make_certificates

SECRET = "s3cret~with.odd+chars/="
RESOURCE = "https://vault.test"
ARC = "/var/opt/azcmagent/tokens/"
ISSUED = {}       # token -> good until, seconds since 1970
TENANTS = {}      # token of an application -> its tenant
REFRESH = {}      # refresh token -> True while good
SLOW = ("patient", "never", "report", "kept", "pair")  # codes that wait
POLLED = {}       # tenant -> when it last polled
LOCK = threading.Lock()
FOLDER = []


def issue(prefix="tok", life=3599):
    token = "%s-%d-%s" % (prefix, count("issued"), "abcdefghij" * 3)
    with LOCK:
        ISSUED[token] = time.time() + int(life)
    return token


def issue_refresh():
    token = "refresh-%d-0123456789" % count("refresh")
    with LOCK:
        REFRESH[token] = True
    return token


def unpad(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(assertion, audience, tenant):
    """Why the assertion is not good, or None."""
    parts = assertion.split(".")
    if len(parts) != 3 or "=" in assertion:
        return "not three parts of base64url"
    head, claims = json.loads(unpad(parts[0])), json.loads(unpad(parts[1]))
    der = subprocess.run(["openssl", "x509", "-in", "rsa.pem", "-outform",
                          "DER"], cwd=FOLDER[0], stdout=subprocess.PIPE,
                         check=True).stdout
    rs256 = head.get("alg") == "RS256"
    digest = subprocess.run(["openssl", "dgst", "-sha1" if rs256 else
                             "-sha256", "-binary"], input=der,
                            stdout=subprocess.PIPE, check=True).stdout
    if rs256 != (tenant == "old") or head.get("alg") not in (
            "PS256", "RS256") or unpad(
                head["x5t" if rs256 else "x5t#S256"]) != digest:
        return "header %s" % head
    if claims["aud"] != audience or claims["iss"] != claims["sub"]:
        return "claims %s" % claims
    if abs(claims["nbf"] - time.time()) > 5 or not (
            300 <= claims["exp"] - claims["nbf"] <= 600) or len(
                claims["jti"]) != 36:
        return "times or id %s" % claims
    with tempfile.TemporaryDirectory() as folder:
        signature = os.path.join(folder, "sig")
        with open(signature, "wb") as out:
            out.write(unpad(parts[2]))
        subprocess.run(["openssl", "x509", "-in",
                        os.path.join(FOLDER[0], "rsa.pem"), "-pubkey",
                        "-noout", "-out", os.path.join(folder, "pub")],
                       check=True)
        good = subprocess.run(
            ["openssl", "dgst", "-sha256"] + ([] if rs256 else [
                "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                "rsa_pss_saltlen:32"]) +
            ["-verify", os.path.join(folder, "pub"), "-signature",
             signature],
            input=".".join(parts[:2]).encode(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
    return None if good.returncode == 0 else "signature"


class OAuth(Handler):
    def refuse(self, error, text, status=400):
        self.answer(status, {
            "error": error, "error_description":
            "AADSTS700016: %s\r\nTrace ID: 1234" % text,
            "error_codes": [700016], "trace_id": "1234"})

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        self.form = {}
        if self.command == "POST":
            kind = self.headers.get("Content-Type")
            if kind != "application/x-www-form-urlencoded":
                self.refuse("invalid_request", "content type %s" % kind)
                return
            self.form = dict(urllib.parse.parse_qsl(
                self.body.decode("ascii"), strict_parsing=True,
                keep_blank_values=True))
        parts = url.path.strip("/").split("/")
        if parts[1:3] == ["oauth2", "v2.0"] and self.command == "POST":
            self.tenant = parts[0]
            self.audience = "http://%s%s" % (self.headers["Host"], url.path)
            count("%s %s" % (self.tenant, parts[3]))
            getattr(self, "do_" + parts[3])()
            return
        if parts[-2:-1] == ["secrets"] and len(parts) < 4:
            self.do_secrets(parts[-1], parts[0])
            return
        do = getattr(self, "do_" + "_".join(parts), None)
        if do is None:
            self.answer(404, {"error": "no path " + url.path})
        else:
            do()

    do_GET = do_POST = serve

    # ---- Entra ID ----

    def do_token(self):
        grant = self.form.get("grant_type", "")
        if "scope" in self.form and " " in self.form["scope"]:
            self.refuse("invalid_scope", "one resource only")
        elif grant == "client_credentials":
            self.client_credentials()
        elif grant == "urn:ietf:params:oauth:grant-type:device_code":
            self.poll()
        elif grant == "refresh_token":
            self.refresh()
        else:
            self.refuse("unsupported_grant_type", grant)

    def client_credentials(self):
        if self.form.get("client_id") != "app-1":
            self.refuse("unauthorized_client", "no such application")
            return
        if "client_assertion" in self.form:
            if self.form.get("client_assertion_type") != (
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"):
                self.refuse("invalid_request", "assertion type")
                return
            assertion = self.form["client_assertion"]
            why = None
            if self.tenant == "workload":
                why = None if assertion == "federated.jwt.text" else assertion
            else:
                why = verify(assertion, self.audience, self.tenant)
            if why:
                self.refuse("invalid_client", "assertion: " + why, 401)
                return
        elif self.form.get("client_secret") != SECRET:
            time.sleep(0.3 if self.tenant == "locked" else 0)
            # Echoed on purpose: it must not come through to the user.
            self.refuse("invalid_client", "bad secret %s"
                        % self.form.get("client_secret"), 401)
            return
        time.sleep(0.1)  # so that others come while one is at it
        if self.tenant == "flaky" and count("flaky") > 1:
            self.answer(503, {"error": "temporarily_unavailable"})
            return
        life = {"short": "2", "flaky": 4}.get(self.tenant, 3599)
        answer = {"token_type": "Bearer", "expires_in": life,
                  "ext_expires_in": life, "access_token": issue(life=life)}
        TENANTS[answer["access_token"]] = self.tenant
        if self.tenant == "soon":
            answer["refresh_in"] = 1
        self.answer(200, answer)

    def do_devicecode(self):
        if "offline_access" not in self.form.get("scope", "").split():
            self.refuse("invalid_scope", "no offline_access")
            return
        self.answer(200, {
            "user_code": "ABCD1234", "device_code": "device-code-of-this-run",
            "verification_uri": "https://example.test/device",
            "expires_in": 900, "message": "open and type",
            "interval": 1 if self.tenant in SLOW else 0})

    def poll(self):
        if self.form.get("device_code") != "device-code-of-this-run":
            self.refuse("bad_verification_code", "unknown")
            return
        n = count("polls " + self.tenant)
        now, before = time.monotonic(), POLLED.get(self.tenant, 0)
        POLLED[self.tenant] = now
        if self.tenant == "slower" and n == 2 and now - before < 5:
            self.refuse("bad_verification_code", "asked to poll slower")
            return
        if self.tenant == "decline":
            self.refuse("authorization_declined", "no")
        elif self.tenant == "expire":
            self.refuse("expired_token", "too late")
        elif self.tenant == "slower" and n == 1:
            self.refuse("slow_down", "too many")
        elif (n < 3 and self.tenant != "slower") or self.tenant == "never":
            self.refuse("authorization_pending", "wait")
        else:
            life = 2 if self.tenant == "brief" else 3599
            self.answer(200, {"token_type": "Bearer", "expires_in": life,
                              "access_token": issue("dev"),
                              "refresh_token": issue_refresh()})

    def refresh(self):
        with LOCK:
            good = REFRESH.pop(self.form.get("refresh_token"), False)
        if self.tenant == "away":
            self.answer(503, {"error": "temporarily_unavailable"})
            return
        if not good:
            count("refused refresh")
            self.refuse("invalid_grant", "the refresh token is not known")
            return
        self.answer(200, {"token_type": "Bearer", "expires_in": 3599,
                          "access_token": issue("ref"),
                          "refresh_token": issue_refresh()})

    # ---- managed identities ----

    def managed(self, ok, extra=None):
        if not ok or (extra or self.query.get("resource")) != RESOURCE:
            self.answer(400, {"error": "bad_request_102", "error_description":
                              "Required metadata header not specified"})
            return
        body = {"access_token": issue("msi"), "expires_in": "3599",
                "expires_on": str(int(time.time()) + 3599),
                "token_type": "Bearer", "resource": RESOURCE}
        self.answer(200, body)

    def do_metadata_identity_oauth2_token(self):
        self.managed(self.headers.get("Metadata") == "true" and
                     self.query.get("api-version") == "2018-02-01" and
                     self.query.get("client_id") in (None, "app-1"))

    def do_app_service(self):
        self.managed(self.headers.get("X-IDENTITY-HEADER") == "app-header-1"
                     and self.query.get("api-version") == "2019-08-01")

    def do_app_old(self):
        self.managed(self.headers.get("Secret") == "old-app-secret" and
                     self.query.get("api-version") == "2017-09-01")

    def do_cloud_shell(self):
        self.managed(self.command == "POST" and not self.query and
                     self.headers.get("Metadata") == "true",
                     self.form.get("resource"))

    def arc(self, path):
        """Only who can read the file that the challenge names gets one."""
        key = self.headers.get("Authorization")
        if not key:
            self.answer(401, {"error": "unauthorized"},
                        WWW_Authenticate="Basic realm=" + path)
            return
        self.managed(key == "Basic arc-key-of-the-machine-0123456789" and
                     self.headers.get("Metadata") == "true" and
                     self.query.get("api-version") == "2019-11-01" and
                     "client_id" not in self.query)

    def do_arc_good(self):
        self.arc(ARC + "1.key")

    def do_arc_elsewhere(self):
        self.arc(ARC + "../../../../etc/hostname.key")

    # ---- Splunk ----

    def do_services_auth_login(self):
        if (self.form.get("username"), self.form.get("password"),
                self.form.get("output_mode")) == ("ana", SECRET, "json"):
            self.answer(200, {"sessionKey": issue("session"), "message": "",
                              "code": ""})
        else:
            self.answer(401, {"messages": [{"type": "WARN", "text":
                                            "Login failed"}]})

    # ---- Key Vault ----

    def challenge(self, kind, text):
        """Where to sign in, as a vault says it; "evil" wants another's."""
        values = {"old": 'Bearer authorization_uri="https://login.windows.net/'
                         't-vault", scope="https://127.0.0.1/.default"',
                  "evil": 'Bearer authorization="https://login.windows.net/'
                          't-vault", resource="https://graph.microsoft.com"',
                  "mute": "Basic realm=x"}
        self.answer(401, {"error": {"code": "Unauthorized", "message": text}},
                    WWW_Authenticate=values.get(
                        kind, 'Bearer authorization="https://login.windows.'
                        'net/t-vault", resource="https://127.0.0.1"'))

    def do_secrets(self, name, kind):
        """The secrets of a vault in tenant t-vault."""
        kept = {"TIProviders-OTX-Args-AuthKey": "vault-value-of-otx",
                "plain-name": "vault-value-of-plain"}
        token = self.headers.get("Authorization", "").partition(" ")[2]
        with LOCK:
            good = ISSUED.get(token, False)
        count("vault requests")
        if not good:
            self.challenge(kind, "AKV10000: Request is missing a token.")
        elif TENANTS.get(token) != "t-vault":
            self.challenge(kind, "AKV10032: Invalid issuer.")
        elif self.query.get("api-version") != "7.4":
            self.answer(400, {"error": {"code": "BadParameter", "message":
                                        "api-version"}})
        elif name not in kept:
            self.answer(404, {"error": {"code": "SecretNotFound", "message":
                                        "A secret with (name/id) %s was not "
                                        "found" % name}})
        else:
            count("secret " + name)
            self.answer(200, {"value": kept[name], "attributes":
                              {"enabled": True}})

    # ---- what the tokens are for ----

    def do_api(self):
        auth = self.headers.get("Authorization", "")
        scheme, _, token = auth.partition(" ")
        with LOCK:
            good = ISSUED.get(token, False)
        if not good or scheme not in ("Bearer", "Splunk"):
            self.answer(401, {"error": {"code": "InvalidToken", "message":
                                        "not issued here: " + auth}})
            return
        self.answer(200, {"scheme": scheme, "token": token[:8]})

    def do_revoke(self):
        with LOCK:
            ISSUED.clear()
        self.answer(200, {})

    def do_revoke_refresh(self):
        with LOCK:
            REFRESH.clear()
        self.answer(200, {})

    def do_count(self):
        with counts_lock:
            self.answer(200, {"n": counts.get(self.query["of"], 0)})


AZ = r"""#!/bin/sh
# A stand-in for the Azure CLI; AZ_MODE chooses what it does.
case "$AZ_MODE" in
fail) echo "ERROR: Please run 'az login' to setup account." >&2; exit 1 ;;
hang) sleep 60 ;;
esac
[ "$*" = "account get-access-token --output json --scope \
https://vault.test/.default --tenant tenant-1" ] || {
    echo "unexpected arguments: $*"; exit 2; }
echo '{"accessToken":"az-token-0123456789","expiresOn":"2020-01-01 00:00:00",'
echo '"expires_on":'$(($(date +%s) + 3000))',"tokenType":"Bearer"}'
"""


def make_files(folder):
    """An RSA certificate with its key in PEM and PKCS #12, and an az."""
    def openssl(*args):
        subprocess.run(("openssl",) + args, cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
            "rsa.key", "-out", "rsa.pem", "-days", "2", "-subj", "/CN=app-1")
    openssl("pkcs12", "-export", "-inkey", "rsa.key", "-in", "rsa.pem", "-out",
            "rsa.pfx", "-passout", "pass:pfx-password")
    with open(os.path.join(folder, "both.pem"), "w") as out:
        for name in ("rsa.key", "rsa.pem"):
            with open(os.path.join(folder, name)) as part:
                out.write(part.read())
    with open(os.path.join(folder, "az"), "w") as out:
        out.write(AZ)
    os.chmod(os.path.join(folder, "az"), 0o755)
    with open(os.path.join(folder, "federated"), "w") as out:
        out.write("federated.jwt.text\n")


def main():
    with tempfile.TemporaryDirectory() as folder:
        FOLDER.append(folder)
        make_certificates(folder)
        make_files(folder)
        print(json.dumps({"http": listen(handler=OAuth), "dir": folder,
                          "secret": SECRET},
                         separators=(",", ":")), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()

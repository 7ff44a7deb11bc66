"""oidc.py - starts a real OpenID provider (npm: oidc-provider) for a test.

Started by: tests/unit/t_oidc.c. Prints one line of JSON, serves until standard
input is closed. Where node or the package is missing the line says so; then
`.ci/deps.sh oidc` has not run.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

MODULES = os.path.abspath(os.path.join(os.environ.get("BUILD", "build"),
                                       "deps", "oidc"))


def main():
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "oidc.mjs")
    if not shutil.which("node") or not os.path.isdir(
            os.path.join(MODULES, "node_modules", "oidc-provider")):
        print(json.dumps({"missing": "oidc-provider"}, separators=(",", ":")),
              flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048",
                        "-nodes", "-keyout", "rsa.key", "-out", "rsa.pem",
                        "-days", "2", "-subj", "/CN=by-certificate"],
                       cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, "both.pem"), "w") as out:
            for name in ("rsa.key", "rsa.pem"):
                with open(os.path.join(folder, name)) as part:
                    out.write(part.read())
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        node = subprocess.Popen(["node", script, MODULES, str(port), folder],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)
        while True:
            line = node.stdout.readline()
            if not line:
                raise SystemExit("oidc-provider does not start")
            if line.strip() == "ready":
                break
        print(json.dumps({"http": port, "dir": folder},
                         separators=(",", ":")), flush=True)
        sys.stdin.read()
        node.stdin.close()
        node.wait(timeout=10)


if __name__ == "__main__":
    main()

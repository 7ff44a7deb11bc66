"""pgd.py - a PostgreSQL server of the test's own.

Used by suite_postgresql.py. The server is Debian's; it runs in a temporary
folder as a user who is not root, which it insists on, and is gone afterwards.
"""
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile

PASSWORD = "correct horse battery"


def binaries():
    """The folder of initdb and pg_ctl of the newest version; None: none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"),
                   key=lambda p: int(p.split("/")[4]))
    return os.path.dirname(found[-1]) if found else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self):
        self.bin = binaries()
        self.port = free_port()
        self.home = tempfile.mkdtemp(prefix="pg")
        self.user = None
        if os.getuid() == 0:
            self.user = pwd.getpwnam("postgres")
            os.chown(self.home, self.user.pw_uid, self.user.pw_gid)
        self.data = os.path.join(self.home, "data")
        self.started = False

    def run(self, *argv, **more):
        if self.user:
            argv = ("runuser", "-u", self.user.pw_name, "--") + argv
        return subprocess.run(argv, check=True, stdout=subprocess.DEVNULL,
                              cwd=self.home, **more)

    def start(self):
        secret = os.path.join(self.home, "secret")
        with open(secret, "w", encoding="utf-8") as f:
            f.write(PASSWORD + "\n")
        if self.user:
            os.chown(secret, self.user.pw_uid, self.user.pw_gid)
        if not os.path.exists(self.data):
            self.run(self.bin + "/initdb", "-D", self.data, "-U", "hunter",
                     "--pwfile", secret, "-A", "scram-sha-256",
                     "--locale=C.UTF-8", "-E", "UTF8", "-N")
        self.run(self.bin + "/pg_ctl", "-D", self.data, "-w", "-l",
                 os.path.join(self.home, "log"), "-o",
                 "-p %d -k %s -c fsync=off -c listen_addresses=127.0.0.1"
                 % (self.port, self.home), "start")
        self.started = True

    def stop(self, mode="immediate"):
        if self.started:
            self.run(self.bin + "/pg_ctl", "-D", self.data, "-m", mode, "-w",
                     "stop")
        self.started = False

    def sql(self, text, database="postgres"):
        """Runs statements; what the last gives, as psql prints it bare."""
        done = subprocess.run(
            [self.bin + "/psql", "-X", "-q", "-A", "-t", "-v",
             "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U",
             "hunter", "-d", database, "-f", "-"],
            input=text, text=True, capture_output=True, check=False,
            env=dict(os.environ, PGPASSWORD=PASSWORD, PGCLIENTENCODING="UTF8"))
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.rstrip("\n")

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.home, ignore_errors=True)

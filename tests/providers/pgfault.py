"""pgfault.py - stands before a PostgreSQL server and spoils its connection.

Used by: suite_bad_answers.py. It passes bytes on in both directions; once rows
flow (the signature of a binary COPY), or before the first byte, it does what
the suite wants and counts the rows it let through.
"""
import socket
import ssl
import struct
import threading

MARK, ROWS_BEGIN = b"-end", b"PGCOPY\n"


class Front:
    def __init__(self, port):
        self.upstream = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.calm()
        threading.Thread(target=self.serve, daemon=True).start()

    def calm(self):
        self.fault, self.rows, self.context = None, 0, None
        self.tail = b""  # a mark may come in two pieces
        self.waiting = threading.Event()
        old = getattr(self, "release", None)
        self.release = threading.Event()
        if old:
            old.set()

    def serve(self):
        while True:
            near, _ = self.listener.accept()
            threading.Thread(target=self.one, args=(near,),
                             daemon=True).start()

    def one(self, near):
        try:
            if self.fault in BEFORE:
                BEFORE[self.fault](self, near)
            else:
                self.pass_on(near)
        except OSError:
            pass
        near.close()

    def pass_on(self, near):
        far = socket.create_connection(("127.0.0.1", self.upstream))
        threading.Thread(target=self.upward, args=(near, far),
                         daemon=True).start()
        begun, seen = False, 0
        while True:
            data = far.recv(4096)
            if not data:
                break
            begun = begun or ROWS_BEGIN in data
            if begun and self.fault:
                seen += len(data)
                if not RUNNING[self.fault](self, near, data, seen):
                    break
            else:
                near.sendall(data)
        far.close()
        try:
            near.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    @staticmethod
    def upward(near, far):
        try:
            while True:
                data = near.recv(65536)
                if not data:
                    break
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def hand_on(self, near, data):
        near.sendall(data)
        self.rows += (self.tail + data).count(MARK)
        self.tail = data[-len(MARK) + 1:]


ENOUGH = 20000  # bytes of rows before the trouble begins


def closes(front, near, data, seen):
    if seen < ENOUGH:
        front.hand_on(near, data)
        return True
    front.hand_on(near, data[:len(data) // 2])
    return False


def resets(front, near, data, seen):
    if not closes(front, near, data, seen):
        front.release.wait(0.2)  # what was sent is to be read first
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
        near.shutdown(socket.SHUT_RD)  # nobody else may hold it open
        near.close()
        return False
    return True


def stalls(front, near, data, seen):
    if not closes(front, near, data, seen):
        front.waiting.set()
        front.release.wait(40)
        return False
    return True


def garbles(front, near, data, seen):
    if seen < ENOUGH:
        front.hand_on(near, data)
    else:  # the length of a message becomes nonsense; all else comes late
        at = 0 if front.waiting.is_set() else max(data.find(b"d\0\0\0"), 0)
        front.hand_on(near, data[:at])
        front.waiting.set()
        near.sendall(b"\xff" * 64)
    return True


def never_starts(front, near, data, seen):
    """The statement runs, as far as anyone knows."""
    front.waiting.set()
    front.release.wait(40)
    return False


RUNNING = {f.__name__: f for f in (closes, resets, stalls, garbles,
                                   never_starts)}


def is_web(front, near):
    near.recv(8)
    near.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def hangs_up(front, near):
    pass


def is_silent(front, near):
    front.waiting.set()
    front.release.wait(40)


def has_certificate(front, near):
    near.recv(8)
    near.sendall(b"S")
    try:
        front.context.wrap_socket(near, server_side=True).recv(1)
    except ssl.SSLError:
        pass


BEFORE = {f.__name__: f for f in (is_web, hangs_up, is_silent,
                                  has_certificate)}

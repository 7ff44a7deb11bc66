"""spl_eval.py - the part of SPL's expressions that the program writes.

Used by: splunkd.py. Conditions and values as functions of an event, with three
truths: a function of a field that is missing is null, and null is not true. What
a quoted text may hold is narrow: whatever could mean something to Splunk is an
error, and so is every function that is not known here.
"""
import re
import urllib.parse

TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"\\`$\x00-\x1f\x7f]*\")|'(?P<field>[\w.:{}@-]+)'|"
    r"(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)|"
    r"(?P<sign><=|>=|!=|[<>=(),]))")
CHOICE = re.compile(r"\(\?:[^()|]+(?:\|[^()|]+)+\)")
PATTERN_OF_LIKE = re.compile(r"[a-z0-9 ._,:/@=+%-]*")


class Wrong(ValueError):
    pass


def tokens(text):
    at, out = 0, []
    while at < len(text.rstrip()):
        m = TOKEN.match(text, at)
        if not m:
            raise Wrong("The expression is malformed: " + text[at:at + 80])
        if m.group("text") and "|" in CHOICE.sub("", m.group("text")):
            raise Wrong("a pipe in quotes: " + m.group("text"))
        out.append((m.lastgroup, m.group(m.lastgroup)))
        at = m.end()
    return out + [("end", "")]


def truth(v):
    if v is not None and not isinstance(v, bool):
        raise Wrong("no condition: %r" % (v,))
    return v


def negation(v):
    return None if truth(v) is None else not v


def both(a, b):
    a, b = truth(a), truth(b)
    return False if a is False or b is False else (
        None if a is None or b is None else True)


def single(v):
    """A text, or null of several."""
    if isinstance(v, bool):
        raise Wrong("a condition is no value")
    return v if isinstance(v, str) else None


def like(v, pattern):
    if not PATTERN_OF_LIKE.fullmatch(pattern):
        raise Wrong("pattern " + pattern)
    rule = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    return None if single(v) is None else bool(re.fullmatch(rule, v, re.S))


def match(v, pattern):
    return None if single(v) is None else bool(re.search(pattern, v))


FUNCTIONS = {
    "like": (2, like), "match": (2, match),
    "lower": (1, lambda v: None if single(v) is None else v.lower()),
    "len": (1, lambda v: None if single(v) is None else len(v)),
    "mvcount": (1, lambda v: None if v is None else
                len(v) if isinstance(v, list) else 1),
    "isnull": (1, lambda v: v is None),
    "coalesce": (2, lambda a, b: b if a is None else a),
    "split": (2, lambda v, by: v.split(by)),
    "urldecode": (1, urllib.parse.unquote),
    "if": (3, lambda c, a, b: a if truth(c) else b),
}


def number(v):
    if isinstance(v, bool):
        raise Wrong("a condition is compared")
    return v if isinstance(v, (int, float)) else (
        None if single(v) is None else float(v))


def compare(sign, a, b):
    a, b = number(a), number(b)
    if a is None or b is None:
        return None
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b,
            "=": a == b, "!=": a != b}[sign]


class Parser:
    """Each method gives a function of an event."""

    def __init__(self, text):
        self.t, self.at = tokens(text), 0

    def peek(self):
        return self.t[self.at]

    def next(self, *wanted):
        token = self.t[self.at]
        if wanted and token[1] not in wanted:
            raise Wrong("%s expected, not %r" % (wanted, token[1]))
        self.at += 1
        return token

    def either(self):
        a = self.all()
        while self.peek() == ("word", "OR"):
            self.next()
            a = (lambda x, y: lambda e: negation(both(
                negation(x(e)), negation(y(e)))))(a, self.all())
        return a

    def all(self):
        a = self.no()
        while self.peek() == ("word", "AND"):
            self.next()
            a = (lambda x, y: lambda e: both(x(e), y(e)))(a, self.no())
        return a

    def no(self):
        if self.peek() == ("word", "NOT"):
            self.next()
            if self.peek()[1] != "(":
                raise Wrong("NOT without parentheses")
            inner = self.no()
            return lambda e: negation(inner(e))
        return self.comparison()

    def comparison(self):
        a = self.value()
        if self.peek()[0] == "sign" and self.peek()[1] not in "(),":
            sign, b = self.next()[1], self.value()
            return lambda e: compare(sign, a(e), b(e))
        return a

    def value(self):
        kind, text = self.next()
        if text == "(":
            inner = self.either()
            self.next(")")
            return inner
        if kind == "text":
            return lambda e: text[1:-1]
        if kind == "number":
            return lambda e: float(text)
        if kind == "field":
            return lambda e: e.get(text)
        if kind != "word" or text not in FUNCTIONS:
            raise Wrong("The '%s' function is unsupported" % text)
        return self.call(*FUNCTIONS[text])

    def call(self, n, run):
        self.next("(")
        args = [self.either()]
        while self.next(",", ")")[1] == ",":
            args.append(self.either())
        if len(args) != n:
            raise Wrong("arguments")
        return lambda e: run(*[a(e) for a in args])


def expression(text):
    p = Parser(text)
    out = p.either()
    p.next("")
    return out


def condition(text):
    test = expression(text)
    return lambda e: truth(test(e)) is True


def pieces(text, by=","):
    """Parts between commas that stand in no quotes and no parentheses."""
    out, depth, quoted, begin = [], 0, False, 0
    for i, c in enumerate(text):
        quoted ^= c == '"'
        depth += not quoted and (c == "(") - (c == ")")
        if c == by and not quoted and not depth:
            out.append(text[begin:i].strip())
            begin = i + 1
    return out + [text[begin:].strip()]


# ---- commands ----

def evaluate(rows, text):
    steps = []
    for piece in pieces(text):
        name, _, value = piece.partition("=")
        if not re.fullmatch(r"shikra_\w+", name):
            raise Wrong("eval " + piece)
        steps.append((name, expression(value)))
    out = []
    for row in rows:
        row = dict(row)
        for name, value in steps:
            v = value(row)
            if isinstance(v, bool):
                raise Wrong("a field cannot be a condition")
            row[name] = v
        out.append({k: v for k, v in row.items() if v is not None})
    return out


def aggregate(text):
    """The name, and a function of rows."""
    m = re.fullmatch(r"count as (\w+)", text)
    if m:
        return m.group(1), len
    m = re.fullmatch(r"sum\((shikra_\w+)\) as (\w+)", text)
    if m:
        return m.group(2), lambda rows: sum(int(r[m.group(1)]) for r in rows)
    m = re.fullmatch(r"(count|sum)\(eval\((.*)\)\) as (\w+)", text)
    if not m:
        raise Wrong("Error in 'stats' command: " + text)
    if m.group(1) == "count":
        test = condition(m.group(2))
        return m.group(3), lambda rows: sum(map(test, rows))
    value = expression(m.group(2))
    return m.group(3), lambda rows: sum(value(r) or 0 for r in rows)


def stats(rows, text):
    """Rows without a key are left out, those with several are in each."""
    head, _, by = re.fullmatch(
        r"(.*?)( by ((?:shikra_k\d+(?:, )?)+))?", text).group(1, 2, 3)
    wanted = [aggregate(p) for p in pieces(head)]
    groups = {} if by else {(): rows}
    for row in rows if by else []:
        keys = [()]
        for name in by.split(", "):
            v = row.get(name)
            vs = v if isinstance(v, list) else [] if v is None else [v]
            keys = [k + (one,) for k in keys for one in vs]
        for key in keys:
            groups.setdefault(key, []).append(row)
    out = []
    for key, members in groups.items():
        row = dict(zip(by.split(", "), key)) if by else {}
        row.update((n, str(run(members))) for n, run in wanted)
        out.append(row)
    return out


def eventstats(rows, text):
    added = {n: str(run(rows)) for n, run in map(aggregate, pieces(text))}
    return [dict(r, **added) for r in rows]

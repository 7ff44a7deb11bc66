"""elasticdsl.py - queries and aggregations over documents, as an index has them.

Used by: elasticd.py. An index does not hold what a document says but what the
mapping makes of it: sets of texts, whole numbers, milliseconds, one spelling of
an address; nothing of what is too long or malformed. Whatever a request says
beyond the part that is known here is an error.
"""
import datetime
import ipaddress
import re

MAX_BUCKETS = 65536  # search.max_buckets


def values(doc, path):
    """All values of a dotted path, however the document spells it."""
    out = []

    def walk(value, rest):
        if isinstance(value, list):
            for item in value:
                walk(item, rest)
        elif not rest:
            out.append(value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if rest == key:
                    walk(inner, "")
                elif rest.startswith(key + "."):
                    walk(inner, rest[len(key) + 1:])
    walk(doc, path)
    return [v for v in out if v is not None]


# ---- what an index makes of a value ----

def nanos(text):
    """Of a date since 1970, in its default formats and dd/MM/yyyy."""
    if isinstance(text, (int, float)) or re.match(r"-?\d{5,}$", text):
        return int(text) * 10 ** 6
    if re.match(r"\d\d/\d\d/\d{4}$", text):
        text = "%s-%s-%s" % (text[6:], text[3:5], text[:2])
    m = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)"
                 r"(?:\.(\d+))?)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$", text)
    y, mo, d, h, mi, s = (int(x or i) for x, i in zip(m.groups()[:6],
                                                      (0, 1, 1, 0, 0, 0)))
    days = datetime.date(y, mo, d).toordinal() - 719163
    seconds = ((days * 24 + h) * 60 + mi) * 60 + s
    zone = m.group(8) or "Z"
    if zone != "Z":
        away = int(zone[1:3]) * 3600 + int(zone[4:]) * 60
        seconds -= away if zone[0] == "+" else -away
    return seconds * 10 ** 9 + int((m.group(7) or "0").ljust(9, "0")[:9])


def text_of(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def one(kind, value):
    if kind in ("long", "integer"):
        whole = isinstance(value, int) or re.match(r"-?\d+$", str(value))
        return int(value) if whole else int(float(value))
    if kind == "double":
        return float(value)
    if kind == "boolean":
        return value not in (False, "", "false")
    if kind == "date":
        return nanos(value) // 10 ** 6
    if kind == "date_nanos":
        return nanos(value)
    if kind == "ip":
        address = ipaddress.ip_address(value)
        mapped = getattr(address, "ipv4_mapped", None)
        return str(mapped or address)
    return text_of(value)


def field(props, name):
    """The description of a field and the path of its values."""
    if name.endswith(".keyword") and name not in props:
        return props[name[:-8]]["fields"]["keyword"], name[:-8]
    return props[name], name


def indexed(doc, name, props):
    """Values of the index, and whether any was left out."""
    p, path = field(props, name)
    held = values(doc, path)
    if not held and "null_value" in p and path in doc:
        held = [p["null_value"]]
    for other, q in props.items():
        if q.get("copy_to") == name:
            held += values(doc, other)
    out = []
    for v in held:
        try:
            out.append(one(p["type"], v))
        except ValueError:
            assert p.get("ignore_malformed"), (name, v)
    if p["type"] != "keyword":
        return out, len(out) < len(held)
    if "normalizer" in p:
        out = [v.lower() for v in out]
    above = p.get("ignore_above", 1 << 31)
    kept = [v for v in out if len(v.encode("utf-16-le")) // 2 <= above]
    return sorted(set(kept), key=str.encode), len(kept) < len(held)


# ---- queries ----

def fold(text):
    return "".join(c.lower() if c < "\x80" else c for c in text)


def in_range(name, arg, doc, props):
    kind = field(props, name)[0]["type"]
    date = kind.startswith("date")
    assert set(arg) <= {"gt", "gte", "lt", "lte", "format"} and arg, arg
    assert ("format" in arg) == date
    assert arg.get("format", "") in ("", "strict_date_optional_time_nanos")

    def bound(v):
        if date:  # a date's bound is cut to milliseconds there: none may be
            n = nanos(v)
            assert kind == "date_nanos" or n % 10 ** 6 == 0, v
            return n if kind == "date_nanos" else n // 10 ** 6
        return float(v) if kind == "double" else int(v)

    def order(v):  # -0.0 is less than 0.0
        return (v, str(v)[0] != "-") if kind == "double" else v
    tests = {"gt": lambda a, b: a > b, "gte": lambda a, b: a >= b,
             "lt": lambda a, b: a < b, "lte": lambda a, b: a <= b}
    return any(all(tests[op](order(v), order(bound(arg[op])))
                   for op in arg if op != "format")
               for v in indexed(doc, name, props)[0])


def wildcard(pattern, held, cased):
    pattern = re.sub(r"\\(.)|([*?])|([^*?\\])", lambda m:
                     {"*": ".*", "?": "."}[m.group(2)] if m.group(2)
                     else re.escape(m.group(1) or m.group(3)), pattern,
                     flags=re.S)
    return any(re.fullmatch(pattern if cased else fold(pattern),
                            v if cased else fold(v), re.S) for v in held)


def matches(query, doc, props):
    (kind, what), = query.items()
    if kind in ("match_all", "match_none"):
        return kind == "match_all"
    if kind == "bool":
        assert set(what) <= {"filter", "should", "must_not"}, what
        should = what.get("should")
        return (all(matches(q, doc, props) for q in what.get("filter", [])) and
                not any(matches(q, doc, props)
                        for q in what.get("must_not", [])) and
                (not should or any([matches(q, doc, props) for q in should])))
    if kind == "query_string":
        return what["query"] in str(doc)
    if kind == "exists":
        p, path = field(props, what["field"])
        if p["type"] in ("text", "nested"):
            return bool(values(doc, path))
        return bool(indexed(doc, what["field"], props)[0])
    (name, arg), = what.items()
    if name == "_ignored":
        assert kind in ("term", "terms"), query
        return any(indexed(doc, n, props)[1]
                   for n in (arg if kind == "terms" else [arg]))
    if name in ("_id", "_index"):
        assert kind == "term", query
        return doc[name] == arg
    held = indexed(doc, name, props)[0]
    if kind == "term":
        return arg in [v for v in held if isinstance(v, bool) == isinstance(
            arg, bool)]
    if kind == "wildcard":
        assert set(arg) == {"value", "case_insensitive"}, arg
        return wildcard(arg["value"], held, not arg["case_insensitive"])
    if kind == "regexp":
        assert set(arg) == {"value", "flags"} and arg["flags"] == "NONE", arg
        assert len(arg["value"]) <= 1000  # index.max_regex_length
        return any(re.fullmatch(arg["value"], v, re.S) for v in held)
    assert kind == "range", query
    return in_range(name, arg, doc, props)


# ---- aggregations ----

def number(v):
    return None if v is None else float(v)


def metric(kind, arg, docs, props):
    assert set(arg) == {"field"}, arg
    p = field(props, arg["field"])[0]
    assert p["type"] != "text" and p.get("doc_values", True), arg
    held = [v for d in docs for v in indexed(d, arg["field"], props)[0]]
    if kind == "value_count":
        return {"value": len(held)}
    low, high = min(held, default=None), max(held, default=None)
    if kind == "stats":
        return {"count": len(held), "min": number(low), "max": number(high),
                "sum": float(sum(held)), "avg": None}
    return {"value": number({"min": low, "max": high,
                             "sum": float(sum(held))}[kind])}


def key_values(source, doc, props):
    (kind, arg), = source.items()
    assert arg["missing_bucket"] is True
    p = field(props, arg["field"])[0]
    assert p["type"] != "text" and p.get("doc_values", True), arg
    held = indexed(doc, arg["field"], props)[0]
    if kind == "terms":
        assert set(arg) == {"field", "missing_bucket"}, arg
        return held or [None]
    assert kind == "date_histogram" and p["type"].startswith("date"), source
    assert set(arg) <= {"field", "missing_bucket", "fixed_interval", "offset"}
    if p["type"] == "date_nanos":
        held = [v // 10 ** 6 for v in held]
    size = int(re.fullmatch(r"(\d+)ms", arg["fixed_interval"]).group(1))
    start = int(re.fullmatch(r"\+(\d+)ms", arg.get("offset", "+0ms")).group(1))
    return [(v - start) // size * size + start for v in held] or [None]


def order_of(key, names):
    def place(v):
        if isinstance(v, str):
            try:
                address = ipaddress.ip_address(v)
                return b"\0" * 12 + address.packed if address.version == 4 \
                    else address.packed
            except ValueError:
                return v.encode()
        return v
    return tuple((key[n] is not None, place(key[n]) if key[n] is not None
                  else 0) for n in names)


def composite(spec, inner, docs, props):
    assert set(spec) <= {"size", "sources", "after"}, spec
    assert 0 < spec["size"] <= MAX_BUCKETS // (1 + len(inner)), spec["size"]
    names = [name for s in spec["sources"] for name in s]
    buckets = {}
    for doc in docs:
        keys = [()]
        for s in spec["sources"]:
            (_, source), = s.items()
            keys = [k + (v,) for k in keys
                    for v in key_values(source, doc, props)]
        for k in set(keys):
            buckets.setdefault(k, []).append(doc)
    found = sorted(((dict(zip(names, k)), d) for k, d in buckets.items()),
                   key=lambda b: order_of(b[0], names))
    if "after" in spec:
        assert set(spec["after"]) == set(names), spec["after"]
        after = order_of(spec["after"], names)
        found = [b for b in found if order_of(b[0], names) > after]
    page = found[:spec["size"]]
    out = {"buckets": [dict({"key": k, "doc_count": len(d)},
                            **aggregations(inner, d, props))
                       for k, d in page]}
    if page:
        out["after_key"] = page[-1][0]
    return out


def aggregations(aggs, docs, props, top=False):
    out = {}
    for name, spec in aggs.items():
        kinds = set(spec) - {"aggs"}
        assert len(kinds) == 1, spec
        kind = kinds.pop()
        if kind == "filter":
            assert "aggs" not in spec
            out[name] = {"doc_count": sum(matches(spec[kind], d, props)
                                          for d in docs)}
        elif kind == "composite":
            assert top, "composite under another aggregation"
            out[name] = composite(spec[kind], spec.get("aggs", {}), docs,
                                  props)
        else:
            assert kind in ("value_count", "min", "max", "sum", "stats"), kind
            out[name] = metric(kind, spec[kind], docs, props)
    return out

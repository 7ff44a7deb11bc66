/* canon_literal.c - literals and names in their shortest exact spelling.
 *
 * Called by: canon.c, canon_expr.c and operators that write a literal.
 * Gives:     text that lex.c and parse_literal.c read back as the same value.
 *            Bytes that are not UTF-8 stay as they are inside of a string. */
#include "canon.h"

#include <math.h>

#include "base/json_write.h"
#include "base/ticks.h"
#include "parse.h"

/* ---- strings ---- */

static bool is_control(char c)
{
    return (uint8_t)c < 0x20 || c == 0x7f;
}

static void add_escaped(struct buf *b, str s, char quote)
{
    buf_addc(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == quote || c == '\\')
            buf_addf(b, "\\%c", c);
        else if (c == '\n')
            buf_adds(b, "\\n");
        else if (c == '\r')
            buf_adds(b, "\\r");
        else if (c == '\t')
            buf_adds(b, "\\t");
        else if (is_control(c))
            buf_addf(b, "\\u%04x", (unsigned)c);
        else
            buf_addc(b, c);
    }
    buf_addc(b, quote);
}

static void add_verbatim(struct buf *b, str s, char quote)
{
    buf_addc(b, '@');
    buf_addc(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == quote)
            buf_addc(b, quote);
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, quote);
}

/* "…" unless another of the forms '…', @"…", @'…' is shorter. */
void canon_string(struct buf *b, str s)
{
    size_t quotes[2] = { 0, 0 }, slashes = 0, controls = 0;
    for (size_t i = 0; i < s.n; i++) {
        quotes[0] += s.p[i] == '"';
        quotes[1] += s.p[i] == '\'';
        slashes += s.p[i] == '\\';
        controls += is_control(s.p[i]);
    }
    size_t which = quotes[1] < quotes[0];
    size_t verbatim = quotes[1] < quotes[0] ? quotes[1] : quotes[0];
    size_t escaped = verbatim + slashes;
    if (controls || escaped <= verbatim + 1)
        add_escaped(b, s, which ? '\'' : '"');
    else
        add_verbatim(b, s, which ? '\'' : '"');
}

/* ---- numbers and times ---- */

static void add_real(struct buf *b, double d)
{
    if (isnan(d))
        buf_adds(b, "real(nan)");
    else if (isinf(d))
        buf_adds(b, d < 0 ? "real(-inf)" : "real(+inf)");
    else
        buf_add_f64(b, d);
}

/* .25 of a second; nothing for a whole one. */
static void add_fraction(struct buf *b, int64_t ticks)
{
    int digits = 7;
    if (!ticks)
        return;
    for (; ticks % 10 == 0; ticks /= 10)
        digits--;
    buf_addf(b, ".%0*lld", digits, (long long)ticks);
}

static void add_datetime(struct buf *b, int64_t t)
{
    struct civil c;
    ticks_to_civil(t, &c);
    buf_addf(b, "datetime(%04d-%02d-%02d", c.year, c.month, c.day);
    if (t % TICKS_PER_DAY) {
        buf_addf(b, "T%02d:%02d:%02d", c.hour, c.minute, c.second);
        add_fraction(b, c.fraction);
        buf_addc(b, 'Z');
    }
    buf_addc(b, ')');
}

/* The largest unit that fits without a rest, as long as its number is short;
 * 90m, but timespan(1.02:03:04). */
static void add_timespan(struct buf *b, int64_t t)
{
    static const struct {
        const char *name;
        int64_t ticks;
    } units[] = {
        { "d", TICKS_PER_DAY },    { "h", TICKS_PER_HOUR },
        { "m", TICKS_PER_MIN },    { "s", TICKS_PER_SEC },
        { "ms", TICKS_PER_MS },    { "microsecond", TICKS_PER_US },
        { "tick", 1 },
    };
    enum { LONGEST = 9999 };
    for (size_t i = 0; t && i < sizeof units / sizeof *units; i++) {
        int64_t n = t / units[i].ticks;
        if (t % units[i].ticks == 0 && n >= -LONGEST && n <= LONGEST) {
            buf_addf(b, "%lld%s", (long long)n, units[i].name);
            return;
        }
    }
    if (!t) {
        buf_adds(b, "0s");
        return;
    }
    buf_adds(b, "timespan(");
    span_format(b, t);
    while (t % TICKS_PER_SEC && buf_ok(b) && b->p[b->n - 1] == '0')
        b->n--;
    buf_addc(b, ')');
}

/* ---- dynamic ---- */

/* One string literal of JSON text; gives the offset behind it. */
static size_t add_json_string(struct buf *b, str json, size_t i)
{
    struct buf text;
    size_t beg = i++;
    while (i < json.n && json.p[i] != '"')
        i += json.p[i] == '\\' ? 2 : 1;
    i = i < json.n ? i + 1 : json.n;
    buf_init(&text, json.n + 1);
    json_unquote(&text, str_sub(json, beg, i));
    add_escaped(b, buf_str(&text), '"');
    buf_release(&text);
    return i;
}

static void add_dynamic(struct buf *b, str json)
{
    buf_adds(b, "dynamic(");
    for (size_t i = 0; i < json.n;) {
        if (json.p[i] == '"') {
            i = add_json_string(b, json, i);
            continue;
        }
        buf_addc(b, json.p[i]);
        if (json.p[i] == ',' || json.p[i] == ':')
            buf_addc(b, ' ');
        i++;
    }
    buf_addc(b, ')');
}

void canon_literal(struct buf *b, const struct value *v)
{
    if (v->null) {
        buf_addf(b, "%s(null)", type_name(v->type));
        return;
    }
    switch (v->type) {
    case TYPE_BOOL: buf_adds(b, v->i ? "true" : "false"); break;
    case TYPE_INT: buf_addf(b, "int(%lld)", (long long)v->i); break;
    case TYPE_LONG: buf_add_i64(b, v->i); break;
    case TYPE_REAL: add_real(b, v->d); break;
    case TYPE_DATETIME: add_datetime(b, v->i); break;
    case TYPE_TIMESPAN: add_timespan(b, v->i); break;
    case TYPE_DYNAMIC: add_dynamic(b, v->s); break;
    case TYPE_STRING: canon_string(b, v->s); break;
    default: buf_addf(b, "%s(%.*s)", type_name(v->type), STRF(v->s)); break;
    }
}

/* ---- names ---- */

/* Words that would be read as something else than a name where a name stands:
 * at the start of a statement, before a clause, as a literal. */
static const char *const words[] = {
    "by",     "on",     "of",     "asc",     "desc",     "first",  "last",
    "let",    "set",    "declare", "assert", "markdown", "select", "insert",
    "update", "delete", "view",   "where",   "missing",  "hint",   "true",
    "false",  "True",   "False",  "TRUE",    "FALSE",    "null",
};

static bool is_reserved(const struct canon *c, str name)
{
    const struct lang_op *op = reg_op(c->reg, name);
    if ((op && op->flags & OP_SOURCE) || infix_prec(name) != PREC_NONE)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieqz(name, words[i]))
            return true;
    return false;
}

bool canon_is_word(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '_' || c == '$';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name.n > 0;
}

void canon_name(struct canon *c, str name)
{
    if (canon_is_word(name) && !is_reserved(c, name)) {
        buf_add(c->b, name);
        return;
    }
    buf_addc(c->b, '[');
    canon_string(c->b, name);
    buf_addc(c->b, ']');
}

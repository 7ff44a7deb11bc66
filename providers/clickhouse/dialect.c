/* dialect.c - ClickHouse's SQL: names, literals, columns.
 *
 * Used by: providers/sql/ through ch_dialect. Only what server 18.16 has
 * already is said, apart from columns of types that came later. Numbers of a
 * statement get their type from a call, because a bare one is as small as it
 * can be. */
#include "kinds.h"

#include "base/ticks.h"

/* Backslashes and quotes escaped; any byte may be in a String. */
static void quoted(struct buf *b, str s, char quote)
{
    buf_addc(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == 0) {
            buf_adds(b, "\\0");
            continue;
        }
        if (c == quote || c == '\\')
            buf_addc(b, '\\');
        buf_addc(b, c);
    }
    buf_addc(b, quote);
}

bool ch_ident(struct buf *b, str name)
{
    quoted(b, name, '`');
    return name.n > 0;
}

/* ---- literals ---- */

static const char *plain_type(enum type t)
{
    switch (t) {
    case TYPE_BOOL: return "UInt8";
    case TYPE_REAL: return "Float64";
    case TYPE_GUID: return "String";
    default: return "Int64";
    }
}

static void real_literal(struct buf *b, double d)
{
    buf_adds(b, "toFloat64('");
    buf_add_f64(b, d);
    buf_adds(b, "')");
}

static void int_literal(struct buf *b, int64_t i)
{
    buf_adds(b, i == INT64_MIN ? "toInt64('" : "toInt64(");
    buf_add_i64(b, i);
    buf_adds(b, i == INT64_MIN ? "')" : ")");
}

bool ch_literal(struct buf *b, const struct value *v)
{
    if (v->type == TYPE_DECIMAL || v->type == TYPE_DYNAMIC ||
        v->type == TYPE_ERROR || (v->null && v->type == TYPE_STRING))
        return false;
    if (v->null) {
        buf_addf(b, "CAST(NULL AS Nullable(%s))", plain_type(v->type));
        return true;
    }
    switch (v->type) {
    case TYPE_BOOL: buf_adds(b, v->i ? "toUInt8(1)" : "toUInt8(0)"); break;
    case TYPE_REAL: real_literal(b, v->d); break;
    case TYPE_STRING:
    case TYPE_GUID: quoted(b, v->s, '\''); break;
    default: int_literal(b, v->i); break;
    }
    return true;
}

/* ---- native columns ---- */

/* From units of 10^-digits s since 1970 to ticks; what is finer is cut off
 * downwards. */
static void plain_time64(struct buf *b, str text, unsigned digits)
{
    static const unsigned power[] = { 10000000, 1000000, 100000, 10000,
                                      1000,     100,     10,     1 };
    if (digits <= 7)
        buf_addf(b, "(reinterpretAsInt64(%.*s) * %u", STRF(text),
                 power[digits]);
    else
        buf_addf(b,
                 "(intDiv(reinterpretAsInt64(%.*s) - "
                 "if(reinterpretAsInt64(%.*s) < 0, %u, 0), %u)",
                 STRF(text), STRF(text), digits == 8 ? 9u : 99u,
                 digits == 8 ? 10u : 100u);
    buf_addf(b, " + %lld)", (long long)TICKS_UNIX_EPOCH);
}

static void plain_time(struct buf *b, const struct sql_col *c)
{
    buf_addf(b, "(toInt64(%.*s) * %lld + %lld)", STRF(c->text),
             c->kind == CH_DATE ? TICKS_PER_DAY : TICKS_PER_SEC,
             (long long)TICKS_UNIX_EPOCH);
}

static void plain_text(struct buf *b, const struct sql_col *c)
{
    buf_adds(b, c->nullable ? "ifNull(" : "");
    buf_addf(b,
             c->kind == CH_STRING  ? "%.*s"
             : c->kind == CH_STATE ? "toString(finalizeAggregation(%.*s))"
                                   : "toString(%.*s)",
             STRF(c->text));
    buf_adds(b, c->nullable ? ", '')" : "");
}

static bool ch_plain(struct buf *b, const struct sql_col *c)
{
    switch (c->kind) {
    case CH_BOOL: buf_addf(b, "toUInt8(%.*s)", STRF(c->text)); return true;
    case CH_INT:
    case CH_LONG: buf_addf(b, "toInt64(%.*s)", STRF(c->text)); return true;
    case CH_REAL: buf_addf(b, "toFloat64(%.*s)", STRF(c->text)); return true;
    case CH_STRING:
    case CH_STATE:
    case CH_TEXT: plain_text(b, c); return true;
    case CH_UUID: buf_addf(b, "toString(%.*s)", STRF(c->text)); return true;
    case CH_DATETIME:
    case CH_DATE: plain_time(b, c); return true;
    default: break;
    }
    if (c->kind < CH_TIME64)
        return false;
    plain_time64(b, c->text, c->kind - CH_TIME64);
    return true;
}

/* The forms of read.c: see kinds.h. */
void ch_output(struct buf *b, const struct sql_col *c)
{
    bool text = c->type == TYPE_STRING;
    const char *call = text                      ? ""
                     : c->type == TYPE_REAL      ? "toNullable("
                     : type_is_text(c->type)     ? "toNullable("
                                                 : "toNullable(toInt64(";
    buf_adds(b, call);
    if (c->kind == CH_JSON)
        buf_addf(b, "toJSONString(%.*s)", STRF(c->text));
    else if (c->kind == CH_UINT64 || c->kind == CH_DECIMAL)
        buf_addf(b, "toString(%.*s)", STRF(c->text));
    else if (c->kind == CH_PLAIN || !ch_plain(b, c))
        buf_add(b, c->text);
    buf_adds(b, text ? "" : type_is_text(c->type) || c->type == TYPE_REAL
                                ? ")" : "))");
}

/* ---- comparisons that the primary key may serve ---- */

/* Counts of the column's unit, where the whole unit is or is not reached. */
struct edge {
    int64_t units; /* down to the last whole one */
    bool exact;
};

static struct edge edge_of(int64_t ticks, int64_t unit)
{
    int64_t t = ticks - TICKS_UNIX_EPOCH, n = t / unit;
    if (t % unit < 0)
        n--;
    return (struct edge){ n, t % unit == 0 };
}

static const char *sql_op(str op)
{
    return str_eqz(op, "==") ? "=" : str_eqz(op, "<=") ? "<="
         : str_eqz(op, ">=") ? ">=" : op.p[0] == '<' ? "<" : ">";
}

/* Seconds: >= and < go up to the next one. */
static bool compare_seconds(struct buf *b, const struct sql_col *c, str op,
                            int64_t ticks)
{
    struct edge e = edge_of(ticks, TICKS_PER_SEC);
    bool up = str_eqz(op, ">=") || str_eqz(op, "<");
    if (str_eqz(op, "==") && !e.exact)
        return false;
    int64_t n = e.units + (up && !e.exact);
    if (n < 0 || n > UINT32_MAX)
        return false;
    buf_addf(b, "(%.*s %s toDateTime(%lld))", STRF(c->text), sql_op(op),
             (long long)n);
    return true;
}

/* Units finer than a tick are cut off: t <= L is t < L + 1 there. */
static bool compare_time64(struct buf *b, const struct sql_col *c, str op,
                           int64_t ticks)
{
    unsigned digits = c->kind - CH_TIME64;
    struct civil t;
    if (digits > 7 || str_eqz(op, "=="))
        return false;
    int64_t unit = 1;
    for (unsigned i = digits; i < 7; i++)
        unit *= 10;
    struct edge e = edge_of(ticks, unit);
    bool up = str_eqz(op, ">=") || str_eqz(op, "<");
    ticks_to_civil((e.units + (up && !e.exact)) * unit + TICKS_UNIX_EPOCH, &t);
    if (t.year < 1925 || t.year > 2250) /* what all versions have */
        return false;
    buf_addf(b,
             "(%.*s %s toDateTime64('%04d-%02d-%02d %02d:%02d:%02d.%07d', %u, "
             "'UTC'))",
             STRF(c->text), sql_op(op), t.year, t.month, t.day, t.hour,
             t.minute, t.second, t.fraction, digits);
    return true;
}

static bool ch_compare(struct buf *b, const struct sql_col *c, str op,
                       const struct value *v)
{
    if (c->type == TYPE_DATETIME) {
        if (v->type != TYPE_DATETIME)
            return false;
        return c->kind == CH_DATETIME ? compare_seconds(b, c, op, v->i)
             : c->kind >= CH_TIME64   ? compare_time64(b, c, op, v->i)
                                      : false;
    }
    if ((c->kind != CH_INT && c->kind != CH_LONG && c->kind != CH_UINT64) ||
        !type_is_int(v->type))
        return false;
    buf_addf(b, "(%.*s %s ", STRF(c->text), sql_op(op));
    int_literal(b, v->i);
    buf_addc(b, ')');
    return true;
}

const struct sql_dialect ch_dialect = {
    .language = SQL_CLICKHOUSE,
    .max_text = 200 << 10, /* below max_query_size, 256 KiB */
    .any = '%',
    .fold = true,
    .lead = "toUInt8(1), ", /* read.c: a row follows */
    .no_null = { "ifNull(", ", 0)" },
    .ident = ch_ident,
    .literal = ch_literal,
    .plain = ch_plain,
    .output = ch_output,
    .compare = ch_compare,
};

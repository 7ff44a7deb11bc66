/* dialect.c - PostgreSQL's SQL: names, literals, columns.
 *
 * Used by: providers/sql/ through pg_dialect. The session has UTC, UTF-8 and
 * standard_conforming_strings (connect.c). Text is computed with in collation
 * "C": there equal means equal bytes and less means less bytes, as here. */
#include "kinds.h"

#include <math.h>

#include "base/ticks.h"

static bool quoted(struct buf *b, str s, char quote)
{
    if (str_find_char(s, 0) >= 0)
        return false; /* no text of PostgreSQL has a NUL */
    buf_addc(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == quote)
            buf_addc(b, quote);
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, quote);
    return true;
}

bool pg_ident(struct buf *b, str name)
{
    return name.n > 0 && quoted(b, name, '"');
}

/* ---- literals ---- */

static void real_literal(struct buf *b, double d)
{
    buf_addc(b, '\'');
    buf_add_f64(b, d);
    buf_adds(b, "'::float8");
}

static void int_literal(struct buf *b, int64_t i)
{
    buf_addc(b, '(');
    buf_add_i64(b, i);
    buf_adds(b, ")::int8");
}

static const char *plain_type(enum type t)
{
    switch (t) {
    case TYPE_BOOL: return "bool";
    case TYPE_REAL: return "float8";
    case TYPE_STRING:
    case TYPE_GUID: return "text";
    default: return "int8";
    }
}

static bool pg_literal(struct buf *b, const struct value *v)
{
    if (v->type == TYPE_DECIMAL || v->type == TYPE_DYNAMIC ||
        v->type == TYPE_ERROR)
        return false;
    if (v->null) {
        buf_addf(b, "NULL::%s", plain_type(v->type));
        return v->type != TYPE_STRING;
    }
    switch (v->type) {
    case TYPE_BOOL: buf_adds(b, v->i ? "TRUE" : "FALSE"); return true;
    case TYPE_REAL: real_literal(b, v->d); return true;
    case TYPE_STRING:
    case TYPE_GUID:
        if (!quoted(b, v->s, '\''))
            return false;
        buf_adds(b, "::text");
        return true;
    default: int_literal(b, v->i); return true;
    }
}

/* ---- native columns ---- */

/* Ticks of a time stamp; what lies outside KQL's years is null. extract()
 * gives numeric from version 14 on, which connect.c wants. */
static void plain_time(struct buf *b, str text)
{
    buf_addf(b,
             "(CASE WHEN %.*s >= '0001-01-01' AND %.*s < '10000-01-01' THEN "
             "(extract(epoch FROM %.*s) * 10000000)::int8 + %lld END)",
             STRF(text), STRF(text), STRF(text),
             (long long)TICKS_UNIX_EPOCH);
}

static void plain_inet(struct buf *b, str text)
{
    buf_addf(b,
             "(CASE WHEN masklen(%.*s) = CASE family(%.*s) WHEN 4 THEN 32 "
             "ELSE 128 END THEN host(%.*s) ELSE text(%.*s) END)",
             STRF(text), STRF(text), STRF(text), STRF(text));
}

static void plain_text(struct buf *b, const struct sql_col *c)
{
    buf_adds(b, c->nullable ? "coalesce(" : "(");
    if (c->kind == PG_INET)
        plain_inet(b, c->text);
    else
        buf_addf(b, "%.*s::text", STRF(c->text));
    buf_adds(b, c->nullable ? ", '') COLLATE \"C\"" : ") COLLATE \"C\"");
}

static bool pg_plain(struct buf *b, const struct sql_col *c)
{
    switch ((enum pg_kind)c->kind) {
    case PG_BOOL:
    case PG_INT8:
    case PG_FLOAT8: buf_add(b, c->text); return true;
    case PG_INT2:
    case PG_INT4:
    case PG_OID: buf_addf(b, "%.*s::int8", STRF(c->text)); return true;
    case PG_FLOAT4: buf_addf(b, "%.*s::float8", STRF(c->text)); return true;
    case PG_TEXT:
    case PG_VARCHAR:
    case PG_INET:
    case PG_AS_TEXT: plain_text(b, c); return true;
    case PG_UUID: buf_addf(b, "%.*s::text", STRF(c->text)); return true;
    case PG_TIMESTAMP:
    case PG_TIMESTAMPTZ:
    case PG_DATE: plain_time(b, c->text); return true;
    case PG_TIME:
        buf_addf(b, "(extract(epoch FROM %.*s) * 10000000)::int8",
                 STRF(c->text));
        return true;
    default: return false;
    }
}

bool pg_is_converted(enum pg_kind k)
{
    return k == PG_INET || k == PG_NUMERIC || k == PG_TO_JSON ||
           k == PG_AS_TEXT || k == PG_OID;
}

void pg_output(struct buf *b, const struct sql_col *c)
{
    switch ((enum pg_kind)c->kind) {
    case PG_INET: plain_inet(b, c->text); break;
    case PG_NUMERIC:
    case PG_AS_TEXT: buf_addf(b, "%.*s::text", STRF(c->text)); break;
    case PG_TO_JSON:
        buf_addf(b, "to_json(%.*s)::text", STRF(c->text));
        break;
    case PG_OID: buf_addf(b, "%.*s::int8", STRF(c->text)); break;
    default: buf_add(b, c->text); break;
    }
}

/* ---- comparisons that an index may serve ---- */

/* A time stamp counts microseconds: 10 ticks. */
static void time_literal(struct buf *b, int64_t ticks, bool zoned)
{
    struct civil c;
    if (ticks > TICKS_MAX) {
        buf_adds(b, "'10000-01-01'");
    } else {
        ticks_to_civil(ticks, &c);
        buf_addf(b, "'%04d-%02d-%02d %02d:%02d:%02d.%06d%s'", c.year, c.month,
                 c.day, c.hour, c.minute, c.second, c.fraction / 10,
                 zoned ? "+00" : "");
    }
    buf_adds(b, zoned ? "::timestamptz" : "::timestamp");
}

/* The other end of KQL's years keeps infinity out, which is null here. */
static bool compare_time(struct buf *b, const struct sql_col *c, str op,
                         int64_t ticks)
{
    bool zoned = c->kind == PG_TIMESTAMPTZ, equal = str_eqz(op, "==");
    bool up = str_eqz(op, ">=") || str_eqz(op, "<"); /* to the next µs */
    int64_t down = ticks - ticks % 10;
    if (equal && down != ticks) {
        buf_adds(b, "FALSE");
        return true;
    }
    buf_addf(b, "(%.*s %s ", STRF(c->text), equal ? "=" : op.p[0] == '>' ?
             op.n == 2 ? ">=" : ">" : op.n == 2 ? "<=" : "<");
    time_literal(b, up && down != ticks ? down + 10 : down, zoned);
    if (!equal)
        buf_addf(b, " AND %.*s %s", STRF(c->text),
                 op.p[0] == '>' ? "< '10000-01-01'" : ">= '0001-01-01'");
    buf_addc(b, ')');
    return true;
}

static bool compare_plain(struct buf *b, const struct sql_col *c, str op,
                          const struct value *v)
{
    buf_addf(b, "(%.*s %.*s ", STRF(c->text),
             STRF(str_eqz(op, "==") ? S("=") : op));
    bool ok = pg_literal(b, v);
    if (v->type == TYPE_GUID)
        buf_adds(b, "::uuid");
    buf_addc(b, ')');
    return ok;
}

static bool pg_compare(struct buf *b, const struct sql_col *c, str op,
                       const struct value *v)
{
    switch ((enum pg_kind)c->kind) {
    case PG_INT2:
    case PG_INT4:
    case PG_INT8: return type_is_int(v->type) && compare_plain(b, c, op, v);
    case PG_UUID:
        return v->type == TYPE_GUID && str_eqz(op, "==") &&
               compare_plain(b, c, op, v);
    case PG_TIMESTAMP:
    case PG_TIMESTAMPTZ:
    case PG_DATE:
        return v->type == TYPE_DATETIME && compare_time(b, c, op, v->i);
    default: return false;
    }
}

const struct sql_dialect pg_dialect = {
    .language = SQL_POSTGRESQL,
    .max_text = 1 << 20,
    .any = '_',
    .lead = "",
    .no_null = { "coalesce(", ", FALSE)" },
    .ident = pg_ident,
    .literal = pg_literal,
    .plain = pg_plain,
    .output = pg_output,
    .compare = pg_compare,
    .sorts_reals = true,
};

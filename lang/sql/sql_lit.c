/* sql_lit.c - literals and identifiers of the engine's SQL.
 *
 * Called by: emit.c; commands that write statements. */
#include "sql_lit.h"

#include <math.h>

static const char *const types[NTYPES] = {
    [TYPE_ERROR] = "VARCHAR",   [TYPE_BOOL] = "BOOLEAN",
    [TYPE_INT] = "INTEGER",     [TYPE_LONG] = "BIGINT",
    [TYPE_REAL] = "DOUBLE",     [TYPE_DECIMAL] = "DECIMAL(38,0)",
    [TYPE_STRING] = "VARCHAR",  [TYPE_DATETIME] = "BIGINT",
    [TYPE_TIMESPAN] = "BIGINT", [TYPE_GUID] = "VARCHAR",
    [TYPE_DYNAMIC] = "VARCHAR",
};

const char *sql_type(enum type t)
{
    return types[t];
}

static void quoted(struct buf *b, str s, char quote)
{
    buf_addc(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == quote)
            buf_addc(b, quote);
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, quote);
}

void sql_string(struct buf *b, str s)
{
    ptrdiff_t nul = str_find_char(s, 0);
    if (nul < 0) {
        quoted(b, s, '\'');
        return;
    }
    buf_addc(b, '(');
    while (nul >= 0) {
        quoted(b, str_sub(s, 0, (size_t)nul), '\'');
        buf_adds(b, "||chr(0)||");
        s = str_sub(s, (size_t)nul + 1, s.n);
        nul = str_find_char(s, 0);
    }
    quoted(b, s, '\'');
    buf_addc(b, ')');
}

void sql_ident(struct buf *b, str name)
{
    quoted(b, name, '"');
}

static void sql_real(struct buf *b, double d)
{
    if (isfinite(d)) {
        buf_addc(b, '(');
        buf_add_f64(b, d);
        buf_adds(b, ")::DOUBLE");
    } else {
        buf_adds(b, isnan(d) ? "'nan'::DOUBLE"
                    : d > 0  ? "'inf'::DOUBLE"
                             : "'-inf'::DOUBLE");
    }
}

void sql_value(struct buf *b, const struct value *v)
{
    if (v->null && v->type != TYPE_STRING) {
        buf_addf(b, "NULL::%s", types[v->type]);
        return;
    }
    switch (v->type) {
    case TYPE_BOOL: buf_adds(b, v->i ? "TRUE" : "FALSE"); break;
    case TYPE_REAL: sql_real(b, v->d); break;
    case TYPE_DECIMAL:
        buf_adds(b, "k_dec(");
        sql_string(b, v->s);
        buf_addc(b, ')');
        break;
    case TYPE_INT:
    case TYPE_LONG:
    case TYPE_DATETIME:
    case TYPE_TIMESPAN:
        buf_addc(b, '(');
        buf_add_i64(b, v->i);
        buf_addf(b, ")::%s", types[v->type]);
        break;
    default: sql_string(b, v->s); break;
    }
}

/* rows.c - finds the row of rows.def that fits a call.
 *
 * Called by: expr.c; tests, which want every row to be tried. */
#include "expr.h"

#include <math.h>

#include "base/ticks.h"

#define SQL_ROW(name, signatures, how, pg, ch)                               \
    { name, signatures, how, { pg, ch } },
static const struct sql_row rows[] = {
#include "rows.def"
};
#undef SQL_ROW

enum { NROWS = sizeof rows / sizeof *rows, MAX_COUNT = 1000000 };

char sql_letter(const char *signature, size_t i)
{
    size_t n = 0;
    while (signature[n] && signature[n] != '|' && signature[n] != '*')
        n++;
    if (i < n)
        return signature[i];
    return signature[n] == '*' && n ? signature[n - 1] : 0;
}

static bool wants_more(const char *signature, size_t nargs)
{
    size_t n = 0;
    while (signature[n] && signature[n] != '|' && signature[n] != '*')
        n++;
    return nargs < (signature[n] == '*' ? n - 1 : n);
}

static bool is_type(char letter, enum type t)
{
    bool l = type_is_int(t), time = t == TYPE_DATETIME || t == TYPE_TIMESPAN;
    switch (letter) {
    case 'l': return l;
    case 's': return t == TYPE_STRING;
    case 'b': return t == TYPE_BOOL;
    case 'r': return t == TYPE_REAL;
    case 't': return t == TYPE_DATETIME;
    case 'd': return t == TYPE_TIMESPAN;
    case 'g': return t == TYPE_GUID;
    case 'n': return l || t == TYPE_REAL;
    case 'o': return l || time;
    case 'x': return l || time || t == TYPE_GUID || t == TYPE_BOOL;
    case 'a': return is_type('x', t) || t == TYPE_REAL;
    default: return false;
    }
}

static bool is_literal(char letter, const struct remote_expr *e)
{
    const struct value *v = &e->value;
    if (e->kind != REMOTE_LITERAL || v->null)
        return false;
    switch (letter) {
    case 'S': return v->type == TYPE_STRING && v->s.n > 0;
    case 'N':
        return is_type('n', v->type) &&
               (v->type != TYPE_REAL || isfinite(v->d));
    case 'D':
        return v->type == TYPE_TIMESPAN && v->i <= TICKS_MAX &&
               v->i >= -TICKS_MAX;
    case 'B':
        return (type_is_int(v->type) || v->type == TYPE_TIMESPAN) && v->i > 0;
    case 'K':
        return type_is_int(v->type) && v->i >= 0 && v->i <= MAX_COUNT;
    default: return is_type((char)(letter + ('a' - 'A')), v->type);
    }
}

/* x and o stand for one type in all of a signature. */
static enum type family(enum type t)
{
    return t == TYPE_INT ? TYPE_LONG : t;
}

static bool fits(const char *signature, const struct remote_expr *e)
{
    enum type same = TYPE_ERROR;
    if (wants_more(signature, e->nargs))
        return false;
    for (size_t i = 0; i < e->nargs; i++) {
        char c = sql_letter(signature, i);
        const struct remote_expr *arg = e->args[i];
        bool big = c >= 'A' && c <= 'Z';
        if (!c || !(big ? is_literal(c, arg) : is_type(c, arg->type)))
            return false;
        if (c != 'x' && c != 'X' && c != 'o' && c != 'O')
            continue;
        if (same != TYPE_ERROR && same != family(arg->type))
            return false;
        same = family(arg->type);
    }
    return true;
}

static const char *fitting(const struct sql_row *r, const struct remote_expr *e)
{
    for (const char *s = r->signatures; s; s = strchr(s, '|')) {
        s += *s == '|';
        if (fits(s, e))
            return s;
    }
    return NULL;
}

const struct sql_row *sql_row_for(const struct sql_dialect *d,
                                  const struct remote_expr *e, bool aggregate,
                                  const char **signature)
{
    for (size_t i = 0; i < NROWS; i++) {
        const struct sql_row *r = &rows[i];
        if (!r->text[d->language] || (r->how == AGGREGATE) != aggregate ||
            !str_eqz(e->name, r->name))
            continue;
        if ((*signature = fitting(r, e)) != NULL)
            return r;
    }
    return NULL;
}

/* expr.c - expressions of stages as SQL text.
 *
 * Called by: query.c.
 * A call is written from its row of rows.def; `and`, `or` and what is made of
 * them (in~, has_any, has_all) here, because a filter may drop terms of an
 * `and` that the engine cannot run. */
#include "expr.h"

static bool say(struct sql_scope *s, struct buf *b,
                  const struct remote_expr *e, enum sql_place place);

const struct sql_col *sql_find(const struct sql_scope *s, str name)
{
    for (size_t i = 0; i < s->ncols; i++)
        if (str_eq(s->cols[i].name, name))
            return &s->cols[i];
    return NULL;
}

static bool write_column(struct sql_scope *s, struct buf *b,
                         const struct remote_expr *e)
{
    const struct sql_col *c = sql_find(s, e->name);
    if (!c)
        return false;
    if (c->kind)
        return s->d->plain(b, c);
    buf_add(b, c->text);
    return c->type != TYPE_DYNAMIC && c->type != TYPE_DECIMAL;
}

/* ---- and, or ---- */

/* The terms, each as no_null[0] term no_null[1]. In a filter an `and` does with
 * the terms that can be said. */
struct terms {
    const struct remote_expr *e;
    enum sql_place place;
    const char *const *no_null;
    const char *none; /* what stands for null */
};

static bool say_terms(struct sql_scope *s, struct buf *b,
                      const struct terms *t)
{
    bool is_and = str_eqz(t->e->name, "and");
    size_t said = 0;
    for (size_t i = 0; i < t->e->nargs; i++) {
        size_t before = b->n;
        buf_adds(b, !said ? "" : is_and ? " AND " : " OR ");
        buf_adds(b, t->no_null ? t->no_null[0] : "");
        if (say(s, b, t->e->args[i], t->place)) {
            if (t->no_null)
                buf_addf(b, ", %s)", t->none);
            said++;
            continue;
        }
        if (!is_and || t->place != SQL_FILTER)
            return false;
        b->n = before;
        s->wider = true;
    }
    return said > 0;
}

/* Where null is not told from false there, or may spoil an `or`: whether a term
 * decides, and what all of them say when none does. */
static bool say_kleene(struct sql_scope *s, struct buf *b, struct terms *t)
{
    bool is_and = str_eqz(t->e->name, "and");
    struct terms bare = { t->e, t->place, NULL, NULL };
    t->none = is_and ? "1" : "0";
    buf_adds(b, "if(");
    if (!say_terms(s, b, t))
        return false;
    buf_adds(b, is_and ? ", " : ", 1, ");
    if (!say_terms(s, b, &bare))
        return false;
    buf_adds(b, is_and ? ", 0)" : ")");
    return true;
}

static bool write_logic(struct sql_scope *s, struct buf *b,
                        const struct remote_expr *e, enum sql_place place)
{
    bool kleene = s->d->language == SQL_POSTGRESQL;
    bool filter = place == SQL_FILTER;
    bool guard = !kleene && (!filter || str_eqz(e->name, "or"));
    struct terms t = { e, place, guard ? s->d->no_null : NULL, "0" };
    if (guard && !filter)
        return say_kleene(s, b, &t);
    buf_addc(b, '(');
    bool ok = say_terms(s, b, &t);
    buf_addc(b, ')');
    return ok;
}

/* x has_any (a, b) is x has a or x has b. */
static const struct {
    const char *name, *logic, *each;
} many[] = {
    { "has_any", "or", "has" },
    { "has_all", "and", "has" },
    { "in~", "or", "=~" },
    { "!in~", "and", "!~" },
};

static bool write_many(struct sql_scope *s, struct buf *b,
                       const struct remote_expr *e, enum sql_place place)
{
    size_t k = 0, n = e->nargs;
    while (k < sizeof many / sizeof *many && !str_eqz(e->name, many[k].name))
        k++;
    if (k == sizeof many / sizeof *many || n < 2)
        return false;
    struct arena *a = arena_new();
    struct remote_expr all = *e;
    all.name = str_of(many[k].logic);
    all.nargs = n - 1;
    all.args = arena_array(a, n - 1, sizeof *all.args);
    for (size_t i = 1; i < n; i++) {
        struct remote_expr *one = NEW(a, struct remote_expr);
        *one = *e;
        one->name = str_of(many[k].each);
        one->nargs = 2;
        one->args = arena_array(a, 2, sizeof *one->args);
        one->args[0] = e->args[0];
        one->args[1] = e->args[i];
        all.args[i - 1] = one;
    }
    bool ok = write_logic(s, b, &all, place);
    arena_free(a);
    return ok;
}

/* ---- a column against a literal ---- */

static str turned(str op)
{
    return str_eqz(op, "<")  ? S(">")
         : str_eqz(op, "<=") ? S(">=")
         : str_eqz(op, ">")  ? S("<")
         : str_eqz(op, ">=") ? S("<=")
                             : op;
}

static bool is_comparison(str op)
{
    return str_eqz(op, "==") || str_eqz(op, "<") || str_eqz(op, "<=") ||
           str_eqz(op, ">") || str_eqz(op, ">=");
}

static bool compare(struct sql_scope *s, struct buf *b,
                    const struct remote_expr *x, str op,
                    const struct remote_expr *y)
{
    const struct sql_col *c =
        x->kind == REMOTE_COLUMN ? sql_find(s, x->name) : NULL;
    return c && c->kind && s->d->compare && y->kind == REMOTE_LITERAL &&
           !y->value.null && s->d->compare(b, c, op, &y->value);
}

/* What an index may serve: col op literal, and between of literals. */
static bool write_native(struct sql_scope *s, struct buf *b,
                         const struct remote_expr *e)
{
    size_t before = b->n;
    if (e->nargs == 2 && is_comparison(e->name)) {
        if (compare(s, b, e->args[0], e->name, e->args[1]))
            return true;
        b->n = before;
        return compare(s, b, e->args[1], turned(e->name), e->args[0]);
    }
    if (e->nargs != 3 || !str_eqz(e->name, "between"))
        return false;
    buf_addc(b, '(');
    if (!compare(s, b, e->args[0], S(">="), e->args[1]))
        return false;
    buf_adds(b, " AND ");
    if (!compare(s, b, e->args[0], S("<="), e->args[2]))
        return false;
    buf_addc(b, ')');
    return true;
}

/* ---- templates ---- */

struct filling {
    struct sql_scope *s;
    struct buf *b;
    const struct remote_expr *e;
    const char *signature;
    enum sql_place place;
    bool exact; /* no pattern finds too much */
};

/* A number in the place of a real becomes one. */
static bool fill_argument(struct filling *f, size_t i, bool raw)
{
    const struct remote_expr *arg = f->e->args[i];
    char letter = sql_letter(f->signature, i);
    bool as_real = (letter == 'n' || letter == 'N') && type_is_int(arg->type);
    const struct sql_col *c = raw && f->place == SQL_FILTER &&
                                      arg->kind == REMOTE_COLUMN
                                ? sql_find(f->s, arg->name)
                                : NULL;
    if (c && c->raw_text) {
        buf_add(f->b, c->text);
        return true;
    }
    bool pg = f->s->d->language == SQL_POSTGRESQL;
    if (as_real)
        buf_adds(f->b, pg ? "(" : "toFloat64(");
    if (!say(f->s, f->b, arg, SQL_VALUE))
        return false;
    if (as_real)
        buf_adds(f->b, pg ? ")::float8" : ")");
    return true;
}

static bool fill_rest(struct filling *f)
{
    for (size_t i = 1; i < f->e->nargs; i++) {
        if (i > 1)
            buf_adds(f->b, ", ");
        if (!fill_argument(f, i, false))
            return false;
    }
    return f->e->nargs > 1;
}

/* What follows a '$' at t; moves t to its last character. */
static bool fill_hole(struct filling *f, const char **t)
{
    char c = **t;
    if (c == '*')
        return fill_rest(f);
    if (c >= '1' && c <= '9')
        return fill_argument(f, (size_t)(c - '1'), false);
    size_t i = (size_t)(*++*t - '1');
    if (c == '~')
        return fill_argument(f, i, true);
    struct sql_needle needle = { f->e->args[i]->value.s, c };
    return sql_like(f->s->d, f->b, &needle, &f->exact);
}

/* ~(…): the bracket that closes it is the last character of the template. */
static bool fill(struct filling *f, const char *t)
{
    bool guard = *t == '~' && f->place != SQL_FILTER;
    const char *const *no_null = f->s->d->no_null;
    t += *t == '~';
    if (guard)
        buf_adds(f->b, no_null[0]);
    for (; *t; t++) {
        if (*t != '$')
            buf_addc(f->b, *t);
        else if (t++, !fill_hole(f, &t))
            return false;
    }
    if (guard)
        buf_adds(f->b, no_null[1]);
    return true;
}

static bool write_row(struct sql_scope *s, struct buf *b,
                      const struct remote_expr *e, enum sql_place place)
{
    struct filling f = { s, b, e, NULL, place, true };
    const struct sql_row *r =
        sql_row_for(s->d, e, place == SQL_AGGREGATE, &f.signature);
    if (!r || (r->how == WIDER && place != SQL_FILTER) ||
        !fill(&f, r->text[s->d->language]))
        return false;
    bool wider = r->how == WIDER || !f.exact;
    if (wider && (r->how == EXACT || place != SQL_FILTER))
        return false;
    s->wider |= wider;
    return true;
}

static bool write_call(struct sql_scope *s, struct buf *b,
                       const struct remote_expr *e, enum sql_place place)
{
    size_t before = b->n;
    if (str_eqz(e->name, "and") || str_eqz(e->name, "or"))
        return write_logic(s, b, e, place);
    if (place == SQL_FILTER && write_native(s, b, e))
        return true;
    b->n = before;
    if (write_row(s, b, e, place))
        return true;
    b->n = before;
    return place != SQL_AGGREGATE && write_many(s, b, e, place);
}

static bool say(struct sql_scope *s, struct buf *b,
                  const struct remote_expr *e, enum sql_place place)
{
    if (e->kind == REMOTE_CALL)
        return write_call(s, b, e, place);
    if (place == SQL_AGGREGATE)
        return false;
    return e->kind == REMOTE_COLUMN ? write_column(s, b, e)
                                    : s->d->literal(b, &e->value);
}

bool sql_expr(struct sql_scope *s, struct buf *b, const struct remote_expr *e,
              enum sql_place place)
{
    return say(s, b, e, place) && buf_ok(b);
}

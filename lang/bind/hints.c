/* hints.c - what may be meant by a name or a type that does not fit.
 *
 * Called by: bind_call.c, bind_expr.c, bind_op.c when they report a mistake.
 * Gives:     a suggestion that, followed, is valid KQL; never a second report.
 * Must not:  decide what is a mistake. */
#include "bind_int.h"

#include "base/ticks.h"
#include "syntax/parse.h"

/* ---- functions ---- */

static const struct {
    const char *word, *hint;
} foreign_funcs[] = {
#define FOREIGN_FUNC(word, hint) { word, hint },
#include "hints.def"
#undef FOREIGN_FUNC
};

static str nearest_function(struct binder *b, str name)
{
    size_t n = 0;
    str *names =
        arena_array(b->arena, b->reg->nfuncs + b->reg->naggs, sizeof *names);
    for (size_t i = 0; i < b->reg->nfuncs; i++)
        if (!(b->reg->funcs[i]->flags & FN_HIDDEN))
            names[n++] = str_of(b->reg->funcs[i]->name);
    for (size_t i = 0; i < b->reg->naggs; i++)
        names[n++] = str_of(b->reg->aggs[i]->func.name);
    return diag_nearest(name, names, n);
}

static void hint_function(struct binder *b, struct diag *d, str name)
{
    for (size_t i = 0; i < sizeof foreign_funcs / sizeof *foreign_funcs; i++)
        if (str_ieqz(name, foreign_funcs[i].word)) {
            diag_hint(b->ds, d, "%s", foreign_funcs[i].hint);
            return;
        }
    if (infix_prec(name) != PREC_NONE)
        diag_hint(b->ds, d, "it stands between two values: x %.*s y",
                  STRF(name));
    else if (reg_op(b->reg, name))
        diag_hint(b->ds, d, "an operator follows a pipe: T | %.*s …",
                  STRF(name));
    else if (nearest_function(b, name).n)
        diag_hint(b->ds, d, "did you mean '%.*s'?",
                  STRF(nearest_function(b, name)));
}

void unknown_function(struct binder *b, str name, struct span at)
{
    if (at.end - at.beg > name.n) /* the name, not all of the call */
        at.end = at.beg + (uint32_t)name.n;
    if (report_service_name(b, name, at))
        return;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_FUNCTION, at,
                                "unknown function '%.*s'", STRF(name));
    hint_function(b, d, name);
}

/* The first argument that one conversion would make fit, for the hint. */
static const char *conversion(const struct lang_func *f, struct expr **args,
                              size_t n)
{
    for (size_t i = 0; i < n && f->usage; i++) {
        bool number = type_is_num(args[i]->type);
        if (strstr(f->usage, "(timespan") && i == 0 &&
            (number || args[i]->type == TYPE_STRING))
            return "; a timespan is written 1d, 2h, 30m";
        if (strstr(f->usage, "(text") && i == 0 &&
            args[i]->type != TYPE_STRING)
            return "; tostring(…) makes a text";
        if (strstr(f->usage, "(datetime") && i == 0 &&
            args[i]->type == TYPE_STRING)
            return "; todatetime(…) makes a datetime";
    }
    return "";
}

void wrong_arguments(struct binder *b, const struct lang_func *f,
                     struct span at, struct expr **args, size_t n)
{
    struct buf text;
    buf_init(&text, 300);
    for (size_t i = 0; i < n; i++)
        buf_addf(&text, "%s%s", i ? ", " : "", type_name(args[i]->type));
    struct diag *d = bind_error(b, DIAG_ARGUMENTS, at,
                                "%s does not take (%.*s)", f->name,
                                STRF(buf_str(&text)));
    if (f->usage)
        diag_hint(b->ds, d, "usage: %s%s", f->usage, conversion(f, args, n));
    buf_release(&text);
}

/* ---- names ---- */

static bool is_time_name(str name)
{
    static const char *const names[] = { "TimeGenerated", "Timestamp", "_time",
                                         "@timestamp", "EventTime", "Time",
                                         "StartTime", "timestamp", "time" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eqz(name, names[i]))
            return true;
    return false;
}

static const struct col *time_column(const struct node *row)
{
    for (size_t i = 0; row && i < row->cols.n; i++)
        if (row->cols.v[i].type == TYPE_DATETIME)
            return &row->cols.v[i];
    return NULL;
}

bool hint_name(struct binder *b, struct diag *d, str name)
{
    size_t n = 0;
    const struct col *time = is_time_name(name) ? time_column(b->row) : NULL;
    if (time) {
        diag_hint(b->ds, d, "the time is in '%.*s' here", STRF(time->name));
        return true;
    }
    if (b->right && b->row &&
        (b->env->table(b->env->ctx, name) || scope_find(b->scope, name))) {
        diag_hint(b->ds, d, "the sides are named so: $left.Column == "
                            "$right.Column");
        return true;
    }
    if (!b->row && b->env->table(b->env->ctx, name)) {
        diag_hint(b->ds, d, "a table is followed by a pipe: %.*s | …",
                  STRF(name));
        return true;
    }
    if ((reg_funcs(b->reg, name, &n) && n) || reg_agg(b->reg, name)) {
        diag_hint(b->ds, d, "the function has brackets: %.*s(…)", STRF(name));
        return true;
    }
    return false;
}

/* ---- types ---- */

static bool is_date_text(const struct expr *e)
{
    int64_t t;
    return e->kind == EX_LITERAL && e->type == TYPE_STRING &&
           ticks_parse(e->value.s, &t);
}

static bool are(const struct expr *x, const struct expr *y, enum type a,
                enum type c)
{
    return (x->type == a && y->type == c) || (x->type == c && y->type == a);
}

static const char *conversion_of(const struct expr *x, const struct expr *y)
{
    if (are(x, y, TYPE_DATETIME, TYPE_LONG) ||
        are(x, y, TYPE_DATETIME, TYPE_INT))
        return "a date is datetime(2024-01-31), a length of time 7d or 2h";
    if (are(x, y, TYPE_TIMESPAN, TYPE_LONG) ||
        are(x, y, TYPE_TIMESPAN, TYPE_INT))
        return "a length of time is written 7d, 2h, 30m, 10s";
    if (are(x, y, TYPE_DATETIME, TYPE_STRING))
        return "todatetime(…) makes a datetime, tostring(…) a text";
    if (x->type == TYPE_STRING || y->type == TYPE_STRING)
        return "convert one side: tostring(…), tolong(…), todatetime(…)";
    return NULL;
}

/* The number or date that stands in quotes, without them. */
static const struct expr *quoted_side(const struct expr *x,
                                      const struct expr *y)
{
    const struct expr *text = x->type == TYPE_STRING ? x : y;
    const struct expr *other = text == x ? y : x;
    if (text->kind != EX_LITERAL || text->type != TYPE_STRING)
        return NULL;
    bool digits = text->value.s.n > 0;
    for (size_t i = 0; i < text->value.s.n; i++)
        digits &= text->value.s.p[i] >= '0' && text->value.s.p[i] <= '9';
    if (other->type == TYPE_DATETIME ? is_date_text(text)
                                     : type_is_num(other->type) && digits)
        return text;
    return NULL;
}

void hint_types(struct binder *b, struct diag *d, str op,
                const struct expr *x, const struct expr *y)
{
    const struct expr *text = quoted_side(x, y);
    const char *hint = conversion_of(x, y);
    if (str_eqz(op, "+") &&
        (x->type == TYPE_STRING || y->type == TYPE_STRING))
        diag_hint(b->ds, d, "strcat(…) joins texts");
    else if (text && are(x, y, TYPE_STRING, TYPE_DATETIME))
        diag_hint(b->ds, d, "write datetime(%.*s)", STRF(text->value.s));
    else if (text)
        diag_hint(b->ds, d, "write the number without quotes: %.*s",
                  STRF(text->value.s));
    else if (hint)
        diag_hint(b->ds, d, "%s", hint);
}

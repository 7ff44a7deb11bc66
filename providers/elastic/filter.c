/* filter.c - conditions as queries of the DSL.
 *
 * Called by: plan.c.
 * Whatever is said keeps every row that fits, and may keep more: a document
 * matches when one of several values does, texts are folded, dates and floats
 * are rounded. So nothing is negated, and the conditions run here once more.
 * A row without the field reads as "" here and never matches there, so no
 * condition that "" fulfils is said. Values longer than ignore_above are not
 * indexed: only whole values that are shorter are looked for in such fields,
 * unless the service keeps a list of what it left out (_ignored). */
#include "elastic.h"

#include "base/ip.h"
#include "base/json_write.h"
#include "base/ticks.h"
#include "base/utf8.h"

enum { MAX_NEEDLE = 1000, MAX_TERM = 8000 };

struct writer {
    const struct es_scope *s;
    struct buf *b;
};

static bool say(struct writer *w, const struct remote_expr *e);

/* ---- operands ---- */

static const struct es_field *field_of(const struct writer *w,
                                       const struct remote_expr *e)
{
    for (size_t i = 0; i < w->s->ncols && e->kind == REMOTE_COLUMN; i++)
        if (str_eq(w->s->cols[i].name, e->name))
            return w->s->fields[i];
    return NULL;
}

/* A text that a field can hold as it is. Several values of a field are joined
 * by newlines here. */
bool es_is_plain(str s)
{
    return s.n > 0 && s.n <= MAX_TERM && utf8_valid(s) &&
           str_find_char(s, '\n') < 0 && str_find_char(s, 0) < 0 &&
           str_find(s, S("\xef\xbf\xbd")) < 0;
}

static bool is_text(const struct remote_expr *e)
{
    return e->kind == REMOTE_LITERAL && e->value.type == TYPE_STRING &&
           !e->value.null && es_is_plain(e->value.s);
}

/* ---- terms ---- */

static void open_query(struct writer *w, const char *kind, str field)
{
    buf_addf(w->b, "{\"%s\":{", kind);
    json_str(w->b, field);
    buf_addc(w->b, ':');
}

/* {"kind":{"field":"text"}} */
void es_text_query(struct buf *b, const char *kind, str field, str text)
{
    buf_addf(b, "{\"%s\":{", kind);
    json_str(b, field);
    buf_addc(b, ':');
    json_str(b, text);
    buf_adds(b, "}}");
}

static bool fits(const struct es_field *f, str s)
{
    return (uint64_t)s.n <= (uint64_t)f->ignore_above;
}

static bool is_address(str s)
{
    uint32_t ip;
    return ip4_parse(s, &ip);
}

static bool equal_text(struct writer *w, const struct es_field *f, str s)
{
    if (f->kind == ES_KEYWORD ? !fits(f, s) || f->ignore_above < 0
                              : f->kind != ES_IP || !is_address(s))
        return false;
    es_text_query(w->b, "term", f->exact, s);
    return true;
}

/* ---- patterns ---- */

static bool has_partner(uint32_t c)
{
    return c >= 0x80 || c == 's' || c == 'S' || c == 'k' || c == 'K';
}

/* Folding is Unicode's here and ASCII's there: a letter that has a partner
 * elsewhere is any one character. */
static void add_pattern(struct buf *b, str s, char how)
{
    if (how == 'c' || how == 'e')
        buf_addc(b, '*');
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (has_partner(c)) {
            buf_addc(b, '?');
            continue;
        }
        if (c == '*' || c == '?' || c == '\\')
            buf_addc(b, '\\');
        buf_addc(b, (char)c);
    }
    if (how == 'c' || how == 'p')
        buf_addc(b, '*');
}

static void wildcard(struct writer *w, const struct es_field *f, str s,
                     char how)
{
    struct buf pattern;
    buf_init(&pattern, 4 * MAX_NEEDLE);
    add_pattern(&pattern, s, how);
    open_query(w, "wildcard", f->exact);
    buf_adds(w->b, "{\"value\":");
    json_str(w->b, buf_str(&pattern));
    buf_adds(w->b, ",\"case_insensitive\":true}}}");
    buf_release(&pattern);
}

bool es_tells_ignored(const struct elastic *e)
{
    return !e->opensearch && e->major >= 8;
}

/* `how`: c contained, p at the start, e at the end, q all of it. */
static bool like_text(struct writer *w, const struct es_field *f, str s,
                      char how)
{
    bool whole = how == 'q' && fits(f, s);
    bool all = f->ignore_above == INT64_MAX;
    if (f->kind != ES_KEYWORD || s.n > MAX_NEEDLE ||
        (!whole && !all && !es_tells_ignored(w->s->e)))
        return false;
    if (whole || all) {
        wildcard(w, f, s, how);
        return true;
    }
    buf_adds(w->b, "{\"bool\":{\"should\":[");
    wildcard(w, f, s, how);
    buf_addc(w->b, ',');
    es_text_query(w->b, "term", S("_ignored"), f->exact);
    buf_adds(w->b, "]}}");
    return true;
}

static const struct {
    const char *name;
    char how;
} likes[] = {
    { "=~", 'q' },         { "contains", 'c' },   { "contains_cs", 'c' },
    { "has", 'c' },        { "has_cs", 'c' },     { "startswith", 'p' },
    { "startswith_cs", 'p' }, { "hasprefix", 'c' }, { "hasprefix_cs", 'c' },
    { "hassuffix", 'c' },  { "hassuffix_cs", 'c' }, { "endswith", 'e' },
    { "endswith_cs", 'e' },
};

static char how_of(str name)
{
    for (size_t i = 0; i < sizeof likes / sizeof *likes; i++)
        if (str_eqz(name, likes[i].name))
            return likes[i].how;
    return 0;
}

/* ---- numbers and times ---- */

static bool whole_fits(const struct es_field *f, const struct value *v)
{
    return (v->type == TYPE_LONG || v->type == TYPE_INT) &&
           (f->kind == ES_WHOLE ||
            (f->kind == ES_SMALL && v->i >= INT32_MIN && v->i <= INT32_MAX));
}

/* A real that JSON can say. */
static bool real_fits(const struct es_field *f, const struct value *v)
{
    return (f->kind == ES_FLOAT || f->kind == ES_DOUBLE) &&
           v->type == TYPE_REAL && v->d > -1e30 && v->d < 1e30 &&
           (v->d == 0 || v->d > 1e-30 || v->d < -1e-30);
}

static bool time_fits(const struct es_field *f, const struct value *v)
{
    /* 1970 to 2262, what nanoseconds reach. */
    int64_t first = TICKS_UNIX_EPOCH;
    int64_t last = first + 106000 * TICKS_PER_DAY;
    if (v->type != TYPE_DATETIME || v->i < 0 ||
        v->i > TICKS_MAX - TICKS_PER_SEC)
        return false;
    return f->kind == ES_DATE ||
           (f->kind == ES_DATE_NANOS && v->i >= first && v->i <= last);
}

/* Indexed times are whole milliseconds. */
static void add_time(struct buf *b, int64_t ticks, bool up)
{
    ticks -= ticks % TICKS_PER_MS;
    buf_addc(b, '"');
    ticks_format(b, up ? ticks + TICKS_PER_MS : ticks);
    buf_addc(b, '"');
}

static bool add_bound(struct writer *w, const struct es_field *f,
                      const struct value *v, bool up)
{
    if (v->null)
        return false;
    buf_addf(w->b, "\"%s\":", up ? "lte" : "gte");
    if (whole_fits(f, v))
        buf_add_i64(w->b, v->i);
    else if (real_fits(f, v) && v->d == 0) /* -0.0 is less than 0.0 there */
        buf_adds(w->b, up ? "0.0" : "-0.0");
    else if (real_fits(f, v))
        buf_add_f64(w->b, v->d);
    else if (time_fits(f, v))
        add_time(w->b, v->i, up);
    else
        return false;
    return true;
}

/* Between `low` and `high`, each of which MAY be NULL. */
static bool range(struct writer *w, const struct es_field *f,
                  const struct value *low, const struct value *high)
{
    open_query(w, "range", f->exact);
    buf_addc(w->b, '{');
    if (low && !add_bound(w, f, low, false))
        return false;
    if (low && high)
        buf_addc(w->b, ',');
    if (high && !add_bound(w, f, high, true))
        return false;
    if (f->type == TYPE_DATETIME)
        buf_adds(w->b, ",\"format\":\"strict_date_optional_time_nanos\"");
    buf_adds(w->b, "}}}");
    return true;
}

static bool equal_value(struct writer *w, const struct es_field *f,
                        const struct value *v)
{
    if (v->null)
        return false;
    if (v->type == TYPE_STRING)
        return es_is_plain(v->s) && equal_text(w, f, v->s);
    if (f->kind == ES_BOOL && v->type == TYPE_BOOL) {
        open_query(w, "term", f->exact);
        buf_adds(w->b, v->i ? "true}}" : "false}}");
        return true;
    }
    return range(w, f, v, v);
}

/* ---- calls ---- */

static bool compare(struct writer *w, const struct es_field *f, str op,
                    const struct value *v)
{
    if (str_eqz(op, "=="))
        return equal_value(w, f, v);
    if (v->type == TYPE_STRING || f->type == TYPE_STRING)
        return false;
    if (op.p[0] == '<')
        return range(w, f, NULL, v);
    return op.p[0] == '>' && range(w, f, v, NULL);
}

str es_turned(str op)
{
    return str_eqz(op, "<")    ? S(">")
           : str_eqz(op, "<=") ? S(">=")
           : str_eqz(op, ">")  ? S("<")
           : str_eqz(op, ">=") ? S("<=")
                               : op;
}

bool es_is_comparison(str op)
{
    return str_eqz(op, "==") || str_eqz(op, "<") || str_eqz(op, "<=") ||
           str_eqz(op, ">") || str_eqz(op, ">=");
}

static bool say_comparison(struct writer *w, const struct remote_expr *e)
{
    const struct remote_expr *x = e->args[0], *y = e->args[1];
    bool swap = y->kind == REMOTE_COLUMN;
    const struct es_field *f = field_of(w, swap ? y : x);
    const struct remote_expr *v = swap ? x : y;
    return f && v->kind == REMOTE_LITERAL &&
           compare(w, f, swap ? es_turned(e->name) : e->name, &v->value);
}

/* One of the literals; all of them must be sayable. */
static bool say_in(struct writer *w, const struct remote_expr *e, bool fold)
{
    const struct es_field *f = field_of(w, e->args[0]);
    buf_adds(w->b, "{\"bool\":{\"should\":[");
    for (size_t i = 1; i < e->nargs; i++) {
        const struct remote_expr *v = e->args[i];
        buf_adds(w->b, i > 1 ? "," : "");
        if (!f || v->kind != REMOTE_LITERAL || v->value.null)
            return false;
        if (fold ? !is_text(v) || !like_text(w, f, v->value.s, 'q')
                 : !equal_value(w, f, &v->value))
            return false;
    }
    buf_adds(w->b, "]}}");
    return e->nargs > 1 && e->nargs < 1000;
}

/* x has_any (…), x has_all (…). */
static bool say_many(struct writer *w, const struct remote_expr *e, bool all)
{
    const struct es_field *f = field_of(w, e->args[0]);
    buf_addf(w->b, "{\"bool\":{\"%s\":[", all ? "filter" : "should");
    for (size_t i = 1; i < e->nargs; i++) {
        buf_adds(w->b, i > 1 ? "," : "");
        if (!f || !is_text(e->args[i]) ||
            !like_text(w, f, e->args[i]->value.s, 'c'))
            return false;
    }
    buf_adds(w->b, "]}}");
    return e->nargs > 1 && e->nargs < 200;
}

static bool say_logic(struct writer *w, const struct remote_expr *e, bool all)
{
    size_t said = 0;
    buf_addf(w->b, "{\"bool\":{\"%s\":[", all ? "filter" : "should");
    for (size_t i = 0; i < e->nargs; i++) {
        size_t before = w->b->n;
        buf_adds(w->b, said ? "," : "");
        if (say(w, e->args[i])) {
            said++;
            continue;
        }
        if (!all)
            return false;
        w->b->n = before;
    }
    buf_adds(w->b, "]}}");
    return said > 0;
}

static bool say_between(struct writer *w, const struct remote_expr *e)
{
    const struct es_field *f = field_of(w, e->args[0]);
    return f && f->type != TYPE_STRING &&
           e->args[1]->kind == REMOTE_LITERAL &&
           e->args[2]->kind == REMOTE_LITERAL &&
           range(w, f, &e->args[1]->value, &e->args[2]->value);
}

/* What is there. Texts that were too long to be indexed are there too. */
static bool say_exists(struct writer *w, const struct remote_expr *e)
{
    const struct es_field *f = field_of(w, e->args[0]);
    if (!f || f->kind == ES_OTHER || f->kind == ES_META ||
        f->ignore_above != INT64_MAX)
        return false;
    buf_adds(w->b, "{\"exists\":{\"field\":");
    json_str(w->b, f->exact);
    buf_adds(w->b, "}}");
    return true;
}

static bool say(struct writer *w, const struct remote_expr *e)
{
    if (e->kind != REMOTE_CALL)
        return false;
    str op = e->name;
    char how = how_of(op);
    if (str_eqz(op, "and") || str_eqz(op, "or"))
        return say_logic(w, e, str_eqz(op, "and"));
    if (e->nargs == 2 && es_is_comparison(op))
        return say_comparison(w, e);
    if (e->nargs == 2 && how) {
        const struct es_field *f = field_of(w, e->args[0]);
        return f && is_text(e->args[1]) &&
               like_text(w, f, e->args[1]->value.s, how);
    }
    if (e->nargs > 1 && (str_eqz(op, "in") || str_eqz(op, "in~")))
        return say_in(w, e, str_eqz(op, "in~"));
    if (e->nargs > 1 && (str_eqz(op, "has_any") || str_eqz(op, "has_all")))
        return say_many(w, e, str_eqz(op, "has_all"));
    if (e->nargs == 3 && str_eqz(op, "between"))
        return say_between(w, e);
    return e->nargs == 1 &&
           (str_eqz(op, "isnotempty") || str_eqz(op, "isnotnull")) &&
           say_exists(w, e);
}

bool es_filter(const struct es_scope *s, struct buf *b,
               const struct remote_expr *e)
{
    struct writer w = { s, b };
    return say(&w, e) && buf_ok(b);
}

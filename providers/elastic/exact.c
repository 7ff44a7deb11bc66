/* exact.c - conditions as queries of the DSL that keep no row too many.
 *
 * Called by: plan.c, group_plan.c.
 * filter.c says what is wider whatever the documents hold. Here every condition
 * is said as it is, for documents that hold at most one value in a field and of
 * which nothing was left out of the index; what must be so is added to a proof
 * that the cluster is asked for first. A condition has two queries, of the rows
 * for which it is true and of those for which it is false: where KQL's answer
 * is null, neither matches.
 *
 * Texts fold as KQL's do by regular expressions: beside a-z and A-Z only k and
 * s have a partner, U+212A and U+017F. What a word is, is KQL's too, as long as
 * no other script stands beside it; such rows are in doubt. */
#include "elastic.h"

#include "base/json_write.h"
#include "base/ticks.h"
#include "base/utf8.h"
#include "providers/stages.h"

enum { MAX_NEEDLE = 120, MAX_PATTERN = 1000, MAX_LIST = 1000 };

struct writer {
    const struct es_scope *s;
    struct buf *b;
    struct es_proof *proof;
};

static bool say(struct writer *w, const struct remote_expr *e, bool wanted);

/* ---- operands ---- */

static const struct es_field *field_of(const struct writer *w,
                                       const struct remote_expr *e)
{
    for (size_t i = 0; i < w->s->ncols && e->kind == REMOTE_COLUMN; i++) {
        const struct es_field *f = w->s->fields[i];
        if (!str_eq(w->s->cols[i].name, e->name))
            continue;
        if (!f || !es_provable(w->s->e, f))
            return NULL;
        es_proof_field(w->proof, f);
        return f;
    }
    return NULL;
}

static bool is_text(const struct remote_expr *e)
{
    return e->kind == REMOTE_LITERAL && e->value.type == TYPE_STRING &&
           !e->value.null;
}

/* ---- texts ---- */

static void exists(struct buf *b, const struct es_field *f)
{
    es_text_query(b, "exists", S("field"), f->exact);
}

/* A row without the field reads as "". */
static void empty_text(struct writer *w, const struct es_field *f)
{
    buf_adds(w->b, "{\"bool\":{\"should\":[{\"bool\":{\"must_not\":[");
    exists(w->b, f);
    buf_adds(w->b, "]}}");
    if (f->kind == ES_KEYWORD) {
        buf_addc(w->b, ',');
        es_text_query(w->b, "term", f->exact, S(""));
    }
    buf_adds(w->b, "]}}");
}

static bool equal_text(struct writer *w, const struct es_field *f,
                       const struct remote_expr *v)
{
    if (!is_text(v) || (f->kind != ES_KEYWORD && f->kind != ES_IP))
        return false;
    if (v->value.s.n == 0)
        empty_text(w, f);
    else if (!es_is_plain(v->value.s) ||
             (f->kind == ES_IP && !es_is_address(v->value.s)))
        return false;
    else
        es_text_query(w->b, "term", f->exact, v->value.s);
    return true;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* The needle as a part of a regular expression of Lucene. */
static void add_needle(struct buf *b, str s, bool fold)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if (fold && lower >= 'a' && lower <= 'z')
            buf_addf(b, "[%c%c%s]", lower, lower - 32,
                     lower == 'k'   ? "\xe2\x84\xaa"
                     : lower == 's' ? "\xc5\xbf"
                                    : "");
        else if ((unsigned char)c >= 0x80 || is_alnum(c) || c == ' ')
            buf_addc(b, c);
        else
            buf_addf(b, "\\%c", c);
    }
}

static void add_side(struct buf *p, bool left, bool open, bool word)
{
    if (open && word)
        buf_adds(p, left ? "(.*[^0-9A-Za-z])?" : "([^0-9A-Za-z].*)?");
    else if (open)
        buf_adds(p, ".*");
}

static void add_regexp(struct buf *b, const struct es_field *f, str pattern)
{
    buf_adds(b, "{\"regexp\":{");
    json_str(b, f->exact);
    buf_adds(b, ":{\"value\":");
    json_str(b, pattern);
    buf_adds(b, ",\"flags\":\"NONE\"}}}");
}

/* Another script beside the needle: letter or not, KQL knows. */
static bool doubt_scripts(struct writer *w, const struct es_field *f,
                          str needle, bool left)
{
    static const char *const other = "[^\x01-\x7f]";
    struct buf b, p;
    buf_init(&b, 4 * MAX_PATTERN);
    buf_init(&p, MAX_PATTERN);
    buf_addf(&p, ".*%s%.*s%s.*", left ? other : "", STRF(needle),
             left ? "" : other);
    add_regexp(&b, f, buf_str(&p));
    bool ok = buf_ok(&p) && buf_ok(&b);
    es_proof_doubt(w->proof, buf_str(&b));
    buf_release(&p);
    buf_release(&b);
    return ok;
}

static bool text_at(struct writer *w, const struct es_field *f,
                    const struct remote_expr *v, const struct text_place *at,
                    bool fold)
{
    str s = v->value.s;
    if (!is_text(v) || f->kind != ES_KEYWORD || s.n > MAX_NEEDLE ||
        !es_is_plain(s) || (fold && !is_ascii(s)))
        return false;
    bool left = at->word_left && is_alnum(s.p[0]);
    bool right = at->word_right && is_alnum(s.p[s.n - 1]);
    if ((at->word_left && (unsigned char)s.p[0] >= 0x80) ||
        (at->word_right && (unsigned char)s.p[s.n - 1] >= 0x80))
        return false;
    struct buf p, needle;
    buf_init(&needle, MAX_PATTERN);
    buf_init(&p, MAX_PATTERN);
    add_needle(&needle, s, fold);
    add_side(&p, true, at->open_left, left);
    buf_add(&p, buf_str(&needle));
    add_side(&p, false, at->open_right, right);
    bool ok = buf_ok(&p) && buf_ok(&needle) &&
              (!left || doubt_scripts(w, f, buf_str(&needle), true)) &&
              (!right || doubt_scripts(w, f, buf_str(&needle), false));
    add_regexp(w->b, f, buf_str(&p));
    buf_release(&p);
    buf_release(&needle);
    return ok;
}

/* ---- numbers ---- */

static bool add_number(struct buf *b, const struct es_field *f,
                       const struct value *v, bool up)
{
    bool whole = v->type == TYPE_LONG || v->type == TYPE_INT;
    double d = whole ? (double)v->i : v->d;
    if (v->null)
        return false;
    if (f->kind == ES_WHOLE || (f->kind == ES_SMALL && whole &&
                                v->i >= INT32_MIN && v->i <= INT32_MAX)) {
        buf_add_i64(b, v->i);
        return whole;
    }
    if (f->kind != ES_DOUBLE || (!whole && v->type != TYPE_REAL) ||
        !(d > -1e30 && d < 1e30) || (d != 0 && d > -1e-30 && d < 1e-30) ||
        (whole && (v->i > 1LL << 53 || v->i < -(1LL << 53))))
        return false;
    if (d == 0) /* -0.0 is less than 0.0 there */
        buf_adds(b, up ? "0.0" : "-0.0");
    else
        buf_add_f64(b, d);
    return true;
}

/* ---- ranges: low and high MAY be NULL, and may be meant without them ---- */

struct range {
    const struct value *low, *high;
    bool over, under; /* without low, high */
};

static bool number_range(struct writer *w, const struct es_field *f,
                         const struct range *r)
{
    buf_adds(w->b, "{\"range\":{");
    json_str(w->b, f->exact);
    buf_adds(w->b, ":{");
    if (r->low) {
        buf_addf(w->b, "\"%s\":", r->over ? "gt" : "gte");
        if (!add_number(w->b, f, r->low, r->over))
            return false;
    }
    if (r->high) {
        buf_addf(w->b, "%s\"%s\":", r->low ? "," : "",
                 r->under ? "lt" : "lte");
        if (!add_number(w->b, f, r->high, !r->under))
            return false;
    }
    buf_adds(w->b, "}}}");
    return true;
}

static bool is_time(const struct es_field *f, const struct value *v)
{
    /* 1970 to 2262, what nanoseconds reach. */
    int64_t first = TICKS_UNIX_EPOCH;
    int64_t last = first + 106000 * TICKS_PER_DAY;
    return !v->null && v->type == TYPE_DATETIME && v->i > 0 &&
           v->i < TICKS_MAX - TICKS_PER_DAY &&
           (f->kind == ES_DATE || (v->i >= first && v->i <= last));
}

/* Documents in the millisecond of a bound that is none of a whole one. */
static bool add_edge(struct writer *w, const struct es_edge *e, int64_t bound)
{
    struct es_edge edge = *e;
    edge.ms = bound - bound % TICKS_PER_MS;
    str known = es_proof_edge(w->proof, &edge);
    if (known.n)
        buf_addf(w->b, ",%.*s", STRF(known));
    return w->proof->edges.n <= ES_MAX_EDGES;
}

static bool is_cut(const struct es_field *f, int64_t bound)
{
    return f->kind == ES_DATE && bound >= 0 && bound % TICKS_PER_MS;
}

/* Indexed dates are whole milliseconds. Those between are said as they are,
 * those at an unround bound one by one. */
static bool time_range(struct writer *w, const struct es_field *f,
                       const struct range *r)
{
    if ((r->low && !is_time(f, r->low)) || (r->high && !is_time(f, r->high)))
        return false;
    int64_t from = r->low ? r->low->i + r->over : -1;
    int64_t to = r->high ? r->high->i + !r->under : -1;
    bool low = is_cut(f, from), high = is_cut(f, to), ok = true;
    struct es_edge edge = { f, 0, from, to < 0 ? INT64_MAX : to };
    if (!low && !high) {
        es_add_times(w->b, f, from, to);
        return true;
    }
    buf_adds(w->b, "{\"bool\":{\"should\":[");
    es_add_times(w->b, f,
                 low ? from - from % TICKS_PER_MS + TICKS_PER_MS : from,
                 high ? to - to % TICKS_PER_MS : to);
    if (low)
        ok = add_edge(w, &edge, from);
    if (high && !(low && from / TICKS_PER_MS == to / TICKS_PER_MS))
        ok = add_edge(w, &edge, to) && ok;
    buf_adds(w->b, "]}}");
    return ok;
}

static bool in_range(struct writer *w, const struct es_field *f,
                     const struct range *r)
{
    if (f->kind == ES_DATE || f->kind == ES_DATE_NANOS)
        return time_range(w, f, r);
    return number_range(w, f, r);
}

/* ---- true and false ---- */

/* Wraps what stands from `before` on: the rows that do not match it; of those
 * without the field only with `nulls`. */
static void negate(struct writer *w, size_t before, const struct es_field *f,
                   bool nulls)
{
    struct buf inner;
    buf_init(&inner, w->b->max);
    buf_add(&inner, str_sub(buf_str(w->b), before, w->b->n));
    w->b->n = before;
    buf_adds(w->b, "{\"bool\":{");
    if (!nulls) {
        buf_adds(w->b, "\"filter\":[");
        exists(w->b, f);
        buf_adds(w->b, "],");
    }
    buf_adds(w->b, "\"must_not\":[");
    buf_add(w->b, buf_str(&inner));
    buf_adds(w->b, "]}}");
    buf_release(&inner);
}

static bool equal_value(struct writer *w, const struct es_field *f,
                        const struct remote_expr *v)
{
    struct range r = { &v->value, &v->value, false, false };
    if (v->kind != REMOTE_LITERAL || v->value.null)
        return false;
    if (f->type == TYPE_STRING)
        return equal_text(w, f, v);
    if (f->kind != ES_BOOL)
        return in_range(w, f, &r);
    buf_adds(w->b, "{\"term\":{");
    json_str(w->b, f->exact);
    buf_addf(w->b, ":%s}}", v->value.i ? "true" : "false");
    return v->value.type == TYPE_BOOL;
}

static bool say_comparison(struct writer *w, const struct remote_expr *e,
                           str op, bool wanted)
{
    const struct remote_expr *x = e->args[0], *y = e->args[1];
    bool swap = y->kind == REMOTE_COLUMN, equal = str_eqz(op, "==");
    const struct es_field *f = field_of(w, swap ? y : x);
    const struct remote_expr *v = swap ? x : y;
    size_t before = w->b->n;
    struct range r = { 0 };
    if (!f || v->kind != REMOTE_LITERAL ||
        (!equal && (f->type == TYPE_STRING || f->kind == ES_BOOL)))
        return false;
    op = swap ? es_turned(op) : op;
    bool more = op.p[0] == '>', strict = op.n == 1;
    *(more ? &r.low : &r.high) = &v->value;
    *(more ? &r.over : &r.under) = strict;
    if (equal ? !equal_value(w, f, v) : !in_range(w, f, &r))
        return false;
    if (!wanted)
        negate(w, before, f, equal);
    return true;
}

static bool say_between(struct writer *w, const struct remote_expr *e,
                        bool wanted)
{
    const struct es_field *f = field_of(w, e->args[0]);
    struct range r = { &e->args[1]->value, &e->args[2]->value, false, false };
    size_t before = w->b->n;
    if (!f || f->type == TYPE_STRING || f->kind == ES_BOOL ||
        e->args[1]->kind != REMOTE_LITERAL ||
        e->args[2]->kind != REMOTE_LITERAL || !in_range(w, f, &r))
        return false;
    if (!wanted)
        negate(w, before, f, false);
    return true;
}

/* One needle, or several of which one (or all) must fit. */
static bool say_texts(struct writer *w, const struct remote_expr *e,
                      const struct text_place *at, bool fold, bool all)
{
    const struct es_field *f = field_of(w, e->args[0]);
    buf_addf(w->b, "{\"bool\":{\"%s\":[", all ? "filter" : "should");
    for (size_t i = 1; i < e->nargs; i++) {
        buf_adds(w->b, i > 1 ? "," : "");
        if (!f || e->args[i]->kind != REMOTE_LITERAL)
            return false;
        if (at ? !text_at(w, f, e->args[i], at, fold)
               : !equal_value(w, f, e->args[i]))
            return false;
    }
    buf_adds(w->b, "]}}");
    return e->nargs > 1 && e->nargs < MAX_LIST;
}

static bool say_logic(struct writer *w, const struct remote_expr *e, bool all,
                      bool wanted)
{
    buf_addf(w->b, "{\"bool\":{\"%s\":[", all == wanted ? "filter" : "should");
    for (size_t i = 0; i < e->nargs; i++) {
        buf_adds(w->b, i ? "," : "");
        if (!say(w, e->args[i], wanted))
            return false;
    }
    buf_adds(w->b, "]}}");
    return e->nargs > 0;
}

/* Only texts are empty, and they are never null. */
static bool say_there(struct writer *w, const struct remote_expr *e, bool text,
                      bool wanted)
{
    const struct es_field *f = field_of(w, e->args[0]);
    size_t before = w->b->n;
    if (!f || (f->type == TYPE_STRING) != text)
        return false;
    if (f->type == TYPE_STRING) {
        empty_text(w, f);
        wanted = !wanted;
    } else {
        exists(w->b, f);
    }
    if (!wanted)
        negate(w, before, f, true);
    return true;
}

static bool say_column(struct writer *w, const struct remote_expr *e,
                       bool wanted)
{
    const struct es_field *f = field_of(w, e);
    if (!f || f->kind != ES_BOOL)
        return false;
    buf_adds(w->b, "{\"term\":{");
    json_str(w->b, f->exact);
    buf_addf(w->b, ":%s}}", wanted ? "true" : "false");
    return true;
}

/* Lists, and texts at some place. */
static bool say_many(struct writer *w, const struct remote_expr *e, str op,
                     bool wanted)
{
    bool fold = false, all = str_eqz(op, "has_all");
    bool list = str_eqz(op, "in"), words = all || str_eqz(op, "has_any");
    str one = words ? S("has") : str_eqz(op, "in~") ? S("=~") : op;
    const struct text_place *at = list ? NULL : text_place_of(one, &fold);
    size_t before = w->b->n;
    if ((!at && !list) || e->nargs < 2 ||
        !say_texts(w, e, at, fold, all))
        return false;
    if (!wanted) /* "" is a text like any other: nothing of it is null */
        negate(w, before, NULL, true);
    return true;
}

static bool say_call(struct writer *w, const struct remote_expr *e, str op,
                     bool wanted)
{
    if (str_eqz(op, "and") || str_eqz(op, "or"))
        return say_logic(w, e, str_eqz(op, "and"), wanted);
    if (str_eqz(op, "not"))
        return e->nargs == 1 && say(w, e->args[0], !wanted);
    if (str_eqz(op, "between"))
        return e->nargs == 3 && say_between(w, e, wanted);
    if (es_is_comparison(op))
        return e->nargs == 2 && say_comparison(w, e, op, wanted);
    bool empty = str_eqz(op, "isempty"), null = str_eqz(op, "isnull");
    bool full = str_eqz(op, "isnotempty");
    if (empty || null || full || str_eqz(op, "isnotnull"))
        return e->nargs == 1 &&
               say_there(w, e, empty || full, wanted != (empty || null));
    return say_many(w, e, op, wanted);
}

static bool say(struct writer *w, const struct remote_expr *e, bool wanted)
{
    str op = e->name;
    if (e->kind == REMOTE_COLUMN)
        return say_column(w, e, wanted);
    if (e->kind != REMOTE_CALL || op.n == 0)
        return false;
    if (op.p[0] == '!') { /* "!=", "!~", "!contains", … */
        op = str_sub(op, 1, op.n);
        op = str_eqz(op, "=") ? S("==") : str_eqz(op, "~") ? S("=~") : op;
        wanted = !wanted;
    }
    return say_call(w, e, op, wanted);
}

bool es_exact(const struct es_scope *s, struct buf *b, struct es_proof *proof,
              const struct remote_expr *e)
{
    struct writer w = { s, b, proof };
    return say(&w, e, true) && buf_ok(b);
}

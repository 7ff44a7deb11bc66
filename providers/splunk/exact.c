/* exact.c - conditions as SPL that keeps no event too many.
 *
 * Called by: spl.c, group_plan.c.
 * spl.c says what is wider whatever the events hold. Here every condition is
 * said as it is, for events that hold at most one value in a field; which do
 * not, or of which something else is in doubt, is said beside it, so that the
 * same search can count them.
 *
 * Nothing is ever null: a field that is missing reads as "". Texts are found by
 * match(), never by ==, which compares what looks like numbers as numbers. A
 * pattern has no backslash and no quote: a character that means something to
 * SPL is the one between its two neighbours, `(?![!#])[!-#]`. */
#include "splunk.h"

#include "base/ticks.h"
#include "base/utf8.h"
#include "providers/stages.h"

enum { MAX_NEEDLE = 120, MAX_LIST = 200 };

struct writer {
    const struct sp_plan *p;
    struct buf *b, *doubt;
};

static bool say(struct writer *w, const struct remote_expr *e);

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* ---- doubts ---- */

static void add_doubt(struct buf *doubt, str atom)
{
    if (str_find(buf_str(doubt), atom) >= 0)
        return;
    buf_adds(doubt, doubt->n ? " OR " : "");
    buf_add(doubt, atom);
}

void sp_doubt_several(struct buf *doubt, str field)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_addf(&b, "mvcount(coalesce('%.*s',\"\"))>1", STRF(field));
    add_doubt(doubt, buf_str(&b));
    buf_release(&b);
}

/* ---- patterns ---- */

/* A sign that SPL or a pattern could take for something else. */
static bool add_sign(struct buf *b, char c)
{
    static const struct {
        char c;
        const char *pattern;
    } between[] = {
        { '"', "(?![!#])[!-#]" },  { '$', "(?![#%])[#-%]" },
        { '\'', "(?![&(])[&-(]" }, { '<', "(?![;=])[;-=]" },
        { '>', "(?![=?])[=-?]" },  { '\\', "(?![]Z[^])[Z-^]" },
        { '`', "(?![_a])[_-a]" },  { '|', "(?![{}])[{-}]" },
    };
    for (size_t i = 0; i < sizeof between / sizeof *between; i++)
        if (between[i].c == c) {
            buf_adds(b, between[i].pattern);
            return true;
        }
    bool known = c && strchr(".+*?(){}!#&~", c);
    if (known)
        buf_addf(b, "[%c]", c);
    return known;
}

static bool add_needle(struct buf *b, str s, bool fold)
{
    if (!s.n || s.n > MAX_NEEDLE || !utf8_valid(s))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        bool other = (unsigned char)c >= 0x80;
        if (other && fold)
            return false;
        if (fold && (lower == 'k' || lower == 's'))
            buf_addf(b, "(?:%c|%c|%s)", lower, lower - 32,
                     lower == 'k' ? "\xe2\x84\xaa" : "\xc5\xbf");
        else if (fold && lower >= 'a' && lower <= 'z')
            buf_addf(b, "[%c%c]", lower, lower - 32);
        else if (other || is_alnum(c) || (c && strchr(" _,:/@=%-;", c)))
            buf_addc(b, c);
        else if (!add_sign(b, c))
            return false;
    }
    return true;
}

static void begin_match(struct buf *b, str field)
{
    buf_addf(b, "match(coalesce('%.*s',\"\"),\"(?s)", STRF(field));
}

/* Another script beside the needle: letter or not, KQL knows. */
static void doubt_script(struct writer *w, str field, str needle, bool left)
{
    struct buf b;
    buf_init(&b, 16 << 10);
    begin_match(&b, field);
    buf_addf(&b, "%s%.*s%s\")", left ? "[^ -~]" : "", STRF(needle),
             left ? "" : "[^ -~]");
    add_doubt(w->doubt, buf_str(&b));
    buf_release(&b);
}

static bool text_at(struct writer *w, str field, str s, bool fold,
                    const struct text_place *at)
{
    struct buf needle;
    buf_init(&needle, 8 << 10);
    bool ok = add_needle(&needle, s, fold) && buf_ok(&needle);
    bool left = ok && at->word_left, right = ok && at->word_right;
    if ((left && (unsigned char)s.p[0] >= 0x80) ||
        (right && (unsigned char)s.p[s.n - 1] >= 0x80))
        ok = false;
    left = left && ok && is_alnum(s.p[0]);
    right = right && ok && is_alnum(s.p[s.n - 1]);
    begin_match(w->b, field);
    buf_addf(w->b, "%s%.*s%s\")",
             !at->open_left ? "^" : left ? "(?:^|[^0-9A-Za-z])" : "",
             STRF(buf_str(&needle)),
             !at->open_right ? "(?!.)"
             : right         ? "(?![0-9A-Za-z])"
                             : "");
    if (left)
        doubt_script(w, field, buf_str(&needle), true);
    if (right)
        doubt_script(w, field, buf_str(&needle), false);
    buf_release(&needle);
    return ok;
}

void sp_add_present(struct buf *b, str field)
{
    buf_addf(b, "len(coalesce('%.*s',\"\"))>0", STRF(field));
}

static bool equal_text(struct writer *w, str field, const struct remote_expr *v)
{
    static const struct text_place whole = { "==", false, false, false, false };
    if (v->value.s.n)
        return text_at(w, field, v->value.s, false, &whole);
    buf_adds(w->b, "NOT (");
    sp_add_present(w->b, field);
    buf_addc(w->b, ')');
    return true;
}

/* ---- operands ---- */

bool sp_provable(str field)
{
    return sp_is_field(field) && field.p[0] != '_' &&
           !str_starts(field, S("shikra_"));
}

static str text_field(struct writer *w, const struct remote_expr *e)
{
    str field = sp_field_of(w->p, e, TYPE_STRING);
    if (!sp_provable(field))
        return S("");
    sp_doubt_several(w->doubt, field);
    return field;
}

static bool is_text(const struct remote_expr *e)
{
    return e->kind == REMOTE_LITERAL && e->value.type == TYPE_STRING &&
           !e->value.null;
}

/* ---- moments ---- */

static void add_seconds(struct buf *b, int64_t ms)
{
    buf_addf(b, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
}

/* Rows show whole milliseconds, whether cut or rounded: an event within two of
 * a bound is in doubt, unless it is at a whole one. `later`: from `ms` on. */
static void add_bound(struct writer *w, int64_t ms, bool later)
{
    struct buf b;
    buf_addf(w->b, "'_time'%s", later ? ">=" : "<");
    add_seconds(w->b, ms);
    buf_init(&b, 4096);
    buf_adds(&b, "('_time'>");
    add_seconds(&b, ms - 2);
    buf_adds(&b, " AND '_time'<");
    add_seconds(&b, ms + 2);
    for (int64_t whole = ms - 1; whole <= ms + 1; whole++) {
        buf_adds(&b, " AND '_time'!=");
        add_seconds(&b, whole);
    }
    buf_addc(&b, ')');
    add_doubt(w->doubt, S("isnull('_time')"));
    add_doubt(w->doubt, buf_str(&b));
    buf_release(&b);
}

/* The first whole millisecond that is not before (after, with `over`) `t`. */
static int64_t first_ms(int64_t t, bool over)
{
    int64_t since = t - TICKS_UNIX_EPOCH;
    return over ? since / TICKS_PER_MS + 1
                : (since + TICKS_PER_MS - 1) / TICKS_PER_MS;
}

static bool is_moment(const struct remote_expr *v)
{
    return v->kind == REMOTE_LITERAL && v->value.type == TYPE_DATETIME &&
           !v->value.null && v->value.i > TICKS_UNIX_EPOCH + TICKS_PER_DAY &&
           v->value.i < TICKS_MAX - TICKS_PER_DAY;
}

static bool in_time(struct writer *w, const struct remote_expr *low,
                    const struct remote_expr *high)
{
    if (!is_moment(low) || !is_moment(high))
        return false;
    buf_addc(w->b, '(');
    add_bound(w, first_ms(low->value.i, false), true);
    buf_adds(w->b, " AND ");
    add_bound(w, first_ms(high->value.i, true), false);
    buf_addc(w->b, ')');
    return true;
}

static bool is_time(const struct writer *w, const struct remote_expr *e)
{
    return str_eqz(sp_field_of(w->p, e, TYPE_DATETIME), "_time");
}

/* `<` is before the first millisecond not before the bound, `<=` before the
 * first one after it; `>=` and `>` alike. */
static bool say_time(struct writer *w, str op, const struct remote_expr *v)
{
    if (str_eqz(op, "=="))
        return in_time(w, v, v);
    bool later = op.p[0] == '>', strict = op.n == 1;
    if (!is_moment(v) || (!later && op.p[0] != '<'))
        return false;
    add_bound(w, first_ms(v->value.i, later ? strict : !strict), later);
    return true;
}

/* ---- conditions ---- */

static str turned(str op)
{
    return str_eqz(op, "<")    ? S(">")
           : str_eqz(op, "<=") ? S(">=")
           : str_eqz(op, ">")  ? S("<")
           : str_eqz(op, ">=") ? S("<=")
                               : op;
}

static bool say_comparison(struct writer *w, const struct remote_expr *e,
                           str op)
{
    bool swap = e->args[1]->kind == REMOTE_COLUMN;
    const struct remote_expr *x = e->args[swap], *v = e->args[!swap];
    if (is_time(w, x))
        return say_time(w, swap ? turned(op) : op, v);
    str field = text_field(w, x);
    return field.n && is_text(v) && str_eqz(op, "==") &&
           equal_text(w, field, v);
}

/* One needle, or several of which one (or all) must fit. */
static bool say_many(struct writer *w, const struct remote_expr *e, str op)
{
    bool fold = false, all = str_eqz(op, "has_all"), list = str_eqz(op, "in");
    bool words = all || str_eqz(op, "has_any");
    str one = words ? S("has") : str_eqz(op, "in~") ? S("=~") : op;
    const struct text_place *at = list ? NULL : text_place_of(one, &fold);
    if ((!at && !list) || e->nargs < 2 || e->nargs > MAX_LIST)
        return false;
    str field = text_field(w, e->args[0]);
    buf_addc(w->b, '(');
    for (size_t i = 1; i < e->nargs; i++) {
        buf_adds(w->b, i == 1 ? "" : all ? " AND " : " OR ");
        if (!field.n || !is_text(e->args[i]))
            return false;
        if (at ? !text_at(w, field, e->args[i]->value.s, fold, at)
               : !equal_text(w, field, e->args[i]))
            return false;
    }
    buf_addc(w->b, ')');
    return true;
}

static bool say_logic(struct writer *w, const struct remote_expr *e, bool all)
{
    buf_addc(w->b, '(');
    for (size_t i = 0; i < e->nargs; i++) {
        buf_adds(w->b, i == 0 ? "" : all ? " AND " : " OR ");
        if (!say(w, e->args[i]))
            return false;
    }
    buf_addc(w->b, ')');
    return e->nargs > 0;
}

static bool say_not(struct writer *w, const struct remote_expr *e)
{
    buf_adds(w->b, "NOT (");
    if (!say(w, e))
        return false;
    buf_addc(w->b, ')');
    return true;
}

static bool say_empty(struct writer *w, const struct remote_expr *e, bool empty)
{
    str field = text_field(w, e);
    if (!field.n)
        return false;
    buf_adds(w->b, empty ? "NOT (" : "(");
    sp_add_present(w->b, field);
    buf_addc(w->b, ')');
    return true;
}

static bool is_comparison(str op)
{
    return str_eqz(op, "==") || str_eqz(op, "<") || str_eqz(op, "<=") ||
           str_eqz(op, ">") || str_eqz(op, ">=");
}

static bool say_call(struct writer *w, const struct remote_expr *e, str op)
{
    if (str_eqz(op, "and") || str_eqz(op, "or"))
        return say_logic(w, e, str_eqz(op, "and"));
    if (str_eqz(op, "not"))
        return e->nargs == 1 && say_not(w, e->args[0]);
    if (str_eqz(op, "isempty") || str_eqz(op, "isnotempty"))
        return e->nargs == 1 &&
               say_empty(w, e->args[0], str_eqz(op, "isempty"));
    if (str_eqz(op, "between"))
        return e->nargs == 3 && is_time(w, e->args[0]) &&
               in_time(w, e->args[1], e->args[2]);
    if (is_comparison(op))
        return e->nargs == 2 && say_comparison(w, e, op);
    return say_many(w, e, op);
}

static bool say(struct writer *w, const struct remote_expr *e)
{
    if (e->kind != REMOTE_CALL || e->name.n == 0)
        return false;
    if (e->name.p[0] != '!')
        return say_call(w, e, e->name);
    str op = str_sub(e->name, 1, e->name.n); /* "!=", "!~", "!contains", … */
    op = str_eqz(op, "=") ? S("==") : str_eqz(op, "~") ? S("=~") : op;
    buf_adds(w->b, "NOT (");
    if (!say_call(w, e, op))
        return false;
    buf_addc(w->b, ')');
    return true;
}

bool sp_exact(const struct sp_plan *p, struct buf *b, struct buf *doubt,
              const struct remote_expr *e)
{
    struct writer w = { p, b, doubt };
    return say(&w, e) && buf_ok(b) && buf_ok(doubt);
}

/* ---- the language itself ---- */

static void add_percent(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_addf(b, "%%%02X", (unsigned)(unsigned char)s.p[i]);
}

static bool add_whole(struct buf *b, const char *field, str s, bool fold)
{
    begin_match(b, str_of(field));
    buf_addc(b, '^');
    bool ok = add_needle(b, s, fold);
    buf_adds(b, "(?!.)\")");
    return ok;
}

/* Every sign that a pattern may say, and letters of other scripts. */
#define SP_SIGNS \
    "aZ09 _,:/@=%-;.+*?(){}!#&~\"$'<>\\`|\xc3\xa9\xe2\x84\xaa\xe4\xb8\xad"

/* One row, "yes" if the language means what this file takes it to. */
bool sp_check_search(struct buf *b)
{
    str signs = S(SP_SIGNS), folded = S("\xe2\x84\xaa\xc5\xbfQ");
    buf_adds(b, "| makeresults | eval shikra_empty=\"\", "
                "shikra_number=\"007\", shikra_list=split(\"x y\",\" \"), "
                "shikra_signs=urldecode(\"");
    add_percent(b, signs);
    buf_adds(b, "\"), shikra_more=urldecode(\"");
    add_percent(b, signs);
    add_percent(b, S("\n"));
    buf_adds(b, "\"), shikra_fold=urldecode(\"");
    add_percent(b, folded);
    buf_adds(b, "\") | eval shikra_ok=if(");
    bool ok = add_whole(b, "shikra_signs", signs, false);
    buf_adds(b, " AND NOT (");
    ok = add_whole(b, "shikra_more", signs, false) && ok;
    buf_adds(b, ") AND NOT (match(lower('shikra_signs'),\"Z\")) AND ");
    ok = add_whole(b, "shikra_fold", S("ksq"), true) && ok;
    buf_adds(b, " AND ");
    ok = add_whole(b, "shikra_number", S("007"), false) && ok;
    buf_adds(b, " AND NOT (");
    ok = add_whole(b, "shikra_number", S("7"), false) && ok;
    buf_adds(b, ") AND len(coalesce('shikra_number',\"\"))=3"
                " AND NOT (match(coalesce('shikra_none',\"\"),\"(?s)^a\"))"
                " AND NOT (len(coalesce('shikra_none',\"\"))>0)"
                " AND NOT (len(coalesce('shikra_empty',\"\"))>0)"
                " AND NOT (mvcount(coalesce('shikra_none',\"\"))>1)"
                " AND NOT (mvcount(coalesce('shikra_number',\"\"))>1)"
                " AND mvcount(coalesce('shikra_list',\"\"))>1"
                " AND isnull('shikra_none'),\"yes\",\"no\")"
                " | fields \"shikra_ok\"");
    return ok && buf_ok(b);
}

/* render.c - a query's text with the values in it.
 *
 * Called by: library.c. Must not: let a value end the string it stands in, or
 * become anything but a literal or a plain name outside of one. The one way
 * out, add_query_items, takes whole operators and nothing else. */
#include "render.h"

#include "base/convert.h"
#include "base/json_walk.h"
#include "base/json_write.h"
#include "base/ticks.h"

/* ---- languages ---- */

enum language { LANG_KQL, LANG_SPL, LANG_SQL };

static enum language language_of(str provider)
{
    if (str_eqz(provider, "splunk"))
        return LANG_SPL;
    if (str_eqz(provider, "postgresql") || str_eqz(provider, "clickhouse") ||
        str_eqz(provider, "trino"))
        return LANG_SQL;
    return LANG_KQL;
}

/* Where a byte of the text stands. */
enum place {
    IN_CODE,
    IN_STRING,   /* ends at `quote`, backslash escapes */
    IN_VERBATIM, /* ends at `quote`, which is doubled inside */
    IN_FENCE,    /* ``` or ~~~: nothing is escaped */
    IN_COMMENT,  /* to the end of the line */
};

struct scanner {
    enum language language;
    enum place place;
    char quote;
};

static bool starts(str rest, const char *z)
{
    return str_starts(rest, str_of(z));
}

/* From code into whatever begins here; how many bytes that takes. */
static size_t leave_code(struct scanner *s, str rest, char before)
{
    char c = rest.p[0];
    if (s->language == LANG_KQL && (starts(rest, "```") ||
                                    starts(rest, "~~~"))) {
        s->place = IN_FENCE;
        s->quote = c;
        return 3;
    }
    if ((s->language == LANG_KQL && starts(rest, "//")) ||
        (s->language == LANG_SQL && starts(rest, "--"))) {
        s->place = IN_COMMENT;
        return 2;
    }
    if (c == '"' || c == '\'') {
        bool verbatim = s->language == LANG_SQL ||
                        (s->language == LANG_KQL && before == '@');
        s->place = verbatim ? IN_VERBATIM : IN_STRING;
        if (s->language == LANG_SPL && c == '\'')
            s->place = IN_CODE; /* a field's name */
        s->quote = c;
    }
    return 1;
}

static size_t inside(struct scanner *s, str rest)
{
    char c = rest.p[0];
    switch (s->place) {
    case IN_STRING:
        if (c == '\\' && rest.n > 1)
            return 2;
        break;
    case IN_VERBATIM:
        if (c == s->quote && rest.n > 1 && rest.p[1] == c)
            return 2;
        break;
    case IN_FENCE:
        if (rest.n >= 3 && c == s->quote && rest.p[1] == c && rest.p[2] == c) {
            s->place = IN_CODE;
            return 3;
        }
        return 1;
    case IN_COMMENT:
        if (c == '\n')
            s->place = IN_CODE;
        return 1;
    default: return 1;
    }
    if (c == s->quote)
        s->place = IN_CODE;
    return 1;
}

/* Over the next byte or escape of the text. */
static size_t step(struct scanner *s, str text, size_t i)
{
    str rest = str_sub(text, i, text.n);
    if (s->place == IN_CODE)
        return leave_code(s, rest, i ? text.p[i - 1] : 0);
    return inside(s, rest);
}

/* ---- texts ---- */

struct writer {
    const struct stored_call *call;
    const struct stored_param *param;
    struct scanner at;
    struct buf *out;
    bool failed;
};

__attribute__((format(printf, 2, 3)))
static void refuse(struct writer *w, const char *fmt, ...)
{
    struct buf b;
    va_list ap;
    if (w->failed)
        return;
    w->failed = true;
    buf_init(&b, 2000);
    va_start(ap, fmt);
    buf_addv(&b, fmt, ap);
    va_end(ap);
    diag_error(w->call->ds, DIAG_ARGUMENTS, w->call->span, "%.*s, %.*s: %.*s",
               STRF(w->call->query->name), STRF(w->param->name),
               STRF(buf_str(&b)));
    buf_release(&b);
}

/* Into the string that the hole stands in. */
static void add_inside(struct writer *w, str s)
{
    const struct scanner *at = &w->at;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool quote = c == at->quote;
        if (at->place == IN_COMMENT && (c == '\n' || c == '\r'))
            c = ' ';
        else if (at->place == IN_FENCE && quote)
            refuse(w, "a value with %c cannot stand between fences", c);
        else if (at->place == IN_VERBATIM && quote)
            buf_addc(w->out, c);
        else if (at->place == IN_VERBATIM && (c == '\n' || c == '\r') &&
                 at->language == LANG_KQL)
            refuse(w, "a value of several lines cannot stand in @\"…\"");
        else if (at->place == IN_STRING && c == '\n')
            c = 'n', buf_addc(w->out, '\\');
        else if (at->place == IN_STRING && c == '\r')
            c = 'r', buf_addc(w->out, '\\');
        else if (at->place == IN_STRING && (quote || c == '\\'))
            buf_addc(w->out, '\\');
        buf_addc(w->out, c);
    }
}

/* A literal of its own. */
static void add_quoted(struct writer *w, str s)
{
    char quote = w->at.language == LANG_SQL ? '\'' : '"';
    struct scanner code = w->at;
    w->at.quote = quote;
    w->at.place = w->at.language == LANG_SQL ? IN_VERBATIM : IN_STRING;
    buf_addc(w->out, quote);
    add_inside(w, s);
    buf_addc(w->out, quote);
    w->at = code;
}

/* ---- what a value is worth ---- */

static bool is_word(str s)
{
    if (s.n == 0 || s.n > 256)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '*' ||
              (c == '-' && s.n > 1)))
            return false;
    }
    return true;
}

/* Operators that begin with a pipe: quotes and brackets in pairs, no end of a
 * statement, no comment. */
static bool are_operators(str s)
{
    struct scanner at = { .language = LANG_KQL };
    int depth = 0;
    s = str_trim(s);
    if (s.n && s.p[0] != '|')
        return false;
    for (size_t i = 0; i < s.n && depth >= 0;) {
        char c = s.p[i];
        if (at.place == IN_CODE)
            depth += c == '(' || c == '[' || c == '{' ? 1
                   : c == ')' || c == ']' || c == '}' ? -1
                                                      : 0;
        if (at.place == IN_CODE && c == ';')
            return false;
        i += step(&at, s, i);
        if (at.place == IN_COMMENT || at.place == IN_FENCE)
            return false;
    }
    return at.place == IN_CODE && depth == 0;
}

static void add_time(struct writer *w, int64_t ticks, bool code)
{
    if (!code || w->at.language == LANG_KQL) {
        buf_adds(w->out, code ? "datetime(" : "");
        ticks_format(w->out, ticks);
        buf_adds(w->out, code ? ")" : "");
        return;
    }
    struct buf b;
    buf_init(&b, 100);
    ticks_format(&b, ticks);
    add_quoted(w, buf_str(&b));
    buf_release(&b);
}

static void add_datetime(struct writer *w, const struct value *v, bool code)
{
    int64_t ticks = v->i;
    if (v->type == TYPE_DATETIME && !v->null) {
        add_time(w, ticks, code);
        return;
    }
    struct buf b;
    buf_init(&b, 100);
    if (type_is_int(v->type) && !v->null)
        buf_add_i64(&b, v->i);
    else if (v->type == TYPE_STRING)
        buf_add(&b, str_sub(v->s, 0, v->s.n < 90 ? v->s.n : 90));
    if (v->type == TYPE_TIMESPAN && !v->null)
        add_time(w, w->call->now - (v->i < 0 ? -v->i : v->i), code);
    else if (query_time(buf_str(&b), w->call->now, &ticks))
        add_time(w, ticks, code);
    else
        refuse(w, "'%.*s' is no point in time: a datetime, ISO 8601, or days "
                  "and units from now (-7, -12h, -1d@d)", STRF(buf_str(&b)));
    buf_release(&b);
}

static void add_text(struct writer *w, str s, bool code)
{
    if (!code)
        add_inside(w, s);
    else if (str_eqz(w->param->name, "add_query_items") && are_operators(s))
        buf_add(w->out, s);
    else if (is_word(s))
        buf_add(w->out, s);
    else if (str_eqz(w->param->name, "add_query_items"))
        refuse(w, "it takes operators that begin with a pipe: | where …");
    else
        refuse(w, "the value stands outside of a string there and may only be "
                  "a name");
}

static str scalar_text(struct arena *a, const struct value *v)
{
    struct buf b;
    if (v->type == TYPE_STRING || type_is_text(v->type))
        return v->s;
    buf_init(&b, 4096);
    if (v->null)
        ;
    else if (v->type == TYPE_REAL)
        buf_add_f64(&b, v->d);
    else if (v->type == TYPE_BOOL)
        buf_adds(&b, v->i ? "true" : "false");
    else if (v->type == TYPE_DATETIME)
        ticks_format(&b, v->i);
    else if (v->type == TYPE_TIMESPAN)
        span_format(&b, v->i);
    else
        buf_add_i64(&b, v->i);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static void add_item(struct writer *w, str s, size_t i, bool code)
{
    buf_adds(w->out, i ? ", " : "");
    if (code)
        add_quoted(w, s);
    else
        add_inside(w, s);
}

static void add_array(struct writer *w, str json, bool code)
{
    struct json_iter it;
    str item;
    size_t n = 0;
    for (json_iter_init(&it, json); json_next(&it, NULL, &item);) {
        struct buf b;
        buf_init(&b, 1 << 20);
        json_unquote(&b, item);
        add_item(w, buf_str(&b), n++, code);
        buf_release(&b);
    }
    if (n == 0)
        add_item(w, S(""), 0, code);
}

static void add_list(struct writer *w, struct arena *a, const struct value *v,
                     bool code)
{
    if (v->type == TYPE_DYNAMIC && json_kind(v->s) == JSON_ARRAY) {
        add_array(w, v->s, code);
        return;
    }
    str rest = scalar_text(a, v);
    for (size_t i = 0;; i++) {
        ptrdiff_t comma = str_find_char(rest, ',');
        str item = str_trim(str_sub(rest, 0, comma < 0 ? rest.n
                                                       : (size_t)comma));
        if (item.n >= 2 && (item.p[0] == '"' || item.p[0] == '\'') &&
            item.p[item.n - 1] == item.p[0])
            item = str_sub(item, 1, item.n - 1);
        add_item(w, item, i, code);
        if (comma < 0)
            return;
        rest = str_sub(rest, (size_t)comma + 1, rest.n);
    }
}

static void add_number(struct writer *w, struct arena *a,
                       const struct value *v)
{
    str s = scalar_text(a, v);
    int64_t i;
    double d;
    bool b;
    bool fits = w->param->type == STORED_LONG   ? text_to_long(s, &i)
              : w->param->type == STORED_REAL   ? text_to_real(s, &d)
              : w->param->type == STORED_BOOL   ? text_to_bool(s, &b)
                                                : span_parse(s, &i);
    if (!fits)
        refuse(w, "'%.*s' is no %s", STRF(str_sub(s, 0, s.n < 90 ? s.n : 90)),
               stored_type_name(w->param->type));
    else if (w->param->type == STORED_TIMESPAN && w->at.place == IN_CODE)
        buf_addf(w->out, "time(%.*s)", STRF(s));
    else
        buf_add(w->out, s);
}

static void add_value(struct writer *w, struct arena *a, const struct value *v)
{
    bool code = w->at.place == IN_CODE;
    switch (w->param->type) {
    case STORED_DATETIME: add_datetime(w, v, code); break;
    case STORED_LIST: add_list(w, a, v, code); break;
    case STORED_TEXT: add_text(w, scalar_text(a, v), code); break;
    default: add_number(w, a, v);
    }
}

/* ---- holes ---- */

static const struct value *given(const struct stored_call *c,
                                 const struct stored_param *p)
{
    for (size_t i = c->nargs; i-- > 0;)
        if (c->args[i].param == p)
            return &c->args[i].value;
    return NULL;
}

/* The default of a text outside of a string is the pack's own text. */
static void add_fallback(struct writer *w, struct arena *a)
{
    const struct stored_param *p = w->param;
    struct value v = { .type = TYPE_STRING, .s = p->fallback };
    if (p->type == STORED_TEXT && w->at.place == IN_CODE)
        buf_add(w->out, p->fallback);
    else
        add_value(w, a, &v);
}

static void add_hole(struct writer *w, struct arena *a, str name)
{
    w->param = stored_param(w->call->query, name);
    const struct value *v = given(w->call, w->param);
    if (v)
        add_value(w, a, v);
    else if (!w->param->needed)
        add_fallback(w, a);
    else
        refuse(w, "it is needed (%.*s)", STRF(w->param->summary));
}

static size_t hole_end(str text, size_t i)
{
    while (i < text.n && text.p[i] != '}')
        i++;
    return i;
}

/* Blank lines that holes left behind: Log Analytics takes them for ends. */
static void without_blank_lines(struct buf *out, str text)
{
    for (size_t i = 0; i < text.n;) {
        ptrdiff_t nl = str_find_char(str_sub(text, i, text.n), '\n');
        size_t end = nl < 0 ? text.n : i + (size_t)nl;
        str line = str_sub(text, i, end);
        if (str_trim(line).n) {
            buf_adds(out, out->n ? "\n" : "");
            buf_add(out, line);
        }
        i = end + 1;
    }
}

enum status query_render(const struct stored_call *call, struct buf *out)
{
    struct arena *a = arena_new();
    struct buf b;
    struct writer w = { .call = call, .out = &b,
                        .at = { .language = language_of(call->provider) } };
    str t = call->query->text;
    buf_init(&b, 8 << 20);
    for (size_t i = 0; i < t.n && !w.failed;) {
        bool brace = t.p[i] == '{' || t.p[i] == '}';
        if (brace && i + 1 < t.n && t.p[i + 1] == t.p[i]) {
            buf_addc(&b, t.p[i]);
            i += 2;
        } else if (t.p[i] == '{') {
            size_t end = hole_end(t, i);
            add_hole(&w, a, str_sub(t, i + 1, end));
            i = end + 1;
        } else {
            size_t n = step(&w.at, t, i);
            buf_add(&b, str_sub(t, i, i + n));
            i += n;
        }
    }
    if (!w.failed)
        without_blank_lines(out, buf_str(&b));
    bool ok = !w.failed && buf_ok(&b) && buf_ok(out);
    if (!ok && !w.failed)
        diag_error(call->ds, DIAG_LIMIT, call->span,
                   "%.*s: the text is too long", STRF(call->query->name));
    buf_release(&b);
    arena_free(a);
    return ok ? ST_OK : ST_USER;
}

/* ---- time ---- */

/* `n` units before or after; months and years by the calendar. */
static bool shift(int64_t *t, int64_t n, str unit)
{
    static const struct {
        const char *name;
        int64_t ticks;
    } units[] = {
        { "w", 7 * TICKS_PER_DAY }, { "d", TICKS_PER_DAY },
        { "h", TICKS_PER_HOUR },    { "m", TICKS_PER_MIN },
        { "s", TICKS_PER_SEC },     { "", TICKS_PER_DAY },
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_ieqz(unit, units[i].name)) {
            if (n < -4000000 || n > 4000000)
                return false;
            *t += n * units[i].ticks;
            return *t >= 0 && *t <= TICKS_MAX;
        }
    struct civil c;
    bool year = str_ieqz(unit, "y"), month = str_ieqz(unit, "mon");
    if ((!year && !month) || n < -100000 || n > 100000)
        return false;
    ticks_to_civil(*t, &c);
    int64_t months = (int64_t)c.year * 12 + c.month - 1 + n * (year ? 12 : 1);
    c.year = (int)(months / 12);
    c.month = (int)(months % 12) + 1;
    while (c.day > 28 && !ticks_from_civil(&c, t))
        c.day--;
    return months > 12 && ticks_from_civil(&c, t);
}

static bool round_down(int64_t *t, str unit)
{
    struct civil c;
    ticks_to_civil(*t, &c);
    c.fraction = 0;
    if (str_ieqz(unit, "s"))
        return ticks_from_civil(&c, t);
    c.second = 0;
    if (str_ieqz(unit, "m"))
        return ticks_from_civil(&c, t);
    c.minute = 0;
    if (str_ieqz(unit, "h"))
        return ticks_from_civil(&c, t);
    c.hour = 0;
    if (str_ieqz(unit, "mon") || str_ieqz(unit, "y"))
        c.day = 1;
    if (str_ieqz(unit, "y"))
        c.month = 1;
    if (!ticks_from_civil(&c, t))
        return false;
    if (str_ieqz(unit, "w")) { /* the week begins on Monday, as 0001-01-01 */
        *t -= *t / TICKS_PER_DAY % 7 * TICKS_PER_DAY;
        return true;
    }
    return str_ieqz(unit, "d") || str_ieqz(unit, "mon") ||
           str_ieqz(unit, "y");
}

bool query_time(str text, int64_t now, int64_t *ticks)
{
    int64_t t = now, n;
    text = str_trim(text);
    size_t i = text.n && (text.p[0] == '-' || text.p[0] == '+');
    size_t digits = i;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    ptrdiff_t at = str_find_char(text, '@');
    str unit = str_sub(text, digits, at < 0 ? text.n : (size_t)at);
    if (digits > i && (digits - i <= 9) && text_to_long(str_sub(text, 0,
                                                                digits), &n) &&
        shift(&t, n, str_trim(unit)) &&
        (at < 0 || round_down(&t, str_sub(text, (size_t)at + 1, text.n)))) {
        *ticks = t;
        return true;
    }
    return ticks_parse(text, ticks);
}

/* fn_text.c - functions that make another text of a text.
 *
 * Called by: the engine, once per row. Positions and lengths are in code
 * points; text is UTF-8. */
#include "base/ticks.h"
#include "base/utf8.h"
#include "bind/bind.h"
#include "text_int.h"

str arg_text(struct fn_ctx *cx, const struct value *v)
{
    if (v->type == TYPE_STRING || v->type == TYPE_GUID ||
        v->type == TYPE_DECIMAL)
        return v->s;
    if (v->type == TYPE_DYNAMIC)
        return dyn_text(cx, v->s);
    struct buf b;
    buf_init(&b, 100);
    value_text(&b, v);
    str s = buf_take(&b, cx->tmp);
    buf_release(&b);
    return s;
}

size_t text_skip(str s, size_t at, int64_t n)
{
    while (n > 0 && at < s.n) {
        at++;
        while (at < s.n && ((uint8_t)s.p[at] & 0xC0) == 0x80)
            at++;
        n--;
    }
    return at;
}

static bool all_ascii(str s)
{
    uint64_t any = 0, w;
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        memcpy(&w, s.p + i, 8);
        any |= w;
    }
    for (; i < s.n; i++)
        any |= (uint8_t)s.p[i] & 0x80u;
    return !(any & 0x8080808080808080u);
}

/* substring(text, start [, length]): a negative start counts from the end, and
 * from before the beginning is the beginning. */
static void row_substring(struct fn_ctx *cx, const struct value *in, size_t n,
                          struct value *out)
{
    str s = in[0].s;
    int64_t start = in[1].i, length = n > 2 ? in[2].i : INT64_MAX;
    (void)cx;
    if (start < 0) {
        int64_t count = (int64_t)utf8_count(s);
        start = start < -count ? 0 : count + start;
    }
    if (length < 0)
        length = 0;
    size_t beg = text_skip(s, 0, start);
    set_text(out, str_sub(s, beg, text_skip(s, beg, length)));
}

static void row_reverse(struct fn_ctx *cx, const struct value *in, size_t n,
                        struct value *out)
{
    str s = arg_text(cx, &in[0]);
    char *to = arena_alloc(cx->tmp, s.n), *end = to + s.n;
    (void)n;
    for (size_t i = 0; i < s.n;) {
        size_t next = text_skip(s, i, 1);
        end -= next - i;
        memcpy(end, s.p + i, next - i);
        i = next;
    }
    set_text(out, (str){ to, s.n });
}

enum { MAX_STRREP = 1024 };

static void row_strrep(struct fn_ctx *cx, const struct value *in, size_t n,
                       struct value *out)
{
    str s = arg_text(cx, &in[0]), delimiter = n > 2 ? in[2].s : S("");
    int64_t times = in[1].i > MAX_STRREP ? MAX_STRREP : in[1].i;
    struct buf b;
    dyn_begin(&b);
    for (int64_t i = 0; i < times && buf_ok(&b); i++) {
        if (i)
            buf_add(&b, delimiter);
        buf_add(&b, s);
    }
    dyn_end(cx, &b, out);
}

static void row_replace_string(struct fn_ctx *cx, const struct value *in,
                               size_t n, struct value *out)
{
    str s = in[0].s, what = in[1].s;
    ptrdiff_t hit = what.n ? str_find(s, what) : -1;
    struct buf b;
    (void)n;
    if (hit < 0) {
        set_text(out, s);
        return;
    }
    dyn_begin(&b);
    for (; hit >= 0 && buf_ok(&b); hit = str_find(s, what)) {
        buf_add(&b, str_sub(s, 0, (size_t)hit));
        buf_add(&b, in[2].s);
        s = str_sub(s, (size_t)hit + what.n, s.n);
    }
    buf_add(&b, s);
    dyn_end(cx, &b, out);
}

/* Code points of the two lists of translate(), kept between rows. */
struct translation {
    str from, to;
    uint32_t *key, *value; /* value 0: drop */
    size_t n;
};

static struct translation *translation_new(struct arena *a, str from, str to)
{
    struct translation *t = NEW(a, struct translation);
    size_t count = utf8_count(from);
    uint32_t last = 0;
    t->from = arena_str(a, from);
    t->to = arena_str(a, to);
    t->key = arena_array(a, count, sizeof *t->key);
    t->value = arena_array(a, count, sizeof *t->value);
    for (size_t i = 0, k = 0; i < from.n; t->n++) {
        t->key[t->n] = utf8_next(from, &i);
        last = k < to.n ? utf8_next(to, &k) : last;
        t->value[t->n] = last; /* a shorter list repeats its last one */
    }
    return t;
}

static struct translation *get_translation(struct fn_ctx *cx, str from, str to)
{
    struct translation *t = cx->cache;
    if (t && str_eq(t->from, from) && str_eq(t->to, to))
        return t;
    if (t)
        return translation_new(cx->tmp, from, to); /* lists that vary */
    return cx->cache = translation_new(cx->keep, from, to);
}

static void row_translate(struct fn_ctx *cx, const struct value *in, size_t n,
                          struct value *out)
{
    const struct translation *t = get_translation(cx, in[0].s, in[1].s);
    struct buf b;
    (void)n;
    if (t->n > 4096) {
        fn_fail(cx, "translate() takes up to 4096 characters");
        return;
    }
    dyn_begin(&b);
    for (size_t i = 0; i < in[2].s.n;) {
        uint32_t c = utf8_next(in[2].s, &i);
        size_t k = 0;
        while (k < t->n && t->key[k] != c)
            k++;
        if (k == t->n)
            buf_add_utf8(&b, c);
        else if (t->value[k])
            buf_add_utf8(&b, t->value[k]);
    }
    dyn_end(cx, &b, out);
}

static void row_strcmp(struct fn_ctx *cx, const struct value *in, size_t n,
                       struct value *out)
{
    int c = str_cmp(in[0].s, in[1].s);
    (void)cx, (void)n;
    dyn_set_long(out, c < 0 ? -1 : c > 0);
}

static bool is_code_point(int64_t c)
{
    return c >= 0 && c <= 0x10FFFF && !(c >= 0xD800 && c < 0xE000);
}

static void add_point(struct buf *b, double c)
{
    if (c >= 0 && c <= 0x10FFFF && is_code_point((int64_t)c))
        buf_add_utf8(b, (uint32_t)c);
}

/* Numbers, also inside arrays, as characters. All arguments are dynamic. */
static void row_make_string(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    for (size_t i = 0; i < n; i++) {
        struct elems e = { 0 };
        double d = -1;
        if (!elems_init(&e, cx, &in[i]) && dyn_number(in[i].s, &d))
            add_point(&b, d);
        for (size_t k = 0; k < e.n; k++)
            if (dyn_number(e.v[k], &d))
                add_point(&b, d);
        elems_release(&e);
    }
    dyn_end(cx, &b, out);
}

/* Numbers and arrays may stand side by side. */
static struct expr *bind_make_string(struct binder *b, const struct ast *call,
                                     struct expr **args, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        enum type t = args[i]->type;
        if (!type_is_int(t) && t != TYPE_DYNAMIC && t != TYPE_ERROR) {
            bind_error(b, DIAG_ARGUMENTS, args[i]->span,
                       "a code point is a whole number or an array of them, "
                       "this is a %s", type_name(t));
            return ex_error(b, call->span);
        }
        args[i] = coerce(b, args[i], TYPE_DYNAMIC);
    }
    return bind_call_args(b, S("k_make_string"), call->span, NULL, args, n);
}

static void row_code_points(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    struct buf b;
    (void)n;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < in[0].s.n && buf_ok(&b);) {
        if (i)
            buf_addc(&b, ',');
        buf_add_i64(&b, utf8_next(in[0].s, &i));
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void row_isascii(struct fn_ctx *cx, const struct value *in, size_t n,
                        struct value *out)
{
    (void)cx, (void)n;
    dyn_set_bool(out, all_ascii(in[0].s));
}

/* Up to four parts of up to eight digits each: part 1 * 10^24, part 2 * 10^16,
 * … as decimal text. */
static void row_parse_version(struct fn_ctx *cx, const struct value *in,
                              size_t n, struct value *out)
{
    char digits[32];
    size_t part = 0, len = 0;
    str s = in[0].s;
    (void)n;
    memset(digits, '0', sizeof digits);
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '.') {
            if (s.p[i] < '0' || s.p[i] > '9' || len == 8)
                return;
            len++;
            continue;
        }
        if (len == 0 || part == 4)
            return;
        memcpy(digits + 8 * part + 8 - len, s.p + i - len, len);
        part++;
        len = 0;
    }
    size_t lead = 0;
    while (lead < 31 && digits[lead] == '0')
        lead++;
    if (sizeof digits - lead <= 28) /* what a stored decimal holds */
        set_text(out, arena_str(cx->tmp, (str){ digits + lead,
                                                sizeof digits - lead }));
}

#define REVERSE(type, more)                                                  \
    { .name = "reverse", .params = type, .ret = TYPE_STRING,                 \
      .row = row_reverse, .flags = more, .usage = "reverse(value)",          \
      .summary = "The text of a value backwards.",                           \
      .example = "print reverse(\"exe.live\")" }
#define STRREP(type, more)                                                   \
    { .name = "strrep", .params = type ", long, string?",                    \
      .ret = TYPE_STRING, .row = row_strrep, .flags = more,                  \
      .usage = "strrep(value, times [, delimiter])",                         \
      .summary = "The text of a value several times over, up to 1024.",      \
      .example = "print strrep(\"ab\", 3, \"-\")" }
#define MAKE_STRING(fn)                                                      \
    { .name = fn, .params = "any, any*", .bind = bind_make_string,           \
      .usage = fn "(code_point, …)",                                         \
      .summary = "The text of Unicode code points, single or in arrays.",    \
      .example = "print " fn "(80, 83, 49)" }
#define CODE_POINTS(fn, more)                                                \
    { .name = fn, .params = "string", .ret = TYPE_DYNAMIC,                   \
      .row = row_code_points, .flags = more, .usage = fn "(text)",           \
      .summary = "The Unicode code points of a text as an array.",           \
      .example = "print " fn "(\"PS1\")" }

const struct lang_func funcs_text[] = {
    { .name = "tolower", .params = "string", .ret = TYPE_STRING,
      .sql = "lower($1)", .usage = "tolower(text)",
      .summary = "The text in lower case.",
      .example = "print tolower(\"CMD.EXE\")" },
    { .name = "toupper", .params = "string", .ret = TYPE_STRING,
      .sql = "upper($1)", .usage = "toupper(text)",
      .summary = "The text in upper case.",
      .example = "print toupper(\"cmd.exe\")" },
    { .name = "strlen", .params = "string", .ret = TYPE_LONG,
      .sql = "length($1)", .usage = "strlen(text)",
      .summary = "Number of characters (code points) of a text.",
      .example = "print strlen(\"powershell\")" },
    { .name = "string_size", .params = "string", .ret = TYPE_LONG,
      .sql = "strlen($1)", .usage = "string_size(text)",
      .summary = "Number of bytes of a text in UTF-8.",
      .example = "print string_size(\"naïve\")" },
    { .name = "substring", .params = "string, long, long?",
      .ret = TYPE_STRING, .row = row_substring,
      .usage = "substring(text, start [, length])",
      .summary = "A part of a text. The first character has place 0; a "
                 "negative start counts from the end.",
      .example = "print substring(\"4624-logon\", 5)" },
    REVERSE("string", 0), REVERSE("long", FN_HIDDEN),
    REVERSE("real", FN_HIDDEN), REVERSE("datetime", FN_HIDDEN),
    REVERSE("timespan", FN_HIDDEN), REVERSE("bool", FN_HIDDEN),
    REVERSE("guid", FN_HIDDEN), REVERSE("decimal", FN_HIDDEN),
    STRREP("string", 0), STRREP("long", FN_HIDDEN), STRREP("real", FN_HIDDEN),
    STRREP("datetime", FN_HIDDEN), STRREP("timespan", FN_HIDDEN),
    STRREP("bool", FN_HIDDEN), STRREP("guid", FN_HIDDEN),
    { .name = "replace_string", .params = "string, string, string",
      .ret = TYPE_STRING, .row = row_replace_string,
      .usage = "replace_string(text, lookup, replacement)",
      .summary = "Replaces every occurrence of a text; case counts.",
      .example = "print replace_string(\"a.b.c\", \".\", \"-\")" },
    { .name = "translate", .params = "string, string, string",
      .ret = TYPE_STRING, .row = row_translate,
      .usage = "translate(characters, replacements, text)",
      .summary = "Replaces each listed character by the one at its place in "
                 "the second list, or by the last one there.",
      .example = "print translate(\"krasp\", \"otsku\", \"spark\")" },
    { .name = "strcmp", .params = "string, string", .ret = TYPE_LONG,
      .row = row_strcmp, .usage = "strcmp(a, b)",
      .summary = "-1, 0 or 1: which text comes first, by code point.",
      .example = "print strcmp(\"a\", \"b\")" },
    { .name = "k_make_string", .params = "dynamic*", .ret = TYPE_STRING,
      .row = row_make_string, .flags = FN_HIDDEN },
    MAKE_STRING("make_string"),
    MAKE_STRING("unicode_codepoints_to_string"),
    CODE_POINTS("unicode_codepoints_from_string", 0),
    CODE_POINTS("to_utf8", FN_HIDDEN),
    { .name = "isascii", .params = "string", .ret = TYPE_BOOL,
      .row = row_isascii, .usage = "isascii(text)",
      .summary = "Whether a text consists of ASCII characters only.",
      .example = "print isascii(\"аdmin\")" },
    { .name = "isutf8", .params = "string", .ret = TYPE_BOOL,
      .sql = "($1 IS NOT NULL)", .usage = "isutf8(text)",
      .summary = "Whether a text is valid UTF-8, which every stored text is.",
      .example = "print isutf8(\"naïve\")" },
    { .name = "parse_version", .params = "string", .ret = TYPE_DECIMAL,
      .row = row_parse_version, .flags = FN_MAYNULL,
      .usage = "parse_version(text)",
      .summary = "A number that orders versions of up to four parts.",
      .example = "print parse_version(\"10.0.19041.1\") > "
                 "parse_version(\"10.0.9200\")" },
};
const size_t nfuncs_text = ROWS(funcs_text);

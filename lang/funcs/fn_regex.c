/* fn_regex.c - functions that take a regular expression.
 *
 * Called by: the engine. Matching is the engine's own (RE2, linear time); here
 * patterns and replacements are put into its words, and the SQL templates
 * make KQL's functions of its functions. A pattern that is a literal is folded
 * and compiled once by the engine. */
#include "base/regex_rewrite.h"
#include "bind/bind.h"
#include "text_int.h"

enum { MAX_PATTERN = 8 << 20, MAX_KEPT = 8 };

/* The last pattern of the call site and what became of it. */
struct kept_pattern {
    str pattern, re2;
    unsigned made;
};

static void row_kre(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    struct kept_pattern *k = cx->cache;
    struct buf b, error;
    (void)n;
    if (!k)
        k = cx->cache = NEW(cx->keep, struct kept_pattern);
    if (k->made && str_eq(k->pattern, in[0].s)) {
        set_text(out, k->re2);
        return;
    }
    buf_init(&b, MAX_PATTERN);
    buf_init(&error, 1000);
    if (!regex_rewrite(&b, in[0].s, &error))
        fn_fail(cx, "regular expression: %.*s", STRF(buf_str(&error)));
    set_text(out, buf_take(&b, cx->tmp));
    if (k->made < MAX_KEPT) {
        k->made++;
        k->pattern = arena_str(cx->keep, in[0].s);
        k->re2 = arena_str(cx->keep, out->s);
    }
    buf_release(&b);
    buf_release(&error);
}

/* krep(replacement, pattern) */
static void row_krep(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    struct buf b;
    (void)n;
    dyn_begin(&b);
    regex_rewrite_replacement(&b, in[0].s, regex_group_count(in[1].s));
    dyn_end(cx, &b, out);
}

static void row_quote(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    struct buf b;
    (void)n;
    dyn_begin(&b);
    regex_quote(&b, in[0].s);
    dyn_end(cx, &b, out);
}

/* k_seek(re2, occurrence): a pattern whose first group is the text in front of
 * the match wanted. Lazy, so that it stops at the first one. */
static void row_k_seek(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    struct buf b;
    int64_t before = in[1].i > 1 ? in[1].i - 1 : 0;
    (void)n;
    if (before > 1000)
        fn_fail(cx, "indexof_regex() finds up to 1001 occurrences");
    dyn_begin(&b);
    buf_adds(&b, "^((?s:");
    if (before > 0)
        buf_addf(&b, "(?:.*?(?-s:%.*s)){%d}", STRF(in[0].s), (int)before);
    buf_addf(&b, ".*?))(?:%.*s)", STRF(in[0].s));
    dyn_end(cx, &b, out);
}

/* The part of a text that indexof_regex() looks at. */
static void row_k_part(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    str s = in[0].s;
    (void)cx, (void)n;
    size_t beg = text_skip(s, 0, in[1].i);
    set_text(out, str_sub(s, beg, in[2].i < 0 ? s.n
                                              : text_skip(s, beg, in[2].i)));
}

/* countof(text, what, kind); the kind decides what `what` is. */
static struct expr *bind_countof(struct binder *b, const struct ast *call,
                                 struct expr **args, size_t n)
{
    (void)n;
    bool known = args[2]->kind == EX_LITERAL;
    if (known && str_eqz(args[2]->value.s, "normal"))
        return ex_func(b, "countof", call->span, args[0], args[1], NULL);
    if (!known || !str_eqz(args[2]->value.s, "regex")) {
        bind_error(b, known ? DIAG_ARGUMENTS : DIAG_NOT_CONSTANT,
                   args[2]->span,
                   "the kind of countof is \"normal\" or \"regex\"");
        return ex_error(b, call->span);
    }
    check_regex(b, args[1]);
    return ex_call(b, TYPE_LONG, "len(regexp_extract_all($1, kre($2)))",
                   args[0], args[1], NULL);
}

/* Logs of several kinds in one table leave most cells of a column empty. There
 * is nothing to find there, and a search costs far more than a look. */
static struct expr *pass_empty(struct binder *b, struct expr *found,
                               struct expr *text)
{
    if (text->kind != EX_COLUMN || found->kind == EX_ERROR)
        return found;
    return ex_call(b, TYPE_STRING, "(CASE WHEN $2 = '' THEN '' ELSE $1 END)",
                   found, text, NULL);
}

/* extract(regex, group, text): a group that the pattern does not have, or that
 * is null, matches nothing. The engine's own function knows ten groups. */
static struct expr *bind_extract(struct binder *b, const struct ast *call,
                                 struct expr **args, size_t n)
{
    struct expr *group = args[1];
    int64_t nth = group->value.null ? -1 : group->value.i;
    (void)n;
    if (group->kind != EX_LITERAL || !type_is_int(group->type)) {
        bind_error(b, DIAG_NOT_CONSTANT, group->span,
                   "the group to extract is a number, the same for all rows");
        return ex_error(b, group->span);
    }
    bool far = nth > 9 && args[0]->kind == EX_LITERAL &&
               args[0]->type == TYPE_STRING &&
               nth <= regex_group_count(args[0]->value.s);
    struct expr *e =
        ex_func(b, far ? "k_extract_far" : "k_extract",
                call ? call->span : args[2]->span, args[0],
                nth < 0 || (nth > 9 && !far) ? ex_long(b, 0) : group, args[2],
                NULL);
    return nth >= 0 && (nth <= 9 || far) ? pass_empty(b, e, args[2])
                                         : ex_string(b, S(""));
}

#define TRIM(fn, pattern, does, sample)                                      \
    { .name = fn, .params = "string, string", .ret = TYPE_STRING,            \
      .sql = "regexp_replace($2, " pattern ", '', 'g')",                     \
      .usage = fn "(regex, text)", .summary = does,                          \
      .example = "print " fn "(" sample ")" }
#define REPLACE(fn, text, regex, by, usage_, sample, more)                   \
    { .name = fn, .params = "string, string, string", .ret = TYPE_STRING,    \
      .sql = "regexp_replace(" text ", kre(" regex "), krep(" by ", "        \
             regex "), 'g')",                                                \
      .flags = more, .usage = fn "(" usage_ ")",                             \
      .summary = "Replaces every match of a regular expression; \\0 … \\9 "  \
                 "stand for its groups.",                                    \
      .example = "print " fn "(" sample ")" }
#define INDEXOF_REGEX(params_, text, start, occurrence, guard, end, more)    \
    { .name = "indexof_regex", .params = params_, .ret = TYPE_LONG,          \
      .sql = guard "coalesce(length(regexp_extract_all(" text                \
             ", k_seek(kre($2), " occurrence "), 1)[1]) + " start ", -1)" end,\
      .flags = FN_MAYNULL | more,                                            \
      .usage = "indexof_regex(text, regex [, start [, length [, "            \
               "occurrence]]])",                                             \
      .summary = "Place of the first match of a regular expression, from 0; "\
                 "-1 when there is none.",                                   \
      .example = "print indexof_regex(\"abc123\", @\"\\d+\")" }

const struct lang_func funcs_regex[] = {
    { .name = "kre", .params = "string", .ret = TYPE_STRING, .row = row_kre,
      .flags = FN_HIDDEN, .usage = "kre(regex)",
      .summary = "A regular expression in the engine's dialect.",
      .example = "print \"a1\" matches regex @\"\\d\"" },
    { .name = "krep", .params = "string, string", .ret = TYPE_STRING,
      .row = row_krep, .flags = FN_HIDDEN, .usage = "krep(rewrite, regex)",
      .summary = "A replacement in the engine's dialect.",
      .example = "print replace_regex(\"ab\", \"(a)\", @\"[\\1]\")" },
    { .name = "k_seek", .params = "string, long", .ret = TYPE_STRING,
      .row = row_k_seek, .flags = FN_HIDDEN, .usage = "k_seek(regex, n)",
      .summary = "A regular expression for what stands before the n-th match.",
      .example = "print indexof_regex(\"abc\", \"c\")" },
    { .name = "k_part", .params = "string, long, long", .ret = TYPE_STRING,
      .row = row_k_part, .flags = FN_HIDDEN,
      .usage = "k_part(text, start, length)",
      .summary = "A part of a text, to its end when the length is negative.",
      .example = "print indexof_regex(\"abc\", \"c\", 1, -1)" },
    { .name = "k_extract", .params = "string, long, string",
      .ret = TYPE_STRING,
      .sql = "regexp_extract($3, kre($1), CAST($2 AS INTEGER))",
      .flags = FN_SQLNULL | FN_HIDDEN },
    { .name = "k_extract_far", .params = "string, long, string",
      .ret = TYPE_STRING,
      .sql = "regexp_extract_all($3, kre($1), CAST($2 AS INTEGER))[1]",
      .flags = FN_SQLNULL | FN_HIDDEN },
    { .name = "extract", .params = "string, long, string",
      .ret = TYPE_STRING, .bind = bind_extract,
      .usage = "extract(regex, group, text [, typeof(type)])",
      .summary = "What a group of a regular expression matched (0: all of "
                 "it); empty, or null of the type, when nothing did.",
      .example = "print extract(@\"user=(\\w+)\", 1, \"user=ana ip=::1\")" },
    REPLACE("replace_regex", "$1", "$2", "$3", "text, regex, rewrite",
            "\"id=42\", @\"(\\d+)\", @\"<\\1>\"", 0),
    REPLACE("replace", "$3", "$1", "$2", "regex, rewrite, text",
            "@\"(\\d+)\", @\"<\\1>\", \"id=42\"", FN_HIDDEN),
    TRIM("trim", "'^(?:' || kre($1) || ')|(?:' || kre($1) || ')$'",
         "Takes one match of a regular expression off each end of a text.",
         "@\"\\s+\", \"  cmd.exe \""),
    TRIM("trim_start", "'^(?:' || kre($1) || ')'",
         "Takes a match of a regular expression off the beginning of a text.",
         "\"https://\", \"https://example.com\""),
    TRIM("trim_end", "'(?:' || kre($1) || ')$'",
         "Takes a match of a regular expression off the end of a text.",
         "@\"\\.exe\", \"cmd.exe\""),
    { .name = "countof", .params = "string, string", .ret = TYPE_LONG,
      .sql = "k_countof($1, $2)",
      .usage = "countof(text, what [, \"normal\" | \"regex\"])",
      .summary = "How often a text, or a regular expression, occurs in a "
                 "text. Occurrences of a text may overlap.",
      .example = "print countof(\"a-b-c\", \"-\")" },
    { .name = "countof", .params = "string, string, string",
      .bind = bind_countof, .flags = FN_HIDDEN,
      .usage = "countof(text, what, kind)" },
    INDEXOF_REGEX("string, string", "$1", "0", "1", "", "", 0),
    INDEXOF_REGEX("string, string, long", "k_part($1, $3, -1)", "$3", "1",
                  "CASE WHEN $3 < 0 THEN NULL ELSE ", " END",
                  FN_HIDDEN),
    INDEXOF_REGEX("string, string, long, long", "k_part($1, $3, $4)", "$3", "1",
                  "CASE WHEN $3 < 0 OR $4 < -1 THEN NULL ELSE ", " END",
                  FN_HIDDEN),
    INDEXOF_REGEX("string, string, long, long, long", "k_part($1, $3, $4)",
                  "$3", "$5",
                  "CASE WHEN $3 < 0 OR $4 < -1 OR $5 < 1 THEN NULL ELSE ",
                  " END", FN_HIDDEN),
    { .name = "regex_quote", .params = "string", .ret = TYPE_STRING,
      .row = row_quote, .usage = "regex_quote(text)",
      .summary = "The text with everything escaped that means something in a "
                 "regular expression.",
      .example = "print regex_quote(\"(so$me.Te^xt)\")" },
};
const size_t nfuncs_regex = ROWS(funcs_regex);

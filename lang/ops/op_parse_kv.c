/* op_parse_kv.c - `T | parse-kv text as (key: type, …) with (…)`.
 *
 * With delimiters, or with neither, a C function finds the values of all keys
 * at once (funcs/kv.c); regex= is the engine's own work. */
#include "base/regex_rewrite.h"
#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* expr as (key: type, …) [with (option = "text", …)] */
static void parse_kv_parse(struct parser *p, struct ast *op)
{
    ast_add(clause(p, op, "text"), parse_expr(p));
    if (!expect_word_of(p, "as", "parse-kv Column as (name:type, …)"))
        return;
    parse_columns(p, clause(p, op, "as"));
    parse_with(p, op);
}

struct options {
    str pair, kv, regex;
    bool greedy;
    struct buf quotes, escapes;
};

static void unfit(struct binder *b, const struct ast *o, const char *what)
{
    bind_error(b, DIAG_OPTION, o->span, "%.*s of parse-kv takes %s",
               STRF(o->text), what);
}

static bool read_quote(struct binder *b, struct options *to,
                       const struct ast *o, str s)
{
    bool ascii = s.n && (unsigned char)s.p[0] < 128 &&
                 (unsigned char)s.p[s.n - 1] < 128;
    bool escape = str_eqz(o->text, "escape");
    struct buf *list = escape ? &to->escapes : &to->quotes;
    if (!ascii || s.n > (escape ? 1u : 2u)) {
        unfit(b, o,
              escape ? "one ASCII character"
                     : "one or two ASCII "
                       "characters");
        return false;
    }
    buf_addc(list, s.p[0]);
    if (!escape)
        buf_addc(list, s.p[s.n - 1]);
    if (!buf_ok(list))
        bind_error(b, DIAG_LIMIT, o->span, "at most 8 of %.*s", STRF(o->text));
    return buf_ok(list);
}

static bool read_option(struct binder *b, struct options *to,
                        const struct ast *o)
{
    struct value v = { 0 };
    str *text = str_eqz(o->text, "pair_delimiter") ? &to->pair
              : str_eqz(o->text, "kv_delimiter")   ? &to->kv
              : str_eqz(o->text, "regex")          ? &to->regex
                                                   : NULL;
    if (str_eqz(o->text, "greedy") && o->kid && o->kid->kind == AST_NAME)
        v = (struct value){ .type = TYPE_BOOL,
                            .i = str_eqz(o->kid->text, "true") };
    else if (!o->kid || !bind_value(b, o->kid, &v))
        return false;
    if (str_eqz(o->text, "greedy")) {
        to->greedy = v.i != 0;
        if (v.type != TYPE_BOOL)
            unfit(b, o, "true or false");
        return v.type == TYPE_BOOL;
    }
    if (v.type != TYPE_STRING || v.s.n == 0) {
        unfit(b, o, "a text that is not empty");
        return false;
    }
    if (str_eqz(o->text, "quote") || str_eqz(o->text, "escape"))
        return read_quote(b, to, o, v.s);
    if (text) {
        *text = v.s;
        return true;
    }
    struct diag *d = bind_error(b, DIAG_OPTION, o->span,
                                "parse-kv has no option '%.*s'", STRF(o->text));
    diag_hint(b->ds, d,
              "pair_delimiter, kv_delimiter, quote, escape, greedy, "
              "regex");
    return false;
}

/* The modes do not mix. */
static bool check_options(struct binder *b, const struct options *o,
                          const struct ast *with)
{
    bool delimited = o->pair.n || o->kv.n;
    bool marks = o->quotes.n || o->escapes.n || o->greedy;
    const char *what = NULL;
    if (o->regex.n && (delimited || marks))
        what = "regex stands alone, without delimiters, quote or greedy";
    else if (delimited && !(o->pair.n && o->kv.n))
        what = "pair_delimiter and kv_delimiter come together";
    else if (o->greedy && !delimited)
        what = "greedy needs pair_delimiter and kv_delimiter";
    else if (o->regex.n && regex_group_count(o->regex) != 2)
        what = "the regex of parse-kv has two groups, the key and the value";
    if (what)
        bind_error(b, DIAG_OPTION, with->span, "%s", what);
    return what == NULL;
}

static bool read_options(struct binder *b, const struct ast *op,
                         struct options *o)
{
    const struct ast *with = ast_clause(op, "with");
    bool ok = true;
    buf_init(&o->quotes, 16);
    buf_init(&o->escapes, 8);
    for (const struct ast *k = with ? with->kid : NULL; ok && k; k = k->next)
        ok = read_option(b, o, k);
    return ok && (!with || check_options(b, o, with));
}

static void add_field(struct buf *b, str s)
{
    buf_addf(b, "%zu:", s.n);
    buf_add(b, s);
}

/* The list of values as one column; the engine's fields follow the keys. */
static struct expr *by_delimiters(struct binder *b, const struct options *o,
                                  const struct ast *as, struct expr *text)
{
    struct buf spec;
    buf_init(&spec, 1 << 20);
    add_field(&spec, o->pair);
    add_field(&spec, o->kv);
    add_field(&spec, o->greedy ? S("1") : S(""));
    add_field(&spec, buf_str(&o->quotes));
    add_field(&spec, buf_str(&o->escapes));
    for (const struct ast *k = as->kid; k; k = k->next)
        add_field(&spec, k->text);
    struct expr *e = ex_error(b, as->span);
    if (buf_ok(&spec))
        e = ex_func(b, "k_parse_kv", as->span, text,
                    ex_string(b, buf_take(&spec, b->arena)), NULL);
    else
        bind_error(b, DIAG_LIMIT, as->span, "the keys are longer than 1 MB");
    buf_release(&spec);
    return e;
}

static struct expr *groups(struct binder *b, struct expr *text,
                           struct expr *regex, const char *sql)
{
    struct expr *e = ex_call(b, TYPE_DYNAMIC, sql, text, regex, NULL);
    return e->kind == EX_ERROR ? e : hoist(b, e, "kv");
}

struct found {
    struct expr *list;          /* values in the order of the keys */
    struct expr *keys, *values; /* regex: the groups of every match */
};

static bool by_regex(struct binder *b, const struct options *o,
                     const struct ast *with, struct expr *text, struct found *f)
{
    struct buf re, error;
    buf_init(&re, 1 << 18);
    buf_init(&error, 400);
    bool ok = regex_rewrite(&re, o->regex, &error);
    if (!ok)
        bind_error(b, DIAG_REGEX, with->span, "%.*s", STRF(buf_str(&error)));
    struct expr *regex = ex_string(b, buf_take(&re, b->arena));
    buf_release(&re);
    buf_release(&error);
    if (!ok)
        return false;
    f->keys = groups(b, text, regex,
                     "list_transform(regexp_extract_all($1, $2, 1), "
                     "lambda x: trim(x))");
    f->values = groups(b, text, regex, "regexp_extract_all($1, $2, 2)");
    return true;
}

static struct expr *value_of(struct binder *b, const struct found *f,
                             const struct ast *key, long i)
{
    enum type t = TYPE_STRING;
    struct expr *s;
    if (key->kid)
        type_from_name(key->kid->text, &t);
    if (f->list)
        s = coerce(
            b,
            ex_func(b, "k_path_index", key->span, f->list, ex_long(b, i), NULL),
            TYPE_STRING);
    else
        s = ex_call(b, TYPE_STRING,
                    "coalesce(trim($2[list_position($1, $3)]), '')", f->keys,
                    f->values, ex_string(b, key->text), NULL);
    struct expr *e = t == TYPE_DYNAMIC
                       ? ex_func(b, "parse_json", key->span, s, NULL)
                       : coerce(b, s, t);
    e->has_null = t != TYPE_STRING;
    return e;
}

static struct node *columns(struct binder *b, const struct ast *op,
                            const struct node *in, const struct ast *as,
                            const struct found *f)
{
    struct node *p = project_new(b, op, b->row);
    long i = 0;
    p->open = in->open;
    for (size_t c = 0; c < b->row->cols.n; c++)
        project_keep(b, p, &b->row->cols.v[c]);
    for (const struct ast *k = as->kid; k; k = k->next, i++)
        if (k->kind == AST_COLUMN)
            project_set(b, p, k->text, value_of(b, f, k, i));
    return settle(b, p);
}

static struct node *parse_kv_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    const struct ast *src = ast_clause(op, "text"), *as = ast_clause(op, "as");
    struct options o = { 0 };
    struct found f = { 0 };
    if (!src || !src->kid || !as)
        return NULL;
    bool ok = read_options(b, op, &o);
    struct expr *text = ok ? coerce(b, bind_expr(b, src->kid), TYPE_STRING)
                           : NULL;
    if (ok && text->kind == EX_ERROR)
        ok = false;
    else if (ok && o.regex.n)
        ok = by_regex(b, &o, ast_clause(op, "with"), text, &f);
    else if (ok && as->kid)
        f.list = hoist(b, by_delimiters(b, &o, as, text), "kv");
    buf_release(&o.quotes);
    buf_release(&o.escapes);
    if (!ok)
        return in->open ? in : NULL;
    return columns(b, op, in, as, &f);
}

static void parse_kv_print(struct canon *c, const struct ast *op)
{
    const struct ast *text = ast_clause(op, "text");
    buf_addc(c->b, ' ');
    if (text && text->kid)
        canon_expr(c, text->kid);
    buf_adds(c->b, " as ");
    canon_columns(c, ast_clause(op, "as"));
    canon_with(c, op);
}

const struct lang_op op_parse_kv = {
    .name = "parse-kv",
    .usage = "T | parse-kv text as (key: type, …) with "
             "(pair_delimiter=\",\", kv_delimiter=\":\" [, quote='\"'] "
             "[, escape=\"\\\\\"] [, greedy=true])",
    .summary = "Columns from the keys and values in a text. Without "
               "delimiters whatever is no letter or digit parts them; "
               "regex=\"…\" has two groups, the key and the value.",
    .example = "print s = \"pid=4, user=ana\" | parse-kv s as (user:string, "
               "pid:long) with (pair_delimiter=\",\", kv_delimiter=\"=\")",
    .parse = parse_kv_parse,
    .print = parse_kv_print,
    .bind = parse_kv_bind,
};

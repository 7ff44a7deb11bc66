/* parse_text.c - columns cut out of a text by literals around them.
 *
 * Called by: op_parse.c, op_parse_where.c.
 * The pattern becomes one regular expression with a group per column. kind
 * simple: the text must match as a whole and every typed column convert, else
 * no column is filled; relaxed: typed columns may fail one by one; regex: the
 * literals are expressions. */
#include "parse_text.h"
#include "syntax/canon.h"

#include "base/regex_rewrite.h"

static const char *const options[] = { "kind", "flags", NULL };

/* expr with ( '*' | "text" | name [: type] )… */
void parse_text_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    ast_add(clause(p, op, "text"), parse_expr(p));
    if (!expect_word_of(p, "with", "parse Column with * \"text\" name:type *"))
        return;
    struct ast *with = clause(p, op, "with");
    while (!at_end_of_operator(p)) {
        const struct token *t = peek(p);
        if (at_punct(p, "*")) {
            ast_add(with, ast_new(p->arena, AST_STAR, take(p)->span, S("*")));
        } else if (t->kind == TOK_STRING) {
            struct ast *s =
                ast_new(p->arena, AST_LITERAL, take(p)->span, S(""));
            s->value = t->value;
            ast_add(with, s);
        } else if (at_name(p)) {
            check_new_name(p, t);
            struct ast *c =
                ast_new(p->arena, AST_COLUMN, take(p)->span, t->text);
            if (accept_punct(p, ":"))
                ast_add(c, parse_type(p));
            ast_add(with, c);
        } else {
            parse_error(p, DIAG_SYNTAX,
                        "expected a text in quotes, a column or *");
            take(p);
            break;
        }
    }
}

void parse_text_print(struct canon *c, const struct ast *op)
{
    const struct ast *text = ast_clause(op, "text"),
                     *with = ast_clause(op, "with");
    canon_options(c, op);
    buf_addc(c->b, ' ');
    if (text && text->kid)
        canon_expr(c, text->kid);
    buf_adds(c->b, " with");
    for (const struct ast *k = with ? with->kid : NULL; k; k = k->next) {
        buf_addc(c->b, ' ');
        canon_expr(c, k);
    }
}

static void quote_regex(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("\\.+*?()|[]{}^$", s.p[i]) && s.p[i])
            buf_addc(b, '\\');
        buf_addc(b, s.p[i]);
    }
}

static enum type column_type(const struct ast *c)
{
    enum type t = TYPE_STRING;
    if (c->kid)
        type_from_name(c->kid->text, &t);
    return t;
}

/* In regex mode a typed column only matches what could be its value. */
static const char *group_of(const struct ast *c, bool regex, bool last)
{
    enum type t = column_type(c);
    bool open = c->next && c->next->kind == AST_STAR; /* nothing else ends it */
    if (type_is_int(t) && (regex || open))
        return "([-+]?\\d+)";
    if (t == TYPE_REAL && regex)
        return "(-?\\d*\\.?\\d+(?:[eE][-+]?\\d+)?)";
    return last || regex ? "(.*)" : "(.*?)";
}

static str flags_of(const struct ast *op)
{
    str f = option_text(op, "flags");
    return f;
}

/* The end of a group's opening "(?P<name>" or "(?<name>" behind its '(': 0 when
 * it is another kind of group. */
static size_t name_end(str s)
{
    size_t i = str_starts(s, S("?P<")) ? 3 : str_starts(s, S("?<")) ? 2 : 0;
    while (i && i < s.n && s.p[i] != '>')
        i++;
    return i < s.n ? i ? i + 1 : 0 : 0;
}

/* A regex of the analyst between columns: its groups must not count. */
static void add_uncounted(struct buf *b, str s)
{
    bool in_class = false;
    for (size_t i = 0; i < s.n; i++) {
        buf_addc(b, s.p[i]);
        if (s.p[i] == '\\' && i + 1 < s.n)
            buf_addc(b, s.p[++i]);
        else if (s.p[i] == '[' || s.p[i] == ']')
            in_class = s.p[i] == '[';
        else if (s.p[i] == '(' && !in_class) {
            str rest = str_sub(s, i + 1, s.n);
            if (!str_starts(rest, S("?")) || name_end(rest))
                buf_adds(b, "?:");
            i += name_end(rest);
        }
    }
}

static bool build_regex(struct binder *b, const struct ast *op,
                        const struct ast *with, struct buf *out)
{
    bool regex = str_eqz(option_text(op, "kind"), "regex");
    struct buf text, error;
    buf_init(&text, 1 << 16);
    buf_init(&error, 400);
    str f = flags_of(op);
    buf_addf(&text, "(?s%s%s)^", str_find_char(f, 'i') >= 0 ? "i" : "",
             str_find_char(f, 'U') >= 0 ? "U" : "");
    for (const struct ast *k = with->kid; k; k = k->next) {
        if (regex && k->kind == AST_COLUMN && k->next &&
            k->next->kind == AST_COLUMN) {
            bind_error(b, DIAG_SYNTAX, k->next->span,
                       "in kind=regex a text in "
                       "quotes stands between two columns");
            buf_release(&text);
            buf_release(&error);
            return false;
        }
        if (k->kind == AST_STAR)
            buf_adds(&text, k->next && !regex ? ".*?" : ".*");
        else if (k->kind == AST_COLUMN)
            buf_adds(&text, group_of(k, regex, k->next == NULL));
        else if (regex)
            add_uncounted(&text, k->value.s);
        else
            quote_regex(&text, k->value.s);
    }
    if (!regex)
        buf_addc(&text, '$');
    bool ok = buf_ok(&text) && regex_rewrite(out, buf_str(&text), &error);
    if (!ok)
        bind_error(b, DIAG_REGEX, with->span, "%.*s", STRF(buf_str(&error)));
    buf_release(&text);
    buf_release(&error);
    return ok;
}

/* regexp_extract with names gives a struct of the groups. */
static struct expr *match(struct binder *b, struct expr *text, str regex,
                          size_t ngroups)
{
    struct buf sql;
    buf_init(&sql, 1 << 16);
    buf_adds(&sql, "regexp_extract($1, $2, [");
    for (size_t i = 0; i < ngroups; i++)
        buf_addf(&sql, "%s'g%zu'", i ? ", " : "", i);
    buf_adds(&sql, "])");
    buf_addc(&sql, 0);
    const char *z = buf_take(&sql, b->arena).p;
    buf_release(&sql);
    return ex_call(b, TYPE_DYNAMIC, z, text, ex_string(b, regex), NULL);
}

static struct expr *group(struct binder *b, struct expr *m, size_t i,
                          enum type t)
{
    const char *z = arena_fmt(b->arena, "coalesce(($1).g%zu, '')%c", i, 0).p;
    struct expr *s = ex_call(b, TYPE_STRING, z, m, NULL);
    return t == TYPE_DYNAMIC ? ex_func(b, "parse_json", m->span, s, NULL)
                             : coerce(b, s, t);
}

static struct expr *when(struct binder *b, struct expr *ok, struct expr *v)
{
    struct expr *e = ex_call(b, v->type, "(CASE WHEN $1 THEN $2 ELSE $3 END)",
                             ok, v, ex_null(b, v->type), NULL);
    e->has_null = v->type != TYPE_STRING;
    return e;
}

/* Whether the text matches and, unless relaxed, every typed column converts. */
static struct expr *all_fit(struct binder *b, const struct ast *with,
                            struct expr *text, str regex, struct expr *m,
                            bool relaxed)
{
    struct expr *ok = ex_call(b, TYPE_BOOL, "regexp_matches($1, $2)", text,
                              ex_string(b, regex), NULL);
    size_t i = 0;
    for (const struct ast *k = with->kid; k; k = k->next) {
        if (k->kind != AST_COLUMN)
            continue;
        enum type t = column_type(k);
        if (t != TYPE_STRING && !relaxed)
            ok = ex_call(b, TYPE_BOOL, "($1 AND $2 IS NOT NULL)", ok,
                         group(b, m, i, t), NULL);
        i++;
    }
    ok->has_null = false;
    return ok;
}

struct node *parse_text_bind(struct binder *b, const struct ast *op,
                             struct node *in, bool only)
{
    const struct ast *src = ast_clause(op, "text"),
                     *with = ast_clause(op, "with");
    if (!src || !src->kid || !with)
        return NULL;
    struct expr *text = coerce(b, bind_expr(b, src->kid), TYPE_STRING);
    struct buf regex;
    size_t ngroups = 0;
    for (const struct ast *k = with->kid; k; k = k->next)
        ngroups += k->kind == AST_COLUMN;
    buf_init(&regex, 1 << 17);
    bool good = build_regex(b, op, with, &regex);
    str re = buf_take(&regex, b->arena);
    buf_release(&regex);
    if (!good || text->kind == EX_ERROR)
        return in->open && good ? in : NULL;
    bool relaxed = str_eqz(option_text(op, "kind"), "relaxed") ||
                   str_eqz(option_text(op, "kind"), "regex");
    struct expr *m = ngroups ? hoist(b, match(b, text, re, ngroups), "match")
                             : NULL;
    struct expr *ok = hoist(b, all_fit(b, with, text, re, m, relaxed), "fits");
    struct node *rows = b->row;
    if (only) {
        rows = node_over(b, NODE_FILTER, op, b->row);
        rows->cond = ok;
    }
    struct node *p = project_new(b, op, rows);
    for (size_t i = 0; i < rows->cols.n; i++)
        project_keep(b, p, &rows->cols.v[i]);
    size_t i = 0;
    for (const struct ast *k = with->kid; k; k = k->next)
        if (k->kind == AST_COLUMN) {
            project_set(b, p, k->text,
                        when(b, ok, group(b, m, i, column_type(k))));
            i++;
        }
    p->open = in->open;
    return settle(b, p);
}

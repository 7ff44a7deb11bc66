/* terms.c - the predicates of search and find.
 *
 * Called by: op_search.c, op_find.c.
 * "x" alone is a term that any column may have, as `* has "x"`; stars at its
 * ends loosen it. column : "x" looks in one column. Each table is filtered by
 * itself; columns that only other tables have are null there, and columns of
 * several types are dynamics. */
#include "terms.h"
#include "syntax/canon.h"

#include "base/regex_rewrite.h"

/* in ( table, pattern*, … ) */
void terms_parse_tables(struct parser *p, struct ast *op)
{
    if (!at_word(p, "in") || !str_eqz(peek_at(p, 1)->text, "("))
        return;
    take(p);
    take(p);
    struct ast *in = clause(p, op, "in");
    do
        ast_add(in, parse_pattern(p));
    while (accept_punct(p, ","));
    expect_punct(p, ")");
}

void terms_print_tables(struct canon *c, const struct ast *op)
{
    const struct ast *in = ast_clause(op, "in");
    if (!in)
        return;
    buf_adds(c->b, " in ");
    canon_columns(c, in);
}

void terms_print(struct canon *c, const struct ast *op)
{
    const struct ast *where = ast_clause(op, "where");
    if (where && where->kid)
        canon_expr(c, where->kid);
}

void terms_parse(struct parser *p, struct ast *op)
{
    bool colon = p->colon;
    p->colon = true;
    ast_add(clause(p, op, "where"), parse_expr(p));
    p->colon = colon;
}

/* ---- tables ---- */

static void add_named(struct binder *b, struct tables *t, const struct ast *k)
{
    if (k->kind == AST_WILDCARD)
        tables_add_matching(b, t, k, false);
    else
        tables_add(b, t, bind_table(b, k), k->text, "");
}

bool terms_tables(struct binder *b, const struct ast *op, struct tables *t)
{
    const struct ast *in = ast_clause(op, "in");
    struct ast all = { .kind = AST_WILDCARD, .span = op->span, .text = S("*") };
    struct ast any = { .kind = AST_NAME, .span = op->span, .text = S("*") };
    size_t nerrors = b->ds->nerrors;
    struct node *row = b->row;
    b->row = NULL;
    for (const struct ast *k = in ? in->kid : NULL; k; k = k->next)
        add_named(b, t, k);
    if (!in && !tables_add_matching(b, t, &all, true) && !b->open_tables) {
        struct diag *d = bind_error(b, DIAG_UNKNOWN_TABLE, op->span,
                                    "there is no table to look in");
        diag_hint(b->ds, d, "load one with .load \"file\" as Name");
    }
    if (t->v.n == 0 && b->open_tables) /* nothing is known: any column */
        tables_add(b, t, bind_table(b, &any), S("*"), "");
    b->row = row;
    return b->ds->nerrors == nerrors && t->v.n > 0;
}

str terms_source(struct binder *b, const struct tables *t, str wanted)
{
    str name = wanted;
    for (unsigned k = 1;; k++) {
        bool taken = false;
        for (size_t i = 0; i < t->v.n; i++)
            taken |= node_find(t->v.v[i], name) != NULL;
        if (!taken)
            return name;
        name = arena_fmt(b->arena, "%.*s%u", STRF(wanted), k);
    }
}

/* ---- looking it over ---- */

static bool is_not(const struct ast *t)
{
    return t->kind == AST_CALL && str_eqz(t->text, "not") && ast_nkids(t) == 1;
}

static bool is_logic(const struct ast *t)
{
    return t->kind == AST_BINARY &&
           (str_eqz(t->text, "and") || str_eqz(t->text, "or"));
}

/* A term of its own: "text" or a whole number. */
static bool is_term(const struct ast *t)
{
    return t->kind == AST_LITERAL && !t->value.null &&
           (t->value.type == TYPE_STRING || type_is_num(t->value.type));
}

static bool has_any_term(const struct ast *t)
{
    if (is_term(t) || t->kind == AST_STAR)
        return true;
    if (t->kind == AST_BINARY && t->kid->kind == AST_STAR)
        return true;
    if (!is_logic(t) && !is_not(t))
        return false;
    for (const struct ast *k = t->kid; k; k = k->next)
        if (has_any_term(k))
            return true;
    return false;
}

struct names {
    struct binder *b;
    struct terms *s;
    const struct tables *t;
};

static bool is_listed(const struct terms *s, str name)
{
    for (size_t i = 0; i < s->names.n; i++)
        if (str_eq(s->names.v[i], name))
            return true;
    return false;
}

/* An open table has every name that is no let. */
static bool has_name(const struct names *n, const struct node *table, str name)
{
    return node_find(table, name) ||
           (table->open && !scope_find(n->b->scope, name));
}

static enum walk note_name(void *ctx, struct ast *k)
{
    struct names *n = ctx;
    bool known = false;
    for (size_t i = 0; k->kind == AST_NAME && i < n->t->v.n; i++)
        known |= has_name(n, n->t->v.v[i], k->text);
    if (known && !is_listed(n->s, k->text))
        PUSH(n->b->arena, n->s->names, k->text);
    return WALK_CONTINUE;
}

void terms_init(struct binder *b, struct terms *s, const struct tables *t)
{
    struct names names = { b, s, t };
    s->any = has_any_term(s->where);
    ast_walk((struct ast *)(uintptr_t)s->where, note_name, &names);
}

/* ---- a term ---- */

enum where_stars { STAR_BEGIN = 1, STAR_END = 2, STAR_INSIDE = 4 };

static unsigned stars_of(str *term)
{
    unsigned found = 0;
    if (str_starts(*term, S("*"))) {
        found |= STAR_BEGIN;
        *term = str_sub(*term, 1, term->n);
    }
    if (str_ends(*term, S("*"))) {
        found |= STAR_END;
        *term = str_sub(*term, 0, term->n - 1);
    }
    return found | (str_find_char(*term, '*') >= 0 ? STAR_INSIDE : 0);
}

/* a*b as a regular expression over whole words. */
static str star_regex(struct binder *b, const struct terms *s, str term,
                      unsigned stars)
{
    struct buf re;
    buf_init(&re, REGEX_MAX_BYTES);
    buf_adds(&re, s->case_sensitive ? "(?s)" : "(?si)");
    buf_adds(&re, stars & STAR_BEGIN ? "" : "\\b");
    while (term.n) {
        ptrdiff_t at = str_find_char(term, '*');
        size_t n = at < 0 ? term.n : (size_t)at;
        regex_quote(&re, str_sub(term, 0, n));
        buf_adds(&re, at < 0 ? "" : ".*");
        term = str_sub(term, at < 0 ? n : n + 1, term.n);
    }
    buf_adds(&re, stars & STAR_END ? "" : "\\b");
    str text = buf_take(&re, b->arena);
    buf_release(&re);
    return text;
}

/* Whether the text `x` has the term. */
static struct expr *has_term(struct binder *b, const struct terms *s,
                             struct expr *x, str term, struct span at)
{
    static const char *const words[][2] = {
        [0] = { "has", "has_cs" },
        [STAR_BEGIN] = { "hassuffix", "hassuffix_cs" },
        [STAR_END] = { "hasprefix", "hasprefix_cs" },
        [STAR_BEGIN | STAR_END] = { "contains", "contains_cs" },
    };
    unsigned stars = stars_of(&term);
    x = coerce(b, x, TYPE_STRING);
    if (stars & STAR_INSIDE)
        return bind_binary(b, S("matches"), at, x,
                           ex_string(b, star_regex(b, s, term, stars)));
    return bind_binary(b, str_of(words[stars][s->case_sensitive]), at, x,
                       ex_string(b, term));
}

/* A term of all columns. Kusto takes no fraction for a term. */
static struct expr *any_has(struct binder *b, const struct terms *s,
                            const struct ast *t)
{
    size_t n = b->row->cols.n, nargs = 0;
    struct expr **args = arena_array(b->arena, n + 1, sizeof *args);
    bool whole = type_is_int(t->value.type) || t->value.type == TYPE_STRING;
    str term = t->value.s;
    if (t->value.type != TYPE_STRING && whole)
        term = arena_fmt(b->arena, "%lld", (long long)t->value.i);
    for (size_t i = 0; whole && i < n; i++) {
        const struct col *c = &b->row->cols.v[i];
        if (!c->name.n || c->name.p[0] != '\001')
            args[nargs++] =
                has_term(b, s, ex_column(b, c, t->span), term, t->span);
    }
    struct value no = { .type = TYPE_BOOL };
    args[nargs++] = ex_literal(b, no, t->span);
    return ex_calln(b, TYPE_BOOL, "$or", args, nargs);
}

/* ---- the predicate ---- */

static struct expr *bind_terms(struct binder *b, const struct terms *s,
                               const struct ast *t);

static struct expr *bind_logic(struct binder *b, const struct terms *s,
                               const struct ast *t)
{
    size_t n = 0;
    struct expr **args = arena_array(b->arena, ast_nkids(t), sizeof *args);
    for (const struct ast *k = t->kid; k; k = k->next)
        args[n++] = bind_terms(b, s, k);
    return ex_calln(b, TYPE_BOOL, str_eqz(t->text, "and") ? "$and" : "$or",
                    args, n);
}

/* column : "term"; other values are compared. */
static struct expr *bind_colon(struct binder *b, const struct terms *s,
                               const struct ast *t)
{
    const struct ast *v = t->kid->next;
    struct expr *x = bind_expr(b, t->kid), *y = bind_expr(b, v);
    if (x->kind == EX_ERROR || y->kind == EX_ERROR)
        return ex_error(b, t->span);
    if (y->kind == EX_LITERAL && y->type == TYPE_STRING)
        return has_term(b, s, x, y->value.s, t->span);
    bind_error(b, DIAG_TYPE, v->span, "':' needs a text in quotes");
    return ex_error(b, t->span);
}

/* has becomes has_cs when case counts. */
static str with_case(struct binder *b, str op)
{
    static const char *const words[] = { "has",      "hasprefix",  "hassuffix",
                                         "contains", "startswith", "endswith" };
    str word = str_starts(op, S("!")) ? str_sub(op, 1, op.n) : op;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(word, words[i]))
            return arena_fmt(b->arena, "%.*s_cs", STRF(op));
    return op;
}

static struct expr *bind_cased(struct binder *b, const struct ast *t)
{
    struct ast copy = *t;
    copy.text = with_case(b, t->text);
    return bind_cond(b, &copy);
}

static struct expr *bind_terms(struct binder *b, const struct terms *s,
                               const struct ast *t)
{
    struct expr *e;
    if (!bind_enter(b, t->span))
        return ex_error(b, t->span);
    if (is_term(t))
        e = any_has(b, s, t);
    else if (t->kind == AST_STAR)
        e = ex_literal(b, (struct value){ .type = TYPE_BOOL, .i = 1 }, t->span);
    else if (is_logic(t))
        e = bind_logic(b, s, t);
    else if (is_not(t))
        e = ex_call(b, TYPE_BOOL, "(NOT $1)", bind_terms(b, s, t->kid), NULL);
    else if (t->kind == AST_BINARY && str_eqz(t->text, ":"))
        e = bind_colon(b, s, t);
    else if (t->kind == AST_BINARY && s->case_sensitive)
        e = bind_cased(b, t);
    else
        e = bind_cond(b, t);
    bind_leave(b);
    return e;
}

/* ---- filtering ---- */

static bool is_concerned(const struct terms *s, const struct node *n)
{
    for (size_t i = 0; i < s->names.n; i++)
        if (node_find(n, s->names.v[i]))
            return true;
    return s->any || s->names.n == 0 || n->open;
}

/* The type of a column in all tables that have it: dynamic when they differ. */
static enum type common(const struct tables *t, str name)
{
    const struct col *first = NULL;
    for (size_t i = 0; i < t->v.n; i++) {
        const struct col *c = node_find(t->v.v[i], name);
        if (c && first && c->type != first->type)
            return TYPE_DYNAMIC;
        first = c ? c : first;
    }
    return first ? first->type : TYPE_DYNAMIC;
}

/* A column of the predicate as the table has it, as a dynamic when others have
 * it with another type, and null when only others have it. */
static void complete_column(struct binder *b, const struct tables *t,
                            struct node *p, str name)
{
    const struct col *c = node_find(p, name);
    enum type type = common(t, name);
    if (c && c->type == type)
        return;
    struct expr *e = ex_null(b, type);
    if (c) {
        e = coerce(b, ex_column(b, c, p->span), type);
        for (size_t i = 0; i < p->cols.n; i++)
            if (p->cols.v[i].id == c->id)
                p->cols.v[i].name = S("\001own");
    }
    project_add(b, p, name, e);
}

static struct node *complete(struct binder *b, const struct terms *s,
                             const struct tables *t, struct node *n)
{
    struct ast at = { .span = n->span };
    struct node *p = project_new(b, &at, n);
    p->open = n->open;
    for (size_t i = 0; i < n->cols.n; i++)
        project_keep(b, p, &n->cols.v[i]);
    for (size_t i = 0; i < s->names.n && !n->open; i++)
        complete_column(b, t, p, s->names.v[i]);
    return p->cols.n == n->cols.n ? n : p;
}

static struct node *filter(struct binder *b, const struct terms *s,
                           const struct tables *t, struct node *n)
{
    struct ast at = { .span = s->where->span };
    struct node *row = b->row, *all = complete(b, s, t, n);
    b->row = all;
    struct expr *cond = bind_terms(b, s, s->where);
    b->row = row;
    if (cond->window)
        bind_error(b, DIAG_UNSUPPORTED, cond->span,
                   "'%s' cannot look at other rows", b->where);
    if (cond->kind == EX_ERROR || cond->window)
        return n->open ? n : NULL;
    struct node *f = node_over(b, NODE_FILTER, &at, all);
    f->cond = cond;
    f->name = n->name;
    if (all == n)
        return f;
    struct node *p = project_new(b, &at, f);
    p->open = n->open;
    for (size_t i = 0; i < n->cols.n; i++)
        project_keep(b, p, &n->cols.v[i]);
    return p;
}

bool terms_filter(struct binder *b, const struct terms *s, struct tables *t)
{
    struct tables all = *t;
    struct node **kept = arena_array(b->arena, t->v.n, sizeof *kept);
    size_t n = 0;
    for (size_t i = 0; i < all.v.n; i++) {
        if (!is_concerned(s, all.v.v[i]))
            continue;
        kept[n] = filter(b, s, &all, all.v.v[i]);
        if (!kept[n])
            return false;
        t->names.v[n++] = t->names.v[i];
    }
    t->v.v = kept;
    t->v.n = t->v.cap = t->names.n = n;
    return true;
}

/* kql_text.c - a query of KQL as text, taken apart so that more can follow.
 *
 * Called by: bind_asked.c, kql_prefix.c.
 * `let a = 1; T | where b == a; // end` becomes the statements before its query
 * and the query. The text itself is kept as it was written: only where it is
 * cut is found by reading it. */
#include "kql_text.h"

#include "syntax/parse.h"

/* ---- is it one query, behind statements that give no rows? ---- */

static bool gives_no_rows(const struct ast *t)
{
    return t->kind == AST_LET || t->kind == AST_SET || t->kind == AST_DECLARE;
}

static bool is_table_text(const struct ast *t)
{
    return t->kind == AST_PIPE || t->kind == AST_OP || t->kind == AST_NAME ||
           t->kind == AST_CALL || t->kind == AST_PATH;
}

static const struct ast *only_query(const struct ast *cell)
{
    for (const struct ast *t = cell->kid; t; t = t->next) {
        if (gives_no_rows(t))
            continue;
        bool fits = !t->next && t->kind == AST_QUERY && t->kid &&
                    is_table_text(t->kid);
        if (!fits || (t->kid->kind == AST_PIPE &&
                      t->kid->kid->kind == AST_COMMAND))
            return NULL;
        return t->kid;
    }
    return NULL;
}

/* What draws or divides a result has to be the last of it. */
static enum walk stop_at_last_words(void *ctx, struct ast *t)
{
    static const char *const words[] = { "render", "fork", "facet", "consume" };
    if (t == ctx)
        return WALK_PRUNE; /* the picture that is cut off */
    if (t->kind == AST_CALL && str_eqz(t->text, "preview"))
        return WALK_STOP;
    for (size_t i = 0; t->op && i < sizeof words / sizeof *words; i++)
        if (str_eqz(str_of(t->op->name), words[i]))
            return WALK_STOP;
    return WALK_CONTINUE;
}

static const struct ast *picture_of(const struct ast *query)
{
    const struct ast *op = query->kind == AST_PIPE ? query->last : NULL;
    return op && op != query->kid && op->kind == AST_OP &&
                   str_eqz(str_of(op->op->name), "render")
               ? op
               : NULL;
}

/* ---- where it is cut ---- */

static bool is_punct(const struct token *t, const char *text)
{
    return t->kind == TOK_PUNCT && str_eqz(t->text, text);
}

/* The first token of the query: behind the last semicolon that no bracket
 * holds; *nparts tells how many statements the semicolons make. */
static size_t query_begins(const struct tokens *ts, size_t end, size_t *nparts)
{
    size_t from = 0;
    int depth = 0;
    *nparts = 1;
    for (size_t i = 0; i < end; i++) {
        const struct token *t = &ts->v[i];
        if (is_punct(t, "(") || is_punct(t, "[") || is_punct(t, "{"))
            depth++;
        else if (is_punct(t, ")") || is_punct(t, "]") || is_punct(t, "}"))
            depth--;
        else if (is_punct(t, ";") && depth == 0) {
            *nparts += i > from;
            from = i + 1;
        }
    }
    return from;
}

static size_t query_ends(const struct tokens *ts, const struct ast *picture)
{
    size_t n = ts->n;
    while (n && (is_punct(&ts->v[n - 1], ";") ||
                 (picture && ts->v[n - 1].span.beg >= picture->span.beg)))
        n--;
    return picture && n && is_punct(&ts->v[n - 1], "|") ? n - 1 : n;
}

bool kql_text_split(struct binder *b, str text, struct kql_text *out)
{
    struct diags own;
    size_t nparts;
    diags_init(&own, b->arena);
    const struct ast *cell = parse_cell(b->arena, b->reg, text, &own);
    const struct ast *query = own.nerrors ? NULL : only_query(cell);
    const struct ast *picture = query ? picture_of(query) : NULL;
    *out = (struct kql_text){ .cell = cell };
    if (!query || !ast_walk((struct ast *)query, stop_at_last_words,
                            (void *)picture))
        return false;
    lex(b->arena, text, &out->tokens, &own);
    size_t end = query_ends(&out->tokens, picture);
    size_t from = query_begins(&out->tokens, end, &nparts);
    if (from >= end || nparts != ast_nkids(cell))
        return false;
    const struct token *v = out->tokens.v;
    out->query = str_sub(text, v[from].span.beg, v[end - 1].span.end);
    out->before = from ? str_sub(text, 0, v[from - 1].span.end) : S("");
    return true;
}

str kql_text_plain(struct binder *b, str text)
{
    struct kql_text t;
    if (!kql_text_split(b, text, &t))
        return text;
    return arena_fmt(b->arena, "%.*s%s%.*s", STRF(t.before),
                     t.before.n ? "\n" : "", STRF(t.query));
}

/* ---- its names ---- */

bool kql_text_declares(const struct kql_text *t, str name)
{
    for (const struct ast *s = t->cell->kid; s; s = s->next) {
        if (s->kind == AST_LET && str_eq(s->text, name))
            return true;
        for (const struct ast *k = s->kind == AST_DECLARE ? s->kid : NULL; k;
             k = k->next)
            if (str_eq(k->text, name))
                return true;
    }
    return false;
}

bool kql_text_mentions(const struct kql_text *t, str name)
{
    for (size_t i = 0; i < t->tokens.n; i++) {
        const struct token *v = &t->tokens.v[i];
        if ((v->kind == TOK_NAME || v->kind == TOK_QUOTED) &&
            str_eq(v->text, name))
            return true;
    }
    return false;
}

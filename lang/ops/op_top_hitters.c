/* op_top_hitters.c - `T | top-hitters N of key [by value]`: frequent keys.
 *
 * Kusto estimates; the counts and sums here are exact. Among equals the larger
 * key comes first, so that the answer is always the same. */
#include "summarize.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* N of [name =] key [by [name =] value] */
static void top_hitters_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_expr(p));
    if (!expect_word_of(p, "of", "top-hitters 10 of Column"))
        return;
    ast_add(op, parse_named(p));
    if (accept_word(p, "by"))
        ast_add(op, parse_named(p));
}

static const struct ast *value_of(const struct ast *t)
{
    return t->kind == AST_NAMED ? t->kid : t;
}

/* count() or sum(value), under the name that KQL gives it. */
static struct ast *measure(struct binder *b, const struct ast *op,
                           const struct ast *by, str key)
{
    struct ast *call = ast_new(b->arena, AST_CALL, op->span,
                               by ? S("sum") : S("count"));
    str name = arena_fmt(b->arena, "approximate_count_%.*s", STRF(key));
    if (by) {
        const struct ast *v = value_of(by);
        struct ast *copy = ast_new(b->arena, v->kind, v->span, v->text);
        *copy = *v;
        copy->next = NULL;
        ast_add(call, copy);
        call->span = v->span;
        name = by->kind == AST_NAMED
                   ? by->text
                   : arena_fmt(b->arena, "approximate_sum_%.*s",
                               STRF(auto_name(b, v)));
    }
    struct ast *named = ast_new(b->arena, AST_NAMED, call->span, name);
    ast_add(named, call);
    return named;
}

static struct node *best(struct binder *b, const struct ast *op,
                         struct node *in, struct expr *count)
{
    struct node *s = node_over(b, NODE_SORT, op, in);
    for (size_t i = 2; i-- > 0;) {
        struct order o = { ex_column(b, &in->cols.v[i], op->span), true,
                           false };
        PUSH(b->arena, s->order, o);
    }
    s->ordered = true;
    struct node *n = node_over(b, NODE_LIMIT, op, s);
    n->count = count;
    return n;
}

static struct node *top_hitters_bind(struct binder *b, const struct ast *op,
                                     struct node *in)
{
    const struct ast *key = op->kid ? op->kid->next : NULL;
    struct expr *count = op->kid ? bind_count(b, op->kid) : NULL;
    struct summary s;
    unsigned counter = 0;
    if (!key)
        return NULL;
    summary_init(b, &s, op);
    if (!summary_by(b, &s, key, &counter) || count->kind == EX_ERROR ||
        !summary_add(b, &s, measure(b, op, key->next, s.out->cols.v[0].name),
                     &counter))
        return in->open ? in : NULL;
    return best(b, op, summary_end(b, &s, b->row), count);
}

static void top_hitters_print(struct canon *c, const struct ast *op)
{
    static const char *const words[] = { " ", " of ", " by " };
    size_t i = 0;
    for (const struct ast *k = op->kid; k && i < 3; k = k->next) {
        buf_adds(c->b, words[i++]);
        canon_expr(c, k);
    }
}

const struct lang_op op_top_hitters = {
    .name = "top-hitters",
    .usage = "T | top-hitters N of key [by value]",
    .summary = "The N keys with the most rows, or with the largest sum of a "
               "value; exact here.",
    .example = "datatable(User:string)[\"ana\", \"bo\", \"ana\"] "
               "| top-hitters 1 of User",
    .parse = top_hitters_parse,
    .print = top_hitters_print,
    .bind = top_hitters_bind,
};

/* patterns.c - which columns a list of patterns means.
 *
 * Called by: op_project_away, op_project_keep. */
#include "patterns.h"

void parse_patterns(struct parser *p, struct ast *op)
{
    do
        ast_add(op, parse_pattern(p));
    while (accept_punct(p, ","));
}

struct node *bind_patterns(struct binder *b, const struct ast *op,
                           struct node *in, bool keep)
{
    bool *any = arena_array(b->arena, in->cols.n, sizeof *any);
    bool *hit = arena_array(b->arena, in->cols.n, sizeof *hit);
    for (const struct ast *k = op->kid; k; k = k->next) {
        match_columns(b, k, in, hit);
        for (size_t i = 0; i < in->cols.n; i++)
            any[i] |= hit[i];
    }
    struct node *p = project_new(b, op, in);
    p->open = in->open;
    for (size_t i = 0; i < in->cols.n; i++)
        if (any[i] == keep)
            project_keep(b, p, &in->cols.v[i]);
    return p;
}

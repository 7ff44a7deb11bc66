/* remote_expr.c - bound expressions in the words of a connection.
 *
 * Called by: push.c.
 * A call is said as the analyst wrote it (struct written), never as the
 * template that it became. */
#include "remote_expr.h"

enum { MAX_REMOTE_DEPTH = 100 };

static struct remote_expr *say(struct arena *a, const struct expr *e,
                               const struct node *fetch, unsigned depth);

static struct remote_expr *say_column(struct arena *a, const struct expr *e,
                                      const struct node *fetch)
{
    for (size_t i = 0; i < fetch->cols.n; i++)
        if (fetch->cols.v[i].id == e->id) {
            struct remote_expr *r = NEW(a, struct remote_expr);
            r->kind = REMOTE_COLUMN;
            r->type = fetch->query->cols[i].type;
            r->name = fetch->query->cols[i].name;
            return r;
        }
    return NULL;
}

static struct remote_expr *say_call(struct arena *a, const struct expr *e,
                                    const struct node *fetch, unsigned depth)
{
    const struct written *w = e->written;
    if (!w || e->is_volatile || e->window)
        return NULL;
    struct remote_expr *r = NEW(a, struct remote_expr);
    r->kind = REMOTE_CALL;
    r->type = e->type;
    r->name = w->name;
    r->nargs = w->nargs;
    r->args = arena_array(a, w->nargs, sizeof *r->args);
    for (size_t i = 0; i < w->nargs; i++)
        if (!(r->args[i] = say(a, w->args[i], fetch, depth + 1)))
            return NULL;
    return r;
}

static struct remote_expr *say(struct arena *a, const struct expr *e,
                               const struct node *fetch, unsigned depth)
{
    if (depth > MAX_REMOTE_DEPTH)
        return NULL;
    if (e->kind == EX_COLUMN)
        return say_column(a, e, fetch);
    if (e->kind == EX_CALL)
        return say_call(a, e, fetch, depth);
    if (e->kind != EX_LITERAL)
        return NULL;
    struct remote_expr *r = NEW(a, struct remote_expr);
    r->kind = REMOTE_LITERAL;
    r->type = e->type;
    r->value = e->value;
    return r;
}

struct remote_expr *remote_expr_of(struct arena *a, const struct expr *e,
                                   const struct node *fetch)
{
    return say(a, e, fetch, 0);
}

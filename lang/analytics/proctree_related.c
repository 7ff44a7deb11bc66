/* proctree_related.c - rows of an annotated table that are related to some.
 *
 * Called by: the operators `ancestors` and `descendants`, after `proctree` or
 *            over a table that kept its columns.
 * How:       every key, of a row or of a parent, is a node; so rows that share
 *            a key go together and unseen parents can be asked for. */
#include "intern.h"
#include "proctree_frame.h"

struct nodes {
    struct intern keys;
    uint32_t *of_row;       /* node of each row's own key, 0: none */
    int32_t *parent;        /* by node */
    bool *seed, *found;     /* by node */
};

static const struct column *key_column(const struct frame *in, str name,
                                       const char *or_else, span at,
                                       struct diags *ds)
{
    if (!name.n)
        name = str_of(or_else);
    int c = frame_find(in, name);
    if (c >= 0 && type_is_text(in->cols[c].type))
        return &in->cols[c];
    struct diag *d = diag_error(ds, DIAG_UNKNOWN_COLUMN, at,
                                "no text column '%.*s'", STRF(name));
    diag_hint(ds, d, "run proctree first");
    return NULL;
}

static str key_at(const struct column *c, size_t row)
{
    return cell_is_null(c, row) ? S("") : c->s[row];
}

static uint32_t node_of(struct nodes *g, str key)
{
    return key.n ? intern_add(&g->keys, key) : 0;
}

/* The first row of a key says who its parent is. */
static void link_nodes(struct nodes *g, const struct column *parent, size_t n)
{
    for (size_t i = 0; i < n; i++)
        node_of(g, key_at(parent, i)); /* so that every node has a place */
    g->parent = xmalloc(g->keys.n * sizeof *g->parent);
    for (size_t k = 0; k < g->keys.n; k++)
        g->parent[k] = -1;
    for (size_t i = 0; i < n; i++) {
        uint32_t up = intern_find(&g->keys, key_at(parent, i));
        uint32_t node = g->of_row[i];
        if (node && up && up != node && g->parent[node] < 0)
            g->parent[node] = (int32_t)up;
    }
}

static void mark_seeds(struct nodes *g, const struct proctree_relation *rel,
                       size_t n)
{
    g->seed = xcalloc(g->keys.n, sizeof *g->seed);
    for (size_t i = 0; rel->seed && i < n; i++)
        if (rel->seed[i])
            g->seed[g->of_row[i]] = true;
    if (rel->key.n)
        g->seed[intern_find(&g->keys, rel->key)] = true;
    g->seed[0] = false; /* rows without a key are related to nobody */
}

static void nodes_release(struct nodes *g)
{
    intern_release(&g->keys);
    free(g->of_row);
    free(g->parent);
    free(g->seed);
    free(g->found);
}

enum status proctree_related(const struct frame *in,
                             const struct proctree_relation *rel, bool *out,
                             struct diags *ds)
{
    const struct column *key = key_column(in, rel->key_column, "ProcessKey",
                                          rel->span, ds);
    const struct column *parent = key_column(in, rel->parent_column,
                                             "ParentKey", rel->span, ds);
    if (!key || !parent)
        return ST_USER;
    struct nodes g = { .of_row = xcalloc(in->nrows, sizeof(uint32_t)) };
    intern_init(&g.keys);
    for (size_t i = 0; i < in->nrows; i++)
        g.of_row[i] = node_of(&g, key_at(key, i));
    link_nodes(&g, parent, in->nrows);
    mark_seeds(&g, rel, in->nrows);
    g.found = xcalloc(g.keys.n, sizeof *g.found);
    struct proctree_closure c = { g.keys.n, g.parent, g.seed, rel->direction,
                                  rel->levels };
    proctree_closure(&c, g.found);
    for (size_t i = 0; i < in->nrows; i++)
        out[i] = g.of_row[i] ? g.found[g.of_row[i]]
                             : rel->seed && rel->seed[i];
    nodes_release(&g);
    return ST_OK;
}

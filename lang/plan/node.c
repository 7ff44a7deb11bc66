/* node.c - making and printing relational nodes.
 *
 * Called by: binder, plan rewrites, `dev bind`, .explain. */
#include "node.h"

#include "base/utf8.h"
#include "node_map.h"

struct node *node_new(struct arena *a, enum node_kind kind, struct span at,
                      struct node *in)
{
    struct node *n = NEW(a, struct node);
    n->kind = kind;
    n->span = at;
    if (in) {
        n->nin = 1;
        n->in = arena_array(a, 1, sizeof *n->in);
        n->in[0] = in;
    }
    return n;
}

static const char *const names[] = {
#define NODE(kind, name) name,
#include "node.def"
#undef NODE
};

const char *node_kind_name(enum node_kind k)
{
    return names[k];
}

const struct col *node_find(const struct node *n, str name)
{
    for (size_t i = 0; i < n->cols.n; i++)
        if (str_eq(n->cols.v[i].name, name))
            return &n->cols.v[i];
    return NULL;
}

size_t node_most_rows(const struct node *n)
{
    size_t most = SIZE_MAX;
    for (; n; n = n->nin ? n->in[0] : NULL) {
        switch (n->kind) {
        case NODE_LIMIT:
            if (n->count->kind == EX_LITERAL && n->count->value.i >= 0 &&
                (uint64_t)n->count->value.i < most)
                most = (size_t)n->count->value.i;
            break;
        case NODE_PROJECT:
        case NODE_FILTER:
        case NODE_SORT:
        case NODE_SHARED:
            break;
        case NODE_AGGREGATE:
            return n->keys.n == 0 && most > 1 ? 1 : most;
        case NODE_VALUES: {
            size_t rows = n->cols.n ? n->cells.n / n->cols.n : 1;
            return rows < most ? rows : most;
        }
        default:
            return most;
        }
    }
    return most;
}

static void print_args(struct buf *b, const struct expr *e)
{
    for (size_t i = 0; i < e->nargs; i++) {
        buf_adds(b, i ? ", " : "");
        expr_print(b, e->args[i]);
    }
}

void expr_print(struct buf *b, const struct expr *e)
{
    switch (e->kind) {
    case EX_COLUMN: buf_addf(b, "c%u", e->id); break;
    case EX_LITERAL: value_json(b, &e->value); break;
    case EX_CALL:
        buf_addf(b, "{%s}(", e->sql);
        print_args(b, e);
        buf_addc(b, ')');
        break;
    case EX_SCALAR: buf_adds(b, "toscalar(…)"); break;
    case EX_IN:
        print_args(b, e);
        buf_adds(b, " in (…)");
        break;
    case EX_ERROR: buf_adds(b, "<error>"); break;
    }
}

static void print_assigns(struct buf *b, const struct assign *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_addf(b, "%s%.*s:%s = ", i ? ", " : " ", STRF(v[i].col.name),
                 type_name(v[i].col.type));
        expr_print(b, v[i].e);
    }
}

static void print_details(struct buf *b, const struct node *n)
{
    switch (n->kind) {
    case NODE_SCAN: buf_addf(b, " %.*s", STRF(n->table)); break;
    case NODE_FILTER:
        buf_addc(b, ' ');
        expr_print(b, n->cond);
        break;
    case NODE_PROJECT: print_assigns(b, n->assigns.v, n->assigns.n); break;
    case NODE_AGGREGATE:
        print_assigns(b, n->assigns.v, n->assigns.n);
        buf_adds(b, " by");
        print_assigns(b, n->keys.v, n->keys.n);
        break;
    case NODE_SORT:
        for (size_t i = 0; i < n->order.n; i++) {
            buf_adds(b, i ? ", " : " ");
            expr_print(b, n->order.v[i].e);
            buf_adds(b, n->order.v[i].desc ? " desc" : " asc");
        }
        break;
    case NODE_LIMIT:
        buf_addc(b, ' ');
        expr_print(b, n->count);
        break;
    case NODE_HOST: buf_addf(b, " %s", n->op->name); break;
    case NODE_FETCH:
        if (n->remote)
            buf_addf(b, " %.*s", STRF(n->remote->alias));
        break;
    default: break;
    }
}

struct printer {
    struct buf *b;
    struct arena *arena;
    struct node_map shown; /* of the nodes that are used more than once */
};

static bool is_shown(struct printer *p, const struct node *n)
{
    if (n->uses < 2)
        return false;
    if (node_map_get(&p->shown, n))
        return true;
    node_map_put(p->arena, &p->shown, n, 1);
    return false;
}

static void print(struct printer *p, const struct node *n, size_t depth)
{
    struct buf *b = p->b;
    bool shown = is_shown(p, n);
    buf_fill(b, ' ', 2 * depth);
    buf_adds(b, names[n->kind]);
    if (shown) {
        buf_adds(b, " (above)\n");
        return;
    }
    print_details(b, n);
    buf_adds(b, " ->");
    for (size_t i = 0; i < n->cols.n; i++) {
        buf_addf(b, "%s", i ? ", " : " ");
        utf8_printable(b, n->cols.v[i].name);
        buf_addf(b, ":%s", type_name(n->cols.v[i].type));
    }
    buf_addc(b, '\n');
    for (size_t i = 0; i < n->nin; i++)
        print(p, n->in[i], depth + 1);
}

void node_print(struct buf *b, const struct node *n)
{
    struct printer p = { .b = b, .arena = arena_new() };
    print(&p, n, 0);
    arena_free(p.arena);
}

/* bind_asked.c - what connections are asked, and the operators that follow.
 *
 * Called by: bind_remote.c, bind_stored.c.
 * A service of KQL gets the longest run of operators that it can run behind
 * the table or the text. When the rows come in parts (slices of a time range,
 * several connections), only what means the same for the parts as for all goes
 * along (kql_prefix.c). The rest runs here, over the rows of all parts. */
#include "bind.h"

#include "bind_int.h"
#include "kql_prefix.h"

/* ---- columns ---- */

/* Names that the rows do not have. */
static void name_added(struct binder *b, struct ask_part *part,
                       const struct node *rows)
{
    for (size_t i = 0; i < part->added.n; i++)
        part->added.v[i].name = free_name(b, rows, part->added.v[i].name);
}

static struct node *with_added(struct binder *b, const struct ast *at,
                               struct node *n, const struct const_cols *added)
{
    struct node *p = project_new(b, at, n), *row = b->row;
    if (!added->n)
        return n;
    b->row = n;
    for (size_t i = 0; i < n->cols.n; i++)
        project_keep(b, p, &n->cols.v[i]);
    for (size_t i = 0; i < added->n; i++)
        project_add(b, p, added->v[i].name,
                    ex_literal(b, added->v[i].value, at->span));
    b->row = row;
    p->constants = true;
    p->name = n->name;
    return p;
}

/* The rows of a part as they come. */
static struct node *part_node(struct binder *b, const struct asked *a,
                              struct ask_part *part)
{
    struct node *n = part->source
                       ? fetch_node(b, part->source, a->call->span)
                       : remote_fetch_node(b, part->remote, part->query,
                                           a->name);
    n->name = a->name;
    if (a->provenance || b->provenance)
        provenance_add(b, a, part);
    name_added(b, part, n);
    return with_added(b, a->call, n, &part->added);
}

/* What a service may know and this program does not. */
static bool service_may_know(const struct diags *ds)
{
    for (size_t i = 0; i < ds->list.n; i++) {
        enum diag_code c = ds->list.v[i].code;
        if (ds->list.v[i].severity == SEV_ERROR && c != DIAG_UNKNOWN_FUNCTION &&
            c != DIAG_UNKNOWN_TABLE && c != DIAG_NEEDS_PROVIDER &&
            c != DIAG_NO_PROVIDER)
            return false;
    }
    return true;
}

static void take_over(struct diags *to, const struct diags *from)
{
    for (size_t i = 0; i < from->list.n; i++)
        PUSH(to->arena, to->list, from->list.v[i]);
    to->nerrors += from->nerrors;
}

/* The columns of a prefix: as bound here, or as the service tells. */
static bool prefix_columns(struct binder *b, struct remote *r,
                           const struct kql_prefix *p, struct node *base,
                           struct remote_query *q)
{
    struct diags own, *ds = b->ds;
    diags_init(&own, ds->arena);
    b->ds = &own;
    struct node *n = bind_pipe_ops(b, base, p->ops);
    b->ds = ds;
    if (own.nerrors && service_may_know(&own)) {
        struct remote_schema schema = { 0 };
        struct remote_ask ask = { r, p->text, q->span, b->ds, false };
        enum status st = b->env->remote_columns(b->env->ctx, &ask, &schema);
        q->cols = schema.cols;
        q->ncols = schema.ncols;
        if (st != ST_USER)
            return st == ST_OK;
    }
    take_over(ds, &own);
    if (own.nerrors || !n)
        return false;
    struct source_col *cols = arena_array(b->arena, n->cols.n, sizeof *cols);
    for (size_t i = 0; i < n->cols.n; i++)
        cols[i] = (struct source_col){ n->cols.v[i].name, n->cols.v[i].type };
    q->cols = cols;
    q->ncols = n->cols.n;
    return true;
}

/* ---- the texts ---- */

/* What each part is asked with operators behind it. */
struct longer {
    struct kql_source *from;
    struct kql_text *texts;
    struct kql_prefix *px;
    size_t n; /* operators, the same for all; 0: nothing goes along */
};

static bool begin_part(struct binder *b, const struct asked *a, size_t i,
                       struct longer *l)
{
    const struct ask_part *part = &a->parts.v[i];
    l->from[i] = (struct kql_source){
        .remote = part->remote,
        .table = part->table,
        .added = &part->added,
        .spread = a->parts.n > 1,
        .most = SIZE_MAX,
    };
    if (part->source || part->remote->provider->language != REMOTE_KQL)
        return false;
    if (part->table)
        return true;
    l->from[i].text = &l->texts[i];
    return kql_text_split(b, part->query->text, &l->texts[i]);
}

/* The connections may know different tables: what all of them can run. */
static void find_longer(struct binder *b, const struct asked *a,
                        struct longer *l)
{
    size_t n = a->parts.n, most = SIZE_MAX;
    *l = (struct longer){
        .from = arena_array(b->arena, n, sizeof *l->from),
        .texts = arena_array(b->arena, n, sizeof *l->texts),
        .px = arena_array(b->arena, n, sizeof *l->px),
    };
    for (size_t i = 0; i < n; i++) {
        if (!a->ops || !begin_part(b, a, i, l))
            return;
        kql_prefix(b, &l->from[i], a->ops, &l->px[i]);
        most = l->px[i].n < most ? l->px[i].n : most;
        if (!most)
            return;
    }
    for (size_t i = 0; i < n; i++) {
        l->from[i].most = most;
        if (l->px[i].n > most)
            kql_prefix(b, &l->from[i], a->ops, &l->px[i]);
        if (l->px[i].n != most)
            return;
    }
    l->n = n ? most : 0;
}

bool asked_goes_on(struct binder *b, const struct asked *a)
{
    struct longer l;
    find_longer(b, a, &l);
    return l.n > 0;
}

/* The question of part i, with the operators. The parts of one connection have
 * the same columns: they are found once. */
static struct node *longer_node(struct binder *b, const struct asked *a,
                                size_t i, const struct longer *l,
                                struct node *base)
{
    const struct ask_part *part = &a->parts.v[i];
    struct remote_query *q = NEW(b->arena, struct remote_query);
    *q = *part->query;
    q->text = l->px[i].text;
    if (!prefix_columns(b, part->remote, &l->px[i], base, q))
        return NULL;
    return remote_fetch_node(b, part->remote, q, a->name);
}

static struct node *same_columns(struct binder *b, const struct asked *a,
                                 size_t i, const struct longer *l,
                                 const struct node *before)
{
    const struct ask_part *part = &a->parts.v[i];
    struct remote_query *q = NEW(b->arena, struct remote_query);
    *q = *part->query;
    q->text = l->px[i].text;
    q->cols = before->query->cols;
    q->ncols = before->query->ncols;
    return remote_fetch_node(b, part->remote, q, a->name);
}

/* ---- several parts ---- */

/* The column of `n` that has this name, or -1. */
static ptrdiff_t column_at(const struct node *n, str name)
{
    for (size_t i = 0; i < n->cols.n; i++)
        if (str_eq(n->cols.v[i].name, name))
            return (ptrdiff_t)i;
    return -1;
}

/* All names, in order of appearance. */
static bool gather_columns(struct binder *b, const struct asked *a,
                           struct node **parts, struct node *u)
{
    for (size_t i = 0; i < a->parts.n; i++)
        for (size_t k = 0; k < parts[i]->cols.n; k++) {
            const struct col *c = &parts[i]->cols.v[k];
            const struct col *old = node_find(u, c->name);
            if (!old) {
                PUSH(b->arena, u->cols, col_new(b, c->name, c->type, true));
            } else if (old->type != c->type) {
                bind_error(b, DIAG_TYPE, a->call->span,
                           "'%.*s' is a %s in one part of the rows and a %s in "
                           "another",
                           STRF(c->name), type_name(old->type),
                           type_name(c->type));
                return false;
            }
        }
    return true;
}

static struct node *aligned(struct binder *b, const struct asked *a,
                            struct node *part, const struct node *u)
{
    struct node *p = project_new(b, a->call, part), *row = b->row;
    bool same = part->cols.n == u->cols.n;
    for (size_t i = 0; same && i < u->cols.n; i++)
        same = column_at(part, u->cols.v[i].name) == (ptrdiff_t)i;
    if (same)
        return part;
    b->row = part;
    for (size_t i = 0; i < u->cols.n; i++) {
        ptrdiff_t at = column_at(part, u->cols.v[i].name);
        if (at >= 0)
            project_keep(b, p, &part->cols.v[at]);
        else
            project_add(b, p, u->cols.v[i].name,
                        ex_null(b, u->cols.v[i].type));
    }
    b->row = row;
    return p;
}

static struct node *union_of(struct binder *b, const struct asked *a,
                             struct node **parts)
{
    struct node *u = node_new(b->arena, NODE_UNION, a->call->span, NULL);
    u->in = parts;
    u->nin = a->parts.n;
    u->name = a->name;
    if (!gather_columns(b, a, parts, u))
        return NULL;
    for (size_t i = 0; i < u->nin; i++)
        parts[i] = aligned(b, a, parts[i], u);
    return u;
}

static void tell_lost(struct binder *b, const struct asked *a, struct node *n)
{
    if (a->lost.n)
        n->completeness = PARTIAL;
    for (size_t i = 0; i < a->lost.n; i++)
        PUSH(b->arena, n->notes, a->lost.v[i]);
}

struct node *bind_asked(struct binder *b, struct asked *a)
{
    struct node **parts = arena_array(b->arena, a->parts.n, sizeof *parts);
    struct longer l;
    for (size_t i = 0; i < a->parts.n; i++)
        parts[i] = part_node(b, a, &a->parts.v[i]);
    find_longer(b, a, &l);
    for (size_t i = 0; i < a->parts.n && l.n; i++) {
        bool known = i && a->parts.v[i].remote == a->parts.v[i - 1].remote;
        parts[i] = known ? same_columns(b, a, i, &l, parts[i - 1])
                         : longer_node(b, a, i, &l, parts[i]);
        if (!parts[i])
            return NULL;
    }
    struct node *n = a->parts.n == 1 ? parts[0] : union_of(b, a, parts);
    if (n)
        tell_lost(b, a, n);
    return n ? bind_pipe_ops(b, n, l.n ? l.px[0].rest : a->ops) : NULL;
}

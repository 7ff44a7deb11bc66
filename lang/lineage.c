/* lineage.c - where rows come from, and what is missing of them.
 *
 * Called by: step.c, statement.c, commands. A source that was read leaves its
 * origin in its node; a table keeps those of the rows it was made of, and a
 * result has those of all tables and sources under it. */
#include "lineage.h"

#include "analytics/digest.h"
#include "base/ticks.h"
#include "connections.h"
#include "plan/node_walk.h"

/* ---- gathering ---- */

static bool same_origin(const struct origin *a, const struct origin *b)
{
    return a->asked == b->asked && a->nrows == b->nrows &&
           a->start == b->start && a->end == b->end &&
           str_eq(a->provider, b->provider) &&
           str_eq(a->connection, b->connection) &&
           str_eq(a->place, b->place) && str_eq(a->name, b->name) &&
           str_eq(a->sha256, b->sha256);
}

static void add_origin(struct lineage *x, const struct origin *o)
{
    for (size_t i = 0; i < x->origins.n; i++)
        if (same_origin(&x->origins.v[i], o))
            return;
    if (x->origins.n < MAX_ORIGINS)
        PUSH(x->arena, x->origins, *o);
}

static void add_note(struct lineage *x, str note)
{
    for (size_t i = 0; i < x->notes.n; i++)
        if (str_eq(x->notes.v[i], note))
            return;
    PUSH(x->arena, x->notes, note);
}

static void add_node(void *ctx, struct node *n)
{
    struct lineage *x = ctx;
    if (n->completeness > x->completeness)
        x->completeness = n->completeness;
    for (size_t i = 0; i < n->notes.n; i++)
        add_note(x, n->notes.v[i]);
    for (size_t i = 0; i < n->origins.n; i++)
        add_origin(x, &n->origins.v[i]);
}

void lineage_add(struct lineage *x, struct node *n)
{
    node_walk(n, add_node, x);
}

void lineage_add_frame(struct lineage *x, const struct frame *f)
{
    bool lacks = f->lacks_rows || f->completeness == PARTIAL;
    if (lacks && f->completeness > x->completeness)
        x->completeness = f->completeness;
    for (size_t i = 0; i < f->notes.n; i++)
        add_note(x, arena_str(x->arena, f->notes.v[i]));
    for (size_t i = 0; i < f->origins.n; i++) {
        struct origin o = origin_copy(x->arena, &f->origins.v[i]);
        add_origin(x, &o);
    }
}

/* ---- handing on ---- */

void lineage_to_frame(const struct lineage *x, struct frame *f)
{
    f->lacks_rows |= x->completeness != COMPLETE;
    if (x->completeness > f->completeness)
        f->completeness = x->completeness;
    for (size_t i = 0; i < x->notes.n; i++)
        frame_note(f, "%.*s", STRF(x->notes.v[i]));
    for (size_t i = 0; i < x->origins.n; i++)
        PUSH(f->arena, f->origins, origin_copy(f->arena, &x->origins.v[i]));
}

void lineage_to_node(const struct lineage *x, struct node *n)
{
    n->completeness = x->completeness;
    n->notes.v = x->notes.v;
    n->notes.n = n->notes.cap = x->notes.n;
    n->origins.v = x->origins.v;
    n->origins.n = n->origins.cap = x->origins.n;
}

void lineage_to_table(const struct lineage *x, struct table_info *t)
{
    t->completeness = x->completeness;
    t->notes = x->notes.v;
    t->nnotes = x->notes.n;
    t->origins = x->origins.v;
    t->norigins = x->origins.n;
}

/* ---- what was asked ---- */

static str hex_sha256(struct arena *a, str text)
{
    struct digest d;
    struct digester *digester = digester_new();
    digest_of(digester, text, &d);
    digester_free(digester);
    return arena_str(a, (str){ d.sha256, sizeof d.sha256 });
}

static const struct opened *opened_of(const struct lang *l,
                                      const struct source *s)
{
    for (size_t i = 0; s && i < l->opened.n; i++)
        if (l->opened.v[i].source == s)
            return &l->opened.v[i];
    return NULL;
}

static void add_question(struct lang *l, struct origin *o, struct remote *r,
                         const struct remote_query *q)
{
    struct diags quiet;
    struct buf text;
    diags_init(&quiet, l->cell);
    buf_init(&text, 16 << 20);
    struct remote_call call = connection_call(l, q->span, &quiet);
    o->provider = str_of(r->provider->name);
    o->connection = r->alias;
    o->place = r->where;
    o->start = q->from;
    o->end = q->to;
    if (r->provider->text(r, q, &text, &call) == ST_OK) {
        str clean = session_scrub(l, l->cell, buf_str(&text));
        o->sha256 = hex_sha256(l->cell, clean);
        o->text = str_sub(clean, 0, MAX_ORIGIN_TEXT);
    }
    buf_release(&text);
}

struct origin lineage_origin(struct lang *l, const struct node *n)
{
    const struct opened *opened = opened_of(l, n->source);
    struct origin o = { .name = n->name, .asked = l->now,
                        .start = REMOTE_NO_START, .end = REMOTE_NO_END };
    if (n->remote) {
        add_question(l, &o, n->remote, n->query);
    } else if (opened && opened->remote) {
        add_question(l, &o, opened->remote, opened->query);
    } else if (opened && opened->provider) {
        o.provider = str_of(opened->provider->name);
        o.name = opened->what;
    }
    return o;
}

/* ---- for people ---- */

void lineage_say(struct buf *b, const struct origin *o)
{
    buf_add(b, o->provider);
    if (o->connection.n)
        buf_addf(b, " %.*s", STRF(o->connection));
    if (o->place.n)
        buf_addf(b, " (%.*s)", STRF(o->place));
    if (o->name.n)
        buf_addf(b, ": %.*s", STRF(o->name));
    if (o->start != REMOTE_NO_START) {
        buf_adds(b, " from ");
        ticks_format(b, o->start);
    }
    if (o->end != REMOTE_NO_END) {
        buf_adds(b, " to ");
        ticks_format(b, o->end);
    }
    if (o->connection.n) { /* of files it does not tell their age */
        buf_adds(b, ", asked ");
        ticks_format(b, o->asked);
    }
    buf_addf(b, ", %llu row%s", (unsigned long long)o->nrows,
             o->nrows == 1 ? "" : "s");
    if (o->completeness != COMPLETE)
        buf_adds(b, o->completeness == PARTIAL ? ", partial" : ", truncated");
}

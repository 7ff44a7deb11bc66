/* schema.c - which tables a cluster has, and what columns they have.
 *
 * Called by: elastic.c, plan.c, text.c.
 * Columns come from the mappings (mapping.c). These do not tell which fields
 * hold lists, so some documents are looked at. */
#include "elastic.h"

#include "providers/http/answer.h"

enum { SAMPLE = 100 };

/* ---- a table ---- */

static void resolve_aliases(struct es_table *t)
{
    for (size_t i = 0; i < t->fields.n; i++) {
        struct es_field *f = &t->fields.v[i];
        int32_t at = f->alias_of.n ? field_names_find(&t->names, f->alias_of)
                                   : -1;
        if (at < 0)
            continue;
        const struct es_field *of = &t->fields.v[at];
        f->type = of->type;
        f->kind = of->kind;
        f->exact = of->exact;
        f->ignore_above = of->ignore_above;
    }
}

static void add_meta(struct es_table *t, struct arena *a, const char *name)
{
    struct es_field f = { .path = str_of(name), .type = TYPE_STRING,
                          .kind = ES_META, .exact = str_of(name),
                          .ignore_above = INT64_MAX, .alias_of = S("") };
    field_names_add(&t->names, f.path);
    PUSH(a, t->fields, f);
}

static enum status read_table(struct elastic *e, struct es_table *t,
                              const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct body body;
    struct es_request rq = { "GET", es_path(a, t->name, "/_mapping"),
                             .unknown = true };
    body_init(&body, ES_MAX_ANSWER);
    enum status st = es_send(e, &rq, &body, call);
    const char *why = NULL;
    if (st == ST_OK)
        why = es_mapping_read(t, e->remote.arena, body_text(&body));
    if (why)
        st = es_garbled(e, call, why);
    else if (st == ST_OK && t->nindices == 0)
        st = ST_USER;
    body_release(&body);
    arena_free(a);
    return st;
}

/* Which fields hold lists, as far as some documents show it. */
static enum status look_at_some(struct elastic *e, struct es_table *t,
                                const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct body body;
    struct es_request rq = {
        .path = es_path(a, t->name, "/_search"),
        .body = arena_fmt(a, "{\"size\":%d,\"track_total_hits\":false}",
                          SAMPLE),
    };
    body_init(&body, ES_MAX_ANSWER);
    enum status st = es_send(e, &rq, &body, call);
    if (st == ST_OK && !es_hits_sample(t, &body))
        st = es_garbled(e, call, "its documents cannot be read");
    body_release(&body);
    arena_free(a);
    return st;
}

static void lists_are_dynamic(struct es_table *t)
{
    for (size_t i = 0; i < t->fields.n; i++) {
        struct es_field *f = &t->fields.v[i];
        if (f->lists && f->type != TYPE_DYNAMIC) {
            f->type = TYPE_DYNAMIC;
            f->kind = ES_OTHER;
        }
        f->columnar &= f->kind != ES_OTHER;
    }
}

struct es_table *es_table_find(struct elastic *e, str name)
{
    struct es_table *t = e->tables;
    while (t && !str_eq(t->name, name))
        t = t->next;
    return t;
}

enum status es_table_get(struct elastic *e, str name, struct es_table **out,
                         const struct remote_call *call)
{
    *out = es_table_find(e, name);
    if (*out)
        return ST_OK;
    struct arena *a = e->remote.arena;
    struct es_table *t = NEW(a, struct es_table);
    t->name = arena_str(a, name);
    field_names_init(&t->names, a);
    add_meta(t, a, "_id");
    add_meta(t, a, "_index");
    enum status st = read_table(e, t, call);
    if (st == ST_OK)
        st = look_at_some(e, t, call);
    if (st != ST_OK)
        return st;
    resolve_aliases(t);
    lists_are_dynamic(t);
    t->next = e->tables;
    e->tables = t;
    *out = t;
    return ST_OK;
}

enum status es_columns(struct remote *r, str table, struct arena *a,
                       struct remote_schema *out,
                       const struct remote_call *call)
{
    struct es_table *t;
    enum status st = es_table_get(r->impl, table, &t, call);
    if (st != ST_OK)
        return st;
    struct source_col *cols = arena_array(a, t->fields.n, sizeof *cols);
    size_t n = 0;
    for (size_t i = 0; i < t->fields.n; i++)
        if (!t->fields.v[i].dropped)
            cols[n++] = (struct source_col){
                arena_str(a, t->fields.v[i].path), t->fields.v[i].type
            };
    *out = (struct remote_schema){ n, cols };
    return ST_OK;
}

/* ---- all tables ---- */

struct listing {
    struct arena *arena;
    LIST(struct remote_table) tables;
};

static void list_names(struct listing *l, str array, const char *summary)
{
    struct json_iter it;
    str value;
    if (json_iter_init(&it, array))
        while (json_next(&it, NULL, &value)) {
            str name = answer_text(l->arena, value, "name");
            PUSH(l->arena, l->tables,
                 ((struct remote_table){ name, str_of(summary) }));
        }
}

enum status es_tables(struct remote *r, struct arena *a,
                      struct remote_tables *out,
                      const struct remote_call *call)
{
    struct es_request rq = {
        .method = "GET",
        .path = S("/_resolve/index/*?expand_wildcards=open"),
    };
    struct listing l = { .arena = a };
    str json;
    enum status st = es_ask(r->impl, &rq, a, &json, call);
    if (st != ST_OK)
        return st;
    list_names(&l, answer_at(json, "data_streams"), "data stream");
    list_names(&l, answer_at(json, "aliases"), "alias");
    list_names(&l, answer_at(json, "indices"), "index");
    *out = (struct remote_tables){ l.tables.n, l.tables.v };
    return ST_OK;
}

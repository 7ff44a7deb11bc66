/* schema.c - which tables a cluster has, and what columns they have.
 *
 * Called by: elastic.c, plan.c, text.c.
 * Columns come from the mapping of every index behind a name, merged: what is a
 * number here and a text there is a text. A mapping does not tell which fields
 * hold lists, so some documents are looked at. */
#include "elastic.h"

#include "providers/http/answer.h"
#include "providers/limits.h"

enum { MAX_FIELD_DEPTH = 50, SAMPLE = 100 };

/* ---- types ---- */

static const struct {
    const char *name;
    enum type type;
    enum es_kind kind;
} types[] = {
    { "keyword", TYPE_STRING, ES_KEYWORD },
    { "wildcard", TYPE_STRING, ES_KEYWORD },
    { "text", TYPE_STRING, ES_OTHER },
    { "match_only_text", TYPE_STRING, ES_OTHER },
    { "search_as_you_type", TYPE_STRING, ES_OTHER },
    { "constant_keyword", TYPE_STRING, ES_OTHER },
    { "version", TYPE_STRING, ES_OTHER },
    { "binary", TYPE_STRING, ES_OTHER },
    { "ip", TYPE_STRING, ES_IP },
    { "long", TYPE_LONG, ES_WHOLE },
    { "integer", TYPE_LONG, ES_SMALL },
    { "short", TYPE_LONG, ES_OTHER }, /* refuses numbers beyond it */
    { "byte", TYPE_LONG, ES_OTHER },
    { "unsigned_long", TYPE_DECIMAL, ES_OTHER },
    { "double", TYPE_REAL, ES_FLOAT },
    { "float", TYPE_REAL, ES_FLOAT },
    { "half_float", TYPE_REAL, ES_FLOAT },
    { "scaled_float", TYPE_REAL, ES_OTHER },
    { "boolean", TYPE_BOOL, ES_BOOL },
    { "date", TYPE_DATETIME, ES_DATE },
    { "date_nanos", TYPE_DATETIME, ES_DATE_NANOS },
};

static void set_type(struct es_field *f, str name)
{
    f->type = TYPE_DYNAMIC; /* geo_point, flattened, nested, histogram, … */
    f->kind = ES_OTHER;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(name, types[i].name)) {
            f->type = types[i].type;
            f->kind = types[i].kind;
        }
}

/* ---- one mapping ---- */

struct walk {
    struct es_table *table;
    struct arena *arena;
    struct pull j;
    struct buf path;
    unsigned depth;
};

/* What the description of a field says. */
struct description {
    str type, alias, format, keyword;
    bool disabled, unindexed, normalized, has_properties;
    int64_t ignore_above, keyword_above;
};

static void read_properties(struct walk *w);

static bool read_bool(struct walk *w)
{
    struct cell c;
    return pull_value(&w->j, &c) &&
           (c.kind == CELL_TRUE || str_eqz((str){ c.p, c.n }, "true"));
}

static int64_t read_long(struct walk *w)
{
    struct cell c;
    return pull_value(&w->j, &c) && c.kind == CELL_INT ? c.i : 0;
}

/* A keyword beside a text: {"keyword":{"type":"keyword","ignore_above":256}} */
static void read_sub_field(struct walk *w, struct description *d, str name)
{
    str key, type = S("");
    int64_t above = INT64_MAX;
    bool fit = true;
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        if (str_eqz(key, "type"))
            pull_text(&w->j, w->arena, &type);
        else if (str_eqz(key, "ignore_above"))
            above = read_long(w);
        else if (str_eqz(key, "index"))
            fit = read_bool(w);
        else
            pull_skip(&w->j);
    }
    if (fit && (str_eqz(type, "keyword") || str_eqz(type, "wildcard")) &&
        (!d->keyword.n || above > d->keyword_above)) {
        d->keyword = name;
        d->keyword_above = above;
    }
}

static void read_sub_fields(struct walk *w, struct description *d)
{
    str key;
    pull_object(&w->j);
    while (pull_key(&w->j, &key))
        read_sub_field(w, d, arena_str(w->arena, key));
}

static void read_description(struct walk *w, struct description *d)
{
    str key;
    *d = (struct description){ .ignore_above = INT64_MAX };
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        if (str_eqz(key, "type"))
            pull_text(&w->j, w->arena, &d->type);
        else if (str_eqz(key, "path"))
            pull_text(&w->j, w->arena, &d->alias);
        else if (str_eqz(key, "format"))
            pull_text(&w->j, w->arena, &d->format);
        else if (str_eqz(key, "ignore_above"))
            d->ignore_above = read_long(w);
        else if (str_eqz(key, "enabled"))
            d->disabled = !read_bool(w);
        else if (str_eqz(key, "index"))
            d->unindexed = !read_bool(w);
        else if (str_eqz(key, "fields"))
            read_sub_fields(w, d);
        else if (str_eqz(key, "properties")) {
            d->has_properties = true;
            read_properties(w);
        } else {
            pull_skip(&w->j);
        }
    }
}

static void set_date(struct es_field *f, str format)
{
    static const char *const plain[] = { "strict_date_optional_time",
                                         "date_optional_time", "epoch_",
                                         "strict_date_time", "date_time" };
    bool known = format.n == 0;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        known |= str_starts(format, str_of(plain[i]));
    f->odd_date = !known;
    f->seconds = str_find(format, S("epoch_second")) >= 0;
}

static struct es_field described(struct walk *w, str path,
                                 const struct description *d)
{
    struct es_field f = { .path = path, .ignore_above = d->ignore_above,
                          .exact = path, .alias_of = S("") };
    set_type(&f, d->type);
    if (str_eqz(d->type, "alias"))
        f.alias_of = d->alias;
    if (str_eqz(d->type, "constant_keyword"))
        f.odd_date = true; /* stands beside the document too */
    if (f.type == TYPE_DATETIME)
        set_date(&f, d->format);
    if (f.type == TYPE_STRING && f.kind == ES_OTHER && d->keyword.n) {
        f.kind = ES_KEYWORD;
        f.exact = arena_fmt(w->arena, "%.*s.%.*s", STRF(path),
                            STRF(d->keyword));
        f.ignore_above = d->keyword_above;
    } else if (d->unindexed) {
        f.kind = ES_OTHER;
    }
    return f;
}

static bool same_field(const struct es_field *a, const struct es_field *b)
{
    return a->type == b->type && a->kind == b->kind &&
           str_eq(a->exact, b->exact) && a->seconds == b->seconds &&
           str_eq(a->alias_of, b->alias_of);
}

/* Two indices describe the field: what both of them mean. */
static void merge(struct es_field *f, const struct es_field *other)
{
    bool dynamic = f->type == TYPE_DYNAMIC || other->type == TYPE_DYNAMIC;
    if (other->ignore_above < f->ignore_above)
        f->ignore_above = other->ignore_above;
    f->odd_date |= other->odd_date;
    if (same_field(f, other))
        return;
    f->kind = ES_OTHER;
    if (f->type != other->type)
        f->type = dynamic ? TYPE_DYNAMIC : TYPE_STRING;
}

static void add_field(struct walk *w, const struct description *d)
{
    struct es_table *t = w->table;
    str path = arena_str(w->arena, buf_str(&w->path));
    struct es_field f = described(w, path, d);
    int32_t at = path.n <= MAX_COLUMN_NAME ? field_names_add(&t->names, path)
                                           : -1;
    if (at >= 0 && (size_t)at < t->fields.n)
        merge(&t->fields.v[at], &f);
    else if (at >= 0)
        PUSH(w->arena, t->fields, f);
}

/* The leaves of a nested object are no columns: it is one itself. */
static void drop_leaves(struct walk *w)
{
    struct es_table *t = w->table;
    str path = buf_str(&w->path);
    for (size_t i = 0; i < t->fields.n; i++)
        if (t->fields.v[i].path.n > path.n &&
            str_starts(t->fields.v[i].path, path) &&
            t->fields.v[i].path.p[path.n] == '.')
            t->fields.v[i].dropped = true;
}

static void read_field(struct walk *w)
{
    struct description d;
    w->depth++;
    if (w->depth > MAX_FIELD_DEPTH) {
        pull_skip(&w->j);
    } else {
        read_description(w, &d);
        bool nested = str_eqz(d.type, "nested");
        if (nested)
            drop_leaves(w);
        if (nested || d.disabled ||
            (d.type.n && !str_eqz(d.type, "object")))
            add_field(w, &d);
    }
    w->depth--;
}

static void read_properties(struct walk *w)
{
    size_t before = w->path.n;
    str key;
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        if (before)
            buf_addc(&w->path, '.');
        buf_add(&w->path, key);
        read_field(w);
        w->path.n = before;
    }
}

/* {"index":{"mappings":{"properties":{…}}},…}; false: no index at all. */
static bool read_mappings(struct walk *w)
{
    str key;
    bool any = false;
    pull_object(&w->j);
    while (pull_key(&w->j, &key)) {
        any = true;
        for (pull_object(&w->j); pull_key(&w->j, &key);) {
            if (!str_eqz(key, "mappings")) {
                pull_skip(&w->j);
                continue;
            }
            for (pull_object(&w->j); pull_key(&w->j, &key);)
                if (str_eqz(key, "properties"))
                    read_properties(w);
                else
                    pull_skip(&w->j);
        }
    }
    return any;
}

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
    if (st == ST_OK) {
        struct walk w = { t, e->remote.arena, .depth = 0 };
        struct field_names none;
        field_names_init(&none, a);
        buf_init(&w.path, 64 << 10);
        pull_init(&w.j, body_text(&body), &none);
        bool any = read_mappings(&w);
        if (w.j.error)
            st = es_garbled(e, call, w.j.error);
        else if (!any)
            st = ST_USER;
        pull_release(&w.j);
        buf_release(&w.path);
    }
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

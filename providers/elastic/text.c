/* text.c - queries in the languages of the service, as they are.
 *
 * Called by: elastic.c. ES|QL, SQL and PPL answer with columns and rows, SQL
 * page by page; EQL, the query DSL and Lucene's syntax with documents, whose
 * columns are those of the index. */
#include "elastic.h"

#include "base/json_write.h"
#include "providers/file/fill.h"
#include "providers/http/answer.h"

enum language { L_ESQL, L_SQL, L_PPL, L_EQL, L_DSL, L_LUCENE, NLANG };

static const struct {
    const char *name;
    const char *elastic, *opensearch; /* NULL: it does not speak it */
} languages[NLANG] = {
    [L_ESQL] = { "esql", "/_query?format=json", NULL },
    [L_SQL] = { "sql", "/_sql?format=json", "/_plugins/_sql?format=jdbc" },
    [L_PPL] = { "ppl", NULL, "/_plugins/_ppl?format=jdbc" },
    [L_EQL] = { "eql", "/_eql/search", NULL },
    [L_DSL] = { "dsl", "/_search", "/_search" },
    [L_LUCENE] = { "lucene", "/_search", "/_search" },
};

struct text_query {
    enum language language;
    str index;
    const char *path;
};

static str option(const struct remote_query *q, const char *name)
{
    for (size_t i = 0; i < q->noptions; i++)
        if (str_eqz(q->options[i].name, name) &&
            q->options[i].value.type == TYPE_STRING)
            return q->options[i].value.s;
    return S("");
}

static enum status bad_option(const struct remote_call *call, const char *what,
                              str name)
{
    struct diag *d = diag_error(call->ds, DIAG_OPTION, call->span,
                                "%s '%.*s'", what, STRF(name));
    diag_hint(call->ds, d,
              "query(\"…\", language = \"esql\", \"eql\", \"sql\", \"ppl\", "
              "\"lucene\" or \"dsl\", index = \"…\")");
    return ST_USER;
}

static enum status read_options(struct elastic *e, const struct remote_query *q,
                                struct text_query *t,
                                const struct remote_call *call)
{
    str name = option(q, "language");
    for (size_t i = 0; i < q->noptions; i++)
        if (!str_eqz(q->options[i].name, "language") &&
            !str_eqz(q->options[i].name, "index"))
            return bad_option(call, "query() has no option",
                              q->options[i].name);
    if (!name.n)
        name = e->opensearch ? S("lucene") : S("esql");
    *t = (struct text_query){ .language = NLANG, .index = option(q, "index") };
    for (int i = 0; i < NLANG; i++)
        if (str_ieqz(name, languages[i].name))
            t->language = (enum language)i;
    if (t->language == NLANG)
        return bad_option(call, "there is no language", name);
    t->path = e->opensearch ? languages[t->language].opensearch
                            : languages[t->language].elastic;
    if (!t->path)
        return bad_option(call, e->opensearch
                                    ? "OpenSearch does not speak"
                                    : "Elasticsearch does not speak",
                          name);
    if (!t->index.n)
        t->index = e->index.n ? e->index : S("*");
    return ST_OK;
}

/* ---- columns and rows ---- */

struct grid {
    struct source source;
    struct elastic *e;
    struct body body;
    struct text_query t;
    str cursor; /* malloc'd */
    struct span span;
    struct diags broke; /* why the first page is not whole */
};

struct grid_reader {
    struct grid *g;
    struct arena *arena;
    struct pull j;
    struct field_names none;
    LIST(struct source_col) cols;
    struct batch *batch;
    struct row_sink *sink;
    const atomic_bool *cancel;
    uint64_t nrows;
    bool partial, rows;
    str cursor;
};

static enum type grid_type(str name)
{
    static const struct {
        const char *name;
        enum type type;
    } known[] = {
        { "keyword", TYPE_STRING },  { "text", TYPE_STRING },
        { "ip", TYPE_STRING },       { "version", TYPE_STRING },
        { "string", TYPE_STRING },   { "long", TYPE_LONG },
        { "integer", TYPE_LONG },    { "short", TYPE_LONG },
        { "byte", TYPE_LONG },       { "bigint", TYPE_LONG },
        { "double", TYPE_REAL },     { "float", TYPE_REAL },
        { "half_float", TYPE_REAL }, { "scaled_float", TYPE_REAL },
        { "unsigned_long", TYPE_DECIMAL }, { "boolean", TYPE_BOOL },
        { "date", TYPE_DATETIME },   { "datetime", TYPE_DATETIME },
        { "date_nanos", TYPE_DATETIME }, { "timestamp", TYPE_DATETIME },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_ieqz(name, known[i].name))
            return known[i].type;
    return TYPE_DYNAMIC;
}

static void read_column(struct grid_reader *r)
{
    str key, name = S(""), alias = S(""), type = S("");
    pull_object(&r->j);
    while (pull_key(&r->j, &key)) {
        if (str_eqz(key, "name"))
            pull_text(&r->j, r->arena, &name);
        else if (str_eqz(key, "alias"))
            pull_text(&r->j, r->arena, &alias);
        else if (str_eqz(key, "type"))
            pull_text(&r->j, r->arena, &type);
        else
            pull_skip(&r->j);
    }
    if (r->cols.n < 10000)
        PUSH(r->arena, r->cols,
             ((struct source_col){ alias.n ? alias : name, grid_type(type) }));
}

static enum status grid_flush(struct grid_reader *r)
{
    enum status st = ST_OK;
    if (r->cancel && atomic_load(r->cancel))
        st = ST_CANCELLED;
    if (st == ST_OK && r->batch->nrows)
        st = r->sink->batch(r->sink->ctx, 0, batch_finish(r->batch));
    batch_clear(r->batch);
    return st;
}

static enum status read_rows(struct grid_reader *r)
{
    enum status st = ST_OK;
    r->rows = true;
    for (pull_array(&r->j); st == ST_OK && pull_item(&r->j);) {
        if (!pull_row(&r->j))
            break;
        r->nrows++;
        if (!r->batch)
            continue;
        for (size_t i = 0; i < r->j.reader.ncells; i++)
            if ((size_t)r->j.reader.cells[i].col >= r->batch->frame->ncols)
                r->j.reader.cells[i].col = -1;
        batch_add(r->batch, r->j.reader.cells, r->j.reader.ncells);
        if (batch_full(r->batch))
            st = grid_flush(r);
    }
    return st;
}

static enum status read_grid(struct grid_reader *r)
{
    enum status st = ST_OK;
    struct cell c;
    str key;
    for (pull_object(&r->j); st == ST_OK && pull_key(&r->j, &key);) {
        if (str_eqz(key, "columns") || str_eqz(key, "schema")) {
            r->cols.n = 0;
            for (pull_array(&r->j); pull_item(&r->j);)
                read_column(r);
        } else if (str_eqz(key, "rows") || str_eqz(key, "values") ||
                   str_eqz(key, "datarows")) {
            st = read_rows(r);
        } else if (str_eqz(key, "cursor")) {
            pull_text(&r->j, r->arena, &r->cursor);
        } else if (str_eqz(key, "is_partial")) {
            r->partial |= pull_value(&r->j, &c) && c.kind == CELL_TRUE;
        } else {
            pull_skip(&r->j);
        }
    }
    return st;
}

static void grid_pull(struct grid_reader *r, struct grid *g)
{
    field_names_init(&r->none, r->arena);
    pull_init(&r->j, (str){ g->body.bytes.p, g->body.bytes.n - JSON_PAD },
              &r->none);
}

static enum status next_page(struct grid_reader *r,
                             const struct remote_call *call)
{
    struct grid *g = r->g;
    struct es_request rq = {
        .path = str_of(g->t.path),
        .body = S(""),
    };
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_adds(&b, "{\"cursor\":");
    json_str(&b, r->cursor);
    buf_addc(&b, '}');
    rq.body = buf_str(&b);
    enum status st = es_send(g->e, &rq, &g->body, call);
    buf_release(&b);
    body_text(&g->body);
    r->cursor = S("");
    return st;
}

/* Rows before a break are whole, and are handed on. */
static enum status grid_rows(struct grid_reader *r)
{
    grid_pull(r, r->g);
    enum status st = read_grid(r);
    if (st == ST_OK)
        st = grid_flush(r); /* its texts are views into the page */
    return st;
}

static enum status grid_page(struct grid_reader *r,
                             const struct remote_call *call)
{
    enum status st = grid_rows(r);
    if (st == ST_OK && r->g->broke.nerrors) {
        services_hand_on(call->ds, &r->g->broke);
        st = ST_ENV;
    }
    if (st == ST_OK && (r->j.error || !r->rows))
        st = es_garbled(r->g->e, call, r->j.error);
    pull_release(&r->j);
    return st;
}

/* What the service may have left out. */
static void tell_grid(struct grid_reader *r)
{
    struct row_sink *k = r->sink;
    enum { MOST = 10000, DEFAULT = 1000 };
    bool pages = r->g->t.language == L_SQL;
    str what = r->g->e->what;
    if (r->partial)
        k->incomplete(k->ctx, PARTIAL,
                      arena_fmt(r->arena, "%.*s: its answer is partial",
                                STRF(what)));
    if (!pages && (r->nrows == MOST || r->nrows == DEFAULT))
        k->incomplete(k->ctx, TRUNCATED,
                      arena_fmt(r->arena,
                                "%.*s: %llu rows, a limit of the service; "
                                "there may be more (LIMIT, at most 10,000)",
                                STRF(what), (unsigned long long)r->nrows));
}

static enum status grid_read(struct source *s, unsigned part,
                             struct row_sink *sink, const atomic_bool *cancel,
                             struct diags *ds)
{
    struct grid *g = s->impl;
    struct remote_call call = { .cancel = cancel, .ds = ds, .span = g->span };
    struct batch batch;
    struct grid_reader r = { .g = g, .arena = arena_new(), .batch = &batch,
                             .sink = sink, .cancel = cancel };
    (void)part;
    batch_init(&batch, s->ncols, s->cols, -1);
    enum status st = grid_page(&r, &call);
    while (st == ST_OK && r.cursor.n) {
        r.rows = false;
        st = next_page(&r, &call);
        if (st == ST_OK)
            st = grid_page(&r, &call);
        else if (st == ST_USER)
            st = es_garbled(g->e, &call, "404");
        else if (st == ST_ENV) {
            (void)grid_rows(&r);
            pull_release(&r.j);
        }
    }
    if (st == ST_OK)
        tell_grid(&r);
    s->repaired += batch.repaired;
    batch_release(&batch);
    arena_free(r.arena);
    return st;
}

static void grid_close(struct source *s)
{
    struct grid *g = s->impl;
    body_release(&g->body);
    arena_free(s->arena);
}

static str grid_body(struct arena *a, const struct text_query *t,
                     const struct remote_query *q)
{
    struct buf b;
    str range = es_time_range(a, q);
    buf_init(&b, 16 << 20);
    buf_adds(&b, "{\"query\":");
    json_str(&b, q->text);
    if (range.n && t->language != L_PPL)
        buf_addf(&b, ",\"filter\":%.*s", STRF(range));
    if (t->language == L_SQL)
        buf_adds(&b, ",\"fetch_size\":1000");
    buf_addc(&b, '}');
    str body = buf_take(&b, a);
    buf_release(&b);
    return body;
}

static enum status open_grid(struct elastic *e, const struct remote_query *q,
                             const struct text_query *t, struct source **out,
                             const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct grid *g = NEW(a, struct grid);
    struct es_request rq = { .path = str_of(t->path),
                             .body = grid_body(a, t, q) };
    struct remote_call first = *call;
    *g = (struct grid){ .e = e, .t = *t, .span = q->span };
    body_init(&g->body, ES_MAX_ANSWER);
    diags_init(&g->broke, a);
    first.ds = &g->broke;
    enum status st = es_send(e, &rq, &g->body, &first);
    body_text(&g->body);
    struct grid_reader r = { .g = g, .arena = a };
    if (st == ST_OK || st == ST_ENV) { /* half a page may have rows */
        grid_pull(&r, g);
        (void)read_grid(&r);
        if (r.cols.n)
            st = ST_OK;
        else if (st == ST_OK)
            st = es_no_answer(e, buf_str(&g->body.bytes),
                              r.j.error ? r.j.error : "it has no columns",
                              &first);
        pull_release(&r.j);
    }
    if (st != ST_OK)
        services_hand_on(call->ds, &g->broke);
    g->source = (struct source){
        .arena = a, .ncols = q->ncols ? q->ncols : r.cols.n,
        .cols = q->ncols ? q->cols : r.cols.v, .nparts = 1,
        .read = grid_read, .close = grid_close, .impl = g,
        .keeps_part = true,
    };
    if (st != ST_OK)
        grid_close(&g->source);
    else
        *out = &g->source;
    return st;
}

/* ---- documents ---- */

struct docs {
    struct source source;
    struct elastic *e;
    struct body body;
    const struct es_field **fields;
    struct span span;
    bool partial; /* of aggregations */
};

static enum status docs_read(struct source *s, unsigned part,
                             struct row_sink *sink, const atomic_bool *cancel,
                             struct diags *ds)
{
    struct docs *d = s->impl;
    struct remote_call call = { .cancel = cancel, .ds = ds, .span = d->span };
    struct es_wanted w = { s->ncols, s->cols, d->fields, true };
    struct arena *a = arena_new();
    struct es_hits *h = es_hits_new(&w, sink, part, cancel);
    struct es_page page = { .arena = a };
    const char *why = NULL;
    enum status st = es_hits_page(h, &d->body, &page, &why);
    if (why)
        st = es_no_answer(d->e, buf_str(&d->body.bytes), why, &call);
    if (st == ST_OK && (page.failed || page.timed_out))
        sink->incomplete(sink->ctx, PARTIAL,
                         arena_fmt(a, "%.*s: its answer is partial: %.*s",
                                   STRF(d->e->what), STRF(page.why)));
    if (st == ST_OK && page.total > (int64_t)page.nhits)
        sink->incomplete(
            sink->ctx, TRUNCATED,
            arena_fmt(a, "%.*s: %llu of %lld hits; its size limits them",
                      STRF(d->e->what), (unsigned long long)page.nhits,
                      (long long)page.total));
    if (st == ST_OK)
        es_hits_end(h, d->e->what, a);
    es_hits_free(h);
    arena_free(a);
    return st;
}

static void docs_close(struct source *s)
{
    struct docs *d = s->impl;
    body_release(&d->body);
    arena_free(s->arena);
}

static str eql_body(struct arena *a, const struct remote_query *q)
{
    struct buf b;
    str range = es_time_range(a, q);
    buf_init(&b, 16 << 20);
    buf_adds(&b, "{\"size\":10000,\"query\":");
    json_str(&b, q->text);
    if (range.n)
        buf_addf(&b, ",\"filter\":%.*s", STRF(range));
    buf_addc(&b, '}');
    str body = buf_take(&b, a);
    buf_release(&b);
    return body;
}

static struct docs *docs_new(struct elastic *e, const struct remote_query *q,
                             const struct es_plan *p)
{
    struct arena *a = arena_new();
    struct docs *d = NEW(a, struct docs);
    struct source_col *cols = arena_array(a, p->ncols, sizeof *cols);
    *d = (struct docs){ .e = e, .span = q->span };
    d->fields = arena_array(a, p->ncols, sizeof *d->fields);
    for (size_t i = 0; i < p->ncols; i++) {
        cols[i] = p->cols[i];
        d->fields[i] = p->fields[i];
    }
    body_init(&d->body, ES_MAX_ANSWER);
    d->source = (struct source){
        .arena = a, .ncols = p->ncols, .cols = cols, .nparts = 1,
        .read = docs_read, .close = docs_close, .impl = d,
    };
    return d;
}

/* An answer with aggregations is one row: how many hits, which, and they. */
static const struct source_col totals[] = {
    { { "total", 5 }, TYPE_LONG },
    { { "hits", 4 }, TYPE_DYNAMIC },
    { { "aggregations", 12 }, TYPE_DYNAMIC },
};

static void total_hits(struct pull *j, struct cell *cells)
{
    str key;
    for (pull_object(j); pull_key(j, &key);) {
        if (str_eqz(key, "hits"))
            pull_value(j, &cells[1]);
        else if (str_eqz(key, "total") && pull_peek(j) == '{')
            for (pull_object(j); pull_key(j, &key);)
                if (str_eqz(key, "value"))
                    pull_value(j, &cells[0]);
                else
                    pull_skip(j);
        else
            pull_skip(j);
    }
}

/* False: there are no aggregations in it. */
static bool read_totals(struct docs *d, struct arena *a, struct cell *cells)
{
    struct field_names none;
    struct pull j;
    str key;
    bool found = false;
    field_names_init(&none, a);
    pull_init(&j, (str){ d->body.bytes.p, d->body.bytes.n - JSON_PAD }, &none);
    for (pull_object(&j); pull_key(&j, &key);) {
        if (str_eqz(key, "aggregations"))
            found = pull_value(&j, &cells[2]);
        else if (str_eqz(key, "hits") && pull_peek(&j) == '{')
            total_hits(&j, cells);
        else
            pull_skip(&j);
    }
    found = found && !j.error;
    pull_release(&j);
    return found;
}

static enum status totals_read(struct source *s, unsigned part,
                               struct row_sink *sink,
                               const atomic_bool *cancel, struct diags *ds)
{
    struct docs *d = s->impl;
    struct arena *a = arena_new();
    struct cell cells[3] = { { .kind = CELL_NULL } };
    struct batch batch;
    (void)part, (void)cancel, (void)ds;
    body_text(&d->body);
    read_totals(d, a, cells);
    for (int32_t i = 0; i < 3; i++)
        cells[i].col = i;
    batch_init(&batch, s->ncols, s->cols, -1);
    batch_add(&batch, cells, 3);
    enum status st = sink->batch(sink->ctx, 0, batch_finish(&batch));
    if (st == ST_OK && d->partial)
        sink->incomplete(sink->ctx, PARTIAL,
                         arena_fmt(a, "%.*s: its answer is partial",
                                   STRF(d->e->what)));
    batch_release(&batch);
    arena_free(a);
    return st;
}

/* Aggregations of shards that failed are those of the others. */
static void look_for_totals(struct docs *d)
{
    struct arena *a = arena_new();
    struct cell cells[3] = { { .kind = CELL_NULL } };
    str all = body_text(&d->body);
    if (read_totals(d, a, cells)) {
        d->partial = str_find(all, S("\"timed_out\":true")) >= 0 ||
                     str_find(all, S("\"failures\":[")) >= 0;
        d->source.read = totals_read;
        d->source.cols = totals;
        d->source.ncols = 3;
    }
    d->body.bytes.n = all.n;
    arena_free(a);
}

static enum status open_on_index(struct elastic *e,
                                 const struct remote_query *q,
                                 const struct text_query *t,
                                 struct source **out,
                                 const struct remote_call *call)
{
    struct es_table *table;
    struct es_plan p;
    struct remote_query on = *q;
    enum status st = es_table_get(e, t->index, &table, call);
    if (st == ST_USER)
        return bad_option(call, "there is no index", t->index);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    on.table = t->index;
    es_plan(e, &on, a, &p);
    if (t->language == L_LUCENE) {
        p.query = es_lucene_query(a, q);
        st = es_read_table(e, q, &p, out, call);
    } else {
        struct docs *d = docs_new(e, q, &p);
        struct es_request rq = {
            .path = es_path(a, t->index, t->path),
            .body = t->language == L_EQL ? eql_body(a, q) : q->text,
        };
        *out = &d->source;
        st = es_send(e, &rq, &d->body, call);
        if (st != ST_OK)
            docs_close(&d->source);
        else if (t->language == L_DSL)
            look_for_totals(d);
    }
    arena_free(a);
    return st;
}

enum status es_open_text(struct elastic *e, const struct remote_query *q,
                         struct source **out, const struct remote_call *call)
{
    struct text_query t;
    enum status st = read_options(e, q, &t, call);
    if (st != ST_OK)
        return st;
    if (t.language == L_EQL || t.language == L_DSL || t.language == L_LUCENE)
        return open_on_index(e, q, &t, out, call);
    return open_grid(e, q, &t, out, call);
}

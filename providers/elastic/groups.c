/* groups.c - groups of documents that the cluster makes, as rows.
 *
 * Called by: elastic.c.
 * All groups come page by page in the order of their keys, on the point in time
 * of the proof. Without keys there is one row. A text that is missing reads as
 * "" here: such groups and those of "" are put together (merge.c). */
#include "elastic.h"

#include <math.h>

#include "base/ticks.h"
#include "merge.h"
#include "providers/answer/row_writer.h"
#include "providers/file/json_decode.h"

enum { NUMBER = 40 };

/* ---- the source ---- */

struct group_source {
    struct source source;
    struct elastic *e;
    struct es_plan plan;
    str point; /* malloc'd */
    struct span span;
};

struct reader {
    struct group_source *s;
    const struct es_plan *p;
    struct remote_call call;
    struct arena *arena;
    struct pull j;
    struct row_writer rows;
    struct cell *cells; /* of the row: keys, then metrics */
    struct es_tally *tallies;
    struct es_merge *merge;
    str after;
    uint64_t nbuckets, nrows;
    bool partial;
    int64_t total;
};

/* ---- rows ---- */

static struct buf number_buf(struct reader *r)
{
    return (struct buf){ .p = pool_alloc(&r->rows.batch.pool, NUMBER),
                         .cap = NUMBER, .max = NUMBER };
}

static struct cell real_cell(struct reader *r, double d)
{
    struct buf b = number_buf(r);
    buf_add_f64(&b, d);
    return (struct cell){ .p = b.p, .n = (uint32_t)b.n, .kind = CELL_TEXT };
}

static struct cell whole_cell(int64_t v)
{
    return (struct cell){ .kind = CELL_INT, .i = v };
}

static struct cell metric_cell(struct reader *r, size_t i,
                               const struct es_tally *t)
{
    const struct es_metric *m = &r->p->metrics[i];
    bool whole = r->p->cols[r->p->nkeys + i].type == TYPE_LONG;
    switch (m->kind) {
    case ES_COUNT:
    case ES_COUNTIF: return whole_cell(t->n);
    case ES_SUM: return whole_cell((int64_t)t->v);
    case ES_AVG: return real_cell(r, t->n ? t->v / (double)t->n : NAN);
    case ES_MIN:
    case ES_MAX: break;
    }
    if (t->n == 0)
        return (struct cell){ .kind = CELL_NULL };
    return whole ? whole_cell((int64_t)t->v) : real_cell(r, t->v);
}

static enum status emit(struct reader *r, const struct cell *keys,
                        const struct es_tally *tallies)
{
    size_t n = r->p->nkeys;
    if (r->p->limited && r->nrows >= r->p->limit)
        return ST_OK;
    for (size_t i = 0; i < n; i++) {
        r->cells[i] = keys[i];
        r->cells[i].col = (int32_t)i;
    }
    for (size_t i = 0; i < r->p->nmetrics; i++) {
        r->cells[n + i] = metric_cell(r, i, &tallies[i]);
        r->cells[n + i].col = (int32_t)(n + i);
    }
    r->nrows++;
    return row_writer_cells(&r->rows, r->cells, n + r->p->nmetrics);
}

/* ---- buckets ---- */

/* The number that ends a name such as "k12"; SIZE_MAX: none below `n`. */
static size_t place_in(str key, char letter, size_t n)
{
    size_t at = 0;
    if (key.n < 2 || key.n > 4 || key.p[0] != letter)
        return SIZE_MAX;
    for (size_t i = 1; i < key.n; i++) {
        if (key.p[i] < '0' || key.p[i] > '9')
            return SIZE_MAX;
        at = at * 10 + (size_t)(key.p[i] - '0');
    }
    return at < n ? at : SIZE_MAX;
}

/* The beginning of a bin, in milliseconds since 1970. */
static void time_cell(struct reader *r, struct cell *c)
{
    if (c->kind != CELL_INT || c->i > TICKS_MAX / TICKS_PER_MS ||
        c->i < -TICKS_UNIX_EPOCH / TICKS_PER_MS) {
        c->kind = CELL_NULL;
        return;
    }
    struct buf b = number_buf(r);
    ticks_format(&b, TICKS_UNIX_EPOCH + c->i * TICKS_PER_MS);
    *c = (struct cell){ .p = b.p, .n = (uint32_t)b.n, .kind = CELL_TEXT };
}

static void read_keys(struct reader *r, struct cell *keys)
{
    str key;
    for (size_t i = 0; i < r->p->nkeys; i++)
        keys[i] = (struct cell){ .kind = CELL_NULL };
    for (pull_object(&r->j); pull_key(&r->j, &key);) {
        size_t at = place_in(key, 'k', r->p->nkeys);
        if (at == SIZE_MAX) {
            pull_skip(&r->j);
            continue;
        }
        pull_value(&r->j, &keys[at]);
        if (r->p->keys[at].bin)
            time_cell(r, &keys[at]);
    }
}

static double real_of(const struct cell *c)
{
    return c->kind == CELL_INT    ? (double)c->i
           : c->kind == CELL_REAL ? json_real((str){ c->p, c->n })
                                  : 0;
}

/* {"value":1.5} of a metric, {"doc_count":3} of a filter. */
static void read_metric(struct reader *r, bool values, struct es_tally *t)
{
    struct cell c;
    str key;
    for (pull_object(&r->j); pull_key(&r->j, &key);) {
        bool count = str_eqz(key, "doc_count");
        if (!count && !str_eqz(key, "value")) {
            pull_skip(&r->j);
            continue;
        }
        if (!pull_value(&r->j, &c))
            return;
        if (count || values)
            t->n = c.kind == CELL_INT ? c.i : (int64_t)real_of(&c);
        else
            t->v = real_of(&c);
    }
}

/* A member of a bucket, or of "aggregations" when there are no keys. */
static bool read_member(struct reader *r, str key)
{
    size_t n = r->p->nmetrics, m = place_in(key, 'm', n);
    size_t values = place_in(key, 'n', n);
    if (m == SIZE_MAX && values == SIZE_MAX)
        return false;
    read_metric(r, values != SIZE_MAX,
                &r->tallies[m == SIZE_MAX ? values : m]);
    return true;
}

static void begin_row(struct reader *r)
{
    for (size_t i = 0; i < r->p->nmetrics; i++)
        r->tallies[i] = (struct es_tally){ 0, 0 };
}

static void count_rows(struct reader *r, int64_t n)
{
    for (size_t i = 0; i < r->p->nmetrics; i++)
        if (r->p->metrics[i].kind == ES_COUNT)
            r->tallies[i].n = n;
}

static enum status read_bucket(struct reader *r)
{
    struct cell c;
    str key;
    begin_row(r);
    for (pull_object(&r->j); pull_key(&r->j, &key);) {
        if (str_eqz(key, "key"))
            read_keys(r, r->cells);
        else if (str_eqz(key, "doc_count") && pull_value(&r->j, &c))
            count_rows(r, c.kind == CELL_INT ? c.i : 0);
        else if (!read_member(r, key))
            pull_skip(&r->j);
    }
    r->nbuckets++;
    if (r->j.error)
        return ST_OK;
    switch (es_merge_add(r->merge, r->cells, r->tallies)) {
    case ES_MERGED: return ST_OK;
    case ES_MERGE_FULL:
        diag_error(r->call.ds, DIAG_LIMIT, r->call.span,
                   "%.*s: too many groups with empty keys",
                   STRF(r->s->e->what));
        return ST_USER;
    case ES_ALONE: break;
    }
    return emit(r, r->cells, r->tallies);
}

static enum status read_composite(struct reader *r)
{
    enum status st = ST_OK;
    struct cell c;
    str key;
    for (pull_object(&r->j); st == ST_OK && pull_key(&r->j, &key);) {
        if (str_eqz(key, "buckets")) {
            for (pull_array(&r->j); st == ST_OK && pull_item(&r->j);)
                st = read_bucket(r);
        } else if (str_eqz(key, "after_key") && pull_value(&r->j, &c)) {
            r->after = arena_str(r->arena, (str){ c.p, c.n });
        } else {
            pull_skip(&r->j);
        }
    }
    return st;
}

static enum status read_aggregations(struct reader *r)
{
    enum status st = ST_OK;
    str key;
    for (pull_object(&r->j); st == ST_OK && pull_key(&r->j, &key);) {
        if (str_eqz(key, "groups"))
            st = read_composite(r);
        else if (!read_member(r, key))
            pull_skip(&r->j);
    }
    return st;
}

/* "hits":{"total":{"value":7}} */
static void read_total(struct reader *r)
{
    struct cell c;
    str key;
    for (pull_object(&r->j); pull_key(&r->j, &key);) {
        if (!str_eqz(key, "total") || pull_peek(&r->j) != '{') {
            pull_skip(&r->j);
            continue;
        }
        for (pull_object(&r->j); pull_key(&r->j, &key);)
            if (!str_eqz(key, "value"))
                pull_skip(&r->j);
            else if (pull_value(&r->j, &c) && c.kind == CELL_INT)
                r->total = c.i;
    }
}

static void read_shards(struct reader *r)
{
    struct cell c;
    str key;
    for (pull_object(&r->j); pull_key(&r->j, &key);)
        if (!str_eqz(key, "failed"))
            pull_skip(&r->j);
        else if (pull_value(&r->j, &c))
            r->partial |= c.kind != CELL_INT || c.i != 0;
}

static enum status read_answer(struct reader *r)
{
    enum status st = ST_OK;
    struct cell c;
    str key, id = S("");
    for (pull_object(&r->j); st == ST_OK && pull_key(&r->j, &key);) {
        if (str_eqz(key, "aggregations")) {
            st = read_aggregations(r);
        } else if (str_eqz(key, "hits")) {
            read_total(r);
        } else if (str_eqz(key, "_shards")) {
            read_shards(r);
        } else if (str_eqz(key, "timed_out") && pull_value(&r->j, &c)) {
            r->partial |= c.kind == CELL_TRUE;
        } else if (str_eqz(key, "pit_id")) {
            pull_text(&r->j, r->arena, &id);
            es_point_keep(&r->s->point, id);
        } else {
            pull_skip(&r->j);
        }
    }
    return st;
}

/* ---- pages ---- */

/* Asks for one page and reads it. */
static enum status one_page(struct reader *r, struct body *body, uint64_t size)
{
    struct elastic *e = r->s->e;
    struct field_names none;
    struct buf b;
    struct es_request rq = { .path = S("/_search") };
    buf_init(&b, 4 << 20);
    es_groups_add(&b, r->p, size, r->s->point, r->after);
    rq.body = buf_str(&b);
    enum status st = es_send(e, &rq, body, &r->call);
    buf_release(&b);
    if (st != ST_OK)
        return st == ST_USER ? es_garbled(e, &r->call, "404") : st;
    r->s->source.bytes_read += body->bytes.n;
    r->after = S("");
    r->total = -1;
    r->nbuckets = 0;
    field_names_init(&none, r->arena);
    pull_init(&r->j, body_text(body), &none);
    begin_row(r);
    st = read_answer(r);
    const char *why = r->j.error;
    pull_release(&r->j);
    if (st == ST_OK && (why || r->total < 0))
        st = es_garbled(e, &r->call, why ? why : "it has no total");
    return st == ST_OK ? row_writer_flush(&r->rows) : st;
}

static enum status all_pages(struct reader *r, struct body *body)
{
    enum status st;
    do {
        uint64_t size = ES_GROUPS_PAGE;
        if (r->p->limited && r->p->limit < size)
            size = r->p->limit ? r->p->limit : 1;
        str before = r->after;
        st = one_page(r, body, size);
        if (st == ST_OK && r->after.n && str_eq(before, r->after))
            st = es_garbled(r->s->e, &r->call, "the same page comes again");
        if (r->nbuckets < size)
            break;
    } while (st == ST_OK && r->after.n &&
             !(r->p->limited && r->nrows >= r->p->limit));
    return st;
}

/* Groups that were put together are known at the end. */
static enum status emit_merged(struct reader *r)
{
    enum status st = ST_OK;
    const struct cell *keys;
    const struct es_tally *tallies;
    for (size_t i = 0; st == ST_OK && es_merge_get(r->merge, i, &keys,
                                                   &tallies); i++)
        st = emit(r, keys, tallies);
    return st == ST_OK ? row_writer_flush(&r->rows) : st;
}

static enum status read_rows(struct reader *r, struct body *body)
{
    if (r->p->nkeys) {
        enum status st = all_pages(r, body);
        return st == ST_OK ? emit_merged(r) : st;
    }
    enum status st = one_page(r, body, 0);
    if (st != ST_OK)
        return st;
    count_rows(r, r->total);
    st = emit(r, NULL, r->tallies);
    return st == ST_OK ? row_writer_flush(&r->rows) : st;
}

static enum status read_part(struct source *src, unsigned part,
                             struct row_sink *sink, const atomic_bool *cancel,
                             struct diags *ds)
{
    struct group_source *s = src->impl;
    struct body body;
    struct reader r = {
        .s = s, .p = &s->plan, .arena = arena_new(),
        .call = { .cancel = cancel, .ds = ds, .span = s->span },
        .after = S(""),
    };
    r.cells = arena_array(r.arena, src->ncols, sizeof *r.cells);
    r.tallies = arena_array(r.arena, src->ncols, sizeof *r.tallies);
    r.merge = es_merge_new(&s->plan);
    body_init(&body, ES_MAX_ANSWER);
    row_writer_init(&r.rows, sink, part, src->ncols, src->cols);
    r.rows.cancel = cancel;
    enum status st = read_rows(&r, &body);
    if (st == ST_OK && r.partial)
        sink->incomplete(sink->ctx, PARTIAL,
                         arena_fmt(r.arena,
                                   "%.*s: not all of it was counted: shards "
                                   "failed or ran out of time",
                                   STRF(s->e->what)));
    src->repaired += r.rows.batch.repaired;
    row_writer_release(&r.rows);
    body_release(&body);
    es_merge_free(r.merge);
    arena_free(r.arena);
    return st;
}

static void source_close(struct source *src)
{
    struct group_source *s = src->impl;
    if (s->point.n) {
        es_point_close(s->e, s->point, false);
        free((char *)s->point.p);
    }
    arena_free(src->arena);
}

/* What the source needs of a plan, in its own arena. */
static void keep_plan(struct arena *a, struct es_plan *to,
                      const struct es_plan *p)
{
    struct source_col *cols = arena_array(a, p->ncols, sizeof *cols);
    *to = (struct es_plan){
        .exact = arena_str(a, p->exact), .grouped = true, .ncols = p->ncols,
        .cols = cols, .nkeys = p->nkeys, .nmetrics = p->nmetrics,
        .limited = p->limited, .limit = p->limit,
        .keys = arena_array(a, p->ncols, sizeof *p->keys),
        .metrics = arena_array(a, p->ncols, sizeof *p->metrics),
    };
    for (size_t i = 0; i < p->ncols; i++)
        cols[i] = (struct source_col){ arena_str(a, p->cols[i].name),
                                       p->cols[i].type };
    for (size_t i = 0; i < p->nkeys; i++)
        to->keys[i] = p->keys[i];
    for (size_t i = 0; i < p->nmetrics; i++) {
        to->metrics[i] = p->metrics[i];
        to->metrics[i].query = arena_str(a, p->metrics[i].query);
    }
}

struct source *es_read_groups(struct elastic *e, const struct remote_query *q,
                              const struct es_plan *p, str point)
{
    struct arena *a = arena_new();
    struct group_source *s = NEW(a, struct group_source);
    s->e = e;
    s->point = point;
    s->span = q->span;
    keep_plan(a, &s->plan, p);
    s->source = (struct source){
        .arena = a, .ncols = p->ncols, .cols = s->plan.cols, .impl = s,
        .nparts = 1, .read = read_part, .close = source_close,
    };
    return &s->source;
}

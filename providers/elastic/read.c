/* read.c - all rows of a table, page by page.
 *
 * Called by: elastic.c, text.c.
 * A point in time holds the table still; pages follow each other by
 * search_after over the order of the shards, and slices of it are read side by
 * side. Where that order cannot be asked for (OpenSearch before 3.3,
 * Elasticsearch before 7.12) a scroll does the same in one stream, whose next
 * page is asked for while one is read (ahead.c). Both are closed at the end and
 * when the reading is given up. */
#include "elastic.h"

#include "base/json_write.h"
#include "base/ticks.h"
#include "providers/http/answer.h"

enum {
    FIRST_PAGE = 1000, /* of documents whose length is not known */
    MIN_PAGE = 100,
    MAX_PAGE = ES_MAX_PAGE,
    SMALL_BYTES = 8 << 20,  /* pages below it grow */
    LARGE_BYTES = 48 << 20, /* above it shrink */
};

struct es_source {
    struct source source;
    struct elastic *e;
    const struct es_field **fields;
    str query; /* DSL; "" all */
    str index;
    bool all, counts, scrolls, limited;
    bool once; /* one page is all */
    uint64_t limit;
    size_t doc_bytes;
    str ids[SOURCE_MAX_PARTS]; /* newest, of each part; malloc'd copies */
    struct span span;
};

/* ---- requests ---- */

/* A scroll keeps the size that it begins with, and a thousand short documents
 * a page cost twice the time of ten thousand. */
static uint64_t first_page(size_t doc_bytes)
{
    uint64_t n = doc_bytes ? SMALL_BYTES / doc_bytes : FIRST_PAGE;
    return n < MIN_PAGE ? MIN_PAGE : n > MAX_PAGE ? MAX_PAGE : n;
}

void es_add_columns(struct buf *b, const struct es_wanted *w)
{
    bool theirs = false;
    size_t n = 0;
    if (!w->all) {
        buf_adds(b, ",\"_source\":[");
        for (size_t i = 0; i < w->ncols; i++) {
            const struct es_field *f = w->fields[i];
            if (f->kind == ES_META || f->odd_date || f->alias_of.n)
                continue;
            buf_adds(b, n++ ? "," : "");
            json_str(b, f->path);
        }
        buf_addc(b, ']');
        if (n == 0)
            b->n -= 2, buf_adds(b, "false");
    }
    for (size_t i = 0; i < w->ncols; i++) {
        const struct es_field *f = w->fields[i];
        if (!f->odd_date && !f->alias_of.n)
            continue;
        buf_adds(b, theirs ? "," : ",\"fields\":[");
        theirs = true;
        buf_adds(b, "{\"field\":");
        json_str(b, f->path);
        if (f->type == TYPE_DATETIME)
            buf_adds(b, ",\"format\":\"strict_date_optional_time_nanos\"");
        buf_addc(b, '}');
    }
    buf_adds(b, theirs ? "]" : "");
}

static void add_query(struct buf *b, str query)
{
    if (query.n)
        buf_addf(b, ",\"query\":%.*s", STRF(query));
}

void es_search_text(struct elastic *e, const struct es_plan *p, struct buf *b)
{
    struct es_wanted w = { p->ncols, p->cols, p->fields, p->all };
    (void)e;
    if (p->counts) {
        buf_adds(b, "{}");
        return;
    }
    if (p->grouped) {
        es_groups_text(p, b);
        return;
    }
    uint64_t size = first_page(p->table->doc_bytes);
    buf_addf(b, "{\"size\":%llu",
             (unsigned long long)(p->limited && p->limit < size ? p->limit
                                                                : size));
    add_query(b, es_plan_needs_proof(p) ? p->exact : p->query);
    es_add_columns(b, &w);
    buf_addc(b, '}');
}

struct page_loop {
    struct es_source *s;
    struct remote_call call;
    unsigned part;
    uint64_t size, read;
    str after; /* JSON, of the last hit */
    struct es_hits *hits;
    struct body body;
    struct es_ahead *ahead; /* the next page of a scroll; MAY be NULL */
    struct arena *arena;
    struct row_sink *sink;
    bool told;
};

static uint64_t page_size(const struct page_loop *l)
{
    if (l->s->once)
        return l->s->limit;
    uint64_t left = l->s->limited ? l->s->limit - l->read : l->size;
    return left < l->size ? left : l->size;
}

static void write_page(struct page_loop *l, struct buf *b)
{
    struct es_source *s = l->s;
    struct es_wanted w = { s->source.ncols, s->source.cols, s->fields, s->all };
    buf_addf(b, "{\"size\":%llu", (unsigned long long)page_size(l));
    add_query(b, s->query);
    es_add_columns(b, &w);
    if (s->scrolls) {
        buf_adds(b, ",\"sort\":[\"_doc\"]}");
        return;
    }
    buf_adds(b, ",\"track_total_hits\":false,");
    if (!s->once)
        buf_adds(b, "\"sort\":[{\"_shard_doc\":\"asc\"}],");
    buf_adds(b, "\"pit\":{\"id\":");
    json_str(b, s->ids[l->part]);
    buf_adds(b, ",\"keep_alive\":\"" ES_KEEP_ALIVE "\"}");
    if (s->source.nparts > 1)
        buf_addf(b, ",\"slice\":{\"id\":%u,\"max\":%u}", l->part,
                 s->source.nparts);
    if (l->after.n)
        buf_addf(b, ",\"search_after\":%.*s", STRF(l->after));
    buf_addc(b, '}');
}

static enum status take_ahead(struct page_loop *l)
{
    struct es_ahead *a = l->ahead;
    l->ahead = NULL;
    enum status st = es_ahead_take(a, &l->body, &l->call);
    return st == ST_USER ? es_garbled(l->s->e, &l->call, "404") : st;
}

static enum status ask_page(struct page_loop *l)
{
    struct es_source *s = l->s;
    struct buf b;
    struct es_request rq = { .path = S("/_search") };
    if (l->ahead)
        return take_ahead(l);
    buf_init(&b, 4 << 20);
    if (s->scrolls && s->ids[l->part].n) {
        es_scroll_text(&b, s->ids[l->part]);
        rq.path = S("/_search/scroll");
    } else {
        if (s->scrolls)
            rq.path = es_path(l->arena, s->index,
                              "/_search?scroll=" ES_KEEP_ALIVE);
        write_page(l, &b);
    }
    rq.body = buf_str(&b);
    enum status st = es_send(s->e, &rq, &l->body, &l->call);
    buf_release(&b);
    return st == ST_USER ? es_garbled(s->e, &l->call, "404") : st;
}

static void tell_partial(struct page_loop *l, const struct es_page *page)
{
    str what = l->s->e->what;
    if (l->told || (!page->failed && !page->timed_out))
        return;
    l->told = true;
    str why = page->failed
                ? arena_fmt(l->arena, "%.*s: %lld shards gave nothing%s%.*s",
                            STRF(what), (long long)page->failed,
                            page->why.n ? ": " : "", STRF(page->why))
                : arena_fmt(l->arena, "%.*s: the search ran out of time there",
                            STRF(what));
    l->sink->incomplete(l->sink->ctx, PARTIAL, why);
}

static void resize(struct page_loop *l, size_t bytes)
{
    if (bytes > LARGE_BYTES && l->size > 1)
        l->size /= 2;
    else if (bytes < SMALL_BYTES && l->size < MAX_PAGE)
        l->size = l->size * 2 > MAX_PAGE ? MAX_PAGE : l->size * 2;
}

/* One page; `*more` says whether another may follow. */
static enum status one_page(struct page_loop *l, bool *more)
{
    struct es_page page = { .arena = l->arena };
    const char *why = NULL;
    uint64_t asked = page_size(l);
    enum status st = ask_page(l);
    if (st == ST_ENV && l->body.bytes.n) /* what came of it is kept */
        (void)es_hits_page(l->hits, &l->body, &page, &why);
    if (st == ST_OK && l->s->scrolls && !l->s->limited)
        st = es_ahead_start(&l->ahead, l->s->e, buf_str(&l->body.bytes),
                            &l->call);
    if (st != ST_OK)
        return st;
    size_t bytes = l->body.bytes.n;
    st = es_hits_page(l->hits, &l->body, &page, &why);
    if (why)
        return es_no_answer(l->s->e, buf_str(&l->body.bytes), why, &l->call);
    if (st != ST_OK)
        return st;
    tell_partial(l, &page);
    l->s->source.bytes_read += bytes;
    l->read += page.nhits;
    es_point_keep(&l->s->ids[l->part], l->s->scrolls ? page.scroll : page.pit);
    *more = page.nhits > 0 && !l->s->once &&
            (l->s->scrolls || page.nhits >= asked) &&
            !(l->s->limited && l->read >= l->s->limit);
    if (*more && !l->s->scrolls && !page.last_sort.n)
        return es_garbled(l->s->e, &l->call, "a hit has no place in the order");
    if (*more && !l->s->scrolls && str_eq(l->after, page.last_sort)) {
        (void)es_garbled(l->s->e, &l->call, "the same page comes again");
        return ST_USER; /* rows that came twice are not to be kept */
    }
    l->after = page.last_sort;
    resize(l, bytes);
    return ST_OK;
}

/* ---- the source ---- */

static enum status read_count(struct es_source *s, struct row_sink *sink,
                              const struct remote_call *call);

static enum status read_part(struct source *src, unsigned part,
                             struct row_sink *sink, const atomic_bool *cancel,
                             struct diags *ds)
{
    struct es_source *s = src->impl;
    struct page_loop l = {
        .s = s, .part = part, .size = first_page(s->doc_bytes), .sink = sink,
        .call = { .cancel = cancel, .ds = ds, .span = s->span },
        .arena = arena_new(),
    };
    struct es_wanted w = { src->ncols, src->cols, s->fields, s->all };
    bool more = !s->limited || s->limit > 0;
    enum status st = ST_OK;
    if (s->counts) {
        arena_free(l.arena);
        return read_count(s, sink, &l.call);
    }
    body_init(&l.body, ES_MAX_ANSWER);
    l.hits = es_hits_new(&w, sink, part, cancel);
    while (st == ST_OK && more)
        st = one_page(&l, &more);
    if (st == ST_OK)
        es_hits_end(l.hits, s->e->what, l.arena);
    src->repaired += es_hits_repaired(l.hits);
    es_ahead_free(l.ahead);
    es_hits_free(l.hits);
    body_release(&l.body);
    arena_free(l.arena);
    return st;
}

static void source_close(struct source *src)
{
    struct es_source *s = src->impl;
    for (unsigned i = 0; i < src->nparts; i++) {
        bool again = false;
        for (unsigned k = 0; k < i; k++)
            again |= str_eq(s->ids[k], s->ids[i]);
        if (s->ids[i].n && !again)
            es_point_close(s->e, s->ids[i], s->scrolls);
    }
    for (unsigned i = 0; i < src->nparts; i++)
        free((char *)s->ids[i].p);
    arena_free(src->arena);
}

static enum status open_points(struct es_source *s,
                               const struct remote_call *call)
{
    str id = STR_NONE;
    enum status st = es_point_open(s->e, s->index, &id, call);
    for (unsigned i = 0; i < s->source.nparts && st == ST_OK; i++)
        es_point_keep(&s->ids[i], id);
    free((char *)id.p);
    return st;
}

static bool has_shard_order(const struct elastic *e)
{
    return e->opensearch ? e->major > 3 || (e->major == 3 && e->minor >= 3)
                         : e->major > 7 || (e->major == 7 && e->minor >= 12);
}

static enum status read_count(struct es_source *s, struct row_sink *sink,
                              const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct es_request rq = { .path = es_path(a, s->index, "/_count"),
                             .body = S("{}") };
    str json;
    int64_t n = 0;
    enum status st = es_ask(s->e, &rq, a, &json, call);
    if (st == ST_OK && !answer_long(a, json, "count", &n))
        st = es_garbled(s->e, call, "it has no count");
    if (st == ST_OK) {
        int64_t failed = 0;
        struct frame *f = frame_new(1);
        frame_set_col(f, 0, s->source.cols[0].name, TYPE_LONG);
        frame_set_rows(f, 1);
        f->cols[0].i[0] = n;
        f->nrows = f->total = 1;
        st = sink->batch(sink->ctx, 0, f);
        frame_unref(f);
        if (answer_long(a, json, "_shards.failed", &failed) && failed)
            sink->incomplete(sink->ctx, PARTIAL,
                             arena_fmt(a, "%.*s: %lld shards were not counted",
                                       STRF(s->e->what), (long long)failed));
    }
    arena_free(a);
    return st;
}

static struct es_source *new_source(struct elastic *e,
                                    const struct remote_query *q,
                                    const struct es_plan *p)
{
    struct arena *a = arena_new();
    struct es_source *s = NEW(a, struct es_source);
    size_t n = p->ncols;
    struct source_col *cols = arena_array(a, n, sizeof *cols);
    s->fields = arena_array(a, n, sizeof *s->fields);
    for (size_t i = 0; i < n; i++) {
        cols[i] = (struct source_col){ arena_str(a, p->cols[i].name),
                                       p->cols[i].type };
        s->fields[i] = p->counts ? NULL : p->fields[i];
    }
    s->e = e;
    s->query = arena_str(a, p->query);
    s->index = arena_str(a, p->table->name);
    s->all = p->all;
    s->counts = p->counts;
    s->limited = p->limited;
    s->limit = p->limit;
    s->doc_bytes = p->table->doc_bytes;
    s->scrolls = !has_shard_order(e);
    s->span = q->span;
    s->source = (struct source){
        .arena = a, .ncols = n, .cols = cols, .impl = s,
        .nparts = s->scrolls || s->counts || s->limited ? 1 : e->slices,
        .read = read_part, .close = source_close, .keeps_part = true,
    };
    return s;
}

enum status es_read_table(struct elastic *e, const struct remote_query *q,
                          const struct es_plan *p, struct source **out,
                          const struct remote_call *call)
{
    struct es_source *s = new_source(e, q, p);
    enum status st = ST_OK;
    if (!s->scrolls && !s->counts)
        st = open_points(s, call);
    if (st != ST_OK)
        source_close(&s->source);
    else
        *out = &s->source;
    return st;
}

struct source *es_read_some(struct elastic *e, const struct remote_query *q,
                            const struct es_plan *p, str point)
{
    struct es_source *s = new_source(e, q, p);
    s->query = arena_str(s->source.arena, p->exact);
    s->scrolls = false;
    s->once = true;
    s->ids[0] = point;
    return &s->source;
}

str es_time_range(struct arena *a, const struct remote_query *q)
{
    struct buf b;
    bool has_start = q->start != REMOTE_NO_START;
    bool has_end = q->end != REMOTE_NO_END;
    if (!has_start && !has_end)
        return S("");
    buf_init(&b, 400);
    buf_adds(&b, "{\"range\":{\"@timestamp\":{");
    if (has_start) {
        buf_adds(&b, "\"gte\":\"");
        ticks_format(&b, q->start);
        buf_adds(&b, has_end ? "\"," : "\"");
    }
    if (has_end) {
        buf_adds(&b, "\"lt\":\"");
        ticks_format(&b, q->end);
        buf_addc(&b, '"');
    }
    buf_adds(&b, ",\"format\":\"strict_date_optional_time_nanos\"}}}");
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

/* A query string, as a filter of everything that fits it. */
str es_lucene_query(struct arena *a, const struct remote_query *q)
{
    struct buf b;
    str range = es_time_range(a, q);
    buf_init(&b, 16 << 20);
    buf_adds(&b, "{\"bool\":{\"filter\":[{\"query_string\":{\"query\":");
    json_str(&b, q->text);
    buf_adds(&b, "}}");
    if (range.n)
        buf_addf(&b, ",%.*s", STRF(range));
    buf_adds(&b, "]}}");
    str text = buf_take(&b, a);
    buf_release(&b);
    return text;
}

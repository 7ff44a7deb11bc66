/* edges.c - documents in the millisecond of a bound.
 *
 * Called by: elastic.c.
 * An index cuts dates to milliseconds, and `ago(1d)` is hardly ever a whole
 * one. The few documents of that millisecond are read, and those that lie on
 * the right side are named one by one in the request for groups. */
#include "elastic.h"

#include "base/json_write.h"
#include "base/ticks.h"

enum { MAX_DOCS = 500, MAX_CLAUSES = 1 << 20 };

struct finder {
    struct elastic *e;
    const struct es_plan *plan;
    str point;
    const struct remote_call *call;
    const struct es_edge *edge;
    struct buf clauses; /* with commas between */
    size_t ndocs, nfound;
    bool unread; /* some date cannot be read here */
};

void es_add_times(struct buf *b, const struct es_field *f, int64_t from,
                  int64_t to)
{
    buf_adds(b, "{\"range\":{");
    json_str(b, f->exact);
    buf_adds(b, ":{");
    if (from >= 0) {
        buf_adds(b, "\"gte\":\"");
        ticks_format(b, from);
        buf_adds(b, "\",");
    }
    if (to >= 0) {
        buf_adds(b, "\"lt\":\"");
        ticks_format(b, to);
        buf_adds(b, "\",");
    }
    buf_adds(b, "\"format\":\"strict_date_optional_time_nanos\"}}}");
}

/* One document; ids are unique in an index only. */
static void name_document(struct buf *b, str index, str id)
{
    buf_adds(b, "{\"bool\":{\"filter\":[");
    es_text_query(b, "term", S("_index"), index);
    buf_addc(b, ',');
    es_text_query(b, "term", S("_id"), id);
    buf_adds(b, "]}}");
}

static enum status take_batch(void *ctx, unsigned part, const struct frame *f)
{
    struct finder *w = ctx;
    (void)part;
    for (size_t i = 0; i < f->nrows; i++) {
        const struct column *time = &f->cols[2];
        w->ndocs++;
        if (time->null && time->null[i]) {
            w->unread = true;
            continue;
        }
        if (time->i[i] < w->edge->from || time->i[i] >= w->edge->to)
            continue;
        buf_adds(&w->clauses, w->nfound++ ? "," : "");
        name_document(&w->clauses, f->cols[0].s[i], f->cols[1].s[i]);
    }
    return ST_OK;
}

static void note_nothing(void *ctx, enum completeness c, str why)
{
    (void)ctx, (void)c, (void)why;
}

static void ask_for(struct buf *b, const struct es_plan *p, str point,
                    const struct es_edge *edge)
{
    const struct es_field *f = edge->field;
    buf_addf(b, "{\"size\":%d,\"track_total_hits\":false,\"query\":{\"bool\":{"
                "\"filter\":[",
             MAX_DOCS);
    if (p->query.n)
        buf_addf(b, "%.*s,", STRF(p->query));
    es_add_times(b, f, edge->ms, edge->ms + TICKS_PER_MS);
    buf_adds(b, "]}}");
    struct es_wanted w = { 1, NULL, &f, false };
    es_add_columns(b, &w);
    buf_adds(b, ",\"pit\":{\"id\":");
    json_str(b, point);
    buf_adds(b, ",\"keep_alive\":\"" ES_KEEP_ALIVE "\"}}");
}

static enum status read_edge(struct finder *w, struct body *body,
                             struct arena *a)
{
    static const struct es_field index = { .path = { "_index", 6 },
                                           .type = TYPE_STRING,
                                           .kind = ES_META },
                                 id = { .path = { "_id", 3 },
                                        .type = TYPE_STRING,
                                        .kind = ES_META };
    const struct es_field *fields[] = { &index, &id, w->edge->field };
    struct source_col cols[] = { { S("_index"), TYPE_STRING },
                                 { S("_id"), TYPE_STRING },
                                 { S("time"), TYPE_DATETIME } };
    struct es_wanted wanted = { 3, cols, fields, false };
    struct row_sink sink = { .ctx = w, .batch = take_batch,
                             .incomplete = note_nothing };
    struct es_hits *h = es_hits_new(&wanted, &sink, 0, w->call->cancel);
    struct es_page page = { .arena = a };
    const char *why = NULL;
    enum status st = es_hits_page(h, body, &page, &why);
    if (why)
        st = es_garbled(w->e, w->call, why);
    w->unread |= page.failed || page.timed_out;
    es_hits_free(h);
    return st;
}

/* "" in *known: too many documents, or one that cannot be read. */
static enum status find_edge(struct finder *w, struct arena *a, str *known)
{
    struct body body;
    struct buf b;
    struct es_request rq = { .path = S("/_search") };
    buf_init(&b, 4 << 20);
    buf_init(&w->clauses, MAX_CLAUSES);
    body_init(&body, ES_MAX_ANSWER);
    ask_for(&b, w->plan, w->point, w->edge);
    rq.body = buf_str(&b);
    enum status st = es_send(w->e, &rq, &body, w->call);
    if (st == ST_USER)
        st = es_garbled(w->e, w->call, "404");
    if (st == ST_OK)
        st = read_edge(w, &body, a);
    bool ok = st == ST_OK && !w->unread && w->ndocs < MAX_DOCS &&
              buf_ok(&w->clauses) && buf_ok(&b);
    *known = !ok        ? S("")
             : w->nfound ? arena_fmt(a, "{\"bool\":{\"should\":[%.*s]}}",
                                    STRF(buf_str(&w->clauses)))
                        : S("{\"match_none\":{}}");
    body_release(&body);
    buf_release(&w->clauses);
    buf_release(&b);
    return st;
}

enum status es_find_edges(struct elastic *e, const struct es_plan *p,
                          str point, struct es_edges *out,
                          const struct remote_call *call)
{
    size_t n = p->proof.edges.n;
    str *found = arena_array(out->arena, n + 1, sizeof *found);
    enum status st = ST_OK;
    out->known = found;
    for (size_t i = 0; i < n && st == ST_OK && out->known; i++) {
        struct finder w = { .e = e, .plan = p, .point = point, .call = call,
                            .edge = &p->proof.edges.v[i] };
        st = find_edge(&w, out->arena, &found[i]);
        if (!found[i].n)
            out->known = NULL;
    }
    return st;
}

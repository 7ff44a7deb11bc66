/* group_text.c - the requests for groups, and for the proof before them.
 *
 * Called by: elastic.c, groups.c.
 * First the cluster proves that its index tells what the documents do
 * (proof.c). On the same point in time a composite aggregation then gives the
 * groups; its pages follow each other by the keys of the last group. */
#include "elastic.h"

#include "base/json_write.h"
#include "base/ticks.h"

/* ---- requests ---- */

static void add_head(struct buf *b, str query, str point)
{
    buf_adds(b, "{\"size\":0,\"track_total_hits\":true");
    if (query.n)
        buf_addf(b, ",\"query\":%.*s", STRF(query));
    if (point.n) {
        buf_adds(b, ",\"pit\":{\"id\":");
        json_str(b, point);
        buf_adds(b, ",\"keep_alive\":\"" ES_KEEP_ALIVE "\"}");
    }
}

static void add_proof(struct buf *b, const struct es_plan *p, str point)
{
    add_head(b, p->query, point);
    es_proof_text(&p->proof, b);
    buf_addc(b, '}');
}

/* Bins begin at the year 1 here and in 1970 there. */
static void add_bin(struct buf *b, int64_t bin)
{
    int64_t offset = bin - TICKS_UNIX_EPOCH % bin;
    buf_addf(b, ",\"fixed_interval\":\"%lldms\"",
             (long long)(bin / TICKS_PER_MS));
    if (offset % bin)
        buf_addf(b, ",\"offset\":\"+%lldms\"",
                 (long long)(offset / TICKS_PER_MS));
}

static void add_key(struct buf *b, size_t i, const struct es_key *k)
{
    buf_addf(b, "{\"k%zu\":{\"%s\":{\"field\":", i,
             k->bin ? "date_histogram" : "terms");
    json_str(b, k->field->exact);
    if (k->bin)
        add_bin(b, k->bin);
    buf_adds(b, ",\"missing_bucket\":true}}}");
}

/* "mN" is the number, "nN" how many values there are. */
static void add_metric(struct buf *b, size_t i, const struct es_metric *m)
{
    static const char *const kinds[] = { [ES_SUM] = "sum", [ES_AVG] = "sum",
                                         [ES_MIN] = "min", [ES_MAX] = "max" };
    if (m->kind == ES_COUNTIF) {
        buf_addf(b, "\"m%zu\":{\"filter\":%.*s}", i, STRF(m->query));
        return;
    }
    buf_addf(b, "\"m%zu\":{\"%s\":{\"field\":", i, kinds[m->kind]);
    json_str(b, m->field->exact);
    buf_addf(b, "}},\"n%zu\":{\"value_count\":{\"field\":", i);
    json_str(b, m->field->exact);
    buf_adds(b, "}}");
}

static bool add_metrics(struct buf *b, const struct es_plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->nmetrics; i++) {
        if (p->metrics[i].kind == ES_COUNT)
            continue; /* comes by itself */
        buf_adds(b, n++ ? "," : ",\"aggs\":{");
        add_metric(b, i, &p->metrics[i]);
    }
    buf_adds(b, n ? "}" : "");
    return n > 0;
}

/* `after`: the keys of the last group; "" before the first page. */
void es_groups_add(struct buf *b, const struct es_plan *p, uint64_t size,
                   str point, str after)
{
    add_head(b, p->exact, point);
    if (p->nkeys == 0) {
        add_metrics(b, p);
        buf_addc(b, '}');
        return;
    }
    buf_addf(b, ",\"aggs\":{\"groups\":{\"composite\":{\"size\":%llu,"
                "\"sources\":[",
             (unsigned long long)size);
    for (size_t i = 0; i < p->nkeys; i++) {
        buf_adds(b, i ? "," : "");
        add_key(b, i, &p->keys[i]);
    }
    buf_addc(b, ']');
    if (after.n)
        buf_addf(b, ",\"after\":%.*s", STRF(after));
    buf_addc(b, '}');
    add_metrics(b, p);
    buf_adds(b, "}}}");
}

void es_prove_text(const struct es_plan *p, struct buf *b)
{
    add_proof(b, p, S(""));
}

void es_groups_text(const struct es_plan *p, struct buf *b)
{
    es_groups_add(b, p, ES_GROUPS_PAGE, S(""), S(""));
}

/* ---- the proof ---- */

enum status es_prove(struct elastic *e, const struct es_plan *p, str point,
                     bool *holds, const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct buf b;
    struct es_request rq = { .path = S("/_search") };
    str json;
    buf_init(&b, 4 << 20);
    add_proof(&b, p, point);
    rq.body = buf_str(&b);
    enum status st = es_ask(e, &rq, a, &json, call);
    *holds = st == ST_OK && es_proof_holds(&p->proof, a, json);
    if (st == ST_OK && !*holds && call->status)
        call->status(call->ctx,
                     arena_fmt(a,
                               "%.*s: lists or texts that are not indexed: "
                               "documents are read instead",
                               STRF(e->what)));
    buf_release(&b);
    arena_free(a);
    return st == ST_USER ? es_garbled(e, call, "404") : st;
}

/* proof.c - what must be so of some documents for their index to tell all.
 *
 * Called by: exact.c, group_plan.c, groups.c.
 * An index keeps sets of values; a row here has one value of a field, or a list
 * as the document writes it. They are the same where each document has at most
 * one value in the field: there are as many values (value_count) as documents
 * that have one. Nothing may have been left out (_ignored: too long for
 * ignore_above, or malformed), a text must have the keyword beside it, and sums
 * must have been whole numbers all the way. */
#include "elastic.h"

#include "base/convert.h"
#include "base/json_write.h"
#include "providers/http/answer.h"

#define EXACT_DOUBLE 9007199254740992.0 /* 2^53: whole numbers up to it */

bool es_provable(const struct elastic *e, const struct es_field *f)
{
    return f->columnar && !f->alias_of.n &&
           (f->ignore_above == INT64_MAX || es_tells_ignored(e) ||
            e->nothing_ignored);
}

/* It looks otherwise than 0.0, and is equal. */
static void doubt_minus_zero(struct es_proof *p, const struct es_field *f)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    buf_adds(&b, "{\"range\":{");
    json_str(&b, f->exact);
    buf_adds(&b, ":{\"gte\":-0.0,\"lte\":-0.0}}}");
    es_proof_doubt(p, buf_str(&b));
    buf_release(&b);
}

static bool has(const struct es_field *const *v, size_t n,
                const struct es_field *f)
{
    for (size_t i = 0; i < n; i++)
        if (v[i] == f)
            return true;
    return false;
}

void es_proof_field(struct es_proof *p, const struct es_field *f)
{
    if (has(p->fields.v, p->fields.n, f))
        return;
    PUSH(p->arena, p->fields, f);
    if (f->kind == ES_DOUBLE)
        doubt_minus_zero(p, f);
}

void es_proof_number(struct es_proof *p, const struct es_field *f, bool sum)
{
    es_proof_field(p, f);
    if (sum && !has(p->sums.v, p->sums.n, f))
        PUSH(p->arena, p->sums, f);
    else if (!sum && f->kind != ES_DOUBLE &&
             !has(p->numbers.v, p->numbers.n, f))
        PUSH(p->arena, p->numbers, f);
}

void es_proof_doubt(struct es_proof *p, str query)
{
    PUSH(p->arena, p->doubts, arena_str(p->arena, query));
}

str es_proof_edge(struct es_proof *p, const struct es_edge *e)
{
    size_t at = p->edges.n;
    PUSH(p->arena, p->edges, *e);
    return p->known ? p->known[at] : S("");
}

/* ---- asking ---- */

static void add_field(struct buf *b, const char *key, size_t i,
                      const char *what, str field)
{
    buf_addf(b, ",\"%s%zu\":{\"%s\":{\"field\":", key, i, what);
    json_str(b, field);
    buf_adds(b, "}}");
}

/* Documents with the text but not with the keyword beside it. */
static void add_beside(struct buf *b, size_t i, const struct es_field *f)
{
    buf_addf(b, ",\"beside%zu\":{\"filter\":{\"bool\":{\"filter\":[", i);
    es_text_query(b, "exists", S("field"), f->path);
    buf_adds(b, "],\"must_not\":[");
    es_text_query(b, "exists", S("field"), f->exact);
    buf_adds(b, "]}}}");
}

void es_proof_text(const struct es_proof *p, struct buf *b)
{
    buf_adds(b, ",\"aggs\":{\"ignored\":{\"filter\":{\"terms\":{"
                "\"_ignored\":[");
    for (size_t i = 0; i < p->fields.n; i++) {
        buf_adds(b, i ? "," : "");
        json_str(b, p->fields.v[i]->exact);
    }
    buf_adds(b, "]}}}");
    for (size_t i = 0; i < p->fields.n; i++) {
        const struct es_field *f = p->fields.v[i];
        add_field(b, "values", i, "value_count", f->exact);
        buf_addf(b, ",\"rows%zu\":{\"filter\":", i);
        es_text_query(b, "exists", S("field"), f->exact);
        buf_addc(b, '}');
        if (!str_eq(f->exact, f->path))
            add_beside(b, i, f);
    }
    for (size_t i = 0; i < p->numbers.n; i++) {
        add_field(b, "min", i, "min", p->numbers.v[i]->exact);
        add_field(b, "max", i, "max", p->numbers.v[i]->exact);
    }
    for (size_t i = 0; i < p->sums.n; i++)
        add_field(b, "sum", i, "stats", p->sums.v[i]->exact);
    if (p->doubts.n)
        buf_adds(b, ",\"doubt\":{\"filter\":{\"bool\":{\"should\":[");
    for (size_t i = 0; i < p->doubts.n; i++)
        buf_addf(b, "%s%.*s", i ? "," : "", STRF(p->doubts.v[i]));
    buf_adds(b, p->doubts.n ? "]}}}}" : "}");
}

/* ---- the answer ---- */

struct answer {
    struct arena *arena;
    str aggs;
};

/* False: there is none. */
static bool count_of(const struct answer *w, const char *key, size_t i,
                     const char *member, int64_t *out)
{
    str path = arena_fmt(w->arena, "%s%zu.%s", key, i, member);
    return answer_long(w->arena, w->aggs, arena_cstr(w->arena, path), out);
}

/* null where no document has a value. */
static bool number_of(const struct answer *w, const char *key, size_t i,
                      const char *member, double *out)
{
    str path = arena_fmt(w->arena, "%s%zu.%s", key, i, member);
    str at = answer_at(w->aggs, arena_cstr(w->arena, path));
    *out = 0;
    return at.n > 0 && (at.p[0] == 'n' || text_to_real(at, out));
}

static bool one_value_each(const struct es_proof *p, const struct answer *w)
{
    for (size_t i = 0; i < p->fields.n; i++) {
        const struct es_field *f = p->fields.v[i];
        int64_t values, rows, beside = 0;
        if (!count_of(w, "values", i, "value", &values) ||
            !count_of(w, "rows", i, "doc_count", &rows) || values != rows)
            return false;
        if (!str_eq(f->exact, f->path) &&
            (!count_of(w, "beside", i, "doc_count", &beside) || beside))
            return false;
    }
    return true;
}

/* A double tells whole numbers up to 2^53 from each other. A sum is right when
 * no sum of some of its terms can have been beyond: of terms that are all of
 * one sign, or of so many of at most that size. */
static bool numbers_fit(const struct es_proof *p, const struct answer *w)
{
    double low, high, sum, count;
    for (size_t i = 0; i < p->numbers.n; i++)
        if (!number_of(w, "min", i, "value", &low) ||
            !number_of(w, "max", i, "value", &high) ||
            low <= -EXACT_DOUBLE || high >= EXACT_DOUBLE)
            return false;
    for (size_t i = 0; i < p->sums.n; i++) {
        if (!number_of(w, "sum", i, "min", &low) ||
            !number_of(w, "sum", i, "max", &high) ||
            !number_of(w, "sum", i, "sum", &sum) ||
            !number_of(w, "sum", i, "count", &count))
            return false;
        double size = high > -low ? high : -low;
        bool one_sign = (low >= 0 || high <= 0) && sum < EXACT_DOUBLE / 2 &&
                        sum > -EXACT_DOUBLE / 2;
        if (!one_sign && size * count >= EXACT_DOUBLE / 2)
            return false;
    }
    return true;
}

bool es_proof_holds(const struct es_proof *p, struct arena *a, str json)
{
    struct answer w = { a, answer_at(json, "aggregations") };
    int64_t ignored, doubt = 0, failed = 0;
    if (!answer_long(a, json, "_shards.failed", &failed) || failed ||
        !str_eqz(answer_at(json, "timed_out"), "false") ||
        !answer_long(a, w.aggs, "ignored.doc_count", &ignored) || ignored)
        return false;
    if (p->doubts.n &&
        (!answer_long(a, w.aggs, "doubt.doc_count", &doubt) || doubt))
        return false;
    return one_value_each(p, &w) && numbers_fit(p, &w);
}

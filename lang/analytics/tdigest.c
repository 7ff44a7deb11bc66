/* tdigest.c - percentiles of many values, in little room.
 *
 * Called by: lang/funcs/agg_sketch.c, fn_sketch.c. */
#include "tdigest.h"

#include <math.h>
#include <stdlib.h>

#include "base/json_value.h"
#include "base/json_walk.h"

#define PI 3.14159265358979323846
static const double COMPRESSION = 2000;

void tdigest_release(struct tdigest *t)
{
    free(t->v);
    *t = (struct tdigest){ 0 };
}

size_t tdigest_bytes(const struct tdigest *t)
{
    return t->cap * sizeof *t->v;
}

double tdigest_weight(const struct tdigest *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->n; i++)
        sum += t->v[i].weight;
    return sum;
}

static int by_mean(const void *a, const void *b)
{
    long double x = ((const struct centroid *)a)->mean;
    long double y = ((const struct centroid *)b)->mean;
    return x < y ? -1 : x > y;
}

/* Sorts, and makes one centroid of equal means. */
static void tidy(struct tdigest *t)
{
    size_t n = 0;
    if (t->sorted)
        return;
    if (t->n)
        qsort(t->v, t->n, sizeof *t->v, by_mean);
    for (size_t i = 0; i < t->n; i++) {
        if (n && t->v[n - 1].mean == t->v[i].mean)
            t->v[n - 1].weight += t->v[i].weight;
        else
            t->v[n++] = t->v[i];
    }
    t->n = n;
    t->sorted = true;
}

/* The scale k1: a centroid may span one unit of it. */
static double scale(double q)
{
    return COMPRESSION / (2 * PI) * asin(2 * (q < 1 ? q : 1) - 1);
}

static long double mean_of(const struct tdigest *t, const struct centroid *a,
                           const struct centroid *b)
{
    long double all = (long double)a->weight + b->weight;
    long double m = a->mean + (b->mean - a->mean) * (b->weight / all);
    return t->type == TYPE_REAL ? m : roundl(m);
}

/* Merges neighbours while they span no more than a unit of the scale. */
static void compress(struct tdigest *t)
{
    double all, before = 0;
    size_t n = 0;
    tidy(t);
    if (t->n <= TDIGEST_EXACT)
        return;
    all = tdigest_weight(t);
    for (size_t i = 1; i < t->n; i++) {
        struct centroid *into = &t->v[n];
        double end = before + into->weight + t->v[i].weight;
        if (scale(end / all) - scale(before / all) <= 1) {
            into->mean = mean_of(t, into, &t->v[i]);
            into->weight += t->v[i].weight;
            continue;
        }
        before += into->weight;
        t->v[++n] = t->v[i];
    }
    t->n = n + 1;
}

static void push(struct tdigest *t, long double mean, double weight)
{
    if (t->n == TDIGEST_ROOM)
        compress(t);
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 16;
        t->v = xrealloc(t->v, t->cap * sizeof *t->v);
    }
    t->v[t->n++] = (struct centroid){ mean, weight };
    t->sorted = false;
}

void tdigest_add(struct tdigest *t, const struct value *v, double weight)
{
    if (t->type == TYPE_ERROR)
        t->type = v->type == TYPE_INT ? TYPE_LONG : v->type;
    if (v->type == TYPE_REAL && !isnan(v->d))
        push(t, v->d, weight);
    else if (v->type != TYPE_REAL)
        push(t, (long double)v->i, weight);
}

void tdigest_merge(struct tdigest *t, const struct tdigest *from)
{
    if (t->type == TYPE_ERROR)
        t->type = from->type;
    for (size_t i = 0; i < from->n; i++)
        push(t, from->v[i].mean, from->v[i].weight);
}

static int64_t whole(long double x)
{
    if (x >= 9223372036854775807.0L)
        return INT64_MAX;
    return x <= -9223372036854775808.0L ? INT64_MIN : (int64_t)x;
}

bool tdigest_percentile(struct tdigest *t, double percent, struct value *v)
{
    double seen = 0;
    size_t at = 0;
    compress(t);
    if (t->n == 0)
        return false;
    /* A rank that is whole but for rounding is that rank. */
    double rank = percent / 100 * tdigest_weight(t) * (1 - 1e-12);
    for (; at + 1 < t->n; at++) {
        seen += t->v[at].weight;
        if (seen >= rank)
            break;
    }
    *v = (struct value){ .type = t->type };
    if (t->type == TYPE_REAL)
        v->d = (double)t->v[at].mean;
    else
        v->i = whole(t->v[at].mean);
    return true;
}

double tdigest_rank(struct tdigest *t, long double x)
{
    double seen = 0;
    compress(t);
    for (size_t i = 0; i < t->n && t->v[i].mean <= x; i++)
        seen += t->v[i].weight;
    return seen;
}

/* ---- text ---- */

/* The numbers of the types, as Kusto writes 7 for long. */
static const struct {
    enum type type;
    int64_t code;
} codes[] = {
    { TYPE_LONG, 7 }, { TYPE_REAL, 8 }, { TYPE_DATETIME, 5 },
    { TYPE_TIMESPAN, 6 },
};

void tdigest_write(struct buf *b, struct tdigest *t)
{
    int64_t code = 7;
    compress(t);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].type == t->type)
            code = codes[i].code;
    buf_addf(b, "[[%d],[", (int)code);
    for (size_t i = 0; i < t->n; i++) {
        buf_adds(b, i ? "," : "");
        if (t->type == TYPE_REAL)
            json_text_f64(b, (double)t->v[i].mean);
        else
            buf_add_i64(b, whole(t->v[i].mean));
    }
    buf_adds(b, "],[");
    for (size_t i = 0; i < t->n; i++) {
        buf_adds(b, i ? "," : "");
        if (t->v[i].weight < 9e15 && t->v[i].weight == floor(t->v[i].weight))
            buf_add_i64(b, (int64_t)t->v[i].weight);
        else
            json_text_f64(b, t->v[i].weight);
    }
    buf_adds(b, "]]");
}

static bool number(str json, long double *out)
{
    struct value v = { 0 };
    if (!json_scalar(json, &v) || v.null)
        return false;
    if (v.type == TYPE_STRING) { /* infinities are written so */
        *out = str_starts(v.s, S("-")) ? -INFINITY : INFINITY;
        return str_ends(v.s, S("Infinity"));
    }
    if (v.type != TYPE_LONG && v.type != TYPE_REAL)
        return false;
    *out = v.type == TYPE_LONG ? (long double)v.i : (long double)v.d;
    return true;
}

static bool read_code(struct tdigest *t, str json)
{
    long double code;
    str item;
    if (json_kind(json) != JSON_ARRAY || !json_get_index(json, 0, &item) ||
        !number(item, &code))
        return false;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if ((long double)codes[i].code == code)
            t->type = codes[i].type;
    return t->type != TYPE_ERROR;
}

bool tdigest_read(struct tdigest *t, str json)
{
    struct json_iter means, weights;
    str head, m, w;
    long double mean, weight;
    *t = (struct tdigest){ 0 };
    bool ok = json_kind(json) == JSON_ARRAY &&
              json_get_index(json, 0, &head) && read_code(t, head) &&
              json_get_index(json, 1, &m) && json_kind(m) == JSON_ARRAY &&
              json_get_index(json, 2, &w) && json_kind(w) == JSON_ARRAY;
    ok = ok && json_iter_init(&means, m) && json_iter_init(&weights, w);
    while (ok && json_next(&means, NULL, &m)) {
        ok = json_next(&weights, NULL, &w) && number(m, &mean) &&
             number(w, &weight) && weight > 0;
        if (ok)
            push(t, mean, (double)weight);
    }
    ok = ok && !json_next(&weights, NULL, &w);
    if (!ok)
        tdigest_release(t);
    return ok;
}

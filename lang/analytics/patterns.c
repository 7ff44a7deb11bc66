/* patterns.c - frequent, covering and telling combinations of values.
 *
 * Called by: the plugins basket, autocluster and diffpatterns. */
#include "patterns.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_CLUSTERS = 20, MAX_SEEDS = 1000 };

/* What all three go through: counts of the values of some rows. */
struct search {
    struct arena *a;
    const struct pattern_table *t;
    size_t *offset;  /* of a column in count: k + 1 */
    double *count;   /* by column and code */
    double *other;   /* the same for side B */
    uint32_t *codes; /* k, of the pattern in work */
    struct patterns *out;
    size_t limit;
};

static double weight(const struct pattern_table *t, size_t row)
{
    return t->weight ? t->weight[row] : 1;
}

static uint32_t code(const struct pattern_table *t, size_t row, size_t col)
{
    return t->codes[row * t->k + col];
}

static void search_init(struct search *s, struct arena *a,
                        const struct pattern_table *t, struct patterns *out)
{
    *s = (struct search){ .a = a, .t = t, .out = out };
    s->offset = arena_array(a, t->k + 1, sizeof *s->offset);
    for (size_t c = 0; c < t->k; c++)
        s->offset[c + 1] = s->offset[c] + t->sizes[c];
    s->count = arena_array(a, s->offset[t->k] + 1, sizeof *s->count);
    s->other = arena_array(a, s->offset[t->k] + 1, sizeof *s->other);
    s->codes = arena_array(a, t->k, sizeof *s->codes);
    for (size_t c = 0; c < t->k; c++)
        s->codes[c] = PATTERN_ANY;
}

static bool cancelled(const struct search *s)
{
    return s->t->cancel && atomic_load(s->t->cancel);
}

static void add_pattern(struct search *s, const uint32_t *codes, double count,
                        double other)
{
    struct pattern p = { arena_array(s->a, s->t->k, sizeof *p.codes), count,
                         other };
    memcpy(p.codes, codes, s->t->k * sizeof *p.codes);
    PUSH(s->a, s->out->list, p);
}

static int by_count(const void *x, const void *y)
{
    const struct pattern *a = x, *b = y;
    return (a->count < b->count) - (a->count > b->count);
}

/* ---- basket ---- */

/* One column's counts over some rows, into `count` (zeroed before). */
static void count_column(struct search *s, size_t col, const uint32_t *rows,
                         size_t n, double *count)
{
    for (size_t i = 0; i < n; i++)
        count[code(s->t, rows[i], col)] += weight(s->t, rows[i]);
}

static size_t rows_with(const struct search *s, size_t col, uint32_t value,
                        const uint32_t *rows, size_t n, uint32_t *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (code(s->t, rows[i], col) == value)
            out[m++] = rows[i];
    return m;
}

/* Extends the pattern in work by columns from `col` on. Counts and rows of a
 * level are freed with it: depth is at most the number of columns. */
static enum status extend(struct search *s, size_t col, size_t left,
                          const uint32_t *rows, size_t n, double least)
{
    enum status st = ST_OK;
    if (left == 0)
        return ST_OK;
    uint32_t *sub = xmalloc((n + 1) * sizeof *sub);
    for (size_t c = col; c < s->t->k && st == ST_OK; c++) {
        double *count = xcalloc(s->t->sizes[c] + 1, sizeof *count);
        count_column(s, c, rows, n, count);
        for (uint32_t v = 0; v < s->t->sizes[c] && st == ST_OK; v++) {
            if (count[v] < least || count[v] <= 0)
                continue;
            s->codes[c] = v;
            add_pattern(s, s->codes, count[v], 0);
            st = cancelled(s)                     ? ST_CANCELLED
               : s->out->list.n > s->limit ? ST_USER
                                           : ST_OK;
            size_t m = rows_with(s, c, v, rows, n, sub);
            if (st == ST_OK)
                st = extend(s, c + 1, left - 1, sub, m, least);
        }
        s->codes[c] = PATTERN_ANY;
        free(count);
    }
    free(sub);
    return st;
}

static double total(const struct pattern_table *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->n; i++)
        sum += weight(t, i);
    return sum;
}

static uint32_t *all_rows(struct arena *a, size_t n)
{
    uint32_t *rows = arena_array(a, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i] = (uint32_t)i;
    return rows;
}

/* qsort is not stable: equal counts keep the order of columns by position. */
static void sort_patterns(struct search *s)
{
    struct pattern *v = s->out->list.v;
    size_t n = s->out->list.n, width = 1;
    struct pattern *tmp = arena_array(s->a, n + 1, sizeof *tmp);
    for (; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            size_t mid = i + width < n ? i + width : n;
            size_t end = i + 2 * width < n ? i + 2 * width : n;
            size_t l = i, r = mid;
            for (size_t k = i; k < end; k++)
                tmp[k] = r == end || (l < mid && by_count(&v[l], &v[r]) <= 0)
                           ? v[l++]
                           : v[r++];
        }
        memcpy(v, tmp, n * sizeof *v);
    }
}

enum status patterns_basket(struct arena *a, const struct pattern_table *t,
                            double threshold, size_t most, size_t limit,
                            struct patterns *out)
{
    struct search s;
    search_init(&s, a, t, out);
    s.limit = limit;
    enum status st = extend(&s, 0, most, all_rows(a, t->n), t->n,
                            threshold * total(t));
    if (st == ST_OK)
        sort_patterns(&s);
    return st;
}

/* ---- growing a pattern ---- */

/* Counts of every value of every column over some rows, both sides. */
static void count_all(struct search *s, const uint32_t *rows, size_t n)
{
    const struct pattern_table *t = s->t;
    memset(s->count, 0, s->offset[t->k] * sizeof *s->count);
    memset(s->other, 0, s->offset[t->k] * sizeof *s->other);
    for (size_t i = 0; i < n; i++) {
        double w = weight(t, rows[i]);
        bool b = t->side && t->side[rows[i]] == 2;
        for (size_t c = 0; c < t->k; c++)
            (b ? s->other : s->count)[s->offset[c] + code(t, rows[i], c)] += w;
    }
}

struct item {
    size_t col;
    uint32_t code;
    double score;
};

static void fix(struct search *s, const struct item *it, uint32_t *rows,
                size_t *n)
{
    *n = rows_with(s, it->col, it->code, rows, *n, rows);
    s->codes[it->col] = it->code;
}

static void unfix(struct search *s)
{
    for (size_t c = 0; c < s->t->k; c++)
        s->codes[c] = PATTERN_ANY;
}

/* The heaviest values first. */
static int by_score(const void *x, const void *y)
{
    const struct item *a = x, *b = y;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    if (a->col != b->col)
        return a->col < b->col ? -1 : 1;
    return (a->code > b->code) - (a->code < b->code);
}

/* The values with the greatest score, `most` of them, best first. */
static size_t best_items(struct search *s, const double *score,
                         size_t most, struct item **out)
{
    size_t n = s->offset[s->t->k], m = 0;
    struct item *v = xmalloc((n + 1) * sizeof *v);
    for (size_t c = 0; c < s->t->k; c++)
        for (uint32_t i = 0; i < s->t->sizes[c]; i++)
            if (score[s->offset[c] + i] > 0)
                v[m++] = (struct item){ c, i, score[s->offset[c] + i] };
    qsort(v, m, sizeof *v, by_score);
    *out = v;
    return m < most ? m : most;
}

/* ---- autocluster ---- */

static double cluster_score(double share, size_t fixed, size_t k, double w)
{
    return pow(share, w) * pow((double)fixed / (double)k, 1 - w);
}

/* The most frequent value of an open column among the rows. */
static bool next_item(struct search *s, const uint32_t *rows, size_t n,
                      struct item *best)
{
    best->score = 0;
    count_all(s, rows, n);
    for (size_t c = 0; c < s->t->k; c++)
        for (uint32_t i = 0; s->codes[c] == PATTERN_ANY && i < s->t->sizes[c];
             i++)
            if (s->count[s->offset[c] + i] > best->score)
                *best = (struct item){ c, i, s->count[s->offset[c] + i] };
    return best->score > 0;
}

struct cluster {
    uint32_t *codes;
    double score;
};

/* Grows from one value; keeps the best of all patterns on the way. */
static void grow(struct search *s, const struct item *seed, uint32_t *rows,
                 size_t n, double sum, double size_weight,
                 struct cluster *best)
{
    struct item it = *seed;
    unfix(s);
    for (size_t fixed = 1; fixed <= s->t->k; fixed++) {
        double score = cluster_score(it.score / sum, fixed, s->t->k,
                                     size_weight);
        fix(s, &it, rows, &n);
        if (score > best->score) {
            best->score = score;
            memcpy(best->codes, s->codes, s->t->k * sizeof *s->codes);
        }
        if (fixed < s->t->k && !next_item(s, rows, n, &it))
            break;
    }
}

static bool fits(const struct pattern_table *t, const uint32_t *codes,
                 size_t row)
{
    for (size_t c = 0; c < t->k; c++)
        if (codes[c] != PATTERN_ANY && codes[c] != code(t, row, c))
            return false;
    return true;
}

/* Adds the pattern with what all rows say, takes its rows off the list. */
static size_t take_cluster(struct search *s, const struct cluster *best,
                           uint32_t *left, size_t n)
{
    double count = 0;
    size_t m = 0;
    for (size_t i = 0; i < s->t->n; i++)
        if (fits(s->t, best->codes, i))
            count += weight(s->t, i);
    add_pattern(s, best->codes, count, 0);
    for (size_t i = 0; i < n; i++)
        if (!fits(s->t, best->codes, left[i]))
            left[m++] = left[i];
    return m;
}

enum status patterns_cluster(struct arena *a, const struct pattern_table *t,
                             double size_weight, size_t seeds,
                             struct patterns *out)
{
    struct search s;
    search_init(&s, a, t, out);
    uint32_t *left = all_rows(a, t->n), *rows = all_rows(a, t->n);
    size_t n = t->n;
    double sum = total(t), least = fmax(sum / 50, 2);
    struct cluster best = { arena_array(a, t->k, sizeof *best.codes), 0 };
    seeds = seeds < MAX_SEEDS ? seeds : MAX_SEEDS;
    while (n && t->k && out->list.n < MAX_CLUSTERS) {
        struct item *v;
        best.score = 0;
        count_all(&s, left, n);
        size_t m = best_items(&s, s.count, seeds, &v);
        for (size_t i = 0; i < m && v[i].score >= least && !cancelled(&s);
             i++) {
            memcpy(rows, left, n * sizeof *rows);
            grow(&s, &v[i], rows, n, sum, size_weight, &best);
        }
        free(v);
        if (cancelled(&s))
            return ST_CANCELLED;
        if (best.score <= 0)
            break;
        n = take_cluster(&s, &best, left, n);
    }
    sort_patterns(&s);
    return ST_OK;
}

/* ---- diffpatterns ---- */

static double difference(double a, double b, double na, double nb)
{
    return fabs((na > 0 ? a / na : 0) - (nb > 0 ? b / nb : 0));
}

static void score_differences(struct search *s, double na, double nb,
                              double *score)
{
    for (size_t i = 0; i < s->offset[s->t->k]; i++)
        score[i] = difference(s->count[i], s->other[i], na, nb);
}

static bool is_listed(const struct search *s, const uint32_t *codes)
{
    for (size_t i = 0; i < s->out->list.n; i++)
        if (memcmp(s->out->list.v[i].codes, codes,
                   s->t->k * sizeof *codes) == 0)
            return true;
    return false;
}

/* The open value with the greatest difference among the rows. */
static bool next_difference(struct search *s, double na, double nb,
                            struct item *best)
{
    best->score = 0;
    for (size_t c = 0; c < s->t->k; c++)
        for (uint32_t i = 0; s->codes[c] == PATTERN_ANY && i < s->t->sizes[c];
             i++) {
            size_t at = s->offset[c] + i;
            double d = difference(s->count[at], s->other[at], na, nb);
            if (d > best->score)
                *best = (struct item){ c, i, d };
        }
    return best->score > 0;
}

static void grow_difference(struct search *s, struct item it, uint32_t *rows,
                            size_t n, size_t most, const double sides[2])
{
    double a = 0, b = 0, kept = it.score;
    unfix(s);
    for (size_t fixed = 1;; fixed++) {
        fix(s, &it, rows, &n);
        count_all(s, rows, n);
        if (fixed >= most || !next_difference(s, sides[0], sides[1], &it) ||
            it.score < 0.95 * kept)
            break;
        kept = it.score > kept ? it.score : kept;
    }
    for (size_t i = 0; i < n; i++)
        *(s->t->side[rows[i]] == 2 ? &b : &a) += weight(s->t, rows[i]);
    if (!is_listed(s, s->codes))
        add_pattern(s, s->codes, a, b);
}

static void sort_by_difference(struct search *s, const double sides[2])
{
    size_t n = s->out->list.n;
    double *counts = arena_array(s->a, n + 1, sizeof *counts);
    for (size_t i = 0; i < n; i++) { /* count carries the key meanwhile */
        struct pattern *p = &s->out->list.v[i];
        counts[i] = p->count;
        p->count = difference(p->count, p->other, sides[0], sides[1]);
    }
    uint32_t **codes = arena_array(s->a, n + 1, sizeof *codes);
    for (size_t i = 0; i < n; i++)
        codes[i] = s->out->list.v[i].codes;
    sort_patterns(s);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (codes[k] == s->out->list.v[i].codes)
                s->out->list.v[i].count = counts[k];
}

enum status patterns_diff(struct arena *a, const struct pattern_table *t,
                          double threshold, size_t most,
                          struct patterns *out)
{
    struct search s;
    struct item *v;
    double sides[2] = { 0, 0 };
    size_t n = 0;
    search_init(&s, a, t, out);
    uint32_t *both = all_rows(a, t->n), *rows = all_rows(a, t->n);
    for (size_t i = 0; i < t->n; i++)
        if (t->side[i]) {
            sides[t->side[i] - 1] += weight(t, i);
            both[n++] = (uint32_t)i;
        }
    count_all(&s, both, n);
    double *score = arena_array(a, s.offset[t->k] + 1, sizeof *score);
    score_differences(&s, sides[0], sides[1], score);
    size_t m = best_items(&s, score, MAX_SEEDS, &v);
    for (size_t i = 0; i < m && v[i].score >= threshold && !cancelled(&s);
         i++) {
        memcpy(rows, both, n * sizeof *rows);
        grow_difference(&s, v[i], rows, n, most, sides);
    }
    free(v);
    sort_by_difference(&s, sides);
    return cancelled(&s) ? ST_CANCELLED : ST_OK;
}

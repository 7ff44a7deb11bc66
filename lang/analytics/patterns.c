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
    const struct pattern_opts *o;
    double sum;      /* weight of all rows */
    double sides[2]; /* patterns_diff: weight of A and B */
};

struct rows {
    uint32_t *v;
    size_t n;
};

static double weight(const struct pattern_table *t, size_t row)
{
    return t->weight ? t->weight[row] : 1;
}

static uint32_t code(const struct pattern_table *t, size_t row, size_t col)
{
    return t->codes[row * t->k + col];
}

static struct rows all_rows(struct arena *a, size_t n)
{
    struct rows rows = { arena_array(a, n + 1, sizeof *rows.v), n };
    for (size_t i = 0; i < n; i++)
        rows.v[i] = (uint32_t)i;
    return rows;
}

static void copy_rows(struct rows *to, const struct rows *from)
{
    memcpy(to->v, from->v, from->n * sizeof *to->v);
    to->n = from->n;
}

static void search_init(struct search *s, struct arena *a,
                        const struct pattern_table *t,
                        const struct pattern_opts *o, struct patterns *out)
{
    *s = (struct search){ .a = a, .t = t, .o = o, .out = out };
    for (size_t i = 0; i < t->n; i++)
        s->sum += weight(t, i);
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
    struct pattern p = { .count = count, .other = other };
    p.codes = arena_array(s->a, s->t->k, sizeof *p.codes);
    memcpy(p.codes, codes, s->t->k * sizeof *p.codes);
    PUSH(s->a, s->out->list, p);
}

static int by_count(const void *x, const void *y)
{
    const struct pattern *a = x, *b = y;
    return (a->count < b->count) - (a->count > b->count);
}

/* ---- basket ---- */

/* The rows that have the value in the column; `out` may be `rows`. */
static void rows_with(const struct search *s, size_t col, uint32_t value,
                      const struct rows *rows, struct rows *out)
{
    size_t m = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (code(s->t, rows->v[i], col) == value)
            out->v[m++] = rows->v[i];
    out->n = m;
}

static enum status extend(struct search *s, size_t col, size_t left,
                          const struct rows *rows);

/* Every frequent value of one column, and what else its rows share. */
static enum status extend_column(struct search *s, size_t c, size_t left,
                                 const struct rows *rows, struct rows *sub)
{
    const struct pattern_table *t = s->t;
    enum status st = ST_OK;
    double least = s->o->threshold * s->sum;
    double *count = xcalloc(t->sizes[c] + 1, sizeof *count);
    for (size_t i = 0; i < rows->n; i++)
        count[code(t, rows->v[i], c)] += weight(t, rows->v[i]);
    for (uint32_t v = 0; v < t->sizes[c] && st == ST_OK; v++) {
        if (count[v] < least || count[v] <= 0)
            continue;
        s->codes[c] = v;
        add_pattern(s, s->codes, count[v], 0);
        if (cancelled(s))
            st = ST_CANCELLED;
        else if (s->out->list.n > s->o->limit)
            st = ST_USER;
        rows_with(s, c, v, rows, sub);
        if (st == ST_OK)
            st = extend(s, c + 1, left - 1, sub);
    }
    s->codes[c] = PATTERN_ANY;
    free(count);
    return st;
}

/* Extends the pattern in work by columns from `col` on. What a level takes is
 * freed with it: depth is at most the number of columns. */
static enum status extend(struct search *s, size_t col, size_t left,
                          const struct rows *rows)
{
    enum status st = ST_OK;
    if (left == 0)
        return ST_OK;
    struct rows sub = { xmalloc((rows->n + 1) * sizeof *sub.v), 0 };
    for (size_t c = col; c < s->t->k && st == ST_OK; c++)
        st = extend_column(s, c, left, rows, &sub);
    free(sub.v);
    return st;
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
                            const struct pattern_opts *o,
                            struct patterns *out)
{
    struct search s;
    search_init(&s, a, t, o, out);
    struct rows rows = all_rows(a, t->n);
    enum status st = extend(&s, 0, o->most, &rows);
    if (st == ST_OK)
        sort_patterns(&s);
    return st;
}

/* ---- growing a pattern ---- */

/* Counts of every value of every column over some rows, both sides. */
static void count_all(struct search *s, const struct rows *rows)
{
    const struct pattern_table *t = s->t;
    memset(s->count, 0, s->offset[t->k] * sizeof *s->count);
    memset(s->other, 0, s->offset[t->k] * sizeof *s->other);
    for (size_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->v[i];
        bool b = t->side && t->side[row] == 2;
        double *to = b ? s->other : s->count, w = weight(t, row);
        for (size_t c = 0; c < t->k; c++)
            to[s->offset[c] + code(t, row, c)] += w;
    }
}

struct item {
    size_t col;
    uint32_t code;
    double score;
};

static void fix(struct search *s, const struct item *it, struct rows *rows)
{
    rows_with(s, it->col, it->code, rows, rows);
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
static bool next_item(struct search *s, const struct rows *rows,
                      struct item *best)
{
    best->score = 0;
    count_all(s, rows);
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
static void grow(struct search *s, const struct item *seed, struct rows *rows,
                 struct cluster *best)
{
    struct item it = *seed;
    unfix(s);
    for (size_t fixed = 1; fixed <= s->t->k; fixed++) {
        double score = cluster_score(it.score / s->sum, fixed, s->t->k,
                                     s->o->size_weight);
        fix(s, &it, rows);
        if (score > best->score) {
            best->score = score;
            memcpy(best->codes, s->codes, s->t->k * sizeof *s->codes);
        }
        if (fixed < s->t->k && !next_item(s, rows, &it))
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
static void take_cluster(struct search *s, const struct cluster *best,
                         struct rows *left)
{
    double count = 0;
    size_t m = 0;
    for (size_t i = 0; i < s->t->n; i++)
        if (fits(s->t, best->codes, i))
            count += weight(s->t, i);
    add_pattern(s, best->codes, count, 0);
    for (size_t i = 0; i < left->n; i++)
        if (!fits(s->t, best->codes, left->v[i]))
            left->v[m++] = left->v[i];
    left->n = m;
}

/* The best pattern of the rows that are left. */
static void find_cluster(struct search *s, const struct rows *left,
                         struct rows *work, struct cluster *best)
{
    struct item *v;
    double least = fmax(s->sum / 50, 2);
    best->score = 0;
    count_all(s, left);
    size_t seeds = s->o->seeds < MAX_SEEDS ? s->o->seeds : MAX_SEEDS;
    size_t m = best_items(s, s->count, seeds, &v);
    for (size_t i = 0; i < m && v[i].score >= least && !cancelled(s); i++) {
        copy_rows(work, left);
        grow(s, &v[i], work, best);
    }
    free(v);
}

enum status patterns_cluster(struct arena *a, const struct pattern_table *t,
                             const struct pattern_opts *o,
                             struct patterns *out)
{
    struct search s;
    search_init(&s, a, t, o, out);
    struct rows left = all_rows(a, t->n), work = all_rows(a, t->n);
    struct cluster best = { arena_array(a, t->k, sizeof *best.codes), 0 };
    while (left.n && t->k && out->list.n < MAX_CLUSTERS) {
        find_cluster(&s, &left, &work, &best);
        if (cancelled(&s))
            return ST_CANCELLED;
        if (best.score <= 0)
            break;
        take_cluster(&s, &best, &left);
    }
    sort_patterns(&s);
    return ST_OK;
}

/* ---- diffpatterns ---- */

static double difference(const struct search *s, double a, double b)
{
    return fabs((s->sides[0] > 0 ? a / s->sides[0] : 0) -
                (s->sides[1] > 0 ? b / s->sides[1] : 0));
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
static bool next_difference(struct search *s, struct item *best)
{
    best->score = 0;
    for (size_t c = 0; c < s->t->k; c++)
        for (uint32_t i = 0; s->codes[c] == PATTERN_ANY && i < s->t->sizes[c];
             i++) {
            size_t at = s->offset[c] + i;
            double d = difference(s, s->count[at], s->other[at]);
            if (d > best->score)
                *best = (struct item){ c, i, d };
        }
    return best->score > 0;
}

static void grow_difference(struct search *s, struct item it,
                            struct rows *rows)
{
    double a = 0, b = 0, kept = it.score;
    unfix(s);
    for (size_t fixed = 1;; fixed++) {
        fix(s, &it, rows);
        count_all(s, rows);
        if (fixed >= s->o->most || !next_difference(s, &it) ||
            it.score < 0.95 * kept)
            break;
        kept = it.score > kept ? it.score : kept;
    }
    for (size_t i = 0; i < rows->n; i++)
        *(s->t->side[rows->v[i]] == 2 ? &b : &a) +=
            weight(s->t, rows->v[i]);
    if (!is_listed(s, s->codes))
        add_pattern(s, s->codes, a, b);
}

/* By difference: the order takes its key from count, so it stands there. */
static void sort_by_difference(struct search *s)
{
    size_t n = s->out->list.n;
    for (size_t i = 0; i < n; i++) {
        struct pattern *p = &s->out->list.v[i];
        p->kept = p->count;
        p->count = difference(s, p->count, p->other);
    }
    sort_patterns(s);
    for (size_t i = 0; i < n; i++)
        s->out->list.v[i].count = s->out->list.v[i].kept;
}

/* The rows of A and B, and what they weigh. */
static struct rows both_sides(struct search *s)
{
    struct rows rows = all_rows(s->a, s->t->n);
    rows.n = 0;
    for (size_t i = 0; i < s->t->n; i++)
        if (s->t->side[i]) {
            s->sides[s->t->side[i] - 1] += weight(s->t, i);
            rows.v[rows.n++] = (uint32_t)i;
        }
    return rows;
}

enum status patterns_diff(struct arena *a, const struct pattern_table *t,
                          const struct pattern_opts *o, struct patterns *out)
{
    struct search s;
    struct item *v;
    search_init(&s, a, t, o, out);
    struct rows both = both_sides(&s), work = all_rows(a, t->n);
    count_all(&s, &both);
    double *score = arena_array(a, s.offset[t->k] + 1, sizeof *score);
    for (size_t i = 0; i < s.offset[t->k]; i++)
        score[i] = difference(&s, s.count[i], s.other[i]);
    size_t m = best_items(&s, score, MAX_SEEDS, &v);
    for (size_t i = 0; i < m && v[i].score >= o->threshold && !cancelled(&s);
         i++) {
        copy_rows(&work, &both);
        grow_difference(&s, v[i], &work);
    }
    free(v);
    sort_by_difference(&s);
    return cancelled(&s) ? ST_CANCELLED : ST_OK;
}

/* run_diff.c - expected lines against actual lines, as a unified diff.
 *
 * Called by: run.c for a block that does not hold. Lines count as equal under
 * the same rule as in the comparison, so that alignment alone is no noise. */
#include "tests/run_int.h"

enum { CONTEXT = 3, MAX_CELLS = 4000000 };

struct lines {
    LIST(str) list;
};

static void split(struct arena *a, str text, struct lines *out)
{
    size_t at = 0;
    str line;
    while (line_next(text, &at, &line))
        PUSH(a, out->list, line);
}

struct diff {
    struct lines want, got;
    unsigned *lcs;   /* longest common rest from (i, j), row by row */
    bool exact;
    struct buf *out;
};

static unsigned *rest(const struct diff *d, size_t i, size_t j)
{
    return &d->lcs[i * (d->got.list.n + 1) + j];
}

static bool same(const struct diff *d, size_t i, size_t j)
{
    str a = d->want.list.v[i], b = d->got.list.v[j];
    return d->exact ? str_eq(a, b) : line_same(a, b);
}

static void measure(struct diff *d)
{
    for (size_t i = d->want.list.n; i-- > 0;)
        for (size_t j = d->got.list.n; j-- > 0;) {
            unsigned down = *rest(d, i + 1, j), right = *rest(d, i, j + 1);
            *rest(d, i, j) = same(d, i, j) ? *rest(d, i + 1, j + 1) + 1
                             : down > right ? down : right;
        }
}

static void put(struct diff *d, char mark, str line)
{
    buf_addc(d->out, mark);
    buf_add(d->out, line);
    buf_addc(d->out, '\n');
}

/* Is there a change within CONTEXT lines of want line i, got line j, which
 * are equal? Forward only; backward is the distance since the last change. */
static bool near_change(const struct diff *d, size_t i, size_t j)
{
    for (size_t k = 1; k <= CONTEXT; k++) {
        if (i + k >= d->want.list.n || j + k >= d->got.list.n)
            return i + k < d->want.list.n || j + k < d->got.list.n;
        if (!same(d, i + k, j + k))
            return true;
    }
    return false;
}

static void walk(struct diff *d)
{
    size_t i = 0, j = 0, n = d->want.list.n, m = d->got.list.n;
    size_t quiet = CONTEXT + 1;
    while (i < n || j < m) {
        if (i < n && j < m && same(d, i, j)) {
            if (quiet++ < CONTEXT || near_change(d, i, j))
                put(d, ' ', d->want.list.v[i]);
            i++, j++;
            continue;
        }
        if (quiet > CONTEXT)
            buf_addf(d->out, "@@ -%zu +%zu @@\n", i + 1, j + 1);
        quiet = 0;
        if (j >= m || (i < n && *rest(d, i + 1, j) >= *rest(d, i, j + 1)))
            put(d, '-', d->want.list.v[i++]);
        else
            put(d, '+', d->got.list.v[j++]);
    }
}

void diff_print(struct buf *out, str expected, str actual, bool exact)
{
    struct arena *a = arena_new();
    struct diff d = { .exact = exact, .out = out };
    split(a, expected, &d.want);
    split(a, actual, &d.got);
    size_t cells = (d.want.list.n + 1) * (d.got.list.n + 1);
    buf_adds(out, "--- expected\n+++ actual\n");
    if (cells > MAX_CELLS) {
        buf_addf(out, "(%zu and %zu lines: too many to compare)\n",
                 d.want.list.n, d.got.list.n);
    } else {
        d.lcs = arena_array(a, cells, sizeof *d.lcs);
        measure(&d);
        walk(&d);
    }
    arena_free(a);
}

/* chart_points.c - rows to series of points.
 *
 * Called by: chart_read.c.
 * Gives:     the largest series, sorted by x; what is left out is noted. */
#include <math.h>

#include "base/json_walk.h"
#include "base/ticks.h"
#include "render/chart.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/names.h"

struct raw {
    size_t series, order;
    double x, y;
};

struct reader {
    struct chart *c;
    const struct chart_cols *cols;
    struct names names, cats;
    struct raw *v;
    size_t n, cap;
    size_t nskipped;      /* over CHART_VALUES */
    struct colfmt xfmt;
    struct buf text;
};

static double number_at(const struct column *c, size_t row)
{
    char z[64];
    if (cell_is_null(c, row))
        return NAN;
    if (c->type == TYPE_REAL)
        return c->d[row];
    if (c->type == TYPE_DECIMAL) {
        str s = c->s[row];
        if (s.n == 0 || s.n >= sizeof z)
            return NAN;
        memcpy(z, s.p, s.n);
        z[s.n] = 0;
        return strtod(z, NULL);
    }
    if (c->type == TYPE_TIMESPAN)
        return (double)c->i[row] / (double)TICKS_PER_SEC;
    return (double)c->i[row];
}

/* Grows by hand: the list is large and dies with the call. */
static void push(struct reader *r, size_t series, double x, double y)
{
    if (r->n == CHART_VALUES) {
        r->nskipped++;
        return;
    }
    if (isnan(x) || isinf(x) || isinf(y)) {
        r->c->nbad++;
        return;
    }
    if (r->n == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 1024;
        r->v = xrealloc(r->v, r->cap * sizeof *r->v);
    }
    r->v[r->n] = (struct raw){ series, r->n, x, y };
    r->n++;
}

/* The name of the series that a row belongs to: its split values and, when
 * there are several, the name of the y column. */
static size_t series_of(struct reader *r, size_t row, size_t y)
{
    const struct frame *f = r->c->f;
    const struct chart_cols *cols = r->cols;
    buf_reset(&r->text);
    for (size_t i = 0; i < cols->nsplit; i++) {
        struct colfmt cf = { 0 };
        if (i)
            buf_adds(&r->text, ", ");
        if (cell_is_null(&f->cols[cols->split[i]], row))
            buf_adds(&r->text, "(null)");
        format_cell(&r->text, &f->cols[cols->split[i]], row, &cf);
    }
    if (cols->nsplit == 0 || cols->ny > 1) {
        if (cols->nsplit)
            buf_adds(&r->text, ": ");
        buf_add(&r->text, f->cols[cols->y[y]].name);
    }
    str s = buf_str(&r->text);
    ptrdiff_t i = names_find(&r->names, s);
    return i >= 0 ? (size_t)i : names_add(&r->names, arena_str(r->c->a, s));
}

static double category_at(struct reader *r, size_t row)
{
    const struct column *x = &r->c->f->cols[r->cols->x];
    buf_reset(&r->text);
    if (cell_is_null(x, row))
        buf_adds(&r->text, "(null)");
    else if (x->type == TYPE_STRING && x->s[row].n == 0)
        buf_adds(&r->text, "(empty)");
    else
        format_cell(&r->text, x, row, &r->xfmt);
    str s = buf_str(&r->text);
    ptrdiff_t i = names_find(&r->cats, s);
    return i >= 0 ? (double)i
                  : (double)names_add(&r->cats, arena_str(r->c->a, s));
}

static double time_value(const struct chart *c, int64_t t)
{
    return t < 0 || t > TICKS_MAX ? NAN : (double)(t - c->t0);
}

static double x_at(struct reader *r, size_t row)
{
    const struct column *x = &r->c->f->cols[r->cols->x];
    if (r->c->x == X_CATEGORY)
        return category_at(r, row);
    if (cell_is_null(x, row))
        return NAN;
    if (r->c->x == X_TIME)
        return time_value(r->c, x->i[row]);
    return number_at(x, row);
}

struct place {
    size_t row;
    double x;
};

static int by_place(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

/* Categories stand in order of appearance, but times and numbers in theirs,
 * since a summarize gives no order. Nulls come last. */
static struct place *row_order(struct reader *r)
{
    const struct column *x = &r->c->f->cols[r->cols->x];
    size_t n = r->c->f->nrows;
    struct place *v = xcalloc(n, sizeof *v);
    bool sort = r->c->x == X_CATEGORY && (!type_is_text(x->type) ||
                                          x->type == TYPE_DECIMAL);
    for (size_t i = 0; i < n; i++) {
        double d = sort ? number_at(x, i) : 0;
        v[i] = (struct place){ i, isnan(d) ? INFINITY : d };
    }
    if (sort)
        qsort(v, n, sizeof *v, by_place);
    return v;
}

static void read_rows(struct reader *r)
{
    struct place *order = row_order(r);
    for (size_t i = 0; i < r->c->f->nrows; i++) {
        size_t row = order[i].row;
        double x = x_at(r, row);
        for (size_t y = 0; y < r->cols->ny; y++)
            push(r, series_of(r, row, y), x,
                 number_at(&r->c->f->cols[r->cols->y[y]], row));
    }
    free(order);
}

/* "2024-01-05 00:00:00Z" needs no time when all have the same one. */
static void shorten_times(struct chart *c, enum type t)
{
    static const char *const ends[] = { " 00:00:00Z", ":00Z" };
    if (t != TYPE_DATETIME)
        return;
    for (size_t e = 0; e < 2; e++) {
        str end = str_of(ends[e]);
        size_t n = 0;
        for (size_t i = 0; i < c->ncats; i++)
            n += str_ends(c->cats[i], end);
        if (n < c->ncats)
            continue;
        for (size_t i = 0; i < c->ncats; i++)
            c->cats[i].n -= end.n;
        return;
    }
}

static double json_number(str item)
{
    char z[64];
    enum json_kind k = json_kind(item);
    if ((k != JSON_LONG && k != JSON_REAL) || item.n >= sizeof z)
        return NAN;
    memcpy(z, item.p, item.n);
    z[item.n] = 0;
    return strtod(z, NULL);
}

static double json_x(const struct chart *c, str item)
{
    int64_t t;
    if (item.n > 2 && item.p[0] == '"' &&
        ticks_parse_iso(str_sub(item, 1, item.n - 1), &t))
        return time_value(c, t);
    return NAN;
}

/* One row of make-series: an array of times and arrays of values. */
static void read_arrays(struct reader *r)
{
    const struct frame *f = r->c->f;
    for (size_t row = 0; row < f->nrows; row++)
        for (size_t y = 0; y < r->cols->ny; y++) {
            struct json_iter ix, iy;
            str x, v;
            const struct column *cy = &f->cols[r->cols->y[y]];
            size_t series = series_of(r, row, y);
            if (!json_iter_init(&ix, f->cols[r->cols->x].s[row]) ||
                !json_iter_init(&iy, cy->s[row]))
                continue;
            while (json_next(&ix, NULL, &x) && json_next(&iy, NULL, &v))
                push(r, series, json_x(r->c, x), json_number(v));
        }
}

/* Moments are counted from the first one, so that doubles hold them. */
static int64_t first_moment(const struct chart *c, const struct chart_cols *k)
{
    const struct column *x = &c->f->cols[k->x];
    int64_t t0 = TICKS_MAX;
    for (size_t r = 0; r < c->f->nrows; r++) {
        int64_t t = TICKS_MAX;
        str first;
        if (x->type == TYPE_DATETIME && !cell_is_null(x, r))
            t = x->i[r];
        else if (x->type == TYPE_DYNAMIC &&
                 json_get_index(x->s[r], 0, &first) && first.n > 2)
            ticks_parse_iso(str_sub(first, 1, first.n - 1), &t);
        if (t >= 0 && t < t0)
            t0 = t;
    }
    return t0;
}

static int by_series_x(const void *a, const void *b)
{
    const struct raw *p = a, *q = b;
    if (p->series != q->series)
        return p->series < q->series ? -1 : 1;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->order < q->order ? -1 : p->order > q->order;
}

static void make_series(struct reader *r, struct series *all)
{
    struct chart *c = r->c;
    if (r->n)
        qsort(r->v, r->n, sizeof *r->v, by_series_x);
    for (size_t i = 0; i < r->n;) {
        size_t end = i, s = r->v[i].series;
        double run = 0;
        while (end < r->n && r->v[end].series == s)
            end++;
        all[s].n = end - i;
        all[s].p = arena_array(c->a, end - i, sizeof *all[s].p);
        for (size_t k = 0; i < end; i++, k++) {
            double y = r->v[i].y;
            if (c->accumulate && !isnan(y))
                y = run += y;
            all[s].p[k] = (struct point){ r->v[i].x, y };
            all[s].sum += isnan(y) ? 0 : fabs(y);
        }
    }
}

static int by_falling(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return p > q ? -1 : p < q;
}

/* Keeps the series with the largest sums, in order of appearance. */
static void keep_largest(struct chart *c, struct series *all, size_t n)
{
    double *sums = arena_array(c->a, n + 1, sizeof *sums);
    size_t above = 0, kept = 0;
    c->series = all;
    c->nseries = c->nseries_all = n;
    if (n <= CHART_SERIES)
        return;
    for (size_t i = 0; i < n; i++)
        sums[i] = all[i].sum;
    qsort(sums, n, sizeof *sums, by_falling);
    double least = sums[CHART_SERIES - 1];
    for (size_t i = 0; i < n; i++)
        above += all[i].sum > least;
    size_t ties = CHART_SERIES - above;
    for (size_t i = 0; i < n; i++)
        if (all[i].sum > least || (all[i].sum == least && ties && ties--))
            all[kept++] = all[i];
    c->nseries = kept;
}

static void set_x_kind(struct reader *r, const struct chart_want *want)
{
    struct chart *c = r->c;
    enum type t = c->f->cols[r->cols->x].type;
    if (want->categories)
        c->x = X_CATEGORY;
    else if (t == TYPE_DATETIME || r->cols->arrays)
        c->x = X_TIME;
    else
        c->x = want->number_x && (type_is_num(t) || t == TYPE_TIMESPAN)
                   ? X_NUMBER : X_CATEGORY;
    if (c->x == X_TIME)
        c->t0 = first_moment(c, r->cols);
}

/* Flag series go behind the drawn ones, so that both are plain ranges. */
static size_t move_flags(struct reader *r, struct series *all, size_t n)
{
    struct series *flags = arena_array(r->c->a, n + 1, sizeof *flags);
    size_t kept = 0, nflags = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i].flags)
            flags[nflags++] = all[i];
        else
            all[kept++] = all[i];
    memcpy(all + kept, flags, nflags * sizeof *flags);
    return nflags;
}

static void mark_flags(struct reader *r, struct series *all)
{
    for (size_t y = 0; y < r->cols->ny; y++)
        for (size_t row = 0; r->cols->flags[y] && row < r->c->f->nrows; row++)
            all[series_of(r, row, y)].flags = true;
}

double *chart_matrix(const struct chart *c)
{
    double *m = arena_array(c->a, c->ncats * c->nseries + 1, sizeof *m);
    for (size_t i = 0; i < c->ncats * c->nseries; i++)
        m[i] = NAN;
    for (size_t s = 0; s < c->nseries; s++)
        for (size_t k = 0; k < c->series[s].n; k++) {
            const struct point *p = &c->series[s].p[k];
            size_t at = (size_t)p->x * c->nseries + s;
            if (p->x < (double)c->ncats && !isnan(p->y))
                m[at] = isnan(m[at]) ? p->y : m[at] + p->y;
        }
    return m;
}

void chart_points(struct chart *c, const struct chart_cols *cols,
                  const struct chart_want *want)
{
    struct reader r = { .c = c, .cols = cols };
    buf_init(&r.text, 256 << 20);
    names_init(&r.names, c->a);
    names_init(&r.cats, c->a);
    set_x_kind(&r, want);
    format_plan(&r.xfmt, &c->f->cols[cols->x], c->f->nrows);
    if (cols->arrays)
        read_arrays(&r);
    else
        read_rows(&r);
    size_t n = r.names.list.n;
    struct series *all = arena_array(c->a, n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i].name = r.names.list.v[i];
    make_series(&r, all);
    mark_flags(&r, all);
    c->nflagged = move_flags(&r, all, n);
    struct series *flags = all + (n - c->nflagged);
    keep_largest(c, all, n - c->nflagged);
    memmove(all + c->nseries, flags, c->nflagged * sizeof *flags);
    c->cats = r.cats.list.v;
    c->ncats = c->ncats_all = r.cats.list.n;
    shorten_times(c, c->f->cols[cols->x].type);
    chart_note_count(c, r.nskipped, "points beyond the ceiling are not read");
    chart_note_count(c, c->nbad, "rows without a drawable place are left out");
    chart_note_count(c, c->nseries_all - c->nseries,
                     "smaller series are not drawn");
    free(r.v);
    buf_release(&r.text);
}

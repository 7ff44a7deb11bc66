/* points.c - columns of numbers as points, for cluster and outliers.
 *
 * Called by: op_cluster.c, op_outliers.c. */
#include "points.h"

#include <math.h>

bool points_fit(struct binder *b, const struct ast *op,
                const struct group_key *cols, size_t most)
{
    const struct ast *t = op->kid;
    if (cols->n > most) {
        bind_error(b, DIAG_LIMIT, op->span, "%s takes at most %zu columns",
                   b->where, most);
        return false;
    }
    for (size_t i = 0; i < cols->n; i++, t = t->next) {
        enum type type = b->row->cols.v[cols->v[i]].type;
        if (!type_is_text(type) && type != TYPE_ERROR)
            continue;
        struct diag *d = bind_error(b, DIAG_TYPE, t->span,
                                    "%s works with numbers, this is a %s",
                                    b->where, type_name(type));
        diag_hint(b->ds, d,
                  type == TYPE_STRING
                      ? "make a number of the text: strlen(…), char_score(…), "
                        "delimiter_count(…)"
                      : "toreal(…) makes one");
        return false;
    }
    return true;
}

bool points_scaling(struct binder *b, const struct ast *op, str word,
                    enum scaling *s)
{
    static const char *const words[] = { "none", "unit", "zscore", "minmax" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieqz(word, words[i])) {
            *s = (enum scaling)i;
            return true;
        }
    struct diag *d = bind_error(b, DIAG_OPTION, op->span,
                                "no scaling is called '%.*s'", STRF(word));
    diag_hint(b->ds, d, "none, unit, zscore, minmax");
    return false;
}

/* ---- reading ------------------------------------------------------------ */

static bool read_row(const struct frame *f, const struct group_key *cols,
                     size_t row, double *x)
{
    for (size_t k = 0; k < cols->n; k++) {
        const struct column *c = &f->cols[cols->v[k]];
        if (cell_is_null(c, row))
            return false;
        x[k] = c->type == TYPE_REAL ? c->d[row] : (double)c->i[row];
        if (!isfinite(x[k]))
            return false;
    }
    return true;
}

enum status points_read(struct arena *a, const struct frame *f,
                        const struct group_key *cols, const atomic_bool *cancel,
                        struct points *out)
{
    out->n = 0;
    out->dim = cols->n;
    out->x = arena_array(a, f->nrows * cols->n, sizeof *out->x);
    out->row = arena_array(a, f->nrows, sizeof *out->row);
    for (size_t i = 0; i < f->nrows; i++) {
        if (read_row(f, cols, i, out->x + out->n * out->dim))
            out->row[out->n++] = (uint32_t)i;
        if (i % 65536 == 0 && cancel && atomic_load(cancel))
            return ST_CANCELLED;
    }
    return ST_OK;
}

/* ---- scaling ------------------------------------------------------------ */

static void scale_rows(struct points *p)
{
    for (size_t i = 0; i < p->n; i++) {
        double *x = p->x + i * p->dim, sum = 0;
        for (size_t k = 0; k < p->dim; k++)
            sum += x[k] * x[k];
        double length = sqrt(sum);
        for (size_t k = 0; k < p->dim; k++)
            x[k] = length > 0 ? x[k] / length : 0;
    }
}

static void shift_column(struct points *p, size_t k, double by, double width)
{
    for (size_t i = 0; i < p->n; i++) {
        double *x = &p->x[i * p->dim + k];
        *x = width > 0 ? (*x - by) / width : 0;
    }
}

static void scale_zscore(struct points *p, size_t k)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < p->n; i++) /* Welford 1962 */
    {
        double d = p->x[i * p->dim + k] - mean;
        mean += d / (double)(i + 1);
        squares += d * (p->x[i * p->dim + k] - mean);
    }
    shift_column(p, k, mean, sqrt(squares / (double)p->n));
}

static void scale_minmax(struct points *p, size_t k)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < p->n; i++) {
        double x = p->x[i * p->dim + k];
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    shift_column(p, k, low, high - low);
}

void points_scale(struct points *p, enum scaling s)
{
    if (s == SCALE_UNIT)
        scale_rows(p);
    for (size_t k = 0; k < p->dim; k++) {
        if (s == SCALE_ZSCORE)
            scale_zscore(p, k);
        else if (s == SCALE_MINMAX)
            scale_minmax(p, k);
    }
}

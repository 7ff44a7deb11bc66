/* chart_read.c - which column of a frame is x, y and series; the options.
 *
 * Called by: the chart renderers. */
#include <math.h>

#include "base/json_walk.h"
#include "base/ticks.h"
#include "render/chart.h"
#include "render/hint.h"

static bool is_y_type(enum type t)
{
    return type_is_num(t) || t == TYPE_TIMESPAN;
}

/* The first value of a column that is an array; "" when there is none. */
static str first_array(const struct column *c, size_t nrows)
{
    if (c->type != TYPE_DYNAMIC)
        return S("");
    for (size_t r = 0; r < nrows && r < 1000; r++)
        if (!cell_is_null(c, r))
            return json_kind(c->s[r]) == JSON_ARRAY ? c->s[r] : S("");
    return S("");
}

static bool array_of(const struct column *c, size_t nrows, bool times)
{
    str json = first_array(c, nrows), item;
    struct json_iter it;
    int64_t t;
    if (json.n == 0 || !json_iter_init(&it, json))
        return false;
    while (json_next(&it, NULL, &item)) {
        enum json_kind k = json_kind(item);
        if (k == JSON_NULL)
            continue;
        if (!times)
            return k == JSON_LONG || k == JSON_REAL;
        return k == JSON_STRING &&
               ticks_parse_iso(str_sub(item, 1, item.n - 1), &t);
    }
    return false;
}

static int first_of(const struct frame *f, enum type t)
{
    for (size_t c = 0; c < f->ncols; c++)
        if (f->cols[c].type == t)
            return (int)c;
    return -1;
}

static int first_array_of(const struct frame *f, bool times)
{
    for (size_t c = 0; c < f->ncols; c++)
        if (array_of(&f->cols[c], f->nrows, times))
            return (int)c;
    return -1;
}

static int pick_x(const struct chart *c, const struct chart_want *want,
                  bool *arrays)
{
    int x = -1;
    if (want->time_first) {
        x = first_of(c->f, TYPE_DATETIME);
        if (x < 0 && (x = first_array_of(c->f, true)) >= 0)
            *arrays = true;
    }
    if (x >= 0 || c->f->ncols == 0)
        return x;
    if (!want->categories || !is_y_type(c->f->cols[0].type))
        return 0;
    x = first_of(c->f, TYPE_STRING);
    return x < 0 ? 0 : x;
}

static bool find_x(struct chart *c, struct chart_cols *cols,
                   const struct chart_want *want, struct diags *ds)
{
    str name = hint_text(c->h, "xcolumn", S(""));
    if (name.n) {
        cols->x = hint_column(c->f, name, ds);
        cols->arrays = cols->x >= 0 &&
                       array_of(&c->f->cols[cols->x], c->f->nrows, true);
    } else {
        cols->x = pick_x(c, want, &cols->arrays);
        if (cols->x < 0)
            diag_error(ds, DIAG_OPTION, NO_SPAN,
                       "there is no column to put along the axis");
    }
    if (cols->x >= 0)
        c->xname = c->f->cols[cols->x].name;
    return cols->x >= 0;
}

static bool in_list(str name, const str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, list[i]))
            return true;
    return false;
}

static bool fits_y(const struct chart *c, size_t col, bool arrays)
{
    const struct column *k = &c->f->cols[col];
    return arrays ? array_of(k, c->f->nrows, false) : is_y_type(k->type);
}

static void all_y(struct chart *c, struct chart_cols *cols)
{
    cols->y = arena_array(c->a, c->f->ncols, sizeof *cols->y);
    for (size_t i = 0; i < c->f->ncols; i++) {
        bool is_split = false;
        for (size_t k = 0; k < cols->nsplit; k++)
            is_split |= cols->split[k] == (int)i;
        if ((int)i != cols->x && !is_split && fits_y(c, i, cols->arrays))
            cols->y[cols->ny++] = (int)i;
    }
}

/* Columns that neither are x nor y: their values name the series. */
static void all_split(struct chart *c, struct chart_cols *cols)
{
    cols->split = arena_array(c->a, c->f->ncols, sizeof *cols->split);
    for (size_t i = 0; i < c->f->ncols; i++) {
        const struct column *k = &c->f->cols[i];
        bool taken = (int)i == cols->x;
        for (size_t j = 0; j < cols->ny; j++)
            taken |= cols->y[j] == (int)i;
        /* beside arrays a number is no value but a key */
        if (!taken && (cols->arrays || !is_y_type(k->type)) &&
            k->type != TYPE_DATETIME && first_array(k, c->f->nrows).n == 0)
            cols->split[cols->nsplit++] = (int)i;
    }
}

static bool find_y(struct chart *c, struct chart_cols *cols,
                   const struct chart_want *want, struct diags *ds)
{
    str *flags;
    size_t nflags = hint_list(c->h, "anomalycolumns", c->a, &flags);
    if (!hint_columns(c->f, c->h, "series", c->a, &cols->split, &cols->nsplit,
                      ds) ||
        !hint_columns(c->f, c->h, "ycolumns", c->a, &cols->y, &cols->ny, ds))
        return false;
    if (cols->ny == 0)
        all_y(c, cols);
    if (cols->nsplit == 0 && want->split)
        all_split(c, cols);
    cols->flags = arena_array(c->a, cols->ny + 1, sizeof *cols->flags);
    for (size_t i = 0; i < cols->ny; i++)
        cols->flags[i] = in_list(c->f->cols[cols->y[i]].name, flags, nflags);
    for (size_t i = 0; i < cols->ny; i++)
        if (fits_y(c, (size_t)cols->y[i], cols->arrays) == false) {
            diag_error(ds, DIAG_TYPE, NO_SPAN,
                       "column '%.*s' is no number and cannot be drawn",
                       STRF(c->f->cols[cols->y[i]].name));
            return false;
        }
    if (cols->ny)
        return true;
    diag_hint(ds, diag_error(ds, DIAG_OPTION, NO_SPAN,
                             "render %.*s needs a numeric column",
                             STRF(c->h->kind)),
              "summarize first, for example: summarize count() by %.*s",
              STRF(c->xname));
    return false;
}

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

static void read_options(struct chart *c)
{
    const struct hint *h = c->h;
    str kind = hint_text(h, "kind", S(""));
    c->title = hint_text(h, "title", S(""));
    c->xtitle = hint_text(h, "xtitle", S(""));
    c->ytitle = hint_text(h, "ytitle", S(""));
    c->kind = str_ieqz(kind, "stacked100") ? KIND_STACKED100
              : str_ieqz(kind, "stacked")  ? KIND_STACKED
                                           : KIND_PLAIN;
    c->legend = !str_ieqz(hint_text(h, "legend", S("")), "hidden");
    c->xlog = str_ieqz(hint_text(h, "xaxis", S("")), "log");
    c->ylog = str_ieqz(hint_text(h, "yaxis", S("")), "log");
    c->accumulate = hint_flag(h, "accumulate");
    c->ymin = hint_real(h, "ymin", NAN);
    c->ymax = hint_real(h, "ymax", NAN);
    c->w = clamp(hint_real(h, "width", 900), 300, 2000);
    c->h_px = clamp(hint_real(h, "height", 320), 140, 1200);
}

bool chart_read(struct chart *c, const struct frame *f, const struct hint *h,
                const struct chart_want *want, struct diags *ds)
{
    struct chart_cols cols = { 0 };
    *c = (struct chart){ .f = f, .h = h, .a = arena_new() };
    buf_init(&c->svg, 4000000);
    buf_init(&c->notes, 2000);
    read_options(c);
    if (!find_x(c, &cols, want, ds) || !find_y(c, &cols, want, ds)) {
        chart_release(c);
        return false;
    }
    chart_points(c, &cols, want);
    return true;
}

void chart_release(struct chart *c)
{
    buf_release(&c->svg);
    buf_release(&c->notes);
    arena_free(c->a);
    c->a = NULL;
}

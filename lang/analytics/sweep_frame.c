/* sweep_frame.c - where the indicators of one table stand in another.
 *
 * Called by: the operator `sweep`. */
#include "sweep_frame.h"

#include "sweep.h"

const struct extract_col sweep_columns[SWEEP_NCOLS] = {
    { "Value", TYPE_STRING },
    { "Column", TYPE_STRING },
    { "SourceRow", TYPE_LONG },
    { "Offset", TYPE_LONG },
};

struct hit {
    str value;
    int64_t row, offset;
};

struct job {
    const struct frame *in;
    struct arena *list;
    str *values;
    size_t nvalues;
    struct sweep *sweep;
    LIST(struct hit) hits;
    LIST(struct extract_place) places;
    /* of the cell in work */
    struct extract_place at;
    int64_t row;
    str text;
};

static void on_hit(void *ctx, const struct sweep_hit *h)
{
    struct job *j = ctx;
    struct extract_offset o = { 0 };
    struct hit hit = { j->values[h->indicator], j->row,
                       extract_chars(&o, j->text, h->beg) };
    PUSH(j->list, j->hits, hit);
    PUSH(j->list, j->places, j->at);
}

static enum status read_indicators(struct job *j, const str *marks,
                                   const struct sweep_frame_opts *o,
                                   struct diags *ds)
{
    const str *v = j->in->cols[0].s;
    j->values = arena_array(j->list, j->in->nrows, sizeof *j->values);
    for (size_t i = 0; i < j->in->nrows; i++)
        if (marks[i].n)
            j->values[j->nvalues++] = v[i];
    if (j->nvalues > SWEEP_MAX_INDICATORS) {
        diag_error(ds, DIAG_LIMIT, o->span,
                   "sweep takes at most %d indicators, these are %zu",
                   SWEEP_MAX_INDICATORS, j->nvalues);
        return ST_USER;
    }
    j->sweep = sweep_new(j->list, j->values, j->nvalues);
    if (sweep_left_out(j->sweep)) {
        struct diag *d = diag_warn(
            ds, DIAG_DATA, o->span,
            "%zu of %zu indicators are left out: shorter than %d characters, "
            "or without a letter or digit", sweep_left_out(j->sweep),
            j->nvalues, SWEEP_SHORTEST);
        diag_hint(ds, d, "such would be found everywhere");
    }
    return ST_OK;
}

static enum status sweep_rows(struct job *j, const str *marks,
                              const struct sweep_frame_opts *o,
                              struct diags *ds, const atomic_bool *cancel)
{
    for (size_t row = 0; row < j->in->nrows; row++) {
        if (marks[row].n)
            continue;
        if (cancel && *cancel)
            return ST_CANCELLED;
        j->row++;
        for (size_t col = 0; col + 1 < o->ntexts; col++) {
            j->at = (struct extract_place){ (uint32_t)row, (uint32_t)col };
            j->text = j->in->cols[col].s[row];
            sweep_text(j->sweep, j->text, on_hit, j);
        }
        if (j->hits.n > EXTRACT_MAX_ROWS)
            break;
    }
    return extract_check(j->hits.n, "sweep", o->span, ds);
}

static struct frame *write(const struct job *j,
                           const struct sweep_frame_opts *o)
{
    struct frame *f = extract_frame(j->in, o->ntexts, sweep_columns,
                                    SWEEP_NCOLS);
    extract_rows(f, j->in, o->ntexts, j->places.v, j->places.n);
    for (size_t i = 0; i < j->hits.n; i++) {
        f->cols[0].s[i] = j->hits.v[i].value;
        f->cols[1].s[i] = j->in->cols[j->places.v[i].col].name;
        f->cols[2].i[i] = j->hits.v[i].row;
        f->cols[3].i[i] = j->hits.v[i].offset;
    }
    return f;
}

enum status sweep_frame_run(const struct frame *in,
                            const struct sweep_frame_opts *o,
                            struct frame **out, struct diags *ds,
                            const atomic_bool *cancel)
{
    struct job j = { .in = in, .list = arena_new() };
    const str *marks = in->cols[o->ntexts - 1].s;
    enum status st = read_indicators(&j, marks, o, ds);
    if (st == ST_OK)
        st = sweep_rows(&j, marks, o, ds, cancel);
    if (st == ST_OK)
        *out = write(&j, o);
    arena_free(j.list);
    return st;
}

/* ioc_frame.c - the indicators in the texts of a table, one a row.
 *
 * Called by: the operator `iocs`. */
#include "ioc_frame.h"

const struct extract_col ioc_columns[IOC_NCOLS] = {
    { "IocType", TYPE_STRING },      { "Observable", TYPE_STRING },
    { "Original", TYPE_STRING },     { "SourceColumn", TYPE_STRING },
    { "SourceRow", TYPE_LONG },      { "Offset", TYPE_LONG },
};

struct hit {
    str value, original;
    int64_t offset;
    enum ioc_type type;
};

struct job {
    const struct frame *in;
    struct frame *out;
    struct arena *list, *tmp;
    struct ioc_scanner *scanner;
    LIST(struct hit) hits;
    LIST(struct extract_place) places;
};

static void scan_cell(struct job *j, size_t row, size_t col)
{
    const struct ioc *found;
    struct extract_offset offset = { 0 };
    str text = j->in->cols[col].s[row];
    size_t n = ioc_scan(j->scanner, j->tmp, text, &found);
    for (size_t i = 0; i < n; i++) {
        const struct ioc *f = &found[i];
        struct hit h = { f->value, str_sub(text, f->beg, f->end),
                         extract_chars(&offset, text, f->beg), f->type };
        bool view = f->value.p >= text.p && f->value.p < text.p + text.n;
        if (!view)
            h.value = arena_str(j->out->arena, f->value);
        struct extract_place at = { (uint32_t)row, (uint32_t)col };
        PUSH(j->list, j->hits, h);
        PUSH(j->list, j->places, at);
    }
    if (n)
        arena_reset(j->tmp);
}

static void fill(struct job *j)
{
    struct column *c = j->out->cols;
    for (size_t i = 0; i < j->hits.n; i++) {
        const struct hit *h = &j->hits.v[i];
        c[0].s[i] = str_of(ioc_type_name(h->type));
        c[1].s[i] = h->value;
        c[2].s[i] = h->original;
        c[3].s[i] = j->in->cols[j->places.v[i].col].name;
        c[4].i[i] = j->places.v[i].row + (int64_t)1;
        c[5].i[i] = h->offset;
    }
}

static enum status scan_rows(struct job *j, const struct ioc_frame_opts *o,
                             struct diags *ds, const atomic_bool *cancel)
{
    for (size_t row = 0; row < j->in->nrows; row++) {
        if (cancel && *cancel)
            return ST_CANCELLED;
        for (size_t col = 0; col < o->ntexts; col++)
            scan_cell(j, row, col);
        if (j->hits.n > EXTRACT_MAX_ROWS)
            break;
    }
    return extract_check(j->hits.n, "iocs", o->span, ds);
}

enum status ioc_frame_run(const struct frame *in,
                          const struct ioc_frame_opts *o, struct frame **out,
                          struct diags *ds, const atomic_bool *cancel)
{
    struct job j = { .in = in, .list = arena_new(), .tmp = arena_new() };
    j.out = extract_frame(in, o->ntexts, ioc_columns, IOC_NCOLS);
    j.scanner = ioc_scanner_new(j.list, &o->ioc);
    enum status st = scan_rows(&j, o, ds, cancel);
    if (st == ST_OK) {
        extract_rows(j.out, in, o->ntexts, j.places.v, j.places.n);
        fill(&j);
        *out = j.out;
    } else {
        frame_unref(j.out);
    }
    arena_free(j.tmp);
    arena_free(j.list);
    return st;
}

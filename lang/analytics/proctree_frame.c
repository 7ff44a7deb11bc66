/* proctree_frame.c - the process tree of a table, as columns of the table.
 *
 * Called by: the operators `proctree`, `ancestors`, `descendants`.
 * Steps:     proctree_schema.c chooses columns, proctree_read.c turns cells
 *            into numbers, proctree.c links them, proctree_write.c makes text
 *            of the links. */
#include "proctree_frame.h"

#include "proctree_int.h"

enum { MAX_ROWS = 1 << 28 };

static const struct {
    const char *name;
    enum type type;
} columns[PROCTREE_NCOLS] = {
    { "ProcessKey", TYPE_STRING }, { "ParentKey", TYPE_STRING },
    { "RootKey", TYPE_STRING },    { "Depth", TYPE_LONG },
    { "Path", TYPE_STRING },       { "ChildCount", TYPE_LONG },
    { "ProcName", TYPE_STRING },   { "TreeFlags", TYPE_STRING },
};

/* ---- names ------------------------------------------------------------- */

static bool taken(const struct proctree_col *cols, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(cols[i].name, name))
            return true;
    return false;
}

static void name_columns(struct arena *a, const struct proctree_table *t,
                         struct proctree_col *out)
{
    size_t n = t->ncols;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct proctree_col){ t->names[i], t->types[i] };
    for (size_t i = 0; i < PROCTREE_NCOLS; i++, n++) {
        str name = str_of(columns[i].name);
        for (int k = 1; taken(out, n, name); k++)
            name = arena_fmt(a, "%s%d", columns[i].name, k);
        out[n] = (struct proctree_col){ name, columns[i].type };
    }
}

enum status proctree_cols(struct arena *a, const struct proctree_table *t,
                          const struct proctree_opts *o,
                          struct proctree_col *out, struct diags *ds)
{
    struct proctree_plan plan;
    enum status st = proctree_choose(t, o, &plan, ds);
    if (st == ST_OK)
        name_columns(a, t, out);
    return st;
}

static struct proctree_table table_of(struct arena *a, const struct frame *f)
{
    str *names = arena_array(a, f->ncols, sizeof *names);
    enum type *types = arena_array(a, f->ncols, sizeof *types);
    for (size_t c = 0; c < f->ncols; c++) {
        names[c] = f->cols[c].name;
        types[c] = f->cols[c].type;
    }
    return (struct proctree_table){ f->ncols, names, types };
}

/* ---- copying the input ------------------------------------------------- */

/* One block for all texts of a column: frames live long, blocks cost. */
static void copy_texts(struct frame *to, struct column *dst,
                       const struct column *src, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += src->s[i].n;
    char *p = arena_alloc(to->arena, bytes);
    for (size_t i = 0; i < n; i++) {
        str s = src->s[i];
        if (s.n)
            memcpy(p, s.p, s.n);
        dst->s[i] = (str){ p, s.n };
        p += s.n;
    }
}

static void copy_column(struct frame *to, size_t c, const struct column *src)
{
    size_t n = to->nrows;
    struct column *dst = &to->cols[c];
    if (src->null && n)
        memcpy(frame_nulls(to, c), src->null, n * sizeof *src->null);
    if (type_is_text(src->type))
        copy_texts(to, dst, src, n);
    else if (n)
        memcpy(dst->i, src->i, n * sizeof *src->i);
}

static void copy_state(struct frame *to, const struct frame *from)
{
    to->total = from->total;
    to->completeness = from->completeness;
    for (size_t i = 0; i < from->notes.n; i++)
        PUSH(to->arena, to->notes, arena_str(to->arena, from->notes.v[i]));
}

/* ---- the run ----------------------------------------------------------- */

static void job_release(struct proctree_job *j)
{
    intern_release(&j->hosts);
    intern_release(&j->names);
    intern_release(&j->guids);
    intern_release(&j->odd_numbers);
    arena_free(j->tmp);
}

static enum status job_init(struct proctree_job *j,
                            const struct proctree_opts *o, struct diags *ds)
{
    const struct frame *in = j->in;
    j->tmp = arena_new();
    intern_init(&j->hosts);
    intern_init(&j->names);
    intern_init(&j->guids);
    intern_init(&j->odd_numbers);
    if (in->nrows > MAX_ROWS) {
        diag_error(ds, DIAG_LIMIT, o ? o->span : NO_SPAN,
                   "proctree takes at most %d rows, these are %zu", MAX_ROWS,
                   in->nrows);
        return ST_ENV;
    }
    struct proctree_table t = table_of(j->tmp, in);
    return proctree_choose(&t, o, &j->plan, ds);
}

static void warn_empty(const struct proctree_job *j,
                       const struct proctree_opts *o, struct diags *ds)
{
    if (j->nprocesses || !j->in->nrows)
        return;
    struct diag *d = diag_warn(ds, DIAG_DATA, o ? o->span : NO_SPAN,
                               "proctree: no row starts a process (read as %s)",
                               j->plan.match[0].name);
    diag_hint(ds, d, "name the columns: with (pid=…, ppid=…, time=…, host=…)");
}

/* The empty frame: columns of the input, if wanted, and the eight. */
static struct frame *new_frame(struct proctree_job *j, size_t first)
{
    const struct frame *in = j->in;
    struct proctree_col *cols = arena_array(
        j->tmp, in->ncols + PROCTREE_NCOLS, sizeof *cols);
    struct proctree_table t = table_of(j->tmp, in);
    name_columns(j->tmp, &t, cols);
    struct frame *out = frame_new(first + PROCTREE_NCOLS);
    for (size_t c = 0; c < out->ncols; c++) {
        const struct proctree_col *col = &cols[in->ncols - first + c];
        frame_set_col(out, c, col->name, col->type);
    }
    frame_set_rows(out, in->nrows);
    return out;
}

static enum status run(struct proctree_job *j, size_t first, struct frame **out)
{
    enum status st = proctree_read(j);
    if (st == ST_OK)
        st = proctree_build(j->tmp, &j->rows, j->cancel, &j->tree);
    if (st != ST_OK)
        return st;
    struct frame *f = new_frame(j, first);
    st = proctree_write(j, f, first);
    if (st != ST_OK) {
        frame_unref(f);
        return st;
    }
    for (size_t c = 0; c < first; c++)
        copy_column(f, c, &j->in->cols[c]);
    copy_state(f, j->in);
    *out = f;
    return ST_OK;
}

static enum status run_job(struct proctree_job *j,
                           const struct proctree_opts *o, size_t first,
                           struct frame **out, struct diags *ds)
{
    enum status st = job_init(j, o, ds);
    if (st == ST_OK)
        st = run(j, first, out);
    if (st == ST_OK)
        warn_empty(j, o, ds);
    job_release(j);
    return st;
}

enum status proctree_run(const struct frame *in, const struct proctree_opts *o,
                         struct frame **out, struct diags *ds,
                         const atomic_bool *cancel)
{
    struct proctree_job j = { .in = in, .cancel = cancel };
    return run_job(&j, o, in->ncols, out, ds);
}

enum status proctree_annotate(const struct frame *in,
                              const struct proctree_opts *o,
                              struct frame **out, struct diags *ds,
                              const atomic_bool *cancel)
{
    struct proctree_job j = { .in = in, .cancel = cancel };
    return run_job(&j, o, 0, out, ds);
}

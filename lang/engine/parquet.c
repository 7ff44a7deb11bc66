/* parquet.c - the rows of a Parquet file as a table.
 *
 * Called by: load.c, on a loading thread.
 *
 * The chunks that the file's own DuckDB reads go straight into the table of
 * the engine's, in the order of the file. */
#include "parquet_int.h"

#include "load_int.h"

static void add_column(struct buf *b, const struct mapping *m, size_t c)
{
    for (const char *z = m->sql; *z; z++)
        if (*z == '$')
            buf_addf(b, "p%zu", c);
        else
            buf_addc(b, *z);
}

/* Widenings that lose nothing, for a column declared otherwise. */
static const char *widening(enum type from, enum type to)
{
    if (from == to)
        return "";
    if (from == TYPE_INT && to == TYPE_LONG)
        return "::BIGINT";
    if (type_is_int(from) && to == TYPE_REAL)
        return "::DOUBLE";
    if (type_is_int(from) && to == TYPE_DECIMAL)
        return "::VARCHAR)";
    return NULL;
}

static int find_name(const struct parquet *p, str name)
{
    for (size_t c = 0; c < p->ncols; c++)
        if (str_eq(p->names[c], name))
            return (int)c;
    return -1;
}

/* One stream of chunks from the file into the table. */
struct flow {
    struct parquet *p;
    struct feed *feed;
    struct source *source;
    size_t *from;           /* which column of the file, per table column */
    int64_t total;          /* rows of the file */
    uint64_t nrows;         /* rows so far */
};

static enum status check_depth(const struct parquet *p, size_t c,
                               struct diags *ds)
{
    if (!p->too_deep[c])
        return ST_OK;
    struct diag *d = diag_error(ds, DIAG_LIMIT, NO_SPAN,
                                "column '%.*s' of the Parquet file nests more "
                                "than %d levels", STRF(p->names[c]),
                                MAX_NESTING);
    diag_hint(ds, d, "declare the columns to read, without this one");
    return ST_USER;
}

static enum status add_declared(struct buf *b, const struct flow *w, size_t i,
                                struct diags *ds)
{
    const struct parquet *p = w->p;
    const struct source_col *col = &w->source->cols[i];
    int c = find_name(p, col->name);
    if (c < 0) {
        diag_error(ds, DIAG_FORMAT, NO_SPAN,
                   "the Parquet file has no column '%.*s'", STRF(col->name));
        return ST_USER;
    }
    const char *cast = widening(p->map[c]->type, col->type);
    if (!cast) {
        struct diag *d = diag_error(
            ds, DIAG_FORMAT, NO_SPAN,
            "column '%.*s' of the Parquet file is %s, not %s", STRF(col->name),
            type_name(p->map[c]->type), type_name(col->type));
        diag_hint(ds, d, "load it without a schema, then convert");
        return ST_USER;
    }
    w->from[i] = (size_t)c;
    buf_adds(b, str_eqz(str_of(cast), "::VARCHAR)") ? "k_dec((" : "(");
    add_column(b, p->map[c], (size_t)c);
    buf_addf(b, ")%s", cast);
    return check_depth(p, (size_t)c, ds);
}

/* The columns of the table: those declared, else those of the file. */
static enum status plan_columns(struct buf *b, struct flow *w,
                                struct diags *ds)
{
    const struct parquet *p = w->p;
    const struct source *s = w->source;
    size_t n = s->ncols ? s->ncols : p->ncols;
    enum type *types = arena_array(p->arena, n, sizeof *types);
    enum status st = ST_OK;
    w->from = arena_array(p->arena, n, sizeof *w->from);
    w->feed->ncols = n;
    w->feed->types = types;
    for (size_t c = 0; c < n && st == ST_OK; c++) {
        buf_adds(b, c ? ", " : "SELECT ");
        if (s->ncols) {
            types[c] = s->cols[c].type;
            st = add_declared(b, w, c, ds);
            continue;
        }
        types[c] = p->map[c]->type;
        w->from[c] = c;
        add_column(b, p->map[c], c);
        st = check_depth(p, c, ds);
    }
    parquet_scan_aliased(b, p);
    buf_addc(b, 0);
    return st;
}

/* A query that answers with one row of numbers: of the file (its own DuckDB)
 * or of the table. */
static enum status ask(struct parquet *p, struct duck_connection *con,
                       const struct buf *sql, int64_t *out, struct diags *ds)
{
    const struct duck *d = &p->e->duck;
    struct duck_result r;
    struct duck_chunk *chunk;
    enum status st = ST_OK;
    if (d->query(con, sql->p, &r) != DUCK_OK) {
        st = parquet_fail(p, d->result_error(&r), ds);
    } else if ((chunk = d->fetch_chunk(r))) {
        for (size_t c = 0; c < d->data_chunk_get_column_count(chunk); c++) {
            struct vec v;
            vec_open(d, &v, d->data_chunk_get_vector(chunk, c));
            vec_ints(&v, 0, 1, &out[c]);
        }
        d->destroy_data_chunk(&chunk);
    }
    d->destroy_result(&r);
    return st;
}

static enum status count_rows(struct parquet *p, int64_t *n, struct diags *ds)
{
    struct buf b;
    buf_init(&b, MAX_SQL);
    buf_adds(&b, "SELECT count(*)");
    parquet_scan(&b, p);
    buf_addc(&b, 0);
    enum status st = ask(p, p->con, &b, n, ds);
    buf_release(&b);
    return st;
}

static void tell_progress(struct flow *w)
{
    double share = w->total > 0 ? (double)w->nrows / (double)w->total : 0;
    atomic_store(&w->source->bytes_read,
                 (uint64_t)(share * (double)w->source->bytes));
}

static enum status pour(struct flow *w, struct duck_result *r,
                        struct diags *ds)
{
    const struct duck *d = &w->p->e->duck;
    struct duck_chunk *chunk;
    enum status st = ST_OK;
    while (st == ST_OK && (chunk = d->fetch_chunk(*r))) {
        w->nrows += d->data_chunk_get_size(chunk);
        st = is_cancelled(w->p->e) ? ST_CANCELLED
                                   : feed_chunk(w->feed, chunk);
        d->destroy_data_chunk(&chunk);
        tell_progress(w);
    }
    const char *error = d->result_error(r);
    return st == ST_OK && error && *error ? parquet_fail(w->p, error, ds) : st;
}

static enum status run_flow(struct flow *w, const char *sql, struct diags *ds)
{
    const struct duck *d = &w->p->e->duck;
    struct duck_prepared *stmt = NULL;
    struct duck_result r = { .error = NULL };
    enum status st = ST_OK;
    if (d->prepare(w->p->con, sql, &stmt) != DUCK_OK)
        st = parquet_fail(w->p, d->prepare_error(stmt), ds);
    else if (d->execute_prepared_streaming(stmt, &r) != DUCK_OK)
        st = parquet_fail(w->p, d->result_error(&r), ds);
    if (st == ST_OK)
        st = feed_open(w->feed, ds);
    if (st == ST_OK) {
        st = pour(w, &r, ds);
        enum status end = feed_close(w->feed, st == ST_OK, ds);
        st = st == ST_OK ? end : st;
    }
    d->destroy_result(&r);
    d->destroy_prepare(&stmt);
    return st;
}

static enum status load_rows(struct flow *w, struct diags *ds)
{
    struct buf b;
    buf_init(&b, MAX_SQL);
    w->source->bytes = w->p->bytes;
    enum status st = plan_columns(&b, w, ds);
    if (st == ST_OK)
        st = count_rows(w->p, &w->total, ds);
    if (st == ST_OK)
        st = run_flow(w, b.p, ds);
    buf_release(&b);
    return st;
}

/* Why a value of the file may have become null; NULL: it cannot. */
static const char *loss_of(enum type t)
{
    switch (t) {
    case TYPE_DATETIME: return "outside the years 0001 to 9999";
    case TYPE_TIMESPAN: return "longer than a timespan can be";
    case TYPE_DYNAMIC: return "longer than 16 MB";
    default: return NULL;
    }
}

/* Counts values of the columns that may have lost some, in the file or in the
 * table; -1 for the other columns. */
static enum status count_values(const struct flow *w, bool of_file,
                                int64_t *counts, struct diags *ds)
{
    struct buf b;
    buf_init(&b, MAX_SQL);
    for (size_t c = 0; c < w->feed->ncols; c++) {
        buf_adds(&b, c ? ", " : "SELECT ");
        if (!loss_of(w->feed->types[c]))
            buf_adds(&b, "-1");
        else if (of_file)
            buf_addf(&b, "count(p%zu)", w->from[c]);
        else
            buf_addf(&b, "count(c%zu)", c);
    }
    if (of_file) {
        parquet_scan_aliased(&b, w->p);
    } else {
        buf_adds(&b, " FROM ");
        sql_quoted(&b, w->feed->table, '"');
    }
    buf_addc(&b, 0);
    enum status st = ask(w->p, of_file ? w->p->con : w->feed->con, &b, counts,
                         ds);
    buf_release(&b);
    return st;
}

/* What KQL cannot hold became null; that is not passed over in silence. */
static enum status warn_losses(const struct flow *w, struct diags *ds)
{
    size_t n = w->feed->ncols, able = 0;
    for (size_t c = 0; c < n; c++)
        able += loss_of(w->feed->types[c]) != NULL;
    if (!able)
        return ST_OK;
    int64_t *before = arena_array(w->p->arena, n, sizeof *before);
    int64_t *after = arena_array(w->p->arena, n, sizeof *after);
    enum status st = count_values(w, true, before, ds);
    if (st == ST_OK)
        st = count_values(w, false, after, ds);
    for (size_t c = 0; st == ST_OK && c < n; c++)
        if (after[c] < before[c])
            diag_warn(ds, DIAG_DATA, NO_SPAN,
                      "%lld values of column '%.*s' became null: %s",
                      (long long)(before[c] - after[c]),
                      STRF(w->p->names[w->from[c]]),
                      loss_of(w->feed->types[c]));
    return st;
}

enum status parquet_load(struct feed *f, struct source *s, uint64_t *nrows,
                         struct diags *ds)
{
    struct parquet p;
    struct flow w = { .p = &p, .feed = f, .source = s };
    enum status st = parquet_open(&p, f->e, s->parquet, ds);
    if (st == ST_OK)
        st = load_rows(&w, ds);
    if (st == ST_OK)
        st = warn_losses(&w, ds);
    *nrows = w.nrows;
    f->types = NULL; /* they go with p */
    parquet_close(&p);
    return st;
}

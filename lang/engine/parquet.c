/* parquet.c - columns of a Parquet file, and its rows as a table.
 *
 * Called by: lang/ (engine_parquet_cols), load.c (parquet_load).
 *
 * The file is read by a DuckDB of its own, which may open this file and no
 * other and is thrown away afterwards: a damaged file can break that one, but
 * not the engine that holds the analyst's tables. Its chunks go straight into
 * the table. Columns are addressed by position (p0, p1, …), so no name of the
 * file gets into SQL.
 *
 *   file                            KQL        how
 *   BOOLEAN                         bool
 *   integers that fit 32 bits       int
 *   wider integers                  long
 *   UBIGINT                         decimal    exact
 *   HUGEINT, DECIMAL beyond (38,10) real
 *   DECIMAL within (38,10)          decimal
 *   TIMESTAMP…, DATE                datetime   100 ns; null outside 0001 … 9999
 *   TIME…, INTERVAL                 timespan   a month counts 30 days
 *   UUID                            guid
 *   BLOB                            string     base64
 *   LIST, STRUCT, MAP, …            dynamic    compact JSON
 *   JSON text, ENUM, the rest       string     unchecked, so not dynamic */
#include "engine_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cells.h"
#include "load_int.h"

enum { MAX_COLUMNS = 10000, MAX_PATH = 4096 };

/* SQL of one column: `$` stands for the column. */
struct mapping {
    int id;             /* enum duck_id */
    enum type type;
    const char *sql;
};

#define IN_RANGE(low, high) "CASE WHEN $ BETWEEN " low " AND " high " THEN "
#define MICROS                                                               \
    IN_RANGE("TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'")
#define TO_TICKS "621355968000000000 + epoch_us($) * 10 END"
/* Rounded down, before 1970 too. */
#define NANO_TICKS                                                           \
    "621355968000000000 + (epoch_ns($) - ((epoch_ns($) % 100) + 100) % 100)" \
    " // 100"
#define PART(name) "date_part('" name "', $)::HUGEINT"

static const struct mapping mappings[] = {
    { DUCK_BOOLEAN, TYPE_BOOL, "$" },
    { DUCK_TINYINT, TYPE_INT, "$::INTEGER" },
    { DUCK_SMALLINT, TYPE_INT, "$::INTEGER" },
    { DUCK_INTEGER, TYPE_INT, "$" },
    { DUCK_BIGINT, TYPE_LONG, "$" },
    { DUCK_UTINYINT, TYPE_INT, "$::INTEGER" },
    { DUCK_USMALLINT, TYPE_INT, "$::INTEGER" },
    { DUCK_UINTEGER, TYPE_LONG, "$::BIGINT" },
    { DUCK_UBIGINT, TYPE_DECIMAL, "$::DECIMAL(38,10)" },
    { DUCK_HUGEINT, TYPE_REAL, "$::DOUBLE" },
    { DUCK_UHUGEINT, TYPE_REAL, "$::DOUBLE" },
    { DUCK_FLOAT, TYPE_REAL, "$::DOUBLE" },
    { DUCK_DOUBLE, TYPE_REAL, "$" },
    { DUCK_TIMESTAMP, TYPE_DATETIME, MICROS TO_TICKS },
    { DUCK_TIMESTAMP_S, TYPE_DATETIME, MICROS TO_TICKS },
    { DUCK_TIMESTAMP_MS, TYPE_DATETIME, MICROS TO_TICKS },
    { DUCK_TIMESTAMP_TZ, TYPE_DATETIME,
      IN_RANGE("TIMESTAMPTZ '0001-01-01 00:00:00+00'",
               "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'") TO_TICKS },
    { DUCK_TIMESTAMP_NS, TYPE_DATETIME,
      "CASE WHEN isfinite($) THEN " NANO_TICKS " END" },
    { DUCK_DATE, TYPE_DATETIME,
      IN_RANGE("DATE '0001-01-01'", "DATE '9999-12-31'")
      "621355968000000000 + ($ - DATE '1970-01-01') * 864000000000 END" },
    { DUCK_TIME, TYPE_TIMESPAN, "epoch_us($) * 10" },
    { DUCK_TIME_NS, TYPE_TIMESPAN, "epoch_ns($) // 100" },
    { DUCK_TIME_TZ, TYPE_TIMESPAN, "epoch_us($) * 10" },
    { DUCK_INTERVAL, TYPE_TIMESPAN,
      "TRY_CAST(((" PART("year") " * 12 + " PART("month") ") * 30 + "
      PART("day") ") * 864000000000 + (" PART("hour") " * 3600 + "
      PART("minute") " * 60) * 10000000 + " PART("microsecond")
      " * 10 AS BIGINT)" },
    { DUCK_UUID, TYPE_GUID, "$::VARCHAR" },
    { DUCK_VARCHAR, TYPE_STRING, "coalesce($::VARCHAR, '')" },
    { DUCK_BLOB, TYPE_STRING, "coalesce(to_base64($), '')" },
    { DUCK_LIST, TYPE_DYNAMIC, "to_json($)::VARCHAR" },
    { DUCK_ARRAY, TYPE_DYNAMIC, "to_json($)::VARCHAR" },
    { DUCK_STRUCT, TYPE_DYNAMIC, "to_json($)::VARCHAR" },
    { DUCK_MAP, TYPE_DYNAMIC, "to_json($)::VARCHAR" },
    { DUCK_UNION, TYPE_DYNAMIC, "to_json($)::VARCHAR" },
    { DUCK_VARIANT, TYPE_DYNAMIC, "to_json($)::VARCHAR" },
};
static const struct mapping small_decimal = {
    DUCK_DECIMAL, TYPE_DECIMAL, "$::DECIMAL(38,10)"
};
static const struct mapping big_decimal = {
    DUCK_DECIMAL, TYPE_REAL, "$::DOUBLE"
};
static const struct mapping as_text = {
    DUCK_ANY, TYPE_STRING, "coalesce($::VARCHAR, '')"
};

/* A file, the DuckDB that reads it, and what is in it. */
struct parquet {
    struct engine *e;
    struct arena *arena;
    struct duck_database *db;
    struct duck_connection *con;
    str path;
    int fd;
    uint64_t bytes;
    struct loan loan;
    size_t ncols;
    str *names;
    const struct mapping **map;
};

static const struct mapping *find_mapping(const struct duck *d,
                                          struct duck_type *t)
{
    int id = d->get_type_id(t);
    if (id == DUCK_DECIMAL) {
        int width = d->decimal_width(t), scale = d->decimal_scale(t);
        return scale <= 10 && width - scale <= 28 ? &small_decimal
                                                  : &big_decimal;
    }
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++)
        if (mappings[i].id == id)
            return &mappings[i];
    return &as_text;
}

static void add_scan(struct buf *b, const struct parquet *p)
{
    buf_adds(b, " FROM read_parquet(");
    sql_quoted(b, str_of(p->loan.path), '\'');
    buf_adds(b, ", hive_partitioning = false)");
}

static enum status fail_file(struct diags *ds, str path, const char *why)
{
    struct buf b;
    buf_init(&b, 32 << 10);
    utf8_printable(&b, path);
    diag_error(ds, DIAG_FILE, NO_SPAN, "cannot read %.*s: %s",
               STRF(buf_str(&b)), why);
    buf_release(&b);
    return ST_ENV;
}

/* Only a regular file, and the one that was opened here, is lent: through a
 * link to our descriptor, under a name without wildcards. */
static enum status lend(struct parquet *p, struct diags *ds)
{
    struct stat st;
    str path = p->path;
    if (path.n == 0 || path.n > MAX_PATH || memchr(path.p, 0, path.n))
        return fail_file(ds, path, "no such name is possible");
    p->fd = open(arena_cstr(p->arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (p->fd < 0 || fstat(p->fd, &st) != 0)
        return fail_file(ds, path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return fail_file(ds, path, "not a regular file");
    p->bytes = (uint64_t)st.st_size;
    if (!loan_init(&p->loan, &p->e->spool, p->fd))
        return fail_file(ds, path, strerror(errno));
    return ST_OK;
}

/* What DuckDB checks is where the link leads to. */
static enum status open_reader(struct parquet *p, struct diags *ds)
{
    char *real = realpath(p->loan.path, NULL);
    if (!real)
        return fail_file(ds, p->path, strerror(errno));
    p->db = database_open(p->e, p->e->memory_limit / 2, "", ds);
    p->con = p->db ? connection_new(p->e, p->db, ds) : NULL;
    enum status st = ST_ENV;
    if (p->con) {
        set_utc(p->e, p->con);
        st = database_lock(p->e, p->con, "allowed_paths", str_of(real), ds);
    }
    free(real);
    return st;
}

static void keep_columns(struct parquet *p, struct duck_prepared *stmt)
{
    const struct duck *d = &p->e->duck;
    struct buf b;
    buf_init(&b, 1 << 20);
    p->names = arena_array(p->arena, p->ncols, sizeof *p->names);
    p->map = arena_array(p->arena, p->ncols, sizeof *p->map);
    for (size_t c = 0; c < p->ncols; c++) {
        char *name = d->prepared_statement_column_name(stmt, c);
        struct duck_type *t =
            d->prepared_statement_column_logical_type(stmt, c);
        utf8_repair(&b, str_of(name));
        p->names[c] = buf_take(&b, p->arena);
        p->map[c] = find_mapping(d, t);
        d->destroy_logical_type(&t);
        d->free(name);
    }
    buf_release(&b);
}

/* The file is foreign: that DuckDB cannot read it is a fault of the file. */
static enum status fail_format(struct parquet *p, const char *text,
                               struct diags *ds)
{
    struct arena *a = arena_new();
    struct diags own;
    diags_init(&own, a);
    enum status st = engine_fail(p->e, text, &own);
    if (st != ST_CANCELLED) {
        struct buf b;
        buf_init(&b, 32 << 10);
        utf8_printable(&b, p->path);
        diag_error(ds, DIAG_FORMAT, NO_SPAN,
                   "cannot read %.*s as Parquet: %.*s", STRF(buf_str(&b)),
                   STRF(own.list.v[0].message));
        buf_release(&b);
        st = ST_ENV;
    }
    arena_free(a);
    return st;
}

static enum status describe(struct parquet *p, struct diags *ds)
{
    const struct duck *d = &p->e->duck;
    struct duck_prepared *stmt = NULL;
    struct buf b;
    enum status st = ST_OK;
    buf_init(&b, MAX_SQL);
    buf_adds(&b, "SELECT *");
    add_scan(&b, p);
    buf_addc(&b, 0);
    if (d->prepare(p->con, b.p, &stmt) != DUCK_OK)
        st = fail_format(p, d->prepare_error(stmt), ds);
    else
        p->ncols = d->prepared_statement_column_count(stmt);
    if (st == ST_OK && (p->ncols == 0 || p->ncols > MAX_COLUMNS)) {
        diag_error(ds, DIAG_LIMIT, NO_SPAN,
                   "a Parquet file of %zu columns; up to %d can be read",
                   p->ncols, MAX_COLUMNS);
        st = ST_ENV;
    }
    if (st == ST_OK)
        keep_columns(p, stmt);
    d->destroy_prepare(&stmt);
    buf_release(&b);
    return st;
}

static enum status parquet_open(struct parquet *p, struct engine *e, str path,
                                struct diags *ds)
{
    *p = (struct parquet){
        .e = e, .path = path, .fd = -1, .arena = arena_new(),
    };
    enum status st = lend(p, ds);
    if (st == ST_OK)
        st = open_reader(p, ds);
    return st == ST_OK ? describe(p, ds) : st;
}

static void parquet_close(struct parquet *p)
{
    database_close(p->e, &p->db, &p->con);
    loan_release(&p->loan);
    if (p->fd >= 0)
        close(p->fd);
    arena_free(p->arena);
}

enum status engine_parquet_cols(struct engine *e, struct arena *a, str path,
                                struct source_col **cols, size_t *ncols,
                                struct diags *ds)
{
    struct parquet p;
    enum status st = statement_begin(e, ds);
    if (st != ST_OK)
        return st;
    st = parquet_open(&p, e, path, ds);
    if (st == ST_OK) {
        *ncols = p.ncols;
        *cols = arena_array(a, p.ncols, sizeof **cols);
        for (size_t c = 0; c < p.ncols; c++)
            (*cols)[c] = (struct source_col){ arena_str(a, p.names[c]),
                                              p.map[c]->type };
    }
    parquet_close(&p);
    statement_end(e);
    return st;
}

static void add_column(struct buf *b, const struct mapping *m, size_t c)
{
    for (const char *z = m->sql; *z; z++)
        if (*z == '$')
            buf_addf(b, "p%zu", c);
        else
            buf_addc(b, *z);
}

static void add_aliased_scan(struct buf *b, const struct parquet *p)
{
    add_scan(b, p);
    buf_adds(b, " AS p(");
    for (size_t c = 0; c < p->ncols; c++)
        buf_addf(b, "%sp%zu", c ? ", " : "", c);
    buf_addc(b, ')');
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
        return "::DECIMAL(38,10)";
    return NULL;
}

static int find_name(const struct parquet *p, str name)
{
    for (size_t c = 0; c < p->ncols; c++)
        if (str_eq(p->names[c], name))
            return (int)c;
    return -1;
}

static enum status add_declared(struct buf *b, const struct parquet *p,
                                const struct source_col *col, struct diags *ds)
{
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
    buf_addc(b, '(');
    add_column(b, p->map[c], (size_t)c);
    buf_addf(b, ")%s", cast);
    return ST_OK;
}

static enum status add_columns(struct buf *b, const struct parquet *p,
                               const struct source *s, struct diags *ds)
{
    enum status st = ST_OK;
    for (size_t c = 0; c < s->ncols && st == ST_OK; c++) {
        buf_adds(b, c ? ", " : "");
        st = add_declared(b, p, &s->cols[c], ds);
    }
    for (size_t c = 0; !s->ncols && c < p->ncols; c++) {
        buf_adds(b, c ? ", " : "");
        add_column(b, p->map[c], c);
    }
    return st;
}

/* The columns of the table: those declared, else those of the file. */
static void set_types(struct feed *f, const struct parquet *p,
                      const struct source *s)
{
    f->ncols = s->ncols ? s->ncols : p->ncols;
    enum type *types = arena_array(p->arena, f->ncols, sizeof *types);
    for (size_t c = 0; c < f->ncols; c++)
        types[c] = s->ncols ? s->cols[c].type : p->map[c]->type;
    f->types = types;
}

/* A query of the file that answers with one number. */
static enum status ask_number(struct parquet *p, const struct buf *sql,
                              int64_t *n, struct diags *ds)
{
    const struct duck *d = &p->e->duck;
    struct duck_result r;
    struct duck_chunk *chunk;
    enum status st = ST_OK;
    *n = 0;
    if (d->query(p->con, sql->p, &r) != DUCK_OK) {
        st = fail_format(p, d->result_error(&r), ds);
    } else if ((chunk = d->fetch_chunk(r))) {
        struct vec v;
        vec_open(d, &v, d->data_chunk_get_vector(chunk, 0));
        vec_ints(&v, 0, 1, n);
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
    add_scan(&b, p);
    buf_addc(&b, 0);
    enum status st = ask_number(p, &b, n, ds);
    buf_release(&b);
    return st;
}

/* One stream of chunks from the file into the table. */
struct flow {
    struct parquet *p;
    struct feed *feed;
    struct source *source;
    int64_t total;          /* rows of the file */
    uint64_t nrows;         /* rows so far */
};

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
                                   : feed_chunk(w->feed, chunk, ds);
        d->destroy_data_chunk(&chunk);
        tell_progress(w);
    }
    const char *error = d->result_error(r);
    return st == ST_OK && error && *error ? fail_format(w->p, error, ds) : st;
}

static enum status run_flow(struct flow *w, const char *sql, struct diags *ds)
{
    const struct duck *d = &w->p->e->duck;
    struct duck_prepared *stmt = NULL;
    struct duck_result r = { .error = NULL };
    enum status st = ST_OK;
    if (d->prepare(w->p->con, sql, &stmt) != DUCK_OK)
        st = fail_format(w->p, d->prepare_error(stmt), ds);
    else if (d->execute_prepared_streaming(stmt, &r) != DUCK_OK)
        st = fail_format(w->p, d->result_error(&r), ds);
    if (st == ST_OK)
        st = feed_open(w->feed, ds);
    if (st == ST_OK) {
        st = pour(w, &r, ds);
        enum status end = feed_close(w->feed, ds);
        st = st == ST_OK ? end : st;
    }
    d->destroy_result(&r);
    d->destroy_prepare(&stmt);
    return st;
}

static enum status load_rows(struct parquet *p, struct feed *f,
                             struct source *s, uint64_t *nrows,
                             struct diags *ds)
{
    struct flow w = { .p = p, .feed = f, .source = s };
    struct buf b;
    buf_init(&b, MAX_SQL);
    buf_adds(&b, "SELECT ");
    enum status st = add_columns(&b, p, s, ds);
    add_aliased_scan(&b, p);
    buf_addc(&b, 0);
    set_types(f, p, s);
    s->bytes = p->bytes;
    if (st == ST_OK)
        st = count_rows(p, &w.total, ds);
    if (st == ST_OK)
        st = run_flow(&w, b.p, ds);
    *nrows = w.nrows;
    buf_release(&b);
    return st;
}

/* KQL ends at 9999; a time beyond it became null, which is not passed over in
 * silence. Reads the columns of times once more. */
static enum status warn_lost_times(struct parquet *p, struct diags *ds)
{
    struct buf b;
    size_t n = 0;
    int64_t lost = 0;
    enum status st = ST_OK;
    buf_init(&b, MAX_SQL);
    buf_adds(&b, "SELECT ");
    for (size_t c = 0; c < p->ncols; c++) {
        if (p->map[c]->type != TYPE_DATETIME)
            continue;
        buf_addf(&b, "%scount(*) FILTER (p%zu IS NOT NULL AND (",
                 n++ ? " + " : "", c);
        add_column(&b, p->map[c], c);
        buf_adds(&b, ") IS NULL)");
    }
    add_aliased_scan(&b, p);
    buf_addc(&b, 0);
    if (n)
        st = ask_number(p, &b, &lost, ds);
    if (lost)
        diag_warn(ds, DIAG_DATA, NO_SPAN,
                  "%lld times outside the years 0001 to 9999 became null",
                  (long long)lost);
    buf_release(&b);
    return st;
}

enum status parquet_load(struct feed *f, struct source *s, uint64_t *nrows,
                         struct diags *ds)
{
    struct parquet p;
    enum status st = parquet_open(&p, f->e, s->parquet, ds);
    if (st == ST_OK)
        st = load_rows(&p, f, s, nrows, ds);
    if (st == ST_OK)
        st = warn_lost_times(&p, ds);
    parquet_close(&p);
    return st;
}

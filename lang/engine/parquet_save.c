/* parquet_save.c - writes the rows of a SELECT to a Parquet file, atomically.
 *
 * Called by: lang/ (.save … to "x.parquet").
 *
 * DuckDB writes into its spool folder, the only place where it may. The file
 * is copied to a temporary one in the target's folder, synced and renamed: a
 * failure at any moment leaves the old file or none.
 *
 * datetime becomes TIMESTAMP (us), or TIMESTAMP_NS when a column has ticks
 * that a microsecond cannot hold and all its values fit (1678 … 2261);
 * timespan becomes BIGINT ticks; dynamic and guid stay text. decimal becomes
 * DECIMAL(34, as many places as there are), or text where 34 digits are too
 * few for the largest and the smallest together. */
#include "engine_int.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/ticks.h"
#include "base/utf8.h"

/* Whole years that TIMESTAMP_NS holds, in ticks: 1678-01-01 … 2262-01-01. */
#define NANO_MIN 529210368000000000LL
#define NANO_MAX 713502432000000000LL

enum { COPY_BYTES = 1 << 20 };

struct save {
    struct engine *e;
    str sql, path;
    size_t ncols;
    const struct engine_col *cols;
    bool *nanos;            /* ncols */
    struct places {
        int64_t whole, after; /* digits at most, of a decimal column */
    } *places;              /* ncols */
    char *spooled;          /* what DuckDB wrote */
    char *target, *temp, *folder;
    int fd;                 /* of temp */
};

static enum status fail_write(const struct save *s, int error,
                              struct diags *ds)
{
    struct buf b;
    buf_init(&b, 32 << 10);
    utf8_printable(&b, s->path);
    diag_error(ds, DIAG_FILE, NO_SPAN, "cannot write %.*s: %s",
               STRF(buf_str(&b)), strerror(error));
    buf_release(&b);
    return ST_ENV;
}

/* What the type of a column in the file depends on; false: on nothing. */
static bool add_question(struct buf *b, enum type t, size_t c)
{
    if (t == TYPE_DATETIME)
        buf_addf(b, "coalesce(bool_or(c%zu %% 10 <> 0) AND min(c%zu) >= "
                    "%lld AND max(c%zu) < %lld, false)",
                 c, c, NANO_MIN, c, NANO_MAX);
    else if (t == TYPE_DECIMAL)
        buf_addf(b, "coalesce(max(length(split_part(ltrim(k_dec_text("
                    "c%zu), '-'), '.', 1))), 0), coalesce(max(length("
                    "split_part(k_dec_text(c%zu), '.', 2))), 0)",
                 c, c);
    return t == TYPE_DATETIME || t == TYPE_DECIMAL;
}

/* Finds datetime columns whose seventh digit matters, and how many digits
 * decimals have, in one query. */
static enum status find_nanos(struct save *s, struct diags *ds)
{
    struct buf b;
    struct frame *f = NULL;
    size_t n = 0;
    struct engine_col *cols = xcalloc(2 * s->ncols, sizeof *cols);
    buf_init(&b, MAX_SQL);
    buf_adds(&b, "SELECT ");
    for (size_t c = 0; c < s->ncols; c++) {
        enum type t = s->cols[c].type;
        if (n && (t == TYPE_DATETIME || t == TYPE_DECIMAL))
            buf_adds(&b, ", ");
        if (!add_question(&b, t, c))
            continue;
        cols[n++] = (struct engine_col){ S("nanos"), t == TYPE_DECIMAL
                                                         ? TYPE_LONG
                                                         : TYPE_BOOL };
        if (t == TYPE_DECIMAL)
            cols[n++] = (struct engine_col){ S("after"), TYPE_LONG };
    }
    buf_adds(&b, " FROM (\n");
    buf_add(&b, s->sql);
    buf_adds(&b, "\n) AS q(");
    for (size_t c = 0; c < s->ncols; c++)
        buf_addf(&b, "%sc%zu", c ? ", " : "", c);
    buf_addc(&b, ')');
    enum status st =
        n ? engine_query(s->e, buf_str(&b), n, cols, 0, &f, ds) : ST_OK;
    for (size_t c = 0, i = 0; f && c < s->ncols; c++)
        if (s->cols[c].type == TYPE_DATETIME) {
            s->nanos[c] = f->cols[i++].i[0];
        } else if (s->cols[c].type == TYPE_DECIMAL) {
            s->places[c].whole = f->cols[i++].i[0];
            s->places[c].after = f->cols[i++].i[0];
        }
    frame_unref(f);
    free(cols);
    buf_release(&b);
    return st;
}

static void add_decimal(struct buf *b, const struct places *p, size_t c)
{
    buf_addf(b, "(CASE WHEN c%zu IS NOT NULL THEN k_dec_text(c%zu) END)", c,
             c);
    if (p->whole + p->after <= DECIMAL_DIGITS)
        buf_addf(b, "::DECIMAL(%d,%d)", DECIMAL_DIGITS, (int)p->after);
}

static void add_value(struct buf *b, const struct save *s, size_t c)
{
    if (s->cols[c].type == TYPE_DECIMAL)
        add_decimal(b, &s->places[c], c);
    else if (s->cols[c].type != TYPE_DATETIME)
        buf_addf(b, "c%zu", c);
    else if (s->nanos[c])
        buf_addf(b, "make_timestamp_ns((c%zu - 621355968000000000) * 100)", c);
    else
        buf_addf(b, "make_timestamp((c%zu - 621355968000000000) // 10)", c);
}

static void add_copy(struct buf *b, const struct save *s)
{
    buf_adds(b, "COPY (SELECT ");
    for (size_t c = 0; c < s->ncols; c++) {
        str name = s->cols[c].name;
        buf_adds(b, c ? ", " : "");
        add_value(b, s, c);
        buf_adds(b, " AS ");
        sql_quoted(b, name.n ? name : S("_"), '"');
    }
    buf_adds(b, " FROM (\n");
    buf_add(b, s->sql);
    buf_adds(b, "\n) AS q(");
    for (size_t c = 0; c < s->ncols; c++)
        buf_addf(b, "%sc%zu", c ? ", " : "", c);
    buf_adds(b, ")) TO ");
    sql_quoted(b, str_of(s->spooled), '\'');
    buf_adds(b, " (FORMAT parquet, COMPRESSION zstd)");
}

static enum status write_rows(struct save *s, uint64_t *nrows,
                              struct diags *ds)
{
    struct buf b;
    buf_init(&b, MAX_SQL);
    add_copy(&b, s);
    enum status st = run_sql(s->e, s->e->con, buf_str(&b), nrows, ds);
    buf_release(&b);
    return st;
}

static enum status make_temp(struct save *s, struct diags *ds)
{
    if (s->path.n == 0 || s->path.n >= PATH_MAX - 32 ||
        memchr(s->path.p, 0, s->path.n))
        return fail_write(s, ENOENT, ds);
    s->target = xcalloc(s->path.n + 1, 1);
    memcpy(s->target, s->path.p, s->path.n);
    char *slash = strrchr(s->target, '/');
    size_t dir = slash ? (size_t)(slash - s->target) + 1 : 0;
    s->folder = xcalloc(dir + 2, 1);
    memcpy(s->folder, dir ? s->target : ".", dir ? dir : 1);
    s->temp = xcalloc(dir + 32, 1);
    snprintf(s->temp, dir + 32, "%.*s.shikra-save-XXXXXX", (int)dir, s->target);
    s->fd = mkostemp(s->temp, O_CLOEXEC); /* 0600 */
    if (s->fd < 0) {
        int error = errno;
        free(s->temp);
        s->temp = NULL;
        return fail_write(s, error, ds);
    }
    return ST_OK;
}

/* Polls the cancel flag every COPY_BYTES. */
static enum status copy_spooled(struct save *s, int from, struct diags *ds)
{
    char *block = xmalloc(COPY_BYTES);
    enum status st = ST_OK;
    ssize_t n = 1;
    while (st == ST_OK && (n = read(from, block, COPY_BYTES)) != 0) {
        for (ssize_t done = 0, m = 0; n > 0 && done < n; done += m) {
            m = write(s->fd, block + done, (size_t)(n - done));
            if (m < 0)
                n = m;
        }
        if (n < 0 && errno != EINTR)
            st = fail_write(s, errno, ds);
        else if (is_cancelled(s->e))
            st = ST_CANCELLED;
    }
    free(block);
    return st;
}

static enum status bring_over(struct save *s, struct diags *ds)
{
    int from = open(s->spooled, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return fail_write(s, errno, ds);
    enum status st = copy_spooled(s, from, ds);
    close(from);
    return st;
}

/* The rename is not on disk before the folder is. */
static enum status publish(struct save *s, struct diags *ds)
{
    if (fsync(s->fd) != 0 || rename(s->temp, s->target) != 0)
        return fail_write(s, errno, ds);
    free(s->temp);
    s->temp = NULL;
    int dir = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        fsync(dir);
        close(dir);
    }
    return ST_OK;
}

static void save_release(struct save *s)
{
    if (s->spooled)
        unlink(s->spooled);
    if (s->temp)
        unlink(s->temp);
    if (s->fd >= 0)
        close(s->fd);
    free(s->spooled);
    free(s->temp);
    free(s->target);
    free(s->folder);
    free(s->nanos);
    free(s->places);
}

enum status engine_save_parquet(struct engine *e, str sql, size_t ncols,
                                const struct engine_col *cols, str path,
                                uint64_t *nrows, struct diags *ds)
{
    enum status st = statement_begin(e, ds);
    if (st != ST_OK)
        return st;
    struct save s = {
        .e = e, .sql = sql, .path = path, .ncols = ncols, .cols = cols,
        .nanos = xcalloc(ncols, sizeof *s.nanos),
        .places = xcalloc(ncols, sizeof *s.places), .fd = -1,
    };
    s.spooled = spool_name(&e->spool);
    st = sql_check(sql, ds);
    if (st == ST_OK)
        st = find_nanos(&s, ds);
    if (st == ST_OK)
        st = write_rows(&s, nrows, ds);
    if (st == ST_OK)
        st = make_temp(&s, ds);
    if (st == ST_OK)
        st = bring_over(&s, ds);
    if (st == ST_OK)
        st = publish(&s, ds);
    save_release(&s);
    statement_end(e);
    return st;
}

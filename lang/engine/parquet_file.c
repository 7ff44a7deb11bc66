/* parquet_file.c - opens a Parquet file in a DuckDB of its own.
 *
 * Called by: lang/ (engine_parquet_cols), parquet.c.
 *
 * That DuckDB may open this file and no other, and is thrown away afterwards:
 * a damaged file can break it, but not the engine that holds the analyst's
 * tables. Columns are addressed by position, so no name of the file gets into
 * SQL. */
#include "parquet_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_text.h"
#include "base/utf8.h"
#include "decimal.h"

enum { MAX_COLUMNS = 10000, MAX_PATH = 4096 };

/* NaN and infinities stand bare in DuckDB's JSON; quoted they are JSON. */
static void quote_words(struct buf *b, str s)
{
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        size_t n = c == 'N' ? 3 : c == 'I' ? 8 : c == '-' ? 9 : 0;
        str word = str_sub(s, i, i + n);
        if (quoted && c == '\\' && i + 1 < s.n) {
            buf_addc(b, c);
            c = s.p[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (str_eq(word, S("NaN")) ||
                               str_eq(word, S("Infinity")) ||
                               str_eq(word, S("-Infinity")))) {
            sql_quoted(b, word, '"');
            i += n - 1;
            continue;
        }
        buf_addc(b, c);
    }
}

/* DuckDB's JSON in the stored spelling; null when it is too long or deep. */
static void spell_json(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    (void)nin;
    struct buf b, fixed;
    buf_init(&b, JSON_MAX_BYTES);
    buf_init(&fixed, JSON_MAX_BYTES);
    bool ok = json_compact(&b, in[0].s, JSON_MAX_DEPTH, NULL);
    if (!ok) {
        quote_words(&fixed, in[0].s);
        ok = buf_ok(&fixed) &&
             json_compact(&b, buf_str(&fixed), JSON_MAX_DEPTH, NULL);
    }
    if (ok && !str_eq(buf_str(&b), S("null"))) {
        out->s = buf_take(&b, cx->tmp);
        out->null = false;
    }
    buf_release(&b);
    buf_release(&fixed);
}

static const struct lang_func spell_json_func = {
    .name = "spell_json", .params = "dynamic", .ret = TYPE_DYNAMIC,
    .row = spell_json,
};

void parquet_scan(struct buf *b, const struct parquet *p)
{
    buf_adds(b, " FROM read_parquet(");
    sql_quoted(b, str_of(p->loan.path), '\'');
    buf_adds(b, ", hive_partitioning = false)");
}

void parquet_scan_aliased(struct buf *b, const struct parquet *p)
{
    parquet_scan(b, p);
    buf_adds(b, " AS p(");
    for (size_t c = 0; c < p->ncols; c++)
        buf_addf(b, "%sp%zu", c ? ", " : "", c);
    buf_addc(b, ')');
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

static void fail_format(const struct parquet *p, struct diags *ds, str why)
{
    struct buf b;
    buf_init(&b, 32 << 10);
    utf8_printable(&b, p->path);
    diag_error(ds, DIAG_FORMAT, NO_SPAN, "cannot read %.*s as Parquet: %.*s",
               STRF(buf_str(&b)), STRF(why));
    buf_release(&b);
}

/* The file is foreign: that DuckDB cannot read it is a fault of the file. */
enum status parquet_fail(struct parquet *p, const char *text, struct diags *ds)
{
    struct arena *a = arena_new();
    struct diags own;
    str all = str_of(text ? text : "no reason given");
    ptrdiff_t sql = str_find(all, S("\n\nLINE "));
    diags_init(&own, a);
    char *cut = arena_cstr(a, str_sub(all, 0, sql < 0 ? all.n : (size_t)sql));
    enum status st = engine_fail(p->e, cut, &own);
    if (st != ST_CANCELLED) {
        fail_format(p, ds, own.list.v[0].message);
        st = ST_ENV;
    }
    arena_free(a);
    return st;
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
    const char *why = parquet_refusal(p->fd, p->bytes);
    if (why) {
        fail_format(p, ds, str_of(why));
        return ST_ENV;
    }
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
        static const struct registration r = { "spell_json",
                                               &spell_json_func };
        set_utc(p->e, p->con);
        st = function_register(p->e, p->con, p->arena, &r, ds);
        if (st == ST_OK)
            st = decimals_register(p->e, p->con, p->arena, ds);
    }
    if (st == ST_OK)
        st = database_lock(p->e, p->con, "allowed_paths", str_of(real), ds);
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
    p->too_deep = arena_array(p->arena, p->ncols, sizeof *p->too_deep);
    for (size_t c = 0; c < p->ncols; c++) {
        char *name = d->prepared_statement_column_name(stmt, c);
        struct duck_type *t =
            d->prepared_statement_column_logical_type(stmt, c);
        utf8_repair(&b, str_of(name));
        p->names[c] = buf_take(&b, p->arena);
        p->map[c] = mapping_find(d, t);
        p->too_deep[c] = type_nesting(d, t, MAX_NESTING + 1) > MAX_NESTING;
        d->destroy_logical_type(&t);
        d->free(name);
    }
    buf_release(&b);
}

static enum status describe(struct parquet *p, struct diags *ds)
{
    const struct duck *d = &p->e->duck;
    struct duck_prepared *stmt = NULL;
    struct buf b;
    enum status st = ST_OK;
    buf_init(&b, MAX_SQL);
    buf_adds(&b, "SELECT *");
    parquet_scan(&b, p);
    buf_addc(&b, 0);
    if (d->prepare(p->con, b.p, &stmt) != DUCK_OK)
        st = parquet_fail(p, d->prepare_error(stmt), ds);
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

enum status parquet_open(struct parquet *p, struct engine *e, str path,
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

void parquet_close(struct parquet *p)
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

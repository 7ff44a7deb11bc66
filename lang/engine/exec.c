/* exec.c - runs statements that give no rows, and writes the small SQL here.
 *
 * Called by: lang/ (engine_exec), db.c, load.c, parquet.c. */
#include "engine_int.h"

/* The library takes text that ends at a NUL, so a NUL in the middle would cut
 * a statement silently. The SQL writer spells NULs out; this is the fence. */
enum status sql_check(str sql, struct diags *ds)
{
    if (sql.n <= MAX_SQL && (sql.n == 0 || !memchr(sql.p, 0, sql.n)))
        return ST_OK;
    if (sql.n > MAX_SQL) {
        diag_error(ds, DIAG_LIMIT, NO_SPAN,
                   "the query becomes %zu MB of SQL, more than %d MB",
                   sql.n >> 20, MAX_SQL >> 20);
        return ST_USER;
    }
    diag_error(ds, DIAG_ENGINE, NO_SPAN, "NUL byte in generated SQL");
    return ST_ENV;
}

enum status run_sql(struct engine *e, struct duck_connection *con, str sql,
                    uint64_t *changed, struct diags *ds)
{
    enum status st = sql_check(sql, ds);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    struct duck_result r;
    if (e->duck.query(con, arena_cstr(a, sql), &r) != DUCK_OK)
        st = engine_fail(e, e->duck.result_error(&r), ds);
    else if (changed)
        *changed = e->duck.rows_changed(&r);
    e->duck.destroy_result(&r);
    arena_free(a);
    return st;
}

enum status run_one(struct engine *e, struct duck_connection *con, str sql,
                    struct diags *ds)
{
    const struct duck *d = &e->duck;
    struct duck_prepared *p = NULL;
    struct duck_result r = { .error = NULL };
    enum status st = sql_check(sql, ds);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    if (d->prepare(con, arena_cstr(a, sql), &p) != DUCK_OK)
        st = engine_fail(e, d->prepare_error(p), ds);
    else
        st = run_prepared(e, p, &r, ds);
    d->destroy_result(&r);
    d->destroy_prepare(&p);
    arena_free(a);
    return st;
}

enum status engine_exec(struct engine *e, str sql, struct diags *ds)
{
    enum status st = statement_begin(e, ds);
    if (st != ST_OK)
        return st;
    st = run_one(e, e->con, sql, ds);
    statement_end(e);
    return st;
}

void sql_quoted(struct buf *b, str s, char quote)
{
    buf_addc(b, quote);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == quote)
            buf_addc(b, quote);
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, quote);
}

/* After a failure or a cancel: what cannot be dropped was not made. The
 * interrupt mark is gone with the statement that it ended, but a watcher may
 * set it again while the cancel flag stands, so this is tried a few times. */
void drop_table(struct engine *e, struct duck_connection *con, str table)
{
    struct buf b;
    struct duck_result r;
    buf_init(&b, 4096);
    buf_adds(&b, "DROP TABLE IF EXISTS ");
    sql_quoted(&b, table, '"');
    buf_addc(&b, 0);
    for (int i = 0, failed = 1; failed && i < 5; i++) {
        failed = e->duck.query(con, b.p, &r) != DUCK_OK;
        e->duck.destroy_result(&r);
    }
    buf_release(&b);
}

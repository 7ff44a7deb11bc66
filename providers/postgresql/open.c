/* open.c - a query as a source: its text, its columns, its transaction.
 *
 * Called by: postgresql.c. The statement is described before it runs: then the
 * types are known that its rows have, and a table that has changed since its
 * columns were asked is an error and not wrong rows. */
#include "pg.h"

enum { MAX_QUERY = 1 << 20, MAX_COLUMNS_SENT = 1664, GOODBYE_MS = 2000 };

/* ---- the text ---- */

/* Without the semicolon that ends it. */
static str bare_text(str s)
{
    s = str_trim(s);
    while (s.n && s.p[s.n - 1] == ';')
        s = str_trim(str_sub(s, 0, s.n - 1));
    return s;
}

/* The statement of a table's pipeline. */
static enum status pipeline_text(struct pg *pg, struct arena *a,
                                 const struct remote_query *q, struct buf *out,
                                 struct sql_output *cols)
{
    const struct sql_table *t = sql_known_find(pg->tables, q->table);
    if (!t)
        BUG("a table whose columns nobody asked for");
    struct sql_pipeline p = { &pg_dialect, t, q };
    if (sql_query(&p, a, out, cols) == PUSH_NO)
        BUG("stages that were not refused cannot be written");
    return ST_OK;
}

enum status pg_text(struct remote *r, const struct remote_query *q,
                    struct buf *out, const struct remote_call *call)
{
    struct arena *a = arena_new();
    enum status st = ST_OK;
    (void)call;
    if (q->text.n)
        buf_add(out, bare_text(q->text));
    else
        st = pipeline_text(r->impl, a, q, out, NULL);
    arena_free(a);
    return st;
}

/* ---- the source ---- */

static void pg_close_source(struct source *s)
{
    struct pg_source *ps = s->impl;
    struct diags ds;
    diags_init(&ds, s->arena);
    struct remote_call call = { .ds = &ds };
    struct pg_patience p = pg_patience_of(GOODBYE_MS, NULL);
    if (ps->conn && ps->healthy)
        ps->healthy = pg_do_by(ps->pg, ps->conn, "ROLLBACK", &call, &p) ==
                      ST_OK;
    pg_give_back(ps->pg, ps->conn, ps->healthy);
    arena_free(s->arena);
}

static struct pg_source *new_source(struct pg *pg, struct span at)
{
    struct arena *a = arena_new();
    struct pg_source *s = NEW(a, struct pg_source);
    s->pg = pg;
    s->span = at;
    s->source = (struct source){
        .arena = a, .nparts = 1, .read = pg_read, .close = pg_close_source,
        .impl = s, .keeps_part = true,
    };
    return s;
}

static enum status describe(struct pg_source *s, const char *sql,
                            const struct remote_call *call, PGresult **out)
{
    struct libpq *q = &s->pg->lib;
    enum status st =
        pg_do(s->pg, s->conn, "BEGIN READ ONLY", call);
    if (st != ST_OK)
        return st;
    s->healthy = true;
    if (!q->sendPrepare(s->conn, "", sql, 0, NULL))
        return pg_fail(s->pg, s->conn, NULL, call);
    st = pg_result(s->pg, s->conn, call, NULL);
    if (st != ST_OK)
        return st;
    if (!q->sendDescribePrepared(s->conn, ""))
        return pg_fail(s->pg, s->conn, NULL, call);
    return pg_result(s->pg, s->conn, call, out);
}

static void copy_text(struct pg_source *s, struct buf *sql)
{
    struct buf b;
    buf_init(&b, 2 * MAX_QUERY);
    buf_adds(&b, "COPY (\n");
    buf_add(&b, buf_str(sql));
    buf_adds(&b, "\n) TO STDOUT (FORMAT binary)");
    s->sql = arena_cstr(s->source.arena, buf_str(&b));
    buf_release(&b);
}

/* ---- a pipeline ---- */

static enum status has_changed(struct pg_source *s, const struct sql_col *c,
                               const struct remote_call *call)
{
    struct diag *d = diag_error(
        call->ds, DIAG_DATA, call->span,
        "the table has changed since its columns were asked: '%.*s'",
        STRF(c->name));
    diag_hint(call->ds, d, "connect again to see its new columns: .connect "
                           "postgresql as %.*s",
              STRF(s->pg->remote.alias));
    return ST_ENV;
}

static enum status check_types(struct pg_source *s, const PGresult *r,
                               const struct remote_call *call)
{
    struct libpq *q = &s->pg->lib;
    for (size_t i = 0; i < s->source.ncols; i++)
        if (q->ftype(r, (int)i) != pg_sent_oid(&s->cols[i]))
            return has_changed(s, &s->cols[i], call);
    return ST_OK;
}

static enum status open_pipeline(struct pg_source *s,
                                 const struct remote_query *q,
                                 const struct remote_call *call)
{
    struct arena *a = s->source.arena;
    struct sql_output out;
    struct buf b;
    PGresult *r = NULL;
    buf_init(&b, MAX_QUERY);
    enum status st = pipeline_text(s->pg, a, q, &b, &out);
    copy_text(s, &b);
    buf_addc(&b, 0);
    if (st == ST_OK)
        st = describe(s, b.p, call, &r);
    s->cols = out.cols;
    s->source.ncols = out.ncols;
    s->source.cols = q->cols;
    if (st == ST_OK)
        st = check_types(s, r, call);
    s->pg->lib.clear(r);
    buf_release(&b);
    return st;
}

/* ---- the analyst's own SQL ---- */

static str free_name(struct arena *a, const struct sql_col *cols, size_t n,
                     str name)
{
    str s = name;
    unsigned k = 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(cols[i].name, s)) {
            s = arena_fmt(a, "%.*s_%u", STRF(name), ++k);
            i = (size_t)-1; /* from the first again */
        }
    return s;
}

/* The columns by their types; true: some must be converted by SQL. */
static bool own_columns(struct pg_source *s, const PGresult *r,
                        const struct pg_type *types)
{
    struct arena *a = s->source.arena;
    size_t n = s->source.ncols;
    bool converts = false;
    struct sql_col *cols = arena_array(a, n, sizeof *cols);
    struct source_col *out = arena_array(a, n, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        enum pg_kind k = pg_kind_of(&types[i]);
        str name = arena_str(a, str_of(s->pg->lib.fname(r, (int)i)));
        converts |= pg_is_converted(k);
        cols[i] = (struct sql_col){
            .name = free_name(a, cols, i, name), .type = pg_kind_type(k),
            .kind = k, .text = arena_fmt(a, "c%zu", i + 1),
        };
        out[i] = (struct source_col){ cols[i].name, cols[i].type };
    }
    s->cols = cols;
    s->source.cols = out;
    return converts;
}

static void wrap(const struct pg_source *s, struct buf *b, str text)
{
    buf_adds(b, "SELECT ");
    for (size_t i = 0; i < s->source.ncols; i++) {
        buf_adds(b, i ? ", " : "");
        pg_output(b, &s->cols[i]);
    }
    buf_adds(b, " FROM (\n");
    buf_add(b, text);
    buf_adds(b, "\n) AS q (");
    for (size_t i = 0; i < s->source.ncols; i++)
        buf_addf(b, "%sc%zu", i ? ", " : "", i + 1);
    buf_addc(b, ')');
}

/* What COPY can take; SHOW and EXPLAIN give rows, but not to it. */
static bool gives_rows(str text)
{
    static const char *const words[] = { "select", "with", "values", "table" };
    if (text.n && text.p[0] == '(')
        return true;
    for (size_t i = 0; i < 4; i++) {
        size_t n = strlen(words[i]);
        if (str_ieqz(str_sub(text, 0, n), words[i]))
            return true;
    }
    /* A comment comes first: COPY will tell. */
    return str_starts(text, S("--")) || str_starts(text, S("/*"));
}

static enum status no_rows(const struct remote_call *call)
{
    diag_error(call->ds, DIAG_UNSUPPORTED, call->span,
               "query takes a statement that gives rows: SELECT, WITH, VALUES "
               "or TABLE");
    return ST_USER;
}

static enum status open_own(struct pg_source *s, const struct remote_query *q,
                            const struct remote_call *call)
{
    struct arena *a = s->source.arena;
    str text = bare_text(q->text);
    PGresult *r = NULL;
    struct buf b;
    if (text.n > MAX_QUERY / 2 || str_find_char(text, 0) >= 0)
        return no_rows(call);
    enum status st = describe(s, arena_cstr(a, text), call, &r);
    size_t n = st == ST_OK ? (size_t)s->pg->lib.nfields(r) : 0;
    struct pg_type *types = arena_array(a, n + 1, sizeof *types);
    if (st == ST_OK && (n == 0 || n > MAX_COLUMNS_SENT || !gives_rows(text)))
        st = no_rows(call);
    if (st == ST_OK)
        st = pg_types(s->pg, s->conn, r, types, call);
    s->source.ncols = n;
    buf_init(&b, MAX_QUERY);
    if (st == ST_OK) {
        if (own_columns(s, r, types))
            wrap(s, &b, text);
        else
            buf_add(&b, text);
        copy_text(s, &b);
    }
    buf_release(&b);
    s->pg->lib.clear(r);
    return st;
}

static enum status unfit(const struct remote_query *q,
                         const struct remote_call *call)
{
    struct diag *d = diag_error(
        call->ds, DIAG_OPTION, call->span, "query has no option '%.*s' here",
        STRF(q->noptions ? q->options[0].name : S("start")));
    diag_hint(call->ds, d, "say it in the SQL: WHERE t >= now() - interval "
                           "'1 day'");
    return ST_USER;
}

enum status pg_open(struct remote *r, const struct remote_query *q,
                    struct source **out, const struct remote_call *call)
{
    struct pg *pg = r->impl;
    enum status st = ST_OK;
    if (q->noptions || q->start != REMOTE_NO_START || q->end != REMOTE_NO_END)
        return unfit(q, call);
    struct pg_source *s = new_source(pg, q->span);
    s->conn = pg_take(pg, call, &st);
    if (st == ST_OK)
        st = q->text.n ? open_own(s, q, call) : open_pipeline(s, q, call);
    if (st == ST_OK)
        *out = &s->source;
    else
        pg_close_source(&s->source);
    return st;
}

/* catalog.c - tables and columns of a database, from its catalogue.
 *
 * Called by: postgresql.c, open.c. What the search path shows goes by its bare
 * name, everything else as schema.table. */
#include "pg.h"

enum { MAX_TABLES = 100000 };

/* ---- tables ---- */

static const char tables_sql[] =
    "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname::text ELSE "
    "n.nspname || '.' || c.relname END, coalesce(obj_description(c.oid, "
    "'pg_class'), CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN "
    "'materialized view' WHEN 'f' THEN 'foreign table' ELSE CASE WHEN "
    "c.reltuples > 0 THEN 'about ' || c.reltuples::int8 || ' rows' ELSE '' "
    "END END) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname <> "
    "'information_schema' AND n.nspname NOT LIKE 'pg\\_%' AND "
    "has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, "
    "'SELECT') ORDER BY NOT pg_table_is_visible(c.oid), 1 LIMIT $1::int8";

static str cell(struct pg *pg, const PGresult *r, int row, int col)
{
    return (str){ pg->lib.getvalue(r, row, col),
                  (size_t)pg->lib.getlength(r, row, col) };
}

static enum status ask_once(struct pg *pg, const struct pg_statement *s,
                            const struct remote_call *call, PGresult **out)
{
    enum status st = ST_OK;
    PGconn *c = pg_take(pg, call, &st);
    if (!c)
        return st;
    st = pg_ask(pg, c, s, call, out);
    pg_give_back(pg, c, st == ST_OK);
    return st;
}

enum status pg_tables(struct remote *r, struct arena *a,
                      struct remote_tables *out, const struct remote_call *call)
{
    struct pg *pg = r->impl;
    const char *params[] = { "100000" };
    struct pg_statement s = { tables_sql, 1, params };
    PGresult *res = NULL;
    enum status st = ask_once(pg, &s, call, &res);
    if (st != ST_OK)
        return st;
    size_t n = (size_t)pg->lib.ntuples(res);
    struct remote_table *v = arena_array(a, n, sizeof *v);
    for (size_t i = 0; i < n; i++) {
        v[i].name = arena_str(a, cell(pg, res, (int)i, 0));
        v[i].summary = arena_str(a, cell(pg, res, (int)i, 1));
    }
    if (n == MAX_TABLES)
        diag_warn(call->ds, DIAG_LIMIT, call->span,
                  "%.*s has more than %d tables: only the first are listed",
                  STRF(r->alias), MAX_TABLES);
    *out = (struct remote_tables){ n, v };
    pg->lib.clear(res);
    return ST_OK;
}

/* ---- columns ---- */

/* A type below its domains, as struct pg_type wants it. */
#define TYPE_COLUMNS                                                         \
    "coalesce(b.oid, t.oid)::int8, coalesce(b.typtype, t.typtype), "         \
    "coalesce(b.typcategory, t.typcategory), "

static const char columns_sql[] =
    "WITH RECURSIVE d(oid, base, mod) AS (SELECT oid, typbasetype, typtypmod "
    "FROM pg_type WHERE typtype = 'd' UNION ALL SELECT d.oid, t.typbasetype, "
    "CASE WHEN d.mod >= 0 THEN d.mod ELSE t.typtypmod END FROM d JOIN pg_type "
    "t ON t.oid = d.base AND t.typtype = 'd'), "
    "rel AS (SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN "
    "pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', "
    "'m', 'f', 'p') AND ((c.relname = $1 AND pg_table_is_visible(c.oid)) OR "
    "n.nspname || '.' || c.relname = $1) ORDER BY c.relname <> $1, n.nspname "
    "LIMIT 1) "
    "SELECT " TYPE_COLUMNS
    "CASE WHEN t.typtype = 'd' THEN d.mod ELSE a.atttypmod END, "
    "coalesce(co.collisdeterministic, TRUE), a.attname, a.attnotnull, "
    "rel.nspname, rel.relname FROM rel JOIN pg_attribute a ON a.attrelid = "
    "rel.oid JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN d ON d.oid = t.oid "
    "AND NOT EXISTS (SELECT FROM pg_type x WHERE x.oid = d.base AND x.typtype "
    "= 'd') LEFT JOIN pg_type b ON b.oid = d.base LEFT JOIN pg_collation co ON "
    "co.oid = a.attcollation WHERE a.attnum > 0 AND NOT a.attisdropped ORDER "
    "BY a.attnum";

static int64_t number(str s)
{
    int64_t v = 0;
    bool minus = s.n && s.p[0] == '-';
    for (size_t i = minus; i < s.n && i < 12; i++)
        v = v * 10 + (s.p[i] - '0');
    return minus ? -v : v;
}

static bool is_true(str s)
{
    return s.n && s.p[0] == 't';
}

static struct pg_type type_at(struct pg *pg, const PGresult *r, int row)
{
    return (struct pg_type){
        .oid = (uint32_t)number(cell(pg, r, row, 0)),
        .typtype = *pg->lib.getvalue(r, row, 1),
        .category = *pg->lib.getvalue(r, row, 2),
        .mod = (int32_t)number(cell(pg, r, row, 3)),
        .exact_equal = is_true(cell(pg, r, row, 4)),
    };
}

static str quoted_name(struct arena *a, str name)
{
    struct buf b;
    buf_init(&b, 4096);
    (void)pg_ident(&b, name);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static struct sql_col column_at(struct pg *pg, const PGresult *r, int row)
{
    struct arena *a = pg->remote.arena;
    struct pg_type t = type_at(pg, r, row);
    enum pg_kind k = pg_kind_of(&t);
    str name = arena_str(a, cell(pg, r, row, 5));
    return (struct sql_col){
        .name = name,
        .type = pg_kind_type(k),
        .kind = k,
        .nullable = !is_true(cell(pg, r, row, 6)),
        .raw_text = (k == PG_TEXT || k == PG_VARCHAR) && t.exact_equal,
        .is_ref = true,
        .text = quoted_name(a, name),
    };
}

static const struct sql_table *table_of(struct pg *pg, const PGresult *r,
                                        str name)
{
    struct arena *a = pg->remote.arena;
    size_t n = (size_t)pg->lib.ntuples(r);
    struct sql_known *t = NEW(a, struct sql_known);
    struct sql_col *cols = arena_array(a, n, sizeof *cols);
    t->name = arena_str(a, name);
    for (size_t i = 0; i < n; i++)
        cols[i] = column_at(pg, r, (int)i);
    t->table.from = arena_fmt(a, "%.*s.%.*s",
                            STRF(quoted_name(a, cell(pg, r, 0, 7))),
                            STRF(quoted_name(a, cell(pg, r, 0, 8))));
    t->table.cols = cols;
    t->table.ncols = n;
    t->next = pg->tables;
    pg->tables = t;
    return &t->table;
}

enum status pg_columns(struct remote *r, str table, struct arena *a,
                       struct remote_schema *out,
                       const struct remote_call *call)
{
    struct pg *pg = r->impl;
    PGresult *res = NULL;
    if (str_find_char(table, 0) >= 0)
        return ST_USER;
    const char *params[] = { arena_cstr(call->ds->arena, table) };
    struct pg_statement s = { columns_sql, 1, params };
    enum status st = ask_once(pg, &s, call, &res);
    if (st != ST_OK)
        return st;
    if (pg->lib.ntuples(res) == 0) {
        pg->lib.clear(res);
        return ST_USER;
    }
    const struct sql_table *t = table_of(pg, res, table);
    struct source_col *cols = arena_array(a, t->ncols, sizeof *cols);
    for (size_t i = 0; i < t->ncols; i++)
        cols[i] = (struct source_col){ t->cols[i].name,
                                       t->cols[i].type };
    *out = (struct remote_schema){ t->ncols, cols };
    pg->lib.clear(res);
    return ST_OK;
}

/* ---- types of a statement's columns ---- */

static const char types_sql[] =
    "SELECT t.oid::int8, t.typtype, t.typcategory FROM pg_type t JOIN "
    "unnest($1::int8[]) WITH ORDINALITY AS x(oid, place) ON t.oid = x.oid "
    "ORDER BY x.place";

enum status pg_types(struct pg *pg, PGconn *c, const PGresult *described,
                     struct pg_type *types, const struct remote_call *call)
{
    struct buf b;
    int n = pg->lib.nfields(described);
    PGresult *res = NULL;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < n; i++)
        buf_addf(&b, "%c%u", i ? ',' : '{', pg->lib.ftype(described, i));
    buf_adds(&b, n ? "}" : "{}");
    buf_addc(&b, 0);
    const char *params[] = { b.p };
    struct pg_statement s = { types_sql, 1, params };
    enum status st = pg_ask(pg, c, &s, call, &res);
    buf_release(&b);
    if (st != ST_OK)
        return st;
    for (int i = 0; i < n && i < pg->lib.ntuples(res); i++)
        types[i] = (struct pg_type){
            .oid = (uint32_t)number(cell(pg, res, i, 0)),
            .typtype = *pg->lib.getvalue(res, i, 1),
            .category = *pg->lib.getvalue(res, i, 2),
            .mod = pg->lib.fmod(described, i),
        };
    pg->lib.clear(res);
    return ST_OK;
}

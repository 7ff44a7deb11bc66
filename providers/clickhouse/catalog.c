/* catalog.c - tables and columns of a server, from its system tables.
 *
 * Called by: clickhouse.c. What is in the connection's database goes by its
 * bare name, everything else as database.table. */
#include "ch.h"

#include "base/utf8.h"

enum { MAX_TABLES = 100000 };

enum status ch_tables(struct remote *r, struct arena *a,
                      struct remote_tables *out, const struct remote_call *call)
{
    static const char sql[] =
        "SELECT if(database = currentDatabase(), name, concat(database, '.', "
        "name)) AS shown, engine FROM system.tables WHERE lower(database) NOT "
        "IN ('system', 'information_schema') AND name NOT LIKE '.inner%' "
        "ORDER BY database != currentDatabase(), shown LIMIT 100000 FORMAT "
        "RowBinary";
    struct ch_call c = { call, a };
    struct ch_cells cells = { .ncols = 2 };
    enum status st = ch_strings(r->impl, str_of(sql), &c, &cells);
    if (st != ST_OK)
        return st;
    size_t n = cells.nrows;
    struct remote_table *v = arena_array(a, n, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct remote_table){ cells.v[2 * i], cells.v[2 * i + 1] };
    if (n == MAX_TABLES)
        diag_warn(call->ds, DIAG_LIMIT, call->span,
                  "%.*s has more than %d tables: only the first are listed",
                  STRF(r->alias), MAX_TABLES);
    *out = (struct remote_tables){ n, v };
    return ST_OK;
}

static str columns_sql(struct arena *a, str table)
{
    struct buf b;
    struct value v = { .type = TYPE_STRING, .s = table };
    buf_init(&b, 64 << 10);
    buf_adds(&b, "SELECT database, table, name, type, currentDatabase() FROM "
                 "system.columns WHERE (database = currentDatabase() AND "
                 "table = ");
    (void)ch_literal(&b, &v);
    buf_adds(&b, ") OR concat(database, '.', table) = ");
    (void)ch_literal(&b, &v);
    /* They come in the table's order, which ORDER BY would not keep. */
    buf_adds(&b, " FORMAT RowBinary");
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static str quoted_name(struct arena *a, str name)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    (void)ch_ident(&b, name);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

/* Any bytes may be a name there. */
static str shown_name(struct arena *a, str name)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    (void)utf8_repair(&b, name);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static struct sql_col column_of(struct ch *ch, const str *cells)
{
    struct arena *a = ch->remote.arena;
    struct ch_type t = ch_type_of(cells[3], ch->has_json);
    return (struct sql_col){
        .name = shown_name(a, cells[2]),
        .type = ch_kind_type(t.kind),
        .kind = t.kind,
        .nullable = t.nullable,
        .raw_text = t.kind == CH_STRING,
        .is_ref = true,
        .text = quoted_name(a, cells[2]),
    };
}

enum { CELLS = 5 }; /* of a row of columns_sql */

/* Its first row: in the connection's own database, or in any. */
static const str *which_table(size_t n, const str *cells)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(cells[CELLS * i], cells[CELLS * i + 4]))
            return &cells[CELLS * i];
    return cells;
}

static const struct sql_table *table_of(struct ch *ch, str name, size_t n,
                                        const str *cells)
{
    struct arena *a = ch->remote.arena;
    struct sql_known *t = NEW(a, struct sql_known);
    struct sql_col *cols = arena_array(a, n, sizeof *cols);
    const str *first = which_table(n, cells);
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(cells[CELLS * i], first[0]) &&
            str_eq(cells[CELLS * i + 1], first[1]))
            cols[k++] = column_of(ch, &cells[CELLS * i]);
    t->name = arena_str(a, name);
    t->table = (struct sql_table){
        arena_fmt(a, "%.*s.%.*s", STRF(quoted_name(a, first[0])),
                  STRF(quoted_name(a, first[1]))),
        k, cols
    };
    t->next = ch->tables;
    ch->tables = t;
    return &t->table;
}

enum status ch_columns(struct remote *r, str table, struct arena *a,
                       struct remote_schema *out,
                       const struct remote_call *call)
{
    struct ch *ch = r->impl;
    struct ch_call c = { call, arena_new() };
    struct ch_cells cells = { .ncols = CELLS };
    enum status st =
        ch_strings(ch, columns_sql(c.arena, table), &c, &cells);
    if (st == ST_OK && cells.nrows == 0)
        st = ST_USER;
    if (st == ST_OK) {
        const struct sql_table *t =
            table_of(ch, table, cells.nrows, cells.v);
        struct source_col *cols = arena_array(a, t->ncols, sizeof *cols);
        for (size_t i = 0; i < t->ncols; i++)
            cols[i] =
                (struct source_col){ t->cols[i].name, t->cols[i].type };
        *out = (struct remote_schema){ t->ncols, cols };
    }
    arena_free(c.arena);
    return st;
}

/* rows.c - objects of results as rows.
 *
 * Called by: export.c, job.c.
 * A value is a text, or a list of texts: a list in a dynamic column, lines in
 * a text column. A name that no column has is told at the end. */
#include "splunk.h"

#include "providers/answer/row_writer.h"
#include "providers/file/json_decode.h"
#include "providers/limits.h"

enum { SHOWN_NAMES = 5, MAX_NAMES = 10000 };

struct sp_rows {
    struct arena *arena;
    size_t ncols;
    const struct source_col *cols;
    bool learns; /* only names are wanted */
    struct field_names names; /* of columns, or those learnt */
    LIST(bool) lists;         /* of the names learnt */
    struct field_names unknown;
    struct row_writer rows;
    struct cell *cells;
    size_t ncells;
    uint32_t *place; /* of a column's cell in this row, from 1; 0: none yet */
    uint64_t nrows;
};

struct sp_rows *sp_rows_new(size_t ncols, const struct source_col *cols,
                            struct row_sink *sink, const atomic_bool *cancel)
{
    struct sp_rows *r = xcalloc(1, sizeof *r);
    int time = -1;
    r->arena = arena_new();
    r->ncols = ncols;
    r->cols = cols;
    r->learns = !sink;
    field_names_init(&r->names, r->arena);
    field_names_init(&r->unknown, r->arena);
    r->cells = arena_array(r->arena, ncols + 1, sizeof *r->cells);
    r->place = arena_zalloc(r->arena, (ncols + 1) * sizeof *r->place);
    for (size_t i = 0; i < ncols; i++) {
        field_names_add(&r->names, cols[i].name);
        if (str_eqz(cols[i].name, "_time"))
            time = (int)i;
    }
    if (sink) {
        row_writer_init(&r->rows, sink, 0, ncols, cols);
        r->rows.batch.epoch = time;
        r->rows.cancel = cancel;
    }
    return r;
}

void sp_rows_free(struct sp_rows *r)
{
    row_writer_release(&r->rows);
    arena_free(r->arena);
    free(r);
}

static struct cell lines_of(struct sp_rows *r, struct pull *j)
{
    struct buf b;
    struct cell c;
    size_t n = 0;
    buf_init(&b, 4 * MAX_RECORD);
    for (pull_array(j); pull_item(j);) {
        if (!pull_value(j, &c) || c.kind == CELL_NULL)
            continue;
        if (n++)
            buf_addc(&b, '\n');
        if (c.kind == CELL_STRING)
            json_decode(&b, (str){ c.p, c.n }, c.flags);
        else
            buf_add(&b, (str){ c.p, c.n });
    }
    char *p = pool_alloc(&r->rows.batch.pool, b.n + 1);
    if (b.n)
        memcpy(p, b.p, b.n);
    c = (struct cell){ .p = p, .n = (uint32_t)b.n, .kind = CELL_TEXT,
                       .flags = CELL_HIGH };
    buf_release(&b);
    return c;
}

static void learn(struct sp_rows *r, str name, struct pull *j)
{
    bool list = pull_peek(j) == '[';
    int32_t at = field_names_add(&r->names, name);
    pull_skip(j);
    if (at < 0 || (size_t)at >= MAX_NAMES)
        return;
    while (r->lists.n <= (size_t)at)
        PUSH(r->arena, r->lists, false);
    r->lists.v[at] |= list;
}

/* A member that comes twice counts as it was said last. */
static void set_cell(struct sp_rows *r, struct cell c)
{
    if (!r->place[c.col])
        r->place[c.col] = (uint32_t)++r->ncells;
    r->cells[r->place[c.col] - 1] = c;
}

enum status sp_rows_add(struct sp_rows *r, struct pull *j)
{
    str key;
    sp_rows_drop(r);
    pull_object(j);
    while (pull_key(j, &key)) {
        int32_t at = field_names_find(&r->names, key);
        struct cell c;
        if (r->learns) {
            learn(r, arena_str(r->arena, key), j);
            continue;
        }
        if (at < 0) {
            if (r->unknown.list.n < 1000)
                field_names_add(&r->unknown, key);
            pull_skip(j);
            continue;
        }
        if (pull_peek(j) == '[' && r->cols[at].type != TYPE_DYNAMIC)
            c = lines_of(r, j);
        else if (!pull_value(j, &c))
            break;
        c.col = at;
        set_cell(r, c);
    }
    return ST_OK;
}

void sp_rows_drop(struct sp_rows *r)
{
    for (size_t i = 0; i < r->ncells; i++)
        r->place[r->cells[i].col] = 0;
    r->ncells = 0;
}

enum status sp_rows_flush(struct sp_rows *r)
{
    return r->learns ? ST_OK : row_writer_flush(&r->rows);
}

enum status sp_rows_end(struct sp_rows *r)
{
    r->nrows++;
    return r->learns ? ST_OK
                     : row_writer_cells(&r->rows, r->cells, r->ncells);
}

uint64_t sp_rows_repaired(const struct sp_rows *r)
{
    return r->rows.batch.repaired;
}

uint64_t sp_rows_count(const struct sp_rows *r)
{
    return r->nrows;
}

void sp_rows_tell(struct sp_rows *r, str what, struct arena *a)
{
    struct buf b;
    size_t n = r->unknown.list.n;
    if (n == 0)
        return;
    buf_init(&b, 64 << 10);
    for (size_t i = 0; i < n && i < SHOWN_NAMES; i++)
        buf_addf(&b, "%s%.*s", i ? ", " : "", STRF(r->unknown.list.v[i].text));
    r->rows.sink->incomplete(
        r->rows.sink->ctx, PARTIAL,
        arena_fmt(a,
                  "%.*s: %zu fields that the first rows lack are not shown: "
                  "%.*s%s",
                  STRF(what), n, STRF(buf_str(&b)),
                  n > SHOWN_NAMES ? ", …" : ""));
    buf_release(&b);
}

void sp_rows_names(const struct sp_rows *r, struct arena *a,
                   struct remote_schema *out)
{
    size_t n = r->names.list.n;
    struct source_col *cols = arena_array(a, n, sizeof *cols);
    for (size_t i = 0; i < n; i++) {
        str name = arena_str(a, r->names.list.v[i].text);
        bool list = i < r->lists.n && r->lists.v[i];
        cols[i] = (struct source_col){
            name, str_eqz(name, "_time") ? TYPE_DATETIME
                  : list                 ? TYPE_DYNAMIC
                                         : TYPE_STRING
        };
    }
    *out = (struct remote_schema){ n, cols };
}

void sp_messages_read(struct sp_messages *m, struct pull *j)
{
    enum { MOST = 20 };
    str key;
    for (pull_array(j); pull_item(j);) {
        str type = S(""), text = S("");
        for (pull_object(j); pull_key(j, &key);)
            if (str_eqz(key, "type"))
                pull_text(j, m->arena, &type);
            else if (str_eqz(key, "text"))
                pull_text(j, m->arena, &text);
            else
                pull_skip(j);
        bool bad = str_ieqz(type, "ERROR") || str_ieqz(type, "FATAL");
        if (bad && m->errors.n < MOST)
            PUSH(m->arena, m->errors, text);
        else if (str_ieqz(type, "WARN") && m->warnings.n < MOST)
            PUSH(m->arena, m->warnings, text);
    }
}

/* cmd_describe.c - `.describe T`: schema and shape of a table, a row a column.
 */
#include "base/json_write.h"
#include "lineage.h"
#include "lists.h"
#include "session.h"
#include "sql/emit.h"
#include "syntax/canon.h"

static void describe_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_unary(p));
}

enum { TOP_VALUES = 3 };

/* For each column: nulls or empties, distinct, min, max, top values as text. */
static void column_stats(struct buf *sql, const struct col *c)
{
    const char *empty = c->type == TYPE_STRING
                          ? "count(*) FILTER (WHERE c%u = '')"
                          : "count(*) - count(c%u)";
    char text[100];
    snprintf(text, sizeof text, "%s", empty);
    for (char *p = text; *p; p++)
        if (p[0] == '%' && p[1] == 'u') {
            buf_add(sql, (str){ text, (size_t)(p - text) });
            buf_addf(sql, "%u%s", c->id, p + 2);
            break;
        }
    buf_addf(sql,
             ", least(approx_count_distinct(c%u), count(c%u)), min(c%u), "
             "max(c%u), any_value(c%u)",
             c->id, c->id, c->id, c->id, c->id);
}

static struct frame *stats_frame(struct lang *l, struct node *n,
                                 struct diags *ds)
{
    struct buf sql;
    size_t k = 0;
    struct frame *f = NULL;
    struct engine_col *cols =
        arena_array(l->cell, 5 * n->cols.n + 1, sizeof *cols);
    buf_init(&sql, MAX_SQL_BYTES);
    buf_adds(&sql, "SELECT count(*)");
    cols[k++] = (struct engine_col){ S("n"), TYPE_LONG };
    for (size_t i = 0; i < n->cols.n; i++) {
        buf_adds(&sql, ", ");
        column_stats(&sql, &n->cols.v[i]);
        cols[k++] = (struct engine_col){ S("empty"), TYPE_LONG };
        cols[k++] = (struct engine_col){ S("distinct"), TYPE_LONG };
        for (int j = 0; j < 3; j++)
            cols[k++] = (struct engine_col){ S("v"), n->cols.v[i].type };
    }
    buf_adds(&sql, " FROM (");
    if (sql_emit(&sql, n, ds)) {
        buf_addc(&sql, ')');
        (void)engine_query(l->engine, buf_str(&sql), k, cols, 1, &f, ds);
    }
    buf_release(&sql);
    return f;
}

static void add_text(struct list *out, const struct frame *f, size_t c)
{
    struct value v = cell_value(&f->cols[c], 0);
    struct buf b;
    buf_init(&b, 200);
    value_text(&b, &v);
    list_str(out, buf_take(&b, out->arena));
    buf_release(&b);
}

static const struct list_col describe_cols[] = {
    { "Column", TYPE_STRING }, { "Type", TYPE_STRING },
    { "Rows", TYPE_LONG },     { "Empty", TYPE_LONG },
    { "Distinct", TYPE_LONG }, { "Min", TYPE_STRING },
    { "Max", TYPE_STRING },    { "Sample", TYPE_STRING },
};

enum { SAID_ORIGINS = 10 };

static void say_origins(const struct lineage *x, struct frame *f)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    for (size_t i = 0; i < x->origins.n && i < SAID_ORIGINS; i++) {
        buf_reset(&b);
        lineage_say(&b, &x->origins.v[i]);
        frame_note(f, "%.*s", STRF(buf_str(&b)));
    }
    if (x->origins.n > SAID_ORIGINS)
        frame_note(f, "and %zu more: .show sources lists them",
                   x->origins.n - SAID_ORIGINS);
    buf_release(&b);
}

static enum status describe_run(struct lang *l, const struct ast *cmd,
                                struct command_out *out, struct diags *ds)
{
    struct binder b = session_binder(l, ds, NULL);
    struct node *n = cmd->kid ? bind_table(&b, cmd->kid) : NULL;
    struct frame *probe = NULL;
    struct list list;
    if (!n || ds->nerrors)
        return ST_USER;
    enum status st = step_query(l, n, 1, &probe, ds); /* runs its steps */
    struct lineage x = { .arena = out->arena };
    if (st == ST_OK)
        lineage_add_frame(&x, probe);
    frame_unref(probe);
    struct frame *f = st == ST_OK ? stats_frame(l, n, ds) : NULL;
    if (!f)
        return st == ST_OK ? ST_ENV : st;
    list_init(&list, out->arena, describe_cols,
              sizeof describe_cols / sizeof *describe_cols);
    for (size_t i = 0; i < n->cols.n; i++) {
        size_t at = 1 + 5 * i;
        list_str(&list, n->cols.v[i].name);
        list_text(&list, type_name(n->cols.v[i].type));
        list_long(&list, f->cols[0].i[0]);
        list_long(&list, f->cols[at].i[0]);
        list_long(&list, f->cols[at + 1].i[0]);
        add_text(&list, f, at + 2);
        add_text(&list, f, at + 3);
        add_text(&list, f, at + 4);
    }
    out->frame = list_frame(&list);
    lineage_to_frame(&x, out->frame);
    say_origins(&x, out->frame);
    frame_unref(f);
    return ST_OK;
}

static void describe_print(struct canon *c, const struct ast *cmd)
{
    buf_addc(c->b, ' ');
    if (cmd->kid && cmd->kid->kind == AST_PIPE)
        canon_group(c, cmd->kid);
    else if (cmd->kid)
        canon_unary(c, cmd->kid);
}

const struct lang_command cmd_describe = {
    .name = "describe",
    .usage = ".describe T",
    .summary = "One row per column of a table: type, empty values, distinct "
               "values (approximate), smallest, largest and a sample.",
    .example = ".describe Logs",
    .parse = describe_parse,
    .run = describe_run,
    .print = describe_print,
};

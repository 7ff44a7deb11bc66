/* cmd_profile.c - `.profile QUERY`: where the time of a query went. */
#include "commands/lists.h"
#include "lineage.h"
#include "session.h"
#include "syntax/canon.h"

static const struct list_col profile_cols[] = {
    { "Step", TYPE_LONG },   { "Kind", TYPE_STRING },
    { "What", TYPE_STRING }, { "Rows", TYPE_LONG },
    { "Duration", TYPE_TIMESPAN },
};

static void profile_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_pipe(p));
}

static void add_steps(struct list *list, const struct profile *p)
{
    for (size_t i = 0; i < p->steps.n; i++) {
        const struct profile_step *s = &p->steps.v[i];
        struct value took = { .type = TYPE_TIMESPAN, .i = s->ticks };
        list_long(list, (int64_t)i + 1);
        list_text(list, s->kind);
        list_str(list, s->what);
        if (s->nrows == UINT64_MAX)
            list_null(list);
        else
            list_long(list, (int64_t)s->nrows);
        PUSH(list->arena, list->cells, took);
    }
}

static enum status profile_run(struct lang *l, const struct ast *cmd,
                               struct command_out *out, struct diags *ds)
{
    struct profile p = { .steps = { 0 } };
    struct frame *rows = NULL;
    struct list list;
    int64_t began = profile_now();
    struct binder b = session_binder(l, ds, NULL);
    struct node *n = cmd->kid ? bind_table(&b, cmd->kid) : NULL;
    if (!n || ds->nerrors)
        return ST_USER;
    l->profile = &p;
    profile_add(l, "bind", S("names and types"), UINT64_MAX, began);
    enum status st = step_query(l, n, PROFILE_ROWS, &rows, ds);
    l->profile = NULL;
    if (st != ST_OK)
        return st;
    list_init(&list, out->arena, profile_cols, 5);
    add_steps(&list, &p);
    out->frame = list_frame(&list);
    struct lineage x = { .arena = out->arena };
    lineage_add_frame(&x, rows);
    lineage_to_frame(&x, out->frame);
    frame_unref(rows);
    return ST_OK;
}

static void profile_print(struct canon *c, const struct ast *cmd)
{
    buf_addc(c->b, ' ');
    if (cmd->kid)
        canon_pipe(c, cmd->kid);
}

const struct lang_command cmd_profile = {
    .name = "profile",
    .usage = ".profile QUERY",
    .summary = "Runs a query and tells rows and time of each step: reading a "
               "source, a native operator, the SQL of the engine.",
    .example = ".profile range x from 1 to 9 step 1 | where x > 3",
    .parse = profile_parse,
    .run = profile_run,
    .print = profile_print,
};

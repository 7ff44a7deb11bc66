/* cmd_explain.c - `.explain QUERY`: a query as KQL, as a plan and as SQL. */
#include "connections.h"
#include "session.h"

#include "plan/node_walk.h"
#include "plan/push.h"
#include "sql/emit.h"
#include "syntax/canon.h"

static void explain_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_pipe(p));
}

struct explainer {
    struct lang *l;
    struct buf *b;
    struct diags *ds;
};

/* What a connection is asked, as it is sent. */
static void explain_sent(void *ctx, struct node *n)
{
    struct explainer *e = ctx;
    if (n->kind != NODE_FETCH || !n->remote || n->source)
        return;
    struct remote_call call = connection_call(e->l, n->span, e->ds);
    const struct remote_provider *p = n->remote->provider;
    buf_addf(e->b, "\nsent to %.*s (%s, %s)\n", STRF(n->remote->alias),
             p->name, p->native);
    (void)p->text(n->remote, n->query, e->b, &call);
    buf_addc(e->b, '\n');
}

static enum status explain_run(struct lang *l, const struct ast *cmd,
                               struct command_out *out, struct diags *ds)
{
    struct binder b = session_binder(l, ds, NULL);
    struct node *n = cmd->kid ? bind_table(&b, cmd->kid) : NULL;
    struct buf text;
    if (!n || ds->nerrors)
        return ST_USER;
    buf_init(&text, MAX_SQL_BYTES);
    struct canon c = { .b = &text, .reg = &l->reg };
    buf_adds(&text, "kql\n");
    canon_query(&c, cmd->kid);
    push_down(l->cell, n);
    buf_adds(&text, "\nplan\n");
    node_print(&text, n);
    node_walk(n, explain_sent, &(struct explainer){ l, &text, ds });
    buf_adds(&text, "\nsql\n");
    enum status st = sql_emit(&text, n, ds) ? ST_OK : ST_USER;
    out->text = buf_take(&text, out->arena);
    buf_release(&text);
    return st;
}

static void explain_print(struct canon *c, const struct ast *cmd)
{
    buf_addc(c->b, ' ');
    if (cmd->kid)
        canon_pipe(c, cmd->kid);
}

const struct lang_command cmd_explain = {
    .name = "explain",
    .usage = ".explain QUERY",
    .summary = "Shows what a query becomes: its text in canonical KQL, the "
               "plan of steps, the text for each connection and the SQL "
               "of the engine. Nothing runs.",
    .example = ".explain range x from 1 to 9 step 1 | where x > 3",
    .parse = explain_parse,
    .run = explain_run,
    .print = explain_print,
};

/* cell.c - runs the statements of a cell, one after the other.
 *
 * Called by: lang.c.
 * All statements are parsed first; when there are several they are also bound
 * in a dry run, with the tables that earlier ones will make, so that a mistake
 * in the last line does not cost the minutes of the first. */
#include "statement.h"

#include "base/ticks.h"
#include "lineage.h"

/* ---- commands ---- */

static enum status dry_command(struct run *r, const struct ast *cmd,
                               const struct lang_command *c)
{
    str makes = c->makes    ? c->makes(cmd)
                : c->writes ? S("\001written")
                            : S("");
    if (makes.n) {
        struct node *any = node_new(r->l->cell, NODE_VALUES, cmd->span, NULL);
        any->open = true;
        add_pending(r->l, makes, any);
    }
    return ST_OK;
}

static enum status run_command(struct run *r, const struct ast *t,
                               const struct ast *pipe, const struct ast *cmd)
{
    const struct lang_command *c = reg_command(&r->l->reg, cmd->text);
    struct command_out out = { .arena = r->l->cell, .text = S("") };
    struct binder b = session_binder(r->l, r->ds, r->o);
    /* What follows a command alone in its statement is another statement. */
    const struct ast *ops = pipe->kind == AST_PIPE ? cmd->next : NULL;
    if (!c)
        return ST_USER;
    if (r->dry || r->o->check)
        return dry_command(r, cmd, c);
    enum status st = c->run(r->l, cmd, &out, r->ds);
    if (st == ST_OK && out.text.n)
        show_text(r, t, out.text, out.completeness);
    if (st == ST_OK && out.frame && !ops) {
        struct hint plain = { .kind = S("") };
        show(r, t,
             (struct result){
                 .kind = RESULT_TABLE, .frame = out.frame, .hint = &plain });
    } else if (st == ST_OK && out.frame) {
        struct node *n = step_frame_node(r->l, &b, out.frame, r->ds);
        lineage_add_frame(&r->l->values, out.frame);
        n = n ? bind_pipe_ops(&b, n, ops) : NULL;
        st = n && !r->ds->nerrors ? show_node(r, t, pipe, n, &b) : ST_USER;
    }
    frame_unref(out.frame);
    return st;
}

/* ---- a statement, a cell ---- */

static const struct ast *command_of(const struct ast *pipe)
{
    if (pipe->kind == AST_COMMAND)
        return pipe;
    return pipe->kind == AST_PIPE && pipe->kid->kind == AST_COMMAND ? pipe->kid
                                                                    : NULL;
}

static enum status run_statement(struct run *r, const struct ast *t)
{
    r->l->values = (struct lineage){ .arena = r->l->cell };
    switch (t->kind) {
    case AST_QUERY: {
        const struct ast *cmd = command_of(t->kid);
        return cmd ? run_command(r, t, t->kid, cmd) : run_query(r, t);
    }
    case AST_ASSIGN: return run_assign(r, t);
    case AST_LET: return run_let(r, t);
    case AST_SET: return run_set(r, t);
    case AST_DECLARE: return run_declare(r, t);
    case AST_ASSERT: return run_assert(r, t);
    case AST_MARKDOWN: return run_markdown(r, t);
    case AST_COMMAND: return run_command(r, t, t, t);
    default: return ST_USER;
    }
}

static bool shows_something(const struct ast *t)
{
    return t->kind == AST_QUERY || t->kind == AST_COMMAND ||
           t->kind == AST_MARKDOWN || t->kind == AST_ASSIGN;
}

/* A table that a .load of this cell will make is not known yet, nor is a file
 * that a .save will write, nor are the columns that depend on their rows: what
 * may use them is left for the real run. */
static bool has_unknown_tables(const struct lang *l)
{
    for (size_t i = 0; i < l->pending.n; i++)
        if (l->pending.v[i]->open)
            return true;
    return false;
}

/* Completion looks at the scope beside a running cell. */
static void set_scope(struct lang *l, struct scope *s)
{
    pthread_mutex_lock(&l->lock);
    l->scope = s;
    pthread_mutex_unlock(&l->lock);
}

static bool dry_run(struct run *r, const struct ast *cell)
{
    struct run dry = *r;
    struct diags ds;
    struct lang_opts o = *r->o;
    struct scope *scope = r->l->scope;
    diags_init(&ds, r->l->cell);
    dry.ds = &ds;
    dry.dry = true;
    dry.o = &o;
    set_scope(r->l, scope_copy(r->l->cell, scope));
    r->l->rehearsal = true;
    bool provenance = r->l->provenance;
    for (const struct ast *t = cell->kid; t && !has_unknown_tables(r->l);
         t = t->next)
        (void)run_statement(&dry, t);
    r->l->rehearsal = false;
    r->l->provenance = provenance;
    r->l->binding++; /* tables that were pending are made now */
    set_scope(r->l, scope);
    r->l->pending.n = 0;
    for (size_t i = 0; i < ds.list.n; i++)
        if (ds.list.v[i].severity == SEV_ERROR) {
            PUSH(r->ds->arena, r->ds->list, ds.list.v[i]);
            r->ds->nerrors++;
        }
    return ds.nerrors == 0;
}

static enum status run_all(struct run *r, const struct ast *cell)
{
    enum status st = ST_OK;
    for (const struct ast *t = cell->kid; t; t = t->next)
        if (shows_something(t))
            r->last = t;
    if (cell->kid && cell->kid->next && !r->o->check && !dry_run(r, cell))
        return ST_USER;
    for (const struct ast *t = cell->kid; t && st == ST_OK; t = t->next) {
        st = run_statement(r, t);
        if (r->o->check && st == ST_USER)
            st = ST_OK; /* check tells all mistakes */
    }
    r->l->pending.n = 0;
    return r->ds->nerrors && st == ST_OK ? ST_USER : st;
}

static void end_cell(struct lang *l)
{
    struct diags quiet;
    diags_init(&quiet, l->cell);
    for (size_t i = 0; i < l->opened.n; i++)
        l->opened.v[i].source->close(l->opened.v[i].source);
    for (size_t i = 0; i < l->temporary.n; i++)
        (void)engine_exec(l->engine,
                          arena_fmt(l->cell, "DROP TABLE IF EXISTS %.*s",
                                    STRF(l->temporary.v[i])),
                          &quiet);
    l->opened.n = l->opened.cap = 0;
    l->temporary.n = l->temporary.cap = 0;
    l->pending.n = l->pending.cap = 0;
    l->sink = NULL;
}

enum status run_cell(struct lang *l, str code, const struct lang_opts *o,
                     const struct lang_sink *sink, struct diags *ds)
{
    l->code = arena_str(l->cell, code);
    l->now = ticks_now();
    l->sink = sink;
    l->thread = pthread_self();
    l->status_n = 0;
    l->status_new = false;
    l->reading = S("rows");
    struct run r = { .l = l, .o = o, .sink = sink, .ds = ds };
    struct ast *cell = parse_cell(l->cell, &l->reg, l->code, ds);
    cell = several_results(l->cell, &l->reg, cell);
    enum status st = ds->nerrors ? ST_USER : run_all(&r, cell);
    if (ds->nerrors &&
        o->check) /* names are checked even when syntax is wrong */
        st = ST_USER;
    end_cell(l);
    return st;
}

/* lang.c - the face of the language: a session, its cells, its printers.
 *
 * Called by: kernel/ (notebook, run, batch, dev), tests. */
#include <stdlib.h>

#include "commands/commands.h"
#include "funcs/aggs.h"
#include "funcs/funcs.h"
#include "ops/ops.h"
#include "base/ticks.h"
#include "connections.h"
#include "registry/config.h"
#include "session.h"
#include "sql/emit.h"
#include "syntax/canon.h"

#ifndef SHIKRA_VERSION
#define SHIKRA_VERSION "0.0.0"
#endif
const char lang_version[] = SHIKRA_VERSION;

/* ---- the registry ---- */

static int by_name(const void *a, const void *b)
{
    const struct lang_func *x = *(const struct lang_func *const *)a;
    const struct lang_func *y = *(const struct lang_func *const *)b;
    int c = strcmp(x->name, y->name);
    return c ? c : x < y ? -1 : x > y; /* overloads keep their order */
}

/* Rows that stand alone are called by their own name in templates. */
static const char *sql_name(struct arena *a, const struct lang_func *f,
                            size_t overload, size_t count)
{
    bool own = strncmp(f->name, "k_", 2) == 0 ||
               strncmp(f->name, "kre", 3) == 0;
    if (count == 1)
        return own ? f->name : arena_fmt(a, "k_%s%c", f->name, 0).p;
    return arena_fmt(a, "%s%s_%zu%c", own ? "" : "k_", f->name, overload, 0).p;
}

static void add_functions(struct lang *l)
{
    size_t nfamilies, n = 0;
    const struct func_family *fam = func_families(&nfamilies);
    for (size_t i = 0; i < nfamilies; i++)
        n += *fam[i].n;
    l->funcs = arena_array(l->arena, n, sizeof *l->funcs);
    const struct lang_func **all = arena_array(l->arena, n, sizeof *all);
    n = 0;
    for (size_t i = 0; i < nfamilies; i++)
        for (size_t k = 0; k < *fam[i].n; k++) {
            l->funcs[n] = fam[i].rows[k];
            l->funcs[n].family = fam[i].name;
            all[n] = &l->funcs[n];
            n++;
        }
    qsort(all, n, sizeof *all, by_name);
    l->reg.funcs = all;
    l->reg.nfuncs = n;
}

static void register_rows(struct lang *l)
{
    for (size_t i = 0; i < l->reg.nfuncs;) {
        size_t count = 0;
        reg_funcs(&l->reg, str_of(l->reg.funcs[i]->name), &count);
        for (size_t k = 0; k < count; k++) {
            struct lang_func *f = &l->funcs[l->reg.funcs[i + k] - l->funcs];
            if (!f->row || f->sql)
                continue;
            f->sql_name = sql_name(l->arena, f, k, count);
            engine_add_function(l->engine, f->sql_name, f);
        }
        i += count;
    }
    const struct lang_aggfn *f;
    for (size_t i = 0; (f = lang_aggfn(i)) != NULL; i++)
        engine_add_aggregate(l->engine, f);
}

/* What built-in queries look at when nothing is said: the last day. */
static void reset_range(struct lang *l)
{
    l->range = (struct time_range){ .last = TICKS_PER_DAY };
}

struct lang *lang_new(const struct lang_modules *m)
{
    struct lang *l = xcalloc(1, sizeof *l);
    l->arena = arena_new();
    l->engine = engine_new();
    l->catalog = catalog_new();
    l->scope = scope_new(l->arena, NULL);
    reset_range(l);
    pthread_mutex_init(&l->lock, NULL);
    l->reg.ops = lang_ops;
    l->reg.nops = nlang_ops;
    l->reg.aggs = lang_aggs(&l->reg.naggs);
    l->reg.plugins = lang_plugins;
    l->reg.nplugins = nlang_plugins;
    l->reg.commands = lang_commands;
    l->reg.ncommands = nlang_commands;
    if (m) {
        l->reg.providers = m->providers;
        l->reg.nproviders = m->nproviders;
        l->reg.remotes = m->remotes;
        l->reg.nremotes = m->nremotes;
        l->services = m->services;
        l->reg.stored = m->stored;
        l->reg.config = m->config;
        l->reg.renderers = m->renderers;
        l->reg.nrenderers = m->nrenderers;
    }
    add_functions(l);
    register_rows(l);
    return l;
}

void lang_free(struct lang *l)
{
    if (!l)
        return;
    connections_close_all(l);
    engine_free(l->engine);
    catalog_free(l->catalog);
    for (size_t i = 0; i < l->kept.n; i++)
        arena_free(l->kept.v[i]);
    arena_free(l->shown_cell);
    arena_free(l->rejects_arena);
    arena_free(l->arena);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void lang_warm_up(struct lang *l)
{
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    (void)engine_open(l->engine, &ds); /* a failure is told when it matters */
    arena_free(a);
}

void lang_reset(struct lang *l)
{
    connections_close_all(l);
    pthread_mutex_lock(&l->lock);
    reset_range(l);
    const struct table_info *t;
    while ((t = catalog_at(l->catalog, 0)) != NULL) {
        struct arena *cell = l->cell;
        step_drop(l, t);
        l->cell = cell;
        catalog_remove(l->catalog, t->name);
    }
    l->scope = scope_new(l->arena, NULL);
    l->settings.n = l->declared.n = l->params.n = 0;
    l->provenance = false;
    l->rejects.n = 0;
    l->nrejects = 0;
    pthread_mutex_unlock(&l->lock);
}

/* ---- cells ---- */

static struct arena *begin_cell(struct lang *l)
{
    l->cell = arena_new();
    l->keep_cell = l->keep_shown = false;
    l->binding++;
    engine_clear_cancel(l->engine);
    return l->cell;
}

/* A let keeps the tree it was written in, and may have been made of the query
 * that `_` meant then; those arenas live on. Without lets the tree of `_` lives
 * until another query is shown. Under the lock: completion looks at `_`. */
static void finish_cell(struct lang *l)
{
    struct arena *gone = NULL;
    pthread_mutex_lock(&l->lock);
    if (l->keep_cell) {
        if (l->shown_cell)
            PUSH(l->arena, l->kept, l->shown_cell);
        PUSH(l->arena, l->kept, l->cell);
        l->shown_cell = NULL;
    } else if (l->keep_shown) {
        gone = l->shown_cell;
        l->shown_cell = l->cell;
    } else {
        gone = l->cell;
    }
    arena_free(gone);
    l->cell = NULL;
    pthread_mutex_unlock(&l->lock);
}

str session_scrub(const struct lang *l, struct arena *a, str text)
{
    struct buf b;
    if (!l->reg.config || !text.n)
        return arena_str(a, text);
    buf_init(&b, SIZE_MAX / 4);
    l->reg.config->scrub(l->reg.config->ctx, &b, text);
    str clean = buf_take(&b, a);
    buf_release(&b);
    return clean;
}

enum status lang_run(struct lang *l, str code, const struct lang_opts *o,
                     const struct lang_sink *sink, struct diags *ds)
{
    static const struct lang_opts none;
    begin_cell(l);
    enum status st = run_cell(l, code, o ? o : &none, sink, ds);
    for (size_t i = 0; i < ds->list.n; i++) { /* texts outlive the cell */
        struct diag *d = &ds->list.v[i];
        d->message = session_scrub(l, ds->arena, d->message);
        d->hint = session_scrub(l, ds->arena, d->hint);
    }
    finish_cell(l);
    return st;
}

void lang_cancel(struct lang *l)
{
    engine_interrupt(l->engine);
}

/* ---- printers of the stages ---- */

static enum status print_bound(struct lang *l, const struct ast *cell,
                               str stage, struct buf *out, struct diags *ds)
{
    struct lang_opts o = { .check = false };
    for (const struct ast *t = cell->kid; t; t = t->next) {
        struct binder b = session_binder(l, ds, &o);
        if (t->kind == AST_LET) {
            bind_let(&b, t);
            continue;
        }
        if (!t->kid || t->kind == AST_COMMAND)
            continue;
        struct node *n = bind_table(&b, t->kid);
        if (!n || ds->nerrors)
            return ST_USER;
        if (str_eqz(stage, "sql")) {
            if (!sql_emit(out, n, ds))
                return ST_USER;
            buf_addc(out, '\n');
        } else {
            node_print(out, n);
        }
    }
    return ds->nerrors ? ST_USER : ST_OK;
}

static enum status print_stage(struct lang *l, str stage, str code,
                               struct buf *out, struct diags *ds)
{
    if (str_eqz(stage, "lex")) {
        struct tokens ts;
        lex(l->cell, code, &ts, ds);
        tokens_print(out, &ts);
        return ds->nerrors ? ST_USER : ST_OK;
    }
    struct ast *cell = parse_cell(l->cell, &l->reg, code, ds);
    if (str_eqz(stage, "parse")) {
        ast_print(out, cell);
        return ds->nerrors ? ST_USER : ST_OK;
    }
    if (ds->nerrors)
        return ST_USER;
    if (str_eqz(stage, "canon")) {
        struct canon c = { .b = out, .reg = &l->reg };
        canon_cell(&c, cell);
        return ST_OK;
    }
    if (str_eqz(stage, "bind") || str_eqz(stage, "plan") ||
        str_eqz(stage, "sql"))
        return print_bound(l, cell, stage, out, ds);
    diag_error(ds, DIAG_OPTION, NO_SPAN,
               "no stage '%.*s': lex, parse, canon, bind, "
               "plan, sql",
               STRF(stage));
    return ST_USER;
}

enum status lang_print_stage(struct lang *l, str stage, str code,
                             struct buf *out, struct diags *ds)
{
    begin_cell(l);
    l->now =
        638400000000000000; /* a fixed time, so that the text is the same */
    l->code = code;
    struct scope *scope = l->scope;
    l->scope = scope_new(l->cell, scope);
    enum status st = print_stage(l, stage, arena_str(l->cell, code), out, ds);
    l->scope = scope;
    for (size_t i = 0; i < ds->list.n; i++) {
        ds->list.v[i].message = arena_str(ds->arena, ds->list.v[i].message);
        ds->list.v[i].hint = arena_str(ds->arena, ds->list.v[i].hint);
    }
    for (size_t i = 0; i < l->opened.n; i++)
        l->opened.v[i].source->close(l->opened.v[i].source);
    l->opened.n = l->opened.cap = 0;
    finish_cell(l);
    return st;
}

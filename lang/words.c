/* words.c - reads the words of rows for .help, Shift-Tab and suggestions.
 *
 * Called by: cmd_help.c, inspect.c. */
#include "words.h"

#include "base/diag.h"
#include "lang.h"
#include "query_words.h"

struct word {
    const char *kind, *usage, *summary, *example;
};

static void add_word(struct buf *b, const struct word *w, bool md)
{
    if (!w->usage)
        return;
    if (b->n)
        buf_addc(b, '\n');
    buf_addf(b, md ? "**%s**\n\n```kql\n%s\n```\n\n%s\n" : "%s\n    %s\n\n%s\n",
             w->kind, w->usage, w->summary ? w->summary : "");
    if (w->example)
        buf_addf(b, md ? "\n```kql\n%s\n```\n" : "\nExample:\n    %s\n",
                 w->example);
}

static void add_func(struct buf *b, const struct lang_func *f, const char *kind,
                     bool md)
{
    struct word w = { kind, f->usage, f->summary, f->example };
    if (!(f->flags & FN_HIDDEN))
        add_word(b, &w, md);
}

static bool is_word(str name, const char *word, const char *alias)
{
    return str_eqz(name, word) || (alias && str_eqz(name, alias));
}

static void add_remote(struct buf *b, const struct remote_provider *p, bool md)
{
    struct word w = { "provider", p->usage, p->summary, p->example };
    add_word(b, &w, md);
    buf_adds(b, md ? "\nSettings:\n\n" : "\nSettings:\n");
    for (const struct remote_setting *s = p->settings; s && s->name; s++)
        buf_addf(b, md ? "- `%s` %s: %s\n" : "    %s (%s): %s\n", s->name,
                 type_name(s->type), s->summary);
}

bool word_help(const struct registry *r, str name, struct buf *b, bool md)
{
    size_t before = b->n, n = 0;
    const struct lang_op *op = reg_op(r, name);
    if (op)
        add_word(
            b,
            &(struct word){ "operator", op->usage, op->summary, op->example },
            md);
    const struct lang_func *const *f = reg_funcs(r, name, &n);
    for (size_t i = 0; i < n; i++)
        add_func(b, f[i], "function", md);
    const struct lang_agg *g = reg_agg(r, name);
    if (g)
        add_func(b, &g->func, "aggregate", md);
    for (size_t i = 0; i < r->ncommands; i++) {
        const struct lang_command *c = r->commands[i];
        if (is_word(name, c->name, NULL))
            add_word(
                b,
                &(struct word){ "command", c->usage, c->summary, c->example },
                md);
    }
    for (size_t i = 0; i < r->nrenderers; i++) {
        const struct lang_word *w = &r->renderers[i];
        if (is_word(name, w->name, w->alias))
            add_word(
                b,
                &(struct word){ "renderer", w->usage, w->summary, w->example },
                md);
    }
    for (size_t i = 0; i < r->nplugins; i++) {
        const struct lang_plugin *pl = r->plugins[i];
        if (str_eqz(name, pl->name))
            add_word(b,
                     &(struct word){ "plugin", pl->usage, pl->summary,
                                     pl->example },
                     md);
    }
    const struct provider *p = reg_provider(r, name);
    if (p)
        add_word(b,
                 &(struct word){ "provider", p->usage, p->summary, p->example },
                 md);
    const struct remote_provider *remote = reg_remote(r, name);
    if (remote)
        add_remote(b, remote, md);
    query_help(r->stored, name, b, md);
    return b->n > before;
}

str word_nearest(const struct registry *r, struct arena *a, str name)
{
    size_t n = 0;
    str *all = arena_array(
        a,
        r->nops + r->nfuncs + r->naggs + r->nplugins + r->ncommands +
            r->nrenderers + r->nproviders + r->nremotes,
        sizeof *all);
    for (size_t i = 0; i < r->nops; i++)
        all[n++] = str_of(r->ops[i]->name);
    for (size_t i = 0; i < r->nfuncs; i++)
        if (!(r->funcs[i]->flags & FN_HIDDEN))
            all[n++] = str_of(r->funcs[i]->name);
    for (size_t i = 0; i < r->naggs; i++)
        all[n++] = str_of(r->aggs[i]->func.name);
    for (size_t i = 0; i < r->nplugins; i++)
        all[n++] = str_of(r->plugins[i]->name);
    for (size_t i = 0; i < r->ncommands; i++)
        all[n++] = str_of(r->commands[i]->name);
    for (size_t i = 0; i < r->nrenderers; i++)
        all[n++] = str_of(r->renderers[i].name);
    for (size_t i = 0; i < r->nproviders; i++)
        all[n++] = str_of(r->providers[i]->name);
    for (size_t i = 0; i < r->nremotes; i++)
        all[n++] = str_of(r->remotes[i]->name);
    return diag_nearest(name, all, n);
}

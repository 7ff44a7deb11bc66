/* query_words.c - help on built-in queries, for .help and Shift-Tab.
 *
 * Called by: words.c. Packs have to be read by then: this opens no file. */
#include "query_words.h"

#include "base/utf8.h"

static void add_params(struct buf *b, const struct stored_query *q)
{
    for (size_t i = 0; i < q->nparams; i++) {
        buf_adds(b, i ? ", " : "");
        utf8_printable(b, q->params[i].name);
        buf_adds(b, q->params[i].needed ? "" : "?");
    }
}

/* name: type, what it is; its default and its other names. */
static void add_param(struct buf *b, const struct stored_param *p, bool md)
{
    buf_adds(b, md ? "- `" : "    ");
    utf8_printable(b, p->name);
    buf_addf(b, md ? "` %s. " : ": %s. ", stored_type_name(p->type));
    utf8_printable(b, p->summary);
    if (!p->needed && p->fallback.n) {
        buf_adds(b, "; default: ");
        utf8_printable(b, p->fallback);
    }
    for (size_t i = 0; i < p->naliases; i++) {
        buf_adds(b, i ? ", " : "; also: ");
        utf8_printable(b, p->aliases[i]);
    }
    buf_addc(b, '\n');
}

static void add_names(struct buf *b, const char *lead, const str *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_adds(b, i ? ", " : lead);
        utf8_printable(b, v[i]);
    }
}

static void add_query(struct buf *b, const struct stored_query *q, bool md)
{
    if (b->n)
        buf_addc(b, '\n');
    buf_adds(b, md ? "**query" : "query");
    add_names(b, " of ", q->providers, q->nproviders);
    buf_adds(b, md ? "**\n\n```kql\n" : "\n    ");
    utf8_printable(b, q->name);
    buf_addc(b, '(');
    add_params(b, q);
    buf_adds(b, md ? ")\n```\n\n" : ")\n\n");
    utf8_printable(b, q->summary);
    add_names(b, " (", q->tags, q->ntags);
    buf_adds(b, q->ntags ? ")\n\n" : "\n\n");
    for (size_t i = 0; i < q->nparams; i++)
        add_param(b, &q->params[i], md);
}

void query_help(const struct stored_face *f, str name, struct buf *out,
                bool markdown)
{
    for (size_t i = 0; f && i < f->count(f->ctx); i++)
        if (str_eq(f->at(f->ctx, i)->name, name))
            add_query(out, f->at(f->ctx, i), markdown);
}

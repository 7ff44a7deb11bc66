/* ptree_text.c - a process tree as indented lines.
 *
 * Called by: processtree.c. */
#include "render/ptree.h"
#include "render/html/html.h"
#include "render/table.h"

enum { COMMAND_SHOWN = 120, NAME_SHOWN = 80 };

/* The branches to the left of a node. bars[d]: level d goes on below. */
static void add_branches(struct buf *b, const struct pt_node *n, bool *bars)
{
    size_t shown = n->depth < PT_DEPTH ? n->depth : PT_DEPTH;
    for (size_t d = 1; d < shown; d++)
        buf_adds(b, bars[d] ? "\xE2\x94\x82  " : "   ");
    if (n->depth)
        buf_adds(b, n->last ? "\xE2\x94\x94\xE2\x94\x80 "
                            : "\xE2\x94\x9C\xE2\x94\x80 ");
    if (n->depth > PT_DEPTH)
        buf_addf(b, "[%u] ", n->depth);
    if (n->depth <= PT_DEPTH)
        bars[n->depth] = !n->last;
}

static void add_part(struct buf *b, const struct ptree *t,
                     const struct pt_node *n, int col, size_t max)
{
    struct buf text;
    buf_init(&text, 4 << 20);
    ptree_cell(&text, t, n, col);
    str s = buf_str(&text);
    if (s.n) {
        table_text_value(b, str_sub(s, 0, max));
        buf_adds(b, s.n > max ? "\xE2\x80\xA6" : "");
    }
    buf_release(&text);
}

static void add_node(struct buf *b, const struct ptree *t,
                     const struct pt_node *n)
{
    table_text_value(b, html_head(n->name, NAME_SHOWN));
    if (n->row == PT_NO_ROW)
        buf_adds(b, " (not among the rows)");
    if (t->pid >= 0 && n->row != PT_NO_ROW) {
        size_t before = b->n;
        buf_adds(b, " (");
        add_part(b, t, n, t->pid, 20);
        buf_addc(b, ')');
        if (b->n == before + 3)
            b->n = before;
    }
    if (n->cycle)
        buf_adds(b, " [circle cut here]");
    if (t->command >= 0 && n->row != PT_NO_ROW) {
        buf_adds(b, "  ");
        add_part(b, t, n, t->command, COMMAND_SHOWN);
    }
    buf_addc(b, '\n');
}

void ptree_text(struct buf *b, const struct ptree *t, const char *more)
{
    bool bars[PT_DEPTH + 1] = { false };
    table_text_value(b, html_head(hint_text(t->h, "title", S("")), 300));
    if (b->n)
        buf_addc(b, '\n');
    for (size_t i = 0; i < t->n && i < PT_TEXT; i++) {
        add_branches(b, &t->nodes[i], bars);
        add_node(b, t, &t->nodes[i]);
    }
    if (t->n > PT_TEXT)
        buf_addf(b, "and %zu more processes\n", t->n - PT_TEXT);
    table_text_status(b, t->f, t->f->nrows, t->f->ncols, more);
}

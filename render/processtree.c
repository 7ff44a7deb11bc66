/* processtree.c - processes and what started them, as a tree.
 *
 * Called by: render.c.
 * Gives:     text/html (fold, search, path to the root, details), a static
 *            image/svg+xml of the first rows, text/plain as indented lines. */
#include "render/html/theme.h"
#include "render/ptree.h"
#include "render/render.h"
#include "render/svg/svg.h"

static void say(struct buf *b, size_t n, const char *one, const char *many)
{
    if (n == 0)
        return;
    buf_adds(b, b->n ? "; " : "");
    format_count(b, n);
    buf_addc(b, ' ');
    buf_adds(b, n == 1 ? one : many);
}

static void say_more(struct buf *b, const struct ptree *t)
{
    say(b, t->n, "process", "processes");
    say(b, t->nmissing, "parent is not among the rows",
        "parents are not among the rows");
    say(b, t->nskipped, "row starts no process", "rows start no process");
    say(b, t->ndup, "row repeats a key", "rows repeat a key");
    say(b, t->ncycles, "circle of parents is cut",
        "circles of parents are cut");
    buf_addc(b, 0);
}

static enum status processtree_draw(const struct frame *f,
                                    const struct hint *h, struct bundle *out,
                                    struct diags *ds)
{
    struct ptree t;
    struct buf b, more;
    if (!ptree_read(&t, f, h, ds))
        return ST_USER;
    buf_init(&b, HTML_MAX + SVG_MAX);
    buf_init(&more, 1000);
    say_more(&more, &t);
    ptree_html(&b, &t, more.p);
    if (!buf_ok(&b))
        BUG("a tree of %zu bytes", b.n);
    bundle_add(out, "text/html", buf_str(&b));
    buf_reset(&b);
    ptree_svg(&b, &t);
    bundle_add(out, "image/svg+xml", buf_str(&b));
    buf_reset(&b);
    ptree_text(&b, &t, more.p);
    bundle_add(out, "text/plain", buf_str(&b));
    buf_release(&b);
    buf_release(&more);
    ptree_release(&t);
    return ST_OK;
}

const struct renderer renderer_processtree = {
    .name = "processtree", .alias = "process_tree",
    .usage = "T | proctree | render processtree [with (color = C, columns = C, "
             "id = C, parent = C, name = C, title = \"…\")]",
    .summary = "Processes as a tree that folds and can be searched.",
    .example = "datatable(ProcessKey:string, ParentKey:string, name:string)"
               "['a', '', 'init', 'b', 'a', 'sshd'] | render processtree",
    .draw = processtree_draw,
};

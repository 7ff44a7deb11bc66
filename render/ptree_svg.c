/* ptree_svg.c - the static picture of a process tree.
 *
 * Called by: processtree.c. The first rows, with elbows from the parent. */
#include "render/html/html.h"
#include "render/ptree.h"
#include "render/svg/svg.h"

enum { ROW = 20, STEP = 16, LEFT = 14, WIDTH = 960, LEVELS = 24 };

static double x_of(const struct pt_node *n)
{
    return LEFT + STEP * (double)(n->depth < LEVELS ? n->depth : LEVELS);
}

static void add_elbow(struct buf *b, const struct ptree *t, size_t i,
                      double top)
{
    const struct pt_node *n = &t->nodes[i];
    if (n->parent < 0 || n->depth > LEVELS)
        return;
    double x = x_of(&t->nodes[n->parent]), y = top + ROW * (double)i;
    double from = top + ROW * (double)n->parent + 5;
    buf_adds(b, "<path class=\"shk-grid\" fill=\"none\" stroke=\"#808080\" "
                "stroke-opacity=\"0.45\" d=\"M");
    svg_num(b, x);
    buf_addc(b, ' ');
    svg_num(b, from);
    buf_adds(b, "V");
    svg_num(b, y);
    buf_adds(b, "H");
    svg_num(b, x_of(n) - 5);
    buf_adds(b, "\"/>\n");
}

static void add_label(struct buf *b, const struct ptree *t,
                      const struct pt_node *n, double y)
{
    double x = x_of(n) + 10, w = text_width(n->name, 12);
    struct buf text;
    w = w > 260 ? 260 : w;
    svg_label(b, &(struct svg_label){ .x = x, .y = y + 4, .px = 12,
              .strong = true, .max = 260 }, n->name);
    buf_init(&text, 4 << 20);
    if (t->pid >= 0)
        ptree_cell(&text, t, n, t->pid);
    if (text.n)
        buf_adds(&text, "  ");
    if (n->row == PT_NO_ROW)
        buf_adds(&text, "(not among the rows)");
    else
        ptree_cell(&text, t, n, t->command);
    svg_label(b, &(struct svg_label){ .x = x + w + 10, .y = y + 4,
              .max = WIDTH - x - w - 20 }, buf_str(&text));
    buf_release(&text);
}

void ptree_svg(struct buf *b, const struct ptree *t)
{
    str title = hint_text(t->h, "title", S(""));
    size_t n = t->n < PT_SVG ? t->n : PT_SVG;
    double top = title.n ? 42 : 16;
    svg_open(b, WIDTH, top + ROW * (double)n + (t->n > n ? 20 : 0),
             title.n ? title : S("process tree"));
    if (title.n)
        svg_label(b, &(struct svg_label){ .x = 8, .y = 20, .px = 14,
                  .strong = true, .bold = true, .max = WIDTH - 16 }, title);
    for (size_t i = 0; i < n; i++)
        add_elbow(b, t, i, top);
    for (size_t i = 0; i < n; i++) {
        double y = top + ROW * (double)i;
        buf_adds(b, "<circle r=\"4.5\"");
        svg_attr(b, "cx", x_of(&t->nodes[i]));
        svg_attr(b, "cy", y);
        buf_adds(b, " fill=\"");
        buf_adds(b, t->colors[t->nodes[i].color].css);
        buf_adds(b, "\"/>\n");
        add_label(b, t, &t->nodes[i], y);
    }
    if (t->n > n) {
        struct buf more;
        buf_init(&more, 100);
        buf_adds(&more, "and ");
        format_count(&more, t->n - n);
        buf_adds(&more, " more processes");
        svg_label(b, &(struct svg_label){ .x = LEFT, .px = 12,
                  .y = top + ROW * (double)n + 4 }, buf_str(&more));
        buf_release(&more);
    }
    svg_close(b);
}

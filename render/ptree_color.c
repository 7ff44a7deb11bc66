/* ptree_color.c - what the colour of a node says.
 *
 * Called by: ptree_read.c.
 * Gives:     by default how rare the name of the program is among the rows;
 *            by option the values of a column: numbers as five ranges, anything
 *            else as its most frequent values. */
#include <math.h>

#include "render/names.h"
#include "render/ptree.h"
#include "render/html/html.h"
#include "render/svg/svg.h"

static const char *const ramp[] = { "#6f9bd1", "#58a995", "#b8a13a",
                                    "#dd7b2f", "#d2564f" };

static void set(struct ptree *t, size_t i, str name, const char *css)
{
    t->colors[i].name = name;
    t->colors[i].css = css;
}

static void color_rarity(struct ptree *t)
{
    struct names names;
    names_init(&names, t->a);
    uint32_t *of = arena_array(t->a, t->n + 1, sizeof *of);
    for (size_t i = 0; i < t->n; i++)
        of[i] = (uint32_t)names_add(&names, t->nodes[i].name);
    size_t *count = arena_array(t->a, names.list.n + 1, sizeof *count);
    for (size_t i = 0; i < t->n; i++)
        count[of[i]]++;
    set(t, 0, S("name seen once"), "#d2564f");
    set(t, 1, S("2 to 5 times"), "#dd7b2f");
    set(t, 2, S("6 to 20 times"), "#b8a13a");
    set(t, 3, S("more often"), "#7f8b9a");
    t->ncolors = 4;
    for (size_t i = 0; i < t->n; i++) {
        size_t n = count[of[i]];
        t->nodes[i].color = n == 1 ? 0 : n <= 5 ? 1 : n <= 20 ? 2 : 3;
    }
}

static double number(const struct column *c, size_t row)
{
    return c->type == TYPE_REAL ? c->d[row] : (double)c->i[row];
}

static void add_bound(struct buf *b, enum type t, double v)
{
    if (!isfinite(v))
        buf_adds(b, "?");
    else if (t == TYPE_DATETIME && fabs(v) < 9e18)
        format_time(b, (int64_t)v, 0);
    else if (t == TYPE_TIMESPAN && fabs(v) < 9e18)
        format_span(b, (int64_t)v);
    else
        format_num(b, v, true);
}

static void color_number(struct ptree *t, const struct column *c)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t r = 0; r < t->f->nrows; r++)
        if (!cell_is_null(c, r) && isfinite(number(c, r))) {
            lo = fmin(lo, number(c, r));
            hi = fmax(hi, number(c, r));
        }
    double step = hi > lo ? (hi - lo) / 5 : 1;
    for (size_t i = 0; i < 5; i++) {
        struct buf b;
        buf_init(&b, 100);
        add_bound(&b, c->type, lo + step * (double)i);
        buf_adds(&b, " \xE2\x80\xA6 ");
        add_bound(&b, c->type, lo + step * (double)(i + 1));
        set(t, i, arena_str(t->a, buf_str(&b)), ramp[i]);
        buf_release(&b);
    }
    set(t, 5, S("(none)"), "#7f8b9a");
    t->ncolors = 6;
    for (size_t i = 0; i < t->n; i++) {
        struct pt_node *n = &t->nodes[i];
        n->color = 5;
        if (n->row == PT_NO_ROW || cell_is_null(c, n->row) ||
            !isfinite(number(c, n->row)))
            continue;
        double k = floor((number(c, n->row) - lo) / step);
        n->color = (uint8_t)fmin(fmax(k, 0), 4);
    }
}

struct rank {
    size_t count, number;
};

static int by_count(const void *a, const void *b)
{
    const struct rank *p = a, *q = b;
    if (p->count != q->count)
        return p->count > q->count ? -1 : 1;
    return p->number < q->number ? -1 : 1;
}

static str value_of(struct ptree *t, const struct pt_node *n, struct buf *b)
{
    buf_reset(b);
    ptree_cell(b, t, n, t->color);
    str s = buf_str(b);
    return s.n ? arena_str(t->a, s) : S("(none)");
}

static void color_values(struct ptree *t)
{
    struct names names;
    struct buf b;
    buf_init(&b, 1 << 20);
    names_init(&names, t->a);
    uint32_t *of = arena_array(t->a, t->n + 1, sizeof *of);
    for (size_t i = 0; i < t->n; i++)
        of[i] = (uint32_t)names_add(&names, value_of(t, &t->nodes[i], &b));
    size_t n = names.list.n, kept = n <= PT_COLORS ? n : PT_COLORS - 1;
    struct rank *v = arena_array(t->a, n + 1, sizeof *v);
    uint8_t *slot = arena_array(t->a, n + 1, sizeof *slot);
    for (size_t i = 0; i < n; i++)
        v[i].number = i;
    for (size_t i = 0; i < t->n; i++)
        v[of[i]].count++;
    qsort(v, n, sizeof *v, by_count);
    for (size_t i = 0; i < n; i++) {
        slot[v[i].number] = (uint8_t)(i < kept ? i : kept);
        if (i < kept)
            set(t, i, names.list.v[v[i].number], palette(i));
    }
    if (kept < n)
        set(t, kept, S("(others)"), "#7f8b9a");
    t->ncolors = kept < n ? kept + 1 : n;
    for (size_t i = 0; i < t->n; i++)
        t->nodes[i].color = slot[of[i]];
    buf_release(&b);
}

void ptree_colors(struct ptree *t)
{
    if (t->color < 0)
        color_rarity(t);
    else if (type_is_text(t->f->cols[t->color].type) ||
             t->f->cols[t->color].type == TYPE_BOOL)
        color_values(t);
    else
        color_number(t, &t->f->cols[t->color]);
    for (size_t i = 0; i < t->n; i++)
        t->colors[t->nodes[i].color].count++;
}

/* ptree_html.c - the process tree's page: legend, static rows, data, script.
 *
 * Called by: processtree.c.
 * Gives:     the first rows as they are for readers without scripts; the whole
 *            tree as data, of which the script keeps only the rows on screen
 *            in the page, so that ten thousand nodes stay quick. Texts are cut
 *            shorter until the data fit, and the footer says so. */
#include "render/html/html.h"
#include "render/html/theme.h"
#include "render/names.h"
#include "render/ptree.h"

enum { DATA_MAX = 1500000, STATIC_COMMAND = 160 };

static void add_cell_text(struct buf *b, const struct ptree *t,
                          const struct pt_node *n, int col, size_t max)
{
    struct buf text;
    size_t left;
    buf_init(&text, 4 << 20);
    ptree_cell(&text, t, n, col);
    html_text(b, html_cut(buf_str(&text), max, &left));
    buf_adds(b, left ? "\xE2\x80\xA6" : "");
    buf_release(&text);
}

static void add_static_row(struct buf *b, const struct ptree *t,
                           const struct pt_node *n)
{
    uint32_t depth = n->depth < PT_DEPTH ? n->depth : PT_DEPTH;
    size_t left;
    buf_adds(b, "<div class=\"shk-p\" style=\"white-space:nowrap;"
                "overflow:hidden;text-overflow:ellipsis;padding-left:");
    buf_addf(b, "%upx\">", 6 + 18 * depth);
    buf_adds(b, "<span style=\"display:inline-block;width:9px;height:9px;"
                "border-radius:5px;background-color:");
    buf_adds(b, t->colors[n->color].css);
    buf_adds(b, "\"></span> <b>");
    html_text(b, html_cut(n->name, 120, &left));
    buf_adds(b, "</b> ");
    add_cell_text(b, t, n, t->pid, 30);
    if (n->row == PT_NO_ROW)
        buf_adds(b, "<i>not among the rows</i>");
    if (n->cycle)
        buf_adds(b, " <i>circle cut here</i>");
    buf_adds(b, " <code>");
    add_cell_text(b, t, n, t->command, STATIC_COMMAND);
    buf_adds(b, "</code></div>\n");
}

static void add_static(struct buf *b, const struct ptree *t)
{
    size_t n = t->n < PT_STATIC ? t->n : PT_STATIC;
    buf_adds(b, "<div class=\"shk-tree\" "
                "style=\"max-height:34em;overflow:auto\">\n");
    for (size_t i = 0; i < n; i++)
        add_static_row(b, t, &t->nodes[i]);
    if (t->n > n) {
        buf_adds(b, "<div><i>");
        format_count(b, t->n - n);
        buf_adds(b, " more processes are shown where scripts run</i></div>");
    }
    buf_adds(b, "</div>\n");
}

static void add_legend(struct buf *b, const struct ptree *t)
{
    buf_adds(b, "<div class=\"shk-legend\" style=\"font-size:12px\">");
    for (size_t i = 0; i < t->ncolors; i++) {
        if (t->colors[i].count == 0)
            continue;
        buf_adds(b, "<span style=\"margin-right:14px\"><span "
                    "style=\"display:inline-block;width:9px;height:9px;"
                    "border-radius:5px;background-color:");
        buf_adds(b, t->colors[i].css);
        buf_adds(b, "\"></span> ");
        html_text(b, html_head(t->colors[i].name, 60));
        buf_adds(b, " <small>");
        format_count(b, t->colors[i].count);
        buf_adds(b, "</small></span>");
    }
    buf_adds(b, "</div>\n");
}

/* A list of distinct texts and one number per node: many nodes share them. */
static void add_shared(struct buf *b, const struct ptree *t, size_t n, int col,
                       size_t cut)
{
    struct arena *a = arena_new();
    struct names names;
    struct buf text;
    size_t left;
    names_init(&names, a);
    buf_init(&text, 4 << 20);
    buf_adds(b, "{\"i\":[");
    for (size_t i = 0; i < n; i++) {
        buf_reset(&text);
        if (col < 0)
            buf_add(&text, html_cut(t->nodes[i].name, 200, &left));
        else
            ptree_cell(&text, t, &t->nodes[i], col);
        str s = html_cut(buf_str(&text), cut, &left);
        if (left) { /* the page must see that something is missing */
            text.n = s.n;
            buf_adds(&text, "\xE2\x80\xA6");
            s = buf_str(&text);
        }
        ptrdiff_t k = names_find(&names, s);
        if (k < 0)
            k = (ptrdiff_t)names_add(&names, arena_str(a, s));
        buf_adds(b, i ? "," : "");
        buf_add_i64(b, k);
    }
    buf_adds(b, "],\"s\":[");
    for (size_t i = 0; i < names.list.n; i++) {
        buf_adds(b, i ? "," : "");
        html_json(b, names.list.v[i]);
    }
    buf_adds(b, "]}");
    buf_release(&text);
    arena_free(a);
}

static void add_column(struct buf *b, const struct ptree *t, size_t n, int col,
                       size_t cut)
{
    buf_adds(b, ",[");
    html_json(b, html_head(t->f->cols[col].name, 100));
    buf_addc(b, ',');
    add_shared(b, t, n, col, cut);
    buf_addc(b, ']');
}

static void add_links(struct buf *b, const struct ptree *t, size_t n)
{
    buf_adds(b, "\"p\":[");
    for (size_t i = 0; i < n; i++) { /* how far up the parent stands; 0: root */
        buf_adds(b, i ? "," : "");
        buf_add_i64(b, t->nodes[i].parent < 0 ? 0
                       : (int64_t)i - t->nodes[i].parent);
    }
    buf_adds(b, "],\"k\":[");
    for (size_t i = 0; i < n; i++) {
        const struct pt_node *p = &t->nodes[i];
        buf_adds(b, i ? "," : "");
        buf_add_i64(b, p->color + (p->row == PT_NO_ROW ? 16 : 0) +
                           (p->cycle ? 32 : 0));
    }
    buf_adds(b, "],\"css\":[");
    for (size_t i = 0; i < t->ncolors; i++) {
        buf_adds(b, i ? ",\"" : "\"");
        buf_adds(b, t->colors[i].css);
        buf_adds(b, "\"");
    }
    buf_addc(b, ']');
}

/* {p, k, css, name, show: {pid, command, …: index into cols}, cols: […]} */
static void add_json(struct buf *b, const struct ptree *t, size_t n,
                     size_t cut)
{
    const struct { const char *role; int col; } roles[] = {
        { "pid", t->pid }, { "command", t->command }, { "account", t->account },
        { "time", t->time }, { "host", t->host }, { "flags", t->flags },
        { "image", t->name },
    };
    const size_t nroles = sizeof roles / sizeof *roles;
    size_t k = 0;
    buf_addc(b, '{');
    add_links(b, t, n);
    buf_adds(b, ",\"name\":");
    add_shared(b, t, n, -1, 200);
    buf_adds(b, ",\"show\":{\"-\":-1");
    for (size_t i = 0; i < nroles; i++)
        if (roles[i].col >= 0)
            buf_addf(b, ",\"%s\":%zu", roles[i].role, ++k);
    buf_adds(b, "},\"cols\":[null");
    for (size_t i = 0; i < nroles; i++)
        if (roles[i].col >= 0)
            add_column(b, t, n, roles[i].col, cut);
    if (t->color >= 0)
        add_column(b, t, n, t->color, cut);
    for (size_t i = 0; i < t->ntips; i++)
        add_column(b, t, n, t->tips[i], cut);
    buf_adds(b, "]}");
}

/* Returns how many nodes are in the data and how long their texts may be. */
static size_t add_data(struct buf *b, const struct ptree *t, size_t *cut)
{
    static const size_t cuts[] = { 2000, 600, 250, 100, 40, 12 };
    size_t n = t->n < PT_SENT ? t->n : PT_SENT, i = 0;
    struct buf d;
    buf_init(&d, 64 << 20);
    for (;;) {
        buf_reset(&d);
        add_json(&d, t, n, cuts[i]);
        if (buf_ok(&d) && d.n <= DATA_MAX)
            break;
        if (i + 1 < sizeof cuts / sizeof *cuts)
            i++;
        else
            n = n * 3 / 4;
    }
    *cut = cuts[i];
    buf_adds(b, "<script type=\"application/json\" class=\"shk-data\">");
    buf_add(b, buf_str(&d));
    buf_adds(b, "</script>\n");
    buf_release(&d);
    return n;
}

static void add_footer(struct buf *b, const struct ptree *t, const char *more,
                       size_t sent, size_t cut)
{
    struct buf m;
    buf_init(&m, 2000);
    buf_adds(&m, more);
    if (sent < t->n) {
        buf_adds(&m, "; ");
        format_count(&m, t->n - sent);
        buf_adds(&m, " of them do not fit into the page");
    }
    if (cut < 2000)
        buf_addf(&m, "; texts are cut at %zu characters", cut);
    buf_addc(&m, 0);
    theme_footer(b, t->f, t->f->nrows, t->f->ncols, m.p);
    buf_release(&m);
}

void ptree_html(struct buf *b, const struct ptree *t, const char *more)
{
    uint64_t id = theme_id(t->f, t->h);
    size_t cut;
    theme_open(b, "ptree", id);
    theme_title(b, hint_text(t->h, "title", S("")));
    buf_adds(b, "<div class=\"shk-bar\"></div>\n");
    add_legend(b, t);
    add_static(b, t);
    buf_adds(b, "<div class=\"shk-detail\"></div>\n");
    size_t sent = add_data(b, t, &cut);
    add_footer(b, t, more, sent, cut);
    theme_script(b, id, ptree_js);
    theme_close(b);
}

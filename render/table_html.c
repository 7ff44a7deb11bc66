/* table_html.c - rows as an HTML table.
 *
 * Called by: table.c.
 * Gives:     a complete static table in a scrolling box; the script only
 *            hides, reorders and copies what stands there.
 * Must not:  write a value except through html_value() and html_attr(), nor
 *            leave anything out without saying so in the footer. */
#include "base/utf8.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/html/theme.h"
#include "render/table.h"

enum {
    TAIL_ROOM = 64 << 10,   /* of HTML_MAX, for footer and script */
    ROW_ROOM = 64 << 10,    /* a row above it is written with shorter cells */
    LONG_CELL = 90,         /* bytes; longer ones start folded */
    NAME_BYTES = 1000,      /* of a column's name in its tooltip */
    INLINE_ROWS = 50,       /* rows that carry their style with them */
};

struct table {
    const struct frame *f;
    struct buf *b;
    struct buf text, pretty;      /* scratch for one cell */
    struct colfmt fmt[TABLE_COLS];
    size_t ncols, nrows;          /* shown */
    size_t ncut, nshort;          /* cut cells; rows with shorter cells */
};

static bool is_mono(enum type t)
{
    return t == TYPE_DATETIME || t == TYPE_TIMESPAN || t == TYPE_GUID ||
           t == TYPE_DYNAMIC;
}

static void add_head(struct table *t)
{
    struct buf *b = t->b;
    buf_adds(b, "<thead><tr>");
    for (size_t c = 0; c < t->ncols; c++) {
        const struct column *col = &t->f->cols[c];
        buf_adds(b, "<th scope=\"col\" data-t=\"");
        buf_adds(b, type_name(col->type));
        buf_adds(b, format_is_right(col->type)
                        ? "\" class=\"shk-r\" style=\"text-align:right;"
                        : "\" style=\"text-align:left;");
        buf_adds(b, "padding:3px 10px;"
                    "border-bottom:1px solid rgba(128,128,128,.5)\" title=\"");
        html_attr(b, html_head(col->name, NAME_BYTES));
        buf_adds(b, ": ");
        buf_adds(b, type_name(col->type));
        if (col->type == TYPE_DATETIME)
            buf_adds(b, " (UTC)");
        buf_adds(b, "\"><span>");
        html_text(b, html_head(col->name, 200));
        buf_adds(b, col->name.n > 200 ? "\xE2\x80\xA6" : "");
        buf_adds(b, "</span> <small>");
        buf_adds(b, type_name(col->type));
        buf_adds(b, "</small></th>");
    }
    buf_adds(b, "</tr></thead>\n");
}

/* <td> with what its type asks for. The style is repeated inline in the first
 * rows, for readers that strip the style sheet. */
static void open_cell(struct table *t, enum type type, bool null, bool styled)
{
    bool right = format_is_right(type);
    static const char *const classes[] = { "", "shk-r", "shk-m",
                                           "shk-r shk-m" };
    const char *cls = classes[right + 2 * is_mono(type)];
    buf_adds(t->b, "<td");
    if (null || *cls) {
        buf_adds(t->b, " class=\"");
        buf_adds(t->b, cls);
        buf_adds(t->b, null && *cls ? " shk-z" : null ? "shk-z" : "");
        buf_addc(t->b, '"');
    }
    if (null)
        buf_adds(t->b, " title=\"null\"");
    if (styled) {
        buf_adds(t->b, right ? " style=\"text-align:right;padding:3px 10px"
                             : " style=\"text-align:left;padding:3px 10px");
        buf_adds(t->b, type == TYPE_DATETIME ? ";white-space:nowrap\"" : "\"");
    }
    buf_addc(t->b, '>');
}

/* Dollar signs and backslashes could start a formula; besides the classes of
 * the container, typesetters leave <code> alone. */
static bool could_be_math(str s)
{
    return str_find_char(s, '$') >= 0 || str_find_char(s, '\\') >= 0;
}

static void add_value(struct table *t, str s, size_t cap)
{
    size_t left;
    str head = html_cut(s, cap, &left);
    bool code = could_be_math(head);
    if (code)
        buf_adds(t->b, "<code>");
    html_value(t->b, head);
    if (code)
        buf_adds(t->b, "</code>");
    if (left == 0)
        return;
    t->ncut++;
    buf_adds(t->b, "<i class=\"shk-u\">\xE2\x80\xA6 ");
    format_count(t->b, left);
    buf_adds(t->b, " more characters</i>");
}

static void add_text_cell(struct table *t, enum type type, str s, size_t cap)
{
    bool json = type == TYPE_DYNAMIC && s.n > LONG_CELL;
    bool fold = s.n > LONG_CELL || str_find_char(s, '\n') >= 0;
    if (json) {
        buf_reset(&t->pretty);
        format_json(&t->pretty, s);
        if (buf_ok(&t->pretty))
            s = buf_str(&t->pretty);
    }
    if (fold)
        buf_adds(t->b, json ? "<div class=\"shk-w shk-j\" tabindex=\"0\">"
                            : "<div class=\"shk-w\" tabindex=\"0\">");
    add_value(t, s, cap);
    if (fold)
        buf_adds(t->b, "</div>");
}

static void add_cell(struct table *t, size_t row, size_t c, size_t cap)
{
    const struct column *col = &t->f->cols[c];
    bool styled = row < INLINE_ROWS;
    if (cell_is_null(col, row)) {
        open_cell(t, col->type, true, styled);
        buf_adds(t->b, "\xE2\x88\x85</td>");
        return;
    }
    str s;
    if (type_is_text(col->type)) {
        s = col->s[row];
    } else {
        buf_reset(&t->text);
        format_cell(&t->text, col, row, &t->fmt[c]);
        s = buf_str(&t->text);
    }
    if (s.n == 0) {
        buf_adds(t->b, "<td class=\"shk-e\"></td>");
        return;
    }
    open_cell(t, col->type, false, styled);
    if (type_is_text(col->type))
        add_text_cell(t, col->type, s, cap);
    else
        buf_add(t->b, s); /* digits and signs of ours */
    buf_adds(t->b, "</td>");
}

static void add_row(struct table *t, size_t row, size_t cap)
{
    buf_adds(t->b, "<tr>");
    for (size_t c = 0; c < t->ncols; c++)
        add_cell(t, row, c, cap);
    buf_adds(t->b, "</tr>\n");
}

/* Writes a row; false when it does not fit any more (nothing is written). */
static bool try_row(struct table *t, size_t row)
{
    static const size_t caps[] = { TABLE_CELL, 200, 30 };
    size_t beg = t->b->n, ncut = t->ncut;
    for (size_t i = 0; i < 3; i++) {
        t->ncut = ncut;
        add_row(t, row, caps[i]);
        bool fits = buf_ok(t->b) && t->b->n < HTML_MAX - TAIL_ROOM;
        if (fits && (t->b->n - beg <= ROW_ROOM || i == 2)) {
            t->nshort += i > 0;
            return true;
        }
        t->b->n = beg;
        t->b->failed = false;
        if (!fits && HTML_MAX - TAIL_ROOM - beg < ROW_ROOM)
            break;
    }
    t->ncut = ncut;
    return false;
}

static size_t rows_wanted(const struct frame *f, const struct hint *h)
{
    int64_t n = hint_long(h, "rows", TABLE_ROWS);
    if (n < 1)
        n = TABLE_ROWS;
    if (n > TABLE_ROWS_MAX)
        n = TABLE_ROWS_MAX;
    return f->nrows < (size_t)n ? f->nrows : (size_t)n;
}

static void add_body(struct table *t, size_t want)
{
    buf_adds(t->b, "<tbody>\n");
    while (t->nrows < want && try_row(t, t->nrows))
        t->nrows++;
    buf_adds(t->b, "</tbody>");
}

static void say_cut(const struct table *t, struct buf *more)
{
    if (t->ncut) {
        format_count(more, t->ncut);
        buf_adds(more, t->ncut == 1 ? " long cell is cut" :
                                      " long cells are cut");
        buf_addf(more, " at %d characters", TABLE_CELL);
    }
    if (t->nshort) {
        buf_adds(more, " (shorter in ");
        format_count(more, t->nshort);
        buf_adds(more, " very wide rows)");
    }
    if (t->nrows < t->f->nrows) {
        buf_adds(more, more->n ? "; " : "");
        buf_adds(more, "sort and filter see the shown rows only");
    }
}

static void add_footer(struct table *t)
{
    struct buf more;
    buf_init(&more, 1000);
    say_cut(t, &more);
    buf_addc(&more, 0);
    theme_footer(t->b, t->f, t->nrows, t->ncols, more.p);
    buf_release(&more);
}

static int64_t page_size(const struct hint *h)
{
    int64_t n = hint_long(h, "page", 25);
    return n < 1 || n > TABLE_ROWS_MAX ? 25 : n;
}

void table_html(struct buf *b, const struct frame *f, const struct hint *h)
{
    struct table t = { .f = f, .b = b };
    uint64_t id = theme_id(f, h);
    size_t want = rows_wanted(f, h);
    buf_init(&t.text, 4096);
    buf_init(&t.pretty, 1 << 20);
    t.ncols = f->ncols < TABLE_COLS ? f->ncols : TABLE_COLS;
    for (size_t c = 0; c < t.ncols; c++)
        format_plan(&t.fmt[c], &f->cols[c], want);
    theme_open(b, "table", id);
    theme_title(b, hint_text(h, "title", S("")));
    buf_adds(b, "<div class=\"shk-bar\" data-page=\"");
    buf_add_i64(b, page_size(h));
    buf_adds(b, "\"></div>\n<div class=\"shk-scroll\" "
                "style=\"overflow:auto;max-height:34em\">"
                "<table class=\"shk-t\" style=\"border-collapse:collapse;"
                "font-size:13px\">");
    add_head(&t);
    add_body(&t, want);
    buf_adds(b, "</table></div>\n");
    add_footer(&t);
    theme_script(b, id, table_js);
    theme_close(b);
    buf_release(&t.text);
    buf_release(&t.pretty);
}

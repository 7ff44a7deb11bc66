/* run_cells.c - rows as lines of text that people can write and compare.
 *
 * Called by: run_block.c for what is printed, run_diff.c for what is equal.
 * The text of a value never depends on locale, width or neighbours; alignment
 * is for the eye, since lines are compared cell by cell. */
#include "tests/run_int.h"

#include <math.h>

#include "base/json_write.h"
#include "base/ticks.h"
#include "base/utf8.h"

enum { WIDEST_PADDING = 32, MAX_FIXTURE = 16 << 20 };

bool line_next(str text, size_t *at, str *line)
{
    if (*at >= text.n)
        return false;
    str rest = str_sub(text, *at, text.n);
    ptrdiff_t end = str_find_char(rest, '\n');
    *line = end < 0 ? rest : str_sub(rest, 0, (size_t)end);
    *at += line->n + 1;
    while (line->n && strchr(" \t\r", line->p[line->n - 1]))
        line->n--;
    return true;
}

static bool all_backslashes(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '\\')
            return false;
    return true;
}

void lines_add(struct buf *b, str text)
{
    size_t at = 0;
    str line;
    while (line_next(text, &at, &line)) {
        buf_add(b, line);
        if (all_backslashes(line)) /* the empty line among them */
            buf_addc(b, '\\');
        buf_addc(b, '\n');
    }
}

/* ---- printing ---- */

static bool has_control(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

/* May this text stand without quotes? */
static bool is_bare(str s)
{
    return s.n && !str_eq(s, S("null")) && !strchr("\"[{\\ ", s.p[0]) &&
           s.p[s.n - 1] != ' ' && str_find(s, S("  ")) < 0 &&
           !str_starts(s, S("-- ")) && !has_control(s) && utf8_valid(s);
}

static void print_text(struct buf *b, str s)
{
    if (is_bare(s))
        buf_add(b, s);
    else
        json_str(b, s);
}

/* Without the zeros at the end of the fraction: …:05Z, …:05.25Z. */
static void print_datetime(struct buf *b, int64_t ticks)
{
    size_t from = b->n;
    ticks_format(b, ticks);
    if (!buf_ok(b) || str_find_char(str_sub(buf_str(b), from, b->n), '.') < 0)
        return;
    b->n--; /* Z */
    while (b->p[b->n - 1] == '0')
        b->n--;
    if (b->p[b->n - 1] == '.')
        b->n--;
    buf_addc(b, 'Z');
}

void cell_print(struct buf *b, const struct value *v)
{
    if (v->null && v->type != TYPE_STRING) {
        buf_adds(b, "null");
        return;
    }
    switch (v->type) {
    case TYPE_BOOL: buf_adds(b, v->i ? "true" : "false"); break;
    case TYPE_REAL: buf_add_f64(b, v->d); break;
    case TYPE_DATETIME: print_datetime(b, v->i); break;
    case TYPE_DYNAMIC: buf_add(b, v->s.n ? v->s : S("null")); break;
    case TYPE_STRING: print_text(b, v->s); break;
    default: value_text(b, v); break;
    }
}

static str cell_text(struct arena *a, const struct frame *f, size_t c, size_t r)
{
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
    if (r == 0) { /* the header */
        print_text(&b, f->cols[c].name);
        buf_addf(&b, ":%s", type_name(f->cols[c].type));
    } else {
        struct value v = cell_value(&f->cols[c], r - 1);
        cell_print(&b, &v);
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static size_t padding(const str *cells, size_t nrows, size_t ncols, size_t c)
{
    size_t widest = 0;
    for (size_t r = 0; r < nrows; r++) {
        size_t w = utf8_width(cells[r * ncols + c]);
        if (w > widest && w <= WIDEST_PADDING)
            widest = w;
    }
    return widest;
}

static void print_status(struct buf *b, const struct frame *f)
{
    if (f->completeness == TRUNCATED)
        buf_addf(b, "-- truncated: %zu of %llu rows\n", f->nrows,
                 (unsigned long long)f->total);
    if (f->completeness == PARTIAL)
        buf_adds(b, "-- partial\n");
    for (size_t i = 0; i < f->notes.n; i++)
        buf_addf(b, "-- %.*s\n", STRF(f->notes.v[i]));
}

static void print_hint(struct buf *b, const struct hint *h)
{
    if (!h || !h->kind.n)
        return;
    buf_addf(b, "-- render %.*s", STRF(h->kind));
    for (size_t i = 0; i < h->props.n; i++) {
        buf_addf(b, "%s%.*s=", i ? ", " : " with (", STRF(h->props.v[i].name));
        cell_print(b, &h->props.v[i].value);
    }
    buf_adds(b, h->props.n ? ")\n" : "\n");
}

void frame_print(struct buf *b, const struct frame *f, const struct hint *h)
{
    struct arena *a = arena_new();
    size_t nrows = f->nrows + 1;
    str *cells = arena_array(a, nrows * f->ncols, sizeof *cells);
    size_t *pad = arena_array(a, f->ncols, sizeof *pad);
    for (size_t i = 0; i < nrows * f->ncols; i++)
        cells[i] = cell_text(a, f, i % f->ncols, i / f->ncols);
    for (size_t c = 0; c < f->ncols; c++)
        pad[c] = padding(cells, nrows, f->ncols, c);
    for (size_t r = 0; r < nrows && f->ncols; r++) {
        for (size_t c = 0; c < f->ncols; c++) {
            str s = cells[r * f->ncols + c];
            size_t w = utf8_width(s);
            buf_add(b, s);
            if (c + 1 < f->ncols)
                buf_fill(b, ' ', 2 + (w < pad[c] ? pad[c] - w : 0));
        }
        buf_addc(b, '\n');
    }
    print_status(b, f);
    print_hint(b, h);
    arena_free(a);
}

/* ---- reading ---- */

/* End of the cell at `at`: two blanks outside the quotes of a cell that is
 * JSON or a quoted text. */
static size_t cell_end(str line, size_t at)
{
    bool quotes = at < line.n && strchr("\"[{", line.p[at]);
    bool in = false;
    for (size_t i = at; i < line.n; i++) {
        char c = line.p[i];
        if (in && c == '\\')
            i++;
        else if (quotes && c == '"')
            in = !in;
        else if (!in && c == ' ' && i + 1 < line.n && line.p[i + 1] == ' ')
            return i;
    }
    return line.n;
}

bool cell_next(str line, size_t *at, str *cell)
{
    while (*at < line.n && line.p[*at] == ' ')
        ++*at;
    if (*at >= line.n)
        return false;
    size_t end = cell_end(line, *at);
    *cell = str_sub(line, *at, end);
    *at = end;
    return true;
}

/* A number with a fraction or an exponent, the whole text of it. */
static bool real_of(str s, double *d)
{
    char text[64];
    if (s.n == 0 || s.n >= sizeof text || !memchr(s.p, '.', s.n))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    char *end;
    *d = strtod(text, &end);
    return *end == '\0' && end != text;
}

/* Only long fractions are noise: "1.20" and "1.2" stay different texts. */
static bool cell_same(str a, str b)
{
    double x, y;
    if (str_eq(a, b))
        return true;
    return (a.n >= 12 || b.n >= 12) && real_of(a, &x) && real_of(b, &y) &&
           fabs(x - y) <= 1e-9 * fmax(fabs(x), fabs(y));
}

bool line_same(str a, str b)
{
    size_t i = 0, j = 0;
    str x, y;
    for (;;) {
        bool more = cell_next(a, &i, &x);
        if (more != cell_next(b, &j, &y))
            return false;
        if (!more)
            return true;
        if (!cell_same(x, y))
            return false;
    }
}

/* ---- fixtures: the other way round ---- */

static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] == '_' || (s.p[i] >= 'a' && s.p[i] <= 'z') ||
              (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (i > 0 && s.p[i] >= '0' && s.p[i] <= '9')))
            return false;
    return s.n > 0;
}

static void kql_string(struct buf *b, str s)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_addf(b, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            buf_addf(b, "\\u%04x", c);
        else
            buf_addc(b, (char)c);
    }
    buf_addc(b, '"');
}

static void kql_text(struct buf *b, str cell)
{
    struct buf bare;
    buf_init(&bare, MAX_FIXTURE);
    if (cell.p[0] == '"')
        json_unquote(&bare, cell);
    else
        buf_add(&bare, cell);
    kql_string(b, buf_str(&bare));
    buf_release(&bare);
}

static void kql_literal(struct buf *b, str cell, enum type t)
{
    if (t == TYPE_STRING)
        kql_text(b, cell);
    else if (t == TYPE_BOOL && !str_eqz(cell, "null"))
        buf_add(b, cell);
    else
        buf_addf(b, "%s(%.*s)", type_name(t), STRF(cell));
}

static void kql_column(struct buf *b, str name, enum type t)
{
    if (is_name(name)) {
        buf_add(b, name);
    } else {
        buf_addc(b, '[');
        kql_text(b, name);
        buf_addc(b, ']');
    }
    buf_addf(b, ":%s", type_name(t));
}

struct fixture {
    enum type types[64];
    size_t ncols, nrows;
};

static bool fixture_head(struct buf *out, struct fixture *fx, str line)
{
    size_t at = 0;
    str cell;
    while (cell_next(line, &at, &cell)) {
        size_t colon = cell.n;
        while (colon > 0 && cell.p[colon - 1] != ':')
            colon--;
        enum type t;
        if (fx->ncols == 64 || colon < 2 ||
            !type_from_name(str_sub(cell, colon, cell.n), &t))
            return false;
        buf_adds(out, fx->ncols ? ", " : "");
        kql_column(out, str_sub(cell, 0, colon - 1), t);
        fx->types[fx->ncols++] = t;
    }
    return fx->ncols > 0;
}

static bool fixture_row(struct buf *out, struct fixture *fx, str line)
{
    size_t at = 0, n = 0;
    str cell;
    while (cell_next(line, &at, &cell)) {
        if (n == fx->ncols)
            return false;
        buf_adds(out, n ? ", " : fx->nrows ? ",\n" : "");
        kql_literal(out, cell, fx->types[n++]);
    }
    fx->nrows++;
    return n == fx->ncols;
}

bool fixture_code(struct buf *out, str name, str rows)
{
    struct fixture fx = { .ncols = 0 };
    size_t at = 0;
    str line = S("");
    line_next(rows, &at, &line);
    buf_addf(out, "%.*s = datatable(", STRF(name));
    bool good = fixture_head(out, &fx, line);
    buf_adds(out, ")[\n");
    while (good && line_next(rows, &at, &line))
        good = fixture_row(out, &fx, line);
    buf_adds(out, "];");
    if (!good) {
        buf_reset(out);
        buf_addf(out, "the fixture does not fit at: %.*s\n", STRF(line));
    }
    return good;
}

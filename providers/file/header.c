/* header.c - reads the first record of a delimited file as names.
 *
 * Called by: file.c for each member. Names are made usable: trimmed, repaired,
 * "Column3" for an empty one, "name_1" for a repeated one. */
#include "header.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "csv_read.h"
#include "format.h"
#include "json_read.h"

enum { HEADER_MAX = 4 << 20 };

static str field_name(struct arena *a, const struct cell *c)
{
    char *plain = arena_alloc(a, c->n + 1);
    str text = { c->p, c->n };
    if (c->flags & CELL_ESCAPED)
        text = (str){ plain, csv_unquote(plain, text) };
    text = str_trim(text);
    struct buf b;
    buf_init(&b, 4 * MAX_COLUMN_NAME);
    utf8_repair(&b, str_sub(text, 0, MAX_COLUMN_NAME));
    str name = buf_take(&b, a);
    buf_release(&b);
    return name;
}

/* Per column: taken by an earlier field of this file, and the next suffix to
 * try when its name comes again. */
struct taken {
    bool used[MAX_COLUMNS];
    unsigned suffix[MAX_COLUMNS];
};

/* A column for field i that no earlier field of this file has. */
static int32_t column_for(struct schema *s, struct taken *t, size_t i, str name)
{
    struct arena *a = s->names.arena;
    if (name.n == 0)
        name = arena_fmt(a, "Column%zu", i + 1);
    int32_t first = field_names_add(&s->names, name), col = first;
    while (col >= 0 && t->used[col]) {
        name = arena_fmt(a, "%.*s_%u", STRF(s->names.list.v[first].text),
                         ++t->suffix[first]);
        col = field_names_add(&s->names, name);
    }
    if (col >= 0)
        t->used[col] = true;
    return col;
}

static enum status too_wide(const struct member *m, struct diags *ds)
{
    struct diag *d = diag_error(ds, DIAG_LIMIT, NO_SPAN,
                                "%.*s has too many columns", STRF(m->name));
    diag_hint(ds, d, "%u is the most; is the delimiter right?", MAX_COLUMNS);
    return ST_ENV;
}

static enum status name_fields(struct member *m, struct header *h,
                               const struct csv_reader *r)
{
    struct schema *s = h->schema;
    struct arena *a = s->names.arena;
    if (r->ncells > MAX_COLUMNS)
        return too_wide(m, h->ds);
    m->nmap = r->ncells;
    m->map = arena_array(a, m->nmap, sizeof *m->map);
    struct taken *t = xcalloc(1, sizeof *t);
    enum status st = ST_OK;
    for (size_t i = 0; i < m->nmap && st == ST_OK; i++) {
        str name = STR_NONE;
        if (h->options->header)
            name = field_name(a, &r->cells[i]);
        m->map[i] = column_for(s, t, i, name);
        if (m->map[i] < 0)
            st = too_wide(m, h->ds);
    }
    free(t);
    return st;
}

/* Columns by position: the first field is the first declared column. */
static void number_fields(struct member *m, struct schema *s, size_t n)
{
    m->nmap = n;
    m->map = arena_array(s->names.arena, n, sizeof *m->map);
    for (size_t i = 0; i < n; i++)
        m->map[i] = (int32_t)i;
    m->ragged = true;
}

static enum status first_record(struct csv_reader *r, const struct member *m,
                                str head, struct diags *ds)
{
    switch (csv_record(r, head.p + m->start, head.p + head.n,
                       head.n == m->size)) {
    case CSV_BAD:
        diag_error(ds, DIAG_FORMAT, NO_SPAN,
                   "the first record of %.*s cannot be read: %s",
                   STRF(m->name), r->error);
        return ST_USER;
    case CSV_SHORT:
        diag_error(ds, DIAG_LIMIT, NO_SPAN,
                   "the first record of %.*s is longer than 4 MB",
                   STRF(m->name));
        return ST_USER;
    case CSV_DONE:
        break;
    }
    return ST_OK;
}

static enum status csv_header(struct member *m, struct header *h, str head)
{
    struct csv_reader r;
    if (h->ndeclared)
        number_fields(m, h->schema, h->ndeclared);
    if (m->start >= head.n || (h->ndeclared && !h->options->header))
        return ST_OK;
    csv_reader_init(&r, m->delimiter);
    enum status st = first_record(&r, m, head, h->ds);
    if (st == ST_OK && !h->ndeclared)
        st = name_fields(m, h, &r);
    if (st == ST_OK && h->options->header)
        m->start = (uint64_t)(r.next - head.p);
    csv_reader_release(&r);
    return st;
}

static void txt_header(struct member *m, struct header *h, str head)
{
    struct schema *s = h->schema;
    int32_t col = 0;
    if (!h->ndeclared) {
        col = field_names_add(&s->names, S("Line"));
        s->saw[col] |= SAW_TEXT;
    }
    m->nmap = 1;
    m->map = arena_array(s->names.arena, 1, sizeof *m->map);
    m->map[0] = col;
    if (h->ndeclared && h->options->header) {
        ptrdiff_t line = str_find_char(head, '\n');
        m->start = line < 0 ? m->size : (uint64_t)line + 1;
    }
}

enum status header_read(struct header *h, struct member *m)
{
    if (m->format != FORMAT_CSV && m->format != FORMAT_TXT)
        return ST_OK;
    char *bytes = xmalloc(HEADER_MAX + JSON_PAD);
    str head = { bytes, member_head(m, bytes, HEADER_MAX) };
    enum status st = ST_OK;
    if (m->format == FORMAT_CSV)
        st = csv_header(m, h, head);
    else
        txt_header(m, h, head);
    free(bytes);
    return st;
}

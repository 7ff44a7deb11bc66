/* hits.c - documents of a search answer as rows.
 *
 * Called by: read.c, text.c, schema.c.
 * A document may say one field as {"a":{"b":1}} or {"a.b":1}, as one value or
 * as several, in a list or spread over a list of objects. Paths are put
 * together on the way down and looked up among the columns. Several values are
 * a list in a dynamic column, lines in a text column (but for equal ones: a
 * field is a set of values there); in any other the first one counts, and how
 * often that was so is told. */
#include "elastic.h"

#include "base/ticks.h"
#include "providers/answer/row_writer.h"
#include "providers/file/json_decode.h"
#include "providers/limits.h"

enum { MAX_DOC_DEPTH = 60, SHOWN_NAMES = 5 };

struct slot {
    struct cell first;
    uint32_t n;     /* values so far */
    bool source;    /* from the document itself */
    bool differ;    /* the values, of a text */
    size_t nfirst;  /* bytes of the first in `all` */
    struct buf all; /* of two values and more */
};

struct es_hits {
    struct arena *arena;
    struct es_wanted w;
    struct es_table *sample; /* NULL: rows are wanted */
    struct field_names names; /* of wanted paths */
    int32_t *to;              /* column of a name */
    struct slot *slots;       /* by column */
    LIST(uint32_t) used;      /* slots of this row */
    struct cell *cells;
    struct row_writer rows;
    struct buf path;
    struct pull j;
    uint64_t lists, misfits, bare; /* bare: documents that are not kept */
    struct field_names unknown; /* paths that the mapping lacks */
};

/* ---- values ---- */

static void add_raw(struct buf *b, const struct cell *c)
{
    switch ((enum cell_kind)c->kind) {
    case CELL_NULL: buf_adds(b, "null"); break;
    case CELL_TRUE: buf_adds(b, "true"); break;
    case CELL_FALSE: buf_adds(b, "false"); break;
    case CELL_STRING:
        buf_addc(b, '"');
        buf_add(b, (str){ c->p, c->n });
        buf_addc(b, '"');
        break;
    default: buf_add(b, (str){ c->p, c->n });
    }
}

static void add_text(struct buf *b, const struct cell *c)
{
    if (c->kind == CELL_STRING)
        json_decode(b, (str){ c->p, c->n }, c->flags);
    else
        add_raw(b, c);
}

static void add_value(struct es_hits *h, size_t col, const struct cell *c)
{
    struct slot *s = &h->slots[col];
    enum type t = h->w.cols[col].type;
    if (s->n++ == 0) {
        s->first = *c;
        return;
    }
    if (t == TYPE_DYNAMIC) {
        if (s->n == 2)
            add_raw(&s->all, &s->first);
        buf_addc(&s->all, ',');
        add_raw(&s->all, c);
    } else if (t == TYPE_STRING) {
        if (s->n == 2) {
            add_text(&s->all, &s->first);
            s->nfirst = s->all.n;
            s->differ = false;
        }
        buf_addc(&s->all, '\n');
        size_t before = s->all.n;
        add_text(&s->all, c);
        str all = buf_str(&s->all);
        s->differ |= !str_eq(str_sub(all, 0, s->nfirst),
                             str_sub(all, before, all.n));
    }
}

static void take_slot(struct es_hits *h, size_t col, bool source)
{
    struct slot *s = &h->slots[col];
    if (s->n == 0) {
        PUSH(h->arena, h->used, (uint32_t)col);
        buf_reset(&s->all);
    } else if (source && !s->source) {
        s->n = 0; /* the document itself knows better */
        buf_reset(&s->all);
    }
    s->source = source;
}

/* False: the column cannot hold it. */
static bool fits_column(enum type t, const struct cell *c)
{
    int64_t ticks;
    str s = { c->p, c->n };
    if (t == TYPE_DATETIME)
        return (c->kind == CELL_STRING || c->kind == CELL_TEXT) &&
               ticks_parse(s, &ticks);
    if (t == TYPE_LONG)
        return c->kind == CELL_INT || c->kind == CELL_STRING;
    return t == TYPE_STRING || t == TYPE_DYNAMIC || c->kind != CELL_JSON;
}

static void leaf(struct es_hits *h, size_t col, bool source)
{
    struct cell c;
    enum type t = h->w.cols[col].type;
    if (pull_peek(&h->j) == '[' && t != TYPE_DYNAMIC) {
        for (pull_array(&h->j); pull_item(&h->j);)
            leaf(h, col, source);
        return;
    }
    if (!pull_value(&h->j, &c) || c.kind == CELL_NULL)
        return;
    es_value(&h->rows.batch.pool, h->w.fields[col], &c);
    if (!fits_column(t, &c)) {
        h->misfits++;
        return;
    }
    add_value(h, col, &c);
}

/* ---- documents ---- */

static void note_unknown(struct es_hits *h)
{
    if (h->w.all && h->unknown.list.n < 1000)
        field_names_add(&h->unknown, buf_str(&h->path));
}

static void sample_leaf(struct es_hits *h, size_t field, bool in_list)
{
    struct es_field *f = &h->sample->fields.v[field];
    if (pull_peek(&h->j) == '[') {
        size_t n = 0;
        for (pull_array(&h->j); pull_item(&h->j); n++)
            pull_skip(&h->j);
        f->lists |= n > 1;
    } else {
        pull_skip(&h->j);
    }
    f->lists |= in_list;
}

struct place {
    unsigned depth;
    bool source, in_list;
};

static void walk_value(struct es_hits *h, struct place at);

static void walk_object(struct es_hits *h, struct place at)
{
    size_t before = h->path.n;
    str key;
    at.depth++;
    pull_object(&h->j);
    while (pull_key(&h->j, &key)) {
        if (before)
            buf_addc(&h->path, '.');
        buf_add(&h->path, key);
        walk_value(h, at);
        h->path.n = before;
    }
}

/* A list of objects spreads the values of each of their fields. */
static void walk_list(struct es_hits *h, struct place at)
{
    size_t n = 0;
    at.depth++;
    for (pull_array(&h->j); pull_item(&h->j); n++) {
        at.in_list |= n > 0;
        if (pull_peek(&h->j) == '{' && at.depth < MAX_DOC_DEPTH) {
            walk_object(h, at);
        } else {
            pull_skip(&h->j);
            note_unknown(h);
        }
    }
}

static void walk_value(struct es_hits *h, struct place at)
{
    int32_t name = field_names_find(&h->names, buf_str(&h->path));
    char c = pull_peek(&h->j);
    if (name >= 0 && h->sample) {
        sample_leaf(h, (size_t)name, at.in_list);
    } else if (name >= 0) {
        size_t col = (size_t)h->to[name];
        const struct es_field *f = h->w.fields[col];
        if ((f->odd_date || f->alias_of.n) && at.source) {
            pull_skip(&h->j);
            return;
        }
        take_slot(h, col, at.source);
        leaf(h, col, at.source);
    } else if (c == '{' && at.depth < MAX_DOC_DEPTH) {
        walk_object(h, at);
    } else if (c == '[' && at.depth < MAX_DOC_DEPTH) {
        walk_list(h, at);
    } else {
        pull_skip(&h->j);
        if (c != 'n')
            note_unknown(h);
    }
}

static void meta(struct es_hits *h, const char *name)
{
    int32_t at = field_names_find(&h->names, str_of(name));
    if (at < 0 || h->sample) {
        pull_skip(&h->j);
        return;
    }
    take_slot(h, (size_t)h->to[at], true);
    leaf(h, (size_t)h->to[at], true);
}

/* ---- rows ---- */

static str joined(struct es_hits *h, const struct slot *s, bool list)
{
    size_t n = s->all.n + (list ? 2 : 0);
    char *p = pool_alloc(&h->rows.batch.pool, n ? n : 1);
    if (list)
        p[0] = '[', p[n - 1] = ']';
    memcpy(p + list, s->all.p, s->all.n);
    return (str){ p, n };
}

static struct cell finished(struct es_hits *h, size_t col)
{
    struct slot *s = &h->slots[col];
    enum type t = h->w.cols[col].type;
    struct cell c = s->first;
    if (s->n > 1 && t == TYPE_STRING && !s->differ && buf_ok(&s->all)) {
        ; /* the first says it all */
    } else if (s->n > 1 && (t == TYPE_DYNAMIC || t == TYPE_STRING)) {
        str text = joined(h, s, t == TYPE_DYNAMIC);
        c = (struct cell){ .p = text.p, .n = (uint32_t)text.n,
                           .kind = t == TYPE_STRING ? CELL_TEXT : CELL_JSON,
                           .flags = CELL_HIGH | CELL_LOOSE };
        if (t == TYPE_STRING)
            c.flags = CELL_HIGH;
    } else if (s->n > 1) {
        h->lists++;
    }
    c.col = (int32_t)col;
    return c;
}

static enum status end_row(struct es_hits *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->used.n; i++) {
        size_t col = h->used.v[i];
        if (h->slots[col].n)
            h->cells[n++] = finished(h, col);
        h->slots[col].n = 0;
    }
    h->used.n = 0;
    if (h->sample)
        return ST_OK;
    return row_writer_cells(&h->rows, h->cells, n);
}

static void raw_value(struct es_hits *h, struct arena *a, str *out)
{
    struct cell c;
    if (pull_value(&h->j, &c) && a)
        *out = arena_str(a, (str){ c.p, c.n });
}

static enum status read_hit(struct es_hits *h, struct es_page *page)
{
    str key;
    bool kept = false;
    struct place at = { 0, true, false };
    h->path.n = 0;
    pull_object(&h->j);
    while (pull_key(&h->j, &key)) {
        if (str_eqz(key, "_source") && pull_peek(&h->j) == '{') {
            kept = true;
            walk_object(h, at);
        } else if (str_eqz(key, "fields") && pull_peek(&h->j) == '{') {
            at.source = false;
            walk_object(h, at);
            at.source = true;
        } else if (str_eqz(key, "_id")) {
            meta(h, "_id");
        } else if (str_eqz(key, "_index")) {
            meta(h, "_index");
        } else if (str_eqz(key, "sort")) {
            raw_value(h, page->arena, &page->last_sort);
        } else {
            pull_skip(&h->j);
        }
    }
    page->nhits++;
    h->bare += h->w.all && !kept;
    return h->j.error ? ST_OK : end_row(h);
}

static enum status read_list(struct es_hits *h, struct es_page *page)
{
    enum status st = ST_OK;
    for (pull_array(&h->j); st == ST_OK && pull_item(&h->j);)
        st = read_hit(h, page);
    return st;
}

static void read_total(struct es_hits *h, struct es_page *page)
{
    struct cell c;
    str key;
    if (pull_peek(&h->j) != '{') {
        if (pull_value(&h->j, &c) && c.kind == CELL_INT)
            page->total = c.i;
        return;
    }
    for (pull_object(&h->j); pull_key(&h->j, &key);)
        if (!str_eqz(key, "value"))
            pull_skip(&h->j);
        else if (pull_value(&h->j, &c) && c.kind == CELL_INT)
            page->total = c.i;
}

/* {"sequences":[{"join_keys":[…],"events":[…]}]}: their events in order. */
static enum status read_sequences(struct es_hits *h, struct es_page *page)
{
    enum status st = ST_OK;
    str key;
    for (pull_array(&h->j); st == ST_OK && pull_item(&h->j);)
        for (pull_object(&h->j); st == ST_OK && pull_key(&h->j, &key);)
            if (str_eqz(key, "events"))
                st = read_list(h, page);
            else
                pull_skip(&h->j);
    return st;
}

static enum status read_hits(struct es_hits *h, struct es_page *page)
{
    enum status st = ST_OK;
    str key;
    for (pull_object(&h->j); st == ST_OK && pull_key(&h->j, &key);) {
        if (str_eqz(key, "hits") || str_eqz(key, "events"))
            st = read_list(h, page);
        else if (str_eqz(key, "sequences"))
            st = read_sequences(h, page);
        else if (str_eqz(key, "total"))
            read_total(h, page);
        else
            pull_skip(&h->j);
    }
    return st;
}

/* [{"shard":0,"index":"i","reason":{"type":"…","reason":"…"}},…] */
static void read_failures(struct es_hits *h, struct es_page *page)
{
    str key;
    for (pull_array(&h->j); pull_item(&h->j);)
        for (pull_object(&h->j); pull_key(&h->j, &key);) {
            if (!str_eqz(key, "reason") || pull_peek(&h->j) != '{') {
                pull_skip(&h->j);
                continue;
            }
            for (pull_object(&h->j); pull_key(&h->j, &key);)
                if (str_eqz(key, "reason") && page->arena)
                    pull_text(&h->j, page->arena, &page->why);
                else
                    pull_skip(&h->j);
        }
}

static void read_shards(struct es_hits *h, struct es_page *page)
{
    struct cell c;
    str key;
    for (pull_object(&h->j); pull_key(&h->j, &key);) {
        if (str_eqz(key, "failures"))
            read_failures(h, page);
        else if (!str_eqz(key, "failed"))
            pull_skip(&h->j);
        else if (pull_value(&h->j, &c) && c.kind == CELL_INT)
            page->failed = c.i;
    }
}

static enum status read_answer(struct es_hits *h, struct es_page *page,
                               bool *hits)
{
    enum status st = ST_OK;
    struct cell c;
    str key;
    for (pull_object(&h->j); st == ST_OK && pull_key(&h->j, &key);) {
        if (str_eqz(key, "hits")) {
            *hits = true;
            st = read_hits(h, page);
        } else if (str_eqz(key, "_shards")) {
            read_shards(h, page);
        } else if (str_eqz(key, "timed_out") || str_eqz(key, "is_partial")) {
            if (pull_value(&h->j, &c))
                page->timed_out |= c.kind == CELL_TRUE;
        } else if (str_eqz(key, "pit_id") && page->arena) {
            pull_text(&h->j, page->arena, &page->pit);
        } else if (str_eqz(key, "_scroll_id") && page->arena) {
            pull_text(&h->j, page->arena, &page->scroll);
        } else {
            pull_skip(&h->j);
        }
    }
    return st;
}

enum status es_hits_page(struct es_hits *h, struct body *body,
                         struct es_page *page, const char **why)
{
    bool hits = false;
    page->total = -1;
    pull_init(&h->j, body_text(body), &h->names);
    enum status st = read_answer(h, page, &hits);
    *why = h->j.error ? h->j.error : hits ? NULL : "it has no hits";
    if (st == ST_OK && !h->sample)
        st = row_writer_flush(&h->rows); /* rows before a break are whole */
    if (st == ST_OK && *why)
        st = ST_ENV;
    pull_release(&h->j);
    return st;
}

/* ---- the whole ---- */

struct es_hits *es_hits_new(const struct es_wanted *w, struct row_sink *sink,
                            unsigned part, const atomic_bool *cancel)
{
    struct es_hits *h = xcalloc(1, sizeof *h);
    h->arena = arena_new();
    h->w = *w;
    field_names_init(&h->names, h->arena);
    field_names_init(&h->unknown, h->arena);
    buf_init(&h->path, 1 << 20);
    h->to = arena_array(h->arena, w->ncols + 1, sizeof *h->to);
    h->slots = arena_zalloc(h->arena, (w->ncols + 1) * sizeof *h->slots);
    h->cells = arena_array(h->arena, w->ncols + 1, sizeof *h->cells);
    for (size_t i = 0; i < w->ncols; i++) {
        int32_t at = field_names_add(&h->names, w->fields[i]->path);
        if (at >= 0)
            h->to[at] = (int32_t)i;
        buf_init(&h->slots[i].all, 4 * MAX_RECORD);
    }
    if (sink)
        row_writer_init(&h->rows, sink, part, w->ncols, w->cols);
    h->rows.cancel = cancel;
    return h;
}

void es_hits_free(struct es_hits *h)
{
    for (size_t i = 0; i < h->w.ncols; i++)
        buf_release(&h->slots[i].all);
    row_writer_release(&h->rows);
    buf_release(&h->path);
    arena_free(h->arena);
    free(h);
}

uint64_t es_hits_repaired(const struct es_hits *h)
{
    return h->rows.batch.repaired;
}

static void tell_unknown(struct es_hits *h, str what, struct arena *a)
{
    struct buf b;
    size_t n = h->unknown.list.n;
    if (n == 0)
        return;
    buf_init(&b, 64 << 10);
    for (size_t i = 0; i < n && i < SHOWN_NAMES; i++)
        buf_addf(&b, "%s%.*s", i ? ", " : "", STRF(h->unknown.list.v[i].text));
    h->rows.sink->incomplete(
        h->rows.sink->ctx, PARTIAL,
        arena_fmt(a,
                  "%.*s: %zu fields that the mapping lacks are not shown: "
                  "%.*s%s",
                  STRF(what), n, STRF(buf_str(&b)),
                  n > SHOWN_NAMES ? ", …" : ""));
    buf_release(&b);
}

void es_hits_end(struct es_hits *h, str what, struct arena *a)
{
    struct row_sink *k = h->rows.sink;
    if (h->bare)
        k->incomplete(k->ctx, PARTIAL,
                      arena_fmt(a,
                                "%.*s: %llu hits come without their document "
                                "(_source)",
                                STRF(what), (unsigned long long)h->bare));
    if (h->lists)
        k->incomplete(k->ctx, PARTIAL,
                      arena_fmt(a,
                                "%.*s: of %llu lists in columns of numbers, "
                                "times or bools only the first value is shown",
                                STRF(what), (unsigned long long)h->lists));
    if (h->misfits)
        k->incomplete(k->ctx, PARTIAL,
                      arena_fmt(a,
                                "%.*s: %llu values do not fit the type of "
                                "their column and are null",
                                STRF(what), (unsigned long long)h->misfits));
    tell_unknown(h, what, a);
}

bool es_hits_sample(struct es_table *t, struct body *body)
{
    struct es_wanted none = { 0 };
    struct es_hits *h = es_hits_new(&none, NULL, 0, NULL);
    struct es_page page = { .nhits = 0 };
    const char *why;
    h->sample = t;
    h->names = t->names;
    size_t bytes = body->bytes.n;
    bool ok = es_hits_page(h, body, &page, &why) == ST_OK;
    t->doc_bytes = page.nhits ? bytes / page.nhits : 0;
    es_hits_free(h);
    return ok;
}

/* got.c - rows of an answer, on their way to a table or a callback.
 *
 * Called by: shape.c, answer.c. */
#include "got.h"

#include "base/ticks.h"
#include "providers/file/json_decode.h"

/* ---- cells that come in another form than their type ---- */

/* A dynamic value may come as JSON inside a string: once decoded it is looked
 * at by the same reader as the answer, so what stands there in the stored
 * spelling is not written anew. What is no JSON is a text. */
static void unpack_dynamic(struct got *r, struct pull *j, struct cell *c)
{
    size_t room = (c->flags & CELL_HIGH ? 3 : 1) * (size_t)c->n +
                  JSON_DECODE_SLACK + JSON_PAD;
    struct buf b = { .p = pool_alloc(&r->text, room), .cap = room,
                     .max = room };
    struct cell inner = { .p = NULL };
    json_decode(&b, (str){ c->p, c->n }, c->flags);
    memset(b.p + b.n, 0, JSON_PAD);
    pool_trim(&r->text, room, b.n + JSON_PAD);
    const char *p = b.p, *end = b.p + b.n;
    while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
        p++;
    if (p < end && json_cell(&j->reader, p, end, &inner) == JSON_DONE) {
        const char *rest = j->reader.next;
        while (*rest == ' ' || *rest == '\t' || *rest == '\r' ||
               *rest == '\n')
            rest++;
        if (rest == end) {
            inner.col = c->col;
            *c = inner;
            return;
        }
    }
    *c = (struct cell){ .p = b.p, .n = (uint32_t)b.n, .col = c->col,
                        .kind = CELL_TEXT, .flags = CELL_HIGH };
}

/* A timespan may come as ticks. */
static void ticks_as_text(struct got *r, struct cell *c)
{
    enum { ROOM = 40 };
    struct buf b = { .p = pool_alloc(&r->text, ROOM), .cap = ROOM,
                     .max = ROOM };
    span_format(&b, c->i);
    *c = (struct cell){ .p = b.p, .n = (uint32_t)b.n, .kind = CELL_TEXT,
                        .col = c->col };
}

/* ---- to a table ---- */

enum status got_flush(struct got *r)
{
    enum status st = ST_OK;
    if (!r->batch)
        return ST_OK;
    if (r->cancel && atomic_load(r->cancel))
        st = ST_CANCELLED;
    if (st == ST_OK && r->batch->nrows) {
        r->handed = true;
        st = r->sink->batch(r->sink->ctx, 0, batch_finish(r->batch));
    }
    batch_clear(r->batch);
    pool_reset(&r->text);
    return st;
}

static enum status to_batch(struct got *r, struct pull *j, size_t ncols)
{
    const enum type *types = r->batch->types;
    struct cell *cells = j->reader.cells;
    for (size_t i = 0; i < j->reader.ncells; i++) {
        struct cell *c = &cells[i];
        c->col = c->col < 0 || (size_t)c->col >= ncols ? -1 : r->to[c->col];
        if (c->col < 0)
            continue;
        if (types[c->col] == TYPE_DYNAMIC && c->kind == CELL_STRING)
            unpack_dynamic(r, j, c);
        else if (types[c->col] == TYPE_TIMESPAN && c->kind == CELL_INT)
            ticks_as_text(r, c);
    }
    batch_add(r->batch, cells, j->reader.ncells);
    return batch_full(r->batch) ? got_flush(r) : ST_OK;
}

bool got_drop(struct got *r)
{
    if (r->handed || r->row)
        return false;
    if (r->batch)
        batch_clear(r->batch);
    pool_reset(&r->text);
    return true;
}

void got_release(struct got *r)
{
    pool_release(&r->text);
}

/* ---- to a callback ---- */

str got_text(struct arena *a, const struct cell *c)
{
    struct buf b;
    str raw = { c->p, c->n };
    if (c->kind != CELL_STRING || !c->flags)
        return c->kind == CELL_NULL ? S("") : raw;
    buf_init(&b, 3 * raw.n + JSON_DECODE_SLACK);
    json_decode(&b, raw, c->flags);
    raw = buf_take(&b, a);
    buf_release(&b);
    return raw;
}

static void to_callback(struct got *r, const struct pull *j, size_t ncols,
                        const struct source_col *cols)
{
    struct arena *a = arena_new();
    str *texts = arena_array(a, ncols, sizeof *texts);
    str *names = arena_array(a, ncols, sizeof *names);
    for (size_t i = 0; i < ncols; i++)
        names[i] = cols[i].name;
    for (size_t i = 0; i < j->reader.ncells; i++) {
        const struct cell *c = &j->reader.cells[i];
        if (c->col >= 0 && (size_t)c->col < ncols)
            texts[c->col] = got_text(a, c);
    }
    struct answer_row row = { ncols, texts, names };
    r->row(r->ctx, &row);
    arena_free(a);
}

enum status got_add(struct got *r, struct pull *j, size_t ncols,
                     const struct source_col *cols)
{
    if (r->row)
        to_callback(r, j, ncols, cols);
    return r->batch ? to_batch(r, j, ncols) : ST_OK;
}

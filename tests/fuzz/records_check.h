/* records_check.h - what must hold for the records of any bytes.
 *
 * Included by fuzz_json_read.c and fuzz_csv.c. The same bytes are read from
 * memory and, in small pieces, from a file: both must see the same records.
 * Everything that is stored must be valid UTF-8, and every dynamic in the one
 * stored spelling. */
#ifndef FUZZ_RECORDS_CHECK_H
#define FUZZ_RECORDS_CHECK_H

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/json_text.h"
#include "base/utf8.h"
#include "providers/file/fill.h"
#include "providers/file/records.h"
#include "providers/file/schema.h"

struct checked {
    struct arena *a;
    struct schema *schema;
    struct member memory, file;
    uint64_t nrows, nrejects, places;  /* of the first reading */
};

static inline void check_text(enum type type, str s)
{
    struct buf b;
    assert(utf8_valid(s));
    if (type != TYPE_DYNAMIC)
        return;
    buf_init(&b, 64u << 20);
    assert(json_compact(&b, s, JSON_MAX_DEPTH, NULL));
    assert(str_eq(buf_str(&b), s));
    buf_release(&b);
}

static inline void check_batch(struct batch *b)
{
    const struct frame *f = batch_finish(b);
    for (size_t c = 0; c < f->ncols; c++)
        for (size_t r = 0; r < f->nrows; r++)
            if (type_is_text(f->cols[c].type) &&
                !cell_is_null(&f->cols[c], r))
                check_text(f->cols[c].type, f->cols[c].s[r]);
    batch_clear(b);
}

/* Reads everything; `fill` is MAY be NULL. */
static inline void read_member(struct checked *x, struct records *r,
                               struct batch *fill, bool infer)
{
    uint64_t before = 0;
    x->nrows = x->nrejects = x->places = 0;
    for (;;) {
        enum record_kind kind = records_next(r);
        if (kind == RECORD_END)
            break;
        if (kind == RECORD_MORE) {
            if (fill)
                check_batch(fill);
            records_more(r);
            continue;
        }
        assert(r->start >= before && r->start <= r->m->size);
        before = r->start;
        x->places = x->places * 31 + r->start + (uint64_t)kind;
        x->nrows += kind == RECORD_ROW;
        x->nrejects += kind == RECORD_REJECT;
        if (kind != RECORD_ROW)
            continue;
        if (infer)
            schema_note(x->schema, &r->json, r->cells, r->ncells);
        if (fill && r->json.nfresh == 0)
            batch_add(fill, r->cells, r->ncells);
        if (fill && batch_full(fill))
            check_batch(fill);
    }
    if (fill)
        check_batch(fill);
}

static inline void store(struct checked *x, struct records *r)
{
    size_t n = x->schema->names.list.n;
    struct source_col *cols = arena_array(x->a, n, sizeof *cols);
    struct batch b;
    if (n == 0 || n > 256)
        return;
    for (size_t i = 0; i < n; i++) {
        cols[i].name = x->schema->names.list.v[i].text;
        cols[i].type = schema_type(x->schema, i);
    }
    batch_init(&b, n, cols, -1);
    read_member(x, r, &b, false);
    batch_release(&b);
}

static inline void check_records(struct checked *x)
{
    struct records r;
    records_init(&r, &x->schema->names, 4096);
    records_open(&r, &x->memory, 0, UINT64_MAX);
    read_member(x, &r, NULL, true);
    uint64_t nrows = x->nrows, nrejects = x->nrejects, places = x->places;
    records_open(&r, &x->memory, 0, UINT64_MAX);
    store(x, &r);
    records_release(&r);

    records_init(&r, &x->schema->names, 61);
    records_open(&r, &x->file, 0, UINT64_MAX);
    store(x, &r);
    assert(x->schema->names.list.n == 0 || x->schema->names.list.n > 256 ||
           (nrows == x->nrows && nrejects == x->nrejects &&
            places == x->places));
    records_release(&r);
}

static inline void checked_init(struct checked *x, str bytes)
{
    memset(x, 0, sizeof *x);
    x->a = arena_new();
    x->schema = schema_new(x->a);
    x->memory = (struct member){ .fd = -1, .size = bytes.n };
    x->memory.mem = xcalloc(bytes.n + JSON_PAD, 1);
    if (bytes.n)
        memcpy(x->memory.mem, bytes.p, bytes.n);
    x->file = x->memory;
    x->file.mem = NULL;
    x->file.fd = memfd_create("fuzz", MFD_CLOEXEC);
    assert(x->file.fd >= 0);
    assert(write(x->file.fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
}

static inline void checked_release(struct checked *x)
{
    close(x->file.fd);
    free(x->memory.mem);
    arena_free(x->a);
}

#endif

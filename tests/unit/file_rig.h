/* file_rig.h - files made for a test, and everything a source says about them.
 *
 * Included by tests/unit/t_file_*.c. rig_add() writes a file into a folder of
 * the test, rig_open() reads it through the provider the way the engine does,
 * parts in threads; rows come out as JSON text, in the order of the parts. */
#ifndef UNIT_FILE_RIG_H
#define UNIT_FILE_RIG_H

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"

#include "base/json_write.h"
#include "providers/providers.h"

struct part_rows {
    struct arena *a;
    struct diags ds;
    LIST(str) rows;
    LIST(struct reject) rejects;
    enum status status;
    uint64_t nrows;
};

struct rig {
    char dir[32];
    struct arena *a;
    struct diags ds;
    enum status status;       /* of open, or the first of read */
    struct source *source;
    struct part_rows parts[SOURCE_MAX_PARTS];
    LIST(struct source_option) options;
    LIST(struct source_col) declared;
    unsigned nthreads;
    bool count_only;          /* keep no rows, only their number */
    uint64_t repaired, nrows;
    LIST(str) rows;
    LIST(struct reject) rejects;
};

static inline void rig_init(struct rig *x)
{
    memset(x, 0, sizeof *x);
    snprintf(x->dir, sizeof x->dir, "/tmp/t_file-XXXXXX");
    CHECK(mkdtemp(x->dir) != NULL);
    x->a = arena_new();
    x->nthreads = 1;
    diags_init(&x->ds, x->a);
}

static inline int rig_remove(const char *path, const struct stat *st, int flag,
                             struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

static inline void rig_release(struct rig *x)
{
    if (x->source)
        x->source->close(x->source);
    for (unsigned i = 0; i < SOURCE_MAX_PARTS; i++)
        arena_free(x->parts[i].a);
    arena_free(x->a);
    nftw(x->dir, rig_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline str rig_path(struct rig *x, const char *name)
{
    return arena_fmt(x->a, "%s/%s", x->dir, name);
}

static inline void rig_add(struct rig *x, const char *name, str content)
{
    int fd = open(rig_path(x, name).p, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    size_t done = 0;
    while (done < content.n) {
        ssize_t k = write(fd, content.p + done, content.n - done);
        CHECK(k > 0);
        done += (size_t)k;
    }
    close(fd);
}

static inline void rig_option(struct rig *x, const char *name,
                              const char *text)
{
    struct source_option o = { str_of(name), { .type = TYPE_STRING } };
    o.value.s = str_of(text);
    PUSH(x->a, x->options, o);
}

static inline void rig_declare(struct rig *x, const char *name, enum type type)
{
    struct source_col c = { str_of(name), type };
    PUSH(x->a, x->declared, c);
}

static inline enum status rig_batch(void *ctx, unsigned part,
                                    const struct frame *f)
{
    struct rig *x = ctx;
    struct part_rows *p = &x->parts[part];
    struct buf b;
    p->nrows += f->nrows;
    CHECK(f->nrows > 0 && f->nrows <= SOURCE_BATCH_ROWS);
    buf_init(&b, (size_t)1 << 30);
    for (size_t r = 0; r < f->nrows && !x->count_only; r++) {
        buf_addc(&b, '[');
        for (size_t c = 0; c < f->ncols; c++) {
            struct value v = cell_value(&f->cols[c], r);
            if (c)
                buf_addc(&b, ',');
            value_json(&b, &v);
        }
        buf_addc(&b, ']');
        PUSH(p->a, p->rows, buf_take(&b, p->a));
    }
    buf_release(&b);
    return ST_OK;
}

static inline void rig_reject(void *ctx, unsigned part, const struct reject *r)
{
    struct rig *x = ctx;
    struct part_rows *p = &x->parts[part];
    struct reject copy = { arena_str(p->a, r->file), r->line,
                           arena_str(p->a, r->reason),
                           arena_str(p->a, r->text) };
    PUSH(p->a, p->rejects, copy);
}

struct rig_job {
    struct rig *x;
    unsigned part;
};

static inline void *rig_read(void *ctx)
{
    struct rig_job *j = ctx;
    struct rig *x = j->x;
    struct part_rows *p = &x->parts[j->part];
    struct row_sink sink = { x, rig_batch, rig_reject, NULL };
    p->status = x->source->read(x->source, j->part, &sink, NULL, &p->ds);
    return NULL;
}

static inline void rig_join(struct rig *x)
{
    for (unsigned k = 0; k < x->source->nparts; k++) {
        struct part_rows *p = &x->parts[k];
        if (x->status == ST_OK)
            x->status = p->status;
        x->nrows += p->nrows;
        for (size_t i = 0; i < p->rows.n; i++)
            PUSH(x->a, x->rows, p->rows.v[i]);
        for (size_t i = 0; i < p->rejects.n; i++)
            PUSH(x->a, x->rejects, p->rejects.v[i]);
    }
    x->repaired = x->source->repaired;
}

/* Opens dir/pattern and reads all of it. */
static inline void rig_open(struct rig *x, const char *pattern)
{
    struct value arg = { .type = TYPE_STRING, .s = rig_path(x, pattern) };
    struct source_request rq = {
        .nargs = 1, .args = &arg,
        .noptions = x->options.n, .options = x->options.v,
        .ncols = x->declared.n, .cols = x->declared.v,
    };
    struct rig_job jobs[SOURCE_MAX_PARTS];
    pthread_t threads[SOURCE_MAX_PARTS];
    x->status = provider_file.open(&x->source, &rq, x->nthreads, NULL, &x->ds);
    if (x->status != ST_OK || x->source->parquet.n)
        return;
    for (unsigned k = 0; k < x->source->nparts; k++) {
        x->parts[k].a = arena_new();
        diags_init(&x->parts[k].ds, x->parts[k].a);
        jobs[k] = (struct rig_job){ x, k };
        pthread_create(&threads[k], NULL, rig_read, &jobs[k]);
    }
    for (unsigned k = 0; k < x->source->nparts; k++)
        pthread_join(threads[k], NULL);
    rig_join(x);
}

/* "Name:type Name:type …" */
static inline str rig_schema(struct rig *x)
{
    str s = S("");
    for (size_t i = 0; x->source && i < x->source->ncols; i++)
        s = arena_fmt(x->a, "%.*s%s%.*s:%s", STRF(s), i ? " " : "",
                      STRF(x->source->cols[i].name),
                      type_name(x->source->cols[i].type));
    return s;
}

/* All rows, one per line. */
static inline str rig_rows(struct rig *x)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 30);
    for (size_t i = 0; i < x->rows.n; i++) {
        buf_add(&b, x->rows.v[i]);
        buf_addc(&b, '\n');
    }
    str s = buf_take(&b, x->a);
    buf_release(&b);
    return s;
}

/* Does row i begin with the number i, for all of them? */
static inline bool rig_in_order(const struct rig *x)
{
    char want[32];
    for (unsigned i = 0; i < x->rows.n; i++) {
        size_t n = (size_t)snprintf(want, sizeof want, "[%u", i);
        str row = x->rows.v[i];
        if (!str_starts(row, (str){ want, n }) ||
            (row.p[n] != ',' && row.p[n] != ']'))
            return false;
    }
    return true;
}

/* One file, read in one go: schema, rows. */
static inline void rig_check(const char *name, str content, const char *schema,
                             const char *rows)
{
    struct rig x;
    rig_init(&x);
    rig_add(&x, name, content);
    rig_open(&x, name);
    CHECK(x.status == ST_OK);
    CHECK_STR(rig_schema(&x), schema);
    CHECK_STR(rig_rows(&x), rows);
    rig_release(&x);
}

/* The first diagnostic, or "". */
static inline str rig_message(const struct rig *x)
{
    return x->ds.list.n ? x->ds.list.v[0].message : S("");
}

static inline str rig_hint(const struct rig *x)
{
    return x->ds.list.n ? x->ds.list.v[0].hint : S("");
}

#endif

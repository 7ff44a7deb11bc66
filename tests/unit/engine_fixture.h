/* engine_fixture.h - an engine, an arena and diagnostics for one test.
 *
 * Included by tests/unit/t_engine*.c. Every test opens its own engine, so that
 * none sees what another left behind. */
#ifndef UNIT_ENGINE_FIXTURE_H
#define UNIT_ENGINE_FIXTURE_H

#include <inttypes.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "t.h"

#include "engine/engine.h"

struct fixture {
    struct engine *e;
    struct arena *a;
    struct diags ds;
};

static inline void fixture_init(struct fixture *x)
{
    x->e = engine_new();
    x->a = arena_new();
    diags_init(&x->ds, x->a);
}

static inline void fixture_release(struct fixture *x)
{
    engine_free(x->e);
    arena_free(x->a);
}

static inline double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void print_diags(const struct fixture *x)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < x->ds.list.n; i++)
        diag_print(&b, &x->ds.list.v[i], S(""));
    printf("%.*s", STRF(buf_str(&b)));
    buf_release(&b);
}

/* Runs SQL that must work. */
#define EXEC(x, text)                                                        \
    do {                                                                     \
        bool exec_ok = engine_exec((x)->e, S(text), &(x)->ds) == ST_OK;      \
        CHECK(exec_ok);                                                      \
        if (!exec_ok)                                                        \
            print_diags(x);                                                  \
    } while (0)

/* One column of one type; NULL after a failure, which is in x->ds. */
static inline struct frame *ask(struct fixture *x, const char *sql,
                                enum type t)
{
    struct engine_col col = { S("x"), t };
    struct frame *f = NULL;
    enum status st = engine_query(x->e, str_of(sql), 1, &col, 0, &f, &x->ds);
    return st == ST_OK ? f : NULL;
}

static inline int64_t ask_long(struct fixture *x, const char *sql)
{
    struct frame *f = ask(x, sql, TYPE_LONG);
    int64_t v = f && f->nrows == 1 ? f->cols[0].i[0] : INT64_MIN + 7;
    if (!f)
        print_diags(x);
    frame_unref(f);
    return v;
}

/* The text of a single cell, in x->a. */
static inline str ask_text(struct fixture *x, const char *sql)
{
    struct frame *f = ask(x, sql, TYPE_STRING);
    if (!f) {
        print_diags(x);
        return S("<failed>");
    }
    str s = f->nrows == 1 ? arena_str(x->a, f->cols[0].s[0]) : S("<rows>");
    frame_unref(f);
    return s;
}

static inline int last_code(const struct fixture *x)
{
    return x->ds.list.n ? x->ds.list.v[x->ds.list.n - 1].code : 0;
}

static inline str last_message(const struct fixture *x)
{
    return x->ds.list.n ? x->ds.list.v[x->ds.list.n - 1].message : S("");
}

#endif

/* t_let_binding.c - what one binding leaves in a let is not used by another.
 *
 * A materialized let keeps its bound table for the statements of a cell. The
 * completion binds too, from another thread and into memory of its own. */
#include <pthread.h>

#include "lang.h"
#include "t.h"

static void no_result(void *ctx, const struct result *r)
{
    if (r->frame)
        *(size_t *)ctx = r->frame->nrows;
}

static size_t run(struct lang *l, const char *code)
{
    size_t nrows = 0;
    struct arena *a = arena_new();
    struct lang_sink sink = { .ctx = &nrows, .result = no_result };
    struct diags ds;
    diags_init(&ds, a);
    CHECK(lang_run(l, str_of(code), NULL, &sink, &ds) == ST_OK);
    arena_free(a);
    return nrows;
}

static bool completes(struct lang *l, const char *code, const char *column)
{
    bool found = false;
    struct arena *a = arena_new();
    struct completions c = { 0 };
    lang_complete(l, a, str_of(code), (uint32_t)strlen(code), &c);
    for (size_t i = 0; i < c.list.n; i++)
        found |= str_eqz(c.list.v[i].text, column);
    arena_free(a);
    return found;
}

static void *complete_often(void *lang)
{
    for (int i = 0; i < 200; i++)
        if (!completes(lang, "n | where ", "x"))
            return lang;
    return NULL;
}

static struct lang *session(void)
{
    struct lang *l = lang_new(NULL);
    run(l, "let m = materialize(range x from 1 to 3 step 1)\n"
           "let n = m | where x > 0\nprint 1");
    return l;
}

TEST(completion_leaves_nothing)
{
    struct lang *l = session();
    CHECK(completes(l, "m | where ", "x"));
    CHECK(run(l, "m") == 3);
    CHECK(completes(l, "n | extend ", "x"));
    CHECK(run(l, "n\nn | union m\nm") == 3);
    CHECK(completes(l, "m | where ", "x"));
    lang_free(l);
}

TEST(homes_that_were_copied)
{
    struct lang *l = session();
    run(l, "let n = n | extend y = 1\nn");
    CHECK(run(l, "n") == 3);
    CHECK(run(l, "n | join kind=inner (n) on x") == 3);
    lang_free(l);
}

TEST(completion_beside_a_cell)
{
    struct lang *l = session();
    pthread_t t;
    void *failed = NULL;
    pthread_create(&t, NULL, complete_often, l);
    for (int i = 0; i < 20; i++)
        CHECK(run(l, "n | union m | count") == 1);
    pthread_join(t, &failed);
    CHECK(!failed);
    lang_free(l);
}

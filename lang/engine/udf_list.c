/* udf_list.c - k_list(array): the elements of a JSON array as a list.
 *
 * Called by: DuckDB, for mv-expand, from its worker threads. The one function
 * whose result is no KQL value, so it is registered by hand. A text is walked
 * once; `null` becomes NULL, and what is no array an empty list. */
#include "udf.h"

#include "base/json_walk.h"
#include "cells.h"

enum { ROWS_AT_ONCE = 64, FIRST_ROOM = 2048 };
static const size_t MOST_ELEMENTS = 64u << 20; /* of a chunk: 1 GB of cells */

struct entry {
    uint64_t offset, n;
};

struct filler {
    const struct duck *d;
    struct duck_vector *list, *child;
    size_t n, room;
};

static bool make_room(struct filler *f)
{
    if (f->n < f->room)
        return true;
    f->room *= 2;
    return f->room <= MOST_ELEMENTS &&
           f->d->list_vector_reserve(f->list, f->room) == DUCK_OK;
}

static void add_null(struct filler *f)
{
    f->d->vector_ensure_validity_writable(f->child);
    uint64_t *valid = f->d->vector_get_validity(f->child);
    valid[f->n / 64] &= ~(1ull << (f->n % 64));
}

/* False: the lists of the chunk have too many elements. */
static bool add_list(struct filler *f, str json, struct entry *e)
{
    struct json_iter it;
    str item;
    e->offset = f->n;
    bool any = json_kind(json) == JSON_ARRAY && json_iter_init(&it, json);
    while (any && json_next(&it, NULL, &item)) {
        if (!make_room(f))
            return false;
        if (str_eqz(item, "null"))
            add_null(f);
        else
            f->d->unsafe_vector_assign_string_element_len(f->child, f->n,
                                                          item.p, item.n);
        f->n++;
    }
    e->n = f->n - e->offset;
    return true;
}

static void list_call(struct duck_call *call, struct duck_chunk *chunk,
                      struct duck_vector *result)
{
    const struct duck *d = &udf_engine(call)->duck;
    struct filler f = { .d = d, .list = result, .room = FIRST_ROOM };
    struct entry *entries = d->vector_get_data(result);
    size_t rows = d->data_chunk_get_size(chunk);
    struct arena *scratch = arena_new();
    str texts[ROWS_AT_ONCE];
    struct vec v;
    bool ok = true;
    f.child = d->list_vector_get_child(result);
    vec_open(d, &v, d->data_chunk_get_vector(chunk, 0));
    for (size_t from = 0; ok && from < rows; from += ROWS_AT_ONCE) {
        size_t n = rows - from < ROWS_AT_ONCE ? rows - from : ROWS_AT_ONCE;
        vec_texts(&v, from, n, texts, scratch);
        for (size_t i = 0; ok && i < n; i++)
            ok = add_list(&f, texts[i], &entries[from + i]);
    }
    ok = ok && d->list_vector_set_size(result, f.n) == DUCK_OK;
    if (!ok)
        d->scalar_function_set_error(
            call, "the lists of 2048 rows have more than 64 million elements");
    arena_free(scratch);
}

enum status list_register(struct engine *e, struct diags *ds)
{
    const struct duck *d = &e->duck;
    struct udf *u = NEW(e->arena, struct udf);
    struct duck_function_set *set = d->create_scalar_function_set("k_list");
    struct duck_function *fn = d->create_scalar_function();
    struct duck_type *text = cell_type(d, TYPE_STRING);
    struct duck_type *list = d->create_list_type(text);
    u->e = e;
    d->scalar_function_set_name(fn, "k_list");
    d->scalar_function_add_parameter(fn, text);
    d->scalar_function_set_return_type(fn, list);
    d->scalar_function_set_special_handling(fn);
    d->scalar_function_set_extra_info(fn, u, udf_no_free);
    d->scalar_function_set_init(fn, udf_init);
    d->scalar_function_set_function(fn, list_call);
    enum duck_state st = d->add_scalar_function_to_set(set, fn);
    d->destroy_scalar_function(&fn);
    if (st == DUCK_OK)
        st = d->register_scalar_function_set(e->con, set);
    d->destroy_scalar_function_set(&set);
    d->destroy_logical_type(&list);
    d->destroy_logical_type(&text);
    if (st == DUCK_OK)
        return ST_OK;
    diag_error(ds, DIAG_ENGINE, NO_SPAN, "cannot register function k_list");
    return ST_ENV;
}

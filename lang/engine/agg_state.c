/* agg_state.c - the heap where the states of aggregates live.
 *
 * Called by: agg_call.c (making, freeing, counting), interrupt.c (sweeping),
 *            db.c.
 *
 * DuckDB's own memory holds a pointer only. When a statement fails while it
 * combines states, DuckDB drops some of them without calling the destructor;
 * so all states are on lists, and what is left when no statement runs any more
 * is freed. The lists are several, because threads of a statement share them.
 */
#include "udf.h"

#include <stdlib.h>

void agg_heap_init(struct engine *e)
{
    for (size_t i = 0; i < AGG_LISTS; i++)
        pthread_mutex_init(&e->agg.lists[i].lock, NULL);
}

void agg_heap_release(struct engine *e)
{
    agg_sweep(e);
    for (size_t i = 0; i < AGG_LISTS; i++)
        pthread_mutex_destroy(&e->agg.lists[i].lock);
}

static struct agg_list *list_of(struct engine *e, const struct agg_body *b)
{
    return &e->agg.lists[(uintptr_t)b / 64 % AGG_LISTS];
}

struct agg_body *agg_body_new(const struct aggregate *g)
{
    size_t n = offsetof(struct agg_body, state) + g->f->state_size;
    struct agg_body *b = xcalloc(1, n);
    struct agg_list *list = list_of(g->e, b);
    b->f = g->f;
    b->booked = n;
    pthread_mutex_lock(&list->lock);
    b->next = list->first;
    if (b->next)
        b->next->prev = b;
    list->first = b;
    pthread_mutex_unlock(&list->lock);
    return b;
}

void agg_body_free(struct engine *e, struct agg_body *b)
{
    struct agg_list *list = list_of(e, b);
    pthread_mutex_lock(&list->lock);
    if (b->prev)
        b->prev->next = b->next;
    else
        list->first = b->next;
    if (b->next)
        b->next->prev = b->prev;
    pthread_mutex_unlock(&list->lock);
    atomic_fetch_sub(&e->agg.held, b->booked);
    b->f->release(&b->state);
    free(b);
}

void agg_sweep(struct engine *e)
{
    atomic_fetch_add(&e->agg.generation, 1);
    for (size_t i = 0; i < AGG_LISTS; i++)
        while (e->agg.lists[i].first)
            agg_body_free(e, e->agg.lists[i].first);
}

/* proctree_index.c - all starts under one process number, in order of time.
 *
 * Called by: proctree.c. */
#include "proctree_index.h"

#include "proctree.h"

void proctree_index_init(struct proctree_index *x, size_t max)
{
    size_t cap = 4;
    while (cap < max + max / 2)
        cap *= 2;
    *x = (struct proctree_index){
        .slots = xmalloc(cap * sizeof *x->slots),
        .cap = cap,
        .start = xmalloc((max + 2) * sizeof(int32_t)),
        .rows = xmalloc((max + 1) * sizeof(struct proctree_start)),
        .group = xmalloc((max + 1) * sizeof(int32_t)),
        .spare = xmalloc((max / 2 + 1) * sizeof(struct proctree_start)),
        .seed = str_hash(S("process numbers")) | 1, /* random per process */
    };
}

void proctree_index_release(struct proctree_index *x)
{
    free(x->slots);
    free(x->start);
    free(x->rows);
    free(x->group);
    free(x->spare);
}

/* The finaliser of MurmurHash3 over a secret start. */
static uint64_t hash_key(const struct proctree_index *x, int64_t key)
{
    uint64_t h = (uint64_t)key ^ x->seed;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    h = (h ^ (h >> 33)) * (x->seed * 0xc4ceb9fe1a85ec53u | 1);
    return h ^ (h >> 29);
}

static struct proctree_slot *slot_of(const struct proctree_index *x,
                                     int64_t key)
{
    size_t mask = x->nslots - 1;
    size_t i = hash_key(x, key) & mask;
    while (x->slots[i].group >= 0 && x->slots[i].key != key)
        i = (i + 1) & mask;
    return &x->slots[i];
}

static void clear(struct proctree_index *x, size_t n)
{
    size_t want = 4;
    while (want < n + n / 2)
        want *= 2;
    x->nslots = want;
    for (size_t i = 0; i < want; i++)
        x->slots[i].group = -1;
}

/* Numbers the keys and counts rows of each in start[group + 2], so that the
 * prefix sums come out shifted and filling moves them into place. */
static int32_t count_groups(struct proctree_index *x, size_t n,
                            const int32_t *list, const int64_t *key)
{
    int32_t ngroups = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t k = key[list[i]];
        x->group[i] = -1;
        if (k == PROCTREE_NONE)
            continue;
        struct proctree_slot *s = slot_of(x, k);
        if (s->group < 0) {
            *s = (struct proctree_slot){ k, ngroups };
            x->start[ngroups++ + 1] = 0;
        }
        x->group[i] = s->group;
        x->start[s->group + 1]++;
    }
    return ngroups;
}

static void place_rows(struct proctree_index *x, size_t n, int32_t ngroups,
                       const int32_t *list, const int64_t *time)
{
    int32_t sum = 0;
    x->start[0] = 0;
    for (int32_t g = 1; g <= ngroups; g++) {
        int32_t count = x->start[g];
        x->start[g] = sum; /* first free place of group g - 1 */
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        if (x->group[i] >= 0)
            x->rows[x->start[x->group[i] + 1]++] = (struct proctree_start){
                time ? time[list[i]] : PROCTREE_NONE, list[i]
            };
}

static bool in_order(const struct proctree_start *s, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (s[i - 1].time > s[i].time)
            return false;
    return true;
}

static void insert_sort(struct proctree_start *s, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct proctree_start moved = s[i];
        size_t j = i;
        for (; j > 0 && s[j - 1].time > moved.time; j--)
            s[j] = s[j - 1];
        s[j] = moved;
    }
}

/* Stable, so rows of one time keep their order. At most 30 levels deep. */
static void merge_sort(struct proctree_start *s, size_t n,
                       struct proctree_start *spare)
{
    if (n <= 12) {
        insert_sort(s, n);
        return;
    }
    size_t half = n / 2, i = 0, j = half, k = 0;
    merge_sort(s, half, spare);
    merge_sort(s + half, n - half, spare);
    memcpy(spare, s, half * sizeof *s);
    while (i < half)
        if (j < n && s[j].time < spare[i].time)
            s[k++] = s[j++];
        else
            s[k++] = spare[i++];
}

void proctree_index_build(struct proctree_index *x, size_t n,
                          const int32_t *list, const int64_t *key,
                          const int64_t *time)
{
    clear(x, n);
    int32_t ngroups = count_groups(x, n, list, key);
    x->ngroups = ngroups;
    place_rows(x, n, ngroups, list, time);
    for (int32_t g = 0; time && g < ngroups; g++) {
        struct proctree_start *s = x->rows + x->start[g];
        size_t len = (size_t)(x->start[g + 1] - x->start[g]);
        if (!in_order(s, len))
            merge_sort(s, len, x->spare);
    }
}

const struct proctree_start *
proctree_index_find(const struct proctree_index *x, int64_t key, size_t *n)
{
    const struct proctree_slot *s = slot_of(x, key);
    *n = 0;
    if (key == PROCTREE_NONE || s->group < 0)
        return NULL;
    *n = (size_t)(x->start[s->group + 1] - x->start[s->group]);
    return x->rows + x->start[s->group];
}

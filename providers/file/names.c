/* names.c - a seeded hash table from column names to numbers.
 *
 * Called by: json_read.c, schema.c. Open addressing, at most half full. */
#include "names.h"

#include "providers/limits.h"

__extension__ typedef unsigned __int128 wide;

/* Multiply-and-fold over 8-byte words. The seed is secret per process, so a
 * log cannot be written to make all its keys collide. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    wide m = (wide)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t name_hash(const struct field_names *n, str s)
{
    uint64_t h = n->seed ^ s.n, word;
    const char *p = s.p;
    size_t left = s.n;
    for (; left >= 8; p += 8, left -= 8) {
        memcpy(&word, p, 8);
        h = mix(h ^ word, 0x9e3779b97f4a7c15u ^ n->seed);
    }
    word = 0;
    if (left)
        memcpy(&word, p, left);
    return mix(h ^ word, 0xd6e8feb86659fd93u ^ n->seed);
}

void field_names_init(struct field_names *n, struct arena *a)
{
    *n = (struct field_names){ .arena = a, .nslots = 256 };
    n->slots = arena_array(a, n->nslots, sizeof *n->slots);
    n->seed = str_hash(S("column names")) | 1;
}

static int32_t *slot_of(const struct field_names *n, str text, uint64_t hash)
{
    size_t i = hash & (n->nslots - 1);
    for (;; i = (i + 1) & (n->nslots - 1)) {
        int32_t at = n->slots[i];
        if (at == 0)
            return &n->slots[i];
        const struct name *name = &n->list.v[at - 1];
        if (name->hash == hash && str_eq(name->text, text))
            return &n->slots[i];
    }
}

int32_t field_names_find(const struct field_names *n, str text)
{
    return *slot_of(n, text, name_hash(n, text)) - 1;
}

static void grow_slots(struct field_names *n)
{
    n->nslots *= 2;
    n->slots = arena_array(n->arena, n->nslots, sizeof *n->slots);
    for (size_t i = 0; i < n->list.n; i++) {
        const struct name *name = &n->list.v[i];
        *slot_of(n, name->text, name->hash) = (int32_t)i + 1;
    }
}

static bool is_plain(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            return false;
    }
    return true;
}

int32_t field_names_add(struct field_names *n, str text)
{
    uint64_t hash = name_hash(n, text);
    int32_t at = *slot_of(n, text, hash);
    if (at)
        return at - 1;
    if (n->list.n >= MAX_COLUMNS)
        return -1;
    if (2 * (n->list.n + 1) > n->nslots)
        grow_slots(n);
    char *copy = arena_zalloc(n->arena, text.n + 17);
    if (text.n)
        memcpy(copy, text.p, text.n);
    copy[text.n] = '"';
    struct name name = { { copy, text.n }, hash, is_plain(text) };
    PUSH(n->arena, n->list, name);
    *slot_of(n, text, hash) = (int32_t)n->list.n;
    return (int32_t)n->list.n - 1;
}

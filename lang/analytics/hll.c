/* hll.c - how many different values there are, in little room (HyperLogLog).
 *
 * Called by: lang/funcs/agg_sketch.c, fn_sketch.c. */
#include "hll.h"

#include <math.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/json_value.h"
#include "base/json_walk.h"

enum { SLOTS = 4 * HLL_SPARSE, MAX_REGISTER = 64 };

unsigned hll_bits(int64_t accuracy)
{
    static const unsigned bits[] = { 12, 14, 16, 17, 18 };
    return accuracy >= 0 && accuracy <= 4 ? bits[accuracy] : 0;
}

void hll_init(struct hll *h, unsigned bits)
{
    *h = (struct hll){ .bits = bits };
}

void hll_release(struct hll *h)
{
    free(h->slots);
    free(h->registers);
    *h = (struct hll){ .bits = h->bits };
}

size_t hll_bytes(const struct hll *h)
{
    return (h->slots ? SLOTS * sizeof *h->slots : 0) +
           (h->registers ? (size_t)1 << h->bits : 0);
}

/* The first bits choose the register, the zeros after them are its value. */
static void into_register(struct hll *h, uint64_t hash)
{
    uint64_t rest = hash << h->bits;
    size_t at = (size_t)(hash >> (64 - h->bits));
    unsigned zeros = rest ? (unsigned)__builtin_clzll(rest) : 64 - h->bits;
    uint8_t rank = (uint8_t)(zeros + 1);
    if (h->registers[at] < rank)
        h->registers[at] = rank;
}

static void into_registers(struct hll *h)
{
    if (h->registers)
        return;
    h->registers = xcalloc((size_t)1 << h->bits, 1);
    for (size_t i = 0; h->slots && i < SLOTS; i++)
        if (h->slots[i])
            into_register(h, h->slots[i]);
    free(h->slots);
    h->slots = NULL;
    h->n = 0;
}

/* The place of the hash, or the free one where it belongs. */
static size_t find_slot(const struct hll *h, uint64_t hash)
{
    size_t i = (size_t)(hash % SLOTS);
    while (h->slots[i] && h->slots[i] != hash)
        i = (i + 1) % SLOTS;
    return i;
}

void hll_add(struct hll *h, uint64_t hash)
{
    hash += hash == 0; /* 0 marks a free slot */
    if (h->registers) {
        into_register(h, hash);
        return;
    }
    if (!h->slots)
        h->slots = xcalloc(SLOTS, sizeof *h->slots);
    size_t i = find_slot(h, hash);
    if (h->slots[i])
        return;
    h->slots[i] = hash;
    if (++h->n > HLL_SPARSE)
        into_registers(h);
}

/* 2^bits registers become 2^to of them: the bits that no longer choose a
 * register are zeros that count, or end the count. */
static void coarsen(struct hll *h, unsigned to)
{
    if (h->bits <= to)
        return;
    if (h->registers) {
        unsigned lost = h->bits - to;
        uint8_t *fewer = xcalloc((size_t)1 << to, 1);
        for (size_t i = 0; i < (size_t)1 << h->bits; i++) {
            size_t low = i & (((size_t)1 << lost) - 1);
            unsigned rank = h->registers[i];
            if (rank && low)
                rank = lost - (unsigned)(63 - __builtin_clzll(low));
            else if (rank)
                rank += lost;
            if (fewer[i >> lost] < rank)
                fewer[i >> lost] = (uint8_t)rank;
        }
        free(h->registers);
        h->registers = fewer;
    }
    h->bits = to;
}

void hll_merge(struct hll *h, const struct hll *from)
{
    coarsen(h, from->bits);
    for (size_t i = 0; from->slots && i < SLOTS; i++)
        if (from->slots[i])
            hll_add(h, from->slots[i]);
    if (!from->registers)
        return;
    struct hll rest = { .bits = from->bits };
    rest.registers = xcalloc((size_t)1 << from->bits, 1);
    memcpy(rest.registers, from->registers, (size_t)1 << from->bits);
    coarsen(&rest, h->bits);
    into_registers(h);
    for (size_t i = 0; i < (size_t)1 << h->bits; i++)
        if (h->registers[i] < rest.registers[i])
            h->registers[i] = rest.registers[i];
    hll_release(&rest);
}

/* ---- the estimator of Ertl 2017 ---- */

static double sigma(double x)
{
    double y = 1, z = x, before;
    if (x == 1)
        return INFINITY;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (z != before);
    return z;
}

static double tau(double x)
{
    double y = 1, z = 1 - x, before;
    if (x == 0 || x == 1)
        return 0;
    do {
        x = sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
}

double hll_count(const struct hll *h)
{
    size_t seen[MAX_REGISTER + 2] = { 0 };
    double m = (double)((size_t)1 << h->bits);
    unsigned top = 64 - h->bits;
    if (!h->registers)
        return (double)h->n;
    for (size_t i = 0; i < (size_t)1 << h->bits; i++)
        seen[h->registers[i]]++;
    double z = m * tau(1 - (double)seen[top + 1] / m);
    for (unsigned k = top; k >= 1; k--)
        z = 0.5 * (z + (double)seen[k]);
    z += m * sigma((double)seen[0] / m);
    return m * m / (2 * log(2) * z);
}

/* ---- intersections ---- */

static double common_hashes(const struct hll *const *h, size_t n)
{
    double count = 0;
    for (size_t i = 0; h[0]->slots && i < SLOTS; i++) {
        uint64_t hash = h[0]->slots[i];
        bool all = hash != 0;
        for (size_t k = 1; all && k < n; k++)
            all = h[k]->slots && h[k]->slots[find_slot(h[k], hash)] == hash;
        count += all;
    }
    return count;
}

double hll_common(const struct hll *const *h, size_t n)
{
    bool exact = true;
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        exact &= !h[k]->registers;
    if (exact)
        return common_hashes(h, n);
    for (size_t set = 1; set < (size_t)1 << n; set++) {
        struct hll any = { .bits = HLL_MAX_BITS };
        for (size_t k = 0; k < n; k++)
            if (set >> k & 1)
                hll_merge(&any, h[k]);
        sum += __builtin_popcountll(set) % 2 ? hll_count(&any)
                                             : -hll_count(&any);
        hll_release(&any);
    }
    return sum > 0 ? sum : 0;
}

/* ---- text ---- */

void hll_write(struct buf *b, const struct hll *h)
{
    bool first = true;
    buf_addf(b, "[[%d,%u],[", HLL_SPARSE, h->bits);
    for (size_t i = 0; h->slots && i < SLOTS; i++) {
        if (!h->slots[i])
            continue;
        buf_adds(b, first ? "\"" : ",\"");
        buf_add_i64(b, (int64_t)h->slots[i]);
        buf_addc(b, '"');
        first = false;
    }
    buf_adds(b, "],[");
    if (h->registers) {
        buf_addc(b, '"');
        base64_encode(b, (str){ (const char *)h->registers,
                                (size_t)1 << h->bits });
        buf_addc(b, '"');
    }
    buf_adds(b, "]]");
}

static bool hash_of(str json, uint64_t *hash)
{
    struct value v = { 0 };
    if (!json_scalar(json, &v) || v.type != TYPE_STRING)
        return false;
    bool minus = v.s.n && v.s.p[0] == '-';
    *hash = 0;
    for (size_t i = minus; i < v.s.n; i++) {
        if (v.s.p[i] < '0' || v.s.p[i] > '9')
            return false;
        *hash = *hash * 10 + (uint64_t)(v.s.p[i] - '0');
    }
    if (minus)
        *hash = 0 - *hash;
    return v.s.n > minus;
}

static bool read_hashes(struct hll *h, str json)
{
    struct json_iter it;
    str item;
    uint64_t hash;
    if (json_kind(json) != JSON_ARRAY || !json_iter_init(&it, json))
        return false;
    while (json_next(&it, NULL, &item)) {
        if (!hash_of(item, &hash))
            return false;
        hll_add(h, hash);
    }
    return true;
}

static bool read_registers(struct hll *h, str json)
{
    struct value v = { 0 };
    struct buf bytes;
    str item;
    if (json_kind(json) != JSON_ARRAY)
        return false;
    if (!json_get_index(json, 0, &item))
        return true;
    if (!json_scalar(item, &v) || v.type != TYPE_STRING)
        return false;
    size_t n = (size_t)1 << h->bits;
    buf_init(&bytes, (size_t)1 << (HLL_MAX_BITS + 1));
    bool ok = base64_decode(&bytes, v.s) && bytes.n == n;
    for (size_t i = 0; ok && i < n; i++)
        ok = (uint8_t)bytes.p[i] <= 65 - h->bits;
    if (ok) {
        into_registers(h);
        for (size_t i = 0; i < n; i++)
            if (h->registers[i] < (uint8_t)bytes.p[i])
                h->registers[i] = (uint8_t)bytes.p[i];
    }
    buf_release(&bytes);
    return ok;
}

bool hll_read(struct hll *h, str json)
{
    str head, hashes, registers, bits;
    struct value v = { 0 };
    hll_init(h, HLL_MAX_BITS);
    bool ok = json_kind(json) == JSON_ARRAY &&
              json_get_index(json, 0, &head) &&
              json_get_index(json, 1, &hashes) &&
              json_get_index(json, 2, &registers) &&
              json_kind(head) == JSON_ARRAY && json_get_index(head, 1, &bits) &&
              json_scalar(bits, &v) && v.type == TYPE_LONG &&
              v.i >= HLL_MIN_BITS && v.i <= HLL_MAX_BITS;
    if (ok)
        h->bits = (unsigned)v.i;
    ok = ok && read_hashes(h, hashes) && read_registers(h, registers);
    if (!ok)
        hll_release(h);
    return ok;
}

/* xxh64.c - XXH64 after its published description (xxhash_spec, 0.1.1).
 *
 * Called by: hash() and hash_xxhash64(). */
#include "xxh64.h"

#define P1 0x9E3779B185EBCA87u
#define P2 0xC2B2AE3D27D4EB4Fu
#define P3 0x165667B19E3779F9u
#define P4 0x85EBCA77C2B2AE63u
#define P5 0x27D4EB2F165667C5u

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

/* Little-endian on every machine. */
static uint64_t read(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)(uint8_t)p[i] << (8 * i);
    return v;
}

static uint64_t mix(uint64_t lane, uint64_t input)
{
    return rotate(lane + input * P2, 31) * P1;
}

/* 32 bytes a round in four lanes. */
static uint64_t stripes(const char **p, const char *end, uint64_t seed)
{
    uint64_t lane[4] = { seed + P1 + P2, seed + P2, seed, seed - P1 };
    for (; end - *p >= 32; *p += 32)
        for (int i = 0; i < 4; i++)
            lane[i] = mix(lane[i], read(*p + 8 * i, 8));
    uint64_t h = rotate(lane[0], 1) + rotate(lane[1], 7) +
                 rotate(lane[2], 12) + rotate(lane[3], 18);
    for (int i = 0; i < 4; i++)
        h = (h ^ mix(0, lane[i])) * P1 + P4;
    return h;
}

uint64_t xxh64(str s, uint64_t seed)
{
    const char *p = s.p, *end = s.p + s.n;
    uint64_t h = s.n >= 32 ? stripes(&p, end, seed) : seed + P5;
    h += s.n;
    for (; end - p >= 8; p += 8)
        h = rotate(h ^ mix(0, read(p, 8)), 27) * P1 + P4;
    for (; end - p >= 4; p += 4)
        h = rotate(h ^ read(p, 4) * P1, 23) * P2 + P3;
    for (; p < end; p++)
        h = rotate(h ^ (uint8_t)*p * P5, 11) * P1;
    h = (h ^ h >> 33) * P2;
    h = (h ^ h >> 29) * P3;
    return h ^ h >> 32;
}

/* fn_bits.c - bits of whole numbers, and random values.
 *
 * Called by: the engine, once per row. Random numbers are for sampling and
 * names, not for keys: xoshiro256** (Blackman and Vigna 2018), one generator
 * per call site and thread, seeded by the system. */
#include <sys/random.h>

#include "base/status.h"
#include "text_int.h"

#define BITS2(name, expression)                                              \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        int64_t a = in[0].i, b = in[1].i;                                    \
        (void)cx, (void)n;                                                   \
        dyn_set_long(out, expression);                                       \
    }

BITS2(and, a & b)
BITS2(or, a | b)
BITS2(xor, a ^ b)

static void row_not(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    dyn_set_long(out, ~in[0].i);
}

/* The number of places counts modulo 64; negative ones have no answer. */
static void row_shift_left(struct fn_ctx *cx, const struct value *in, size_t n,
                           struct value *out)
{
    (void)cx, (void)n;
    if (in[1].i >= 0)
        dyn_set_long(out, (int64_t)((uint64_t)in[0].i << in[1].i % 64));
}

static void row_shift_right(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    (void)cx, (void)n;
    if (in[1].i >= 0)
        dyn_set_long(out, in[0].i >> in[1].i % 64);
}

static void row_count_ones(struct fn_ctx *cx, const struct value *in, size_t n,
                           struct value *out)
{
    (void)cx, (void)n;
    dyn_set_long(out, __builtin_popcountll((unsigned long long)in[0].i));
}

/* tohex(number [, least length]); an int has 32 bits. */
static void row_tohex(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    char digits[80];
    uint64_t v = (uint64_t)in[0].i;
    int64_t width = n > 1 ? in[1].i : 0;
    if (in[0].type == TYPE_INT)
        v &= 0xFFFFFFFFu;
    width = width < 0 ? 0 : width > 64 ? 64 : width;
    int len = snprintf(digits, sizeof digits, "%0*llx", (int)width,
                       (unsigned long long)v);
    set_text(out, arena_str(cx->tmp, (str){ digits, (size_t)len }));
}

struct random {
    uint64_t s[4];
};

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

static uint64_t next_random(struct fn_ctx *cx)
{
    struct random *r = cx->cache;
    if (!r) {
        r = cx->cache = NEW(cx->keep, struct random);
        if (getrandom(r->s, sizeof r->s, 0) != (ssize_t)sizeof r->s)
            BUG("the system gives no random bytes");
    }
    uint64_t *s = r->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

/* 53 bits, so that every value is exact and 1 never comes. */
static double unit_random(struct fn_ctx *cx)
{
    return (double)(next_random(cx) >> 11) * 0x1p-53;
}

static void row_rand(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    (void)in, (void)n;
    dyn_set_real(out, unit_random(cx));
}

static void row_rand_below(struct fn_ctx *cx, const struct value *in, size_t n,
                           struct value *out)
{
    int64_t limit = in[0].i;
    (void)n;
    if (limit <= 0)
        dyn_set_real(out, unit_random(cx));
    else
        dyn_set_real(out, (double)(next_random(cx) % (uint64_t)limit));
}

/* Version 4 of RFC 9562. */
static void row_new_guid(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    uint64_t a = next_random(cx), b = next_random(cx);
    (void)in, (void)n;
    a = (a & ~0xF000ull) | 0x4000;
    b = (b & ~(3ull << 62)) | 2ull << 62;
    out->null = false;
    out->s = arena_fmt(cx->tmp, "%08x-%04x-%04x-%04x-%012llx",
                       (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xFFFF),
                       (unsigned)(a & 0xFFFF), (unsigned)(b >> 48),
                       (unsigned long long)(b & 0xFFFFFFFFFFFFull));
}

#define BITS(fn, c, does)                                                    \
    { .name = "binary_" fn, .params = "long, long", .ret = TYPE_LONG,        \
      .row = row_##c, .usage = "binary_" fn "(a, b)", .summary = does,       \
      .example = "print binary_" fn "(12, 10)" }
#define SHIFT(fn, c, does)                                                   \
    { .name = "binary_" fn, .params = "long, long", .ret = TYPE_LONG,        \
      .row = row_##c, .flags = FN_MAYNULL,                                   \
      .usage = "binary_" fn "(number, places)", .summary = does,             \
      .example = "print binary_" fn "(12, 2)" }

const struct lang_func funcs_bits[] = {
    BITS("and", and, "The bits that both numbers have."),
    BITS("or", or, "The bits that either number has."),
    BITS("xor", xor, "The bits that only one of the numbers has."),
    { .name = "binary_not", .params = "long", .ret = TYPE_LONG,
      .row = row_not, .usage = "binary_not(number)",
      .summary = "All bits the other way round.",
      .example = "print binary_not(100)" },
    SHIFT("shift_left", shift_left, "The bits moved to the left."),
    SHIFT("shift_right", shift_right,
          "The bits moved to the right, keeping the sign."),
    { .name = "bitset_count_ones", .params = "long", .ret = TYPE_LONG,
      .row = row_count_ones, .usage = "bitset_count_ones(number)",
      .summary = "Number of bits that are set.",
      .example = "print bitset_count_ones(42)" },
    { .name = "tohex", .params = "int, long?", .ret = TYPE_STRING,
      .row = row_tohex, .flags = FN_HIDDEN, .usage = "tohex(number)",
      .summary = "The number in hexadecimal digits, negative ones in two's "
                 "complement of 32 bits.",
      .example = "print tohex(toint(-256), 8)" },
    { .name = "tohex", .params = "long, long?", .ret = TYPE_STRING,
      .row = row_tohex, .usage = "tohex(number [, length])",
      .summary = "The number in hexadecimal digits, negative ones in two's "
                 "complement; zeros fill up to the length.",
      .example = "print tohex(4624, 8)" },
    { .name = "rand", .params = "", .ret = TYPE_REAL, .row = row_rand,
      .flags = FN_VOLATILE, .usage = "rand([n])",
      .summary = "A random number from 0 up to 1, or a whole one below n.",
      .example = "print rand() < 1" },
    { .name = "rand", .params = "long", .ret = TYPE_REAL,
      .row = row_rand_below, .flags = FN_VOLATILE | FN_HIDDEN,
      .usage = "rand(n)", .summary = "A random whole number below n.",
      .example = "print rand(6) < 6" },
    { .name = "new_guid", .params = "", .ret = TYPE_GUID,
      .row = row_new_guid, .flags = FN_VOLATILE, .usage = "new_guid()",
      .summary = "A new random guid.",
      .example = "print strlen(tostring(new_guid())) == 36" },
};
const size_t nfuncs_bits = ROWS(funcs_bits);

/* fn_hash.c - hashes of values.
 *
 * Called by: the engine, once per row. hash() and hash_xxhash64() take texts
 * as bytes and numbers and times as their 8 bytes; the cryptographic ones take
 * the text of the value. */
#include "base/xxh64.h"
#include "bind/bind.h"
#include "text_int.h"

/* The bytes that hash() sees. */
static str hash_bytes(struct fn_ctx *cx, const struct value *v, char room[8])
{
    uint64_t bits;
    if (type_is_text(v->type))
        return arg_text(cx, v);
    if (v->type == TYPE_REAL)
        memcpy(&bits, &v->d, 8);
    else
        bits = (uint64_t)v->i;
    for (int i = 0; i < 8; i++)
        room[i] = (char)(bits >> (8 * i));
    return (str){ room, v->type == TYPE_BOOL ? 1 : 8 };
}

/* hash(value [, mod]): below mod, never negative. */
static void row_hash(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    char room[8];
    int64_t h = (int64_t)xxh64(hash_bytes(cx, &in[0], room), 0);
    if (n > 1) {
        int64_t mod = in[1].i;
        if (mod <= 0) {
            fn_fail(cx, "hash() needs a modulus above 0");
            return;
        }
        h %= mod;
        h += h < 0 ? mod : 0;
    }
    dyn_set_long(out, h);
}

/* Mixes the bits of each hash into those before it, as boost does. Kusto's way
 * is not published, and may change: only equality counts. */
static void row_combine(struct fn_ctx *cx, const struct value *in, size_t n,
                        struct value *out)
{
    uint64_t h = (uint64_t)in[0].i;
    (void)cx;
    for (size_t i = 1; i < n; i++)
        h ^= (uint64_t)in[i].i + 0x9e3779b97f4a7c15 + (h << 6) + (h >> 2);
    dyn_set_long(out, (int64_t)h);
}

static struct expr *bind_many(struct binder *b, const struct ast *call,
                              struct expr **args, size_t n)
{
    for (size_t i = 0; i < n; i++)
        args[i] = ex_func(b, "hash", call->span, args[i], NULL);
    return bind_call_args(b, S("hash_combine"), call->span, NULL, args, n);
}

#define HASH(fn, type, more)                                                 \
    { .name = fn, .params = type ", long?", .ret = TYPE_LONG,                \
      .row = row_hash, .flags = more, .usage = fn "(value [, mod])",         \
      .summary = "A 64-bit hash (xxHash) of a value, or one below mod.",     \
      .example = "print " fn "(\"World\")" }
#define HASHES(fn)                                                           \
    HASH(fn, "string", 0), HASH(fn, "long", FN_HIDDEN),                      \
    HASH(fn, "datetime", FN_HIDDEN), HASH(fn, "timespan", FN_HIDDEN),        \
    HASH(fn, "real", FN_HIDDEN), HASH(fn, "bool", FN_HIDDEN),                \
    HASH(fn, "guid", FN_HIDDEN), HASH(fn, "decimal", FN_HIDDEN),             \
    HASH(fn, "dynamic", FN_HIDDEN)
/* The digest of a value is that of its text; null has none. */
#define DIGEST_HOOK(fn)                                                      \
    static struct expr *bind_##fn(struct binder *b, const struct ast *call,  \
                                  struct expr **args, size_t n)              \
    {                                                                        \
        (void)call, (void)n;                                                 \
        return ex_call(b, TYPE_STRING,                                       \
                       "CASE WHEN $2 IS NULL THEN '' ELSE " #fn "($1) END",  \
                       coerce(b, args[0], TYPE_STRING), args[0], NULL);      \
    }
#define DIGEST(c, does)                                                      \
    { .name = "hash_" #c, .params = "string", .ret = TYPE_STRING,            \
      .sql = #c "($1)", .usage = "hash_" #c "(value)", .summary = does,      \
      .example = "print hash_" #c "(\"World\")" },                           \
    { .name = "hash_" #c, .params = "any", .ret = TYPE_STRING,               \
      .bind = bind_##c, .flags = FN_HIDDEN,                                  \
      .usage = "hash_" #c "(value)" }

DIGEST_HOOK(md5)
DIGEST_HOOK(sha1)
DIGEST_HOOK(sha256)

const struct lang_func funcs_hash[] = {
    HASHES("hash"), HASHES("hash_xxhash64"),
    { .name = "hash_combine", .params = "long, long, long*",
      .ret = TYPE_LONG, .row = row_combine,
      .usage = "hash_combine(hash1, hash2, …)",
      .summary = "One hash of some hashes.",
      .example = "print hash_combine(hash(\"a\"), hash(1))" },
    { .name = "hash_many", .params = "any, any, any*", .bind = bind_many,
      .usage = "hash_many(value1, value2, …)",
      .summary = "One hash of the hashes of some values.",
      .example = "print hash_many(\"a\", 1)" },
    DIGEST(md5, "MD5 of the text of a value, in hexadecimal."),
    DIGEST(sha1, "SHA-1 of the text of a value, in hexadecimal."),
    DIGEST(sha256, "SHA-256 of the text of a value, in hexadecimal."),
};
const size_t nfuncs_hash = ROWS(funcs_hash);

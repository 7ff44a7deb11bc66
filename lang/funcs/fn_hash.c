/* fn_hash.c - hashes of values.
 *
 * Called by: the engine, once per row. hash() and hash_xxhash64() take texts
 * as bytes and numbers and times as their 8 bytes; the cryptographic ones take
 * the text of the value. */
#include "base/xxh64.h"
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
#define DIGEST(fn, type, sql_, does, more)                                   \
    { .name = fn, .params = type, .ret = TYPE_STRING, .sql = sql_,           \
      .flags = FN_SQLNULL | more, .usage = fn "(value)", .summary = does,    \
      .example = "print " fn "(\"World\")" }
#define DIGESTS(fn, c, does)                                                 \
    DIGEST(fn, "string", c "($1)", does, 0),                                 \
    DIGEST(fn, "long", c "(CAST($1 AS VARCHAR))", does, FN_HIDDEN),          \
    DIGEST(fn, "datetime", c "(k_time_text($1))", does, FN_HIDDEN),          \
    DIGEST(fn, "guid", c "($1)", does, FN_HIDDEN),                           \
    DIGEST(fn, "dynamic", c "(k_dyn_text($1))", does, FN_HIDDEN)

static void row_time_text(struct fn_ctx *cx, const struct value *in, size_t n,
                          struct value *out)
{
    (void)n;
    set_text(out, arg_text(cx, &in[0]));
}

const struct lang_func funcs_hash[] = {
    HASHES("hash"), HASHES("hash_xxhash64"),
    DIGESTS("hash_md5", "md5", "MD5 of the text of a value, in hexadecimal."),
    DIGESTS("hash_sha1", "sha1",
            "SHA-1 of the text of a value, in hexadecimal."),
    DIGESTS("hash_sha256", "sha256",
            "SHA-256 of the text of a value, in hexadecimal."),
    { .name = "k_time_text", .params = "datetime", .ret = TYPE_STRING,
      .row = row_time_text, .flags = FN_HIDDEN,
      .usage = "k_time_text(datetime)",
      .summary = "A moment as text, for templates.",
      .example = "print hash_md5(datetime(2024-05-17))" },
};
const size_t nfuncs_hash = ROWS(funcs_hash);

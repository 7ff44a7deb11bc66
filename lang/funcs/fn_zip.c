/* fn_zip.c - zlib and gzip data in base64.
 *
 * Called by: the engine, through the rows at the end. Unpacking stops at
 * DYN_MAX_BYTES and, beyond 1 MB, at 200 times the packed size: what is bigger
 * is an attack on memory and fails the call. Broken data gives "". */
#include "funcs.h"

#include <zlib.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "dyn_int.h"

enum { FREE_OUTPUT = 1 << 20, MAX_RATIO = 200, ZIP_STEP = 64 << 10 };

/* --- packing ---------------------------------------------------------- */

/* Raw deflate data (RFC 1951) of s. */
static bool deflate_raw(struct buf *b, str s, int level)
{
    z_stream z = { 0 };
    if (deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t room = deflateBound(&z, s.n);
    int rc = Z_MEM_ERROR;
    if (buf_reserve(b, room)) {
        z.next_in = (Bytef *)(uintptr_t)s.p;
        z.avail_in = (uInt)s.n;
        z.next_out = (Bytef *)b->p + b->n;
        z.avail_out = (uInt)room;
        rc = deflate(&z, Z_FINISH);
        b->n += room - z.avail_out;
    }
    deflateEnd(&z);
    return rc == Z_STREAM_END;
}

/* Stored as it is when packing would not make it smaller. */
static bool pack(struct buf *b, str s)
{
    size_t before = b->n;
    if (!deflate_raw(b, s, Z_DEFAULT_COMPRESSION))
        return false;
    if (b->n - before < s.n)
        return true;
    b->n = before;
    return deflate_raw(b, s, Z_NO_COMPRESSION);
}

static void put_number(struct buf *b, uint32_t v, bool little_endian)
{
    for (int i = 0; i < 4; i++)
        buf_addc(b, (char)(v >> (little_endian ? 8 * i : 24 - 8 * i)));
}

/* RFC 1950: header for a 32 KB window, of the fastest level as Kusto's says,
 * data, Adler-32. */
static bool pack_zlib(struct buf *b, str s)
{
    buf_add(b, S("\x78\x01"));
    bool ok = pack(b, s);
    uLong sum = adler32(0, NULL, 0);
    put_number(b, (uint32_t)adler32(sum, (const Bytef *)s.p, (uInt)s.n),
               false);
    return ok;
}

/* RFC 1952: header without name, time and system, data, CRC-32, length. */
static bool pack_gzip(struct buf *b, str s)
{
    buf_add(b, (str){ "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10 });
    bool ok = pack(b, s);
    put_number(b, (uint32_t)crc32(0, (const Bytef *)s.p, (uInt)s.n), true);
    put_number(b, (uint32_t)s.n, true);
    return ok;
}

static void compress_with(struct fn_ctx *cx, bool (*how)(struct buf *, str),
                          str s, struct value *out)
{
    struct buf data, b;
    if (s.n > DYN_MAX_BYTES / 2) {
        fn_fail(cx, "the text to compress is longer than %d MB",
                DYN_MAX_BYTES >> 21);
        return;
    }
    dyn_begin(&data);
    if (how(&data, s)) {
        dyn_begin(&b);
        base64_encode(&b, buf_str(&data));
        dyn_end(cx, &b, out);
    }
    buf_release(&data);
}

/* --- unpacking -------------------------------------------------------- */

static bool too_big(const z_stream *z)
{
    return z->total_out > DYN_MAX_BYTES ||
           (z->total_out > FREE_OUTPUT &&
            z->total_out / MAX_RATIO > z->total_in);
}

enum unpacked { UNPACKED, BROKEN, TOO_BIG };

/* One whole stream with nothing behind it. */
static enum unpacked inflate_all(struct buf *b, str s, int window_bits)
{
    z_stream z = { 0 };
    int rc = Z_OK;
    if (inflateInit2(&z, window_bits) != Z_OK)
        return BROKEN;
    z.next_in = (Bytef *)(uintptr_t)s.p;
    z.avail_in = (uInt)s.n;
    while (rc == Z_OK && !too_big(&z) && buf_reserve(b, ZIP_STEP)) {
        z.next_out = (Bytef *)b->p + b->n;
        z.avail_out = ZIP_STEP;
        rc = inflate(&z, Z_NO_FLUSH);
        b->n += ZIP_STEP - z.avail_out;
    }
    enum unpacked result = too_big(&z) || !buf_ok(b) ? TOO_BIG
                           : rc == Z_STREAM_END && z.avail_in == 0 ? UNPACKED
                                                                   : BROKEN;
    inflateEnd(&z);
    return result;
}

static void decompress(struct fn_ctx *cx, str base64, int window_bits,
                       struct value *out)
{
    struct buf data, text;
    dyn_begin(&data);
    buf_init(&text, (size_t)DYN_MAX_BYTES + ZIP_STEP);
    if (base64_decode(&data, base64) && data.n) {
        enum unpacked r = inflate_all(&text, buf_str(&data), window_bits);
        if (r == TOO_BIG)
            fn_fail(cx, "compressed data unpacks to more than %d MB or to "
                    "more than %d times its size", DYN_MAX_BYTES >> 20,
                    MAX_RATIO);
        else if (r == UNPACKED && utf8_valid(buf_str(&text)))
            out->s = buf_take(&text, cx->tmp);
    }
    buf_release(&data);
    buf_release(&text);
}

static void zlib_compress(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    (void)nin;
    compress_with(cx, pack_zlib, in[0].s, out);
}

static void gzip_compress(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    (void)nin;
    compress_with(cx, pack_gzip, in[0].s, out);
}

static void zlib_decompress(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    (void)nin;
    decompress(cx, in[0].s, MAX_WBITS, out);
}

static void gzip_decompress(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    (void)nin;
    decompress(cx, in[0].s, MAX_WBITS + 16, out);
}

#define ZIP(nm, fn, sum, ex)                                                 \
    { .name = nm, .params = "string", .ret = TYPE_STRING, .row = fn,         \
      .usage = nm "(text)", .summary = sum, .example = ex }

const struct lang_func funcs_zip[] = {
    ZIP("zlib_compress_to_base64_string", zlib_compress,
        "The text as zlib data in base64.",
        "print zlib_compress_to_base64_string('aaaaaaaaaaaaaaaa')"),
    ZIP("zlib_decompress_from_base64_string", zlib_decompress,
        "The text in base64 zlib data; empty when it is none.",
        "print zlib_decompress_from_base64_string('eJxLTEQFADOYBhE=')"),
    ZIP("gzip_compress_to_base64_string", gzip_compress,
        "The text as gzip data in base64.",
        "print gzip_compress_to_base64_string('aaaaaaaaaaaaaaaa')"),
    ZIP("gzip_decompress_from_base64_string", gzip_decompress,
        "The text in base64 gzip data; empty when it is none.",
        "print gzip_decompress_from_base64_string("
        "'H4sIAAAAAAAA/0tMRAUA1WjWzxAAAAA=')"),
};
const size_t nfuncs_zip = ROWS(funcs_zip);

/* fn_base64.c - base64 (RFC 4648) to and from text, bytes and guids.
 *
 * Called by: the engine, through the rows at the end. Blanks between the
 * characters are allowed, missing padding is not; text that is no base64 gives
 * null, or "" where the result is text. */
#include "funcs.h"

#include "base/base64.h"
#include "base/utf8.h"
#include "dyn_int.h"

static void encode_text(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct buf b;
    (void)nin;
    dyn_begin(&b);
    base64_encode(&b, in[0].s);
    dyn_end(cx, &b, out);
}

static void decode_text(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct buf b;
    (void)nin;
    dyn_begin(&b);
    if (base64_decode(&b, in[0].s) && utf8_valid(buf_str(&b)))
        dyn_end(cx, &b, out);
    buf_release(&b);
}

static void decode_array(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    struct buf bytes, b;
    (void)nin;
    dyn_begin(&bytes);
    if (!base64_decode(&bytes, in[0].s)) {
        buf_release(&bytes);
        return;
    }
    if (bytes.n > DYN_MAX_ELEMS)
        fn_fail(cx, "base64_decode_toarray() makes at most %d elements",
                DYN_MAX_ELEMS);
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < bytes.n && bytes.n <= DYN_MAX_ELEMS; i++) {
        if (i)
            buf_addc(&b, ',');
        buf_add_i64(&b, (uint8_t)bytes.p[i]);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
    buf_release(&bytes);
}

/* An array of numbers from 0 to 255; anything else gives "". */
static void encode_array(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    struct json_iter it;
    struct buf bytes, b;
    struct value v;
    str item;
    bool ok = dyn_is_array(&in[0]);
    (void)nin;
    dyn_begin(&bytes);
    json_iter_init(&it, ok ? in[0].s : STR_NONE);
    while (ok && json_next(&it, NULL, &item)) {
        ok = json_scalar(item, &v) && !v.null && v.type == TYPE_LONG &&
             v.i >= 0 && v.i <= 255;
        if (ok)
            buf_addc(&bytes, (char)v.i);
    }
    if (ok) {
        dyn_begin(&b);
        base64_encode(&b, buf_str(&bytes));
        dyn_end(cx, &b, out);
    }
    buf_release(&bytes);
}

/* --- guids ------------------------------------------------------------ */

/* Where the bytes of a guid stand in its 16-byte form: the first three groups
 * are little-endian numbers. */
static const uint8_t guid_order[16] = {
    3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15,
};

static void decode_guid(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct buf bytes, b;
    (void)nin;
    dyn_begin(&bytes);
    if (base64_decode(&bytes, in[0].s) && bytes.n == 16) {
        dyn_begin(&b);
        for (int i = 0; i < 16; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10)
                buf_addc(&b, '-');
            buf_addf(&b, "%02x", (unsigned)(uint8_t)bytes.p[guid_order[i]]);
        }
        dyn_end(cx, &b, out);
    }
    buf_release(&bytes);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool guid_bytes(str guid, char bytes[16])
{
    int n = 0;
    for (size_t i = 0; i < guid.n; i++) {
        if (guid.p[i] == '-')
            continue;
        int hi = hex_digit(guid.p[i]);
        int lo = i + 1 < guid.n ? hex_digit(guid.p[i + 1]) : -1;
        if (hi < 0 || lo < 0 || n == 16)
            return false;
        bytes[guid_order[n++]] = (char)(hi << 4 | lo);
        i++;
    }
    return n == 16;
}

static void encode_guid(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    char bytes[16];
    struct buf b;
    (void)nin;
    if (!guid_bytes(in[0].s, bytes))
        return;
    dyn_begin(&b);
    base64_encode(&b, (str){ bytes, sizeof bytes });
    dyn_end(cx, &b, out);
}

#define ENCODE(nm, flag)                                                     \
    { .name = nm, .params = "string", .ret = TYPE_STRING,                    \
      .row = encode_text, .flags = flag, .usage = nm "(text)",               \
      .summary = "The UTF-8 bytes of a text in base64.",                     \
      .example = "print " nm "('whoami')" }
#define DECODE(nm, flag)                                                     \
    { .name = nm, .params = "string", .ret = TYPE_STRING,                    \
      .row = decode_text, .flags = flag, .usage = nm "(base64)",             \
      .summary = "The text in base64; empty when it is no base64 or no "     \
                 "UTF-8.",                                                   \
      .example = "print " nm "('d2hvYW1p')" }

const struct lang_func funcs_base64[] = {
    ENCODE("base64_encode_tostring", 0),
    ENCODE("base64_encodestring", FN_HIDDEN),
    DECODE("base64_decode_tostring", 0),
    DECODE("base64_decodestring", FN_HIDDEN),
    { .name = "base64_decode_toarray", .params = "string",
      .ret = TYPE_DYNAMIC, .row = decode_array, .flags = FN_MAYNULL,
      .usage = "base64_decode_toarray(base64)",
      .summary = "The bytes in base64 as an array of numbers.",
      .example = "print base64_decode_toarray('d2hvYW1p')" },
    { .name = "base64_encode_fromarray", .params = "dynamic",
      .ret = TYPE_STRING, .row = encode_array,
      .usage = "base64_encode_fromarray(bytes)",
      .summary = "An array of numbers from 0 to 255 as base64.",
      .example = "print base64_encode_fromarray(dynamic([119, 104, 111]))" },
    { .name = "base64_decode_toguid", .params = "string", .ret = TYPE_GUID,
      .row = decode_guid, .flags = FN_MAYNULL,
      .usage = "base64_decode_toguid(base64)",
      .summary = "The guid whose 16 bytes are in base64.",
      .example = "print base64_decode_toguid('8jMxriJurkmwahbmqbIS6w==')" },
    { .name = "base64_encode_fromguid", .params = "guid",
      .ret = TYPE_STRING, .row = encode_guid,
      .usage = "base64_encode_fromguid(guid)",
      .summary = "The 16 bytes of a guid in base64.",
      .example = "print base64_encode_fromguid("
                 "guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb))" },
};
const size_t nfuncs_base64 = ROWS(funcs_base64);

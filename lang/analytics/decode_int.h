/* decode_int.h - what the parts of the decoder share; decode_*.c only. */
#ifndef ANALYTICS_DECODE_INT_H
#define ANALYTICS_DECODE_INT_H

#include "base/buf.h"
#include "decode.h"

/* -- what bytes are (decode_kind.c) -- */
enum text_kind { NO_TEXT, TEXT_UTF8, TEXT_UTF16LE, TEXT_UTF16BE };
/* Text that people or programs wrote: no control characters but blanks. NUL
 * may part words when `nul`. `cut`: the end may be missing. */
enum text_kind text_kind(str bytes, bool nul, bool cut);
str text_from_utf16(struct arena *a, str bytes, bool little);
/* The kind of file by its first bytes, NULL when unknown. */
const char *file_kind(str bytes);

/* -- pieces of a text (decode_find.c) -- */
struct piece {
    size_t beg, end;         /* of the text */
    const char *how;         /* "base64", "hex", "url" */
    str bytes;               /* in the arena */
};
typedef void piece_fn(void *ctx, const struct piece *p);
/* Visits the pieces in order of place. Stops after the first when `one`;
 * gives how many there are. */
size_t find_pieces(struct arena *a, str text, bool one, piece_fn *f,
                   void *ctx);
/* -- base64 (decode_base64.c) -- */
bool base64_piece(struct arena *a, str text, size_t beg, size_t end,
                  struct piece *out);
bool is_base64(char c);

/* -- archives (decode_unpack.c) -- */
struct unpack_limits {
    size_t bytes, ratio, members;
    const atomic_bool *cancel;
};
struct members {
    void (*visit)(void *ctx, str name, str bytes, str error);
    void *ctx;
};
/* Unpacks `bytes`, known as `kind`: visits each member. Gives what went wrong,
 * "" when nothing did. What it produces is taken off the limits. */
str unpack(struct arena *a, const char *kind, str bytes,
           struct unpack_limits *l, const struct members *m);
/* Raw deflate data (RFC 1951) that ends where `bytes` does and gives text or a
 * known file; "" when it is none. */
str unpack_deflate(struct arena *a, str bytes, struct unpack_limits *l);

#endif

/* decode.h - what is hidden in a text: base64, hex, percent signs, archives.
 *
 * Called by: decode_frame.c (the `decode` operator), tests.
 * Gives:     every encoded piece of a text, decoded, and what is encoded or
 *            packed in that, each with its digests, down to a depth.
 * Must not:  touch files: archives are read in memory, nothing is written.
 *
 * Found are runs of base64 (RFC 4648, both alphabets, padded or not, wrapped
 * into lines, or split into quoted pieces that + or & join), hexadecimal runs,
 * \x41\x42 and 0x41, 0x42 lists, percent-encoding; UTF-16 is recognised by its
 * zero bytes. What results must be text, a known kind of file, or, for base64,
 * stand alone and be padded: words and paths are made of the same letters.
 * Unpacked are gzip, zlib and raw deflate data, bzip2, xz, zstd, zip, tar.
 *
 * Limits hold for one text and count what is produced, never what a header
 * says. A limit, a broken archive or an encrypted member ends in `error` of
 * the piece; the rest is kept. Time is linear in what is produced. */
#ifndef ANALYTICS_DECODE_H
#define ANALYTICS_DECODE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "digest.h"

enum {
    DECODE_MAX_DEPTH = 20,
    DECODE_SHORTEST = 24,           /* characters of base64 */
    DECODE_SHORTEST_HEX = 16,
};

struct decode_opts {
    unsigned depth;          /* stages, 1 … DECODE_MAX_DEPTH; 0: 5 */
    size_t max_bytes;        /* of all stages of one text; 0: 64 MB */
    size_t max_ratio;        /* beyond 1 MB; 0: 200 */
    size_t max_members;      /* of archives; 0: 1000 */
};

struct decoded {
    unsigned depth;          /* 1: found in the text itself */
    str path;                /* "base64/gzip", "base64/utf16" */
    str original;            /* as it stood; "" for a member of an archive */
    str name;                /* of a member; "" */
    const char *type;        /* "text", "exe", "zip", "binary" … */
    bool is_text;
    str text;                /* when is_text: UTF-8 */
    str bytes;               /* what was decoded */
    struct digest digest;    /* of the bytes */
    str error;               /* "" or what was left out and why */
};

struct decoder;

struct decoder *decoder_new(const struct decode_opts *o,
                            const atomic_bool *cancel);
void decoder_free(struct decoder *d);     /* NULL is fine */
/* The pieces of a text, each before what is in it. All of it lives in `tmp` or
 * is a view of the text. Stops early when cancelled. */
size_t decode_text(struct decoder *d, struct arena *tmp, str text,
                   const struct decoded **out);

#endif

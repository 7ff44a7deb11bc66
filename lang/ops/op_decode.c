/* op_decode.c - `T | decode Columns`: what is encoded in texts, piece by piece.
 *
 * A native step; lang/analytics/decode.h decodes. */
#include "analytics/decode_frame.h"
#include "hunt_text.h"

/* decode [column, …] [by column, …] [with (depth = 5, max_bytes = …, …)] */
static void decode_parse(struct parser *p, struct ast *op)
{
    hunt_parse_texts(p, op);
    parse_with(p, op);
}

static struct node *decode_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    struct decode_frame_opts *o = NEW(b->arena, struct decode_frame_opts);
    int64_t depth = 0, bytes = 0, ratio = 0, members = 0;
    const struct hunt_option options[] = {
        { "depth", HUNT_LONG, &depth, 1, DECODE_MAX_DEPTH },
        { "max_bytes", HUNT_LONG, &bytes, 1, 1 << 30 },
        { "max_ratio", HUNT_LONG, &ratio, 1, 1000000 },
        { "max_members", HUNT_LONG, &members, 1, 1000000 },
    };
    bool ok = hunt_options(b, op, options, 4);
    o->span = op->span;
    o->decode = (struct decode_opts){ (unsigned)depth, (size_t)bytes,
                                      (size_t)ratio, (size_t)members };
    struct node *texts = hunt_texts(b, op, &o->ntexts);
    if (!ok || !texts)
        return hunt_fail(b, op, in);
    struct node *n = hunt_step(b, op, texts, o);
    hunt_own(b, n, o->ntexts, decode_columns, DECODE_NCOLS);
    return n;
}

static enum status decode_step(const struct frame *in, const void *args,
                               struct frame **out, const atomic_bool *cancel,
                               struct diags *ds)
{
    return decode_frame_run(in, args, out, ds, cancel);
}

const struct lang_op op_decode = {
    .name = "decode",
    .flags = OP_HUNTING,
    .usage = "T | decode [Column, …] [by Column, …] [with (depth = 5, "
             "max_bytes = 67108864, max_ratio = 200, max_members = 1000)]",
    .summary =
        "What is encoded in texts, one piece a row and each before what is in "
        "it: base64 (also split or UTF-16), hexadecimal, percent-encoding; "
        "gzip, zlib, deflate, bzip2, xz, zstd, zip, tar inside. Depth, Path "
        "(base64/gzip), Decoded (hexadecimal unless ContentType is text), "
        "ContentType, Size, Name, Original, MD5, SHA1, SHA256, Error, "
        "SourceColumn, SourceRow (from 1), and the columns of `by`.",
    .example = "print s = \"powershell -enc "
               "SQBFAFgAIABoAGUAbABsAG8AIAB0AGgAZQByAGUA\" | decode s "
               "| project Path, Decoded",
    .parse = decode_parse,
    .bind = decode_bind,
    .run = decode_step,
};

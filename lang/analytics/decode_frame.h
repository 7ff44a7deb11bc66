/* decode_frame.h - what is encoded in the texts of a table, one piece a row.
 *
 * Called by: the operator `decode`.
 * Columns: Depth, Path, Decoded, ContentType, Size, Name, Original, MD5, SHA1,
 * SHA256, Error, SourceColumn, SourceRow (from 1), then the carried ones.
 * Decoded is text, or hexadecimal digits where ContentType is not "text". */
#ifndef ANALYTICS_DECODE_FRAME_H
#define ANALYTICS_DECODE_FRAME_H

#include "decode.h"
#include "extract.h"

struct decode_frame_opts {
    size_t ntexts;
    struct decode_opts decode;
    struct span span;
};

enum { DECODE_NCOLS = 13 };
extern const struct extract_col decode_columns[DECODE_NCOLS];

NODISCARD enum status decode_frame_run(const struct frame *in,
                                       const struct decode_frame_opts *o,
                                       struct frame **out, struct diags *ds,
                                       const atomic_bool *cancel);

#endif

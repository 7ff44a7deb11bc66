/* fn_features.c - numbers of texts, for `cluster` and `outliers`. */
#include "analytics/text_features.h"
#include "text_int.h"

#define FEATURE(name, expression)                                            \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        (void)cx, (void)n;                                                   \
        dyn_set_long(out, expression(in[0].s));                              \
    }

FEATURE(char_score, text_char_score)
FEATURE(delimiter_count, text_delimiter_count)
FEATURE(delimiter_hash, text_delimiter_hash)
FEATURE(hash_crc32, text_crc32)

#define ROW(function, words, shown)                                          \
    { .name = #function, .params = "string", .ret = TYPE_LONG,               \
      .row = row_##function, .flags = FN_HUNTING,                            \
      .usage = #function "(text)", .summary = words, .example = shown }

const struct lang_func funcs_features[] = {
    ROW(char_score, "Sum of the code points of a text: equal for equal texts, "
                    "near for texts of one shape.",
        "print char_score(\"cmd.exe\")"),
    ROW(delimiter_count, "How many blanks and marks such as - / \\ . : a text "
                         "has.",
        "print delimiter_count(\"cmd.exe /c dir\")"),
    ROW(delimiter_hash, "CRC-32 of the blanks and marks of a text, in their "
                        "order: equal for command lines of one shape.",
        "print delimiter_hash(\"cmd /c a\") == delimiter_hash(\"cmd /k b\")"),
    ROW(hash_crc32, "CRC-32 of the bytes of a text.",
        "print hash_crc32(\"123456789\")"),
};
const size_t nfuncs_features = ROWS(funcs_features);

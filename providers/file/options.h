/* options.h - what `with (…)` after a file source may say.
 *
 * Used by: file.c. Names ignore case; the KQL names of externaldata work. */
#ifndef FILE_OPTIONS_H
#define FILE_OPTIONS_H

#include "base/diag.h"
#include "base/status.h"
#include "member.h"
#include "registry/source.h"

enum encoding {
    ENCODING_GUESS,   /* UTF-8 unless a byte order mark says otherwise */
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_LATIN1,
};

struct file_options {
    enum file_format format;  /* FORMAT_UNKNOWN: by name and content */
    char delimiter;           /* 0: by format, or guessed for .csv */
    bool header;              /* the first record holds names, not data */
    enum encoding encoding;
    str time;                 /* column to read as a time, or "" */
};

NODISCARD enum status options_parse(struct file_options *o,
                                    const struct source_request *rq,
                                    struct diags *ds);

/* A format by its name in `format = …`: csv, tsv, json, … */
bool format_by_word(str word, struct file_options *o);

#endif

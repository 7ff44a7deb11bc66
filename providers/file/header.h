/* header.h - which column each field of a delimited file belongs to.
 *
 * Used by: file.c, before the data is looked at. */
#ifndef FILE_HEADER_H
#define FILE_HEADER_H

#include "base/diag.h"
#include "base/status.h"
#include "member.h"
#include "options.h"
#include "schema.h"

struct header {
    struct schema *schema;  /* of all files; new columns are added */
    size_t ndeclared;       /* columns that are declared; 0: by header */
    const struct file_options *options;
    struct diags *ds;
};

/* For CSV and text: fills m->map and moves m->start behind the header. */
NODISCARD enum status header_read(struct header *h, struct member *m);

#endif

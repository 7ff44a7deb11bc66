/* load.h - the second look at the data: rows.
 *
 * Used by: file.c as the read() of its sources. */
#ifndef FILE_LOAD_H
#define FILE_LOAD_H

#include "scan.h"

struct file_source {
    struct source source;
    struct member_list members;
    const struct field_names *names;  /* of all columns; no longer changes */
    bool declared;              /* other names in the data do not matter */
    int time_col;               /* column of numeric times, or -1 */
    struct cut cuts[SOURCE_MAX_PARTS + 1];
};

enum status load_part(struct source *s, unsigned part, struct row_sink *sink,
                      const atomic_bool *cancel, struct diags *ds);

#endif

/* format.h - what is in a member: by option, by name, by content.
 *
 * Used by: file.c for every member, unpack.c for names inside archives. */
#ifndef FILE_FORMAT_H
#define FILE_FORMAT_H

#include "base/diag.h"
#include "base/status.h"
#include "member.h"
#include "options.h"

/* Would a file of this name be read out of an archive? */
bool format_is_data_name(str name);

/* How a name says that it is read: ".json", ".csv.gz", ".zip", or "". */
str format_suffix(str name);

/* Sets m->format, ->delimiter and ->start (after a byte order mark). A guessed
 * delimiter that is not a comma is told in a warning. */
NODISCARD enum status format_detect(struct member *m,
                                    const struct file_options *o,
                                    struct span at, struct diags *ds);

#endif

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

/* For CSV and text: fills m->map and moves m->start behind the header. New
 * columns are added to `schema` unless `ndeclared` says how many there are. */
NODISCARD enum status header_read(struct member *m, struct schema *schema,
                                  size_t ndeclared,
                                  const struct file_options *o,
                                  struct diags *ds);

#endif

/* ioc_frame.h - the indicators in the texts of a table, one a row.
 *
 * Called by: the operator `iocs`.
 * Columns: IocType, Observable, Original, SourceColumn, SourceRow, Offset, then
 * the carried ones. SourceRow counts from 1, as row_number() does; Offset is in
 * characters from 0, as substring() counts. */
#ifndef ANALYTICS_IOC_FRAME_H
#define ANALYTICS_IOC_FRAME_H

#include <stdatomic.h>

#include "extract.h"
#include "ioc.h"

struct ioc_frame_opts {
    size_t ntexts;
    struct ioc_opts ioc;
    struct span span;
};

enum { IOC_NCOLS = 6 };
extern const struct extract_col ioc_columns[IOC_NCOLS];

NODISCARD enum status ioc_frame_run(const struct frame *in,
                                    const struct ioc_frame_opts *o,
                                    struct frame **out, struct diags *ds,
                                    const atomic_bool *cancel);

#endif

/* auditd_event.h - the records of one audit event, put together.
 *
 * Called by: lang/ops/op_auditd.c.
 * Records belong together when host, time and serial number agree. EXECVE
 * records are merged, since the kernel splits long argument lists over several
 * and long arguments into pieces (a2[0], a2[1] …): no argument is lost. */
#ifndef ANALYTICS_AUDITD_EVENT_H
#define ANALYTICS_AUDITD_EVENT_H

#include "auditd.h"

enum { AUDIT_MAX_ARGS = 100000, AUDIT_MAX_RECORDS = 1000 };

/* Columns of the result, in this order. */
enum audit_column {
#define COLUMN(id, name, type) AUDIT_##id,
#include "auditd_columns.def"
#undef COLUMN
    AUDIT_NCOLUMNS
};

struct audit_event {
    size_t n;                            /* AUDIT_MAX_RECORDS at most */
    const struct audit_record *record;   /* n, in the order of the log */
};

/* One value: a number or a text, by the type of the column. */
struct audit_cell {
    bool null;
    int64_t i;
    str s;
};

/* All cells but those of the host and the row, which are the caller's. Texts
 * are borrowed from the records or live in `a`. O(length of the records). */
void audit_cells(struct arena *a, const struct audit_event *e,
                 struct audit_cell *cell);

#endif

/* proctree_schema.h - which columns of a table tell of processes.
 *
 * Called by: proctree_frame.c; by the renderer of trees for its labels.
 * Gives:     from column names and types alone, the columns that hold process
 *            number, parent number, time, host, … , and the test for the rows
 *            that start a process.
 * Must not:  look at rows: the answer is needed before any exist. */
#ifndef ANALYTICS_PROCTREE_SCHEMA_H
#define ANALYTICS_PROCTREE_SCHEMA_H

#include "base/diag.h"
#include "base/status.h"
#include "base/type.h"

enum proctree_role {
    PROCTREE_PID,
    PROCTREE_PPID,
    PROCTREE_GUID,
    PROCTREE_PGUID,
    PROCTREE_TIME,      /* start of the process */
    PROCTREE_PTIME,     /* start of the parent */
    PROCTREE_HOST,
    PROCTREE_IMAGE,     /* path or name of the program */
    PROCTREE_PIMAGE,    /* of the parent's program */
    PROCTREE_COMMAND,
    NPROCTREE_ROLES
};

struct proctree_schema {
    const char *name;
    const char *filter;
    const char *column[NPROCTREE_ROLES];  /* alternatives; NULL: never there */
};

/* The word of a role as an option: pid, ppid, guid, parent_guid, time,
 * parent_time, host, image, parent_image, command. */
const char *proctree_role_name(enum proctree_role r);
bool proctree_role_from_name(str name, enum proctree_role *r);

/* The columns of a table, before it has rows. */
struct proctree_table {
    size_t ncols;
    const str *names;
    const enum type *types;
};

/* Columns that the analyst names; "" = find it. */
struct proctree_opts {
    str column[NPROCTREE_ROLES];
    struct span span;                     /* for messages */
};

enum { PROCTREE_MAX_TESTS = 8, PROCTREE_MAX_ACTIVE = 4 };

/* A known log, as it is found in one table. */
struct proctree_match {
    const char *name;                     /* of the schema, for people */
    int column[NPROCTREE_ROLES];          /* index, -1: not there */
    size_t ntests;                        /* 0: every row starts a process */
    struct proctree_test {
        int column;
        str values;                       /* separated by ',' */
    } test[PROCTREE_MAX_TESTS];
};

/* One table may hold several logs (Sysmon and Security in one recording); a
 * row belongs to the first that takes it. */
struct proctree_plan {
    size_t n;
    struct proctree_match match[PROCTREE_MAX_ACTIVE];
};

/* ST_USER with diagnostics when no process columns are found, or when an
 * option names a column that is not there or cannot be used so. `o` MAY be
 * NULL. */
NODISCARD enum status proctree_choose(const struct proctree_table *t,
                                      const struct proctree_opts *o,
                                      struct proctree_plan *out,
                                      struct diags *ds);

/* Whether a value passes a test: a number by value, text without regard to
 * ASCII case, a dynamic array by any of its elements. */
bool proctree_test_passes(const struct proctree_test *t, const struct value *v);

/* The known logs, for reference pages. */
const struct proctree_schema *proctree_schemas(size_t *n);

#endif

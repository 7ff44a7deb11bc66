/* expr.h - expressions of stages as SQL text.
 *
 * Used by: query.c. */
#ifndef PROVIDERS_SQL_EXPR_H
#define PROVIDERS_SQL_EXPR_H

#include "dialect.h"

/* What an expression stands over. */
struct sql_scope {
    const struct sql_dialect *d;
    size_t ncols;
    const struct sql_col *cols;
    bool wider; /* set when something was written that lets more through */
};

/* Where it stands. */
enum sql_place {
    SQL_VALUE,     /* its value counts, null included */
    SQL_FILTER,    /* null means false, and more may be let through */
    SQL_AGGREGATE, /* it is an aggregate over a group */
};

const struct sql_col *sql_find(const struct sql_scope *s, str name);
/* Appends `e` as a plain value. False: it cannot be said there; what was
 * appended is to be thrown away. */
bool sql_expr(struct sql_scope *s, struct buf *b, const struct remote_expr *e,
              enum sql_place place);

/* The rows of rows.def. */
enum sql_how { EXACT, LIKES, WIDER, AGGREGATE };
struct sql_row {
    const char *name, *signatures;
    enum sql_how how;
    const char *text[NSQL];
};
/* The first row that fits; NULL: none. `*signature` is the one that did. */
const struct sql_row *sql_row_for(const struct sql_dialect *d,
                                  const struct remote_expr *e, bool aggregate,
                                  const char **signature);
/* The letter of argument i. */
char sql_letter(const char *signature, size_t i);

/* Appends a LIKE pattern in quotes that finds a text without regard to case;
 * *exact becomes false when it finds more. False: it cannot be said. */
struct sql_needle {
    str text;
    char how; /* 'c' contained, 'p' at the start, 'e' at the end, 'q' all */
};
bool sql_like(const struct sql_dialect *d, struct buf *b,
              const struct sql_needle *n, bool *exact);

#endif

/* statement.h - running one statement; shared by the files that do it. */
#ifndef LANG_STATEMENT_H
#define LANG_STATEMENT_H

#include "session.h"

/* A cell on its way. */
struct run {
    struct lang *l;
    const struct lang_opts *o;
    const struct lang_sink *sink;
    struct diags *ds;
    const struct ast *last; /* statement whose result is the cell's */
    bool dry;
};

/* -- statement.c: what shows rows or keeps them -- */
enum status run_query(struct run *r, const struct ast *t);
enum status run_assign(struct run *r, const struct ast *t);
enum status show_node(struct run *r, const struct ast *t,
                      const struct ast *pipe, struct node *n, struct binder *b);
void show(struct run *r, const struct ast *t, struct result res);
/* A line about rows; COMPLETE when it is about none. */
void show_text(struct run *r, const struct ast *t, str text,
               enum completeness of_rows);
/* A table that an earlier statement of the cell will make (dry run). */
void add_pending(struct lang *l, str name, const struct node *n);
/* Whether `_` stands anywhere in it. */
bool mentions_last_shown(const struct ast *t);
/* Warns when what was read to bind the statement is not all of its rows. */
void warn_incomplete(struct run *r, struct span at, const char *what);
/* One row with the value of a scalar expression. */
struct node *print_scalar(struct binder *b, const struct ast *t);
void let_value(struct lang *l, str name, struct value v);

/* -- declare.c: names and values -- */
enum status run_let(struct run *r, const struct ast *t);
enum status run_set(struct run *r, const struct ast *t);
enum status run_declare(struct run *r, const struct ast *t);
const struct setting *find_setting(const struct setting *v, size_t n, str name);
/* Text from outside as a value of a parameter's type: JSON for a dynamic (a
 * string when it is none), tolong() and the like for the others. False after a
 * report at `p`, whose text is the parameter's name. */
bool param_from_text(struct binder *b, const struct ast *p, str text,
                     enum type type, struct value *v);

/* -- several.c -- */
/* The cell with a query for each result of those that have several. */
struct ast *several_results(struct arena *a, const struct registry *reg,
                            const struct ast *cell);

/* -- finding.c: guards and texts -- */
enum status run_assert(struct run *r, const struct ast *t);
enum status run_markdown(struct run *r, const struct ast *t);

#endif

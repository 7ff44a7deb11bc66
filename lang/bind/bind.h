/* bind.h - names to columns, expressions to types; what operators bind with.
 *
 * The binder keeps going after a mistake: an EX_ERROR expression and TYPE_ERROR
 * columns silence what depends on it. It knows tables through struct bind_env
 * only, so it can run without an engine. */
#ifndef BIND_BIND_H
#define BIND_BIND_H

#include "plan/node.h"
#include "registry/reg.h"
#include "syntax/ast.h"

/* A stored table as the catalogue knows it. */
struct table_info {
    str name;        /* KQL's */
    str physical;    /* in the engine */
    unsigned nparts; /* 0: one table `physical`; else physical_0 … */
    size_t ncols;
    const struct source_col *cols;
    uint64_t nrows;
    enum completeness completeness;
    size_t nnotes;
    const str *notes; /* what is missing of its rows */
    size_t norigins;
    const struct origin *origins; /* where they came from */
    bool unmade; /* an earlier statement of the cell will make it */
    bool open;   /* unmade, and its columns are not known either */
};

/* A question about what a connection has. */
struct remote_ask {
    struct remote *remote;
    str table;
    struct span at;
    struct diags *ds;
    bool quiet; /* nobody is asked: only what is known already counts */
};

struct bind_env {
    void *ctx;
    const struct table_info *(*table)(void *ctx, str name);    /* or NULL */
    const struct table_info *(*table_at)(void *ctx, size_t i); /* NULL: end */
    /* Opens a source whose columns are needed; owned by ctx until the cell
     * ends. NULL after reporting. */
    struct source *(*open)(void *ctx, const struct provider *p,
                           const struct source_request *rq, struct diags *ds);
    /* Connections: by alias, in order (NULL: end), the columns of a table
     * (ST_USER: it has none of that name, not reported), a text that runs
     * now. */
    struct remote *(*remote)(void *ctx, str alias); /* or NULL */
    struct remote *(*remote_at)(void *ctx, size_t i);
    enum status (*remote_columns)(void *ctx, const struct remote_ask *ask,
                                  struct remote_schema *out);
    struct source *(*remote_open)(void *ctx, struct remote *r,
                                  const struct remote_query *q,
                                  struct diags *ds);
    enum status (*remote_tables)(void *ctx, const struct remote_ask *ask,
                                 struct remote_tables *out);
    /* The session's time range, for built-in queries; true: the analyst
     * chose it. MAY be NULL. */
    bool (*time_range)(void *ctx, int64_t *from, int64_t *to);
    /* Runs a query now, for constants and schemas that depend on data. */
    enum status (*run)(void *ctx, struct node *n, struct frame **out,
                       struct diags *ds);
};

struct scope;

struct binder {
    struct arena *arena;
    struct diags *ds;
    const struct registry *reg;
    const struct bind_env *env;
    struct scope *scope; /* lets and parameters in force */
    struct node *row;    /* whose columns an expression may use */
    struct node *right;  /* join: $right */
    const char *where;   /* operator's word, for messages */
    int64_t now;         /* one value for the whole cell */
    uint32_t next_id;
    unsigned depth;
    unsigned steps;         /* bound so far: lets are put in again and again */
    uint64_t work;          /* of the engine's planner, roughly: plan_fits() */
    uint64_t cell;          /* when lets were bound once; 0: never keep that */
    bool open_tables;       /* unknown tables have any column */
    bool check;             /* nothing may run */
    bool provenance;        /* rows of connections say where they came from */
    bool rehearsal;         /* a dry run: tables may not be there yet */
    bool aggregates;        /* aggregate calls are allowed here */
    struct expr *row_index; /* window calls: number of the row in b->row */
    bool reordered;         /* a window lost the order: sort by row_index */
};

/* -- scopes (scope.c) -- */
struct let {
    str name;
    const struct ast *ast; /* value, or AST_FUNCTION */
    struct scope *home;    /* names inside mean what they meant there */
    struct expr *expr;     /* bound scalar (function argument), or NULL */
    str column; /* of the table piped to invoke, by its name; or empty */
    struct node *node;     /* bound table (argument, materialize) */
    uint64_t cell;         /* materialize: the binding it was bound in */
    bool of_group;         /* a group's key: tables inside may use it too */
};
struct scope *scope_new(struct arena *a, struct scope *up);
/* What the names mean now, whatever is added to `s` later. */
struct scope *scope_copy(struct arena *a, const struct scope *s);
void scope_add(struct arena *a, struct scope *s, const struct let *l);
void scope_remove(struct scope *s, str name); /* of this scope only */
struct let *scope_find(const struct scope *s, str name);
/* Visits the innermost first; for completion and .show. */
void scope_each(const struct scope *s, void (*f)(void *, const struct let *),
                void *ctx);

/* -- tables (bind_table.c) -- */
/* A table of which nothing is known: any column may be in it. */
struct node *open_table(struct binder *b, str name, struct span at);
struct node *bind_table(struct binder *b,
                        const struct ast *t); /* NULL: reported */
bool is_tabular(const struct binder *b, const struct ast *t);
struct node *bind_pipe_ops(struct binder *b, struct node *in,
                           const struct ast *first_op);
struct let *bind_let(struct binder *b, const struct ast *let); /* into scope */

/* A source that was opened becomes a FETCH node. */
struct node *fetch_node(struct binder *b, struct source *s, struct span at);
/* The same columns under new ids, so that one bound table can be used twice
 * in a query: it is computed once. */
struct node *node_again(struct binder *b, struct node *n, struct span at);
/* Whether the rows of `n` may be read while binding, through b->env->run: not
 * in check mode and not in a rehearsal, where tables may not be there yet or
 * would be read twice. What depends on them is then an open node. */
bool can_read(const struct binder *b, struct node *n);
/* Calls a let function with the piped table as its first table argument. */
struct node *bind_invoke(struct binder *b, const struct ast *call,
                         struct node *in);

/* -- nodes for operators -- */
struct node *node_over(struct binder *b, enum node_kind k, const struct ast *at,
                       struct node *in); /* same columns and order as `in` */
struct col col_new(struct binder *b, str name, enum type t, bool has_null);
/* PROJECT that passes columns through: start empty, then add. */
struct node *project_new(struct binder *b, const struct ast *at,
                         struct node *in);
void project_keep(struct binder *b, struct node *p, const struct col *c);
/* Adds or (by name) replaces a computed column. */
void project_set(struct binder *b, struct node *p, str name, struct expr *e);
void project_add(struct binder *b, struct node *p, str name, struct expr *e);
str free_name(struct binder *b, const struct node *n, str wanted); /* x, x1 … */
/* A name that data gives to a column: never empty, never like the hidden ones
 * of ours, which begin with U+0001. */
str data_name(struct binder *b, str name);
/* Columns of `row` that a NAME or WILDCARD pattern means. */
size_t match_columns(struct binder *b, const struct ast *pattern,
                     const struct node *row, bool *hit);

/* Computes `e` as a column of a PROJECT put under b->row, so that a window or
 * an aggregate can use it. Operators use b->row, not their `in`, once their
 * expressions are bound. */
struct expr *hoist(struct binder *b, struct expr *e, const char *name);
/* The columns after the operator: drops what hoist() added and restores the
 * order of the rows if a window lost it. */
struct node *settle(struct binder *b, struct node *n);

/* -- a subquery for each group of rows (bind_group.c) -- */
/* Binds the operators in `sub` (AST_LIST) over `rows`, or the table `sub`, as
 * though once for each value of `group`, a column of `rows` that the subquery
 * does not see. The result has that column too, by its id. `key` (MAY be NULL)
 * is a name for the group's value. NULL: reported. */
struct node *bind_grouped(struct binder *b, const struct ast *sub,
                          struct node *rows, const struct col *group,
                          const struct let *key);

/* -- expressions (bind_expr.c, bind_call.c) -- */
struct expr *bind_expr(struct binder *b, const struct ast *t);
struct expr *bind_cond(struct binder *b, const struct ast *t); /* bool */
/* A value that is the same for all rows: literal, let, arithmetic, toscalar. */
struct expr *bind_const(struct binder *b, const struct ast *t);
/* A number of rows: a long that is never below zero. EX_ERROR: reported. */
struct expr *bind_count(struct binder *b, const struct ast *t);
/* A literal known now (runs the engine when it must). False: reported. */
bool bind_value(struct binder *b, const struct ast *t, struct value *v);
/* Default column name of an expression: x, d_x, "" when it has none. */
str auto_name(struct binder *b, const struct ast *t);
str auto_column(struct binder *b, const struct node *p, const struct ast *t,
                unsigned *counter); /* ColumnN when it has none */

struct expr *ex_error(struct binder *b, struct span at);
struct expr *ex_column(struct binder *b, const struct col *c, struct span at);
struct expr *ex_literal(struct binder *b, struct value v, struct span at);
struct expr *ex_long(struct binder *b, int64_t v);
struct expr *ex_string(struct binder *b, str s);
struct expr *ex_null(struct binder *b, enum type t);
/* Template call; argument list ends with NULL. */
struct expr *ex_call(struct binder *b, enum type t, const char *sql, ...);
struct expr *ex_calln(struct binder *b, enum type t, const char *sql,
                      struct expr **args, size_t nargs);
/* Notes that the new call `e` is what the analyst wrote as name(args). */
struct expr *ex_written(struct binder *b, struct expr *e, str name,
                        struct expr **args, size_t n);
/* Calls the function row `name` (overloads resolved); NULL ends arguments. */
struct expr *ex_func(struct binder *b, const char *name, struct span at, ...);
struct expr *bind_call_args(struct binder *b, str name, struct span at,
                            const struct ast *call, struct expr **args,
                            size_t nargs);
/* Reports a literal pattern that cannot be compiled. */
void check_regex(struct binder *b, const struct expr *e);
struct expr *coerce(struct binder *b, struct expr *e, enum type t);
enum type unify(struct binder *b, enum type seen, const struct expr *e);
bool can_widen(enum type from, enum type to);
enum type common_type(enum type a, enum type b); /* TYPE_ERROR: none */

/* Binary operators by their KQL word. */
struct expr *bind_binary(struct binder *b, str op, struct span at,
                         struct expr *x, struct expr *y);

__attribute__((format(printf, 4, 5))) struct diag *bind_error(
    struct binder *b, enum diag_code code, struct span at, const char *fmt,
    ...);
void suggest_columns(struct binder *b, struct diag *d, str word,
                     const struct node *row);
/* One level deeper, one step more. False: too deep or too much, reported. */
bool bind_enter(struct binder *b, struct span at);
void bind_leave(struct binder *b);

/* -- functions of the special kind, called by name from func rows' bind -- */
struct expr *agg_expr(struct binder *b, const struct lang_agg *g,
                      const struct ast *call, struct expr **args, size_t nargs);

#endif

/* terms.h - the predicates of search and find, where a text alone is a term
 * that any column may have. */
#ifndef OPS_TERMS_H
#define OPS_TERMS_H

#include "syntax/parse.h"
#include "tables.h"

struct canon;

/* in ( table, pattern*, … ) -> AST_CLAUSE "in"; when it follows. */
void terms_parse_tables(struct parser *p, struct ast *op);
/* The predicate -> AST_CLAUSE "where". */
void terms_parse(struct parser *p, struct ast *op);
void terms_print_tables(struct canon *c, const struct ast *op);
void terms_print(struct canon *c, const struct ast *op);

/* The tables of the clause "in", all there are without one. False: reported. */
bool terms_tables(struct binder *b, const struct ast *op, struct tables *t);

/* A name for the column with the tables' names that no table has. */
str terms_source(struct binder *b, const struct tables *t, str wanted);

struct terms {
    const struct ast *where;
    bool case_sensitive;
    bool any;        /* has a term that is not about one column */
    LIST(str) names; /* names that are a column of some table */
};

/* Looks the predicate over. */
void terms_init(struct binder *b, struct terms *s, const struct tables *t);
/* Keeps of each table the rows for which it holds; tables that have none of
 * its columns go. False: reported. */
bool terms_filter(struct binder *b, const struct terms *s, struct tables *t);

#endif

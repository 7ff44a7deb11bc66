/* op_search.c - `search "term"`, `search in (T, U*) …`, `T | search …`. */
#include "terms.h"
#include "syntax/canon.h"

static const char *const options[] = { "kind", NULL };

/* [kind = …] [in ( tables )] predicate */
static void search_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    terms_parse_tables(p, op);
    terms_parse(p, op);
}

static bool read_kind(struct binder *b, const struct ast *op, bool *sensitive)
{
    str kind = option_text(op, "kind");
    *sensitive = str_eqz(kind, "case_sensitive");
    if (*sensitive || !kind.n || str_eqz(kind, "default") ||
        str_eqz(kind, "case_insensitive"))
        return true;
    struct diag *d = bind_error(b, DIAG_OPTION, op->span,
                                "search has no kind '%.*s'", STRF(kind));
    diag_hint(b->ds, d, "default, case_insensitive, case_sensitive");
    return false;
}

static struct node *search_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    const struct ast *where = ast_clause(op, "where");
    struct tables t = { 0 };
    struct terms s = { .where = where ? where->kid : NULL };
    if (!s.where || !read_kind(b, op, &s.case_sensitive))
        return NULL;
    if (in && ast_clause(op, "in")) {
        struct diag *d = bind_error(b, DIAG_SYNTAX, op->span,
                                    "search after a pipe looks in what comes "
                                    "through it, not in other tables");
        diag_hint(b->ds, d, "start the query with search in (…)");
        return NULL;
    }
    if (in)
        tables_add(b, &t, in, in->name, "search_arg");
    else if (!terms_tables(b, op, &t))
        return NULL;
    terms_init(b, &s, &t);
    if (!terms_filter(b, &s, &t))
        return NULL;
    return tables_unite(b, op, &t, terms_source(b, &t, S("$table")), false);
}

static void search_print(struct canon *c, const struct ast *op)
{
    canon_options(c, op);
    terms_print_tables(c, op);
    buf_addc(c->b, ' ');
    terms_print(c, op);
}

const struct lang_op op_search = {
    .name = "search",
    .flags = OP_SOURCE,
    .usage = "search [kind=case_sensitive] [in (T, U*)] \"term\" and "
             "column:\"term*\" …   or   T | search …",
    .summary = "Rows in which any column has a term, of all tables or some; "
               "$table says whose row it is.",
    .example = "datatable(s:string)[\"an error\", \"terror\"] | search "
               "\"error\"",
    .parse = search_parse,
    .print = search_print,
    .bind = search_bind,
};

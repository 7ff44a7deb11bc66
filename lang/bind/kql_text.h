/* kql_text.h - a query of KQL as text, taken apart so that more can follow. */
#ifndef BIND_KQL_TEXT_H
#define BIND_KQL_TEXT_H

#include "bind.h"
#include "syntax/lex.h"

struct kql_text {
    str before; /* its statements before the query: let, set; with semicolons */
    str query;  /* without a semicolon, comments or a picture at its end */
    const struct ast *cell;
    struct tokens tokens;
};

/* False: operators cannot be put behind it. It has several results, or what
 * this parser does not know. Nothing is reported. */
bool kql_text_split(struct binder *b, str text, struct kql_text *out);
/* The text as it can stand before `| getschema`. */
str kql_text_plain(struct binder *b, str text);
/* A let or a parameter that the text declares. */
bool kql_text_declares(const struct kql_text *t, str name);
/* The name stands somewhere in the text. */
bool kql_text_mentions(const struct kql_text *t, str name);

#endif

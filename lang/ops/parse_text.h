/* parse_text.h - what parse and parse-where have in common. */
#ifndef OPS_PARSE_TEXT_H
#define OPS_PARSE_TEXT_H

#include "bind/bind.h"
#include "syntax/parse.h"

struct canon;

void parse_text_parse(struct parser *p, struct ast *op);
void parse_text_print(struct canon *c, const struct ast *op);
/* `only`: rows that do not match are dropped. */
struct node *parse_text_bind(struct binder *b, const struct ast *op,
                             struct node *in, bool only);

#endif

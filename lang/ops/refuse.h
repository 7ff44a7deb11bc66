/* refuse.h - operators that are known by name and not run. */
#ifndef OPS_REFUSE_H
#define OPS_REFUSE_H

#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* Reports it with a hint what to write instead; answers NULL. */
struct node *refuse_bind(struct binder *b, const struct ast *op,
                         const char *hint);

#endif

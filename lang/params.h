/* params.h - a notebook's parameters from outside; see lang.h for the face. */
#ifndef LANG_PARAMS_H
#define LANG_PARAMS_H

#include "session.h"

/* The text given for a parameter, the last one that was; the environment
 * (SHIKRA_PARAM_name) when none was. STR_NONE: none. */
str param_outside(struct lang *l, str name);

#endif

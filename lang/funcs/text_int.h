/* text_int.h - shared by the functions on strings, numbers and times.
 *
 * Rows here have concrete parameter types; a function that KQL applies to any
 * scalar has one row per type, all with the same C function. */
#ifndef FUNCS_TEXT_INT_H
#define FUNCS_TEXT_INT_H

#include "dyn_int.h"

/* The text of any argument, as tostring() has it: a view or in the call's
 * arena. */
str arg_text(struct fn_ctx *cx, const struct value *v);

static inline void set_text(struct value *out, str s)
{
    out->null = false;
    out->s = s;
}

/* Byte place of the code point `n` places on from byte `at`; s.n at most. */
size_t text_skip(str s, size_t at, int64_t n);

#endif

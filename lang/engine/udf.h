/* udf.h - a C row function as DuckDB sees it; for this folder only. */
#ifndef ENGINE_UDF_H
#define ENGINE_UDF_H

#include "engine_int.h"

enum { MAX_PARAMS = 16 };

struct udf_param {
    enum type type;     /* TYPE_ERROR: whatever comes (any, num, scalar, …) */
    bool loose;         /* a text may be a string, a guid or a dynamic */
};

/* One overload. Immutable once registered; shared by all threads. */
struct udf {
    struct engine *e;
    const struct lang_func *f;
    size_t nparams;
    struct udf_param params[MAX_PARAMS];
    bool varargs;       /* params[nparams] repeats, from zero times on */
    bool poly;          /* the result type is that of an argument */
    enum type ret;
};

/* udf_call.c */
void udf_entry_points(const struct duck *d); /* before the first call */
void udf_init(struct duck_init *info);
void udf_call(struct duck_call *call, struct duck_chunk *in,
              struct duck_vector *out);

#endif

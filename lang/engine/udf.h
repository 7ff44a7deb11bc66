/* udf.h - C functions and aggregates as DuckDB sees them; for this folder. */
#ifndef ENGINE_UDF_H
#define ENGINE_UDF_H

#include "engine_int.h"

enum { MAX_PARAMS = 16 };

struct udf_param {
    enum type type;     /* TYPE_ERROR: whatever comes (any, num, scalar, …) */
    bool loose;         /* a text may be a string, a guid or a dynamic */
};

/* "string, long?, any*" taken apart (udf.c). */
struct signature {
    size_t n, required;
    struct { enum type type; bool same; } param[MAX_PARAMS];
    bool varargs;       /* the last one repeats */
};
struct signature signature_read(const char *name, const char *params);

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

void udf_no_free(void *p); /* overloads live in an arena (udf.c) */

/* udf_call.c */
void udf_entry_points(const struct duck *d); /* before the first call */
struct engine *udf_engine(struct duck_call *call);
void udf_init(struct duck_init *info);
void udf_call(struct duck_call *call, struct duck_chunk *in,
              struct duck_vector *out);

/* udf_list.c */
enum status list_register(struct engine *e, struct diags *ds);

/* One overload of an aggregation function; as immutable. */
struct aggregate {
    struct engine *e;
    const struct lang_aggfn *f;
    size_t nparams;
    struct udf_param params[MAX_PARAMS];
};

/* The state of one group on one thread (agg_state.c). */
struct agg_body {
    struct agg_body *next, *prev;
    const struct lang_aggfn *f;
    size_t booked;          /* bytes counted in the engine's agg.held */
    struct agg_state state; /* f->state_size bytes */
};
/* The caller books the size of a new one. */
struct agg_body *agg_body_new(const struct aggregate *g);
void agg_body_free(struct engine *e, struct agg_body *b);

/* agg_call.c */
void agg_entry_points(const struct duck *d); /* before the first call */
uint64_t agg_size(struct duck_call *call);
void agg_begin(struct duck_call *call, void *state);
void agg_update(struct duck_call *call, struct duck_chunk *in, void **states);
void agg_combine(struct duck_call *call, void **from, void **into, uint64_t n);
void agg_finish(struct duck_call *call, void **states,
                struct duck_vector *out, uint64_t n, uint64_t offset);
void agg_destroy(void **states, uint64_t n);

#endif

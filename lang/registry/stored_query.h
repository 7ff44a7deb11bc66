/* stored_query.h - the contract of built-in queries: texts with parameters.
 *
 * `sentinel.list_host_logons(host_name = "h")`: a pack (YAML) has the text with
 * holes and says what each parameter is; values reach the text by type and by
 * the place of their hole, never as they are. */
#ifndef REGISTRY_STORED_QUERY_H
#define REGISTRY_STORED_QUERY_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/status.h"
#include "base/type.h"

enum stored_type {
    STORED_TEXT,
    STORED_LONG,
    STORED_REAL,
    STORED_BOOL,
    STORED_DATETIME, /* also a text: ISO, or relative: -7, -1d, -1d@d */
    STORED_TIMESPAN,
    STORED_LIST, /* an array, or a text with commas */
};

struct stored_param {
    str name, summary;
    enum stored_type type;
    bool needed;     /* it has no default */
    str fallback;    /* the default, as the pack writes it */
    str format;      /* a template around the value; "" */
    size_t naliases;
    const str *aliases;
};

struct stored_query {
    str name, family, summary, table; /* table "": not told */
    str pack;          /* "windows.yaml, line 12", for messages */
    str text;          /* with {holes} */
    size_t nproviders; /* "sentinel", "kusto", "defender", "local", … */
    const str *providers;
    size_t ntags;      /* T1078, … */
    const str *tags;
    size_t nparams;
    const struct stored_param *params;
};

struct stored_arg {
    const struct stored_param *param;
    struct value value;
};

/* What the values go into. */
struct stored_call {
    const struct stored_query *query;
    str provider; /* whose language the text is */
    const struct stored_arg *args;
    size_t nargs;
    int64_t now; /* ticks; relative times count from here */
    struct span span;
    struct diags *ds;
};

struct stored_face {
    void *ctx;
    /* Reads the packs, the first time. A pack that is wrong is warned of. */
    enum status (*load)(void *ctx, struct diags *ds);
    size_t (*count)(void *ctx);
    const struct stored_query *(*at)(void *ctx, size_t i);
    /* Appends the text to run. ST_USER: reported. */
    enum status (*text)(void *ctx, const struct stored_call *call,
                        struct buf *out);
};

/* The query of a provider by name, or NULL; and a parameter by its name or an
 * alias. */
const struct stored_query *stored_find(const struct stored_face *f,
                                       str provider, str name);
bool stored_is_for(const struct stored_query *q, str provider);
const struct stored_param *stored_param(const struct stored_query *q, str name);
const char *stored_type_name(enum stored_type t);

#endif

/* answer.h - an answer of a service of KQL as a source of rows.
 *
 * Used by: kusto.c, sentinel.c, defender.c. Four shapes of one idea: a list of
 * columns with KQL types, then rows. Rows are read while the answer comes. */
#ifndef KUSTO_ANSWER_H
#define KUSTO_ANSWER_H

#include "providers/answer/flow.h"
#include "registry/remote.h"

enum answer_shape {
    ANSWER_LOGS,     /* {"tables":[{"columns":[…],"rows":[[…]]}],"error":…} */
    ANSWER_FRAMES,   /* Kusto v2: an array of frames */
    ANSWER_TABLES,   /* Kusto v1: {"Tables":[…]}, the first table */
    ANSWER_DEFENDER, /* {"schema":[…],"results":[{…}]} */
};

struct answer {
    struct arena *arena; /* of the request, which runs as long as the answer */
    enum answer_shape shape;
    str what;           /* for messages: "workspace Contoso" */
    uint64_t row_limit; /* of the service; as many rows mean truncated */
    long status;        /* of the reply, set before the body ends: 204 */
    struct flow *flow;
};

struct answer *answer_new(enum answer_shape shape, str what);
void answer_free(struct answer *a);
/* Sends the request; `job` lives in a->arena. */
NODISCARD enum status answer_start(struct answer *a,
                                   const struct flow_job *job,
                                   const struct remote_call *call);

/* Makes a source of it, once its columns are here: those of the query when it
 * wants some, else those of the answer. Takes `a` in any case. ST_ENV:
 * reported. ST_USER: so the request ended. */
NODISCARD enum status answer_open(struct answer *a,
                                  const struct remote_query *q,
                                  struct source **out,
                                  const struct remote_call *call);

/* Calls `row` for each row of a small answer, its cells as text; valid during
 * the call. */
struct answer_row {
    size_t n;
    const str *cells, *names;
};
NODISCARD enum status answer_each(struct answer *a,
                                  void (*row)(void *ctx,
                                              const struct answer_row *r),
                                  void *ctx, const struct remote_call *call);

/* KQL's and .NET's names of types; what nobody knows is dynamic. */
enum type answer_type(str name);

#endif

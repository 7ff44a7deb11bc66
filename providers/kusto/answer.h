/* answer.h - an answer of a service of KQL as a source of rows.
 *
 * Used by: kusto.c, sentinel.c, defender.c. Four shapes of one idea: a list of
 * columns with KQL types, then rows. */
#ifndef KUSTO_ANSWER_H
#define KUSTO_ANSWER_H

#include "providers/answer/body.h"
#include "registry/remote.h"

enum answer_shape {
    ANSWER_LOGS,     /* {"tables":[{"columns":[…],"rows":[[…]]}],"error":…} */
    ANSWER_FRAMES,   /* Kusto v2: an array of frames */
    ANSWER_TABLES,   /* Kusto v1: {"Tables":[…]}, the first table */
    ANSWER_DEFENDER, /* {"schema":[…],"results":[{…}]} */
};

struct answer {
    enum answer_shape shape;
    struct body body;
    str what;           /* for messages: "workspace Contoso" */
    uint64_t row_limit; /* of the service; as many rows mean truncated */
    const struct remote_query *query;
};

/* An answer to be filled (`body.sink`), in an arena of its own that goes to
 * the source. */
struct answer *answer_new(enum answer_shape shape, uint64_t most_bytes);
void answer_free(struct answer *a);
/* Makes a source of it: its columns are those of the query when it wants some,
 * else those of the answer. Takes `a` in any case. ST_ENV: reported. */
NODISCARD enum status answer_open(struct answer *a,
                                  const struct remote_query *q,
                                  struct source **out,
                                  const struct remote_call *call);

/* Calls `row` for each row of a small answer, its cells as text. */
struct answer_row {
    size_t n;
    const str *cells, *names;
};
enum status answer_each(struct answer *a,
                        void (*row)(void *ctx, const struct answer_row *r),
                        void *ctx, const struct remote_call *call);

/* KQL's and .NET's names of types; what nobody knows is dynamic. */
enum type answer_type(str name);

#endif

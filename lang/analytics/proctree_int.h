/* proctree_int.h - insides that proctree_frame.c, proctree_read.c and
 * proctree_write.c share; nobody else includes it. */
#ifndef ANALYTICS_PROCTREE_INT_H
#define ANALYTICS_PROCTREE_INT_H

#include "intern.h"
#include "proctree_frame.h"

enum { PROCTREE_NO_MATCH = 255 };

/* One run: the table, how it is read, and what was read. */
struct proctree_job {
    const struct frame *in;
    const atomic_bool *cancel;
    struct arena *tmp;
    struct proctree_plan plan;
    uint8_t *match;                  /* of each row in plan, or NO_MATCH */
    size_t nprocesses;
    struct proctree_in rows;
    struct intern hosts, names, guids, odd_numbers;
    struct proctree tree;
};

/* The column of a role for a row; NULL when its log has none. */
const struct column *proctree_column(const struct proctree_job *j, size_t row,
                                     enum proctree_role r);
/* A cell as text without blanks around it; borrowed or in j->tmp. */
str proctree_text(struct proctree_job *j, size_t row, enum proctree_role r);
str proctree_base_name(str path);    /* without folders and quotes; "-" is "" */

enum status proctree_read(struct proctree_job *j);
/* Fills columns first … first + 7 of `out`, whose rows are set. */
enum status proctree_write(struct proctree_job *j, struct frame *out,
                           size_t first);
bool proctree_cancelled(const struct proctree_job *j);

#endif

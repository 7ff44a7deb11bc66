/* search.h - words that are looked for in descriptions.
 *
 * Used by: datasets.c. */
#ifndef SECURITY_DATASETS_SEARCH_H
#define SECURITY_DATASETS_SEARCH_H

#include "sd.h"

struct sd_search {
    bool all;         /* every term is to be found, not only one */
    LIST(str) terms;  /* in lower case; none: everything fits */
};

/* Terms live in `a`. ST_USER: reported. */
enum status sd_search_parse(struct sd_search *s, struct arena *a, str text,
                            const struct remote_call *call);
/* `json` is a description, `name` what the file is called. */
bool sd_search_fits(const struct sd_search *s, str json, str name);

#endif

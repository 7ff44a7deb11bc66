/* json_path.h - `$.a.b[0]['x']`, the paths that KQL's functions take.
 *
 * Called by: extract_json and the bag functions. No wildcards, no recursion,
 * no slices: text that is no such path is refused. */
#ifndef FUNCS_JSON_PATH_H
#define FUNCS_JSON_PATH_H

#include "base/arena.h"

struct path_step {
    bool is_index;
    int64_t index;   /* from the end when negative */
    str key;         /* plain text */
};

enum { PATH_MAX_STEPS = 64 };

struct json_path {
    struct path_step v[PATH_MAX_STEPS];
    size_t n;
};

/* Keys are views of `text` unless they hold escapes; then they are in `a`. */
bool path_parse(struct arena *a, str text, struct json_path *p);
/* The value at the end of the path; false when there is none. */
bool json_path_find(const struct json_path *p, str json, str *value);

#endif

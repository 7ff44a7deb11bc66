/* json_path.c - reading and following JSON paths.
 *
 * Called by: extract_json and the bag functions. */
#include "json_path.h"

#include "base/json_walk.h"

static bool add_step(struct json_path *p, struct path_step s)
{
    if (p->n == PATH_MAX_STEPS)
        return false;
    p->v[p->n++] = s;
    return true;
}

/* Removes the backslashes before quotes and backslashes. */
static str unescape(struct arena *a, str s)
{
    if (str_find_char(s, '\\') < 0)
        return s;
    char *to = arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        to[n++] = s.p[i];
    }
    return (str){ to, n };
}

/* ['key'] or ["key"] with *i behind the bracket. */
static bool quoted(struct arena *a, str s, size_t *i, struct json_path *p)
{
    char quote = s.p[*i];
    size_t beg = ++*i;
    while (*i < s.n && s.p[*i] != quote)
        *i += s.p[*i] == '\\' ? 2 : 1;
    if (*i + 1 >= s.n || s.p[*i + 1] != ']')
        return false;
    struct path_step step = { .key = unescape(a, str_sub(s, beg, *i)) };
    *i += 2;
    return add_step(p, step);
}

static bool indexed(str s, size_t *i, struct json_path *p)
{
    struct path_step step = { .is_index = true };
    bool negative = *i < s.n && s.p[*i] == '-';
    size_t beg = *i += negative;
    while (*i < s.n && s.p[*i] >= '0' && s.p[*i] <= '9' && *i - beg < 15)
        step.index = step.index * 10 + (s.p[(*i)++] - '0');
    if (*i == beg || *i == s.n || s.p[*i] != ']')
        return false;
    ++*i;
    if (negative)
        step.index = -step.index;
    return add_step(p, step);
}

static bool dotted(str s, size_t *i, struct json_path *p)
{
    size_t beg = *i;
    while (*i < s.n && s.p[*i] != '.' && s.p[*i] != '[')
        ++*i;
    struct path_step step = { .key = str_sub(s, beg, *i) };
    return *i > beg && !str_eq(step.key, S("*")) && add_step(p, step);
}

bool path_parse(struct arena *a, str s, struct json_path *p)
{
    size_t i = 1;
    p->n = 0;
    if (s.n == 0 || s.p[0] != '$')
        return false;
    while (i < s.n) {
        bool ok, bracket = s.p[i] == '[';
        if (!bracket && s.p[i] != '.')
            return false;
        if (++i == s.n)
            return false;
        if (!bracket)
            ok = dotted(s, &i, p);
        else if (s.p[i] == '\'' || s.p[i] == '"')
            ok = quoted(a, s, &i, p);
        else
            ok = indexed(s, &i, p);
        if (!ok)
            return false;
    }
    return true;
}

bool json_path_find(const struct json_path *p, str json, str *value)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct path_step *s = &p->v[i];
        bool found = s->is_index ? json_get_index(json, s->index, &json)
                                 : json_get_key(json, s->key, &json);
        if (!found)
            return false;
    }
    *value = json;
    return true;
}

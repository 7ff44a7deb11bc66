/* settings_table.c - which setting a node of the tree is.
 *
 * Called by: check.c, show.c. The rows are in settings.def. */
#include "config_int.h"

static const struct setting_row ROWS[] = {
#define SETTING(parent, name, type, options)                                 \
    { parent, name, SET_##type, options },
#include "settings.def"
#undef SETTING
};

enum { NROWS = sizeof ROWS / sizeof *ROWS };

/* A name against one part of a pattern: NAME, `*`, or `NAME~`, which is NAME
 * and NAME-anything. */
static bool part_fits(str part, str name)
{
    if (str_eqz(part, "*"))
        return true;
    if (!str_ends(part, S("~")))
        return str_eq(part, name);
    part.n--;
    return str_starts(name, part) &&
           (name.n == part.n || name.p[part.n] == '-');
}

static bool is_exact(str part)
{
    return !str_eqz(part, "*");
}

static str last_part(str *pattern)
{
    size_t dot = pattern->n;
    while (dot > 0 && pattern->p[dot - 1] != '.')
        dot--;
    str last = str_sub(*pattern, dot, pattern->n);
    *pattern = str_sub(*pattern, 0, dot ? dot - 1 : 0);
    return last;
}

/* The map `n` is where the pattern says. */
static bool parent_fits(const char *pattern, const struct yaml_node *n)
{
    str p = str_of(pattern);
    while (p.n) {
        str part = last_part(&p);
        if (!n->parent || !part_fits(part, n->key))
            return false;
        n = n->parent;
    }
    return n->parent == NULL;
}

static const struct setting_row *own_row(const struct yaml_node *n)
{
    const struct setting_row *any = NULL;
    for (size_t i = 0; n->parent && i < NROWS; i++) {
        if (!part_fits(str_of(ROWS[i].name), n->key) ||
            !parent_fits(ROWS[i].parent, n->parent))
            continue;
        if (is_exact(str_of(ROWS[i].name)))
            return &ROWS[i];
        any = &ROWS[i];
    }
    return any;
}

const struct setting_row *setting_row(const struct yaml_node *n, bool *free)
{
    if (free)
        *free = false;
    for (const struct yaml_node *up = n->parent; free && up && up->parent;
         up = up->parent) {
        const struct setting_row *r = own_row(up);
        if (r && r->type == SET_FREE)
            *free = true;
    }
    return own_row(n);
}

size_t setting_siblings(const struct yaml_node *n, str *names, size_t max)
{
    size_t found = 0;
    for (size_t i = 0; i < NROWS && found < max; i++) {
        str name = str_of(ROWS[i].name);
        if (!is_exact(name) || !parent_fits(ROWS[i].parent, n->parent))
            continue;
        if (str_ends(name, S("~")))
            name.n--;
        names[found++] = name;
    }
    return found;
}

const struct setting_row *setting_required(const struct yaml_node *n,
                                           size_t *i)
{
    while (*i < NROWS) {
        const struct setting_row *r = &ROWS[(*i)++];
        if (strcmp(r->options, "required") == 0 && parent_fits(r->parent, n))
            return r;
    }
    return NULL;
}

/* hint.c - options of a hint in the spellings that queries use.
 *
 * Called by: charts, timeline, trees. */
#include "render/hint.h"

#include <math.h>

#include "base/json_walk.h"
#include "base/json_write.h"

static const struct value *find(const struct hint *h, const char *name)
{
    for (size_t i = 0; i < h->props.n; i++)
        if (str_ieqz(h->props.v[i].name, name))
            return &h->props.v[i].value;
    return NULL;
}

double hint_real(const struct hint *h, const char *name, double or_else)
{
    const struct value *v = find(h, name);
    char z[64];
    if (!v || v->null)
        return or_else;
    if (v->type == TYPE_REAL)
        return isfinite(v->d) ? v->d : or_else;
    if (!type_is_text(v->type))
        return (double)v->i;
    if (v->s.n == 0 || v->s.n >= sizeof z)
        return or_else;
    memcpy(z, v->s.p, v->s.n);
    z[v->s.n] = 0;
    char *end;
    double d = strtod(z, &end);
    return *end == 0 && isfinite(d) ? d : or_else;
}

bool hint_flag(const struct hint *h, const char *name)
{
    const struct value *v = find(h, name);
    if (!v || v->null)
        return false;
    if (type_is_text(v->type))
        return str_ieqz(v->s, "true");
    return v->type != TYPE_REAL && v->i != 0;
}

static str unquoted(struct arena *a, str literal)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    json_unquote(&b, literal);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

size_t hint_list(const struct hint *h, const char *name, struct arena *a,
                  str **out)
{
    LIST(str) list = { 0 };
    str s = hint_text(h, name, S("")), item;
    struct json_iter it;
    if (json_kind(s) == JSON_ARRAY && json_iter_init(&it, s)) {
        while (json_next(&it, NULL, &item))
            PUSH(a, list, unquoted(a, item));
    } else {
        while (s.n) {
            ptrdiff_t at = str_find_char(s, ',');
            size_t end = at < 0 ? s.n : (size_t)at;
            item = str_trim(str_sub(s, 0, end));
            s = str_sub(s, end + 1, s.n);
            if (item.n)
                PUSH(a, list, item);
        }
    }
    *out = list.v;
    return list.n;
}

int hint_column(const struct frame *f, str name, struct diags *ds)
{
    int c = frame_find(f, name);
    if (c >= 0)
        return c;
    struct diag *d = diag_error(ds, DIAG_UNKNOWN_COLUMN, NO_SPAN,
                                "there is no column '%.*s' to render",
                                STRF(name));
    str names[200];
    size_t n = f->ncols < 200 ? f->ncols : 200;
    for (size_t i = 0; i < n; i++)
        names[i] = f->cols[i].name;
    str near = diag_nearest(name, names, n);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    return -1;
}

bool hint_columns(const struct frame *f, const struct hint *h,
                  const char *prop, struct arena *a, int **out, size_t *n,
                  struct diags *ds)
{
    str *names;
    *n = hint_list(h, prop, a, &names);
    *out = arena_array(a, *n + 1, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        if (((*out)[i] = hint_column(f, names[i], ds)) < 0)
            return false;
    return true;
}

int hint_column_of(const struct frame *f, const struct hint *h,
                   const char *const *props, struct diags *ds)
{
    for (; *props; props++) {
        str name = hint_text(h, *props, S(""));
        if (name.n == 0)
            continue;
        int c = hint_column(f, name, ds);
        return c < 0 ? HINT_UNKNOWN : c;
    }
    return HINT_ABSENT;
}

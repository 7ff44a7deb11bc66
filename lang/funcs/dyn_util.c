/* dyn_util.c - building, reading and comparing dynamic values.
 *
 * Called by: the function families of this folder. */
#include "dyn_int.h"

#include <math.h>
#include <stdlib.h>

#include "base/json_write.h"

void dyn_set(struct value *out, str json)
{
    out->null = json.n == 0 || str_eq(json, S("null"));
    out->s = out->null ? STR_NONE : json;
}

void dyn_set_long(struct value *out, int64_t v)
{
    out->null = false;
    out->i = v;
}

void dyn_set_bool(struct value *out, bool v)
{
    dyn_set_long(out, v);
}

void dyn_set_real(struct value *out, double v)
{
    out->null = false;
    out->d = v;
}

void dyn_begin(struct buf *b)
{
    buf_init(b, DYN_MAX_BYTES);
}

void dyn_end(struct fn_ctx *cx, struct buf *b, struct value *out)
{
    if (!buf_ok(b)) {
        fn_fail(cx, "a result is longer than %d MB", DYN_MAX_BYTES >> 20);
    } else if (out->type == TYPE_DYNAMIC) {
        dyn_set(out, buf_take(b, cx->tmp));
    } else {
        out->null = false;
        out->s = buf_take(b, cx->tmp);
    }
    buf_release(b);
}

static void comma(struct buf *b)
{
    char last = b->n ? b->p[b->n - 1] : '[';
    if (last != '[' && last != '{')
        buf_addc(b, ',');
}

void dyn_item(struct buf *b, str json)
{
    comma(b);
    buf_add(b, json.n ? json : S("null"));
}

void dyn_key(struct buf *b, str key)
{
    comma(b);
    buf_add(b, key);
    buf_addc(b, ':');
}

void dyn_member(struct buf *b, str key, str json)
{
    dyn_key(b, key);
    buf_add(b, json.n ? json : S("null"));
}

void dyn_text_member(struct buf *b, const char *key, str text)
{
    comma(b);
    buf_addc(b, '"');
    buf_adds(b, key);
    buf_add(b, S("\":"));
    json_text_str(b, text);
}

str dyn_text(struct fn_ctx *cx, str json)
{
    struct buf b;
    if (str_eq(json, S("null")))
        return S("");
    if (json_kind(json) != JSON_STRING)
        return json;
    str inner = str_sub(json, 1, json.n - 1);
    if (str_find_char(inner, '\\') < 0)
        return inner;
    buf_init(&b, json.n);
    json_unquote(&b, json);
    str text = buf_take(&b, cx->tmp);
    buf_release(&b);
    return text;
}

bool dyn_is_array(const struct value *v)
{
    return !v->null && json_kind(v->s) == JSON_ARRAY;
}

bool dyn_is_bag(const struct value *v)
{
    return !v->null && json_kind(v->s) == JSON_OBJECT;
}

bool dyn_number(str json, double *d)
{
    struct value v;
    if (!json_scalar(json, &v) || v.null)
        return false;
    if (v.type == TYPE_REAL)
        *d = v.d;
    else if (v.type == TYPE_LONG)
        *d = (double)v.i;
    return v.type == TYPE_REAL || v.type == TYPE_LONG;
}

static void elems_push(struct elems *e, str v)
{
    if (e->n == e->cap) {
        e->cap = e->cap ? e->cap * 2 : 16;
        e->v = xrealloc(e->v, e->cap * sizeof *e->v);
    }
    e->v[e->n++] = v;
}

bool elems_init(struct elems *e, struct fn_ctx *cx, const struct value *v)
{
    struct json_iter it;
    str item;
    *e = (struct elems){ 0 };
    if (!dyn_is_array(v))
        return false;
    json_iter_init(&it, v->s);
    while (json_next(&it, NULL, &item)) {
        if (e->n == DYN_MAX_ELEMS) {
            fn_fail(cx, "an array has more than %d elements", DYN_MAX_ELEMS);
            return false;
        }
        elems_push(e, item);
    }
    return true;
}

void elems_release(struct elems *e)
{
    free(e->v);
    *e = (struct elems){ 0 };
}

str dyn_norm(str json, char room[DYN_NORM_ROOM])
{
    struct value v;
    if (json.n == 0)
        return S("null");
    if (json_kind(json) != JSON_REAL || !json_scalar(json, &v))
        return json;
    if (v.d != floor(v.d) || fabs(v.d) >= 9.2e18)
        return json;
    int n = snprintf(room, DYN_NORM_ROOM, "%lld", (long long)v.d);
    return (str){ room, (size_t)n };
}

bool dyn_equal(str a, str b)
{
    char room_a[DYN_NORM_ROOM], room_b[DYN_NORM_ROOM];
    return str_eq(dyn_norm(a, room_a), dyn_norm(b, room_b));
}

void set_init(struct dyn_set *s)
{
    *s = (struct dyn_set){ 0 };
}

void set_release(struct dyn_set *s)
{
    free(s->v);
    free(s->slots);
    *s = (struct dyn_set){ 0 };
}

/* The slot of a normalised text: its own or the free one it would take. */
static size_t set_slot(const struct dyn_set *s, str norm)
{
    char room[DYN_NORM_ROOM];
    size_t at = str_hash(norm) & (s->nslots - 1);
    while (s->slots[at] &&
           !str_eq(norm, dyn_norm(s->v[s->slots[at] - 1], room)))
        at = (at + 1) & (s->nslots - 1);
    return at;
}

ptrdiff_t set_find(const struct dyn_set *s, str json)
{
    char room[DYN_NORM_ROOM];
    if (s->n == 0)
        return -1;
    return (ptrdiff_t)s->slots[set_slot(s, dyn_norm(json, room))] - 1;
}

static void set_grow(struct dyn_set *s)
{
    char room[DYN_NORM_ROOM];
    s->cap = s->cap ? s->cap * 2 : 16;
    s->nslots = s->cap * 2;
    s->v = xrealloc(s->v, s->cap * sizeof *s->v);
    free(s->slots);
    s->slots = xcalloc(s->nslots, sizeof *s->slots);
    for (size_t i = 0; i < s->n; i++)
        s->slots[set_slot(s, dyn_norm(s->v[i], room))] = (uint32_t)i + 1;
}

bool set_add(struct dyn_set *s, str json)
{
    char room[DYN_NORM_ROOM];
    if (s->n == s->cap)
        set_grow(s);
    size_t at = set_slot(s, dyn_norm(json, room));
    if (s->slots[at])
        return false;
    s->v[s->n++] = json;
    s->slots[at] = (uint32_t)s->n;
    return true;
}

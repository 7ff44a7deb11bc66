/* fn_json_path.c - extract_json() and treepath().
 *
 * Called by: the engine, through the rows at the end. */
#include "funcs.h"

#include <stdlib.h>

#include "base/json_write.h"
#include "dyn_int.h"
#include "json_path.h"

/* --- extract_json ----------------------------------------------------- */

/* Finds the value in stored text; a bad path finds nothing. */
static bool find(struct fn_ctx *cx, str path, str json, str *value)
{
    struct json_path p;
    return path_parse(cx->tmp, path, &p) && json_path_find(&p, json, value);
}

/* path, JSON text: the value, in the call's arena. */
static bool find_in_text(struct fn_ctx *cx, const struct value *in,
                         str *value)
{
    struct buf b;
    dyn_begin(&b);
    bool found = json_compact(&b, in[1].s, JSON_MAX_DEPTH, NULL) &&
                 find(cx, in[0].s, buf_str(&b), value);
    if (found)
        *value = arena_str(cx->tmp, *value);
    buf_release(&b);
    return found;
}

static void extract_text(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    str value;
    (void)nin;
    if (find_in_text(cx, in, &value))
        out->s = dyn_text(cx, value);
}

static void extract_dynamic(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    str value;
    (void)nin;
    if (find_in_text(cx, in, &value))
        dyn_set(out, value);
}

static void extract_of_dynamic(struct fn_ctx *cx, const struct value *in,
                               size_t nin, struct value *out)
{
    str value;
    (void)nin;
    if (find(cx, in[0].s, in[1].s, &value))
        out->s = dyn_text(cx, value);
}

/* --- treepath --------------------------------------------------------- */

/* Distinct paths are a tree: a node is known by its parent and its step, so
 * that no path text is made twice. Node 0 is the root. */
struct path_node {
    uint32_t parent;
    str step;   /* key literal; empty for [0] */
};

struct tree {
    struct path_node *v;
    size_t n, cap;
    uint32_t *slots;
    size_t nslots;
    struct buf *out;
};

static size_t tree_slot(const struct tree *t, uint32_t parent, str step)
{
    uint64_t h = str_hash(step) ^ (parent + 1) * 0x9E3779B97F4A7C15u;
    size_t at = (h ^ h >> 31) & (t->nslots - 1);
    while (t->slots[at]) {
        const struct path_node *n = &t->v[t->slots[at]];
        if (n->parent == parent && str_eq(n->step, step))
            break;
        at = (at + 1) & (t->nslots - 1);
    }
    return at;
}

static void tree_grow(struct tree *t)
{
    t->cap = t->cap ? t->cap * 2 : 16;
    t->nslots = t->cap * 2;
    t->v = xrealloc(t->v, t->cap * sizeof *t->v);
    free(t->slots);
    t->slots = xcalloc(t->nslots, sizeof *t->slots);
    for (size_t i = 1; i < t->n; i++)
        t->slots[tree_slot(t, t->v[i].parent, t->v[i].step)] = (uint32_t)i;
}

/* The path of a node: ['key'][0]… from the root on. */
static void put_path(struct buf *b, const struct tree *t, uint32_t node)
{
    str steps[JSON_MAX_DEPTH * 2];
    size_t n = 0;
    for (; node && n < JSON_MAX_DEPTH * 2; node = t->v[node].parent)
        steps[n++] = t->v[node].step;
    while (n-- > 0) {
        if (steps[n].n == 0) {
            buf_add(b, S("[0]"));
            continue;
        }
        buf_add(b, S("['"));
        json_unquote(b, steps[n]);
        buf_add(b, S("']"));
    }
}

/* The child of a node; new ones are written to the result. */
static uint32_t tree_step(struct tree *t, uint32_t parent, str step)
{
    if (t->n == t->cap)
        tree_grow(t);
    size_t at = tree_slot(t, parent, step);
    if (t->slots[at])
        return t->slots[at];
    uint32_t node = (uint32_t)t->n++;
    t->slots[at] = node;
    t->v[node] = (struct path_node){ parent, step };
    struct buf path, literal;
    buf_init(&path, DYN_MAX_BYTES);
    buf_init(&literal, DYN_MAX_BYTES);
    put_path(&path, t, node);
    json_text_str(&literal, buf_str(&path));
    dyn_item(t->out, buf_str(&literal));
    buf_release(&path);
    buf_release(&literal);
    return node;
}

/* One pass over stored text. A stack of the open containers' nodes; a string
 * before a colon is a key, and what follows it is that key's value. */
static void walk_tree(struct tree *t, str json)
{
    uint32_t stack[JSON_MAX_DEPTH * 2], here = 0;
    size_t depth = 0;
    for (size_t i = 0; i < json.n && buf_ok(t->out);) {
        char c = json.p[i];
        size_t end = i + 1;
        if (c == '[' || c == '{') {
            if (depth == JSON_MAX_DEPTH * 2)
                return;
            stack[depth++] = here;
            if (c == '[' && end < json.n && json.p[end] != ']')
                here = tree_step(t, here, STR_NONE);
        } else if (c == ']' || c == '}') {
            here = depth ? stack[--depth] : 0;
        } else if (c != ',' && c != ':') {
            end = json_skip(json, i);
            if (end < json.n && json.p[end] == ':')
                here = tree_step(t, depth ? stack[depth - 1] : 0,
                                 str_sub(json, i, end));
        }
        i = end;
    }
}

static void treepath(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct buf b;
    struct tree t = { .n = 1, .out = &b };
    (void)nin;
    if (!dyn_is_array(&in[0]) && !dyn_is_bag(&in[0]))
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    tree_grow(&t);
    walk_tree(&t, in[0].s);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
    free(t.v);
    free(t.slots);
}

#define EXTRACT(nm, flag)                                                    \
    { .name = nm, .params = "string, string", .ret = TYPE_STRING,            \
      .row = extract_text, .flags = flag, .usage = nm "(path, json)",        \
      .summary = "The value at a path such as $.a[0]['b c'] in JSON text, "  \
                 "as text; empty when there is none.",                       \
      .example = "print " nm "('$.a[1]', '{\"a\": [1, 2]}')" },              \
    { .name = nm, .params = "string, dynamic", .ret = TYPE_STRING,           \
      .row = extract_of_dynamic, .flags = flag, .usage = nm "(path, value)", \
      .summary = "The value at a path in a dynamic value, as text.",         \
      .example = "print " nm "('$.a', dynamic({\"a\": 5}))" }

const struct lang_func funcs_json_path[] = {
    EXTRACT("extract_json", 0), EXTRACT("extractjson", FN_HIDDEN),
    { .name = "k_extract_json", .params = "string, string",
      .ret = TYPE_DYNAMIC, .row = extract_dynamic,
      .flags = FN_HIDDEN | FN_MAYNULL, .usage = "k_extract_json(path, json)",
      .summary = "What extract_json() with a type runs on.",
      .example = "print extract_json('$.a', '{\"a\": 5}')" },
    { .name = "treepath", .params = "dynamic", .ret = TYPE_DYNAMIC,
      .row = treepath, .flags = FN_MAYNULL, .usage = "treepath(value)",
      .summary = "The paths of everything inside a dynamic value; the "
                 "elements of an array share the path [0].",
      .example = "print treepath(dynamic({\"a\": [1, {\"b\": 2}]}))" },
};
const size_t nfuncs_json_path = ROWS(funcs_json_path);

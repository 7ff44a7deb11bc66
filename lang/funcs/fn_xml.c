/* fn_xml.c - parse_xml(): XML text as a dynamic value.
 *
 * Called by: the engine, through the row at the end. Attributes become members
 * "@name", text beside attributes or elements "#text", elements of one name an
 * array in the place of the first; values stay text. */
#include "funcs.h"

#include <stdlib.h>

#include "dyn_int.h"
#include "xml_tree.h"

static void put_node(struct arena *a, struct buf *b,
                     const struct xml_node *n);

/* Members of one element that share a name. */
struct group {
    str key;                          /* literal */
    LIST(const struct xml_node *) nodes;
    str value;                        /* of an attribute: literal */
};

struct groups {
    LIST(struct group) list;
    struct dyn_set keys;
};

static str literal(struct arena *a, const char *mark, str text)
{
    struct buf joined, b;
    buf_init(&joined, DYN_MAX_BYTES);
    buf_init(&b, DYN_MAX_BYTES);
    buf_adds(&joined, mark);
    buf_add(&joined, text);
    json_text_str(&b, buf_str(&joined));
    str s = buf_take(&b, a);
    buf_release(&joined);
    buf_release(&b);
    return s;
}

static struct group *group_of(struct arena *a, struct groups *g, str key)
{
    if (set_add(&g->keys, key)) {
        struct group fresh = { .key = key };
        PUSH(a, g->list, fresh);
        return &g->list.v[g->list.n - 1];
    }
    return &g->list.v[set_find(&g->keys, key)];
}

static void put_group(struct arena *a, struct buf *b, const struct group *g)
{
    dyn_key(b, g->key);
    if (g->value.n) {
        buf_add(b, g->value);
        return;
    }
    if (g->nodes.n > 1)
        buf_addc(b, '[');
    for (size_t i = 0; i < g->nodes.n; i++) {
        if (i)
            buf_addc(b, ',');
        put_node(a, b, g->nodes.v[i]);
    }
    if (g->nodes.n > 1)
        buf_addc(b, ']');
}

static void put_members(struct arena *a, struct buf *b,
                        const struct xml_node *n)
{
    struct groups g = { 0 };
    set_init(&g.keys);
    for (const struct xml_attr *at = n->attrs; at; at = at->next)
        group_of(a, &g, literal(a, "@", at->name))->value =
            literal(a, "", at->value);
    for (const struct xml_node *k = n->kids; k; k = k->next) {
        str key = k->name.n ? literal(a, "", k->name) : S("\"#text\"");
        struct group *own = group_of(a, &g, key);
        PUSH(a, own->nodes, k);
    }
    buf_addc(b, '{');
    for (size_t i = 0; i < g.list.n; i++)
        put_group(a, b, &g.list.v[i]);
    buf_addc(b, '}');
    set_release(&g.keys);
}

/* Recursion is as deep as the XML, at most XML_MAX_DEPTH. */
static void put_node(struct arena *a, struct buf *b, const struct xml_node *n)
{
    const struct xml_node *kid = n->kids;
    if (!n->name.n)
        buf_add(b, literal(a, "", n->text));
    else if (!n->attrs && !kid)
        buf_add(b, S("null"));
    else if (!n->attrs && !kid->next && !kid->name.n)
        buf_add(b, literal(a, "", kid->text));
    else
        put_members(a, b, n);
}

static void parse_xml(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct arena *a = arena_new();
    struct xml_node *root = xml_parse(a, in[0].s);
    (void)nin;
    if (root) {
        struct buf b;
        dyn_begin(&b);
        buf_addc(&b, '{');
        dyn_key(&b, literal(a, "", root->name));
        put_node(a, &b, root);
        buf_addc(&b, '}');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

const struct lang_func funcs_xml[] = {
    { .name = "parse_xml", .params = "string", .ret = TYPE_DYNAMIC,
      .row = parse_xml, .flags = FN_MAYNULL, .usage = "parse_xml(text)",
      .summary = "XML as a bag: attributes as @name, text beside them as "
                 "#text, repeated elements as an array; null for text that is "
                 "not well-formed XML or longer than 1 MB.",
      .example = "print parse_xml('<e a=\"1\"><b>x</b></e>').e.b" },
};
const size_t nfuncs_xml = ROWS(funcs_xml);

/* yaml_doc.c - events of libyaml to a tree with ceilings.
 *
 * Called by: config.c, tests, fuzzing. */
#include "yaml_doc.h"

#include <yaml.h>

#include "base/convert.h"
#include "base/utf8.h"

/* A collection that is still open. */
struct level {
    struct yaml_node *node;
    LIST(struct yaml_node *) kids;
    str key;           /* waiting for its value */
    unsigned key_line;
    bool has_key;
    str anchor;
};

struct anchor {
    str name;
    struct yaml_node *node;
};

struct reader {
    struct arena *a;
    struct yaml_doc *doc;
    unsigned file;
    yaml_parser_t parser;
    struct level levels[YAML_MAX_DEPTH];
    size_t depth;
    size_t nodes;
    LIST(struct anchor) anchors;
    bool done;
};

__attribute__((format(printf, 3, 4)))
static bool fail(struct reader *r, size_t line, const char *fmt, ...)
{
    struct buf b, shown;
    va_list ap;
    if (r->doc->error.n)
        return false;
    buf_init(&b, 4096);
    buf_init(&shown, 64 << 10);
    va_start(ap, fmt);
    buf_addv(&b, fmt, ap);
    va_end(ap);
    utf8_printable(&shown, buf_str(&b));
    r->doc->error = buf_take(&shown, r->a);
    r->doc->error_line = (unsigned)line;
    buf_release(&b);
    buf_release(&shown);
    return false;
}

static struct yaml_node *new_node(struct reader *r, enum yaml_kind kind,
                                  const yaml_event_t *e)
{
    struct yaml_node *n = NEW(r->a, struct yaml_node);
    n->kind = kind;
    n->file = r->file;
    n->line = (unsigned)e->start_mark.line + 1;
    n->weight = 1;
    return n;
}

static void adopt(struct yaml_node *n)
{
    for (size_t i = 0; i < n->n; i++)
        n->kids[i]->parent = n;
}

/* What an alias stands for: a copy, so that each has its own place. The number
 * of nodes was checked before; depth is that of the reader. */
static struct yaml_node *copy_tree(struct arena *a, const struct yaml_node *n)
{
    struct yaml_node *copy = NEW(a, struct yaml_node);
    *copy = *n;
    copy->kids = arena_array(a, n->n, sizeof *copy->kids);
    for (size_t i = 0; i < n->n; i++)
        copy->kids[i] = copy_tree(a, n->kids[i]);
    adopt(copy);
    return copy;
}

/* The level has one more thing below it. */
static void count_below(struct level *l, const struct yaml_node *n)
{
    l->node->weight += n->weight;
    if (l->node->height <= n->height)
        l->node->height = n->height + 1;
}

/* ---- maps ---- */

static struct yaml_node *find_kid(const struct level *l, str key)
{
    for (size_t i = 0; i < l->kids.n; i++)
        if (str_eq(l->kids.v[i]->key, key))
            return l->kids.v[i];
    return NULL;
}

static void note_twice(struct reader *r, str key, unsigned first,
                       unsigned again)
{
    struct yaml_twice t = { key, first, again };
    if (r->doc->twice.n < YAML_MAX_TWICE)
        PUSH(r->a, r->doc->twice, t);
}

/* Puts a value under the key that waits. */
static void add_member(struct reader *r, struct level *l, struct yaml_node *n)
{
    n->key = l->key;
    n->line = l->key_line;
    n->parent = l->node;
    l->has_key = false;
    count_below(l, n);
    struct yaml_node *old = find_kid(l, n->key);
    if (!old) {
        PUSH(r->a, l->kids, n);
        return;
    }
    note_twice(r, n->key, old->line, n->line);
    *old = *n;
    adopt(old);
}

static bool merge_map(struct reader *r, struct level *l,
                      const struct yaml_node *from)
{
    if (from->kind != YAML_MAP)
        return fail(r, from->line, "<< takes a map, or a list of maps");
    for (size_t i = 0; i < from->n; i++) {
        if (find_kid(l, from->kids[i]->key))
            continue;
        from->kids[i]->parent = l->node;
        PUSH(r->a, l->kids, from->kids[i]);
    }
    return true;
}

/* `<<: *defaults`: members that the map does not have itself. */
static bool apply_merge(struct reader *r, struct level *l)
{
    struct yaml_node *m = find_kid(l, S("<<"));
    if (!m)
        return true;
    size_t at = 0;
    while (l->kids.v[at] != m)
        at++;
    memmove(l->kids.v + at, l->kids.v + at + 1,
            (l->kids.n - at - 1) * sizeof *l->kids.v);
    l->kids.n--;
    if (m->kind != YAML_LIST)
        return merge_map(r, l, m);
    for (size_t i = 0; i < m->n; i++)
        if (!merge_map(r, l, m->kids[i]))
            return false;
    return true;
}

/* Members are looked up one by one; more than these would cost quadratic
 * time, and no settings have so many. */
enum { MAX_MEMBERS = 2000, MAX_ANCHORS = 1000 };

/* ---- values ---- */

static bool too_many(struct reader *r, size_t line)
{
    return fail(r, line, "more than %d values, aliases counted each time",
                YAML_MAX_NODES);
}

static bool place_value(struct reader *r, struct yaml_node *n, size_t line)
{
    r->nodes += n->weight;
    if (r->nodes > YAML_MAX_NODES)
        return too_many(r, line);
    if (r->depth + n->height > YAML_MAX_DEPTH)
        return fail(r, line, "nested deeper than %d", YAML_MAX_DEPTH);
    if (!r->depth) {
        r->doc->root = n;
        return true;
    }
    struct level *l = &r->levels[r->depth - 1];
    if (l->node->kind == YAML_LIST) {
        n->parent = l->node;
        count_below(l, n);
        PUSH(r->a, l->kids, n);
        return true;
    }
    if (l->has_key) {
        add_member(r, l, n);
        return l->kids.n <= MAX_MEMBERS ||
               fail(r, line, "more than %d members in one map", MAX_MEMBERS);
    }
    if (n->kind != YAML_TEXT)
        return fail(r, line, "a key must be a text");
    l->key = n->text;
    l->key_line = n->line;
    l->has_key = true;
    return true;
}

static void remember(struct reader *r, str anchor, struct yaml_node *n)
{
    struct anchor a = { anchor, n };
    if (anchor.n && r->anchors.n < MAX_ANCHORS)
        PUSH(r->a, r->anchors, a);
}

static str anchor_of(struct reader *r, const yaml_char_t *anchor)
{
    return arena_str(r->a, str_of((const char *)anchor));
}

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
    struct yaml_node *n = new_node(r, YAML_TEXT, e);
    str text = { (const char *)e->data.scalar.value, e->data.scalar.length };
    n->text = arena_str(r->a, text);
    n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    remember(r, anchor_of(r, e->data.scalar.anchor), n);
    return place_value(r, n, n->line);
}

static const struct yaml_node *find_anchor(const struct reader *r, str name)
{
    for (size_t i = r->anchors.n; i-- > 0;)
        if (str_eq(r->anchors.v[i].name, name))
            return r->anchors.v[i].node;
    return NULL;
}

static bool on_alias(struct reader *r, const yaml_event_t *e)
{
    str name = str_of((const char *)e->data.alias.anchor);
    size_t line = e->start_mark.line + 1;
    const struct yaml_node *n = find_anchor(r, name);
    if (!n)
        return fail(r, line, "there is no finished value &%.*s before this",
                    STRF(name));
    if (r->nodes + n->weight > YAML_MAX_NODES)
        return too_many(r, line);
    return place_value(r, copy_tree(r->a, n), line);
}

static bool open_level(struct reader *r, enum yaml_kind kind,
                       const yaml_event_t *e, const yaml_char_t *anchor)
{
    if (r->depth == YAML_MAX_DEPTH)
        return fail(r, e->start_mark.line + 1, "nested deeper than %d",
                    YAML_MAX_DEPTH);
    struct level *l = &r->levels[r->depth++];
    *l = (struct level){ .node = new_node(r, kind, e),
                         .anchor = anchor_of(r, anchor) };
    return true;
}

static bool close_level(struct reader *r)
{
    struct level *l = &r->levels[--r->depth];
    struct yaml_node *n = l->node;
    size_t weight = n->weight;
    if (n->kind == YAML_MAP && !apply_merge(r, l))
        return false;
    n->kids = l->kids.v;
    n->n = l->kids.n;
    adopt(n);
    remember(r, l->anchor, n);
    /* Its members are counted already. */
    r->nodes -= weight - 1;
    return place_value(r, n, n->line);
}

static bool on_event(struct reader *r, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_SCALAR_EVENT: return on_scalar(r, e);
    case YAML_ALIAS_EVENT: return on_alias(r, e);
    case YAML_MAPPING_START_EVENT:
        return open_level(r, YAML_MAP, e, e->data.mapping_start.anchor);
    case YAML_SEQUENCE_START_EVENT:
        return open_level(r, YAML_LIST, e, e->data.sequence_start.anchor);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: return close_level(r);
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT: r->done = true; return true;
    default: return true;
    }
}

static bool read_events(struct reader *r)
{
    while (!r->done) {
        yaml_event_t e;
        if (!yaml_parser_parse(&r->parser, &e))
            return fail(r, r->parser.problem_mark.line + 1, "%s",
                        r->parser.problem ? r->parser.problem
                                          : "this is not YAML");
        bool ok = on_event(r, &e);
        yaml_event_delete(&e);
        if (!ok)
            return false;
    }
    return true;
}

bool yaml_read(struct arena *a, str text, unsigned file, struct yaml_doc *out)
{
    struct reader *r = NEW(a, struct reader);
    *out = (struct yaml_doc){ .root = NULL };
    r->a = a;
    r->doc = out;
    r->file = file;
    if (text.n > YAML_MAX_BYTES)
        return fail(r, 1, "longer than %d MB", YAML_MAX_BYTES >> 20);
    if (!yaml_parser_initialize(&r->parser))
        abort(); /* out of memory */
    yaml_parser_set_input_string(
        &r->parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    bool ok = read_events(r);
    yaml_parser_delete(&r->parser);
    return ok;
}

/* ---- looking ---- */

const struct yaml_node *yaml_get_str(const struct yaml_node *n, str name)
{
    for (size_t i = 0; n && n->kind == YAML_MAP && i < n->n; i++)
        if (str_eq(n->kids[i]->key, name))
            return n->kids[i];
    return NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *n, const char *name)
{
    return yaml_get_str(n, str_of(name));
}

const struct yaml_node *yaml_at(const struct yaml_node *n, const char *path)
{
    str rest = str_of(path);
    while (n && rest.n) {
        ptrdiff_t dot = str_find_char(rest, '.');
        str name = dot < 0 ? rest : str_sub(rest, 0, (size_t)dot);
        n = yaml_get_str(n, name);
        rest = str_sub(rest, name.n + (dot >= 0), rest.n);
    }
    return n;
}

bool yaml_is_null(const struct yaml_node *n)
{
    return !n || (n->kind == YAML_TEXT && n->plain &&
                  (!n->text.n || str_eqz(n->text, "~") ||
                   str_ieqz(n->text, "null")));
}

bool yaml_bool(const struct yaml_node *n, bool *out)
{
    static const char *const words[] = { "true", "yes", "on", "false", "no",
                                         "off" };
    for (size_t i = 0; n && n->plain && i < 6; i++) {
        if (str_ieqz(n->text, words[i])) {
            *out = i < 3;
            return true;
        }
    }
    return false;
}

bool yaml_long(const struct yaml_node *n, int64_t *out)
{
    return n && n->kind == YAML_TEXT && text_to_long(n->text, out);
}

str yaml_text(const struct yaml_node *n)
{
    return n && n->kind == YAML_TEXT && !yaml_is_null(n) ? n->text : S("");
}

void yaml_path(struct buf *b, const struct yaml_node *n)
{
    if (!n->parent)
        return;
    yaml_path(b, n->parent);
    if (n->parent->kind == YAML_LIST) {
        size_t i = 0;
        while (i < n->parent->n && n->parent->kids[i] != n)
            i++;
        buf_addf(b, "[%zu]", i);
        return;
    }
    if (b->n)
        buf_addc(b, '.');
    buf_add(b, n->key);
}

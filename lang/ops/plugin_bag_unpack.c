/* plugin_bag_unpack.c - `T | evaluate bag_unpack(Bag)`: members to columns.
 *
 * The columns depend on the rows, so a query before the query asks for the
 * names and kinds of all members, unless an output schema tells them. */
#include "plugin.h"

#include <stdlib.h>

#include "base/json_walk.h"
#include "base/json_write.h"

enum { MAX_MEMBERS = 5000 };

enum conflict { CONFLICT_ERROR, CONFLICT_REPLACE, CONFLICT_KEEP };

struct unpack {
    struct binder *b;
    const struct ast *op;
    struct node *in;
    const struct col *bag;
    str prefix;
    enum conflict conflict;
    LIST(str) ignored;
};

struct member_type {
    str name;
    enum type type;
};

/* ---- arguments ---- */

static bool read_conflict(struct unpack *u, const struct ast *t)
{
    static const char *const words[] = { "error", "replace_source",
                                         "keep_source" };
    str word = S("error");
    if (!plugin_text(u->b, t, &word))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (str_ieqz(word, words[i])) {
            u->conflict = (enum conflict)i;
            return true;
        }
    struct diag *d = bind_error(u->b, DIAG_OPTION, t->span,
                                "columnsConflict cannot be '%.*s'",
                                STRF(word));
    diag_hint(u->b->ds, d, "error, replace_source or keep_source");
    return false;
}

static bool read_ignored(struct unpack *u, const struct ast *t)
{
    struct value v = { 0 };
    struct json_iter it;
    struct buf b;
    str item;
    if (!t)
        return true;
    if (!bind_value(u->b, t, &v))
        return false;
    if (v.type != TYPE_DYNAMIC || (!v.null && !json_iter_init(&it, v.s))) {
        bind_error(u->b, DIAG_TYPE, t->span,
                   "ignoredProperties is a dynamic array of names");
        return false;
    }
    while (!v.null && json_next(&it, NULL, &item)) {
        buf_init(&b, 1 << 20);
        json_unquote(&b, item);
        PUSH(u->b->arena, u->ignored, buf_take(&b, u->b->arena));
        buf_release(&b);
    }
    return true;
}

static bool read_arguments(struct unpack *u)
{
    static const char *const options[] = { "columnsConflict",
                                           "ignoredProperties",
                                           "OutputColumnPrefix", NULL };
    const struct ast *op = u->op;
    if (!plugin_need(u->b, op, 1) || !plugin_options(u->b, op, options))
        return false;
    const struct ast *t = plugin_arg(op, 0, NULL);
    u->bag = plugin_column(u->b, t, u->in);
    if (!u->bag)
        return false;
    if (u->bag->type != TYPE_DYNAMIC && u->bag->type != TYPE_ERROR) {
        struct diag *d = bind_error(u->b, DIAG_TYPE, t->span,
                                    "bag_unpack needs a dynamic column, this "
                                    "is a %s", type_name(u->bag->type));
        if (u->bag->type == TYPE_STRING)
            diag_hint(u->b->ds, d, "extend %.*s = parse_json(%.*s) first",
                      STRF(u->bag->name), STRF(u->bag->name));
        return false;
    }
    return plugin_text(u->b, plugin_arg(op, 1, options[2]), &u->prefix) &&
           read_conflict(u, plugin_arg(op, 2, options[0])) &&
           read_ignored(u, plugin_arg(op, 3, options[1]));
}

/* ---- what the rows hold ---- */

/* One row for each different "kind letter and name". */
static struct node *shapes(struct unpack *u)
{
    struct binder *b = u->b;
    struct expr *bag = ex_column(b, u->bag, u->op->span);
    struct node *n = node_new(b->arena, NODE_UNNEST, u->op->span, NULL);
    struct node *p = project_new(b, u->op, u->in);
    project_add(b, p, S("shape"),
                ex_func(b, "k_bag_shape", u->op->span, bag, NULL));
    n->nin = 1;
    n->in = arena_array(b->arena, 1, sizeof *n->in);
    n->in[0] = p;
    PUSH(b->arena, n->cols, p->cols.v[0]);
    struct unnest item = { col_new(b, S("item"), TYPE_DYNAMIC, true),
                           ex_column(b, &p->cols.v[0], u->op->span) };
    PUSH(b->arena, n->unnests, item);
    PUSH(b->arena, n->cols, item.col);
    struct node *text = project_new(b, u->op, n);
    project_add(b, text, S("item"),
                coerce(b, ex_column(b, &item.col, u->op->span), TYPE_STRING));
    return node_over(b, NODE_DISTINCT, u->op, text);
}

static enum type letter_type(char letter)
{
    switch (letter) {
    case 'b': return TYPE_BOOL;
    case 'l': return TYPE_LONG;
    case 'r': return TYPE_REAL;
    case 's': return TYPE_STRING;
    case 'd': return TYPE_DYNAMIC;
    default: return TYPE_ERROR; /* null tells no type */
    }
}

static int by_name(const void *a, const void *b)
{
    const struct member_type *x = a, *y = b;
    return str_cmp(x->name, y->name);
}

/* Kinds that differ make a dynamic; nothing but nulls does too. */
static size_t merge_types(struct member_type *v, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (k == 0 || !str_eq(v[k - 1].name, v[i].name))
            v[k++] = v[i];
        else if (v[k - 1].type == TYPE_ERROR)
            v[k - 1].type = v[i].type;
        else if (v[i].type != TYPE_ERROR && v[i].type != v[k - 1].type)
            v[k - 1].type = TYPE_DYNAMIC;
    }
    for (size_t i = 0; i < k; i++)
        if (v[i].type == TYPE_ERROR)
            v[i].type = TYPE_DYNAMIC;
    return k;
}

static bool is_ignored(const struct unpack *u, str name)
{
    for (size_t i = 0; i < u->ignored.n; i++)
        if (str_eq(u->ignored.v[i], name))
            return true;
    return false;
}

static bool read_members(struct unpack *u, struct member_type **out, size_t *n)
{
    struct binder *b = u->b;
    struct frame *f = NULL;
    if (b->env->run(b->env->ctx, shapes(u), &f, b->ds) != ST_OK)
        return false;
    struct member_type *v = arena_array(b->arena, f->nrows, sizeof *v);
    *n = 0;
    for (size_t i = 0; i < f->nrows; i++) {
        str s = f->cols[0].s[i], name = str_sub(s, 1, s.n);
        if (s.n && !is_ignored(u, name))
            v[(*n)++] = (struct member_type){ arena_str(b->arena, name),
                                              letter_type(s.p[0]) };
    }
    bool whole = f->total == f->nrows;
    frame_unref(f);
    qsort(v, *n, sizeof *v, by_name);
    *n = merge_types(v, *n);
    *out = v;
    if (whole && *n <= MAX_MEMBERS)
        return true;
    struct diag *d = bind_error(b, DIAG_LIMIT, u->op->span,
                                "the bags have more than %d different members",
                                MAX_MEMBERS);
    diag_hint(b->ds, d, "name those that are needed: … : (*, Name:type, …)");
    return false;
}

/* ---- the columns ---- */

static struct expr *member(struct unpack *u, str name, enum type t)
{
    struct binder *b = u->b;
    struct expr *e = ex_func(b, "k_path_key", u->op->span,
                             ex_column(b, u->bag, u->op->span),
                             ex_string(b, name), NULL);
    e->has_null = true;
    return coerce(b, e, t);
}

static bool put(struct unpack *u, struct node *p, str name, struct expr *e)
{
    const struct col *c = node_find(u->in, name);
    bool taken = c && c->id != u->bag->id;
    if (!taken || u->conflict == CONFLICT_REPLACE) {
        project_set(u->b, p, name, e);
        return true;
    }
    if (u->conflict == CONFLICT_KEEP)
        return true;
    struct diag *d = bind_error(u->b, DIAG_DUPLICATE, u->op->span,
                                "the bag has a member '%.*s', and so has the "
                                "table", STRF(name));
    diag_hint(u->b->ds, d, "give a prefix, or columnsConflict = "
              "'keep_source' or 'replace_source'");
    return false;
}

/* `self` (MAY be NULL): a member called as the bag, which takes its place. */
static struct node *keep_source(struct unpack *u, struct expr *self)
{
    struct node *p = project_new(u->b, u->op, u->in);
    for (size_t i = 0; i < u->in->cols.n; i++)
        if (u->in->cols.v[i].id != u->bag->id)
            project_keep(u->b, p, &u->in->cols.v[i]);
        else if (self)
            project_set(u->b, p, u->bag->name, self);
    return p;
}

static str column_name(struct unpack *u, const struct member_type *m)
{
    return data_name(u->b, arena_fmt(u->b->arena, "%.*s%.*s", STRF(u->prefix),
                                     STRF(m->name)));
}

static struct node *unpack_members(struct unpack *u)
{
    struct member_type *v;
    size_t n;
    if (!can_read(u->b, u->in))
        return plugin_open(u->b, u->op, u->in, u->bag);
    if (!read_members(u, &v, &n))
        return NULL;
    struct expr *self = NULL;
    for (size_t i = 0; i < n; i++)
        if (str_eq(column_name(u, &v[i]), u->bag->name))
            self = member(u, v[i].name, v[i].type);
    struct node *p = keep_source(u, self);
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok &= put(u, p, column_name(u, &v[i]),
                  member(u, v[i].name, v[i].type));
    return ok ? p : NULL;
}

static struct node *unpack_schema(struct unpack *u, const struct ast *schema)
{
    bool keeps = schema_keeps(schema), ok = true;
    struct node *p = keeps ? keep_source(u, NULL)
                           : project_new(u->b, u->op, u->in);
    for (const struct ast *k = schema->kid; k; k = k->next) {
        enum type t = TYPE_DYNAMIC;
        if (k->kind != AST_COLUMN)
            continue;
        if (k->kid)
            type_from_name(k->kid->text, &t);
        bool own = str_starts(k->text, u->prefix);
        str name = own ? str_sub(k->text, u->prefix.n, k->text.n) : k->text;
        const struct col *c = node_find(u->in, k->text);
        if (!keeps && c && c->id != u->bag->id &&
            u->conflict != CONFLICT_REPLACE)
            project_set(u->b, p, k->text,
                        coerce(u->b, ex_column(u->b, c, k->span), t));
        else
            ok &= put(u, p, k->text, member(u, name, t));
    }
    return ok ? p : NULL;
}

static struct node *bag_unpack(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct unpack u = { .b = b, .op = op, .in = in, .prefix = S("") };
    const struct ast *schema = plugin_schema(op);
    if (!read_arguments(&u))
        return NULL;
    return schema ? unpack_schema(&u, schema) : unpack_members(&u);
}

const struct lang_plugin plugin_bag_unpack = {
    .name = "bag_unpack",
    .usage = "T | evaluate bag_unpack(Bag [, prefix [, columnsConflict "
             "[, ignoredProperties]]]) [: (*, name:type, …)]",
    .summary = "Makes a column of each member of a bag, typed as its values "
               "are; the bag goes.",
    .example = "print d = dynamic({\"a\": 1, \"b\": \"x\"}) "
               "| evaluate bag_unpack(d)",
    .bind = bag_unpack,
};

/* op_mask.c - `T | mask Columns with (key = …)`: pseudonyms that keep formats.
 *
 * A native step, not a function in the engine: so the key never stands in an
 * SQL text. lang/analytics/mask.h masks. */
#include "analytics/mask.h"
#include "analytics/mask_frame.h"
#include "hunt.h"

/* mask column, … with (key = "…" [, replace = true]) */
static void mask_parse(struct parser *p, struct ast *op)
{
    hunt_parse_columns(p, op);
    parse_with(p, op);
}

static bool check_key(struct binder *b, const struct ast *op, str key)
{
    const struct ast *with = ast_clause(op, "with");
    if (key.n >= MASK_SHORTEST_KEY)
        return true;
    struct diag *d = bind_error(b, DIAG_OPTION, with ? with->span : op->span,
                                key.n ? "the key of mask is shorter than %d "
                                        "characters"
                                      : "mask needs a key of %d characters "
                                        "or more",
                                MASK_SHORTEST_KEY);
    diag_hint(b->ds, d, "with (key = \"…\"): who knows it can try names, so "
              "keep it to the case");
    return false;
}

static void name_columns(struct binder *b, struct node *n,
                         const struct group_key *keys, bool replace)
{
    for (size_t k = 0; k < keys->n; k++) {
        struct col *c = &n->cols.v[keys->v[k]];
        if (replace) {
            *c = col_new(b, c->name, TYPE_STRING, false);
            continue;
        }
        str name = c->name;
        if (name.n && name.p[0] == '\001')
            name = S("text");
        str wanted = arena_fmt(b->arena, "mask_%.*s", STRF(name));
        PUSH(b->arena, n->cols,
             col_new(b, free_name(b, n, wanted), TYPE_STRING, false));
    }
}

static struct node *mask_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    struct mask_frame_opts *o = NEW(b->arena, struct mask_frame_opts);
    struct group_key keys;
    const struct hunt_option options[] = {
        { "key", HUNT_TEXT, &o->key, 0, 0 },
        { "replace", HUNT_BOOL, &o->replace, 0, 0 },
    };
    bool ok = hunt_options(b, op, options, 2);
    ok = ok && check_key(b, op, o->key);
    if (!hunt_columns(b, op, &keys) || !ok)
        return hunt_fail(b, op, in);
    if (!keys.n) {
        bind_error(b, DIAG_SYNTAX, op->span, "mask needs a column");
        return NULL;
    }
    o->n = keys.n;
    o->cols = keys.v;
    struct node *n = hunt_annotate(b, op, o);
    name_columns(b, n, &keys, o->replace);
    return settle(b, n);
}

static enum status mask_step(const struct frame *in, const void *args,
                             struct frame **out, const atomic_bool *cancel,
                             struct diags *ds)
{
    (void)ds;
    return mask_frame_run(in, args, out, cancel);
}

const struct lang_op op_mask = {
    .name = "mask",
    .flags = OP_HUNTING,
    .usage = "T | mask Column, … with (key = \"…\" [, replace = true])",
    .summary =
        "Appends mask_Column for each column: a pseudonym that depends on the "
        "key and keeps the format. The same value has the same pseudonym in "
        "every column and table; networks, private addresses, well-known "
        "accounts and SIDs stay recognisable. With replace the column itself.",
    .example = "print User = \"CONTOSO\\\\ana\", Ip = \"10.1.2.3\" "
               "| mask User, Ip with (key = \"of this case\")",
    .parse = mask_parse,
    .bind = mask_bind,
    .run = mask_step,
};

/* plugins_lookup.c - ipv4_lookup and ipv6_lookup: addresses to networks.
 *
 * An address is cut to every prefix length that the lookup table has, so that
 * what is left is a join on equality. */
#include "plugin.h"

struct lookup {
    struct binder *b;
    const struct ast *op;
    struct node *in;
    bool unmatched;
};

static bool is_bool(const struct ast *t)
{
    return t && t->kind == AST_LITERAL && t->value.type == TYPE_BOOL;
}

static bool read_arguments(struct lookup *l)
{
    static const char *const options[] = { "return_unmatched", NULL };
    struct binder *b = l->b;
    if (!plugin_need(b, l->op, 3) || !plugin_options(b, l->op, options))
        return false;
    size_t n = plugin_nargs(l->op);
    const struct ast *last = plugin_arg(l->op, n - 1, NULL);
    const struct ast *flag = plugin_arg(l->op, SIZE_MAX, options[0]);
    bool by_place = !flag && n > 3 && is_bool(last);
    if (!plugin_bool(b, by_place ? last : flag, &l->unmatched))
        return false;
    const struct ast *t = plugin_arg(l->op, 1, NULL);
    const struct col *c = plugin_column(b, t, l->in);
    if (c && c->type != TYPE_STRING && c->type != TYPE_ERROR) {
        bind_error(b, DIAG_TYPE, t->span, "an address is a string, this is a "
                   "%s", type_name(c->type));
        return false;
    }
    return c != NULL;
}

/* The names after the third argument: columns of both tables. */
static struct ast further_keys(struct lookup *l)
{
    struct ast list = { .kind = AST_LIST };
    const struct ast *t;
    for (size_t i = 3; (t = plugin_arg(l->op, i, NULL)) != NULL; i++)
        if (!is_bool(t))
            ast_add(&list, ast_new(l->b->arena, t->kind, t->span, t->text));
    return list;
}

/* The table of the addresses that match, i__, with the columns of the other
 * table; its further keys are e__0, e__1 … */
static const char matches[] =
    "let L__ = @a | where isnotnull(k_net@d_len(@c)) @e;\n"
    "let N__ = L__ | summarize by n__ = @c\n"
    "  | extend l__ = k_net@d_len(n__)\n"
    "  | extend k__ = k_net@d_cut(n__, l__);\n"
    "let M__ = T__ | summarize by i__ = @b | extend o__ = 1\n"
    "  | join kind=inner (N__ | summarize by l__ | extend o__ = 1) on o__\n"
    "  | project i__, k__ = k_net@d_cut(i__, l__) | where k__ != ''\n"
    "  | join kind=inner N__ on k__ | project i__, n__;\n"
    "let J__ = M__ | join kind=inner L__ on $left.n__ == $right.@c\n"
    "  | project-away n__;\n";

static struct node *lookup(struct binder *b, const struct ast *op,
                           struct node *in, bool v4)
{
    struct lookup l = { .b = b, .op = op, .in = in };
    struct kql k;
    if (!read_arguments(&l))
        return NULL;
    struct ast keys = further_keys(&l);
    kql_init(&k, b);
    str v[] = {
        kql_ast(&k, plugin_arg(op, 0, NULL)),
        kql_ast(&k, plugin_arg(op, 1, NULL)),
        kql_ast(&k, plugin_arg(op, 2, NULL)),
        v4 ? S("4") : S("6"),
        kql_each(&k, &keys, 0, " | project-rename e__# = @"),
        kql_each(&k, &keys, 0,
                 v4 ? ", $left.@ == $right.e__#" : ", $left.e__# == $right.@"),
        kql_each(&k, &keys, 0, ", e__#"),
        !l.unmatched ? S("inner") : v4 ? S("leftouter") : S("rightouter"),
    };
    kql_text(&k, matches, v);
    kql_text(&k,
             v4 ? "T__ | join kind=@h J__ on $left.@b == $right.i__ @f"
                : "J__ | join kind=@h T__ on $left.i__ == $right.@b @f",
             v);
    kql_text(&k, " | project-away i__ @g", v);
    return kql_bind(&k, op, in);
}

static struct node *ipv4_lookup(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return lookup(b, op, in, true);
}

static struct node *ipv6_lookup(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return lookup(b, op, in, false);
}

const struct lang_plugin plugin_ipv4_lookup = {
    .name = "ipv4_lookup",
    .usage = "T | evaluate ipv4_lookup(Table, Address, Network [, key, …] "
             "[, return_unmatched = true])",
    .summary = "Adds the columns of a table of IPv4 networks to the rows "
               "whose address is in one.",
    .example = "print ip = \"10.1.2.3\" | evaluate ipv4_lookup((print "
               "net = \"10.0.0.0/8\", name = \"ours\"), ip, net)",
    .bind = ipv4_lookup,
};

const struct lang_plugin plugin_ipv6_lookup = {
    .name = "ipv6_lookup",
    .usage = "T | evaluate ipv6_lookup(Table, Address, Network [, key, …] "
             "[, return_unmatched = true])",
    .summary = "The rows of a table of networks, with the rows whose IPv6 or "
               "IPv4 address is in them.",
    .example = "print ip = \"fe80::1\" | evaluate ipv6_lookup((print "
               "net = \"fe80::/10\", name = \"link\"), ip, net)",
    .bind = ipv6_lookup,
};

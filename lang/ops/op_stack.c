/* op_stack.c - `T | stack by C, D`: least-frequency analysis.
 *
 * Written in the language itself (plugin.h): a summarize whose columns are
 * always the same, rarest first. */
#include "hunt.h"
#include "plugin.h"

struct stack {
    struct kql k;
    struct buf keys;  /* name = expression, … */
    struct buf order; /* , name asc */
    LIST(str) taken;
};

/* stack [by] C, D [with (host = Column, time = Column)] */
static void stack_parse(struct parser *p, struct ast *op)
{
    accept_word(p, "by");
    parse_named_list(p, op);
    hunt_parse_with(p, op);
}

static bool is_taken(const struct stack *s, str name)
{
    for (size_t i = 0; i < s->taken.n; i++)
        if (str_eq(s->taken.v[i], name))
            return true;
    return false;
}

/* A placeholder for a column that no key is called like. */
static str free_column(struct stack *s, str wanted)
{
    str name = wanted;
    for (unsigned i = 1; is_taken(s, name); i++)
        name = arena_fmt(s->k.b->arena, "%.*s%u", STRF(wanted), i);
    PUSH(s->k.b->arena, s->taken, name);
    return kql_name(&s->k, name);
}

static str column_of(struct stack *s, int64_t col)
{
    return kql_name(&s->k, s->k.b->row->cols.v[col].name);
}

static void add_key(struct stack *s, const struct ast *t, uint32_t col)
{
    bool named = t->kind == AST_NAMED;
    str name = named ? t->text : auto_name(s->k.b, t);
    str column = free_column(s, name.n ? name : S("Column1"));
    str value = column_of(s, col);
    buf_addf(&s->keys, "%s%.*s = %.*s", s->keys.n ? ", " : "", STRF(column),
             STRF(value));
    buf_addf(&s->order, ", %.*s asc", STRF(column));
}

/* , Name = aggregate(column) */
static void add_aggregate(struct stack *s, const char *name,
                          const char *aggregate, int64_t col)
{
    str to = free_column(s, str_of(name)), from = column_of(s, col);
    buf_addf(&s->k.text, ", %.*s = %s(%.*s)", STRF(to), aggregate, STRF(from));
}

static struct node *write_query(struct stack *s, const struct ast *op,
                                int64_t host, int64_t time)
{
    struct buf *q = &s->k.text;
    str count = free_column(s, S("Count"));
    buf_addf(q, "let S__ = materialize(T__ | summarize %.*s = count()",
             STRF(count));
    if (host >= 0)
        add_aggregate(s, "Hosts", "count_distinct", host);
    if (time >= 0) {
        add_aggregate(s, "First", "min", time);
        add_aggregate(s, "Last", "max", time);
    }
    str share = free_column(s, S("Share")), keys = buf_str(&s->keys),
        order = buf_str(&s->order);
    buf_addf(q, " by %.*s);\n", STRF(keys));
    buf_addf(q,
             "S__ | extend %.*s = todouble(%.*s) / "
             "toscalar(S__ | summarize sum(%.*s))\n"
             "| sort by %.*s asc%.*s",
             STRF(share), STRF(count), STRF(count), STRF(count), STRF(order));
    return kql_bind(&s->k, op, s->k.b->row);
}

static struct node *stack_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct stack s = { 0 };
    struct group_key keys;
    int64_t host = HUNT_NO_COLUMN, time = HUNT_NO_COLUMN;
    const struct hunt_option options[] = {
        { "host", HUNT_COLUMN, &host, 0, 0 },
        { "time", HUNT_COLUMN, &time, 0, 0 },
    };
    if (!op->kid || op->kid->kind == AST_ERROR)
        return NULL;
    bool ok = hunt_columns(b, op, &keys);
    if (!hunt_options(b, op, options, 2) || !ok ||
        (time >= 0 && !hunt_time(b, op, &time)))
        return hunt_fail(b, op, in);
    host = host >= 0 ? host : hunt_usual_host(b);
    time = time >= 0 ? time : hunt_usual_time(b);
    kql_init(&s.k, b);
    buf_init(&s.keys, 1 << 20);
    buf_init(&s.order, 1 << 20);
    size_t i = 0;
    for (const struct ast *t = op->kid; t; t = t->next)
        if (t->kind != AST_CLAUSE)
            add_key(&s, t, keys.v[i++]);
    struct node *n = write_query(&s, op, host, time);
    buf_release(&s.keys);
    buf_release(&s.order);
    return n;
}

const struct lang_op op_stack = {
    .name = "stack",
    .flags = OP_HUNTING,
    .usage = "T | stack by Column, … [with (host = Column, time = Column)]",
    .summary =
        "Least-frequency analysis: one row for each combination of values "
        "with Count, Hosts, First, Last and Share, rarest first. Hosts, First "
        "and Last need a column of the host and of the time.",
    .example = "datatable(Computer:string, Program:string)"
               "[\"ws1\", \"a.exe\", \"ws2\", \"a.exe\", \"ws1\", \"b.exe\"] "
               "| stack by Program",
    .parse = stack_parse,
    .bind = stack_bind,
};

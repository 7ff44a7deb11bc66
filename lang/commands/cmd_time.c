/* cmd_time.c - `.time last 7d`, `.time A .. B`: the time range of built-in
 * queries. */
#include "base/ticks.h"
#include "session.h"
#include "syntax/canon.h"

/* A date without quotes, 2024-01-01 or 2024-01-01T08:00Z, is several tokens:
 * they are put together again. */
static struct ast *parse_bound(struct parser *p)
{
    const struct token *first = peek(p);
    struct buf b;
    if (first->kind != TOK_NUMBER || !str_eqz(peek_at(p, 1)->text, "-"))
        return parse_sum(p);
    struct ast *t = ast_new(p->arena, AST_LITERAL, first->span, S(""));
    buf_init(&b, 200);
    while (!at_end_of_operator(p) && !at_punct(p, "..") &&
           (peek(p) == first || peek(p)->glued)) {
        t->span.end = peek(p)->span.end;
        buf_add(&b, take(p)->text);
    }
    t->value = (struct value){ .type = TYPE_STRING,
                               .s = buf_take(&b, p->arena) };
    buf_release(&b);
    return t;
}

/* time = [ 'last' expr | bound '..' bound ] */
static void time_parse(struct parser *p, struct ast *cmd)
{
    if (accept_word(p, "last")) {
        ast_add(clause(p, cmd, "last"), parse_unary(p));
    } else if (!at_end_of_operator(p)) {
        ast_add(cmd, parse_bound(p));
        expect_punct(p, "..");
        ast_add(cmd, parse_bound(p));
    }
}

static enum status wrong(const struct ast *at, const char *what,
                         struct diags *ds)
{
    struct diag *d = diag_error(ds, DIAG_TYPE, at->span, "%s", what);
    diag_hint(ds, d, ".time last 7d, or .time datetime(2024-01-01) .. "
                     "datetime(2024-01-03)");
    return ST_USER;
}

static enum status set_last(struct lang *l, struct binder *b,
                            const struct ast *last, struct diags *ds)
{
    struct value v;
    if (!bind_value(b, last, &v))
        return ST_USER;
    if (v.type != TYPE_TIMESPAN || v.null || v.i <= 0)
        return wrong(last, "a timespan above zero is needed here", ds);
    l->range = (struct time_range){ .chosen = true, .last = v.i };
    return ST_OK;
}

/* A date may stand as a text. */
static bool read_bound(struct binder *b, const struct ast *t, int64_t *ticks)
{
    struct value v;
    if (!bind_value(b, t, &v))
        return false;
    if (v.type == TYPE_DATETIME && !v.null) {
        *ticks = v.i;
        return true;
    }
    return v.type == TYPE_STRING && ticks_parse(v.s, ticks);
}

static enum status set_bounds(struct lang *l, struct binder *b,
                              const struct ast *cmd, struct diags *ds)
{
    struct time_range r = { .chosen = true };
    const struct ast *to = cmd->kid->next;
    if (!read_bound(b, cmd->kid, &r.from))
        return ds->nerrors ? ST_USER
                           : wrong(cmd->kid, "a datetime is needed here", ds);
    if (!to || !read_bound(b, to, &r.to))
        return ds->nerrors ? ST_USER
                           : wrong(to ? to : cmd, "a datetime is needed here",
                                   ds);
    if (r.to <= r.from)
        return wrong(to, "the end is not after the start", ds);
    l->range = r;
    return ST_OK;
}

static str told(struct lang *l, struct arena *a)
{
    struct buf b;
    const struct time_range *r = &l->range;
    buf_init(&b, 400);
    buf_adds(&b, "built-in queries look at ");
    if (r->last) {
        buf_adds(&b, "the last ");
        span_format(&b, r->last);
    } else {
        ticks_format(&b, r->from);
        buf_adds(&b, " .. ");
        ticks_format(&b, r->to);
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static enum status time_run(struct lang *l, const struct ast *cmd,
                            struct command_out *out, struct diags *ds)
{
    struct binder b = session_binder(l, ds, NULL);
    const struct ast *last = ast_clause(cmd, "last");
    enum status st = ST_OK;
    if (last && last->kid)
        st = set_last(l, &b, last->kid, ds);
    else if (cmd->kid)
        st = set_bounds(l, &b, cmd, ds);
    if (st == ST_OK)
        out->text = told(l, out->arena);
    return st;
}

static void time_print(struct canon *c, const struct ast *cmd)
{
    const struct ast *last = ast_clause(cmd, "last");
    if (last && last->kid) {
        buf_adds(c->b, " last ");
        canon_unary(c, last->kid);
    } else if (cmd->kid && cmd->kid->next) {
        buf_addc(c->b, ' ');
        canon_sum(c, cmd->kid);
        buf_adds(c->b, " .. ");
        canon_sum(c, cmd->kid->next);
    }
}

const struct lang_command cmd_time = {
    .name = "time",
    .usage = ".time [last SPAN | START .. END]",
    .summary = "Sets the time range of built-in queries that name none; it is "
               "the last day at first. Without a range it says which holds.",
    .example = ".time last 7d",
    .parse = time_parse,
    .run = time_run,
    .print = time_print,
};

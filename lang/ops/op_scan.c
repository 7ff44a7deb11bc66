/* op_scan.c - `T | scan … with (step s: condition => assignments; …)`.
 *
 * Binding gives a native step: expressions that look at no step are columns
 * of its input, the others a program for scan_run.c. While they are bound, a
 * step's column s.c is a column called so of a row that is never computed. */
#include "order.h"
#include "scan.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* Columns: those of the table and the declared ones, once for each step. */
enum { MAX_STEPS = 64, MAX_STATE = 10000 };

/* ---- parsing ---- */

/* declare '(' name ':' type [ '=' expr ] , … ')' */
static void parse_declare(struct parser *p, struct ast *op)
{
    struct ast *list = clause(p, op, "declare");
    expect_punct(p, "(");
    while (at_name(p)) {
        struct ast *name = parse_name(p);
        struct ast *c = ast_new(p->arena, AST_COLUMN, name->span, name->text);
        ast_add(list, c);
        if (!expect_punct(p, ":"))
            break;
        ast_add(c, parse_type(p));
        if (accept_punct(p, "="))
            ast_add(c, parse_expr(p));
        if (!accept_punct(p, ","))
            break;
    }
    expect_punct(p, ")");
}

/* step name [optional] [output = all|last|none] ':' expr [ '=>' assignments ]
 */
static void parse_step(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "output", NULL };
    struct ast *step = clause(p, op, "step");
    ast_add(step, parse_name(p));
    if (at_word(p, "optional"))
        ast_add(step, ast_new(p->arena, AST_OPTION, take(p)->span,
                              S("optional")));
    parse_options(p, step, options);
    if (!expect_punct(p, ":"))
        return;
    ast_add(clause(p, step, "if"), parse_expr(p));
    if (accept_punct(p, "=>"))
        parse_named_list(p, clause(p, step, "set"));
}

static void parse_steps(struct parser *p, struct ast *op)
{
    if (!expect_word(p, "with") || !expect_punct(p, "("))
        return;
    while (accept_word(p, "step")) {
        parse_step(p, op);
        if (!accept_punct(p, ";"))
            break;
    }
    expect_punct(p, ")");
}

static void scan_parse(struct parser *p, struct ast *op)
{
    for (;;) {
        if (accept_word(p, "with_match_id")) {
            expect_punct(p, "=");
            ast_add(clause(p, op, "match_id"), parse_name(p));
        } else if (accept_word(p, "declare")) {
            parse_declare(p, op);
        } else if (accept_word(p, "partition")) {
            expect_word(p, "by");
            struct ast *by = clause(p, op, "partition");
            do
                ast_add(by, parse_name(p));
            while (accept_punct(p, ","));
        } else if (accept_word(p, "order")) {
            expect_word(p, "by");
            parse_order_list(p, clause(p, op, "order"));
        } else {
            break;
        }
    }
    parse_steps(p, op);
}

/* ---- declared columns ---- */

struct binding {
    struct binder *b;
    const struct ast *op;
    struct node *in;
    struct scan *s;
    struct scan_lower lower;
};

/* The value of a default, computed here and now. */
static bool default_value(struct binding *x, const struct ast *t,
                          enum type type, struct value *v)
{
    struct scan none = { 0 };
    struct scan_lower l = { .b = x->b, .scan = &none, .constant = true };
    struct expr *e = coerce(x->b, bind_const(x->b, t), type);
    struct scan_expr *program = scan_lower(&l, e);
    if (!program)
        return false;
    struct scan_eval eval = { .scan = &none, .tmp = x->b->arena };
    eval.sites =
        arena_array(x->b->arena, none.nsites + 1, sizeof *eval.sites);
    for (size_t i = 0; i < none.nsites; i++)
        eval.sites[i].keep = x->b->arena;
    *v = scan_value(&eval, program);
    v->type = type;
    if (eval.error.n)
        bind_error(x->b, DIAG_DATA, t->span, "%.*s", STRF(eval.error));
    return !eval.error.n;
}

static bool declare(struct binding *x, const struct ast *c)
{
    struct scan *s = x->s;
    enum type type = TYPE_DYNAMIC;
    size_t i = s->ndeclared;
    bool taken = node_find(x->in, c->text) != NULL;
    for (size_t k = 0; k < i; k++)
        taken |= str_eq(s->names[k], c->text);
    if (taken) {
        bind_error(x->b, DIAG_DUPLICATE, c->span,
                   "there is a column '%.*s' already", STRF(c->text));
        return false;
    }
    if (c->kid)
        type_from_name(c->kid->text, &type);
    s->names[i] = c->text;
    s->defaults[i] = ex_null(x->b, type)->value;
    s->ndeclared++;
    const struct ast *t = c->kid ? c->kid->next : NULL;
    return !t || default_value(x, t, type, &s->defaults[i]);
}

static bool declare_all(struct binding *x)
{
    const struct ast *list = ast_clause(x->op, "declare");
    bool ok = true;
    size_t n = list ? ast_nkids(list) : 0;
    x->s->names = arena_array(x->b->arena, n, sizeof *x->s->names);
    x->s->defaults = arena_array(x->b->arena, n, sizeof *x->s->defaults);
    for (const struct ast *c = list ? list->kid : NULL; c; c = c->next)
        ok &= declare(x, c);
    return ok;
}

static bool state_fits(struct binding *x)
{
    size_t width = x->in->cols.n + x->s->ndeclared;
    if (width * (x->s->nsteps + 1) <= MAX_STATE)
        return true;
    struct diag *d = bind_error(x->b, DIAG_LIMIT, x->op->span,
                                "%zu steps that remember %zu columns each are "
                                "too much", x->s->nsteps, width);
    diag_hint(x->b->ds, d, "project the columns that the scan needs first");
    return false;
}

/* ---- the row that expressions are bound over ---- */

static void add_null(struct binding *x, struct node *p, str name, enum type t)
{
    struct expr *e = ex_null(x->b, t);
    e->has_null = t != TYPE_STRING;
    project_add(x->b, p, name, e);
}

static void add_step_columns(struct binding *x, struct node *p, str step)
{
    struct arena *a = x->b->arena;
    for (size_t i = 0; i < x->in->cols.n; i++) {
        const struct col *c = &x->in->cols.v[i];
        add_null(x, p, arena_fmt(a, "%.*s.%.*s", STRF(step), STRF(c->name)),
                 c->type);
    }
    for (size_t i = 0; i < x->s->ndeclared; i++)
        add_null(x, p,
                 arena_fmt(a, "%.*s.%.*s", STRF(step), STRF(x->s->names[i])),
                 x->s->defaults[i].type);
}

static struct node *pseudo_row(struct binding *x)
{
    struct node *p = project_new(x->b, x->op, x->in);
    p->open = x->in->open;
    for (size_t i = 0; i < x->in->cols.n; i++) {
        project_keep(x->b, p, &x->in->cols.v[i]);
        PUSH(x->b->arena, x->lower.inputs, p->cols.v[i]);
    }
    for (size_t i = 0; i < x->s->ndeclared; i++)
        add_null(x, p, x->s->names[i], x->s->defaults[i].type);
    for (size_t k = 0; k < x->s->nsteps; k++)
        add_step_columns(x, p, x->s->steps[k].name);
    return p;
}

static bool is_step(const struct scan *s, str name)
{
    for (size_t i = 0; i < s->nsteps; i++)
        if (str_eq(s->steps[i].name, name))
            return true;
    return false;
}

/* The tree with every s.c as one name. */
static struct ast *with_steps(struct binding *x, const struct ast *t)
{
    struct ast *c = ast_new(x->b->arena, t->kind, t->span, t->text);
    c->value = t->value;
    c->op = t->op;
    if (t->kind == AST_PATH && t->kid && t->kid->kind == AST_NAME &&
        is_step(x->s, t->kid->text)) {
        c->kind = AST_NAME;
        c->text = arena_fmt(x->b->arena, "%.*s.%.*s", STRF(t->kid->text),
                            STRF(t->text));
        return c;
    }
    for (const struct ast *k = t->kid; k; k = k->next)
        ast_add(c, with_steps(x, k));
    return c;
}

/* ---- steps ---- */

static bool read_output(struct binding *x, const struct ast *t,
                        struct scan_step *step)
{
    static const char *const words[] = { "all", "last", "none" };
    str word = option_text(t, "output");
    for (const struct ast *k = t->kid; k; k = k->next)
        if (k->kind == AST_OPTION && str_eqz(k->text, "optional")) {
            bind_error(x->b, DIAG_UNSUPPORTED, k->span,
                       "an optional step of scan is not supported");
            return false;
        }
    step->output = SCAN_ALL;
    for (size_t i = 0; i < 3 && word.n; i++)
        if (str_eqz(word, words[i])) {
            step->output = (enum scan_output)i;
            return true;
        }
    if (word.n) {
        struct diag *d = bind_error(x->b, DIAG_OPTION, t->span,
                                    "output cannot be '%.*s'", STRF(word));
        diag_hint(x->b->ds, d, "all, last or none");
    }
    return !word.n;
}

static bool name_steps(struct binding *x)
{
    struct scan *s = x->s;
    bool ok = true;
    s->steps = arena_array(x->b->arena, ast_nkids(x->op) + 1,
                           sizeof *s->steps);
    for (const struct ast *t = x->op->kid; t; t = t->next) {
        if (!ast_is(t, AST_CLAUSE, "step") || !t->kid)
            continue;
        if (is_step(s, t->kid->text)) {
            bind_error(x->b, DIAG_DUPLICATE, t->kid->span,
                       "there is a step '%.*s' already", STRF(t->kid->text));
            ok = false;
        }
        s->steps[s->nsteps].name = t->kid->text;
        ok &= read_output(x, t, &s->steps[s->nsteps++]);
    }
    if (s->nsteps == 0 || s->nsteps > MAX_STEPS) {
        bind_error(x->b, DIAG_SYNTAX, x->op->span,
                   "scan needs 1 to %d steps", MAX_STEPS);
        ok = false;
    }
    return ok;
}

static bool bind_assign(struct binding *x, const struct ast *t,
                        struct scan_step *step)
{
    struct scan_assign a = { 0 };
    struct scan *s = x->s;
    if (t->kind != AST_NAMED) {
        bind_error(x->b, DIAG_SYNTAX, t->span,
                   "an assignment is: declared column = expression");
        return false;
    }
    while (a.column < s->ndeclared && !str_eq(s->names[a.column], t->text))
        a.column++;
    if (a.column == s->ndeclared) {
        struct diag *d = bind_error(x->b, DIAG_UNKNOWN_COLUMN, t->span,
                                    "'%.*s' is not declared", STRF(t->text));
        diag_hint(x->b->ds, d, "scan declare (%.*s:long = 0) with (…)",
                  STRF(t->text));
        return false;
    }
    struct expr *e = bind_expr(x->b, with_steps(x, t->kid));
    a.e = scan_lower(&x->lower,
                     coerce(x->b, e, s->defaults[a.column].type));
    if (!a.e)
        return false;
    PUSH(x->b->arena, step->assigns, a);
    return true;
}

static bool bind_step(struct binding *x, const struct ast *t,
                      struct scan_step *step)
{
    const struct ast *cond = ast_clause(t, "if"), *set = ast_clause(t, "set");
    if (!cond || !cond->kid)
        return false;
    struct expr *e = bind_cond(x->b, with_steps(x, cond->kid));
    step->cond = scan_lower(&x->lower, e);
    bool ok = step->cond != NULL;
    for (const struct ast *k = set ? set->kid : NULL; k; k = k->next)
        ok &= bind_assign(x, k, step);
    return ok;
}

static bool bind_steps(struct binding *x)
{
    bool ok = true;
    size_t i = 0;
    for (const struct ast *t = x->op->kid; t; t = t->next)
        if (ast_is(t, AST_CLAUSE, "step") && t->kid)
            ok &= bind_step(x, t, &x->s->steps[i++]);
    return ok;
}

/* A window that was put under the row cannot see what the steps will hold. */
static bool windows_fit(struct binding *x)
{
    for (const struct node *n = x->b->row; n != x->lower.pseudo; n = n->in[0])
        for (size_t i = 0; i < n->assigns.n; i++) {
            const struct expr *e = n->assigns.v[i].e;
            if (e->kind == EX_COLUMN || !scan_depends(&x->lower, e))
                continue;
            bind_error(x->b, DIAG_UNSUPPORTED, e->span,
                       "a function of neighbouring rows cannot look at a "
                       "step");
            return false;
        }
    return true;
}

static bool bind_keys(struct binding *x)
{
    const struct ast *by = ast_clause(x->op, "partition");
    bool ok = true;
    for (const struct ast *k = by ? by->kid : NULL; k; k = k->next) {
        struct expr *e = bind_expr(x->b, k);
        struct scan_expr *c = scan_lower(&x->lower, e);
        ok &= c && c->op == SCAN_INPUT;
        if (c && c->op == SCAN_INPUT)
            PUSH(x->b->arena, x->s->keys, c->a);
        else if (c)
            bind_error(x->b, DIAG_ARGUMENTS, k->span,
                       "rows are parted by columns of the table");
    }
    return ok;
}

/* ---- the node ---- */

static struct node *sorted_row(struct binding *x)
{
    struct binder *b = x->b;
    if (!b->reordered || !b->row_index)
        return b->row;
    struct node *s = node_over(b, NODE_SORT, x->op, b->row);
    struct order o = { b->row_index, false, true };
    s->order.v = NULL;
    s->order.n = s->order.cap = 0;
    PUSH(b->arena, s->order, o);
    return s;
}

static void output_columns(struct binding *x, struct node *n)
{
    struct binder *b = x->b;
    const struct scan *s = x->s;
    for (size_t i = 0; i < s->nvisible; i++)
        PUSH(b->arena, n->cols,
             col_new(b, x->in->cols.v[i].name, x->in->cols.v[i].type, true));
    for (size_t i = 0; i < s->ndeclared; i++)
        PUSH(b->arena, n->cols,
             col_new(b, s->names[i], s->defaults[i].type, true));
    if (s->match_id.n)
        PUSH(b->arena, n->cols, col_new(b, s->match_id, TYPE_LONG, false));
}

static struct node *host(struct binding *x)
{
    struct binder *b = x->b;
    struct node *rows = project_new(b, x->op, sorted_row(x));
    for (size_t i = 0; i < x->lower.inputs.n; i++)
        project_keep(b, rows, &x->lower.inputs.v[i]);
    rows->open = x->in->open;
    struct node *n = node_new(b->arena, NODE_HOST, x->op->span, rows);
    n->op = x->op->op;
    n->args = x->s;
    n->open = x->in->open;
    n->ordered = true;
    output_columns(x, n);
    b->row_index = NULL;
    b->reordered = false;
    return n;
}

/* Rows come in an order that means something; NULL: reported. */
static struct node *ordered(struct binder *b, const struct ast *op,
                            struct node *in)
{
    const struct ast *order = ast_clause(op, "order");
    if (order)
        return bind_order(b, op, in, order->kid);
    if (in->ordered || in->open)
        return in;
    struct diag *d =
        bind_error(b, DIAG_ORDER, op->span, "'scan' needs ordered rows");
    diag_hint(b->ds, d, "put | sort by … or | serialize before it");
    return NULL;
}

static struct node *scan_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    struct binding x = { .b = b, .op = op };
    const struct ast *id = ast_clause(op, "match_id");
    x.in = ordered(b, op, in);
    if (!x.in)
        return NULL;
    struct scan *s = x.s = NEW(b->arena, struct scan);
    s->span = op->span;
    s->nvisible = x.in->cols.n;
    s->match_id = id && id->kid ? id->kid->text : S("");
    bool ok = declare_all(&x);
    ok = name_steps(&x) && ok;
    if (!ok || !state_fits(&x))
        return NULL;
    x.lower = (struct scan_lower){ .b = b, .scan = s };
    x.lower.ninput = s->nvisible;
    b->row = pseudo_row(&x);
    x.lower.pseudo = b->row;
    ok = bind_steps(&x);
    ok = bind_keys(&x) && ok;
    ok = windows_fit(&x) && ok;
    return ok || in->open ? host(&x) : NULL;
}

/* step name [optional] [output = …] : condition [=> a = 1, …] */
static void print_step(struct canon *c, const struct ast *step)
{
    const struct ast *cond = ast_clause(step, "if"),
                     *set = ast_clause(step, "set");
    canon_newline(c);
    buf_adds(c->b, "step ");
    if (step->kid)
        canon_expr(c, step->kid);
    canon_options(c, step);
    buf_adds(c->b, ": ");
    if (cond && cond->kid)
        canon_expr(c, cond->kid);
    if (set) {
        buf_adds(c->b, " => ");
        canon_items(c, set->kid);
    }
    buf_addc(c->b, ';');
}

/* with_match_id = …, declare (…), partition by …, order by …, as they came */
static void print_clause(struct canon *c, const struct ast *k)
{
    if (ast_is(k, AST_CLAUSE, "match_id")) {
        buf_adds(c->b, " with_match_id=");
        canon_items(c, k->kid);
    } else if (ast_is(k, AST_CLAUSE, "declare")) {
        buf_adds(c->b, " declare ");
        canon_columns(c, k);
    } else if (!ast_is(k, AST_CLAUSE, "step")) {
        buf_addf(c->b, " %.*s by ", STRF(k->text));
        canon_items(c, k->kid);
    }
}

static void scan_print(struct canon *c, const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next)
        print_clause(c, k);
    buf_adds(c->b, " with (");
    c->indent++;
    for (const struct ast *k = op->kid; k; k = k->next)
        if (ast_is(k, AST_CLAUSE, "step"))
            print_step(c, k);
    c->indent--;
    canon_newline(c);
    buf_addc(c->b, ')');
}

const struct lang_op op_scan = {
    .name = "scan",
    .usage = "T | scan [with_match_id = Name] [declare (name:type = value, …)]"
             " [partition by column, …] [order by …] with (step name "
             "[output = all|last|none]: condition [=> name = value, …]; …)",
    .summary = "Finds sequences: each row is held against steps that see what "
               "the steps before them matched.",
    .example = "range x from 1 to 5 step 1 | scan declare (sum:long = 0) with "
               "(step s: true => sum = s.sum + x;)",
    .parse = scan_parse,
    .print = scan_print,
    .bind = scan_bind,
    .run = scan_rows,
};

/* scan_sql.c - reads the SQL templates of bound calls as trees.
 *
 * Called by: scan_lower.c.
 * The templates are our own, so this is the small part of SQL that they use:
 *     or      = and ( OR and )*
 *     and     = not ( AND not )*
 *     not     = NOT not | compare
 *     compare = sum [ IS [NOT] NULL | IS [NOT] DISTINCT FROM sum | op sum ]
 *     sum     = product ( (+|-) product )*     product = unary ( (*|/|//|%) … )
 *     unary   = - unary | primary ( ::TYPE )*
 *     primary = $n | number | 'text' | TRUE | FALSE | NULL | ( or )
 *             | CASE … END | CAST(or AS TYPE) | name(or, …)
 * A template with anything else is not run here. */
#include "scan.h"

#include <stdlib.h>

enum { MAX_NESTING = 60 };

struct reader {
    struct scan_lower *l;
    const char *p;
    struct scan_expr **args;
    size_t nargs;
    unsigned depth;
    bool bad;
};

static struct scan_expr *read_or(struct reader *r);

static const struct {
    const char *word;
    enum scan_op op;
} calls[] = {
#define SCAN(id, sql) { sql, SCAN_##id },
#include "scan_ops.def"
#undef SCAN
};

/* ---- words ---- */

static void blanks(struct reader *r)
{
    while (*r->p == ' ')
        r->p++;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
}

static bool accept(struct reader *r, const char *mark)
{
    blanks(r);
    size_t n = strlen(mark);
    if (strncmp(r->p, mark, n) != 0)
        return false;
    if (is_word_char(mark[n - 1]) && is_word_char(r->p[n]))
        return false;
    r->p += n;
    return true;
}

static void expect(struct reader *r, const char *mark)
{
    if (!accept(r, mark))
        r->bad = true;
}

static str word(struct reader *r)
{
    blanks(r);
    const char *from = r->p;
    while (is_word_char(*r->p))
        r->p++;
    return (str){ from, (size_t)(r->p - from) };
}

/* ---- nodes ---- */

static struct scan_expr *node(struct reader *r, enum scan_op op, enum type t)
{
    struct scan_expr *e = NEW(r->l->b->arena, struct scan_expr);
    e->op = op;
    e->type = t;
    return e;
}

static struct scan_expr *add_kid(struct reader *r, struct scan_expr *e,
                                 struct scan_expr *kid)
{
    struct scan_expr **v =
        arena_array(r->l->b->arena, e->nkids + 1, sizeof *v);
    for (size_t i = 0; i < e->nkids; i++)
        v[i] = e->kids[i];
    v[e->nkids++] = kid;
    e->kids = v;
    return e;
}

static struct scan_expr *two(struct reader *r, enum scan_op op, enum type t,
                             struct scan_expr *x, struct scan_expr *y)
{
    return add_kid(r, add_kid(r, node(r, op, t), x), y);
}

static struct scan_expr *constant(struct reader *r, struct value v)
{
    struct scan_expr *e = node(r, SCAN_CONST, v.type);
    e->value = v;
    return e;
}

static struct scan_expr *nothing(struct reader *r)
{
    r->bad = true;
    return constant(r, (struct value){ .type = TYPE_LONG, .null = true });
}

/* The type of a result that is one of its arguments. */
static enum type wider(const struct scan_expr *x, const struct scan_expr *y)
{
    if (x->op == SCAN_CONST && x->value.null)
        return y->type;
    if (x->type == TYPE_REAL || y->type == TYPE_REAL)
        return TYPE_REAL;
    return x->type;
}

/* ---- primaries ---- */

static enum type sql_word_type(str w)
{
    static const struct {
        const char *word;
        enum type type;
    } types[] = {
        { "BIGINT", TYPE_LONG },  { "INTEGER", TYPE_INT },
        { "DOUBLE", TYPE_REAL },  { "VARCHAR", TYPE_STRING },
        { "BOOLEAN", TYPE_BOOL },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(w, types[i].word))
            return types[i].type;
    return TYPE_ERROR;
}

static struct scan_expr *cast(struct reader *r, enum scan_op op,
                              struct scan_expr *x)
{
    struct scan_expr *e = node(r, op, sql_word_type(word(r)));
    r->bad |= e->type == TYPE_ERROR;
    return add_kid(r, e, x);
}

static struct scan_expr *read_cast(struct reader *r, enum scan_op op)
{
    expect(r, "(");
    struct scan_expr *x = read_or(r);
    expect(r, "AS");
    x = cast(r, op, x);
    expect(r, ")");
    return x;
}

/* The branches of a CASE have one type; a bare NULL has none of its own. */
static void add_branch(struct reader *r, struct scan_expr *e,
                       struct scan_expr *v)
{
    if (v->op != SCAN_CONST || !v->value.null)
        e->type = v->type;
    add_kid(r, e, v);
}

static struct scan_expr *read_case(struct reader *r)
{
    struct scan_expr *e = node(r, SCAN_CASE, TYPE_LONG);
    struct value null = { .type = TYPE_LONG, .null = true, .s = S("") };
    while (!r->bad && accept(r, "WHEN")) {
        add_kid(r, e, read_or(r));
        expect(r, "THEN");
        add_branch(r, e, read_or(r));
    }
    add_branch(r, e, accept(r, "ELSE") ? read_or(r) : constant(r, null));
    expect(r, "END");
    return e;
}

static struct scan_expr *read_number(struct reader *r)
{
    char *end;
    struct value v = { .type = TYPE_LONG, .i = strtoll(r->p, &end, 10) };
    if (*end == '.' || *end == 'e') {
        v.type = TYPE_REAL;
        v.d = strtod(r->p, &end);
    }
    r->p = end;
    return constant(r, v);
}

static struct scan_expr *read_text(struct reader *r)
{
    const char *from = ++r->p;
    while (*r->p && *r->p != '\'')
        r->p++;
    str s = { from, (size_t)(r->p - from) };
    r->bad |= *r->p != '\'' || r->p[1] == '\'';
    r->p += *r->p != 0;
    return constant(r, (struct value){ .type = TYPE_STRING, .s = s });
}

static enum type call_type(enum scan_op op, const struct scan_expr *e)
{
    switch (op) {
    case SCAN_CONCAT:
    case SCAN_CONCAT_WS:
    case SCAN_LOWER:
    case SCAN_UPPER: return TYPE_STRING;
    case SCAN_LENGTH:
    case SCAN_STRLEN: return TYPE_LONG;
    case SCAN_FLOOR:
    case SCAN_TRUNC: return TYPE_REAL;
    case SCAN_COALESCE:
    case SCAN_GREATEST:
    case SCAN_LEAST:
    case SCAN_NULLIF:
    case SCAN_ABS:
        return e->nkids > 1 && op != SCAN_NULLIF
                 ? wider(e->kids[0], e->kids[1])
                 : e->kids[0]->type;
    default: return TYPE_BOOL;
    }
}

static const struct lang_func *find_row(const struct registry *reg, str name)
{
    for (size_t i = 0; i < reg->nfuncs; i++)
        if (reg->funcs[i]->row && !reg->funcs[i]->sql &&
            str_eqz(name, reg->funcs[i]->sql_name))
            return reg->funcs[i];
    return NULL;
}

static void read_arguments(struct reader *r, struct scan_expr *e)
{
    if (accept(r, ")"))
        return;
    do {
        blanks(r);
        if (accept(r, "$*"))
            for (size_t i = 0; i < r->nargs; i++)
                add_kid(r, e, r->args[i]);
        else
            add_kid(r, e, read_or(r));
    } while (!r->bad && accept(r, ","));
    expect(r, ")");
}

static struct scan_expr *read_call(struct reader *r, str name)
{
    struct scan_expr *e = node(r, SCAN_ROW, TYPE_ERROR);
    expect(r, "(");
    if (r->bad)
        return e;
    read_arguments(r, e);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (*calls[i].word && str_eqz(name, calls[i].word))
            e->op = calls[i].op;
    if (e->op != SCAN_ROW) {
        r->bad |= e->nkids == 0;
        e->type = r->bad ? TYPE_ERROR : call_type(e->op, e);
        return e;
    }
    e->func = find_row(r->l->b->reg, name);
    if (!e->func)
        return nothing(r);
    e->type = e->func->ret > 0 && e->func->ret < NTYPES
                ? (enum type)e->func->ret
                : e->nkids ? e->kids[0]->type
                           : TYPE_ERROR;
    e->site = r->l->scan->nsites++;
    return e;
}

static struct scan_expr *read_primary(struct reader *r)
{
    blanks(r);
    if (*r->p == '$' && r->p[1] >= '1' && r->p[1] <= '9') {
        size_t i = (size_t)(r->p[1] - '1');
        r->p += 2;
        return i < r->nargs ? r->args[i] : nothing(r);
    }
    if (*r->p >= '0' && *r->p <= '9')
        return read_number(r);
    if (*r->p == '\'')
        return read_text(r);
    if (accept(r, "(")) {
        struct scan_expr *e = read_or(r);
        expect(r, ")");
        return e;
    }
    if (accept(r, "CASE"))
        return read_case(r);
    if (accept(r, "CAST"))
        return read_cast(r, SCAN_CAST);
    if (accept(r, "TRY_CAST"))
        return read_cast(r, SCAN_TRY);
    if (accept(r, "TRUE"))
        return constant(r, (struct value){ .type = TYPE_BOOL, .i = 1 });
    if (accept(r, "FALSE"))
        return constant(r, (struct value){ .type = TYPE_BOOL });
    if (accept(r, "NULL"))
        return constant(r, (struct value){ .type = TYPE_LONG, .null = true });
    str name = word(r);
    return name.n ? read_call(r, name) : nothing(r);
}

/* ---- operators ---- */

static struct scan_expr *read_unary(struct reader *r)
{
    if (accept(r, "-")) {
        struct scan_expr *x = read_primary(r);
        return add_kid(r, node(r, SCAN_NEG, x->type), x);
    }
    struct scan_expr *x = read_primary(r);
    while (!r->bad && accept(r, "::"))
        x = cast(r, SCAN_CAST, x);
    return x;
}

static struct scan_expr *read_product(struct reader *r)
{
    struct scan_expr *x = read_unary(r);
    while (!r->bad) {
        enum scan_op op = accept(r, "//") ? SCAN_IDIV
                        : accept(r, "*")  ? SCAN_MUL
                        : accept(r, "/")  ? SCAN_DIV
                        : accept(r, "%")  ? SCAN_MOD
                                          : SCAN_CONST;
        if (op == SCAN_CONST)
            break;
        struct scan_expr *y = read_unary(r);
        x = two(r, op, op == SCAN_DIV ? TYPE_REAL : wider(x, y), x, y);
    }
    return x;
}

static struct scan_expr *read_sum(struct reader *r)
{
    struct scan_expr *x = read_product(r);
    while (!r->bad) {
        enum scan_op op = accept(r, "+") ? SCAN_ADD
                        : accept(r, "-") ? SCAN_SUB
                                         : SCAN_CONST;
        if (op == SCAN_CONST)
            break;
        struct scan_expr *y = read_product(r);
        x = two(r, op, wider(x, y), x, y);
    }
    return x;
}

static struct scan_expr *read_is(struct reader *r, struct scan_expr *x)
{
    bool no = accept(r, "NOT");
    if (accept(r, "NULL"))
        return add_kid(r, node(r, no ? SCAN_NOTNULL : SCAN_ISNULL, TYPE_BOOL),
                       x);
    expect(r, "DISTINCT");
    expect(r, "FROM");
    return two(r, no ? SCAN_SAME : SCAN_DISTINCT, TYPE_BOOL, x, read_sum(r));
}

static struct scan_expr *read_compare(struct reader *r)
{
    static const struct {
        const char *mark;
        enum scan_op op;
    } ops[] = {
        { "<>", SCAN_NE }, { "<=", SCAN_LE }, { ">=", SCAN_GE },
        { "<", SCAN_LT },  { ">", SCAN_GT },  { "=", SCAN_EQ },
    };
    struct scan_expr *x = read_sum(r);
    if (accept(r, "IS"))
        return read_is(r, x);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (accept(r, ops[i].mark))
            return two(r, ops[i].op, TYPE_BOOL, x, read_sum(r));
    return x;
}

static struct scan_expr *read_not(struct reader *r)
{
    bool no = accept(r, "NOT");
    struct scan_expr *x = read_compare(r);
    return no ? add_kid(r, node(r, SCAN_NOT, TYPE_BOOL), x) : x;
}

static struct scan_expr *read_and(struct reader *r)
{
    struct scan_expr *x = read_not(r);
    while (!r->bad && accept(r, "AND"))
        x = two(r, SCAN_AND, TYPE_BOOL, x, read_not(r));
    return x;
}

static struct scan_expr *read_or(struct reader *r)
{
    if (++r->depth > MAX_NESTING)
        return nothing(r);
    struct scan_expr *x = read_and(r);
    while (!r->bad && accept(r, "OR"))
        x = two(r, SCAN_OR, TYPE_BOOL, x, read_and(r));
    r->depth--;
    return x;
}

static const struct {
    const char *sql;
    enum scan_op op;
} marks[] = {
    { "$and", SCAN_AND }, { "$or", SCAN_OR },      { "$eq", SCAN_EQ },
    { "$in", SCAN_IN },   { "$in_null", SCAN_IN }, { "$case", SCAN_CASE },
};

struct scan_expr *scan_template(struct scan_lower *l, const char *sql,
                                struct scan_expr **args, size_t nargs)
{
    struct reader r = { .l = l, .p = sql, .args = args, .nargs = nargs };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (strcmp(sql, marks[i].sql) != 0)
            continue;
        struct scan_expr *e = node(&r, marks[i].op, TYPE_BOOL);
        e->kids = args;
        e->nkids = nargs;
        bool total = marks[i].op == SCAN_EQ || strcmp(sql, "$in_null") == 0;
        return total ? two(&r, SCAN_COALESCE, TYPE_BOOL, e,
                           constant(&r, (struct value){ .type = TYPE_BOOL }))
                     : e;
    }
    struct scan_expr *e = read_or(&r);
    blanks(&r);
    return r.bad || *r.p ? NULL : e;
}

/* tuple.c - calls of functions that have several results.
 *
 * Called by: assign.c. */
#include "tuple.h"

static const struct lang_func *row_of(struct binder *b, const struct ast *call)
{
    size_t n = 0;
    if (call->kind != AST_CALL || scope_find(b->scope, call->text))
        return NULL;
    const struct lang_func *const *rows = reg_funcs(b->reg, call->text, &n);
    return n && rows[0]->members ? rows[0] : NULL;
}

/* Arguments that are arrays: all but a bool at the end. */
static size_t count_arrays(struct binder *b, const struct ast *call,
                           const struct expr *e)
{
    size_t n = ast_nkids(call);
    if (n > 1 && e->kind != EX_ERROR &&
        bind_expr(b, ast_kid(call, n - 1))->type == TYPE_BOOL)
        n--;
    return n;
}

static struct expr *element(struct binder *b, struct expr *e, size_t i,
                            enum type t)
{
    struct expr *v =
        ex_func(b, "k_path_index", e->span, e, ex_long(b, (int64_t)i), NULL);
    return coerce(b, v, t);
}

/* array_sort_asc(x, y): x_sorted, y_sorted; of one array it is the value. */
static struct members one_each(struct binder *b, const struct ast *call,
                               struct expr *e)
{
    size_t n = count_arrays(b, call, e), i = 0;
    struct member *v = arena_array(b->arena, n + 1, sizeof *v);
    if (n > 1 && e->kind == EX_CALL)
        e = hoist(b, e, "results");
    for (const struct ast *k = call->kid; i < n; k = k->next, i++) {
        str name = auto_name(b, k);
        v[i].name =
            name.n ? arena_fmt(b->arena, "%.*s_sorted", STRF(name)) : name;
        v[i].e = n == 1 || e->kind == EX_ERROR
                     ? e
                     : element(b, e, i, TYPE_DYNAMIC);
    }
    return (struct members){ v, n };
}

/* "min:real, max:real" -> one at a time. */
static bool next_member(str *spec, str *name, enum type *t)
{
    *spec = str_trim(*spec);
    if (spec->n == 0)
        return false;
    ptrdiff_t comma = str_find_char(*spec, ',');
    size_t n = comma < 0 ? spec->n : (size_t)comma;
    str one = str_sub(*spec, 0, n);
    ptrdiff_t colon = str_find_char(one, ':');
    if (colon < 0 || !type_from_name(str_sub(one, (size_t)colon + 1, n), t))
        BUG("members: '%.*s'", STRF(one));
    *name = str_sub(one, 0, (size_t)colon);
    *spec = str_sub(*spec, comma < 0 ? n : n + 1, spec->n);
    return true;
}

static str full_name(struct binder *b, const struct ast *call, str member)
{
    str arg = call->kid ? auto_name(b, call->kid) : S("");
    return arena_fmt(b->arena, "%.*s_%.*s%s%.*s", STRF(call->text), STRF(arg),
                     arg.n ? "_" : "", STRF(member));
}

struct members tuple_members(struct binder *b, const struct ast *call,
                             struct expr *e)
{
    enum { MAX_MEMBERS = 32 };
    struct members m = { 0 };
    const struct lang_func *f = row_of(b, call);
    enum type t;
    str name;
    if (!f)
        return m;
    if (f->members[0] == '*')
        return one_each(b, call, e);
    m.v = arena_array(b->arena, MAX_MEMBERS, sizeof *m.v);
    if (e->kind == EX_CALL)
        e = hoist(b, e, "results");
    for (str spec = str_of(f->members);
         m.n < MAX_MEMBERS && next_member(&spec, &name, &t); m.n++) {
        m.v[m.n].name = full_name(b, call, name);
        m.v[m.n].e = e->kind == EX_ERROR ? e : element(b, e, m.n, t);
    }
    return m;
}

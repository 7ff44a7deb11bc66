/* declare.c - let, set and the parameters of a notebook.
 *
 * Called by: cell.c. A parameter's value comes, last one winning, from its
 * default, the file that SHIKRA_PARAMS names, the environment
 * (SHIKRA_PARAM_name), the command line. */
#include "statement.h"

#include "base/json_text.h"
#include "params.h"

const struct setting *find_setting(const struct setting *v, size_t n, str name)
{
    for (size_t i = n; i-- > 0;)
        if (str_eq(v[i].name, name))
            return &v[i];
    return NULL;
}

/* Whether one of that name was there; it has the new value now. */
static bool replaced(struct setting *v, size_t n, const struct setting *s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].name, s->name)) {
            v[i] = *s;
            return true;
        }
    return false;
}

void let_value(struct lang *l, str name, struct value v)
{
    struct expr *e = NEW(l->arena, struct expr);
    if (type_is_text(v.type))
        v.s = arena_str(l->arena, v.s);
    *e = (struct expr){ .kind = EX_LITERAL,
                        .type = v.type,
                        .value = v,
                        .has_null = v.null && v.type != TYPE_STRING };
    struct let let = { .name = arena_str(l->arena, name),
                       .home = l->scope,
                       .expr = e };
    pthread_mutex_lock(&l->lock);
    scope_add(l->arena, l->scope, &let);
    pthread_mutex_unlock(&l->lock);
}

enum status run_let(struct run *r, const struct ast *t)
{
    struct lang *l = r->l;
    struct binder b = session_binder(l, r->ds, r->o);
    size_t nerrors = r->ds->nerrors;
    if (!t->kid)
        return ST_USER;
    pthread_mutex_lock(&l->lock);
    b.arena = l->arena; /* the let outlives the cell */
    b.scope = l->scope;
    struct scope *now = mentions_last_shown(t->kid)
                            ? scope_copy(l->arena, l->scope)
                            : NULL;
    struct let *let = bind_let(&b, t);
    if (let && now)
        let->home = now; /* `_` will mean another query by then */
    pthread_mutex_unlock(&l->lock);
    l->keep_cell = true;
    return r->ds->nerrors == nerrors ? ST_OK : ST_USER;
}

enum status run_set(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    struct setting s = { arena_str(r->l->arena, t->text),
                         { .type = TYPE_BOOL, .i = 1 } };
    if (t->kid && t->kid->kind == AST_NAME)
        s.value = (struct value){ .type = TYPE_STRING,
                                  .s = arena_str(r->l->arena, t->kid->text) };
    else if (t->kid && !bind_value(&b, t->kid, &s.value))
        return ST_USER;
    if (t->kid && type_is_text(s.value.type))
        s.value.s = arena_str(r->l->arena, s.value.s);
    if (str_eqz(t->text, "provenance")) {
        if (s.value.type != TYPE_BOOL || s.value.null) {
            bind_error(&b, DIAG_TYPE, t->span, "provenance is true or false");
            return ST_USER;
        }
        r->l->provenance = s.value.i;
    }
    if (!r->dry && !replaced(r->l->settings.v, r->l->settings.n, &s))
        PUSH(r->l->arena, r->l->settings, s);
    if (str_starts(t->text, S("query_bin_auto_")))
        let_value(r->l, t->text, s.value); /* for bin_auto() */
    return ST_OK;
}

static void dynamic_from_text(struct arena *a, str text, struct value *v)
{
    struct buf b;
    buf_init(&b, JSON_MAX_BYTES);
    if (!json_compact(&b, text, JSON_MAX_DEPTH, NULL))
        json_text_str(&b, text);
    *v = (struct value){ .type = TYPE_DYNAMIC, .s = buf_take(&b, a) };
    v->null = str_eqz(v->s, "null");
    buf_release(&b);
}

bool param_from_text(struct binder *b, const struct ast *p, str text,
                     enum type type, struct value *v)
{
    if (type == TYPE_DYNAMIC) {
        dynamic_from_text(b->arena, text, v);
        return true;
    }
    struct expr *e = coerce(b, ex_string(b, text), type);
    struct node *one = print_scalar(
        b, &(struct ast){ .kind = AST_LITERAL,
                          .span = p->span,
                          .value = { .type = TYPE_LONG, .i = 1 } });
    struct frame *f = NULL;
    one->assigns.v[0].e = e;
    one->assigns.v[0].col.type = one->cols.v[0].type = type;
    if (b->env->run(b->env->ctx, one, &f, b->ds) != ST_OK)
        return false;
    *v = cell_value(&f->cols[0], 0);
    if (type_is_text(type))
        v->s = arena_str(b->arena, v->s);
    frame_unref(f);
    if (v->null && text.n) {
        bind_error(b, DIAG_TYPE, p->span,
                   "the value given for parameter '%.*s' "
                   "is not a %s",
                   STRF(p->text), type_name(type));
        return false;
    }
    return true;
}

static enum status declare_one(struct run *r, struct binder *b,
                               const struct ast *p)
{
    struct setting d = { arena_str(r->l->arena, p->text),
                         { .type = TYPE_STRING } };
    struct value v = { .type = TYPE_STRING, .s = S("") };
    if (p->kid && p->kid->kind == AST_TYPE)
        type_from_name(p->kid->text, &d.value.type);
    const struct ast *fallback = p->kid ? p->kid->next : NULL;
    str text = param_outside(r->l, p->text);
    const struct let *assigned = scope_find(b->scope, p->text);
    if (r->l->params_failed.n) {
        diag_error(r->ds, DIAG_FILE, p->span, "%.*s",
                   STRF(r->l->params_failed));
        return ST_ENV;
    }
    if (text.p) {
        if (!param_from_text(b, p, text, d.value.type, &v))
            return ST_USER;
    } else if (assigned && assigned->expr && !fallback) {
        return ST_OK;
    } else if (fallback) {
        if (!bind_value(b, fallback, &v))
            return ST_USER;
        v.type = d.value.type;
    } else {
        struct diag *e = bind_error(b, DIAG_ARGUMENTS, p->span,
                                    "the parameter "
                                    "'%.*s' has no value",
                                    STRF(p->text));
        diag_hint(b->ds, e, "give it a default, or --param %.*s=…",
                  STRF(p->text));
        return ST_USER;
    }
    if (!replaced(r->l->declared.v, r->l->declared.n, &d))
        PUSH(r->l->arena, r->l->declared, d);
    let_value(r->l, p->text, v);
    return ST_OK;
}

enum status run_declare(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    enum status st = ST_OK;
    for (const struct ast *p = t->kid; p && st == ST_OK; p = p->next)
        st = declare_one(r, &b, p);
    return st;
}

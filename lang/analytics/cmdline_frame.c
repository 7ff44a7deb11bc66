/* cmdline_frame.c - command lines of a table taken apart, as columns.
 *
 * Called by: the operator `cmdline`. */
#include "cmdline_frame.h"

#include "base/json_value.h"

enum { MAX_JSON = 64 << 20 };

static str take(struct buf *b, struct arena *a)
{
    str s = buf_take(b, a);
    buf_release(b);
    return s;
}

static str tokens_json(struct arena *a, const struct cmdline *c)
{
    struct buf b;
    buf_init(&b, MAX_JSON);
    buf_addc(&b, '[');
    for (size_t i = 0; i < c->tokens.n; i++) {
        if (i)
            buf_addc(&b, ',');
        json_text_str(&b, c->tokens.v[i]);
    }
    buf_addc(&b, ']');
    return take(&b, a);
}

static bool is_first(const struct cmdline *c, size_t i)
{
    for (size_t k = 0; k < i && k < 256; k++)
        if (str_eq(c->switches.v[k].name, c->switches.v[i].name))
            return false;
    return i < 256;
}

/* A bag: a key stands once, so of a repeated switch the first stays. */
static str switches_json(struct arena *a, const struct cmdline *c)
{
    struct buf b;
    buf_init(&b, MAX_JSON);
    buf_addc(&b, '{');
    for (size_t i = 0; i < c->switches.n; i++) {
        if (!is_first(c, i))
            continue;
        if (b.n > 1)
            buf_addc(&b, ',');
        json_text_str(&b, c->switches.v[i].name);
        buf_addc(&b, ':');
        json_text_str(&b, c->switches.v[i].value);
    }
    buf_addc(&b, '}');
    return take(&b, a);
}

static str rules_json(struct arena *a, const struct cmdline *c, bool technique)
{
    struct buf b;
    buf_init(&b, MAX_JSON);
    buf_addc(&b, '[');
    for (size_t i = 0; i < c->rules.n; i++) {
        const struct cmdline_rule *r = c->rules.v[i];
        if (i)
            buf_addc(&b, ',');
        json_text_str(&b, str_of(technique ? r->technique : r->name));
    }
    buf_addc(&b, ']');
    return take(&b, a);
}

enum status cmdline_fill(struct frame *f, const struct cmdline_frame_opts *o,
                         const atomic_bool *cancel)
{
    struct arena *tmp = arena_new();
    struct column *c = &f->cols[f->ncols - CMDLINE_NCOLS];
    enum status st = ST_OK;
    for (size_t i = 0; i < f->nrows && st == ST_OK; i++) {
        struct cmdline x;
        cmdline_parse(tmp, f->cols[o->col].s[i], o->os, &x);
        c[0].s[i] = arena_str(f->arena, x.program);
        c[1].s[i] = tokens_json(f->arena, &x);
        c[2].s[i] = switches_json(f->arena, &x);
        c[3].d[i] = x.obfuscation;
        c[4].i[i] = x.lolbin;
        c[5].s[i] = rules_json(f->arena, &x, false);
        c[6].s[i] = rules_json(f->arena, &x, true);
        arena_reset(tmp);
        if (cancel && *cancel)
            st = ST_CANCELLED;
    }
    arena_free(tmp);
    return st;
}

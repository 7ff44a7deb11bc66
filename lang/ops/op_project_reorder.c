/* op_project_reorder.c - `T | project-reorder pattern [asc|desc], …`. */
#include <stdlib.h>

#include "bind/bind.h"
#include "syntax/parse.h"

/* pattern [asc | desc | granny-asc | granny-desc] */
static void reorder_parse(struct parser *p, struct ast *op)
{
    do {
        struct ast *c = ast_new(p->arena, AST_ORDER, peek(p)->span, S(""));
        ast_add(c, parse_pattern(p));
        if (accept_word(p, "asc"))
            c->text = S("asc");
        else if (accept_word(p, "desc"))
            c->text = S("desc");
        else if (at_word(p, "granny")) {
            take(p);
            expect_punct(p, "-");
            c->text = accept_word(p, "desc") ? S("granny-desc")
                                             : S("granny-asc");
            accept_word(p, "asc");
        }
        ast_add(op, c);
    } while (accept_punct(p, ","));
}

/* Names in which digits count as numbers: a2 before a10. */
static int granny_cmp(str a, str b)
{
    size_t i = 0, j = 0;
    while (i < a.n && j < b.n) {
        bool da = a.p[i] >= '0' && a.p[i] <= '9';
        bool db = b.p[j] >= '0' && b.p[j] <= '9';
        if (!da || !db) {
            if (a.p[i] != b.p[j])
                return (uint8_t)a.p[i] < (uint8_t)b.p[j] ? -1 : 1;
            i++, j++;
            continue;
        }
        uint64_t x = 0, y = 0;
        while (i < a.n && a.p[i] >= '0' && a.p[i] <= '9')
            x = x * 10 + (uint64_t)(a.p[i++] - '0');
        while (j < b.n && b.p[j] >= '0' && b.p[j] <= '9')
            y = y * 10 + (uint64_t)(b.p[j++] - '0');
        if (x != y)
            return x < y ? -1 : 1;
    }
    return i < a.n ? 1 : j < b.n ? -1 : 0;
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(((const struct col *)x)->name,
                   ((const struct col *)y)->name);
}

static int by_granny(const void *x, const void *y)
{
    return granny_cmp(((const struct col *)x)->name,
                      ((const struct col *)y)->name);
}

static void reverse(struct col *v, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct col swap = v[i];
        v[i] = v[n - 1 - i];
        v[n - 1 - i] = swap;
    }
}

static void sort_group(struct col *v, size_t n, str how)
{
    if (how.n == 0)
        return;
    qsort(v, n, sizeof *v, str_starts(how, S("granny")) ? by_granny : by_name);
    if (str_ends(how, S("desc")))
        reverse(v, n);
}

/* Columns that only a bare * matches take its place. */
static bool is_star(const struct ast *pattern)
{
    return str_eqz(pattern->text, "*");
}

static struct node *reorder_bind(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    size_t n = in->cols.n;
    bool *hit = arena_array(b->arena, n, sizeof *hit);
    bool *used = arena_array(b->arena, n, sizeof *used);
    size_t *slot = arena_array(b->arena, n, sizeof *slot);
    size_t ngroups = 0, rest = SIZE_MAX;
    for (const struct ast *k = op->kid; k; k = k->next, ngroups++) {
        if (is_star(k->kid)) {
            rest = ngroups;
            continue;
        }
        match_columns(b, k->kid, in, hit);
        for (size_t i = 0; i < n; i++)
            if (hit[i] && !used[i]) {
                used[i] = true;
                slot[i] = ngroups;
            }
    }
    if (rest == SIZE_MAX)
        rest = ngroups;
    struct node *p = project_new(b, op, in);
    p->open = in->open;
    struct col *group = arena_array(b->arena, n, sizeof *group);
    const struct ast *k = op->kid;
    for (size_t g = 0; g <= ngroups; g++, k = k ? k->next : NULL) {
        size_t m = 0;
        for (size_t i = 0; i < n; i++)
            if (used[i] ? slot[i] == g : rest == g)
                group[m++] = in->cols.v[i];
        sort_group(group, m, k ? k->text : S(""));
        for (size_t i = 0; i < m; i++)
            project_keep(b, p, &group[i]);
    }
    return p;
}

const struct lang_op op_project_reorder = {
    .name = "project-reorder",
    .usage = "T | project-reorder pattern [asc|desc|granny-asc|granny-desc], …",
    .summary = "Moves columns to the front, in this order; * stands for the "
               "rest.",
    .example = "print a = 1, b = 2, c = 3 | project-reorder c, *",
    .parse = reorder_parse,
    .bind = reorder_bind,
};

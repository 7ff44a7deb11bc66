/* finding.c - assert and markdown: what a headless run stands on and tells.
 *
 * Called by: cell.c. */
#include "statement.h"

#include "base/utf8.h"

void warn_incomplete(struct run *r, struct span at, const char *what)
{
    const struct lineage *x = &r->l->values;
    if (x->completeness == COMPLETE)
        return;
    struct diag *d = diag_warn(r->ds, DIAG_INCOMPLETE, at,
                               "%s is made of rows that are %s", what,
                               completeness_word(x->completeness));
    if (x->notes.n)
        diag_hint(r->ds, d, "%.*s", STRF(x->notes.v[0]));
}

enum status run_assert(struct run *r, const struct ast *t)
{
    struct binder b = session_binder(r->l, r->ds, r->o);
    struct value v = { 0 }, message = { .type = TYPE_STRING, .s = S("") };
    struct expr *e = coerce(&b, bind_const(&b, t->kid), TYPE_BOOL);
    if (e->kind == EX_ERROR)
        return ST_USER;
    if (r->dry || r->o->check)
        return ST_OK;
    if (!bind_value(&b, t->kid, &v) ||
        (t->kid->next && !bind_value(&b, t->kid->next, &message)))
        return ST_USER;
    warn_incomplete(r, t->kid->span, "what is asserted");
    if (!v.null && v.i)
        return ST_OK;
    str s = message.s.n
              ? message.s
              : str_sub(r->l->code, t->kid->span.beg, t->kid->span.end);
    diag_error(r->ds, DIAG_ASSERT, t->kid->span, "assertion failed: %.*s",
               STRF(s));
    return ST_USER;
}

/* Markdown takes almost any punctuation as markup, so all of it is escaped. */
static void markdown_escape(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<')
            buf_adds(b, "&lt;");
        else if (s.p[i] == '&')
            buf_adds(b, "&amp;");
        else {
            if (s.p[i] && strchr("\\`*_{}[]()#+-.!|~>$:", s.p[i]))
                buf_addc(b, '\\');
            buf_addc(b, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
        }
    }
}

static bool markdown_value(struct run *r, struct buf *b, str code,
                           struct span at)
{
    struct binder bi = session_binder(r->l, r->ds, r->o);
    struct parser p = {
        .arena = r->l->cell, .ds = r->ds, .reg = &r->l->reg, .src = code
    };
    struct value v;
    struct buf text, shown;
    size_t nerrors = r->ds->nerrors;
    lex(r->l->cell, code, &p.ts, r->ds);
    struct ast *t = parse_pipe(&p);
    if (r->ds->nerrors != nerrors || !bind_value(&bi, t, &v)) {
        if (r->ds->list.n)
            r->ds->list.v[r->ds->list.n - 1].span = at;
        return false;
    }
    buf_init(&text, 1 << 20);
    buf_init(&shown, 1 << 21);
    value_text(&text, &v);
    utf8_printable(&shown, buf_str(&text));
    markdown_escape(b, buf_str(&shown));
    buf_release(&text);
    buf_release(&shown);
    return true;
}

enum status run_markdown(struct run *r, const struct ast *t)
{
    struct binder bi = session_binder(r->l, r->ds, r->o);
    struct value v;
    struct buf b;
    if (!bind_value(&bi, t->kid, &v))
        return ST_USER;
    buf_init(&b, 1 << 20);
    bool ok = true;
    for (size_t i = 0; ok && i < v.s.n;) {
        ptrdiff_t open = str_find_char(str_sub(v.s, i, v.s.n), '{');
        size_t at = open < 0 ? v.s.n : i + (size_t)open;
        buf_add(&b, str_sub(v.s, i, at));
        ptrdiff_t close =
            at < v.s.n ? str_find_char(str_sub(v.s, at, v.s.n), '}') : -1;
        if (at == v.s.n)
            break;
        if (close < 0) {
            buf_add(&b, str_sub(v.s, at, v.s.n));
            break;
        }
        ok = r->dry ||
             markdown_value(r, &b, str_sub(v.s, at + 1, at + (size_t)close),
                            t->kid->span);
        i = at + (size_t)close + 1;
    }
    if (ok)
        warn_incomplete(r, t->kid->span, "a value in this text");
    if (ok)
        show(r, t,
             (struct result){ .kind = RESULT_MARKDOWN, .text = buf_str(&b),
                              .completeness = r->l->values.completeness });
    buf_release(&b);
    return ok ? ST_OK : ST_USER;
}

/* trouble.c - prints diagnostics for the notebook.
 *
 * Called by: on_execute.c, iopub.c, cmd_run.c. diag_print makes text from
 * outside printable; the only control sequences here are our own colours. */
#include "kernel/trouble.h"

#include "base/json_write.h"

enum { MAX_TRACEBACK = 1 << 20 };

#define RED "\x1b[31m"
#define BOLD_RED "\x1b[1;31m"
#define YELLOW "\x1b[33m"
#define PLAIN "\x1b[0m"

static str next_line(str *rest)
{
    ptrdiff_t nl = str_find_char(*rest, '\n');
    str line = nl < 0 ? *rest : str_sub(*rest, 0, (size_t)nl);
    *rest = str_sub(*rest, line.n + 1, rest->n);
    return line;
}

static bool is_mark(str line)
{
    str t = str_trim(line);
    return t.n && t.p[0] == '~';
}

/* Colours the code at the start of the first line, and the line of marks. */
static void colour_line(struct buf *b, str line, bool first, const char *code)
{
    size_t word = first ? (size_t)(str_find_char(line, ' ') + 1) : 0;
    if (first) {
        buf_adds(b, code);
        buf_add(b, str_sub(line, 0, word));
        buf_adds(b, PLAIN);
    } else if (is_mark(line)) {
        buf_adds(b, RED);
    }
    buf_add(b, str_sub(line, word, line.n));
    if (!first && is_mark(line))
        buf_adds(b, PLAIN);
}

static void traceback_lines(struct buf *out, const struct diag *d, str src)
{
    struct buf text, line;
    bool first = true;
    buf_init(&text, MAX_TRACEBACK);
    buf_init(&line, MAX_TRACEBACK);
    diag_print(&text, d, src);
    for (str rest = str_trim(buf_str(&text)); rest.n; first = false) {
        str plain = next_line(&rest);
        buf_reset(&line);
        colour_line(&line, plain, first,
                    d->severity == SEV_ERROR ? BOLD_RED : YELLOW);
        if (out->n > 1)
            buf_addc(out, ',');
        json_str(out, buf_str(&line));
    }
    buf_release(&text);
    buf_release(&line);
}

static const struct diag *first_error(const struct diags *ds)
{
    for (size_t i = 0; i < ds->list.n; i++)
        if (ds->list.v[i].severity == SEV_ERROR)
            return &ds->list.v[i];
    return NULL;
}

/* The first printed line without the code in front. */
static str evalue_of(struct arena *a, const struct diag *d, str src)
{
    struct buf text;
    buf_init(&text, MAX_TRACEBACK);
    diag_print(&text, d, src);
    str rest = buf_str(&text);
    str line = next_line(&rest);
    line = str_sub(line, (size_t)(str_find_char(line, ' ') + 1), line.n);
    line = arena_str(a, line);
    buf_release(&text);
    return line;
}

static void without_diag(struct trouble *t, enum status st)
{
    if (st == ST_CANCELLED) {
        t->ename = S("Interrupted");
        t->evalue = S("the cell was interrupted");
        t->traceback = S("[\"\\u001b[1;31mInterrupted\\u001b[0m"
                         " the cell was interrupted\"]");
        return;
    }
    t->ename = S("E0901");
    t->evalue = S("the cell failed and did not say why");
    t->traceback = S("[\"E0901 the cell failed and did not say why\"]");
}

void trouble_of(struct trouble *t, struct arena *a, enum status st,
                const struct diags *ds, str src)
{
    struct buf lines;
    const struct diag *d = first_error(ds);
    if (st == ST_CANCELLED || !d) {
        without_diag(t, st);
        return;
    }
    t->ename = arena_fmt(a, "E%04d", d->code);
    t->evalue = evalue_of(a, d, src);
    buf_init(&lines, 16 * MAX_TRACEBACK);
    buf_addc(&lines, '[');
    for (size_t i = 0; i < ds->list.n; i++)
        traceback_lines(&lines, &ds->list.v[i], src);
    buf_addc(&lines, ']');
    t->traceback = buf_ok(&lines) ? buf_take(&lines, a) : S("[]");
    buf_release(&lines);
}

void trouble_json(struct buf *b, const struct trouble *t)
{
    buf_adds(b, "\"ename\":");
    json_str(b, t->ename);
    buf_adds(b, ",\"evalue\":");
    json_str(b, t->evalue);
    buf_adds(b, ",\"traceback\":");
    buf_add(b, t->traceback);
}

void trouble_warnings(struct buf *b, const struct diags *ds, str src)
{
    for (size_t i = 0; i < ds->list.n; i++)
        if (ds->list.v[i].severity != SEV_ERROR)
            diag_print(b, &ds->list.v[i], src);
}

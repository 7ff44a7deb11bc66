/* cmd_batch.c - `shikra batch`: JSON lines in, JSON lines out.
 *
 * Called by: main.c. In: {"id":…,"code":"…","mode":"run"|"check",
 * "keep":false,"open_tables":false,"max_rows":N}. Out, in order: see answer.h.
 * A line that is no request is answered with an error and id null. */
#include <unistd.h>

#include "kernel/answer.h"
#include "kernel/cmd.h"
#include "kernel/json_in.h"
#include "kernel/modules.h"

enum { ROWS_BY_DEFAULT = 100000, MAX_LINE_BYTES = 256 << 20 };

struct batch {
    struct interp in;
    struct buf line, out;
};

/* Reads up to a line feed. False: the input has ended. A line that is too long
 * is read to its end and comes back empty. */
static bool read_line(struct buf *line)
{
    int c = getc_unlocked(stdin);
    buf_reset(line);
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc_unlocked(stdin))
        buf_addc(line, (char)c);
    if (!buf_ok(line))
        buf_reset(line);
    return true;
}

static bool write_line(const struct buf *b)
{
    size_t at = 0;
    while (at < b->n) {
        ssize_t n = write(STDOUT_FILENO, b->p + at, b->n - at);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

static struct lang_opts options_of(const json_t *rq)
{
    int64_t rows = json_member_int(rq, "max_rows", ROWS_BY_DEFAULT);
    return (struct lang_opts){
        .check = str_eqz(json_member_text(rq, "mode"), "check"),
        .open_tables = json_member_bool(rq, "open_tables", false),
        .no_keep = !json_member_bool(rq, "keep", false),
        .max_rows = rows > 0 ? (size_t)rows : ROWS_BY_DEFAULT,
    };
}

static const char *what_is_wrong(const json_t *rq)
{
    str mode = json_member_text(rq, "mode");
    if (!rq)
        return "the line is not a JSON object";
    if (!json_is_string(json_object_get(rq, "code")))
        return "the request has no text in 'code'";
    if (mode.n && !str_eqz(mode, "run") && !str_eqz(mode, "check"))
        return "the mode is neither 'run' nor 'check'";
    return NULL;
}

static void answer_request(struct batch *b, const json_t *rq, str id)
{
    struct answer a;
    answer_init(&a, &b->in);
    a.as_json = true;
    const char *wrong = what_is_wrong(rq);
    if (wrong) {
        diag_error(&a.ds, DIAG_SYNTAX, NO_SPAN, "%s", wrong);
    } else {
        struct lang_opts o = options_of(rq);
        answer_run(&a, json_member_text(rq, "code"), &o);
        if (!json_member_bool(rq, "keep", false) && b->in.reset)
            b->in.reset(b->in.lang);
    }
    answer_write(&b->out, &a, id);
    buf_addc(&b->out, '\n');
    answer_release(&a);
}

static bool answer_line(struct batch *b)
{
    json_t *rq = json_object_in(buf_str(&b->line), true);
    const json_t *id = json_object_get(rq, "id");
    char *text = id ? json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    buf_reset(&b->out);
    answer_request(b, rq, str_of(text ? text : "null"));
    free(text);
    json_decref(rq);
    return write_line(&b->out);
}

int cmd_batch(int argc, char **argv)
{
    struct batch b;
    if (argc > 1)
        return usage_error("batch", "takes no arguments, found '%s'", argv[1]);
    modules_open(&b.in);
    buf_init(&b.line, MAX_LINE_BYTES);
    buf_init(&b.out, MAX_ANSWER_BYTES + (64u << 20));
    bool ok = true;
    while (ok && read_line(&b.line))
        ok = answer_line(&b);
    buf_release(&b.line);
    buf_release(&b.out);
    modules_close(&b.in);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}

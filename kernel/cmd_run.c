/* cmd_run.c - `shikra run`: cells from a line, a script or a notebook.
 *
 * Called by: main.c. The exit code tells a job what happened: clean, error,
 * failed assert, partial result. The first cell that fails ends the run. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "kernel/answer.h"
#include "kernel/cmd.h"
#include "kernel/modules.h"
#include "kernel/notebook.h"
#include "kernel/page.h"
#include "kernel/sigint.h"

enum form { FORM_TEXT, FORM_JSON, FORM_HTML };

struct run {
    struct interp in;
    struct arena *arena;
    struct cells cells;
    enum form form;
    const char *title, *dir;
    LIST(const char *) params;
    struct page page;
    bool colour;
};

/* --- the command line --------------------------------------------------- */

static bool read_out(struct run *r, const char *form, int argc, char **argv,
                     int *i)
{
    if (strcmp(form, "html") == 0 && *i + 1 < argc) {
        r->form = FORM_HTML;
        r->dir = argv[++*i];
        return true;
    }
    r->form = strcmp(form, "json") == 0 ? FORM_JSON : FORM_TEXT;
    return r->form == FORM_JSON || strcmp(form, "text") == 0;
}

static bool read_source(struct run *r, const char *path)
{
    struct buf why;
    buf_init(&why, 4096);
    bool ok = cells_read(&r->cells, r->arena, path, &why);
    if (!ok)
        fprintf(stderr, "shikra run: %s: %.*s\n", path, STRF(buf_str(&why)));
    buf_release(&why);
    r->title = path;
    return ok;
}

/* 0: go on; anything else is the exit code. */
static int read_argument(struct run *r, int argc, char **argv, int *i)
{
    const char *v, *arg = argv[*i];
    if ((v = option_value("--param", argc, argv, i))) {
        if (!strchr(v, '='))
            return usage_error("run", "--param needs NAME=VALUE, not '%s'", v);
        PUSH(r->arena, r->params, v);
    } else if ((v = option_value("--out", argc, argv, i))) {
        if (!read_out(r, v, argc, argv, i))
            return usage_error("run", "--out text, json or html DIR, not '%s'",
                               v);
    } else if ((v = option_value("-e", argc, argv, i))) {
        struct source_cell s = { .code = str_of(v) };
        PUSH(r->arena, r->cells.list, s);
    } else if (arg[0] == '-' && arg[1]) {
        return usage_error("run", "unknown or incomplete option '%s'", arg);
    } else if (!read_source(r, arg)) {
        return EXIT_ERROR;
    }
    return 0;
}

/* --- outputs ------------------------------------------------------------ */

static void print_result(void *ctx, const struct result *r,
                         const struct bundle *forms)
{
    str text = bundle_find(forms, "text/plain");
    (void)ctx;
    (void)r;
    if (text.n)
        fwrite(text.p, 1, text.n, stdout);
    if (text.n == 0 || text.p[text.n - 1] != '\n')
        putchar('\n');
    fflush(stdout);
}

static void print_text(FILE *f, str s)
{
    if (s.n)
        fwrite(s.p, 1, s.n, f);
}

static void print_diags(const struct run *r, const struct answer *a)
{
    struct buf text;
    buf_init(&text, 16 << 20);
    for (size_t i = 0; i < a->ds.list.n; i++)
        diag_print(&text, &a->ds.list.v[i], a->code);
    if (a->status == ST_CANCELLED)
        buf_adds(&text, "Interrupted\n");
    if (r->colour && a->ds.nerrors)
        fputs("\x1b[31m", stderr);
    print_text(stderr, buf_str(&text));
    if (r->colour && a->ds.nerrors)
        fputs("\x1b[0m", stderr);
    buf_release(&text);
}

static void print_json(const struct answer *a, size_t number)
{
    struct buf b;
    char id[24];
    int n = snprintf(id, sizeof id, "%zu", number);
    buf_init(&b, MAX_ANSWER_BYTES + (64u << 20));
    answer_write(&b, a, (str){ id, (size_t)n });
    buf_addc(&b, '\n');
    fwrite(b.p, 1, b.n, stdout);
    fflush(stdout);
    buf_release(&b);
}

static int run_cell(struct run *r, const struct source_cell *cell,
                    size_t number)
{
    struct answer a;
    struct lang_opts o = { .max_rows = 0 };
    answer_init(&a, &r->in);
    a.as_json = r->form == FORM_JSON;
    if (r->form == FORM_TEXT)
        a.show = print_result;
    if (r->form == FORM_HTML) {
        page_code(&r->page, cell->code);
        a.show = page_result;
        a.ctx = &r->page;
    }
    answer_run(&a, cell->code, &o);
    if (r->form == FORM_JSON)
        print_json(&a, number);
    else
        print_diags(r, &a);
    if (r->form == FORM_HTML)
        page_diags(&r->page, &a.ds, cell->code);
    int code = answer_exit_code(&a);
    answer_release(&a);
    return code;
}

static bool ends_run(int code, const struct source_cell *cell)
{
    return (code == EXIT_ERROR || code == EXIT_ASSERT) && !cell->may_fail;
}

/* A partial result is remembered; what fails ends the run. */
static int run_cells(struct run *r)
{
    int worst = EXIT_CLEAN;
    for (size_t i = 0; i < r->cells.list.n; i++) {
        const struct source_cell *cell = &r->cells.list.v[i];
        int code = run_cell(r, cell, i + 1);
        if (ends_run(code, cell))
            return code;
        if (code == EXIT_PARTIAL)
            worst = code;
    }
    return worst;
}

static void set_params(struct run *r)
{
    for (size_t i = 0; i < r->params.n; i++) {
        str p = str_of(r->params.v[i]);
        size_t eq = (size_t)str_find_char(p, '=');
        r->in.set_param(r->in.lang, str_sub(p, 0, eq),
                        str_sub(p, eq + 1, p.n), true);
    }
}

/* A misspelt name would quietly leave a default in force. */
static bool check_params(struct run *r)
{
    struct diags ds;
    struct buf text;
    LIST(str) cells = { 0 };
    for (size_t i = 0; i < r->cells.list.n; i++)
        PUSH(r->arena, cells, r->cells.list.v[i].code);
    diags_init(&ds, r->arena);
    if (r->in.check_params(r->in.lang, cells.v, cells.n, &ds) == ST_OK)
        return true;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < ds.list.n; i++)
        diag_print(&text, &ds.list.v[i], S(""));
    print_text(stderr, buf_str(&text));
    buf_release(&text);
    return false;
}

static int run_all(struct run *r)
{
    set_params(r);
    if (!check_params(r))
        return EXIT_ERROR;
    if (r->form != FORM_HTML)
        return run_cells(r);
    page_begin(&r->page, &r->in, str_of(r->title));
    int code = run_cells(r);
    if (!page_write(&r->page, r->dir)) {
        fprintf(stderr, "shikra run: %s: %s\n", r->dir, strerror(errno));
        code = EXIT_ERROR;
    }
    page_release(&r->page);
    return code;
}

int cmd_run(int argc, char **argv)
{
    struct run r = { .arena = arena_new(), .title = "shikra" };
    int code = 0;
    r.colour = isatty(STDERR_FILENO);
    for (int i = 1; i < argc && code == 0; i++)
        code = read_argument(&r, argc, argv, &i);
    if (code == 0 && r.cells.list.n == 0 && strcmp(r.title, "shikra") == 0)
        code = usage_error("run", "nothing to run: -e CODE or a file");
    if (code == 0) {
        modules_open(&r.in);
        pthread_t watcher = sigint_watch(&r.in);
        code = run_all(&r);
        sigint_end(watcher);
        modules_close(&r.in);
    }
    arena_free(r.arena);
    return code;
}

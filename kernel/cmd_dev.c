/* cmd_dev.c - `shikra dev`: prints any stage of a cell.
 *
 * Called by: main.c. What cannot be printed cannot be tested: lex, parse, bind,
 * plan and sql come from the language, run and render from here. */
#include "kernel/answer.h"
#include "kernel/cmd.h"
#include "kernel/modules.h"

/* Every form of a result, each under its mime type. */
static void print_forms(void *ctx, const struct result *r,
                        const struct bundle *forms)
{
    (void)ctx;
    (void)r;
    for (size_t i = 0; i < forms->n; i++)
        printf("--- %s (%zu bytes)\n%.*s\n", forms->v[i].type,
               forms->v[i].data.n, STRF(forms->v[i].data));
}

static void print_text(void *ctx, const struct result *r,
                       const struct bundle *forms)
{
    (void)ctx;
    (void)r;
    printf("%.*s\n", STRF(bundle_find(forms, "text/plain")));
}

static void print_diags(const struct diags *ds, str code)
{
    struct buf text;
    buf_init(&text, 16 << 20);
    for (size_t i = 0; i < ds->list.n; i++)
        diag_print(&text, &ds->list.v[i], code);
    fwrite(text.p, 1, text.n, stderr);
    buf_release(&text);
}

static int run_stage(const struct interp *in, bool every_form, str code)
{
    struct answer a;
    struct lang_opts o = { .max_rows = 0 };
    answer_init(&a, in);
    a.show = every_form ? print_forms : print_text;
    answer_run(&a, code, &o);
    print_diags(&a.ds, code);
    int exit_code = answer_exit_code(&a);
    answer_release(&a);
    return exit_code;
}

static int print_stage(const struct interp *in, str stage, str code)
{
    struct diags ds;
    struct buf out;
    struct arena *a = arena_new();
    diags_init(&ds, a);
    buf_init(&out, MAX_ANSWER_BYTES);
    enum status st = in->print_stage
                         ? in->print_stage(in->lang, stage, code, &out, &ds)
                         : ST_USER;
    fwrite(out.p, 1, out.n, stdout);
    print_diags(&ds, code);
    buf_release(&out);
    int exit_code = st == ST_OK && ds.nerrors == 0 ? EXIT_CLEAN : EXIT_ERROR;
    arena_free(a);
    return exit_code;
}

int cmd_dev(int argc, char **argv)
{
    struct interp in;
    if (argc != 3)
        return usage_error("dev", "needs a stage and a query");
    str stage = str_of(argv[1]), code = str_of(argv[2]);
    modules_open(&in);
    bool render = str_eqz(stage, "render");
    int rc = render || str_eqz(stage, "run") ? run_stage(&in, render, code)
                                             : print_stage(&in, stage, code);
    modules_close(&in);
    return rc;
}

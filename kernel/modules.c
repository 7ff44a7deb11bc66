/* modules.c - joins language, providers and renderers into one program.
 *
 * Called by: kernel/cmd_*.c. The only file that knows all modules; adding a
 * provider or a renderer is a row in its own folder. */
#include "kernel/modules.h"

#include <unistd.h>

#include "kernel/params_file.h"
#include "providers/providers.h"
#include "render/html/html.h"

static const struct provider *const providers[] = {
    &provider_file,
    &provider_host,
};

static const struct remote_provider *const remotes[] = {
#define REMOTE(name) &remote_##name,
#include "providers/providers.def"
#undef REMOTE
    NULL,
};

enum { MAX_RENDERERS = 64 };

/* What a struct interp owns beside the session. */
struct owned {
    struct lang_word words[MAX_RENDERERS]; /* the language borrows them */
    struct remote_services *services;
};

/* The words of the renderers, as the language wants them. */
static size_t renderer_words(struct lang_word *words)
{
    size_t n;
    const struct renderer *const *all = renderer_all(&n);
    if (n > MAX_RENDERERS)
        BUG("%zu renderers, room for %d", n, MAX_RENDERERS);
    for (size_t i = 0; i < n; i++)
        words[i] = (struct lang_word){ all[i]->name, all[i]->alias,
                                       all[i]->usage, all[i]->summary,
                                       all[i]->example };
    return n;
}

static struct lang *open_lang(struct owned *o)
{
    struct lang_modules m = {
        .providers = providers,
        .nproviders = sizeof providers / sizeof *providers,
        .remotes = remotes,
        .nremotes = sizeof remotes / sizeof *remotes - 1,
        .services = o->services,
        .config = services_config(o->services),
        .stored = services_queries(o->services),
        .renderers = o->words,
        .nrenderers = renderer_words(o->words),
    };
    return lang_new(&m);
}

static void set_params_from_environment(struct interp *in)
{
    str prefix = S("SHIKRA_PARAM_");
    for (char **e = environ; e && *e; e++) {
        str entry = str_of(*e);
        ptrdiff_t eq = str_find_char(entry, '=');
        if (!str_starts(entry, prefix) || eq <= (ptrdiff_t)prefix.n)
            continue;
        in->set_param(in->lang, str_sub(entry, prefix.n, (size_t)eq),
                      str_sub(entry, (size_t)eq + 1, entry.n), false);
    }
}

void modules_open(struct interp *in)
{
    struct owned *o = xcalloc(1, sizeof *o);
    o->services = services_new();
    *in = (struct interp){
        .lang = open_lang(o),
        .owned = o,
        .run = lang_run,
        .cancel = lang_cancel,
        .complete = lang_complete,
        .inspect = lang_inspect,
        .is_complete = lang_is_complete,
        .draw = render,
        .html_text = html_text,
        .warm_up = lang_warm_up,
        .reset = lang_reset,
        .set_param = lang_set_param,
        .params_failed = lang_params_failed,
        .check_params = lang_check_params,
        .print_stage = lang_print_stage,
    };
    const char *file = getenv("SHIKRA_PARAMS");
    if (file && *file)
        params_file_read(in, file);
    set_params_from_environment(in);
}

void modules_close(struct interp *in)
{
    struct owned *o = in->owned;
    lang_free(in->lang);
    services_free(o->services);
    free(o);
    *in = (struct interp){ .lang = NULL };
}

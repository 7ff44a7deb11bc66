/* interp.h - the language and the renderers as the kernel sees them.
 *
 * Filled by: modules.c with the functions of lang/lang.h and render/render.h;
 * protocol tests fill it with a double, so the kernel is tested without an
 * engine. The members have the promises of the functions they stand for. */
#ifndef KERNEL_INTERP_H
#define KERNEL_INTERP_H

#include "lang/lang.h"
#include "render/render.h"

struct interp {
    struct lang *lang; /* first argument of every member but draw */

    /* MUST. lang_run clears an earlier cancel when it starts. */
    enum status (*run)(struct lang *l, str code, const struct lang_opts *o,
                       const struct lang_sink *sink, struct diags *ds);
    void (*cancel)(struct lang *l);
    void (*complete)(struct lang *l, struct arena *a, str code,
                     uint32_t cursor, struct completions *out);
    bool (*inspect)(struct lang *l, struct arena *a, str code, uint32_t cursor,
                    str *markdown, str *plain);
    enum completeness_of_code (*is_complete)(struct lang *l, str code,
                                             struct buf *indent);
    enum status (*draw)(const struct frame *f, const struct hint *h,
                        struct bundle *out, struct diags *ds);
    void (*html_text)(struct buf *b, str s); /* escaped for an element */
    /* MAY be NULL. */
    void (*warm_up)(struct lang *l);
    void (*reset)(struct lang *l);
    void (*set_param)(struct lang *l, str name, str value, bool must);
    void (*params_failed)(struct lang *l, str why);
    enum status (*check_params)(struct lang *l, const str *cells, size_t n,
                                struct diags *ds);
    enum status (*print_stage)(struct lang *l, str stage, str code,
                               struct buf *out, struct diags *ds);

    void *owned; /* whatever modules_close() frees besides the language */
};

#endif

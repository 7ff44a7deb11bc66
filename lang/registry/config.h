/* config.h - what `.config` asks of whoever keeps the settings.
 *
 * Handed to the language by the one file that knows all modules; the settings
 * themselves are the providers' business. Called on the thread of the cells. */
#ifndef REGISTRY_CONFIG_H
#define REGISTRY_CONFIG_H

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"

struct config_face {
    void *ctx;
    /* MUST: every setting and where it came from, without secrets; a new
     * frame. */
    enum status (*show)(void *ctx, struct frame **out, struct diags *ds);
    /* MUST: what is wrong with them, one row each; a new frame. */
    enum status (*check)(void *ctx, struct frame **out, struct diags *ds);
    /* MUST: reads the files again and says so in *told. */
    enum status (*reload)(void *ctx, struct arena *a, str *told,
                          struct diags *ds);
    /* MUST: appends the text with every known secret crossed out. */
    void (*scrub)(void *ctx, struct buf *out, str text);
};

#endif

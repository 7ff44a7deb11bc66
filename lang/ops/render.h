/* render.h - what a `render` operator asks for. */
#ifndef OPS_RENDER_H
#define OPS_RENDER_H

#include "bind/bind.h"

/* The hint of the pipeline's last render operator; empty when it has none. */
void render_hint(struct binder *b, const struct ast *pipe, struct hint *out);
bool is_render_kind(const struct registry *r, str name);
const char *render_word(const struct registry *r, size_t i);

#endif

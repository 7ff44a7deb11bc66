/* query_words.h - help on built-in queries. */
#ifndef LANG_QUERY_WORDS_H
#define LANG_QUERY_WORDS_H

#include "registry/stored_query.h"

/* Parameters and words of every query called `name` in the packs that were
 * read; `f` may be NULL. */
void query_help(const struct stored_face *f, str name, struct buf *out,
                bool markdown);

#endif

/* words.h - the words of all rows: help on one, the nearest to a typo. */
#ifndef LANG_WORDS_H
#define LANG_WORDS_H

#include "registry/reg.h"

/* Usage, summary and example of everything called `name`. False: nothing. */
bool word_help(const struct registry *r, str name, struct buf *out,
               bool markdown);
str word_nearest(const struct registry *r, struct arena *a, str name);

#endif

/* stages.h - what several providers ask about a stage of a pipeline. */
#ifndef PROVIDERS_STAGES_H
#define PROVIDERS_STAGES_H

#include "registry/remote.h"

/* The number of all rows and nothing else: count() without keys. */
bool stage_is_count(const struct remote_stage *st);

/* A projection that only leaves columns out: each keeps its name. */
bool stage_is_columns(const struct remote_stage *st);

/* What may stand around the needle of =~, contains, has and their kin. */
struct text_place {
    const char *name;
    bool open_left, open_right; /* more text may */
    bool word_left, word_right; /* … but no letter or digit */
};

/* Of an operator of KQL, or NULL; *fold: upper and lower case are the same. */
const struct text_place *text_place_of(str name, bool *fold);

#endif

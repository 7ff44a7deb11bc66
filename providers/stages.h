/* stages.h - what several providers ask about a stage of a pipeline. */
#ifndef PROVIDERS_STAGES_H
#define PROVIDERS_STAGES_H

#include "registry/remote.h"

/* The number of all rows and nothing else: count() without keys. */
bool stage_is_count(const struct remote_stage *st);

#endif

/* providers.h - the providers there are.
 *
 * Included by: kernel/modules.c, which hands them to the language. */
#ifndef PROVIDERS_PROVIDERS_H
#define PROVIDERS_PROVIDERS_H

#include "registry/source.h"

extern const struct provider provider_file; /* file("…"), .load, externaldata */
extern const struct provider provider_host; /* host.processes, … */

#endif

/* tld.h - whether a name ends in a domain that people can register.
 *
 * Called by: the indicator scanner. The list is that of publicsuffix.org, its
 * ICANN section, as the library libpsl carries it; nothing is fetched.
 * One thread at a time: answers are kept. */
#ifndef ANALYTICS_TLD_H
#define ANALYTICS_TLD_H

#include "base/arena.h"

struct tlds;

struct tlds *tlds_new(struct arena *a);
/* Whether `label`, in any case, UTF-8 or xn--, is a top-level domain: "com",
 * "io", "РФ". Expected O(1): 24 bytes or more are never one. */
bool tld_known(struct tlds *t, str label);
/* Whether the lower-case name is itself one under which others register:
 * "co.uk", "com". */
bool tld_is_suffix(struct tlds *t, str name);

#endif

/* vault_challenge.h - what a Key Vault says to whoever comes without a fit
 * token: where one is to be had.
 *
 * Called by: key_vault.c. Pure. */
#ifndef CONFIG_VAULT_CHALLENGE_H
#define CONFIG_VAULT_CHALLENGE_H

#include "base/buf.h"

struct vault_challenge {
    str tenant;
    str scope; /* "https://vault.azure.net/.default" */
};

/* Reads the header WWW-Authenticate of an answer of `url`:
 *     Bearer authorization="https://…/TENANT", resource="https://…"
 * with authorization_uri and scope as older and other names. False: there is
 * nothing of the kind, or what it asks for is none of the vault's business, and
 * `why` has a sentence. Texts in `a`. */
bool vault_challenge_parse(struct arena *a, str header, str url,
                           struct vault_challenge *out, struct buf *why);

#endif

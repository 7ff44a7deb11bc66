/* digest.h - MD5, SHA-1 and SHA-256 of bytes, as hexadecimal.
 *
 * Called by: decode.c. For naming files as others name them, not for secrets.
 * The digests are OpenSSL's libcrypto; where its policy forbids MD5 (FIPS mode)
 * that text is empty. One thread at a time. */
#ifndef ANALYTICS_DIGEST_H
#define ANALYTICS_DIGEST_H

#include "base/str.h"

struct digester;

struct digest {
    char md5[32], sha1[40], sha256[64];  /* lower case, no NUL */
    bool has_md5;
};

struct digester *digester_new(void);
void digester_free(struct digester *d);  /* NULL is fine */
void digest_of(struct digester *d, str bytes, struct digest *out);

#endif

/* digest.c - MD5, SHA-1 and SHA-256 of bytes, as hexadecimal.
 *
 * Called by: decode.c. Finding an algorithm costs more in OpenSSL 3 than
 * running it over a command line, so that is done once. */
#include "digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/arena.h"

enum { MD5, SHA1, SHA256, NALGORITHMS };

struct digester {
    EVP_MD *md[NALGORITHMS];
    EVP_MD_CTX *ctx;
};

struct digester *digester_new(void)
{
    static const char *const names[NALGORITHMS] = { "MD5", "SHA1", "SHA256" };
    struct digester *d = xcalloc(1, sizeof *d);
    for (int i = 0; i < NALGORITHMS; i++)
        d->md[i] = EVP_MD_fetch(NULL, names[i], NULL);
    d->ctx = EVP_MD_CTX_new();
    return d;
}

void digester_free(struct digester *d)
{
    if (!d)
        return;
    for (int i = 0; i < NALGORITHMS; i++)
        EVP_MD_free(d->md[i]);
    EVP_MD_CTX_free(d->ctx);
    free(d);
}

/* Writes 2 * n digits; false when the algorithm is not to be had. */
static bool hex_of(struct digester *d, int which, str bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (!d->md[which] || !d->ctx ||
        !EVP_DigestInit_ex2(d->ctx, d->md[which], NULL) ||
        !EVP_DigestUpdate(d->ctx, bytes.p, bytes.n) ||
        !EVP_DigestFinal_ex(d->ctx, raw, &n))
        return false;
    for (unsigned i = 0; i < n; i++) {
        out[2 * i] = digits[raw[i] >> 4];
        out[2 * i + 1] = digits[raw[i] & 15];
    }
    return true;
}

void digest_of(struct digester *d, str bytes, struct digest *out)
{
    out->has_md5 = hex_of(d, MD5, bytes, out->md5);
    if (!hex_of(d, SHA1, bytes, out->sha1))
        memset(out->sha1, '0', sizeof out->sha1);
    if (!hex_of(d, SHA256, bytes, out->sha256))
        memset(out->sha256, '0', sizeof out->sha256);
}

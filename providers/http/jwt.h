/* jwt.h - the signed assertion by which a certificate signs in (RFC 7519).
 *
 * Called by: auth_entra.c. No network. */
#ifndef HTTP_JWT_H
#define HTTP_JWT_H

#include "base/buf.h"

struct jwt_claims {
    str audience;   /* the address of the token endpoint */
    str client_id;  /* issuer and subject */
    int64_t now;    /* seconds since 1970; valid for JWT_SECONDS */
    str id;         /* unique; "" draws a random one */
};
enum { JWT_SECONDS = 600 };

struct jwt_key {
    str certificate; /* bytes of a PEM file with key and certificate, or of a
                      * PKCS #12 file */
    str password;    /* of the PKCS #12 file or of the key; "" none */
    bool rs256;      /* RSA PKCS #1 for old servers; else PSS (PS256) */
    bool send_chain; /* x5c: for certificates known by subject and issuer */
};

/* base64url without padding (RFC 4648, 5). */
void base64url(struct buf *b, str bytes);

/* Appends header.claims.signature. False: `why` has a sentence. */
bool jwt_sign(struct buf *out, const struct jwt_key *key,
              const struct jwt_claims *claims, struct buf *why);

#endif

/* crypto_api.h - the part of OpenSSL's libcrypto that signs assertions.
 *
 * Included by: jwt.c, crypto_lib.c. Opened when a certificate signs in for the
 * first time, as libcurl is; libcurl brings the same library. */
#ifndef HTTP_CRYPTO_API_H
#define HTTP_CRYPTO_API_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/buf.h"

#define CRYPTO_FUNCTIONS(F)                                                 \
    F(BIO_new_mem_buf)                                                      \
    F(BIO_free)                                                             \
    F(PEM_read_bio_PrivateKey)                                              \
    F(PEM_read_bio_X509)                                                    \
    F(d2i_PKCS12_bio)                                                       \
    F(PKCS12_parse)                                                         \
    F(PKCS12_free)                                                          \
    F(X509_free)                                                            \
    F(i2d_X509)                                                             \
    F(X509_check_private_key)                                               \
    F(EVP_PKEY_free)                                                        \
    F(EVP_PKEY_get_base_id)                                                 \
    F(EVP_PKEY_CTX_set_rsa_padding)                                         \
    F(EVP_PKEY_CTX_set_rsa_pss_saltlen)                                     \
    F(EVP_MD_CTX_new)                                                       \
    F(EVP_MD_CTX_free)                                                      \
    F(EVP_DigestSignInit)                                                   \
    F(EVP_DigestSign)                                                       \
    F(EVP_sha1)                                                             \
    F(EVP_sha256)                                                           \
    F(EVP_Digest)                                                           \
    F(RAND_bytes)                                                           \
    F(CRYPTO_free)                                                          \
    F(ERR_clear_error)

#include <openssl/err.h>
#include <openssl/rand.h>

struct crypto_api {
    void *lib;
#define CRYPTO_MEMBER(name) __typeof__(name) *name;
    CRYPTO_FUNCTIONS(CRYPTO_MEMBER)
#undef CRYPTO_MEMBER
};

/* Opens the library; false: `why` says what is missing. Cheap when it is
 * loaded already; the table is the caller's. */
bool crypto_api_load(struct crypto_api *c, struct buf *why);

#endif

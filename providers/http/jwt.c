/* jwt.c - reads the key, writes header and claims, signs them.
 *
 * Called by: auth_entra.c, tests. Follows Entra's rules for certificate
 * credentials: PS256 with x5t#S256, or RS256 with x5t. */
#include "jwt.h"

#include "base/base64.h"
#include "base/json_write.h"
#include "crypto_api.h"

enum { MAX_JWT = 64 << 10, MAX_SIGNATURE = 2048, MAX_DER = 16 << 10 };

struct signer {
    struct crypto_api c;
    EVP_PKEY *key;
    X509 *cert;
    unsigned char der[MAX_DER];
    size_t nder;
};

void base64url(struct buf *b, str bytes)
{
    struct buf plain;
    buf_init(&plain, bytes.n * 2 + 4);
    base64_encode(&plain, bytes);
    for (size_t i = 0; i < plain.n && plain.p[i] != '='; i++) {
        char ch = plain.p[i];
        buf_addc(b, ch == '+' ? '-' : ch == '/' ? '_' : ch);
    }
    buf_release(&plain);
}

/* ---- reading the certificate ---- */

/* Without a password nobody is asked on the terminal. */
static int give_password(char *to, int size, int writing, void *ctx)
{
    const str *password = ctx;
    (void)writing;
    if (!password->n || password->n > (size_t)size)
        return -1;
    memcpy(to, password->p, password->n);
    return (int)password->n;
}

static bool read_pem(struct signer *s, const struct jwt_key *k)
{
    str password = k->password;
    BIO *in = s->c.BIO_new_mem_buf(k->certificate.p, (int)k->certificate.n);
    s->key = s->c.PEM_read_bio_PrivateKey(in, NULL, give_password, &password);
    s->c.BIO_free(in);
    in = s->c.BIO_new_mem_buf(k->certificate.p, (int)k->certificate.n);
    s->cert = s->c.PEM_read_bio_X509(in, NULL, give_password, &password);
    s->c.BIO_free(in);
    return s->key && s->cert;
}

static bool read_pkcs12(struct signer *s, const struct jwt_key *k)
{
    BIO *in = s->c.BIO_new_mem_buf(k->certificate.p, (int)k->certificate.n);
    PKCS12 *p = s->c.d2i_PKCS12_bio(in, NULL);
    s->c.BIO_free(in);
    if (!p)
        return false;
    char password[256] = { 0 };
    size_t n = k->password.n < sizeof password ? k->password.n : 0;
    if (n)
        memcpy(password, k->password.p, n);
    s->c.PKCS12_parse(p, password, &s->key, &s->cert, NULL);
    explicit_bzero(password, sizeof password);
    s->c.PKCS12_free(p);
    return s->key && s->cert;
}

static bool read_key(struct signer *s, const struct jwt_key *k,
                     struct buf *why)
{
    bool pem = str_find(k->certificate, S("-----BEGIN ")) >= 0;
    if (!(pem ? read_pem(s, k) : read_pkcs12(s, k))) {
        buf_addf(why,
                 "the certificate file must hold a private key and its "
                 "certificate (PEM or PKCS #12)%s",
                 k->password.n ? "; is the password right?"
                               : "; a password may be missing");
        return false;
    }
    if (s->c.EVP_PKEY_get_base_id(s->key) != EVP_PKEY_RSA) {
        buf_adds(why, "the key of the certificate must be an RSA key");
        return false;
    }
    if (!s->c.X509_check_private_key(s->cert, s->key)) {
        buf_adds(why, "the private key does not belong to the certificate");
        return false;
    }
    unsigned char *to = s->der;
    int n = s->c.i2d_X509(s->cert, NULL);
    if (n <= 0 || n > MAX_DER) {
        buf_adds(why, "the certificate is too large");
        return false;
    }
    s->nder = (size_t)s->c.i2d_X509(s->cert, &to);
    return true;
}

/* ---- writing ---- */

static void add_digest(struct buf *b, const struct signer *s, bool sha256)
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    s->c.EVP_Digest(s->der, s->nder, md, &n,
                    sha256 ? s->c.EVP_sha256() : s->c.EVP_sha1(), NULL);
    base64url(b, (str){ (const char *)md, n });
}

static void add_header(struct buf *out, const struct signer *s,
                       const struct jwt_key *k)
{
    struct buf b;
    buf_init(&b, MAX_JWT);
    buf_adds(&b, k->rs256 ? "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\""
                          : "{\"alg\":\"PS256\",\"typ\":\"JWT\","
                            "\"x5t#S256\":\"");
    add_digest(&b, s, !k->rs256);
    buf_addc(&b, '"');
    if (k->send_chain) {
        buf_adds(&b, ",\"x5c\":[\"");
        base64_encode(&b, (str){ (const char *)s->der, s->nder });
        buf_adds(&b, "\"]");
    }
    buf_addc(&b, '}');
    base64url(out, buf_str(&b));
    buf_release(&b);
}

static void add_id(struct buf *b, const struct signer *s, str id)
{
    unsigned char r[16] = { 0 };
    if (id.n) {
        json_str(b, id);
        return;
    }
    s->c.RAND_bytes(r, sizeof r);
    buf_addc(b, '"');
    for (size_t i = 0; i < sizeof r; i++)
        buf_addf(b, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                 r[i]);
    buf_addc(b, '"');
}

static void add_claims(struct buf *out, const struct signer *s,
                       const struct jwt_claims *c)
{
    struct buf b;
    buf_init(&b, MAX_JWT);
    buf_adds(&b, "{\"aud\":");
    json_str(&b, c->audience);
    buf_addf(&b, ",\"exp\":%lld,\"iat\":%lld,\"nbf\":%lld,\"iss\":",
             (long long)c->now + JWT_SECONDS, (long long)c->now,
             (long long)c->now);
    json_str(&b, c->client_id);
    buf_adds(&b, ",\"sub\":");
    json_str(&b, c->client_id);
    buf_adds(&b, ",\"jti\":");
    add_id(&b, s, c->id);
    buf_addc(&b, '}');
    base64url(out, buf_str(&b));
    buf_release(&b);
}

static bool add_signature(struct buf *out, struct signer *s, str text,
                          bool rs256)
{
    unsigned char sig[MAX_SIGNATURE];
    size_t n = sizeof sig;
    EVP_PKEY_CTX *ctx = NULL;
    EVP_MD_CTX *md = s->c.EVP_MD_CTX_new();
    bool ok = md && s->c.EVP_DigestSignInit(md, &ctx, s->c.EVP_sha256(), NULL,
                                            s->key) == 1;
    /* RFC 7518, 3.5: the salt is as long as the hash. */
    if (ok && !rs256)
        ok = s->c.EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) ==
                 1 &&
             s->c.EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx,
                                                   RSA_PSS_SALTLEN_DIGEST) == 1;
    ok = ok && s->c.EVP_DigestSign(md, sig, &n, (const void *)text.p,
                                   text.n) == 1;
    s->c.EVP_MD_CTX_free(md);
    if (ok)
        base64url(out, (str){ (const char *)sig, n });
    return ok;
}

bool jwt_sign(struct buf *out, const struct jwt_key *key,
              const struct jwt_claims *claims, struct buf *why)
{
    struct signer *s = xcalloc(1, sizeof *s);
    size_t from = out->n;
    bool ok = crypto_api_load(&s->c, why);
    bool loaded = ok;
    ok = ok && read_key(s, key, why);
    if (ok) {
        add_header(out, s, key);
        buf_addc(out, '.');
        add_claims(out, s, claims);
        struct buf text;
        buf_init(&text, MAX_JWT);
        buf_add(&text, str_sub(buf_str(out), from, out->n));
        buf_addc(out, '.');
        ok = add_signature(out, s, buf_str(&text), key->rs256) && buf_ok(out);
        if (!ok)
            buf_adds(why, "the certificate's key cannot sign");
        buf_release(&text);
    }
    if (loaded) {
        s->c.EVP_PKEY_free(s->key);
        s->c.X509_free(s->cert);
        s->c.ERR_clear_error();
    }
    free(s);
    return ok;
}

/* auth_entra.c - tokens of Microsoft Entra ID, by whichever way works.
 *
 * Called by: auths.c, when a token is missing. The ways without a file of
 * their own are here: secret, certificate, workload identity, environment. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth_int.h"
#include "error_text.h"
#include "jwt.h"
#include "redact.h"
#include "url.h"

enum { MAX_BODY = 256 << 10, MAX_KEY_FILE = 256 << 10 };

static const struct {
    const char *name, *alias;
    enum entra_method method;
} METHODS[] = {
    { "clientsecret", "client_secret", ENTRA_SECRET },
    { "certificate", NULL, ENTRA_CERTIFICATE },
    { "workload", "workload_identity", ENTRA_WORKLOAD },
    { "env", "environment", ENTRA_ENV },
    { "msi", "managed_identity", ENTRA_MANAGED },
    { "cli", "azure_cli", ENTRA_CLI },
    { "devicecode", "device_code", ENTRA_DEVICE },
};

enum { NMETHODS = sizeof METHODS / sizeof *METHODS };

enum entra_method entra_method_find(str name)
{
    for (size_t i = 0; i < NMETHODS; i++)
        if (str_ieqz(name, METHODS[i].name) ||
            (METHODS[i].alias && str_ieqz(name, METHODS[i].alias)))
            return METHODS[i].method;
    return ENTRA_NONE;
}

const char *entra_method_name(enum entra_method m)
{
    for (size_t i = 0; i < NMETHODS; i++)
        if (METHODS[i].method == m)
            return METHODS[i].name;
    return "?";
}

static str env(const char *name)
{
    const char *v = getenv(name);
    return v ? str_of(v) : S("");
}

static str or_else(str a, str b)
{
    return a.n ? a : b;
}

/* ---- the endpoint ---- */

str entra_endpoint(const struct entra_want *w, struct arena *a,
                   const char *what)
{
    struct buf b;
    str authority = w->authority;
    while (str_ends(authority, S("/")))
        authority.n--;
    buf_init(&b, MAX_BODY);
    buf_add(&b, authority);
    buf_addc(&b, '/');
    url_param(&b, w->tenant);
    buf_addf(&b, "/oauth2/v2.0/%s", what);
    str url = buf_take(&b, a);
    buf_release(&b);
    return url;
}

/* Entra's own words, and what they mean where that helps. */
static enum status fail_answer(const struct entra_want *w,
                               const struct http_call *call,
                               const struct http_reply *reply)
{
    static const struct {
        const char *code, *hint;
    } known[] = {
        { "invalid_client", "the client secret or certificate is wrong or "
                            "expired; it is the secret's value, not its id" },
        { "unauthorized_client", "the application is not known in this "
                                 "tenant, or may not do this" },
        { "invalid_grant", "sign in again" },
        { "invalid_scope", "the resource is not known in this tenant" },
        { "interaction_required", "a person must sign in: devicecode" },
        { "invalid_request", "check tenant and client id" },
    };
    struct http_error e;
    http_error_parse(call->arena, reply->body, &e);
    http_fail(w->auths->http, call, DIAG_AUTH,
              "sign-in to tenant %.*s answers %ld %.*s: %.*s",
              STRF(w->tenant), reply->status, STRF(e.code), STRF(e.message));
    struct diag *d = &call->ds->list.v[call->ds->list.n - 1];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eqz(e.code, known[i].code))
            diag_hint(call->ds, d, "%s", known[i].hint);
    return ST_ENV;
}

enum status entra_post(const struct entra_want *w, const struct http_call *call,
                       str body, struct token *out)
{
    struct http_reply reply;
    struct http_request rq = {
        .url = entra_endpoint(w, call->arena, "token"),
        .body = body,
        .content_type = "application/x-www-form-urlencoded",
        .what = "sign-in",
        .max_body = MAX_BODY,
        .any_status = true,
        .secret_reply = true,
    };
    enum status st = http_send(w->auths->http, &rq, call, &reply);
    if (st != ST_OK)
        return st;
    if (reply.status == 200 &&
        oauth_token_parse(call->arena, reply.body, auth_now(), out))
        return ST_OK;
    return fail_answer(w, call, &reply);
}

/* ---- ways ---- */

static enum status post_client(const struct entra_want *w,
                               const struct http_call *call,
                               const struct oauth_client *c, struct token *out)
{
    struct buf body;
    buf_init(&body, MAX_BODY);
    oauth_client_body(&body, c, w->scope);
    secrets_add(http_secrets(w->auths->http), c->secret);
    secrets_add(http_secrets(w->auths->http), c->assertion);
    enum status st = entra_post(w, call, buf_str(&body), out);
    if (body.p)
        explicit_bzero(body.p, body.n);
    buf_release(&body);
    return st;
}

static enum status missing(const struct entra_want *w,
                           const struct http_call *call, const char *what)
{
    return http_fail(w->auths->http, call, DIAG_AUTH, "%s is not set", what);
}

/* An application belongs to one tenant; the others are for people. */
static bool has_tenant(const struct entra_want *w)
{
    return !str_eqz(w->tenant, "organizations") &&
           !str_eqz(w->tenant, "common") && !str_eqz(w->tenant, "consumers");
}

static enum status by_secret(const struct entra_want *w,
                             const struct http_call *call, struct token *out)
{
    struct oauth_client c = { .client_id = w->id->client_id,
                              .secret = w->id->client_secret };
    if (!c.client_id.n)
        return missing(w, call, "ClientId");
    if (!c.secret.n)
        return missing(w, call, "ClientSecret");
    if (!has_tenant(w))
        return missing(w, call, "TenantId");
    return post_client(w, call, &c, out);
}

/* A small file with a credential. False: reported. */
static bool read_file(const struct entra_want *w, const struct http_call *call,
                      str path, struct buf *out)
{
    char part[4096];
    ssize_t n = -1;
    int fd = open(arena_cstr(call->arena, path), O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (n = read(fd, part, sizeof part)) > 0)
        buf_add(out, (str){ part, (size_t)n });
    int why = n < 0 ? errno : EFBIG;
    explicit_bzero(part, sizeof part);
    if (fd >= 0)
        close(fd);
    if (n == 0 && buf_ok(out))
        return true;
    http_fail(w->auths->http, call, DIAG_AUTH, "cannot read %.*s: %s",
              STRF(path), strerror(why));
    return false;
}

static enum status by_certificate(const struct entra_want *w,
                                  const struct http_call *call,
                                  struct token *out)
{
    struct buf file, jwt, why;
    enum status st = ST_ENV;
    if (!w->id->client_id.n)
        return missing(w, call, "ClientId");
    if (!w->id->certificate.n)
        return missing(w, call, "Certificate");
    if (!has_tenant(w))
        return missing(w, call, "TenantId");
    buf_init(&file, MAX_KEY_FILE);
    buf_init(&jwt, MAX_BODY);
    buf_init(&why, 1000);
    if (read_file(w, call, w->id->certificate, &file)) {
        struct jwt_key k = { .certificate = buf_str(&file),
                             .password = w->id->certificate_password,
                             .rs256 = str_ieqz(w->id->algorithm, "RS256"),
                             .send_chain = w->id->send_chain };
        struct jwt_claims claims = {
            .audience = entra_endpoint(w, call->arena, "token"),
            .client_id = w->id->client_id, .now = auth_now(),
        };
        struct oauth_client c = { .client_id = w->id->client_id };
        if (jwt_sign(&jwt, &k, &claims, &why)) {
            c.assertion = buf_str(&jwt);
            st = post_client(w, call, &c, out);
        } else {
            http_fail(w->auths->http, call, DIAG_AUTH, "%.*s: %.*s",
                      STRF(w->id->certificate), STRF(buf_str(&why)));
        }
        explicit_bzero(file.p, file.n);
    }
    buf_release(&file);
    buf_release(&jwt);
    buf_release(&why);
    return st;
}

/* The file is read anew every time: Kubernetes replaces it. */
static enum status by_workload(const struct entra_want *w,
                               const struct http_call *call, struct token *out)
{
    struct buf file;
    str path = env("AZURE_FEDERATED_TOKEN_FILE");
    str id = or_else(env("AZURE_CLIENT_ID"), w->id->client_id);
    enum status st = ST_ENV;
    if (!path.n)
        return missing(w, call, "AZURE_FEDERATED_TOKEN_FILE");
    if (!id.n)
        return missing(w, call, "AZURE_CLIENT_ID");
    buf_init(&file, MAX_KEY_FILE);
    if (read_file(w, call, path, &file)) {
        struct oauth_client c = { .client_id = id,
                                  .assertion = str_trim(buf_str(&file)) };
        st = post_client(w, call, &c, out);
    }
    buf_release(&file);
    return st;
}

static enum status by_env(const struct entra_want *w,
                          const struct http_call *call, struct token *out)
{
    struct entra id = *w->id;
    struct entra_want mine = *w;
    mine.id = &id;
    if (id.env.client_id.n) {
        id.client_id = id.env.client_id;
        id.client_secret = id.env.client_secret;
        return id.client_secret.n ? by_secret(&mine, call, out)
                                  : missing(w, call, "AzureCLI: clientSecret");
    }
    id.client_id = env("AZURE_CLIENT_ID");
    id.client_secret = env("AZURE_CLIENT_SECRET");
    id.certificate = env("AZURE_CLIENT_CERTIFICATE_PATH");
    id.certificate_password = env("AZURE_CLIENT_CERTIFICATE_PASSWORD");
    if (!id.client_id.n)
        return missing(w, call, "AZURE_CLIENT_ID");
    if (id.client_secret.n)
        return by_secret(&mine, call, out);
    if (id.certificate.n)
        return by_certificate(&mine, call, out);
    return missing(w, call, "AZURE_CLIENT_SECRET");
}

/* ---- the order ---- */

static enum status try_method(enum entra_method m, const struct entra_want *w,
                              const struct http_call *call, struct token *out)
{
    switch (m) {
    case ENTRA_SECRET: return by_secret(w, call, out);
    case ENTRA_CERTIFICATE: return by_certificate(w, call, out);
    case ENTRA_WORKLOAD: return by_workload(w, call, out);
    case ENTRA_ENV: return by_env(w, call, out);
    case ENTRA_MANAGED: return entra_managed(w, call, out);
    case ENTRA_CLI: return entra_cli(w, call, out);
    case ENTRA_DEVICE: return entra_device(w, call, out);
    case ENTRA_NONE: break;
    }
    BUG("method %d", m);
}

static size_t methods_of(const struct entra *id, enum entra_method *out)
{
    static const enum entra_method usual[] = {
        ENTRA_ENV, ENTRA_WORKLOAD, ENTRA_MANAGED, ENTRA_CLI, ENTRA_DEVICE,
    };
    size_t n = sizeof usual / sizeof *usual;
    if (id->nmethods) {
        memcpy(out, id->methods, id->nmethods * sizeof *out);
        return id->nmethods;
    }
    if (id->client_secret.n || id->certificate.n) {
        out[0] = id->client_secret.n ? ENTRA_SECRET : ENTRA_CERTIFICATE;
        return 1;
    }
    memcpy(out, usual, sizeof usual);
    return n;
}

/* Warnings of one way (a token file that others may read) are the cell's. */
static void keep_warnings(const struct http_call *call,
                          const struct diags *each)
{
    for (size_t i = 0; i < each->list.n; i++) {
        const struct diag *d = &each->list.v[i];
        if (d->severity != SEV_WARNING)
            continue;
        struct diag *copy = diag_warn(call->ds, d->code, call->span, "%.*s",
                                      STRF(d->message));
        diag_hint(call->ds, copy, "%.*s", STRF(d->hint));
    }
}

static str first_error(const struct diags *each)
{
    for (size_t i = 0; i < each->list.n; i++)
        if (each->list.v[i].severity == SEV_ERROR)
            return each->list.v[i].message;
    return S("failed");
}

/* Why each way failed, as one error. */
static enum status fail_all(const struct entra_want *w,
                            const struct http_call *call,
                            const enum entra_method *m,
                            const struct diags *each, size_t n)
{
    struct buf b;
    buf_init(&b, MAX_BODY);
    for (size_t i = 0; i < n; i++) {
        buf_addf(&b, "%s%s: ", i ? "; " : "", entra_method_name(m[i]));
        buf_add(&b, str_sub(first_error(&each[i]), 0, 200));
    }
    http_fail(w->auths->http, call, DIAG_AUTH,
              "no way to sign in to tenant %.*s works: %.*s", STRF(w->tenant),
              STRF(buf_str(&b)));
    struct diag *d = &call->ds->list.v[call->ds->list.n - 1];
    diag_hint(call->ds, d, "Azure: auth_methods names the ways to be tried");
    buf_release(&b);
    return ST_ENV;
}

static enum status try_all(const struct entra_want *w,
                           const struct http_call *call, struct token *out)
{
    enum entra_method m[ENTRA_METHODS];
    struct diags each[ENTRA_METHODS];
    size_t n = methods_of(w->id, m);
    if (n == 1)
        return try_method(m[0], w, call, out);
    for (size_t i = 0; i < n; i++) {
        struct http_call mine = *call;
        diags_init(&each[i], call->arena);
        mine.ds = &each[i];
        enum status st = try_method(m[i], w, &mine, out);
        keep_warnings(call, &each[i]);
        if (st == ST_OK || st == ST_CANCELLED)
            return st;
    }
    return fail_all(w, call, m, each, n);
}

/* ---- the credential ---- */

struct entra_how {
    struct entra id;
    str scope;
};

static enum status fetch(struct credential *c, const struct http_call *call,
                         struct token *out)
{
    const struct entra_how *how = c->how;
    const struct cloud *cloud = cloud_find(how->id.cloud);
    struct entra_want w = {
        .auths = c->auths, .id = &how->id, .scope = how->scope,
        .authority = or_else(how->id.authority, env("AZURE_AUTHORITY_HOST")),
        .tenant = or_else(or_else(how->id.tenant, how->id.env.tenant),
                          env("AZURE_TENANT_ID")),
    };
    if (!w.authority.n && !cloud)
        return http_fail(c->auths->http, call, DIAG_CONFIG,
                         "there is no cloud '%.*s'; there are global, usgov, "
                         "cn",
                         STRF(how->id.cloud));
    if (!w.authority.n)
        w.authority = str_of(cloud->authority);
    w.tenant = or_else(w.tenant, S("organizations"));
    return try_all(&w, call, out);
}

enum { ENTRA_TEXTS = 11 };

/* All that tells one identity from another. */
static void entra_texts(struct entra *id, str **out)
{
    str *all[ENTRA_TEXTS] = {
        &id->authority,     &id->cloud,       &id->tenant,
        &id->client_id,     &id->certificate, &id->client_secret,
        &id->algorithm,     &id->certificate_password,
        &id->env.client_id, &id->env.tenant,  &id->env.client_secret,
    };
    memcpy(out, all, sizeof all);
}

static void fill(struct credential *c, const void *from)
{
    const struct entra_how *given = from;
    struct arena *a = c->auths->arena;
    struct entra_how *how = NEW(a, struct entra_how);
    *how = *given;
    str *texts[ENTRA_TEXTS];
    entra_texts(&how->id, texts);
    how->scope = arena_str(a, how->scope);
    for (size_t i = 0; i < ENTRA_TEXTS; i++)
        *texts[i] = arena_str(a, *texts[i]);
    c->scheme = S("Bearer");
    c->fetch = fetch;
    c->how = how;
}

const struct http_auth *auth_entra(struct auths *s, const struct entra *id,
                                   str scope)
{
    struct entra_how how = { *id, scope };
    str *parts[ENTRA_TEXTS];
    struct buf key;
    buf_init(&key, MAX_BODY);
    buf_adds(&key, "entra ");
    for (size_t i = 0; i < id->nmethods; i++)
        buf_addf(&key, "%d,", id->methods[i]);
    entra_texts(&how.id, parts);
    for (size_t i = 0; i < ENTRA_TEXTS; i++) {
        buf_addf(&key, " %zu:", parts[i]->n);
        buf_add(&key, *parts[i]);
    }
    buf_addf(&key, " %d ", id->send_chain);
    buf_add(&key, scope);
    secrets_add(http_secrets(s->http), id->client_secret);
    secrets_add(http_secrets(s->http), id->certificate_password);
    secrets_add(http_secrets(s->http), id->env.client_secret);
    struct credential *c = auths_credential(s, buf_str(&key), fill, &how);
    explicit_bzero(key.p, key.n);
    buf_release(&key);
    return &c->auth;
}

/* auth_managed.c - the identity of the machine: virtual machine, App Service,
 * Cloud Shell, Arc.
 *
 * Called by: auth_entra.c. Source: Azure's description of managed identities.
 * The services are on the machine or its link: no proxy, no TLS. */
#include "managed.h"

#include <fcntl.h>
#include <unistd.h>

#include "auth_int.h"
#include "error_text.h"
#include "redact.h"
#include "url.h"

#define ARC_FOLDER "/var/opt/azcmagent/tokens/"

enum { MAX_URL = 64 << 10, MAX_ARC_KEY = 4096, MAX_TOKEN = 256 << 10 };
/* Outside Azure the address leads nowhere: that must be found out soon. */
enum { IMDS_MS = 2000 };

enum managed_kind managed_kind(const struct managed_env *e)
{
    if (e->identity_endpoint.n && e->identity_header.n)
        return e->identity_thumbprint.n ? MANAGED_FABRIC : MANAGED_APP_SERVICE;
    if (e->identity_endpoint.n && e->imds_endpoint.n)
        return MANAGED_ARC;
    if (e->msi_endpoint.n)
        return e->msi_secret.n ? MANAGED_APP_OLD : MANAGED_CLOUD_SHELL;
    return MANAGED_VM;
}

/* endpoint?api-version=V&resource=R[&ID=client] */
static str with_query(struct arena *a, str endpoint, const char *version,
                      str resource, const struct http_header *client)
{
    struct buf b;
    buf_init(&b, MAX_URL);
    buf_add(&b, endpoint);
    url_query(&b, "api-version", str_of(version));
    url_query(&b, "resource", resource);
    if (client->value.n)
        url_query(&b, client->name.p, client->value);
    str url = buf_take(&b, a);
    buf_release(&b);
    return url;
}

static str imds_url(struct arena *a, const struct managed_env *e)
{
    str host = e->pod_authority.n ? e->pod_authority
                                  : S("http://169.254.169.254");
    while (str_ends(host, S("/")))
        host.n--;
    return arena_fmt(a, "%.*s/metadata/identity/oauth2/token", STRF(host));
}

void managed_request(struct arena *a, const struct managed_env *e,
                     str resource, str client_id, struct managed_request *out)
{
    struct http_header client = { S("client_id"), client_id };
    struct http_header metadata = { S("Metadata"), S("true") };
    *out = (struct managed_request){ .kind = managed_kind(e) };
    switch (out->kind) {
    case MANAGED_APP_SERVICE:
        out->header = (struct http_header){ S("X-IDENTITY-HEADER"),
                                            e->identity_header };
        out->url = with_query(a, e->identity_endpoint, "2019-08-01", resource,
                              &client);
        break;
    case MANAGED_APP_OLD:
        client.name = S("clientid");
        out->header = (struct http_header){ S("secret"), e->msi_secret };
        out->url = with_query(a, e->msi_endpoint, "2017-09-01", resource,
                              &client);
        break;
    case MANAGED_CLOUD_SHELL: {
        struct buf b;
        buf_init(&b, MAX_URL);
        form_field(&b, "resource", resource);
        out->url = e->msi_endpoint;
        out->body = buf_take(&b, a);
        out->header = metadata;
        buf_release(&b);
        break;
    }
    case MANAGED_ARC:
        client.value = S(""); /* it has its own identity only */
        out->header = metadata;
        out->url = with_query(a, e->identity_endpoint, "2019-11-01", resource,
                              &client);
        break;
    case MANAGED_VM:
    case MANAGED_FABRIC:
        out->header = metadata;
        out->url = with_query(a, imds_url(a, e), "2018-02-01", resource,
                              &client);
        break;
    }
}

str managed_arc_file(struct arena *a, str challenge)
{
    str prefix = S("Basic realm=");
    if (!str_starts(challenge, prefix))
        return S("");
    str path = str_trim(str_sub(challenge, prefix.n, challenge.n));
    if (path.n > 1 && path.p[0] == '"' && path.p[path.n - 1] == '"')
        path = str_sub(path, 1, path.n - 1);
    str name = str_sub(path, sizeof ARC_FOLDER - 1, path.n);
    bool fits = str_starts(path, S(ARC_FOLDER)) && str_ends(name, S(".key")) &&
                str_find_char(name, '/') < 0 && str_find_char(name, 0) < 0;
    return fits ? arena_fmt(a, "%.*s", STRF(path)) : S("");
}

/* ---- asking ---- */

static str env(const char *name)
{
    const char *v = getenv(name);
    return v ? str_of(v) : S("");
}

static struct managed_env read_env(void)
{
    return (struct managed_env){
        .identity_endpoint = env("IDENTITY_ENDPOINT"),
        .identity_header = env("IDENTITY_HEADER"),
        .identity_thumbprint = env("IDENTITY_SERVER_THUMBPRINT"),
        .imds_endpoint = env("IMDS_ENDPOINT"),
        .msi_endpoint = env("MSI_ENDPOINT"),
        .msi_secret = env("MSI_SECRET"),
        .pod_authority = env("AZURE_POD_IDENTITY_AUTHORITY_HOST"),
    };
}

static enum status send_request(const struct entra_want *w,
                                const struct http_call *call,
                                const struct managed_request *m,
                                const struct http_header *more,
                                struct http_reply *reply)
{
    struct http_header headers[2] = { m->header };
    if (more)
        headers[1] = *more;
    struct http_request rq = {
        .url = m->url,
        .headers = headers,
        .nheaders = more ? 2 : 1,
        .body = m->body,
        .content_type = "application/x-www-form-urlencoded",
        .what = "managed identity",
        .max_body = MAX_TOKEN,
        .total_ms = m->kind == MANAGED_VM ? IMDS_MS : 0,
        .plain = true,
        .any_status = true,
        .direct = true,
        .link_local = true,
        .once = m->kind == MANAGED_VM && !w->id->nmethods,
        .secret_reply = true,
    };
    return http_send(w->auths->http, &rq, call, reply);
}

/* Arc proves that we may read a file of root's group. */
static enum status answer_challenge(const struct entra_want *w,
                                    const struct http_call *call,
                                    const struct managed_request *m,
                                    struct http_reply *reply)
{
    char key[MAX_ARC_KEY + 1];
    str path = managed_arc_file(
        call->arena, http_reply_header(reply, "www-authenticate"));
    if (!path.n)
        return http_fail(w->auths->http, call, DIAG_AUTH,
                         "managed identity: the challenge names no key file "
                         "below " ARC_FOLDER);
    int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : read(fd, key, sizeof key);
    if (fd >= 0)
        close(fd);
    if (n <= 0 || n > MAX_ARC_KEY)
        return http_fail(w->auths->http, call, DIAG_AUTH,
                         "managed identity: cannot read %s; members of the "
                         "group himds can",
                         path.p);
    str text = str_trim((str){ key, (size_t)n });
    secrets_add(http_secrets(w->auths->http), text);
    struct http_header h = { S("Authorization"),
                             arena_fmt(call->arena, "Basic %.*s",
                                       STRF(text)) };
    return send_request(w, call, m, &h, reply);
}

enum status entra_managed(const struct entra_want *w,
                          const struct http_call *call, struct token *out)
{
    struct managed_env e = read_env();
    struct managed_request m;
    struct http_reply reply;
    str resource = w->scope;
    if (str_ends(resource, S("/.default")))
        resource = str_sub(resource, 0, resource.n - strlen("/.default"));
    managed_request(call->arena, &e, resource, w->id->client_id, &m);
    if (m.kind == MANAGED_FABRIC)
        return http_fail(w->auths->http, call, DIAG_UNSUPPORTED,
                         "managed identity of Service Fabric is not "
                         "supported");
    secrets_add(http_secrets(w->auths->http), m.header.value);
    enum status st = send_request(w, call, &m, NULL, &reply);
    if (st == ST_OK && m.kind == MANAGED_ARC && reply.status == 401)
        st = answer_challenge(w, call, &m, &reply);
    if (st != ST_OK)
        return st;
    if (reply.status == 200 &&
        oauth_token_parse(call->arena, reply.body, auth_now(), out))
        return ST_OK;
    struct http_error err;
    http_error_parse(call->arena, reply.body, &err);
    return http_fail(w->auths->http, call, DIAG_AUTH,
                     "managed identity answers %ld %.*s: %.*s", reply.status,
                     STRF(err.code), STRF(err.message));
}

/* auth.h - credentials: made from configuration, attached to requests.
 *
 * Called by: providers. A struct auths belongs to a session and keeps every
 * token; what the functions give is borrowed and lives as long as it. Asking
 * twice for the same gives the same, so that tokens are shared: one request
 * fetches a token, all others wait for it. Tokens are renewed five minutes
 * before they expire, and once after a 401. Everything learnt is added to the
 * secrets of the client.
 *
 *     const struct http_auth *auth = auth_entra(auths, &identity, scope);
 *     struct http_request rq = { .url = url, .auth = auth };
 */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "cloud.h"
#include "http.h"

struct auths;

struct auths *auths_new(struct http *h);
void auths_free(struct auths *s); /* NULL is fine */
/* Drops all tokens in memory; the next request signs in again. */
void auths_forget(struct auths *s);
/* Where refresh tokens of device sign-ins are kept (mode 0600); "": nowhere. */
void auths_set_cache(struct auths *s, str path);

/* ---- the same header every time ---- */

const struct http_auth *auth_header(struct auths *s, str name, str value);
/* Authorization: SCHEME TOKEN; "Bearer", "ApiKey" (Elastic), "Splunk". */
const struct http_auth *auth_token(struct auths *s, str scheme, str token);
const struct http_auth *auth_basic(struct auths *s, str user, str password);

/* ---- signing in ---- */

/* Splunk's session key of a user, from POST {base}/services/auth/login. */
struct splunk_login {
    str base;     /* "https://host:8089" */
    str user, password;
    str ca_file;
    bool plain;   /* the base is http:// on purpose */
};
const struct http_auth *auth_splunk(struct auths *s,
                                    const struct splunk_login *l);

/* Ways to get a token from Entra ID, by msticpy's names where it has one. */
enum entra_method {
    ENTRA_NONE,
    ENTRA_SECRET,      /* "clientsecret": id and secret of an application */
    ENTRA_CERTIFICATE, /* "certificate" */
    ENTRA_WORKLOAD,    /* "workload": AZURE_FEDERATED_TOKEN_FILE */
    ENTRA_ENV,         /* "env": AZURE_CLIENT_ID and its kin */
    ENTRA_MANAGED,     /* "msi": the identity of the machine */
    ENTRA_CLI,         /* "cli": whoever is signed in with az */
    ENTRA_DEVICE,      /* "devicecode": a code to be typed elsewhere */
};
enum { ENTRA_METHODS = 8 };
/* ENTRA_NONE: no such way; "vscode", "powershell" and "interactive" are not. */
enum entra_method entra_method_find(str name);
const char *entra_method_name(enum entra_method m);

struct entra {
    /* Tried in this order until one works. None: a secret when there is one,
     * else a certificate, else env, workload, msi, cli, devicecode. */
    enum entra_method methods[ENTRA_METHODS];
    size_t nmethods;
    str authority;   /* "" that of AZURE_AUTHORITY_HOST or of the cloud */
    str cloud;       /* cloud_find's name */
    str tenant;      /* "" that of AZURE_TENANT_ID, "organizations" */
    str client_id;   /* "" for az, msi, devicecode */
    str client_secret;
    str certificate; /* path of a PEM or PKCS #12 file with its key */
    str certificate_password;
    str algorithm;   /* "PS256", "RS256" for old servers; "" PS256 */
    bool send_chain; /* SendCertificateChain */
    /* What stands for AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET. */
    struct {
        str tenant, client_id, client_secret;
    } env;
};

/* `scope` as of v2: "https://api.loganalytics.io/.default". */
const struct http_auth *auth_entra(struct auths *s, const struct entra *id,
                                   str scope);

/* Signs in now, so that a wrong secret is told when a connection is opened. */
enum status auth_check(const struct http_auth *a, struct http *h,
                       const struct http_call *call);

#endif

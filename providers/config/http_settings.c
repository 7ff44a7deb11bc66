/* http_settings.c - proxy, certificates and times, from the settings and the
 * environment to the HTTP client.
 *
 * Called by: config.c after each reading. */
#include "config_int.h"

/* Seconds of a setting as milliseconds; refused outside 1 … an hour. */
static bool seconds(const struct config *c, const char *path, uint32_t *ms,
                    struct diags *ds)
{
    const struct yaml_node *n = config_at(c, path);
    int64_t v = 0;
    if (yaml_is_null(n))
        return true;
    if (!config_long(c, n, &v, ds))
        return false;
    if (v < 1 || v > 3600) {
        diag_error(ds, DIAG_CONFIG, NO_SPAN, "%.*s must be 1 to 3600 seconds",
                   STRF(config_place(c, ds->arena, n)));
        return false;
    }
    *ms = (uint32_t)v * 1000;
    return true;
}

static bool read_tries(const struct config *c, struct http_options *o,
                       struct diags *ds)
{
    const struct yaml_node *n = config_at(c, "Http.Tries");
    int64_t v = 0;
    if (yaml_is_null(n))
        return true;
    if (!config_long(c, n, &v, ds))
        return false;
    if (v < 1 || v > 20) {
        diag_error(ds, DIAG_CONFIG, NO_SPAN, "%.*s must be 1 to 20",
                   STRF(config_place(c, ds->arena, n)));
        return false;
    }
    o->retry = (struct retry_policy){ (unsigned)v, v < 3 ? (unsigned)v : 3,
                                      500, 60000 };
    return true;
}

/* msticpy's Proxies: one for https is what we need. */
static const struct yaml_node *old_proxy(const struct config *c)
{
    const struct yaml_node *p = config_at(c, "msticpy.Proxies.https");
    return p ? p : config_at(c, "msticpy.Proxies.http");
}

/* Only secrets that need no network: the network is what is set up here. */
static enum status proxy_secret(struct config *c, const struct yaml_node *n,
                                const struct http_call *call, str *out)
{
    struct secret_ref ref;
    secret_ref(call->arena, n, &ref);
    if (ref.kind != SECRET_VAULT)
        return config_secret(c, n, call, out);
    diag_error(call->ds, DIAG_CONFIG, NO_SPAN,
               "%.*s cannot come from a Key Vault, which is behind the proxy",
               STRF(config_place(c, call->arena, n)));
    return ST_ENV;
}

static enum status read_proxy(struct config *c, struct http_options *o,
                              const struct http_call *call)
{
    const struct yaml_node *http = config_at(c, "Http"), *old = old_proxy(c);
    const struct yaml_node *user = yaml_get(http, "ProxyUser");
    const struct yaml_node *password = yaml_get(http, "ProxyPassword");
    if (!config_text(c, yaml_get(old, "Url"), &o->proxy, call->ds) ||
        !config_text(c, yaml_get(http, "Proxy"), &o->proxy, call->ds))
        return ST_ENV;
    enum status st = proxy_secret(
        c, user ? user : yaml_get(old, "UserName"), call, &o->proxy_user);
    if (st == ST_OK)
        st = proxy_secret(c, password ? password : yaml_get(old, "Password"),
                          call, &o->proxy_password);
    return st;
}

/* What other tools of an analyst already listen to. */
static str usual_ca_file(void)
{
    static const char *const names[] = { "REQUESTS_CA_BUNDLE",
                                         "CURL_CA_BUNDLE", "SSL_CERT_FILE" };
    str path = S("");
    for (size_t i = 0; i < 3 && !path.n; i++)
        path = config_env(names[i]);
    return path;
}

static str token_cache(const struct config *c, struct arena *a,
                       struct diags *ds)
{
    str path = S("");
    str cache = config_env("XDG_CACHE_HOME"), home = config_env("HOME");
    (void)config_text(c, config_at(c, "Azure.token_cache"), &path, ds);
    if (path.n)
        return str_eqz(path, "none") ? S("") : config_path(a, path);
    if (cache.n)
        return arena_fmt(a, "%.*s/shikra/tokens.json", STRF(cache));
    return home.n ? arena_fmt(a, "%.*s/.cache/shikra/tokens.json", STRF(home))
                  : S("");
}

enum status config_apply(struct config *c, struct diags *ds)
{
    struct http_call call = { .arena = ds->arena, .ds = ds };
    struct http_options o = {
        .ca_file = usual_ca_file(),
        .record = config_env("SHIKRA_HTTP_RECORD"),
        .replay = config_env("SHIKRA_HTTP_REPLAY"),
    };
    if (!config_text(c, config_at(c, "Http.CaFile"), &o.ca_file, ds) ||
        !seconds(c, "Http.ConnectSeconds", &o.connect_ms, ds) ||
        !seconds(c, "Http.IdleSeconds", &o.idle_ms, ds) ||
        !seconds(c, "Http.TotalSeconds", &o.total_ms, ds) ||
        !read_tries(c, &o, ds))
        return ST_ENV;
    o.ca_file = config_path(ds->arena, o.ca_file);
    enum status st = read_proxy(c, &o, &call);
    if (st == ST_OK && !http_configure(c->http, &o, ds))
        st = ST_ENV;
    if (st == ST_OK)
        auths_set_cache(c->auths, token_cache(c, ds->arena, ds));
    return st;
}

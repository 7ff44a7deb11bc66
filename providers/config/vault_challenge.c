/* vault_challenge.c - reads a challenge, and trusts it no further than needed.
 *
 * Called by: key_vault.c, tests. Source: Azure's description of how one signs
 * in to a Key Vault. A server that is no vault could name the resource that it
 * wants a token for; so the resource must be the vault's own domain. */
#include "vault_challenge.h"

#include "providers/http/url.h"

enum { MAX_SCOPE = 4096 };

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The value of a parameter, with or without quotes; "" when there is none. */
static str parameter(str header, const char *name)
{
    size_t n = strlen(name);
    for (size_t at = 0; at + n < header.n; at++) {
        bool begins = at == 0 || !is_name(header.p[at - 1]);
        if (!begins || header.p[at + n] != '=' ||
            !str_ieqz(str_sub(header, at, at + n), name))
            continue;
        str v = str_sub(header, at + n + 1, header.n);
        bool quoted = v.n && v.p[0] == '"';
        if (quoted)
            v = str_sub(v, 1, v.n);
        size_t end = 0;
        while (end < v.n && v.p[end] != '"' &&
               (quoted || (v.p[end] != ',' && v.p[end] != ' ')))
            end++;
        return str_sub(v, 0, end);
    }
    return S("");
}

static str either(str header, const char *name, const char *other)
{
    str v = parameter(header, name);
    return v.n ? v : parameter(header, other);
}

/* The first part of the path of the address where one signs in. */
static str tenant_of(str address)
{
    struct url u;
    if (!url_parse(address, &u) || u.path.n < 2)
        return S("");
    str path = str_sub(u.path, 1, u.path.n);
    size_t n = 0;
    while (n < path.n && (is_name(path.p[n]) || path.p[n] == '-' ||
                          path.p[n] == '.' ||
                          (path.p[n] >= '0' && path.p[n] <= '9')))
        n++;
    return n == path.n || path.p[n] == '/' ? str_sub(path, 0, n) : S("");
}

static str scope_of(struct arena *a, str header)
{
    str resource = parameter(header, "resource");
    while (str_ends(resource, S("/")))
        resource.n--;
    return resource.n ? arena_fmt(a, "%.*s/.default", STRF(resource))
                      : arena_str(a, parameter(header, "scope"));
}

/* The host of the scope is that of the address, or a domain above it. */
static bool is_own(str scope, str url)
{
    struct url want, have;
    if (scope.n > MAX_SCOPE || !url_parse(scope, &want) ||
        !url_parse(url, &have) || !want.host.n || want.host.n > have.host.n)
        return false;
    size_t at = have.host.n - want.host.n;
    return str_ieq(str_sub(have.host, at, have.host.n), want.host) &&
           (at == 0 || have.host.p[at - 1] == '.');
}

bool vault_challenge_parse(struct arena *a, str header, str url,
                           struct vault_challenge *out, struct buf *why)
{
    *out = (struct vault_challenge){ .tenant = S("") };
    if (header.n < 7 || !str_ieqz(str_sub(header, 0, 7), "bearer ")) {
        buf_adds(why, "it does not say where to sign in");
        return false;
    }
    out->tenant = arena_str(a, tenant_of(either(header, "authorization",
                                                "authorization_uri")));
    out->scope = scope_of(a, header);
    if (!out->tenant.n) {
        buf_adds(why, "it does not say which tenant signs in");
        return false;
    }
    if (!is_own(out->scope, url)) {
        buf_addf(why,
                 "it asks for a token for '%.*s', which is not its own "
                 "domain: none is sent",
                 STRF(out->scope));
        return false;
    }
    return true;
}

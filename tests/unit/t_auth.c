/* t_auth.c - signing in, against a strict server on the loopback. */
#include "t.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "auth_desk.h"

static const struct http_auth *by(struct desk *d, enum entra_method m,
                                  const char *tenant)
{
    return by_way(d, m, tenant, "https://vault.test/.default");
}

static const struct http_auth *by_secret(struct desk *d, const char *tenant)
{
    struct entra id = identity(d, tenant);
    id.client_secret = rig_fact("secret");
    return auth_entra(d->auths, &id, S("https://vault.test/.default"));
}

TEST(a_secret_signs_in_once_for_all)
{
    struct desk d;
    open_desk(&d);
    const struct http_auth *a = by_secret(&d, "t1");
    CHECK(a == by_secret(&d, "t1") && a != by_secret(&d, "t2"));
    CHECK(use(&d, a) == ST_OK);
    CHECK(use(&d, a) == ST_OK);
    CHECK(counted(&d, "t1%20token") == 1);
    auths_forget(d.auths);
    CHECK(use(&d, a) == ST_OK);
    CHECK(counted(&d, "t1%20token") == 2);
    close_desk(&d);
}

TEST(tokens_are_renewed_before_they_expire_and_after_a_401)
{
    struct desk d;
    struct timespec second = { 1, 100000000 };
    open_desk(&d);
    const struct http_auth *a = by_secret(&d, "short");
    CHECK(use(&d, a) == ST_OK);
    nanosleep(&second, NULL); /* past half of its two seconds */
    CHECK(use(&d, a) == ST_OK);
    CHECK(counted(&d, "short%20token") == 2);

    a = by_secret(&d, "revoked");
    CHECK(use(&d, a) == ST_OK);
    struct http_request rq = { .url = rig_url(&d.rig, "http", "/revoke") };
    CHECK(http_send(d.rig.http, &rq, &d.rig.call, &d.rig.reply) == ST_OK);
    CHECK(use(&d, a) == ST_OK);
    CHECK(counted(&d, "revoked%20token") == 2);
    close_desk(&d);
}

static void *use_in_thread(void *ctx)
{
    struct desk *d = ctx;
    struct arena *arena = arena_new();
    struct diags ds;
    diags_init(&ds, arena);
    struct http_call call = { .arena = arena, .ds = &ds };
    struct http_request rq = {
        .url = arena_fmt(arena, "%.*s/api", STRF(d->authority)),
        .auth = by_secret(d, "crowd"),
    };
    struct http_reply reply;
    CHECK(http_send(d->rig.http, &rq, &call, &reply) == ST_OK);
    arena_free(arena);
    return NULL;
}

TEST(one_thread_fetches_for_all)
{
    struct desk d;
    pthread_t t[6];
    open_desk(&d);
    for (int i = 0; i < 6; i++)
        pthread_create(&t[i], NULL, use_in_thread, &d);
    for (int i = 0; i < 6; i++)
        pthread_join(t[i], NULL);
    CHECK(counted(&d, "crowd%20token") == 1);
    close_desk(&d);
}

static void *fail_in_thread(void *ctx)
{
    struct desk *d = ctx;
    struct arena *arena = arena_new();
    struct diags ds;
    diags_init(&ds, arena);
    struct http_call call = { .arena = arena, .ds = &ds };
    struct entra id = identity(d, "locked");
    id.client_secret = S("wrong-secret-value");
    CHECK(auth_check(auth_entra(d->auths, &id, S("x/.default")), d->rig.http,
                     &call) == ST_ENV);
    CHECK(ds.nerrors == 1 &&
          str_find(ds.list.v[0].message, S("invalid_client")) > 0);
    arena_free(arena);
    return NULL;
}

TEST(a_wrong_secret_is_tried_once_for_all_who_wait)
{
    struct desk d;
    pthread_t t[6];
    open_desk(&d);
    for (int i = 0; i < 6; i++)
        pthread_create(&t[i], NULL, fail_in_thread, &d);
    for (int i = 0; i < 6; i++)
        pthread_join(t[i], NULL);
    CHECK(counted(&d, "locked%20token") < 4); /* who comes late tries, too */
    close_desk(&d);
}

TEST(an_application_needs_its_tenant)
{
    struct desk d;
    open_desk(&d);
    const struct http_auth *a = by_secret(&d, "");
    CHECK(auth_check(a, d.rig.http, &d.rig.call) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "TenantId is not set"));
    close_desk(&d);
}

TEST(a_wrong_secret_is_told_without_showing_it)
{
    struct desk d;
    open_desk(&d);
    struct entra id = identity(&d, "t1");
    id.client_secret = S("wrong-secret-value");
    const struct http_auth *a = auth_entra(d.auths, &id, S("x/.default"));
    CHECK(auth_check(a, d.rig.http, &d.rig.call) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH,
                   "tenant t1 answers 401 invalid_client: AADSTS700016: bad "
                   "secret ***"));
    CHECK(str_find(d.rig.ds.list.v[0].hint, S("secret's value")) >= 0);
    id.client_id = S("app-2");
    a = auth_entra(d.auths, &id, S("x/.default"));
    CHECK(auth_check(a, d.rig.http, &d.rig.call) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "unauthorized_client"));
    close_desk(&d);
}

static enum status with_certificate(struct desk *d, const char *file,
                                    const char *password)
{
    struct entra id = identity(d, "cert");
    id.certificate = arena_fmt(d->rig.arena, "%.*s/%s", STRF(rig_fact("dir")),
                               file);
    id.certificate_password = str_of(password);
    return use(d, auth_entra(d->auths, &id, S("https://vault.test/.default")));
}

TEST(a_certificate_signs_in)
{
    struct desk d;
    open_desk(&d);
    CHECK(with_certificate(&d, "both.pem", "") == ST_OK);
    CHECK(with_certificate(&d, "rsa.pfx", "pfx-password") == ST_OK);
    CHECK(d.rig.ds.nerrors == 0);
    CHECK(with_certificate(&d, "rsa.pfx", "wrong-password") == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "is the password right?"));
    CHECK(with_certificate(&d, "rsa.pem", "") == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "must hold a private key"));
    CHECK(with_certificate(&d, "nothing.pem", "") == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "No such file"));
    CHECK(with_certificate(&d, "ca.pem", "") == ST_ENV);
    close_desk(&d);
}

TEST(a_certificate_signs_for_old_servers_too)
{
    struct desk d;
    open_desk(&d);
    struct entra id = identity(&d, "old");
    id.certificate = arena_fmt(d.rig.arena, "%.*s/both.pem",
                               STRF(rig_fact("dir")));
    CHECK(use(&d, auth_entra(d.auths, &id, S("s/.default"))) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "assertion: header"));
    id.algorithm = S("RS256");
    CHECK(use(&d, auth_entra(d.auths, &id, S("s/.default"))) == ST_OK);
    close_desk(&d);
}

TEST(a_workload_identity_signs_in)
{
    struct desk d;
    open_desk(&d);
    str file = arena_fmt(d.rig.arena, "%.*s/federated", STRF(rig_fact("dir")));
    setenv("AZURE_FEDERATED_TOKEN_FILE", file.p, 1);
    CHECK(use(&d, by(&d, ENTRA_WORKLOAD, "workload")) == ST_OK);
    unsetenv("AZURE_FEDERATED_TOKEN_FILE");
    auths_forget(d.auths);
    CHECK(use(&d, by(&d, ENTRA_WORKLOAD, "workload")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "AZURE_FEDERATED_TOKEN_FILE is not"));
    close_desk(&d);
}

TEST(the_environment_signs_in)
{
    struct desk d;
    open_desk(&d);
    setenv("AZURE_CLIENT_ID", "app-1", 1);
    str secret = arena_fmt(d.rig.arena, "%.*s", STRF(rig_fact("secret")));
    setenv("AZURE_CLIENT_SECRET", secret.p, 1);
    CHECK(use(&d, by(&d, ENTRA_ENV, "t-env")) == ST_OK);
    unsetenv("AZURE_CLIENT_ID");
    unsetenv("AZURE_CLIENT_SECRET");
    close_desk(&d);
}

TEST(the_machine_signs_in)
{
    struct desk d;
    open_desk(&d);
    setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", d.authority.p, 1);
    CHECK(use(&d, by(&d, ENTRA_MANAGED, "m1")) == ST_OK);
    unsetenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    str endpoint = arena_fmt(d.rig.arena, "%.*s/app/service",
                             STRF(d.authority));
    setenv("IDENTITY_ENDPOINT", endpoint.p, 1);
    setenv("IDENTITY_HEADER", "app-header-1", 1);
    CHECK(use(&d, by(&d, ENTRA_MANAGED, "m2")) == ST_OK);
    setenv("IDENTITY_HEADER", "another-header", 1);
    CHECK(use(&d, by(&d, ENTRA_MANAGED, "m3")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH,
                   "managed identity answers 400 bad_request_102"));
    unsetenv("IDENTITY_ENDPOINT");
    unsetenv("IDENTITY_HEADER");
    close_desk(&d);
}

static void with_az(struct desk *d, const char *mode)
{
    str path = arena_fmt(d->rig.arena, "%.*s:%s", STRF(rig_fact("dir")),
                         getenv("PATH"));
    setenv("PATH", path.p, 1);
    setenv("AZ_MODE", mode, 1);
}

TEST(the_azure_cli_signs_in)
{
    struct desk d;
    open_desk(&d);
    str path = arena_fmt(d.rig.arena, "%s", getenv("PATH"));
    with_az(&d, "");
    CHECK(auth_check(by(&d, ENTRA_CLI, "tenant-1"), d.rig.http,
                     &d.rig.call) == ST_OK);
    with_az(&d, "fail");
    CHECK(auth_check(by(&d, ENTRA_CLI, "tenant-2"), d.rig.http,
                     &d.rig.call) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "Please run 'az login'"));
    CHECK(auth_check(by(&d, ENTRA_CLI, "x; rm -rf /"), d.rig.http,
                     &d.rig.call) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "not handed to az"));
    setenv("PATH", "/nowhere", 1);
    CHECK(auth_check(by(&d, ENTRA_CLI, "tenant-3"), d.rig.http,
                     &d.rig.call) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "is it installed?"));
    setenv("PATH", path.p, 1);
    close_desk(&d);
}

static void *cancel_later(void *ctx)
{
    struct timespec nap = { 0, 300 * 1000000L };
    nanosleep(&nap, NULL);
    atomic_store((atomic_bool *)ctx, true);
    return NULL;
}

TEST(a_cli_that_hangs_can_be_cancelled)
{
    struct desk d;
    pthread_t t;
    open_desk(&d);
    str path = arena_fmt(d.rig.arena, "%s", getenv("PATH"));
    with_az(&d, "hang");
    pthread_create(&t, NULL, cancel_later, &d.rig.cancel);
    int64_t began = rig_ms();
    CHECK(auth_check(by(&d, ENTRA_CLI, "tenant-1"), d.rig.http,
                     &d.rig.call) == ST_CANCELLED);
    CHECK(rig_ms() - began < 4000);
    pthread_join(t, NULL);
    setenv("PATH", path.p, 1);
    close_desk(&d);
}

/* ---- device code ---- */

TEST(a_code_signs_in_and_is_remembered)
{
    struct desk d;
    struct stat st;
    open_desk(&d);
    str cache = arena_fmt(d.rig.arena, "%.*s/deep/er/tokens.json",
                          STRF(rig_fact("dir")));
    auths_set_cache(d.auths, cache);
    CHECK(use(&d, by(&d, ENTRA_DEVICE, "pend")) == ST_OK);
    CHECK(str_find(buf_str(&d.rig.lines),
                   S("open https://example.test/device in a browser and "
                     "enter the code ABCD1234")) >= 0);
    CHECK(counted(&d, "polls%20pend") == 3);
    CHECK(stat(cache.p, &st) == 0 && (st.st_mode & 0777) == 0600);

    /* Another session, in which nobody can be asked. */
    struct desk other;
    open_desk(&other);
    auths_set_cache(other.auths, cache);
    other.rig.call.status = NULL;
    CHECK(use(&other, by(&other, ENTRA_DEVICE, "pend")) == ST_OK);
    auths_forget(other.auths); /* the refresh token was replaced by a new one */
    CHECK(use(&other, by(&other, ENTRA_DEVICE, "pend")) == ST_OK);
    CHECK(counted(&d, "polls%20pend") == 3);
    close_desk(&other);
    close_desk(&d);
}

TEST(a_token_file_that_others_may_read_is_not_used)
{
    struct desk d;
    open_desk(&d);
    str cache = arena_fmt(d.rig.arena, "%.*s/wide.json",
                          STRF(rig_fact("dir")));
    int fd = open(cache.p, O_CREAT | O_WRONLY, 0644);
    CHECK(write(fd, "{}", 2) == 2 && fchmod(fd, 0644) == 0);
    close(fd);
    auths_set_cache(d.auths, cache);
    d.rig.call.status = NULL;
    CHECK(use(&d, by(&d, ENTRA_DEVICE, "pend")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_POLICY, "others may read it"));
    CHECK(rig_said(&d.rig, DIAG_AUTH, "can only be shown to a person"));
    close_desk(&d);
}

TEST(a_declined_or_expired_code_is_told)
{
    struct desk d;
    open_desk(&d);
    CHECK(use(&d, by(&d, ENTRA_DEVICE, "decline")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "was declined"));
    CHECK(use(&d, by(&d, ENTRA_DEVICE, "expire")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "nobody signed in"));
    close_desk(&d);
}

/* ---- several ways ---- */

TEST(ways_are_tried_in_their_order)
{
    struct desk d;
    open_desk(&d);
    struct entra id = identity(&d, "order");
    id.methods[0] = ENTRA_WORKLOAD;
    id.methods[1] = ENTRA_SECRET;
    id.nmethods = 2;
    id.client_secret = rig_fact("secret");
    CHECK(use(&d, auth_entra(d.auths, &id, S("s/.default"))) == ST_OK);
    CHECK(d.rig.ds.nerrors == 0);
    id.client_secret = S("wrong-secret-value");
    CHECK(use(&d, auth_entra(d.auths, &id, S("s/.default"))) == ST_ENV);
    CHECK(d.rig.ds.nerrors == 1);
    CHECK(rig_said(&d.rig, DIAG_AUTH,
                   "workload: AZURE_FEDERATED_TOKEN_FILE is not set; "
                   "clientsecret: sign-in to tenant order answers 401"));
    close_desk(&d);
}

TEST(an_unknown_cloud_is_told)
{
    struct desk d;
    open_desk(&d);
    struct entra id = { .cloud = S("moon"), .tenant = S("t"),
                        .client_id = S("x"), .client_secret = S("y1234567") };
    CHECK(use(&d, auth_entra(d.auths, &id, S("s"))) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_CONFIG, "no cloud 'moon'"));
    close_desk(&d);
}

/* ---- others ---- */

TEST(splunk_gives_a_session_key)
{
    struct desk d;
    open_desk(&d);
    struct splunk_login l = { .base = d.authority, .user = S("ana"),
                              .password = rig_fact("secret") };
    const struct http_auth *a = auth_splunk(d.auths, &l);
    CHECK(use(&d, a) == ST_OK);
    CHECK(str_find(d.rig.reply.body, S("\"Splunk\"")) > 0);
    struct http_request rq = { .url = rig_url(&d.rig, "http", "/revoke") };
    CHECK(http_send(d.rig.http, &rq, &d.rig.call, &d.rig.reply) == ST_OK);
    CHECK(use(&d, a) == ST_OK); /* signed in anew after the 401 */
    l.password = S("another-password");
    CHECK(use(&d, auth_splunk(d.auths, &l)) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "401 WARN: Login failed"));
    close_desk(&d);
}

static void carries(const struct http_auth *a, struct desk *d,
                    const char *name, const char *want)
{
    struct http_signing s = { .http = d->rig.http, .call = &d->rig.call };
    CHECK(a->sign(a, &s) == ST_OK && s.headers.n == 1);
    CHECK_STR(s.headers.v[0].name, name);
    CHECK_STR(s.headers.v[0].value, want);
}

TEST(fixed_credentials_are_headers)
{
    struct desk d;
    open_desk(&d);
    carries(auth_basic(d.auths, S("elastic"), S("pass:word")), &d,
            "Authorization", "Basic ZWxhc3RpYzpwYXNzOndvcmQ=");
    carries(auth_token(d.auths, S("ApiKey"), S("abc==")), &d, "Authorization",
            "ApiKey abc==");
    carries(auth_header(d.auths, S("x-apikey"), S("vt-key-1")), &d,
            "x-apikey", "vt-key-1");
    CHECK(secrets_in(d.rig.secrets, S("pass:word")));
    CHECK(secrets_in(d.rig.secrets, S("ZWxhc3RpYzpwYXNzOndvcmQ=")));
    close_desk(&d);
}

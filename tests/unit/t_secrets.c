/* t_secrets.c - secrets of a Key Vault and of the keyring.
 *
 * The vault and the sign-in are a strict server on the loopback; the keyring is
 * libsecret's own encrypted file, where libsecret is installed. */
#include "t.h"

#include <dlfcn.h>

#include "http_rig.h"
#include "providers/config/config_int.h"
#include "providers/config/vault_challenge.h"
#include "providers/services.h"

struct safe {
    struct rig rig; /* for the server's facts */
    struct remote_services *s;
    str file;
};

/* The vault is below `path` of the server; `tenant` is what the settings say of
 * it. */
static void open_vault(struct safe *s, const char *tenant, const char *path,
                       const char *more)
{
    rig_start("tests/providers/oauthd.py");
    rig_init(&s->rig);
    s->s = services_new();
    s->file = arena_fmt(s->rig.arena, "%.*s/settings.yaml",
                        STRF(rig_fact("dir")));
    str url = rig_url(&s->rig, "http", "");
    str text = arena_fmt(
        s->rig.arena,
        "Azure: {authority_host: '%.*s', auth_methods: [env],\n"
        "  token_cache: none}\nHttp: {Proxy: none}\n"
        "KeyVault: {%sVaultName: hunting, VaultUrl: '%.*s%s'}\n"
        "TIProviders:\n  OTX: {Args: {AuthKey: {KeyVault: }}}\n"
        "  B: {Args: {AuthKey: {KeyVault: plain name}}}\n"
        "  C: {Args: {AuthKey: {KeyVault: missing}}}\n%s",
        STRF(url), tenant, STRF(url), path, more);
    int fd = open(s->file.p, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    CHECK(write(fd, text.p, text.n) == (ssize_t)text.n);
    close(fd);
    setenv("MSTICPYCONFIG", s->file.p, 1);
    setenv("AZURE_CLIENT_ID", "app-1", 1);
    str secret = arena_fmt(s->rig.arena, "%.*s", STRF(rig_fact("secret")));
    setenv("AZURE_CLIENT_SECRET", secret.p, 1);
    CHECK(config_open(s->s->config, &s->rig.ds) == ST_OK);
}

static void open_safe(struct safe *s, const char *more)
{
    open_vault(s, "TenantId: t-vault, ", "", more);
}

static void close_safe(struct safe *s)
{
    services_free(s->s);
    rig_release(&s->rig);
}

static enum status get_secret(struct safe *s, const char *path, str *out)
{
    return config_secret(s->s->config, config_at(s->s->config, path),
                         &s->rig.call, out);
}

TEST(a_vault_gives_secrets)
{
    struct safe s;
    str v;
    open_safe(&s, "");
    CHECK(get_secret(&s, "TIProviders.OTX.Args.AuthKey", &v) == ST_OK);
    CHECK_STR(v, "vault-value-of-otx"); /* named by its path */
    CHECK(get_secret(&s, "TIProviders.B.Args.AuthKey", &v) == ST_OK);
    CHECK_STR(v, "vault-value-of-plain"); /* blanks became dashes */
    CHECK(secrets_in(s.s->secrets, S("vault-value-of-plain")));
    CHECK(s.rig.ds.nerrors == 0);
    CHECK(get_secret(&s, "TIProviders.C.Args.AuthKey", &v) == ST_ENV);
    CHECK(rig_said(&s.rig, DIAG_HTTP, "404 SecretNotFound"));
    close_safe(&s);
}

/* ---- where to sign in ---- */

static int counted(struct safe *s, const char *what)
{
    struct http_request rq = {
        .url = arena_fmt(s->rig.arena, "%.*s/count?of=%s",
                         STRF(rig_url(&s->rig, "http", "")), what),
    };
    struct http_reply reply;
    if (http_send(s->rig.http, &rq, &s->rig.call, &reply) != ST_OK)
        return -1;
    return (int)strtol(reply.body.p + strlen("{\"n\": "), NULL, 10);
}

TEST(a_vault_says_where_to_sign_in)
{
    static const struct {
        const char *tenant, *path;
    } good[] = { { "", "" },
                 { "", "/old" },
                 { "TenantId: elsewhere, ", "" } };
    for (size_t i = 0; i < 3; i++) {
        struct safe s;
        str v;
        open_vault(&s, good[i].tenant, good[i].path, "");
        CHECK(get_secret(&s, "TIProviders.OTX.Args.AuthKey", &v) == ST_OK);
        CHECK_STR(v, "vault-value-of-otx");
        CHECK(s.rig.ds.nerrors == 0);
        close_safe(&s);
    }
}

TEST(no_token_for_others_is_sent_on_the_word_of_a_vault)
{
    struct safe s;
    str v;
    open_vault(&s, "", "/evil", "");
    int tokens = counted(&s, "t-vault%20token");
    CHECK(get_secret(&s, "TIProviders.OTX.Args.AuthKey", &v) == ST_ENV);
    CHECK(rig_said(&s.rig, DIAG_AUTH,
                   "asks for a token for 'https://graph.microsoft.com/"
                   ".default', which is not its own domain"));
    CHECK(counted(&s, "t-vault%20token") == tokens);
    close_safe(&s);
    open_vault(&s, "", "/mute", "");
    CHECK(get_secret(&s, "TIProviders.OTX.Args.AuthKey", &v) == ST_ENV);
    CHECK(rig_said(&s.rig, DIAG_AUTH, "does not say where to sign in"));
    close_safe(&s);
    open_vault(&s, "TenantId: elsewhere, ", "/evil", "");
    int asked = counted(&s, "vault%20requests");
    CHECK(get_secret(&s, "TIProviders.OTX.Args.AuthKey", &v) == ST_ENV);
    CHECK(rig_said(&s.rig, DIAG_AUTH, "401 Unauthorized: AKV10032"));
    CHECK(counted(&s, "vault%20requests") - asked <= 2);
    close_safe(&s);
}

static bool challenge(const char *header, const char *url,
                      struct vault_challenge *ch, struct arena *a)
{
    struct buf why;
    buf_init(&why, 4096);
    bool ok = vault_challenge_parse(a, str_of(header), str_of(url), ch, &why);
    CHECK(ok == (why.n == 0));
    buf_release(&why);
    return ok;
}

TEST(challenges_are_read_in_all_their_forms)
{
    struct arena *a = arena_new();
    struct vault_challenge ch;
    const char *vault = "https://v.vault.azure.net/secrets/x?api-version=7.4";
    CHECK(challenge("Bearer authorization=\"https://login.windows.net/T-1\","
                    " resource=\"https://vault.azure.net/\"", vault, &ch, a));
    CHECK_STR(ch.tenant, "T-1");
    CHECK_STR(ch.scope, "https://vault.azure.net/.default");
    CHECK(challenge("bearer scope=https://vault.azure.net/.default,"
                    "authorization_uri=https://login.windows.net/t.x/y", vault,
                    &ch, a));
    CHECK_STR(ch.tenant, "t.x");
    CHECK_STR(ch.scope, "https://vault.azure.net/.default");
    static const char *const bad[] = {
        "", "Bearer", "Bearer ", "Basic realm=x",
        "Bearer authorization=\"https://login.windows.net\", "
        "resource=\"https://vault.azure.net\"",
        "Bearer authorization=\"https://login.windows.net/a%2f\", "
        "resource=\"https://vault.azure.net\"",
        "Bearer authorization=\"https://login.windows.net/t\"",
        "Bearer authorization=\"https://login.windows.net/t\", "
        "resource=\"https://evilvault.azure.net\"",
        "Bearer authorization=\"https://login.windows.net/t\", "
        "resource=\"https://ault.azure.net\"",
        "Bearer authorization=\"https://login.windows.net/t\", "
        "resource=\"https://x.v.vault.azure.net\"",
        "Bearer authorization=\"https://login.windows.net/t, resource=\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!challenge(bad[i], vault, &ch, a));
    arena_free(a);
}

static str read_file(struct safe *s, const char *path)
{
    char text[16384];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    close(fd);
    return arena_str(s->rig.arena, (str){ text, n > 0 ? (size_t)n : 0 });
}

/* The sign-in and the secret itself go over the wire; neither may stay. */
TEST(a_recording_of_a_vault_holds_no_secret)
{
    struct safe s;
    str v;
    rig_start("tests/providers/oauthd.py");
    char path[256];
    snprintf(path, sizeof path, "%.*s/vault.tape", STRF(rig_fact("dir")));
    setenv("SHIKRA_HTTP_RECORD", path, 1);
    open_safe(&s, "");
    unsetenv("SHIKRA_HTTP_RECORD");
    CHECK(get_secret(&s, "TIProviders.OTX.Args.AuthKey", &v) == ST_OK);
    CHECK_STR(v, "vault-value-of-otx");
    str tape = read_file(&s, path);
    CHECK(str_find(tape, S("/oauth2/v2.0/token\n")) > 0);
    CHECK(str_find(tape, S("/secrets/TIProviders-OTX-Args-AuthKey?")) > 0);
    CHECK(str_find(tape, S("client_secret=***&")) > 0);
    CHECK(str_find(tape, S("\"access_token\":\"***\"")) > 0);
    CHECK(str_find(tape, S("\"value\":\"***\"")) > 0);
    CHECK(str_find(tape, S("tok-")) < 0);
    CHECK(str_find(tape, S("vault-value")) < 0);
    close_safe(&s);

    setenv("SHIKRA_HTTP_REPLAY", path, 1);
    open_safe(&s, "");
    unsetenv("SHIKRA_HTTP_REPLAY");
    CHECK(get_secret(&s, "TIProviders.OTX.Args.AuthKey", &v) == ST_OK);
    CHECK_STR(v, "***"); /* nothing was asked of the server */
    CHECK(get_secret(&s, "TIProviders.B.Args.AuthKey", &v) == ST_ENV);
    CHECK(rig_said(&s.rig, DIAG_NETWORK, "not in the recording"));
    close_safe(&s);
}

TEST(a_vault_that_has_no_name_is_told)
{
    struct safe s;
    str v;
    open_safe(&s, "D: {KeyVault: x}\nE: {KeyVault: other-vault/x}\n");
    int fd = open(s.file.p, O_WRONLY | O_TRUNC);
    CHECK(write(fd, "D: {KeyVault: x}\n", 17) == 17);
    close(fd);
    CHECK(config_reload(s.s->config, &s.rig.ds) == ST_OK);
    CHECK(get_secret(&s, "D", &v) == ST_ENV);
    CHECK(rig_said(&s.rig, DIAG_CONFIG, "VaultName is not set"));
    close_safe(&s);
}

TEST(names_of_secrets_are_made_fit)
{
    struct arena *a = arena_new();
    CHECK_STR(vault_name(a, S("TIProviders.OTX.Args.AuthKey")),
              "TIProviders-OTX-Args-AuthKey");
    CHECK_STR(vault_name(a, S("a/../b?c=d")), "a----b-c-d");
    arena_free(a);
}

/* ---- the keyring ---- */

static bool has_libsecret(void)
{
    return dlopen("libsecret-1.so.0", RTLD_LAZY | RTLD_NODELETE) != NULL;
}

TEST(a_keyring_keeps_secrets_where_there_is_one)
{
    struct safe s;
    str v;
    open_safe(&s, "K: {Keyring: service-1/name-1}\nL: {Keyring: none}\n");
    if (!has_libsecret()) {
        CHECK(get_secret(&s, "K", &v) == ST_ENV);
        CHECK(rig_said(&s.rig, DIAG_AUTH, "needs libsecret"));
        close_safe(&s);
        return;
    }
    str file = arena_fmt(s.rig.arena, "%.*s/ring", STRF(rig_fact("dir")));
    setenv("SECRET_BACKEND", "file", 1);
    setenv("SECRET_FILE_TEST_PATH", file.p, 1);
    setenv("SECRET_FILE_TEST_PASSWORD", "ring-password", 1);
    struct buf why;
    buf_init(&why, 4096);
    CHECK(keyring_put(S("service-1"), S("name-1"), S("kept-in-a-ring"), &why));
    CHECK(why.n == 0);
    CHECK(get_secret(&s, "K", &v) == ST_OK);
    CHECK_STR(v, "kept-in-a-ring");
    CHECK(get_secret(&s, "L", &v) == ST_ENV);
    CHECK(rig_said(&s.rig, DIAG_AUTH, "the keyring has no 'none'"));
    buf_release(&why);
    close_safe(&s);
}

/* t_secrets.c - secrets of a Key Vault and of the keyring.
 *
 * The vault and the sign-in are a strict server on the loopback; the keyring is
 * libsecret's own encrypted file, where libsecret is installed. */
#include "t.h"

#include <dlfcn.h>

#include "http_rig.h"
#include "providers/config/config_int.h"
#include "providers/services.h"

struct safe {
    struct rig rig; /* for the server's facts */
    struct remote_services *s;
    str file;
};

static void open_safe(struct safe *s, const char *more)
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
        "KeyVault: {TenantId: t-vault, VaultName: hunting, VaultUrl: '%.*s'}\n"
        "TIProviders:\n  OTX: {Args: {AuthKey: {KeyVault: }}}\n"
        "  B: {Args: {AuthKey: {KeyVault: plain name}}}\n"
        "  C: {Args: {AuthKey: {KeyVault: missing}}}\n%s",
        STRF(url), STRF(url), more);
    int fd = open(s->file.p, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    CHECK(write(fd, text.p, text.n) == (ssize_t)text.n);
    close(fd);
    setenv("MSTICPYCONFIG", s->file.p, 1);
    setenv("AZURE_CLIENT_ID", "app-1", 1);
    str secret = arena_fmt(s->rig.arena, "%.*s", STRF(rig_fact("secret")));
    setenv("AZURE_CLIENT_SECRET", secret.p, 1);
    CHECK(config_open(s->s->config, &s->rig.ds) == ST_OK);
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

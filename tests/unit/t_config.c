/* t_config.c - settings from files: places, merging, values, check, show. */
#include "t.h"

#include <sys/stat.h>

#include "base/frame.h"
#include "http_rig.h"
#include "providers/config/config.h"
#include "providers/services.h"

struct office {
    struct remote_services *s;
    struct arena *arena;
    struct diags ds;
    struct http_call call;
    char dir[64], old_dir[512];
};

static void write_file(const char *path, mode_t mode, const char *text)
{
    unlink(path);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    CHECK(fchmod(fd, mode) == 0);
    close(fd);
}

/* A working folder and a home of its own, with these settings. */
static void move_in(struct office *o, const char *text)
{
    *o = (struct office){ .s = services_new(), .arena = arena_new() };
    diags_init(&o->ds, o->arena);
    o->call = (struct http_call){ .arena = o->arena, .ds = &o->ds };
    snprintf(o->dir, sizeof o->dir, "/tmp/shikra-config-XXXXXX");
    CHECK(mkdtemp(o->dir) && getcwd(o->old_dir, sizeof o->old_dir));
    CHECK(chdir(o->dir) == 0);
    setenv("HOME", o->dir, 1);
    unsetenv("MSTICPYCONFIG");
    unsetenv("SHIKRA_CONFIG");
    if (text)
        write_file("msticpyconfig.yaml", 0600, text);
}

static void move_out(struct office *o)
{
    services_free(o->s);
    arena_free(o->arena);
    CHECK(chdir(o->old_dir) == 0);
    pid_t rm = fork();
    if (rm == 0) {
        execlp("rm", "rm", "-rf", o->dir, (char *)NULL);
        _exit(1);
    }
    waitpid(rm, NULL, 0);
}

static bool said(const struct office *o, int code, const char *words)
{
    for (size_t i = 0; i < o->ds.list.n; i++)
        if (o->ds.list.v[i].code == code &&
            str_find(o->ds.list.v[i].message, str_of(words)) >= 0)
            return true;
    for (size_t i = 0; i < o->ds.list.n; i++)
        printf("  said E%04d %.*s\n", o->ds.list.v[i].code,
               STRF(o->ds.list.v[i].message));
    return false;
}

static str text_at(const struct office *o, const char *path)
{
    return yaml_text(config_at(o->s->config, path));
}

/* ---- files ---- */

TEST(no_file_is_no_error)
{
    struct office o;
    str paths[CONFIG_FILES];
    move_in(&o, NULL);
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    CHECK(config_files(o.s->config, paths) == 0);
    CHECK(!config_at(o.s->config, "Azure"));
    CHECK_STR(str_of(config_cloud(o.s->config)->name), "global");
    move_out(&o);
}

TEST(files_are_looked_for_in_their_order)
{
    struct office o;
    str paths[CONFIG_FILES];
    move_in(&o, NULL);
    CHECK(mkdir(".msticpy", 0700) == 0);
    write_file(".msticpy/msticpyconfig.yaml", 0600, "Azure: {cloud: usgov}\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    CHECK_STR(text_at(&o, "Azure.cloud"), "usgov");
    write_file("msticpyconfig.yaml", 0600, "Azure: {cloud: cn}\n");
    CHECK(config_reload(o.s->config, &o.ds) == ST_OK);
    CHECK_STR(text_at(&o, "Azure.cloud"), "cn");
    write_file("named.yaml", 0600, "Azure: {cloud: global}\n");
    setenv("MSTICPYCONFIG", "~/named.yaml", 1);
    CHECK(config_reload(o.s->config, &o.ds) == ST_OK);
    CHECK_STR(text_at(&o, "Azure.cloud"), "global");
    CHECK(config_files(o.s->config, paths) == 1);
    CHECK(str_ends(paths[0], S("/named.yaml")));
    setenv("MSTICPYCONFIG", "missing.yaml", 1);
    CHECK(config_reload(o.s->config, &o.ds) == ST_ENV);
    CHECK(said(&o, DIAG_CONFIG, "cannot read the settings missing.yaml"));
    CHECK_STR(text_at(&o, "Azure.cloud"), "global"); /* the old ones stay */
    move_out(&o);
}

TEST(our_file_wins_setting_by_setting)
{
    struct office o;
    move_in(&o, "DataProviders:\n  Splunk:\n    Args:\n      host: old\n"
                "      port: 8089\n      password: {EnvironmentVar: A}\n"
                "Azure:\n  auth_methods: [cli, msi]\n");
    write_file("shikra.yaml", 0600,
               "DataProviders:\n  Splunk:\n    Args:\n      host: new\n"
               "      password: {File: b}\nAzure:\n  auth_methods: [env]\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    CHECK_STR(text_at(&o, "DataProviders.Splunk.Args.host"), "new");
    CHECK_STR(text_at(&o, "DataProviders.Splunk.Args.port"), "8089");
    const struct yaml_node *p =
        config_at(o.s->config, "DataProviders.Splunk.Args.password");
    CHECK(p && p->n == 1 && yaml_get(p, "File"));
    CHECK(config_at(o.s->config, "Azure.auth_methods")->n == 1);
    CHECK_STR(config_place(o.s->config, o.arena,
                           config_at(o.s->config,
                                     "DataProviders.Splunk.Args.port")),
              "msticpyconfig.yaml, line 5 (DataProviders.Splunk.Args.port)");
    move_out(&o);
}

TEST(both_names_of_sentinel_are_one)
{
    struct office o;
    move_in(&o, "MSSentinel: {Workspaces: {A: {TenantId: t}}}\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    CHECK_STR(text_at(&o, "AzureSentinel.Workspaces.A.TenantId"), "t");
    CHECK_STR(text_at(&o, "MSSentinel.Workspaces.A.TenantId"), "t");
    move_out(&o);
}

TEST(a_broken_file_is_told_with_its_line)
{
    struct office o;
    move_in(&o, "Azure:\n  cloud: [\nx: y\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_ENV);
    CHECK(said(&o, DIAG_CONFIG, "msticpyconfig.yaml, line "));
    write_file("msticpyconfig.yaml", 0600, "- just\n- a list\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_ENV);
    CHECK(said(&o, DIAG_CONFIG, "settings are a map of sections"));
    move_out(&o);
}

TEST(values_of_another_type_are_told)
{
    struct office o;
    bool b = true;
    int64_t n = 7;
    str s = S("x");
    move_in(&o, "Http: {Tries: many}\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_ENV);
    CHECK(said(&o, DIAG_CONFIG, "line 1 (Http.Tries) must be a whole number"));
    write_file("msticpyconfig.yaml", 0600,
               "KeyVault: {UseKeyring: perhaps, VaultName: [a]}\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    const struct yaml_node *v = config_at(o.s->config, "KeyVault");
    CHECK(!config_bool(o.s->config, yaml_get(v, "UseKeyring"), &b, &o.ds));
    CHECK(!config_text(o.s->config, yaml_get(v, "VaultName"), &s, &o.ds));
    CHECK(config_long(o.s->config, yaml_get(v, "None"), &n, &o.ds) && n == 7);
    CHECK(said(&o, DIAG_CONFIG, "(KeyVault.UseKeyring) must be true or false"));
    move_out(&o);
}

/* ---- secrets ---- */

static struct secret_ref ref_of(struct office *o, const char *text)
{
    struct yaml_doc d;
    struct secret_ref r;
    str all = arena_fmt(o->arena, "TIProviders: {OTX: {Args: {AuthKey: %s}}}",
                        text);
    CHECK(yaml_read(o->arena, all, 0, &d));
    secret_ref(o->arena, yaml_at(d.root, "TIProviders.OTX.Args.AuthKey"), &r);
    return r;
}

TEST(secrets_say_where_they_are)
{
    struct office o;
    move_in(&o, NULL);
    struct secret_ref r = ref_of(&o, "abc");
    CHECK(r.kind == SECRET_LITERAL);
    CHECK(ref_of(&o, "null").kind == SECRET_NONE);
    r = ref_of(&o, "{EnvironmentVar: A/B}");
    CHECK(r.kind == SECRET_ENV);
    CHECK_STR(r.name, "A/B");
    r = ref_of(&o, "{KeyVault: }");
    CHECK(r.kind == SECRET_VAULT && !r.place.n);
    CHECK_STR(r.name, "TIProviders.OTX.Args.AuthKey");
    r = ref_of(&o, "{KeyVault: default}");
    CHECK_STR(r.name, "TIProviders.OTX.Args.AuthKey");
    r = ref_of(&o, "{KeyVault: v/n/m}");
    CHECK_STR(r.place, "v");
    CHECK_STR(r.name, "n/m");
    r = ref_of(&o, "{File: /a/b}");
    CHECK(r.kind == SECRET_FILE && !r.place.n);
    CHECK(ref_of(&o, "{File: }").kind == SECRET_BAD);
    CHECK(ref_of(&o, "{EnvVar: x}").kind == SECRET_BAD);
    CHECK(ref_of(&o, "{File: a, KeyVault: b}").kind == SECRET_BAD);
    CHECK(ref_of(&o, "[x]").kind == SECRET_BAD);
    move_out(&o);
}

static enum status secret(struct office *o, const char *path, str *out)
{
    return config_secret(o->s->config, config_at(o->s->config, path), &o->call,
                         out);
}

TEST(secrets_are_fetched_and_crossed_out)
{
    struct office o;
    str v;
    move_in(&o, "a: {b: literal-one}\nc: {EnvironmentVar: T_CONFIG_SECRET}\n"
                "d: {File: ~/private}\ne: {File: wide}\nf: {EnvVar: x}\n"
                "g: {File: missing}\nh: {File: empty}\n");
    write_file("private", 0600, "from-a-file\n");
    write_file("wide", 0640, "from-a-file\n");
    write_file("empty", 0600, "");
    unsetenv("T_CONFIG_SECRET");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    CHECK(secret(&o, "a.b", &v) == ST_OK);
    CHECK_STR(v, "literal-one");
    CHECK(secrets_in(o.s->secrets, S("xx literal-one xx")));
    CHECK(secret(&o, "d", &v) == ST_OK);
    CHECK_STR(v, "from-a-file");
    CHECK(secret(&o, "none", &v) == ST_OK && v.n == 0);
    CHECK(o.ds.nerrors == 0);
    CHECK(secret(&o, "c", &v) == ST_ENV);
    CHECK(said(&o, DIAG_AUTH, "variable T_CONFIG_SECRET is not set"));
    setenv("T_CONFIG_SECRET", "from-environment", 1);
    CHECK(secret(&o, "c", &v) == ST_OK);
    CHECK_STR(v, "from-environment");
    CHECK(secret(&o, "e", &v) == ST_ENV);
    CHECK(said(&o, DIAG_AUTH, "has mode 0640, so others may read it"));
    CHECK(secret(&o, "f", &v) == ST_ENV);
    CHECK(said(&o, DIAG_AUTH, "a secret is a text, or one of"));
    CHECK(secret(&o, "g", &v) == ST_ENV && secret(&o, "h", &v) == ST_ENV);
    CHECK(said(&o, DIAG_AUTH, "cannot read missing"));
    CHECK(said(&o, DIAG_AUTH, "empty is empty"));
    unsetenv("T_CONFIG_SECRET");
    move_out(&o);
}

/* ---- identities ---- */

TEST(identities_are_put_together)
{
    struct office o;
    struct entra e;
    move_in(&o, "Azure: {cloud: usgov, auth_methods: [vscode, cli, msi],\n"
                "  authority_host: 'https://login.example'}\n"
                "A: {TenantId: t, ClientId: c, ClientSecret: s-e-c-r-e-t}\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    CHECK(config_identity(o.s->config, config_at(o.s->config, "A"), &o.call,
                          &e) == ST_OK);
    CHECK_STR(e.tenant, "t");
    CHECK_STR(e.client_secret, "s-e-c-r-e-t");
    CHECK_STR(e.authority, "https://login.example");
    CHECK(e.nmethods == 0); /* its own secret */
    CHECK(config_identity(o.s->config, NULL, &o.call, &e) == ST_OK);
    CHECK(e.nmethods == 2 && e.methods[0] == ENTRA_CLI);
    CHECK_STR(e.cloud, "usgov");
    move_out(&o);
}

/* ---- .config ---- */

static bool has_row(const struct frame *f, const char *const *cells)
{
    for (size_t r = 0; r < f->nrows; r++) {
        bool all = true;
        for (size_t c = 0; c < f->ncols && all; c++) {
            struct buf b;
            struct value v = cell_value(&f->cols[c], r);
            buf_init(&b, 1 << 20);
            value_text(&b, &v);
            all = !cells[c] || str_eqz(buf_str(&b), cells[c]);
            buf_release(&b);
        }
        if (all)
            return true;
    }
    return false;
}

#define HAS(f, ...) has_row(f, (const char *const[]){ __VA_ARGS__ })

TEST(every_setting_is_shown_and_no_secret)
{
    struct office o;
    move_in(&o, "TIProviders:\n  OTX:\n    Args:\n      AuthKey: hidden-key-1\n"
                "  VT:\n    Args: {AuthKey: {EnvironmentVar: T_CONFIG_NONE}}\n"
                "DataProviders:\n  Cybereason: {accesskey: hidden-key-2}\n"
                "  LocalData: {data_paths: [a, b]}\n"
                "msticpy: {Note: hidden-key-1 inside}\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    secrets_add(o.s->secrets, S("hidden-key-1"));
    struct frame *f = config_show(o.s->config);
    CHECK(HAS(f, "TIProviders.OTX.Args.AuthKey", "*** (in the file)",
              "msticpyconfig.yaml", "4"));
    CHECK(HAS(f, "TIProviders.VT.Args.AuthKey",
              "environment variable T_CONFIG_NONE (not set)", NULL, "6"));
    CHECK(HAS(f, "DataProviders.Cybereason.accesskey", "*** (in the file)",
              NULL, NULL));
    CHECK(HAS(f, "DataProviders.LocalData.data_paths", "a, b", NULL, NULL));
    CHECK(HAS(f, "msticpy.Note", "*** inside", NULL, NULL));
    frame_unref(f);
    move_out(&o);
}

TEST(a_check_finds_what_is_wrong)
{
    struct office o;
    move_in(&o, "AzureSentinel:\n  Workspaces:\n    Default:\n"
                "      WorkspaceID: 52b1ab41-869e-4138-9e40-2a4457f09bf0\n"
                "      TenantId: nonsense\n"
                "DataProvider: {}\n"
                "DataProviders:\n  Splunk-prod:\n    Args:\n      host: h\n"
                "      verify: false\n      port: eighty\n"
                "      sharing: none\n"
                "TIProviders:\n  OTX:\n    Args: {AuthKey: {KeyVault: }}\n"
                "    Primary: maybe\n    Primary: maybe\n"
                "Azure:\n  auth_methods: [interactive, smoke]\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    struct frame *f = config_check(o.s->config);
    const char *file = "msticpyconfig.yaml";
    CHECK(HAS(f, "error", file, "4",
              "AzureSentinel.Workspaces.Default.WorkspaceID",
              "there is no such setting", "did you mean 'WorkspaceId'?"));
    CHECK(HAS(f, "error", file, "3", NULL, "WorkspaceId is missing", NULL));
    CHECK(HAS(f, "error", file, "5", NULL, "this is no GUID", NULL));
    CHECK(HAS(f, "error", file, "6", "DataProvider", NULL,
              "did you mean 'DataProviders'?"));
    CHECK(HAS(f, "error", file, "11", NULL, "certificates are always checked",
              NULL));
    CHECK(HAS(f, "error", file, "12", NULL, "a whole number is wanted here",
              NULL));
    CHECK(HAS(f, "error", file, "13", NULL, "this is none of the choices",
              NULL));
    CHECK(HAS(f, "error", file, "16", NULL, "no vault is named", NULL));
    CHECK(HAS(f, "error", file, "18", NULL, "true or false is wanted here",
              NULL));
    CHECK(HAS(f, "error", file, "18", "Primary",
              "the same key as in line 17; only this one counts", NULL));
    CHECK(HAS(f, "warning", file, "20", "Azure.auth_methods[0]", NULL, NULL));
    CHECK(HAS(f, "error", file, "20", "Azure.auth_methods[1]", NULL, NULL));
    CHECK(HAS(f, "note", file, "14", "TIProviders",
              "this is read, but nothing here uses it", NULL));
    CHECK(f->nrows == 13);
    frame_unref(f);
    move_out(&o);
}

TEST(a_literal_secret_in_a_wide_file_is_warned_of)
{
    struct office o;
    move_in(&o, NULL);
    write_file("msticpyconfig.yaml", 0644,
               "TIProviders: {OTX: {Args: {AuthKey: abcdefgh}}}\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    struct frame *f = config_check(o.s->config);
    CHECK(f->nrows == 2 && HAS(f, "warning", NULL, "1", NULL,
                               "a secret in a file that others may read",
                               NULL));
    frame_unref(f);
    move_out(&o);
}

TEST(good_settings_have_no_problems)
{
    struct office o;
    move_in(&o,
            "AzureSentinel:\n  Workspaces:\n    Default: &w\n"
            "      WorkspaceId: 52b1ab41-869e-4138-9e40-2a4457f09bf0\n"
            "      TenantId: 72f988bf-86f1-41af-91ab-2d7cd011db49\n"
            "    Other:\n      <<: *w\n      ResourceGroup: rg\n"
            "KustoClusters:\n  ClusterDefaults:\n    Args: {TenantId: x}\n"
            "  C1: {Alias: c, ClusterGroups: [g], Args: {Cluster: "
            "'https://c', Database: d, IntegratedAuth: true}}\n"
            "UserDefaults:\n  LoadComponents: {TILookup: }\n"
            "QueryDefinitions: {Custom: [a, b]}\n"
            "msticpy: {http_timeout: 30, Proxies: {https: {Url: "
            "'http://p:1', UserName: u, Password: {EnvironmentVar: HOME}}}}\n"
            "OtherProviders:\n  GeoIPLite:\n    Args: {AuthKey: "
            "{EnvironmentVar: HOME}, DBFolder: ~/x}\n    Provider: "
            "GeoLiteLookup\n");
    CHECK(config_open(o.s->config, &o.ds) == ST_OK);
    struct frame *f = config_check(o.s->config);
    for (size_t i = 0; i < f->nrows; i++)
        CHECK_STR(f->cols[0].s[i], "note");
    CHECK(f->nrows == 3);
    frame_unref(f);
    move_out(&o);
}

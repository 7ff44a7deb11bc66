/* t_refresh.c - sign-ins that last: renewal, refresh tokens, the token file. */
#include "t.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "auth_desk.h"

static const struct http_auth *by_code(struct desk *d, const char *tenant,
                                       const char *scope)
{
    return by_way(d, ENTRA_DEVICE, tenant, scope);
}

static void visit(struct desk *d, const char *path)
{
    struct http_request rq = { .url = rig_url(&d->rig, "http", path) };
    CHECK(http_send(d->rig.http, &rq, &d->rig.call, &d->rig.reply) == ST_OK);
}

static str cache_file(struct desk *d, const char *name)
{
    return arena_fmt(d->rig.arena, "%.*s/%s", STRF(rig_fact("dir")), name);
}

static void nap(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
    nanosleep(&t, NULL);
}

/* ---- renewal ahead of time ---- */

TEST(refresh_in_renews_ahead_of_time)
{
    struct desk d;
    open_desk(&d);
    struct entra id = identity(&d, "soon");
    id.client_secret = rig_fact("secret");
    const struct http_auth *a = auth_entra(d.auths, &id, S("s/.default"));
    CHECK(use(&d, a) == ST_OK && use(&d, a) == ST_OK);
    CHECK(counted(&d, "soon%20token") == 1);
    nap(1200);
    CHECK(use(&d, a) == ST_OK);
    CHECK(counted(&d, "soon%20token") == 2);
    close_desk(&d);
}

TEST(a_token_serves_to_its_end_when_no_new_one_is_to_be_had)
{
    struct desk d;
    open_desk(&d);
    struct entra id = identity(&d, "flaky");
    id.client_secret = rig_fact("secret");
    const struct http_auth *a = auth_entra(d.auths, &id, S("s/.default"));
    CHECK(use(&d, a) == ST_OK);
    nap(2500); /* past half of its four seconds */
    CHECK(use(&d, a) == ST_OK);
    CHECK(counted(&d, "flaky%20token") > 1 && d.rig.ds.nerrors == 0);
    nap(2000); /* and past its end */
    CHECK(use(&d, a) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "503"));
    close_desk(&d);
}

/* ---- refresh tokens in memory ---- */

TEST(without_a_file_a_session_remembers_its_sign_in)
{
    struct desk d;
    open_desk(&d);
    CHECK(use(&d, by_code(&d, "brief", "one/.default")) == ST_OK);
    int polls = counted(&d, "polls%20brief");
    nap(1200); /* the token is past half of its two seconds */
    d.rig.call.attended = false;
    CHECK(use(&d, by_code(&d, "brief", "one/.default")) == ST_OK);
    CHECK(use(&d, by_code(&d, "brief", "two/.default")) == ST_OK);
    CHECK(counted(&d, "polls%20brief") == polls);
    auths_forget(d.auths);
    CHECK(use(&d, by_code(&d, "brief", "one/.default")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "nobody is here to type one"));
    CHECK(str_find(d.rig.ds.list.v[0].hint, S("token_cache is none")) >= 0);
    close_desk(&d);
}

TEST(a_refused_refresh_token_is_forgotten)
{
    struct desk d;
    open_desk(&d);
    auths_set_cache(d.auths, cache_file(&d, "refused.json"));
    CHECK(use(&d, by_code(&d, "pend", "s/.default")) == ST_OK);
    auths_forget(d.auths);
    visit(&d, "/revoke/refresh");
    d.rig.call.attended = false;
    CHECK(use(&d, by_code(&d, "pend", "s/.default")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH,
                   "no longer good (invalid_grant: AADSTS700016"));
    CHECK(str_find(d.rig.ds.list.v[0].hint, S("in a notebook")) >= 0);
    CHECK(counted(&d, "refused%20refresh") == 1);
    CHECK(use(&d, by_code(&d, "pend", "s/.default")) == ST_ENV);
    CHECK(counted(&d, "refused%20refresh") == 1); /* not tried again */
    d.rig.call.attended = true;
    CHECK(use(&d, by_code(&d, "pend", "s/.default")) == ST_OK);
    close_desk(&d);
}

/* The server is away: that says nothing of the token, and nobody is asked. */
TEST(trouble_is_no_reason_to_ask_for_a_code)
{
    struct desk d;
    open_desk(&d);
    auths_set_cache(d.auths, cache_file(&d, "away.json"));
    CHECK(use(&d, by_code(&d, "away", "s/.default")) == ST_OK);
    auths_forget(d.auths);
    int codes = counted(&d, "away%20devicecode");
    CHECK(use(&d, by_code(&d, "away", "s/.default")) == ST_ENV);
    CHECK(rig_said(&d.rig, DIAG_AUTH, "503"));
    CHECK(counted(&d, "away%20devicecode") == codes);
    close_desk(&d);
}

TEST(a_server_may_ask_for_fewer_polls)
{
    struct desk d;
    open_desk(&d);
    int64_t began = rig_ms();
    CHECK(use(&d, by_code(&d, "slower", "s/.default")) == ST_OK);
    CHECK(rig_ms() - began >= 5000);
    CHECK(counted(&d, "polls%20slower") == 2);
    close_desk(&d);
}

/* ---- several at once ---- */

struct worker {
    struct desk *desk;
    struct auths *auths;
    const char *tenant;
    char scope[32];
};

static void *work(void *ctx)
{
    struct worker *w = ctx;
    struct arena *arena = arena_new();
    struct diags ds;
    diags_init(&ds, arena);
    struct http_call call = { .arena = arena, .ds = &ds };
    struct entra id = identity(w->desk, w->tenant);
    id.methods[0] = ENTRA_DEVICE;
    id.nmethods = 1;
    struct http_request rq = {
        .url = arena_fmt(arena, "%.*s/api", STRF(w->desk->authority)),
        .auth = auth_entra(w->auths, &id, str_of(w->scope)),
    };
    struct http_reply reply;
    CHECK(http_send(w->desk->rig.http, &rq, &call, &reply) == ST_OK);
    for (size_t i = 0; i < ds.list.n; i++)
        printf("  said %.*s\n", STRF(ds.list.v[i].message));
    arena_free(arena);
    return NULL;
}

enum { KERNELS = 3, THREADS = 12 };

/* Refresh tokens that are good once, used by several kernels with several
 * threads each: everyone gets tokens, and nobody uses one a second time. */
TEST(kernels_share_a_token_file)
{
    struct desk d;
    struct auths *kernels[KERNELS];
    struct worker w[THREADS];
    pthread_t t[THREADS];
    static const char *const tenants[] = { "pend", "shared" };
    open_desk(&d);
    str cache = cache_file(&d, "kernels/tokens.json");
    auths_set_cache(d.auths, cache);
    for (int i = 0; i < 2; i++)
        CHECK(use(&d, by_code(&d, tenants[i], "s/.default")) == ST_OK);
    int refused = counted(&d, "refused%20refresh");
    for (int i = 0; i < KERNELS; i++) {
        kernels[i] = auths_new(d.rig.http);
        auths_set_cache(kernels[i], cache);
    }
    for (int i = 0; i < THREADS; i++) {
        w[i] = (struct worker){ &d, kernels[i % KERNELS], tenants[i % 2],
                                "" };
        snprintf(w[i].scope, sizeof w[i].scope, "s%d/.default", i);
        pthread_create(&t[i], NULL, work, &w[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    CHECK(counted(&d, "refused%20refresh") == refused);
    for (int i = 0; i < KERNELS; i++)
        auths_free(kernels[i]);
    d.rig.call.attended = false; /* both sign-ins are still in the file */
    auths_forget(d.auths);
    for (int i = 0; i < 2; i++)
        CHECK(use(&d, by_code(&d, tenants[i], "s/.default")) == ST_OK);
    struct stat st;
    CHECK(stat(cache.p, &st) == 0 && (st.st_mode & 0777) == 0600);
    str folder = cache_file(&d, "kernels");
    CHECK(stat(folder.p, &st) == 0 && (st.st_mode & 0777) == 0700);
    close_desk(&d);
}

/* ---- the file ---- */

TEST(a_token_file_that_is_no_json_is_replaced)
{
    struct desk d;
    open_desk(&d);
    str cache = cache_file(&d, "broken.json");
    int fd = open(cache.p, O_CREAT | O_WRONLY, 0600);
    CHECK(write(fd, "{\"a\":", 5) == 5);
    close(fd);
    auths_set_cache(d.auths, cache);
    CHECK(use(&d, by_code(&d, "pend", "s/.default")) == ST_OK);
    auths_forget(d.auths);
    d.rig.call.attended = false;
    CHECK(use(&d, by_code(&d, "pend", "s/.default")) == ST_OK);
    close_desk(&d);
}

TEST(a_folder_that_cannot_be_made_costs_only_the_memory)
{
    struct desk d;
    open_desk(&d);
    auths_set_cache(d.auths, S("/proc/no/such/tokens.json"));
    CHECK(use(&d, by_code(&d, "pend", "s/.default")) == ST_OK);
    CHECK(rig_said(&d.rig, DIAG_FILE, "the sign-in cannot be kept in /proc"));
    d.rig.call.attended = false;
    CHECK(use(&d, by_code(&d, "pend", "t/.default")) == ST_OK);
    close_desk(&d);
}

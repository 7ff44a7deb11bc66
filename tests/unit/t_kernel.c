/* t_kernel.c - a kernel under load, interrupts and hostile clients: what a
 * transcript cannot say. */
#include "t.h"

#include "kernel_rig.h"

static size_t count_of(const struct rig *r, const char *type, str parent)
{
    size_t n = 0;
    for (size_t i = 0; i < r->ngot; i++)
        n += str_eqz(r->got[i].type, type) &&
             str_eq(r->got[i].parent_id, parent);
    return n;
}

static const struct got *find_got(const struct rig *r, const char *type,
                                  str parent)
{
    for (size_t i = 0; i < r->ngot; i++)
        if (str_eqz(r->got[i].type, type) &&
            str_eq(r->got[i].parent_id, parent))
            return &r->got[i];
    return NULL;
}

static bool has_ended(const struct rig *r, str parent)
{
    for (size_t i = r->ngot; i-- > 0;)
        if (str_eqz(r->got[i].type, "status") &&
            str_eq(r->got[i].parent_id, parent))
            return str_eqz(json_member_text(r->got[i].content,
                                            "execution_state"), "idle");
    return false;
}

/* Works until the request has ended, at most `ms`; returns milliseconds. */
static int work_until_end(struct rig *r, str id, int ms)
{
    int64_t began = monotonic_us();
    while (!has_ended(r, id) && monotonic_us() - began < ms * 1000)
        rig_work(r, 1, 10);
    return (int)((monotonic_us() - began) / 1000);
}

static str execute(struct rig *r, struct arena *a, const char *code)
{
    str body = arena_fmt(a, "{\"code\":\"%s\",\"allow_stdin\":true}", code);
    return rig_send(r, a, CH_SHELL, "execute_request", body.p);
}

TEST(one_session_in_every_message)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str id = execute(r, a, "echo x\\nwarn");
    rig_send(r, a, CH_CONTROL, "kernel_info_request", "{}");
    struct frames f;
    if (welcome_message(r->k, S(""), &f))
        outbox_push(r->k->out, CH_IOPUB, &f);
    work_until_end(r, id, 2000);
    rig_work(r, SIZE_MAX, 20);
    for (size_t i = 0; i < r->ngot; i++) {
        const struct got *g = &r->got[i];
        CHECK(g->signature_ok && json_is_object(g->parent));
        CHECK(str_eq(json_member_text(g->header, "session"),
                     wire_session(r->k->wire)));
        CHECK(str_eqz(json_member_text(g->header, "version"), "5.5"));
        for (size_t j = 0; j < i; j++)
            CHECK(!str_eq(json_member_text(g->header, "msg_id"),
                          json_member_text(r->got[j].header, "msg_id")));
    }
    CHECK(r->ngot >= 9);
    rig_free(r);
    arena_free(a);
}

TEST(welcome_names_the_topic)
{
    struct rig *r = rig_new();
    struct frames f;
    CHECK(!welcome_message(r->k, S("\xff"), &f));
    CHECK(welcome_message(r->k, S("kernel.x"), &f));
    outbox_push(r->k->out, CH_IOPUB, &f);
    rig_work(r, SIZE_MAX, 20);
    CHECK(r->ngot == 2); /* starting, and one welcome */
    CHECK(str_eqz(r->got[1].type, "iopub_welcome"));
    CHECK_STR(str_of(r->got[1].id), "kernel.x");
    CHECK_STR(json_member_text(r->got[1].content, "subscription"), "kernel.x");
    rig_free(r);
}

TEST(interrupt_is_fast)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    for (int i = 0; i < 20; i++) {
        str id = execute(r, a, "sleep 60000");
        rig_work(r, SIZE_MAX, i); /* also before the language has started */
        rig_send(r, a, CH_CONTROL, "interrupt_request", "{}");
        int ms = work_until_end(r, id, 2000);
        CHECK(ms < 1000);
        const struct got *g = find_got(r, "execute_reply", id);
        CHECK(g && str_eqz(json_member_text(g->content, "ename"),
                           "Interrupted"));
    }
    str id = execute(r, a, "echo alive");
    work_until_end(r, id, 2000);
    CHECK(count_of(r, "execute_result", id) == 1);
    rig_free(r);
    arena_free(a);
}

/* An engine that misses a cancel hears it again. */
TEST(interrupt_is_repeated)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str id = execute(r, a, "deaf 300");
    rig_work(r, SIZE_MAX, 20);
    rig_send(r, a, CH_CONTROL, "interrupt_request", "{}");
    work_until_end(r, id, 2000);
    CHECK(atomic_load(&r->in.lang->ncancels) >= 3);
    rig_free(r);
    arena_free(a);
}

TEST(shutdown_does_not_wait_for_a_deaf_cell)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str id = execute(r, a, "deaf 2000");
    rig_work(r, SIZE_MAX, 20);
    int64_t began = monotonic_us();
    str stop = rig_send(r, a, CH_CONTROL, "shutdown_request",
                        "{\"restart\":false}");
    while (r->running && monotonic_us() - began < 1900000)
        rig_work(r, 1, 10);
    CHECK(!r->running && !kernel_is_quiet(r->k));
    CHECK(count_of(r, "shutdown_reply", stop) == 2);
    CHECK(count_of(r, "execute_reply", id) == 0);
    rig_free(r);
    arena_free(a);
}

TEST(stop_by_a_signal)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    execute(r, a, "sleep 60000");
    rig_work(r, SIZE_MAX, 20);
    kernel_stop(r->k, NULL, false);
    int64_t began = monotonic_us();
    while (r->running && monotonic_us() - began < 2000000)
        rig_work(r, 1, 10);
    CHECK(!r->running && kernel_is_quiet(r->k));
    CHECK(monotonic_us() - began < 500000);
    rig_free(r);
    arena_free(a);
}

TEST(exactly_one_reply_and_one_idle)
{
    enum { N = 200 };
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str ids[N];
    for (int i = 0; i < N; i++)
        ids[i] = execute(r, a, i % 7 == 3 ? "error x" : "echo x");
    int64_t began = monotonic_us();
    while (!has_ended(r, ids[N - 1]) && monotonic_us() - began < 5000000)
        rig_work(r, 1, 50);
    for (int i = 0; i < N; i++) {
        CHECK(count_of(r, "execute_reply", ids[i]) == 1);
        CHECK(count_of(r, "status", ids[i]) == 2);
        CHECK(has_ended(r, ids[i]));
    }
    rig_free(r);
    arena_free(a);
}

TEST(many_results_stay_in_order)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str id = execute(r, a, "many 2000");
    work_until_end(r, id, 60000);
    CHECK(count_of(r, "display_data", id) == 1999);
    CHECK(count_of(r, "execute_result", id) == 1);
    CHECK(str_eqz(r->got[r->ngot - 1].type, "status"));
    CHECK(str_eqz(r->got[r->ngot - 2].type, "execute_reply"));
    CHECK(str_eqz(r->got[r->ngot - 3].type, "execute_result"));
    rig_free(r);
    arena_free(a);
}

static str shown_text(const struct rig *r, str id)
{
    const struct got *g = find_got(r, "execute_result", id);
    return g ? json_member_text(json_object_get(g->content, "data"),
                                "text/plain")
             : S("");
}

TEST(a_result_that_is_too_big_is_cut_and_says_so)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str small = execute(r, a, "big 9"), big = execute(r, a, "big 11");
    work_until_end(r, big, 60000);
    CHECK(shown_text(r, small).n == 9u << 20);
    str text = shown_text(r, big);
    CHECK(text.n > 1u << 20 && text.n < (1u << 20) + 500);
    CHECK(str_find(text, S("shown as text: the result has 11 MB")) > 0);
    rig_free(r);
    arena_free(a);
}

TEST(text_of_the_language_reaches_no_terminal_unescaped)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str id = execute(r, a, "text a\\u001b]0;pwn\\u0007b\\u202ec\\td");
    work_until_end(r, id, 2000);
    CHECK_STR(shown_text(r, id), "a\\x1b]0;pwn\\x07b<U+202E>c\td");
    rig_free(r);
    arena_free(a);
}

TEST(progress_of_a_long_cell)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str fast = execute(r, a, "progress 100"), slow = execute(r, a,
                                                             "progress 1200");
    work_until_end(r, slow, 5000);
    CHECK(count_of(r, "display_data", fast) == 0);
    CHECK(count_of(r, "update_display_data", fast) == 0);
    CHECK(count_of(r, "display_data", slow) == 1);
    size_t updates = count_of(r, "update_display_data", slow);
    CHECK(updates >= 2 && updates <= 5);
    const struct got *g = find_got(r, "display_data", slow);
    CHECK(json_member_text(json_object_get(g->content, "transient"),
                           "display_id").n > 0);
    CHECK(str_starts(json_member_text(json_object_get(g->content, "data"),
                                      "text/plain"), S("reading <b>")));
    CHECK(count_of(r, "clear_output", slow) == 1); /* it vanishes */
    CHECK(count_of(r, "clear_output", fast) == 0);
    rig_free(r);
    arena_free(a);
}

TEST(printed_text_belongs_to_the_cell_and_comes_before_its_reply)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    fflush(stdout);
    r->k->capture = capture_start();
    str id = execute(r, a, "print a\\u001b[31m \xe2\x82\xac\\necho x");
    work_until_end(r, id, 2000);
    capture_stop(r->k->capture);
    r->k->capture = NULL;
    const struct got *g = find_got(r, "stream", id);
    CHECK(g != NULL);
    if (g)
        CHECK_STR(json_member_text(g->content, "text"),
                  "a\\x1b[31m \xe2\x82\xac\n");
    CHECK(g < find_got(r, "execute_result", id));
    rig_free(r);
    arena_free(a);
}

TEST(forged_requests_do_nothing)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    struct wire *other = wire_new(S("another key"));
    struct outgoing o = { .type = "shutdown_request", .content = S("{}") };
    struct frames f, copy;
    wire_encode(other, &o, &f);
    rig_send_frames(r, CH_CONTROL, &f);
    o.type = "execute_request";
    o.content = S("{\"code\":\"echo x\"}");
    wire_encode(r->client, &o, &f);
    frames_init(&copy);
    for (size_t i = 0; i < f.list.n; i++)
        frames_add(&copy, f.list.v[i]);
    rig_send_frames(r, CH_SHELL, &f);
    rig_send_frames(r, CH_CONTROL, &copy); /* the same again: replayed */
    rig_work(r, SIZE_MAX, 50);
    CHECK(r->running && r->k->ndropped == 2);
    CHECK(exec_count(r->k->exec) == 1);
    wire_free(other);
    rig_free(r);
    arena_free(a);
}

TEST(a_cell_that_is_too_long)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    struct buf b;
    buf_init(&b, 64 << 20);
    buf_adds(&b, "{\"code\":\"");
    buf_fill(&b, 'x', 17 << 20);
    buf_adds(&b, "\"}");
    buf_addc(&b, 0);
    str id = rig_send(r, a, CH_SHELL, "execute_request", b.p);
    work_until_end(r, id, 60000);
    const struct got *g = find_got(r, "execute_reply", id);
    CHECK(g && str_eqz(json_member_text(g->content, "ename"), "E0401"));
    buf_release(&b);
    rig_free(r);
    arena_free(a);
}

TEST(reply_metadata_says_when_it_started)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    str id = execute(r, a, "echo x");
    work_until_end(r, id, 2000);
    const struct got *g = find_got(r, "execute_reply", id);
    CHECK(str_ends(json_member_text(g->metadata, "started"), S("Z")));
    CHECK_STR(json_member_text(g->metadata, "status"), "ok");
    CHECK_STR(str_of(g->id), "client");
    rig_free(r);
    arena_free(a);
}

/* A cell that was sent once the failure is known must run, however fast. */
TEST(a_reaction_to_a_failure_is_never_aborted)
{
    struct rig *r = rig_new();
    struct arena *a = arena_new();
    for (int i = 0; i < 50; i++) {
        str bad = execute(r, a, "error x");
        while (!find_got(r, "execute_reply", bad))
            rig_work(r, 1, 100);
        str good = execute(r, a, "echo x");
        work_until_end(r, good, 2000);
        CHECK(count_of(r, "execute_result", good) == 1);
    }
    rig_free(r);
    arena_free(a);
}

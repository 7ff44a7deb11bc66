/* kernel_rig.h - a kernel with a fake language and a client, without sockets.
 *
 * Used by: t_kernel.c, t_transcripts.c. The rig is the transport: it hands the
 * kernel what the test sends and keeps what the kernel answers, in order. */
#ifndef UNIT_KERNEL_RIG_H
#define UNIT_KERNEL_RIG_H

#include <poll.h>

#include "kernel/iopub.h"
#include "kernel/json_in.h"
#include "kernel/kernel.h"
#include "tests/protocol/fake_lang.h"

#define RIG_KEY S("a key of the test")

/* A message of the kernel. */
struct got {
    enum channel channel;
    json_t *header, *parent, *metadata, *content;
    str type, parent_id;     /* borrowed from the JSON */
    bool signature_ok, seen;
    size_t nids;
    char id[64];             /* first identity, or topic */
};

struct rig {
    struct interp in;
    struct kernel *k;
    struct wire *client;     /* signs what the test sends */
    struct frames sent[256];
    enum channel sent_on[256];
    size_t nsent, taken;
    struct got got[4096];
    size_t ngot, seen;       /* seen: up to here the test has looked */
    bool running;            /* kernel_step has not said the end */
};

static bool rig_recv(void *ctx, enum channel *ch, struct frames *f)
{
    struct rig *r = ctx;
    if (r->taken == r->nsent)
        return false;
    *ch = r->sent_on[r->taken];
    *f = r->sent[r->taken++];
    return true;
}

static json_t *rig_json(str text)
{
    json_error_t e;
    return json_loadb(text.p, text.n, JSON_ALLOW_NUL, &e);
}

/* Frames that are not as they must be leave got->type empty. */
static void rig_read(struct rig *r, struct got *g, const struct frames *f)
{
    size_t at = 0;
    char hex[SIGNATURE_HEX + 1];
    while (at < f->list.n && !str_eqz(f->list.v[at], "<IDS|MSG>"))
        at++;
    g->nids = at;
    if (at)
        snprintf(g->id, sizeof g->id, "%.*s", STRF(f->list.v[0]));
    if (at + 6 > f->list.n)
        return;
    const str *v = f->list.v + at;
    wire_sign(r->client, v + 2, 4, hex);
    g->signature_ok = str_eqz(v[1], hex);
    g->header = rig_json(v[2]);
    g->parent = rig_json(v[3]);
    g->metadata = rig_json(v[4]);
    g->content = rig_json(v[5]);
    g->type = json_member_text(g->header, "msg_type");
    g->parent_id = json_member_text(g->parent, "msg_id");
}

static void rig_take(void *ctx, enum channel ch, const struct frames *f)
{
    struct rig *r = ctx;
    if (r->ngot == sizeof r->got / sizeof *r->got)
        BUG("the rig is full");
    struct got *g = &r->got[r->ngot++];
    *g = (struct got){ .channel = ch };
    rig_read(r, g, f);
}

static struct rig *rig_new_with_key(str key)
{
    struct rig *r = xcalloc(1, sizeof *r);
    fake_open(&r->in);
    r->client = wire_new(key);
    r->k = kernel_new(&r->in, key, NULL);
    r->running = true;
    return r;
}

__attribute__((unused))
static struct rig *rig_new(void)
{
    return rig_new_with_key(RIG_KEY);
}

static void rig_free(struct rig *r)
{
    kernel_free(r->k);
    fake_close(&r->in);
    wire_free(r->client);
    for (size_t i = 0; i < r->ngot; i++) {
        json_decref(r->got[i].header);
        json_decref(r->got[i].parent);
        json_decref(r->got[i].metadata);
        json_decref(r->got[i].content);
    }
    for (size_t i = r->taken; i < r->nsent; i++)
        frames_release(&r->sent[i]);
    free(r);
}

/* Lets the kernel work until it has been silent for `ms`, or `n` more messages
 * have come. */
static void rig_work(struct rig *r, size_t n, int ms)
{
    struct transport t = { r, rig_recv, rig_take };
    size_t want = n > SIZE_MAX / 2 ? n : r->ngot + n;
    int64_t until = monotonic_us() + ms * 1000;
    while (r->running && r->ngot < want && monotonic_us() < until) {
        size_t before = r->ngot;
        r->running = kernel_step(r->k, &t);
        if (r->ngot != before) {
            until = monotonic_us() + ms * 1000;
            continue;
        }
        struct pollfd p = { .fd = outbox_fd(r->k->out), .events = POLLIN };
        poll(&p, 1, 5);
    }
}

/* The next message, waiting up to two seconds; NULL when none comes. */
__attribute__((unused))
static struct got *rig_next(struct rig *r)
{
    if (r->seen == r->ngot)
        rig_work(r, 1, 2000);
    return r->seen < r->ngot ? &r->got[r->seen++] : NULL;
}

static void rig_send_frames(struct rig *r, enum channel ch, struct frames *f)
{
    if (r->nsent == sizeof r->sent / sizeof *r->sent)
        BUG("the rig has sent too much");
    r->sent_on[r->nsent] = ch;
    r->sent[r->nsent++] = *f;
    *f = (struct frames){ .arena = NULL };
}

/* The message id; it lives as long as the frames (until the kernel has it), so
 * it is copied. */
static str rig_id_of(struct arena *a, const struct frames *f, size_t at)
{
    json_t *h = rig_json(f->list.v[at + 2]);
    str id = arena_str(a, json_member_text(h, "msg_id"));
    json_decref(h);
    return id;
}

static void rig_frames(struct rig *r, struct frames *f, const char *type,
                       const char *content)
{
    static const str id = { "client", 6 };
    struct outgoing o = { .type = type, .nids = 1, .ids = &id,
                          .content = str_of(content) };
    wire_encode(r->client, &o, f);
}

__attribute__((unused))
static str rig_send(struct rig *r, struct arena *a, enum channel ch,
                    const char *type, const char *content)
{
    struct frames f;
    rig_frames(r, &f, type, content);
    str id = rig_id_of(a, &f, 1);
    rig_send_frames(r, ch, &f);
    return id;
}

/* Whether `have` holds everything in `want`: objects by their members, lists
 * by each element; the text "*" stands for anything. */
__attribute__((unused))
static bool json_holds(const json_t *have, const json_t *want)
{
    const char *key;
    json_t *w;
    size_t i;
    if (json_is_string(want) && strcmp(json_string_value(want), "*") == 0)
        return have != NULL;
    if (json_is_object(want)) {
        json_object_foreach((json_t *)(uintptr_t)want, key, w)
            if (!json_holds(json_object_get(have, key), w))
                return false;
        return json_is_object(have);
    }
    if (json_is_array(want)) {
        if (json_array_size(have) != json_array_size(want))
            return false;
        json_array_foreach(want, i, w)
            if (!json_holds(json_array_get(have, i), w))
                return false;
        return json_is_array(have);
    }
    return json_equal(have, want);
}

#endif

/* wire.c - splits, verifies, signs and joins messages.
 *
 * Called by: kernel.c, iopub.c, tests and the wire fuzzer. */
#include "kernel/wire.h"

#include <sodium.h>
#include <stdatomic.h>

#include "base/json_write.h"
#include "base/status.h"
#include "kernel/json_in.h"
#include "kernel/replay.h"

#define DELIMITER S("<IDS|MSG>")
#define PROTOCOL_VERSION "5.5"

enum { SIGNED_PARTS = 4, SESSION_BYTES = 16, MAX_HEADER_BYTES = 64 << 10 };

struct wire {
    unsigned char *key;
    size_t nkey;
    char session[2 * SESSION_BYTES + 1];
    struct replay *replay;
    atomic_uint_fast64_t sent;
};

void frames_init(struct frames *f)
{
    *f = (struct frames){ .arena = arena_new() };
}

void frames_add(struct frames *f, str bytes)
{
    PUSH(f->arena, f->list, arena_str(f->arena, bytes));
}

void frames_release(struct frames *f)
{
    arena_free(f->arena);
    *f = (struct frames){ .arena = NULL };
}

void msg_free(struct msg *m)
{
    if (!m)
        return;
    json_decref(m->head);
    json_decref(m->body);
    arena_free(m->arena);
}

bool msg_parse_body(struct msg *m)
{
    if (!m->body)
        m->body = json_object_in(m->content, true);
    return m->body != NULL;
}

const char *verdict_text(enum verdict v)
{
    static const char *const text[] = {
        [WIRE_OK] = "ok",
        [WIRE_NO_DELIMITER] = "no delimiter",
        [WIRE_TOO_SHORT] = "too few frames",
        [WIRE_BAD_SIGNATURE] = "bad signature",
        [WIRE_REPLAYED] = "replayed signature",
        [WIRE_BAD_HEADER] = "unreadable header",
    };
    return text[v];
}

struct wire *wire_new(str key)
{
    unsigned char id[SESSION_BYTES];
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    struct wire *w = xcalloc(1, sizeof *w);
    w->nkey = key.n;
    w->key = xmalloc(key.n);
    if (key.n)
        memcpy(w->key, key.p, key.n);
    randombytes_buf(id, sizeof id);
    sodium_bin2hex(w->session, sizeof w->session, id, sizeof id);
    w->replay = replay_new();
    return w;
}

void wire_free(struct wire *w)
{
    if (!w)
        return;
    sodium_memzero(w->key, w->nkey);
    free(w->key);
    replay_free(w->replay);
    free(w);
}

str wire_session(const struct wire *w)
{
    return str_of(w->session);
}

static void digest_of(const struct wire *w, const str *parts, size_t n,
                      unsigned char out[DIGEST_BYTES])
{
    crypto_auth_hmacsha256_state st;
    crypto_auth_hmacsha256_init(&st, w->key, w->nkey);
    for (size_t i = 0; i < n; i++)
        crypto_auth_hmacsha256_update(
            &st, (const unsigned char *)(parts[i].p ? parts[i].p : ""),
            parts[i].n);
    crypto_auth_hmacsha256_final(&st, out);
}

void wire_sign(const struct wire *w, const str *parts, size_t n,
               char hex[SIGNATURE_HEX + 1])
{
    unsigned char digest[DIGEST_BYTES];
    hex[0] = 0;
    if (w->nkey == 0)
        return;
    digest_of(w, parts, n, digest);
    sodium_bin2hex(hex, SIGNATURE_HEX + 1, digest, sizeof digest);
}

/* Constant time in the bytes of the signature; its length is no secret. */
static enum verdict verify(struct wire *w, str signature, const str *parts)
{
    unsigned char digest[DIGEST_BYTES];
    char hex[SIGNATURE_HEX + 1];
    if (w->nkey == 0)
        return WIRE_OK;
    if (signature.n != SIGNATURE_HEX)
        return WIRE_BAD_SIGNATURE;
    digest_of(w, parts, SIGNED_PARTS, digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    if (sodium_memcmp(hex, signature.p, SIGNATURE_HEX) != 0)
        return WIRE_BAD_SIGNATURE;
    return replay_add(w->replay, digest) ? WIRE_OK : WIRE_REPLAYED;
}

static bool find_delimiter(const struct frames *f, size_t *at)
{
    for (size_t i = 0; i < f->list.n; i++)
        if (str_eq(f->list.v[i], DELIMITER)) {
            *at = i;
            return true;
        }
    return false;
}

static bool parse_header(struct msg *m)
{
    if (m->header.n > MAX_HEADER_BYTES)
        return false;
    m->head = json_object_in(m->header, false);
    m->type = json_member_text(m->head, "msg_type");
    m->id = json_member_text(m->head, "msg_id");
    return m->head && m->type.n && m->id.n;
}

static struct msg *new_msg(const struct frames *f, size_t at)
{
    const str *v = f->list.v;
    struct msg *m = NEW(f->arena, struct msg);
    *m = (struct msg){
        .arena = f->arena,
        .nids = at,
        .ids = v,
        .header = v[at + 2],
        .parent = v[at + 3],
        .metadata = v[at + 4],
        .content = v[at + 5],
        .nbuffers = f->list.n - at - 6,
        .buffers = v + at + 6,
        .arrived_us = stamp_now(),
    };
    return m;
}

static enum verdict decode(struct wire *w, struct frames *f, struct msg **out)
{
    size_t at;
    if (!find_delimiter(f, &at))
        return WIRE_NO_DELIMITER;
    if (f->list.n - at < 6)
        return WIRE_TOO_SHORT;
    const str *v = f->list.v + at;
    enum verdict verdict = verify(w, v[1], v + 2);
    if (verdict != WIRE_OK)
        return verdict;
    struct msg *m = new_msg(f, at);
    if (!parse_header(m)) {
        json_decref(m->head);
        return WIRE_BAD_HEADER;
    }
    *out = m;
    return WIRE_OK;
}

enum verdict wire_decode(struct wire *w, enum channel ch, struct frames *f,
                         struct msg **out)
{
    enum verdict verdict = decode(w, f, out);
    if (verdict == WIRE_OK) {
        (*out)->channel = ch;
        *f = (struct frames){ .arena = NULL };
    } else {
        frames_release(f);
    }
    return verdict;
}

int64_t stamp_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void stamp_format(struct buf *b, int64_t us)
{
    struct tm tm;
    char text[32];
    time_t seconds = (time_t)(us / 1000000);
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    buf_addf(b, "%s.%06dZ", text, (int)(us % 1000000));
}

static void build_header(struct wire *w, const char *type, struct buf *b)
{
    uint64_t n = atomic_fetch_add(&w->sent, 1);
    buf_addf(b, "{\"msg_id\":\"%s_%llu\",\"session\":\"%s\",", w->session,
             (unsigned long long)n, w->session);
    buf_adds(b, "\"username\":\"kernel\",\"date\":\"");
    stamp_format(b, stamp_now());
    buf_adds(b, "\",\"msg_type\":");
    json_str(b, str_of(type));
    buf_adds(b, ",\"version\":\"" PROTOCOL_VERSION "\"}");
}

static str or_empty_object(str json)
{
    return json.n ? json : S("{}");
}

void wire_encode(struct wire *w, const struct outgoing *o, struct frames *out)
{
    char hex[SIGNATURE_HEX + 1];
    struct buf header;
    buf_init(&header, 4096);
    build_header(w, o->type, &header);
    str parts[SIGNED_PARTS] = {
        buf_str(&header),
        or_empty_object(o->parent_header),
        or_empty_object(o->metadata),
        or_empty_object(o->content),
    };
    wire_sign(w, parts, SIGNED_PARTS, hex);
    frames_init(out);
    for (size_t i = 0; i < o->nids; i++)
        frames_add(out, o->ids[i]);
    frames_add(out, DELIMITER);
    frames_add(out, str_of(hex));
    for (size_t i = 0; i < SIGNED_PARTS; i++)
        frames_add(out, parts[i]);
    buf_release(&header);
}

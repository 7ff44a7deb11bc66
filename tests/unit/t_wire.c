/* t_wire.c - signatures, replay, malformed frames: what a local attacker, who
 * may connect to every socket, can send. */
#include "t.h"

#include <sodium.h>

#include "kernel/json_in.h"
#include "kernel/replay.h"
#include "kernel/wire.h"

static const char head[] = "{\"msg_id\":\"1\",\"msg_type\":\"x_request\"}";

/* Identity, delimiter, signature, four parts and `nbuffers` buffers. */
static void build(struct frames *f, const struct wire *w, const char *header,
                  int nbuffers)
{
    char hex[SIGNATURE_HEX + 1];
    str parts[4] = { str_of(header), S("{}"), S("{}"), S("{\"a\":1}") };
    wire_sign(w, parts, 4, hex);
    frames_init(f);
    frames_add(f, S("id"));
    frames_add(f, S("<IDS|MSG>"));
    frames_add(f, str_of(hex));
    for (int i = 0; i < 4; i++)
        frames_add(f, parts[i]);
    for (int i = 0; i < nbuffers; i++)
        frames_add(f, S("\0buffer\0"));
}

static enum verdict decode(struct wire *w, struct frames *f)
{
    struct msg *m = NULL;
    enum verdict v = wire_decode(w, CH_SHELL, f, &m);
    msg_free(m);
    return v;
}

static enum verdict decode_header(const char *header)
{
    struct wire *w = wire_new(S("key"));
    struct frames f;
    build(&f, w, header, 0);
    enum verdict v = decode(w, &f);
    wire_free(w);
    return v;
}

/* RFC 4231, test case 2: HMAC-SHA-256 of "what do ya want for nothing?". */
TEST(signature_is_hmac_sha256)
{
    struct wire *w = wire_new(S("Jefe"));
    char hex[SIGNATURE_HEX + 1];
    str parts[] = { S("what do ya "), S("want for nothing?") };
    wire_sign(w, parts, 2, hex);
    CHECK_STR(str_of(hex), "5bdcc146bf60754e6a042426089575c7"
                           "5a003f089d2739839dec58b964ec3843");
    wire_free(w);
}

TEST(good_message)
{
    struct wire *w = wire_new(S("key"));
    struct frames f;
    struct msg *m = NULL;
    build(&f, w, head, 2);
    CHECK(wire_decode(w, CH_CONTROL, &f, &m) == WIRE_OK);
    CHECK(f.arena == NULL);
    CHECK(m->channel == CH_CONTROL && m->nids == 1 && m->nbuffers == 2);
    CHECK_STR(m->ids[0], "id");
    CHECK_STR(m->type, "x_request");
    CHECK_STR(m->header, head);
    CHECK(m->buffers[1].n == 8);
    CHECK(msg_parse_body(m) && json_member_int(m->body, "a", 0) == 1);
    msg_free(m);
    wire_free(w);
}

TEST(wrong_signatures)
{
    static const char *const bad[] = {
        "", "0", "zz",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "00000000000000000000000000000000000000000000000000000000000000000",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct wire *w = wire_new(S("key"));
        struct frames f;
        build(&f, w, head, 0);
        f.list.v[2] = str_of(bad[i]);
        CHECK(decode(w, &f) == WIRE_BAD_SIGNATURE);
        wire_free(w);
    }
}

TEST(signature_of_another_key)
{
    struct wire *w = wire_new(S("key")), *other = wire_new(S("kez"));
    struct frames f;
    build(&f, other, head, 0);
    CHECK(decode(w, &f) == WIRE_BAD_SIGNATURE);
    wire_free(w);
    wire_free(other);
}

TEST(every_part_is_signed)
{
    for (int part = 3; part <= 6; part++) {
        struct wire *w = wire_new(S("key"));
        struct frames f;
        build(&f, w, head, 0);
        f.list.v[part] = S("{\"changed\":1}");
        CHECK(decode(w, &f) == WIRE_BAD_SIGNATURE);
        wire_free(w);
    }
}

TEST(buffers_are_not_signed)
{
    struct wire *w = wire_new(S("key"));
    struct frames f;
    build(&f, w, head, 1);
    f.list.v[7] = S("other");
    CHECK(decode(w, &f) == WIRE_OK);
    wire_free(w);
}

TEST(replayed_on_any_channel)
{
    struct wire *w = wire_new(S("key"));
    struct frames f;
    struct msg *m = NULL;
    build(&f, w, head, 0);
    CHECK(decode(w, &f) == WIRE_OK);
    build(&f, w, head, 0);
    CHECK(decode(w, &f) == WIRE_REPLAYED);
    build(&f, w, head, 0);
    CHECK(wire_decode(w, CH_CONTROL, &f, &m) == WIRE_REPLAYED);
    wire_free(w);
}

/* An attacker who sees a signature must not be able to use it up first. */
TEST(forged_messages_do_not_enter_the_replay_set)
{
    struct wire *w = wire_new(S("key"));
    struct frames f;
    build(&f, w, head, 0);
    f.list.v[6] = S("{\"forged\":1}");
    CHECK(decode(w, &f) == WIRE_BAD_SIGNATURE);
    build(&f, w, head, 0);
    CHECK(decode(w, &f) == WIRE_OK);
    wire_free(w);
}

TEST(empty_key_signs_and_checks_nothing)
{
    struct wire *w = wire_new(S(""));
    char hex[SIGNATURE_HEX + 1];
    str part = S("x");
    struct frames f;
    wire_sign(w, &part, 1, hex);
    CHECK_STR(str_of(hex), "");
    build(&f, w, head, 0);
    CHECK(decode(w, &f) == WIRE_OK);
    build(&f, w, head, 0);
    CHECK(decode(w, &f) == WIRE_OK);
    wire_free(w);
}

static enum verdict decode_only(struct wire *w, const char *const *v, size_t n)
{
    struct frames f;
    frames_init(&f);
    for (size_t i = 0; i < n; i++)
        frames_add(&f, str_of(v[i]));
    return decode(w, &f);
}

TEST(malformed_frames)
{
    static const char *const all[] = { "<IDS|MSG>", "s", "{}", "{}", "{}" };
    struct wire *w = wire_new(S("key"));
    CHECK(decode_only(w, NULL, 0) == WIRE_NO_DELIMITER);
    CHECK(decode_only(w, all + 1, 4) == WIRE_NO_DELIMITER);
    for (size_t n = 1; n <= 5; n++)
        CHECK(decode_only(w, all, n) == WIRE_TOO_SHORT);
    wire_free(w);
}

TEST(many_frames_without_delimiter)
{
    struct wire *w = wire_new(S("key"));
    struct frames f;
    frames_init(&f);
    for (int i = 0; i < 100000; i++)
        frames_add(&f, S(""));
    CHECK(decode(w, &f) == WIRE_NO_DELIMITER);
    wire_free(w);
}

TEST(bad_headers)
{
    static const char *const bad[] = {
        "", "{", "[]", "null", "\"x\"", "1", "{}",
        "{\"msg_id\":\"1\"}", "{\"msg_type\":\"x\"}",
        "{\"msg_id\":\"\",\"msg_type\":\"x\"}",
        "{\"msg_id\":1,\"msg_type\":\"x\"}",
        "{\"msg_id\":\"1\",\"msg_type\":null}",
        "{\"msg_id\":\"1\",\"msg_type\":\"x\"} trailing",
        "{\"msg_id\":\"\xff\",\"msg_type\":\"x\"}",
        "{\"msg_id\":\"\\ud800\",\"msg_type\":\"x\"}",
        "{\"msg_id\":\"1\",\"msg_type\":\"x\",\"n\":1e999}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(decode_header(bad[i]) == WIRE_BAD_HEADER);
    CHECK(decode_header("{\"msg_id\":\"1\",\"msg_type\":\"\\u0000\"}") ==
          WIRE_OK);
}

TEST(deep_header)
{
    enum { DEPTH = 100000 };
    struct buf b;
    buf_init(&b, 10 * DEPTH);
    buf_adds(&b, "{\"msg_id\":\"1\",\"msg_type\":\"x\",\"d\":");
    buf_fill(&b, '[', DEPTH);
    buf_fill(&b, ']', DEPTH);
    buf_adds(&b, "}");
    buf_addc(&b, 0);
    CHECK(decode_header(b.p) == WIRE_BAD_HEADER);
    buf_release(&b);
}

TEST(encoded_message_can_be_decoded)
{
    struct wire *w = wire_new(S("key"));
    struct frames f;
    struct msg *m = NULL;
    str id = S("topic");
    struct outgoing o = { .type = "status", .nids = 1, .ids = &id,
                          .content = S("{\"a\":\"\xe2\x82\xac\"}") };
    wire_encode(w, &o, &f);
    CHECK(wire_decode(w, CH_IOPUB, &f, &m) == WIRE_OK);
    CHECK_STR(m->type, "status");
    CHECK_STR(m->parent, "{}");
    CHECK_STR(m->metadata, "{}");
    CHECK_STR(json_member_text(m->head, "version"), "5.5");
    CHECK(str_eq(json_member_text(m->head, "session"), wire_session(w)));
    CHECK(str_ends(json_member_text(m->head, "date"), S("Z")));
    msg_free(m);
    wire_free(w);
}

TEST(stamps)
{
    struct buf b;
    buf_init(&b, 100);
    stamp_format(&b, 1704164645000042);
    CHECK_STR(buf_str(&b), "2024-01-02T03:04:05.000042Z");
    buf_release(&b);
}

static void numbered(unsigned char d[DIGEST_BYTES], uint32_t n)
{
    crypto_hash_sha256(d, (const unsigned char *)&n, sizeof n);
}

TEST(replay_set_keeps_the_last_65536)
{
    struct replay *r = replay_new();
    unsigned char d[DIGEST_BYTES];
    int bad = 0;
    for (uint32_t i = 0; i < 3 * REPLAY_KEPT; i++) {
        numbered(d, i);
        bad += !replay_add(r, d);
        bad += replay_add(r, d);
    }
    CHECK(bad == 0);
    numbered(d, 2 * REPLAY_KEPT);
    CHECK(!replay_add(r, d)); /* the oldest that is kept */
    numbered(d, 2 * REPLAY_KEPT - 1);
    CHECK(replay_add(r, d));  /* one older: forgotten */
    replay_free(r);
}

static void check_repaired(const char *json, const char *want)
{
    json_t *j = json_object_in(str_of(json), true);
    CHECK(json_object_in(str_of(json), false) == NULL);
    CHECK_STR(json_member_text(j, "a"), want);
    json_decref(j);
}

TEST(broken_text_is_repaired)
{
    check_repaired("{\"a\":\"x\\ud800y\"}", "x\xef\xbf\xbdy");
    check_repaired("{\"a\":\"\\udc00\"}", "\xef\xbf\xbd");
    check_repaired("{\"a\":\"\\ud83d\\ude00\\ud83d\"}",
                   "\xf0\x9f\x98\x80\xef\xbf\xbd");
    check_repaired("{\"a\":\"\\\\\\ud800\"}", "\\\xef\xbf\xbd");
    check_repaired("{\"a\":\"\xff\"}", "\xef\xbf\xbd");
    CHECK(json_object_in(S("{\"a\":\"\\ud8"), true) == NULL);
    CHECK(json_object_in(S("{\"a\\"), true) == NULL);
}

/* t_decode.c - the decoder: nesting, limits, broken and hostile input. */
#include "analytics/decode.h"

#include <archive.h>
#include <archive_entry.h>
#include <time.h>
#include <zlib.h>

#include "base/base64.h"
#include "t.h"

struct rig {
    struct arena *a;
    struct decoder *d;
    const struct decoded *v;
    size_t n;
};

static void start(struct rig *r, struct decode_opts o)
{
    r->a = arena_new();
    r->d = decoder_new(&o, NULL);
}

static void run(struct rig *r, str text)
{
    r->n = decode_text(r->d, r->a, text, &r->v);
}

static void stop(struct rig *r)
{
    decoder_free(r->d);
    arena_free(r->a);
}

static str base64(struct arena *a, str s)
{
    struct buf b;
    buf_init(&b, 1 << 28);
    base64_encode(&b, s);
    s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

/* As zlib packs it: 31 gzip, 15 zlib, -15 raw deflate. */
static str packed(struct arena *a, str s, int window)
{
    z_stream z = { 0 };
    size_t room = s.n + s.n / 100 + 1000;
    char *p = arena_alloc(a, room);
    CHECK(deflateInit2(&z, 9, Z_DEFLATED, window, 9, 0) == Z_OK);
    z.next_in = (Bytef *)(uintptr_t)s.p;
    z.avail_in = (uInt)s.n;
    z.next_out = (Bytef *)p;
    z.avail_out = (uInt)room;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return (str){ p, room - z.avail_out };
}

static str archived(struct arena *a, bool zip, size_t members, str bytes)
{
    size_t room = members * (bytes.n + 1200) + 20000, used = 0;
    char *p = arena_alloc(a, room);
    struct archive *w = archive_write_new();
    if (zip)
        archive_write_set_format_zip(w);
    else
        archive_write_set_format_ustar(w);
    archive_write_open_memory(w, p, room, &used);
    for (size_t i = 0; i < members; i++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, "../../m.txt");
        archive_entry_set_size(e, (la_int64_t)bytes.n);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_write_header(w, e);
        archive_write_data(w, bytes.p, bytes.n);
        archive_entry_free(e);
    }
    archive_write_close(w);
    archive_write_free(w);
    return (str){ p, used };
}

static const char words[] = "whoami /all and net user, said the fox";

TEST(stages_and_digests)
{
    struct rig r;
    start(&r, (struct decode_opts){ 0 });
    str inner = base64(r.a, S(words));
    str text = arena_fmt(r.a, "x %.*s y", STRF(inner));
    text = base64(r.a, packed(r.a, base64(r.a, text), 31));
    run(&r, text);
    CHECK(r.n == 4);
    CHECK_STR(r.v[3].path, "base64/gzip/base64/base64");
    CHECK_STR(r.v[3].text, words);
    CHECK(r.v[3].depth == 4 && r.v[1].depth == 2);
    CHECK_STR(r.v[0].original, arena_cstr(r.a, text));
    CHECK_STR(str_of(r.v[0].type), "gzip");
    run(&r, base64(r.a, S("The quick brown fox jumps over the lazy dog")));
    CHECK(r.n == 1 && memcmp(r.v[0].digest.md5,
                             "9e107d9d372bb6826bd81d3542a419d6", 32) == 0);
    CHECK(memcmp(r.v[0].digest.sha1,
                 "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", 40) == 0);
    CHECK(memcmp(r.v[0].digest.sha256, "d7a8fbb307d7809469ca9abcb0082e4f8d56"
                 "51e46d3cdb762d02d0bf37c9e592", 64) == 0);
    stop(&r);
}

TEST(every_packing)
{
    struct rig r;
    start(&r, (struct decode_opts){ 0 });
    str big = arena_fmt(r.a, "%s %s %s %s", words, words, words, words);
    run(&r, base64(r.a, packed(r.a, big, 15)));
    CHECK(r.n == 2 && str_eq(r.v[1].text, big));
    CHECK_STR(r.v[1].path, "base64/zlib");
    run(&r, base64(r.a, packed(r.a, big, -15)));
    CHECK(r.n == 2 && str_eq(r.v[1].text, big));
    CHECK_STR(r.v[1].path, "base64/deflate");
    run(&r, base64(r.a, archived(r.a, true, 2, big)));
    CHECK(r.n == 3 && str_eq(r.v[2].text, big));
    CHECK_STR(r.v[1].name, "../../m.txt");
    run(&r, base64(r.a, archived(r.a, false, 1, big)));
    CHECK(r.n == 2);
    CHECK_STR(r.v[1].path, "base64/tar");
    stop(&r);
}

TEST(split_wrapped_and_url_safe)
{
    struct rig r;
    start(&r, (struct decode_opts){ 0 });
    run(&r, S("'d2hv' + 'YW1pIC9hbGwgYW5kIG' +\n 'MgbmV0IHVz' + 'ZXI='"));
    CHECK(r.n == 1 && r.v[0].is_text);
    run(&r, S("QWxsIHRoZXNlIHdvcmRzIGFyZSB3cmFwcGVk\r\n"
              "IGludG8gbGluZXMgYXMgbWFpbCBkb2VzIGl0\r\nLg=="));
    CHECK(r.n == 1);
    CHECK_STR(r.v[0].text, "All these words are wrapped into lines as mail "
              "does it.");
    run(&r, S("-----BEGIN X-----\nQWxsIHRoZXNlIHdvcmRzIGFyZSB3cmFwcGVk\n"
              "IGludG8gbGluZXM=\n-----END X-----\n"));
    CHECK(r.n == 1);
    CHECK_STR(r.v[0].text, "All these words are wrapped into lines");
    run(&r, S("Pz8_Pz8_Pz8-Pj4-Pj4-Pj4-Pj4_"));
    CHECK(r.n == 1);
    CHECK_STR(r.v[0].text, "\77\77\77\77\77\77\77\77>>>>>>>>>>>>\77");
    stop(&r);
}

TEST(limits_are_told)
{
    struct rig r;
    start(&r, (struct decode_opts){ .depth = 2, .max_members = 3 });
    size_t mega = 8 << 20;
    char *zeros = arena_zalloc(r.a, mega);
    run(&r, base64(r.a, packed(r.a, (str){ zeros, mega }, 31)));
    CHECK(r.n == 2);
    CHECK_STR(r.v[0].error, "limit: ratio");
    run(&r, base64(r.a, archived(r.a, true, 5, S(words))));
    CHECK(r.n == 4);
    CHECK_STR(r.v[0].error, "limit: members");
    str text = S(words);
    for (int i = 0; i < 5; i++)
        text = base64(r.a, text);
    run(&r, text);
    CHECK(r.n == 2);
    CHECK_STR(r.v[1].error, "limit: depth");
    stop(&r);
    start(&r, (struct decode_opts){ .max_bytes = 40 });
    text = arena_fmt(r.a, "%.*s %.*s", STRF(base64(r.a, S(words))),
                     STRF(base64(r.a, S("something else that is long"))));
    run(&r, text);
    CHECK(r.n == 2 && r.v[0].error.n == 0);
    CHECK_STR(r.v[1].error, "limit: bytes");
    stop(&r);
}

TEST(broken_archives_are_told)
{
    struct rig r;
    start(&r, (struct decode_opts){ 0 });
    str gz = packed(r.a, S(words), 31), zip = archived(r.a, true, 1, S(words));
    for (size_t n = 12; n < gz.n; n++) {
        run(&r, base64(r.a, str_sub(gz, 0, n)));
        CHECK(r.n == 0 || r.v[0].error.n > 0);
    }
    for (size_t n = 30; n + 22 < zip.n; n += 3) {
        run(&r, base64(r.a, str_sub(zip, 0, n)));
        CHECK(r.n >= 1);
    }
    stop(&r);
}

static double seconds_of(const char *piece, size_t bytes)
{
    struct rig r;
    struct timespec from, to;
    start(&r, (struct decode_opts){ 0 });
    size_t n = strlen(piece);
    char *p = arena_alloc(r.a, bytes);
    for (size_t i = 0; i < bytes; i++)
        p[i] = piece[i % n];
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    run(&r, (str){ p, bytes });
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    stop(&r);
    return (double)(to.tv_sec - from.tv_sec) +
           (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

TEST(no_input_is_slow)
{
    static const char *const pieces[] = {
        "A", "a", "QUJD", "f", "00", "41", "%41", "%", "\\x41", "0x41,", "x",
        "'QUJD' + ", "'QUJDREVGR0hJSktMTU5PUFFS' + ", "\"A\"&", "+", "'+'",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNE\n", "a-b_", "-", "=",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpB ", "\x1f\x8b", "H4sIAAAA",
        "aaaaaaaaaaaaaaaa-", "%41%42%43 ", "' + 'a",
    };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        double s = seconds_of(pieces[i], 1 << 20);
        if (s > 4)
            printf("'%s' takes %.1f s\n", pieces[i], s);
        CHECK(s <= 4);
    }
}

TEST(odd_bytes)
{
    struct rig r;
    start(&r, (struct decode_opts){ 0 });
    run(&r, S(""));
    CHECK(r.n == 0);
    run(&r, S("h__p://\\xample \\xag \\x 0x 0xg"));
    CHECK(r.n == 0);
    run(&r, S("\0\0\0\377\376 QUJD\0QUJDREVGR0hJSktMTU5PUFFSU1RV"));
    CHECK(r.n == 1);
    atomic_bool cancel = true;
    struct decoder *d = decoder_new(&(struct decode_opts){ 0 }, &cancel);
    CHECK(decode_text(d, r.a, S("QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"), &r.v) <=
          1);
    decoder_free(d);
    stop(&r);
}

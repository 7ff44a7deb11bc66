/* t_sweep.c - many indicators at once, against looking for each alone. */
#include "analytics/sweep.h"

#include <time.h>

#include "base/buf.h"

#include "t.h"

struct seen {
    uint32_t v[64];
    size_t at[64], n;
};

static void on_hit(void *ctx, const struct sweep_hit *h)
{
    struct seen *s = ctx;
    if (s->n < 64) {
        s->v[s->n] = h->indicator;
        s->at[s->n++] = h->beg;
    }
}

static size_t find(const str *v, size_t n, const char *text, struct seen *s)
{
    struct arena *a = arena_new();
    *s = (struct seen){ 0 };
    sweep_text(sweep_new(a, v, n), str_of(text), on_hit, s);
    arena_free(a);
    return s->n;
}

TEST(whole_words_without_case)
{
    str v[] = { S("evil[.]com"), S("10.1.2.3"), S("C:\\Temp\\x.exe"),
                S("/tmp/a"), S("mimikatz"), S("a b c d e f g h i j k") };
    struct seen s;
    CHECK(find(v, 6, "http://www.EVIL.com/ evil.com", &s) == 1);
    CHECK(s.v[0] == 0 && s.at[0] == 11);
    CHECK(find(v, 6, "not-evil.com evil.com.au evil.community", &s) == 0);
    CHECK(find(v, 6, "5.10.1.2.3 110.1.2.3 10.1.2.33 10.1.2.3.4", &s) == 0);
    CHECK(find(v, 6, "x 10.1.2.3:80", &s) == 1);
    CHECK(find(v, 6, "c:\\temp\\X.EXE. ls /tmp/a", &s) == 2);
    CHECK(find(v, 6, "/tmp/ab xmimikatz mimikatz_x", &s) == 1);
    CHECK(find(v, 6, "- A b c d e f g h i j k l", &s) == 1);
    CHECK(find(v, 6, "a b c d e f g h i j kk", &s) == 0);
    CHECK(find(v, 6, "", &s) == 0);
    CHECK(find(v, 0, "anything", &s) == 0);
}

TEST(short_and_equal_indicators)
{
    str v[] = { S("ab"), S("---"), S(""), S("abc"), S("ABC"), S(" abc ") };
    struct arena *a = arena_new();
    struct sweep *w = sweep_new(a, v, 6);
    struct seen s = { 0 };
    CHECK(sweep_left_out(w) == 3);
    sweep_text(w, S("abc ab ---"), on_hit, &s);
    CHECK(s.n == 3);
    s.n = 0;
    sweep_text(w, S("x abc"), on_hit, &s);
    CHECK(s.n == 3 && s.at[0] == 2);
    arena_free(a);
}

/* Random texts over few words: the answer of a plain search for each. */
TEST(agrees_with_plain_search)
{
    static const char *const words[] = { "aa", "bb", "cc1", "D2", "e" };
    uint64_t state = 7;
    struct arena *a = arena_new();
    str v[200];
    for (int round = 0; round < 200; round++) {
        struct buf b;
        buf_init(&b, 4096);
        int n = round < 190 ? 1 + round % 4 : 9 + round % 3;
        for (int k = 0; k < n; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            buf_addf(&b, "%s%s", k ? "/" : "", words[(state >> 33) % 5]);
        }
        v[round] = buf_take(&b, a);
        buf_release(&b);
    }
    struct sweep *w = sweep_new(a, v, 200);
    for (int round = 0; round < 200; round++) {
        struct seen s = { 0 };
        str text = arena_fmt(a, "x/%.*s/%.*s y", STRF(v[round]),
                             STRF(v[(round * 7) % 200]));
        size_t want = 0;
        for (int k = 0; k < 200; k++) {
            str needle = arena_fmt(a, "/%.*s/", STRF(v[k]));
            str padded = arena_fmt(a, "/%.*s/", STRF(text));
            for (size_t i = 0; i < padded.n; i++)
                if (padded.p[i] == ' ')
                    ((char *)(uintptr_t)padded.p)[i] = '/';
            want += v[k].n >= SWEEP_SHORTEST && str_find(padded, needle) >= 0;
        }
        sweep_text(w, text, on_hit, &s);
        CHECK(s.n == (want < 64 ? want : 64));
    }
    arena_free(a);
}

TEST(no_input_is_slow)
{
    struct arena *a = arena_new();
    struct timespec from, to;
    struct seen s = { 0 };
    str v[2000];
    for (size_t i = 0; i < 2000; i++) { /* one common beginning */
        struct buf b;
        buf_init(&b, 65536);
        for (size_t k = 0; k < 3 + i % 12; k++)
            buf_adds(&b, "a.");
        buf_addf(&b, "%zu", i);
        v[i] = buf_take(&b, a);
        buf_release(&b);
    }
    char *p = arena_alloc(a, 1 << 20);
    for (size_t i = 0; i < 1 << 20; i++)
        p[i] = i % 2 ? '.' : 'a';
    struct sweep *w = sweep_new(a, v, 2000);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    sweep_text(w, (str){ p, 1 << 20 }, on_hit, &s);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    CHECK(to.tv_sec - from.tv_sec < 4 && s.n == 0);
    arena_free(a);
}

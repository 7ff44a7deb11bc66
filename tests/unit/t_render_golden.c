/* t_render_golden.c - whole outputs against files in tests/render/golden.
 *
 * UPDATE=1 rewrites the files; the difference is then reviewed. Run from the
 * root of the repository. The style sheet and the scripts are left out of the
 * HTML files: they are checked by use in browser_test.py. */
#include "t.h"

#include <stdlib.h>

#include "tests/render/forms.h"

static const char procs[] =
    "a||C:\\Windows\\System32\\winlogon.exe|500|winlogon.exe|SYSTEM|"
    "2024-01-05 08:00:00\n"
    "b|a|C:\\Windows\\explorer.exe|1200|explorer.exe|CORP\\ana|"
    "2024-01-05 08:00:07\n"
    "c|b|C:\\Windows\\System32\\cmd.exe|1300|cmd.exe /c \"whoami & <x>\"|"
    "CORP\\ana|2024-01-05 09:10:00\n"
    "d|gone|C:\\Temp\\a.exe|77|a.exe $env:x|CORP\\bo|2024-01-05 09:11:00\n";
static const char proc_cols[] = "ProcessKey:string ParentKey:string "
    "NewProcessName:string NewProcessId:long CommandLine:string "
    "Account:string TimeGenerated:datetime";

static const char logons[] =
    "2024-01-05 00:00:00|ok|12|0.5\n2024-01-05 00:00:00|bad|2|1.5\n"
    "2024-01-05 06:00:00|ok|30|null\n2024-01-05 06:00:00|bad|9|2.25\n"
    "2024-01-05 12:00:00|ok|44|8\n2024-01-05 18:00:00|ok|17|-3\n";
static const char logon_cols[] = "At:datetime Result:string N:long X:real";

static const char rows[] =
    "2024-01-02 03:04:05.5|ana|-3|true|{\"a\":[1,2],\"b\":\"<i>\"}|"
    "36000000000\n"
    "2024-01-02 03:04:06||12|false|null|1\n"
    "null|bo\x1b[2J <b>&\"'|null|true|[]|null\n";
static const char row_cols[] = "At:datetime Who:string N:long Ok:bool "
                               "Bag:dynamic Took:timespan";

static bool read_file(struct buf *b, const char *path)
{
    char part[4096];
    size_t n;
    FILE *fp = fopen(path, "rb");
    if (!fp)
        return false;
    while ((n = fread(part, 1, sizeof part, fp)) > 0)
        buf_add(b, (str){ part, n });
    fclose(fp);
    return true;
}

static void write_file(const char *path, str s)
{
    FILE *fp = fopen(path, "wb");
    CHECK(fp && fwrite(s.p, 1, s.n, fp) == s.n);
    if (fp)
        fclose(fp);
}

static void compare(const char *name, const char *ext, str got)
{
    char path[200];
    struct buf want;
    if (got.n == 0)
        return;
    snprintf(path, sizeof path, "tests/render/golden/%s.%s", name, ext);
    if (getenv("UPDATE")) {
        write_file(path, got);
        return;
    }
    buf_init(&want, 64 << 20);
    bool same = read_file(&want, path) && str_eq(buf_str(&want), got);
    if (!same) {
        printf("%s differs; what came is in /tmp/%s.%s\n", path, name, ext);
        snprintf(path, sizeof path, "/tmp/%s.%s", name, ext);
        write_file(path, got);
    }
    CHECK(same);
    buf_release(&want);
}

/* Removes what stands between `open` and `close`, wherever it does. */
static str without(struct arena *a, str s, const char *open, const char *close)
{
    struct buf b;
    ptrdiff_t at, end;
    buf_init(&b, 64 << 20);
    while ((at = str_find(s, str_of(open))) >= 0) {
        size_t beg = (size_t)at + strlen(open);
        buf_add(&b, str_sub(s, 0, beg));
        s = str_sub(s, beg, s.n);
        end = str_find(s, str_of(close));
        s = str_sub(s, end < 0 ? s.n : (size_t)end, s.n);
    }
    buf_add(&b, s);
    str out = buf_take(&b, a);
    buf_release(&b);
    return out;
}

static void golden(const char *name, struct frame *f, const char *kind,
                   const char *props)
{
    struct arena *a = arena_new();
    struct bundle b;
    draw_checked(a, f, kind, props, &b);
    str html = bundle_find(&b, "text/html");
    html = without(a, html, "<style>", "</style>");
    html = without(a, html, "<script>", "</script>");
    html = without(a, html, "base64,", "\"");
    html = without(a, html, "<svg", "</svg>");
    compare(name, "html", html);
    compare(name, "svg", bundle_find(&b, "image/svg+xml"));
    compare(name, "txt", bundle_find(&b, "text/plain"));
    frame_unref(f);
    arena_free(a);
}

TEST(table)
{
    struct frame *f = sample_frame(row_cols, rows);
    f->total = 1200;
    f->completeness = PARTIAL;
    frame_note(f, "slice 2 of 8 failed: timed out");
    golden("table", f, "table", "title=Rows & more");
}

TEST(charts)
{
    static const char *const kinds[] = { "timechart", "linechart", "areachart",
        "columnchart", "barchart", "piechart", "scatterchart", "card" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        golden(kinds[i], sample_frame(logon_cols, logons), kinds[i],
               "title=Log-ons;ycolumns=N");
    golden("areachart_stacked", sample_frame(logon_cols, logons), "areachart",
           "kind=stacked;ycolumns=N");
    golden("columnchart_stacked", sample_frame(logon_cols, logons),
           "columnchart", "kind=stacked100;ycolumns=N");
    golden("timechart_all", sample_frame(logon_cols, logons), "timechart",
           "legend=hidden;ymin=-10;ymax=50;ytitle=n");
}

TEST(timeline)
{
    golden("timeline", sample_frame(logon_cols, logons), "timeline",
           "group=Result;color=Result;ref=2024-01-05 07:30:00;"
           "ref_label=alert;title=Log-ons");
}

TEST(processtree)
{
    golden("processtree", sample_frame(proc_cols, procs), "processtree",
           "title=What ran;color=Account");
}

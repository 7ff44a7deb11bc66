/* page.c - an HTML page without scripts of its own.
 *
 * Called by: cmd_run.c. Text passes through the renderers' escaping. */
#include "kernel/page.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head[] =
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    /* The renderers' system colours follow the scheme that a page opts into. */
    "<style>:root{color-scheme:light dark}"
    "body{font:14px/1.5 system-ui,sans-serif;max-width:72em;"
    "margin:2em auto;padding:0 1em;background:Canvas;color:CanvasText}"
    "pre{font:13px/1.45 ui-monospace,monospace;overflow:auto}"
    "pre.code{border-left:3px solid #8886;padding:.4em .8em}"
    "pre.bad{color:#b3261e}section{margin:1.2em 0}"
    "@media(prefers-color-scheme:dark){pre.bad{color:#f2b8b5}}</style>\n";

void page_begin(struct page *p, const struct interp *in, str title)
{
    p->in = in;
    buf_init(&p->html, MAX_PAGE_BYTES);
    buf_adds(&p->html, "<!doctype html>\n<html lang=\"en\">\n"
                       "<meta charset=\"utf-8\">\n<title>");
    in->html_text(&p->html, title);
    buf_adds(&p->html, "</title>\n");
    buf_adds(&p->html, head);
    buf_adds(&p->html, "<h1>");
    in->html_text(&p->html, title);
    buf_adds(&p->html, "</h1>\n");
}

static void add_pre(struct page *p, const char *kind, str text)
{
    buf_adds(&p->html, "<pre class=\"");
    buf_adds(&p->html, kind);
    buf_adds(&p->html, "\">");
    p->in->html_text(&p->html, text);
    buf_adds(&p->html, "</pre>\n");
}

void page_code(struct page *p, str code)
{
    add_pre(p, "code", code);
}

void page_result(void *ctx, const struct result *r, const struct bundle *forms)
{
    struct page *p = ctx;
    str html = bundle_find(forms, "text/html");
    str svg = bundle_find(forms, "image/svg+xml");
    (void)r;
    buf_adds(&p->html, "<section>");
    if (html.n || svg.n)
        buf_add(&p->html, html.n ? html : svg); /* written by the renderers */
    else
        add_pre(p, "text", bundle_find(forms, "text/plain"));
    buf_adds(&p->html, "</section>\n");
}

void page_diags(struct page *p, const struct diags *ds, str src)
{
    struct buf text;
    buf_init(&text, 16 << 20);
    for (size_t i = 0; i < ds->list.n; i++)
        diag_print(&text, &ds->list.v[i], src);
    if (text.n)
        add_pre(p, ds->nerrors ? "bad" : "text", buf_str(&text));
    buf_release(&text);
}

static bool write_file(const char *path, str text)
{
    FILE *f = fopen(path, "we");
    if (!f)
        return false;
    bool ok = fwrite(text.p, 1, text.n, f) == text.n;
    ok = fflush(f) == 0 && fsync(fileno(f)) == 0 && ok;
    return fclose(f) == 0 && ok;
}

bool page_write(struct page *p, const char *dir)
{
    char path[PATH_MAX], part[PATH_MAX];
    if (!buf_ok(&p->html)) {
        errno = EFBIG;
        return false;
    }
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return false;
    int n = snprintf(path, sizeof path, "%s/index.html", dir);
    int m = snprintf(part, sizeof part, "%s/index.html.part", dir);
    if (n >= (int)sizeof path || m >= (int)sizeof part) {
        errno = ENAMETOOLONG;
        return false;
    }
    return write_file(part, buf_str(&p->html)) && rename(part, path) == 0;
}

void page_release(struct page *p)
{
    buf_release(&p->html);
}

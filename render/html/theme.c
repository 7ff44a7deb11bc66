/* theme.c - container, style sheet and script frame of HTML pictures.
 *
 * Called by: every renderer that writes HTML.
 *
 * Colours come from the front end's own variables (--jp-… in JupyterLab and
 * Notebook 7, --vscode-… in VS Code) and end in the system colours Canvas and
 * CanvasText. Those follow the colour scheme of the page itself: a page that
 * opts into dark mode gets it, a page that is always white (classic notebook,
 * exported HTML) stays readable when the operating system is dark, which a
 * prefers-color-scheme rule alone would get wrong. Lines and shades are
 * translucent grey, so they suit both.
 *
 * Some pages lay outputs out in a table cell that grows with its content; a
 * width of nothing with a least width of all keeps a wide table scrolling.
 *
 * An untrusted notebook strips <style>, <script>, <svg> and var(); renderers
 * therefore also set alignment, padding and borders inline. */
#include "render/html/theme.h"

#include <inttypes.h>

#include "render/format.h"
#include "render/html/html.h"

enum { ALT_MAX = 300000 }; /* an SVG above it is not repeated as an image */

static const char *const css[] = {
    /* container and colours */
    ".shk{--shk-fg:var(--jp-content-font-color1,"
    "var(--vscode-editor-foreground,CanvasText));"
    "--shk-mute:var(--jp-content-font-color2,"
    "var(--vscode-descriptionForeground,#7d838c));"
    "--shk-bg:var(--jp-layout-color0,var(--vscode-notebook-editorBackground,"
    "var(--vscode-editor-background,Canvas)));"
    "--shk-accent:var(--jp-brand-color1,var(--vscode-focusBorder,#4e8fd8));"
    "--shk-line:rgba(128,128,128,.28);--shk-soft:rgba(128,128,128,.11);"
    "--shk-font:var(--jp-ui-font-family,var(--vscode-font-family,"
    "system-ui,sans-serif));"
    "--shk-mono:var(--jp-code-font-family,var(--vscode-editor-font-family,"
    "ui-monospace,Menlo,Consolas,monospace));"
    "color:var(--shk-fg);font:13px/1.45 var(--shk-font);margin:2px 0 6px;"
    "width:0;min-width:100%;position:relative}"
    ".shk *{box-sizing:border-box}"
    ".shk.shk.shk code{all:unset}" /* JupyterLab shades it */
    ".shk-title{font-weight:600;font-size:14px;margin:2px 0 6px}"
    ".shk-foot{color:var(--shk-mute);font-size:12px;margin-top:5px}"
    ".shk-foot b{font-weight:600}"
    ".shk-warn{color:#b8720a;background:rgba(230,150,30,.14);"
    "border-radius:3px;padding:0 5px;margin-left:6px}"
    ".shk-note{display:block}"
    ".shk-svg~.shk-alt{display:none!important}",
    /* controls */
    ".shk-bar{display:flex;flex-wrap:wrap;gap:6px;align-items:center;"
    "margin:0 0 5px;font-size:12px;color:var(--shk-mute)}"
    ".shk-bar:empty{display:none}"
    ".shk-bar .shk-gap{flex:1}"
    ".shk.shk button,.shk.shk select,.shk.shk input{font:12px var(--shk-font);"
    "color:var(--shk-fg);background:var(--shk-bg);"
    "border:1px solid var(--shk-line);border-radius:4px;padding:2px 8px;"
    "margin:0;height:24px;line-height:18px;box-shadow:none;width:auto}"
    ".shk.shk input{min-width:21em}"
    ".shk.shk select option{background:var(--shk-bg);color:var(--shk-fg)}"
    ".shk.shk button{cursor:pointer}"
    ".shk.shk button:hover:enabled{background:var(--shk-soft)}"
    ".shk.shk button:disabled{opacity:.4;cursor:default}"
    ".shk.shk :focus-visible{outline:2px solid var(--shk-accent);"
    "outline-offset:-1px}",
    /* table */
    ".shk-scroll{overflow:auto;max-height:34em;"
    "border:1px solid var(--shk-line);border-radius:5px;width:fit-content;"
    "max-width:100%}"
    ".shk.shk .shk-t{border-collapse:separate;border-spacing:0;margin:0;"
    "font-size:12.5px;table-layout:auto;width:auto;border:0;"
    "color:var(--shk-fg);display:table}"
    ".shk.shk .shk-t tr{background:none}"
    ".shk.shk .shk-t th,.shk.shk .shk-t td{padding:3px 10px;border:0;"
    "border-bottom:1px solid var(--shk-line);text-align:left;"
    "vertical-align:top;white-space:pre;tab-size:4;max-width:none;"
    "background:none;line-height:1.45}"
    ".shk.shk .shk-t tbody tr:last-child td{border-bottom:0}"
    ".shk.shk .shk-t th{position:sticky;top:0;z-index:1;font-weight:600;"
    "background:linear-gradient(var(--shk-soft),var(--shk-soft)),"
    "var(--shk-bg);border-bottom-color:rgba(128,128,128,.5)}"
    ".shk-on .shk-t th{cursor:pointer;user-select:none}"
    ".shk-t th small{display:block;font-weight:400;font-size:10.5px;"
    "line-height:1.2;color:var(--shk-mute)}"
    ".shk.shk .shk-t .shk-r{text-align:right;"
    "font-variant-numeric:tabular-nums}"
    ".shk.shk .shk-t td.shk-m{font-family:var(--shk-mono);font-size:12px}"
    ".shk.shk .shk-t tbody tr:hover td{background:var(--shk-soft)}"
    ".shk.shk .shk-t td.shk-z{color:var(--shk-mute);opacity:.75}"
    ".shk-t td.shk-e::after{content:'\"\"';color:var(--shk-mute);opacity:.5}"
    ".shk-t th[aria-sort]>span::after{content:' \\25B2';font-size:9px;"
    "color:var(--shk-accent)}"
    ".shk-t th[aria-sort=descending]>span::after{content:' \\25BC'}",
    /* pictures */
    ".shk-svg{display:block;max-width:100%;height:auto;"
    "font-family:var(--shk-font)}"
    ".shk .shk-x{fill:var(--shk-mute)}.shk .shk-xs{fill:var(--shk-fg)}"
    ".shk-hit{fill:transparent}.shk-hit:hover{fill:var(--shk-soft)}"
    ".shk-svg .shk-b:hover{fill-opacity:1;stroke:var(--shk-fg);"
    "stroke-width:1}"
    ".shk-svg .shk-halo{stroke:var(--shk-bg)}",
    ".shk-fig{position:relative}"
    ".shk-fig svg{user-select:none}"
    ".shk-on .shk-key{cursor:pointer}.shk-off{opacity:.35}"
    ".shk-brush{fill:var(--shk-accent);fill-opacity:.18}"
    ".shk-tip{position:absolute;pointer-events:none;z-index:9;"
    "background:var(--shk-bg);border:1px solid rgba(128,128,128,.5);"
    "border-radius:5px;padding:4px 9px;font-size:11.5px;white-space:pre-line;"
    "max-width:38em;box-shadow:0 2px 10px rgba(0,0,0,.25);"
    "overflow-wrap:anywhere}",
    /* trees */
    ".shk-legend{color:var(--shk-mute);margin:0 0 5px;line-height:1.7}"
    ".shk-legend small{opacity:.75}"
    ".shk-tree{border:1px solid var(--shk-line);border-radius:5px;"
    "padding:1px 0;outline-offset:1px}"
    ".shk-on .shk-p{height:23px;line-height:23px;display:flex;gap:6px;"
    "align-items:center;padding:0 8px 0 4px;white-space:pre;cursor:default}"
    ".shk-on .shk-p>span,.shk-on .shk-p>b{flex:none}"
    ".shk-p:hover{background:var(--shk-soft)}"
    ".shk-p b{font-weight:600}"
    ".shk-path b{color:var(--shk-accent)}"
    ".shk-path .shk-v{border-color:var(--shk-accent)}"
    ".shk-cur{background:var(--shk-soft);"
    "box-shadow:inset 3px 0 0 var(--shk-accent)}"
    ".shk-dim{opacity:.5}"
    ".shk-g{position:relative;height:23px}"
    ".shk-v{position:absolute;top:0;height:23px;width:0;"
    "border-left:1px solid rgba(128,128,128,.45)}"
    ".shk-e1::after,.shk-e2::after{content:'';position:absolute;top:11px;"
    "left:0;width:9px;border-top:1px solid rgba(128,128,128,.45)}"
    ".shk-path .shk-v::after{border-color:var(--shk-accent)}"
    ".shk-e2{height:12px}"
    ".shk-tw{width:12px;text-align:center;cursor:pointer;"
    "color:var(--shk-mute);font-size:11px}"
    ".shk-dot{width:9px;height:9px;border-radius:5px}"
    ".shk-pid{color:var(--shk-mute);font-size:11.5px;"
    "font-variant-numeric:tabular-nums}"
    ".shk-tag{font-size:10.5px;line-height:15px;color:var(--shk-mute);"
    "border:1px solid var(--shk-line);border-radius:8px;padding:0 6px}"
    ".shk.shk .shk-on code.shk-cmd,.shk.shk code.shk-cmd{flex:1 1 0;"
    "min-width:0;overflow:hidden;text-overflow:ellipsis;"
    "font:12px var(--shk-mono);color:var(--shk-mute);display:block}"
    ".shk-who,.shk-when{font-size:11.5px;color:var(--shk-mute)}"
    ".shk-when{font-family:var(--shk-mono)}"
    ".shk-detail:empty{display:none}"
    ".shk-detail{border:1px solid var(--shk-line);border-radius:5px;"
    "margin-top:5px;padding:6px 10px;max-height:16em;overflow:auto;"
    "font-size:12px}"
    ".shk-detail>div{display:flex;gap:10px}"
    ".shk-detail span{flex:none;width:11em;color:var(--shk-mute);"
    "overflow:hidden;text-overflow:ellipsis}"
    ".shk.shk .shk-detail code{font:12px var(--shk-mono);display:block;"
    "white-space:pre-wrap;overflow-wrap:anywhere;min-width:0}",
    /* values */
    ".shk-u{font:85% var(--shk-mono);font-style:normal;color:#d0702c;"
    "background:rgba(230,120,30,.15);border-radius:2px;padding:0 1px}"
    ".shk-nl::after{content:'\\23CE';color:var(--shk-mute);opacity:.8;"
    "font-style:normal}"
    ".shk-w{max-width:44em;max-height:1.45em;overflow:hidden;"
    "text-overflow:ellipsis;cursor:zoom-in}"
    ".shk-j{white-space:nowrap}.shk-j .shk-nl::after{content:none}"
    ".shk:not(.shk-on) .shk-w:focus,.shk-w.shk-o{max-height:26em;"
    "overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;"
    "cursor:auto;min-width:24em}"
    "@media print{.shk-bar{display:none}"
    ".shk-scroll{max-height:none;overflow:visible}}",
};

static void hash_bytes(uint64_t *h, const void *p, size_t n)
{
    const uint8_t *u = p;
    for (size_t i = 0; i < n; i++)
        *h = (*h ^ u[i]) * 0x100000001b3ULL;
}

static void hash_str(uint64_t *h, str s)
{
    hash_bytes(h, &s.n, sizeof s.n);
    hash_bytes(h, s.p, s.n < 4096 ? s.n : 4096);
}

static void hash_value(uint64_t *h, const struct value *v)
{
    if (v->null)
        hash_bytes(h, "null", 4);
    else if (type_is_text(v->type))
        hash_str(h, v->s);
    else
        hash_bytes(h, &v->i, sizeof v->i);
}

/* The first rows are enough to tell two pictures apart. */
uint64_t theme_id(const struct frame *f, const struct hint *h)
{
    uint64_t id = 0xcbf29ce484222325ULL;
    hash_str(&id, h->kind);
    for (size_t i = 0; i < h->props.n; i++) {
        hash_str(&id, h->props.v[i].name);
        hash_value(&id, &h->props.v[i].value);
    }
    hash_bytes(&id, &f->total, sizeof f->total);
    for (size_t c = 0; c < f->ncols && c < 100; c++) {
        hash_str(&id, f->cols[c].name);
        for (size_t r = 0; r < f->nrows && r < 1000; r++) {
            struct value v = cell_value(&f->cols[c], r);
            hash_value(&id, &v);
        }
    }
    return id;
}

void theme_open(struct buf *b, const char *kind, uint64_t id)
{
    /* Both spellings of "no formulas here": MathJax 2 and 3. */
    buf_adds(b, "<div class=\"shk shk-");
    buf_adds(b, kind);
    buf_addf(b, " shk-%016" PRIx64 " tex2jax_ignore mathjax_ignore\""
                " data-lm-suppress-shortcuts=\"true\">", id);
    buf_adds(b, "<style>");
    for (size_t i = 0; i < sizeof css / sizeof *css; i++)
        buf_adds(b, css[i]);
    buf_adds(b, "</style>\n");
}

void theme_script(struct buf *b, uint64_t id, const char *const *parts)
{
    buf_adds(b, "<script>/*<![CDATA[*/(function(){'use strict';");
    for (; *parts; parts++)
        buf_adds(b, *parts);
    buf_adds(b, "\nArray.prototype.forEach.call("
                "document.getElementsByClassName('shk-");
    buf_addf(b, "%016" PRIx64, id);
    buf_adds(b, "'),function(e){if(!e.shkOn){e.shkOn=true;"
                "e.classList.add('shk-on');start(e);}});"
                "})();/*]]>*/</script>\n");
}

void theme_close(struct buf *b)
{
    buf_adds(b, "</div>\n");
}

void theme_title(struct buf *b, str title)
{
    if (title.n == 0)
        return;
    buf_adds(b, "<div class=\"shk-title\" style=\"font-weight:600\">");
    html_text(b, html_head(title, 300));
    buf_adds(b, "</div>\n");
}

static void add_warning(struct buf *b, const char *z)
{
    buf_adds(b, " <b class=\"shk-warn\">");
    buf_adds(b, z);
    buf_adds(b, "</b>");
}

void theme_footer(struct buf *b, const struct frame *f, size_t rows,
                  size_t cols, const char *more)
{
    buf_adds(b, "<div class=\"shk-foot\" style=\"font-size:12px\">");
    format_shown(b, f, rows, cols);
    if (*more) {
        buf_adds(b, "; ");
        buf_adds(b, more);
    }
    if (*format_status(f))
        add_warning(b, format_status(f));
    for (size_t i = 0; i < f->notes.n && i < 20; i++) {
        buf_adds(b, "<span class=\"shk-note\">");
        html_text(b, f->notes.v[i]);
        buf_adds(b, "</span>");
    }
    if (f->notes.n > 20)
        buf_addf(b, "<span class=\"shk-note\">and %zu more notes</span>",
                 f->notes.n - 20);
    buf_adds(b, "</div>\n");
}

static void add_base64(struct buf *b, str s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < s.n ? (uint8_t)s.p[i + k] : 0);
        buf_addc(b, digits[v >> 18]);
        buf_addc(b, digits[v >> 12 & 63]);
        buf_addc(b, i + 1 < s.n ? digits[v >> 6 & 63] : '=');
        buf_addc(b, i + 2 < s.n ? digits[v & 63] : '=');
    }
}

/* Whoever strips the tags of the SVG leaves the words between them, in the size
 * of what is around: in no size they are not seen beside the image. The style
 * sheet cannot tell who strips, since one of another output may be there. */
void theme_svg(struct buf *b, str svg, str alt)
{
    buf_adds(b, "<div style=\"font-size:0\">");
    buf_add(b, svg);
    if (svg.n > ALT_MAX) {
        buf_adds(b, "<p class=\"shk-alt\" style=\"font-size:13px\">The "
                    "picture is shown when the notebook is trusted.</p>"
                    "</div>\n");
        return;
    }
    buf_adds(b, "<img class=\"shk-alt\" alt=\"");
    html_attr(b, html_head(alt, 300));
    buf_adds(b, "\" src=\"data:image/svg+xml;base64,");
    add_base64(b, svg);
    buf_adds(b, "\"/></div>\n");
}

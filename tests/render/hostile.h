/* hostile.h - values that try to become markup, script, link or control.
 *
 * Called by: tests/unit/t_render_*.c and render_pages.c. Each is tried as cell,
 * column name, title, lane and node name. */
#ifndef TESTS_RENDER_HOSTILE_H
#define TESTS_RENDER_HOSTILE_H

#include "base/str.h"

#define H(literal) { literal, sizeof(literal) - 1 }

static const str hostile[] = {
    H("<img src=x onerror=alert(1)>"),
    H("\"><svg/onload=alert(2)>"),
    H("</td></table><script>alert(3)</script>"),
    H("' onmouseover=alert(4) x='"),
    H("` onx=1 `"),
    H("<a href=javascript:alert(6)>go</a>"),
    H("</title></text></svg><script>alert(7)</script>"),
    H("<foreignObject><iframe srcdoc='<script>alert(8)</script>'>"),
    H("]]><script>alert(9)</script>"),
    H("--><script>alert(10)</script>"),
    H("&lt;b&gt;typed&lt;/b&gt;"),
    H("&#x3c;script&#x3e;alert(12)"),
    H("{{7*7}} ${7*7}"),
    H("sep\xE2\x80\xA8line\xE2\x80\xA9para</script><!--<script>"),
    H("nul\0<script>alert(15)</script>"),
    H("<math><mtext><table><mglyph><style><img src onerror=alert(16)>"),
    H("$\\href{javascript:alert(18)}{x}$ $env:a $b \\[x\\] \\(y\\) $$z$$"),
    H("red;background:url(//evil.example/x)"),
    H("over\xC0\xBCscript\xC0\xBE"),
    H("+ADw-script+AD4-alert(21)"),
    H("\x1b]0;pwn\x07\x1b[2J\x1b[6n"),
    H("\xC2\x9B" "31m raw\x9B" "31m del\x7f bs\b\b cr\rX"),
    H("bidi \xE2\x80\xAEtxt.exe\xE2\x80\xAC \xE2\x81\xA6iso"),
    H("zero\xE2\x80\x8Bwidth\xEF\xBB\xBF tag\xF3\xA0\x81\x81"),
    H("non\xEF\xBF\xBF char \xEF\xB7\x90 sur\xED\xA0\x80rogate"),
    H("http://evil.example/a?b=c"),
    H("https://user@evil.example:8443/x mailto:a@evil.example"),
    H("www.evil.example file://10.0.0.1/x \\\\10.0.0.1\\x ms-msdt:/id tel:1"),
    H("=cmd|'/C calc'!A0"),
    H("line one\nline two\ttab"),
    H("trunc\xF0\x9F\x98"),
    H("</style><style>*{display:none}</style>"),
    H("*/alert(33)/*<!---->"),
};
#undef H

enum { NHOSTILE = sizeof hostile / sizeof *hostile };

#endif

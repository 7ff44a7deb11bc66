#!/usr/bin/env python3
"""browser_test.py - renders in a real browser: nothing runs that data wrote,
and sorting, filtering, folding and zooming work by mouse and keyboard.

    tests/render/browser_test.py [NAME…]     from anywhere

Builds render_pages with $CC (gcc) unless $RENDER_PAGES names the program.
Needs chromium and chromedriver; without them it says so and ends with 77."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from browser import Browser  # noqa: E402

PAGES = None     # folder of the pages
B = None         # the browser
FAILED = []
TESTS = []

ALLOWED = set("""DIV SPAN STYLE SCRIPT P TABLE THEAD TBODY TR TH TD SMALL I B
CODE IMG INPUT SELECT OPTION BUTTON svg g rect line path circle text
title""".split())


def test(f):
    TESTS.append(f)
    return f


def check(cond, what):
    if not cond:
        FAILED.append(what)
        print("  FAILED: %s" % what)


def same(got, want, what):
    check(got == want, "%s: got %r, want %r" % (what, got, want))


def build(folder):
    program = os.environ.get("RENDER_PAGES")
    if program:
        return program
    program = os.path.join(folder, "render_pages")
    sources = glob.glob(ROOT + "/render/*.c") + \
        glob.glob(ROOT + "/render/*/*.c") + \
        glob.glob(ROOT + "/lang/base/*.c")
    subprocess.check_call(
        [os.environ.get("CC", "gcc"), "-std=c11", "-D_GNU_SOURCE", "-O1",
         "-I" + ROOT + "/lang", "-I" + ROOT, "-I" + HERE, "-include",
         ROOT + "/lang/base/banned.h", "-o", program,
         HERE + "/render_pages.c"] + sources + ["-lm"])
    return program


def page(name):
    B.log("performance")
    B.open(os.path.join(PAGES, name + ".html"))


def fragment(name):
    with open(os.path.join(PAGES, name + ".html"), encoding="utf-8") as f:
        return re.search(r"<body>\n(.*)</body>", f.read(), re.S).group(1)


def write_page(name, body, head=""):
    with open(os.path.join(PAGES, name + ".html"), "w",
              encoding="utf-8") as f:
        f.write('<!DOCTYPE html><html><head><meta charset="utf-8"/>%s</head>'
                '<body>%s</body></html>' % (head, body))


def requests():
    """Addresses that the page asked for since it was opened."""
    out = []
    for entry in B.log("performance"):
        m = json.loads(entry["message"])["message"]
        if m["method"] == "Network.requestWillBeSent":
            out.append(m["params"]["request"]["url"])
    return out


def nothing_ran(name):
    same(B.js("return window.trapped"), [], name + ": trapped")
    same([e["message"] for e in B.log()], [], name + ": console")
    for url in requests():
        ours = url.startswith("data:image/svg+xml;base64,") or \
            (url.startswith("file://") and name in url)
        check(ours, "%s: asked for %s" % (name, url[:100]))
    tags = B.js("return Array.from(new Set(Array.from("
                "document.body.getElementsByTagName('*'),"
                "function (e) { return e.tagName; })))")
    check(set(tags) <= ALLOWED,
          "%s: elements %s" % (name, set(tags) - ALLOWED))
    bad = B.js("""
        var bad = [];
        Array.from(document.body.getElementsByTagName('*')).forEach(
        function (e) { Array.from(e.attributes).forEach(function (a) {
            if (/^on|href|^srcdoc|^formaction/.test(a.name) ||
                (a.name === 'src' && !/^data:image.svg/.test(a.value)) ||
                (a.name === 'style' && /url|expression/.test(a.value)))
                bad.push(e.tagName + ' ' + a.name + '=' + a.value);
        }); });
        return bad.slice(0, 5);""")
    same(bad, [], name + ": attributes")


def text(css, nth=0):
    return B.js("var e = document.querySelectorAll(arguments[0])[arguments[1]]"
                "; return e ? e.textContent : null", css, nth)


def column(n):
    """Texts of the n-th column of the rows on show."""
    return B.js("""
        var n = arguments[0];
        return Array.from(document.querySelectorAll('.shk-t tbody tr'))
            .filter(function (r) { return r.offsetParent !== null; })
            .map(function (r) { return r.cells[n].textContent; });""", n)


def count(css):
    return B.js("return document.querySelectorAll(arguments[0]).length", css)


# ---------------------------------------------------------------- safety

@test
def hostile_pages_run_nothing():
    names = sorted(os.path.basename(p)[:-5]
                   for p in glob.glob(PAGES + "/*_hostile.html"))
    check(len(names) >= 10, "hostile pages: %s" % names)
    for name in names:
        page(name)
        # Touch everything that reacts: tooltips, headers, rows, legends.
        B.js("""
            ['mouseover', 'mousemove', 'mouseenter', 'click', 'focus'].forEach(
            function (type) { Array.from(document.querySelectorAll(
                'th, td, .shk-p, .shk-key, rect, path, circle, button, .shk-w'
            )).slice(0, 3000).forEach(function (e) { e.dispatchEvent(
                new MouseEvent(type, { bubbles: true, clientX: 300,
                                       clientY: 200 })); }); });""")
        time.sleep(0.1)
        nothing_ran(name)


@test
def hostile_values_show_as_typed():
    with open(PAGES + "/hostile.json", encoding="utf-8") as f:
        want = json.load(f)
    want = [re.sub("[\uffff\ufdd0]", lambda m: "<U+%04X>" % ord(m.group()), w)
            for w in want]
    page("table_hostile")
    B.js("var s = document.querySelector('.shk-bar select');"
         "s.value = 0; s.dispatchEvent(new Event('change'))")
    same(column(1), want, "cells")
    heads = B.js("return Array.from(document.querySelectorAll("
                 "'.shk-t th > span'), function (e) {"
                 "return e.textContent; })")
    same(heads[2:], want, "names")
    same(text(".shk-title"), "<script>alert(1)</script>", "title")


@test
def forms_parse_as_xml():
    for path in sorted(glob.glob(PAGES + "/*.svg")):
        ET.parse(path)
    for path in sorted(glob.glob(PAGES + "/*.html")):
        name = os.path.basename(path)[:-5]
        ET.fromstring("<body>%s</body>" % fragment(name))


# ---------------------------------------------------------------- tables

@test
def table_pages_sort_and_filter():
    page("table")
    same(len(column(0)), 25, "first page")
    first = column(0)
    check("1\u201325 of 1,000" in text(".shk-bar"), "page label")
    B.click(".shk-bar button[title='next page']")
    check("26\u201350 of 1,000" in text(".shk-bar"), "second page")
    check(not set(first) & set(column(0)), "other rows on the second page")

    B.click(".shk-t th", 6)                       # ProcessId, long with nulls
    up = [int(x) for x in column(6)]
    same(up, sorted(up), "ascending numbers")
    B.click(".shk-t th", 6)
    down = [int(x) for x in column(6)]
    same(down, sorted(down, reverse=True), "descending numbers")
    check(down[0] > up[-1], "order covers all pages")
    same(B.js("return document.querySelectorAll('.shk-t th')[6]"
              ".getAttribute('aria-sort')"), "descending", "aria-sort")
    B.click(".shk-t th", 6)
    same(column(0), first, "original order after the third click")

    B.click(".shk-t th", 9)                       # timespan
    spans = column(9)
    same(spans, sorted(spans), "timespans")
    B.click(".shk-t th", 8)                       # real
    reals = [float(x) for x in column(8)]
    same(reals, sorted(reals), "reals")

    B.type(".shk-bar input", "powershell WS07 -ana")
    time.sleep(0.3)
    rows = B.js("return Array.from(document.querySelectorAll("
                "'.shk-t tbody tr')).filter(function (r) {"
                "return r.offsetParent; }).map(function (r) {"
                "return r.textContent; })")
    check(rows and all("powershell" in r and "WS07" in r and "ana" not in r
                       for r in rows), "filtered rows")
    check("of 1,000 match" in text(".shk-bar"), "count of matches")


@test
def table_keyboard():
    page("table")
    B.js("document.querySelectorAll('.shk-t th')[1].focus()")
    B.press("\ue007")
    names = column(1)
    same(names, sorted(names), "Enter sorts")


@test
def table_long_cells_unfold():
    page("table")
    def height():
        return B.js("return document.querySelector('.shk-w')"
                    ".getBoundingClientRect().height")
    low = height()
    B.click(".shk-w")
    check(height() > low * 1.5, "a long cell unfolds")
    B.click(".shk-w")
    same(height(), low, "and folds again")


@test
def table_copies_with_formula_guard():
    page("table_hostile")
    B.js("Object.defineProperty(navigator, 'clipboard', { value: {"
         "writeText: function (t) { window.copied = t;"
         "return Promise.resolve(); } } })")
    for button, sep in (("Copy CSV", ","), ("Copy TSV", "\t")):
        B.js("var name = arguments[0];"
             "Array.from(document.querySelectorAll('.shk-bar button'))"
             ".forEach(function (b) { if (b.textContent === name) b.click();"
             "})", button)
        time.sleep(0.1)
        copied = B.js("return window.copied")
        lines = copied.split("\r\n")
        check(len(lines) == 35, "%s: %d lines" % (button, len(lines)))
        check("'=cmd|'/C calc'!A0" in copied, button + ": guard")
        check("2024-01-05 00:00:00Z" + sep in copied, button + ": times")
        check(not re.search(r'(^|[,\t"])[=@]', copied, re.M),
              button + ": no bare formula")
    check("rows copied" in text(".shk-bar"), "says what it did")


# ---------------------------------------------------------------- timeline

def bars_width():
    return B.js("return document.querySelector('.shk-marks')"
                ".getBBox().width")


@test
def timeline_zooms():
    page("timeline")
    labels = "return Array.from(document.querySelectorAll('.shk-axis text')," \
             "function (e) { return e.textContent; })"
    marks = count(".shk-marks > *")
    same(marks, 600, "a mark per event")
    before = B.js(labels)
    B.click(".shk-bar button")                      # +
    check(B.js(labels) != before, "the axis changes")
    check(0 < count(".shk-marks > *") < marks, "fewer marks in view")
    check("of 600 events" in text(".shk-bar"), "says how many")
    B.click(".shk-bar button", 4)                   # all
    same(count(".shk-marks > *"), marks, "all again")

    box = B.js("var r = document.querySelector('svg').getBoundingClientRect();"
               "return [r.left, r.top, r.width, r.height]")
    y = box[1] + box[3] / 2
    B.drag(box[0] + box[2] * .4, y, box[0] + box[2] * .6, y)
    some = count(".shk-marks > *")
    check(0 < some < marks, "dragging zooms")
    left = text(".shk-axis text")
    B.press("\ue014")                               # arrow right
    check(text(".shk-axis text") != left, "arrow keys move")
    B.wheel(box[0] + box[2] / 2, y, -120)
    check(count(".shk-marks > *") < some * 1.2, "the wheel zooms")
    B.press("0")
    same(count(".shk-marks > *"), marks, "0 shows all")

    B.click(".shk-key")
    check(count(".shk-marks > *") < marks, "the legend hides a colour")
    B.click(".shk-key")
    same(count(".shk-marks > *"), marks, "and shows it again")

    B.js("var r = document.querySelector('.shk-marks rect');"
         "var b = r.getBoundingClientRect();"
         "r.dispatchEvent(new MouseEvent('mousemove', { bubbles: true,"
         "clientX: b.left, clientY: b.top }))")
    check("Account: CORP\\user" in text(".shk-tip"), "tooltip")


@test
def timeline_refines_as_far_as_data_go():
    page("timeline_million")
    t0 = time.time()
    for _ in range(6):
        B.click(".shk-bar button")
    check(time.time() - t0 < 5, "six zooms in %.1f s" % (time.time() - t0))
    check("of 1,000,000 events" in text(".shk-bar"), "counts")
    for _ in range(20):
        B.click(".shk-bar button")
    check("finest detail here is" in text(".shk-bar"), "says its limit")
    check(bars_width() > 0, "still draws")
    page("timeline_mid")
    for _ in range(9):
        B.click(".shk-bar button")
    check(0 < count(".shk-marks rect") < 1200, "single events when near")


# ---------------------------------------------------------------- tree

@test
def tree_folds_searches_and_shows_the_path():
    page("ptree")
    height = "return document.querySelector('.shk-tree > div').offsetHeight"
    full = B.js(height)
    same(full, 61 * 23, "all rows")
    B.click(".shk-tw", 1)
    check(B.js(height) < full, "a click folds")
    B.click(".shk-tw", 1)
    same(B.js(height), full, "and unfolds")

    B.type(".shk-bar input", "mimikatz")
    time.sleep(0.3)
    names = B.js("return Array.from(document.querySelectorAll('.shk-p b'),"
                 "function (e) { return e.textContent; })")
    check("mimikatz.exe" in names and len(names) < 20, "search: %s" % names)
    check("wininit.exe" in names, "what leads to it stays")
    B.type(".shk-bar input", "zzzz")
    time.sleep(0.3)
    same(count(".shk-p"), 0, "nothing found")
    B.js("var i = document.querySelector('.shk-bar input'); i.value = '';"
         "i.dispatchEvent(new Event('input'))")
    time.sleep(0.3)

    B.js("document.querySelectorAll('.shk-p')[5].dispatchEvent("
         "new MouseEvent('mouseover', { bubbles: true }))")
    depth = B.js("return +document.querySelectorAll('.shk-p')[5]"
                 ".getAttribute('aria-level')")
    same(count(".shk-path"), depth, "the path to the root is marked")

    B.js("document.querySelector('.shk-tree').focus()")
    B.press("\ue015")                               # down
    B.press("\ue015")
    same(B.js("return document.querySelector('.shk-cur')"
              ".getAttribute('data-i')"), "2", "arrow keys move")
    check("wininit.exe > explorer.exe" in text(".shk-detail"), "details")
    B.press("\ue011")                               # home
    B.press("\ue012")                               # left: folds the root
    check(B.js(height) < 10 * 23, "left folds")
    B.press("\ue014")
    same(B.js(height), full, "right unfolds")


@test
def tree_of_ten_thousand_is_quick():
    for name in ("ptree_10000", "ptree_deep"):
        t0 = time.time()
        page(name)
        check(time.time() - t0 < 3, "%s opens in %.1f s" % (
            name, time.time() - t0))
        check(count(".shk-p") < 100, "only rows on screen are elements")
        t0 = time.time()
        B.js("var t = document.querySelector('.shk-tree');"
             "t.scrollTop = 100000; t.dispatchEvent(new Event('scroll'))")
        check(count(".shk-p") > 5, "rows after scrolling")
        B.type(".shk-bar input", "rundll32")
        time.sleep(0.5)
        check("match" in text(".shk-bar"), "search")
        check(time.time() - t0 < 3, "%s: %.1f s" % (name, time.time() - t0))
        nothing_ran(name)


# ---------------------------------------------------------------- hosts

LOADER = """<div id="host"></div><script>
function put(html) {
    var host = document.createElement('div');
    host.innerHTML = html;
    Array.from(host.querySelectorAll('script')).forEach(function (old) {
        var s = document.createElement('script');
        Array.from(old.attributes).forEach(function (a) {
            s.setAttribute(a.name, a.value); });
        s.textContent = old.textContent;
        old.parentNode.replaceChild(s, old);
    });
    document.getElementById('host').appendChild(host);
}
put(decodeURIComponent('%s')); %s
</script>"""


def loader(name, twice):
    from urllib.parse import quote
    html = quote(fragment(name), safe="")
    return LOADER % (html, "put(decodeURIComponent('%s'));" % html
                     if twice else "")


@test
def works_where_scripts_are_made_anew():
    for name in ("table", "timeline", "ptree"):
        write_page("anew_" + name, loader(name, True))
        page("anew_" + name)
        same(count(".shk-on"), 2, name + ": both copies start")
        check(count(".shk-bar") == 2 and text(".shk-bar") and
              text(".shk-bar", 1), name + ": both have their bar")
        same(B.js("return window.trapped"), [], name)
        before = B.js("return Object.keys(window).length")
        check(not B.js("return 'start' in window || 'el' in window"),
              "no globals (%d keys)" % before)


@test
def complete_without_scripts():
    B.cdp("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page("table")
        same(count(".shk-on"), 0, "no script ran")
        same(count(".shk-t tbody tr"), 1000, "all rows are there")
        page("timeline")
        same(count(".shk-marks rect"), 600, "all marks are there")
        page("ptree")
        same(count(".shk-p"), 61, "all processes are there")
    finally:
        B.cdp("Emulation.setScriptExecutionDisabled", value=False)


@test
def alternative_picture_hides_where_the_other_is():
    page("timechart")
    same(B.js("return getComputedStyle(document.querySelector('.shk-alt'))"
              ".display"), "none", "inline picture wins")
    # What JupyterLab makes of it in a notebook that is not trusted: no style,
    # no script, and of SVG only the words between its tags.
    for name in ("timechart", "timeline"):
        html = re.sub(r"<(style|script)\b.*?</\1>", "", fragment(name),
                      flags=re.S)
        html = re.sub(r"</?(svg|g|rect|line|path|circle|text|title)\b[^>]*>",
                      "", html)
        write_page("stripped", html)
        page("stripped")
        same(B.js("var i = document.querySelector('img'); return i.complete "
                  "&& i.naturalWidth > 800"), True,
             name + ": the image is drawn")
        high = B.js("return document.querySelector('.shk').offsetHeight - "
                    "document.querySelector('img').offsetHeight")
        check(high < 60, "%s: %s px of words beside the picture" %
              (name, high))


@test
def a_policy_without_scripts_still_shows_everything():
    """As web views with a strict policy do: own styles and data pictures."""
    policy = ("<meta http-equiv=\"Content-Security-Policy\" content=\""
              "default-src 'none'; style-src 'unsafe-inline'; "
              "img-src data:\"/>")
    for name, css, least in (("table", ".shk-t tbody tr", 5),
                             ("ptree", ".shk-p", 5),
                             ("timeline", ".shk-marks > *", 1),
                             ("timechart", ".shk-svg path", 1)):
        write_page("strict", fragment(name), policy)
        page("strict")
        shown = B.js("""
            return Array.from(document.querySelectorAll(arguments[0]))
                .filter(e => e.getBoundingClientRect().height > 1).length;""",
                     css)
        check(shown >= least, "%s: %d of %s" % (name, shown, css))
        same(count(".shk-bar button"), 0, name + ": controls without scripts")


@test
def dark_and_light_differ():
    colors = []
    for dark in (False, True):
        B.dark(dark)
        page("table")
        colors.append(B.js("return getComputedStyle(document.querySelector("
                           "'.shk')).color"))
    B.dark(False)
    check(colors[0] != colors[1], "text colour follows: %s" % colors)


def main():
    global PAGES, B
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("browser_test: no chromium or no chromedriver here")
        return 77
    folder = tempfile.mkdtemp(prefix="render-pages-")
    try:
        PAGES = os.path.join(folder, "pages")
        os.mkdir(PAGES)
        subprocess.check_call([build(folder), PAGES],
                              stdout=subprocess.DEVNULL)
        B = Browser()
        passed = 0
        for f in TESTS:
            if len(sys.argv) > 1 and f.__name__ not in sys.argv[1:]:
                continue
            failures = len(FAILED)
            try:
                f()
            except Exception as e:  # noqa: BLE001 - reported, run goes on
                FAILED.append(f.__name__)
                print("  FAILED: %s: %s" % (f.__name__, e))
            passed += len(FAILED) == failures
            if len(FAILED) > failures:
                print("%s failed" % f.__name__)
        print("browser_test: %d passed, %d checks failed" % (passed,
                                                            len(FAILED)))
    finally:
        if B:
            B.close()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""check.py - the tour in JupyterLab 4 and Notebook 7, as an analyst sees it.

    tests/lab/run.sh, or with its environment: tests/lab/check.py [NAME…]

Drives a real server, kernel and browser. Pictures of what was seen are in
$BUILD/lab/shots: look at them after a change of a renderer. The last line is
"N passed, N failed"; checks run in the order below and share one notebook."""
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback

from lab_pages import (CONTROL, ENTER, ESCAPE, PANEL, READY, ROOT, SHIFT, TAB,
                       Page, Server)

BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
VENV = os.environ.get("LAB_VENV", os.path.join(BUILD, "lab", "venv"))
SHOTS = os.path.join(BUILD, "lab", "shots")
TOUR = "notebooks/tour.ipynb"
LONG = ("range x from 1 to 100000000000 step 1 | where x % 7 == 3 "
        "| summarize sum(x)")
HOSTILE = ("<script>window.pwned=1</script><img src=x "
           "onerror='window.pwned=2'><svg onload='window.pwned=3'>")
CHECKS = []


def check(f):
    CHECKS.append(f)
    return f


def same(got, want, what):
    assert got == want, "%s: %r, want %r" % (what, got, want)


def no_errors(cells):
    bad = [o for c in cells for o in c["outputs"]
           if o["output_type"] in ("error", "stream")]
    same(bad, [], "outputs that are errors or stray text")


def code_cells():
    with open(os.path.join(ROOT, TOUR), encoding="utf-8") as f:
        return [c for c in json.load(f)["cells"]
                if c["cell_type"] == "code" and "".join(c["source"]).strip()]


def cell_with(text):
    """The place among the code cells of the one whose text has this."""
    hits = [i for i, c in enumerate(code_cells())
            if text in "".join(c["source"])]
    assert hits, "the tour has no cell with " + text
    return hits[0]


# ---------------------------------------------------------------- the tour

@check
def run_all_shows_everything(p):
    p.open(TOUR)
    p.menu("Run", "Run All Cells")
    p.wait_all_ran()
    cells = p.cells()
    same(len(cells), len(code_cells()), "code cells")
    no_errors(cells)
    same([c["count"] for c in cells], list(range(1, len(cells) + 1)),
         "execution counts")
    for i, c in enumerate(cells):
        assert c["outputs"], "code cell %d shows nothing" % (i + 1)


def visible(p, css):
    """How many elements are drawn inside the active cell, with some size."""
    return p.js("""
        return Array.from(panel.content.activeCell.node
            .querySelectorAll(arguments[0])).filter(e => {
                var r = e.getBoundingClientRect();
                return r.width > 2 && r.height > 2; }).length;""", css)


@check
def tree_timeline_and_table_are_drawn(p):
    for text, css, least in (("render processtree", ".shk-tree .shk-p", 3),
                             ("render timeline", ".shk-fig svg .shk-marks > *", 2),
                             ("render timechart", "svg.shk-svg path", 1),
                             (".describe", ".shk-t tbody tr", 5)):
        p.show(cell_with(text))
        got = visible(p, css)
        assert got >= least, "%s: %d of %s" % (text, got, css)
        p.shot("light-" + text.split()[-1].strip("."))


@check
def values_are_not_dressed_up(p):
    """Values with a $ or a \\ are marked as code, which themes shade."""
    p.show(cell_with("winword.exe\", \"excel.exe"))
    same(p.js("""
        var e = panel.content.activeCell.node.querySelector('.shk-t code');
        return e && getComputedStyle(e).backgroundColor;"""),
         "rgba(0, 0, 0, 0)", "background of a value")


@check
def code_is_coloured_as_kql(p):
    p.show(cell_with("summarize Sockets"))
    same(p.js("return panel.content.activeCell.model.mimeType"),
         "text/x-kusto", "mime type of the cell")
    colours = p.js("""
        var out = {}, plain = getComputedStyle(panel.content.activeCell.node
            .querySelector('.cm-line')).color;
        panel.content.activeCell.node.querySelectorAll('.cm-line span')
            .forEach(e => { out[e.textContent.trim()] =
                getComputedStyle(e).color !== plain; });
        return out;""")
    for word in ("summarize", "sort", "by", "count"):
        assert colours.get(word), "%s has no colour: %r" % (word, colours)


@check
def tables_sort_and_filter(p):
    p.show(cell_with("summarize Sockets"))
    out = p.run_cell("range n from 1 to 60 step 1 "
                     "| extend name = iff(n == 7, 'seven', 'other')")
    no_errors([{"outputs": out}])
    column = """
        var box = Array.from(document.querySelectorAll('.shk-table')).pop();
        var cells = () => Array.from(box.querySelectorAll('tbody tr'))
            .filter(r => r.style.display !== 'none')
            .map(r => r.cells[0].textContent);"""
    first = column + "return cells().slice(0, 2)"
    p.wait(column + "return box.classList.contains('shk-on')")
    same(p.b.js(first), ["1", "2"], "before sorting")
    p.b.js(column + "box.querySelectorAll('th')[0].click()")
    p.b.js(column + "box.querySelectorAll('th')[0].click()")
    same(p.b.js(first), ["60", "59"], "sorted twice: descending")
    p.b.js(column + "box.querySelector('input').focus()")
    p.b.write("seven")
    p.wait(column + "return cells().length === 1")
    same(p.b.js(first), ["7"], "filtered")
    # Lab's own keys must not see what is typed into the field.
    same(p.js("return panel.content.mode"), "command", "mode after typing")
    p.shot("light-filtered")


# ---------------------------------------------------------------- the editor

@check
def tab_completes(p):
    p.new_cell("Logons | summar")
    p.b.press(TAB)
    p.wait(PANEL + """
        return panel.content.activeCell.model.sharedModel.getSource() ===
            'Logons | summarize' ||
            document.querySelector('.jp-Completer:not(.lm-mod-hidden)')""")
    p.b.press(ENTER) if p.source() != "Logons | summarize" else None
    p.wait(PANEL + "return panel.content.activeCell.model.sharedModel"
           ".getSource().indexOf('Logons | summarize') === 0")
    p.new_cell("Logons | where Comp")
    p.b.press(TAB)
    p.wait(PANEL + "return /where Computer/.test(panel.content.activeCell"
           ".model.sharedModel.getSource()) || Array.from(document"
           ".querySelectorAll('.jp-Completer-item')).some(e =>"
           " /Computer/.test(e.textContent))")
    p.new_cell("Logons | ")
    p.b.press(TAB)
    p.wait("return document.querySelectorAll('.jp-Completer-item').length > 5")
    time.sleep(0.5)
    p.shot("light-completion")
    p.b.press(ESCAPE)


@check
def shift_tab_explains(p):
    p.new_cell("Logons | summarize")
    p.b.press(SHIFT, TAB)
    text = p.wait("""
        var e = document.querySelector('.jp-Tooltip');
        return e && e.textContent.length > 20 && e.textContent;""")
    assert "summarize" in text, text
    time.sleep(0.3)
    p.shot("light-inspection")
    p.b.press(ESCAPE)


# ---------------------------------------------------------------- the kernel

@check
def an_interrupt_stops_a_cell(p):
    p.new_cell(LONG)
    p.b.press(CONTROL, ENTER)
    p.wait(PANEL + "return panel.sessionContext.session.kernel.status === "
           "'busy'")
    time.sleep(1)
    same(p.status(), "busy", "status of a long cell")
    p.b.press(ESCAPE)
    began = time.monotonic()
    p.b.press("i")
    p.b.press("i")
    out = p.outputs_of(LONG, 5)
    took = time.monotonic() - began
    assert took < 1, "the interrupt took %.1f s" % took
    same([o.get("ename") for o in out], ["Interrupted"], "output")


@check
def a_long_load_says_how_far_it_is(p):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.check_call([os.path.join(BUILD, "intrusion"), "--single",
                               "--events", "600000", "--out", folder],
                              stderr=subprocess.DEVNULL)
        code = 'file("%s/all.jsonl") | count' % folder
        p.new_cell(code)
        p.b.press(SHIFT, ENTER)
        said = PANEL + """return panel.content.widgets.some(function (w) {
            var area = w.node.querySelector('.jp-OutputArea');
            return area && /loading.*rows/.test(area.textContent); });"""
        p.wait(said, 20)
        p.shot("progress")
        out = p.outputs_of(code, 60)
    same([o["output_type"] for o in out], ["execute_result"], "outputs")
    assert "'rows': 600001" in str(out), out


@check
def nothing_hostile_runs(p):
    out = p.run_cell("print Value = @\"%s\", Other = dynamic({\"a\": "
                     "\"<b>bold</b>\"})" % HOSTILE)
    no_errors([{"outputs": out}])
    out = p.run_cell("markdown \"{strcat(@'%s')}\"" %
                     HOSTILE.replace("'", ""))
    no_errors([{"outputs": out}])
    out = p.run_cell("print nosuch['%s']" % HOSTILE.replace("'", ""))
    same(out[-1]["output_type"], "error", "an error with markup in it")
    time.sleep(1)
    same(p.b.js("return window.pwned || 0"), 0, "script of a value ran")
    shown = p.b.js("return Array.from(document.querySelectorAll('.shk-t td'))"
                   ".some(e => e.textContent === arguments[0])", HOSTILE)
    assert shown, "the hostile value is not shown as it is"
    p.shot("light-hostile")


@check
def large_output_does_not_stop_the_page(p):
    out = p.run_cell("range n from 1 to 20000 step 1 "
                     "| extend t = strrep('x', 200)", 30)
    no_errors([{"outputs": out}])
    same(p.js("return panel.sessionContext.session.connectionStatus || "
              "panel.sessionContext.session.kernel.connectionStatus"),
         "connected", "connection")


@check
def restart_forgets_and_works(p):
    p.menu("Kernel", "Restart Kernel")
    p.dialog("Restart")
    p.wait(READY, 20)
    out = p.run_cell("Logons | count")
    same([o["output_type"] for o in out], ["error"], "a table after restart")
    out = p.run_cell("print restarted = 1")
    no_errors([{"outputs": out}])
    same(max(c["count"] or 0 for c in p.cells()[-3:]), 2,
         "count after restart")


# ---------------------------------------------------------------- looks

CONTRAST = """
    // Relative luminance and contrast as WCAG 2 defines them.
    var lum = c => { var v = c.match(/[\\d.]+/g).map(Number);
        var l = v.slice(0, 3).map(x => { x /= 255;
            return x <= 0.03928 ? x / 12.92 :
                Math.pow((x + 0.055) / 1.055, 2.4); });
        return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
    var back = e => { for (; e; e = e.parentElement) {
        var c = getComputedStyle(e).backgroundColor;
        var a = c.match(/[\\d.]+/g).map(Number);
        if (a.length < 4 || a[3] > 0.9) return c; } return 'rgb(255,255,255)'; };
    var out = [];
    document.querySelectorAll(
        '.shk td, .shk th, .shk button, .shk input, .shk-title, .shk-foot, ' +
        '.shk-p b, .shk-cmd, .shk svg text').forEach(e => {
        if (!e.getBoundingClientRect().width) return;
        var s = getComputedStyle(e), svg = e.tagName === 'text';
        var f = lum(svg ? s.fill : s.color), b = lum(back(e));
        var r = (Math.max(f, b) + 0.05) / (Math.min(f, b) + 0.05);
        if (r < 3 && !e.disabled)
            out.push(e.tagName + '.' + (e.getAttribute('class') || '') + ' ' +
                (svg ? s.fill : s.color) + ' on ' + back(e) + ' ' +
                r.toFixed(1) + ' ' + e.textContent.slice(0, 20)); });
    return out.slice(0, 8);"""


@check
def dark_theme_is_readable(p):
    p.js("return panel.context.revert()")
    time.sleep(0.5)
    p.menu("Run", "Run All Cells")
    time.sleep(0.5)
    p.wait_all_ran()
    no_errors(p.cells())
    p.command("apputils:change-theme", theme="JupyterLab Dark")
    p.wait("return document.body.dataset.jpThemeName === 'JupyterLab Dark'")
    time.sleep(1)
    for text in ("render processtree", "render timeline", "render timechart",
                 ".describe", "union admin"):
        p.show(cell_with(text))
        same(p.b.js(CONTRAST), [], "hard to read near '%s'" % text)
        p.shot("dark-" + text.split()[-1].strip("."))
    p.command("apputils:change-theme", theme="JupyterLab Light")
    p.wait("return document.body.dataset.jpThemeName === 'JupyterLab Light'")
    time.sleep(0.5)
    for text in ("render processtree", "render timechart", ".describe"):
        p.show(cell_with(text))
        same(p.b.js(CONTRAST), [], "hard to read near '%s'" % text)


# ------------------------------------- a notebook that somebody else has run

@check
def an_untrusted_notebook_is_static_and_whole(p):
    p.js("return panel.context.save()")
    with open(os.path.join(p.server.root, TOUR), encoding="utf-8") as f:
        doc = json.load(f)
    doc["metadata"]["note"] = "changed: no signature is known for this"
    for c in doc["cells"]:
        c.get("metadata", {}).pop("trusted", None)
    foreign = "notebooks/foreign.ipynb"
    with open(os.path.join(p.server.root, foreign), "w",
              encoding="utf-8") as f:
        json.dump(doc, f)
    p.open(foreign)
    p.wait(PANEL + "return panel.context.path === arguments[0]", 20, foreign)
    time.sleep(1)
    # Neither style sheet nor script is left, but rows and pictures are.
    p.show(cell_with(".describe"))
    assert visible(p, "table tr") > 5, "no table"
    same(visible(p, "input"), 0, "controls that do nothing")
    p.shot("untrusted-table")
    p.show(cell_with("render timeline"))
    assert visible(p, "img") > 0, "no picture of the time line"
    high = p.js("""
        var out = panel.content.activeCell.outputArea.node;
        return out.offsetHeight - out.querySelector('img').offsetHeight;""")
    assert high < 80, "%s px of words beside the picture" % high
    p.shot("untrusted-timeline")
    p.show(cell_with("render processtree"))
    p.shot("untrusted-tree")
    assert visible(p, ".shk-p") > 2 or visible(p, "img") > 0, "no tree"
    same(p.b.js("return window.pwned || 0"), 0, "script of a value ran")


@check
def notebook_7_runs_it_too(p):
    p.open(TOUR, app="notebooks")
    p.menu("Kernel", "Restart Kernel and Run All Cells")
    p.dialog("Restart")
    time.sleep(1)
    p.wait_all_ran()
    p.show(cell_with("union admin"))
    assert visible(p, ".shk-fig svg .shk-marks > *") > 1, "no time line"
    p.shot("notebook7")


def run(names):
    checks = [c for c in CHECKS if not names or c.__name__ in names]
    passed, server, page = 0, None, None
    try:
        server = Server(VENV, BUILD)
        page = Page(server, SHOTS)
        for c in checks:
            began = time.monotonic()
            try:
                c(page)
                passed += 1
                print("  %-45s %5.1f s" % (c.__name__,
                                           time.monotonic() - began))
            except Exception as e:
                page.shot("failed-" + c.__name__)
                print("  FAILED: %s: %s" % (c.__name__, e))
                if not isinstance(e, AssertionError):
                    traceback.print_exc()
            sys.stdout.flush()
    finally:
        if page:
            page.close()
        if server:
            server.close()
    print("%d passed, %d failed" % (passed, len(checks) - passed))
    return passed != len(checks)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

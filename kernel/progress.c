/* progress.c - a line of text that grows.
 *
 * Called by: on_execute.c. Text alone: it works in a terminal, in a saved
 * notebook and where HTML is not trusted. */
#include "kernel/progress.h"

#include "base/json_write.h"
#include "base/utf8.h"
#include "kernel/iopub.h"

enum {
    FIRST_US = 500000,
    AGAIN_US = 200000,
    BAR_CELLS = 24,
    MAX_WHAT = 512,
    MAX_TEXT = 16 << 10
};

void progress_init(struct progress *p, struct kernel *k, str parent,
                   int64_t count)
{
    *p = (struct progress){ .k = k, .parent = parent, .count = count,
                            .began_us = monotonic_us() };
    buf_init(&p->text, MAX_TEXT);
}

static void add_bar(struct buf *b, double fraction)
{
    if (!(fraction >= 0))
        return;
    int full = (int)((fraction > 1 ? 1 : fraction) * BAR_CELLS);
    buf_adds(b, "  ");
    for (int i = 0; i < BAR_CELLS; i++)
        buf_add_utf8(b, i < full ? 0x2588 : 0x2591); /* block, light shade */
    buf_addf(b, " %3.0f %%", 100 * (fraction > 1 ? 1 : fraction));
}

/* The first time a display, then updates of it. */
static void send(struct progress *p, str text)
{
    struct buf data;
    char id[96];
    str session = wire_session(p->k->wire);
    int n = snprintf(id, sizeof id, "progress-%.*s-%lld-%u", STRF(session),
                     (long long)p->count, p->nshown);
    buf_init(&data, 4 * MAX_TEXT);
    buf_adds(&data, "{\"text/plain\":");
    json_str(&data, text);
    buf_addc(&data, '}');
    struct shown s = {
        .type = p->visible ? "update_display_data" : "display_data",
        .data = buf_str(&data),
        .display_id = { id, (size_t)n },
    };
    publish_shown(p->k, p->parent, &s);
    p->visible = true;
    buf_release(&data);
}

static void show(struct progress *p, str what, double fraction)
{
    struct buf text;
    buf_init(&text, 2 * MAX_TEXT);
    utf8_printable(&text, str_sub(what, 0, MAX_WHAT));
    add_bar(&text, fraction);
    p->shown_us = monotonic_us();
    if (!p->visible || !str_eq(buf_str(&text), buf_str(&p->text)))
        send(p, buf_str(&text));
    buf_reset(&p->text);
    buf_add(&p->text, buf_str(&text));
    buf_release(&text);
}

void progress_show(struct progress *p, str what, double fraction)
{
    int64_t now = monotonic_us();
    if (now - p->began_us >= FIRST_US &&
        (!p->visible || now - p->shown_us >= AGAIN_US))
        show(p, what, fraction);
}

void progress_line(struct progress *p, str line)
{
    show(p, line, -1);
}

/* A display cannot be taken back alone. Where it is all that there is, the
 * outputs are cleared; else it becomes empty. */
void progress_hide(struct progress *p, bool more)
{
    if (!p->visible)
        return;
    if (p->others)
        send(p, S(""));
    else
        publish(p->k, p->parent, "clear_output",
                more ? S("{\"wait\":true}") : S("{\"wait\":false}"));
    p->visible = false;
    p->nshown++;
}

void progress_end(struct progress *p)
{
    progress_hide(p, false);
    buf_release(&p->text);
}

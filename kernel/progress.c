/* progress.c - a line of text that grows.
 *
 * Called by: on_execute.c. Text alone: it works in a terminal, in a saved
 * notebook and where HTML is not trusted. */
#include "kernel/progress.h"

#include "base/json_write.h"
#include "base/utf8.h"
#include "kernel/iopub.h"

enum {
    FIRST_US = 300000,
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
    buf_init(&p->what, MAX_TEXT);
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
    int n = snprintf(id, sizeof id, "progress-%.*s-%lld", STRF(session),
                     (long long)p->count);
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

void progress_show(struct progress *p, str what, double fraction)
{
    struct buf text;
    int64_t now = monotonic_us();
    if (now - p->began_us < FIRST_US ||
        (p->visible && now - p->shown_us < AGAIN_US))
        return;
    p->shown_us = now;
    buf_reset(&p->what);
    utf8_printable(&p->what, str_sub(what, 0, MAX_WHAT));
    buf_init(&text, 2 * MAX_TEXT);
    buf_add(&text, buf_str(&p->what));
    add_bar(&text, fraction);
    send(p, buf_str(&text));
    buf_release(&text);
}

void progress_end(struct progress *p)
{
    if (p->visible) {
        struct buf text;
        buf_init(&text, 2 * MAX_TEXT);
        buf_add(&text, buf_str(&p->what));
        buf_addf(&text, ": %.1f s",
                 (double)(monotonic_us() - p->began_us) / 1e6);
        send(p, buf_str(&text));
        buf_release(&text);
    }
    buf_release(&p->what);
}

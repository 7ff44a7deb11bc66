/* timeline_read.c - rows to events with a lane and a colour.
 *
 * Called by: timeline.c.
 * Gives:     events in order of time. The largest groups get a lane and a
 *            colour of their own, the others share the last one. */
#include "base/ticks.h"
#include "render/format.h"
#include "render/hint.h"
#include "render/names.h"
#include "render/svg/svg.h"
#include "render/html/html.h"
#include "render/timeline.h"

static int first_datetime(const struct frame *f, struct diags *ds)
{
    for (size_t c = 0; c < f->ncols; c++)
        if (f->cols[c].type == TYPE_DATETIME)
            return (int)c;
    diag_hint(ds, diag_error(ds, DIAG_OPTION, NO_SPAN,
                             "render timeline needs a datetime column"),
              "todatetime() makes one");
    return -1;
}

static bool find_columns(struct timeline *t, struct diags *ds)
{
    static const char *const times[] = { "time", "time_column", "xcolumn",
                                         NULL };
    static const char *const groups[] = { "group", "group_by", "by", "series",
                                          NULL };
    static const char *const colors[] = { "color", "colour", NULL };
    t->time = hint_column_of(t->f, t->h, times, ds);
    t->group = hint_column_of(t->f, t->h, groups, ds);
    t->color = hint_column_of(t->f, t->h, colors, ds);
    if (t->time == HINT_ABSENT)
        t->time = first_datetime(t->f, ds);
    if (t->time < 0 || t->group == HINT_UNKNOWN || t->color == HINT_UNKNOWN)
        return false;
    if (t->f->cols[t->time].type == TYPE_DATETIME)
        return true;
    diag_error(ds, DIAG_TYPE, NO_SPAN, "column '%.*s' is no datetime",
               STRF(t->f->cols[t->time].name));
    return false;
}

/* Columns of a tooltip: the named ones, or the first few of text. */
static bool find_tips(struct timeline *t, struct diags *ds)
{
    const char *prop = hint_text(t->h, "columns", S("")).n ? "columns"
                                                         : "source_columns";
    if (!hint_columns(t->f, t->h, prop, t->a, &t->tips, &t->ntips, ds))
        return false;
    if (t->ntips)
        return true;
    t->tips = arena_array(t->a, 6, sizeof *t->tips);
    for (size_t c = 0; c < t->f->ncols && t->ntips < 5; c++)
        if ((int)c != t->time && (int)c != t->group && (int)c != t->color)
            t->tips[t->ntips++] = (int)c;
    return true;
}

/* Numbers the values of a column; *out has one per row. */
static void number_values(struct timeline *t, int col, struct names *names,
                          uint32_t *out)
{
    const struct column *c = &t->f->cols[col];
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t r = 0; r < t->f->nrows; r++) {
        str s;
        if (cell_is_null(c, r)) {
            s = S("(null)");
        } else if (type_is_text(c->type)) {
            s = c->s[r];
            s = s.n ? s : S("(empty)");
        } else {
            buf_reset(&b);
            format_cell(&b, c, r, &t->fmt[col]);
            ptrdiff_t k = names_find(names, buf_str(&b));
            s = k >= 0 ? names->list.v[k] : arena_str(t->a, buf_str(&b));
        }
        out[r] = (uint32_t)names_add(names, s);
    }
    buf_release(&b);
}

struct rank {
    size_t count;
    uint32_t number;
};

static int by_count(const void *a, const void *b)
{
    const struct rank *p = a, *q = b;
    if (p->count != q->count)
        return p->count > q->count ? -1 : 1;
    return p->number < q->number ? -1 : 1;
}

/* Keeps the `cap` largest values; slot[number] is where each goes. */
static size_t rank_values(struct timeline *t, const struct names *names,
                          const uint32_t *of_row, struct tl_key *keys,
                          size_t cap, uint16_t **slot)
{
    size_t n = names->list.n, kept = n <= cap ? n : cap - 1;
    struct rank *v = arena_array(t->a, n + 1, sizeof *v);
    *slot = arena_array(t->a, n + 1, sizeof **slot);
    for (size_t i = 0; i < n; i++)
        v[i].number = (uint32_t)i;
    for (size_t r = 0; r < t->f->nrows; r++)
        v[of_row[r]].count++;
    qsort(v, n, sizeof *v, by_count);
    for (size_t i = 0; i < n; i++) {
        size_t at = i < kept ? i : kept;
        (*slot)[v[i].number] = (uint16_t)at;
        if (i < kept)
            keys[at].name = names->list.v[v[i].number];
    }
    if (kept == n)
        return n;
    keys[kept].name = arena_fmt(t->a, "(%zu others)", n - kept);
    return kept + 1;
}

static size_t read_keys(struct timeline *t, int col, struct tl_key *keys,
                        size_t cap, uint16_t *of_row)
{
    struct names names;
    uint16_t *slot;
    if (col < 0) {
        keys[0].name = S("events");
        return 1;
    }
    names_init(&names, t->a);
    uint32_t *number = arena_array(t->a, t->f->nrows + 1, sizeof *number);
    number_values(t, col, &names, number);
    size_t n = rank_values(t, &names, number, keys, cap, &slot);
    for (size_t r = 0; r < t->f->nrows; r++)
        of_row[r] = slot[number[r]];
    return n;
}

static int by_time(const void *a, const void *b)
{
    const struct tl_event *p = a, *q = b;
    if (p->t != q->t)
        return p->t < q->t ? -1 : 1;
    return p->row < q->row ? -1 : p->row > q->row;
}

static void read_events(struct timeline *t, const uint16_t *lane,
                        const uint16_t *color)
{
    const struct column *c = &t->f->cols[t->time];
    bool sorted = true;
    t->ev = arena_array(t->a, t->f->nrows + 1, sizeof *t->ev);
    for (size_t r = 0; r < t->f->nrows; r++) {
        int64_t at = cell_is_null(c, r) ? -1 : c->i[r];
        if (at < 0 || at > TICKS_MAX) {
            t->nnull++;
            continue;
        }
        sorted &= t->n == 0 || at >= t->ev[t->n - 1].t;
        t->ev[t->n++] = (struct tl_event){ at, (uint32_t)r, lane[r], color[r] };
        t->lanes[lane[r]].count++;
        t->colors[color[r]].count++;
    }
    if (!sorted)
        qsort(t->ev, t->n, sizeof *t->ev, by_time);
}

static void add_ref(struct timeline *t, int64_t at, str label)
{
    if (t->nrefs == TL_REFS || at < 0 || at > TICKS_MAX)
        return;
    t->refs[t->nrefs].t = at;
    t->refs[t->nrefs++].label = label;
}

/* ref = datetime(…) or a list of times as text; ref_label names them. */
static bool read_refs(struct timeline *t, struct diags *ds)
{
    str *list, *labels;
    size_t nlabels = hint_list(t->h, "ref_label", t->a, &labels);
    size_t n = hint_list(t->h, "ref", t->a, &list);
    for (size_t i = 0; i < t->h->props.n; i++) {
        const struct hint_prop *p = &t->h->props.v[i];
        if (str_ieqz(p->name, "ref") && p->value.type == TYPE_DATETIME &&
            !p->value.null)
            add_ref(t, p->value.i, nlabels ? labels[0] : S("reference"));
    }
    for (size_t i = 0; i < n; i++) {
        int64_t at;
        if (!ticks_parse(list[i], &at)) {
            diag_error(ds, DIAG_OPTION, NO_SPAN, "ref '%.*s' is no datetime",
                       STRF(html_head(list[i], 100)));
            return false;
        }
        add_ref(t, at, i < nlabels ? labels[i] : S("reference"));
    }
    return true;
}

/* The axis holds all events and references, with a little air. */
static void set_range(struct timeline *t)
{
    t->t0 = t->n ? t->ev[0].t : t->nrefs ? t->refs[0].t : TICKS_UNIX_EPOCH;
    t->t1 = t->n ? t->ev[t->n - 1].t : t->t0;
    for (size_t i = 0; i < t->nrefs; i++) {
        t->t0 = t->refs[i].t < t->t0 ? t->refs[i].t : t->t0;
        t->t1 = t->refs[i].t > t->t1 ? t->refs[i].t : t->t1;
    }
    int64_t air = (t->t1 - t->t0) / 100;
    if (air == 0)
        air = t->t1 > t->t0 ? 1 : TICKS_PER_SEC;
    t->t0 = t->t0 > air ? t->t0 - air : 0;
    t->t1 = t->t1 < TICKS_MAX - air ? t->t1 + air : TICKS_MAX;
}

bool timeline_read(struct timeline *t, const struct frame *f,
                   const struct hint *h, struct diags *ds)
{
    *t = (struct timeline){ .f = f, .h = h, .a = arena_new() };
    t->fmt = arena_array(t->a, f->ncols + 1, sizeof *t->fmt);
    for (size_t c = 0; c < f->ncols; c++)
        format_plan(&t->fmt[c], &f->cols[c], f->nrows);
    if (!find_columns(t, ds) || !find_tips(t, ds) || !read_refs(t, ds)) {
        timeline_release(t);
        return false;
    }
    uint16_t *lane = arena_array(t->a, f->nrows + 1, sizeof *lane);
    uint16_t *color = arena_array(t->a, f->nrows + 1, sizeof *color);
    t->nlanes = read_keys(t, t->group, t->lanes, TL_LANES, lane);
    t->ncolors = read_keys(t, t->color, t->colors, TL_COLORS, color);
    read_events(t, lane, color);
    set_range(t);
    return true;
}

void timeline_release(struct timeline *t)
{
    arena_free(t->a);
    t->a = NULL;
}

const char *timeline_color(const struct timeline *t, size_t color)
{
    (void)t;
    return palette(color);
}

static void tip_line(struct buf *b, const struct timeline *t, int col,
                     size_t row)
{
    const struct column *c = &t->f->cols[col];
    struct buf text;
    buf_addc(b, '\n');
    buf_add(b, html_head(c->name, 60));
    buf_adds(b, ": ");
    if (cell_is_null(c, row)) {
        buf_adds(b, "\xE2\x88\x85");
        return;
    }
    if (type_is_text(c->type)) {
        buf_add(b, html_head(c->s[row], 160));
        buf_adds(b, c->s[row].n > 160 ? "\xE2\x80\xA6" : "");
        return;
    }
    buf_init(&text, 200);
    format_cell(&text, c, row, &t->fmt[col]);
    buf_add(b, buf_str(&text));
    buf_release(&text);
}

void timeline_tip(struct buf *b, const struct timeline *t,
                  const struct tl_event *e)
{
    format_time(b, e->t, t->fmt[t->time].digits);
    if (t->group >= 0)
        tip_line(b, t, t->group, e->row);
    if (t->color >= 0)
        tip_line(b, t, t->color, e->row);
    for (size_t i = 0; i < t->ntips; i++)
        tip_line(b, t, t->tips[i], e->row);
}

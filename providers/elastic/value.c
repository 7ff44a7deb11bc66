/* value.c - what the service makes of a value that a document holds.
 *
 * Called by: hits.c, exact.c (addresses).
 * A document is shown as it was sent, but filters and aggregations of the
 * cluster see what its mapping made of it. A row shows the same where only the
 * spelling differs or the mapping says how to round: 12.7 in a whole number is
 * 12, "" in a boolean is false, an address has one spelling, "2024" in a date
 * is a year. (Reference: Elasticsearch, mapping parameters, coerce; date.) */
#include "elastic.h"

#include "base/convert.h"
#include "base/ip.h"
#include "base/ticks.h"
#include "providers/file/cell.h"
#include "providers/file/pool.h"

enum { ROOM = 64, YEAR = 4, DAY = 10 };

static struct buf small_buf(struct pool *pool)
{
    return (struct buf){ .p = pool_alloc(pool, ROOM), .cap = ROOM,
                         .max = ROOM };
}

static void become_text(struct cell *c, const struct buf *b)
{
    *c = (struct cell){ .p = b->p, .n = (uint32_t)b->n, .kind = CELL_TEXT };
}

/* ---- times ---- */

/* A number, maybe written as a text; with four digits it is a year, unless
 * there are no dates but numbers. */
static bool count_since_1970(const struct es_field *f, struct cell *c,
                             int64_t *v)
{
    size_t i = 0;
    *v = c->i;
    if (c->kind != CELL_STRING || c->n >= 19 || (c->n == YEAR && !f->numbers))
        return c->kind == CELL_INT;
    for (*v = 0; i < c->n && c->p[i] >= '0' && c->p[i] <= '9'; i++)
        *v = *v * 10 + (c->p[i] - '0');
    return i > 0 && i == c->n;
}

static void date_of_number(struct pool *pool, const struct es_field *f,
                           struct cell *c)
{
    int64_t unit = f->seconds ? TICKS_PER_SEC : TICKS_PER_MS;
    int64_t most = TICKS_MAX / unit, v;
    if (!count_since_1970(f, c, &v) || v > most || v < -most)
        return;
    struct buf b = small_buf(pool);
    ticks_format(&b, TICKS_UNIX_EPOCH + v * unit);
    become_text(c, &b);
}

/* "2024", "2024-05", "2024-05-01T08": their first moment. */
static void date_of_part(struct pool *pool, struct cell *c)
{
    const char *rest = c->n == YEAR                              ? "-01-01"
                       : c->n == YEAR + 3 && c->p[YEAR] == '-'   ? "-01"
                       : c->n == DAY + 3 && c->p[DAY] == 'T'     ? ":00:00Z"
                                                                 : NULL;
    if (c->kind != CELL_STRING || !rest)
        return;
    struct buf b = small_buf(pool);
    buf_add(&b, (str){ c->p, c->n });
    buf_adds(&b, rest);
    become_text(c, &b);
}

/* ---- numbers ---- */

/* Fractions are cut off, whether the number is a text or not. */
static void whole_of_number(struct cell *c)
{
    double d;
    int64_t v;
    str s = { c->p, c->n };
    if ((c->kind != CELL_REAL && c->kind != CELL_STRING) ||
        (c->kind == CELL_STRING && text_to_long(s, &v)))
        return;
    if (text_to_real(s, &d) && real_to_long(d, &v))
        *c = (struct cell){ .kind = CELL_INT, .i = v };
}

/* ---- addresses ---- */

static bool add_address(struct buf *b, str s)
{
    struct ip6 ip;
    uint32_t v4;
    if (ip4_parse(s, &v4)) {
        ip4_format(b, v4);
        return true;
    }
    if (str_find_char(s, ':') < 0 || !ip6_parse(s, &ip))
        return false;
    ip6_format(b, &ip);
    return buf_ok(b);
}

bool es_is_address(str s)
{
    char room[ROOM];
    struct buf b = { .p = room, .cap = sizeof room, .max = sizeof room };
    return add_address(&b, s) && str_eq(buf_str(&b), s);
}

static void one_spelling(struct pool *pool, struct cell *c)
{
    str s = { c->p, c->n };
    if (c->kind != CELL_STRING || es_is_address(s))
        return;
    struct buf b = small_buf(pool);
    if (add_address(&b, s))
        become_text(c, &b);
}

void es_value(struct pool *pool, const struct es_field *f, struct cell *c)
{
    if (f->type == TYPE_DATETIME) {
        date_of_number(pool, f, c);
        if (!f->numbers)
            date_of_part(pool, c);
    } else if (f->type == TYPE_LONG) {
        whole_of_number(c);
    } else if (f->type == TYPE_BOOL && c->kind == CELL_STRING && c->n == 0) {
        c->kind = CELL_FALSE;
    } else if (f->kind == ES_IP) {
        one_spelling(pool, c);
    }
}

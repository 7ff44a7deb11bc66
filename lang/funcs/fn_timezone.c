/* fn_timezone.c - moments as the clocks of a time zone show them, and back.
 *
 * Called by: the engine, once per row. Zones come from the system's database
 * and are kept for the call site. */
#include "base/json_value.h"
#include "base/tzfile.h"
#include "bind/bind.h"
#include "time_int.h"

enum { MAX_ZONES = 64 };

/* Zones that this call site met. */
struct kept_zones {
    size_t n;
    struct {
        str name;
        struct tz *zone;
    } v[MAX_ZONES];
};

static const struct tz *get_zone(struct fn_ctx *cx, str name)
{
    struct kept_zones *k = cx->cache;
    if (!k)
        k = cx->cache = NEW(cx->keep, struct kept_zones);
    for (size_t i = 0; i < k->n; i++)
        if (str_eq(k->v[i].name, name))
            return k->v[i].zone;
    struct tz *z = NULL;
    if (k->n < MAX_ZONES)
        z = tz_load(cx->keep, name);
    if (!z) {
        fn_fail(cx, k->n < MAX_ZONES ? "no time zone is called '%.*s'"
                                     : "too many time zones, at '%.*s'",
                STRF(name));
        return NULL;
    }
    k->v[k->n].name = arena_str(cx->keep, name);
    k->v[k->n++].zone = z;
    return z;
}

static int64_t to_unix(int64_t t)
{
    return t / TICKS_PER_SEC - TICKS_UNIX_EPOCH / TICKS_PER_SEC;
}

static void set_moment(struct value *out, int64_t t)
{
    if (t >= 0 && t <= TICKS_MAX)
        dyn_set_long(out, t);
}

static void row_to_local(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    const struct tz *z = get_zone(cx, in[1].s);
    int64_t t = in[0].i;
    (void)n;
    if (z && t >= 0 && t <= TICKS_MAX)
        set_moment(out, t + tz_offset(z, to_unix(t)) * TICKS_PER_SEC);
}

static void row_to_utc(struct fn_ctx *cx, const struct value *in, size_t n,
                       struct value *out)
{
    const struct tz *z = get_zone(cx, in[1].s);
    int64_t t = in[0].i;
    (void)n;
    if (!z || t < 0 || t > TICKS_MAX)
        return;
    int64_t local = to_unix(t);
    set_moment(out, t + (tz_to_utc(z, local) - local) * TICKS_PER_SEC);
}

static struct expr *bind_list(struct binder *b, const struct ast *call,
                              struct expr **args, size_t n)
{
    str *names;
    size_t nnames = tz_names(b->arena, &names);
    struct value v = { .type = TYPE_DYNAMIC };
    struct buf text;
    (void)args, (void)n;
    dyn_begin(&text);
    for (size_t i = 0; i < nnames; i++) {
        buf_addc(&text, i ? ',' : '[');
        json_text_str(&text, names[i]);
    }
    buf_adds(&text, nnames ? "]" : "[]");
    v.s = buf_take(&text, b->arena);
    buf_release(&text);
    return ex_literal(b, v, call->span);
}

const struct lang_func funcs_timezone[] = {
    { .name = "datetime_list_timezones", .params = "", .bind = bind_list,
      .usage = "datetime_list_timezones()",
      .summary = "The names of the time zones that this machine knows.",
      .example = "print array_length(datetime_list_timezones()) > 0" },
    { .name = "datetime_utc_to_local", .params = "datetime, string",
      .ret = TYPE_DATETIME, .row = row_to_local, .flags = FN_WORDS | FN_MAYNULL,
      .usage = "datetime_utc_to_local(datetime, zone)",
      .summary = "What the clocks of a time zone show at a moment.",
      .example = "print datetime_utc_to_local(datetime(2024-05-17 10:00), "
                 "\"UTC\")" },
    { .name = "datetime_local_to_utc", .params = "datetime, string",
      .ret = TYPE_DATETIME, .row = row_to_utc, .flags = FN_WORDS | FN_MAYNULL,
      .usage = "datetime_local_to_utc(datetime, zone)",
      .summary = "The moment at which the clocks of a time zone show this.",
      .example = "print datetime_local_to_utc(datetime(2024-05-17 12:00), "
                 "\"UTC\")" },
};
const size_t nfuncs_timezone = ROWS(funcs_timezone);

/* fn_user_agent.c - parse_user_agent(): browser, system and device.
 *
 * Called by: the engine, through the rows at the end. A short list of marks
 * (user_agent.def), not a database: what it does not know is "Other". */
#include "funcs.h"

#include "dyn_int.h"

struct mark {
    const char *text, *family;
};

static const struct mark browsers[] = {
#define BROWSER(text, family) { text, family },
#include "user_agent.def"
};
static const struct mark systems[] = {
#define SYSTEM(text, family) { text, family },
#include "user_agent.def"
};
static const struct device {
    const char *text, *family, *brand, *model;
} devices[] = {
#define DEVICE(text, family, brand, model) { text, family, brand, model },
#include "user_agent.def"
};

/* Windows by its kernel's version. */
static const struct mark windows_names[] = {
    { "10.0", "10" }, { "6.3", "8.1" }, { "6.2", "8" },  { "6.1", "7" },
    { "6.0", "Vista" }, { "5.2", "XP" }, { "5.1", "XP" }, { "5.0", "2000" },
};

/* The first mark that the text has; *behind is what follows it. */
static const struct mark *find_mark(const struct mark *m, size_t n, str text,
                                    str *behind)
{
    for (size_t i = 0; i < n; i++) {
        ptrdiff_t at = str_find(text, str_of(m[i].text));
        if (at >= 0) {
            *behind = str_sub(text, (size_t)at + strlen(m[i].text), text.n);
            return &m[i];
        }
    }
    *behind = STR_NONE;
    return NULL;
}

/* Numbers between dots or underscores; missing ones are empty. */
static void version(str s, str *parts, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t i = 0;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
            i++;
        parts[k] = str_sub(s, 0, i);
        bool more = i > 0 && i < s.n && (s.p[i] == '.' || s.p[i] == '_');
        s = more ? str_sub(s, i + 1, s.n) : STR_NONE;
    }
}

static str browser_family(const struct mark *m, str text)
{
    bool mobile = str_find(text, S("Mobile")) >= 0;
    if (!m)
        return S("Other");
    if (mobile && str_eqz(str_of(m->family), "Safari"))
        return S("Mobile Safari");
    if (mobile && str_eqz(str_of(m->family), "Chrome"))
        return S("Chrome Mobile");
    if (mobile && str_eqz(str_of(m->family), "Firefox"))
        return S("Firefox Mobile");
    return str_of(m->family);
}

static void put_browser(struct buf *b, str text)
{
    str behind, v[3];
    const struct mark *m = find_mark(browsers, ROWS(browsers), text, &behind);
    version(behind, v, 3);
    dyn_key(b, S("\"Browser\""));
    buf_addc(b, '{');
    dyn_text_member(b, "Family", browser_family(m, text));
    dyn_text_member(b, "MajorVersion", v[0]);
    dyn_text_member(b, "MinorVersion", v[1]);
    dyn_text_member(b, "Patch", v[2]);
    buf_addc(b, '}');
}

static void put_system(struct buf *b, str text)
{
    str behind, v[4];
    const struct mark *m = find_mark(systems, ROWS(systems), text, &behind);
    version(behind, v, 4);
    if (m && str_ends(str_of(m->text), S(" NT ")))
        for (size_t i = 0; i < ROWS(windows_names); i++)
            if (str_starts(behind, str_of(windows_names[i].text))) {
                v[0] = str_of(windows_names[i].family);
                v[1] = STR_NONE;
                break;
            }
    dyn_key(b, S("\"OperatingSystem\""));
    buf_addc(b, '{');
    dyn_text_member(b, "Family", m ? str_of(m->family) : S("Other"));
    dyn_text_member(b, "MajorVersion", v[0]);
    dyn_text_member(b, "MinorVersion", v[1]);
    dyn_text_member(b, "Patch", v[2]);
    dyn_text_member(b, "PatchMinor", v[3]);
    buf_addc(b, '}');
}

/* "Android 13; SM-G991B Build/…" or "…; SM-G991B)": the model. */
static str android_model(str text)
{
    str behind;
    const struct mark android = { "Android ", "" };
    if (!find_mark(&android, 1, text, &behind))
        return STR_NONE;
    ptrdiff_t end = str_find_char(behind, ')');
    behind = str_sub(behind, 0, end < 0 ? 0 : (size_t)end);
    ptrdiff_t build = str_find(behind, S(" Build/"));
    if (build >= 0)
        behind = str_sub(behind, 0, (size_t)build);
    size_t beg = behind.n;
    while (beg > 0 && behind.p[beg - 1] != ';')
        beg--;
    return beg ? str_trim(str_sub(behind, beg, behind.n)) : STR_NONE;
}

static void put_device(struct buf *b, str text)
{
    str model = android_model(text);
    struct device found = { "", "Other", "", "" };
    for (size_t i = 0; i < ROWS(devices); i++)
        if (str_find(text, str_of(devices[i].text)) >= 0) {
            found = devices[i];
            break;
        }
    dyn_key(b, S("\"Device\""));
    buf_addc(b, '{');
    dyn_text_member(b, "Family", model.n ? model : str_of(found.family));
    dyn_text_member(b, "Brand",
                    model.n ? S("Generic_Android") : str_of(found.brand));
    dyn_text_member(b, "Model", model.n ? model : str_of(found.model));
    buf_addc(b, '}');
}

/* False: no such target. */
static bool put_target(struct buf *b, str text, str target)
{
    if (str_ieqz(target, "browser"))
        put_browser(b, text);
    else if (str_ieqz(target, "os"))
        put_system(b, text);
    else if (str_ieqz(target, "device"))
        put_device(b, text);
    else
        return false;
    return true;
}

enum { MAX_TARGETS = 3 };

static void parse_one(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct buf b;
    (void)nin;
    dyn_begin(&b);
    buf_addc(&b, '{');
    bool known = put_target(&b, in[0].s, in[1].s);
    buf_addc(&b, '}');
    if (known)
        dyn_end(cx, &b, out);
    buf_release(&b);
}

/* An array of targets; what is none, or comes again, is passed over. */
static void parse_some(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct dyn_set seen;
    struct json_iter it;
    struct buf b;
    str item;
    (void)nin;
    if (!dyn_is_array(&in[1]))
        return;
    set_init(&seen);
    dyn_begin(&b);
    buf_addc(&b, '{');
    json_iter_init(&it, in[1].s);
    while (seen.n < MAX_TARGETS && json_next(&it, NULL, &item))
        if (set_add(&seen, item))
            put_target(&b, in[0].s, dyn_text(cx, item));
    buf_addc(&b, '}');
    dyn_end(cx, &b, out);
    set_release(&seen);
}

#define PARSE(par, fn, ex)                                                   \
    { .name = "parse_user_agent", .params = par, .ret = TYPE_DYNAMIC,        \
      .row = fn, .flags = FN_MAYNULL,                                        \
      .usage = "parse_user_agent(text, \"browser\" | \"os\" | \"device\")",  \
      .summary = "A bag of what a user agent tells: Browser, "               \
                 "OperatingSystem, Device. Knows the common ones.",          \
      .example = ex }

const struct lang_func funcs_user_agent[] = {
    PARSE("string, string", parse_one,
          "print parse_user_agent('curl/8.5.0', 'browser')"),
    PARSE("string, dynamic", parse_some,
          "print parse_user_agent('Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
          "Gecko/20100101 Firefox/121.0', dynamic(['browser', 'os']))"),
};
const size_t nfuncs_user_agent = ROWS(funcs_user_agent);

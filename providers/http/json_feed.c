/* json_feed.c - follows JSON byte by byte, and cuts out what is wanted.
 *
 * Called by: providers, through http_send_feed. A stack of open containers
 * remembers which paths still fit; no tree is built. */
#include "json_feed.h"

#include "base/json_write.h"

enum { MAX_PARTS = 16 };

struct path {
    size_t n;
    str parts[MAX_PARTS];
};

/* An open array or object. */
struct level {
    bool object;
    bool key_next; /* in an object: the next string is a name */
    uint16_t fits; /* paths whose first parts lead here, one bit each */
};

enum mode { BETWEEN, IN_TEXT, IN_ESCAPE, IN_SCALAR };

struct json_feed {
    struct json_feed_out out;
    struct path paths[JSON_FEED_PATHS];
    size_t npaths;
    struct level levels[JSON_FEED_DEPTH];
    size_t depth;
    enum mode mode;
    bool in_key;
    struct buf key;     /* literal of the name that is being read or was */
    int wanted;         /* the path that is being cut out; -1 none */
    size_t wanted_at;   /* its depth */
    struct buf value;   /* what of it came with earlier pieces */
    const char *from;   /* in this piece; NULL: nothing is cut out */
    bool any;           /* a value was seen */
    const char *error;
};

static void split_path(struct path *p, str text)
{
    while (text.n) {
        ptrdiff_t dot = str_find_char(text, '.');
        if (p->n == MAX_PARTS)
            BUG("a path of more than %d parts", MAX_PARTS);
        p->parts[p->n] = dot < 0 ? text : str_sub(text, 0, (size_t)dot);
        text = str_sub(text, p->parts[p->n++].n + (dot >= 0), text.n);
    }
}

struct json_feed *json_feed_new(const char *const *paths,
                                const struct json_feed_out *out)
{
    struct json_feed *f = xcalloc(1, sizeof *f);
    f->out = *out;
    for (; *paths; paths++) {
        if (f->npaths == JSON_FEED_PATHS)
            BUG("more than %d paths", JSON_FEED_PATHS);
        split_path(&f->paths[f->npaths++], str_of(*paths));
    }
    buf_init(&f->key, JSON_FEED_KEY);
    buf_init(&f->value, JSON_FEED_VALUE);
    f->wanted = -1;
    return f;
}

void json_feed_free(struct json_feed *f)
{
    if (!f)
        return;
    buf_release(&f->key);
    buf_release(&f->value);
    free(f);
}

void json_feed_reset(struct json_feed *f)
{
    f->depth = 0;
    f->mode = BETWEEN;
    f->in_key = false;
    f->wanted = -1;
    f->any = false;
    f->error = NULL;
    buf_reset(&f->key);
    buf_reset(&f->value);
}

str json_feed_error(const struct json_feed *f)
{
    return str_of(f->error);
}

static enum status fail(struct json_feed *f, const char *why)
{
    f->error = why;
    return ST_USER;
}

/* ---- paths ---- */

/* The part of a path that leads into the value that begins now. */
static bool part_fits(const struct json_feed *f, str part)
{
    const struct level *l = &f->levels[f->depth - 1];
    if (str_eqz(part, "*"))
        return true;
    str literal = buf_str(&f->key);
    if (!l->object || !buf_ok(&f->key) || literal.n < 2)
        return false;
    if (!memchr(literal.p, '\\', literal.n))
        return str_eq(str_sub(literal, 1, literal.n - 1), part);
    struct buf plain;
    buf_init(&plain, JSON_FEED_KEY);
    json_unquote(&plain, literal);
    bool same = str_eq(buf_str(&plain), part);
    buf_release(&plain);
    return same;
}

/* Paths that fit the value that begins now; *whole: one that ends here. */
static uint16_t fitting(const struct json_feed *f, int *whole)
{
    uint16_t fits = 0;
    *whole = -1;
    for (size_t i = 0; i < f->npaths; i++) {
        const struct path *p = &f->paths[i];
        size_t d = f->depth;
        if (p->n < d)
            continue;
        if (d && (!(f->levels[d - 1].fits >> i & 1) ||
                  !part_fits(f, p->parts[d - 1])))
            continue;
        fits |= (uint16_t)(1u << i);
        if (p->n == d && *whole < 0)
            *whole = (int)i;
    }
    return fits;
}

/* ---- values ---- */

/* A value begins at `at`; `fits` are the paths into it. */
static uint16_t begin_value(struct json_feed *f, const char *at)
{
    int whole = -1;
    f->any = true;
    if (f->wanted >= 0)
        return 0;
    uint16_t fits = fitting(f, &whole);
    if (whole >= 0) {
        f->wanted = whole;
        f->wanted_at = f->depth;
        f->from = at;
        fits = 0;
    }
    return fits;
}

/* The value that is open ends before `end`. */
static enum status end_value(struct json_feed *f, const char *end)
{
    if (f->wanted < 0 || f->wanted_at != f->depth)
        return ST_OK;
    str piece = { f->from, (size_t)(end - f->from) };
    if (f->value.n) {
        buf_add(&f->value, piece);
        piece = buf_str(&f->value);
    }
    if (!buf_ok(&f->value) || piece.n > JSON_FEED_VALUE)
        return fail(f, "one value of the answer is larger than 16 MB");
    enum status st = f->out.value(f->out.ctx, (size_t)f->wanted, piece);
    f->wanted = -1;
    f->from = NULL;
    buf_reset(&f->value);
    return st;
}

static enum status open_level(struct json_feed *f, const char *at)
{
    if (f->depth == JSON_FEED_DEPTH)
        return fail(f, "the answer is nested deeper than 512");
    uint16_t fits = begin_value(f, at);
    f->levels[f->depth++] = (struct level){ *at == '{', *at == '{', fits };
    return ST_OK;
}

static enum status close_level(struct json_feed *f, const char *at)
{
    if (!f->depth || f->levels[f->depth - 1].object != (*at == '}'))
        return fail(f, "the brackets of the answer do not match");
    f->depth--;
    return end_value(f, at + 1);
}

static void begin_text(struct json_feed *f, const char *at)
{
    struct level *l = f->depth ? &f->levels[f->depth - 1] : NULL;
    f->mode = IN_TEXT;
    f->in_key = l && l->object && l->key_next;
    if (f->in_key) {
        buf_reset(&f->key);
        buf_addc(&f->key, '"');
        l->key_next = false;
    } else {
        begin_value(f, at);
    }
}

/* One byte between values. */
static enum status between(struct json_feed *f, const char *at)
{
    switch (*at) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ':': return ST_OK;
    case ',':
        if (!f->depth)
            return fail(f, "the answer is not JSON");
        f->levels[f->depth - 1].key_next = f->levels[f->depth - 1].object;
        return ST_OK;
    case '{':
    case '[': return open_level(f, at);
    case '}':
    case ']': return close_level(f, at);
    case '"': begin_text(f, at); return ST_OK;
    default: break;
    }
    if (!strchr("-0123456789tfnNI", *at) || !*at)
        return fail(f, "the answer is not JSON");
    begin_value(f, at);
    f->mode = IN_SCALAR;
    return ST_OK;
}

/* ---- bytes ---- */

static bool ends_scalar(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' ||
           c == '\r' || c == '\t';
}

/* From inside a text to its end or the end of the piece. */
static enum status follow_text(struct json_feed *f, const char **at,
                               const char *end)
{
    const char *p = *at, *beg = p;
    bool closed = false;
    while (p < end && !closed) {
        if (f->mode == IN_ESCAPE) {
            f->mode = IN_TEXT;
            p++;
            continue;
        }
        while (p < end && *p != '"' && *p != '\\')
            p++;
        if (p == end)
            break;
        closed = *p == '"';
        f->mode = closed ? IN_TEXT : IN_ESCAPE;
        p++;
    }
    *at = p;
    if (f->in_key && f->wanted < 0)
        buf_add(&f->key, (str){ beg, (size_t)(p - beg) });
    if (!closed)
        return ST_OK;
    f->mode = BETWEEN;
    return f->in_key ? ST_OK : end_value(f, p);
}

static enum status follow_scalar(struct json_feed *f, const char **at,
                                 const char *end)
{
    const char *p = *at;
    while (p < end && !ends_scalar(*p))
        p++;
    *at = p;
    if (p == end)
        return ST_OK;
    f->mode = BETWEEN;
    return end_value(f, p);
}

/* What is being cut out goes on in the next piece. */
static enum status keep_rest(struct json_feed *f, const char *end)
{
    if (f->wanted < 0)
        return ST_OK;
    buf_add(&f->value, (str){ f->from, (size_t)(end - f->from) });
    f->from = NULL;
    return buf_ok(&f->value)
               ? ST_OK
               : fail(f, "one value of the answer is larger than 16 MB");
}

enum status json_feed_add(struct json_feed *f, str bytes)
{
    const char *p = bytes.p, *end = bytes.p + bytes.n;
    enum status st = f->error ? ST_USER : ST_OK;
    f->from = f->wanted >= 0 ? p : NULL;
    while (st == ST_OK && p < end) {
        if (f->mode == IN_TEXT || f->mode == IN_ESCAPE)
            st = follow_text(f, &p, end);
        else if (f->mode == IN_SCALAR)
            st = follow_scalar(f, &p, end);
        else
            st = between(f, p++);
    }
    return st == ST_OK ? keep_rest(f, end) : st;
}

enum status json_feed_end(struct json_feed *f)
{
    enum status st = ST_OK;
    if (f->error)
        return ST_USER;
    if (f->mode == IN_SCALAR && !f->depth)
        st = json_feed_add(f, S("\n")); /* a number ends with the answer */
    if (st != ST_OK)
        return st;
    if (f->depth || f->mode != BETWEEN)
        return fail(f, "the JSON of the answer ends before it is complete");
    return f->any ? ST_OK : fail(f, "the answer is empty");
}

/* ---- with a request ---- */

static enum status take_piece(void *ctx, const struct http_reply *head,
                              str bytes)
{
    (void)head;
    return json_feed_add(ctx, bytes);
}

enum status http_send_feed(struct http *h, const struct http_request *rq,
                           const struct http_call *call, struct json_feed *f,
                           struct http_reply *out)
{
    struct http_sink sink = { .ctx = f, .piece = take_piece };
    struct http_request mine = *rq;
    mine.sink = &sink;
    json_feed_reset(f);
    enum status st = http_send(h, &mine, call, out);
    bool good = out->status >= 200 && out->status < 300;
    if (st == ST_OK && good)
        st = json_feed_end(f);
    if (f->error && st == ST_USER)
        st = http_fail(h, call, DIAG_HTTP, "%s: %s%s",
                       rq->what ? rq->what : "the service", f->error,
                       http_reply_is_json(out) ? "" : " (it does not claim to "
                                                      "be)");
    return st;
}

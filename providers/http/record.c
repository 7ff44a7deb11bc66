/* record.c - writes exchanges to a file, and answers from one.
 *
 * Called by: client.c. Recordings come from people and from other machines:
 * they are parsed as data, with ceilings, and lead nowhere. */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_text.h"
#include "base/utf8.h"
#include "http.h"
#include "redact.h"

enum { MAX_RECORDING = 256 << 20, LONG_TEXT = 16 };

struct taped {
    struct exchange x;
    bool played;
};

struct recorder {
    pthread_mutex_t lock;
    struct arena *arena;
    struct secrets *secrets; /* borrowed */
    int out;                 /* -1: nothing is recorded */
    bool plays;
    LIST(struct taped) tape;
};

/* ---- reading ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_unescaped(struct buf *b, str line)
{
    for (size_t i = 0; i < line.n; i++) {
        int hi, lo;
        if (line.p[i] == '\\' && i + 3 < line.n && line.p[i + 1] == 'x' &&
            (hi = hex_digit(line.p[i + 2])) >= 0 &&
            (lo = hex_digit(line.p[i + 3])) >= 0) {
            buf_addc(b, (char)(hi << 4 | lo));
            i += 3;
        } else {
            buf_addc(b, line.p[i]);
        }
    }
}

struct tape_reader {
    struct recorder *r;
    struct taped now;
    LIST(struct http_header) headers;
    struct buf body;
    char side;    /* '>' or '<'; 0: before the first */
    bool in_body;
    size_t body_lines;
};

/* Ends the request or the reply that is being read. */
static void end_side(struct tape_reader *t)
{
    struct arena *a = t->r->arena;
    str body = buf_take(&t->body, a);
    if (t->side == '>') {
        t->now.x.asked = t->headers.v;
        t->now.x.nasked = t->headers.n;
        t->now.x.body = body;
    } else if (t->side == '<') {
        t->now.x.headers = t->headers.v;
        t->now.x.nheaders = t->headers.n;
        t->now.x.reply = body;
        PUSH(a, t->r->tape, t->now);
        t->now = (struct taped){ .played = false };
    }
    t->headers.v = NULL;
    t->headers.n = t->headers.cap = 0;
    t->in_body = false;
    t->body_lines = 0;
}

static bool first_line(struct tape_reader *t, char side, str text)
{
    struct arena *a = t->r->arena;
    end_side(t);
    t->side = side;
    if (side == '>') {
        ptrdiff_t blank = str_find_char(text, ' ');
        if (blank <= 0)
            return false;
        t->now.x.method = arena_str(a, str_sub(text, 0, (size_t)blank));
        t->now.x.url = arena_str(a, str_trim(str_sub(text, (size_t)blank,
                                                     text.n)));
        return true;
    }
    for (size_t i = 0; i < text.n && text.p[i] >= '0' && text.p[i] <= '9' &&
                       t->now.x.status < 1000; i++)
        t->now.x.status = t->now.x.status * 10 + (text.p[i] - '0');
    return t->now.x.status >= 100 && t->now.x.status < 1000;
}

static bool header_line(struct tape_reader *t, str text)
{
    struct arena *a = t->r->arena;
    ptrdiff_t colon = str_find_char(text, ':');
    if (colon <= 0)
        return false;
    struct http_header h = {
        arena_str(a, str_trim(str_sub(text, 0, (size_t)colon))),
        arena_str(a, str_trim(str_sub(text, (size_t)colon + 1, text.n))),
    };
    char *p = (char *)h.name.p; /* our own copy */
    for (size_t i = 0; i < h.name.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] | 32);
    PUSH(a, t->headers, h);
    return true;
}

static bool tape_line(struct tape_reader *t, str line)
{
    if (str_ends(line, S("\r")))
        line.n--;
    if (!line.n || line.p[0] == '#') {
        if (t->side == '<') { /* the next '>' begins another exchange */
            end_side(t);
            t->side = 0;
        }
        return true;
    }
    char side = line.p[0];
    if (side != '>' && side != '<')
        return false;
    str text = str_sub(line, 1, line.n);
    if (text.n && text.p[0] == ' ')
        text = str_sub(text, 1, text.n);
    if (side != t->side)
        return first_line(t, side, text);
    if (t->in_body) {
        if (t->body_lines++)
            buf_addc(&t->body, '\n');
        add_unescaped(&t->body, text);
        return true;
    }
    if (!text.n) {
        t->in_body = true;
        return true;
    }
    return header_line(t, text);
}

/* The number of the line that is wrong; 0: all is read. */
static size_t read_tape(struct recorder *r, str text)
{
    struct tape_reader t = { .r = r };
    size_t bad = 0;
    buf_init(&t.body, MAX_RECORDING);
    for (size_t i = 0, n = 1; i < text.n && !bad; n++) {
        str rest = str_sub(text, i, text.n);
        ptrdiff_t end = str_find_char(rest, '\n');
        str line = end < 0 ? rest : str_sub(rest, 0, (size_t)end);
        if (!tape_line(&t, line))
            bad = n;
        i += line.n + 1;
    }
    end_side(&t);
    buf_release(&t.body);
    return bad;
}

static bool read_all(struct buf *b, str path)
{
    char part[65536], name[4096];
    ssize_t n = -1;
    if (path.n >= sizeof name || memchr(path.p, 0, path.n))
        return false;
    memcpy(name, path.p, path.n);
    name[path.n] = 0;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (n = read(fd, part, sizeof part)) > 0)
        buf_add(b, (str){ part, (size_t)n });
    if (fd >= 0)
        close(fd);
    return n == 0 && buf_ok(b);
}

static bool load_tape(struct recorder *r, str path, struct diags *ds)
{
    struct buf b;
    buf_init(&b, MAX_RECORDING);
    bool ok = read_all(&b, path);
    if (!ok) {
        diag_error(ds, DIAG_FILE, NO_SPAN, "cannot read the recording %.*s",
                   STRF(path));
    } else {
        size_t bad = read_tape(r, buf_str(&b));
        ok = !bad;
        if (bad)
            diag_error(ds, DIAG_FORMAT, NO_SPAN,
                       "%.*s, line %zu: not a line of a recording",
                       STRF(path), bad);
    }
    buf_release(&b);
    r->plays = true;
    return ok;
}

static bool open_tape(struct recorder *r, str path, struct diags *ds)
{
    char *name = arena_cstr(r->arena, path);
    r->out = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (r->out >= 0)
        return true;
    diag_error(ds, DIAG_FILE, NO_SPAN, "cannot write the recording %s: %s",
               name, strerror(errno));
    return false;
}

struct recorder *recorder_new(str record, str replay, struct secrets *secrets,
                              struct diags *ds)
{
    struct arena *a = arena_new();
    struct recorder *r = NEW(a, struct recorder);
    *r = (struct recorder){ .arena = a, .secrets = secrets, .out = -1 };
    pthread_mutex_init(&r->lock, NULL);
    if ((!replay.n || load_tape(r, replay, ds)) &&
        (!record.n || open_tape(r, record, ds)))
        return r;
    recorder_free(r);
    return NULL;
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    if (r->out >= 0)
        close(r->out);
    pthread_mutex_destroy(&r->lock);
    arena_free(r->arena);
}

bool recorder_plays(const struct recorder *r)
{
    return r && r->plays;
}

/* ---- playing ---- */

static ptrdiff_t star_of(str s)
{
    return str_find(s, S("***"));
}

/* `text` fits `pattern`, in which *** stands for any text. Linear for the few
 * stars of a recording: each piece is looked for once, from the left. */
static bool fits(str pattern, str text)
{
    ptrdiff_t star = star_of(pattern);
    if (star < 0)
        return str_eq(pattern, text);
    if (!str_starts(text, str_sub(pattern, 0, (size_t)star)))
        return false;
    text = str_sub(text, (size_t)star, text.n);
    pattern = str_sub(pattern, (size_t)star + 3, pattern.n);
    while ((star = star_of(pattern)) >= 0) {
        str piece = str_sub(pattern, 0, (size_t)star);
        ptrdiff_t at = str_find(text, piece);
        if (at < 0)
            return false;
        text = str_sub(text, (size_t)at + piece.n, text.n);
        pattern = str_sub(pattern, (size_t)star + 3, pattern.n);
    }
    return str_ends(text, pattern);
}

static str header_of(const struct http_header *h, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(h[i].name, name))
            return h[i].value;
    return STR_NONE;
}

/* How alike they are: 0 another method, …, ALIKE all the same. */
enum { ALIKE = 4 };

static int likeness(const struct exchange *taped, const struct exchange *x,
                    str *differs)
{
    if (!str_eq(taped->method, x->method))
        return 0;
    *differs = taped->url;
    if (!fits(taped->url, x->url))
        return 1;
    for (size_t i = 0; i < taped->nasked; i++) {
        *differs = taped->asked[i].name;
        if (str_ieqz(*differs, "content-type"))
            continue; /* it follows from the body */
        str value = header_of(x->asked, x->nasked, *differs);
        if (!value.p || !fits(taped->asked[i].value, value))
            return 2;
    }
    *differs = taped->body;
    return fits(taped->body, x->body) ? ALIKE : 3;
}

static void explain(struct buf *why, int best, const struct exchange *x,
                    str differs)
{
    static const char *const parts[ALIKE] = { "method", "address", "header",
                                              "body" };
    buf_addf(why, "no exchange like %.*s %.*s", STRF(x->method),
             STRF(x->url));
    if (best < 0) {
        buf_adds(why, " is left");
        return;
    }
    buf_addf(why, "; the nearest has another %s", parts[best]);
    if (best > 0)
        buf_addf(why, ": %.*s", STRF(str_sub(differs, 0, 300)));
    if (best == 3)
        buf_addf(why, "; sent was: %.*s", STRF(str_sub(x->body, 0, 300)));
}

bool recorder_play(struct recorder *r, struct exchange *x, struct buf *why)
{
    int best = -1;
    str nearest = S("");
    struct taped *found = NULL;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->tape.n && !found; i++) {
        struct taped *t = &r->tape.v[i];
        str differs = S("");
        int like = t->played ? -1 : likeness(&t->x, x, &differs);
        if (like > best) {
            best = like;
            nearest = differs;
        }
        if (like == ALIKE)
            found = t;
    }
    if (found) {
        found->played = true;
        x->status = found->x.status;
        x->headers = found->x.headers;
        x->nheaders = found->x.nheaders;
        x->reply = found->x.reply;
    } else {
        explain(why, best, x, nearest);
    }
    pthread_mutex_unlock(&r->lock);
    return found != NULL;
}

/* ---- recording ---- */

static bool needs_escape(str s, size_t at, size_t next)
{
    unsigned char c = (unsigned char)s.p[at];
    if (next - at == 1)
        return (c < ' ' && c != '\n') || c == '\\' || c >= 0x7f;
    return false;
}

static void add_prefixed(struct buf *b, const char *prefix, str text)
{
    buf_adds(b, prefix);
    for (size_t i = 0; i < text.n;) {
        size_t next = i;
        utf8_next(text, &next);
        if (text.p[i] == '\n')
            buf_addf(b, "\n%s", prefix);
        else if (needs_escape(text, i, next))
            buf_addf(b, "\\x%02X", (unsigned char)text.p[i]);
        else
            buf_add(b, str_sub(text, i, next));
        i = next;
    }
    buf_addc(b, '\n');
}

/* Ids of single requests would never fit again. */
static bool is_passing(str name)
{
    return str_ends(name, S("request-id")) || str_ieqz(name, "date") ||
           str_ieqz(name, "set-cookie") || str_ieqz(name, "content-encoding") ||
           str_ieqz(name, "content-length") ||
           str_ieqz(name, "transfer-encoding");
}

static void add_headers(struct buf *b, const char *prefix,
                        const struct http_header *h, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_passing(h[i].name))
            continue;
        buf_addf(b, "%s%.*s: %.*s\n", prefix, STRF(h[i].name),
                 STRF(h[i].value));
    }
}

/* JSON with its long texts crossed out: tokens, values of secrets. */
static void add_secret_json(struct buf *b, str json)
{
    for (size_t i = 0; i < json.n;) {
        size_t end = json.p[i] == '"' ? json_skip(json, i) : i + 1;
        str part = str_sub(json, i, end);
        bool is_name = end < json.n && json.p[end] == ':';
        if (part.n > LONG_TEXT && !is_name)
            buf_adds(b, "\"***\"");
        else
            buf_add(b, part);
        i = end;
    }
}

static void add_reply(struct buf *b, const struct exchange *x)
{
    struct buf json, crossed;
    buf_init(&json, JSON_MAX_BYTES);
    buf_init(&crossed, MAX_RECORDING);
    if (!x->secret_reply)
        add_prefixed(b, "< ", x->reply);
    else if (json_compact(&json, x->reply, JSON_MAX_DEPTH, NULL)) {
        add_secret_json(&crossed, buf_str(&json));
        add_prefixed(b, "< ", buf_str(&crossed));
    } else {
        add_prefixed(b, "< ", S("***"));
    }
    buf_release(&json);
    buf_release(&crossed);
}

static void write_all(int fd, str text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        text = str_sub(text, (size_t)n, text.n);
    }
}

void recorder_add(struct recorder *r, const struct exchange *x)
{
    struct buf b, clean;
    if (r->out < 0)
        return;
    buf_init(&b, MAX_RECORDING);
    buf_init(&clean, MAX_RECORDING);
    buf_addf(&b, "> %.*s %.*s\n", STRF(x->method), STRF(x->url));
    add_headers(&b, "> ", x->asked, x->nasked);
    if (x->body.n) {
        buf_adds(&b, ">\n");
        add_prefixed(&b, "> ", x->body);
    }
    buf_addf(&b, "< %ld\n", x->status);
    add_headers(&b, "< ", x->headers, x->nheaders);
    if (x->reply.n) {
        buf_adds(&b, "<\n");
        add_reply(&b, x);
    }
    buf_addc(&b, '\n');
    secrets_scrub(r->secrets, &clean, buf_str(&b));
    pthread_mutex_lock(&r->lock);
    write_all(r->out, buf_str(&clean));
    pthread_mutex_unlock(&r->lock);
    buf_release(&b);
    buf_release(&clean);
}

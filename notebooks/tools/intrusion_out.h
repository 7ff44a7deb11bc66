/* intrusion_out.h - rows as JSON lines or CSV, fast and the same everywhere.
 *
 * Called by: intrusion.c alone, which includes it once. Texts come from its own
 * tables: they hold no control characters and are valid UTF-8. */
#ifndef INTRUSION_OUT_H
#define INTRUSION_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SECOND = 10000000, DAY_SECONDS = 86400 };    /* time counts 100 ns */
enum { OUT_BUFFER = 1 << 20, OUT_ROW = 32 << 10 };  /* a row stays below */

struct text {
    const char *p;
    size_t n;
};
#define T(literal) { literal, sizeof(literal) - 1 }
#define TX(literal) ((struct text)T(literal))

/* A key in its JSON spelling, made by the compiler. */
#define KEY(k) TX(",\"" k "\":")

struct out {
    FILE *f;
    char *buf;           /* OUT_BUFFER bytes */
    size_t n;
    bool csv, failed;
};

static void out_flush(struct out *o)
{
    if (o->f && fwrite(o->buf, 1, o->n, o->f) != o->n)
        o->failed = true;
    o->n = 0;
}

static void raw(struct out *o, struct text s)
{
    memcpy(o->buf + o->n, s.p, s.n);
    o->n += s.n;
}

static void letter(struct out *o, char c)
{
    o->buf[o->n++] = c;
}

static struct text digits(char *tmp, size_t size, uint64_t v)
{
    char *p = tmp + size;
    do
        *--p = (char)('0' + v % 10);
    while (v /= 10);
    return (struct text){ p, (size_t)(tmp + size - p) };
}

static struct text hex(char *tmp, size_t size, uint64_t v)
{
    char *p = tmp + size;
    do
        *--p = "0123456789abcdef"[v & 15];
    while (v >>= 4);
    return (struct text){ p, (size_t)(tmp + size - p) };
}

static void json_text(struct out *o, struct text s)
{
    char *to = o->buf + o->n;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            *to++ = '\\';
        *to++ = s.p[i];
    }
    o->n = (size_t)(to - o->buf);
}

static void csv_text(struct out *o, struct text s)
{
    if (!s.n)
        return;
    if (!memchr(s.p, '"', s.n) && !memchr(s.p, ',', s.n)) {
        raw(o, s);
        return;
    }
    letter(o, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            letter(o, '"');
        letter(o, s.p[i]);
    }
    letter(o, '"');
}

/* An empty text has no key in JSON: rows differ in their keys. */
static void put(struct out *o, struct text key, struct text s)
{
    if (o->csv) {
        letter(o, ',');
        csv_text(o, s);
    } else if (s.n) {
        raw(o, key);
        letter(o, '"');
        json_text(o, s);
        letter(o, '"');
    }
}

static void put_number(struct out *o, struct text key, uint64_t v)
{
    char tmp[20];
    raw(o, o->csv ? TX(",") : key);
    raw(o, digits(tmp, sizeof tmp, v));
}

static void put_hex(struct out *o, struct text key, uint64_t v)
{
    char tmp[20];
    raw(o, o->csv ? TX(",") : key);
    raw(o, o->csv ? TX("0x") : TX("\"0x"));
    raw(o, hex(tmp, sizeof tmp, v));
    if (!o->csv)
        letter(o, '"');
}

static void two_digits(char *p, uint64_t v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
}

/* `date` is the day of `t`, which counts from the first day. */
static void put_time(struct out *o, const char *date, uint64_t t)
{
    char s[] = "yyyy-mm-ddThh:mm:ss.fffffffZ";
    uint64_t sec = t / SECOND % DAY_SECONDS, fraction = t % SECOND;
    memcpy(s, date, 10);
    two_digits(s + 11, sec / 3600);
    two_digits(s + 14, sec / 60 % 60);
    two_digits(s + 17, sec % 60);
    for (int i = 26; i > 19; i--, fraction /= 10)
        s[i] = (char)('0' + fraction % 10);
    raw(o, (struct text){ s, sizeof s - 1 });
}

static void out_begin(struct out *o, const char *kind, const char *date,
                      uint64_t t)
{
    if (o->n > OUT_BUFFER - OUT_ROW)
        out_flush(o);
    if (o->csv) {
        put_time(o, date, t);
        return;
    }
    if (kind) {
        raw(o, TX("{\"Kind\":\""));
        raw(o, (struct text){ kind, strlen(kind) });
        raw(o, TX("\",\"TimeGenerated\":\""));
    } else {
        raw(o, TX("{\"TimeGenerated\":\""));
    }
    put_time(o, date, t);
    letter(o, '"');
}

static void out_end(struct out *o)
{
    raw(o, o->csv ? TX("\n") : TX("}\n"));
}

#endif

/* format.c - formatted text that does not end at a NUL.
 *
 * Called by: buf_addf, arena_fmt and the messages of diag.c.
 * The C library takes the bytes of "%.*s" up to a NUL only, and names and
 * values from outside may hold one. What is known: %s %.*s %.Ns %c, %d %u %x %X
 * with hh … z, %f %e %g, flags - and 0, widths, * for width and precision. */
#include <stdarg.h>
#include <stdio.h>

#include "buf.h"
#include "status.h"

struct directive {
    bool left, zero;
    int width, precision; /* precision -1: none */
    char length, conversion; /* length: 0, l, q (ll), z */
};

struct arguments {
    va_list ap;
};

static int number(const char **p, struct arguments *a)
{
    int n = 0;
    if (**p == '*') {
        ++*p;
        return va_arg(a->ap, int);
    }
    for (; **p >= '0' && **p <= '9'; ++*p)
        n = n * 10 + (**p - '0');
    return n;
}

/* After the percent sign; gives what stands behind the directive. */
static const char *read_directive(const char *p, struct directive *d,
                                  struct arguments *a)
{
    *d = (struct directive){ .precision = -1 };
    for (; *p == '-' || *p == '0'; p++)
        *(*p == '-' ? &d->left : &d->zero) = true;
    d->width = number(&p, a);
    if (*p == '.') {
        p++;
        d->precision = number(&p, a);
    }
    for (; *p && strchr("hlzjt", *p); p++)
        d->length = *p == 'h'                     ? 0
                  : *p == 'l' && d->length == 'l' ? 'q'
                                                  : *p;
    d->conversion = *p;
    return *p ? p + 1 : p;
}

static void pad(struct buf *b, const struct directive *d, size_t n, bool left)
{
    if (d->left == left && d->width > 0 && (size_t)d->width > n)
        buf_fill(b, ' ', (size_t)d->width - n);
}

static void add_text(struct buf *b, const struct directive *d, str s)
{
    pad(b, d, s.n, false);
    buf_add(b, s);
    pad(b, d, s.n, true);
}

static void add_string(struct buf *b, const struct directive *d,
                       const char *z, bool counted)
{
    size_t max = d->precision < 0 ? SIZE_MAX : (size_t)d->precision;
    size_t n = counted ? max : z ? strnlen(z, max) : 0;
    add_text(b, d, (str){ z, n });
}

/* Signed numbers come as their distance from zero. */
static void add_whole(struct buf *b, const struct directive *d, uint64_t v,
                      bool minus)
{
    const char *digits = d->conversion == 'X' ? "0123456789ABCDEF"
                                              : "0123456789abcdef";
    unsigned base = (d->conversion | 32) == 'x' ? 16 : 10;
    char text[96], *p = text + sizeof text;
    int least = d->precision < 0 ? 1 : d->precision;
    if (d->zero && !d->left && d->precision < 0 && d->width - minus > least)
        least = d->width - minus;
    for (; v || least > 0; v /= base, least--)
        if (p > text + 1)
            *--p = digits[v % base];
    if (minus)
        *--p = '-';
    add_text(b, d, (str){ p, (size_t)(text + sizeof text - p) });
}

static void add_signed(struct buf *b, const struct directive *d,
                       struct arguments *a)
{
    int64_t v = d->length == 0   ? va_arg(a->ap, int)
              : d->length == 'q' ? va_arg(a->ap, long long)
                                 : va_arg(a->ap, long);
    add_whole(b, d, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
}

static void add_unsigned(struct buf *b, const struct directive *d,
                         struct arguments *a)
{
    uint64_t v = d->length == 0   ? va_arg(a->ap, unsigned)
               : d->length == 'q' ? va_arg(a->ap, unsigned long long)
                                  : va_arg(a->ap, unsigned long);
    add_whole(b, d, v, false);
}

static void add_real(struct buf *b, const struct directive *d, double v)
{
    char text[400];
    int digits = d->precision < 0 ? 6 : d->precision;
    digits = digits > 40 ? 40 : digits;
    int n = d->conversion == 'f' ? snprintf(text, sizeof text, "%.*f", digits,
                                            v)
          : d->conversion == 'e' ? snprintf(text, sizeof text, "%.*e", digits,
                                            v)
                                 : snprintf(text, sizeof text, "%.*g", digits,
                                            v);
    add_text(b, d, (str){ text, (size_t)n });
}

static void add_directive(struct buf *b, const struct directive *d,
                          struct arguments *a, bool counted)
{
    char c;
    switch (d->conversion) {
    case 's': add_string(b, d, va_arg(a->ap, const char *), counted); break;
    case 'c':
        c = (char)va_arg(a->ap, int);
        add_text(b, d, (str){ &c, 1 });
        break;
    case 'd':
    case 'i': add_signed(b, d, a); break;
    case 'u':
    case 'x':
    case 'X': add_unsigned(b, d, a); break;
    case 'e':
    case 'f':
    case 'g': add_real(b, d, va_arg(a->ap, double)); break;
    case '%': buf_addc(b, '%'); break;
    default: BUG("a format with '%c'", d->conversion);
    }
}

void buf_addv(struct buf *b, const char *fmt, va_list ap)
{
    struct arguments a;
    va_copy(a.ap, ap);
    while (*fmt) {
        const char *percent = strchr(fmt, '%');
        size_t n = percent ? (size_t)(percent - fmt) : strlen(fmt);
        buf_add(b, (str){ fmt, n });
        fmt += n;
        if (!percent)
            break;
        struct directive d;
        bool counted = strncmp(fmt, "%.*s", 4) == 0;
        fmt = read_directive(fmt + 1, &d, &a);
        add_directive(b, &d, &a, counted && d.precision >= 0);
    }
    va_end(a.ap);
}

/* ticks.h - datetime and timespan as 64-bit counts of 100 ns.
 *
 * A datetime counts from 0001-01-01T00:00:00Z (proleptic Gregorian, no leap
 * seconds), as .NET and Kusto do; a timespan is a signed length. Everything is
 * UTC. The civil-calendar arithmetic follows Hinnant's days_from_civil. */
#ifndef BASE_TICKS_H
#define BASE_TICKS_H

#include "buf.h"

#define TICKS_PER_US 10LL
#define TICKS_PER_MS 10000LL
#define TICKS_PER_SEC 10000000LL
#define TICKS_PER_MIN (60 * TICKS_PER_SEC)
#define TICKS_PER_HOUR (60 * TICKS_PER_MIN)
#define TICKS_PER_DAY (24 * TICKS_PER_HOUR)
#define TICKS_UNIX_EPOCH 621355968000000000LL /* 1970-01-01 */
#define TICKS_MAX 3155378975999999999LL       /* 9999-12-31T23:59:59.9999999 */

struct civil {
    int year, month, day;               /* 1-based */
    int hour, minute, second, fraction; /* fraction in ticks */
};

/* False: there is no such day or time of day. */
bool ticks_from_civil(const struct civil *c, int64_t *t);
void ticks_to_civil(int64_t t, struct civil *c);
int64_t ticks_now(void);

/* ISO 8601 in its usual spellings (date; date and time with T or blank; Z or
 * an offset; up to 7 digits of fraction kept), M/d/yyyy or M-d-yyyy with
 * [h:mm[:ss] [AM|PM]], RFC 822/850 (Mon, 15 Jun 2020 10:00:00 GMT). The whole
 * text must fit. */
bool ticks_parse(str s, int64_t *t);
/* Only ISO 8601 with at least yyyy-MM-ddTHH:mm:ss (T or blank): the form that
 * loaders recognise as a datetime column. Fast. */
bool ticks_parse_iso(str s, int64_t *t);
void ticks_format(struct buf *b, int64_t t); /* 2024-01-02T03:04:05.1234567Z */

/* d.hh:mm:ss.fffffff in all its short forms ("1.02:03", "00:00:01", "2" = days)
 * and literals ("1d", "2h", "30m", "10s", "100ms", "5microsecond", "1tick"). */
bool span_parse(str s, int64_t *t);
bool span_parse_literal(str s, int64_t *t);  /* number + unit only */
void span_format(struct buf *b, int64_t t);  /* [-][d.]hh:mm:ss[.fffffff] */

#endif

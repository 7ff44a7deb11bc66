/* tzfile.h - a time zone of the system's database: offsets from UTC.
 *
 * Reads the compiled files of the tz database (RFC 8536, TZif versions 1 to 4)
 * below /usr/share/zoneinfo, or what TZDIR names. Times are seconds since
 * 1970-01-01 00:00, leap seconds not counted. */
#ifndef BASE_TZFILE_H
#define BASE_TZFILE_H

#include "arena.h"

struct tz;

/* A zone by its IANA name ("Europe/Brussels"), by one of the common names
 * Windows has ("Romance Standard Time"), or "UTC". NULL: there is none, or its
 * file is damaged. Everything lives in `a`. */
struct tz *tz_load(struct arena *a, str name);
/* The same from the bytes of a file, for tests. */
struct tz *tz_parse(struct arena *a, str bytes);

/* The IANA names in the database, sorted, in `a`; none without its text file.
 */
size_t tz_names(struct arena *a, str **names);

/* Seconds to add to UTC at that moment. */
int32_t tz_offset(const struct tz *z, int64_t utc);
/* The moment that the clocks of the zone show `local`. Of two such moments the
 * later one, after clocks went back; an hour that clocks skipped is read with
 * the offset that came into force. */
int64_t tz_to_utc(const struct tz *z, int64_t local);

#endif

/* geohash.c - places as base-32 text whose prefixes are larger rectangles.
 *
 * Called by: lang/funcs/fn_geo_hash.c. */
#include "geohash.h"

static const char letters[] = "0123456789bcdefghjkmnpqrstuvwxyz";

/* Bits of longitude and latitude in n letters. */
static unsigned xbits(unsigned n)
{
    return (5 * n + 1) / 2;
}

static unsigned ybits(unsigned n)
{
    return 5 * n / 2;
}

/* Which of 2^bits equal parts of [low, high] has x; the end has the last. */
static uint64_t bisect(double x, double low, double high, unsigned bits)
{
    uint64_t at = 0;
    for (unsigned i = 0; i < bits; i++) {
        double mid = (low + high) / 2;
        bool upper = x >= mid;
        at = at << 1 | upper;
        *(upper ? &low : &high) = mid;
    }
    return at;
}

struct geohash geohash_at(struct geo_point p, unsigned n)
{
    return (struct geohash){ n, bisect(p.lon, -180, 180, xbits(n)),
                             bisect(p.lat, -90, 90, ybits(n)) };
}

bool geohash_parse(str text, struct geohash *h)
{
    *h = (struct geohash){ .n = (unsigned)text.n };
    if (text.n < 1 || text.n > GEOHASH_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const char *at = memchr(letters, text.p[i], 32);
        if (!at)
            return false;
        for (unsigned bit = 5; bit-- > 0;) {
            uint64_t one = (uint64_t)(at - letters) >> bit & 1;
            if ((5 * i + 4 - bit) % 2 == 0)
                h->x = h->x << 1 | one;
            else
                h->y = h->y << 1 | one;
        }
    }
    return true;
}

void geohash_text(const struct geohash *h, char out[GEOHASH_MAX])
{
    unsigned x = xbits(h->n), y = ybits(h->n);
    for (unsigned i = 0; i < h->n; i++) {
        unsigned letter = 0;
        for (unsigned k = 0; k < 5; k++) {
            uint64_t one = (5 * i + k) % 2 == 0 ? h->x >> --x : h->y >> --y;
            letter = letter << 1 | (unsigned)(one & 1);
        }
        out[i] = letters[letter];
    }
}

struct geo_rect geohash_rect(const struct geohash *h)
{
    double width = 360.0 / (double)(1ull << xbits(h->n));
    double height = 180.0 / (double)(1ull << ybits(h->n));
    double west = -180 + (double)h->x * width;
    double south = -90 + (double)h->y * height;
    return (struct geo_rect){ { west, south },
                              { west + width, south + height } };
}

bool geohash_move(const struct geohash *h, int east, int north,
                  struct geohash *to)
{
    uint64_t columns = 1ull << xbits(h->n), rows = 1ull << ybits(h->n);
    *to = *h;
    to->x = (h->x + columns + (uint64_t)(int64_t)east) & (columns - 1);
    to->y = h->y + (uint64_t)(int64_t)north;
    return to->y < rows;
}

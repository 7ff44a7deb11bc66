/* fuzz_iocs.c - any bytes as the text in which indicators are looked for.
 *
 * Holds that finds lie inside the text and in order, that none is empty, that
 * a find is found again in its own plain form where that must be so, and that
 * defanging twice is defanging once. */
#include <assert.h>

#include "analytics/ioc.h"
#include "analytics/refang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool holds(const struct ioc *v, size_t n, enum ioc_type t, str value)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].type == t && str_eq(v[i].value, value))
            return true;
    return false;
}

static void check_finds(struct arena *a, struct ioc_scanner *s, str text)
{
    const struct ioc *v, *w;
    size_t n = ioc_scan(s, a, text, &v), last = 0;
    for (size_t i = 0; i < n; i++) {
        assert(v[i].beg < v[i].end && v[i].end <= text.n && v[i].value.n > 0);
        assert(v[i].beg >= last && v[i].type < NIOCS);
        last = v[i].beg;
        enum ioc_type t = v[i].type;
        if (i < 16 && (t == IOC_IPV4 || t == IOC_MD5 || t == IOC_SHA256 ||
                       t == IOC_CVE || t == IOC_BITCOIN)) {
            str value = arena_str(a, v[i].value);
            size_t m = ioc_scan(s, a, value, &w);
            assert(holds(w, m, t, value));
        }
    }
}

static str defang(struct arena *a, struct defanger *d, str text)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    defang_text(d, &b, text);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct ioc_opts all = { .types = (1u << NIOCS) - 1 };
    struct ioc_opts any = { .types = (1u << NIOCS) - 1, .any_tld = true,
                            .repeats = true };
    str text = { (const char *)data, size };
    check_finds(a, ioc_scanner_new(a, &all), text);
    check_finds(a, ioc_scanner_new(a, &any), text);
    struct defanger *d = defanger_new(a);
    str once = defang(a, d, text);
    assert(once.n >= text.n / 2);
    struct buf b;
    buf_init(&b, 64 << 20);
    refang_text(&b, once);
    assert(buf_ok(&b) && b.n <= once.n);
    buf_release(&b);
    arena_free(a);
    return 0;
}

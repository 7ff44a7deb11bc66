/* fuzz_wire.c - any frames through the decoder, then through a whole kernel.
 *
 * The input is cut into frames at each 0x1e byte. They go in twice: as they
 * stand (what an attacker without the key sends), and with the signature put
 * right (what a broken client sends). The first kind must be dropped, the
 * second must end in exactly one idle for each busy. */
#include <assert.h>

#include "tests/unit/kernel_rig.h"

enum { MAX_PARTS = 64, SEPARATOR = 0x1e };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t split(str *parts, const uint8_t *data, size_t size)
{
    str rest = { (const char *)data, size };
    size_t n = 0;
    while (n < MAX_PARTS) {
        ptrdiff_t at = str_find_char(rest, SEPARATOR);
        parts[n++] = at < 0 ? rest : str_sub(rest, 0, (size_t)at);
        if (at < 0)
            break;
        rest = str_sub(rest, (size_t)at + 1, rest.n);
    }
    return n;
}

static void add_all(struct frames *f, const str *parts, size_t n)
{
    frames_init(f);
    for (size_t i = 0; i < n; i++)
        frames_add(f, parts[i]);
}

static void decode_unsigned(const str *parts, size_t n)
{
    struct wire *w = wire_new(RIG_KEY);
    struct frames f;
    struct msg *m = NULL;
    add_all(&f, parts, n);
    assert(wire_decode(w, CH_SHELL, &f, &m) != WIRE_OK);
    assert(!m);
    wire_free(w);
}

/* The input as header, metadata, content and buffers of a signed message. */
static void sign_parts(const struct rig *r, struct frames *f, const str *parts,
                       size_t n)
{
    char hex[SIGNATURE_HEX + 1];
    str v[4] = { S("{}"), S("{}"), S("{}"), S("{}") };
    v[0] = parts[0];
    if (n > 1)
        v[3] = parts[1];
    if (n > 2)
        v[2] = parts[2];
    wire_sign(r->client, v, 4, hex);
    frames_init(f);
    frames_add(f, S("client"));
    frames_add(f, S("<IDS|MSG>"));
    frames_add(f, str_of(hex));
    for (size_t i = 0; i < 4; i++)
        frames_add(f, v[i]);
    for (size_t i = 3; i < n; i++)
        frames_add(f, parts[i]);
}

static int states(const struct rig *r, const char *state)
{
    int n = 0;
    for (size_t i = 0; i < r->ngot; i++)
        n += str_eqz(json_member_text(r->got[i].content, "execution_state"),
                     state) && json_object_size(r->got[i].parent);
    return n;
}

/* Cells that sleep or print much would only make the fuzzer slow. */
static bool is_slow(str content)
{
    static const char *const words[] = { "sleep", "deaf", "many", "big",
                                         "ask", "progress", "print" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_find(content, str_of(words[i])) >= 0)
            return true;
    return false;
}

/* Starting a kernel takes a millisecond: not for what it would only drop. */
static bool is_header(str text)
{
    json_t *j = json_object_in(text, false);
    bool ok = json_member_text(j, "msg_type").n > 0;
    json_decref(j);
    return ok;
}

static void run_signed(const str *parts, size_t n)
{
    struct rig *r = rig_new();
    struct frames f;
    sign_parts(r, &f, parts, n);
    rig_send_frames(r, CH_SHELL, &f);
    int64_t until = monotonic_us() + 5000000;
    rig_work(r, 2, 3);
    do
        rig_work(r, 1, 1);
    while (r->running && states(r, "busy") > states(r, "idle") &&
           monotonic_us() < until);
    assert(states(r, "busy") == states(r, "idle"));
    for (size_t i = 0; i < r->ngot; i++)
        assert(r->got[i].signature_ok && r->got[i].content);
    rig_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str parts[MAX_PARTS];
    size_t n = split(parts, data, size);
    decode_unsigned(parts, n);
    if (is_header(parts[0]) && (n == 1 || !is_slow(parts[1])))
        run_signed(parts, n);
    return 0;
}

/* ioc_bitcoin.c - the checksums of Bitcoin addresses.
 *
 * Called by: ioc_run.c. Base58Check (21 bytes and the first four of their
 * double SHA-256) for 1… and 3…; bech32 and bech32m (BIP 173, BIP 350) for
 * bc1…. A random word passes with a chance of one in 2^30 or less. */
#include "ioc_int.h"

#include <sodium.h>

enum { PAYLOAD = 21, CHECK = 4, WHOLE = PAYLOAD + CHECK };

static const char base58[] =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* The number as WHOLE bytes; false for foreign signs and overflow. */
static bool base58_decode(str s, uint8_t out[WHOLE])
{
    memset(out, 0, WHOLE);
    for (size_t i = 0; i < s.n; i++) {
        const char *at = s.p[i] ? strchr(base58, s.p[i]) : NULL;
        if (!at)
            return false;
        uint32_t carry = (uint32_t)(at - base58);
        for (int k = WHOLE - 1; k >= 0; k--) {
            carry += out[k] * 58u;
            out[k] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    return true;
}

static bool base58_valid(str s)
{
    uint8_t raw[WHOLE], sum[crypto_hash_sha256_BYTES];
    if (s.n < 26 || s.n > 35 || !base58_decode(s, raw))
        return false;
    if (raw[0] != (s.p[0] == '1' ? 0 : 5))
        return false;
    crypto_hash_sha256(sum, raw, PAYLOAD);
    crypto_hash_sha256(sum, sum, sizeof sum);
    return memcmp(sum, raw + PAYLOAD, CHECK) == 0;
}

static uint32_t polymod(uint32_t c, uint8_t v)
{
    static const uint32_t gen[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                     0x3d4233dd, 0x2a1462b3 };
    uint32_t top = c >> 25;
    c = (c & 0x1ffffff) << 5 ^ v;
    for (int i = 0; i < 5; i++)
        c ^= top >> i & 1 ? gen[i] : 0;
    return c;
}

static bool bech32_valid(str s)
{
    static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint32_t c = 1;
    bool lower = false, upper = false;
    static const uint8_t prefix[5] = { 3, 3, 0, 2, 3 }; /* of "bc" */
    for (int i = 0; i < 5; i++)
        c = polymod(c, prefix[i]);
    for (size_t i = 0; i < s.n; i++) {
        lower = lower || (s.p[i] >= 'a' && s.p[i] <= 'z');
        upper = upper || (s.p[i] >= 'A' && s.p[i] <= 'Z');
    }
    if ((lower && upper) || s.n < 14)
        return false;
    uint8_t version = 0;
    for (size_t i = 3; i < s.n; i++) {
        char low = is_letter(s.p[i]) ? (char)(s.p[i] | 32) : s.p[i];
        const char *at = low ? strchr(digits, low) : NULL;
        if (!at)
            return false;
        version = i == 3 ? (uint8_t)(at - digits) : version;
        c = polymod(c, (uint8_t)(at - digits));
    }
    return c == (version == 0 ? 1u : 0x2bc830a3u);
}

bool bitcoin_valid(str s)
{
    return s.n && (s.p[0] == '1' || s.p[0] == '3') ? base58_valid(s)
                                                   : bech32_valid(s);
}

/* fuzz_csv.c - any bytes as delimited and as plain text.
 *
 * The first byte picks the delimiter and the number of columns. Holds that
 * records do not depend on how the bytes arrive and that what is stored is
 * valid UTF-8. */
#include "records_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FIELDS = 16 };

static void check_format(str bytes, enum file_format format, uint8_t pick)
{
    static const char delimiters[] = ",;\t|";
    struct checked x;
    char name[8];
    checked_init(&x, bytes);
    x.memory.nmap = format == FORMAT_TXT ? 1 : 1u + pick / 4 % MAX_FIELDS;
    x.memory.map = arena_array(x.a, MAX_FIELDS, sizeof(int32_t));
    for (size_t i = 0; i < x.memory.nmap; i++) {
        snprintf(name, sizeof name, "c%zu", i);
        x.memory.map[i] = field_names_add(&x.schema->names, str_of(name));
    }
    x.memory.format = format;
    x.memory.delimiter = delimiters[pick % 4];
    x.memory.ragged = pick & 0x80;
    x.file.format = format;
    x.file.map = x.memory.map;
    x.file.nmap = x.memory.nmap;
    x.file.ragged = x.memory.ragged;
    x.file.delimiter = x.memory.delimiter;
    check_records(&x);
    checked_release(&x);
}

static void check_guess(str bytes)
{
    char *copy = xcalloc(bytes.n + JSON_PAD, 1);
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    char c = csv_guess_delimiter((str){ copy, bytes.n }, true);
    assert(c == ',' || c == ';' || c == '\t' || c == '|');
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str bytes = { (const char *)data, size };
    uint8_t pick = size ? data[0] : 0;
    check_format(str_sub(bytes, 1, size), FORMAT_CSV, pick);
    check_format(bytes, FORMAT_TXT, pick);
    check_guess(bytes);
    return 0;
}

/* limits.h - the ceilings of everything providers read from outside.
 *
 * Included by: providers only. Log content is hostile: each number bounds what
 * one input may cost, and each is generous for real recordings. Whoever hits
 * one says so with a diagnostic or a reject, never by leaving rows out. */
#ifndef PROVIDERS_LIMITS_H
#define PROVIDERS_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* One record: a JSON value, a CSV row, a line. */
#define MAX_RECORD ((size_t)16 << 20)
/* Containers inside each other in one record, the record included. */
#define MAX_JSON_DEPTH 512u
/* Columns of one source, and bytes of a column name. */
#define MAX_COLUMNS 10000u
#define MAX_COLUMN_NAME 1024u
/* Cells of one batch: wide tables get shorter batches. */
#define MAX_BATCH_CELLS ((size_t)1 << 20)

/* Files one glob may match, folders below each other that ** visits, names
 * a glob may look at. */
#define MAX_GLOB_FILES 100000u
#define MAX_GLOB_DEPTH 32u
#define MAX_GLOB_SEEN 1000000u

/* Unpacking, counted on bytes produced and never on sizes declared. The ratio
 * counts only above UNPACK_FREE: 1 GB of anything may come out of one archive;
 * real logs stay below 100:1, bombs are at 1000:1. */
#define UNPACK_MAX ((uint64_t)64 << 30)
#define UNPACK_FREE ((uint64_t)1 << 30)
#define UNPACK_RATIO 200u
#define UNPACK_MEMBERS 10000u   /* data files of one archive */
#define UNPACK_ENTRIES 1000000u /* entries of any kind of one archive */
#define UNPACK_LEVELS 3u        /* a .gz in a .zip in a .tar */
/* Unpacked files up to this size stay in memory, until all of them reach the
 * second one; the rest goes to a temporary file without a name. */
#define UNPACK_MEMORY ((size_t)64 << 20)
#define UNPACK_MEMORY_ALL ((uint64_t)256 << 20)

/* Bytes of a rejected record that are kept for the analyst. */
#define REJECT_SAMPLE 200u

#endif

/* ld.h - LocalData: the files below some folders as the tables of a connection.
 *
 * Included by: files of this folder. A listing says what there is; a name leads
 * to one file or, as a pattern, to several; the file reader does the rest. */
#ifndef LOCAL_DATA_LD_H
#define LOCAL_DATA_LD_H

#include "providers/services.h"
#include "registry/remote.h"

/* Ceilings of one listing. What is deeper or longer is left out and told; more
 * files are an error, since nobody could say which of them are there. */
enum {
    LD_MAX_FOLDERS = 100,
    LD_MAX_FILES = 10000,
    LD_MAX_SEEN = 200000, /* names of any kind */
    LD_MAX_DEPTH = 32,
    LD_MAX_PATH = 4096, /* bytes, as the file reader takes them */
};

struct ld_folder {
    str path; /* as it is written in the configuration, "~" resolved */
    str real; /* absolute, without links; "" while it is not there */
};

struct ld_file {
    size_t folder;
    str path;    /* its bytes, to open it */
    str below;   /* the path below the folder, to be shown: valid UTF-8 */
    str from;    /* the same with the last name of the folder before it */
    str name;    /* the shortest of these that no other file has */
    int64_t size;
    int64_t changed; /* ticks */
};

struct ld_listing {
    struct arena *arena;
    LIST(struct ld_file) files; /* by folder, then by folder below it */
    size_t nlinks;   /* links that lead out, or to folders */
    size_t ntoo_far; /* too deep or too long */
    size_t nclosed;  /* folders that may not be read */
};

/* What a name leads to. */
struct ld_table {
    size_t n;
    const str *paths; /* real, to be opened as they stand */
    uint64_t stamp;   /* changes when one of the files does */
    uint64_t which;   /* changes when one of them is replaced */
};

/* The columns that a table had when they were asked. */
struct ld_known {
    str table;
    uint64_t stamp;
    bool told; /* warnings were given with the columns in this statement */
    struct remote_schema schema;
    str parquet; /* the file, when the engine knows the columns; or "" */
    struct ld_known *next;
};

struct ld {
    struct remote remote;
    LIST(struct ld_folder) folders;
    struct ld_listing list;
    struct ld_known *known;
    /* The source whose columns were asked last; open() takes it over. */
    struct source *kept;
    str kept_table;
    uint64_t kept_stamp;
};

/* ---- listing.c ---- */

/* Adds a folder of the configuration. `alone`: it is an error when it cannot
 * be read, else a warning. */
enum status ld_folder_add(struct ld *ld, str path, bool alone,
                          const struct remote_call *call);
/* Looks again what there is; on failure the old listing stays. */
enum status ld_listing_make(struct ld *ld, const struct remote_call *call);
void ld_listing_release(struct ld_listing *l);
/* Is `path` at or below `folder`? Both are real. */
bool ld_is_below(str path, str folder);
/* Warns of what was left out. */
void ld_listing_tell(const struct ld *ld, const struct remote_call *call);

/* ---- tables.c ---- */

/* ST_USER and nothing reported: there is no such file. Texts in `a`. */
enum status ld_table_find(struct ld *ld, str name, struct arena *a,
                          struct ld_table *out,
                          const struct remote_call *call);
/* All files, and a pattern for folders of files of one kind. */
void ld_tables_list(const struct ld *ld, struct arena *a,
                    struct remote_tables *out);

#endif

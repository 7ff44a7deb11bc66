/* sd.h - Security-Datasets (once Mordor): recordings of attacks, to be loaded
 * by name.
 *
 * Included by: files of this folder. The repository holds archives of events
 * and YAML files that describe them. A listing says what there is; the catalog
 * turns it into one row a file, under the name that an analyst writes:
 * datasets/atomic/aws/x.zip is atomic.aws.x. */
#ifndef SECURITY_DATASETS_SD_H
#define SECURITY_DATASETS_SD_H

#include "providers/services.h"
#include "registry/remote.h"

#define SD_PUBLIC_BASE \
    "https://raw.githubusercontent.com/OTRF/Security-Datasets/master/"
#define SD_PUBLIC_TREE                                             \
    "https://api.github.com/repos/OTRF/Security-Datasets/git/trees/" \
    "master?recursive=1"

/* Ceilings: the repository has 113 descriptions and 230 archives. */
enum {
    SD_MAX_DOCS = 5000,
    SD_MAX_ARCHIVES = 50000,
    SD_MAX_FILES = 1000,       /* of one description */
    SD_MAX_TREE = 500000,      /* entries of the tree of any kind */
    SD_MAX_PATH = 1024,        /* bytes */
    SD_MAX_TEXT = 8 << 20,     /* of one description as JSON */
    SD_MAX_CACHE = 16 << 20,   /* as much as json_compact reads */
};
#define SD_MAX_ARCHIVE ((uint64_t)1 << 30) /* bytes of one download */

/* A YAML file that describes recordings. */
struct sd_doc {
    str path;  /* in the repository */
    str sha;   /* of its content, as git names it; "" unknown */
    str json;  /* the document, in the stored spelling; "" with an error */
    str error; /* why it cannot be read, or "" */
};

/* An archive that lies in the repository. */
struct sd_blob {
    str path;
    int64_t size;
    bool described; /* a file of some description; set by the catalog */
};

/* What lies in the repository. All texts live in one arena. */
struct sd_listing {
    struct arena *arena;
    int64_t made;   /* ticks; 0: not complete */
    bool truncated; /* the server left files out */
    LIST(struct sd_doc) docs;
    LIST(struct sd_blob) blobs;
};

/* A file that can be loaded. */
struct sd_data {
    str name;     /* "atomic.windows.discovery.host.x" */
    str path;     /* in the repository: "datasets/atomic/…/x.zip" */
    str local;    /* its name in the folder of downloads */
    str summary;  /* for lists of tables */
    int64_t size; /* bytes, -1 unknown */
    bool there;   /* it is in the repository */
    bool fresh;   /* came over the network in this session */
    bool told;    /* what is left out was said when its columns were asked */
    bool logs;    /* it holds nothing but text logs, which are read then */
};

/* A file of a description, or an archive that none describes. */
struct sd_row {
    const struct sd_doc *doc; /* NULL: not described */
    str kind;                 /* "Host", "Network", "Cloud" */
    str link;                 /* as it stands there */
    str path;                 /* in the repository; "" when it is elsewhere */
    struct sd_data *data;     /* NULL when it is elsewhere */
};

struct sd {
    struct remote remote;
    struct remote_services *services;
    str tree_url, raw_base; /* raw_base ends in a slash */
    str folder;             /* a clone of the repository, or "" */
    str save_folder;        /* of downloads and the listing */
    str ca_file;
    bool use_cached, plain;
    int64_t max_age; /* of a listing, in ticks */
    struct sd_listing list;
    LIST(struct sd_row) rows;    /* by description */
    LIST(struct sd_data *) data; /* by name */
    size_t nelsewhere;           /* files that lie elsewhere */
    size_t nleft_out;            /* more than SD_MAX_FILES in a description */
    /* The source whose columns were asked last; open() takes it over. */
    struct source *kept;
    const struct sd_data *kept_data;
};

/* ---- tree.c, clone.c, cache.c: the listing ---- */

/* Fills sd->list, from the cache where it is young enough. */
enum status sd_listing_load(struct sd *sd, const struct remote_call *call);
enum status sd_tree_fetch(struct sd *sd, const struct sd_listing *old,
                          struct sd_listing *out,
                          const struct remote_call *call);
enum status sd_clone_read(struct sd *sd, struct sd_listing *out,
                          const struct remote_call *call);
/* False: there is none, or it is of another repository. */
bool sd_cache_read(const struct sd *sd, struct sd_listing *out);
void sd_cache_write(const struct sd *sd, const struct sd_listing *l,
                    const struct remote_call *call);

bool sd_is_description(str path);
bool sd_is_archive(str path);
/* Adds an archive, or says that there are too many. */
bool sd_add_blob(struct sd_listing *l, str path, int64_t size);

/* ---- metadata.c: one description ---- */

/* Reads YAML into doc->json, or fills doc->error. Texts live in `a`. */
void sd_doc_read(struct arena *a, str yaml, struct sd_doc *doc);

/* ---- catalog.c: names ---- */

void sd_catalog_make(struct sd *sd);
/* By its name, or by its last parts when they are unique. *several: they are
 * those of several. */
struct sd_data *sd_data_find(const struct sd *sd, str name, bool *several);
/* The first names that end in `part`, for messages. */
str sd_data_names(const struct sd *sd, str part, struct arena *a);

/* ---- datasets.c: the table of what there is ---- */

extern const struct source_col sd_dataset_cols[];
extern const size_t sd_ndataset_cols;
/* `terms` of a search: "a, b" either, "a + b" both; "" all. */
enum status sd_datasets_open(struct sd *sd, str terms,
                             const struct remote_query *q,
                             struct source **out,
                             const struct remote_call *call);

/* ---- archive.c: one recording ---- */

/* Its rows, downloaded if need be. No columns in `want`: all that it has. */
enum status sd_data_open(struct sd *sd, struct sd_data *d,
                         const struct remote_schema *want, struct source **out,
                         const struct remote_call *call);
/* Where it lies, or will lie, on this machine; in `a`. */
str sd_data_path(const struct sd *sd, const struct sd_data *d,
                 struct arena *a);
/* What is fetched when it does not lie there yet. */
str sd_data_url(const struct sd *sd, const struct sd_data *d,
                struct arena *a);
bool sd_is_saved(const struct sd *sd, const struct sd_data *d);

/* ---- download.c ---- */

enum status sd_download(struct sd *sd, const struct sd_data *d, str path,
                        const struct remote_call *call);

/* ---- store.c: files of our own ---- */

/* A file that takes the place of `path` at once when it is complete. */
struct store {
    struct arena *arena;
    char *path, *temporary;
    int fd; /* -1: it could not be made, errno says why */
};
bool store_open(struct store *s, struct arena *a, str path);
bool store_write(struct store *s, str bytes);
bool store_rewind(struct store *s); /* empty again */
bool store_keep(struct store *s);
void store_drop(struct store *s); /* after store_keep it does nothing */
/* A whole file of at most `most` bytes; false: absent, too large or unfit. */
bool store_read(str path, struct buf *out, size_t most);
/* A folder in ~/.cache, or $XDG_CACHE_HOME; "" when neither is known. */
str store_cache_folder(struct arena *a, const char *name);
/* `~/` is the home folder. */
str store_at_home(struct arena *a, str path);

/* Hands on what `from` holds; its texts live in to->arena. */
void sd_pass_on(struct diags *to, const struct diags *from);

#endif

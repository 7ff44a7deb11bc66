/* duckdb_api.h - the part of DuckDB's C interface that this folder uses.
 *
 * The library comes without a header and is opened with dlopen, so the
 * prototypes in use stand here as a table of function pointers, filled by
 * duck_load(). Layouts and numbers were checked against the headers of DuckDB
 * 1.5; duck_load refuses other major or minor versions. Handles are pointers
 * to structures that only the library knows. */
#ifndef ENGINE_DUCKDB_API_H
#define ENGINE_DUCKDB_API_H

#include "base/diag.h"
#include "base/status.h"

struct duck_database;
struct duck_connection;
struct duck_config;
struct duck_prepared;
struct duck_task;       /* a statement that is under way */
struct duck_type;
struct duck_chunk;
struct duck_vector;
struct duck_function;
struct duck_function_set;
struct duck_aggregate;
struct duck_aggregate_set;
struct duck_call;       /* a running call of a function */
struct duck_init;       /* the start of a function on a thread */
struct duck_bind;       /* a call of a table function in a statement */
struct duck_table_function;
struct duck_value;

enum duck_state { DUCK_OK, DUCK_ERROR };
enum duck_pending {
    DUCK_PENDING_READY, DUCK_PENDING_WORK, DUCK_PENDING_ERROR,
    DUCK_PENDING_IDLE,      /* all tasks are with other threads */
};
enum { DUCK_STATEMENT_SELECT = 1 };
enum { DUCK_VECTOR_ROWS = 2048 };

/* Type numbers. */
enum duck_id {
    DUCK_BOOLEAN = 1, DUCK_TINYINT, DUCK_SMALLINT, DUCK_INTEGER, DUCK_BIGINT,
    DUCK_UTINYINT, DUCK_USMALLINT, DUCK_UINTEGER, DUCK_UBIGINT,
    DUCK_FLOAT, DUCK_DOUBLE,
    DUCK_TIMESTAMP, DUCK_DATE, DUCK_TIME, DUCK_INTERVAL,
    DUCK_HUGEINT, DUCK_VARCHAR, DUCK_BLOB, DUCK_DECIMAL,
    DUCK_TIMESTAMP_S, DUCK_TIMESTAMP_MS, DUCK_TIMESTAMP_NS,
    DUCK_ENUM, DUCK_LIST, DUCK_STRUCT, DUCK_MAP, DUCK_UUID, DUCK_UNION,
    DUCK_BIT, DUCK_TIME_TZ, DUCK_TIMESTAMP_TZ, DUCK_UHUGEINT, DUCK_ARRAY,
    DUCK_ANY, DUCK_BIGNUM, DUCK_SQLNULL,
    DUCK_TIME_NS = 39, DUCK_GEOMETRY, DUCK_VARIANT, DUCK_TIMESTAMP_TZ_NS,
};

/* Passed by value to duckdb_fetch_chunk: the size matters. */
struct duck_result {
    uint64_t counts[3];
    void *columns;
    char *error;
    void *internal;
};

struct duck_progress {
    double percentage;      /* negative: unknown */
    uint64_t done, total;
};

struct duck_hugeint {
    uint64_t lower;
    int64_t upper;
};

/* A string in a vector: up to 12 bytes inside, else a prefix and a pointer. */
struct duck_string {
    union {
        struct {
            uint32_t n;
            char prefix[4];
            const char *p;
        } far;
        struct {
            uint32_t n;
            char p[12];
        } near;
    };
};
enum { DUCK_INLINE_BYTES = 12 };

typedef void duck_free_fn(void *);
typedef void duck_init_fn(struct duck_init *);
typedef void duck_bind_fn(struct duck_bind *);
typedef void duck_rows_fn(struct duck_call *, struct duck_chunk *);
typedef void duck_call_fn(struct duck_call *, struct duck_chunk *,
                          struct duck_vector *);
typedef uint64_t duck_size_fn(struct duck_call *);
typedef void duck_begin_fn(struct duck_call *, void *state);
typedef void duck_update_fn(struct duck_call *, struct duck_chunk *,
                            void **states);
typedef void duck_combine_fn(struct duck_call *, void **from, void **into,
                             uint64_t n);
typedef void duck_finish_fn(struct duck_call *, void **states,
                            struct duck_vector *, uint64_t n, uint64_t offset);
typedef void duck_destroy_fn(void **states, uint64_t n);

/* F(result, name, parameters) for every function in use; the symbol in the
 * library is duckdb_NAME. Indices and counts are 64-bit. */
#define DUCK_FUNCTIONS(F)                                                    \
    /* database */                                                           \
    F(const char *, library_version, (void))                                 \
    F(enum duck_state, create_config, (struct duck_config **))               \
    F(enum duck_state, set_config,                                           \
      (struct duck_config *, const char *name, const char *value))           \
    F(void, destroy_config, (struct duck_config **))                         \
    F(enum duck_state, open_ext,                                             \
      (const char *path, struct duck_database **, struct duck_config *,      \
       char **error))                                                        \
    F(void, close, (struct duck_database **))                                \
    F(enum duck_state, connect,                                              \
      (struct duck_database *, struct duck_connection **))                   \
    F(void, disconnect, (struct duck_connection **))                         \
    F(void, interrupt, (struct duck_connection *))                           \
    F(struct duck_progress, query_progress, (struct duck_connection *))      \
    F(void, free, (void *))                                                  \
    /* statements */                                                         \
    F(enum duck_state, query,                                                \
      (struct duck_connection *, const char *sql, struct duck_result *))     \
    F(enum duck_state, prepare,                                              \
      (struct duck_connection *, const char *sql, struct duck_prepared **))  \
    F(const char *, prepare_error, (struct duck_prepared *))                 \
    F(void, destroy_prepare, (struct duck_prepared **))                      \
    F(int, prepared_statement_type, (struct duck_prepared *))                \
    F(uint64_t, prepared_statement_column_count, (struct duck_prepared *))   \
    F(char *, prepared_statement_column_name,                                \
      (struct duck_prepared *, uint64_t))                                    \
    F(struct duck_type *, prepared_statement_column_logical_type,            \
      (struct duck_prepared *, uint64_t))                                    \
    F(enum duck_state, execute_prepared_streaming,                           \
      (struct duck_prepared *, struct duck_result *))                        \
    F(enum duck_state, pending_prepared,                                     \
      (struct duck_prepared *, struct duck_task **))                         \
    F(enum duck_pending, pending_execute_task, (struct duck_task *))         \
    F(const char *, pending_error, (struct duck_task *))                     \
    F(enum duck_state, execute_pending,                                      \
      (struct duck_task *, struct duck_result *))                            \
    F(void, destroy_pending, (struct duck_task **))                          \
    F(struct duck_chunk *, fetch_chunk, (struct duck_result))                \
    F(const char *, result_error, (struct duck_result *))                    \
    F(uint64_t, rows_changed, (struct duck_result *))                        \
    F(uint64_t, column_count, (struct duck_result *))                        \
    F(void, destroy_result, (struct duck_result *))                          \
    /* types */                                                              \
    F(struct duck_type *, create_logical_type, (int))                        \
    F(struct duck_type *, create_decimal_type, (uint8_t, uint8_t))           \
    F(struct duck_type *, create_list_type, (struct duck_type *))            \
    F(int, get_type_id, (struct duck_type *))                                \
    F(uint8_t, decimal_width, (struct duck_type *))                          \
    F(uint8_t, decimal_scale, (struct duck_type *))                          \
    F(void, destroy_logical_type, (struct duck_type **))                     \
    F(struct duck_type *, list_type_child_type, (struct duck_type *))        \
    F(struct duck_type *, array_type_child_type, (struct duck_type *))       \
    F(struct duck_type *, map_type_value_type, (struct duck_type *))         \
    F(uint64_t, struct_type_child_count, (struct duck_type *))               \
    F(struct duck_type *, struct_type_child_type,                            \
      (struct duck_type *, uint64_t))                                        \
    /* chunks and vectors */                                                 \
    F(void, destroy_data_chunk, (struct duck_chunk **))                      \
    F(uint64_t, data_chunk_get_column_count, (struct duck_chunk *))          \
    F(uint64_t, data_chunk_get_size, (struct duck_chunk *))                  \
    F(void, data_chunk_set_size, (struct duck_chunk *, uint64_t))            \
    F(struct duck_vector *, data_chunk_get_vector,                           \
      (struct duck_chunk *, uint64_t))                                       \
    F(struct duck_type *, vector_get_column_type, (struct duck_vector *))    \
    F(void *, vector_get_data, (struct duck_vector *))                       \
    F(uint64_t *, vector_get_validity, (struct duck_vector *))               \
    F(void, vector_ensure_validity_writable, (struct duck_vector *))         \
    F(struct duck_vector *, list_vector_get_child, (struct duck_vector *))   \
    F(enum duck_state, list_vector_reserve,                                  \
      (struct duck_vector *, uint64_t))                                      \
    F(enum duck_state, list_vector_set_size,                                 \
      (struct duck_vector *, uint64_t))                                      \
    F(void, vector_reference_vector,                                         \
      (struct duck_vector *to, struct duck_vector *from))                    \
    F(void, unsafe_vector_assign_string_element_len,                         \
      (struct duck_vector *, uint64_t row, const char *, uint64_t))          \
    /* table functions */                                                    \
    F(struct duck_table_function *, create_table_function, (void))           \
    F(void, destroy_table_function, (struct duck_table_function **))         \
    F(void, table_function_set_name,                                         \
      (struct duck_table_function *, const char *))                          \
    F(void, table_function_add_parameter,                                    \
      (struct duck_table_function *, struct duck_type *))                    \
    F(void, table_function_set_extra_info,                                   \
      (struct duck_table_function *, void *, duck_free_fn *))                \
    F(void, table_function_set_bind,                                         \
      (struct duck_table_function *, duck_bind_fn *))                        \
    F(void, table_function_set_init,                                         \
      (struct duck_table_function *, duck_init_fn *))                        \
    F(void, table_function_set_function,                                     \
      (struct duck_table_function *, duck_rows_fn *))                        \
    F(enum duck_state, register_table_function,                              \
      (struct duck_connection *, struct duck_table_function *))              \
    F(void *, bind_get_extra_info, (struct duck_bind *))                     \
    F(struct duck_value *, bind_get_parameter,                               \
      (struct duck_bind *, uint64_t))                                        \
    F(int64_t, get_int64, (struct duck_value *))                             \
    F(void, destroy_value, (struct duck_value **))                           \
    F(void, bind_add_result_column,                                          \
      (struct duck_bind *, const char *name, struct duck_type *))            \
    F(void, bind_set_bind_data,                                              \
      (struct duck_bind *, void *, duck_free_fn *))                          \
    F(void, bind_set_error, (struct duck_bind *, const char *))              \
    F(void, init_set_max_threads, (struct duck_init *, uint64_t))            \
    F(void *, function_get_bind_data, (struct duck_call *))                  \
    F(void, function_set_error, (struct duck_call *, const char *))          \
    /* scalar functions */                                                   \
    F(struct duck_function_set *, create_scalar_function_set,                \
      (const char *name))                                                    \
    F(enum duck_state, add_scalar_function_to_set,                           \
      (struct duck_function_set *, struct duck_function *))                  \
    F(enum duck_state, register_scalar_function_set,                         \
      (struct duck_connection *, struct duck_function_set *))                \
    F(void, destroy_scalar_function_set, (struct duck_function_set **))      \
    F(struct duck_function *, create_scalar_function, (void))                \
    F(void, destroy_scalar_function, (struct duck_function **))              \
    F(void, scalar_function_set_name,                                        \
      (struct duck_function *, const char *))                                \
    F(void, scalar_function_add_parameter,                                   \
      (struct duck_function *, struct duck_type *))                          \
    F(void, scalar_function_set_varargs,                                     \
      (struct duck_function *, struct duck_type *))                          \
    F(void, scalar_function_set_return_type,                                 \
      (struct duck_function *, struct duck_type *))                          \
    F(void, scalar_function_set_special_handling, (struct duck_function *))  \
    F(void, scalar_function_set_volatile, (struct duck_function *))          \
    F(void, scalar_function_set_extra_info,                                  \
      (struct duck_function *, void *, duck_free_fn *))                      \
    F(void, scalar_function_set_init,                                        \
      (struct duck_function *, duck_init_fn *))                              \
    F(void, scalar_function_set_function,                                    \
      (struct duck_function *, duck_call_fn *))                              \
    F(void *, scalar_function_init_get_extra_info, (struct duck_init *))     \
    F(void, scalar_function_init_set_state,                                  \
      (struct duck_init *, void *, duck_free_fn *))                          \
    F(void *, scalar_function_get_extra_info, (struct duck_call *))          \
    F(void *, scalar_function_get_state, (struct duck_call *))               \
    F(void, scalar_function_set_error, (struct duck_call *, const char *))   \
    /* aggregate functions */                                                \
    F(struct duck_aggregate_set *, create_aggregate_function_set,            \
      (const char *name))                                                    \
    F(enum duck_state, add_aggregate_function_to_set,                        \
      (struct duck_aggregate_set *, struct duck_aggregate *))                \
    F(enum duck_state, register_aggregate_function_set,                      \
      (struct duck_connection *, struct duck_aggregate_set *))               \
    F(void, destroy_aggregate_function_set, (struct duck_aggregate_set **))  \
    F(struct duck_aggregate *, create_aggregate_function, (void))            \
    F(void, destroy_aggregate_function, (struct duck_aggregate **))          \
    F(void, aggregate_function_set_name,                                     \
      (struct duck_aggregate *, const char *))                               \
    F(void, aggregate_function_add_parameter,                                \
      (struct duck_aggregate *, struct duck_type *))                         \
    F(void, aggregate_function_set_return_type,                              \
      (struct duck_aggregate *, struct duck_type *))                         \
    F(void, aggregate_function_set_functions,                                \
      (struct duck_aggregate *, duck_size_fn *, duck_begin_fn *,             \
       duck_update_fn *, duck_combine_fn *, duck_finish_fn *))               \
    F(void, aggregate_function_set_destructor,                               \
      (struct duck_aggregate *, duck_destroy_fn *))                          \
    F(void, aggregate_function_set_special_handling,                         \
      (struct duck_aggregate *))                                             \
    F(void, aggregate_function_set_extra_info,                               \
      (struct duck_aggregate *, void *, duck_free_fn *))                     \
    F(void *, aggregate_function_get_extra_info, (struct duck_call *))       \
    F(void, aggregate_function_set_error, (struct duck_call *, const char *))

struct duck {
    void *lib;      /* of dlopen; NULL: not loaded */
#define DUCK_MEMBER(result, name, params) result (*name) params;
    DUCK_FUNCTIONS(DUCK_MEMBER)
#undef DUCK_MEMBER
};

/* Finds and opens the library: the file that SHIKRA_DUCKDB names, else beside
 * the program (lib/, ../lib/, ../lib/shikra/, ../../lib/), else the system's.
 */
NODISCARD enum status duck_load(struct duck *d, struct diags *ds);
void duck_unload(struct duck *d);

#endif

/* curl_api.h - the part of libcurl that this folder uses.
 *
 * Included by: files of this folder. The library is opened at the first
 * request (curl_lib.c): with the thirty libraries behind it, linking it would
 * make every start of the program 5 ms longer. */
#ifndef HTTP_CURL_API_H
#define HTTP_CURL_API_H

#include <curl/curl.h>

#include "base/buf.h"

/* Calls through the table are not checked by curl's type macros. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_FUNCTIONS(F)                                                   \
    F(global_init)                                                          \
    F(slist_append)                                                         \
    F(slist_free_all)                                                       \
    F(easy_init)                                                            \
    F(easy_setopt)                                                          \
    F(easy_getinfo)                                                         \
    F(easy_strerror)                                                        \
    F(easy_cleanup)                                                         \
    F(multi_init)                                                           \
    F(multi_setopt)                                                         \
    F(multi_add_handle)                                                     \
    F(multi_remove_handle)                                                  \
    F(multi_perform)                                                        \
    F(multi_poll)                                                           \
    F(multi_info_read)                                                      \
    F(multi_cleanup)

struct curl_api {
    void *lib;
#define CURL_MEMBER(name) __typeof__(curl_##name) *name;
    CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Opens the library once; false: `why` says what is missing. */
bool curl_api_load(struct curl_api *c, struct buf *why);

#endif

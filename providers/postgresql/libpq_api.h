/* libpq_api.h - the part of libpq that this folder uses.
 *
 * Included by: files of this folder. The library is opened by the first
 * .connect (libpq_lib.c): with Kerberos, LDAP and TLS behind it, linking it
 * would make every start of the program longer. */
#ifndef POSTGRESQL_LIBPQ_API_H
#define POSTGRESQL_LIBPQ_API_H

#include <libpq-fe.h>

#include "base/buf.h"

#define LIBPQ_FUNCTIONS(F)                                                  \
    F(connectStartParams)                                                   \
    F(connectPoll)                                                          \
    F(socket)                                                               \
    F(status)                                                               \
    F(errorMessage)                                                         \
    F(finish)                                                               \
    F(serverVersion)                                                        \
    F(parameterStatus)                                                      \
    F(setNoticeProcessor)                                                   \
    F(setErrorVerbosity)                                                    \
    F(connectionNeedsPassword)                                              \
    F(sendQuery)                                                            \
    F(sendQueryParams)                                                      \
    F(sendPrepare)                                                          \
    F(sendDescribePrepared)                                                 \
    F(flush)                                                                \
    F(setnonblocking)                                                       \
    F(consumeInput)                                                         \
    F(isBusy)                                                               \
    F(getResult)                                                            \
    F(resultStatus)                                                         \
    F(resultErrorField)                                                     \
    F(resultErrorMessage)                                                   \
    F(ntuples)                                                              \
    F(nfields)                                                              \
    F(fname)                                                                \
    F(ftype)                                                                \
    F(fmod)                                                                 \
    F(getvalue)                                                             \
    F(getlength)                                                            \
    F(getisnull)                                                            \
    F(clear)                                                                \
    F(getCopyData)                                                          \
    F(freemem)                                                              \
    F(getCancel)                                                            \
    F(cancel)                                                               \
    F(freeCancel)

struct libpq {
    void *lib;
#define LIBPQ_MEMBER(name) __typeof__(PQ##name) *name;
    LIBPQ_FUNCTIONS(LIBPQ_MEMBER)
#undef LIBPQ_MEMBER
};

/* Opens the library; false: `why` says what is missing. */
bool libpq_load(struct libpq *q, struct buf *why);

#endif

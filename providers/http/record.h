/* record.h - exchanges written down, and played back in the network's place.
 *
 * Called by: client.c when the options name a file. A recording is text that a
 * person can write and read (docs/test-format.md, "Exchanges"):
 *
 *     # comment
 *     > POST https://host/v1/query?x=1
 *     > content-type: application/json
 *     >
 *     > {"query":"T | take 1"}
 *     < 200
 *     < content-type: application/json
 *     <
 *     < {"tables":[]}
 *
 * Lines of a body are joined by newlines; bytes that are no printable UTF-8,
 * and the backslash, stand as \xHH. Secrets are never written: *** stands for
 * them, and in a request to be matched it stands for any text. */
#ifndef HTTP_RECORD_H
#define HTTP_RECORD_H

#include "base/diag.h"

struct recorder;
struct secrets;
struct http_header;

struct exchange {
    str method, url;
    size_t nasked;
    const struct http_header *asked; /* headers of the request */
    str body;
    long status;
    size_t nheaders;
    const struct http_header *headers; /* of the reply */
    str reply;
    bool secret_reply; /* its JSON texts are not written */
};

/* Opens files; NULL: reported. Either path may be "". */
struct recorder *recorder_new(str record, str replay, struct secrets *secrets,
                              struct diags *ds);
void recorder_free(struct recorder *r); /* NULL is fine */
bool recorder_plays(const struct recorder *r);

/* Appends to the file; from any thread. */
void recorder_add(struct recorder *r, const struct exchange *x);

/* Finds the first exchange not yet played that was asked like `x` (method,
 * address, body, and every header it lists) and fills in the reply; views into
 * the recording. False: `why` says how the nearest one differs. */
bool recorder_play(struct recorder *r, struct exchange *x, struct buf *why);

#endif

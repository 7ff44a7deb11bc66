/* body.h - the body of a big answer, kept to be read in place.
 *
 * Used by: providers whose answers are one JSON document. */
#ifndef ANSWER_BODY_H
#define ANSWER_BODY_H

#include "base/buf.h"
#include "providers/http/http.h"

struct body {
    struct buf bytes; /* ended by JSON_PAD zero bytes once it is complete */
    struct http_sink sink; /* for http_request.sink */
};

void body_init(struct body *b, uint64_t most);
void body_release(struct body *b);
/* After the transfer: adds the padding; the text without it. */
str body_text(struct body *b);

#endif

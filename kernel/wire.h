/* wire.h - frames on the sockets <-> messages with a verified signature.
 *
 * Called by: kernel.c (decoding, I/O thread only), iopub.c (encoding, any
 * thread). Follows the Jupyter messaging protocol 5.5: identities, <IDS|MSG>,
 * HMAC-SHA256 in hex over the four JSON frames as they stand, buffers.
 * Nothing is parsed before the signature holds. */
#ifndef KERNEL_WIRE_H
#define KERNEL_WIRE_H

#include <jansson.h>

#include "base/buf.h"

enum channel { CH_SHELL, CH_CONTROL, CH_STDIN, CH_IOPUB, NCHANNELS };

/* More frames or bytes than this in one message, and it is dropped. */
enum { MAX_FRAMES = 1024 };
#define MAX_MESSAGE_BYTES (256u << 20)

/* The frames of one message, in an arena that they own. */
struct frames {
    struct arena *arena;
    LIST(str) list;
};
void frames_init(struct frames *f);
void frames_add(struct frames *f, str bytes); /* copies */
void frames_release(struct frames *f);

/* Where messages come from and go to: sockets, or a test. */
struct transport {
    void *ctx;
    /* The next message that waits, control before shell; false: none does.
     * The caller releases *f. */
    bool (*recv)(void *ctx, enum channel *ch, struct frames *f);
    void (*send)(void *ctx, enum channel ch, const struct frames *f);
};

struct msg {
    struct arena *arena;   /* owns all bytes below */
    enum channel channel;
    size_t nids;
    const str *ids;        /* routing identities, for the reply */
    str header;            /* raw, copied into replies as parent_header */
    str parent, metadata, content;
    size_t nbuffers;
    const str *buffers;
    json_t *head;          /* parsed header */
    json_t *body;          /* parsed content; NULL until msg_parse_body */
    str type, id;          /* borrowed from head */
    uint64_t number;       /* order of arrival among execute requests */
    int64_t arrived_us;    /* CLOCK_REALTIME */
    struct msg *next;      /* in a queue */
};
void msg_free(struct msg *m); /* NULL is fine */
/* Parses the content, repairing text that is not Unicode; false: no object. */
bool msg_parse_body(struct msg *m);

enum verdict {
    WIRE_OK,
    WIRE_NO_DELIMITER,
    WIRE_TOO_SHORT,      /* fewer than five frames after the delimiter */
    WIRE_BAD_SIGNATURE,
    WIRE_REPLAYED,
    WIRE_BAD_HEADER,     /* not an object, or without msg_type or msg_id */
};
const char *verdict_text(enum verdict v);

struct wire;

/* An empty key: nothing is signed or verified. */
struct wire *wire_new(str key);
void wire_free(struct wire *w);
/* One value per process, in every header: front ends drop what differs. */
str wire_session(const struct wire *w);

/* On WIRE_OK *out is new and has taken the frames; else they are released. */
enum verdict wire_decode(struct wire *w, enum channel ch, struct frames *f,
                         struct msg **out);

struct outgoing {
    const char *type;
    size_t nids;
    const str *ids;        /* identities, or the topic on iopub */
    str parent_header;     /* raw JSON; "" gives {} */
    str metadata;          /* JSON; "" gives {} */
    str content;           /* JSON */
};
void wire_encode(struct wire *w, const struct outgoing *o, struct frames *out);

/* Lower-case hex HMAC-SHA256 of `n` parts in a row; "" without a key. */
enum { SIGNATURE_HEX = 64 };
void wire_sign(const struct wire *w, const str *parts, size_t n,
               char hex[SIGNATURE_HEX + 1]);

/* 2024-01-02T03:04:05.123456Z of a time in microseconds since 1970. */
void stamp_format(struct buf *b, int64_t us);
int64_t stamp_now(void);

#endif

/* op_netflow.c - `T | netflow`: who talked to whom, both directions as one.
 *
 * Written in the language itself (plugin.h). A conversation is client, server,
 * the server's port and the protocol. The server is where the flow goes, unless
 * the port it comes from is the lower one: then the record is of the way back.
 */
#include "hunt.h"
#include "plugin.h"

enum role {
    SRC,
    DST,
    SRC_PORT,
    DST_PORT,
    PROTOCOL,
    SENT,
    RECEIVED,
    TIME,
    NROLES
};

static const char *const options[NROLES] = {
    "src",      "dst",  "src_port", "dst_port",
    "protocol", "sent", "received", "time",
};

/* Names by the schemas of Sentinel and ASIM, Defender, Zeek, Suricata, ECS and
 * the flow logs of clouds. */
static const char *const names[TIME][14] = {
    { "SrcIp", "SrcIpAddr", "SourceIP", "id.orig_h", "src_ip", "source.ip",
      "LocalIP", "srcaddr", "SrcAddr", "SrcIPAddress", "Source", NULL },
    { "DstIp", "DstIpAddr", "DestinationIP", "id.resp_h", "dest_ip", "dst_ip",
      "destination.ip", "RemoteIP", "dstaddr", "DstAddr", "DstIPAddress",
      "Destination", NULL },
    { "SrcPort", "SrcPortNumber", "SourcePort", "id.orig_p", "src_port",
      "source.port", "LocalPort", NULL },
    { "DstPort", "DstPortNumber", "DestinationPort", "id.resp_p", "dest_port",
      "dst_port", "destination.port", "RemotePort", NULL },
    { "Protocol", "NetworkProtocol", "proto", "network.transport", NULL },
    { "SentBytes", "BytesSent", "SrcBytes", "orig_bytes", "source.bytes",
      "OutboundBytes", "OutBytes", "bytes_toserver", "Bytes", NULL },
    { "ReceivedBytes", "BytesReceived", "DstBytes", "resp_bytes",
      "destination.bytes", "InboundBytes", "InBytes", "bytes_toclient", NULL },
};

/* netflow [with (src = Column, dst = Column, …)] */
static void netflow_parse(struct parser *p, struct ast *op)
{
    hunt_parse_with(p, op);
}

/* False: reported. */
static bool find_columns(struct binder *b, const struct ast *op, int64_t *col)
{
    struct hunt_option o[NROLES];
    for (size_t k = 0; k < NROLES; k++) {
        col[k] = HUNT_NO_COLUMN;
        o[k] = (struct hunt_option){ options[k], HUNT_COLUMN, &col[k], 0, 0 };
    }
    if (!hunt_options(b, op, o, NROLES) ||
        (col[TIME] >= 0 && !hunt_time(b, op, &col[TIME])))
        return false;
    for (size_t k = 0; k < TIME; k++)
        if (col[k] < 0)
            col[k] = hunt_usual(b, names[k], TYPE_ERROR);
    col[TIME] = col[TIME] >= 0 ? col[TIME] : hunt_usual_time(b);
    if ((col[SRC] >= 0 && col[DST] >= 0) || b->row->open)
        return col[SRC] >= 0 && col[DST] >= 0;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, op->span,
                                "netflow finds no column of the %s address",
                                col[SRC] < 0 ? "source" : "destination");
    diag_hint(b->ds, d, "name them: netflow with (src = Column, dst = Column)");
    return false;
}

/* FUNCTION(column), or `or_else` when there is none. */
static str value_of(struct kql *k, int64_t col, const char *function,
                    const char *or_else)
{
    if (col < 0)
        return str_of(or_else);
    str name = kql_name(k, k->b->row->cols.v[col].name);
    return arena_fmt(k->b->arena, "%s(%.*s)", function, STRF(name));
}

static struct node *netflow_bind(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    int64_t col[NROLES];
    struct kql k;
    if (!find_columns(b, op, col))
        return hunt_fail(b, op, in);
    kql_init(&k, b);
    str v[] = {
        value_of(&k, col[SRC], "tostring", ""),
        value_of(&k, col[DST], "tostring", ""),
        value_of(&k, col[SRC_PORT], "tolong", "long(null)"),
        value_of(&k, col[DST_PORT], "tolong", "long(null)"),
        value_of(&k, col[PROTOCOL], "tostring", "\"\""),
        value_of(&k, col[SENT], "tolong", "0"),
        value_of(&k, col[RECEIVED], "tolong", "0"),
        value_of(&k, col[TIME], "", "datetime(null)"),
    };
    kql_text(&k,
             "T__ | project s__ = @a, d__ = @b, p__ = @c, q__ = @d, r__ = @e,"
             " o__ = coalesce(@f, 0), i__ = coalesce(@g, 0), t__ = @h\n"
             "| extend f__ = isnull(p__) or isnull(q__) or q__ <= p__\n"
             "| summarize Flows = count(), BytesOut = sum(iff(f__, o__, i__)),"
             " BytesIn = sum(iff(f__, i__, o__)), First = min(t__),"
             " Last = max(t__)\n"
             "  by Client = iff(f__, s__, d__), Server = iff(f__, d__, s__),"
             " Port = iff(f__, q__, p__), Protocol = r__\n"
             "| extend Duration = Last - First\n"
             "| sort by BytesOut + BytesIn desc, Flows desc, Client asc,"
             " Server asc, Port asc, Protocol asc",
             v);
    return kql_bind(&k, op, b->row);
}

const struct lang_op op_netflow = {
    .name = "netflow",
    .flags = OP_HUNTING,
    .usage = "T | netflow [with (src = Column, dst = Column, src_port = "
             "Column, dst_port = Column, protocol = Column, sent = Column, "
             "received = Column, time = Column)]",
    .summary =
        "Conversations of flow records, largest first: Client, Server, Port, "
        "Protocol, Flows, BytesOut, BytesIn, First, Last and Duration. Both "
        "directions count for one; columns are found by their usual names.",
    .example = "datatable(SrcIp:string, SrcPort:long, DstIp:string, "
               "DstPort:long, Bytes:long)"
               "[\"10.0.0.5\", 50000, \"10.0.0.9\", 443, 100, "
               "\"10.0.0.9\", 443, \"10.0.0.5\", 50000, 900] | netflow",
    .parse = netflow_parse,
    .bind = netflow_bind,
};

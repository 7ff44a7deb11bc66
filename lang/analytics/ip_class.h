/* ip_class.h - what an IP address is for.
 *
 * Called by: the function `ip_type`, tests. After the IANA registries of
 * special addresses (RFC 6890 and its successors): Public, Private, Loopback,
 * Link Local, Multicast, Shared (100.64.0.0/10, behind a carrier's NAT),
 * Documentation, Benchmarking, Broadcast, Unspecified (0.0.0.0, ::), Reserved.
 * An IPv6 address that carries an IPv4 one (mapped, 6to4) is what that is. */
#ifndef ANALYTICS_IP_CLASS_H
#define ANALYTICS_IP_CLASS_H

#include "base/str.h"

/* NULL: no address. A zone (%eth0) is fine, a prefix (/24) is not. */
const char *ip_class(str text);

#endif

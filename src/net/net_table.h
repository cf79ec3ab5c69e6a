// SPDX-License-Identifier: Apache-2.0
/* What the table "ip sedge" shall say, as a value that can be compared, and the nft commands from one such value to
 * another. Pure. */
#pragma once

#include "net/net.h"

#define NET_TABLE "sedge"

struct net_table {
    json_t *chains; /* name -> expressions of its one rule: a chain for each service with several pods */
    json_t *elems;  /* "<map> <key>" -> {map, key, value}: the maps' elements */
};
#define AUTO_NET_TABLE AUTO(net_table_done)

/* -EINVAL with `e` where an address is none: nft would look it up as a name. */
int net_table_make(const struct net_port *ports, size_t n_ports, const struct net_service *services, size_t n_services,
                   struct net_table *ret, struct err *e);
void net_table_done(struct net_table *t);
bool net_table_equal(const struct net_table *a, const struct net_table *b);
void net_table_move(struct net_table *to,
                    struct net_table *from); /* frees what `to` held; `from` is empty afterwards */

/* nft batches; the caller owns them. */
json_t *net_table_frame(const struct net_config *c); /* fails (File exists) when the table is there */
json_t *net_table_whole(const struct net_config *c, const struct net_table *to);    /* whatever was there before */
json_t *net_table_change(const struct net_table *from, const struct net_table *to); /* only what differs */
json_t *net_table_remove(void);                                                     /* also when it is absent */

/* The maps by name and by what they hold; shared by the frame and the elements. */
extern const char *const net_table_protocols[2]; /* [udp] */

// SPDX-License-Identifier: Apache-2.0
/* What the room itself needs of addresses and ranges beyond its face. Addresses are in host order. */
#pragma once

#include "net/net.h"

uint32_t net_cidr_mask(int bits);
bool net_cidr_overlap(const struct net_cidr *a, const struct net_cidr *b); /* one holds the other, or they are one */
bool net_cidr_has(const struct net_cidr *c, uint32_t address);
bool net_addr_parse(const char *text, uint32_t *ret); /* false for NULL and for what is no IPv4 address */
char *net_addr_text(uint32_t address);                /* the caller frees */

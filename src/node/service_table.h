// SPDX-License-Identifier: Apache-2.0
/* What the machine's table is to say: published ports and services, from what is wanted and known. */
#pragma once

#include "node/node_state.h"

struct service_table {
    struct net_port *ports;
    size_t n_ports;
    struct net_service *services;
    size_t n_services;
};
void service_table_make(struct node *n, struct service_table *ret);
void service_table_done(struct service_table *t);
/* Are the pod's ports in a table made now? */
bool service_table_has(const struct node_pod *p);

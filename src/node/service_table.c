// SPDX-License-Identifier: Apache-2.0
/* Makes the table. */
#include "node/service_table.h"

#include <stdio.h>

#include "model/service.h"

bool service_table_has(const struct node_pod *p)
{
    return p->n_ports > 0 && p->known.attached && p->known.ip && !p->deleting && !pod_wants_stopped(&p->pod.spec);
}

static void add_port(struct service_table *t, const struct node_pod *p, const struct container_port *port)
{
    t->ports = mem_push(t->ports, t->n_ports, sizeof(*t->ports));
    t->ports[t->n_ports++] = (struct net_port){.host_ip = mem_strdup(port->host_ip),
                                               .host_port = (uint16_t)port->host_port,
                                               .pod_port = (uint16_t)port->port,
                                               .udp = str_eq(port->protocol, "UDP"),
                                               .pod_ip = mem_strdup(p->known.ip)};
}

static void add_ports(struct service_table *t, const struct node_pod *p)
{
    for (size_t i = 0; i < p->pod.spec.containers.n; i++) {
        const struct pod_container *c = pod_container_at(p, i);
        const struct container_port *ports = c->ports.items;
        for (size_t j = 0; j < c->ports.n; j++)
            if (ports[j].host_port != FIELD_UNSET && ports[j].host_port > 0)
                add_port(t, p, &ports[j]);
    }
}

/* Pods of this node, which may know better than the head's last word while that is away. */
static struct node_pod *local_pod(struct node *n, const char *ns, const char *name)
{
    for (size_t i = 0; i < n->pods.n; i++) {
        struct node_pod *p = n->pods.items[i].value;
        if (!p->deleting && str_eq(p->pod.meta.namespace, ns) && str_eq(p->pod.meta.name, name))
            return p;
    }
    return NULL;
}

static void add_endpoint(struct node *n, struct net_service *to, const char *ns, const struct service_endpoint *e)
{
    bool ready = e->ready, done;
    const char *ip = e->ip;
    struct node_pod *p = head_link_is_up(n) ? NULL : local_pod(n, ns, e->pod);
    if (p) {
        ready = pod_is_ready(&p->pod.spec, &p->known, &done) && !done;
        ip = p->known.ip ? p->known.ip : ip;
    }
    if (ready && !strv_has(&to->endpoints, ip))
        strv_add(&to->endpoints, ip);
}

static void add_service(struct node *n, struct service_table *t, const struct service *s)
{
    const struct service_endpoint *ends = s->status.endpoints.items;
    const struct service_port *ports = s->spec.ports.items;
    if (str_empty(s->spec.cluster_ip) || str_eq(s->spec.cluster_ip, "None"))
        return;
    t->services = mem_push(t->services, t->n_services, sizeof(*t->services));
    struct net_service *to = &t->services[t->n_services++];
    *to = (struct net_service){.address = mem_strdup(s->spec.cluster_ip), .n_ports = s->spec.ports.n};
    to->ports = mem_array(s->spec.ports.n + 1, sizeof(*to->ports));
    for (size_t i = 0; i < s->spec.ports.n; i++) {
        to->ports[i].port = (uint16_t)ports[i].port;
        to->ports[i].target =
            (uint16_t)(ports[i].target == FIELD_UNSET || ports[i].target == 0 ? ports[i].port : ports[i].target);
        to->ports[i].udp = str_eq(ports[i].protocol, "UDP");
    }
    for (size_t i = 0; i < s->status.endpoints.n; i++)
        add_endpoint(n, to, s->meta.namespace, &ends[i]);
}

void service_table_make(struct node *n, struct service_table *ret)
{
    *ret = (struct service_table){0};
    for (size_t i = 0; i < n->pods.n; i++)
        if (service_table_has(n->pods.items[i].value))
            add_ports(ret, n->pods.items[i].value);
    for (size_t i = 0; i < n->services.wanted.n; i++) {
        struct service s = {0};
        struct err e = {0};
        if (fields_decode(&service_fields, n->services.wanted.items[i].value, &s, &e) < 0) {
            log_warn("a service of the head cannot be understood: %s", err_text(&e));
            continue;
        }
        add_service(n, ret, &s);
        fields_done(&service_fields, &s);
    }
}

void service_table_done(struct service_table *t)
{
    for (size_t i = 0; i < t->n_ports; i++) {
        free(t->ports[i].host_ip);
        free(t->ports[i].pod_ip);
    }
    for (size_t i = 0; i < t->n_services; i++) {
        free(t->services[i].address);
        strv_done(&t->services[i].endpoints);
        free(t->services[i].ports);
    }
    free(t->ports);
    free(t->services);
    *t = (struct service_table){0};
}

// SPDX-License-Identifier: Apache-2.0
/* Carries actions out that need no waiting: ports, network, names; and sends the others on their way. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "model/node_link.h"
#include "node/container_make.h"
#include "node/node_state.h"
#include "node/pod_hosts.h"

#define RESOLV_MOST (64 * 1024)

/* ---- image ---- */

void pod_image_done(struct node_pod *p, size_t container, const char *code, const char *error)
{
    static const struct {
        const char *code, *reason;
        bool retry;
    } reasons[] = {{"BAD_NAME", POD_FAILED_NAME, false}, {"NO_SPACE", POD_FAILED_DISK, true}};
    p->known.busy = POD_DO_NOTHING;
    p->known.pulling = false;
    if (!code) {
        p->known.containers[container].pulled = true;
        tell_event(p, false, "Pulled", pod_container_at(p, container)->image);
        pod_trouble_over(p, POD_DO_IMAGE);
        pod_kick(p);
        return;
    }
    const char *reason = POD_FAILED_PULL;
    bool retry = true;
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (str_eq(reasons[i].code, code)) {
            reason = reasons[i].reason;
            retry = reasons[i].retry;
        }
    pod_trouble(p, POD_DO_IMAGE, reason, retry, error);
}

static void do_image(struct node_pod *p, size_t i)
{
    const struct pod_container *c = pod_container_at(p, i);
    struct container_known *k = &p->known.containers[i];
    AUTO(image_freep)
    struct image *image = NULL;
    struct image_ref ref = {0};
    struct err e = {0};
    int r = image_ref_parse(c->image, &ref, &e);
    if (r == 0)
        image_ref_done(&ref);
    bool by_name = r == 0;
    if (image_find(p->node->images, c->image, &image, &e) == 0 && (k->pulled || !str_eq(c->pull_policy, "Always"))) {
        k->image_id = mem_strdup(image->id);
        pod_trouble_over(p, POD_DO_IMAGE);
    } else if (k->pulled) {
        pod_trouble(p, POD_DO_IMAGE, POD_FAILED_PULL, true, err_text(&e)); /* it was pulled, and is not there */
        k->pulled = false;
    } else if (!by_name) {
        pod_trouble(p, POD_DO_IMAGE, POD_FAILED_NAME, false, err_text(&e));
    } else if (str_eq(c->pull_policy, "Never")) {
        AUTO_FREE char *text =
            mem_printf("the image %s is not on node %s and must not be pulled (imagePullPolicy: Never); import it",
                       c->image, p->node->machine.name);
        pod_trouble(p, POD_DO_IMAGE, POD_FAILED_NO_IMAGE, false, text);
    } else {
        p->known.busy = POD_DO_IMAGE;
        p->known.busy_container = i;
        p->known.pulling = true;
        image_job_pull_for(p, i, c->image);
    }
}

/* ---- ports ---- */

void pod_ports_release(struct node_pod *p)
{
    for (size_t i = 0; i < p->n_ports; i++)
        mem_closep(&p->ports[i]);
    free(take_ptr(p->ports));
    p->n_ports = 0;
    p->known.ports_held = false;
}

static bool has_port(const struct node_pod *p, const struct container_port *wanted)
{
    for (size_t i = 0; i < p->pod.spec.containers.n; i++) {
        const struct pod_container *c = pod_container_at(p, i);
        const struct container_port *ports = c->ports.items;
        for (size_t j = 0; j < c->ports.n; j++)
            if (ports[j].host_port == wanted->host_port && str_eq(ports[j].protocol, wanted->protocol))
                return true;
    }
    return false;
}

/* The pod of ours that holds the port. */
static const struct node_pod *port_holder(const struct node_pod *p, const struct container_port *wanted)
{
    for (size_t i = 0; i < p->node->pods.n; i++) {
        const struct node_pod *other = p->node->pods.items[i].value;
        if (other != p && other->known.ports_held && has_port(other, wanted))
            return other;
    }
    return NULL;
}

static int reserve(struct node_pod *p, const struct container_port *port, struct err *e)
{
    int fd;
    int r = net_port_reserve(port->host_ip, (uint16_t)port->host_port, str_eq(port->protocol, "UDP"), &fd, e);
    const struct node_pod *holder = r == -EADDRINUSE ? port_holder(p, port) : NULL;
    if (holder)
        return err_set(e, EADDRINUSE, "port %lld of node %s is taken by pod %s/%s; publish another port",
                       (long long)port->host_port, p->node->machine.name, holder->pod.meta.namespace,
                       holder->pod.meta.name);
    if (r < 0)
        return r;
    p->ports = mem_push(p->ports, p->n_ports, sizeof(*p->ports));
    p->ports[p->n_ports++] = fd;
    return 0;
}

static int reserve_all(struct node_pod *p, struct err *e)
{
    for (size_t i = 0; i < p->pod.spec.containers.n; i++) {
        const struct pod_container *c = pod_container_at(p, i);
        const struct container_port *ports = c->ports.items;
        for (size_t j = 0; j < c->ports.n; j++) {
            if (ports[j].host_port == FIELD_UNSET || ports[j].host_port == 0 || p->pod.spec.host_network)
                continue;
            int r = reserve(p, &ports[j], e);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static void do_ports(struct node_pod *p)
{
    struct err e = {0};
    if (reserve_all(p, &e) < 0) {
        pod_ports_release(p);
        pod_trouble(p, POD_DO_PORTS, POD_FAILED_PORT, true, err_text(&e));
        return;
    }
    p->known.ports_held = true;
    pod_trouble_over(p, POD_DO_PORTS);
}

/* ---- network and names ---- */

static char *machine_resolv(void)
{
    static const char *const paths[] = {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"};
    char *text = NULL;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        free(take_ptr(text));
        if (file_read(paths[i], RESOLV_MOST, &text, NULL, NULL) == 0 && pod_resolv_usable(text))
            return text;
    }
    return text;
}

/* In place: the file is mounted in containers, which would go on seeing the old one after a rename. */
static int write_in_place(const char *path, const char *text, struct err *e)
{
    AUTO_FREE char *there = NULL;
    size_t len = strlen(text);
    if (file_read(path, 1 << 20, &there, NULL, NULL) == 0 && str_eq(there, text))
        return 0;
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0 || file_write_fd(fd, text, len) < 0 || ftruncate(fd, (off_t)len) < 0)
        return err_errno(e, errno, "write %s", path);
    return 0;
}

int pod_names_write(struct node_pod *p, struct err *e)
{
    const struct pod_spec *spec = &p->pod.spec;
    size_t n = spec->sedge ? spec->sedge->links.n : 0;
    const struct pod_link *links = n ? spec->sedge->links.items : NULL;
    if (!p->known.attached)
        return 0;
    AUTO_FREE struct host_name *names = mem_array(n + 1, sizeof(*names));
    for (size_t i = 0; i < n; i++)
        names[i] =
            (struct host_name){links[i].name, services_address(p->node, p->pod.meta.namespace, links[i].service)};
    AUTO_FREE char *folder = pod_run_path(p, NULL);
    AUTO_FREE char *hosts = pod_run_path(p, "hosts");
    AUTO_FREE char *resolv = pod_run_path(p, "resolv.conf");
    AUTO_FREE char *hosts_text =
        pod_hosts_text(pod_host_name(&p->pod), spec->host_network ? NULL : p->known.ip, names, n);
    AUTO_FREE char *machine = machine_resolv();
    AUTO_FREE char *resolv_text = pod_resolv_text(machine ? machine : "");
    int r = file_mkdirs(folder, 0711, e);
    if (r == 0)
        r = write_in_place(hosts, hosts_text, e);
    return r < 0 ? r : write_in_place(resolv, resolv_text, e);
}

static int attach(struct node_pod *p, struct err *e)
{
    struct pod_known *k = &p->known;
    struct node *n = p->node;
    free(take_ptr(k->ip));
    free(take_ptr(k->netns));
    if (p->pod.spec.host_network) {
        k->ip = mem_strdup(n->host_ip);
        return 0;
    }
    if (!n->net)
        return err_set(e, ENETDOWN, "the node's network is not up: %s",
                       n->services.error ? n->services.error : "it is being set up");
    int r = net_attach(n->net, p->pod.meta.uid, k->address, &k->netns, &k->ip, e);
    if (r < 0 && k->address) { /* the one it had may be taken, or of another range */
        err_clear(e);
        r = net_attach(n->net, p->pod.meta.uid, NULL, &k->netns, &k->ip, e);
    }
    if (r < 0)
        return r;
    free(k->address);
    k->address = mem_strdup(k->ip);
    return 0;
}

static void do_network(struct node_pod *p)
{
    struct err e = {0};
    int r = attach(p, &e);
    if (r == 0) {
        p->known.attached = true;
        p->known.files = true;
        r = pod_names_write(p, &e);
    }
    if (r < 0) {
        pod_trouble(p, POD_DO_NETWORK, r == -ENOSPC ? POD_FAILED_DISK : POD_FAILED_CREATE, true, err_text(&e));
        p->known.attached = false;
        return;
    }
    pod_trouble_over(p, POD_DO_NETWORK);
    services_kick(p->node); /* its ports can lead to it before it listens */
}

static void do_detach(struct node_pod *p)
{
    struct err e = {0};
    if (p->node->net && !p->pod.spec.host_network && net_detach(p->node->net, p->pod.meta.uid, &e) < 0) {
        pod_trouble(p, POD_DO_DETACH, POD_FAILED_CREATE, true, err_text(&e));
        return;
    }
    p->known.attached = false;
    p->known.detached = true;
}

void pod_do(struct node_pod *p, const struct pod_action *a)
{
    switch (a->what) {
    case POD_DO_IMAGE:
        do_image(p, a->container);
        break;
    case POD_DO_PORTS:
        do_ports(p);
        break;
    case POD_DO_NETWORK:
        do_network(p);
        break;
    case POD_DO_BUNDLE:
        pod_do_bundle(p);
        break;
    case POD_DO_START:
        pod_do_start(p, a->container);
        break;
    case POD_DO_STOP:
        pod_do_stop(p, a->container);
        break;
    case POD_DO_FORGET:
        pod_do_forget(p, a->container);
        break;
    case POD_DO_REMOVE:
        pod_do_remove(p);
        break;
    case POD_DO_DETACH:
        do_detach(p);
        break;
    case POD_DO_NOTHING:
    case POD_DO_WAIT:
    case POD_DO_END:
        break;
    }
}

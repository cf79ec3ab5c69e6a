// SPDX-License-Identifier: Apache-2.0
/* Looks whether this machine can run containers, makes it ready, and writes what it is told about itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/engine.h"
#include "io/file.h"
#include "node/node.h"
#include "node/node_options.h"

#define RANGES 32 /* pairs of 65 536 addresses that are tried: 10.88/16 and 10.89/16, 10.90/16 and 10.91/16, ... */

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");
    AUTO_STRV struct strv folders = {0};
    if (strchr(program, '/'))
        return access(program, X_OK) == 0;
    strv_split(&folders, path ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ":");
    for (size_t i = 0; i < folders.n; i++) {
        AUTO_FREE char *file = file_join(folders.v[i], program);
        if (access(file, X_OK) == 0)
            return true;
    }
    return false;
}

static int check_file_systems(struct err *e)
{
    AUTO_FREE char *text = NULL;
    int r = file_read("/proc/filesystems", 64 * 1024, &text, NULL, e);
    if (r < 0)
        return r;
    if (strstr(text, "\toverlay\n") || access("/sys/module/overlay", F_OK) == 0)
        return 0;
    struct utsname u = {0};
    uname(&u);
    AUTO_FREE char *module = mem_printf("/lib/modules/%s/kernel/fs/overlayfs", u.release);
    return file_exists(module)
               ? 0
               : err_set(e, ENOTSUP, "the kernel %s has no overlay file system, which containers need", u.release);
}

int machine_check(const char *runtime, struct err *e)
{
    if (geteuid() != 0)
        return err_set(e, EPERM, "containers need root; run it as root");
    if (!in_path(runtime))
        return err_set(e, ENOENT, "the OCI runtime '%s' is not installed; 'apt-get install crun' brings one", runtime);
    if (!in_path("nft"))
        return err_set(e, ENOENT, "nft is not installed; 'apt-get install nftables' brings it");
    int r = check_file_systems(e);
    return r < 0 ? r : cgroup_prepare(e);
}

/* The ranges given, or those of before, or the first pair that is free here. */
static int choose_ranges(const struct node_options *o, struct machine *m, struct err *e)
{
    struct net_config candidates[RANGES];
    AUTO_STRV struct strv texts = {0};
    size_t n = 0, chosen = 0;
    bool fixed = m->pod_cidr && m->service_cidr;
    for (int i = 0; i < 2 * (fixed ? 1 : RANGES); i++)
        strv_addf(&texts, "10.%d.0.0/16", 88 + i);
    for (; n < (fixed ? 1 : RANGES); n++) {
        const char *pods = m->pod_cidr ? m->pod_cidr : texts.v[2 * n],
                   *services = m->service_cidr ? m->service_cidr : texts.v[2 * n + 1];
        candidates[n] = (struct net_config){.bridge = machine_net(m, o->run_dir).bridge,
                                            .pod_cidr = pods,
                                            .service_cidr = services,
                                            .run_dir = o->run_dir};
    }
    int r = net_cidr_choose(candidates, n, &chosen, e);
    if (r < 0)
        return r;
    char *pods = mem_strdup(candidates[chosen].pod_cidr), *services = mem_strdup(candidates[chosen].service_cidr);
    free(m->pod_cidr);
    free(m->service_cidr);
    m->pod_cidr = pods;
    m->service_cidr = services;
    return 0;
}

static void take(char **to, const char *given)
{
    if (!given)
        return;
    free(*to);
    *to = mem_strdup(given);
}

char *machine_own_name(void)
{
    char host[256] = "node";
    (void)gethostname(host, sizeof(host) - 1);
    host[strcspn(host, ".")] = '\0';
    return str_to_label(host);
}

static void fill_names(struct machine *m)
{
    if (!m->name)
        m->name = machine_own_name();
    if (!m->listen)
        m->listen = mem_strdup("0.0.0.0:6443");
    if (!m->runtime)
        m->runtime = mem_strdup("crun");
}

int machine_set_up(const struct node_options *o, struct machine *m, struct err *e)
{
    int r = machine_load(o->state_dir, m, e);
    if (r < 0 && r != -ENOENT)
        return r;
    err_clear(e);
    take(&m->name, o->name);
    take(&m->pod_cidr, o->pod_cidr);
    take(&m->service_cidr, o->service_cidr);
    take(&m->listen, o->listen);
    take(&m->runtime, o->runtime);
    take(&m->head, o->head);
    fill_names(m);
    if (!str_is_label(m->name))
        return err_set(e, EINVAL, "'%s' cannot be a node's name: up to 63 of a-z, 0-9 and '-'", m->name);
    r = machine_check(m->runtime, e);
    if (r == 0)
        r = file_mkdirs(o->run_dir, 0711, e);
    if (r == 0)
        r = choose_ranges(o, m, e);
    return r < 0 ? r : machine_save(o->state_dir, m, e);
}

int node_setup_main(int argc, char **argv)
{
    struct node_options o;
    struct machine m = {0};
    struct err e = {0};
    if (node_options_read(argc, argv, NODE_OPTIONS_SETUP, &o, &e) < 0) {
        fprintf(stderr, "sedge node-setup: %s\n", err_text(&e));
        return 2;
    }
    int r = machine_set_up(&o, &m, &e);
    machine_done(&m);
    if (r < 0)
        fprintf(stderr, "sedge: this machine cannot run containers as it is: %s\n", err_text(&e));
    return r < 0;
}

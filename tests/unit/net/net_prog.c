// SPDX-License-Identifier: Apache-2.0
/* The network of containers as a program, so that tests drive it from outside:
 *
 *     net_prog [bridge=B pods=CIDR services=CIDR mtu=N] RUN_DIR VERB ...
 *       open | cleanup | list | attach ID [ADDRESS] | detach ID | apply (JSON on standard input) | reserve PORT [IP
 * [udp]] (holds until killed) bench N (attaches and detaches N pods) | kill-at N VERB ... (the verb dies of SIGKILL at
 * the Nth system call after opening)
 *
 * kill-at exits with 3 when the verb died, and with 0 when it ended before its Nth call. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"
#include "net/net.h"

#define EXIT_KILLED 3

struct prog {
    struct net_config config;
    struct net *net;
    uv_loop_t loop;
    bool traced;
    int applied;
};

static int fail(const struct err *e)
{
    fprintf(stderr, "%s\n", err_text(e));
    return 1;
}

/* Where kill-at begins to count. */
static void mark(const struct prog *p)
{
    if (p->traced)
        (void)raise(SIGSTOP);
}

static int do_open(struct prog *p, char **args)
{
    return 0;
}

static int do_attach(struct prog *p, char **args)
{
    struct err e = {0};
    AUTO_FREE char *netns = NULL;
    AUTO_FREE char *ip = NULL;
    mark(p);
    if (args[0] == NULL || net_attach(p->net, args[0], args[1], &netns, &ip, &e) < 0)
        return fail(&e);
    printf("%s %s\n", netns, ip);
    return 0;
}

static int do_detach(struct prog *p, char **args)
{
    struct err e = {0};
    mark(p);
    return args[0] == NULL || net_detach(p->net, args[0], &e) < 0 ? fail(&e) : 0;
}

static int do_list(struct prog *p, char **args)
{
    struct err e = {0};
    AUTO_STRV struct strv ids = {0};
    if (net_list(p->net, &ids, &e) < 0)
        return fail(&e);
    for (size_t i = 0; i < ids.n; i++)
        puts(ids.v[i]);
    return 0;
}

static double ms_since(int64_t start_us)
{
    return (double)(clock_mono_us() - start_us) / US_PER_MS;
}

static int do_bench(struct prog *p, char **args)
{
    struct err e = {0};
    int n = atoi(args[0]);
    int64_t start = clock_mono_us();
    for (int i = 0; i < n; i++) {
        AUTO_FREE char *id = mem_printf("bench-%d", i);
        AUTO_FREE char *netns = NULL;
        AUTO_FREE char *ip = NULL;
        if (net_attach(p->net, id, NULL, &netns, &ip, &e) < 0)
            return fail(&e);
    }
    double attach = ms_since(start) / n;
    start = clock_mono_us();
    for (int i = 0; i < n; i++) {
        AUTO_FREE char *id = mem_printf("bench-%d", i);
        if (net_detach(p->net, id, &e) < 0)
            return fail(&e);
    }
    printf("{\"attach_ms\": %.3f, \"detach_ms\": %.3f}\n", attach, ms_since(start) / n);
    return 0;
}

static int do_reserve(struct prog *p, char **args)
{
    struct err e = {0};
    AUTO_CLOSE int fd = -1;
    if (net_port_reserve(args[1], (uint16_t)atoi(args[0]), args[1] != NULL && str_eq(args[2], "udp"), &fd, &e) < 0)
        return fail(&e);
    puts("held");
    fflush(stdout);
    return pause();
}

static int do_choose(struct prog *p, char **args)
{
    struct err e = {0};
    struct net_config candidates[8] = {0};
    size_t n = 0;
    size_t chosen;
    for (; n < ARRAY_LEN(candidates) && args[2 * n] != NULL && args[2 * n + 1] != NULL; n++) {
        candidates[n] = p->config;
        candidates[n].pod_cidr = args[2 * n];
        candidates[n].service_cidr = args[2 * n + 1];
    }
    if (net_cidr_choose(candidates, n, &chosen, &e) < 0)
        return fail(&e);
    printf("%zu\n", chosen);
    return 0;
}

static void on_applied(void *data, int r, const char *error)
{
    struct prog *p = data;
    p->applied = r;
    if (r < 0)
        fprintf(stderr, "%s\n", error);
    net_close(p->net);
    p->net = NULL;
}

static void read_port(const json_t *v, struct net_port *ret)
{
    *ret = (struct net_port){.host_ip = mem_strdup(json_str(v, "host_ip", NULL)),
                             .host_port = (uint16_t)json_int(v, "host_port", 0),
                             .pod_port = (uint16_t)json_int(v, "pod_port", 0),
                             .udp = json_bool(v, "udp", false),
                             .pod_ip = mem_strdup(json_str(v, "pod_ip", ""))};
}

static void read_service(const json_t *v, struct net_service *ret)
{
    json_t *ports = json_object_get(v, "ports");
    json_t *endpoints = json_object_get(v, "endpoints");
    ret->address = mem_strdup(json_str(v, "address", ""));
    for (size_t i = 0; i < json_array_size(endpoints); i++)
        strv_add(&ret->endpoints, json_string_value(json_array_get(endpoints, i)));
    ret->n_ports = json_array_size(ports);
    ret->ports = mem_array(ret->n_ports + 1, sizeof(*ret->ports));
    for (size_t i = 0; i < ret->n_ports; i++) {
        const json_t *port = json_array_get(ports, i);
        ret->ports[i].port = (uint16_t)json_int(port, "port", 0);
        ret->ports[i].target = (uint16_t)json_int(port, "target", 0);
        ret->ports[i].udp = json_bool(port, "udp", false);
    }
}

struct wanted {
    struct net_port *ports;
    struct net_service *services;
    size_t n_ports, n_services;
};

static void wanted_read(const json_t *v, struct wanted *w)
{
    json_t *ports = json_object_get(v, "ports");
    json_t *services = json_object_get(v, "services");
    w->n_ports = json_array_size(ports);
    w->n_services = json_array_size(services);
    w->ports = mem_array(w->n_ports + 1, sizeof(*w->ports));
    w->services = mem_array(w->n_services + 1, sizeof(*w->services));
    for (size_t i = 0; i < w->n_ports; i++)
        read_port(json_array_get(ports, i), &w->ports[i]);
    for (size_t i = 0; i < w->n_services; i++)
        read_service(json_array_get(services, i), &w->services[i]);
}

static void wanted_done(struct wanted *w)
{
    for (size_t i = 0; i < w->n_ports; i++) {
        free(w->ports[i].host_ip);
        free(w->ports[i].pod_ip);
    }
    for (size_t i = 0; i < w->n_services; i++) {
        free(w->services[i].address);
        strv_done(&w->services[i].endpoints);
        free(w->services[i].ports);
    }
    free(w->ports);
    free(w->services);
}

struct step {
    struct prog *p; /* weak */
    json_t *list;   /* states to bring about, one after the other */
    size_t at;
    int64_t start_us;
};

static void next_step(struct step *s);

static void on_step(void *data, int r, const char *error)
{
    struct step *s = data;
    printf("{\"r\": %d, \"ms\": %.3f}\n", r, ms_since(s->start_us));
    if (r < 0 || ++s->at == json_array_size(s->list))
        on_applied(s->p, r, error);
    else
        next_step(s);
}

static void next_step(struct step *s)
{
    struct wanted w = {0};
    wanted_read(json_array_get(s->list, s->at), &w);
    s->start_us = clock_mono_us();
    net_apply(s->p->net, w.ports, w.n_ports, w.services, w.n_services, on_step, s);
    wanted_done(&w);
}

/* Standard input: one state, or a list of them. */
static int do_apply(struct prog *p, char **args)
{
    struct err e = {0};
    AUTO_FREE char *text = NULL;
    size_t len;
    if (file_read_fd(0, 64U << 20, &text, &len, &e) < 0)
        return fail(&e);
    AUTO_JSON json_t *v = json_loads(text, 0, NULL);
    AUTO_JSON json_t *list = json_is_array(v) ? json_incref(v) : json_pack("[O]", v);
    struct step s = {.p = p, .list = list};
    mark(p);
    next_step(&s);
    uv_run(&p->loop, UV_RUN_DEFAULT);
    return p->applied < 0;
}

static const struct verb {
    const char *name;
    int (*run)(struct prog *p, char **args);
    bool closed; /* works without the network open */
} verbs[] = {
    {"open", do_open, false},      {"attach", do_attach, false}, {"detach", do_detach, false},
    {"list", do_list, false},      {"apply", do_apply, false},   {"bench", do_bench, false},
    {"reserve", do_reserve, true}, {"choose", do_choose, true},
};

static int run_open(struct prog *p, const struct verb *v, char **args)
{
    struct err e = {0};
    if (uv_loop_init(&p->loop) < 0)
        return 1;
    if (!v->closed && str_eq(v->name, "open"))
        mark(p);
    int r = v->closed ? 0 : net_open(&p->loop, &p->config, &p->net, &e);
    r = r < 0 ? fail(&e) : v->run(p, args);
    net_close(p->net);
    uv_run(&p->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&p->loop);
    return r;
}

static int run_verb(struct prog *p, char **args)
{
    struct err e = {0};
    if (args[0] == NULL)
        return 2;
    if (str_eq(args[0], "cleanup")) {
        mark(p);
        return net_cleanup(&p->config, &e) < 0 ? fail(&e) : 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (str_eq(args[0], verbs[i].name))
            return run_open(p, &verbs[i], args + 1);
    }
    return 2;
}

/* Runs the traced child until its calls are used up. Stops come at the entry and at the exit of a call, of each of its
 * threads. */
static int trace(pid_t child, long calls)
{
    int status;
    long stops = -1;
    pid_t at;
    while ((at = waitpid(-1, &status, __WALL)) > 0) {
        if (at == child && (WIFEXITED(status) || WIFSIGNALED(status)))
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        if (!WIFSTOPPED(status))
            continue;
        int sig = WSTOPSIG(status);
        if (sig == SIGSTOP && stops < 0 && at == child) {
            stops = 0;
            (void)ptrace(PTRACE_SETOPTIONS, child, NULL,
                         PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
        }
        if (sig == (SIGTRAP | 0x80) && ++stops >= 2 * calls) {
            (void)kill(child, SIGKILL);
            while (waitpid(-1, &status, __WALL) > 0)
                ;
            return EXIT_KILLED;
        }
        bool pass = sig != SIGSTOP && sig != SIGTRAP && sig != (SIGTRAP | 0x80);
        (void)ptrace(PTRACE_SYSCALL, at, NULL, (void *)(uintptr_t)(pass ? sig : 0));
    }
    return 1;
}

static int kill_at(struct prog *p, char **args)
{
    long calls = args[0] != NULL ? atol(args[0]) : 0;
    pid_t child = fork();
    if (child == 0) {
        p->traced = true;
        (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        int r = run_verb(p, args + 1);
        fflush(stdout);
        _exit(r);
    }
    return child < 0 ? 1 : trace(child, calls);
}

static bool read_option(struct prog *p, const char *arg)
{
    static const struct {
        const char *name;
        size_t at;
    } texts[] = {{"bridge=", offsetof(struct net_config, bridge)},
                 {"pods=", offsetof(struct net_config, pod_cidr)},
                 {"services=", offsetof(struct net_config, service_cidr)}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (str_starts(arg, texts[i].name)) {
            const char *value = arg + strlen(texts[i].name);
            memcpy((char *)&p->config + texts[i].at, &value, sizeof(value));
            return true;
        }
    }
    if (!str_starts(arg, "mtu="))
        return false;
    p->config.mtu = atoi(arg + 4);
    return true;
}

int main(int argc, char **argv)
{
    struct prog p = {.config = {.bridge = "sedge0", .pod_cidr = "10.88.0.0/16", .service_cidr = "10.89.0.0/16"}};
    char **args = argv + 1;
    while (*args != NULL && read_option(&p, *args))
        args++;
    if (args[0] == NULL || args[1] == NULL) {
        fputs("usage: net_prog [OPTION=VALUE ...] RUN_DIR VERB ...\n", stderr);
        return 2;
    }
    p.config.run_dir = args[0];
    return str_eq(args[1], "kill-at") ? kill_at(&p, args + 2) : run_verb(&p, args + 1);
}

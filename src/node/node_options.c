// SPDX-License-Identifier: Apache-2.0
/* Options, machine.json and locks. */
#include "node/node_options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "io/file.h"

#define BRIDGE "sedge0"

static const char *from_env(const char *name, const char *fallback)
{
    const char *v = getenv(name);
    return str_empty(v) ? fallback : v;
}

static const char *const usages[] = {
    [NODE_OPTIONS_FOLDERS] = "",
    [NODE_OPTIONS_SETUP] = " [--name N] [--pod-cidr C] [--service-cidr C] [--listen A:P] [--runtime P]",
    [NODE_OPTIONS_JOIN] = " --head ADDRESS [--token-file F] [--name N] [--runtime P]",
};

int node_options_read(int argc, char **argv, enum node_options_kind kind, struct node_options *ret, struct err *e)
{
    static const struct option options[] = {
        {"run", required_argument, NULL, 'r'},          {"state", required_argument, NULL, 's'},
        {"name", required_argument, NULL, 'n'},         {"pod-cidr", required_argument, NULL, 'p'},
        {"service-cidr", required_argument, NULL, 'c'}, {"listen", required_argument, NULL, 'l'},
        {"runtime", required_argument, NULL, 'x'},      {"head", required_argument, NULL, 'h'},
        {"token-file", required_argument, NULL, 't'},   {0}};
    *ret = (struct node_options){.run_dir = from_env("SEDGE_RUN", SEDGE_RUN_DIR),
                                 .state_dir = from_env("SEDGE_STATE", SEDGE_STATE_DIR)};
    const struct {
        int option;
        const char **into;
    } texts[] = {{'r', &ret->run_dir},      {'s', &ret->state_dir}, {'n', &ret->name},    {'x', &ret->runtime},
                 {'p', &ret->pod_cidr},     {'c', &ret->service_cidr}, {'l', &ret->listen}, {'h', &ret->head},
                 {'t', &ret->token}};
    static const char *const letters[] = {
        [NODE_OPTIONS_FOLDERS] = "rs", [NODE_OPTIONS_SETUP] = "rsnxpcl", [NODE_OPTIONS_JOIN] = "rsnxht"};
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) >= 0) {
        size_t i = 0;
        while (i < ARRAY_LEN(texts) && texts[i].option != option)
            i++;
        if (i == ARRAY_LEN(texts) || !strchr(letters[kind], option))
            return err_set(e, EINVAL, "unknown or incomplete option '%s'; usage: %s --run DIR --state DIR%s",
                           argv[optind - 1], argv[0], usages[kind]);
        *texts[i].into = optarg;
    }
    if (optind < argc)
        return err_set(e, EINVAL, "'%s' is one word too many", argv[optind]);
    return 0;
}

int machine_load(const char *state_dir, struct machine *ret, struct err *e)
{
    AUTO_FREE char *path = file_join(state_dir, MACHINE_FILE);
    AUTO_FREE char *text = NULL;
    size_t len;
    if (!file_exists(path))
        return err_set(e, ENOENT, "%s is not there; 'sedge up' makes it", path);
    int r = file_read(path, 1 << 20, &text, &len, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *v = json_parse(text, len, e);
    r = v ? fields_decode(&machine_fields, v, ret, e) : -EINVAL;
    return err_wrap(e, r, "%s", path);
}

int machine_save(const char *state_dir, const struct machine *m, struct err *e)
{
    AUTO_FREE char *path = file_join(state_dir, MACHINE_FILE);
    AUTO_JSON json_t *v = fields_encode(&machine_fields, m);
    AUTO_FREE char *text = json_pretty(v);
    AUTO_FREE char *there = NULL;
    AUTO_FREE char *line = mem_printf("%s\n", text);
    if (file_exists(path) && file_read(path, 1 << 20, &there, NULL, NULL) == 0 && str_eq(there, line))
        return 0;
    int r = file_mkdirs(state_dir, 0711, e);
    return r < 0 ? r : file_write(path, line, strlen(line), 0644, e);
}

void machine_done(struct machine *m)
{
    fields_done(&machine_fields, m);
}

struct net_config machine_net(const struct machine *m, const char *run_dir)
{
    return (struct net_config){
        .bridge = BRIDGE, .pod_cidr = m->pod_cidr, .service_cidr = m->service_cidr, .run_dir = run_dir};
}

pid_t lock_holder(const char *run_dir, const char *name)
{
    AUTO_FREE char *path = mem_printf("%s/%s.pid", run_dir, name);
    AUTO_FREE char *text = NULL;
    AUTO_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    int64_t pid;
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0;
    if (file_read_fd(fd, 64, &text, NULL, NULL) < 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    return str_to_i64(text, 2, INT32_MAX, &pid) ? (pid_t)pid : 0;
}

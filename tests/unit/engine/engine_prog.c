// SPDX-License-Identifier: Apache-2.0
/* A small program around the engine, so that integration tests can drive it from a command line.
 *
 *   keeper ...                                the keeper itself
 *   prepare|release|remove RUN STATE ARG      ARG: the specification as JSON, or an id
 *   cgroup-prepare | cgroup-cleanup
 *   start RUN ID [tty] | stop RUN ID SIG GRACE_MS | kill RUN ID SIG | forget RUN ID | shutdown RUN
 *   status RUN | wait RUN ID                  JSON lines; wait: until it has exited
 *   exec RUN ID [-t] [-u USER] [-w DIR] ARG... its streams are ours
 *   attach RUN ID TEXT MS                     writes TEXT, prints what comes for so long
 *   logs STATE ID TAIL | follow STATE ID MS
 *   volume STATE NS NAME [ROOT SEED]
 *   bench RUN STATE SPEC N                    start and stop N times; prints the mean of prepare + start in
 * microseconds It prints errors on standard error and exits with 1; exec exits as the process did. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "engine/engine.h"
#include "io/file.h"

struct prog {
    uv_loop_t loop;
    struct keeper_client *client;
    const char *wait_id;
    bool print, done, ended;
    int r, value;
    int master, output;
};
static struct prog prog;

static int fail(const struct err *e)
{
    fprintf(stderr, "%s\n", err_text(e));
    return 1;
}

/* ---- specification ---- */

static void take_texts(const json_t *o, const char *key, struct strv *to)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(o, key), i, item) strv_add(to, json_string_value(item));
}

static void take_mounts(const json_t *o, struct container_spec *s)
{
    size_t i;
    const json_t *item;
    const json_t *list = json_object_get(o, "mounts");
    s->mounts = mem_array(json_array_size(list) + 1, sizeof(*s->mounts));
    json_array_foreach(list, i, item)
    {
        struct container_mount *m = &s->mounts[s->n_mounts++];
        m->source = mem_strdup(json_str(item, "source", ""));
        m->target = mem_strdup(json_str(item, "target", ""));
        m->read_only = json_bool(item, "read_only", false);
        m->is_file = json_bool(item, "is_file", false);
    }
}

static int take_spec(const char *text, struct container_spec *s, struct err *e)
{
    AUTO_JSON json_t *o = json_parse(text, strlen(text), e);
    if (!o)
        return -EINVAL;
    s->id = mem_strdup(json_str(o, "id", NULL));
    s->user = mem_strdup(json_str(o, "user", ""));
    s->working_dir = mem_strdup(json_str(o, "working_dir", ""));
    s->hostname = mem_strdup(json_str(o, "hostname", NULL));
    s->netns = mem_strdup(json_str(o, "netns", NULL));
    s->hosts = mem_strdup(json_str(o, "hosts", NULL));
    take_texts(o, "args", &s->args);
    take_texts(o, "env", &s->env);
    take_texts(o, "layers", &s->layers);
    take_texts(o, "cap_add", &s->cap_add);
    take_texts(o, "cap_drop", &s->cap_drop);
    take_mounts(o, s);
    s->read_only_root = json_bool(o, "read_only_root", false);
    s->privileged = json_bool(o, "privileged", false);
    s->terminal = json_bool(o, "terminal", false);
    s->init = json_bool(o, "init", false);
    s->limits.cpu_milli = json_int(o, "cpu_milli", 0);
    s->limits.memory_bytes = json_int(o, "memory_bytes", 0);
    s->limits.pids = json_int(o, "pids", 0);
    return 0;
}

static int verb_files(const char *verb, char **a)
{
    struct err e = {0};
    struct rootfs_dirs d = {.run_dir = a[0], .state_dir = a[1]};
    AUTO(container_spec_done)
    struct container_spec s = {0};
    int r;
    if (str_eq(verb, "release"))
        r = rootfs_release(&d, a[2], &e);
    else if (str_eq(verb, "remove"))
        r = rootfs_remove(&d, a[2], &e);
    else {
        r = take_spec(a[2], &s, &e);
        if (r == 0)
            r = rootfs_prepare(&d, &s, &e);
    }
    return r < 0 ? fail(&e) : 0;
}

/* ---- client ---- */

static void print_status(const struct keeper_status *s)
{
    static const char *const names[] = {"none", "starting", "running", "exited"};
    printf("{\"id\": \"%s\", \"state\": \"%s\", \"pid\": %d, \"exit\": %d, \"signal\": %d, \"oom\": %s, \"started\": "
           "%" PRId64 ", \"finished\": %" PRId64 "}\n",
           s->id, names[s->state], s->pid, s->exit_code, s->signal, s->oom ? "true" : "false", s->started_us,
           s->finished_us);
    fflush(stdout);
}

static void on_status(void *data, const struct keeper_status *s)
{
    bool ours = str_eq(s->id, prog.wait_id);
    if (prog.print || (ours && s->state == KEEPER_EXITED))
        print_status(s);
    if (ours && s->state == KEEPER_EXITED)
        prog.ended = true;
}

static void on_listed(void *data)
{
    if (prog.print)
        prog.done = true;
}

static void on_gone(void *data)
{
    fprintf(stderr, "the keeper is gone\n");
    prog.r = -ECONNRESET;
    prog.done = prog.ended = true;
}

static void on_reply(void *data, int r, const char *error, int32_t value)
{
    if (r < 0)
        fprintf(stderr, "%s\n", error ? error : strerror(-r));
    prog.r = r;
    prog.value = value;
    prog.done = true;
}

static int open_client(const char *run)
{
    static const struct keeper_events events = {.status = on_status, .listed = on_listed, .gone = on_gone};
    struct err e = {0};
    uv_loop_init(&prog.loop);
    return keeper_connect(&prog.loop, run, &events, &prog.client, &e) < 0 ? fail(&e) : 0;
}

static void until(const bool *what)
{
    while (!*what)
        uv_run(&prog.loop, UV_RUN_ONCE);
}

static void close_client(void)
{
    keeper_close(prog.client);
    uv_run(&prog.loop, UV_RUN_DEFAULT);
    uv_loop_close(&prog.loop);
}

static void ask(const char *verb, int n, char **a)
{
    struct keeper_client *c = prog.client;
    if (str_eq(verb, "start"))
        keeper_start(c, a[1], n > 2, on_reply, NULL);
    else if (str_eq(verb, "stop"))
        keeper_stop(c, a[1], atoi(a[2]), atoll(a[3]) * US_PER_MS, on_reply, NULL);
    else if (str_eq(verb, "kill"))
        keeper_kill(c, a[1], atoi(a[2]), on_reply, NULL);
    else if (str_eq(verb, "forget"))
        keeper_forget(c, a[1], on_reply, NULL);
    else
        keeper_shutdown(c, on_reply, NULL);
}

static int verb_ask(const char *verb, int n, char **a)
{
    if (open_client(a[0]) != 0)
        return 1;
    ask(verb, n, a);
    until(&prog.done);
    if (prog.r == 0 && str_eq(verb, "start"))
        printf("%d\n", prog.value);
    close_client();
    return prog.r < 0;
}

static int verb_status(char **a)
{
    prog.print = true;
    if (open_client(a[0]) != 0)
        return 1;
    until(&prog.done);
    close_client();
    return prog.r < 0;
}

static int verb_wait(char **a)
{
    prog.wait_id = a[1];
    if (open_client(a[0]) != 0)
        return 1;
    until(&prog.ended);
    close_client();
    return prog.r < 0;
}

/* ---- exec and terminals ---- */

static void on_exec_terminal(void *data, int master)
{
    prog.master = master;
}

static void copy_out(int from)
{
    char text[4096];
    ssize_t n = read(from, text, sizeof(text));
    if (n > 0 && write(STDOUT_FILENO, text, (size_t)n) < 0)
        prog.r = -errno;
}

static int exec_process(int n, char **a, struct keeper_exec *x, char **ret, struct err *e)
{
    AUTO_STRV struct strv args = {0};
    AUTO_FREE char *path = mem_printf("%s/containers/%s/config.json", a[0], a[1]);
    AUTO_FREE char *root = mem_printf("%s/containers/%s/rootfs", a[0], a[1]);
    AUTO_FREE char *text = NULL;
    const char *dir = NULL, *name = NULL;
    size_t len;
    int i = 2;
    for (; i < n && a[i][0] == '-'; i++) {
        if (a[i][1] == 't')
            x->terminal = true;
        else if (a[i][1] == 'u')
            name = a[++i];
        else
            dir = a[++i];
    }
    for (; i < n; i++)
        strv_add(&args, a[i]);
    int r = file_read(path, 1 << 22, &text, &len, e);
    struct container_user user;
    if (r == 0 && name)
        r = container_user_find(root, name, &user, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *config = json_parse(text, len, e);
    AUTO_JSON json_t *process = container_exec_process(config, &args, NULL, dir, name ? &user : NULL, x->terminal);
    *ret = json_text(process);
    return 0;
}

static int verb_exec(int n, char **a)
{
    struct err e = {0};
    struct keeper_exec x = {.id = a[1], .fds = {0, 1, 2}, .on_terminal = on_exec_terminal};
    AUTO_FREE char *json = NULL;
    if (exec_process(n, a, &x, &json, &e) < 0)
        return fail(&e);
    if (open_client(a[0]) != 0)
        return 1;
    x.process_json = json;
    prog.master = -1;
    keeper_exec(prog.client, &x, on_reply, NULL, NULL);
    until(&prog.done);
    if (prog.master >= 0)
        copy_out(prog.master);
    close_client();
    return prog.r < 0 ? 125 : prog.value;
}

static void on_attached(void *data, int r, int master, int output)
{
    prog.master = master;
    prog.output = output;
    prog.r = r;
    prog.done = true;
}

static int verb_attach(char **a)
{
    if (open_client(a[0]) != 0)
        return 1;
    keeper_attach(prog.client, a[1], on_attached, NULL);
    until(&prog.done);
    if (prog.r < 0) {
        fprintf(stderr, "attach: %s\n", strerror(-prog.r));
        close_client();
        return 1;
    }
    if (write(prog.master, a[2], strlen(a[2])) < 0)
        prog.r = -errno;
    int64_t end = clock_mono_us() + atoll(a[3]) * US_PER_MS;
    while (clock_mono_us() < end) {
        struct pollfd p = {.fd = prog.output, .events = POLLIN};
        if (poll(&p, 1, 20) > 0)
            copy_out(prog.output);
    }
    close(prog.master);
    close(prog.output);
    close_client();
    return prog.r < 0;
}

/* ---- logs and volumes ---- */

static bool print_line(void *data, bool is_err, const char *text, size_t len)
{
    printf("%s %.*s", is_err ? "err" : "out", (int)len, text);
    fflush(stdout);
    return true;
}

static int verb_logs(const char *verb, char **a)
{
    struct err e = {0};
    struct container_log_query q = {.tail = str_eq(verb, "logs") ? atoll(a[2]) : -1, .out = true, .err = true};
    AUTO_FREE char *path = mem_printf("%s/containers/%s/log", a[0], a[1]);
    struct log_cursor *cursor = NULL;
    if (container_log_read(path, &q, print_line, NULL, str_eq(verb, "logs") ? NULL : &cursor, &e) < 0)
        return fail(&e);
    int64_t end = cursor ? clock_mono_us() + atoll(a[2]) * US_PER_MS : 0;
    while (cursor && clock_mono_us() < end) {
        struct pollfd p = {.fd = log_cursor_fd(cursor), .events = POLLIN};
        if (poll(&p, 1, 50) > 0)
            log_cursor_more(cursor, &q, print_line, NULL, &e);
    }
    log_cursor_free(cursor);
    return 0;
}

static int verb_volume(int n, char **a)
{
    struct err e = {0};
    AUTO_FREE char *path = NULL;
    if (volume_dir_open(a[0], a[1], a[2], n > 4 ? a[3] : NULL, n > 4 ? a[4] : NULL, &path, &e) < 0)
        return fail(&e);
    printf("%s\n", path);
    return 0;
}

/* ---- measuring ---- */

static int verb_bench(char **a)
{
    struct err e = {0};
    struct rootfs_dirs d = {.run_dir = a[0], .state_dir = a[1]};
    AUTO(container_spec_done)
    struct container_spec s = {0};
    int n = atoi(a[3]), done = 0;
    int64_t prepare = 0, start = 0, least = INT64_MAX;
    if (take_spec(a[2], &s, &e) < 0)
        return fail(&e);
    prog.wait_id = s.id;
    if (open_client(a[0]) != 0)
        return 1;
    for (; done < n && prog.r == 0; done++) {
        prog.done = prog.ended = false;
        int64_t t0 = clock_mono_us();
        if (rootfs_prepare(&d, &s, &e) < 0)
            return fail(&e);
        int64_t t1 = clock_mono_us();
        keeper_start(prog.client, s.id, false, on_reply, NULL);
        until(&prog.done);
        int64_t t2 = clock_mono_us();
        prepare += t1 - t0;
        start += t2 - t1;
        least = t2 - t0 < least ? t2 - t0 : least;
        keeper_kill(prog.client, s.id, SIGKILL, NULL, NULL);
        until(&prog.ended);
        prog.done = false;
        keeper_forget(prog.client, s.id, on_reply, NULL);
        until(&prog.done);
        rootfs_remove(&d, s.id, &e);
    }
    fprintf(stderr, "prepare %" PRId64 " us, start %" PRId64 " us, least %" PRId64 " us\n", prepare / n, start / n,
            least);
    close_client();
    return 0;
}

struct verb {
    const char *name;
    int least;
};

static int dispatch(const char *verb, int n, char **a)
{
    if (str_eq(verb, "prepare") || str_eq(verb, "release") || str_eq(verb, "remove"))
        return verb_files(verb, a);
    if (str_eq(verb, "status"))
        return verb_status(a);
    if (str_eq(verb, "wait"))
        return verb_wait(a);
    if (str_eq(verb, "exec"))
        return verb_exec(n, a);
    if (str_eq(verb, "attach"))
        return verb_attach(a);
    if (str_eq(verb, "logs") || str_eq(verb, "follow"))
        return verb_logs(verb, a);
    if (str_eq(verb, "volume"))
        return verb_volume(n, a);
    if (str_eq(verb, "bench"))
        return verb_bench(a);
    return verb_ask(verb, n, a);
}

int main(int argc, char **argv)
{
    static const struct verb verbs[] = {
        {"prepare", 3}, {"release", 3}, {"remove", 3}, {"status", 1},   {"wait", 2},  {"exec", 3},
        {"attach", 4},  {"logs", 3},    {"follow", 3}, {"volume", 3},   {"bench", 4}, {"start", 2},
        {"stop", 4},    {"kill", 3},    {"forget", 2}, {"shutdown", 1},
    };
    struct err e = {0};
    const char *verb = argc > 1 ? argv[1] : "";
    if (str_eq(verb, "keeper"))
        return keeper_main(argc - 1, argv + 1);
    if (str_eq(verb, "cgroup-prepare"))
        return cgroup_prepare(&e) < 0 ? fail(&e) : 0;
    if (str_eq(verb, "cgroup-cleanup"))
        return cgroup_cleanup(&e) < 0 ? fail(&e) : 0;
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (str_eq(verb, verbs[i].name) && argc - 2 >= verbs[i].least)
            return dispatch(verb, argc - 2, argv + 2);
    fprintf(stderr, "usage: see the head of engine_prog.c\n");
    return 2;
}

// SPDX-License-Identifier: Apache-2.0
/* A container's way through the keeper.
 *
 *   start -> STARTING (crun run) -> RUNNING -> [first process ends] -> DELETING (crun delete) -> EXITED -> forgotten
 *                 \-> failed -> CLEANING (crun delete, where it left something) -> forgotten
 * An end is told to clients when crun's state and the cgroup are gone: whoever hears of it may start the container
 * again. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/config_private.h"
#include "engine/keeper_private.h"
#include "io/file.h"

char *box_path(const struct keeper *k, const char *id, const char *name)
{
    return mem_printf("%s/containers/%s%s%s", k->run_dir, id, name ? "/" : "", name ? name : "");
}

struct box *box_find(const struct keeper *k, const char *id)
{
    struct box *b = k->boxes;
    while (b && strcmp(b->id, id) != 0)
        b = b->next;
    return b;
}

struct box *box_new(struct keeper *k, const char *id)
{
    struct box *b = mem_alloc(sizeof(*b));
    b->id = mem_strdup(id);
    b->out = b->err = b->pidfd = WATCH_NONE;
    b->next = k->boxes;
    k->boxes = b;
    return b;
}

void box_free(struct keeper *k, struct box *b)
{
    struct box **at = &k->boxes;
    while (*at != b)
        at = &(*at)->next;
    *at = b->next;
    output_end(k, b);
    watch_end(&b->pidfd);
    free(b->id);
    free(b);
}

void box_changed(struct keeper *k, struct box *b)
{
    b->changed = ++k->changes;
    serve_feed(k);
}

void box_status(const struct box *b, struct keeper_status *ret)
{
    static const enum keeper_state states[] = {
        [BOX_STARTING] = KEEPER_STARTING, [BOX_RUNNING] = KEEPER_RUNNING, [BOX_DELETING] = KEEPER_RUNNING,
        [BOX_EXITED] = KEEPER_EXITED,     [BOX_CLEANING] = KEEPER_NONE,
    };
    *ret = (struct keeper_status){
        .state = states[b->phase],
        .pid = b->phase == BOX_RUNNING ? b->pid : 0,
        .oom = b->oom,
        .started_us = b->started_us,
        .finished_us = b->finished_us,
    };
    if (b->phase == BOX_EXITED) {
        ret->exit_code = b->exit_code;
        ret->signal = b->signal;
    }
    snprintf(ret->id, sizeof(ret->id), "%s", b->id);
}

bool box_any_busy(const struct keeper *k, bool running_too)
{
    for (const struct box *b = k->boxes; b; b = b->next)
        if (b->phase != BOX_EXITED && (running_too || b->phase != BOX_RUNNING))
            return true;
    return false;
}

/* ---- start ---- */

static int spawn_run(struct keeper *k, struct box *b, const int child[2])
{
    AUTO_FREE char *root = file_join(k->run_dir, "crun");
    AUTO_FREE char *bundle = box_path(k, b->id, NULL);
    AUTO_FREE char *pid_file = box_path(k, b->id, "pid");
    const char *argv[16] = {k->runtime, "--root", root, "run", "--detach", "--bundle", bundle, "--pid-file", pid_file};
    size_t n = 9;
    if (b->tty) {
        argv[n++] = "--console-socket";
        argv[n++] = b->tty->console_path;
    }
    argv[n++] = b->id;
    unlink(pid_file);
    struct spawn s = {.argv = argv, .fds = {-1, child[0], child[1], -1, -1}};
    return proc_spawn(k, &s);
}

/* Its pid; 0: there is nothing to delete. */
static pid_t spawn_delete(struct keeper *k, const struct box *b)
{
    AUTO_FREE char *root = file_join(k->run_dir, "crun");
    AUTO_FREE char *left = file_join(root, b->id);
    const char *argv[] = {k->runtime, "--root", root, "delete", "--force", b->id, NULL};
    struct spawn s = {.argv = argv, .fds = {-1, -1, -1, -1, -1}};
    pid_t pid = file_exists(left) ? proc_spawn(k, &s) : 0;
    return pid > 0 ? pid : 0;
}

static int open_log(struct keeper *k, struct box *b, struct err *e)
{
    AUTO_FREE char *path = mem_printf("%s/containers/%s/log", k->state_dir, b->id);
    return log_writer_open(path, k->log_max_bytes, k->log_files, &b->log, e);
}

static int start_run(struct keeper *k, struct box *b, struct err *e)
{
    int child[2] = {-1, -1};
    int r = output_make(k, b, child, e);
    if (r == 0) {
        r = spawn_run(k, b, child);
        if (r < 0)
            err_errno(e, -r, "run '%s'; is it installed?", k->runtime);
        else
            b->crun_pid = r;
    }
    for (int i = 0; i < 2; i++)
        mem_closep(&child[i]);
    return r < 0 ? r : 0;
}

/* Something of this name that no keeper knows of (one was killed in the very moment of a start) is removed first. */
static int start_new(struct keeper *k, struct box *b, struct err *e)
{
    int r = open_log(k, b, e);
    if (r < 0)
        return r;
    b->crun_pid = spawn_delete(k, b);
    if (b->crun_pid > 0)
        b->clearing = true;
    return b->clearing ? 0 : start_run(k, b, e);
}

int box_start(struct keeper *k, struct client *c, const struct keeper_request *q, struct err *e)
{
    struct box *b = box_find(k, q->id);
    if (b && b->phase != BOX_EXITED)
        return err_set(e, EBUSY, "start container '%s': it runs already", q->id);
    AUTO_FREE char *config = box_path(k, q->id, "config.json");
    if (!file_exists(config))
        return err_set(e, ENOENT, "start container '%s': it is not prepared (no %s)", q->id, config);
    if (b)
        box_free(k, b);
    b = box_new(k, q->id);
    b->phase = BOX_STARTING;
    b->terminal = q->terminal;
    b->starter = c;
    b->start_token = q->token;
    b->started_us = clock_now_us();
    int r = start_new(k, b, e);
    if (r < 0) {
        box_free(k, b);
        return err_wrap(e, r, "start container '%s'", q->id);
    }
    state_write(k, b);
    return 0;
}

static void tell_starter(struct keeper *k, struct box *b, int r, const char *text)
{
    struct client *c = take_ptr(b->starter);
    if (c)
        serve_reply(k, c, b->start_token, r, text, r < 0 ? 0 : b->pid);
}

static void remove_state_file(const struct keeper *k, const struct box *b)
{
    static const char *const names[] = {"state", "pid", "out", "err"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_FREE char *path = box_path(k, b->id, names[i]);
        unlink(path);
    }
}

static void start_failed(struct keeper *k, struct box *b, int r, const char *why)
{
    char text[KEEPER_TEXT];
    snprintf(text, sizeof(text), "start container '%s': %s", b->id, why);
    tell_starter(k, b, r, text);
    b->phase = BOX_CLEANING;
    box_delete(k, b);
}

static void run_now(struct keeper *k, struct box *b, pid_t pid)
{
    int status;
    b->pid = pid;
    b->start_time = proc_start_time(pid);
    b->phase = BOX_RUNNING;
    output_watch(k, b);
    tell_starter(k, b, 0, NULL);
    if (!b->adopted && proc_take_reaped(k, pid, &status)) {
        box_ended(k, b, true, status);
        return;
    }
    state_write(k, b);
    box_changed(k, b);
    if (b->stop_sig > 0)
        box_stop(k, b->id, b->stop_sig, b->stop_grace_us, NULL);
}

/* The way is clear: now the start itself. */
static void start_cleared(struct keeper *k, struct box *b)
{
    struct err e = {0};
    b->clearing = false;
    b->crun_pid = 0;
    int r = start_run(k, b, &e);
    if (r < 0)
        start_failed(k, b, r, err_text(&e));
    else
        state_write(k, b);
}

void box_started(struct keeper *k, struct box *b, bool ok)
{
    pid_t pid = 0;
    if (b->clearing) {
        start_cleared(k, b);
        return;
    }
    AUTO_FREE char *pid_file = box_path(k, b->id, "pid");
    b->crun_pid = 0;
    if (ok && proc_pid_file(pid_file, &pid) == 0) {
        output_console_now(k, b);
        run_now(k, b, pid);
        return;
    }
    char words[KEEPER_TEXT - 160];
    proc_last_words(b->err.fd, words, sizeof(words));
    start_failed(k, b, strstr(words, "not found") || strstr(words, "No such file") ? -ENOENT : -EIO, words);
}

/* ---- end ---- */

/* Did the kernel kill in this group for lack of memory? Asked before crun takes the group away. */
static bool was_out_of_memory(const char *id)
{
    char path[256];
    AUTO_FREE char *text = NULL;
    snprintf(path, sizeof(path), "/sys/fs/cgroup/memory/" CGROUP_ROOT_NAME "/%s/memory.oom_control", id);
    if (file_read(path, 4096, &text, NULL, NULL) < 0) {
        snprintf(path, sizeof(path), "/sys/fs/cgroup/" CGROUP_ROOT_NAME "/%s/memory.events", id);
        if (file_read(path, 4096, &text, NULL, NULL) < 0)
            return false;
    }
    const char *at = strstr(text, "oom_kill ");
    return at && atoll(at + strlen("oom_kill ")) > 0;
}

/* The runtime's delete has ended (or there was nothing to delete). */
static void deleted(struct keeper *k, struct box *b)
{
    b->crun_pid = 0;
    if (b->phase == BOX_CLEANING) {
        AUTO_FREE char *id = mem_strdup(b->id);
        remove_state_file(k, b);
        box_free(k, b);
        serve_forgotten(k, id);
        return;
    }
    b->phase = BOX_EXITED;
    box_changed(k, b);
}

void box_delete(struct keeper *k, struct box *b)
{
    b->crun_pid = spawn_delete(k, b);
    if (b->crun_pid == 0)
        deleted(k, b);
}

void box_ended(struct keeper *k, struct box *b, bool known, int status)
{
    b->exit_code = -1;
    b->signal = 0;
    if (known)
        proc_status(status, &b->exit_code, &b->signal);
    b->oom = was_out_of_memory(b->id);
    b->finished_us = clock_now_us();
    b->kill_at_us = 0;
    b->phase = BOX_DELETING;
    watch_end(&b->pidfd);
    output_end(k, b);
    state_write(k, b);
    box_delete(k, b);
}

bool box_reaped(struct keeper *k, pid_t pid, int status)
{
    for (struct box *b = k->boxes; b; b = b->next) {
        if (b->crun_pid != pid && !(b->phase == BOX_RUNNING && !b->adopted && b->pid == pid))
            continue;
        if (b->crun_pid != pid)
            box_ended(k, b, true, status);
        else if (b->phase == BOX_STARTING)
            box_started(k, b, status == 0);
        else
            deleted(k, b);
        return true;
    }
    return false;
}

/* ---- stop and kill ---- */

int box_signal(const struct box *b, int sig)
{
    if (b->pidfd.fd >= 0)
        return syscall(SYS_pidfd_send_signal, b->pidfd.fd, sig, NULL, 0) < 0 ? -errno : 0;
    return kill(b->pid, sig) < 0 ? -errno : 0; /* our own child, not reaped yet: the pid is its */
}

int box_stop(struct keeper *k, const char *id, int sig, int64_t grace_us, struct err *e)
{
    struct box *b = box_find(k, id);
    if (b && b->phase == BOX_STARTING) { /* carried out when it runs */
        b->stop_sig = sig;
        b->stop_grace_us = grace_us;
        return 0;
    }
    if (!b || b->phase != BOX_RUNNING)
        return 0;
    int64_t kill_at = clock_mono_us() + (grace_us > 0 ? grace_us : 0);
    int r = box_signal(b, grace_us > 0 ? sig : SIGKILL);
    if (r < 0 && r != -ESRCH)
        return err_errno(e, -r, "signal container '%s'", id);
    if (b->kill_at_us == 0 || kill_at < b->kill_at_us)
        b->kill_at_us = kill_at;
    timer_arm(k);
    return 0;
}

int box_kill(struct keeper *k, const char *id, int sig, struct err *e)
{
    const struct box *b = box_find(k, id);
    if (!b || b->phase != BOX_RUNNING)
        return err_set(e, ESRCH, "kill container '%s': it does not run", id);
    int r = box_signal(b, sig);
    return r < 0 ? err_errno(e, -r, "kill container '%s' with signal %d", id, sig) : 0;
}

int box_forget(struct keeper *k, const char *id, struct err *e)
{
    struct box *b = box_find(k, id);
    if (!b)
        return 0;
    if (b->phase != BOX_EXITED)
        return err_set(e, EBUSY, "forget container '%s': it runs; stop it first", id);
    remove_state_file(k, b);
    box_free(k, b);
    serve_forgotten(k, id);
    return 0;
}

void box_tick(struct keeper *k, int64_t now_us)
{
    for (struct box *b = k->boxes; b; b = b->next) {
        if (b->kill_at_us == 0 || b->kill_at_us > now_us)
            continue;
        b->kill_at_us = 0;
        box_signal(b, SIGKILL); /* of the first process: the kernel kills its whole pid namespace with it */
    }
}

// SPDX-License-Identifier: Apache-2.0
/* Further processes in a running container: `crun exec --detach`, after which the process is the keeper's own child.
 *
 * process.json comes as a descriptor and is handed to crun as one (/proc/self/fd/3), crun's words go to a memory file
 * (4). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/keeper_private.h"
#include "io/file.h"

static void exec_free(struct keeper *k, struct exec *x)
{
    struct exec **at = &k->execs;
    while (*at && *at != x)
        at = &(*at)->next;
    if (*at)
        *at = x->next;
    watch_end(&x->console);
    mem_closep(&x->log_fd);
    if (x->console_path)
        unlink(x->console_path);
    if (x->pid_path)
        unlink(x->pid_path);
    free(x->console_path);
    free(x->pid_path);
    free(x);
}

static void console_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    struct exec *x = owner_of(w, struct exec, console);
    AUTO_CLOSE int master = console_take(w, &x->console_path);
    if (master >= 0 && x->client)
        serve_terminal(k, x->client, x->token, master);
}

static int spawn_exec(struct keeper *k, struct exec *x, const char *id, const int *fds, size_t n_fds)
{
    AUTO_FREE char *root = file_join(k->run_dir, "crun");
    const char *argv[20] = {k->runtime,        "--root",     root,       "--log",
                            "/proc/self/fd/4", "exec",       "--detach", "--process",
                            "/proc/self/fd/3", "--pid-file", x->pid_path};
    size_t n = 11;
    if (x->console_path) {
        argv[n++] = "--console-socket";
        argv[n++] = x->console_path;
    }
    argv[n++] = id;
    struct spawn s = {.argv = argv, .fds = {-1, -1, -1, fds[0], x->log_fd}};
    for (size_t i = 1; i < n_fds; i++)
        s.fds[i - 1] = fds[i];
    return proc_spawn(k, &s);
}

int exec_start(struct keeper *k, struct client *c, const struct keeper_request *q, const int *fds, size_t n_fds,
               struct err *e)
{
    const struct box *b = box_find(k, q->id);
    if (!b || b->phase != BOX_RUNNING)
        return err_set(e, ESRCH, "exec in container '%s': it does not run", q->id);
    if (n_fds != (q->terminal ? 1 : 4))
        return err_set(e, EPROTO, "exec in container '%s': %zu descriptors came", q->id, n_fds);
    struct exec *x = mem_alloc(sizeof(*x));
    x->client = c;
    x->token = q->token;
    x->console = WATCH_NONE;
    x->pid_path = mem_printf("%s/exec.%u", k->run_dir, k->next_number++);
    x->log_fd = memfd_create("exec", MFD_CLOEXEC);
    int r = x->log_fd < 0 ? err_errno(e, errno, "make a memory file") : 0;
    if (r == 0 && q->terminal)
        r = console_listen(k, &x->console, &x->console_path, console_ready, e);
    if (r == 0) {
        r = spawn_exec(k, x, q->id, fds, n_fds);
        if (r < 0)
            err_errno(e, -r, "run '%s'", k->runtime);
    }
    if (r < 0) {
        exec_free(k, x);
        return err_wrap(e, r, "exec in container '%s'", q->id);
    }
    x->crun_pid = r;
    x->next = k->execs;
    k->execs = x;
    return 0;
}

static void exec_ended(struct keeper *k, struct exec *x, int status)
{
    int32_t code, sig;
    proc_status(status, &code, &sig);
    if (x->client)
        serve_reply(k, x->client, x->token, 0, NULL, code);
    exec_free(k, x);
}

static void exec_failed(struct keeper *k, struct exec *x)
{
    char words[KEEPER_TEXT - 32], text[KEEPER_TEXT];
    lseek(x->log_fd, 0, SEEK_SET);
    proc_last_words(x->log_fd, words, sizeof(words));
    snprintf(text, sizeof(text), "exec: %s", words);
    if (x->client)
        serve_reply(k, x->client, x->token, strstr(words, "not found") ? -ENOENT : -EIO, text, 0);
    exec_free(k, x);
}

/* crun has ended: its process goes on as our child, or has ended already. */
static void exec_runs(struct keeper *k, struct exec *x, int crun_status)
{
    int status;
    if (crun_status != 0 || proc_pid_file(x->pid_path, &x->pid) < 0) {
        exec_failed(k, x);
        return;
    }
    if (x->console.fd >= 0)
        console_ready(k, &x->console, EPOLLIN);
    x->crun_pid = 0;
    mem_closep(&x->log_fd);
    unlink(x->pid_path);
    free(take_ptr(x->pid_path));
    if (proc_take_reaped(k, x->pid, &status))
        exec_ended(k, x, status);
    else if (!x->client || x->early_sig)
        kill(x->pid, x->client ? x->early_sig : SIGKILL);
}

bool exec_reaped(struct keeper *k, pid_t pid, int status)
{
    for (struct exec *x = k->execs; x; x = x->next) {
        if (x->crun_pid == pid)
            exec_runs(k, x, status);
        else if (x->crun_pid == 0 && x->pid == pid)
            exec_ended(k, x, status);
        else
            continue;
        return true;
    }
    return false;
}

void exec_kill(struct keeper *k, const struct client *c, uint64_t token, int sig)
{
    for (struct exec *x = k->execs; x; x = x->next) {
        if (x->client != c || x->token != token)
            continue;
        if (x->crun_pid == 0)
            kill(x->pid, sig);
        else if (x->early_sig != SIGKILL)
            x->early_sig = sig; /* crun is still at it: sent when the process is there */
    }
}

void exec_client_gone(struct keeper *k, const struct client *c)
{
    for (struct exec *x = k->execs; x; x = x->next) {
        if (x->client != c)
            continue;
        x->client = NULL;
        if (x->crun_pid == 0)
            kill(x->pid, SIGKILL);
    }
}

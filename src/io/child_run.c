// SPDX-License-Identifier: Apache-2.0
/* Runs one child to its end, blocking, and takes its output.
 *
 * How it works: the input lies in a memory file, so nothing has to be written while we read and a child that does not
 * read it harms nobody. The end is the child's own (seen through a pidfd), not that of its pipes: a grandchild that
 * keeps them open does not hold us. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/child_private.h"
#include "io/file.h"

#define WITHOUT_PIDFD_MS 10

extern char **environ;

void child_result_done(struct child_result *r)
{
    buf_done(&r->out);
    buf_done(&r->err_out);
}

void child_status(int status, struct child_result *ret)
{
    bool killed = WIFSIGNALED(status);
    ret->exit_code = killed ? -1 : WEXITSTATUS(status);
    ret->signal = killed ? WTERMSIG(status) : 0;
}

void child_keep(struct buf *to, const char *data, size_t len, size_t max)
{
    size_t room = to->len < max ? max - to->len : 0;
    buf_add(to, data, len < room ? len : room);
}

int child_input_fd(const struct child_options *o, int *ret_fd, struct err *e)
{
    AUTO_CLOSE int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0)
        return err_errno(e, errno, "make a memory file for the input of %s", o->argv[0]);
    int r = file_write_fd(fd, o->input, o->input_len);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r < 0)
        return err_errno(e, -r, "lay out the input of %s", o->argv[0]);
    *ret_fd = take_fd(&fd);
    return 0;
}

struct run {
    const struct child_options *o;
    struct child_result *result;
    int in, out[2], err_out[2]; /* ends of pipes: [0] ours, [1] the child's */
    pid_t pid;
    int pidfd; /* -1 where the kernel has none: then waitpid is asked now and then */
    size_t max;
};

static void run_done(struct run *r)
{
    int *fds[] = {&r->in, &r->out[0], &r->out[1], &r->err_out[0], &r->err_out[1], &r->pidfd};
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        mem_closep(fds[i]);
}

static void spawn_actions(const struct run *r, posix_spawn_file_actions_t *a)
{
    int in = r->in >= 0 ? r->in : r->o->stdin_fd;
    posix_spawn_file_actions_init(a);
    if (in > 0)
        posix_spawn_file_actions_adddup2(a, in, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(a, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(a, r->out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(a, r->err_out[1], STDERR_FILENO);
}

/* The child gets no blocked and no ignored signals of ours (we ignore SIGPIPE, it must not). */
static void spawn_signals(posix_spawnattr_t *a)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(a);
    posix_spawnattr_setsigmask(a, &none);
    posix_spawnattr_setsigdefault(a, &all);
    posix_spawnattr_setflags(a, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(struct run *r, struct err *e)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    spawn_actions(r, &actions);
    spawn_signals(&attributes);
    char *const *env = r->o->env ? (char *const *)(uintptr_t)r->o->env : environ;
    int code = posix_spawnp(&r->pid, r->o->argv[0], &actions, &attributes, (char *const *)(uintptr_t)r->o->argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (code != 0)
        return err_errno(e, code, "start %s", r->o->argv[0]);
    close(take_fd(&r->out[1]));
    close(take_fd(&r->err_out[1]));
    r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
    return 0;
}

/* Takes what lies in a pipe now. False when the pipe has ended. */
static bool take_output(struct run *r, int fd, struct buf *to)
{
    char part[16384];
    ssize_t n = read(fd, part, sizeof(part));
    if (n > 0)
        child_keep(to, part, (size_t)n, r->max);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* After the child's end: what it wrote last lies in the pipes; at most a pipe's worth is taken, whoever else still
 * holds them. */
static void drain(struct run *r, int fd, struct buf *to)
{
    for (int i = 0; fd >= 0 && i < 64; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 0) <= 0 || !(p.revents & (POLLIN | POLLHUP)) || !take_output(r, fd, to))
            return;
    }
}

static bool has_ended(struct run *r, int *status, bool wait)
{
    pid_t got;
    do
        got = waitpid(r->pid, status, wait ? 0 : WNOHANG);
    while (got < 0 && errno == EINTR);
    return got != 0;
}

/* How long to sleep: to the deadline, and where there is no pidfd, not longer than until the next look. */
static int sleep_ms(const struct run *r, int64_t deadline_us)
{
    int64_t ms = -1;
    if (deadline_us > 0) {
        int64_t left_us = deadline_us - clock_mono_us();
        ms = left_us <= 0 ? 0 : left_us / US_PER_MS + 1;
    }
    if (r->pidfd < 0 && (ms < 0 || ms > WITHOUT_PIDFD_MS))
        ms = WITHOUT_PIDFD_MS;
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

static int follow(struct run *r)
{
    int64_t deadline_us = r->o->timeout_us > 0 ? clock_mono_us() + r->o->timeout_us : 0;
    int status = 0, result = 0;
    while (!has_ended(r, &status, result < 0)) {
        if (deadline_us > 0 && clock_mono_us() >= deadline_us) {
            kill(r->pid, SIGKILL);
            result = -ETIMEDOUT;
            continue; /* and wait for its end */
        }
        struct pollfd p[] = {{.fd = r->out[0], .events = POLLIN},
                             {.fd = r->err_out[0], .events = POLLIN},
                             {.fd = r->pidfd, .events = POLLIN}};
        if (poll(p, ARRAY_LEN(p), sleep_ms(r, deadline_us)) < 0)
            continue;
        if (p[0].revents && !take_output(r, r->out[0], &r->result->out))
            close(take_fd(&r->out[0]));
        if (p[1].revents && !take_output(r, r->err_out[0], &r->result->err_out))
            close(take_fd(&r->err_out[0]));
    }
    drain(r, r->out[0], &r->result->out);
    drain(r, r->err_out[0], &r->result->err_out);
    child_status(status, r->result);
    return result;
}

int child_run(const struct child_options *o, struct child_result *ret, struct err *e)
{
    *ret = (struct child_result){0};
    AUTO(run_done)
    struct run r = {.o = o,
                    .result = ret,
                    .in = -1,
                    .out = {-1, -1},
                    .err_out = {-1, -1},
                    .pidfd = -1,
                    .max = o->max_output > 0 ? o->max_output : CHILD_MAX_OUTPUT};
    if (o->input) {
        int in = child_input_fd(o, &r.in, e);
        if (in < 0)
            return in;
    }
    if (pipe2(r.out, O_CLOEXEC) < 0 || pipe2(r.err_out, O_CLOEXEC) < 0)
        return err_errno(e, errno, "make pipes for %s", o->argv[0]);
    int started = spawn(&r, e);
    if (started < 0)
        return started;
    int result = follow(&r);
    if (result == -ETIMEDOUT)
        return err_set(e, ETIMEDOUT, "%s did not end within %lld ms and was killed", o->argv[0],
                       (long long)(o->timeout_us / US_PER_MS));
    return result;
}

static char self_path[4096];

static void find_self(void)
{
    static const char deleted[] = " (deleted)";
    ssize_t n = readlink("/proc/self/exe", self_path, sizeof(self_path) - 1);
    self_path[n > 0 ? n : 0] = '\0';
    /* An upgrade has put a new file in the old one's place: that one is meant. */
    if (str_ends(self_path, deleted))
        self_path[strlen(self_path) - strlen(deleted)] = '\0';
    if (access(self_path, X_OK) < 0)
        snprintf(self_path, sizeof(self_path), "/proc/self/exe");
}

const char *child_self(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_self);
    return self_path;
}

// SPDX-License-Identifier: Apache-2.0
/* The keeper and processes: starting them, telling one from a later one with the same pid, their exit statuses and last
 * words. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/keeper_private.h"
#include "io/file.h"

extern char **environ;

/* The keeper itself is spared when memory runs out; what it starts is not. */
static void set_oom_score(const char *score)
{
    AUTO_CLOSE int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, score, strlen(score)) < 0)
        return; /* not root, as in tests: then the score is the same for all */
}

static int spawn_with(const struct keeper *k, const struct spawn *s, posix_spawn_file_actions_t *files,
                      posix_spawnattr_t *attr, pid_t *ret)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &all);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    for (int i = 0; i < (int)ARRAY_LEN(s->fds); i++) {
        int from = s->fds[i] >= 0 ? s->fds[i] : i < 3 ? k->null : -1;
        if (from >= 0 && posix_spawn_file_actions_adddup2(files, from, i) != 0)
            return -ENOMEM;
    }
    union {
        const char *const *in;
        char *const *out;
    } argv = {.in = s->argv};
    return -posix_spawnp(ret, s->argv[0], files, attr, argv.out, environ);
}

pid_t proc_spawn(struct keeper *k, const struct spawn *s)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    pid_t pid = -1;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attr);
    set_oom_score("0");
    int r = spawn_with(k, s, &files, &attr, &pid);
    set_oom_score("-900");
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return r < 0 ? r : pid;
}

uint64_t proc_start_time(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *at = strrchr(text, ')'); /* the name before it may hold anything */
    if (at == NULL || at[1] == '\0' || at[2] == 'Z' || at[2] == 'X')
        return 0; /* one that has ended and waits for its parent counts as gone */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

bool proc_is(pid_t pid, uint64_t start_time)
{
    return pid > 0 && start_time != 0 && proc_start_time(pid) == start_time;
}

int proc_pidfd(pid_t pid, uint64_t start_time)
{
    int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (fd < 0)
        return pid > 0 ? -errno : -ESRCH;
    if (proc_is(pid, start_time)) /* asked after the descriptor stands: the pid cannot be another's now */
        return fd;
    close(fd);
    return -ESRCH;
}

/* From Linux 6.15 on, a pidfd tells the exit status to who is no parent, too. Laid out as <linux/pidfd.h> of that
 * version has it. */
struct pidfd_exit_info {
    uint64_t mask, cgroupid;
    uint32_t pid, tgid, ppid;
    uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
#define ASK_PIDFD_INFO _IOWR(0xFF, 11, struct pidfd_exit_info)
#define ASK_EXIT       (1ULL << 3)

bool proc_exit_of_pidfd(int pidfd, int *ret_status)
{
    struct pidfd_exit_info info = {.mask = ASK_EXIT};
    if (ioctl(pidfd, ASK_PIDFD_INFO, &info) < 0 || !(info.mask & ASK_EXIT))
        return false;
    *ret_status = info.exit_code;
    return true;
}

int proc_pid_file(const char *path, pid_t *ret)
{
    AUTO_FREE char *text = NULL;
    int r = file_read(path, 64, &text, NULL, NULL);
    if (r < 0)
        return r;
    int pid = atoi(text);
    if (pid <= 0)
        return -EINVAL;
    *ret = pid;
    return 0;
}

static bool any_crun(const struct keeper *k)
{
    for (const struct box *b = k->boxes; b; b = b->next)
        if (b->crun_pid > 0)
            return true;
    for (const struct exec *x = k->execs; x; x = x->next)
        if (x->crun_pid > 0)
            return true;
    return false;
}

bool proc_take_reaped(struct keeper *k, pid_t pid, int *ret_status)
{
    for (size_t i = k->n_reaped; i > 0; i--) {
        if (k->reaped[i - 1].pid != pid)
            continue;
        *ret_status = k->reaped[i - 1].status;
        k->reaped[i - 1].pid = 0;
        return true;
    }
    return false;
}

void proc_reap(struct keeper *k)
{
    pid_t pid;
    int status;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (box_reaped(k, pid, status) || exec_reaped(k, pid, status) || daemon_reaped(k, pid, status) || !any_crun(k))
            continue;
        k->reaped = mem_push(k->reaped, k->n_reaped, sizeof(*k->reaped));
        k->reaped[k->n_reaped++] = (struct reaped){pid, status};
    }
    if (k->n_reaped > 0 && !any_crun(k)) {
        free(take_ptr(k->reaped));
        k->n_reaped = 0;
    }
}

void proc_status(int status, int32_t *ret_code, int32_t *ret_signal)
{
    *ret_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    *ret_code = *ret_signal ? 128 + *ret_signal : WEXITSTATUS(status);
}

void proc_last_words(int fd, char *ret, size_t size)
{
    char text[4096];
    size_t len = 0;
    for (;;) {
        if (len == sizeof(text) - 1) { /* only the end matters */
            memmove(text, text + len / 2, len - len / 2);
            len -= len / 2;
        }
        ssize_t n = read(fd, text + len, sizeof(text) - 1 - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
        len--;
    text[len] = '\0';
    const char *from = len >= size ? text + len - size + 1 : text;
    snprintf(ret, size, "%s", *from ? from : "it said nothing");
    for (char *s = ret; *s; s++)
        if ((unsigned char)*s < ' ')
            *s = *s == '\n' ? ';' : ' ';
}

// SPDX-License-Identifier: Apache-2.0
/* Confines a forked child.
 *
 * What holds, from the outside in: its own mount, network, IPC and host name spaces; the layer's folder as the whole of
 * its file tree (pivot_root, the old root detached; nodev, nosuid, noexec); of root's capabilities only those that give
 * files their owners, modes and file capabilities; no new privileges; limits on file size, memory and descriptors; and
 * a list of system calls, all others fail. The order matters: namespaces and mounts need rights that the next steps
 * take away. It dies with its parent. */
#include "image/layer_jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/layer_seccomp.h"

#define EXIT_NO_JAIL 111
#define NOBODY       65534

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifndef HAVE_ASAN
#define HAVE_ASAN 0
#endif

/* Says which step failed, as an error in the form that image/layer_unpack.c reads. */
__attribute__((noreturn)) static void give_up(const char *step)
{
    int code = errno;
    dprintf(2, "E%d %s: %s%c", code, step, strerror(code), '\0');
    _exit(EXIT_NO_JAIL);
}

static void move_descriptors(const struct layer_jail *j, int report)
{
    int out = j->out >= 0 ? j->out : open("/dev/null", O_WRONLY | O_CLOEXEC);
    /* Above 2 first, so that none overwrites another. */
    int in = fcntl(j->in, F_DUPFD, 3), to = fcntl(out, F_DUPFD, 3), say = fcntl(report, F_DUPFD, 3);
    if (in < 0 || to < 0 || say < 0 || dup2(say, 2) < 0 || dup2(in, 0) < 0 || dup2(to, 1) < 0)
        _exit(EXIT_NO_JAIL);
    if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
        give_up("close descriptors");
}

/* The root becomes the folder alone. */
static void enter_root(const struct layer_jail *j)
{
    const char *at = j->root ? j->root : j->place;
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        give_up("make mounts private");
    if (!j->root && mount("tmpfs", at, "tmpfs", flags | MS_RDONLY, "size=4k,nr_inodes=2,mode=0555") < 0)
        give_up("mount an empty folder");
    if (j->root &&
        (mount(at, at, NULL, MS_BIND, NULL) < 0 || mount("", at, NULL, MS_BIND | MS_REMOUNT | flags, NULL) < 0))
        give_up("mount the layer's folder");
    if (chdir(at) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        give_up("enter the layer's folder");
}

static void set_limit(int which, int64_t value)
{
    struct rlimit limit = {(rlim_t)value, (rlim_t)value}, now;
    /* Without CAP_SYS_RESOURCE a limit goes down only. */
    if (getrlimit((__rlimit_resource_t)which, &now) == 0 && now.rlim_max != RLIM_INFINITY &&
        now.rlim_max < limit.rlim_max)
        limit.rlim_cur = limit.rlim_max = now.rlim_max;
    if (setrlimit((__rlimit_resource_t)which, &limit) < 0)
        give_up("set limits");
}

static int64_t address_space(void)
{
    long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f) {
        char line[128];
        if (fgets(line, sizeof(line), f))
            pages = strtoll(line, NULL, 10);
        fclose(f);
    }
    return pages * sysconf(_SC_PAGESIZE);
}

static void set_limits(const struct layer_jail *j, int64_t used)
{
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_NOFILE, 512);
    set_limit(RLIMIT_FSIZE, j->max_file);
    if (!HAVE_ASAN && used > 0) /* the sanitizer's own maps are beyond any limit */
        set_limit(RLIMIT_AS, used + j->memory);
}

static void drop_rights(bool writes)
{
    static const int kept[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP};
    uint64_t keep = 0;
    for (size_t i = 0; writes && i < ARRAY_LEN(kept); i++)
        keep |= 1ULL << kept[i];
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
        if (!(keep >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
            give_up("drop rights");
    }
    if (setgroups(0, NULL) < 0)
        give_up("drop groups");
    if (!writes && (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0))
        give_up("become nobody");
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[2] = {
        {.effective = (uint32_t)keep, .permitted = (uint32_t)keep},
        {.effective = (uint32_t)(keep >> 32), .permitted = (uint32_t)(keep >> 32)}};
    if (syscall(SYS_capset, &head, caps) < 0)
        give_up("drop rights");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        give_up("refuse new rights");
}

/* A kernel without filters is no reason not to unpack: the other walls stand. */
static bool seccomp_failed(bool writes)
{
    int r = layer_seccomp_enter(writes);
    return r < 0 && r != -ENOSYS && r != -EINVAL;
}

__attribute__((noreturn)) static void run_inside(const struct layer_jail *j, int report, pid_t parent)
{
    int64_t used = address_space();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(EXIT_NO_JAIL);
    umask(0);
    signal(SIGPIPE, SIG_IGN);
    move_descriptors(j, report);
    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0)
        give_up("make namespaces (this needs root)");
    enter_root(j);
    set_limits(j, used);
    drop_rights(j->root != NULL);
    /* A change of user clears it. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || seccomp_failed(j->root != NULL))
        give_up("limit system calls");
    _exit(j->run(j->data, 2));
}

int layer_jail_start(const struct layer_jail *j, struct layer_inmate *ret, struct err *e)
{
    int ends[2];
    *ret = (struct layer_inmate){.report = -1};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(e, errno, "make a pipe");
    AUTO_CLOSE int from = ends[0], to = ends[1];
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return err_errno(e, errno, "start a process to unpack");
    if (pid == 0)
        run_inside(j, to, parent);
    ret->pid = pid;
    ret->report = take_fd(&from);
    return 0;
}

int layer_inmate_wait(struct layer_inmate *m)
{
    int status = 0;
    while (waitpid(m->pid, &status, 0) < 0 && errno == EINTR)
        ;
    m->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void layer_inmate_done(struct layer_inmate *m)
{
    if (m->pid > 0) {
        kill(m->pid, SIGKILL);
        layer_inmate_wait(m);
    }
    if (m->report >= 0)
        mem_closep(&m->report);
    m->report = -1;
}

// SPDX-License-Identifier: Apache-2.0
/* Landlock for files, a filter for system calls, limits, and another user. */
#include "io/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY  65534
#define X32_BIT 0x40000000U

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

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCH AUDIT_ARCH_ARM
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

/* ---- files ---- */

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* What the first version knows; later ones know more, all of it ways to write. */
#define ALL ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static int allow_reading(int rules, const char *const *folders)
{
    for (size_t i = 0; folders && folders[i]; i++) {
        AUTO_CLOSE int fd = open(folders[i], O_PATH | O_CLOEXEC);
        struct landlock_path_beneath_attr rule = {.allowed_access = READS, .parent_fd = fd};
        if (fd >= 0 && syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) < 0)
            return -errno;
    }
    return 0;
}

static int limit_files(const char *const *folders)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = ALL};
    AUTO_CLOSE int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0U);
    if (rules < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -errno;
    int r = allow_reading(rules, folders);
    return r == 0 && syscall(SYS_landlock_restrict_self, rules, 0U) < 0 ? -errno : r;
}

/* ---- system calls ---- */

#ifdef ARCH
static const int refused[] = {
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_mount,
    SYS_umount2,
    SYS_unshare,
    SYS_setns,
    SYS_pivot_root,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_userfaultfd,
    SYS_init_module,
    SYS_reboot,
    SYS_finit_module,
    SYS_open_by_handle_at,
    SYS_io_uring_setup,
};

/* Ways to open something, and to reach others. */
static const int refused_still[] = {
#ifdef SYS_open
    SYS_open,    SYS_creat,
#endif
    SYS_openat,  SYS_openat2, SYS_socket, SYS_socketpair, SYS_connect, SYS_bind,   SYS_sendto,
    SYS_sendmsg, SYS_kill,    SYS_tgkill, SYS_pidfd_open, SYS_prctl,   SYS_clone3, SYS_clone,
};

static unsigned short add_refused(struct sock_filter *code, unsigned short n, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    }
    return n;
}

static int limit_calls(bool still)
{
    struct sock_filter code[2 * (ARRAY_LEN(refused) + ARRAY_LEN(refused_still)) + 8];
    unsigned short n = 0;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    n = add_refused(code, n, refused, ARRAY_LEN(refused));
    n = add_refused(code, n, refused_still, still ? ARRAY_LEN(refused_still) : 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = n, .filter = code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
        return errno == EINVAL || errno == ENOSYS ? 0 : -errno;
    return 0;
}
#else
static int limit_calls(bool still)
{
    return 0;
}
#endif

/* ---- the rest ---- */

static int limit(__rlimit_resource_t which, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(which, &now) < 0)
        return -errno;
    now.rlim_cur = now.rlim_max = now.rlim_max < value ? now.rlim_max : value;
    return setrlimit(which, &now) < 0 ? -errno : 0;
}

static rlim_t address_space(void)
{
    char line[64] = "";
    AUTO_CLOSE int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, line, sizeof(line) - 1) <= 0)
        return 0;
    return (rlim_t)strtoull(line, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

static int set_limits(const struct confine *c)
{
    int r = limit(RLIMIT_CORE, 0);
    if (r == 0)
        r = limit(RLIMIT_NOFILE, 64);
    if (r == 0 && c->memory && !HAVE_ASAN) /* the sanitizer's own maps are beyond any limit */
        r = limit(RLIMIT_AS, address_space() + (rlim_t)c->memory);
    return r;
}

static int become_nobody(void)
{
    if (geteuid() != 0)
        return 0;
    return setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0
               ? -errno
               : 0;
}

int confine_process(const struct confine *c, struct err *e)
{
    int r = set_limits(c);
    if (r < 0)
        return err_errno(e, -r, "limit this process");
    r = become_nobody();
    if (r < 0)
        return err_errno(e, -r, "become nobody");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_errno(e, errno, "refuse new rights");
    r = limit_files(c->readable);
    if (r == 0)
        r = limit_calls(c->still);
    return r < 0 ? err_errno(e, -r, "give rights away") : 0;
}

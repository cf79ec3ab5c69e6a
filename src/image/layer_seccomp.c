// SPDX-License-Identifier: Apache-2.0
/* A list of allowed system calls as a classic BPF program. */
#include "image/layer_seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

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

/* Memory, reading and writing what is open, ending: what every program does. */
static const int common[] = {
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_close,
    SYS_lseek,
    SYS_fstat,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_futex,
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigreturn,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_sigaltstack,
    SYS_clock_gettime,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_getpid,
    SYS_gettid,
    SYS_tgkill,
    SYS_restart_syscall,
    SYS_sched_yield,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
#ifdef SYS_mmap
    SYS_mmap,
#endif
#ifdef SYS_mmap2
    SYS_mmap2,
#endif
#ifdef SYS__llseek
    SYS__llseek,
#endif
#ifdef SYS_fstat64
    SYS_fstat64,
#endif
#ifdef SYS_clock_gettime64
    SYS_clock_gettime64,
#endif
#ifdef SYS_geteuid32
    SYS_geteuid32,
    SYS_getuid32,
#endif
#ifdef SYS_set_tls
    SYS_set_tls,
#endif
};

/* Making files below the root. Without CAP_MKNOD mknodat makes FIFOs and whiteouts only. */
static const int writing[] = {
    SYS_openat,           SYS_openat2,   SYS_pwrite64,   SYS_pread64, SYS_ftruncate, SYS_mkdirat, SYS_mknodat,
    SYS_symlinkat,        SYS_linkat,    SYS_unlinkat,   SYS_fchown,  SYS_fchownat,  SYS_fchmod,  SYS_fchmodat,
    SYS_fsetxattr,        SYS_utimensat, SYS_getdents64, SYS_fcntl,   SYS_statx,
#ifdef SYS_newfstatat
    SYS_newfstatat,
#endif
#ifdef SYS_fstatat64
    SYS_fstatat64,
#endif
#ifdef SYS_ftruncate64
    SYS_ftruncate64,
#endif
#ifdef SYS_fcntl64
    SYS_fcntl64,
#endif
#ifdef SYS_fchown32
    SYS_fchown32,
#endif
#ifdef SYS_utimensat_time64
    SYS_utimensat_time64,
#endif
#ifdef SYS_fchmodat2
    SYS_fchmodat2,
#endif
};

#ifdef ARCH
struct filter {
    struct sock_filter code[2 * (ARRAY_LEN(common) + ARRAY_LEN(writing)) + 8];
    unsigned short n;
};

static void add(struct filter *f, struct sock_filter step)
{
    f->code[f->n++] = step;
}

static void allow(struct filter *f, const int *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1));
        add(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
}

int layer_seccomp_enter(bool writes)
{
    struct filter f = {.n = 0};
    add(&f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    add(&f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
    add(&f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    add(&f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    allow(&f, common, ARRAY_LEN(common));
    if (writes)
        allow(&f, writing, ARRAY_LEN(writing));
    add(&f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    struct sock_fprog program = {.len = f.n, .filter = f.code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}
#else
int layer_seccomp_enter(bool writes)
{
    return -ENOSYS;
}
#endif

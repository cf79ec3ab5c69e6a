// SPDX-License-Identifier: Apache-2.0
/* The small init that containers get as their first process: it reaps, passes signals on and runs one program, or only
 * waits.
 *
 * It stands in a container that may hold no library and no shell, so it is static, brings its own start and speaks to
 * the kernel alone. Every signal is blocked and taken one by one (rt_sigtimedwait), so nothing runs behind its back.
 *   sedge-init               waits; SIGTERM, SIGINT, SIGQUIT, SIGPWR or SIGRTMIN+3 end it: all others get SIGTERM, and
 * it goes when its last child has gone sedge-init PROG ARG...   runs PROG (found by PATH), passes signals on to it,
 * ends with its status (128 + signal when one ended it) */
#include <linux/errno.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define SET_SIZE 8
#define RTMIN_3  37

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call init_main\n");
static long kernel(long nr, long a, long b, long c, long d)
{
    long r;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return r;
}
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x0,sp\n and sp,x0,#-16\n bl init_main\n");
static long kernel(long nr, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
#elif defined(__arm__)
__asm__(".globl _start\n_start:\n mov fp,#0\n mov r0,sp\n bic sp,sp,#7\n bl init_main\n");
static long kernel(long nr, long a, long b, long c, long d)
{
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    /* r7 names the call; in Thumb code it is the frame pointer, so it is put aside. */
    __asm__ volatile("push {r7}\n mov r7,%1\n svc 0\n pop {r7}"
                     : "+r"(r0)
                     : "r"(nr), "r"(r1), "r"(r2), "r"(r3)
                     : "memory");
    return r0;
}
#else
#error "the small init knows x86_64, aarch64 and arm: add this machine's start and system call"
#endif

/* The compiler may ask for these by itself. */
void *memset(void *to, int c, size_t n);
void *memset(void *to, int c, size_t n)
{
    for (volatile char *p = to; n > 0; n--)
        *p++ = (char)c;
    return to;
}

static size_t length(const char *s)
{
    size_t n = 0;
    while (s[n] != '\0')
        n++;
    return n;
}

static _Noreturn void leave(int status)
{
    for (;;)
        kernel(SYS_exit_group, status, 0, 0, 0);
}

static void say(const char *text)
{
    kernel(SYS_write, 2, (long)text, (long)length(text), 0);
}

static const char *path_of(char **env)
{
    for (; *env; env++)
        if ((*env)[0] == 'P' && (*env)[1] == 'A' && (*env)[2] == 'T' && (*env)[3] == 'H' && (*env)[4] == '=')
            return *env + 5;
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static int has_slash(const char *s)
{
    while (*s != '\0' && *s != '/')
        s++;
    return *s == '/';
}

/* Tries one folder of PATH; gives the first character behind it. */
static const char *try_folder(const char *path, char **argv, char **env)
{
    char full[4096];
    size_t n = 0;
    while (*path != '\0' && *path != ':' && n < 2000)
        full[n++] = *path++;
    full[n++] = '/';
    for (const char *s = argv[0]; *s != '\0' && n < sizeof(full) - 1;)
        full[n++] = *s++;
    full[n] = '\0';
    kernel(SYS_execve, (long)full, (long)argv, (long)env, 0);
    while (*path != '\0' && *path != ':')
        path++;
    return *path == ':' ? path + 1 : path;
}

static _Noreturn void become(char **argv, char **env)
{
    uint64_t none = 0;
    kernel(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, SET_SIZE);
    if (has_slash(argv[0]))
        kernel(SYS_execve, (long)argv[0], (long)argv, (long)env, 0);
    else
        for (const char *path = path_of(env); *path != '\0';)
            path = try_folder(path, argv, env);
    say("sedge-init: cannot run '");
    say(argv[0]);
    say("': it is not in the container's PATH, or not a program for this machine\n");
    leave(127);
}

/* Reaps all that have ended; -1 while the main child lives, else its status. Sets *ret_alone when no child is left. */
static int reap(long child, int *ret_alone)
{
    int result = -1, status;
    long pid;
    while ((pid = kernel(SYS_wait4, -1, (long)&status, WNOHANG, 0)) > 0)
        if (pid == child)
            result = (status & 0x7f) ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
    *ret_alone = pid == -ECHILD;
    return result;
}

static int ends_us(long sig)
{
    return sig == SIGTERM || sig == SIGINT || sig == SIGQUIT || sig == SIGPWR || sig == RTMIN_3;
}

static _Noreturn void serve(long child)
{
    uint64_t all = ~(uint64_t)0;
    for (int ending = 0;;) {
        int alone;
        int status = reap(child, &alone);
        if (status >= 0 || (ending && alone))
            leave(status >= 0 ? status : 0);
        long sig = kernel(SYS_rt_sigtimedwait, (long)&all, 0, 0, SET_SIZE);
        if (sig <= 0 || sig == SIGCHLD)
            continue;
        if (child > 0) {
            kernel(SYS_kill, child, sig, 0, 0);
        } else if (ends_us(sig)) {
            ending = 1;
            kernel(SYS_kill, -1, SIGTERM, 0, 0);
        }
    }
}

_Noreturn void init_main(long *stack);
_Noreturn void init_main(long *stack)
{
    char **argv = (char **)(stack + 1);
    char **env = argv + stack[0] + 1;
    uint64_t all = ~(uint64_t)0;
    kernel(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, 0, SET_SIZE);
    if (stack[0] < 2)
        serve(0);
    long child = kernel(SYS_clone, SIGCHLD, 0, 0, 0);
    if (child == 0)
        become(argv + 1, env);
    if (child < 0) {
        say("sedge-init: cannot make a process\n");
        leave(126);
    }
    serve(child);
}

// SPDX-License-Identifier: Apache-2.0
/* The keeper's program: options, the loop, signals and time. keeper_private.h says how its parts lie. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "engine/keeper_private.h"
#include "io/file.h"
#include "io/sock.h"

#define LOCK_TRIES   100
#define LOCK_WAIT_US 20000

/* ---- the loop ---- */

int watch_add(struct keeper *k, struct watch *w, int fd, uint32_t events,
              void (*fire)(struct keeper *, struct watch *, uint32_t))
{
    struct epoll_event event = {.events = events, .data.ptr = w};
    w->fd = fd;
    w->epoll = k->epoll;
    w->fire = fire;
    if (epoll_ctl(k->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return 0;
    int r = -errno;
    mem_closep(&w->fd);
    return r;
}

void watch_events(struct keeper *k, struct watch *w, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = w};
    epoll_ctl(k->epoll, EPOLL_CTL_MOD, w->fd, &event);
}

void watch_end(struct watch *w)
{
    if (w->fd >= 0)
        epoll_ctl(w->epoll, EPOLL_CTL_DEL, w->fd,
                  NULL); /* closing alone would not do: a client may hold the same file */
    mem_closep(&w->fd);
}

void timer_arm(struct keeper *k)
{
    int64_t next = INT64_MAX, now = clock_mono_us();
    for (const struct box *b = k->boxes; b; b = b->next)
        if (b->kill_at_us > 0 && b->kill_at_us < next)
            next = b->kill_at_us;
    for (const struct daemon *d = k->daemons; d; d = d->next)
        if (d->start_at_us > 0 && d->start_at_us < next)
            next = d->start_at_us;
    struct itimerspec at = {0}; /* all zero: off */
    int64_t in = next == INT64_MAX ? 0 : next > now ? next - now : 1;
    at.it_value.tv_sec = in / US_PER_S;
    at.it_value.tv_nsec = in % US_PER_S * 1000;
    timerfd_settime(k->timer.fd, 0, &at, NULL);
}

static void timer_fired(struct keeper *k, struct watch *w, uint32_t events)
{
    uint64_t times;
    if (read(w->fd, &times, sizeof(times)) < 0)
        return;
    int64_t now = clock_mono_us();
    box_tick(k, now);
    daemon_tick(k, now);
    timer_arm(k);
}

static void signal_came(struct keeper *k, struct watch *w, uint32_t events)
{
    struct signalfd_siginfo info;
    while (read(w->fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            proc_reap(k);
        else
            k->ending = true;
    }
}

/* One event at a time: what an event does to other watches (ends, frees) cannot be met again in this round. */
static void keeper_loop(struct keeper *k)
{
    while (!k->ending) {
        struct epoll_event event;
        int n = epoll_wait(k->epoll, &event, 1, -1);
        if (n < 0 && errno != EINTR)
            break;
        if (n > 0) {
            struct watch *w = event.data.ptr;
            w->fire(k, w, event.events);
        }
    }
}

/* ---- start ---- */

static int open_signals(struct keeper *k)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    return watch_add(k, &k->signals, signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), EPOLLIN, signal_came);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Descriptors 0 to 2 must be something: what we hand to children is numbered above. */
static int fill_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
    return fd < 0 ? -errno : 0;
}

static bool answers(const struct keeper *k)
{
    AUTO_FREE char *path = file_join(k->run_dir, KEEPER_SOCKET);
    AUTO_CLOSE int fd = -1;
    return sock_connect_seqpacket(path, &fd, NULL) == 0;
}

/* Does the process live that the lock's file names? */
static bool holder_lives(const char *path)
{
    AUTO_FREE char *text = NULL;
    return file_read(path, 64, &text, NULL, NULL) == 0 && proc_start_time((pid_t)atoi(text)) != 0;
}

/* A keeper that was killed may leave its lock, and its socket, for a moment to a child that has not become crun yet;
 * one that begins does not answer yet: only one that lives and answers is another keeper. */
static int lock_patiently(const struct keeper *k, const char *path, int *ret, struct err *e)
{
    for (int i = 0;; i++) {
        int r = file_lock(path, ret, e);
        if (r != -EAGAIN || i == LOCK_TRIES || (holder_lives(path) && answers(k)))
            return r;
        err_clear(e);
        usleep(LOCK_WAIT_US);
    }
}

static int take_lock(struct keeper *k, struct err *e)
{
    char text[32];
    AUTO_FREE char *containers = file_join(k->run_dir, "containers");
    AUTO_FREE char *path = file_join(k->run_dir, "keeper.pid");
    int r = file_mkdirs(containers, 0711, e);
    if (r == 0)
        r = lock_patiently(k, path, &k->lock, e);
    if (r < 0)
        return r;
    int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(k->lock, 0) < 0 || pwrite(k->lock, text, (size_t)n, 0) != n)
        return err_errno(e, errno, "write %s", path);
    return 0;
}

static int keeper_open(struct keeper *k, struct err *e)
{
    umask(022);
    raise_file_limit();
    int r = fill_standard_streams();
    if (r == 0)
        r = take_lock(k, e);
    if (r == 0)
        r = command_keep(k, e);
    if (r < 0)
        return r;
    k->epoll = epoll_create1(EPOLL_CLOEXEC);
    k->null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (k->epoll < 0 || k->null < 0)
        return err_errno(e, errno, "open descriptors");
    r = watch_add(k, &k->timer, timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), EPOLLIN, timer_fired);
    if (r == 0)
        r = open_signals(k);
    if (r < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return err_errno(e, r < 0 ? -r : errno, "make ready to watch children");
    adopt_all(k);
    r = serve_listen(k, e);
    if (r < 0)
        return r;
    daemon_start_all(k);
    return 0;
}

/* ---- options ---- */

enum option_id { OPT_RUN = 1, OPT_STATE, OPT_RUNTIME, OPT_LOG_BYTES, OPT_LOG_FILES, OPT_DAEMON, OPT_DETACH, OPT_AGAIN };
static const struct option options[] = {
    {"run", required_argument, NULL, OPT_RUN},
    {"state", required_argument, NULL, OPT_STATE},
    {"runtime", required_argument, NULL, OPT_RUNTIME},
    {"log-max-bytes", required_argument, NULL, OPT_LOG_BYTES},
    {"log-files", required_argument, NULL, OPT_LOG_FILES},
    {"daemon", required_argument, NULL, OPT_DAEMON},
    {"detach", no_argument, NULL, OPT_DETACH},
    {"again", no_argument, NULL, OPT_AGAIN},
    {0},
};

static int take_number(const char *name, const char *text, int64_t least, int64_t most, int64_t *ret, struct err *e)
{
    if (str_to_i64(text, least, most, ret))
        return 0;
    return err_set(e, EINVAL, "--%s '%s' is not a number from %" PRId64 " to %" PRId64, name, text, least, most);
}

static int take_option(struct keeper *k, int option, const char *value, struct err *e)
{
    int64_t number = 0;
    int r;
    switch (option) {
    case OPT_RUN:
        k->run_dir = value;
        return 0;
    case OPT_STATE:
        k->state_dir = value;
        return 0;
    case OPT_RUNTIME:
        k->runtime = value;
        return 0;
    case OPT_LOG_BYTES:
        return take_number("log-max-bytes", value, 4096, INT64_C(1) << 40, &k->log_max_bytes, e);
    case OPT_LOG_FILES:
        r = take_number("log-files", value, 0, 60, &number, e);
        k->log_files = (int)number;
        return r;
    case OPT_DAEMON:
        return daemon_add(k, value, e);
    case OPT_DETACH:
        k->detached = true;
        return 0;
    case OPT_AGAIN:
        k->again = true;
        return 0;
    default:
        return err_set(e, EINVAL, "unknown option");
    }
}

static int take_options(struct keeper *k, int argc, char **argv, struct err *e)
{
    int option, r = 0;
    optind = 1;
    while (r == 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
        r = take_option(k, option, optarg, e);
    if (r < 0)
        return r;
    if (!k->run_dir || !k->state_dir || *k->run_dir != '/' || *k->state_dir != '/' || optind < argc)
        return err_set(e, EINVAL,
                       "usage: keeper --run DIR --state DIR (absolute) [--runtime PROGRAM] [--log-max-bytes N] "
                       "[--log-files N] [--daemon NAME=ARGV] [--detach [--again]]");
    return 0;
}

/* ---- background ---- */

/* In the caller's process: waits until the keeper in the background has said how it went. */
static int wait_for_background(const struct keeper *k, int from)
{
    struct err e = {0};
    ssize_t n = read(from, &e, sizeof(e));
    if (n == sizeof(e) && e.code == 0)
        return 0;
    if (n == sizeof(e) && e.code == EAGAIN && answers(k))
        return 0; /* one was there */
    fprintf(stderr, "sedge keeper: %s\n", n == sizeof(e) ? err_text(&e) : "ended while it started");
    return 1;
}

static void detach_streams(const struct keeper *k)
{
    AUTO_CLOSE int log = daemon_log_open(k, "keeper");
    dup2(k->null, STDIN_FILENO);
    dup2(log >= 0 ? log : k->null, STDOUT_FILENO);
    dup2(log >= 0 ? log : k->null, STDERR_FILENO);
}

static int serve(struct keeper *k, int report_fd)
{
    struct err e = {0};
    int r = keeper_open(k, &e);
    if (report_fd >= 0) {
        if (r == 0)
            detach_streams(k);
        if (write(report_fd, &e, sizeof(e)) < 0)
            r = -errno;
        close(report_fd);
    } else if (r < 0) {
        fprintf(stderr, "sedge keeper: %s\n", err_text(&e));
    }
    if (r < 0)
        return 1;
    malloc_trim(0);
    keeper_loop(k);
    AUTO_FREE char *path = file_join(k->run_dir, KEEPER_SOCKET);
    unlink(path);
    for (struct box *b = k->boxes; b; b = b->next)
        log_writer_close(take_ptr(b->log)); /* unfinished lines are written */
    return 0;
}

int keeper_main(int argc, char **argv)
{
    struct err e = {0};
    struct keeper k = {.runtime = "crun", .log_max_bytes = 10 << 20, .log_files = 2, .lock = -1};
    k.argv = argv;
    k.listener = k.signals = k.timer = WATCH_NONE;
    if (take_options(&k, argc, argv, &e) < 0) {
        fprintf(stderr, "sedge keeper: %s\n", err_text(&e));
        return 2;
    }
    if (!k.detached)
        return serve(&k, -1);
    int ends[2];
    if (fill_standard_streams() < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return 1;
    pid_t pid = fork();
    if (pid != 0) {
        close(ends[1]);
        return pid < 0 ? 1 : wait_for_background(&k, ends[0]);
    }
    close(ends[0]);
    setsid();
    if (chdir("/") < 0)
        return 1;
    return serve(&k, ends[1]);
}

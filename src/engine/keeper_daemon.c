// SPDX-License-Identifier: Apache-2.0
/* Daemons kept running: started when nobody holds their pid file's lock, started again when they end, each time after a
 * longer wait. One that a keeper before us started (or a person) is watched until it ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/keeper_private.h"
#include "io/file.h"

#define DELAY_LEAST_US (100 * US_PER_MS)
#define DELAY_MOST_US  (10 * US_PER_S)
#define LIVED_WELL_US  (10 * US_PER_S)
#define SEPARATOR      0x1f
#define LOG_MOST       (1 << 20)

int daemon_add(struct keeper *k, const char *text, struct err *e)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || memchr(text, '/', (size_t)(equals - text)) || equals[1] == '\0')
        return err_set(e, EINVAL, "--daemon '%s' is not NAME=ARGV", text);
    struct daemon *d = mem_alloc(sizeof(*d));
    d->name = mem_strndup(text, (size_t)(equals - text));
    d->text = mem_strdup(equals + 1);
    d->pidfd = WATCH_NONE;
    d->delay_us = DELAY_LEAST_US;
    size_t n = 2;
    for (const char *s = d->text; *s; s++)
        n += *s == SEPARATOR;
    d->argv = mem_array(n, sizeof(*d->argv));
    char *at = d->text;
    for (size_t i = 0; at; i++) {
        d->argv[i] = at;
        at = strchr(at, SEPARATOR);
        if (at)
            *at++ = '\0';
    }
    d->next = k->daemons;
    k->daemons = d;
    return 0;
}

int daemon_log_open(const struct keeper *k, const char *name)
{
    AUTO_FREE char *path = mem_printf("%s/%s.log", k->run_dir, name);
    AUTO_FREE char *old = mem_printf("%s.1", path);
    struct stat st;
    if (stat(path, &st) == 0 && st.st_size > LOG_MOST)
        rename(path, old);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    return fd < 0 ? -errno : fd;
}

static void again_later(struct keeper *k, struct daemon *d)
{
    int64_t now = clock_mono_us();
    if (now - d->started_us >= LIVED_WELL_US)
        d->delay_us = DELAY_LEAST_US;
    d->start_at_us = now + d->delay_us;
    d->delay_us = d->delay_us * 2 < DELAY_MOST_US ? d->delay_us * 2 : DELAY_MOST_US;
    timer_arm(k);
}

static void adopted_ended(struct keeper *k, struct watch *w, uint32_t events)
{
    watch_end(w);
    again_later(k, owner_of(w, struct daemon, pidfd));
}

/* Does somebody hold the lock of its pid file? Then watches it. */
static bool adopt(struct keeper *k, struct daemon *d)
{
    pid_t pid = 0;
    AUTO_FREE char *path = mem_printf("%s/%s.pid", k->run_dir, d->name);
    AUTO_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return false;
    int pidfd = proc_pid_file(path, &pid) == 0 ? proc_pidfd(pid, proc_start_time(pid)) : -ESRCH;
    d->started_us = clock_mono_us();
    if (pidfd < 0 || watch_add(k, &d->pidfd, pidfd, EPOLLIN, adopted_ended) < 0)
        again_later(k, d); /* it has not written its pid yet: looked at again */
    return true;
}

static void start(struct keeper *k, struct daemon *d)
{
    d->start_at_us = 0;
    if (k->ending || adopt(k, d))
        return;
    AUTO_CLOSE int log = k->detached ? daemon_log_open(k, d->name) : -1;
    struct spawn s = {.argv = (const char *const *)d->argv,
                      .fds = {-1, log >= 0 ? log : STDOUT_FILENO, log >= 0 ? log : STDERR_FILENO, -1, -1}};
    pid_t pid = proc_spawn(k, &s);
    d->started_us = clock_mono_us();
    d->pid = pid > 0 ? pid : 0;
    if (pid < 0)
        again_later(k, d);
}

void daemon_start_all(struct keeper *k)
{
    for (struct daemon *d = k->daemons; d; d = d->next)
        start(k, d);
}

bool daemon_reaped(struct keeper *k, pid_t pid, int status)
{
    for (struct daemon *d = k->daemons; d; d = d->next) {
        if (d->pid != pid)
            continue;
        d->pid = 0;
        again_later(k, d);
        return true;
    }
    return false;
}

void daemon_tick(struct keeper *k, int64_t now_us)
{
    for (struct daemon *d = k->daemons; d; d = d->next)
        if (d->start_at_us > 0 && d->start_at_us <= now_us)
            start(k, d);
}

// SPDX-License-Identifier: Apache-2.0
/* Network namespaces pinned by a bind mount.
 *
 * A thread of its own enters the namespace and ends there: the caller's threads never leave theirs, whatever fails on
 * the way. The netlink socket it opens belongs to the namespace and is used from outside afterwards. */
#include "net/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#define UNPIN_TRIES 16 /* mounts that may lie on each other at one pin */

bool netns_pinned(const char *path)
{
    struct statfs s;
    return statfs(path, &s) == 0 && s.f_type == NSFS_MAGIC;
}

struct entry {
    const char *path;
    bool make;
    struct netlink *nl;
    struct err *e;
    int r;
};

static int enter(const struct entry *t)
{
    if (t->make) {
        if (unshare(CLONE_NEWNET) < 0)
            return err_errno(t->e, errno, "make a network namespace (root is needed)");
        if (mount("/proc/thread-self/ns/net", t->path, NULL, MS_BIND, NULL) < 0)
            return err_errno(t->e, errno, "pin a network namespace at '%s'", t->path);
        return 0;
    }
    AUTO_CLOSE int fd = open(t->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        return err_errno(t->e, errno, "enter the network namespace '%s'", t->path);
    return 0;
}

/* Pods have no IPv6 yet: without this, each new link would wait for its address's duplicates and chat on the bridge.
 * The loopback keeps ::1. */
static void quiet_ipv6(void)
{
    AUTO_CLOSE int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "1", 1) < 0)
        log_debug("IPv6 stays on in a new namespace: %s", strerror(errno));
}

static void *entry_main(void *data)
{
    struct entry *t = data;
    t->r = enter(t);
    if (t->r == 0)
        quiet_ipv6();
    if (t->r == 0)
        t->r = netlink_open(t->nl, t->e);
    return NULL;
}

static int run_entry(struct entry *t)
{
    pthread_t thread;
    pthread_attr_t attr;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 128 * 1024);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the loop's signals are not for it */
    int code = pthread_create(&thread, &attr, entry_main, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    if (code != 0)
        return err_errno(t->e, code, "start a thread to enter a network namespace");
    pthread_join(thread, NULL);
    return t->r;
}

static int touch(const char *path, struct err *e)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0444);
    return fd < 0 ? err_errno(e, errno, "make '%s'", path) : 0;
}

int netns_pin(const char *path, int *ret_fd, struct netlink *ret_nl, bool *ret_made, struct err *e)
{
    struct entry t = {.path = path, .nl = ret_nl, .e = e, .make = !netns_pinned(path)};
    ret_nl->sock = NULL;
    *ret_fd = -1;
    int r = t.make ? touch(path, e) : 0;
    if (r == 0)
        r = run_entry(&t);
    if (r == 0) {
        *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
        r = *ret_fd < 0 ? err_errno(e, errno, "open '%s'", path) : 0;
    }
    if (r < 0) {
        netlink_close(ret_nl);
        if (t.make)
            (void)netns_unpin(path, NULL);
    }
    *ret_made = t.make;
    return r;
}

int netns_unpin(const char *path, struct err *e)
{
    for (int i = 0; i < UNPIN_TRIES && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0; i++)
        ;
    if (unlink(path) < 0 && errno != ENOENT)
        return err_errno(e, errno, "remove the network namespace's pin '%s'", path);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* What containers print: from FIFOs or a terminal into the log, and to who is attached.
 *
 * Each stream is a FIFO in the bundle folder. The container gets it opened for reading and writing: so it has a reader
 * of its own and no write of it ever fails with SIGPIPE, also while no keeper lives; a new keeper opens the FIFO by its
 * name and reads on. A terminal's master comes from crun by the console socket and is held by the keeper alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/keeper_private.h"
#include "io/sock.h"

#define READ_BYTES  8192
#define EARLY_BYTES 4096

/* ---- FIFOs ---- */

static int fifo_make(struct keeper *k, const struct box *b, const char *name, struct watch *w, int *ret_child,
                     struct err *e)
{
    AUTO_FREE char *path = box_path(k, b->id, name);
    unlink(path);
    if (mkfifo(path, 0600) < 0)
        return err_errno(e, errno, "make %s", path);
    w->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    *ret_child = w->fd < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return *ret_child < 0 ? err_errno(e, errno, "open %s", path) : 0;
}

/* Reads once. False when there is nothing (more) to read for now; *ret_end when there never will be. */
static bool read_once(struct box *b, int fd, bool is_err, bool *ret_end)
{
    char data[READ_BYTES];
    ssize_t n = read(fd, data, sizeof(data));
    if (n < 0 && errno == EINTR)
        return true;
    *ret_end = n == 0 || (n < 0 && errno != EAGAIN);
    if (n > 0 && b->log)
        log_writer_bytes(b->log, is_err, data, (size_t)n, clock_now_us());
    return n > 0;
}

static void out_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    bool end = false;
    read_once(owner_of(w, struct box, out), w->fd, false, &end);
    if (end)
        watch_end(w);
}

static void err_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    bool end = false;
    read_once(owner_of(w, struct box, err), w->fd, true, &end);
    if (end)
        watch_end(w);
}

static void fifo_drain(struct box *b, struct watch *w, bool is_err)
{
    bool end = false;
    while (w->fd >= 0 && read_once(b, w->fd, is_err, &end))
        ;
    watch_end(w);
}

int output_reopen(struct keeper *k, struct box *b)
{
    AUTO_FREE char *out = box_path(k, b->id, "out");
    AUTO_FREE char *err = box_path(k, b->id, "err");
    AUTO_FREE char *log = mem_printf("%s/containers/%s/log", k->state_dir, b->id);
    b->out.fd = open(out, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    b->err.fd = open(err, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    return log_writer_open(log, k->log_max_bytes, k->log_files, &b->log, NULL);
}

/* ---- terminals ---- */

int console_listen(struct keeper *k, struct watch *w, char **ret_path,
                   void (*fire)(struct keeper *, struct watch *, uint32_t), struct err *e)
{
    int fd;
    AUTO_FREE char *path = mem_printf("%s/tty.%u", k->run_dir, k->next_number++);
    unlink(path);
    int r = sock_listen_unix(path, 0600, &fd, e);
    if (r < 0)
        return r;
    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
    *ret_path = take_ptr(path);
    return watch_add(k, w, fd, EPOLLIN, fire);
}

int console_take(struct watch *w, char **path)
{
    char text[256];
    int fds[SOCK_MAX_FDS];
    size_t n = ARRAY_LEN(fds);
    AUTO_CLOSE int peer = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC);
    ssize_t len = peer < 0 ? -errno : sock_recv_fds(peer, text, sizeof(text), fds, &n);
    watch_end(w);
    unlink(*path);
    free(take_ptr(*path));
    if (len < 0)
        return (int)len;
    for (size_t i = 1; i < n; i++)
        close(fds[i]);
    return n > 0 ? fds[0] : -EPROTO;
}

static void tee_end(struct keeper *k, struct terminal *t)
{
    watch_end(&t->tee);
    buf_done(&t->rest);
    if (t->master.fd >= 0)
        watch_events(k, &t->master, EPOLLIN);
}

/* Writes what waits for the attached client; while some still waits, the master is not read. */
static void tee_write(struct keeper *k, struct terminal *t)
{
    while (t->rest.len > 0) {
        ssize_t n = write(t->tee.fd, t->rest.data, t->rest.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            tee_end(k, t);
            return;
        }
        buf_drop(&t->rest, (size_t)n);
    }
    bool waits = t->rest.len > 0;
    if (!waits)
        buf_done(&t->rest);
    watch_events(k, &t->tee, waits ? EPOLLOUT : 0);
    if (t->master.fd >= 0)
        watch_events(k, &t->master, waits ? 0 : EPOLLIN);
}

static void tee_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    struct terminal *t = owner_of(w, struct terminal, tee);
    if (events & (EPOLLERR | EPOLLHUP))
        tee_end(k, t);
    else
        tee_write(k, t);
}

/* Keeps the end of what nobody was there to see. */
static void early_add(struct terminal *t, const char *data, size_t len)
{
    if (t->was_attached)
        return;
    buf_add(&t->early, data, len);
    if (t->early.len > EARLY_BYTES)
        buf_drop(&t->early, t->early.len - EARLY_BYTES);
}

/* One read of the master. False when there is nothing to read. */
static bool master_read(struct keeper *k, struct terminal *t)
{
    char data[READ_BYTES];
    ssize_t n = read(t->master.fd, data, sizeof(data));
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) /* EIO: nobody holds the other end any more */
            watch_end(&t->master);
        return false;
    }
    if (t->box->log)
        log_writer_bytes(t->box->log, false, data, (size_t)n, clock_now_us());
    if (t->tee.fd >= 0) {
        buf_add(&t->rest, data, (size_t)n);
        tee_write(k, t);
    } else {
        early_add(t, data, (size_t)n);
    }
    return true;
}

static void master_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    struct terminal *t = owner_of(w, struct terminal, master);
    if (t->rest.len >
        0) { /* not asked for: hang-up is always told. What is left is read when the client has taken its part */
        watch_end(&t->master);
        return;
    }
    master_read(k, t);
}

static void console_ready(struct keeper *k, struct watch *w, uint32_t events)
{
    struct terminal *t = owner_of(w, struct terminal, console);
    int master = console_take(w, &t->console_path);
    if (master < 0)
        return;
    fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
    watch_add(k, &t->master, master, EPOLLIN, master_ready);
}

void output_console_now(struct keeper *k, struct box *b)
{
    if (b->tty && b->tty->console.fd >= 0)
        console_ready(k, &b->tty->console, EPOLLIN);
}

static int terminal_make(struct keeper *k, struct box *b, struct err *e)
{
    struct terminal *t = b->tty = mem_alloc(sizeof(*t));
    t->box = b;
    t->console = t->master = t->tee = WATCH_NONE;
    return console_listen(k, &t->console, &t->console_path, console_ready, e);
}

static void terminal_end(struct keeper *k, struct box *b)
{
    struct terminal *t = take_ptr(b->tty);
    if (!t)
        return;
    while (t->master.fd >= 0 && t->rest.len == 0 && master_read(k, t))
        ;
    watch_end(&t->master);
    watch_end(&t->console);
    watch_end(&t->tee);
    if (t->console_path)
        unlink(t->console_path);
    free(t->console_path);
    buf_done(&t->rest);
    buf_done(&t->early);
    free(t);
}

/* ---- both ---- */

int output_make(struct keeper *k, struct box *b, int ret_child[2], struct err *e)
{
    int r = b->terminal ? terminal_make(k, b, e) : fifo_make(k, b, "out", &b->out, &ret_child[0], e);
    return r < 0 ? r : fifo_make(k, b, "err", &b->err, &ret_child[1], e); /* with a terminal: for crun's own words */
}

void output_watch(struct keeper *k, struct box *b)
{
    int out = take_fd(&b->out.fd), err = take_fd(&b->err.fd);
    if (out >= 0)
        watch_add(k, &b->out, out, EPOLLIN, out_ready);
    if (err >= 0)
        watch_add(k, &b->err, err, EPOLLIN, err_ready);
}

void output_end(struct keeper *k, struct box *b)
{
    fifo_drain(b, &b->out, false);
    fifo_drain(b, &b->err, true);
    terminal_end(k, b);
    log_writer_close(take_ptr(b->log));
}

int output_attach(struct keeper *k, const char *id, int ret_fds[2], struct err *e)
{
    struct box *b = box_find(k, id);
    if (!b || b->phase != BOX_RUNNING)
        return err_set(e, ENOENT, "attach to container '%s': it does not run", id);
    if (!b->tty || b->tty->master.fd < 0)
        return err_set(e, ENOTTY, "attach to container '%s': it was started without a terminal", id);
    if (b->tty->tee.fd >= 0)
        return err_set(e, EBUSY, "attach to container '%s': another is attached", id);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return err_errno(e, errno, "make a pipe");
    int r = watch_add(k, &b->tty->tee, ends[1], 0, tee_ready);
    if (r < 0) {
        close(ends[0]);
        return err_errno(e, -r, "watch a pipe");
    }
    b->tty->was_attached = true;
    b->tty->rest = b->tty->early;
    b->tty->early = (struct buf){0};
    tee_write(k, b->tty);
    ret_fds[0] = b->tty->master.fd; /* borrowed */
    ret_fds[1] = ends[0];           /* the caller closes it */
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
/* Children under a loop: started, listened to, timed out and reaped by libuv.
 *
 * How it works: `done` comes when the process has ended, its pipes have been emptied and all handles are closed; a
 * grandchild that keeps a pipe open does not hold it back. The struct frees itself after `done`. */
#include "io/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "io/child_private.h"

#define LINE_MAX_BYTES (64 * 1024)
#define READ_STEP      8192
#define DRAIN_MAX      (2 * 1024 * 1024) /* more than any pipe holds */

struct child {
    uv_process_t process;
    uv_pipe_t out, err_out;
    uv_timer_t timer;
    int open; /* handles not yet closed */
    bool timed_out, ended;
    size_t max;
    struct buf line;
    struct child_result result;
    void (*on_line)(void *data, const char *line);
    void (*done)(void *data, int r, struct child_result *result);
    void *data; /* weak */
};

static void child_free(struct child *c)
{
    buf_done(&c->line);
    child_result_done(&c->result);
    free(c);
}

static void on_closed(uv_handle_t *h)
{
    struct child *c = h->data;
    if (--c->open > 0)
        return;
    if (c->done)
        c->done(c->data, c->timed_out ? -ETIMEDOUT : 0, &c->result);
    child_free(c);
}

static void close_handle(void *handle)
{
    uv_handle_t *h = handle;
    if (!uv_is_closing(h))
        uv_close(h, on_closed);
}

static void end_line(struct child *c)
{
    c->on_line(c->data, buf_str(&c->line));
    buf_clear(&c->line);
}

static void take_lines(struct child *c, const char *data, size_t len)
{
    while (len > 0) {
        const char *end = memchr(data, '\n', len);
        size_t n = end ? (size_t)(end - data) : len;
        child_keep(&c->line, data, n, LINE_MAX_BYTES);
        if (!end)
            return;
        end_line(c);
        data += n + 1;
        len -= n + 1;
    }
}

static void take_output(struct child *c, bool is_out, const char *data, size_t len)
{
    if (is_out && c->on_line)
        take_lines(c, data, len);
    else
        child_keep(is_out ? &c->result.out : &c->result.err_out, data, len, c->max);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    *buf = uv_buf_init(mem_alloc(READ_STEP), READ_STEP);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
    struct child *c = s->data;
    if (n > 0)
        take_output(c, s == (uv_stream_t *)&c->out, buf->base, (size_t)n);
    else if (n < 0)
        uv_read_stop(s); /* closed together with the rest at the end of the process */
    free(buf->base);
}

/* Takes what the child wrote last, then lets the pipe go. */
static void drain(struct child *c, uv_pipe_t *p)
{
    char part[READ_STEP];
    uv_os_fd_t fd;
    uv_read_stop((uv_stream_t *)p);
    if (uv_fileno((uv_handle_t *)p, &fd) == 0)
        for (size_t all = 0; all < DRAIN_MAX;) {
            ssize_t n = read(fd, part, sizeof(part));
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                break;
            take_output(c, p == &c->out, part, (size_t)n);
            all += (size_t)n;
        }
    close_handle(p);
}

static void on_exit_status(uv_process_t *p, int64_t status, int sig)
{
    struct child *c = p->data;
    c->ended = true;
    c->result.exit_code = sig != 0 ? -1 : (int)status;
    c->result.signal = sig;
    drain(c, &c->out);
    drain(c, &c->err_out);
    if (c->on_line && c->line.len > 0)
        end_line(c);
    close_handle(&c->timer);
    close_handle(&c->process);
}

static void on_timeout(uv_timer_t *t)
{
    struct child *c = t->data;
    c->timed_out = true;
    uv_process_kill(&c->process, SIGKILL);
}

static int spawn(struct child *c, uv_loop_t *loop, const struct child_options *o, int in)
{
    uv_stdio_container_t stdio[3] = {
        {.flags = in > 0 ? UV_INHERIT_FD : UV_IGNORE, .data.fd = in},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&c->out},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&c->err_out},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = o->argv[0],
        .args = (char **)(uintptr_t)o->argv,
        .env = (char **)(uintptr_t)o->env,
        .stdio_count = ARRAY_LEN(stdio),
        .stdio = stdio,
    };
    return uv_spawn(loop, &c->process, &options);
}

/* All handles are set up before the start, so that one way of closing serves success and failure. */
static struct child *child_new(uv_loop_t *loop, const struct child_options *o)
{
    struct child *c = mem_alloc(sizeof(*c));
    c->max = o->max_output > 0 ? o->max_output : CHILD_MAX_OUTPUT;
    uv_pipe_init(loop, &c->out, 0);
    uv_pipe_init(loop, &c->err_out, 0);
    uv_timer_init(loop, &c->timer);
    c->process.data = c->out.data = c->err_out.data = c->timer.data = c;
    c->open = 4;
    return c;
}

/* uv_spawn leaves its handle open also when it failed: it is closed like the others, and nobody is told. */
static void give_up(struct child *c)
{
    close_handle(&c->out);
    close_handle(&c->err_out);
    close_handle(&c->timer);
    close_handle(&c->process);
}

int child_start(uv_loop_t *loop, const struct child_options *o, void (*on_line)(void *data, const char *line),
                void (*done)(void *data, int r, struct child_result *result), void *data, struct child **ret,
                struct err *e)
{
    AUTO_CLOSE int input = -1;
    int r = o->input ? child_input_fd(o, &input, e) : 0;
    if (r < 0)
        return r;
    struct child *c = child_new(loop, o);
    r = spawn(c, loop, o, input >= 0 ? input : o->stdin_fd);
    if (r < 0) {
        give_up(c);
        return err_errno(e, -r, "start %s", o->argv[0]);
    }
    c->on_line = on_line;
    c->done = done;
    c->data = data;
    uv_read_start((uv_stream_t *)&c->out, on_alloc, on_read);
    uv_read_start((uv_stream_t *)&c->err_out, on_alloc, on_read);
    if (o->timeout_us > 0)
        uv_timer_start(&c->timer, on_timeout, (uint64_t)((o->timeout_us + US_PER_MS - 1) / US_PER_MS), 0);
    if (ret)
        *ret = c;
    return 0;
}

void child_kill(struct child *c, int sig)
{
    if (!c->ended)
        uv_process_kill(&c->process, sig);
}

pid_t child_pid(const struct child *c)
{
    return uv_process_get_pid(&c->process);
}

// SPDX-License-Identifier: Apache-2.0
/* The loop between a terminal and a stream. */
#include "cli/relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "io/file.h"

#define INPUT_STEP (16 * 1024)

struct relaying {
    struct relay *r;
    int signals; /* signalfd */
    int interrupts;
    bool input_open;
    bool was_set; /* `before` is to be set again */
    struct termios before;
    sigset_t mask_before;
};

static int terminal_fd(void)
{
    return isatty(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO;
}

void relay_put_size(json_t *request)
{
    struct winsize size;
    if (ioctl(terminal_fd(), TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
        return;
    json_put_int(request, "rows", size.ws_row);
    json_put_int(request, "columns", size.ws_col);
}

static int take_output(void *self, bool is_err, const void *bytes, size_t len)
{
    struct relaying *g = self;
    g->r->err_bytes += is_err ? len : 0;
    if (file_write_fd(is_err ? STDERR_FILENO : STDOUT_FILENO, bytes, len) == -EPIPE)
        cli_reader_gone();
    return 0; /* a full disk behind our output does not end the process there */
}

static void begin(struct relaying *g)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, &g->mask_before);
    g->signals = signalfd(-1, &set, SFD_CLOEXEC);
    struct termios raw;
    if (!g->r->terminal || tcgetattr(STDIN_FILENO, &g->before) < 0)
        return;
    raw = g->before;
    cfmakeraw(&raw);
    g->was_set = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void end(struct relaying *g)
{
    if (g->was_set)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &g->before);
    mem_closep(&g->signals);
    sigprocmask(SIG_SETMASK, &g->mask_before, NULL);
}

static int pass_input(struct relaying *g)
{
    char bytes[INPUT_STEP];
    struct stream *s = g->r->stream;
    ssize_t n = read(STDIN_FILENO, bytes, s->window < sizeof(bytes) ? s->window : sizeof(bytes));
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n > 0)
        return stream_send(s, bytes, (size_t)n);
    g->input_open = false;
    return stream_send_eof(s);
}

static int pass_signal(struct relaying *g)
{
    struct signalfd_siginfo info;
    if (read(g->signals, &info, sizeof(info)) != sizeof(info))
        return 0;
    AUTO_JSON json_t *m = json_object();
    if (info.ssi_signo == SIGWINCH) {
        relay_put_size(m);
        return g->r->terminal ? stream_send_message(g->r->stream, m) : 0;
    }
    if (g->r->on_signal)
        return g->r->on_signal(g->r->self, (int)info.ssi_signo);
    if (info.ssi_signo == SIGINT && ++g->interrupts > 1)
        return -EINTR; /* it does not listen: leave it to the node, which ends what nobody holds */
    json_put_int(m, "signal", info.ssi_signo);
    return stream_send_message(g->r->stream, m);
}

static int relay_step(struct relaying *g, const struct stream_taker *taker, struct err *e)
{
    struct stream *s = g->r->stream;
    struct pollfd fds[] = {{.fd = stream_fd(s), .events = POLLIN},
                           {.fd = g->signals, .events = POLLIN},
                           {.fd = g->input_open && s->window > 0 ? STDIN_FILENO : -1, .events = POLLIN}};
    bool pending = stream_pending(s);
    if (poll(fds, ARRAY_LEN(fds), pending ? 0 : -1) < 0 && errno != EINTR)
        return err_errno(e, errno, "wait for input and output");
    int r = 0;
    if (fds[1].revents)
        r = pass_signal(g);
    if (r == 0 && fds[2].revents)
        r = pass_input(g);
    if (r == -EPIPE || r == -ECONNRESET) { /* it may have ended: what it said last is still to be read */
        g->input_open = false;
        r = 0;
    }
    if (r < 0 && r != -EINTR)
        return err_errno(e, -r, "send to the head");
    if (r == 0 && (pending || fds[0].revents))
        r = stream_step(s, taker, e);
    return r;
}

int relay_run(struct relay *relay, struct err *e)
{
    struct relaying g = {.r = relay, .signals = -1, .input_open = relay->input};
    struct stream_taker taker = {.data = take_output, .self = &g};
    int r;
    begin(&g);
    do
        r = relay_step(&g, &taker, e);
    while (r == 0);
    end(&g);
    if (r == -EINTR)
        return err_set(e, EINTR, "interrupted");
    return r;
}

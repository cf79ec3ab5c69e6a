// SPDX-License-Identifier: Apache-2.0
/* The server's loop: reads, works, checks when it is quiet, writes. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "cli/lsp.h"
#include "io/file.h"

#define STEP 65536

/* Waits for input, at most that long (-1: for ever). */
static bool wait_input(int fd, int64_t us)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ms = us < 0 ? -1 : (int)((us + US_PER_MS - 1) / US_PER_MS);
    int n = poll(&p, 1, ms);
    return n > 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/* Takes what is there, so that a cancellation is seen before what it cancels is done. */
static void read_all(struct lsp *s, int fd)
{
    char part[STEP];
    while (s->state != LSP_OVER && s->n_queue < LSP_QUEUE_MAX && wait_input(fd, 0)) {
        ssize_t n = read(fd, part, sizeof(part));
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0) {
            while (lsp_work(s))
                ;
            lsp_end(s);
            return;
        }
        lsp_feed(s, part, (size_t)n);
    }
}

static void write_all(struct lsp *s, int fd)
{
    if (s->out.len && file_write_fd(fd, s->out.data, s->out.len) < 0 && s->state != LSP_OVER)
        lsp_end(s);
    buf_clear(&s->out);
}

int lsp_serve(int in, int out)
{
    struct lsp s;
    lsp_start(&s);
    while (s.state != LSP_OVER) {
        int64_t due = lsp_due(&s, clock_mono_us());
        if (wait_input(in, s.n_queue ? 0 : due))
            read_all(&s, in);
        lsp_work(&s);
        if (!s.n_queue && lsp_due(&s, clock_mono_us()) == 0)
            lsp_check(&s);
        write_all(&s, out);
    }
    write_all(&s, out);
    int status = s.status;
    lsp_done(&s);
    return status;
}

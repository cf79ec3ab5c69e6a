// SPDX-License-Identifier: Apache-2.0
/* A terminal here joined with a process there: input, output, signals and window size. */
#pragma once

#include "cli/stream.h"

struct relay {
    struct stream *stream;
    bool terminal;                         /* raw mode: keys go over as they are */
    bool input;                            /* pass standard input on */
    int (*on_signal)(void *self, int sig); /* NULL: signals go to the process; < 0 ends the relay with that */
    void *self;
    size_t err_bytes; /* what came on standard error */
};
/* Until the process has ended: 1, or -errno with `e`. The terminal is as before afterwards. */
int relay_run(struct relay *relay, struct err *e);
/* "rows" and "columns" of the terminal, into a request; nothing without one. */
void relay_put_size(json_t *request);

// SPDX-License-Identifier: Apache-2.0
/* Child processes: run one to its end and take its output, or start one under the loop. */
#pragma once

#include <sys/types.h>
#include <uv.h>

#include "base/base.h"

struct child_result {
    int exit_code;    /* -1 when it died of a signal */
    int signal;
    struct buf out, err_out; /* each at most max_output bytes; the rest is read and dropped */
};
void child_result_done(struct child_result *r);

struct child_options {
    const char *const *argv;  /* argv[0] is searched in PATH; closed by NULL */
    const char *const *env;   /* NULL: ours */
    const char *input;        /* written to its standard input; NULL: /dev/null */
    size_t input_len;
    int stdin_fd;             /* used instead of input when > 0; borrowed */
    size_t max_output;        /* 0: 1 MiB */
    int64_t timeout_us;       /* 0: none. At its end: SIGKILL and -ETIMEDOUT */
};

/* Runs to the end, blocking: for the command line and helpers, never on a daemon's loop. 0 when it was started and ended by itself (look at exit_code); -errno. */
int child_run(const struct child_options *o, struct child_result *ret, struct err *e);

/* The same under a loop: `done` is called exactly once, later, with a result that is ours (child_result_done is done for you after it returns).
 * on_line, when given, is called for each line of its standard output as it comes (at most 64 KiB a line) and out stays empty. */
struct child;
int child_start(uv_loop_t *loop, const struct child_options *o, void (*on_line)(void *data, const char *line),
                void (*done)(void *data, int r, struct child_result *result), void *data, struct child **ret, struct err *e);
void child_kill(struct child *c, int sig); /* `done` still comes */
pid_t child_pid(const struct child *c);

/* Path of the running program (/proc/self/exe), for helpers that are verbs of ours. Static. */
const char *child_self(void);

// SPDX-License-Identifier: Apache-2.0
/* Talking to the keeper: the one process on a machine that is parent to its containers.
 *
 * The keeper ("sedge keeper") starts crun, holds the containers' output, writes their logs, reaps them and answers on <run_dir>/keeper.sock (SOCK_SEQPACKET,
 * fixed binary messages, no JSON). Its clients may come and go; what happened meanwhile is told when one connects (every container's state, then events).
 * A keeper that is killed leaves its containers running: their output goes to FIFOs that they hold open themselves; the next keeper finds them by their
 * state files (pid and start time, <run_dir>/containers/<id>/), watches them by pidfd and reads on. The exit status of one that ended under the new keeper is unknown (-1). */
#pragma once

#include <uv.h>

#include "engine/rootfs.h"

enum keeper_state { KEEPER_NONE, KEEPER_STARTING, KEEPER_RUNNING, KEEPER_EXITED };

struct keeper_status {
    char id[128];
    enum keeper_state state;
    int32_t pid;           /* of the container's first process while it runs */
    int32_t exit_code;     /* exited: 0 to 255; 128 + signal when a signal ended it; -1: unknown */
    int32_t signal;        /* exited by this signal, or 0 */
    bool oom;              /* the kernel killed in it for lack of memory */
    int64_t started_us, finished_us; /* wall clock */
};

struct keeper_client;
struct keeper_events {
    /* Each container's state at connection, then `listed`, then every change. */
    void (*status)(void *data, const struct keeper_status *s);
    void (*listed)(void *data);
    /* The keeper went away: the client is still to be closed; start a keeper and connect anew. */
    void (*gone)(void *data);
    void *data;
};
int keeper_connect(uv_loop_t *loop, const char *run_dir, const struct keeper_events *events, struct keeper_client **ret, struct err *e);
void keeper_close(struct keeper_client *c);

typedef void (*keeper_reply)(void *data, int r, const char *error, int32_t value); /* error: text for people when r < 0 (crun's own words inside) */

/* Starts a prepared bundle: `crun run --detach`. Reply value: pid. -EBUSY when it runs already. */
void keeper_start(struct keeper_client *c, const char *id, bool terminal, keeper_reply reply, void *data);
/* The stop signal now, SIGKILL to all of it after grace_us. Replies at once (the end comes as a status); 0 also when it does not run. */
void keeper_stop(struct keeper_client *c, const char *id, int sig, int64_t grace_us, keeper_reply reply, void *data);
void keeper_kill(struct keeper_client *c, const char *id, int sig, keeper_reply reply, void *data);
/* Forgets an exited container (crun delete, state files gone). -EBUSY while it runs. */
void keeper_forget(struct keeper_client *c, const char *id, keeper_reply reply, void *data);

/* Runs a process in a running container (`crun exec` with a process.json). Its standard streams are the three descriptors given (borrowed, sent over); with terminal,
 * fds[0] alone is the master's end that the keeper... see below. Replies when the process has ended: value is its exit status.
 * With terminal: the keeper receives the terminal's master from crun and sends it to us first: on_terminal is called with it (we own it). */
struct keeper_exec {
    const char *id;          /* container */
    const char *process_json; /* OCI process object */
    int fds[3];
    bool terminal;
    void (*on_terminal)(void *data, int master_fd);
};
/* *ret_token names it for keeper_exec_kill. */
void keeper_exec(struct keeper_client *c, const struct keeper_exec *x, keeper_reply reply, void *data, uint64_t *ret_token);
void keeper_exec_kill(struct keeper_client *c, uint64_t token, int sig);
/* For `run -it`: the container was started with terminal; gives its master (shared with the log). */
void keeper_attach(struct keeper_client *c, const char *id, void (*on_terminal)(void *data, int r, int master_fd), void *data);
/* Asks it to end: only when no container runs (-EBUSY otherwise). */
void keeper_shutdown(struct keeper_client *c, keeper_reply reply, void *data);

/* The OCI process object for exec in a container: its own environment, user, capabilities and seccomp, with other args, env added, working directory and user if given.
 * The caller owns the value. */
json_t *container_exec_process(const json_t *config, const struct strv *args, const struct strv *env_more, const char *working_dir,
                               const struct container_user *user, bool terminal);

/* The keeper's program: `sedge keeper --run DIR --state DIR [--runtime crun] [--log-max-bytes N --log-files N] [--head-argv ...]`. Never gives back while it serves. */
int keeper_main(int argc, char **argv);

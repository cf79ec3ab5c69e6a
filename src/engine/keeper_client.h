// SPDX-License-Identifier: Apache-2.0
/* Talking to the keeper: the one process on a machine that is parent to its containers.
 *
 * The keeper ("sedge keeper") starts crun, holds the containers' output, writes their logs, reaps them and answers on
 * <run_dir>/keeper.sock (SOCK_SEQPACKET, fixed binary messages, no JSON). Its clients may come and go; what happened
 * meanwhile is told when one connects (every container's state, then events). A keeper that is killed leaves its
 * containers running: their output goes to FIFOs that they hold open themselves; the next keeper finds them by their
 * state files (pid and start time, <run_dir>/containers/<id>/), watches them by pidfd and reads on. The exit status of
 * one that ended under the new keeper is unknown (-1) where the kernel does not tell it (Linux before 6.15). A
 * container with a terminal is the exception: the keeper alone holds the terminal, so it gets SIGHUP when the keeper
 * dies. */
#pragma once

#include <uv.h>

#include "base/json.h"
#include "engine/rootfs.h"

enum keeper_state { KEEPER_NONE, KEEPER_STARTING, KEEPER_RUNNING, KEEPER_EXITED };

struct keeper_status {
    char id[128];
    enum keeper_state state;
    int32_t pid;                     /* of the container's first process while it runs */
    int32_t exit_code;               /* exited: 0 to 255; 128 + signal when a signal ended it; -1: unknown */
    int32_t signal;                  /* exited by this signal, or 0 */
    bool oom;                        /* the kernel killed in it for lack of memory */
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
int keeper_connect(uv_loop_t *loop, const char *run_dir, const struct keeper_events *events, struct keeper_client **ret,
                   struct err *e);
/* Calls what waits for a reply with -ECANCELED, then frees. Safe inside a callback of this client. */
void keeper_close(struct keeper_client *c);

/* The command line by which the keeper of run_dir, which was started with --detach and daemons to keep, is started
 * again: safe to run beside another. 0; -ENOENT: no keeper is wanted there; -errno. */
int keeper_command_read(const char *run_dir, struct strv *ret, struct err *e);
/* From here on nobody starts the keeper again; one that runs goes on. */
int keeper_command_drop(const char *run_dir, struct err *e);

/* Called exactly once for each request, never from inside the request's own call; error: text for people when r < 0
 * (crun's own words inside). When the keeper goes away: r is -ECONNRESET, before `gone`. */
typedef void (*keeper_reply)(void *data, int r, const char *error, int32_t value);

/* Starts a prepared bundle (rootfs_prepare): `crun run --detach`. Reply value: pid. -EBUSY when it runs already.
 * `terminal` must be what the spec said. */
void keeper_start(struct keeper_client *c, const char *id, bool terminal, keeper_reply reply, void *data);
/* The stop signal now, SIGKILL to all of it after grace_us. Replies at once (the end comes as a status); 0 also when it
 * does not run. */
void keeper_stop(struct keeper_client *c, const char *id, int sig, int64_t grace_us, keeper_reply reply, void *data);
void keeper_kill(struct keeper_client *c, const char *id, int sig, keeper_reply reply, void *data);
/* Forgets an exited container (its state file is gone; crun's state and the cgroup went when it ended). -EBUSY while it
 * runs. */
void keeper_forget(struct keeper_client *c, const char *id, keeper_reply reply, void *data);

/* Runs a process in a running container (`crun exec` with a process.json). Without a terminal its standard streams are
 * the three descriptors given (borrowed: sent over at once; -1: /dev/null). With a terminal fds are not looked at:
 * on_terminal is called once with the terminal's master end, which is ours to read, write, resize (TIOCSWINSZ) and
 * close. Replies when the process has ended: value is its exit status, 128 + signal when a signal ended it; r < 0: it
 * could not be started. An exec ends with its client: the keeper kills the process when the connection that asked for
 * it goes. */
struct keeper_exec {
    const char *id;           /* container */
    const char *process_json; /* OCI process object */
    int fds[3];
    bool terminal;
    void (*on_terminal)(void *data, int master_fd);
};
/* *ret_token (may be NULL) names it for keeper_exec_kill. */
void keeper_exec(struct keeper_client *c, const struct keeper_exec *x, keeper_reply reply, void *data,
                 uint64_t *ret_token);
void keeper_exec_kill(struct keeper_client *c, uint64_t token, int sig);
/* For `run -it`: the container was started with a terminal. Called once: r is 0 with two descriptors that are ours:
 * `master_fd` to write to and to resize, `output_fd` (a pipe) to read what the container prints from now on, and
 * for the first who attaches up to 4 KiB of what it printed before: a prompt (the log gets it all, too; the container
 * waits while we do not read; closing it ends the attachment). r < 0: no descriptors; -EBUSY
 * when another is attached, -ENOTTY without a terminal, -ENOENT when it does not run. */
void keeper_attach(struct keeper_client *c, const char *id,
                   void (*on_terminal)(void *data, int r, int master_fd, int output_fd), void *data);
/* Asks it to end: only when no container runs (-EBUSY otherwise). From then on it starts no daemon again; it ends
 * without stopping those that run. */
void keeper_shutdown(struct keeper_client *c, keeper_reply reply, void *data);

/* The OCI process object for exec in a container: its own environment, user, capabilities and seccomp, with other args,
 * env added, working directory and user if given. The caller owns the value. */
json_t *container_exec_process(const json_t *config, const struct strv *args, const struct strv *env_more,
                               const char *working_dir, const struct container_user *user, bool terminal);

/* The keeper's program. Never gives back while it serves; gives the exit status.
 *     sedge keeper --run DIR --state DIR [--runtime crun] [--log-max-bytes N] [--log-files N] [--daemon NAME=ARGV]...
 * [--detach]
 * --daemon (repeatable): a program to keep running, ARGV joined by the byte 0x1f. It is started when nobody holds the
 * lock (file_lock) of <run_dir>/NAME.pid, in which the daemon itself writes its pid, and started again when it ends:
 * after 100 ms, doubling to 10 s, from the beginning again when it lived 10 s.
 * --detach: goes to the background; the caller's call ends with 0 when the socket answers (also when a keeper was there
 * already). SIGTERM ends the keeper and nothing else: containers and daemons go on. One keeper a run_dir (lock on
 * <run_dir>/keeper.pid). */
int keeper_main(int argc, char **argv);

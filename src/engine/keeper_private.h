// SPDX-License-Identifier: Apache-2.0
/* The keeper's inside: one epoll loop, and the things it watches. No threads, no JSON, no libuv; a container at rest
 * costs a struct box and its descriptors.
 *
 *   keeper.c         the loop, options, signals, time
 *   keeper_box.c     a container's way: start, run, end, crun delete; stop and kill
 *   keeper_output.c  FIFOs and terminals into the log and to who is attached
 *   keeper_adopt.c   what stands when a keeper starts
 *   keeper_exec.c    further processes in a container
 *   keeper_serve.c   clients and their requests
 *   keeper_daemon.c  daemons kept running
 *   keeper_command.c its own command line, for who starts it again
 *   keeper_proc.c    processes: spawn, start times, exit statuses, files under run_dir */
#pragma once

#include <sys/types.h>

#include "engine/container_log.h"
#include "engine/keeper_protocol.h"

struct keeper;
/* One descriptor in the loop; embedded in its owner. Only one event is taken at a time, so a `fire` may end any watch.
 */
struct watch {
    int fd; /* owned; -1 when not watched */
    int epoll;
    void (*fire)(struct keeper *k, struct watch *w, uint32_t events);
};
#define WATCH_NONE                ((struct watch){.fd = -1})
#define owner_of(w, type, member) ((type *)(void *)((char *)(w)-offsetof(type, member)))

enum box_phase {
    BOX_STARTING, /* `crun run` is under way */
    BOX_RUNNING,
    BOX_DELETING, /* its first process has ended, `crun delete` is under way */
    BOX_EXITED,
    BOX_CLEANING, /* a failed start is being cleaned up; then it is forgotten */
};
struct box {
    struct box *next;
    char *id;
    enum box_phase phase;
    bool terminal, oom, adopted;
    bool clearing; /* what stood under its name is being deleted, then it starts */
    int32_t exit_code, signal;
    pid_t pid, crun_pid;
    uint64_t start_time; /* of pid, in the kernel's ticks since boot: with it a pid names one process */
    int64_t started_us, finished_us;
    int64_t kill_at_us;    /* monotonic; 0: no SIGKILL is due */
    int64_t stop_grace_us; /* a stop that came while it started */
    int32_t stop_sig;
    uint64_t changed;       /* clients are told of boxes whose number is higher than the last they were told */
    struct client *starter; /* weak; waits for the start's reply */
    uint64_t start_token;
    struct watch out, err, pidfd;
    struct terminal *tty; /* NULL without terminal */
    struct log_writer *log;
};
struct terminal {
    struct watch console, master, tee;
    char *console_path;
    struct box *box; /* weak */
    struct buf rest; /* what the attached client has not taken yet: until then the master is not read */
    struct buf early; /* what was printed last before anybody was attached, for the first who is: a shell's prompt */
    bool was_attached;
};
struct exec {
    struct exec *next;
    struct client *client; /* weak; NULL: gone, the process is to be killed */
    uint64_t token;
    pid_t crun_pid, pid;
    int early_sig; /* asked for before the process was there; 0: none */
    int log_fd; /* crun's words */
    char *pid_path, *console_path;
    struct watch console;
};
struct client {
    struct client *next;
    struct watch watch;
    bool subscribed, listed;
    uint64_t fed;
};
struct daemon {
    struct daemon *next;
    char *name, *text; /* argv points into text */
    char **argv;
    pid_t pid;
    struct watch pidfd;                        /* of one that this keeper found running */
    int64_t started_us, start_at_us, delay_us; /* monotonic; start_at_us 0: nothing is due */
};
struct reaped {
    pid_t pid;
    int status;
};
struct keeper {
    const char *run_dir, *state_dir, *runtime;
    int64_t log_max_bytes;
    int log_files;
    bool detached, ending;
    bool again;  /* started by who missed the one before */
    char **argv; /* as it was called */
    int epoll, lock, null;
    struct watch listener, signals, timer;
    struct box *boxes;
    struct exec *execs;
    struct client *clients;
    struct daemon *daemons;
    uint64_t changes;
    unsigned next_number;  /* for names of sockets and pid files */
    struct reaped *reaped; /* ended before crun told whose they are; kept while a crun runs */
    size_t n_reaped;
};

/* keeper.c */
int watch_add(struct keeper *k, struct watch *w, int fd, uint32_t events,
              void (*fire)(struct keeper *, struct watch *, uint32_t));
void watch_events(struct keeper *k, struct watch *w, uint32_t events);
void watch_end(struct watch *w);  /* closes; nothing when it is not watched */
void timer_arm(struct keeper *k); /* after a deadline of a box or a daemon changed */

/* keeper_proc.c */
struct spawn {
    const char *const *argv;
    int fds[5]; /* become 0 to 4; -1: /dev/null for 0 to 2, closed above */
};
pid_t proc_spawn(struct keeper *k, const struct spawn *s); /* or -errno */
uint64_t proc_start_time(pid_t pid);                       /* 0: no such process */
bool proc_is(pid_t pid, uint64_t start_time);
int proc_pidfd(pid_t pid, uint64_t start_time);      /* -ESRCH when it is another one by now */
bool proc_exit_of_pidfd(int pidfd, int *ret_status); /* wait status, where the kernel tells it */
int proc_pid_file(const char *path, pid_t *ret);
bool proc_take_reaped(struct keeper *k, pid_t pid, int *ret_status);
void proc_reap(struct keeper *k); /* after SIGCHLD */
void proc_status(int status, int32_t *ret_code, int32_t *ret_signal);
void proc_last_words(int fd, char *ret, size_t size); /* last lines of what can be read, on one line */

/* keeper_box.c */
char *box_path(const struct keeper *k, const char *id, const char *name);
struct box *box_find(const struct keeper *k, const char *id);
struct box *box_new(struct keeper *k, const char *id);
void box_free(struct keeper *k, struct box *b);
void box_changed(struct keeper *k, struct box *b);
void box_status(const struct box *b, struct keeper_status *ret);
int box_start(struct keeper *k, struct client *c, const struct keeper_request *q, struct err *e);
int box_stop(struct keeper *k, const char *id, int sig, int64_t grace_us, struct err *e);
int box_kill(struct keeper *k, const char *id, int sig, struct err *e);
int box_forget(struct keeper *k, const char *id, struct err *e);
void box_started(struct keeper *k, struct box *b, bool ok); /* crun run has ended */
void box_ended(struct keeper *k, struct box *b, bool known, int status);
void box_delete(struct keeper *k, struct box *b);
bool box_reaped(struct keeper *k, pid_t pid, int status); /* false: none of the boxes' */
void box_tick(struct keeper *k, int64_t now_us);          /* kills what is due */
bool box_any_busy(const struct keeper *k, bool running_too);
int box_signal(const struct box *b, int sig);

/* keeper_output.c */
int output_make(struct keeper *k, struct box *b, int ret_child[2],
                struct err *e); /* FIFOs, or console socket; child's ends */
int output_reopen(struct keeper *k, struct box *b);
void output_watch(struct keeper *k, struct box *b);
void output_console_now(struct keeper *k,
                        struct box *b);           /* crun has ended: its terminal is there, if its event is not */
void output_end(struct keeper *k, struct box *b); /* reads what is there, then closes all */
int output_attach(struct keeper *k, const char *id, int ret_fds[2], struct err *e);
int console_listen(struct keeper *k, struct watch *w, char **ret_path,
                   void (*fire)(struct keeper *, struct watch *, uint32_t), struct err *e);
int console_take(struct watch *w, char **path); /* the terminal's master, or -errno */

/* keeper_adopt.c */
void state_write(const struct keeper *k, const struct box *b);
void adopt_all(struct keeper *k);

/* keeper_exec.c */
int exec_start(struct keeper *k, struct client *c, const struct keeper_request *q, const int *fds, size_t n_fds,
               struct err *e);
void exec_kill(struct keeper *k, const struct client *c, uint64_t token, int sig);
void exec_client_gone(struct keeper *k, const struct client *c);
bool exec_reaped(struct keeper *k, pid_t pid, int status);

/* keeper_serve.c */
int serve_listen(struct keeper *k, struct err *e);
void serve_feed(struct keeper *k); /* tells all clients what changed */
void serve_forgotten(struct keeper *k, const char *id);
void serve_reply(struct keeper *k, struct client *c, uint64_t token, int r, const char *text, int32_t value);
void serve_terminal(struct keeper *k, struct client *c, uint64_t token, int master);

/* keeper_command.c */
int command_keep(const struct keeper *k, struct err *e); /* the lock is ours */

/* keeper_daemon.c */
int daemon_add(struct keeper *k, const char *text, struct err *e);
void daemon_start_all(struct keeper *k);
bool daemon_reaped(struct keeper *k, pid_t pid, int status);
void daemon_tick(struct keeper *k, int64_t now_us); /* starts what is due */
/* A log of ours under run_dir for a detached keeper's daemons and itself; -errno. */
int daemon_log_open(const struct keeper *k, const char *name);

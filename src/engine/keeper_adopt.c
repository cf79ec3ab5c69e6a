// SPDX-License-Identifier: Apache-2.0
/* What stands when a keeper starts: read from the state files that the keeper before it wrote.
 *
 * A state file is one line: "1 PHASE TERMINAL PID START-TIME EXIT SIGNAL OOM STARTED FINISHED". While a start is under
 * way PID and START-TIME are crun's own, so that a new keeper can wait for it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "engine/container_spec.h"
#include "engine/keeper_private.h"
#include "io/file.h"

void state_write(const struct keeper *k, const struct box *b)
{
    char text[256];
    bool starting = b->phase == BOX_STARTING;
    AUTO_FREE char *path = box_path(k, b->id, "state");
    int n = snprintf(text, sizeof(text), "1 %d %d %d %" PRIu64 " %d %d %d %" PRId64 " %" PRId64 "\n", (int)b->phase,
                     b->terminal, (int)(starting ? b->crun_pid : b->pid),
                     starting ? proc_start_time(b->crun_pid) : b->start_time, b->exit_code, b->signal, b->oom,
                     b->started_us, b->finished_us);
    file_write_fast(path, text, (size_t)n, 0600, NULL);
}

static bool state_read(const char *text, struct box *b)
{
    int phase, terminal, pid, oom;
    if (sscanf(text, "1 %d %d %d %" SCNu64 " %" SCNd32 " %" SCNd32 " %d %" SCNd64 " %" SCNd64, &phase, &terminal, &pid,
               &b->start_time, &b->exit_code, &b->signal, &oom, &b->started_us, &b->finished_us) != 9 ||
        phase < BOX_STARTING || phase > BOX_CLEANING)
        return false;
    b->phase = (enum box_phase)phase;
    b->terminal = terminal;
    b->oom = oom;
    b->pid = pid;
    return true;
}

static void adopted_ended(struct keeper *k, struct watch *w, uint32_t events)
{
    struct box *b = owner_of(w, struct box, pidfd);
    int status = 0;
    bool known = proc_exit_of_pidfd(w->fd, &status);
    box_ended(k, b, known, status);
}

static void adopt_running(struct keeper *k, struct box *b, pid_t pid, uint64_t start_time)
{
    int fd = proc_pidfd(pid, start_time);
    b->phase = BOX_RUNNING;
    b->pid = pid;
    b->start_time = start_time;
    output_reopen(k, b);
    if (fd < 0 || watch_add(k, &b->pidfd, fd, EPOLLIN, adopted_ended) < 0) {
        box_ended(k, b, false, 0);
        return;
    }
    output_watch(k, b);
    state_write(k, b);
    box_changed(k, b);
    if (b->stop_sig > 0)
        box_stop(k, b->id, b->stop_sig, b->stop_grace_us, NULL);
}

/* The start that a keeper before us began has come to its end: what did crun leave? */
static void adopt_started(struct keeper *k, struct box *b)
{
    pid_t pid = 0;
    AUTO_FREE char *pid_file = box_path(k, b->id, "pid");
    uint64_t start_time = proc_pid_file(pid_file, &pid) == 0 ? proc_start_time(pid) : 0;
    if (start_time != 0) {
        adopt_running(k, b, pid, start_time);
        return;
    }
    b->phase = BOX_CLEANING;
    box_delete(k, b);
}

static void adopted_crun_ended(struct keeper *k, struct watch *w, uint32_t events)
{
    struct box *b = owner_of(w, struct box, pidfd);
    watch_end(w);
    adopt_started(k, b);
}

static void adopt_starting(struct keeper *k, struct box *b)
{
    int fd = proc_pidfd(b->pid, b->start_time);
    if (fd < 0 || watch_add(k, &b->pidfd, fd, EPOLLIN, adopted_crun_ended) < 0)
        adopt_started(k, b);
    else
        b->changed = ++k->changes;
}

static void adopt_one(struct keeper *k, const char *id)
{
    AUTO_FREE char *path = box_path(k, id, "state");
    AUTO_FREE char *text = NULL;
    if (!container_id_valid(id) || file_read(path, 4096, &text, NULL, NULL) < 0)
        return;
    struct box *b = box_new(k, id);
    b->adopted = true;
    if (!state_read(text, b)) { /* torn: as if its start had never been told */
        b->phase = BOX_CLEANING;
        box_delete(k, b);
        return;
    }
    if (b->phase == BOX_STARTING)
        adopt_starting(k, b);
    else if (b->phase == BOX_RUNNING)
        adopt_running(k, b, b->pid, b->start_time);
    else
        box_delete(k, b);
}

void adopt_all(struct keeper *k)
{
    AUTO_STRV struct strv ids = {0};
    AUTO_FREE char *dir = file_join(k->run_dir, "containers");
    if (file_list(dir, &ids, NULL) < 0)
        return;
    for (size_t i = 0; i < ids.n; i++)
        adopt_one(k, ids.v[i]);
}

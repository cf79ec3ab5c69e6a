// SPDX-License-Identifier: Apache-2.0
/* Runs the steps of a pod's software, and its runs, by the keeper, in its first container.
 *
 * How it works. A script gets the container's own output pipes as its output, so what it and the programs that it
 * leaves behind print goes to the container's log, with its limits, and goes on whatever becomes of node and keeper.
 * What it printed is read back from the log for the report of a failure. A container with a terminal has no such pipes;
 * there a file takes the output.
 *
 * A start that failed, or whose end nobody saw, may have left programs running: before it is tried again, the stop
 * script clears them away, whatever it says itself.
 *
 * A run (struct pod_run) is the same without states: it is marked as begun before, and as done or failed after, each
 * mark on disk before anything builds on it (pod_around.saved). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "node/component_path.h"
#include "node/node_state.h"
#include "node/operation_process.h"
#include "node/pod_secret.h"

#define LOG_REPORT 4096
#define PF_EXITING 0x4 /* of /proc/PID/stat's flags: the process is ending */

struct step_run {
    struct node_pod *pod;
    char *component, *operation, *target, *goal;
    char *run; /* id, for a run; NULL: a step */
    int64_t attempt;
    int64_t begun_us; /* wall clock */
    uint64_t token;
    int64_t timeout_s;
    bool timed_out, abandoned;
    bool clearing; /* runs the stop script before a start that was begun before is tried again */
    uv_timer_t timer;
    char *file; /* takes the output where the container's pipes cannot; or NULL */
};

static void set_text(char **to, const char *text)
{
    char *copy = mem_strdup(text);
    free(*to);
    *to = copy;
}

static void step_free(struct step_run *s)
{
    char *texts[] = {s->component, s->operation, s->target, s->goal, s->run, s->file};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    free(s);
}

static void timer_closed(uv_handle_t *h)
{
    step_free(h->data);
}

static struct component_known *known_of(struct node_pod *p, const char *name)
{
    for (size_t i = 0; i < p->known.n_components; i++)
        if (str_eq(p->known.components[i].name, name))
            return &p->known.components[i];
    return NULL;
}

/* ---- its end ---- */

static bool add_line(void *data, bool is_err, const char *text, size_t len)
{
    struct buf *to = data;
    buf_add(to, text, len);
    if (to->len > 4 * LOG_REPORT)
        buf_drop(to, to->len - 2 * LOG_REPORT);
    return true;
}

/* Cuts to the last LOG_REPORT bytes, at a line's beginning where there is one; what is no text is told so. */
static char *tail(struct buf *text)
{
    if (text->len > LOG_REPORT) {
        buf_drop(text, text->len - LOG_REPORT);
        const char *line = strchr(buf_str(text), '\n');
        if (line && line[1] != '\0')
            buf_drop(text, (size_t)(line + 1 - text->data));
    }
    for (size_t i = 0; i < text->len; i++)
        if ((text->data[i] & 0x80 && !str_is_utf8(text->data, text->len)) || text->data[i] == '\0')
            text->data[i] = '?';
    return buf_take(text);
}

static char *read_log(const struct step_run *s)
{
    AUTO_BUF struct buf text = {0};
    const struct container_log_query q = {.tail = -1, .since_us = s->begun_us, .out = true, .err = true};
    AUTO_FREE char *path = rootfs_log_path(&s->pod->node->dirs, s->pod->known.containers[0].id);
    AUTO_FREE char *whole = NULL;
    if (!s->file)
        (void)container_log_read(path, &q, add_line, &text, NULL, NULL);
    else if (file_read(s->file, 16U << 20, &whole, NULL, NULL) == 0)
        buf_adds(&text, whole);
    return pod_secrets_hide(s->pod->secrets, tail(&text)); /* what is told, anybody may read */
}

/* Did it fail because its container is ending? The container's first process takes all others with it before its own
 * end is told. */
static bool container_ends(const struct node_pod *p)
{
    const struct container_known *c = &p->known.containers[0];
    AUTO_FREE char *path = mem_printf("/proc/%d/stat", c->pid);
    AUTO_FREE char *text = NULL;
    char state;
    unsigned flags;
    if (c->run != KEEPER_RUNNING || c->stopping || p->deleting || c->pid <= 0 ||
        file_read(path, 4096, &text, NULL, NULL) < 0)
        return true;
    const char *at = strrchr(text, ')');
    return !at || sscanf(at + 1, " %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2 || state == 'Z' ||
           (flags & PF_EXITING);
}

/* Takes `outputs`. */
static void keep_outputs(struct component_known *c, const struct step_run *s, const char *initial, json_t *outputs)
{
    if (str_eq(s->target, initial)) {
        json_decref(c->outputs);
        c->outputs = NULL;
    }
    if (outputs && !c->outputs)
        c->outputs = json_object();
    if (outputs)
        json_object_set(c->outputs, s->operation, outputs);
    json_decref(outputs);
}

static void fail_run(struct run_known *k, const struct step_run *s, int64_t code, const char *message)
{
    k->failed = true;
    k->exit_code = code;
    k->attempt = s->attempt;
    set_text(&k->message, message);
    free(k->log);
    k->log = read_log(s);
    tell_event(s->pod, true, "OperationFailed", message);
}

/* Takes `outputs`. */
static void succeed_run(struct run_known *k, const struct step_run *s, json_t *outputs)
{
    k->done = true;
    k->failed = false;
    k->exit_code = 0;
    k->attempt = s->attempt;
    json_decref(k->outputs);
    k->outputs = outputs;
    set_text(&k->message, NULL);
    set_text(&k->log, NULL);
}

static void fail(struct component_known *c, const struct step_run *s, int64_t code, const char *message)
{
    c->failed = true;
    c->exit_code = code;
    c->attempt = s->attempt;
    set_text(&c->goal, s->goal);
    set_text(&c->operation, s->operation);
    set_text(&c->message, message);
    free(c->log);
    c->log = read_log(s);
    tell_event(s->pod, true, "OperationFailed", message);
}

static void succeed(struct component_known *c, const struct step_run *s)
{
    c->failed = false;
    c->exit_code = 0;
    c->attempt = s->attempt;
    set_text(&c->state, s->target);
    set_text(&c->operation, NULL);
    set_text(&c->goal, NULL);
    set_text(&c->message, NULL);
    set_text(&c->log, NULL);
}

/* Why the operation counts as failed, or NULL; *ret_code then says with what. Else *ret_outputs, owned. */
static char *failure_of(struct step_run *s, int r, const char *error, int32_t code, int64_t *ret_code,
                        json_t **ret_outputs)
{
    struct err e = {0};
    bool well = r == 0 && code == 0;
    *ret_code = r < 0 ? -1 : code;
    if (s->timed_out && !well)
        return mem_printf("operation %s did not end within %lld s", s->operation, (long long)s->timeout_s);
    if (r < 0)
        return mem_printf("operation %s could not be started: %s", s->operation, error);
    if (code != 0)
        return mem_printf("operation %s exited with %d", s->operation, code);
    if (operation_outputs_read(s->pod, ret_outputs, &e) < 0)
        return mem_printf("operation %s: what it wrote to $SEDGE_OUTPUTS cannot be used: %s", s->operation,
                          err_text(&e));
    if (*ret_outputs && s->pod->secrets) {
        json_t *plain = *ret_outputs;
        *ret_outputs = pod_secrets_refer(s->pod->secrets, plain);
        json_decref(plain);
    }
    return NULL;
}

static const char *initial_of(const struct node_pod *p, const struct component_known *c)
{
    return pod_component_at(p, (size_t)(c - p->known.components))->initial;
}

static void step_over(struct step_run *s, int r, const char *error, int32_t code)
{
    struct node_pod *p = s->pod;
    struct component_known *c = s->run ? NULL : known_of(p, s->component);
    struct run_known *k = s->run ? pod_run_known(&p->known, s->run) : NULL;
    json_t *outputs = NULL;
    int64_t exit_code = 0;
    if (!c && !k)
        return;
    if (!s->abandoned && (r == -ECONNRESET || r == -ECANCELED))
        return; /* how it ended nobody knows: still under way, and run again when it can be */
    *(k ? &k->under_way : &c->under_way) = false;
    if (s->clearing) {
        c->failed = false;
        set_text(&c->operation, NULL);
    }
    if (s->abandoned || s->clearing)
        return; /* the step itself is next */
    bool well = r == 0 && code == 0;
    if (!well && !s->timed_out && container_ends(p))
        return;
    AUTO_FREE char *message = failure_of(s, r, error, code, &exit_code, &outputs);
    if (message && k) {
        fail_run(k, s, exit_code, message);
    } else if (message) {
        fail(c, s, exit_code, message);
    } else if (k) {
        succeed_run(k, s, outputs);
    } else {
        keep_outputs(c, s, initial_of(p, c), outputs);
        succeed(c, s);
    }
}

static void on_step(void *data, int r, const char *error, int32_t code)
{
    struct step_run *s = data;
    struct node_pod *p = s->pod;
    step_over(s, r, error, code);
    p->step = NULL;
    p->known.stepping = false;
    p->known.step_component = -1;
    pod_kick(p);
    uv_close((uv_handle_t *)&s->timer, timer_closed);
}

/* ---- its beginning ---- */

static void on_timeout(uv_timer_t *t)
{
    struct step_run *s = t->data;
    s->timed_out = true;
    if (s->pod->node->keeper.client)
        keeper_exec_kill(s->pod->node->keeper.client, s->token, SIGKILL);
}

static int begin(struct step_run *s, const struct operation_call *call, struct err *e)
{
    AUTO_FREE char *process = NULL;
    int r = operation_process(s->pod, call, &process, e);
    if (r < 0)
        return r;
    AUTO_CLOSE int out = operation_output(s->pod, "out", &s->file);
    AUTO_CLOSE int err_out = operation_output(s->pod, "err", &s->file);
    if (out < 0 || err_out < 0)
        return err_errno(e, errno, "open the output of container %s", s->pod->known.containers[0].id);
    struct keeper_exec x = {.id = s->pod->known.containers[0].id, .process_json = process, .fds = {-1, out, err_out}};
    keeper_exec(s->pod->node->keeper.client, &x, on_step, s, &s->token);
    if (s->timeout_s > 0)
        uv_timer_start(&s->timer, on_timeout, (uint64_t)s->timeout_s * 1000, 0);
    return 0;
}

static struct step_run *step_new(struct node_pod *p, const struct step_action *a)
{
    const struct pod_component *c = pod_component_at(p, a->component);
    struct step_run *s = mem_alloc(sizeof(*s));
    *s = (struct step_run){.pod = p,
                           .component = mem_strdup(c->name),
                           .goal = mem_strdup(c->goal),
                           .attempt = c->attempt,
                           .begun_us = clock_now_us()};
    if (a->step) {
        s->operation = mem_printf("%s.%s", a->step->interface, a->step->operation);
        s->target = mem_strdup(a->step->target);
        s->timeout_s = a->step->timeout_s;
    } else {
        s->operation = mem_strdup("");
        s->target = mem_strdup(p->known.components[a->component].state);
    }
    return s;
}

static void no_way(struct node_pod *p, const struct step_action *a, struct step_run *s)
{
    const struct pod_component *c = pod_component_at(p, a->component);
    struct component_known *k = &p->known.components[a->component];
    AUTO_FREE char *message =
        mem_printf("component %s: no operations lead from state '%s' to '%s'", c->name, k->state, c->goal);
    fail(k, s, -1, message);
    set_text(&k->log, NULL);
}

/* The script to run before `step` is tried again, or NULL: the stop that leads back from where it leads. */
static const struct component_step *clearing_step(const struct node_pod *p, const struct step_action *a,
                                                  const char *operation)
{
    const struct component_known *k = &p->known.components[a->component];
    const struct pod_component *c = pod_component_at(p, a->component);
    const struct component_step *steps = c->steps.items;
    if (!(k->under_way || k->failed) || !str_eq(k->operation, operation))
        return NULL;
    for (size_t i = 0; i < c->steps.n; i++)
        if (str_eq(steps[i].operation, "stop") && str_eq(steps[i].interface, a->step->interface) &&
            str_eq(steps[i].source, a->step->target) && !str_empty(steps[i].script))
            return &steps[i];
    return NULL;
}

/* Starts it; when that fails, it is over at once. */
static void go(struct step_run *s, const struct operation_call *call)
{
    struct node_pod *p = s->pod;
    struct err e = {0};
    uv_timer_init(&p->node->loop, &s->timer);
    s->timer.data = s;
    p->step = s;
    p->known.stepping = true;
    if (begin(s, call, &e) < 0)
        on_step(s, -e.code, err_text(&e), 0);
}

static void do_run(struct node_pod *p, const struct pod_run *r)
{
    struct run_known *k = pod_run_known(&p->known, r->id);
    struct step_run *s = mem_alloc(sizeof(*s));
    *s = (struct step_run){.pod = p,
                           .run = mem_strdup(r->id),
                           .component = mem_strdup(r->component),
                           .operation = mem_printf("%s.%s", r->interface, r->operation),
                           .attempt = r->attempt,
                           .timeout_s = r->timeout_s,
                           .begun_us = clock_now_us()};
    if (str_empty(r->script)) {
        succeed_run(k, s, NULL);
        step_free(s);
        return;
    }
    k->under_way = true;
    k->failed = false;
    p->known.step_component = -1;
    go(s, &(struct operation_call){r->script, r->interpreter, r->component, s->operation, &r->env});
}

void pod_do_step(struct node_pod *p, const struct step_action *a)
{
    if (a->what == STEP_ONCE) {
        do_run(p, a->run);
        return;
    }
    struct component_known *k = &p->known.components[a->component];
    struct step_run *s = step_new(p, a);
    if (a->what == STEP_NO_WAY || str_empty(a->step->script)) {
        if (a->what == STEP_NO_WAY) {
            no_way(p, a, s);
        } else {
            keep_outputs(k, s, initial_of(p, k), NULL);
            succeed(k, s);
        }
        step_free(s);
        return;
    }
    const struct component_step *clearing = clearing_step(p, a, s->operation);
    const struct component_step *step = clearing ? clearing : a->step;
    s->clearing = clearing != NULL;
    k->under_way = true;
    k->failed = false;
    set_text(&k->operation, s->operation);
    p->known.step_component = (int)a->component;
    go(s, &(struct operation_call){step->script, step->interpreter, k->name, s->operation, &step->env});
}

void pod_step_abandon(struct node_pod *p)
{
    if (!p->step)
        return;
    p->step->abandoned = true;
    if (p->node->keeper.client)
        keeper_exec_kill(p->node->keeper.client, p->step->token, SIGKILL);
}

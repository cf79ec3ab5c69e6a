// SPDX-License-Identifier: Apache-2.0
/* Brings images in by `sedge image-helper`: one pull of a name at a time, which all who want it share; a few at once.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "io/child.h"
#include "node/node_state.h"

#define AT_ONCE 2

/* Who waits for a job: a pod, or an operation. */
struct waiter {
    struct node_pod *pod;
    size_t container;
    struct image_job_watch watch;
    struct waiter *next;
};
struct job {
    struct node *node;
    char *name; /* NULL for an import without one */
    bool import;
    int import_fd;       /* borrowed until it has started */
    struct child *child; /* NULL: it waits for its turn, or has just ended */
    char *code, *error;  /* its last word, when it failed */
    bool done_said;
    struct waiter *waiters;
    struct job *next;
};
struct image_jobs {
    struct job *list;
};

static void start_some(struct node *n);

static void job_free(struct job *j)
{
    struct job **at = &j->node->image_jobs->list;
    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
    free(j->name);
    free(j->code);
    free(j->error);
    free(j);
}

static void answer(struct job *j, int exit_code)
{
    while (j->waiters) {
        struct waiter *w = j->waiters;
        j->waiters = w->next;
        if (w->pod)
            pod_image_done(w->pod, w->container, exit_code == 0 ? NULL : j->code, j->error);
        else
            w->watch.done(w->watch.data, exit_code, j->error);
        free(w);
    }
}

static void on_line(void *data, const char *line)
{
    struct job *j = data;
    AUTO_JSON json_t *v = json_parse(line, strlen(line), NULL);
    const char *error = json_str(v, "error", NULL);
    if (error) {
        free(j->error);
        free(j->code);
        j->error = mem_strdup(error);
        j->code = mem_strdup(json_str(v, "code", "FAILED"));
    }
    for (struct waiter *w = j->waiters; w; w = w->next)
        if (!w->pod)
            w->watch.line(w->watch.data, line);
}

static void on_done(void *data, int r, struct child_result *result)
{
    struct job *j = data;
    struct node *n = j->node;
    int code = r < 0 || result->exit_code < 0 ? 1 : result->exit_code;
    j->child = NULL;
    if (code != 0 && !j->error) {
        const char *words = buf_str(&result->err_out);
        j->error = mem_printf("the image helper ended without a word (exit status %d, signal %d): %.300s",
                              result->exit_code, result->signal, words);
    }
    if (code != 0 && !j->code)
        j->code = mem_strdup("FAILED");
    answer(j, code);
    job_free(j);
    if (code == 0)
        node_retry(n, NULL); /* others may wait for the same image under another name */
    start_some(n);
}

static int job_start(struct job *j, struct err *e)
{
    const char *argv[10] = {child_self(), "image-helper", "--store", j->node->images_dir};
    size_t n = 4;
    argv[n++] = j->import ? "import" : "pull";
    if (j->import && j->name)
        argv[n++] = "--name";
    if (j->name)
        argv[n++] = j->name;
    struct child_options o = {.argv = argv, .stdin_fd = j->import ? j->import_fd : 0, .max_output = 4096};
    return child_start(&j->node->loop, &o, on_line, on_done, j, &j->child, e);
}

static void start_some(struct node *n)
{
    size_t running = 0;
    struct job *next;
    for (const struct job *j = n->image_jobs->list; j; j = j->next)
        running += j->child != NULL;
    for (struct job *j = n->image_jobs->list; j && running < AT_ONCE && !n->ending; j = next) {
        struct err e = {0};
        next = j->next;
        if (j->child)
            continue;
        if (job_start(j, &e) == 0) {
            running++;
            continue;
        }
        j->code = mem_strdup("FAILED");
        j->error = mem_strdup(err_text(&e));
        answer(j, 1);
        job_free(j);
        next = n->image_jobs->list; /* the answers may have changed the list */
    }
}

static struct job *job_add(struct node *n, const char *name)
{
    struct job *j = mem_alloc(sizeof(*j)), **at = &n->image_jobs->list;
    *j = (struct job){.node = n, .name = mem_strdup(name), .import_fd = -1};
    while (*at)
        at = &(*at)->next;
    *at = j;
    return j;
}

static struct job *job_for(struct node *n, const char *name)
{
    for (struct job *j = n->image_jobs->list; j; j = j->next)
        if (!j->import && str_eq(j->name, name))
            return j;
    return job_add(n, name);
}

static struct waiter *wait_for(struct job *j)
{
    struct waiter *w = mem_alloc(sizeof(*w));
    w->next = j->waiters;
    j->waiters = w;
    return w;
}

void image_job_pull_for(struct node_pod *p, size_t container, const char *name)
{
    struct waiter *w = wait_for(job_for(p->node, name));
    w->pod = p;
    w->container = container;
    tell_event(p, false, "Pulling", name);
    start_some(p->node);
}

/* Takes waiters out by pod or by token. A job that nobody waits for goes on: what it has brought so far is of use the
 * next time. */
static bool leave(struct node *n, const struct node_pod *pod, const void *token)
{
    for (struct job *j = n->image_jobs->list; j; j = j->next)
        for (struct waiter **at = &j->waiters; *at; at = &(*at)->next) {
            struct waiter *w = *at;
            if (!(pod && w->pod == pod) && w != token)
                continue;
            *at = w->next;
            free(w);
            if (j->import && j->child)
                child_kill(j->child, SIGTERM);
            return true;
        }
    return false;
}

void image_job_leave(struct node_pod *p)
{
    if (!leave(p->node, p, NULL))
        return;
    p->known.busy = POD_DO_NOTHING;
    p->known.pulling = false;
}

void *image_job_watched(struct node *n, const char *name, int import_fd, const struct image_job_watch *watch,
                        struct err *e)
{
    struct job *j = import_fd >= 0 ? job_add(n, name) : job_for(n, name);
    struct waiter *w;
    if (import_fd >= 0) {
        j->import = true;
        j->import_fd = import_fd;
        if (job_start(j, e) < 0) { /* at once: the archive is on its way */
            job_free(j);
            return NULL;
        }
    }
    w = wait_for(j);
    w->watch = *watch;
    start_some(n);
    return w;
}

void image_job_cancel(struct node *n, void *token)
{
    leave(n, NULL, token);
}

void image_jobs_init(struct node *n)
{
    n->image_jobs = mem_alloc(sizeof(*n->image_jobs));
}

void image_jobs_end(struct node *n)
{
    for (struct job *j = n->image_jobs->list; j; j = j->next)
        if (j->child)
            child_kill(j->child, SIGTERM);
}

// SPDX-License-Identifier: Apache-2.0
/* The head plans by the very code that will act, on the very body that will be sent; the body names the version of the
 * application that it was made from, so that what was shown is what is written or nothing is. */
#include "cli/app_deploy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/app_result.h"
#include "cli/app_wait.h"
#include "cli/plan_saved.h"
#include "cli/plan_show.h"

#define TRIES 10

int app_deploy_look(struct app_deploy *d)
{
    struct cli *cli = d->cli;
    struct err e = {0};
    json_unrefp(&d->before);
    int r = client_get(cli, kind_find("Application"), client_ns(cli), d->name, &d->before, &e);
    if (r < 0 && r != -ENOENT)
        return cli_fail(cli, &e);
    if (r == -ENOENT || !json_at(d->before, "metadata", "deletionTimestamp", NULL))
        return OPTIONS_GO;
    AUTO_JSON json_t *last = NULL;
    struct app_wait wait = {.name = d->name, .gone = true, .timeout_us = d->timeout_us};
    cli_note(cli, "An application %s is being taken down; waiting for that first.", d->name);
    r = app_wait(cli, &wait, &last, &e);
    json_unrefp(&d->before);
    r = app_end(cli, &wait, "undeploy", r, last, &e);
    return r == CLI_DONE ? OPTIONS_GO : r;
}

static char *path_of(struct app_deploy *d, const char *part)
{
    AUTO_FREE char *path = client_path(kind_find("Application"), client_ns(d->cli), d->name);
    return mem_printf("%s%s", path, part);
}

int app_deploy_plan(struct app_deploy *d, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *body = app_change_deploy(d->before, d->wanted);
    AUTO_FREE char *path = path_of(d, "/plan");
    return client_call(d->cli, "POST", path, body, ret, e);
}

static int write_once(struct app_deploy *d, struct err *e)
{
    AUTO_JSON json_t *body = app_change_deploy(d->before, d->wanted);
    AUTO_FREE char *path = path_of(d, "");
    if (d->before)
        return client_patch(d->cli, path, body, &d->written, e);
    AUTO_FREE char *all = client_path(kind_find("Application"), client_ns(d->cli), NULL);
    return client_call(d->cli, "POST", all, body, &d->written, e);
}

/* Somebody else was quicker: look again. */
static bool is_overtaken(int r)
{
    return r == -EAGAIN || r == -EEXIST || r == -ENOENT;
}

static int ask(const struct app_deploy *d)
{
    char answer[16] = "";
    fprintf(stderr, "Do this to %s? [y/N] ", d->name);
    fflush(stderr);
    if (!fgets(answer, sizeof(answer), stdin))
        fputc('\n', stderr);
    answer[strcspn(answer, "\r\n")] = '\0';
    if (str_eq(answer, "y") || str_eq(answer, "Y") || str_eq(answer, "yes"))
        return OPTIONS_GO;
    return cli_failf(d->cli, "%s %s: not confirmed, nothing was changed", d->verb, d->name);
}

/* first: the plan that was shown, or NULL when this is it. */
static int consider(struct app_deploy *d, const json_t *plan, const json_t *first)
{
    struct err e = {0};
    if (d->reviewed && plan_saved_fits(d->reviewed, plan, &e) < 0)
        return cli_fail(d->cli, &e);
    if (!first) {
        if (!d->quiet)
            plan_show_brief(d->cli, plan);
        return d->confirm ? ask(d) : OPTIONS_GO;
    }
    if (!d->confirm || plan_same(first, plan, &e) == 0)
        return OPTIONS_GO;
    return cli_failf(d->cli, "%s %s: it was changed after the plan was shown (%s); nothing was done, look again",
                     d->verb, d->name, err_text(&e));
}

int app_deploy_write(struct app_deploy *d)
{
    AUTO_JSON json_t *first = NULL;
    struct err e = {0};
    for (int i = 0; i < TRIES; i++) {
        AUTO_JSON json_t *plan = NULL;
        int go = app_deploy_look(d);
        if (go >= 0)
            return go;
        int r = app_deploy_plan(d, &plan, &e);
        if (r == 0) {
            go = consider(d, plan, first);
            if (go >= 0)
                return go;
            if (!first)
                first = json_incref(plan);
            r = write_once(d, &e);
        }
        if (r == 0)
            return OPTIONS_GO;
        if (!is_overtaken(r))
            return cli_fail(d->cli, &e);
    }
    return cli_fail(d->cli, &e);
}

int app_deploy_watch(struct app_deploy *d)
{
    struct err e = {0};
    AUTO_JSON json_t *last = NULL;
    AUTO_FREE char *leaving = mem_printf("%s goes on; see 'sedge describe app %s'", d->verb, d->name);
    struct app_wait wait = {.name = d->name,
                            .generation = json_int(json_object_get(d->written, "metadata"), "generation", 1),
                            .timeout_us = d->timeout_us,
                            .leaving = leaving};
    int r = app_wait(d->cli, &wait, &last, &e);
    int status = app_end(d->cli, &wait, d->verb, r, last, &e);
    return status == CLI_DONE ? app_result_show(d->cli, d->name, last) : status;
}

void app_deploy_done(struct app_deploy *d)
{
    json_unrefp(&d->before);
    json_unrefp(&d->written);
}

// SPDX-License-Identifier: Apache-2.0
/* `sedge rollback`: an old source is wanted again; that makes a new revision. */
#include <errno.h>

#include "cli/app_deploy.h"
#include "cli/names.h"
#include "cli/revisions.h"

extern const struct verb verb_rollback;

struct rollback_options {
    const char *message;
    bool confirm;
    int64_t timeout_us;
};
static const struct opt rollback_opts[] = {
    OPT(rollback_options, 'm', "message", OPT_TEXT, message, "TEXT", "why, for 'sedge history'"),
    OPT(rollback_options, '\0', "confirm", OPT_SWITCH, confirm, NULL, "show what will be done, and ask first"),
    OPT(rollback_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME", "wait at most so long; the head goes on"),
};

/* The revision asked for, or the one before the newest. */
static int choose(const char *app, const json_t *revisions, const char *word, const json_t **ret, struct err *e)
{
    size_t n = json_array_size(revisions);
    int64_t number;
    if (!word && n < 2)
        return err_set(e, ENOENT, "application %s has no revision before this one to return to", app);
    if (!word) {
        *ret = json_array_get(revisions, n - 2);
        return 0;
    }
    int r = revision_parse(word, &number, e);
    if (r < 0)
        return r;
    *ret = revision_find(revisions, number);
    if (*ret)
        return 0;
    return err_set(e, ENOENT, "application %s has no revision %lld (any more); 'sedge history %s' lists them", app,
                   (long long)number, app);
}

static int roll_back(struct cli *cli, const struct rollback_options *o, const char *app, const json_t *revision)
{
    const json_t *source = json_at(revision, "data", "source", NULL);
    AUTO_JSON json_t *inputs = json_deep_copy(json_object_get(source, "inputs"));
    if (!inputs)
        inputs = json_object();
    AUTO_FREE char *said = mem_printf("rollback to revision %lld", (long long)revision_number(revision));
    struct app_wanted w = {.name = app,
                           .bundle = json_str(source, "bundle", ""),
                           .entry = json_str(source, "entry", ""),
                           .inputs = inputs,
                           .message = o->message ? o->message : said,
                           .rollback_to = revision_number(revision)};
    struct app_deploy d = {
        .cli = cli, .verb = "rollback", .name = app, .wanted = &w, .confirm = o->confirm, .timeout_us = o->timeout_us};
    int r = app_deploy_write(&d);
    if (r < 0)
        r = app_deploy_watch(&d);
    app_deploy_done(&d);
    return r;
}

static int run_rollback(struct cli *cli, int argc, char **argv)
{
    struct rollback_options o = {0};
    int r = options_parse(cli, &verb_rollback, &argc, argv, &o);
    if (r >= 0)
        return r;
    AUTO_JSON json_t *revisions = NULL;
    const json_t *revision = NULL;
    struct err e = {0};
    r = revisions_get(cli, argv[1], &revisions, NULL, &e);
    if (r == 0)
        r = choose(argv[1], revisions, argc > 2 ? argv[2] : NULL, &revision, &e);
    return r < 0 ? cli_fail(cli, &e) : roll_back(cli, &o, argv[1], revision);
}

const struct verb verb_rollback = {
    .name = "rollback",
    .group = GROUP_APPLICATION,
    .args = "APP [REVISION]",
    .line = "Return to a former revision",
    .more =
        "Template and inputs of that revision (the one before, when none is named) are wanted again; that makes a new\n"
        "revision. Also after a deployment that failed. What will be done is shown first.",
    .examples = "sedge rollback shop\nsedge rollback shop 3 -m 'the new page is broken'\n",
    OPTS(rollback_opts),
    .args_min = 1,
    .args_max = 2,
    .formats = FORMATS_DATA | FORMAT_NAME,
    .run = run_rollback};

// SPDX-License-Identifier: Apache-2.0
/* `sedge retry`: what failed is tried again, and the deployment goes on from there. */
#include "cli/app_change.h"
#include "cli/app_patch.h"
#include "cli/app_wait.h"

extern const struct verb verb_retry;

struct retry_options {
    int64_t timeout_us;
};
static const struct opt retry_opts[] = {
    OPT(retry_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME", "wait at most so long; the head goes on"),
};

static json_t *change(void *data, const json_t *app, struct err *e)
{
    return app_change_retry(app);
}

static int run_retry(struct cli *cli, int argc, char **argv)
{
    struct retry_options o = {0};
    struct err e = {0};
    AUTO_JSON json_t *written = NULL, *last = NULL;
    int r = options_parse(cli, &verb_retry, &argc, argv, &o);
    if (r >= 0)
        return r;
    AUTO_FREE char *leaving = mem_printf("it goes on; see 'sedge describe app %s'", argv[1]);
    if (app_patch(cli, argv[1], change, NULL, &written, &e) < 0)
        return cli_fail(cli, &e);
    struct app_wait wait = {.name = argv[1],
                            .generation = json_int(json_object_get(written, "metadata"), "generation", 0),
                            .timeout_us = o.timeout_us,
                            .leaving = leaving};
    r = app_wait(cli, &wait, &last, &e);
    int status = app_end(cli, &wait, "retry", r, last, &e);
    if (status == CLI_DONE)
        printf("%s: %s\n", argv[1], json_str(json_object_get(last, "status"), "message", "done"));
    return status;
}

const struct verb verb_retry = {
    .name = "retry",
    .group = GROUP_APPLICATION,
    .args = "APP",
    .line = "Try failed operations again, and go on from there",
    .more = "Template, inputs and plan stay as they were given; 'sedge deploy' takes new ones. 'sedge rollback' "
            "returns\nto a former revision instead.",
    .examples = "sedge retry shop\n",
    OPTS(retry_opts),
    .args_min = 1,
    .args_max = 1,
    .run = run_retry};

// SPDX-License-Identifier: Apache-2.0
/* The way from what the user named to a checked topology, and what is told on it. */
#include <errno.h>

#include "cli/cli_private.h"
#include "cli/findings.h"
#include "cli/template_inputs.h"

/* In an archive all that its template names has to be there, also what would not run here. */
static int archive_is_whole(struct template_check *c)
{
    for (size_t i = 0; i < c->found.n; i++) {
        struct diag *f = &c->found.items[i];
        if (f->level == DIAG_WARNING && str_eq(f->code, "ARTIFACT_MISSING")) {
            f->level = DIAG_ERROR;
            c->found.errors++;
        }
    }
    if (c->found.errors == 0)
        return 0;
    topology_free(c->topology);
    c->topology = NULL;
    return -EINVAL;
}

int template_check(struct template_check *c, struct err *e)
{
    static const struct strv none = {0};
    int r = template_open(c->path, &c->template, &c->opening);
    if (r < 0)
        return r;
    r = template_inputs(c->template, c->input_files ? c->input_files : &none, c->inputs ? c->inputs : &none, &c->given,
                        e);
    if (r < 0)
        return r;
    struct tosca_options options = template_options(c->template, c->given);
    options.inputs_missing_ok = c->inputs_missing_ok;
    r = tosca_load(&options, &c->topology, &c->found);
    return r == 0 && c->template->unpacked ? archive_is_whole(c) : r;
}

void template_check_done(struct template_check *c)
{
    template_close(c->template);
    json_decref(c->given);
    topology_free(c->topology);
    diags_done(&c->opening);
    diags_done(&c->found);
}

void template_check_tell(const struct cli *cli, const struct template_check *c, const struct err *e)
{
    findings_print(stderr, cli->color_err, NULL, &c->opening);
    findings_print(stderr, cli->color_err, c->template, &c->found);
    if (e && e->code)
        cli_fail(cli, e);
}

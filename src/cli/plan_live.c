// SPDX-License-Identifier: Apache-2.0
/* Sends the template's files and asks the head for the plan: only the head knows what stands, and it decides by the
 * code that carries it out. */
#include "cli/plan_live.h"

#include <errno.h>

#include "cli/api_client.h"
#include "cli/app_deploy.h"
#include "cli/bundle_make.h"
#include "cli/output.h"
#include "cli/plan_show.h"

#define CHANGES_STATUS 2 /* of --detailed-exitcode */

/* Nothing but a head's word will do. */
static bool insists(const struct plan_live *p)
{
    return p->name || p->save || p->detailed || p->saved;
}

static const char *name_of(const struct plan_live *p)
{
    const char *saved = json_str(json_object_get(p->saved, "application"), "name", NULL);
    return p->name ? p->name : saved ? saved : template_name(p->check->template);
}

static int send_bundle(struct cli *cli, const struct plan_live *p, char digest[DIGEST_TEXT_SIZE], struct err *e)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest manifest = {0};
    int r = bundle_make(p->check->template, &manifest, e);
    return r < 0 ? r : bundle_upload(cli->conn, p->check->template, &manifest, digest, NULL, e);
}

static int hold_against(struct cli *cli, const struct plan_live *p, const json_t *plan, const char *bundle)
{
    struct err e = {0};
    int r = plan_saved_check(p->saved, p->check, bundle, &e);
    if (r == 0)
        r = plan_saved_fits(p->saved, plan, &e);
    if (r < 0)
        return cli_failf(cli, "plan %s: %s", p->file, err_text(&e));
    if (cli->format != FORMAT_TABLE)
        return output_value(cli, p->saved);
    plan_show(cli, p->saved);
    return CLI_DONE;
}

static int finish(struct cli *cli, const struct plan_live *p, const json_t *plan, const struct app_wanted *w)
{
    struct err e = {0};
    int r = CLI_DONE;
    if (p->saved)
        r = hold_against(cli, p, plan, w->bundle);
    else if (cli->format == FORMAT_TABLE)
        plan_show(cli, plan);
    else
        r = output_value(cli, plan);
    if (r == CLI_DONE && p->save) {
        AUTO_JSON json_t *saved = plan_saved_make(plan, p->check, w, client_ns(cli));
        if (plan_saved_write(p->save, saved, &e) < 0)
            return cli_fail(cli, &e);
        cli_note(cli, "Saved: 'sedge deploy --plan %s' does this and nothing else.", p->save);
    }
    return r == CLI_DONE && p->detailed && plan_has_changes(plan) ? CHANGES_STATUS : r;
}

static int ask(struct cli *cli, const struct plan_live *p, struct app_deploy *d)
{
    char digest[DIGEST_TEXT_SIZE];
    AUTO_JSON json_t *plan = NULL;
    struct err e = {0};
    struct app_wanted w = {
        .name = d->name, .bundle = digest, .entry = p->check->template->entry, .inputs = p->check->given};
    w.workflow = plan_own_workflow(p->check->topology);
    d->wanted = &w;
    if (send_bundle(cli, p, digest, &e) < 0 || app_deploy_plan(d, &plan, &e) < 0)
        return cli_fail(cli, &e);
    return finish(cli, p, plan, &w);
}

int plan_live(struct cli *cli, const struct plan_live *p)
{
    struct app_deploy d = {.cli = cli, .verb = "plan", .name = name_of(p)};
    const char *ns = json_str(json_object_get(p->saved, "application"), "namespace", NULL);
    struct err e = {0};
    if (ns)
        cli->ns_text = ns;
    int r = client_connect(cli, &e);
    if (r == 0)
        r = client_get(cli, kind_find("Application"), client_ns(cli), d.name, &d.before, &e);
    if (!insists(p) && r < 0)
        return OPTIONS_GO;
    r = r < 0 && r != -ENOENT ? cli_fail(cli, &e) : ask(cli, p, &d);
    app_deploy_done(&d);
    return r;
}

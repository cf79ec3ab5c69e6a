// SPDX-License-Identifier: Apache-2.0
/* The way from what the user named to a checked topology, and what is told on it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli_private.h"
#include "cli/findings.h"
#include "cli/template_check.h"
#include "cli/template_inputs.h"
#include "model/secret_token.h"
#include "plan/compile.h"
#include "plan/plan.h"

#define VEIL_DEPTH 64

/* In an archive all that its template names has to be there, also what would not run here. */
static void archive_is_whole(struct template_check *c)
{
    for (size_t i = 0; i < c->found.n; i++) {
        struct diag *f = &c->found.items[i];
        if (f->level == DIAG_WARNING && str_eq(f->code, "ARTIFACT_MISSING")) {
            f->level = DIAG_ERROR;
            c->found.errors++;
        }
    }
}

/* What stands when all is told: errors that came late leave no topology. */
static int finish(struct template_check *c)
{
    if (c->whole || (c->template && c->template->files.archive))
        archive_is_whole(c);
    if (c->strict) {
        diags_strict(&c->opening);
        diags_strict(&c->found);
    }
    diags_sort(&c->found, c->template ? c->template->entry : NULL);
    if (c->opening.errors + c->found.errors == 0)
        return 0;
    topology_free(c->topology);
    c->topology = NULL;
    return -EINVAL;
}

/* What is single in a value becomes a reference that says nothing. */
static json_t *veiled(const json_t *v, int depth)
{
    const char *key;
    json_t *item;
    size_t i;
    if (json_is_null(v) || secret_call_is(v, NULL, NULL) || depth > VEIL_DEPTH)
        return json_incref((json_t *)(uintptr_t)v);
    if (!json_is_object(v) && !json_is_array(v))
        return json_pack("{s:[s, s]}", "get_secret", "given", "value");
    json_t *to = json_is_object(v) ? json_object() : json_array();
    json_object_foreach((json_t *)(uintptr_t)v, key, item) json_object_set_new(to, key, veiled(item, depth + 1));
    json_array_foreach(v, i, item) json_array_append_new(to, veiled(item, depth + 1));
    return to;
}

static int load_veiled(struct template_check *c, struct tosca_options *options, struct err *e)
{
    AUTO_JSON json_t *inputs = json_copy(c->given);
    struct topology *plain = take_ptr(c->topology);
    struct diags again = {0};
    for (size_t i = 0; i < plain->sensitive.n; i++) {
        const char *name = plain->sensitive.v[i];
        const json_t *v = json_object_get(plain->inputs, name);
        if (v)
            json_object_set_new(inputs, name, veiled(v, 0));
    }
    topology_free(plain);
    options->inputs = inputs;
    int r = tosca_load(options, &c->topology, &again);
    diags_done(&again);
    return r < 0 ? err_set(e, EINVAL, "the template cannot be shown without its sensitive inputs") : 0;
}

int template_check(struct template_check *c, struct err *e)
{
    static const struct strv none = {0};
    int r = c->over ? template_open_over(c->path, c->over, &c->template, &c->opening)
                    : template_open_with(c->path, c->imports, &c->template, &c->opening);
    if (r == 0)
        r = template_inputs(c->template, c->input_files ? c->input_files : &none, c->inputs ? c->inputs : &none,
                            &c->given, e);
    if (r < 0)
        return r;
    if (c->inputs_first)
        json_object_update_missing(c->given, (json_t *)(uintptr_t)c->inputs_first);
    struct tosca_options options = template_options(c->template, c->given);
    options.inputs_missing_ok = c->inputs_missing_ok;
    options.detail = c->detail;
    options.trees = &c->template->trees;
    r = tosca_load(&options, &c->topology, &c->found);
    int finished = finish(c);
    if (r == 0 && finished == 0 && c->veil && c->topology->sensitive.n > 0)
        r = load_veiled(c, &options, e);
    return r < 0 ? r : finished;
}

/* "file:line:col: text" as its four parts; false when it is not of that form. */
static bool split_place(const char *whole, char **ret_file, int *ret_line, int *ret_col, const char **ret_text)
{
    for (const char *at = strchr(whole, ':'); at; at = strchr(at + 1, ':')) {
        int line, col, n = 0;
        if (sscanf(at, ":%9d:%9d: %n", &line, &col, &n) != 2 || n == 0)
            continue;
        *ret_file = mem_strndup(whole, (size_t)(at - whole));
        *ret_line = line;
        *ret_col = col;
        *ret_text = at + n;
        return true;
    }
    return false;
}

/* Is there a way from nothing to everything running? */
static int check_plan(const struct topology *t, struct err *e)
{
    AUTO(plan_done)
    struct plan p = {0};
    struct plan_request request = {.next = t};
    return plan_make(&request, &p, e);
}

int template_check_deploy(struct template_check *c, const char *ns, const char *application)
{
    struct compile_input in = {.topology = c->topology, .namespace = ns, .application = application};
    struct err e = {0};
    AUTO_FREE char *file = NULL;
    int line = 1, col = 1;
    int r = compile_check(&in, &e);
    if (r == 0)
        r = check_plan(c->topology, &e);
    if (r == 0)
        return 0;
    const char *text = err_text(&e);
    if (!split_place(err_text(&e), &file, &line, &col, &text))
        file = mem_strdup(c->template->entry);
    diags_add(&c->found, DIAG_ERROR, "DEPLOY", file, line, col, "%s", text);
    return r;
}

void template_check_done(struct template_check *c)
{
    template_close(c->template);
    json_decref(c->given);
    topology_free(c->topology);
    diags_done(&c->opening);
    diags_done(&c->found);
}

/* Arguments can be read by every user of the machine while the process runs, and stay in the shell's history. */
static void remark_arguments(const struct cli *cli, const struct template_check *c)
{
    for (size_t i = 0; c->topology && c->inputs && i < c->inputs->n; i++) {
        const char *text = c->inputs->v[i], *equals = strchr(text, '=');
        AUTO_FREE char *name = mem_strndup(text, equals ? (size_t)(equals - text) : 0);
        if (equals && equals[1] != '@' && !str_eq(equals + 1, "-") && strv_has(&c->topology->sensitive, name))
            cli_note(cli,
                     "Input %s is sensitive, but stands in the arguments, for others to read: give it as -i %s=@FILE "
                     "or -i %s=-",
                     name, name, name);
    }
}

void template_check_tell(const struct cli *cli, const struct template_check *c, const struct err *e)
{
    AUTO_FINDINGS struct findings f = {0};
    findings_add(&f, c, NULL);
    findings_print(stderr, cli->color_err, &f);
    if (f.n) {
        AUTO_FREE char *count = findings_count(&f);
        fprintf(stderr, "%s: %s\n", c->path, count);
    }
    if (e && e->code)
        cli_fail(cli, e);
    remark_arguments(cli, c);
}

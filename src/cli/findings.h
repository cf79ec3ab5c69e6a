// SPDX-License-Identifier: Apache-2.0
/* Shows what a check of a template found: "file:line:col: text", the source line, and a mark below the place. */
#pragma once

#include <stdio.h>

#include "cli/template.h"

/* Prints all of `d` to `to`. t: whose files the findings speak of; NULL for those of opening it, whose paths are whole
 * already. Control characters of the template's text are not passed on. */
void findings_print(FILE *to, bool color, const struct template *t, const struct diags *d);
/* Puts them behind the items of an array: {"level", "code", "file", "line", "column", "text"}. */
void findings_json(json_t *array, const struct template *t, const struct diags *d);

/* Opens, reads inputs, loads: what validate, plan and deploy begin with. */
struct template_check {
    const char *path;
    const struct strv *inputs, *input_files; /* template_inputs */
    bool inputs_missing_ok;

    struct template *template; /* all of these are kept also when it failed, as far as it came */
    json_t *given;
    struct topology *topology;
    struct diags opening, found;
};
/* 0, or -errno: `e` is set for faults of inputs; else opening or found have errors. template_check_done in any case. */
int template_check(struct template_check *c, struct err *e);
/* What deploy would refuse of a checked template becomes an error in `found`. 0 or -errno. */
int template_check_deploy(struct template_check *c, const char *ns, const char *application);
void template_check_done(struct template_check *c);
/* Prints both lists to standard error, and `e` when it is set. */
struct cli;
void template_check_tell(const struct cli *cli, const struct template_check *c, const struct err *e);

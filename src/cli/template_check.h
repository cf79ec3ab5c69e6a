// SPDX-License-Identifier: Apache-2.0
/* The way from what the user named to a checked topology: what validate, plan and deploy begin with. */
#pragma once

#include "cli/template.h"

/* Opens, reads inputs, loads. */
struct template_check {
    const char *path;
    const struct template_overlay *over;     /* template_open_over; NULL: template_open */
    const struct strv *inputs, *input_files; /* template_inputs */
    const struct import_options *imports;    /* template_open_with */
    const json_t *inputs_first;              /* values that the others come over; may be NULL. Borrowed */
    bool inputs_missing_ok;
    bool strict; /* warnings are errors */
    bool whole;  /* files that the template names have to be there; so they have in an archive */
    bool detail; /* tosca_options.detail */
    bool veil;   /* for what is only shown: sensitive inputs become references once they are checked */

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
/* Prints both lists to standard error, with how many there are, and the fault of inputs when `e` is set. */
struct cli;
void template_check_tell(const struct cli *cli, const struct template_check *c, const struct err *e);

// SPDX-License-Identifier: Apache-2.0
/* Work flows in words: conditions, steps in order, steps of a run. */
#pragma once

#include "cli/cli_private.h"
#include "model/topology.h"

/* "api.state equal running and not (...)" of a boolean run-time call. Pure; the caller frees. */
char *flow_condition_text(const json_t *condition);
/* "call_operation Standard.start, set_state started". Pure; the caller frees. */
char *flow_activities_text(const struct topology_step *s);
/* Prints the steps of a work flow in an order in which they may run, with what they wait for and their conditions. */
int flow_print(const struct cli *cli, const struct topology_workflow *w);
/* Tells the steps that failed, and why, with the last lines of what they ran. `run`: status.workflow. */
void flow_tell_failure(const struct cli *cli, const json_t *run);
/* Values of "name=value" as the types (object: name -> {"type": text}) want them. -EINVAL with `e`. */
int flow_inputs(const struct strv *assignments, const json_t *types, json_t **ret, struct err *e);

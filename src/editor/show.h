// SPDX-License-Identifier: Apache-2.0
/* A resolved topology as data that reads like a TOSCA template: types flattened, defaults filled, requirements tied.
 * Pure. */
#pragma once

#include "model/topology.h"

/* A new value that the caller owns: {"tosca_definitions_version", "topology_template": {...}}; TOSCA 2.0 templates have
 * service_template. origins: say also where each value comes from, under "origins" of each node template and capability
 * (needs a topology with details). Run-time calls are written as the template's generation writes them. */
json_t *topology_show(const struct topology *t, bool origins);

/* Policies, groups and work flows, for topology_show. */
void show_groups(const struct topology *t, json_t *to);
void show_policies(const struct topology *t, json_t *to);
void show_workflows(const struct topology *t, json_t *to);

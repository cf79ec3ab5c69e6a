// SPDX-License-Identifier: Apache-2.0
/* The container and the volumes of a pod spec, from a container component's properties. Pure; part of compilation. */
#pragma once

#include "plan/compile.h"

/* Fills the container object and the pod's volumes (arrays and objects made by the caller). */
int compile_container(const struct compile_input *in, const struct component *c, json_t *container, json_t *volumes,
                      struct err *e);
/* Adds {"name", "value"} to an array; value as text. One that is made of secrets becomes "valueFrom". */
void compile_env_add(json_t *env, const char *name, const json_t *value);

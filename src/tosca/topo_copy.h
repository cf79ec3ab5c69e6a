// SPDX-License-Identifier: Apache-2.0
/* "copy": a template that begins as another one. */
#pragma once

#include "tosca/context.h"

/* The template under `name` of a section with its copies carried out; faults are told. */
struct at topo_copy(struct tctx *c, struct at section, const char *name, const char *words);

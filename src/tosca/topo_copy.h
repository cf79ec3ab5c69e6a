// SPDX-License-Identifier: Apache-2.0
/* "copy": a template that begins as another one. */
#pragma once

#include "tosca/context.h"

/* A template of a section with its copies carried out; faults are told. */
struct at topo_copy(struct tctx *c, struct at section, struct at at, const char *words);

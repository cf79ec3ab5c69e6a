// SPDX-License-Identifier: Apache-2.0
/* What types say: known parents and member types, refinements that fit, defaults that hold. */
#pragma once

#include "tosca/topo.h"

/* Checks every type declared in the file. `t`: an empty topology for values to be read in. */
void type_check_file(struct topo *t, struct tfile *f);
/* Checks a declaration of a property, attribute or parameter: its type, schema, constraints and default. */
void type_check_parameter(struct topo *t, struct tdef *d, const char *words, bool type_needed);

// SPDX-License-Identifier: Apache-2.0
/* Gives the finding just told the definition that it clashes with (tosca_related), in the usual words. */
#pragma once

#include "tosca/schema.h"

/* Each does nothing for NULL. Call it right after tosca_error or tosca_warn. */
void related_type(struct tctx *c, const struct ttype *t);    /* "node type 'Shop' is defined here" */
void related_def(struct tctx *c, const struct tdef *d);      /* "'port' of node type 'Shop' is defined here" */
void related_schema(struct tctx *c, const struct schema *s); /* the definition that the value has to fit */
void related_names(struct tctx *c, struct at list);          /* a list of allowed names */

// SPDX-License-Identifier: Apache-2.0
/* What types say of interfaces: operations and notifications, their inputs, and what they refine of those they had. */
#pragma once

#include "tosca/topo.h"

/* An interface type. */
void interface_type_check(struct topo *t, struct ttype *type);
/* An interface of a node, relationship or group type. */
void interface_def_check(struct topo *t, struct tdef *d, const char *words);
/* Interfaces that a requirement's relationship adds: a map of them. */
void interface_map_check(struct topo *t, struct at section, const char *words);
/* Notifications that a template assigns. `type`: of the node or relationship, may be NULL; `given`: its interfaces.
 * sedge receives none: one with an implementation is told. */
void interface_notifications_check(struct topo *t, struct scope scope, struct ttype *type, struct at given,
                                   const char *words);

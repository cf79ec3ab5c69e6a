// SPDX-License-Identifier: Apache-2.0
/* The types that sedge gives a meaning to, known by their names up the ancestry: one table for all of them. */
#pragma once

#include "model/topology.h"
#include "tosca/type_name.h"

enum known_artifact {
    ARTIFACT_OTHER,
    ARTIFACT_IMAGE,
    ARTIFACT_IMAGE_RUNS,
    ARTIFACT_DOCKERFILE,
    ARTIFACT_DOCKERFILE_RUNS
};

/* The types of the table, by number from 0: the name, and of which kind it is; NULL behind the last. */
const char *known_type(size_t i, enum type_kind *ret_kind);

enum component_kind known_component(struct tctx *c, struct ttype *node_type);
enum link_kind known_link(struct tctx *c, struct ttype *relationship_type);
enum known_artifact known_artifact(struct tctx *c, struct ttype *artifact_type);
enum policy_kind known_policy(struct tctx *c, struct ttype *policy_type);
/* Do members of such a group run on one node? */
bool known_unit(struct tctx *c, struct ttype *group_type);
/* The role of a link in the built-in protocols ("host", "connection", ...), or NULL. */
const char *known_role(enum link_kind kind);
/* Does sedge itself fill in that attribute while the application runs? */
bool known_attribute(const char *name);

// SPDX-License-Identifier: Apache-2.0
/* Names of types that mean something to sedge, nearest ancestor first. */
#include "tosca/known.h"

static const struct {
    enum type_kind kind;
    const char *name;
    int meaning;
} known_types[] = {
    {TYPE_NODE, "tosker.nodes.Container", COMPONENT_CONTAINER},
    {TYPE_NODE, "tosker.nodes.Software", COMPONENT_SOFTWARE},
    {TYPE_NODE, "tosker.nodes.Volume", COMPONENT_VOLUME},
    {TYPE_NODE, "sedge.nodes.Container", COMPONENT_CONTAINER},
    {TYPE_NODE, "sedge.nodes.Software", COMPONENT_SOFTWARE},
    {TYPE_NODE, "sedge.nodes.Volume", COMPONENT_VOLUME},
    {TYPE_RELATIONSHIP, "tosca.relationships.HostedOn", LINK_HOSTED_ON},
    {TYPE_RELATIONSHIP, "tosca.relationships.ConnectsTo", LINK_CONNECTS_TO},
    {TYPE_RELATIONSHIP, "tosca.relationships.DependsOn", LINK_DEPENDS_ON},
    {TYPE_RELATIONSHIP, "tosca.relationships.AttachesTo", LINK_ATTACHES_TO},
    {TYPE_ARTIFACT, "tosker.artifacts.Image.Service", ARTIFACT_IMAGE_RUNS},
    {TYPE_ARTIFACT, "tosker.artifacts.Image", ARTIFACT_IMAGE},
    {TYPE_ARTIFACT, "tosker.artifacts.Dockerfile.Service", ARTIFACT_DOCKERFILE_RUNS},
    {TYPE_ARTIFACT, "tosker.artifacts.Dockerfile", ARTIFACT_DOCKERFILE},
    {TYPE_POLICY, "tosker.policies.Protocol", POLICY_PROTOCOL},
    {TYPE_POLICY, "tosca.policies.Scaling", POLICY_SCALING},
    {TYPE_POLICY, "tosca.policies.Placement", POLICY_PLACEMENT},
    {TYPE_POLICY, "tosca.policies.Update", POLICY_UPDATE},
    {TYPE_POLICY, "tosca.policies.Performance", POLICY_PERFORMANCE},
    {TYPE_GROUP, "tosker.groups.DeploymentUnit", 1},
};

const char *known_type(size_t i, enum type_kind *ret_kind)
{
    if (i >= ARRAY_LEN(known_types))
        return NULL;
    *ret_kind = known_types[i].kind;
    return known_types[i].name;
}

static int known_meaning(struct tctx *c, struct ttype *t, enum type_kind kind, int fallback)
{
    for (struct ttype *p = t; p && tctx_spend(c, 1); p = type_parent(c, p)) {
        for (size_t i = 0; i < ARRAY_LEN(known_types); i++) {
            if (known_types[i].kind == kind && str_eq(known_types[i].name, p->name))
                return known_types[i].meaning;
        }
    }
    return fallback;
}

enum component_kind known_component(struct tctx *c, struct ttype *t)
{
    return (enum component_kind)known_meaning(c, t, TYPE_NODE, COMPONENT_ABSTRACT);
}

enum link_kind known_link(struct tctx *c, struct ttype *t)
{
    return (enum link_kind)known_meaning(c, t, TYPE_RELATIONSHIP, LINK_OTHER);
}

enum known_artifact known_artifact(struct tctx *c, struct ttype *t)
{
    return (enum known_artifact)known_meaning(c, t, TYPE_ARTIFACT, ARTIFACT_OTHER);
}

enum policy_kind known_policy(struct tctx *c, struct ttype *t)
{
    return (enum policy_kind)known_meaning(c, t, TYPE_POLICY, POLICY_OTHER);
}

bool known_unit(struct tctx *c, struct ttype *t)
{
    return known_meaning(c, t, TYPE_GROUP, 0) != 0;
}

const char *known_role(enum link_kind kind)
{
    static const char *const roles[LINK_KIND_MAX] = {
        [LINK_HOSTED_ON] = "host",
        [LINK_CONNECTS_TO] = "connection",
        [LINK_DEPENDS_ON] = "dependency",
        [LINK_ATTACHES_TO] = "storage",
    };
    return roles[kind];
}

bool known_attribute(const char *name)
{
    static const char *const names[] = {"id", "private_address", "public_address", "ip_address", "state", "tosca_id"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(names[i], name))
            return true;
    }
    return false;
}

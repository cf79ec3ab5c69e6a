// SPDX-License-Identifier: Apache-2.0
/* What all objects of the API have in common, and the table of their kinds. */
#pragma once

#include "model/fields.h"

struct owner_ref {
    char *api_version, *kind, *name, *uid;
    bool controller, block;
};
struct meta {
    char *name, *namespace, *uid, *resource_version, *created, *deleted, *generate_name;
    int64_t generation, grace_s;
    json_t *labels, *annotations;
    struct field_list owners; /* struct owner_ref */
    struct strv finalizers;
};
extern const struct field_table meta_fields, owner_ref_fields;

struct condition {
    char *type, *status, *reason, *message, *changed, *probed, *updated;
};
extern const struct field_table condition_fields;

/* One kind of object. */
struct kind {
    const char *api_version; /* "v1", "apps/v1", "sedge.dev/v1" */
    const char *name;        /* "Pod" */
    const char *plural;      /* "pods": in paths and keys */
    const char *singular;
    const char *short_names; /* "po", comma-separated, or "" */
    bool namespaced;
    const struct field_table *table; /* of the whole object: apiVersion, kind, metadata, spec, status */
    /* columns of `kubectl get`: "Name=path|Type=..." is made by the head */
};
extern const struct kind kinds[];
extern const size_t kinds_n;
const struct kind *kind_find(const char *name); /* "Pod" */
const struct kind *kind_by_plural(const char *api_version, const char *plural);

#define OBJECT_HEAD                                                                                                    \
    char *api_version;                                                                                                 \
    char *kind;                                                                                                        \
    struct meta meta

// SPDX-License-Identifier: Apache-2.0
/* What a request's path speaks of. Pure. */
#pragma once

#include "http/http_path.h"
#include "model/object.h"

enum api_target {
    API_INDEX,        /* / */
    API_HEALTH,       /* /healthz, /readyz, /livez and below */
    API_VERSION,      /* /version */
    API_VERSIONS,     /* /api */
    API_GROUPS,       /* /apis */
    API_GROUP,        /* /apis/<group> */
    API_RESOURCES,    /* /api/v1, /apis/<group>/<version> */
    API_OPENAPI_2,    /* /openapi/v2 */
    API_OPENAPI_3,    /* /openapi/v3 */
    API_OPENAPI_3_OF, /* /openapi/v3/api/v1, /openapi/v3/apis/<group>/<version> */
    API_COLLECTION,   /* .../pods */
    API_OBJECT,       /* .../pods/<name> */
    API_STATUS,       /* .../pods/<name>/status */
    API_SCALE,        /* .../deployments/<name>/scale */
    API_PLAN,         /* .../applications/<name>/plan */
    API_EXEC,         /* .../pods/<name>/exec, attach, portforward: refused with a hint */
    API_PLACEMENT,    /* .../pods/<name>/placement */
    API_LOG,          /* .../pods/<name>/log */
    API_NODE_LINK,    /* model/node_link.h says what these are */
    API_NODE_STREAM,
    API_POD_STREAM,
    API_BUNDLE,
    API_BLOB,
    API_CREDENTIALS,
    API_CA, /* model/join.h says what these are */
    API_JOIN,
    API_NODE_CERTIFICATE,
    API_JOIN_TOKENS, /* /sedge/v1/join-tokens */
    API_JOIN_TOKEN,  /* /sedge/v1/join-tokens/<id> */
    API_TARGETS,
};

/* All borrowed from the path or from the table of kinds; NULL where the target has none. */
struct api_route {
    enum api_target target;
    const char *api_version; /* of RESOURCES, OPENAPI_3_OF, COLLECTION, OBJECT, ... */
    const char *group;       /* of GROUP */
    const struct kind *kind;
    const char *ns, *name; /* name: also of nodes and pods of sedge's own paths, and digests */
};
/* 0; -ENOENT when nothing is there. */
int api_route_find(const struct http_path *path, struct api_route *ret);

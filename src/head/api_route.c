// SPDX-License-Identifier: Apache-2.0
/* Finds what a path speaks of: fixed paths by a table of patterns, objects by the table of kinds. */
#include "head/api_route.h"

#include <errno.h>
#include <string.h>

/* "{ns}" and the like take one part each. */
static const struct {
    const char *pattern;
    enum api_target target;
} patterns[] = {
    {"healthz", API_HEALTH},
    {"readyz", API_HEALTH},
    {"livez", API_HEALTH},
    {"version", API_VERSION},
    {"api", API_VERSIONS},
    {"apis", API_GROUPS},
    {"apis/{group}", API_GROUP},
    {"openapi/v2", API_OPENAPI_2},
    {"openapi/v3", API_OPENAPI_3},
    {"sedge/v1/nodes/{name}/link", API_NODE_LINK},
    {"sedge/v1/nodes/{name}/stream", API_NODE_STREAM},
    {"sedge/v1/namespaces/{ns}/pods/{name}/stream", API_POD_STREAM},
    {"sedge/v1/bundles/{name}", API_BUNDLE},
    {"sedge/v1/blobs/{name}", API_BLOB},
    {"sedge/v1/credentials", API_CREDENTIALS},
    {"sedge/v1/ca", API_CA},
    {"sedge/v1/join", API_JOIN},
    {"sedge/v1/nodes/{name}/certificate", API_NODE_CERTIFICATE},
    {"sedge/v1/join-tokens", API_JOIN_TOKENS},
    {"sedge/v1/join-tokens/{name}", API_JOIN_TOKEN},
};

static void capture(struct api_route *r, const char *word, size_t len, const char *part)
{
    if (len == 4 && memcmp(word, "{ns}", 4) == 0)
        r->ns = part;
    else if (len == 6 && memcmp(word, "{name}", 6) == 0)
        r->name = part;
    else
        r->group = part;
}

static bool fits(const char *pattern, const struct strv *parts, struct api_route *ret)
{
    size_t i = 0;
    for (const char *word = pattern; word; i++) {
        size_t len = strcspn(word, "/");
        if (i >= parts->n)
            return false;
        if (word[0] == '{')
            capture(ret, word, len, parts->v[i]);
        else if (strlen(parts->v[i]) != len || memcmp(parts->v[i], word, len) != 0)
            return false;
        word = word[len] ? word + len + 1 : NULL;
    }
    return i == parts->n;
}

/* "api/v1" and "apis/<group>/<version>" at parts[at]: the version as the kinds have it, and how many parts it took;
 * NULL when there is none. */
static const char *version_at(const struct strv *parts, size_t at, size_t *ret_parts)
{
    bool core = parts->n > at + 1 && str_eq(parts->v[at], "api");
    bool grouped = parts->n > at + 2 && str_eq(parts->v[at], "apis");
    if (!core && !grouped)
        return NULL;
    AUTO_FREE char *text =
        core ? mem_strdup(parts->v[at + 1]) : mem_printf("%s/%s", parts->v[at + 1], parts->v[at + 2]);
    *ret_parts = core ? 2 : 3;
    for (size_t i = 0; i < kinds_n; i++)
        if (str_eq(kinds[i].api_version, text) && core == !strchr(text, '/'))
            return kinds[i].api_version;
    return NULL;
}

static int subresource(struct api_route *r, const char *word)
{
    static const struct {
        const char *word, *kind; /* kind NULL: of all */
        enum api_target target;
    } subs[] = {
        {"status", NULL, API_STATUS},      {"log", "Pod", API_LOG},   {"scale", "Deployment", API_SCALE},
        {"plan", "Application", API_PLAN}, {"exec", "Pod", API_EXEC}, {"attach", "Pod", API_EXEC},
        {"portforward", "Pod", API_EXEC},  {"placement", "Pod", API_PLACEMENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(subs); i++) {
        if (str_eq(subs[i].word, word) && (!subs[i].kind || str_eq(subs[i].kind, r->kind->name))) {
            r->target = subs[i].target;
            return 0;
        }
    }
    return -ENOENT;
}

/* parts from `at` on: <plural>[/<name>[/<sub>]]. */
static int kind_path(struct api_route *r, const struct strv *parts, size_t at)
{
    size_t n = parts->n - at;
    r->kind = kind_by_plural(r->api_version, parts->v[at]);
    if (!r->kind || n > 3 || (r->ns && !r->kind->namespaced))
        return -ENOENT;
    r->target = n == 1 ? API_COLLECTION : API_OBJECT;
    r->name = n > 1 ? parts->v[at + 1] : NULL;
    if (r->name && r->kind->namespaced && !r->ns)
        return -ENOENT; /* one object of a namespace that was not named */
    return n == 3 ? subresource(r, parts->v[at + 2]) : 0;
}

static int version_path(struct api_route *r, const struct strv *parts, size_t at)
{
    size_t n = parts->n - at;
    if (n == 0) {
        r->target = API_RESOURCES;
        return 0;
    }
    bool inside = str_eq(parts->v[at], "namespaces") && n > 2;
    if (inside && !(n == 3 && str_eq(parts->v[at + 2], "status"))) {
        r->ns = parts->v[at + 1];
        at += 2;
    }
    return kind_path(r, parts, at);
}

static int find_pattern(const struct strv *parts, struct api_route *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        struct api_route r = {.target = patterns[i].target};
        if (fits(patterns[i].pattern, parts, &r)) {
            *ret = r;
            return 0;
        }
    }
    return -ENOENT;
}

int api_route_find(const struct http_path *path, struct api_route *ret)
{
    const struct strv *parts = &path->parts;
    *ret = (struct api_route){.target = API_INDEX};
    if (parts->n == 0)
        return 0;
    if (find_pattern(parts, ret) == 0)
        return 0;
    size_t taken = 0;
    bool openapi = parts->n > 2 && str_eq(parts->v[0], "openapi") && str_eq(parts->v[1], "v3");
    struct api_route r = {.api_version = version_at(parts, openapi ? 2 : 0, &taken), .target = API_OPENAPI_3_OF};
    if (!r.api_version)
        return -ENOENT;
    int found = openapi ? (parts->n == 2 + taken ? 0 : -ENOENT) : version_path(&r, parts, taken);
    if (found == 0)
        *ret = r;
    return found;
}

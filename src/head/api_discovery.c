// SPDX-License-Identifier: Apache-2.0
/* What the API has, as clients ask for it: versions, groups and resources, all from the table of kinds. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "head/api_private.h"

void api_health(struct api_call *c)
{
    http_respond(c->r, 200, "text/plain", "ok", 2);
}

void api_version(struct api_call *c)
{
    struct utsname u = {0};
    uname(&u);
    AUTO_FREE char *platform = mem_printf("linux/%s", u.machine);
    /* The version of Kubernetes' API that the subset is of: clients compare it with their own. */
    AUTO_JSON json_t *v =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "major", "1", "minor", "32", "gitVersion",
                  "v1.32.0+sedge-" SEDGE_VERSION, "gitCommit", "", "gitTreeState", "", "buildDate",
                  "1970-01-01T00:00:00Z", "goVersion", "", "compiler", "cc", "platform", platform);
    api_respond(c->r, 200, v);
}

void api_index(struct api_call *c)
{
    static const char *const paths[] = {"/api",    "/api/v1",     "/apis",       "/healthz", "/livez",
                                        "/readyz", "/openapi/v2", "/openapi/v3", "/version"};
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        json_array_append_new(list, json_string(paths[i]));
    AUTO_JSON json_t *v = json_pack("{s:o}", "paths", list);
    api_respond(c->r, 200, v);
}

void api_versions(struct api_call *c)
{
    AUTO_JSON json_t *v =
        json_pack("{s:s, s:[s], s:[]}", "kind", "APIVersions", "versions", "v1", "serverAddressByClientCIDRs");
    api_respond(c->r, 200, v);
}

/* ---- groups: those of the kinds, each with the one version that it has ---- */

static json_t *group_entry(const char *api_version)
{
    const char *slash = strchr(api_version, '/');
    AUTO_FREE char *name = mem_strndup(api_version, (size_t)(slash - api_version));
    json_t *version = json_pack("{s:s, s:s}", "groupVersion", api_version, "version", slash + 1);
    return json_pack("{s:s, s:[O], s:o}", "name", name, "versions", version, "preferredVersion", version);
}

static bool is_first_of_group(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(kinds[k].api_version, kinds[i].api_version))
            return false;
    return strchr(kinds[i].api_version, '/') != NULL;
}

void api_groups(struct api_call *c)
{
    json_t *groups = json_array();
    for (size_t i = 0; i < kinds_n; i++)
        if (is_first_of_group(i))
            json_array_append_new(groups, group_entry(kinds[i].api_version));
    AUTO_JSON json_t *v = json_pack("{s:s, s:s, s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups", groups);
    api_respond(c->r, 200, v);
}

void api_group(struct api_call *c)
{
    AUTO_FREE char *prefix = mem_printf("%s/", c->route.group);
    for (size_t i = 0; i < kinds_n; i++) {
        if (!is_first_of_group(i) || !str_starts(kinds[i].api_version, prefix))
            continue;
        AUTO_JSON json_t *v = group_entry(kinds[i].api_version);
        json_put_str(v, "kind", "APIGroup");
        json_put_str(v, "apiVersion", "v1");
        api_respond(c->r, 200, v);
        return;
    }
    api_refuse(c->r, 404, "NotFound", "the API has no group '%s'", c->route.group);
}

/* ---- resources ---- */

static json_t *verbs(const char *text)
{
    AUTO_STRV struct strv words = {0};
    json_t *v = json_array();
    strv_split(&words, text, " ");
    for (size_t i = 0; i < words.n; i++)
        json_array_append_new(v, json_string(words.v[i]));
    return v;
}

static json_t *resource(const struct kind *k)
{
    static const char *const of_all[] = {"Pod", "Service", "Deployment", "Application"};
    json_t *v = json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", k->plural, "singularName", k->singular, "namespaced",
                          k->namespaced, "kind", k->name, "verbs",
                          verbs("create delete deletecollection get list patch update watch"));
    AUTO_STRV struct strv names = {0};
    strv_split(&names, k->short_names, ",");
    if (names.n > 0)
        json_object_set_new(v, "shortNames", json_array());
    for (size_t i = 0; i < names.n; i++)
        json_array_append_new(json_object_get(v, "shortNames"), json_string(names.v[i]));
    for (size_t i = 0; i < ARRAY_LEN(of_all); i++)
        if (str_eq(of_all[i], k->name))
            json_object_set_new(v, "categories", json_pack("[s]", "all"));
    return v;
}

static json_t *subresource(const struct kind *k, const char *name, const char *kind, const char *does)
{
    AUTO_FREE char *path = mem_printf("%s/%s", k->plural, name);
    return json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", path, "singularName", "", "namespaced", k->namespaced, "kind",
                     kind, "verbs", verbs(does));
}

static bool has_status(const struct kind *k)
{
    for (size_t i = 0; i < k->table->n; i++)
        if (str_eq(k->table->fields[i].name, "status"))
            return true;
    return false;
}

static void add_resources(json_t *list, const struct kind *k)
{
    json_array_append_new(list, resource(k));
    if (has_status(k))
        json_array_append_new(list, subresource(k, "status", k->name, "get patch update"));
    if (str_eq(k->name, "Pod"))
        json_array_append_new(list, subresource(k, "log", "Pod", "get"));
    if (!str_eq(k->name, "Deployment"))
        return;
    json_t *scale = subresource(k, "scale", "Scale", "get patch update");
    json_put_str(scale, "group", "autoscaling");
    json_put_str(scale, "version", "v1");
    json_array_append_new(list, scale);
}

void api_resources(struct api_call *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < kinds_n; i++)
        if (str_eq(kinds[i].api_version, c->route.api_version))
            add_resources(list, &kinds[i]);
    AUTO_JSON json_t *v = json_pack("{s:s, s:s, s:s, s:o}", "kind", "APIResourceList", "apiVersion", "v1",
                                    "groupVersion", c->route.api_version, "resources", list);
    api_respond(c->r, 200, v);
}

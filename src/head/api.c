// SPDX-License-Identifier: Apache-2.0
/* Every request: who asks, what for, may he, and who answers. */
#include "head/api.h"

#include <errno.h>
#include <string.h>

#include "head/api_auth.h"
#include "head/api_private.h"
#include "model/join.h"

/* What a route asks of who comes. */
enum need {
    NEED_NOBODY,
    NEED_NODE,  /* the node that the path names, or any user */
    NEED_FILES, /* any node or user */
    NEED_USER,
    NEED_ROOT,
};

static const struct {
    enum api_target target;
    const char *method;
    enum need need;
    void (*handle)(struct api_call *c);
} handlers[] = {
    {API_HEALTH, "GET", NEED_NOBODY, api_health},
    {API_VERSION, "GET", NEED_NOBODY, api_version},
    {API_INDEX, "GET", NEED_USER, api_index},
    {API_VERSIONS, "GET", NEED_USER, api_versions},
    {API_GROUPS, "GET", NEED_USER, api_groups},
    {API_GROUP, "GET", NEED_USER, api_group},
    {API_RESOURCES, "GET", NEED_USER, api_resources},
    {API_OPENAPI_2, "GET", NEED_USER, api_openapi_2},
    {API_OPENAPI_3, "GET", NEED_USER, api_openapi_3},
    {API_OPENAPI_3_OF, "GET", NEED_USER, api_openapi_3_of},
    {API_COLLECTION, "GET", NEED_USER, api_list},
    {API_COLLECTION, "POST", NEED_USER, api_create},
    {API_COLLECTION, "DELETE", NEED_USER, api_delete_collection},
    {API_OBJECT, "GET", NEED_USER, api_get},
    {API_OBJECT, "PUT", NEED_USER, api_replace},
    {API_OBJECT, "PATCH", NEED_USER, api_patch},
    {API_OBJECT, "DELETE", NEED_USER, api_delete},
    {API_STATUS, "GET", NEED_USER, api_get},
    {API_STATUS, "PUT", NEED_USER, api_replace},
    {API_STATUS, "PATCH", NEED_USER, api_patch},
    {API_SCALE, "GET", NEED_USER, api_get_scale},
    {API_SCALE, "PUT", NEED_USER, api_put_scale},
    {API_SCALE, "PATCH", NEED_USER, api_put_scale},
    {API_PLAN, "GET", NEED_USER, api_get_plan},
    {API_PLAN, "POST", NEED_USER, api_make_plan},
    {API_PLACEMENT, "GET", NEED_USER, api_placement},
    {API_LOG, "GET", NEED_USER, api_log},
    {API_EXEC, "GET", NEED_USER, api_exec},
    {API_EXEC, "POST", NEED_USER, api_exec},
    {API_NODE_LINK, "POST", NEED_NODE, api_node_link},
    {API_NODE_STREAM, "POST", NEED_USER, api_node_stream},
    {API_POD_STREAM, "POST", NEED_USER, api_pod_stream},
    {API_BUNDLE, "GET", NEED_FILES, api_get_file},
    {API_BUNDLE, "PUT", NEED_USER, api_put_bundle},
    {API_BLOB, "GET", NEED_FILES, api_get_file},
    {API_BLOB, "PUT", NEED_USER, api_put_blob},
    {API_CREDENTIALS, "POST", NEED_ROOT, api_credentials},
    {API_CA, "GET", NEED_NOBODY, api_ca},
    {API_JOIN, "POST", NEED_NOBODY, api_join},                         /* the token says who may */
    {API_NODE_CERTIFICATE, "POST", NEED_NOBODY, api_node_certificate}, /* the node's key does */
    {API_JOIN_TOKENS, "GET", NEED_USER, api_join_tokens},
    {API_JOIN_TOKENS, "POST", NEED_USER, api_make_join_token},
    {API_JOIN_TOKEN, "DELETE", NEED_USER, api_remove_join_token},
};

static bool may(const struct api_user *u, enum need need, const struct api_route *route)
{
    switch (need) {
    case NEED_NOBODY:
        return true;
    case NEED_NODE:
        return u->right >= RIGHT_USER ||
               (u->right == RIGHT_NODE && str_eq(u->name + strlen(NODE_USER_PREFIX), route->name));
    case NEED_FILES:
        return u->right >= RIGHT_NODE;
    case NEED_USER:
        return u->right >= RIGHT_USER;
    case NEED_ROOT:
        return u->right >= RIGHT_ROOT;
    }
    return false;
}

/* Index of the handler, or -1 with the methods that there are. */
static ssize_t find_handler(enum api_target target, const char *method, struct buf *allowed)
{
    if (str_eq(method, "HEAD"))
        method = "GET";
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
        if (handlers[i].target != target)
            continue;
        if (str_eq(handlers[i].method, method))
            return (ssize_t)i;
        buf_addf(allowed, "%s%s", allowed->len ? ", " : "Allow: ", handlers[i].method);
    }
    return -1;
}

static void refuse_method(struct http_request *r, const struct buf *allowed)
{
    const char *headers[] = {buf_str(allowed), NULL};
    AUTO_FREE char *text = mem_printf("%s is not allowed here", http_method(r));
    AUTO_JSON json_t *v = api_status_of(405, "MethodNotAllowed", text, NULL);
    AUTO_FREE char *body = json_text(v);
    http_respond_with(r, 405, "application/json", body, strlen(body), headers);
}

static void refuse_user(struct http_request *r, const struct api_user *u, enum need need)
{
    static const char *const headers[] = {"WWW-Authenticate: Bearer", NULL};
    if (u->name) {
        api_refuse(r, 403, "Forbidden", "%.80s may not do this%s", u->name,
                   need == NEED_ROOT ? ": only root of the head's machine may, over its Unix socket" : "");
        return;
    }
    AUTO_JSON json_t *v = api_status_of(401, "Unauthorized",
                                        "Unauthorized: show a certificate of the cluster or a token "
                                        "(`sedge kubeconfig` on the head's machine makes them)",
                                        NULL);
    AUTO_FREE char *body = json_text(v);
    http_respond_with(r, 401, "application/json", body, strlen(body), headers);
}

/* A node may look at its own Node object: so a board that joins learns when it is ready. */
static bool is_own_node(const struct api_user *u, const struct http_request *r, const struct api_route *route)
{
    return u->right == RIGHT_NODE && route->target == API_OBJECT && str_eq(http_method(r), "GET") &&
           str_eq(route->kind->name, "Node") && str_eq(u->name + strlen(NODE_USER_PREFIX), route->name);
}

/* The handler that may be called, or -1 when it was answered. Strangers learn nothing of what is there. */
static ssize_t admit(struct head *h, struct http_request *r, const struct api_route *route, bool found, char **ret_user)
{
    AUTO(api_user_done)
    struct api_user u;
    AUTO_BUF struct buf allowed = {0};
    api_user_of(h, r, &u);
    ssize_t i = found ? find_handler(route->target, http_method(r), &allowed) : -1;
    enum need need = i >= 0 ? handlers[i].need : NEED_FILES;
    if (!may(&u, need, route) && !(found && is_own_node(&u, r, route)))
        refuse_user(r, &u, need);
    else if (!found)
        api_refuse(r, 404, "NotFound", "the server could not find the requested resource");
    else if (i < 0)
        refuse_method(r, &allowed);
    else {
        *ret_user = take_ptr(u.name);
        return i;
    }
    return -1;
}

static bool is_objects(enum api_target t)
{
    return t == API_COLLECTION || t == API_OBJECT || t == API_STATUS || t == API_SCALE;
}

void api_handle(void *head, struct http_request *r)
{
    struct err e = {0};
    struct api_call c = {.h = head, .r = r};
    AUTO_FREE char *user = NULL;
    bool found = api_route_find(http_request_path(r), &c.route) == 0;
    ssize_t i = admit(head, r, &c.route, found, &user);
    if (i < 0)
        return;
    c.user = user;
    const char *accept = http_header(r, "Accept");
    if (is_objects(c.route.target) && api_form_of(accept, &c.options.form) < 0) {
        api_refuse(r, 406, "NotAcceptable", "'%.80s' is not served; accept application/json", accept);
        return;
    }
    enum api_form form = c.options.form;
    if (is_objects(c.route.target) && api_options_parse(http_request_path(r), &c.options, &e) < 0) {
        /* Invalid, not malformed: how clients hear that an option is not there */
        api_fail(r, str_starts(e.text, "sendInitialEvents") ? &c.route : NULL, -EINVAL, &e);
        return;
    }
    c.options.form = form;
    handlers[i].handle(&c);
    api_options_done(&c.options);
}

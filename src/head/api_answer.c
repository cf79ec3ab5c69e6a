// SPDX-License-Identifier: Apache-2.0
/* Answers: objects, and Status objects that tell what went wrong and where. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "head/api_private.h"
#include "head/api_protobuf.h"

void api_respond(struct http_request *r, int status, const json_t *body)
{
    AUTO_FREE char *text = json_text(body);
    http_respond(r, status, "application/json", text, strlen(text));
}

/* "apps" of "apps/v1", "" of "v1". The caller frees. */
static char *group_of(const char *api_version)
{
    const char *slash = api_version ? strchr(api_version, '/') : NULL;
    return slash ? mem_strndup(api_version, (size_t)(slash - api_version)) : mem_strdup("");
}

json_t *api_status_of(int status, const char *reason, const char *message, const struct api_route *about)
{
    bool good = status < 400;
    json_t *v = json_pack("{s:s, s:s, s:{}, s:s, s:i}", "kind", "Status", "apiVersion", "v1", "metadata", "status",
                          good ? "Success" : "Failure", "code", status);
    json_put_str(v, "message", message);
    json_put_str(v, "reason", reason);
    if (!about || !about->kind)
        return v;
    AUTO_FREE char *group = group_of(about->kind->api_version);
    json_t *details = json_object();
    json_object_set_new(v, "details", details);
    json_put_str(details, "name", about->name);
    json_put_str(details, "group", group[0] ? group : NULL);
    /* Kubernetes names the resource, but for what is invalid the kind. */
    json_put_str(details, "kind", str_eq(reason, "Invalid") ? about->kind->name : about->kind->plural);
    return v;
}

static const struct {
    int code, status;
    const char *reason;
} failures[] = {
    {ENOENT, 404, "NotFound"},
    {EEXIST, 409, "AlreadyExists"},
    {EINVAL, 422, "Invalid"},
    {EAGAIN, 409, "Conflict"},
    {EBUSY, 409, "Conflict"},
    {ERANGE, 410, "Expired"},
    {E2BIG, 413, "RequestEntityTooLarge"},
    {EBADMSG, 400, "BadRequest"},
    {ENOTCONN, 503, "ServiceUnavailable"},
    {ENOSPC, 507, "InsufficientStorage"},
};

/* Length of the field's path that an error's text begins with; 0 when it begins with none. */
static size_t path_length(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || (text[n] != '\0' && strchr("._[]/-$", text[n])))
        n++;
    return n > 0 && text[n] == ':' && text[n + 1] == ' ' ? n : 0;
}

static void add_cause(json_t *status, const char *text)
{
    size_t n = path_length(text);
    if (n == 0)
        return;
    const char *message = text + n + 2;
    const char *reason = str_starts(message, "required")        ? "FieldValueRequired"
                         : str_starts(message, "unknown field") ? "FieldValueForbidden"
                                                                : "FieldValueInvalid";
    AUTO_FREE char *field = mem_strndup(text, n);
    json_t *details = json_object_get(status, "details");
    if (!details) {
        details = json_object();
        json_object_set_new(status, "details", details);
    }
    json_object_set_new(details, "causes",
                        json_pack("[{s:s, s:s, s:s}]", "reason", reason, "message", message, "field", field));
}

json_t *api_failure(const struct api_route *about, int code, const struct err *e, int *ret_http)
{
    int status = 500;
    const char *reason = "InternalError", *text = err_text(e);
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        if (failures[i].code == -code) {
            status = failures[i].status;
            reason = failures[i].reason;
        }
    }
    bool invalid = status == 422 && about && about->kind;
    if (status == 422 && !invalid) { /* of no object: what was asked is malformed */
        status = 400;
        reason = "BadRequest";
    }
    AUTO_FREE char *message =
        invalid ? mem_printf("%s \"%s\" is invalid: %s", about->kind->name, about->name ? about->name : "", text)
                : mem_strdup(text);
    json_t *v = api_status_of(status, reason, message, about);
    if (status == 422 || status == 400)
        add_cause(v, text);
    *ret_http = status;
    return v;
}

void api_fail(struct http_request *r, const struct api_route *about, int code, const struct err *e)
{
    int status;
    AUTO_JSON json_t *v = api_failure(about, code, e, &status);
    if (status >= 500)
        log_error("%s: %s", http_method(r), err_text(e));
    api_respond(r, status, v);
}

void api_refuse(struct http_request *r, int status, const char *reason, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    AUTO_JSON json_t *v = api_status_of(status, reason, text, NULL);
    api_respond(r, status, v);
}

static json_t *protobuf_body(struct http_request *r, const char *body, size_t len)
{
    struct err e = {0};
    json_t *v = api_protobuf_read(body, len, &e);
    bool other = e.code == ENOTSUP;
    if (!v)
        api_refuse(r, other ? 415 : 400, other ? "UnsupportedMediaType" : "BadRequest",
                   "the body is '" API_PROTOBUF_TYPE "': %s; send JSON with Content-Type: application/json",
                   err_text(&e));
    return v;
}

json_t *api_body(struct http_request *r, bool may_be_empty)
{
    struct err e = {0};
    size_t len;
    const char *body = http_body(r, &len), *type = http_header(r, "Content-Type");
    if (len == 0 && may_be_empty)
        return json_object();
    size_t n = type ? strcspn(type, "; ") : 0;
    bool json = n > 0 && (strncasecmp(type, "application/json", n) == 0 ||
                          (n > 5 && strncasecmp(type + n - 5, "+json", 5) == 0));
    if (n == strlen(API_PROTOBUF_TYPE) && strncasecmp(type, API_PROTOBUF_TYPE, n) == 0)
        return protobuf_body(r, body, len);
    if (type && !json) {
        api_refuse(r, 415, "UnsupportedMediaType", "the body is '%.80s'; send JSON with Content-Type: application/json",
                   type);
        return NULL;
    }
    json_t *v = json_parse(body, len, &e);
    if (!v)
        api_refuse(r, e.code == E2BIG ? 413 : 400, e.code == E2BIG ? "RequestEntityTooLarge" : "BadRequest",
                   "the body is no JSON: %s", err_text(&e));
    return v;
}

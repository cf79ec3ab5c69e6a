// SPDX-License-Identifier: Apache-2.0
/* Speaks with a registry: finds its scheme and its way of access, gets manifests, and says failures in a person's
 * words. */
#include "image/registry.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "image/registry_private.h"

#define MANIFEST_TRIES 4
#define ACCEPT_MANIFESTS                                                                                               \
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "                            \
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"

void registry_wait(int attempt)
{
    int64_t ms = 250LL << (attempt < 5 ? attempt : 5);
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}

/* "manifest unknown": the first message of a registry's error body, or NULL. The caller frees. */
static char *registry_words(const struct http_get_reply *reply)
{
    AUTO_JSON json_t *v = json_parse(buf_str(&reply->body), reply->body.len, NULL);
    const json_t *first = json_array_get(json_object_get(v, "errors"), 0);
    const char *words = json_str(first, "message", json_str(first, "code", NULL));
    return words ? mem_strndup(words, 200) : NULL;
}

static const struct {
    long status;
    int code;
    const char *advice;
} verdicts[] = {
    {401, EACCES, "check the name; when it is private, give user name and password in the registries file"},
    {403, EACCES, "this user may not have it; check the name and the credentials in the registries file"},
    {404, ENOENT, "check the name, or import the image with 'sedge image import'"},
    {429, ENETUNREACH, "it wants fewer requests; wait a while, or log in by the registries file"},
};

int registry_refused(const struct registry *r, const char *what, const struct http_get_reply *reply, struct err *e)
{
    AUTO_FREE char *words = registry_words(reply);
    const char *advice = "try again later, or ask who runs the registry";
    int code = ENETUNREACH;
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
        if (verdicts[i].status == reply->status) {
            code = verdicts[i].code;
            advice = verdicts[i].advice;
        }
    }
    return err_set(e, code, "%s: registry %s answered %ld%s%s%s; %s", what, r->host, reply->status, words ? " (" : "",
                   words ? words : "", words ? ")" : "", advice);
}

/* What a person can do about it. */
static const char *advice(enum http_get_fault fault)
{
    if (fault == HTTP_GET_UNTRUSTED)
        return "give its CA as \"ca\" in the registries file, or set \"insecure\" there";
    if (fault == HTTP_GET_NO_NAME)
        return "check the registry's name and this machine's network";
    return "check that the registry runs and that this machine reaches it";
}

int registry_ask(struct registry *r, const struct http_get_request *q, struct http_get_reply *ret, struct err *e)
{
    struct err why = {0};
    int k = http_get(r->http, q, ret, &why);
    if (k == -ENETUNREACH)
        err_set(e, ENETUNREACH, "%s; %s", err_text(&why), advice(ret->fault));
    return k;
}

int registry_get(struct registry *r, const char *path, struct http_get_request *q, struct http_get_reply *ret,
                 struct err *e)
{
    AUTO_FREE char *url = mem_printf("%s/v2/%s", r->base, path);
    for (int attempt = 0;; attempt++) {
        q->url = url;
        q->authorization = r->authorization;
        q->ca = r->settings->ca;
        q->unchecked = r->settings->insecure;
        q->plain = r->plain;
        int k = registry_ask(r, q, ret, e);
        if (k < 0)
            return err_wrap(e, k, "registry %s", r->host);
        if (ret->status != 401 || attempt > 0)
            return 0;
        /* No access yet, or the token ran out: once more with a new one. */
        AUTO_FREE char *challenge = http_get_header(ret, "WWW-Authenticate");
        k = challenge ? registry_authorize(r, challenge, e) : 0;
        if (k < 0 || !challenge)
            return k;
        http_get_reply_done(ret);
    }
}

/* /v2/ tells a registry from anything else. */
static int ping(struct registry *r, const char *scheme, struct http_get_reply *reply, struct err *e)
{
    const char *host = str_eq(r->host, "docker.io") ? "registry-1.docker.io" : r->host;
    free(r->base);
    r->base = mem_printf("%s://%s", scheme, host);
    AUTO_FREE char *url = mem_printf("%s/v2/", r->base);
    struct http_get_request q = {
        .url = url, .ca = r->settings->ca, .unchecked = r->settings->insecure, .plain = r->plain};
    return registry_ask(r, &q, reply, e);
}

static int find_scheme(struct registry *r, struct http_get_reply *reply, struct err *e)
{
    int k = ping(r, "https", reply, e);
    if (k < 0 && r->plain && reply->tls_failed) {
        http_get_reply_done(reply);
        k = ping(r, "http", reply, e);
    }
    return err_wrap(e, k, "registry %s", r->host);
}

static int first_contact(struct registry *r, struct err *e)
{
    struct http_get_reply reply = {0};
    int k = find_scheme(r, &reply, e);
    AUTO_FREE char *challenge = http_get_header(&reply, "WWW-Authenticate");
    if (k == 0 && reply.status == 401 && challenge)
        k = registry_authorize(r, challenge, e);
    else if (k == 0 && reply.status >= 500)
        k = registry_refused(r, "ask for its version", &reply, e);
    else if (k == 0 && reply.status == 404)
        k = err_set(e, ENETUNREACH, "%s answers, but is no registry (404 at /v2/); check host and port", r->host);
    http_get_reply_done(&reply);
    return k;
}

int registry_open(const struct registry_settings *settings, const char *host, const char *repository,
                  struct registry **ret, struct err *e)
{
    struct registry *r = mem_alloc(sizeof(*r));
    r->settings = registry_settings_get(settings, host);
    r->host = mem_strdup(host);
    r->repository = mem_strdup(repository);
    /* A CA that was given is a wish for TLS. */
    r->plain = r->settings->insecure || (registry_is_loopback(host) && !r->settings->ca);
    int k = http_getter_new(&r->http, e);
    if (k == 0)
        k = first_contact(r, e);
    if (k < 0) {
        registry_close(r);
        return k;
    }
    *ret = r;
    return 0;
}

void registry_close(struct registry *r)
{
    if (!r)
        return;
    http_getter_free(r->http);
    free(r->host);
    free(r->repository);
    free(r->base);
    free(r->authorization);
    free(r);
}

void registry_closep(struct registry **r)
{
    registry_close(*r);
    *r = NULL;
}

static bool is_passing(int k, const struct http_get_reply *reply)
{
    return k < 0 ? reply->again : reply->status >= 500 || reply->status == 429;
}

static int manifest_get(struct registry *r, const char *reference, struct http_get_reply *reply, struct err *e)
{
    AUTO_FREE char *path = mem_printf("%s/manifests/%s", r->repository, reference);
    for (int attempt = 0;; attempt++) {
        struct http_get_request q = {.accept = ACCEPT_MANIFESTS};
        int k = registry_get(r, path, &q, reply, e);
        if (attempt + 1 >= MANIFEST_TRIES || !is_passing(k, reply))
            return k;
        http_get_reply_done(reply);
        registry_wait(attempt);
    }
}

static int manifest_take(struct registry *r, const char *reference, struct http_get_reply *reply,
                         char ret_digest[DIGEST_TEXT_SIZE], struct err *e)
{
    if (reply->status != 200)
        return registry_refused(r, reference, reply, e);
    digest_of(buf_str(&reply->body), reply->body.len, ret_digest);
    AUTO_FREE char *header = http_get_header(reply, "Docker-Content-Digest");
    const char *promised = digest_valid(reference) ? reference : header;
    if (promised && digest_valid(promised) && !str_eq(promised, ret_digest))
        return err_set(e, EBADMSG,
                       "registry %s gave a manifest with digest %s for %s; the registry or the way to it is broken",
                       r->host, ret_digest, promised);
    return 0;
}

int registry_manifest(struct registry *r, const char *reference, char **ret, size_t *ret_len,
                      char ret_digest[DIGEST_TEXT_SIZE], struct err *e)
{
    struct http_get_reply reply = {0};
    int k = manifest_get(r, reference, &reply, e);
    if (k == 0)
        k = manifest_take(r, reference, &reply, ret_digest, e);
    if (k == 0) {
        *ret_len = reply.body.len;
        *ret = buf_take(&reply.body);
    }
    http_get_reply_done(&reply);
    return k;
}

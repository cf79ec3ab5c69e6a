// SPDX-License-Identifier: Apache-2.0
/* The process that speaks with strangers' web servers. It reads its request, opens libcurl, gives all rights away that
 * it can do without (io/confine.h), and only then opens a connection. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http_fetch.h"
#include "http/http_get.h"
#include "io/confine.h"
#include "io/file.h"

#define REQUEST_MAX (256U * 1024)
#define CA_MAX      (8U << 20)
#define MEMORY      (256LL << 20)

/* Names are looked up, certificates and libraries read. */
static const char *const readable[] = {
    "/etc", "/usr", "/lib", "/lib64", "/dev", "/proc", "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
    NULL};

struct job {
    json_t *request;
    struct http_getter *getter;
    char ca[32]; /* a path of our own memory, or "" */
    int64_t until;
};

static int say(const json_t *v, const char *body, size_t len)
{
    AUTO_FREE char *line = json_text(v);
    int r = file_write_fd(STDOUT_FILENO, line, strlen(line));
    if (r == 0)
        r = file_write_fd(STDOUT_FILENO, "\n", 1);
    if (r == 0)
        r = file_write_fd(STDOUT_FILENO, body, len);
    return r < 0 ? 1 : 0;
}

static int say_error(const struct err *e)
{
    const char *text = err_text(e);
    AUTO_JSON json_t *v = json_pack("{s:s, s:i}", "error", str_is_utf8(text, strlen(text)) ? text : "it failed",
                                    "errno", e->code ? e->code : EIO);
    return say(v, "", 0);
}

static int say_reply(const struct http_get_reply *reply)
{
    static const char *const names[][2] = {
        {"etag", "ETag"}, {"modified", "Last-Modified"}, {"cache_control", "Cache-Control"}};
    AUTO_JSON json_t *v = json_object();
    size_t len = reply->status == 200 ? reply->body.len : 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO_FREE char *value = http_get_header(reply, names[i][1]);
        if (value && str_is_utf8(value, strlen(value)))
            json_put_str(v, names[i][0], value);
    }
    json_put_int(v, "status", reply->status);
    json_put_int(v, "size", (int64_t)len);
    return say(v, buf_str(&reply->body), len);
}

/* The file of trusted certificates may be one that nobody cannot read: it is taken along in memory. */
static int take_ca(struct job *j, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    const char *path = json_str(j->request, "ca", NULL);
    if (!path)
        return 0;
    int r = file_read(path, CA_MAX, &text, &len, e);
    if (r < 0)
        return err_wrap(e, r, "read the trusted certificates");
    int fd = memfd_create("ca", MFD_CLOEXEC); /* stays open for curl to open again */
    if (fd < 0)
        return err_errno(e, errno, "keep the trusted certificates");
    snprintf(j->ca, sizeof(j->ca), "/proc/self/fd/%d", fd);
    r = file_write_fd(fd, text, len);
    return r < 0 ? err_errno(e, -r, "keep the trusted certificates") : 0;
}

/* "https://host:port" of a URL: the part before its path. */
static size_t origin_len(const char *url)
{
    const char *host = strstr(url, "://");
    return host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
}

static bool same_origin(const char *a, const char *b)
{
    size_t n = origin_len(a);
    return n > 0 && n == origin_len(b) && strncasecmp(a, b, n) == 0;
}

static bool is_redirect(const struct http_get_reply *r)
{
    return r->location &&
           (r->status == 301 || r->status == 302 || r->status == 303 || r->status == 307 || r->status == 308);
}

static int redirect_check(const char *from, const char *to, struct err *e)
{
    bool https = str_starts(to, "https://");
    if (!https && !str_starts(to, "http://"))
        return err_set(e, EINVAL, "it redirects to '%.200s'; only http and https are followed", to);
    if (!https && str_starts(from, "https://"))
        return err_set(e, EINVAL, "it redirects from https to '%.200s'; that is not followed", to);
    if (memchr(to, '@', origin_len(to)))
        return err_set(e, EINVAL, "it redirects to a URL with a user name in it; that is not followed");
    return 0;
}

static int fault_code(enum http_get_fault fault)
{
    switch (fault) {
    case HTTP_GET_UNTRUSTED:
        return EKEYREJECTED;
    case HTTP_GET_TOO_LONG:
        return ETIMEDOUT;
    case HTTP_GET_TOO_BIG:
        return EFBIG;
    case HTTP_GET_BAD_URL:
        return EINVAL;
    case HTTP_GET_NO_NAME:
    case HTTP_GET_BROKEN:
    case HTTP_GET_FINE:
        break;
    }
    return ENETUNREACH;
}

static int ask(struct job *j, const char *url, bool trusted, struct http_get_reply *ret, struct err *e)
{
    const char *lines[4] = {0}, *credential = json_str(j->request, "credential", NULL);
    const char *etag = json_str(j->request, "etag", NULL), *modified = json_str(j->request, "modified", NULL);
    AUTO_FREE char *match = etag ? mem_printf("If-None-Match: %s", etag) : NULL;
    AUTO_FREE char *since = modified ? mem_printf("If-Modified-Since: %s", modified) : NULL;
    size_t n = 0;
    if (credential && trusted)
        lines[n++] = credential;
    if (match)
        lines[n++] = match;
    if (since)
        lines[n++] = since;
    struct http_get_request q = {.url = url,
                                 .headers = lines,
                                 .ca = j->ca[0] ? j->ca : NULL,
                                 .plain = str_starts(url, "http://"),
                                 .stay = true,
                                 .body_max = (size_t)json_int(j->request, "max", 0),
                                 .time_us = j->until - clock_mono_us()};
    if (q.time_us <= 0)
        return err_set(e, ETIMEDOUT, "it took too long");
    int r = http_get(j->getter, &q, ret, e);
    return r < 0 ? -(e->code = fault_code(ret->fault)) : 0;
}

static int get(struct job *j, struct http_get_reply *ret, struct err *e)
{
    const char *start = json_str(j->request, "url", "");
    AUTO_FREE char *url = mem_strdup(start);
    bool trusted = true; /* all servers up to here were the first one */
    for (int hop = 0; hop <= HTTP_FETCH_REDIRECTS_MAX; hop++) {
        int r = ask(j, url, trusted, ret, e);
        if (r < 0 || !is_redirect(ret))
            return r;
        r = redirect_check(url, ret->location, e);
        if (r < 0)
            return r;
        trusted = trusted && same_origin(start, ret->location);
        free(url);
        url = take_ptr(ret->location);
        http_get_reply_done(ret);
    }
    return err_set(e, ELOOP, "it redirects more than %d times, at last to '%.200s'", HTTP_FETCH_REDIRECTS_MAX, url);
}

static int prepare(struct job *j, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    const struct confine rights = {.readable = readable, .memory = MEMORY};
    int r = file_read_fd(STDIN_FILENO, REQUEST_MAX, &text, &len, e);
    if (r == 0 && !(j->request = json_parse(text, len, e)))
        r = -EINVAL;
    if (r == 0)
        r = take_ca(j, e);
    if (r == 0)
        r = http_getter_new(&j->getter, e);
    if (r == 0)
        r = confine_process(&rights, e);
    j->until = clock_mono_us() + json_int(j->request, "time_us", 0);
    return r;
}

int fetch_helper_main(int argc, char **argv)
{
    struct job j = {0};
    struct http_get_reply reply = {0};
    struct err e = {0};
    signal(SIGPIPE, SIG_IGN);
    int r = prepare(&j, &e);
    if (r == 0)
        r = get(&j, &reply, &e);
    int status = r < 0 ? say_error(&e) : say_reply(&reply);
    http_get_reply_done(&reply);
    http_getter_free(j.getter);
    json_decref(j.request);
    return status;
}

// SPDX-License-Identifier: Apache-2.0
/* Requests by libcurl: limits on time and size, redirects that keep credentials at home. */
#include "http/http_get.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define CURL_DISABLE_TYPECHECK /* its checks are macros around the very functions that are looked up here */
#include <curl/curl.h>

#include "base/clock.h"
#include "base/lazy.h"

#define HEADERS_MAX     (64U * 1024)
#define CONNECT_SECONDS 20L
#define STALL_SECONDS   60L
#define MAX_REDIRECTS   5L

#define CURL_FUNCTIONS(X)                                                                                              \
    X(curl_global_init)                                                                                                \
    X(curl_easy_init)                                                                                                  \
    X(curl_easy_reset)                                                                                                 \
    X(curl_easy_setopt)                                                                                                \
    X(curl_easy_perform)                                                                                               \
    X(curl_easy_getinfo)                                                                                               \
    X(curl_easy_cleanup)                                                                                               \
    X(curl_easy_strerror)                                                                                              \
    X(curl_slist_append)                                                                                               \
    X(curl_slist_free_all)

static struct {
    CURL_FUNCTIONS(LAZY_MEMBER)
} lib;
#define LAZY_LIB lib
static const struct lazy_symbol curl_symbols[] = {CURL_FUNCTIONS(LAZY_SYMBOL)};

struct http_getter {
    CURL *curl; /* kept: it keeps the connection */
};

struct transfer {
    CURL *curl;
    const struct http_get_request *q;
    struct http_get_reply *reply;
    size_t body_max;
    int stopped; /* the sink's word */
};

void http_get_reply_done(struct http_get_reply *r)
{
    buf_done(&r->body);
    strv_done(&r->headers);
    free(r->location);
    *r = (struct http_get_reply){0};
}

int http_getter_new(struct http_getter **ret, struct err *e)
{
    int r = lazy_open("libcurl-gnutls.so.4", curl_symbols, ARRAY_LEN(curl_symbols), e);
    if (r < 0)
        return r;
    CURL *curl = lib.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? lib.curl_easy_init() : NULL;
    if (!curl)
        return err_set(e, ENOMEM, "start libcurl: out of memory");
    struct http_getter *h = mem_alloc(sizeof(*h));
    h->curl = curl;
    *ret = h;
    return 0;
}

void http_getter_free(struct http_getter *h)
{
    if (h)
        lib.curl_easy_cleanup(h->curl);
    free(h);
}

static size_t on_body(char *bytes, size_t one, size_t n, void *data)
{
    struct transfer *t = data;
    lib.curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->reply->status);
    if (t->q->sink && (t->reply->status == 200 || t->reply->status == 206)) {
        t->stopped = t->q->sink(t->q->data, t->reply, bytes, n);
        return t->stopped < 0 ? 0 : n;
    }
    if (n > t->body_max - t->reply->body.len) {
        t->reply->fault = HTTP_GET_TOO_BIG;
        return 0;
    }
    buf_add(&t->reply->body, bytes, n);
    return n;
}

/* The value of a header line, trimmed, when it is the one named; else NULL. */
static char *header_value(const char *line, const char *name)
{
    size_t n = strlen(name), len = strlen(line);
    if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
        return NULL;
    const char *from = line + n + 1, *to = line + len;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && strchr(" \t\r\n", to[-1]))
        to--;
    return mem_strndup(from, (size_t)(to - from));
}

char *http_get_header(const struct http_get_reply *r, const char *name)
{
    AUTO_BUF struct buf all = {0};
    bool came = false;
    for (size_t i = 0; i < r->headers.n; i++) {
        AUTO_FREE char *value = header_value(r->headers.v[i], name);
        if (value)
            buf_addf(&all, "%s%s", came ? ", " : "", value);
        came = came || value;
    }
    return came ? buf_take(&all) : NULL;
}

static size_t on_header(char *line, size_t one, size_t len, void *data)
{
    struct transfer *t = data;
    struct http_get_reply *reply = t->reply;
    if (len >= 5 && strncasecmp(line, "HTTP/", 5) == 0) { /* a new answer: after a redirect, say */
        strv_done(&reply->headers);
        reply->header_bytes = 0;
        return len;
    }
    reply->header_bytes += len;
    if (reply->header_bytes > HEADERS_MAX) {
        reply->fault = HTTP_GET_TOO_BIG;
        return 0;
    }
    strv_take(&reply->headers, mem_strndup(line, len));
    return len;
}

static struct curl_slist *make_headers(const struct http_get_request *q)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; q->headers && q->headers[i]; i++)
        list = lib.curl_slist_append(list, q->headers[i]);
    if (q->accept) {
        AUTO_FREE char *line = mem_printf("Accept: %s", q->accept);
        list = lib.curl_slist_append(list, line);
    }
    if (q->authorization) {
        AUTO_FREE char *line = mem_printf("Authorization: %s", q->authorization);
        list = lib.curl_slist_append(list, line);
    }
    return list;
}

static void set_limits(CURL *c, const struct http_get_request *q)
{
    const char *schemes = q->plain ? "http,https" : "https";
    long whole_ms = q->time_us ? (long)(q->time_us / 1000) : 0;
    lib.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, schemes);
    lib.curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
    lib.curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, q->stay ? 0L : 1L);
    lib.curl_easy_setopt(c, CURLOPT_MAXREDIRS, MAX_REDIRECTS);
    lib.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    lib.curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    lib.curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, whole_ms);
    lib.curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    lib.curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    lib.curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 256L * 1024);
}

static void set_options(CURL *c, const struct http_get_request *q, struct transfer *t, struct curl_slist *headers,
                        char *fault)
{
    lib.curl_easy_reset(c);
    lib.curl_easy_setopt(c, CURLOPT_URL, q->url);
    lib.curl_easy_setopt(c, CURLOPT_USERAGENT, "sedge/" SEDGE_VERSION);
    lib.curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    lib.curl_easy_setopt(c, CURLOPT_ERRORBUFFER, fault);
    lib.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    lib.curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    lib.curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    lib.curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    set_limits(c, q);
    if (q->ca)
        lib.curl_easy_setopt(c, CURLOPT_CAINFO, q->ca);
    if (q->unchecked) {
        lib.curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        lib.curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static bool worth_again(CURLcode code)
{
    return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
           code == CURLE_GOT_NOTHING || code == CURLE_OPERATION_TIMEDOUT || code == CURLE_HTTP2 ||
           code == CURLE_HTTP2_STREAM || code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
}

static enum http_get_fault fault_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        enum http_get_fault fault;
    } known[] = {
        {CURLE_COULDNT_RESOLVE_HOST, HTTP_GET_NO_NAME}, {CURLE_PEER_FAILED_VERIFICATION, HTTP_GET_UNTRUSTED},
        {CURLE_SSL_CACERT_BADFILE, HTTP_GET_UNTRUSTED}, {CURLE_OPERATION_TIMEDOUT, HTTP_GET_TOO_LONG},
        {CURLE_URL_MALFORMAT, HTTP_GET_BAD_URL},        {CURLE_UNSUPPORTED_PROTOCOL, HTTP_GET_BAD_URL},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].code == code)
            return known[i].fault;
    return HTTP_GET_BROKEN;
}

static void take_info(struct http_getter *h, CURLcode code, struct http_get_reply *ret)
{
    char *location = NULL;
    lib.curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &ret->status);
    lib.curl_easy_getinfo(h->curl, CURLINFO_REDIRECT_URL, &location);
    ret->location = mem_strdup(location);
    if (code == CURLE_OK)
        return;
    ret->again = worth_again(code);
    ret->tls_failed = code == CURLE_SSL_CONNECT_ERROR || code == CURLE_COULDNT_CONNECT || code == CURLE_RECV_ERROR ||
                      code == CURLE_GOT_NOTHING;
    ret->fault = ret->fault ? ret->fault : fault_of(code);
}

int http_get(struct http_getter *h, const struct http_get_request *q, struct http_get_reply *ret, struct err *e)
{
    char fault[CURL_ERROR_SIZE] = "";
    *ret = (struct http_get_reply){0};
    struct transfer t = {
        .curl = h->curl, .q = q, .reply = ret, .body_max = q->body_max ? q->body_max : HTTP_GET_BODY_MAX};
    struct curl_slist *headers = make_headers(q);
    AUTO_FREE char *range = q->from ? mem_printf("%lld-", (long long)q->from) : NULL;
    set_options(h->curl, q, &t, headers, fault);
    if (range)
        lib.curl_easy_setopt(h->curl, CURLOPT_RANGE, range);
    CURLcode code = lib.curl_easy_perform(h->curl);
    lib.curl_slist_free_all(headers);
    take_info(h, code, ret);
    lib.curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK)
        return 0;
    if (t.stopped < 0)
        return -ECANCELED;
    if (ret->fault == HTTP_GET_TOO_BIG)
        return err_set(e, ENETUNREACH, "the answer is larger than %zu bytes", t.body_max);
    return err_set(e, ENETUNREACH, "%s", *fault ? fault : lib.curl_easy_strerror(code));
}

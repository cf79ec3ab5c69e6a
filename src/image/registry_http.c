// SPDX-License-Identifier: Apache-2.0
/* Requests by libcurl: limits on time and size, redirects that keep credentials at home. */
#include "image/registry_http.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define CURL_DISABLE_TYPECHECK /* its checks are macros around the very functions that are looked up here */
#include <curl/curl.h>

#include "base/lazy.h"

#define BODY_MAX        (4U * 1024 * 1024)
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

struct registry_http {
    CURL *curl; /* kept: it keeps the connection */
};

struct transfer {
    CURL *curl;
    const struct registry_request *q;
    struct registry_reply *reply;
    int stopped; /* the sink's word */
};

void registry_reply_done(struct registry_reply *r)
{
    buf_done(&r->body);
    free(r->challenge);
    free(r->digest);
    *r = (struct registry_reply){0};
}

int registry_http_new(struct registry_http **ret, struct err *e)
{
    int r = lazy_open("libcurl-gnutls.so.4", curl_symbols, ARRAY_LEN(curl_symbols), e);
    if (r < 0)
        return r;
    CURL *curl = lib.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? lib.curl_easy_init() : NULL;
    if (!curl)
        return err_set(e, ENOMEM, "start libcurl: out of memory");
    struct registry_http *h = mem_alloc(sizeof(*h));
    h->curl = curl;
    *ret = h;
    return 0;
}

void registry_http_free(struct registry_http *h)
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
    if (t->reply->body.len + n > BODY_MAX)
        return 0;
    buf_add(&t->reply->body, bytes, n);
    return n;
}

/* The value of a header line, trimmed, when it is the one named; else NULL. */
static char *header_value(const char *line, size_t len, const char *name)
{
    size_t n = strlen(name);
    if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
        return NULL;
    const char *from = line + n + 1, *to = line + len;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && strchr(" \t\r\n", to[-1]))
        to--;
    return mem_strndup(from, (size_t)(to - from));
}

static void take_challenge(struct registry_reply *reply, char *value)
{
    if (reply->challenge) {
        AUTO_FREE char *both = mem_printf("%s, %s", reply->challenge, value);
        free(reply->challenge);
        free(value);
        reply->challenge = take_ptr(both);
        return;
    }
    reply->challenge = value;
}

static size_t on_header(char *line, size_t one, size_t len, void *data)
{
    struct transfer *t = data;
    struct registry_reply *reply = t->reply;
    if (len >= 5 && strncasecmp(line, "HTTP/", 5) == 0) { /* a new answer: after a redirect, say */
        free(reply->challenge);
        free(reply->digest);
        reply->challenge = reply->digest = NULL;
        reply->range_start = -1;
        return len;
    }
    char *value = header_value(line, len, "WWW-Authenticate");
    if (value) {
        take_challenge(reply, value);
        return len;
    }
    value = header_value(line, len, "Docker-Content-Digest");
    if (value) {
        free(reply->digest);
        reply->digest = value;
        return len;
    }
    AUTO_FREE char *range = header_value(line, len, "Content-Range");
    if (range && str_starts(range, "bytes ")) {
        range[6 + strspn(range + 6, "0123456789")] = '\0';
        if (!str_to_i64(range + 6, 0, INT64_MAX, &reply->range_start))
            reply->range_start = -1;
    }
    return len;
}

static struct curl_slist *make_headers(const struct registry_request *q)
{
    struct curl_slist *list = NULL;
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

static void set_options(CURL *c, const struct registry_request *q, struct transfer *t, struct curl_slist *headers,
                        char *fault)
{
    const char *schemes = q->plain ? "http,https" : "https";
    lib.curl_easy_reset(c);
    lib.curl_easy_setopt(c, CURLOPT_URL, q->url);
    lib.curl_easy_setopt(c, CURLOPT_USERAGENT, "sedge/" SEDGE_VERSION);
    lib.curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    lib.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, schemes);
    lib.curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
    lib.curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    lib.curl_easy_setopt(c, CURLOPT_MAXREDIRS, MAX_REDIRECTS);
    lib.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    lib.curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    lib.curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    lib.curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    lib.curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 256L * 1024);
    lib.curl_easy_setopt(c, CURLOPT_ERRORBUFFER, fault);
    lib.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    lib.curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    lib.curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    lib.curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
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

/* What a person can do about it. */
static const char *advice(CURLcode code)
{
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        return "give its CA as \"ca\" in the registries file, or set \"insecure\" there";
    if (code == CURLE_COULDNT_RESOLVE_HOST)
        return "check the registry's name and this machine's network";
    return "check that the registry runs and that this machine reaches it";
}

int registry_http_get(struct registry_http *h, const struct registry_request *q, struct registry_reply *ret,
                      struct err *e)
{
    char fault[CURL_ERROR_SIZE] = "";
    *ret = (struct registry_reply){.range_start = -1};
    struct transfer t = {.curl = h->curl, .q = q, .reply = ret};
    struct curl_slist *headers = make_headers(q);
    AUTO_FREE char *range = q->from ? mem_printf("%lld-", (long long)q->from) : NULL;
    set_options(h->curl, q, &t, headers, fault);
    if (range)
        lib.curl_easy_setopt(h->curl, CURLOPT_RANGE, range);
    CURLcode code = lib.curl_easy_perform(h->curl);
    lib.curl_slist_free_all(headers);
    lib.curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &ret->status);
    lib.curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK)
        return 0;
    if (t.stopped < 0)
        return -ECANCELED;
    ret->again = worth_again(code);
    ret->tls_failed = code == CURLE_SSL_CONNECT_ERROR || code == CURLE_COULDNT_CONNECT || code == CURLE_RECV_ERROR ||
                      code == CURLE_GOT_NOTHING;
    return err_set(e, ENETUNREACH, "%s; %s", *fault ? fault : lib.curl_easy_strerror(code), advice(code));
}

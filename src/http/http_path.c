// SPDX-License-Identifier: Apache-2.0
/* Splits request targets into decoded parts and query pairs. */
#include "http/http_path.h"

#include <errno.h>
#include <string.h>

#define TARGET_MAX (8 * 1024)
#define QUERY_MAX  64

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes `len` bytes; NULL on a bad escape or a NUL. */
static char *decode(const char *text, size_t len, bool plus)
{
    AUTO_FREE char *ret = mem_alloc(len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%') {
            if (len - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
                return NULL;
            c = (char)(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == '\0')
            return NULL;
        ret[n++] = c;
    }
    return take_ptr(ret);
}

static int add_part(struct http_path *p, const char *text, size_t len, struct err *e)
{
    if (len == 0) /* "//" and a '/' at the end count for nothing */
        return 0;
    if (p->parts.n >= HTTP_PATH_PARTS)
        return err_set(e, EINVAL, "the path has more than %d parts", HTTP_PATH_PARTS);
    char *part = decode(text, len, false);
    if (!part)
        return err_set(e, EINVAL, "the path has a malformed %% escape or a NUL in it");
    bool dots = str_eq(part, ".") || str_eq(part, "..");
    strv_take(&p->parts, part);
    return dots ? err_set(e, EINVAL, "the path has a part '.' or '..' in it") : 0;
}

static int add_pair(struct http_path *p, const char *text, size_t len, struct err *e)
{
    if (len == 0)
        return 0;
    if (p->query.n >= QUERY_MAX)
        return err_set(e, EINVAL, "the query has more than %d pairs", QUERY_MAX);
    const char *equal = memchr(text, '=', len);
    size_t key_len = equal ? (size_t)(equal - text) : len;
    AUTO_FREE char *key = decode(text, key_len, true);
    AUTO_FREE char *value = equal ? decode(equal + 1, len - key_len - 1, true) : mem_strdup("");
    if (!key || !value)
        return err_set(e, EINVAL, "the query has a malformed %% escape or a NUL in it");
    if (!map_has(&p->query, key)) /* the first of several counts */
        map_set(&p->query, key, take_ptr(value));
    return 0;
}

/* Calls `add` for each piece of `text` between separators. */
static int each_piece(struct http_path *p, const char *text, size_t len, char separator,
                      int (*add)(struct http_path *, const char *, size_t, struct err *), struct err *e)
{
    int r = 0;
    while (r == 0) {
        const char *end = memchr(text, separator, len);
        size_t n = end ? (size_t)(end - text) : len;
        r = add(p, text, n, e);
        if (!end)
            break;
        text += n + 1;
        len -= n + 1;
    }
    return r;
}

int http_path_parse(const char *target, struct http_path *ret, struct err *e)
{
    AUTO(http_path_done)
    struct http_path p = {0};
    map_init(&p.query, free);
    *ret = (struct http_path){0};
    size_t len = strnlen(target, TARGET_MAX + 1);
    if (len > TARGET_MAX)
        return err_set(e, EINVAL, "the request's path is longer than %d bytes", TARGET_MAX);
    if (target[0] != '/')
        return err_set(e, EINVAL, "the request's path does not begin with '/'");
    size_t path_len = strcspn(target, "?#");
    int r = each_piece(&p, target, path_len, '/', add_part, e);
    if (r == 0 && target[path_len] == '?') {
        const char *query = target + path_len + 1;
        r = each_piece(&p, query, strcspn(query, "#"), '&', add_pair, e);
    }
    if (r < 0)
        return r;
    *ret = p;
    p = (struct http_path){0};
    return 0;
}

void http_path_done(struct http_path *p)
{
    strv_done(&p->parts);
    map_done(&p->query);
}

char *http_escape(const char *s)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    AUTO_BUF struct buf out = {0};
    for (; *s; s++) {
        if (strchr(plain, *s))
            buf_addc(&out, *s);
        else
            buf_addf(&out, "%%%02X", (unsigned char)*s);
    }
    return buf_take(&out);
}

// SPDX-License-Identifier: Apache-2.0
/* URLs as paths, and back. */
#include "tosca/import_url.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    int64_t port; /* the one that is left out */
} schemes[] = {{"https", 443}, {"http", 80}};

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* ---- to a path ---- */

/* One character of a path or query. What no URL may hold is percent-encoded, as browsers do. */
static void add_char(struct buf *out, char c, bool query)
{
    if (is_alnum(c) || strchr("-._~%!$&'()*+,;=:@", c))
        buf_addc(out, c);
    else if (c == '/' && !query)
        buf_addc(out, c);
    else if (c == '/' || c == '?')
        buf_addf(out, "^%02X", (unsigned char)c);
    else
        buf_addf(out, "%%%02X", (unsigned char)c);
}

static int add_reference(struct buf *out, const char *text, struct err *e)
{
    bool query = false;
    for (const char *p = text; *p && *p != '#'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '\\')
            return err_set(e, EINVAL, "it holds a control character or a backslash");
        query = query || *p == '?';
        add_char(out, *p, query);
    }
    return out->len > IMPORT_URL_MAX ? err_set(e, EINVAL, "it is longer than %d bytes", IMPORT_URL_MAX) : 0;
}

char *import_url_relative(const char *reference, struct err *e)
{
    AUTO_BUF struct buf out = {0};
    return add_reference(&out, reference, e) < 0 ? NULL : buf_take(&out);
}

/* Takes the scheme's name and "://" off the front: its row, or -1. */
static int take_scheme(const char **url)
{
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        size_t n = strlen(schemes[i].name);
        if (strncasecmp(*url, schemes[i].name, n) == 0 && str_starts(*url + n, "://")) {
            *url += n + 3;
            return (int)i;
        }
    }
    return -1;
}

/* "[::1]" or a name, and what follows the colon. */
static int split_host(const char *text, size_t len, char **ret_host, char **ret_port, struct err *e)
{
    size_t host = text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":/?#");
    if (memchr(text, '@', len))
        return err_set(e, EINVAL, "it has a user name in it; give that as credential of a repository");
    if (host > len || host == 0 || (text[0] == '[' && host < 4))
        return err_set(e, EINVAL, "it names no host");
    *ret_host = mem_strndup(text, host);
    *ret_port = text[host] == ':' && host < len ? mem_strndup(text + host + 1, len - host - 1) : mem_strdup("");
    return host < len && text[host] != ':' ? err_set(e, EINVAL, "its host's name is not right") : 0;
}

static int add_host(struct buf *out, int scheme, const char *text, size_t len, struct err *e)
{
    AUTO_FREE char *host = NULL, *port = NULL;
    int64_t number = schemes[scheme].port;
    int r = split_host(text, len, &host, &port, e);
    if (r < 0)
        return r;
    for (char *p = host; *p; p++) {
        if (!is_alnum(*p) && !strchr(host[0] == '[' ? "[]:." : "-._", *p))
            return err_set(e, EINVAL, "its host's name is not right; names beyond ASCII are written as xn--");
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 'a' - 'A') : *p;
    }
    if (str_eq(host, ".") || str_eq(host, ".."))
        return err_set(e, EINVAL, "it names no host");
    if (*port && !str_to_i64(port, 1, 65535, &number))
        return err_set(e, EINVAL, "its port is no number from 1 to 65535");
    buf_addf(out, IMPORT_URL_FOLDER "/%s/%s", schemes[scheme].name, host);
    if (number != schemes[scheme].port)
        buf_addf(out, "+%lld", (long long)number);
    return 0;
}

/* The parts of a path behind its host, dot segments carried out (RFC 3986, 5.2.4), empty ones marked. */
static int add_parts(struct buf *out, const char *path, struct err *e)
{
    AUTO_STRV struct strv kept = {0};
    for (const char *p = path; *p == '/';) {
        size_t n = strcspn(++p, "/");
        bool dot = n == 1 && p[0] == '.', up = n == 2 && p[0] == '.' && p[1] == '.';
        if (up && kept.n == 0)
            return err_set(e, EINVAL, "its path leads above its host");
        if (up) {
            free(kept.v[--kept.n]);
            kept.v[kept.n] = NULL;
        } else if (!dot) {
            strv_take(&kept, n ? mem_strndup(p, n) : mem_strdup("^"));
        }
        p += n;
    }
    if (kept.n == 0)
        strv_add(&kept, "^");
    for (size_t i = 0; i < kept.n; i++)
        buf_addf(out, "/%s", kept.v[i]);
    return 0;
}

char *import_url_path(const char *url, struct err *e)
{
    AUTO_BUF struct buf out = {0}, path = {0};
    const char *rest = url;
    int scheme = take_scheme(&rest);
    if (scheme < 0) {
        err_set(e, EINVAL, "only http and https are fetched");
        return NULL;
    }
    size_t host = strcspn(rest, "/?#");
    if (rest[host] != '/')
        buf_addc(&path, '/');
    if (add_host(&out, scheme, rest, host, e) < 0 || add_reference(&path, rest + host, e) < 0 ||
        add_parts(&out, buf_str(&path), e) < 0)
        return NULL;
    if (out.len <= IMPORT_URL_MAX)
        return buf_take(&out);
    err_set(e, EINVAL, "it is longer than %d bytes", IMPORT_URL_MAX);
    return NULL;
}

/* ---- and back ---- */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static void add_decoded(struct buf *out, const char *path)
{
    for (const char *p = path; *p; p++) {
        int high = *p == '^' ? hex_digit(p[1]) : -1, low = high >= 0 ? hex_digit(p[2]) : -1;
        if (low >= 0) {
            buf_addc(out, (char)(high << 4 | low));
            p += 2;
        } else if (*p != '^') { /* alone it is an empty part */
            buf_addc(out, *p);
        }
    }
}

/* Bytes of the path up to the end of that many parts, the slash behind them too; 0: it has no more. */
static size_t parts_len(const char *path, size_t parts)
{
    const char *p = path;
    for (; parts > 0 && p; parts--) {
        p = strchr(p, '/');
        p = p ? p + 1 : NULL;
    }
    return p ? (size_t)(p - path) : 0;
}

size_t import_mount(const char *path)
{
    if (path && str_starts(path, IMPORT_URL_FOLDER "/"))
        return parts_len(path, 3);
    return path && str_starts(path, OWN_PROFILE_FOLDER "/") ? parts_len(path, 2) : 0;
}

char *import_url_of(const char *path)
{
    AUTO_BUF struct buf out = {0};
    size_t mount = import_mount(path);
    if (!mount || !str_starts(path, IMPORT_URL_FOLDER "/"))
        return NULL;
    const char *scheme = path + strlen(IMPORT_URL_FOLDER "/"), *host = strchr(scheme, '/') + 1;
    AUTO_FREE char *name = mem_strndup(host, mount - 1 - (size_t)(host - path));
    char *plus = strchr(name, '+');
    if (plus)
        *plus = ':';
    buf_addf(&out, "%.*s://%s/", (int)(host - 1 - scheme), scheme, name);
    add_decoded(&out, path + mount);
    return buf_take(&out);
}

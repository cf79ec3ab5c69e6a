// SPDX-License-Identifier: Apache-2.0
/* Turns file URIs into paths, and back. */
#include "cli/lsp_uri.h"

#include <string.h>
#include <strings.h>

#include "io/file.h"

static int hex_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* NULL where a NUL would come out, or a "%" has no number. */
static char *decoded(const char *s)
{
    AUTO_BUF struct buf out = {0};
    for (; *s && *s != '?' && *s != '#'; s++) {
        int high = *s == '%' ? hex_of(s[1]) : 0, low = *s == '%' && high >= 0 ? hex_of(s[2]) : 0;
        if (high < 0 || low < 0 || (*s == '%' && !high && !low))
            return NULL;
        buf_addc(&out, *s == '%' ? (char)(high << 4 | low) : *s);
        s += *s == '%' ? 2 : 0;
    }
    return buf_take(&out);
}

char *lsp_path_clean(const char *path)
{
    if (path[0] != '/')
        return NULL;
    AUTO_FREE char *inside = file_clean_relative(path + strspn(path, "/"));
    return inside ? mem_printf("/%s", inside) : NULL;
}

char *lsp_uri_path(const char *uri)
{
    static const char scheme[] = "file://", host[] = "localhost";
    if (strncasecmp(uri, scheme, strlen(scheme)) != 0)
        return NULL;
    const char *rest = uri + strlen(scheme);
    if (strncasecmp(rest, host, strlen(host)) == 0)
        rest += strlen(host);
    AUTO_FREE char *path = *rest == '/' ? decoded(rest) : NULL;
    return path ? lsp_path_clean(path) : NULL;
}

char *lsp_uri_make(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    AUTO_BUF struct buf out = {0};
    buf_adds(&out, "file://");
    for (const char *s = path; *s; s++) {
        if (strchr(plain, *s))
            buf_addc(&out, *s);
        else
            buf_addf(&out, "%%%02X", (unsigned char)*s);
    }
    return buf_take(&out);
}

// SPDX-License-Identifier: Apache-2.0
/* Looks at names of members before anything is read by them. */
#include "cli/csar_name.h"

#include <errno.h>
#include <string.h>

#include "io/file.h"

#define PATH_MAX_BYTES 1024

static bool has_control(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f || s[i] == '\\')
            return true;
    return false;
}

char *csar_name_clean(const char *name, size_t len, struct err *e)
{
    if (!str_is_utf8(name, len) || has_control(name, len)) {
        err_set(e, EBADMSG, "a member has a name that is not plain UTF-8 text with '/' between its parts");
        return NULL;
    }
    size_t kept = len;
    while (kept > 1 && name[kept - 1] == '/')
        kept--;
    AUTO_FREE char *path = mem_strndup(name, kept);
    AUTO_FREE char *clean = file_clean_relative(path);
    if (clean && *clean && str_eq(clean, path) && kept <= PATH_MAX_BYTES)
        return take_ptr(clean);
    err_set(e, EBADMSG, "member '%.200s' has a name that is absolute, leads elsewhere or is too long", path);
    return NULL;
}

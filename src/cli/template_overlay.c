// SPDX-License-Identifier: Apache-2.0
/* Asks an overlay by folder and path. */
#include "cli/template_overlay.h"

#include <errno.h>

#include "io/file.h"

static bool ask(const struct template_overlay *over, const char *folder, const char *path, const char **ret,
                size_t *ret_len)
{
    if (!over)
        return false;
    AUTO_FREE char *whole = file_join(folder, path);
    return over->text(over->data, whole, ret, ret_len);
}

int template_overlay_read(const struct template_overlay *over, const char *folder, const char *path, char **ret,
                          size_t *ret_len)
{
    const char *text;
    if (!ask(over, folder, path, &text, ret_len))
        return -ENOENT;
    struct buf copy = {0};
    buf_add(&copy, text, *ret_len);
    *ret = buf_take(&copy);
    return 0;
}

bool template_overlay_has(const struct template_overlay *over, const char *folder, const char *path)
{
    const char *text;
    size_t len;
    return ask(over, folder, path, &text, &len);
}

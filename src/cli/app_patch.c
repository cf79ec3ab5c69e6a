// SPDX-License-Identifier: Apache-2.0
/* Changes to applications that stand. */
#include "cli/app_patch.h"

#include <errno.h>

#define TRIES 10

static int patch_once(struct cli *cli, const char *name,
                      json_t *(*change)(void *data, const json_t *application, struct err *e), void *data, json_t **ret,
                      struct err *e)
{
    AUTO_JSON json_t *app = NULL;
    int r = names_application(cli, name, &app, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *patch = change(data, app, e);
    if (!patch)
        return -EINVAL;
    AUTO_FREE char *path = client_path(kind_find("Application"), client_ns(cli), name);
    return client_patch(cli, path, patch, ret, e);
}

int app_patch(struct cli *cli, const char *name,
              json_t *(*change)(void *data, const json_t *application, struct err *e), void *data, json_t **ret,
              struct err *e)
{
    int r = -EAGAIN;
    for (int i = 0; i < TRIES && r == -EAGAIN; i++)
        r = patch_once(cli, name, change, data, ret, e);
    return r;
}

// SPDX-License-Identifier: Apache-2.0
/* The command line of the keeper in the background that keeps a machine's daemons, on disk under run_dir while one is
 * wanted: whoever misses the keeper starts it again by it. Words are closed by NUL. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/keeper_private.h"
#include "io/child.h"
#include "io/file.h"

#define COMMAND_FILE "keeper.command"
#define COMMAND_MOST (64U << 10)

static char *command_path(const char *run_dir)
{
    return file_join(run_dir, COMMAND_FILE);
}

static int command_write(const struct keeper *k, struct err *e)
{
    AUTO_FREE char *path = command_path(k->run_dir);
    AUTO_BUF struct buf text = {0};
    buf_add(&text, child_self(), strlen(child_self()) + 1);
    for (char *const *word = k->argv; *word; word++)
        buf_add(&text, *word, strlen(*word) + 1);
    return file_write_fast(path, text.data, text.len, 0600, e);
}

/* A keeper that is started again looks after it has the lock: one that is taken down is missed by nobody. */
int command_keep(const struct keeper *k, struct err *e)
{
    AUTO_FREE char *path = command_path(k->run_dir);
    if (!k->detached || !k->daemons)
        return 0; /* one in somebody's hand, or for a moment only */
    if (!k->again)
        return command_write(k, e);
    return file_exists(path) ? 0 : err_set(e, ESHUTDOWN, "no keeper is wanted on %s any more", k->run_dir);
}

int keeper_command_read(const char *run_dir, struct strv *ret, struct err *e)
{
    AUTO_FREE char *path = command_path(run_dir);
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = file_read(path, COMMAND_MOST, &text, &len, e);
    if (r < 0)
        return r;
    for (const char *at = text; at < text + len; at += strlen(at) + 1)
        strv_add(ret, at);
    if (ret->n < 2)
        return err_set(e, EINVAL, "%s holds no command", path);
    strv_add(ret, "--again");
    return 0;
}

int keeper_command_drop(const char *run_dir, struct err *e)
{
    AUTO_FREE char *path = command_path(run_dir);
    return unlink(path) < 0 && errno != ENOENT ? err_errno(e, errno, "remove %s", path) : 0;
}

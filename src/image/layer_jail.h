// SPDX-License-Identifier: Apache-2.0
/* A child with next to no rights, for code that reads what strangers wrote: one folder is all it sees, no network, few
 * system calls. */
#pragma once

#include <sys/types.h>

#include "base/base.h"

struct layer_jail {
    const char *root;  /* the folder that becomes "/"; NULL: an empty one that cannot be written */
    const char *place; /* any folder that is there, to hang the jail's own mount on (in a mount namespace of its own) */
    int in, out;       /* become descriptors 0 and 1; out -1: none. Borrowed */
    int64_t max_file;  /* bytes that one file may have; 0: none may be written */
    int64_t memory;    /* bytes of address space beside what the program has */
    /* Runs inside; `report` (descriptor 2) is a pipe to the parent. The process ends with its value as exit status. */
    int (*run)(void *data, int report);
    void *data;
};
struct layer_inmate {
    pid_t pid;  /* 0: none */
    int report; /* the pipe's reading end, or -1 */
};
/* Starts it. 0, or -errno: -EPERM with `e` when this process may not make namespaces. What goes wrong inside comes as
 * exit status 111 and "E<errno> <text>\0" on `report`. */
int layer_jail_start(const struct layer_jail *j, struct layer_inmate *ret, struct err *e);
/* Waits for its end: exit status, or 128 + signal. */
int layer_inmate_wait(struct layer_inmate *m);
/* Kills it when it still runs, and closes the pipe. */
void layer_inmate_done(struct layer_inmate *m);

// SPDX-License-Identifier: Apache-2.0
/* A process that gives its own rights away, before it reads what strangers send. */
#pragma once

#include "base/base.h"

struct confine {
    const char *const *readable; /* folders whose files may still be opened to be read, closed by NULL; those that are
                                    not there are passed over */
    bool still;                  /* nothing is opened any more, neither file nor socket */
    int64_t memory;              /* bytes of address space beside what it has now; 0: no limit */
};
/* From here on, and for ever: no new privileges, no program is started, no file is written, none opened but those that
 * stay readable (Landlock, Linux 5.13; passed over where the kernel has none), root has become nobody. Sockets and what
 * is open already stay. 0; -errno with `e`. */
int confine_process(const struct confine *c, struct err *e);

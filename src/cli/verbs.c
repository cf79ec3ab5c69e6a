// SPDX-License-Identifier: Apache-2.0
/* The verbs, in the order in which help shows them. */
#include "cli/cli_private.h"

#define VERBS(X)                                                                                                       \
    X(up)                                                                                                              \
    X(down)                                                                                                            \
    X(status)                                                                                                          \
    X(node) X(token) X(kubeconfig) X(validate) X(explain) X(tosca) X(plan) X(deploy) X(undeploy) X(history) X(diff) X(rollback) X(retry) X(start) X(stop) X(scale) X(workflow)  \
        X(apps) X(notify) X(describe) X(outputs) X(secret) X(logs) X(events) X(ps) X(exec) X(run) X(rm) X(image) X(version) X(completion)  \
            X(help)
#define DECLARE(name) extern const struct verb verb_##name;
#define ADDRESS(name) &verb_##name,

VERBS(DECLARE)

const struct verb *const verbs[] = {VERBS(ADDRESS) NULL};

const struct verb *verb_find(const char *name)
{
    for (const struct verb *const *v = verbs; *v; v++)
        if (str_eq((*v)->name, name))
            return *v;
    return NULL;
}

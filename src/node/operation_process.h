// SPDX-License-Identifier: Apache-2.0
/* The process of an operation's script in a pod's first container, and the file that takes its outputs. */
#pragma once

#include "node/node_state.h"

/* What is run. All borrowed. */
struct operation_call {
    const char *script;           /* path in the bundle */
    const char *interpreter;      /* NULL or "": by the file itself */
    const char *component, *name; /* SEDGE_COMPONENT; "Standard.create", SEDGE_OPERATION */
    const struct field_list *env; /* struct env_var */
};
/* The OCI process as JSON text, which the caller frees; empties the file of outputs. 0 or -errno with `e`. */
int operation_process(struct node_pod *p, const struct operation_call *call, char **ret, struct err *e);
/* Where the script's output goes: the container's own pipe "out" or "err", or, where it has none, *ret_file (made when
 * NULL; the caller frees). A descriptor or -1 with errno. */
int operation_output(struct node_pod *p, const char *name, char **ret_file);
/* What the script has put out: 0 with *ret (owned; NULL: nothing), or -errno with `e`. */
int operation_outputs_read(struct node_pod *p, json_t **ret, struct err *e);

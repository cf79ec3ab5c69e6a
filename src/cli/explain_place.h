// SPDX-License-Identifier: Apache-2.0
/* Why pods are on the nodes that they are on. */
#pragma once

#include "cli/api_client.h"

/* words: "APPLICATION/COMPONENT[/REPLICA]" or "pod/NAME", n of them. Exit status. */
int explain_place(struct cli *cli, char *const *words, size_t n);

// SPDX-License-Identifier: Apache-2.0
/* The words after `sedge tosca`: each is a verb of its own in a file of its own. */
#pragma once

#include "cli/cli_private.h"

/* Its name is "tosca NAME"; run gets argv[0] = NAME. To add one: a row in the table of verb_tosca.c. */
extern const struct verb verb_tosca_show, verb_tosca_graph, verb_tosca_package, verb_tosca_profiles, verb_tosca_fmt,
    verb_tosca_lsp;

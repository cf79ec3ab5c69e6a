// SPDX-License-Identifier: Apache-2.0
/* Inputs of a template from the command line: key=value and files. */
#pragma once

#include "cli/template.h"

/* Reads files (YAML or JSON maps, "-" is standard input), then assignments "key=value", "key=@FILE", "key=-" (what the
 * file or standard input holds); what comes later wins. A value
 * is read as YAML ("80", "true",
 * "[1, 2]", "{a: 1}"), but stays text where the template declares the input as a text, version, timestamp or size.
 * 0 with *ret, an object that the caller owns, for template_options; -errno with `e`. */
int template_inputs(const struct template *t, const struct strv *files, const struct strv *assignments, json_t **ret,
                    struct err *e);

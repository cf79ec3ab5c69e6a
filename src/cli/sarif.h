// SPDX-License-Identifier: Apache-2.0
/* Findings as SARIF 2.1.0 (OASIS), which code reviews and CI services show beside the lines. */
#pragma once

#include "cli/findings.h"

/* One log with one run: all codes as rules, the findings as results, with related locations and fixes. Paths become
 * relative URIs as they were given, those of the built-in types "sedge-profile:NAME". The caller owns it. */
json_t *findings_sarif(const struct findings *f);

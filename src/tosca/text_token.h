// SPDX-License-Identifier: Apache-2.0
/* The n-th token of a text, for the function "token" at check time and at run time. */
#pragma once

#include <stdint.h>

/* Where the token begins that has the index (from 0), parted by any one of the separators; NULL when there is none. */
const char *text_token(const char *text, const char *separators, int64_t index);

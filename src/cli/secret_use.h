// SPDX-License-Identifier: Apache-2.0
/* Who refers to a secret. Pure. */
#pragma once

#include "base/base.h"

/* Does anything in the value name the secret: secretKeyRef, a volume's secretName, get_secret? */
bool secret_is_named(const json_t *v, const char *secret);
/* Adds "<kind> <name>" for each object of a list that does. */
void secret_users(const json_t *objects, const char *kind, const char *secret, struct strv *ret);

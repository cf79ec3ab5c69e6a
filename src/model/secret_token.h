// SPDX-License-Identifier: Apache-2.0
/* References to secrets inside of texts.
 *
 * In values that are worked with, a reference is a token in the text: two characters of Unicode's private use around
 * "<secret>/<key>". So a text that was joined from others carries its references along, whatever it went through, and
 * none can lose them: what has a token is sensitive. Where values are stored or told, a token is a call again:
 * {"get_secret": [secret, key]}, {"concat": [...]} for a text around it. Pure. */
#pragma once

#include "base/base.h"

char *secret_token(const char *secret, const char *key); /* the caller frees */
bool secret_token_in(const char *text);                  /* NULL has none */
/* Has a text in the value, however deep, a token? */
bool secret_token_in_json(const json_t *v);
/* [{"text": ...}, {"secretKeyRef": {"name", "key"}}, ...], as env_part has it. The caller owns it. */
json_t *secret_token_parts(const char *text);

/* Copies with tokens as calls, calls as tokens, and "(sensitive)" for both. The caller owns them. */
json_t *secret_token_to_calls(const json_t *v);
json_t *secret_token_from_calls(const json_t *v);
json_t *secret_token_masked(const json_t *v);
/* {"get_secret": [secret, key]}: true with both (borrowed; may be NULL). "$get_secret" is taken, too. */
bool secret_call_is(const json_t *v, const char **ret_secret, const char **ret_key);
#define SECRET_MASK "(sensitive)"

// SPDX-License-Identifier: Apache-2.0
/* Tokens by which boards join: given out, used up, taken back. In the store under /join-tokens/, by digest: a copy of the store gives none away. */
#pragma once

#include "base/base.h"
#include "store/store.h"

struct join_terms {
    int64_t ttl_us;
    int64_t uses;           /* 0: any number */
    const char *subcluster; /* label of the nodes that come with it, or NULL */
};
/* *ret: the token, which is told only here; the caller frees. */
int join_token_make(struct store *s, const char *ca_key_id, const struct join_terms *terms, char **ret, struct err *e);
/* Uses a token for a node with that key. The same node with the same key may come again (its answer may have been lost) without another use. 0 with the
 * subcluster (or NULL; the caller frees); -EACCES with `e`: unknown, over, or used up. */
int join_token_use(struct store *s, const char *token, const char *node, const char *key_id, char **ret_subcluster, struct err *e);
/* What there is, without secrets: [{"id", "expires", "uses", "used", "subcluster"}]. Those that are over are removed. The caller owns it. */
int join_token_list(struct store *s, json_t **ret, struct err *e);
int join_token_remove(struct store *s, const char *id, struct err *e); /* -ENOENT */

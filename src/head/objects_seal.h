// SPDX-License-Identifier: Apache-2.0
/* Secrets in the store: their values and annotations (kubectl notes whole objects there) are sealed, the rest of the
 * metadata is plain. The key lies beside the cluster's certificates and never in the store. */
#pragma once

#include "head/objects.h"
#include "io/key_ring.h"

struct objects_seal {
    struct store *store; /* weak */
    char *path;          /* of the keys; NULL: kept nowhere */
    struct key_ring ring;
};
void objects_seal_done(struct objects_seal *s);

/* The keys: read, or made when there is no sealed object yet. -ENOKEY with `e`: they are lost. */
int objects_seal_keys(struct objects_seal *s, struct err *e);
/* Is it the key of an object that is sealed? */
bool objects_seal_applies(const char *key);
/* The object as it is stored, new; the one given stays as it is. -ENOKEY, -EIO with `e`. */
int objects_seal_close(struct objects_seal *s, const char *key, const json_t *object, json_t **ret, struct err *e);
/* Puts values and annotations back in place; -ENOKEY, -EBADMSG with `e`: it stays as it is. */
int objects_seal_open(struct objects_seal *s, const char *key, json_t *object, struct err *e);
/* Logs what stands in the way of reading what is sealed in the store. */
void objects_seal_check(struct objects_seal *s);
/* The annotation of an object that could not be opened: why. */
#define SEAL_UNREADABLE "sedge.dev/unreadable"

// SPDX-License-Identifier: Apache-2.0
/* Bytes that only the holder of a key can read (AES-256-GCM, NIST SP 800-38D), and keyed marks by which equal values
 * are told from others without being shown (HMAC-SHA-256, RFC 2104). Pure, but for the kernel's random numbers. */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#define SEAL_MASTER_SIZE 32
#define SEAL_ID_SIZE     9  /* 8 hex digits + NUL */
#define SEAL_MARK_SIZE   17 /* 16 hex digits + NUL */

/* One key, split by its use. */
struct seal_key {
    char id[SEAL_ID_SIZE]; /* tells keys apart; says nothing of the key */
    uint8_t seal[32], mark[32];
};
void seal_key_of(const uint8_t master[SEAL_MASTER_SIZE], struct seal_key *ret);
void seal_random(void *ret, size_t len); /* from the kernel */

/* Sealed text: "1:<key id>:<base64 of nonce, cipher text, tag>", with a new random nonce each time. It opens only under
 * the same context, a text that says what it belongs to. The caller frees. */
char *seal_close(const struct seal_key *k, const char *context, const void *plain, size_t len);
/* The key id of a sealed text; "" when it is none. */
void seal_id_of(const char *sealed, char ret[SEAL_ID_SIZE]);
/* 0 with *ret (closed by NUL; the caller frees and had better wipe it); -EINVAL with `e`: no sealed text; -EBADMSG:
 * damaged, of another context or another key. */
int seal_open(const struct seal_key *k, const char *context, const char *sealed, char **ret, size_t *ret_len,
              struct err *e);
/* The mark of a value within a context. */
void seal_mark(const struct seal_key *k, const char *context, const void *value, size_t len, char ret[SEAL_MARK_SIZE]);

/* Overwrites memory that held what is secret; frees it. NULL is fine. */
void seal_wipe(char *text, size_t len);

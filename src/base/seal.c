// SPDX-License-Identifier: Apache-2.0
/* Sealing and marking with nettle. */
#include "base/seal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/nettle_library.h"
#include "base/text.h"

#define VERSION    "1:"
#define NONCE_SIZE GCM_IV_SIZE
#define TAG_SIZE   GCM_DIGEST_SIZE

void seal_random(void *ret, size_t len)
{
    size_t done = 0;
    while (done < len) {
        ssize_t got = getrandom((char *)ret + done, len - done, 0);
        if (got < 0 && errno != EINTR) {
            perror("sedge: no random numbers from the kernel");
            abort();
        }
        done += got > 0 ? (size_t)got : 0;
    }
}

static void hmac(const uint8_t *key, const char *context, const void *data, size_t len, uint8_t ret[32])
{
    struct hmac_sha256_ctx c;
    hmac_sha256_set_key(&c, 32, key);
    hmac_sha256_update(&c, strlen(context) + 1, (const uint8_t *)context); /* with its NUL: nothing runs into another */
    hmac_sha256_update(&c, len, data);
    hmac_sha256_digest(&c, 32, ret);
    explicit_bzero(&c, sizeof(c));
}

void seal_key_of(const uint8_t master[SEAL_MASTER_SIZE], struct seal_key *ret)
{
    uint8_t id[32];
    hmac(master, "sedge seal", "", 0, ret->seal);
    hmac(master, "sedge mark", "", 0, ret->mark);
    hmac(master, "sedge key id", "", 0, id);
    AUTO_FREE char *text = str_hex(id, (SEAL_ID_SIZE - 1) / 2);
    memcpy(ret->id, text, SEAL_ID_SIZE);
}

static void start(const struct seal_key *k, const char *context, const uint8_t *nonce, struct gcm_aes256_ctx *c)
{
    gcm_aes256_set_key(c, k->seal);
    gcm_aes256_set_iv(c, NONCE_SIZE, nonce);
    gcm_aes256_update(c, strlen(context), (const uint8_t *)context);
}

char *seal_close(const struct seal_key *k, const char *context, const void *plain, size_t len)
{
    size_t whole = NONCE_SIZE + len + TAG_SIZE;
    AUTO_FREE uint8_t *out = mem_alloc(whole);
    AUTO_FREE struct gcm_aes256_ctx *c = mem_alloc(sizeof(*c));
    seal_random(out, NONCE_SIZE);
    start(k, context, out, c);
    gcm_aes256_encrypt(c, len, out + NONCE_SIZE, plain);
    gcm_aes256_digest(c, TAG_SIZE, out + NONCE_SIZE + len);
    explicit_bzero(c, sizeof(*c));
    AUTO_FREE char *text = str_base64(out, whole);
    return mem_printf(VERSION "%s:%s", k->id, text);
}

void seal_id_of(const char *sealed, char ret[SEAL_ID_SIZE])
{
    size_t at = strlen(VERSION) + SEAL_ID_SIZE - 1;
    bool well = sealed && str_starts(sealed, VERSION) && strlen(sealed) > at && sealed[at] == ':';
    snprintf(ret, SEAL_ID_SIZE, "%s", well ? sealed + strlen(VERSION) : "");
}

int seal_open(const struct seal_key *k, const char *context, const char *sealed, char **ret, size_t *ret_len,
              struct err *e)
{
    char id[SEAL_ID_SIZE];
    uint8_t tag[TAG_SIZE];
    AUTO_FREE uint8_t *in = NULL;
    size_t len = 0;
    seal_id_of(sealed, id);
    const char *text = id[0] ? sealed + strlen(VERSION) + SEAL_ID_SIZE : "";
    if (!id[0] || str_unbase64(text, strlen(text), &in, &len) < 0 || len < NONCE_SIZE + TAG_SIZE)
        return err_set(e, EINVAL, "it is no sealed text");
    size_t inner = len - NONCE_SIZE - TAG_SIZE;
    char *plain = mem_alloc(inner + 1);
    AUTO_FREE struct gcm_aes256_ctx *c = mem_alloc(sizeof(*c));
    start(k, context, in, c);
    gcm_aes256_decrypt(c, inner, (uint8_t *)plain, in + NONCE_SIZE);
    gcm_aes256_digest(c, TAG_SIZE, tag);
    explicit_bzero(c, sizeof(*c));
    if (!memeql_sec(tag, in + NONCE_SIZE + inner, TAG_SIZE)) {
        seal_wipe(plain, inner);
        return err_set(e, EBADMSG, "it does not open: damaged, moved here from elsewhere, or sealed with another key");
    }
    *ret = plain;
    *ret_len = inner;
    return 0;
}

void seal_mark(const struct seal_key *k, const char *context, const void *value, size_t len, char ret[SEAL_MARK_SIZE])
{
    uint8_t sum[32];
    hmac(k->mark, context, value, len, sum);
    AUTO_FREE char *text = str_hex(sum, (SEAL_MARK_SIZE - 1) / 2);
    memcpy(ret, text, SEAL_MARK_SIZE);
}

void seal_wipe(char *text, size_t len)
{
    if (text)
        explicit_bzero(text, len);
    free(text);
}

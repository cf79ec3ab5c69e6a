// SPDX-License-Identifier: Apache-2.0
/* nettle's functions, opened with the first use (base/lazy.h): most starts of the program ask for no digest, and to
 * load nettle costs each some 450 looked-up symbols. Include this in place of nettle's headers; the names stay. */
#pragma once

#include <nettle/base64.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include "base/lazy.h"

#define NETTLE_FUNCTIONS(X)                                                                                            \
    X(nettle_base64_decode_final)                                                                                      \
    X(nettle_base64_decode_init)                                                                                       \
    X(nettle_base64_decode_update)                                                                                     \
    X(nettle_base64_encode_raw)                                                                                        \
    X(nettle_gcm_aes256_decrypt)                                                                                       \
    X(nettle_gcm_aes256_digest)                                                                                        \
    X(nettle_gcm_aes256_encrypt)                                                                                       \
    X(nettle_gcm_aes256_set_iv)                                                                                        \
    X(nettle_gcm_aes256_set_key)                                                                                       \
    X(nettle_gcm_aes256_update)                                                                                        \
    X(nettle_hmac_sha256_digest)                                                                                       \
    X(nettle_hmac_sha256_set_key)                                                                                      \
    X(nettle_hmac_sha256_update)                                                                                       \
    X(nettle_memeql_sec)                                                                                               \
    X(nettle_sha256_digest)                                                                                            \
    X(nettle_sha256_init)                                                                                              \
    X(nettle_sha256_update)

struct nettle_library {
    NETTLE_FUNCTIONS(LAZY_MEMBER)
};
/* Ready to use: a missing library ends the process, and says what to install. Thread-safe. */
const struct nettle_library *nettle_library(void);

#ifndef LAZY_LIB /* everywhere but where the table is filled */
#define nettle_base64_decode_final  nettle_library()->nettle_base64_decode_final
#define nettle_base64_decode_init   nettle_library()->nettle_base64_decode_init
#define nettle_base64_decode_update nettle_library()->nettle_base64_decode_update
#define nettle_base64_encode_raw    nettle_library()->nettle_base64_encode_raw
#define nettle_gcm_aes256_decrypt   nettle_library()->nettle_gcm_aes256_decrypt
#define nettle_gcm_aes256_digest    nettle_library()->nettle_gcm_aes256_digest
#define nettle_gcm_aes256_encrypt   nettle_library()->nettle_gcm_aes256_encrypt
#define nettle_gcm_aes256_set_iv    nettle_library()->nettle_gcm_aes256_set_iv
#define nettle_gcm_aes256_set_key   nettle_library()->nettle_gcm_aes256_set_key
#define nettle_gcm_aes256_update    nettle_library()->nettle_gcm_aes256_update
#define nettle_hmac_sha256_digest   nettle_library()->nettle_hmac_sha256_digest
#define nettle_hmac_sha256_set_key  nettle_library()->nettle_hmac_sha256_set_key
#define nettle_hmac_sha256_update   nettle_library()->nettle_hmac_sha256_update
#define nettle_memeql_sec           nettle_library()->nettle_memeql_sec
#define nettle_sha256_digest        nettle_library()->nettle_sha256_digest
#define nettle_sha256_init          nettle_library()->nettle_sha256_init
#define nettle_sha256_update        nettle_library()->nettle_sha256_update
#endif

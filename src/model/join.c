// SPDX-License-Identifier: Apache-2.0
/* Tokens as text. */
#include "model/join.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PREFIX "sedge-join-"

/* The next part up to a '-' or the end, of letters that are fine in it; moves *at behind it. */
static bool take_part(const char **at, const char *letters, size_t size, char *ret)
{
    size_t n = strspn(*at, letters);
    if (n != size - 1 || ((*at)[n] != '-' && (*at)[n] != '\0'))
        return false;
    memcpy(ret, *at, n);
    ret[n] = '\0';
    *at += n + ((*at)[n] == '-');
    return true;
}

static bool take_seconds(const char **at, int64_t *ret_us)
{
    char digits[16];
    int64_t s;
    size_t n = strspn(*at, "0123456789");
    if (n == 0 || n >= sizeof(digits) || (*at)[n] != '-')
        return false;
    memcpy(digits, *at, n);
    digits[n] = '\0';
    *at += n + 1;
    if (!str_to_i64(digits, 0, INT64_MAX / US_PER_S, &s))
        return false;
    *ret_us = s * US_PER_S;
    return true;
}

int join_token_parse(const char *text, struct join_token *ret, struct err *e)
{
    const char *at = str_starts(text, PREFIX) ? text + strlen(PREFIX) : "";
    if (take_part(&at, "abcdefghijklmnopqrstuvwxyz0123456789", JOIN_SECRET_SIZE, ret->secret) &&
        take_seconds(&at, &ret->made_us) && take_part(&at, "0123456789abcdef", JOIN_PIN_SIZE, ret->pin) && *at == '\0')
        return 0;
    return err_set(e, EINVAL, "this is no token of a cluster; `sedge token create` on the head's machine prints one");
}

char *join_token_new(const char *ca_key_id, int64_t now_us)
{
    char secret[JOIN_SECRET_SIZE];
    str_random(secret, JOIN_SECRET_SIZE - 1);
    return mem_printf(PREFIX "%s-%lld-%.*s", secret, now_us / US_PER_S, JOIN_PIN_SIZE - 1, ca_key_id);
}

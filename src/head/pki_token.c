// SPDX-License-Identifier: Apache-2.0
/* Tokens: a file each, named by the SHA-256 of the token, so that a copy of the disk gives none away. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "head/pki.h"
#include "io/io.h"

#define TOKEN_PREFIX "sedge-"
#define TOKEN_RANDOM 40 /* of 36 letters: 206 bits */
#define TOKEN_MAX    256

/* <dir>/pki/tokens/<hex>. The caller frees. */
static char *path_of(const char *dir, const char *token)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_of(token, strlen(token), digest);
    return mem_printf("%s/pki/tokens/%s", dir, digest + strlen("sha256:"));
}

/* What a token's file says; NULL when it is not there or its time is over. The caller owns it. */
static json_t *read_record(const char *path)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    int64_t ends_us;
    if (file_read(path, 4096, &text, &len, NULL) < 0)
        return NULL;
    json_t *v = json_parse(text, len, NULL);
    if (clock_parse_rfc3339(json_str(v, "expires", ""), &ends_us) == 0 && ends_us > clock_now_us())
        return v;
    json_decref(v);
    return NULL;
}

static void sweep(const char *folder)
{
    AUTO_STRV struct strv names = {0};
    if (file_list(folder, &names, NULL) < 0)
        return;
    for (size_t i = 0; i < names.n; i++) {
        AUTO_FREE char *path = file_join(folder, names.v[i]);
        AUTO_JSON json_t *v = read_record(path);
        if (!v)
            unlink(path);
    }
}

int pki_token_make(const char *dir, const char *user, int64_t valid_us, char **ret, struct err *e)
{
    char random[TOKEN_RANDOM + 1], ends[32];
    AUTO_FREE char *folder = mem_printf("%s/pki/tokens", dir);
    int r = file_mkdirs(folder, 0700, e);
    if (r < 0)
        return r;
    sweep(folder);
    str_random(random, TOKEN_RANDOM);
    AUTO_FREE char *token = mem_printf(TOKEN_PREFIX "%s", random);
    AUTO_FREE char *path = path_of(dir, token);
    AUTO_JSON json_t *v =
        json_pack("{s:s, s:s}", "name", user, "expires", clock_rfc3339(clock_now_us() + valid_us, ends, sizeof(ends)));
    AUTO_FREE char *text = json_text(v);
    r = file_write(path, text, strlen(text), 0600, e);
    if (r == 0)
        *ret = take_ptr(token);
    return r;
}

char *pki_token_user(const char *dir, const char *token)
{
    if (str_empty(token) || strlen(token) > TOKEN_MAX)
        return NULL;
    AUTO_FREE char *path = path_of(dir, token);
    AUTO_JSON json_t *v = read_record(path);
    return mem_strdup(json_str(v, "name", NULL));
}

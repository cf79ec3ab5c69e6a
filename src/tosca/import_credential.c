// SPDX-License-Identifier: Apache-2.0
/* Credentials as header lines: by a table of token types. */
#include "tosca/import_credential.h"

#include <string.h>

#include "tosca/import_url.h"
#include "tosca/tosca_file.h"

#define TOKEN_MAX 4096

/* ---- what may not be shown ---- */

static void note_text(struct tctx *c, struct at at)
{
    const char *text = at_text(at);
    if (text && *text && !strv_has(&c->diags->secrets, text))
        strv_add(&c->diags->secrets, text);
}

static bool is_open(const struct ynode *key)
{
    static const char *const open[] = {"protocol", "token_type", "user", "get_input"};
    for (size_t i = 0; key->kind == Y_SCALAR && i < ARRAY_LEN(open); i++)
        if (str_eq(key->text, open[i]))
            return true;
    return false;
}

/* Whatever shape it was given, right or not. The reader's limits bound the depth. */
static void note_all(struct tctx *c, struct at at)
{
    note_text(c, at);
    for (size_t i = 0; i < at_len(at, Y_SEQ) && tctx_spend(c, 1); i++)
        note_all(c, at_of(at.file, at.node->items[i]));
    for (size_t i = 0; i < at_len(at, Y_MAP) && tctx_spend(c, 1); i++)
        if (!is_open(at.node->pairs[i].key))
            note_all(c, at_of(at.file, at.node->pairs[i].value));
}

void import_credential_note(struct tctx *c, struct tfile *f)
{
    struct at list = at_key(at_of(f, f->doc.root), "repositories");
    for (size_t i = 0; i < at_len(list, Y_MAP) && tctx_spend(c, 1); i++)
        note_all(c, at_key(at_of(f, list.node->pairs[i].value), "credential"));
}

/* ---- the header ---- */

struct login {
    const char *user, *token;
};

static const char *line_basic(struct tctx *c, const struct login *l)
{
    const char *both = l->user ? tctx_printf(c, "%s:%s", l->user, l->token) : l->token;
    AUTO_FREE char *coded = str_base64(both, strlen(both));
    return tctx_printf(c, "Authorization: Basic %s", coded);
}

static const char *line_bearer(struct tctx *c, const struct login *l)
{
    return tctx_printf(c, "Authorization: Bearer %s", l->token);
}

static const char *line_x_auth(struct tctx *c, const struct login *l)
{
    return tctx_printf(c, "X-Auth-Token: %s", l->token);
}

/* A password without a user is a token by itself. */
static const char *line_password(struct tctx *c, const struct login *l)
{
    return l->user || strchr(l->token, ':') ? line_basic(c, l) : line_bearer(c, l);
}

static const struct {
    const char *type;
    const char *(*line)(struct tctx *c, const struct login *l);
} token_types[] = {
    {"password", line_password}, /* the default (5.3.2.1) */
    {"basic_auth", line_basic},
    {"bearer", line_bearer},
    {"X-Auth-Token", line_x_auth},
};

/* What `{ get_input: name }` stands for: the value given, or the input's default. */
static const char *input_text(struct tctx *c, struct at call)
{
    const char *name = at_text(at_key(call, "get_input"));
    const char *given = name ? json_str(c->options->inputs, name, NULL) : NULL;
    struct at root = at_of(call.file, call.file->doc.root);
    struct at inputs = at_key(at_key(root, "topology_template"), "inputs");
    return !name ? NULL : given ? given : at_text(at_key(at_key(inputs, name), "default"));
}

static const char *word_of(struct tctx *c, struct at at)
{
    return at_is(at, Y_MAP) ? input_text(c, at) : at_text(at);
}

/* May it stand in a header? */
static bool is_plain(const char *text)
{
    for (const char *p = text; p && *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    return !text || strlen(text) <= TOKEN_MAX;
}

/* To one's own machine nobody listens on the way. */
static bool is_safe(const char *url)
{
    static const char plain[] = IMPORT_URL_FOLDER "/http/";
    AUTO_FREE char *path = import_url_path(url, NULL);
    if (!path || !str_starts(path, plain)) /* what is no URL is told where it is used */
        return true;
    char *host = path + strlen(plain);
    host[strcspn(host, "/+")] = '\0';
    return str_eq(host, "localhost") || str_eq(host, "[::1]") ||
           (str_starts(host, "127.") && strspn(host, "0123456789.") == strlen(host));
}

static bool refuse(struct tctx *c, struct at name, const char *why)
{
    tosca_error(c, name, "IMPORT", "import: the credential of repository '%s' %s", at_text(name), why);
    return false;
}

static bool line_of(struct tctx *c, struct at credential, struct at name, const char **ret)
{
    const char *type = at_text(at_key(credential, "token_type"));
    const struct login l = {word_of(c, at_key(credential, "user")), word_of(c, at_key(credential, "token"))};
    if (!l.token || !*l.token)
        return refuse(c, name, "has no token: write it, or { get_input: NAME } and give that input");
    if (!is_plain(l.user) || !is_plain(l.token))
        return refuse(c, name, "holds a line break or another control character, or is longer than 4096 bytes");
    for (size_t i = 0; i < ARRAY_LEN(token_types) && !*ret; i++)
        if (str_eq(type ? type : token_types[0].type, token_types[i].type))
            *ret = token_types[i].line(c, &l);
    return *ret || refuse(c, name,
                          "has a token_type that sedge does not send; there are password, basic_auth, bearer and "
                          "X-Auth-Token");
}

bool import_credential_header(struct tctx *c, struct at repository, struct at name, const char *url, const char **ret)
{
    struct at credential = at_is(repository, Y_MAP) ? at_key(repository, "credential") : at_of(NULL, NULL);
    *ret = NULL;
    if (at_null(credential) || !tfile_is_url(url))
        return true;
    if (!at_is(credential, Y_MAP)) /* told by the grammar */
        return refuse(c, name, "is no map of token_type, token and user");
    if (!is_safe(url))
        return refuse(c, name, "is sent over https only: over http anybody on the way could read it");
    return line_of(c, credential, name, ret);
}

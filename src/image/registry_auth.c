// SPDX-License-Identifier: Apache-2.0
/* Access to a registry: basic authentication, and the token flow (distribution specification, "Token Authentication").
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "image/registry_private.h"

#define CHALLENGE_MAX 4096

/* One word of a header: up to a space, '=', ',' or the end. */
static size_t word_len(const char *s)
{
    return strcspn(s, " \t=,\"");
}

/* A value, quoted or not. Moves *s behind it. The caller frees. */
static char *take_value(const char **s)
{
    AUTO_BUF struct buf value = {0};
    const char *p = *s;
    if (*p != '"') {
        size_t n = strcspn(p, ", \t");
        *s = p + n;
        return mem_strndup(p, n);
    }
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            p++;
        buf_addc(&value, *p);
    }
    *s = *p ? p + 1 : p;
    return buf_take(&value);
}

static void set_parameter(struct registry_challenge *c, bool bearer, const char *name, size_t len, char *value)
{
    static const char *const names[] = {"realm", "service", "scope"};
    char **const into[] = {&c->realm, &c->service, &c->scope};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (bearer && strlen(names[i]) == len && strncasecmp(names[i], name, len) == 0 && !*into[i]) {
            *into[i] = value;
            return;
        }
    }
    free(value);
}

void registry_challenge_parse(const char *text, struct registry_challenge *ret)
{
    *ret = (struct registry_challenge){0};
    if (strlen(text) > CHALLENGE_MAX)
        return;
    bool bearer = false;
    for (const char *p = text; *p;) {
        size_t n = word_len(p);
        if (n == 0) {
            p++;
        } else if (p[n] == '=') {
            const char *name = p;
            p += n + 1;
            set_parameter(ret, bearer, name, n, take_value(&p));
        } else { /* a scheme's name */
            bearer = n == 6 && strncasecmp(p, "Bearer", n) == 0;
            ret->bearer = ret->bearer || bearer;
            ret->basic = ret->basic || (n == 5 && strncasecmp(p, "Basic", n) == 0);
            p += n;
        }
    }
}

void registry_challenge_done(struct registry_challenge *c)
{
    free(c->realm);
    free(c->service);
    free(c->scope);
    *c = (struct registry_challenge){0};
}

static char *basic_value(const struct registry_host *h)
{
    if (!h->username)
        return NULL;
    AUTO_FREE char *both = mem_printf("%s:%s", h->username, h->password ? h->password : "");
    AUTO_FREE char *coded = str_base64(both, strlen(both));
    return mem_printf("Basic %s", coded);
}

static void add_escaped(struct buf *url, const char *s)
{
    for (; *s; s++) {
        if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("-._~:/", *s))
            buf_addc(url, *s);
        else
            buf_addf(url, "%%%02X", (unsigned char)*s);
    }
}

static char *token_url(const struct registry *r, const struct registry_challenge *c)
{
    struct buf url = {0};
    buf_addf(&url, "%s%c", c->realm, strchr(c->realm, '?') ? '&' : '?');
    if (c->service) {
        buf_adds(&url, "service=");
        add_escaped(&url, c->service);
        buf_addc(&url, '&');
    }
    /* The first contact's challenge names no scope, and another's might name more than we want: always this. */
    buf_adds(&url, "scope=");
    AUTO_FREE char *scope = mem_printf("repository:%s:pull", r->repository);
    add_escaped(&url, scope);
    return buf_take(&url);
}

static int take_token(struct registry *r, const struct http_get_reply *reply, struct err *e)
{
    if (reply->status == 401 || reply->status == 403)
        return err_set(e, EACCES, "registry %s refuses %s; check the credentials in the registries file", r->host,
                       r->settings->username ? "this user name or password" : "access without a user name");
    if (reply->status != 200)
        return registry_refused(r, "get a token", reply, e);
    AUTO_JSON json_t *v = json_parse(buf_str(&reply->body), reply->body.len, NULL);
    const char *token = json_str(v, "token", json_str(v, "access_token", NULL));
    if (str_empty(token) || strpbrk(token, "\r\n"))
        return err_set(e, EPROTO, "registry %s: its token service gave no token", r->host);
    free(r->authorization);
    r->authorization = mem_printf("Bearer %s", token);
    return 0;
}

static int get_token(struct registry *r, const struct registry_challenge *c, struct err *e)
{
    if (!c->realm || (!str_starts(c->realm, "https://") && !(r->plain && str_starts(c->realm, "http://"))))
        return err_set(e, EPROTO,
                       "registry %s: its token service '%.100s' does not speak TLS; set \"insecure\" in the registries "
                       "file when that is right",
                       r->host, c->realm ? c->realm : "");
    AUTO_FREE char *url = token_url(r, c), *basic = basic_value(r->settings);
    struct http_get_request q = {.url = url,
                                 .authorization = basic,
                                 .ca = r->settings->ca,
                                 .unchecked = r->settings->insecure,
                                 .plain = r->plain};
    struct http_get_reply reply;
    int k = registry_ask(r, &q, &reply, e);
    if (k == 0)
        k = take_token(r, &reply, e);
    http_get_reply_done(&reply);
    return err_wrap(e, k, "get a token");
}

int registry_authorize(struct registry *r, const char *challenge, struct err *e)
{
    struct registry_challenge c;
    registry_challenge_parse(challenge, &c);
    int k = 0;
    if (c.bearer) {
        k = get_token(r, &c, e);
    } else if (c.basic && r->settings->username) {
        free(r->authorization);
        r->authorization = basic_value(r->settings);
    } else {
        k = err_set(e, EACCES, "registry %s wants %s; give \"username\" and \"password\" for it in the registries file",
                    r->host, c.basic ? "a user name" : "a way of access that is not known here");
    }
    registry_challenge_done(&c);
    return k;
}

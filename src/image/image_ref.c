// SPDX-License-Identifier: Apache-2.0
/* Reads and writes image references; what Docker and the OCI distribution specification allow, checked byte by byte. */
#include "image/image_ref.h"

#include <errno.h>
#include <string.h>

#include "base/digest.h"
#include "base/strv.h"
#include "base/text.h"

#define REF_MAX_BYTES 512
#define REF_MAX_TAG   128
#define DOCKER_HUB    "docker.io"

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
    return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* How many bytes of separator stand here: one '.', one or two '_', or any number of '-'. */
static size_t separator_len(const char *s)
{
    if (*s == '.')
        return 1;
    if (*s == '_')
        return s[1] == '_' ? 2 : 1;
    return strspn(s, "-");
}

/* One path component: runs of lower-case letters and digits, joined by separators. */
static bool is_component(const char *s)
{
    if (!is_lower_alnum(*s))
        return false;
    while (*s) {
        if (is_lower_alnum(*s)) {
            s++;
            continue;
        }
        size_t n = separator_len(s);
        if (n == 0 || !is_lower_alnum(s[n]))
            return false;
        s += n;
    }
    return true;
}

static bool is_repository(const char *text)
{
    AUTO_STRV struct strv parts = {0};
    strv_split(&parts, text, "/");
    size_t slashes = 0;
    for (const char *p = text; *p; p++)
        slashes += *p == '/';
    if (parts.n == 0 || slashes + 1 != parts.n) /* an empty part: "a//b", "/a" */
        return false;
    for (size_t i = 0; i < parts.n; i++) {
        if (!is_component(parts.v[i]))
            return false;
    }
    return true;
}

static bool is_tag(const char *s)
{
    size_t n = strlen(s);
    if (n == 0 || n > REF_MAX_TAG || !(is_alnum(*s) || *s == '_'))
        return false;
    for (; *s; s++) {
        if (!is_alnum(*s) && !strchr("_.-", *s))
            return false;
    }
    return true;
}

static bool is_port(const char *s)
{
    int64_t port;
    return str_to_i64(s, 1, 65535, &port);
}

/* A name, an IPv4 address or "[IPv6]", with or without a port. */
static bool is_registry(const char *text)
{
    AUTO_FREE char *host = mem_strdup(text);
    char *port = NULL;
    if (*host == '[') {
        char *end = strchr(host, ']');
        if (!end || strspn(host + 1, "0123456789abcdefABCDEF:.") != (size_t)(end - host - 1) || end == host + 1)
            return false;
        return end[1] == '\0' || (end[1] == ':' && is_port(end + 2));
    }
    port = strchr(host, ':');
    if (port)
        *port++ = '\0';
    for (char *p = host; *p; p++) {
        if (!is_alnum(*p) && !strchr(".-", *p))
            return false;
    }
    return is_alnum(*host) && is_alnum(host[strlen(host) - 1]) && !strstr(host, "..") && (!port || is_port(port));
}

/* Does the first part name a registry? As everywhere: when it has a dot or a colon, or is "localhost". */
static bool looks_like_registry(const char *part)
{
    return strpbrk(part, ".:") || str_eq(part, "localhost");
}

static int cut_digest(const char *text, char *name, struct image_ref *r, struct err *e)
{
    char *at = strchr(name, '@');
    if (!at)
        return 0;
    *at = '\0';
    if (!digest_valid(at + 1))
        return err_set(e, EINVAL,
                       "image reference '%.100s': '%.80s' is not a digest; write sha256: and 64 lower-case hex digits",
                       text, at + 1);
    r->digest = mem_strdup(at + 1);
    return 0;
}

static int cut_tag(const char *text, char *name, struct image_ref *r, struct err *e)
{
    char *slash = strrchr(name, '/');
    char *colon = strrchr(slash ? slash : name, ':');
    if (!colon)
        return 0;
    *colon = '\0';
    if (!is_tag(colon + 1))
        return err_set(
            e, EINVAL,
            "image reference '%.100s': '%.40s' is not a tag; a tag has letters, digits, '_', '.' and '-', at most 128",
            text, colon + 1);
    r->tag = mem_strdup(colon + 1);
    return 0;
}

static int cut_registry(const char *text, char **name, struct image_ref *r, struct err *e)
{
    char *slash = strchr(*name, '/');
    r->registry = mem_strdup(DOCKER_HUB);
    if (!slash)
        return 0;
    *slash = '\0';
    if (!looks_like_registry(*name)) {
        *slash = '/';
        return 0;
    }
    if (!is_registry(*name))
        return err_set(e, EINVAL, "image reference '%.100s': '%.60s' is not a registry's host[:port]", text, *name);
    free(r->registry);
    r->registry =
        mem_strdup(str_eq(*name, "index.docker.io") || str_eq(*name, "registry-1.docker.io") ? DOCKER_HUB : *name);
    *name = slash + 1;
    return 0;
}

static int set_repository(const char *text, const char *name, struct image_ref *r, struct err *e)
{
    if (!is_repository(name))
        return err_set(e, EINVAL,
                       "image reference '%.100s': '%.100s' is not a repository name; lower-case letters and digits, "
                       "separated by '.', '_', '-' or '/'",
                       text, name);
    bool bare = str_eq(r->registry, DOCKER_HUB) && !strchr(name, '/');
    r->repository = bare ? mem_printf("library/%s", name) : mem_strdup(name);
    return 0;
}

static int parse_parts(const char *text, char *name, struct image_ref *r, struct err *e)
{
    int k = cut_digest(text, name, r, e);
    if (k < 0)
        return k;
    k = cut_tag(text, name, r, e);
    if (k < 0)
        return k;
    k = cut_registry(text, &name, r, e);
    if (k < 0)
        return k;
    k = set_repository(text, name, r, e);
    if (k < 0)
        return k;
    if (!r->tag && !r->digest)
        r->tag = mem_strdup("latest");
    return 0;
}

int image_ref_parse(const char *text, struct image_ref *ret, struct err *e)
{
    *ret = (struct image_ref){0};
    if (str_empty(text))
        return err_set(e, EINVAL, "the image reference is empty; write a name such as 'nginx:latest'");
    if (strlen(text) > REF_MAX_BYTES)
        return err_set(e, EINVAL, "image reference '%.40s...' is longer than %d bytes", text, REF_MAX_BYTES);
    AUTO_FREE char *name = mem_strdup(text);
    struct image_ref r = {0};
    int k = parse_parts(text, name, &r, e);
    if (k < 0) {
        image_ref_done(&r);
        return k;
    }
    *ret = r;
    return 0;
}

void image_ref_done(struct image_ref *r)
{
    free(r->registry);
    free(r->repository);
    free(r->tag);
    free(r->digest);
    *r = (struct image_ref){0};
}

static char *ref_write(const struct image_ref *r, const char *prefix, const char *repository)
{
    return mem_printf("%s%s%s%s%s%s", prefix, repository, r->tag ? ":" : "", r->tag ? r->tag : "", r->digest ? "@" : "",
                      r->digest ? r->digest : "");
}

char *image_ref_text(const struct image_ref *r)
{
    AUTO_FREE char *prefix = mem_printf("%s/", r->registry);
    return ref_write(r, prefix, r->repository);
}

/* Would the repository be read as one on another registry, when its own is not named? */
static bool is_mistakable(const char *repository)
{
    const char *slash = strchr(repository, '/');
    AUTO_FREE char *head = slash ? mem_strndup(repository, (size_t)(slash - repository)) : NULL;
    return head && looks_like_registry(head);
}

char *image_ref_familiar(const struct image_ref *r)
{
    if (!str_eq(r->registry, DOCKER_HUB) || is_mistakable(r->repository))
        return image_ref_text(r);
    const char *rest = r->repository + strlen("library/");
    bool bare = str_starts(r->repository, "library/") && !strchr(rest, '/');
    return ref_write(r, "", bare ? rest : r->repository);
}

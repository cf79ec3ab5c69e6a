// SPDX-License-Identifier: Apache-2.0
/* Reads the settings file and Docker's own credentials. */
#include "image/registry_settings.h"

#include <errno.h>
#include <string.h>

#include "io/file.h"

#define SETTINGS_MAX (1024 * 1024)

static void host_free(void *p)
{
    struct registry_host *h = p;
    free(h->username);
    free(h->password);
    free(h->ca);
    free(h->mirror);
    free(h);
}

static struct registry_host *host_get(struct registry_settings *s, const char *name)
{
    struct registry_host *h = map_get(&s->hosts, name);
    if (!h) {
        h = mem_alloc(sizeof(*h));
        map_set(&s->hosts, name, h);
    }
    return h;
}

static int host_read(const char *path, const char *name, const json_t *v, struct registry_settings *s, struct err *e)
{
    struct registry_host *h = host_get(s, name);
    char **const into[] = {&h->username, &h->password, &h->ca, &h->mirror};
    static const char *const keys[] = {"username", "password", "ca", "mirror"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)v, key, value)
    {
        size_t i = 0;
        while (i < ARRAY_LEN(keys) && !str_eq(keys[i], key))
            i++;
        if (str_eq(key, "insecure") && json_is_boolean(value))
            h->insecure = json_is_true(value);
        else if (i < ARRAY_LEN(keys) && json_is_string(value))
            *into[i] = mem_strdup(json_string_value(value));
        else
            return err_set(e, EINVAL,
                           "%s: registries.%s.%s: there is no such setting, or its value is of the wrong type", path,
                           name, key);
    }
    return 0;
}

static int own_read(const char *path, struct registry_settings *s, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = file_read(path, SETTINGS_MAX, &text, &len, e);
    if (r == -ENOENT) {
        err_clear(e);
        return 0;
    }
    if (r < 0)
        return r;
    AUTO_JSON json_t *v = json_parse(text, len, e);
    json_t *hosts = json_object_get(v, "registries");
    if (!v)
        return err_wrap(e, -EINVAL, "%s", path);
    if (!json_is_object(hosts))
        return err_set(e, EINVAL, "%s: it must be {\"registries\": {\"host:port\": {...}}}", path);
    const char *name;
    json_t *host;
    json_object_foreach(hosts, name, host)
    {
        if (!json_is_object(host))
            return err_set(e, EINVAL, "%s: registries.%s is not an object", path, name);
        r = host_read(path, name, host, s, e);
        if (r < 0)
            return r;
    }
    return 0;
}

/* "https://index.docker.io/v1/" -> "docker.io"; others without scheme and path. The caller frees. */
static char *docker_host(const char *key)
{
    const char *start = strstr(key, "://");
    start = start ? start + 3 : key;
    AUTO_FREE char *host = mem_strndup(start, strcspn(start, "/"));
    return str_eq(host, "index.docker.io") ? mem_strdup("docker.io") : take_ptr(host);
}

static void docker_auth(struct registry_settings *s, const char *key, const char *auth)
{
    AUTO_FREE char *name = docker_host(key);
    AUTO_FREE uint8_t *plain = NULL;
    size_t len = 0;
    struct registry_host *h = host_get(s, name);
    if (h->username || str_unbase64(auth, strlen(auth), &plain, &len) < 0)
        return;
    AUTO_FREE char *text = mem_strndup((const char *)plain, len);
    char *colon = strchr(text, ':');
    if (!colon)
        return;
    *colon = '\0';
    h->username = mem_strdup(text);
    h->password = mem_strdup(colon + 1);
}

/* What Docker wrote for itself: a fault in it is not ours to report. */
static void docker_read(struct registry_settings *s)
{
    const char *home = getenv("HOME");
    AUTO_FREE char *path = mem_printf("%s/.docker/config.json", home ? home : "/root"), *text = NULL;
    size_t len;
    if (file_read(path, SETTINGS_MAX, &text, &len, NULL) < 0)
        return;
    AUTO_JSON json_t *v = json_parse(text, len, NULL);
    const char *key;
    json_t *entry;
    json_object_foreach(json_object_get(v, "auths"), key, entry)
    {
        const char *auth = json_str(entry, "auth", NULL);
        if (!str_empty(auth))
            docker_auth(s, key, auth);
    }
}

int registry_settings_load(const char *path, struct registry_settings *ret, struct err *e)
{
    struct registry_settings s;
    map_init(&s.hosts, host_free);
    int r = own_read(path, &s, e);
    if (r < 0) {
        registry_settings_done(&s);
        return r;
    }
    docker_read(&s);
    *ret = s;
    return 0;
}

void registry_settings_done(struct registry_settings *s)
{
    map_done(&s->hosts);
}

const struct registry_host *registry_settings_get(const struct registry_settings *s, const char *host)
{
    static const struct registry_host none = {0};
    const struct registry_host *h = map_get(&s->hosts, host);
    return h ? h : &none;
}

bool registry_is_loopback(const char *host)
{
    AUTO_FREE char *name = mem_strndup(host, *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":"));
    return str_eq(name, "localhost") || str_eq(name, "[::1]") ||
           (str_starts(name, "127.") && strspn(name, "0123456789.") == strlen(name));
}

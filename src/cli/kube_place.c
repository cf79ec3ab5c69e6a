// SPDX-License-Identifier: Apache-2.0
/* Reads and writes kubeconfig texts. */
#include "cli/kube_place.h"

#include <errno.h>
#include <string.h>

#include "io/file.h"

#define CONFIG_MAX (1024 * 1024)
#define PORT       6443

void kube_place_free(struct kube_place *p)
{
    if (!p)
        return;
    char **owned[] = {&p->host, &p->ca_pem, &p->cert_pem, &p->key_pem, &p->token, &p->ns, &p->server};
    for (size_t i = 0; i < ARRAY_LEN(owned); i++)
        mem_freep(owned[i]);
    free(p);
}

static bool split_port(const char *at, uint16_t *ret)
{
    int64_t port;
    if (*at == '\0' || str_eq(at, "/")) {
        *ret = PORT;
        return true;
    }
    AUTO_FREE char *digits = mem_strndup(at + 1, strcspn(at + 1, "/"));
    const char *after = at + 1 + strlen(digits);
    if (*at != ':' || !str_to_i64(digits, 1, 65535, &port) || !(str_eq(after, "") || str_eq(after, "/")))
        return false;
    *ret = (uint16_t)port;
    return true;
}

int kube_server_split(const char *url, char **ret_host, uint16_t *ret_port, struct err *e)
{
    static const char scheme[] = "https://";
    const char *host = str_starts(url, scheme) ? url + strlen(scheme) : NULL;
    if (!host)
        return err_set(e, EINVAL, "server '%s' does not begin with https://", url);
    bool bracket = *host == '[';
    size_t len = bracket ? strcspn(host + 1, "]") : strcspn(host, ":/");
    const char *after = host + len + (bracket ? 1 : 0);
    if (len == 0 || (bracket && *after != ']') || !split_port(after + bracket, ret_port))
        return err_set(e, EINVAL, "server '%s' is not https://HOST:PORT", url);
    *ret_host = mem_strndup(host + bracket, len);
    return 0;
}

/* The entry of that name in a list of {"name", <key>: {...}}. */
static const json_t *named(const json_t *config, const char *list, const char *name, const char *key)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(config, list), i, item)
    {
        if (str_eq(json_str(item, "name", NULL), name))
            return json_object_get(item, key);
    }
    return NULL;
}

/* "<key>-data" in base64, or the file that <key> names. *ret stays NULL when neither is there. */
static int pem_of(const json_t *from, const char *key, const char *folder, char **ret, struct err *e)
{
    AUTO_FREE char *data_key = mem_printf("%s-data", key);
    const char *data = json_str(from, data_key, NULL), *file = json_str(from, key, NULL);
    uint8_t *bytes;
    size_t len;
    if (data) {
        if (str_unbase64(data, strlen(data), &bytes, &len) < 0)
            return err_set(e, EINVAL, "%s is not base64", data_key);
        *ret = mem_strndup((const char *)bytes, len);
        free(bytes);
        return 0;
    }
    if (!file)
        return 0;
    AUTO_FREE char *path = file[0] == '/' ? mem_strdup(file) : file_join(folder, file);
    return file_read(path, CONFIG_MAX, ret, &len, e);
}

static int take_parts(const json_t *config, const char *folder, struct kube_place *ret, struct err *e)
{
    const char *current = json_str(config, "current-context", "");
    const json_t *context = named(config, "contexts", current, "context");
    const json_t *cluster = named(config, "clusters", json_str(context, "cluster", ""), "cluster");
    const json_t *user = named(config, "users", json_str(context, "user", ""), "user");
    const char *server = json_str(cluster, "server", NULL);
    if (!context)
        return err_set(e, EINVAL, "there is no context '%s' (current-context)", current);
    if (!server)
        return err_set(e, EINVAL, "context '%s' names no cluster with a server", current);
    ret->server = mem_strdup(server);
    ret->token = mem_strdup(json_str(user, "token", NULL));
    ret->ns = mem_strdup(json_str(context, "namespace", NULL));
    int r = kube_server_split(server, &ret->host, &ret->port, e);
    if (r == 0)
        r = pem_of(cluster, "certificate-authority", folder, &ret->ca_pem, e);
    if (r == 0)
        r = pem_of(user, "client-certificate", folder, &ret->cert_pem, e);
    if (r == 0)
        r = pem_of(user, "client-key", folder, &ret->key_pem, e);
    if (r == 0 && !ret->ca_pem)
        r = err_set(e, EINVAL, "cluster of context '%s' has no certificate-authority-data: whom to trust?", current);
    if (r == 0 && ret->cert_pem && !ret->key_pem)
        r = err_set(e, EINVAL, "user of context '%s' has a client-certificate and no client-key", current);
    return r;
}

static void ydoc_donep(struct ydoc *d)
{
    ydoc_done(d);
}

int kube_place_parse(const char *text, size_t len, const char *folder, struct kube_place *ret, struct err *e)
{
    AUTO(ydoc_donep)
    struct ydoc doc = {0};
    struct yfault f = {0};
    if (yaml_read(text, len, &ylimits_default, &doc, &f) < 0)
        return err_set(e, EINVAL, "line %d, column %d: %s", f.line, f.col, f.text);
    AUTO_JSON json_t *config = doc.root ? ynode_to_json(doc.root, e) : json_object();
    if (!config)
        return -EINVAL;
    return take_parts(config, folder, ret, e);
}

static void place_freep(struct kube_place **p)
{
    kube_place_free(*p);
}

int kube_place_read(const char *path, struct kube_place **ret, struct err *e)
{
    AUTO_FREE char *text = NULL;
    AUTO(place_freep)
    struct kube_place *p = mem_alloc(sizeof(*p));
    size_t len;
    int r = file_read(path, CONFIG_MAX, &text, &len, e);
    if (r < 0)
        return err_wrap(e, r, "kubeconfig %s", path);
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *folder = slash ? mem_strndup(path, (size_t)(slash - path) + 1) : mem_strdup(".");
    r = kube_place_parse(text, len, folder, p, e);
    if (r == 0)
        *ret = take_ptr(p);
    return err_wrap(e, r, "kubeconfig %s", path);
}

static void put_pem(json_t *to, const char *key, const char *pem)
{
    AUTO_FREE char *text = pem ? str_base64(pem, strlen(pem)) : NULL;
    json_put_str(to, key, text);
}

char *kube_config_text(const char *server, const char *ca_pem, const char *user, const char *cert_pem,
                       const char *key_pem, const char *token, const char *ns)
{
    AUTO_FREE char *context = mem_printf("%s@sedge", user);
    json_t *cluster = json_pack("{s:s}", "server", server), *who = json_object();
    json_t *where = json_pack("{s:s, s:s}", "cluster", "sedge", "user", user);
    put_pem(cluster, "certificate-authority-data", ca_pem);
    put_pem(who, "client-certificate-data", cert_pem);
    put_pem(who, "client-key-data", key_pem);
    json_put_str(who, "token", token);
    json_put_str(where, "namespace", ns);
    AUTO_JSON json_t *config =
        json_pack("{s:s, s:s, s:[{s:s, s:o}], s:[{s:s, s:o}], s:[{s:s, s:o}], s:s}", "apiVersion", "v1", "kind",
                  "Config", "clusters", "name", "sedge", "cluster", cluster, "users", "name", user, "user", who,
                  "contexts", "name", context, "context", where, "current-context", context);
    return json_to_yaml(config);
}

// SPDX-License-Identifier: Apache-2.0
/* Options of `sedge run` to a Pod: one function an option. */
#include "cli/run_pod.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* What is being made. */
struct making {
    const struct run_options *o;
    const char *here;
    json_t *spec, *container;
    struct strv *claims;
    struct err *e;
};

static int bad(const struct making *m, const char *fmt, const char *value)
{
    char text[256];
    snprintf(text, sizeof(text), "%.200s", value);
    return err_set(m->e, EINVAL, "%s, not '%s'", fmt, text);
}

static json_t *member(json_t *object, const char *key, json_t *(*make)(void))
{
    json_t *there = json_object_get(object, key);
    if (!there) {
        there = make();
        json_object_set_new(object, key, there);
    }
    return there;
}

bool run_pod_bytes(const char *text, int64_t *ret)
{
    static const struct {
        const char *unit;
        int shift;
    } units[] = {{"", 0},    {"b", 0},  {"k", 10},  {"kb", 10}, {"ki", 10}, {"m", 20}, {"mb", 20},
                 {"mi", 20}, {"g", 30}, {"gb", 30}, {"gi", 30}, {"t", 40},  {"ti", 40}};
    size_t digits = strspn(text, "0123456789");
    AUTO_FREE char *number = mem_strndup(text, digits);
    int64_t n;
    if (!str_to_i64(number, 1, INT64_MAX, &n))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strcasecmp(text + digits, units[i].unit) == 0)
            return !__builtin_mul_overflow(n, (int64_t)1 << units[i].shift, ret);
    return false;
}

/* ---- one option each ---- */

static int add_env(struct making *m)
{
    for (size_t i = 0; i < m->o->env.n; i++) {
        const char *text = m->o->env.v[i], *equals = strchr(text, '=');
        if (text[0] == '=' || text[0] == '\0')
            return bad(m, "-e takes KEY=VALUE", text);
        AUTO_FREE char *key = mem_strndup(text, equals ? (size_t)(equals - text) : strlen(text));
        const char *value = equals ? equals + 1 : getenv(key); /* "-e KEY": as it is here */
        if (value)
            json_array_append_new(member(m->container, "env", json_array),
                                  json_pack("{s:s, s:s}", "name", key, "value", value));
    }
    return 0;
}

/* [IP:]HOST:CONTAINER[/udp] */
static int add_port(struct making *m, const char *text)
{
    static const char form[] = "-p takes [ADDRESS:]HOST:CONTAINER[/udp] with ports from 1 to 65535";
    AUTO_FREE char *plain = mem_strdup(text);
    char *slash = strchr(plain, '/'), *inside = NULL, *outside = NULL;
    int64_t host, port;
    bool udp = slash && str_eq(slash, "/udp");
    if (slash && !udp && !str_eq(slash, "/tcp"))
        return bad(m, form, text);
    if (slash)
        *slash = '\0';
    inside = strrchr(plain, ':');
    if (!inside)
        return bad(m, form, text);
    *inside++ = '\0';
    outside = strrchr(plain, ':');
    const char *address = outside ? plain : NULL;
    if (outside)
        *outside++ = '\0';
    if (!str_to_i64(outside ? outside : plain, 1, 65535, &host) || !str_to_i64(inside, 1, 65535, &port))
        return bad(m, form, text);
    json_t *item = json_pack("{s:I, s:I}", "containerPort", (json_int_t)port, "hostPort", (json_int_t)host);
    json_put_str(item, "hostIP", address);
    json_put_str(item, "protocol", udp ? "UDP" : NULL);
    json_array_append_new(member(m->container, "ports", json_array), item);
    return 0;
}

static int add_ports(struct making *m)
{
    int r = 0;
    for (size_t i = 0; i < m->o->ports.n && r == 0; i++)
        r = add_port(m, m->o->ports.v[i]);
    return r;
}

/* Where a mount comes from, as a volume of the pod: an absolute path, one below here ("./x"), or a named volume. */
static json_t *mount_source(struct making *m, const char *source, bool read_only)
{
    bool below = source[0] == '.' && m->here;
    if (source[0] == '/' || below) {
        AUTO_FREE char *path = below ? mem_printf("%s/%s", m->here, source) : mem_strdup(source);
        return json_pack("{s:{s:s}}", "hostPath", "path", path);
    }
    if (!str_is_label(source))
        return NULL;
    if (!strv_has(m->claims, source))
        strv_add(m->claims, source);
    return json_pack("{s:{s:s, s:b}}", "persistentVolumeClaim", "claimName", source, "readOnly", read_only);
}

/* SOURCE:PATH[:ro] */
static int add_volume(struct making *m, const char *text, size_t number)
{
    static const char form[] = "-v takes FOLDER:PATH[:ro] or VOLUME:PATH[:ro] with an absolute PATH";
    AUTO_FREE char *plain = mem_strdup(text);
    AUTO_FREE char *name = mem_printf("volume-%zu", number);
    char *path = strchr(plain, ':'), *option = NULL;
    if (!path)
        return bad(m, form, text);
    *path++ = '\0';
    option = strchr(path, ':');
    if (option)
        *option++ = '\0';
    bool read_only = str_eq(option, "ro");
    if (path[0] != '/' || (option && !read_only && !str_eq(option, "rw")))
        return bad(m, form, text);
    json_t *source = mount_source(m, plain, read_only);
    if (!source)
        return bad(m, form, text);
    json_put_str(source, "name", name);
    json_array_append_new(member(m->spec, "volumes", json_array), source);
    json_array_append_new(member(m->container, "volumeMounts", json_array),
                          json_pack("{s:s, s:s, s:b}", "name", name, "mountPath", path, "readOnly", read_only));
    return 0;
}

static int add_volumes(struct making *m)
{
    int r = 0;
    for (size_t i = 0; i < m->o->volumes.n && r == 0; i++)
        r = add_volume(m, m->o->volumes.v[i], i);
    return r;
}

static int add_limits(struct making *m)
{
    const struct run_options *o = m->o;
    AUTO_JSON json_t *limits = json_object();
    int64_t bytes, milli;
    if (o->memory) {
        if (!run_pod_bytes(o->memory, &bytes))
            return bad(m, "--memory takes a size such as 64m, 1g or 512Mi", o->memory);
        AUTO_FREE char *text = mem_printf("%lld", (long long)bytes);
        json_put_str(limits, "memory", text);
    }
    if (o->cpus) {
        if (!str_to_milli(o->cpus, &milli) || milli <= 0)
            return bad(m, "--cpus takes a number such as 0.5 or 2", o->cpus);
        AUTO_FREE char *text = mem_printf("%lldm", (long long)milli);
        json_put_str(limits, "cpu", text);
    }
    if (o->pids >= 0) {
        AUTO_FREE char *text = mem_printf("%lld", (long long)o->pids);
        json_put_str(limits, "sedge.dev/pids", text);
    }
    if (json_object_size(limits))
        json_object_set_new(m->container, "resources", json_pack("{s:O}", "limits", limits));
    return 0;
}

static void add_capabilities(struct making *m, const char *key, const struct strv *names)
{
    for (size_t i = 0; i < names->n; i++) {
        json_t *security = member(m->container, "securityContext", json_object);
        json_t *caps = member(security, "capabilities", json_object);
        json_array_append_new(member(caps, key, json_array), json_string(names->v[i]));
    }
}

static int add_security(struct making *m)
{
    const struct run_options *o = m->o;
    add_capabilities(m, "add", &o->cap_add);
    add_capabilities(m, "drop", &o->cap_drop);
    if (o->read_only)
        json_object_set_new(member(m->container, "securityContext", json_object), "readOnlyRootFilesystem",
                            json_true());
    if (o->privileged)
        json_object_set_new(member(m->container, "securityContext", json_object), "privileged", json_true());
    return 0;
}

static int set_node(struct making *m)
{
    if (m->o->node)
        json_put_str(member(m->spec, "nodeSelector", json_object), "kubernetes.io/hostname", m->o->node);
    return 0;
}

static int set_restart(struct making *m)
{
    static const struct {
        const char *word, *policy;
    } policies[] = {{"no", "Never"},
                    {"never", "Never"},
                    {"on-failure", "OnFailure"},
                    {"always", "Always"},
                    {"unless-stopped", "Always"}};
    const char *word = m->o->restart ? m->o->restart : "no";
    for (size_t i = 0; i < ARRAY_LEN(policies); i++)
        if (str_eq(policies[i].word, word)) {
            json_put_str(m->spec, "restartPolicy", policies[i].policy);
            return 0;
        }
    return bad(m, "--restart takes no, on-failure or always", word);
}

static int set_plain(struct making *m)
{
    const struct run_options *o = m->o;
    json_put_str(m->container, "workingDir", o->dir);
    json_put_str(m->container, "user", o->user);
    json_put_str(m->spec, "hostname", o->hostname);
    if (o->entrypoint)
        json_object_set_new(m->container, "command", json_pack("[s]", o->entrypoint));
    if (o->tty)
        json_object_set_new(m->container, "tty", json_true());
    if (o->input)
        json_object_set_new(m->container, "stdin", json_true());
    return 0;
}

static int (*const steps[])(struct making *m) = {add_env,      add_ports,   add_volumes, add_limits,
                                                 add_security, set_node, set_restart, set_plain};

json_t *run_pod_make(const struct run_options *o, const char *name, const char *here, int argc, char *const *argv,
                     struct strv *volumes, struct err *e)
{
    json_t *args = argc > 1 ? json_array() : NULL;
    json_t *container = json_pack("{s:s, s:s}", "name", "main", "image", argv[0]);
    json_t *spec = json_pack("{s:[o]}", "containers", container);
    AUTO_JSON json_t *pod = json_pack("{s:s, s:s, s:{s:s}, s:o}", "apiVersion", "v1", "kind", "Pod", "metadata", "name",
                                      name, "spec", spec);
    struct making m = {o, here, spec, container, volumes, e};
    for (int i = 1; i < argc; i++)
        json_array_append_new(args, json_string(argv[i]));
    if (args)
        json_object_set_new(container, "args", args);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (steps[i](&m) < 0)
            return NULL;
    return json_incref(pod);
}

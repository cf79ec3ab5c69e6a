// SPDX-License-Identifier: Apache-2.0
/* A container component's properties as a container of a pod spec. One function a property, in a table. */
#include "plan/compile_container.h"

#include <errno.h>

#include "model/secret_token.h"
#include "plan/compile_value.h"
#include "plan/compile_words.h"

struct target {
    const struct compile_input *in;
    const struct component *c;
    json_t *container, *volumes;
    struct err *e;
};

static int bad(const struct target *t, const char *property, const char *why)
{
    return err_set(t->e, EINVAL, "%s:%d:%d: component '%s': property '%s' %s",
                   t->c->place.file ? t->c->place.file : "?", t->c->place.line, t->c->place.col, t->c->name, property,
                   why);
}

static json_t *member(json_t *object, const char *key)
{
    json_t *there = json_object_get(object, key);
    if (!there) {
        there = json_object();
        json_object_set_new(object, key, there);
    }
    return there;
}

void compile_env_add(json_t *env, const char *name, const json_t *value)
{
    AUTO_FREE char *text = compile_text(value);
    if (!secret_token_in(text)) {
        json_array_append_new(env, json_pack("{s:s, s:s}", "name", name, "value", text));
        return;
    }
    AUTO_JSON json_t *parts = secret_token_parts(text);
    const json_t *alone = json_array_size(parts) == 1 ? json_array_get(parts, 0) : NULL;
    json_t *from = alone ? json_incref((json_t *)(uintptr_t)alone) : json_pack("{s:O}", "parts", parts);
    json_array_append_new(env, json_pack("{s:s, s:o}", "name", name, "valueFrom", from));
}

static int set_env(const struct target *t, const json_t *v)
{
    if (!json_is_object(v))
        return bad(t, "env_variable", "must be a map from name to value");
    json_t *env = json_array();
    json_object_set_new(t->container, "env", env);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)v, name, value)
    {
        if (secret_token_in(name))
            return bad(t, "env_variable", "has a name that is made of a secret");
        compile_env_add(env, name, value);
    }
    return 0;
}

static int set_ports(const struct target *t, const json_t *v)
{
    if (!json_is_object(v))
        return bad(t, "ports", "must be a map from container port to host port");
    json_t *ports = json_array();
    json_object_set_new(t->container, "ports", ports);
    const char *inside;
    json_t *outside;
    json_object_foreach((json_t *)(uintptr_t)v, inside, outside)
    {
        int64_t port = 0, host_port = 0;
        AUTO_FREE char *text = compile_text(outside);
        int r = compile_port(t->c, "ports", inside, &port, t->e);
        if (r == 0 && !json_is_null(outside))
            r = compile_port(t->c, "ports", text, &host_port, t->e);
        if (r < 0)
            return r;
        json_t *item = json_pack("{s:I}", "containerPort", (json_int_t)port);
        if (host_port > 0)
            json_put_int(item, "hostPort", host_port);
        json_array_append_new(ports, item);
    }
    return 0;
}

static int set_command(const struct target *t, const json_t *v)
{
    AUTO_STRV struct strv words = {0};
    AUTO_FREE char *line = compile_text(v);
    int r = compile_words(line, &words, t->e);
    if (r < 0)
        return err_wrap(t->e, r, "component '%s'", t->c->name);
    json_t *args = json_array();
    for (size_t i = 0; i < words.n; i++)
        json_array_append_new(args, json_string(words.v[i]));
    json_object_set_new(t->container, "args", args);
    return 0;
}

static int set_args(const struct target *t, const json_t *v)
{
    if (!json_is_array(v))
        return bad(t, "args", "must be a list of texts");
    json_t *args = json_array();
    for (size_t i = 0; i < json_array_size(v); i++) {
        AUTO_FREE char *text = compile_text(json_array_get(v, i));
        json_array_append_new(args, json_string(text));
    }
    json_object_set_new(t->container, "args", args);
    return 0;
}

static void add_mount(const struct target *t, const char *name, const char *path, json_t *source)
{
    json_t *mounts = json_object_get(t->container, "volumeMounts");
    if (!mounts) {
        mounts = json_array();
        json_object_set_new(t->container, "volumeMounts", mounts);
    }
    json_array_append_new(mounts, json_pack("{s:s, s:s}", "name", name, "mountPath", path));
    json_put_str(source, "name", name);
    json_array_append_new(t->volumes, source);
}

static int set_share_data(const struct target *t, const json_t *v)
{
    if (!json_is_object(v))
        return bad(t, "share_data", "must be a map from container path to host path");
    const char *inside;
    json_t *outside;
    size_t n = 0;
    json_object_foreach((json_t *)(uintptr_t)v, inside, outside)
    {
        if (inside[0] != '/' || !json_is_string(outside) || json_string_value(outside)[0] != '/')
            return bad(t, "share_data", "must map absolute paths to absolute paths");
        AUTO_FREE char *name = mem_printf("share-%zu", n++);
        add_mount(t, name, inside, json_pack("{s:{s:s}}", "hostPath", "path", json_string_value(outside)));
    }
    return 0;
}

static int set_limit(const struct target *t, const char *key, const char *text)
{
    json_put_str(member(member(t->container, "resources"), "limits"), key, text);
    return 0;
}

static int set_cpus(const struct target *t, const json_t *v)
{
    AUTO_FREE char *text = compile_text(v);
    int64_t milli;
    if (!str_to_milli(text, &milli) || milli <= 0)
        return bad(t, "cpus", "must be a number of cores above 0");
    AUTO_FREE char *quantity = mem_printf("%lldm", (long long)milli);
    return set_limit(t, "cpu", quantity);
}

static int set_memory(const struct target *t, const json_t *v)
{
    AUTO_FREE char *text = compile_text(v);
    int64_t bytes;
    if (compile_bytes(text, &bytes) < 0 || bytes <= 0)
        return bad(t, "memory", "must be a size such as 64 MiB");
    AUTO_FREE char *quantity = mem_printf("%lld", (long long)bytes);
    return set_limit(t, "memory", quantity);
}

static int set_pids(const struct target *t, const json_t *v)
{
    AUTO_FREE char *text = compile_text(v);
    int64_t pids;
    if (!str_to_i64(text, 1, 1 << 22, &pids))
        return bad(t, "pids", "must be a whole number above 0");
    return set_limit(t, "sedge.dev/pids", text);
}

static int set_read_only(const struct target *t, const json_t *v)
{
    if (json_is_true(v))
        json_object_set_new(member(t->container, "securityContext"), "readOnlyRootFilesystem", json_true());
    return 0;
}

static int set_user(const struct target *t, const json_t *v)
{
    AUTO_FREE char *text = compile_text(v);
    json_put_str(t->container, "user", text);
    return 0;
}

static int set_working_dir(const struct target *t, const json_t *v)
{
    AUTO_FREE char *text = compile_text(v);
    json_put_str(t->container, "workingDir", text);
    return 0;
}

static int set_capabilities(const struct target *t, const char *key, const json_t *v)
{
    if (!json_is_array(v))
        return bad(t, key, "must be a list of capability names");
    json_object_set_new(member(member(t->container, "securityContext"), "capabilities"), key, json_deep_copy(v));
    return 0;
}

static int set_cap_add(const struct target *t, const json_t *v)
{
    return set_capabilities(t, "add", v);
}

static int set_cap_drop(const struct target *t, const json_t *v)
{
    return set_capabilities(t, "drop", v);
}

static const struct {
    const char *name;
    int (*set)(const struct target *t, const json_t *v);
} properties[] = {
    {"env_variable", set_env},
    {"ports", set_ports},
    {"command", set_command},
    {"args", set_args},
    {"share_data", set_share_data},
    {"cpus", set_cpus},
    {"memory", set_memory},
    {"pids", set_pids},
    {"read_only", set_read_only},
    {"user", set_user},
    {"working_dir", set_working_dir},
    {"capabilities_add", set_cap_add},
    {"capabilities_drop", set_cap_drop},
};

static int add_volumes(const struct target *t)
{
    for (size_t i = 0; i < t->c->n_links; i++) {
        const struct topology_link *l = &t->c->links[i];
        const struct component *volume = &t->in->topology->components[l->target];
        if (l->kind != LINK_ATTACHES_TO || volume->kind != COMPONENT_VOLUME)
            continue;
        const char *location = json_str(l->properties, "location", NULL);
        if (!location || location[0] != '/')
            return err_set(t->e, EINVAL,
                           "%s:%d:%d: component '%s': the relationship to volume '%s' needs a property 'location': "
                           "where to mount it",
                           l->place.file ? l->place.file : "?", l->place.line, l->place.col, t->c->name, volume->name);
        AUTO_FREE char *name = str_to_label(volume->name);
        AUTO_FREE char *claim = compile_name(t->in->application, volume->name);
        add_mount(t, name, location, json_pack("{s:{s:s}}", "persistentVolumeClaim", "claimName", claim));
    }
    return 0;
}

int compile_container(const struct compile_input *in, const struct component *c, json_t *container, json_t *volumes,
                      struct err *e)
{
    struct target t = {in, c, container, volumes, e};
    AUTO_FREE char *name = str_to_label(c->name);
    json_put_str(container, "name", name);
    json_put_str(container, "image", c->image);
    for (size_t i = 0; i < ARRAY_LEN(properties); i++) {
        AUTO_JSON json_t *v = NULL;
        int r = compile_property(in, c, properties[i].name, &v, e);
        if (r == 0 && v && properties[i].set != set_env && secret_token_in_json(v))
            r = bad(&t, properties[i].name,
                    "is made of a secret, and others could read it there; give secrets by env_variable or by an "
                    "operation's inputs");
        if (r == 0 && v && (in->eval || !compile_has_call(v))) /* what is not known yet cannot be checked yet */
            r = properties[i].set(&t, v);
        if (r < 0)
            return r;
    }
    return add_volumes(&t);
}

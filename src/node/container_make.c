// SPDX-License-Identifier: Apache-2.0
/* Merges an image's configuration and a pod's spec by Kubernetes' rules. */
#include "node/container_make.h"

#include <signal.h>
#include <string.h>

#include "node/pod_secret.h"

static void add_all(struct strv *to, const struct strv *from)
{
    for (size_t i = 0; i < from->n; i++)
        strv_add(to, from->v[i]);
}

/* The pod's command stands for the image's entrypoint and command, its args for the image's command alone. */
static void make_args(const struct pod_container *c, const struct image_config *image, struct strv *to)
{
    add_all(to, c->command.n > 0 ? &c->command : &image->entrypoint);
    if (c->args.n > 0)
        add_all(to, &c->args);
    else if (c->command.n == 0)
        add_all(to, &image->command);
}

/* "NAME=value" in place of one of the same name. */
static void put_env(struct strv *to, const char *name, const char *value)
{
    size_t len = strlen(name);
    char *text = mem_printf("%s=%s", name, value ? value : "");
    for (size_t i = 0; i < to->n; i++) {
        if (strncmp(to->v[i], name, len) != 0 || to->v[i][len] != '=')
            continue;
        free(to->v[i]);
        to->v[i] = text;
        return;
    }
    strv_take(to, text);
}

static char *make_user(const struct pod_container *c, const struct image_config *image)
{
    const struct security *s = c->security;
    if (!str_empty(c->user))
        return mem_strdup(c->user);
    if (!s || s->run_as_user == FIELD_UNSET)
        return mem_strdup(image->user ? image->user : "");
    if (s->run_as_group == FIELD_UNSET)
        return mem_printf("%lld", (long long)s->run_as_user);
    return mem_printf("%lld:%lld", (long long)s->run_as_user, (long long)s->run_as_group);
}

int64_t quantity_milli(const json_t *quantities, const char *key)
{
    const json_t *v = json_object_get(quantities, key);
    int64_t milli = 0;
    if (json_is_string(v) && str_to_milli(json_string_value(v), &milli) && milli > 0)
        return milli;
    if (json_is_integer(v) && json_integer_value(v) > 0 && json_integer_value(v) < INT64_MAX / 1000)
        return json_integer_value(v) * 1000;
    return json_is_real(v) && json_real_value(v) > 0 && json_real_value(v) < 1e15 ? (int64_t)(json_real_value(v) * 1000)
                                                                                  : 0;
}

static void make_limits(const struct pod_container *c, struct container_limits *ret)
{
    const json_t *limits = c->resources ? c->resources->limits : NULL;
    ret->cpu_milli = quantity_milli(limits, "cpu");
    ret->memory_bytes = quantity_milli(limits, "memory") / 1000;
    ret->pids = quantity_milli(limits, "sedge.dev/pids") / 1000;
}

static void make_rights(const struct pod_container *c, struct container_spec *ret)
{
    const struct security *s = c->security;
    if (!s)
        return;
    ret->read_only_root = s->read_only_root;
    ret->privileged = s->privileged;
    if (s->capabilities) {
        add_all(&ret->cap_add, &s->capabilities->add);
        add_all(&ret->cap_drop, &s->capabilities->drop);
    }
}

const char *pod_host_name(const struct pod *p)
{
    return str_empty(p->spec.hostname) ? p->meta.name : p->spec.hostname;
}

static int make_env(const struct pod_container *c, const json_t *secrets, struct strv *to, struct err *e)
{
    const struct env_var *env = c->env.items;
    for (size_t i = 0; i < c->env.n; i++) {
        AUTO_FREE char *value = NULL;
        int r = pod_env_value(secrets, &env[i], &value, e);
        if (r < 0)
            return r;
        if (value)
            put_env(to, env[i].name, value);
    }
    return 0;
}

int container_make(const struct pod *p, size_t container, const char *id, const struct image *image,
                   const json_t *secrets, struct container_spec *ret, struct err *e)
{
    const struct pod_container *c = &((const struct pod_container *)p->spec.containers.items)[container];
    ret->id = mem_strdup(id);
    ret->init = p->spec.sedge && p->spec.sedge->sleep;
    if (!ret->init)
        make_args(c, &image->config, &ret->args);
    add_all(&ret->env, &image->config.env);
    int r = make_env(c, secrets, &ret->env, e);
    ret->user = make_user(c, &image->config);
    const char *dir = str_empty(c->working_dir) ? image->config.working_dir : c->working_dir;
    ret->working_dir = mem_strdup(dir ? dir : "");
    ret->hostname = mem_strdup(pod_host_name(p));
    add_all(&ret->layers, &image->layers);
    make_rights(c, ret);
    make_limits(c, &ret->limits);
    ret->terminal = c->tty;
    ret->stop_signal = ret->init ? NULL : mem_strdup(image->config.stop_signal);
    return r;
}

int signal_number(const char *name)
{
    int64_t n;
    if (str_empty(name))
        return SIGTERM;
    if (str_to_i64(name, 1, 64, &n))
        return (int)n;
    if (str_starts(name, "SIG"))
        name += 3;
    for (int i = 1; i < SIGRTMIN; i++)
        if (str_eq(sigabbrev_np(i), name))
            return i;
    if (str_starts(name, "RTMIN+") && str_to_i64(name + 6, 0, 30, &n))
        return SIGRTMIN + (int)n;
    return SIGTERM;
}

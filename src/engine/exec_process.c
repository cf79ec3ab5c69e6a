// SPDX-License-Identifier: Apache-2.0
/* The OCI process object for exec: the container's own process with other arguments. */
#include <string.h>

#include "base/text.h"
#include "engine/config_private.h"
#include "engine/keeper_client.h"

/* NAME=value in place of an entry of the same name. */
static void env_put(json_t *env, const char *text)
{
    size_t name = strcspn(text, "=") + 1, i;
    const json_t *item;
    json_array_foreach(env, i, item)
    {
        if (strncmp(json_string_value(item), text, name) == 0) {
            json_array_set_new(env, i, json_string(text));
            return;
        }
    }
    json_array_append_new(env, json_string(text));
}

static void put_user(json_t *process, const struct container_user *user)
{
    const json_t *caps = json_at(process, "capabilities", "bounding", NULL);
    json_t *made = config_capabilities(caps, user->uid == 0);
    json_object_set_new(process, "capabilities", made);
    json_object_set_new(process, "user", config_user(user));
    AUTO_FREE char *home = mem_printf("HOME=%s", user->home);
    env_put(json_object_get(process, "env"), home);
}

json_t *container_exec_process(const json_t *config, const struct strv *args, const struct strv *env_more,
                               const char *working_dir, const struct container_user *user, bool terminal)
{
    json_t *p = json_deep_copy(json_object_get(config, "process"));
    json_t *list = json_array();
    for (size_t i = 0; i < args->n; i++)
        json_array_append_new(list, json_string(args->v[i]));
    json_object_set_new(p, "args", list);
    json_object_set_new(p, "terminal", json_boolean(terminal));
    if (user)
        put_user(p, user);
    json_t *env = json_object_get(p, "env");
    if (terminal)
        env_put(env, "TERM=xterm");
    for (size_t i = 0; env_more && i < env_more->n; i++)
        env_put(env, env_more->v[i]);
    if (!str_empty(working_dir))
        json_put_str(p, "cwd", working_dir);
    return p;
}

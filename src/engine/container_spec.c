// SPDX-License-Identifier: Apache-2.0
/* The plain values of one container: what is a valid id, and how they are given back. */
#include "engine/container_spec.h"

#include <string.h>

#define ID_MOST 120

bool container_id_valid(const char *id)
{
    size_t n = id ? strlen(id) : 0;
    if (n == 0 || n > ID_MOST || id[0] == '.')
        return false;
    return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

void container_spec_done(struct container_spec *s)
{
    for (size_t i = 0; i < s->n_mounts; i++) {
        free(s->mounts[i].source);
        free(s->mounts[i].target);
    }
    free(s->mounts);
    struct strv *lists[] = {&s->args, &s->env, &s->layers, &s->cap_add, &s->cap_drop};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        strv_done(lists[i]);
    char *texts[] = {s->id, s->user, s->working_dir, s->hostname, s->netns, s->resolv_conf, s->hosts, s->stop_signal};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
    *s = (struct container_spec){0};
}

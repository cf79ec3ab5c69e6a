// SPDX-License-Identifier: Apache-2.0
/* Capabilities by name: Docker's default set, added to and taken from. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "engine/config_private.h"

struct capability {
    const char *name;
    bool by_default;
};
/* In the order of the kernel's numbers (capabilities(7)). */
static const struct capability capabilities[] = {
    {"CHOWN", true},
    {"DAC_OVERRIDE", true},
    {"DAC_READ_SEARCH", false},
    {"FOWNER", true},
    {"FSETID", true},
    {"KILL", true},
    {"SETGID", true},
    {"SETUID", true},
    {"SETPCAP", true},
    {"LINUX_IMMUTABLE", false},
    {"NET_BIND_SERVICE", true},
    {"NET_BROADCAST", false},
    {"NET_ADMIN", false},
    {"NET_RAW", true},
    {"IPC_LOCK", false},
    {"IPC_OWNER", false},
    {"SYS_MODULE", false},
    {"SYS_RAWIO", false},
    {"SYS_CHROOT", true},
    {"SYS_PTRACE", false},
    {"SYS_PACCT", false},
    {"SYS_ADMIN", false},
    {"SYS_BOOT", false},
    {"SYS_NICE", false},
    {"SYS_RESOURCE", false},
    {"SYS_TIME", false},
    {"SYS_TTY_CONFIG", false},
    {"MKNOD", true},
    {"LEASE", false},
    {"AUDIT_WRITE", true},
    {"AUDIT_CONTROL", false},
    {"SETFCAP", true},
    {"MAC_OVERRIDE", false},
    {"MAC_ADMIN", false},
    {"SYSLOG", false},
    {"WAKE_ALARM", false},
    {"BLOCK_SUSPEND", false},
    {"AUDIT_READ", false},
    {"PERFMON", false},
    {"BPF", false},
    {"CHECKPOINT_RESTORE", false},
};

static bool named(const struct strv *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *given = list->v[i];
        if (strncasecmp(given, "CAP_", 4) == 0)
            given += 4;
        if (strcasecmp(given, name) == 0)
            return true;
    }
    return false;
}

/* A name, with or without CAP_, in any case; NULL when there is no such capability. */
static const struct capability *find(const char *given)
{
    if (strncasecmp(given, "CAP_", 4) == 0)
        given += 4;
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++)
        if (strcasecmp(given, capabilities[i].name) == 0)
            return &capabilities[i];
    return NULL;
}

static bool is_all(const char *given)
{
    return strcasecmp(given, "ALL") == 0 || strcasecmp(given, "CAP_ALL") == 0;
}

/* A name beats "ALL"; among equals, taking away beats adding. */
static bool wanted(const struct container_spec *s, const struct capability *c)
{
    if (s->privileged)
        return true;
    if (named(&s->cap_drop, c->name))
        return false;
    if (named(&s->cap_add, c->name))
        return true;
    if (named(&s->cap_drop, "ALL"))
        return false;
    return c->by_default || named(&s->cap_add, "ALL");
}

static bool can_give(const struct capability *c, uint64_t possible)
{
    return (possible >> (c - capabilities) & 1) != 0;
}

json_t *capability_list(const struct container_spec *s, uint64_t possible)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) {
        char name[48];
        if (!wanted(s, &capabilities[i]) || !can_give(&capabilities[i], possible))
            continue;
        snprintf(name, sizeof(name), "CAP_%s", capabilities[i].name);
        json_array_append_new(list, json_string(name));
    }
    return list;
}

static int unknown(const char *given, struct err *e)
{
    const char *names[ARRAY_LEN(capabilities)];
    char hint[64];
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++)
        names[i] = capabilities[i].name;
    str_suggest(hint, sizeof(hint), given, names, ARRAY_LEN(names));
    return err_set(e, EINVAL, "there is no capability '%s'%s; see capabilities(7) for their names", given, hint);
}

int capability_check(const struct container_spec *s, uint64_t possible, struct err *e)
{
    const struct strv *lists[] = {&s->cap_add, &s->cap_drop};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        for (size_t k = 0; k < lists[i]->n; k++) {
            const char *given = lists[i]->v[k];
            const struct capability *c = find(given);
            if (!c && !is_all(given))
                return unknown(given, e);
            if (c && lists[i] == &s->cap_add && wanted(s, c) && !can_give(c, possible))
                return err_set(e, EPERM,
                               "capability %s cannot be given: sedge itself may not hold it on this machine; leave it "
                               "out, or start sedge with it",
                               c->name);
        }
    }
    return 0;
}

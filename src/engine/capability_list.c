// SPDX-License-Identifier: Apache-2.0
/* Capabilities by name: Docker's default set, added to and taken from. */
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

json_t *capability_list(const struct container_spec *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) {
        char name[48];
        if (!wanted(s, &capabilities[i]))
            continue;
        snprintf(name, sizeof(name), "CAP_%s", capabilities[i].name);
        json_array_append_new(list, json_string(name));
    }
    return list;
}

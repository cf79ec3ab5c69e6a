// SPDX-License-Identifier: Apache-2.0
/* The default seccomp profile, read from our data file (embedded) and cut to this machine and a set of capabilities. */
#include <string.h>

#include "base/text.h"
#include "engine/config_private.h"
#include "seccomp_default.json.h"

#if defined(__x86_64__)
#define MACHINE "x86_64"
#elif defined(__i386__)
#define MACHINE "x86"
#elif defined(__aarch64__)
#define MACHINE "aarch64"
#elif defined(__arm__)
#define MACHINE "arm"
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE "riscv64"
#else
#error "seccomp_default.json has no line for this machine: add its architecture there and here"
#endif

static bool has_text(const json_t *list, const char *text)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item) if (str_eq(json_string_value(item), text)) return true;
    return false;
}

static bool rule_counts(const json_t *rule, const char *machine, const json_t *caps)
{
    const char *cap = json_str(rule, "cap", NULL);
    const char *without = json_str(rule, "withoutCap", NULL);
    const json_t *machines = json_object_get(rule, "machines");
    return (!cap || has_text(caps, cap)) && (!without || !has_text(caps, without)) &&
           (!machines || has_text(machines, machine));
}

static json_t *rule_made(json_t *rule)
{
    static const char *const kept[] = {"names", "args", "errnoRet"};
    json_t *r = json_object();
    json_put_str(r, "action", json_str(rule, "action", "SCMP_ACT_ALLOW"));
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (json_object_get(rule, kept[i]))
            json_object_set(r, kept[i], json_object_get(rule, kept[i]));
    return r;
}

json_t *seccomp_profile_for(const char *machine, const json_t *caps)
{
    AUTO_JSON json_t *all = json_loadb((const char *)seccomp_default, seccomp_default_len, 0, NULL);
    json_t *profile = json_object();
    json_object_set(profile, "defaultAction", json_object_get(all, "defaultAction"));
    json_object_set(profile, "defaultErrnoRet", json_object_get(all, "defaultErrnoRet"));
    json_object_set(profile, "architectures", json_at(all, "architectures", machine, NULL));
    json_t *rules = json_array();
    size_t i;
    json_t *rule;
    json_array_foreach(json_object_get(all, "rules"), i, rule) if (rule_counts(rule, machine, caps))
        json_array_append_new(rules, rule_made(rule));
    json_object_set_new(profile, "syscalls", rules);
    return profile;
}

json_t *seccomp_profile(const json_t *caps)
{
    return seccomp_profile_for(MACHINE, caps);
}

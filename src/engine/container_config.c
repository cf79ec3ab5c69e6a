// SPDX-License-Identifier: Apache-2.0
/* The OCI run-time configuration: what Docker gives a container by default, from tables.
 *
 * Values only: files and users were looked up before. The parts stand in the order of the specification: process, root,
 * mounts, linux. The seccomp profile is made in seccomp_profile.c from the final capabilities. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/strv.h"
#include "base/text.h"
#include "engine/config_private.h"
#include "engine/container_spec.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define NOFILE_SOFT  1024
#define NOFILE_HARD  524288
#define CPU_PERIOD   100000
#define CPU_LEAST    1000 /* the kernel's least quota, in microseconds */

static json_t *texts(const char *const *list, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(a, json_string(list[i]));
    return a;
}

static json_t *texts_of(const struct strv *list)
{
    return texts((const char *const *)list->v, list->n);
}

/* ---- process ---- */

static json_t *config_args(const struct container_spec *s)
{
    json_t *args = json_array();
    if (s->init)
        json_array_append_new(args, json_string(CONTAINER_INIT_PATH));
    for (size_t i = 0; i < s->args.n; i++)
        json_array_append_new(args, json_string(s->args.v[i]));
    return args;
}

static bool env_has(const json_t *env, const char *name)
{
    size_t n = strlen(name), i;
    const json_t *item;
    json_array_foreach(env, i, item)
    {
        const char *text = json_string_value(item);
        if (strncmp(text, name, n) == 0 && text[n] == '=')
            return true;
    }
    return false;
}

static void env_default(json_t *env, const char *name, const char *value)
{
    if (str_empty(value) || env_has(env, name))
        return;
    AUTO_FREE char *text = mem_printf("%s=%s", name, value);
    json_array_append_new(env, json_string(text));
}

static json_t *config_env(const struct container_spec *s, const struct container_user *user)
{
    json_t *env = texts_of(&s->env);
    env_default(env, "PATH", DEFAULT_PATH);
    env_default(env, "HOSTNAME", str_empty(s->hostname) ? s->id : s->hostname);
    env_default(env, "HOME", user->home);
    if (s->terminal)
        env_default(env, "TERM", "xterm");
    return env;
}

json_t *config_user(const struct container_user *user)
{
    json_t *u = json_pack("{s:i, s:i}", "uid", 0, "gid", 0);
    json_put_int(u, "uid", user->uid);
    json_put_int(u, "gid", user->gid);
    if (user->n_groups > 0) {
        json_t *groups = json_array();
        for (size_t i = 0; i < user->n_groups; i++)
            json_array_append_new(groups, json_integer(user->groups[i]));
        json_object_set_new(u, "additionalGids", groups);
    }
    return u;
}

/* Who is not root loses the capabilities at exec anyway: they only bound what a set-uid program may have. */
json_t *config_capabilities(const json_t *caps, bool root)
{
    json_t *all = json_object();
    json_object_set_new(all, "bounding", json_deep_copy(caps));
    json_object_set_new(all, "effective", root ? json_deep_copy(caps) : json_array());
    json_object_set_new(all, "permitted", root ? json_deep_copy(caps) : json_array());
    return all;
}

/* Many open files are allowed but not given at once: old programs close or reserve up to the soft limit. */
static json_t *config_rlimits(uint64_t hard_most)
{
    json_t *limit = json_object();
    json_put_str(limit, "type", "RLIMIT_NOFILE");
    json_put_int(limit, "soft", (int64_t)(hard_most < NOFILE_SOFT ? hard_most : NOFILE_SOFT));
    json_put_int(limit, "hard", (int64_t)(hard_most < NOFILE_HARD ? hard_most : NOFILE_HARD));
    return json_pack("[o]", limit);
}

static json_t *config_process(const struct container_spec *s, const struct container_user *user, const json_t *caps,
                              uint64_t nofile_hard)
{
    json_t *p = json_object();
    json_object_set_new(p, "terminal", json_boolean(s->terminal));
    json_object_set_new(p, "user", config_user(user));
    json_object_set_new(p, "args", config_args(s));
    json_object_set_new(p, "env", config_env(s, user));
    json_put_str(p, "cwd", str_empty(s->working_dir) ? "/" : s->working_dir);
    json_object_set_new(p, "capabilities", config_capabilities(caps, user->uid == 0));
    json_object_set_new(p, "rlimits", config_rlimits(nofile_hard));
    json_object_set_new(p, "noNewPrivileges", json_false());
    json_put_int(p, "oomScoreAdj", 0);
    return p;
}

/* ---- mounts ---- */

struct default_mount {
    const char *target, *type, *source;
    const char *options[8];
};
static const struct default_mount default_mounts[] = {
    {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
    {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
    {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
    {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
    {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
    {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
    {"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}},
};

/* Version 1 is a folder of mounts, each read-only; the folder itself, a tmpfs of the container's own, crun leaves
 * writable. A read-only path would not do: it would give the mounts in the folder their write access back. */
static const struct default_mount close_cgroup_v1 = {
    "/sys/fs/cgroup", "tmpfs", "tmpfs", {"remount", "nosuid", "noexec", "nodev", "relatime", "ro"}};

static json_t *one_mount(const char *target, const char *type, const char *source, const char *const *options, size_t n)
{
    json_t *m = json_object();
    json_put_str(m, "destination", target);
    json_put_str(m, "type", type);
    json_put_str(m, "source", source);
    json_object_set_new(m, "options", texts(options, n));
    return m;
}

static void add_bind(json_t *mounts, const char *source, const char *target, bool read_only)
{
    const char *options[] = {"rbind", "rprivate", read_only ? "ro" : "rw"};
    if (source)
        json_array_append_new(mounts, one_mount(target, "bind", source, options, ARRAY_LEN(options)));
}

static void add_default(json_t *mounts, const struct default_mount *m, bool privileged)
{
    size_t n = 0;
    while (n < ARRAY_LEN(m->options) && m->options[n] && !(privileged && str_eq(m->options[n], "ro")))
        n++; /* "ro" stands last in the table, so that privileged containers get all but it */
    json_array_append_new(mounts, one_mount(m->target, m->type, m->source, m->options, n));
}

static json_t *config_mounts(const struct container_spec *s, const struct container_host *host)
{
    json_t *mounts = json_array();
    for (size_t i = 0; i < ARRAY_LEN(default_mounts); i++)
        add_default(mounts, &default_mounts[i], s->privileged);
    if (!host->cgroup_v2 && !s->privileged)
        add_default(mounts, &close_cgroup_v1, false);
    if (s->init)
        add_bind(mounts, host->init_path, CONTAINER_INIT_PATH, true);
    add_bind(mounts, s->resolv_conf, "/etc/resolv.conf", false);
    add_bind(mounts, s->hosts, "/etc/hosts", false);
    for (size_t i = 0; i < s->n_mounts; i++)
        add_bind(mounts, s->mounts[i].source, s->mounts[i].target, s->mounts[i].read_only);
    return mounts;
}

/* ---- linux ---- */

static const char *const masked_paths[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
};
static const char *const readonly_paths[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

/* Character and block devices may be made (CAP_MKNOD decides), but only these used. Major, minor; -1: any. */
struct device_rule {
    char type;
    int major, minor;
    const char *access;
};
static const struct device_rule device_rules[] = {
    {'c', -1, -1, "m"}, {'b', -1, -1, "m"}, {'c', 1, 3, "rwm"},    {'c', 1, 5, "rwm"},
    {'c', 1, 7, "rwm"}, {'c', 1, 8, "rwm"}, {'c', 1, 9, "rwm"},    {'c', 5, 0, "rwm"},
    {'c', 5, 1, "rwm"}, {'c', 5, 2, "rwm"}, {'c', 136, -1, "rwm"},
};

static json_t *config_devices(bool privileged)
{
    json_t *list = json_pack("[{s:b, s:s}]", "allow", privileged, "access", "rwm");
    for (size_t i = 0; !privileged && i < ARRAY_LEN(device_rules); i++) {
        const struct device_rule *d = &device_rules[i];
        const char type[] = {d->type, '\0'};
        json_t *rule = json_pack("{s:b, s:s, s:s}", "allow", 1, "type", type, "access", d->access);
        if (d->major >= 0)
            json_put_int(rule, "major", d->major);
        if (d->minor >= 0)
            json_put_int(rule, "minor", d->minor);
        json_array_append_new(list, rule);
    }
    return list;
}

static void config_cpu(json_t *resources, int64_t milli)
{
    int64_t quota;
    if (milli <= 0 || __builtin_mul_overflow(milli, CPU_PERIOD / 1000, &quota))
        return;
    json_t *cpu = json_object();
    json_put_int(cpu, "quota", quota < CPU_LEAST ? CPU_LEAST : quota);
    json_put_int(cpu, "period", CPU_PERIOD);
    json_object_set_new(resources, "cpu", cpu);
}

static json_t *config_resources(const struct container_spec *s, bool cgroup_v2)
{
    json_t *r = json_object();
    json_object_set_new(r, "devices", config_devices(s->privileged));
    config_cpu(r, s->limits.cpu_milli);
    if (s->limits.memory_bytes > 0) {
        json_t *memory = json_object();
        json_put_int(memory, "limit", s->limits.memory_bytes);
        /* No swap beside it. Only said to v2: many v1 kernels do not account swap, and crun fails on what is not there.
         */
        if (cgroup_v2)
            json_put_int(memory, "swap", s->limits.memory_bytes);
        json_object_set_new(r, "memory", memory);
    }
    if (s->limits.pids > 0) {
        json_t *pids = json_object();
        json_put_int(pids, "limit", s->limits.pids);
        json_object_set_new(r, "pids", pids);
    }
    return r;
}

static json_t *config_namespaces(const struct container_spec *s, bool cgroup_v2)
{
    static const char *const always[] = {"pid", "ipc", "uts", "mount"};
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        json_array_append_new(list, json_pack("{s:s}", "type", always[i]));
    if (cgroup_v2)
        json_array_append_new(list, json_pack("{s:s}", "type", "cgroup"));
    if (s->netns)
        json_array_append_new(list, json_pack("{s:s, s:s}", "type", "network", "path", s->netns));
    return list;
}

static json_t *config_linux(const struct container_spec *s, const json_t *caps, bool cgroup_v2)
{
    json_t *l = json_object();
    AUTO_FREE char *path = mem_printf("/%s/%s", CGROUP_ROOT_NAME, s->id);
    json_put_str(l, "cgroupsPath", path);
    json_object_set_new(l, "namespaces", config_namespaces(s, cgroup_v2));
    json_object_set_new(l, "resources", config_resources(s, cgroup_v2));
    json_put_str(l, "rootfsPropagation", "rprivate");
    if (s->privileged)
        return l;
    json_object_set_new(l, "maskedPaths", texts(masked_paths, ARRAY_LEN(masked_paths)));
    json_object_set_new(l, "readonlyPaths", texts(readonly_paths, ARRAY_LEN(readonly_paths)));
    json_object_set_new(l, "seccomp", seccomp_profile(caps));
    return l;
}

json_t *container_config(const struct container_spec *s, const struct container_user *user, const char *rootfs,
                         const struct container_host *host)
{
    AUTO_JSON json_t *caps = capability_list(s, host->capabilities);
    json_t *c = json_object();
    json_put_str(c, "ociVersion", "1.0.0");
    json_object_set_new(c, "process", config_process(s, user, caps, host->nofile_hard));
    json_object_set_new(c, "root", json_pack("{s:s, s:b}", "path", rootfs, "readonly", s->read_only_root));
    json_put_str(c, "hostname", str_empty(s->hostname) ? s->id : s->hostname);
    json_object_set_new(c, "mounts", config_mounts(s, host));
    json_object_set_new(c, "linux", config_linux(s, caps, host->cgroup_v2));
    return c;
}

// SPDX-License-Identifier: Apache-2.0
/* The OCI configuration made of a specification: capabilities, seccomp for several machines, what is masked, limits on
 * both versions of cgroups, environment, mounts, namespaces; and the process object for exec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "engine/config_private.h"
#include "engine/container_spec.h"
#include "engine/keeper_client.h"

#define ALL_CAPABILITIES ((UINT64_C(1) << 41) - 1)

static const struct container_user root_user = {.home = "/root", .groups = {0}, .n_groups = 1};
static const struct container_host v1 = {
    .init_path = "/run/init", .nofile_hard = 1 << 20, .capabilities = ALL_CAPABILITIES};
static const struct container_host v2 = {
    .init_path = "/run/init", .nofile_hard = 1 << 20, .capabilities = ALL_CAPABILITIES, .cgroup_v2 = true};

static struct container_spec make_spec(void)
{
    struct container_spec s = {.id = mem_strdup("box-1")};
    strv_add(&s.args, "/bin/app");
    strv_add(&s.args, "-x");
    return s;
}

static json_t *make_config(const struct container_spec *s, const struct container_host *host)
{
    return container_config(s, &root_user, "/root/fs", host);
}

static bool has(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(json_string_value(json_array_get(list, i)), text))
            return true;
    return false;
}

/* The only item whose `key` is `value`; NULL when there is none. */
static json_t *item(const json_t *list, const char *key, const char *value)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(json_str(json_array_get(list, i), key, NULL), value))
            return json_array_get(list, i);
    return NULL;
}

static json_t *bounding(const json_t *config)
{
    return json_at(config, "process", "capabilities", "bounding", NULL);
}

/* ---- capabilities ---- */

static void capabilities_are_dockers(void **state)
{
    static const char *const docker[] = {
        "CAP_CHOWN",      "CAP_DAC_OVERRIDE", "CAP_FOWNER",      "CAP_FSETID",           "CAP_KILL",
        "CAP_SETGID",     "CAP_SETUID",       "CAP_SETPCAP",     "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",
        "CAP_SYS_CHROOT", "CAP_MKNOD",        "CAP_AUDIT_WRITE", "CAP_SETFCAP"};
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    AUTO_JSON json_t *c = make_config(&s, &v1);
    assert_int_equal(json_array_size(bounding(c)), ARRAY_LEN(docker));
    for (size_t i = 0; i < ARRAY_LEN(docker); i++)
        assert_true(has(bounding(c), docker[i]));
    assert_true(json_equal(bounding(c), json_at(c, "process", "capabilities", "effective", NULL)));
    assert_null(json_at(c, "process", "capabilities", "inheritable", NULL));
    assert_null(json_at(c, "process", "capabilities", "ambient", NULL));
}

static void capabilities_are_added_and_dropped(void **state)
{
    static const struct {
        const char *add, *drop;
        size_t n;
        const char *in, *out;
    } cases[] = {
        {"NET_ADMIN", "", 15, "CAP_NET_ADMIN", "CAP_SYS_ADMIN"},
        {"cap_net_admin", "", 15, "CAP_NET_ADMIN", "CAP_SYS_ADMIN"},
        {"", "CAP_KILL", 13, "CAP_CHOWN", "CAP_KILL"},
        {"", "ALL", 0, NULL, "CAP_CHOWN"},
        {"KILL", "ALL", 1, "CAP_KILL", "CAP_CHOWN"},
        {"ALL", "", 41, "CAP_CHECKPOINT_RESTORE", NULL},
        {"ALL", "SYS_ADMIN", 40, "CAP_BPF", "CAP_SYS_ADMIN"},
        {"KILL", "KILL", 13, "CAP_CHOWN", "CAP_KILL"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(container_spec_done)
        struct container_spec s = make_spec();
        strv_split(&s.cap_add, cases[i].add, " ");
        strv_split(&s.cap_drop, cases[i].drop, " ");
        AUTO_JSON json_t *c = make_config(&s, &v1);
        assert_int_equal(json_array_size(bounding(c)), cases[i].n);
        assert_true(!cases[i].in || has(bounding(c), cases[i].in));
        assert_true(!cases[i].out || !has(bounding(c), cases[i].out));
    }
}

static void only_possible_capabilities_are_given(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    struct err e = {0};
    struct container_host weak = v1;
    weak.capabilities = ALL_CAPABILITIES & ~(UINT64_C(1) << 24) & ~UINT64_C(1); /* without SYS_RESOURCE and CHOWN */
    s.privileged = true;
    AUTO_JSON json_t *all = make_config(&s, &weak);
    assert_int_equal(json_array_size(bounding(all)), 39);
    s.privileged = false;
    AUTO_JSON json_t *some = make_config(&s, &weak);
    assert_false(has(bounding(some), "CAP_CHOWN"));
    strv_add(&s.cap_add, "sys_resource");
    assert_int_equal(capability_check(&s, ALL_CAPABILITIES, &e), 0);
    assert_int_equal(capability_check(&s, weak.capabilities, &e), -EPERM);
    assert_non_null(strstr(e.text, "capability SYS_RESOURCE cannot be given"));
    strv_done(&s.cap_add);
    strv_add(&s.cap_add, "ALL");
    strv_add(&s.cap_drop, "chown");
    assert_int_equal(capability_check(&s, weak.capabilities, &e), 0);
    strv_add(&s.cap_drop, "CAP_NET_ROW");
    assert_int_equal(capability_check(&s, weak.capabilities, &e), -EINVAL);
    assert_non_null(strstr(e.text, "'CAP_NET_ROW'"));
}

static void another_user_has_none_but_is_bounded(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    struct container_user bob = {
        .uid = 1000, .gid = 4294967294U, .groups = {4294967294U, 50}, .n_groups = 2, .home = "/home/bob"};
    AUTO_JSON json_t *c = container_config(&s, &bob, "/fs", &v1);
    assert_int_equal(json_array_size(json_at(c, "process", "capabilities", "effective", NULL)), 0);
    assert_int_equal(json_array_size(json_at(c, "process", "capabilities", "permitted", NULL)), 0);
    assert_int_equal(json_array_size(bounding(c)), 14);
    assert_int_equal(json_int(json_at(c, "process", "user", NULL), "uid", -1), 1000);
    assert_true(json_int(json_at(c, "process", "user", NULL), "gid", -1) == 4294967294);
    assert_int_equal(json_array_size(json_at(c, "process", "user", "additionalGids", NULL)), 2);
    assert_true(has(json_at(c, "process", "env", NULL), "HOME=/home/bob"));
}

/* ---- seccomp ---- */

/* Is the call allowed without conditions? */
static bool allows(const json_t *profile, const char *call)
{
    const json_t *rules = json_object_get(profile, "syscalls");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        if (str_eq(json_str(rule, "action", ""), "SCMP_ACT_ALLOW") && !json_object_get(rule, "args") &&
            has(json_object_get(rule, "names"), call))
            return true;
    }
    return false;
}

static json_t *default_capabilities(void)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    return capability_list(&s, ALL_CAPABILITIES);
}

static void seccomp_knows_each_machine(void **state)
{
    static const struct {
        const char *machine, *first;
        size_t n;
        const char *own, *foreign;
    } machines[] = {
        {"x86_64", "SCMP_ARCH_X86_64", 3, "arch_prctl", "set_tls"},
        {"x86", "SCMP_ARCH_X86", 1, "modify_ldt", "breakpoint"},
        {"aarch64", "SCMP_ARCH_AARCH64", 2, "set_tls", "arch_prctl"},
        {"arm", "SCMP_ARCH_ARM", 1, "arm_sync_file_range", "arch_prctl"},
        {"riscv64", "SCMP_ARCH_RISCV64", 1, "riscv_flush_icache", "set_tls"},
    };
    AUTO_JSON json_t *caps = default_capabilities();
    for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
        AUTO_JSON json_t *p = seccomp_profile_for(machines[i].machine, caps);
        const json_t *arches = json_object_get(p, "architectures");
        assert_int_equal(json_array_size(arches), machines[i].n);
        assert_string_equal(json_string_value(json_array_get(arches, 0)), machines[i].first);
        if (!allows(p, machines[i].own) || allows(p, machines[i].foreign))
            fail_msg("%s: its own calls are not told from others'", machines[i].machine);
        assert_string_equal(json_str(p, "defaultAction", ""), "SCMP_ACT_ERRNO");
        assert_int_equal(json_int(p, "defaultErrnoRet", 0), EPERM);
    }
    AUTO_JSON json_t *here = seccomp_profile(caps);
    assert_true(json_array_size(json_object_get(here, "architectures")) > 0);
}

static void seccomp_refuses_and_allows_as_docker(void **state)
{
    static const char *const refused[] = {
        "mount",          "umount2",     "unshare",           "setns",           "bpf",    "keyctl", "add_key",
        "kexec_load",     "init_module", "open_by_handle_at", "pivot_root",      "reboot", "swapon", "settimeofday",
        "ptrace_no_such", "userfaultfd", "io_uring_setup",    "perf_event_open", "clone"};
    static const char *const allowed[] = {"read",   "openat",    "clock_gettime64", "futex_time64", "fork",
                                          "execve", "getrandom", "chroot",          "statx",        "rseq"};
    AUTO_JSON json_t *caps = default_capabilities(), *p = seccomp_profile_for("arm", caps);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++)
        if (allows(p, refused[i]))
            fail_msg("%s is allowed", refused[i]);
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        if (!allows(p, allowed[i]))
            fail_msg("%s is refused", allowed[i]);
    const json_t *rules = json_object_get(p, "syscalls");
    json_t *clone3 = NULL;
    for (size_t i = 0; i < json_array_size(rules); i++)
        if (has(json_object_get(json_array_get(rules, i), "names"), "clone3"))
            clone3 = json_array_get(rules, i);
    assert_int_equal(json_int(clone3, "errnoRet", 0), ENOSYS); /* so that libc falls back to clone */
    for (size_t i = 0; i < json_array_size(rules); i++) {      /* crun knows none of our own words */
        assert_null(json_object_get(json_array_get(rules, i), "cap"));
        assert_null(json_object_get(json_array_get(rules, i), "machines"));
    }
}

static void seccomp_follows_the_capabilities(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    strv_add(&s.cap_add, "SYS_ADMIN");
    strv_add(&s.cap_drop, "SYS_CHROOT");
    AUTO_JSON json_t *caps = capability_list(&s, ALL_CAPABILITIES), *p = seccomp_profile_for("x86_64", caps);
    assert_true(allows(p, "mount") && allows(p, "clone") && allows(p, "clone3") && allows(p, "unshare"));
    assert_false(allows(p, "chroot"));
}

/* ---- what is closed ---- */

static void paths_are_masked(void **state)
{
    static const char *const masked[] = {"/proc/kcore", "/proc/keys",    "/proc/timer_list",
                                         "/proc/acpi",  "/sys/firmware", "/sys/devices/virtual/powercap"};
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    AUTO_JSON json_t *c = make_config(&s, &v2);
    for (size_t i = 0; i < ARRAY_LEN(masked); i++)
        assert_true(has(json_at(c, "linux", "maskedPaths", NULL), masked[i]));
    assert_true(has(json_at(c, "linux", "readonlyPaths", NULL), "/proc/sys"));
    assert_true(has(json_at(c, "linux", "readonlyPaths", NULL), "/proc/sysrq-trigger"));
    assert_true(has(json_object_get(item(json_object_get(c, "mounts"), "destination", "/sys"), "options"), "ro"));
    const json_t *devices = json_at(c, "linux", "resources", "devices", NULL);
    assert_false(json_bool(json_array_get(devices, 0), "allow", true)); /* all are closed, then some opened */
    assert_true(json_array_size(devices) > 10);
}

static size_t count_mounts(const json_t *config, const char *destination, const char *option)
{
    const json_t *mounts = json_object_get(config, "mounts");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(mounts); i++)
        n += str_eq(json_str(json_array_get(mounts, i), "destination", NULL), destination) &&
             has(json_object_get(json_array_get(mounts, i), "options"), option);
    return n;
}

static void the_cgroup_folder_is_closed_on_both_versions(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    AUTO_JSON json_t *one = make_config(&s, &v1), *two = make_config(&s, &v2);
    assert_int_equal(count_mounts(two, "/sys/fs/cgroup", "ro"), 1);
    assert_int_equal(count_mounts(two, "/sys/fs/cgroup", "remount"), 0);
    assert_int_equal(count_mounts(one, "/sys/fs/cgroup", "ro"), 2); /* the tmpfs above the mounts, too */
    assert_int_equal(count_mounts(one, "/sys/fs/cgroup", "remount"), 1);
    assert_null(item(json_at(one, "linux", "namespaces", NULL), "type", "cgroup"));
    assert_non_null(item(json_at(two, "linux", "namespaces", NULL), "type", "cgroup"));
    s.privileged = true;
    AUTO_JSON json_t *open = make_config(&s, &v1);
    assert_int_equal(count_mounts(open, "/sys/fs/cgroup", "ro"), 0);
}

static void privileged_closes_nothing(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    s.privileged = true;
    AUTO_JSON json_t *c = make_config(&s, &v2);
    assert_int_equal(json_array_size(bounding(c)), 41);
    assert_null(json_at(c, "linux", "seccomp", NULL));
    assert_null(json_at(c, "linux", "maskedPaths", NULL));
    assert_null(json_at(c, "linux", "readonlyPaths", NULL));
    assert_true(json_bool(json_array_get(json_at(c, "linux", "resources", "devices", NULL), 0), "allow", false));
    assert_int_equal(count_mounts(c, "/sys", "ro") + count_mounts(c, "/sys/fs/cgroup", "ro"), 0);
}

/* ---- limits ---- */

static void limits_on_both_versions(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    s.limits = (struct container_limits){.cpu_milli = 250, .memory_bytes = 64 << 20, .pids = 9};
    AUTO_JSON json_t *one = make_config(&s, &v1), *two = make_config(&s, &v2);
    const json_t *r1 = json_at(one, "linux", "resources", NULL), *r2 = json_at(two, "linux", "resources", NULL);
    assert_int_equal(json_int(json_object_get(r1, "cpu"), "quota", 0), 25000);
    assert_int_equal(json_int(json_object_get(r1, "cpu"), "period", 0), 100000);
    assert_int_equal(json_int(json_object_get(r1, "memory"), "limit", 0), 64 << 20);
    assert_null(json_at(r1, "memory", "swap", NULL)); /* many kernels of version 1 do not account it */
    assert_int_equal(json_int(json_object_get(r2, "memory"), "swap", 0), 64 << 20);
    assert_int_equal(json_int(json_object_get(r2, "pids"), "limit", 0), 9);
    assert_string_equal(json_str(json_object_get(one, "linux"), "cgroupsPath", ""), "/sedge/box-1");
}

static void no_limit_is_none(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    AUTO_JSON json_t *c = make_config(&s, &v2);
    const json_t *r = json_at(c, "linux", "resources", NULL);
    assert_true(!json_object_get(r, "cpu") && !json_object_get(r, "memory") && !json_object_get(r, "pids"));
    s.limits.cpu_milli = 1; /* the kernel's least quota */
    AUTO_JSON json_t *least = make_config(&s, &v2);
    assert_int_equal(json_int(json_at(least, "linux", "resources", "cpu", NULL), "quota", 0), 1000);
    s.limits.cpu_milli = INT64_MAX; /* past counting: as good as none */
    AUTO_JSON json_t *most = make_config(&s, &v2);
    assert_null(json_at(most, "linux", "resources", "cpu", NULL));
}

static void open_files_are_bounded_by_the_machine(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    struct container_host poor = v1;
    poor.nofile_hard = 100;
    AUTO_JSON json_t *c = make_config(&s, &v1), *p = make_config(&s, &poor);
    const json_t *rich = json_array_get(json_at(c, "process", "rlimits", NULL), 0),
                 *less = json_array_get(json_at(p, "process", "rlimits", NULL), 0);
    assert_true(json_int(rich, "soft", 0) == 1024 && json_int(rich, "hard", 0) == 524288);
    assert_true(json_int(less, "soft", 0) == 100 && json_int(less, "hard", 0) == 100);
}

/* ---- process, mounts, names ---- */

static void environment_is_completed(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    strv_add(&s.env, "PATHS=x"); /* not PATH */
    AUTO_JSON json_t *c = make_config(&s, &v1);
    const json_t *env = json_at(c, "process", "env", NULL);
    assert_true(has(env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    assert_true(has(env, "HOSTNAME=box-1") && has(env, "HOME=/root") && !has(env, "TERM=xterm"));
    strv_add(&s.env, "PATH=/mine");
    strv_add(&s.env, "HOME=");
    s.hostname = mem_strdup("named");
    s.terminal = true;
    AUTO_JSON json_t *own = make_config(&s, &v1);
    env = json_at(own, "process", "env", NULL);
    assert_true(has(env, "PATH=/mine") && has(env, "HOME=") && has(env, "HOSTNAME=named") && has(env, "TERM=xterm"));
    assert_int_equal(json_array_size(env), 5);
    assert_string_equal(json_str(own, "hostname", ""), "named");
    assert_true(json_bool(json_object_get(own, "process"), "terminal", false));
}

static void mounts_come_in_order(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    s.init = true;
    s.hosts = mem_strdup("/run/hosts");
    s.resolv_conf = mem_strdup("/run/resolv");
    s.netns = mem_strdup("/run/netns/p");
    s.working_dir = mem_strdup("/work");
    s.read_only_root = true;
    s.mounts = mem_array(1, sizeof(*s.mounts));
    s.mounts[s.n_mounts++] =
        (struct container_mount){.source = mem_strdup("/data"), .target = mem_strdup("/etc"), .read_only = true};
    AUTO_JSON json_t *c = make_config(&s, &v2);
    const json_t *mounts = json_object_get(c, "mounts");
    size_t n = json_array_size(mounts);
    assert_string_equal(json_str(json_array_get(mounts, 0), "destination", ""), "/proc");
    assert_string_equal(json_str(json_array_get(mounts, n - 1), "destination", ""), "/etc"); /* the user's cover ours */
    assert_true(has(json_object_get(json_array_get(mounts, n - 1), "options"), "ro"));
    assert_string_equal(json_str(item(mounts, "destination", "/etc/hosts"), "source", ""), "/run/hosts");
    assert_string_equal(json_str(item(mounts, "destination", "/sedge/init"), "source", ""), "/run/init");
    assert_string_equal(json_string_value(json_array_get(json_at(c, "process", "args", NULL), 0)), "/sedge/init");
    assert_string_equal(json_str(json_object_get(c, "process"), "cwd", ""), "/work");
    assert_true(json_bool(json_object_get(c, "root"), "readonly", false));
    assert_string_equal(json_str(item(json_at(c, "linux", "namespaces", NULL), "type", "network"), "path", ""),
                        "/run/netns/p");
}

static void without_a_namespace_the_hosts_network(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    AUTO_JSON json_t *c = make_config(&s, &v2);
    assert_null(item(json_at(c, "linux", "namespaces", NULL), "type", "network"));
    assert_string_equal(json_str(json_object_get(c, "process"), "cwd", ""), "/");
    assert_null(item(json_object_get(c, "mounts"), "destination", "/sedge/init"));
}

static void exec_is_the_containers_own_process(void **state)
{
    AUTO(container_spec_done)
    struct container_spec s = make_spec();
    strv_add(&s.env, "A=b");
    AUTO_JSON json_t *c = make_config(&s, &v2);
    AUTO_STRV struct strv args = {0}, more = {0};
    strv_add(&args, "ls");
    strv_add(&more, "A=c");
    strv_add(&more, "NEW=1");
    struct container_user bob = {.uid = 5, .gid = 6, .home = "/b"};
    AUTO_JSON json_t *p = container_exec_process(c, &args, &more, "/tmp", &bob, true);
    const json_t *env = json_object_get(p, "env");
    assert_true(has(env, "A=c") && !has(env, "A=b") && has(env, "NEW=1") && has(env, "HOME=/b") &&
                has(env, "TERM=xterm"));
    assert_int_equal(json_array_size(json_object_get(p, "args")), 1);
    assert_string_equal(json_str(p, "cwd", ""), "/tmp");
    assert_int_equal(json_array_size(json_at(p, "capabilities", "effective", NULL)), 0);
    assert_int_equal(json_array_size(json_at(p, "capabilities", "bounding", NULL)), 14);
    AUTO_JSON json_t *same = container_exec_process(c, &args, NULL, NULL, NULL, false);
    assert_string_equal(json_str(same, "cwd", ""), "/");
    assert_int_equal(json_int(json_object_get(same, "user"), "uid", -1), 0);
    assert_true(has(json_at(c, "process", "args", NULL), "/bin/app")); /* the configuration itself is as before */
}

static void ids_are_checked(void **state)
{
    static const char *const good[] = {"a", "0", "web-1.x", "a..b"};
    static const char *const bad[] = {"", ".", "..", ".a", "A", "a/b", "a b", "a_b", "\xc3\xa4"};
    char long_id[122];
    memset(long_id, 'a', 121);
    long_id[121] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(container_id_valid(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(container_id_valid(bad[i]));
    assert_false(container_id_valid(NULL) || container_id_valid(long_id));
    assert_true(container_id_valid(long_id + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capabilities_are_dockers),
        cmocka_unit_test(capabilities_are_added_and_dropped),
        cmocka_unit_test(only_possible_capabilities_are_given),
        cmocka_unit_test(another_user_has_none_but_is_bounded),
        cmocka_unit_test(seccomp_knows_each_machine),
        cmocka_unit_test(seccomp_refuses_and_allows_as_docker),
        cmocka_unit_test(seccomp_follows_the_capabilities),
        cmocka_unit_test(paths_are_masked),
        cmocka_unit_test(the_cgroup_folder_is_closed_on_both_versions),
        cmocka_unit_test(privileged_closes_nothing),
        cmocka_unit_test(limits_on_both_versions),
        cmocka_unit_test(no_limit_is_none),
        cmocka_unit_test(open_files_are_bounded_by_the_machine),
        cmocka_unit_test(environment_is_completed),
        cmocka_unit_test(mounts_come_in_order),
        cmocka_unit_test(without_a_namespace_the_hosts_network),
        cmocka_unit_test(exec_is_the_containers_own_process),
        cmocka_unit_test(ids_are_checked),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

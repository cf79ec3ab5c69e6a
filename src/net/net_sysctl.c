// SPDX-License-Identifier: Apache-2.0
/* Kernel settings that the network needs. */
#include "net/net_sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

#define REMEMBER_MAX 4096

struct setting {
    const char *name, *value;
};
/* The kernel joins send_redirects of "all" and of the link by "or": both must be off, else pods learn a way past the
 * host that skips translation. Other links keep their own value. */
static const struct setting machine_settings[] = {
    {"net/ipv4/ip_forward", "1"},
    {"net/ipv4/conf/all/send_redirects", "0"},
};
static const struct setting bridge_settings[] = {
    {"send_redirects", "0"},
    {"rp_filter", "2"},
    {"route_localnet", "1"}, /* the host's 127.0.0.1 as source towards pods; the table drops what pods send to 127/8 */
};

static int sysctl_read(const char *name, char **ret, struct err *e)
{
    AUTO_FREE char *path = mem_printf("/proc/sys/%s", name);
    size_t len;
    int r = file_read(path, REMEMBER_MAX, ret, &len, e);
    if (r == 0)
        (*ret)[strcspn(*ret, "\n")] = '\0';
    return r;
}

static int sysctl_write(const char *name, const char *value, struct err *e)
{
    AUTO_FREE char *path = mem_printf("/proc/sys/%s", name);
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, value, strlen(value)) < 0)
        return err_errno(e, errno, "set kernel setting '%s' to %s", name, value);
    return 0;
}

static char *record_path(const char *run_dir)
{
    return file_join(run_dir, "net.sysctl");
}

/* The record: "name value" a line. */
static int record_read(const char *run_dir, struct strv *ret, struct err *e)
{
    AUTO_FREE char *path = record_path(run_dir);
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = file_read(path, REMEMBER_MAX, &text, &len, e);
    if (r == 0)
        strv_split(ret, text, "\n");
    return r == -ENOENT ? 0 : r;
}

static int record_add(const char *run_dir, const char *name, const char *value, struct err *e)
{
    AUTO_STRV struct strv lines = {0};
    AUTO_FREE char *start = mem_printf("%s ", name);
    int r = record_read(run_dir, &lines, e);
    for (size_t i = 0; r == 0 && i < lines.n; i++) {
        if (str_starts(lines.v[i], start))
            return 0; /* what stood there first is what comes back */
    }
    if (r < 0)
        return r;
    strv_addf(&lines, "%s%s", start, value);
    AUTO_FREE char *path = record_path(run_dir);
    AUTO_FREE char *text = strv_join(&lines, "\n");
    return file_write_fast(path, text, strlen(text), 0644, e);
}

static int set_machine(const char *run_dir, const struct setting *s, struct err *e)
{
    AUTO_FREE char *before = NULL;
    int r = sysctl_read(s->name, &before, e);
    if (r < 0 || str_eq(before, s->value))
        return r;
    r = record_add(run_dir, s->name, before, e);
    return r < 0 ? r : sysctl_write(s->name, s->value, e);
}

/* Keeps IPv6 off the bridge; a kernel without it has no such setting. */
static void quiet_bridge(const char *bridge)
{
    AUTO_FREE char *name = mem_printf("net/ipv6/conf/%s/disable_ipv6", bridge);
    struct err e = {0};
    if (sysctl_write(name, "1", &e) < 0)
        log_debug("%s", err_text(&e));
}

int net_sysctl_apply(const char *run_dir, const char *bridge, struct err *e)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(machine_settings); i++)
        r = set_machine(run_dir, &machine_settings[i], e);
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(bridge_settings); i++) {
        AUTO_FREE char *name = mem_printf("net/ipv4/conf/%s/%s", bridge, bridge_settings[i].name);
        r = sysctl_write(name, bridge_settings[i].value, e);
    }
    if (r == 0)
        quiet_bridge(bridge);
    return r;
}

static int restore_line(const char *line, struct err *e)
{
    const char *space = strchr(line, ' ');
    for (size_t i = 0; space != NULL && i < ARRAY_LEN(machine_settings); i++) {
        const struct setting *s = &machine_settings[i];
        AUTO_FREE char *now = NULL;
        if (strlen(s->name) != (size_t)(space - line) || !str_starts(line, s->name))
            continue;
        int r = sysctl_read(s->name, &now, e);
        return r < 0 || !str_eq(now, s->value) ? r : sysctl_write(s->name, space + 1, e);
    }
    return 0;
}

int net_sysctl_restore(const char *run_dir, struct err *e)
{
    AUTO_STRV struct strv lines = {0};
    AUTO_FREE char *path = record_path(run_dir);
    int r = record_read(run_dir, &lines, e);
    for (size_t i = 0; r == 0 && i < lines.n; i++)
        r = restore_line(lines.v[i], e);
    file_drop_temporaries(path);
    if (r == 0 && unlink(path) < 0 && errno != ENOENT)
        return err_errno(e, errno, "remove '%s'", path);
    return r;
}

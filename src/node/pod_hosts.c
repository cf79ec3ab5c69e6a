// SPDX-License-Identifier: Apache-2.0
/* Writes hosts and resolv.conf for pods. */
#include "node/pod_hosts.h"

#include <string.h>

char *pod_hosts_text(const char *hostname, const char *address, const struct host_name *names, size_t n)
{
    AUTO_BUF struct buf text = {0};
    buf_adds(&text, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
    buf_addf(&text, "%s\t%s\n", address ? address : "127.0.1.1", hostname);
    for (size_t i = 0; i < n; i++)
        if (names[i].address && !str_eq(names[i].name, hostname))
            buf_addf(&text, "%s\t%s\n", names[i].address, names[i].name);
    return buf_take(&text);
}

/* Is the line "<word> <rest>"? Then *ret_rest is behind the blanks. */
static bool is_line(const char *line, const char *word, const char **ret_rest)
{
    size_t n = strlen(word);
    if (strncmp(line, word, n) != 0 || (line[n] != ' ' && line[n] != '\t'))
        return false;
    *ret_rest = line + n + strspn(line + n, " \t");
    return true;
}

static bool is_kept(const char *line, bool *ret_server)
{
    const char *rest;
    *ret_server = is_line(line, "nameserver", &rest);
    if (*ret_server)
        return !str_starts(rest, "127.") && !str_starts(rest, "::1") && !str_starts(rest, "0.0.0.0");
    return is_line(line, "search", &rest) || is_line(line, "domain", &rest) || is_line(line, "options", &rest);
}

static size_t filter(const char *machine, struct buf *to)
{
    AUTO_STRV struct strv lines = {0};
    size_t servers = 0;
    strv_split(&lines, machine, "\n");
    for (size_t i = 0; i < lines.n; i++) {
        bool server;
        if (!is_kept(lines.v[i], &server))
            continue;
        servers += server;
        buf_addf(to, "%s\n", lines.v[i]);
    }
    return servers;
}

char *pod_resolv_text(const char *machine)
{
    AUTO_BUF struct buf text = {0};
    filter(machine, &text);
    return buf_take(&text);
}

bool pod_resolv_usable(const char *machine)
{
    AUTO_BUF struct buf text = {0};
    return filter(machine, &text) > 0;
}

// SPDX-License-Identifier: Apache-2.0
/* What the node is: its machine's size, address and system, as NodeStatus. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "image/image_platform.h"
#include "io/file.h"
#include "node/node_state.h"

#define PODS_MOST 1000

/* The source address of a route to somewhere far: no packet is sent. */
char *node_host_ip(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)}, from = {0};
    socklen_t len = sizeof(from);
    char text[INET_ADDRSTRLEN];
    AUTO_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, "203.0.113.1", &to.sin_addr); /* RFC 5737: a documentation address */
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0 ||
        getsockname(fd, (struct sockaddr *)&from, &len) < 0)
        return mem_strdup("127.0.0.1");
    return mem_strdup(inet_ntop(AF_INET, &from.sin_addr, text, sizeof(text)));
}

static char *first_line(const char *path)
{
    AUTO_FREE char *text = NULL;
    if (file_read(path, 4096, &text, NULL, NULL) < 0)
        return mem_strdup("");
    text[strcspn(text, "\n")] = '\0';
    return take_ptr(text);
}

static char *os_name(void)
{
    AUTO_FREE char *text = NULL;
    if (file_read("/etc/os-release", 64 * 1024, &text, NULL, NULL) < 0)
        return mem_strdup("Linux");
    const char *at = str_starts(text, "PRETTY_NAME=") ? text : strstr(text, "\nPRETTY_NAME=");
    if (!at)
        return mem_strdup("Linux");
    at = strchr(at, '=') + 1;
    at += *at == '"';
    return mem_strndup(at, strcspn(at, "\"\n"));
}

static json_t *info(const struct node *n)
{
    static const struct {
        const char *key, *path;
    } lines[] = {{"machineID", "/etc/machine-id"},
                 {"bootID", "/proc/sys/kernel/random/boot_id"},
                 {"systemUUID", "/sys/class/dmi/id/product_uuid"}};
    struct utsname u = {0};
    struct image_platform platform = {0};
    json_t *v = json_object();
    uname(&u);
    image_platform_host(&platform);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        AUTO_FREE char *line = first_line(lines[i].path);
        json_put_str(v, lines[i].key, line);
    }
    AUTO_FREE char *os = os_name();
    AUTO_FREE char *runtime = mem_printf("sedge://%s", SEDGE_VERSION);
    json_put_str(v, "kernelVersion", u.release);
    json_put_str(v, "osImage", os);
    json_put_str(v, "containerRuntimeVersion", runtime);
    json_put_str(v, "kubeletVersion", "v" SEDGE_VERSION);
    json_put_str(v, "kubeProxyVersion", "v" SEDGE_VERSION);
    json_put_str(v, "operatingSystem", "linux");
    json_put_str(v, "architecture", platform.arch ? platform.arch : u.machine);
    image_platform_done(&platform);
    return v;
}

static json_t *capacity(void)
{
    struct sysinfo s = {0};
    sysinfo(&s);
    AUTO_FREE char *cpu = mem_printf("%ld", sysconf(_SC_NPROCESSORS_ONLN));
    AUTO_FREE char *memory = mem_printf("%lluKi", (unsigned long long)s.totalram * s.mem_unit / 1024);
    AUTO_FREE char *pods = mem_printf("%d", PODS_MOST);
    return json_pack("{s:s, s:s, s:s}", "cpu", cpu, "memory", memory, "pods", pods);
}

static json_t *conditions(const struct node *n)
{
    const char *why = !n->keeper.listed ? "the keeper is not there" : n->services.error;
    const char *reason = !n->keeper.listed ? "KeeperGone" : n->services.error ? "NetworkError" : "NodeReady";
    json_t *ready = json_pack("{s:s, s:s, s:s}", "type", "Ready", "status",
                              n->keeper.listed && n->net ? "True" : "False", "reason", reason);
    json_put_str(ready, "message", why ? why : "the node runs pods");
    json_t *network =
        json_pack("{s:s, s:s, s:s}", "type", "NetworkUnavailable", "status", n->services.error ? "True" : "False",
                  "reason", n->services.error ? "NetworkError" : "NetworkUp");
    json_put_str(network, "message", n->services.error);
    return json_pack("[o, o]", ready, network);
}

json_t *node_facts(struct node *n)
{
    json_t *v = json_object(), *all = capacity();
    json_object_set(v, "allocatable", all);
    json_object_set_new(v, "capacity", all);
    json_object_set_new(v, "conditions", conditions(n));
    json_object_set_new(v, "addresses",
                        json_pack("[{s:s, s:s}, {s:s, s:s}]", "type", "InternalIP", "address", n->host_ip, "type",
                                  "Hostname", "address", n->machine.name));
    json_object_set_new(v, "nodeInfo", info(n));
    return v;
}

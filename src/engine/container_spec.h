// SPDX-License-Identifier: Apache-2.0
/* All that one container is to be, in plain values, and the OCI bundle made of it. */
#pragma once

#include "base/base.h"

struct container_mount {
    char *source; /* absolute path on the host */
    char *target; /* absolute path in the container; missing folders are made in its writable layer */
    bool read_only;
    bool is_file;
};
struct container_limits {
    int64_t cpu_milli;    /* 0: none; 1000 is one core */
    int64_t memory_bytes; /* 0: none */
    int64_t pids;         /* 0: none */
};
struct container_spec {
    char *id;          /* [a-z0-9.-]{1,120}; the name of its folders, cgroup and crun state */
    struct strv args;  /* program and arguments; resolved from image and pod already */
    struct strv env;   /* "NAME=value"; PATH, HOSTNAME and (with a terminal) TERM are added where missing */
    char *user;        /* "", "name", "uid", "uid:gid", "name:group"; looked up in the container's own /etc/passwd and
                          /etc/group without following links out */
    char *working_dir; /* "" means / */
    char *hostname;
    char *netns; /* path of a network namespace, or NULL: the host's network */
    char *resolv_conf,
        *hosts; /* files on the host, bind-mounted read-write to /etc/resolv.conf and /etc/hosts; NULL: none */
    struct container_mount *mounts;
    size_t n_mounts;
    struct strv layers;            /* absolute, lowest first */
    struct strv cap_add, cap_drop; /* on Docker's default set; "ALL" and names with or without CAP_ */
    bool read_only_root, privileged, terminal;
    bool init; /* a small init (bind-mounted at /sedge/init) is pid 1, reaps, passes signals on and runs args; with no
                * args it only waits for the stop signal: for containers in which scripts leave processes behind */
    struct container_limits limits;
    char *stop_signal; /* "SIGTERM" when NULL */
};
void container_spec_done(struct container_spec *s);

/* The OCI run-time configuration (config.json, OCI runtime-spec 1.0) with Docker's default masked paths, capabilities
 * and seccomp profile; cgroup path sedge/<id>. Pure: uid, gid and extra groups are looked up before, `init_path` is the
 * init program on the host (used when spec.init). The caller owns the value. */
struct container_user {
    uint32_t uid, gid;
    uint32_t groups[32];
    size_t n_groups;
    char home[256];
};
struct container_host {
    const char *init_path; /* the small init on the host; used when spec.init */
    uint64_t nofile_hard;  /* how many open files the starting process may allow at most (RLIMIT_NOFILE's hard limit, unless it may raise it) */
    uint64_t capabilities; /* bit n: capability n can be given (the bounding set) */
    bool cgroup_v2;
};
json_t *container_config(const struct container_spec *s, const struct container_user *user, const char *rootfs, const struct container_host *host);
/* Looks a user up in a container's root. 0; -ENOENT with `e` ("user 'bob' is not in the image's /etc/passwd"). */
int container_user_find(const char *rootfs, const char *user, struct container_user *ret, struct err *e);
/* Is it a container id as above? */
bool container_id_valid(const char *id);

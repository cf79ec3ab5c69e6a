// SPDX-License-Identifier: Apache-2.0
/* The node's own state, shared by the files of the room. Everything here lives on one loop. */
#pragma once

#include <uv.h>

#include "engine/engine.h"
#include "image/image.h"
#include "io/key_ring.h"
#include "model/machine.h"
#include "net/net.h"
#include "node/pod_machine.h"
#include "node/socket_watch.h"

struct head_link;
struct step_run;
struct image_jobs;
struct bundle_jobs;
struct node;

/* One pod that is wanted here, or on its way out. */
struct node_pod {
    struct node *node;
    json_t *object; /* what the head wants, without its status */
    json_t *secrets; /* values that it refers to, or NULL (pod_secret.h) */
    char *sealed;    /* the same as they are on disk; NULL: none, or they could not be sealed */
    struct pod pod; /* the same, decoded */
    struct pod_known known;
    bool deleting;
    bool seen;   /* named by the head since it was connected */
    bool kicked; /* to be looked at soon */
    bool cold;  /* from disk, not ready since: it keeps its order among the others by itself, as nobody may plan it anew
                 */
    bool waits; /* for others, in that order */
    int64_t grace_us; /* for its end; -1: the spec's */
    uv_timer_t timer;
    int *ports; /* reservations, one for each published port */
    size_t n_ports;
    uint64_t net_turn;                /* the table that first held its ports */
    uint64_t services_turn;           /* the table that holds the services that were told before it */
    struct step_run *step;            /* its software's step under way */
    char *reported;                   /* digest of the status told last; NULL: none */
    char *saved, *saving;             /* digests of the file's text: on disk, on its way */
    char *software, *software_saving; /* the part on its software: on disk, on its way */
    struct back_off save_tries;
    int64_t save_again_us;
};

/* A volume that the head speaks of. */
struct node_volume {
    char *ns, *name, *uid;
    bool deleting, busy, seen, told;
    struct back_off tries; /* of its removal */
};

struct keeper_link {
    struct keeper_client *client; /* NULL: none */
    bool listed;
    struct strv told; /* containers named since it was connected */
    struct back_off tries;
    uv_timer_t timer;
    struct socket_watch watch; /* while there is none */
    struct child *starting;    /* of a keeper, or NULL */
};

struct services {
    struct map wanted;    /* uid -> json_t *, Service objects */
    uint64_t turn, done;  /* of net_apply: begun, in force */
    uint64_t settled;     /* the same: in force, or could not be put there */
    uint64_t link_turn;   /* the last one begun before the head was connected */
    int64_t newest, told; /* since then: newest revision of a service heard, and the one told to be in force */
    bool kicked;
    char *error; /* why the table could not be written, or NULL */
    struct back_off tries, open_tries;
    uv_timer_t timer;
    char *saved;      /* digest of the file */
    struct strv seen; /* uids named by the head since it was connected */
};

struct peers {
    struct map known; /* name -> JSON {name, address, podCIDR} */
    struct strv seen; /* told since the link was made */
    uv_timer_t timer;
    bool failing;
};

struct node {
    uv_loop_t loop;
    const char *run_dir, *state_dir;
    struct machine machine;
    struct rootfs_dirs dirs;
    char *host_ip, *images_dir;
    struct net *net; /* NULL while it cannot be opened */
    struct image_store *images;
    struct keeper_link keeper;
    struct services services;
    struct peers peers;
    struct head_link *head;
    struct image_jobs *image_jobs;
    struct bundle_jobs *bundles;
    struct map pods;    /* uid -> struct node_pod * */
    struct map volumes; /* uid -> struct node_volume * */
    struct key_ring keys; /* that secrets on disk are sealed with; read or made when there are some */
    bool synced;        /* the head has told all that it wants of this run of the node */
    char *facts;        /* digest of the NodeStatus told last */
    uv_idle_t kick;
    uv_timer_t volumes_again; /* a volume could not be removed */
    uv_signal_t term, intr;
    bool ending;
    bool unsure; /* a pod's file could not be read: before the head has spoken, nothing is swept */
};

/* ---- work on the thread pool: `work` there, then `after` on the loop ---- */
void node_work(struct node *n, void (*work)(void *data), void (*after)(void *data), void *data);

/* ---- pods (pod_drive.c) ---- */
void pod_kick(struct node_pod *p); /* looks at it soon */
void node_kick_all(struct node *n);
void node_kick_init(struct node *n);
/* Something failed that is tried again: told in the status. `what`: the action; its trouble goes when it works. */
void pod_trouble(struct node_pod *p, enum pod_do what, const char *reason, bool retry, const char *message);
void pod_trouble_over(struct node_pod *p, enum pod_do what);
/* What stands in its way may be gone: those whose trouble is for one of these reasons (or any: NULL) try again now. */
void node_retry(struct node *n, const char *reason);
struct node_pod *node_pod_by_container(struct node *n, const char *id, size_t *ret_container);
const struct pod_container *pod_container_at(const struct node_pod *p, size_t i);
const struct pod_component *pod_component_at(const struct node_pod *p, size_t i);
char *pod_run_path(const struct node_pod *p, const char *name);   /* <run>/pods/<uid>/<name>; the caller frees */
char *pod_state_path(const struct node_pod *p, const char *name); /* <state>/pods/<uid>/<name>; the caller frees */

/* ---- doing (pod_do.c, pod_start.c, pod_end.c, component_run.c) ---- */
void pod_do(struct node_pod *p, const struct pod_action *a);
void pod_do_start(struct node_pod *p, size_t container);
void pod_do_stop(struct node_pod *p, size_t container);
void pod_do_forget(struct node_pod *p, size_t container);
void pod_do_remove(struct node_pod *p);
void pod_do_bundle(struct node_pod *p);
void pod_ports_release(struct node_pod *p);
void pod_container_status(struct node_pod *p, size_t container, const struct keeper_status *s);
void pod_container_lost(struct node_pod *p, size_t container); /* the keeper knows nothing of it */
void pod_do_step(struct node_pod *p, const struct step_action *s);
void pod_step_abandon(struct node_pod *p); /* kills a step under way; its end is still told */
/* Writes hosts and resolv.conf of a pod where they differ from what is there. 0 or -errno. */
int pod_names_write(struct node_pod *p, struct err *e);

/* ---- wanted (wanted.c, wanted_disk.c) ---- */
void wanted_load(struct node *n);                           /* from disk */
void wanted_message(struct node *n, const json_t *message); /* of the head */
void wanted_connected(struct node *n);                      /* the head begins to tell */
void wanted_forget(struct node_pod *p);                     /* it has ended: frees it */
void wanted_save(struct node_pod *p);                       /* on the thread pool, when it changed */
bool wanted_is_saved(const struct node_pod *p);             /* is how far its software is on disk? */
void wanted_remove_file(struct node_pod *p);
void wanted_volumes_look(struct node *n);                  /* removes those that are to go and that nobody uses */
void wanted_sweep(struct node *n);                         /* containers, networks and bundles that belong to no pod */
char *wanted_path(const struct node *n, const char *name); /* <state>/node/<name>; the caller frees */

/* ---- the keeper (keeper_watch.c) ---- */
void keeper_watch_init(struct node *n);
void keeper_watch_end(struct node *n);

/* ---- services and published ports (services.c) ---- */
void services_init(struct node *n); /* opens the network, loads */
void services_kick(struct node *n); /* brings the table to what is wanted, soon */
void services_set(struct node *n, const json_t *object);
uint64_t services_turn(const struct node *n); /* the table that will hold what has been told up to now */
void services_gone(struct node *n, const char *uid);
void services_connected(struct node *n);
void services_synced(struct node *n);
const char *services_address(const struct node *n, const char *ns, const char *name); /* or NULL; borrowed */
void services_end(struct node *n);

/* ---- the other nodes (peers.c) ---- */
void peers_init(struct node *n);
void peers_end(struct node *n);
void peers_look(struct node *n); /* brings the routes to what is known, soon */
void peers_set(struct node *n, const json_t *message);
void peers_gone(struct node *n, const char *name);
void peers_connected(struct node *n);
void peers_synced(struct node *n);

/* ---- telling (node_tell.c, node_facts.c) ---- */
void tell_pod(struct node_pod *p); /* its status, when it changed and a head listens */
void tell_pod_gone(struct node *n, const char *ns, const char *name, const char *uid);
void tell_volume(struct node *n, const struct node_volume *v, const char *type, const char *phase, const char *message);
void tell_node(struct node *n); /* NodeStatus, when it changed */
void tell_event(struct node_pod *p, bool warning, const char *reason, const char *message);
void tell_services(struct node *n, int64_t revision); /* they are in force as they were told up to that one */
json_t *node_facts(struct node *n);                   /* NodeStatus; the caller owns it */
char *node_host_ip(void); /* the address by which others reach this machine; the caller frees */

/* ---- the link (head_link.c) ---- */
void head_link_init(struct node *n);
void head_link_end(struct node *n);
bool head_link_is_up(const struct node *n);
/* Queues a message on stream 0; dropped without a link (all is told anew when there is one). */
void head_link_say(struct node *n, const json_t *message);

void ops_pod_changed(struct node *n, struct node_pod *p); /* tells the operations under way */

/* ---- images (image_job.c) ---- */
void image_jobs_init(struct node *n);
void image_jobs_end(struct node *n);
/* Pulls a name for a pod: one helper at a time for one name, joined when there is one. Then `pod_image_done`. */
void image_job_pull_for(struct node_pod *p, size_t container, const char *name);
void image_job_leave(struct node_pod *p); /* it waits no more */
void pod_image_done(struct node_pod *p, size_t container, const char *code,
                    const char *error); /* NULL, NULL: it is there */
/* For an operation: `line` for each progress line, then `done`. name: to pull, or for an import what to call it (may be
 * NULL). import_fd: the archive's reading end (borrowed), or -1 to pull. The token serves image_job_cancel. */
struct image_job_watch {
    void (*line)(void *data, const char *line);
    void (*done)(void *data, int exit_code, const char *error);
    void *data;
};
void *image_job_watched(struct node *n, const char *name, int import_fd, const struct image_job_watch *w,
                        struct err *e);
void image_job_cancel(struct node *n,
                      void *token); /* `done` does not come any more; the helper of an import is ended */

/* ---- bundles (bundle_fetch.c) ---- */
void bundle_jobs_init(struct node *n);
void bundle_jobs_end(struct node *n);
bool bundle_is_here(const struct node *n, const char *digest);
/* Brings it; then kicks the pod, or gives it trouble. */
void bundle_fetch_for(struct node_pod *p, const char *digest);
void bundle_leave(struct node_pod *p);
char *bundle_path(const struct node *n, const char *digest,
                  const char *name); /* <state>/bundles/<hex>/<name>; the caller frees */
/* Removes those that no pod needs. */
void bundle_sweep(struct node *n);

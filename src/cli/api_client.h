// SPDX-License-Identifier: Apache-2.0
/* The command line's words with a head: objects, watches, bundles; a head's Status becomes an error with its message.
 */
#pragma once

#include "cli/cli_private.h"
#include "http/http_client.h"
#include "http/http_path.h"
#include "model/model.h"

/* Path of a kind's collection or (name not NULL) of one object: "/api/v1/namespaces/default/pods/x". ns NULL: all
 * namespaces' collection, or a kind without. The caller frees. */
char *client_path(const struct kind *k, const char *ns, const char *name);

/* All calls connect when needed and give 0 or -errno with `e`: -ECONNREFUSED nobody answers there (the text says what
 * to do), -ENOENT, -EEXIST (a create), -EAGAIN (resourceVersion), -EINVAL, -EACCES, -EPERM (who are you?), -EBUSY,
 * -EIO. */
int client_connect(struct cli *cli, struct err *e);
/* The namespace in force: -n, the kubeconfig's, or "default". Borrowed from `cli`. */
const char *client_ns(struct cli *cli);
/* A further connection, for streams and watches; the caller closes it (http_close). */
int client_connect_more(struct cli *cli, struct http_conn **ret, struct err *e);
/* The fault that an answer (>= 400) tells, as an error. */
int client_fault(const struct http_answer *a, struct err *e);
void client_close(struct cli *cli);
/* A call with JSON in and out; body and ret may be NULL. The caller owns *ret. */
int client_call(struct cli *cli, const char *method, const char *path, const json_t *body, json_t **ret, struct err *e);
/* PATCH with a JSON merge patch. */
int client_patch(struct cli *cli, const char *path, const json_t *patch, json_t **ret, struct err *e);
int client_get(struct cli *cli, const struct kind *k, const char *ns, const char *name, json_t **ret, struct err *e);
/* The list object (items, metadata.resourceVersion); selector NULL or "a=b,c=d". */
int client_list(struct cli *cli, const struct kind *k, const char *ns, const char *selector, json_t **ret,
                struct err *e);

/* For blobs and bundles ("/sedge/v1/blobs/<digest>"). client_exists: 1, 0 or -errno. client_put: *ret (may be NULL)
 * gets the answer's JSON, also of a 409, which is -EEXIST. */
int client_exists(struct cli *cli, const char *path, struct err *e);
int client_put(struct cli *cli, const char *path, const char *type, const void *data, size_t len, json_t **ret,
               struct err *e);
int client_put_fd(struct cli *cli, const char *path, int fd, struct err *e);

/* Watches a collection from `revision` (the list's resourceVersion) on, over a connection of its own. `told` gets
 * "ADDED", "MODIFIED" or "DELETED" with the object (borrowed), until it gives non-zero: what is returned then. `field`:
 * "metadata.name=x", or NULL. timeout_us 0: none; -ETIMEDOUT at its end. -ERANGE: the revision is too old: list again.
 * -ECONNRESET: the head went away. */
struct client_watch {
    const struct kind *kind;
    const char *ns;       /* NULL: all */
    const char *selector; /* labels, or NULL */
    const char *field;
    const char *revision;
    int64_t timeout_us;
    int (*told)(void *data, const char *type, const json_t *object);
    void *data;
};
int client_watch(struct cli *cli, const struct client_watch *w, struct err *e);

/* Looks at one object as it is (NULL: there is none) and at each change of it, until `look` gives non-zero, which is
 * returned. Goes on over restarts of the head. timeout_us 0: none; -ETIMEDOUT at its end. */
struct client_await {
    const struct kind *kind;
    const char *ns;
    const char *name;
    int64_t timeout_us;
    int (*look)(void *data, const json_t *object);
    void *data;
};
int client_await(struct cli *cli, const struct client_await *a, struct err *e);
/* Fits client_watch.told with a struct client_await as data. */
int client_await_told(void *await, const char *type, const json_t *object);
/* Waits until an object is gone. */
int client_await_gone(struct cli *cli, const struct kind *k, const char *ns, const char *name, struct err *e);
/* Ends the watch that is under way, from a signal handler: it gives -ECONNRESET. */
void client_watch_interrupt(void);

// SPDX-License-Identifier: Apache-2.0
/* The head's daemon: puts its parts together, serves until SIGTERM, takes them apart. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "head/api.h"
#include "head/app_inputs.h"
#include "head/bundle_keep.h"
#include "head/controllers.h"
#include "head/head.h"
#include "head/head_clock.h"
#include "head/head_listen.h"
#include "head/links.h"
#include "head/pki.h"
#include "io/io.h"
#include "model/bundle_manifest.h"
#include "model/join.h"

#define PID_FILE    "head.pid"
#define MACHINE_MAX (64 * 1024)
#define SIGNALS     2

/* What only the start and the end know. */
struct daemon {
    struct head head;
    int lock_fd;
    uv_signal_t signals[SIGNALS];
};

/* ---- options ---- */

static int read_options(int argc, char **argv, struct head *h)
{
    const char *run = getenv("SEDGE_RUN"), *state = getenv("SEDGE_STATE");
    h->node_cert_valid_us = NODE_CERT_VALID_US;
    h->run_dir = str_empty(run) ? SEDGE_RUN_DIR : run;
    h->state_dir = str_empty(state) ? SEDGE_STATE_DIR : state;
    for (int i = 1; i < argc; i++) {
        const char **to = str_eq(argv[i], "--run") ? &h->run_dir : str_eq(argv[i], "--state") ? &h->state_dir : NULL;
        if (!to || i + 1 >= argc) {
            fprintf(stderr, "sedge head: '%s' is not understood; usage: sedge head [--run DIR] [--state DIR]\n",
                    argv[i]);
            return -EINVAL;
        }
        *to = argv[++i];
    }
    return 0;
}

static int take_lock(struct daemon *d, struct err *e)
{
    AUTO_FREE char *path = file_join(d->head.run_dir, PID_FILE);
    int r = file_mkdirs(d->head.run_dir, 0755, e);
    if (r == 0)
        r = file_lock(path, &d->lock_fd, e);
    if (r == -EAGAIN)
        return err_wrap(e, r, "another head runs already");
    if (r < 0)
        return r;
    if (ftruncate(d->lock_fd, 0) < 0 || dprintf(d->lock_fd, "%d\n", (int)getpid()) < 0)
        return err_errno(e, errno, "write '%s'", path);
    return 0;
}

static int read_machine(struct head *h, struct err *e)
{
    AUTO_FREE char *path = file_join(h->state_dir, MACHINE_FILE);
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = file_read(path, MACHINE_MAX, &text, &len, e);
    if (r == -ENOENT)
        return err_wrap(e, r, "this machine is not set up; `sedge up` does it");
    if (r < 0)
        return r;
    AUTO_JSON json_t *v = json_parse(text, len, e);
    r = v ? fields_decode(&machine_fields, v, &h->machine, e) : -EINVAL;
    return err_wrap(e, r, "read '%s'", path);
}

/* ---- the parts, in order ---- */

static int open_store(struct head *h, struct err *e)
{
    h->dir = file_join(h->state_dir, "head");
    AUTO_FREE char *folder = file_join(h->dir, "store");
    int r = file_mkdirs(h->dir, 0700, e);
    if (r == 0)
        head_clock_open(h->dir);
    if (r == 0)
        r = store_open_sqlite(folder, &h->store, e);
    if (r == 0)
        r = objects_open(h->store, &h->objects, e);
    if (r < 0)
        return r;
    AUTO_FREE char *key = file_join(h->dir, "pki/secrets.key");
    objects_keep_key(h->objects, key);
    return 0;
}

/* Adds a listener; the descriptor is the server's from then on. */
static int listen_unix(struct head *h, struct http_listen *ret, struct err *e)
{
    AUTO_FREE char *path = file_join(h->run_dir, SEDGE_API_SOCKET);
    *ret = (struct http_listen){.fd = -1};
    return sock_listen_unix(path, 0600, &ret->fd, e);
}

static int listen_tls(struct head *h, struct http_listen *ret, struct err *e)
{
    AUTO_FREE char *address = NULL;
    uint16_t port;
    struct pki_place place = {h->dir, h->machine.name};
    int r = head_listen_split(h->machine.listen, &address, &port, e);
    if (r == 0)
        r = pki_open(&place, &h->ca, &h->server_cert, e);
    if (r < 0)
        return r;
    *ret = (struct http_listen){.fd = -1, .tls = &h->server_cert, .client_ca = h->ca.cert_pem};
    return sock_listen_tcp(address, port, &ret->fd, e);
}

static int start_server(struct head *h, struct err *e)
{
    struct http_listen listens[2];
    AUTO_FREE char *spool = file_join(h->dir, "spool");
    size_t n = 0;
    int r = file_mkdirs(spool, 0700, e);
    if (r == 0)
        r = listen_unix(h, &listens[n], e);
    if (r < 0)
        return r;
    n++;
    if (!str_empty(h->machine.listen)) {
        r = listen_tls(h, &listens[n], e);
        if (r < 0) {
            close(listens[0].fd);
            return r;
        }
        n++;
    }
    struct http_options o = {
        .loop = &h->loop,
        .listens = listens,
        .n_listens = n,
        .max_body = JSON_MAX_BYTES,
        .spool_dir = spool,
        .max_spool = BUNDLE_FILE_BYTES_MAX,
        .spool = api_spools,
        .handle = api_handle,
        .data = h,
    };
    return http_server_start(&o, &h->server, e);
}

static void on_signal(uv_signal_t *s, int number)
{
    log_info("signal=%d the head stops", number);
    uv_stop(s->loop);
}

static void catch_signals(struct daemon *d)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(&d->head.loop, &d->signals[i]);
        uv_signal_start(&d->signals[i], on_signal, numbers[i]);
    }
}

static int start(struct daemon *d, struct err *e)
{
    struct head *h = &d->head;
    int r = take_lock(d, e);
    if (r == 0)
        r = read_machine(h, e);
    if (r == 0)
        r = open_store(h, e);
    if (r == 0)
        r = links_start(h, e);
    if (r == 0)
        r = controllers_start(h, e);
    if (r == 0) /* the last: who gets an answer finds everything there */
        r = start_server(h, e);
    return r;
}

static void close_handle(uv_handle_t *handle, void *data)
{
    (void)data;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void stop(struct daemon *d)
{
    struct head *h = &d->head;
    AUTO_FREE char *socket = file_join(h->run_dir, SEDGE_API_SOCKET);
    if (h->server)
        unlink(socket);
    http_server_stop(h->server);
    if (h->controllers)
        controllers_stop(h);
    links_stop(h);
    uv_run(&h->loop, UV_RUN_NOWAIT); /* what the parts have closed is freed by its owner */
    uv_walk(&h->loop, close_handle, NULL);
    uv_run(&h->loop, UV_RUN_DEFAULT);
    objects_close(h->objects);
    if (h->store)
        store_close(h->store);
    tls_identity_done(&h->ca);
    tls_identity_done(&h->server_cert);
    fields_done(&machine_fields, &h->machine);
    free(h->dir);
    uv_loop_close(&h->loop);
    mem_closep(&d->lock_fd);
}

/* One arena for the few threads; what was large goes back to the kernel when it is freed, so that one big list or upload
 * does not stay for ever. */
static void save_memory(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

int head_main(int argc, char **argv)
{
    struct daemon d = {.lock_fd = -1};
    struct err e = {0};
    log_init("head", LOG_LEVEL_INFO);
    umask(0077);
    save_memory();
    setenv("UV_THREADPOOL_SIZE", "1", 1); /* for large blobs; started when the first one comes */
    signal(SIGPIPE, SIG_IGN);
    if (read_options(argc, argv, &d.head) < 0)
        return 2;
    uv_loop_init(&d.head.loop);
    catch_signals(&d);
    int r = start(&d, &e);
    if (r == 0) {
        bundle_keep_sweep(&d.head);
        app_inputs_sweep(&d.head);
        log_info("version=" SEDGE_VERSION " node=%s listen=%s serving", d.head.machine.name, d.head.machine.listen);
        uv_run(&d.head.loop, UV_RUN_DEFAULT);
    } else {
        log_error("start: %s", err_text(&e));
    }
    stop(&d);
    return r < 0;
}

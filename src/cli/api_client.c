// SPDX-License-Identifier: Apache-2.0
/* Calls to a head: connecting, JSON in and out, faults. */
#include "cli/api_client.h"

#include <errno.h>
#include <string.h>

#include "cli/kube_place.h"
#include "io/file.h"

/* ---- connecting ---- */

static int read_place(struct cli *cli, struct err *e)
{
    if (cli->place || !cli->kubeconfig)
        return 0;
    return kube_place_read(cli->kubeconfig, &cli->place, e);
}

const char *client_ns(struct cli *cli)
{
    struct err ignored; /* connecting tells it */
    if (cli->ns_text)
        return cli->ns_text;
    return read_place(cli, &ignored) == 0 && cli->place && cli->place->ns ? cli->place->ns : "default";
}

static int connect_local(struct cli *cli, struct http_conn **ret, struct err *e)
{
    AUTO_FREE char *path = file_join(cli->run_dir, SEDGE_API_SOCKET);
    struct http_target t = {.unix_path = path};
    int r = http_open(&t, ret, e);
    if (r == -ENOENT || r == -ECONNREFUSED || r == -ENOTDIR)
        return err_set(e, ECONNREFUSED, "no head answers at %s: start one with 'sedge up'", path);
    if (r == -EACCES || r == -EPERM)
        return err_set(e, EACCES, "only root may use %s: run with sudo, or name a head by --kubeconfig", path);
    return r;
}

static int connect_far(struct cli *cli, struct http_conn **ret, struct err *e)
{
    int r = read_place(cli, e);
    if (r < 0)
        return r;
    const struct kube_place *p = cli->place;
    struct tls_identity me = {p->cert_pem, p->key_pem};
    struct http_target t = {
        .host = p->host, .port = p->port, .ca_pem = p->ca_pem, .me = p->cert_pem ? &me : NULL, .token = p->token};
    r = http_open(&t, ret, e);
    return err_wrap(e, r, "reach the head at %s", p->server);
}

int client_connect_more(struct cli *cli, struct http_conn **ret, struct err *e)
{
    return cli->kubeconfig ? connect_far(cli, ret, e) : connect_local(cli, ret, e);
}

int client_connect(struct cli *cli, struct err *e)
{
    return cli->conn ? 0 : client_connect_more(cli, &cli->conn, e);
}

void client_close(struct cli *cli)
{
    http_close(take_ptr(cli->conn));
    kube_place_free(take_ptr(cli->place));
}

/* ---- paths ---- */

char *client_path(const struct kind *k, const char *ns, const char *name)
{
    struct buf b = {0};
    AUTO_FREE char *part = name ? http_escape(name) : NULL;
    buf_addf(&b, "/%s/%s", strchr(k->api_version, '/') ? "apis" : "api", k->api_version);
    if (k->namespaced && ns) {
        AUTO_FREE char *in = http_escape(ns);
        buf_addf(&b, "/namespaces/%s", in);
    }
    buf_addf(&b, "/%s%s%s", k->plural, part ? "/" : "", part ? part : "");
    return buf_take(&b);
}

/* ---- calls ---- */

static const struct {
    int status;
    const char *reason; /* NULL: any */
    int code;
} faults[] = {
    {400, NULL, EINVAL},
    {401, NULL, EPERM},
    {403, NULL, EACCES},
    {404, NULL, ENOENT},
    {409, "AlreadyExists", EEXIST},
    {409, "Conflict", EAGAIN},
    {409, NULL, EBUSY},
    {410, NULL, ERANGE},
    {413, NULL, EFBIG},
    {415, NULL, EINVAL},
    {422, NULL, EINVAL},
    {429, NULL, EBUSY},
    {503, NULL, EBUSY},
    {507, NULL, ENOSPC},
};

/* Answers may be larger than what is taken from strangers: a list of many pods. The client bounds them. */
static json_t *answer_json(const struct http_answer *a)
{
    return json_loadb(buf_str(&a->body), a->body.len, JSON_DECODE_ANY, NULL);
}

int client_fault(const struct http_answer *a, struct err *e)
{
    AUTO_JSON json_t *status = answer_json(a);
    const char *reason = json_str(status, "reason", ""), *message = json_str(status, "message", NULL);
    int code = EIO;
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        if (faults[i].status == a->status && (!faults[i].reason || str_eq(faults[i].reason, reason))) {
            code = faults[i].code;
            break;
        }
    if (message)
        return err_set(e, code, "%s", message);
    return err_set(e, code, "the head answered %d%s%.*s", a->status, a->body.len ? ": " : "",
                   (int)(a->body.len < 200 ? a->body.len : 200), buf_str(&a->body));
}

static int call(struct cli *cli, const char *method, const char *path, const char *type, const json_t *body,
                json_t **ret, struct err *e)
{
    AUTO(http_answer_done)
    struct http_answer a = {0};
    AUTO_FREE char *text = body ? json_text(body) : NULL;
    int r = client_connect(cli, e);
    if (r == 0)
        r = http_call(cli->conn, method, path, text ? type : NULL, text, text ? strlen(text) : 0, &a, e);
    if (r == 0 && a.status >= 400)
        r = client_fault(&a, e);
    if (r < 0 || !ret)
        return r;
    *ret = answer_json(&a);
    return *ret ? 0 : err_set(e, EIO, "%s %s: the head's answer is no JSON", method, path);
}

int client_call(struct cli *cli, const char *method, const char *path, const json_t *body, json_t **ret, struct err *e)
{
    return call(cli, method, path, "application/json", body, ret, e);
}

int client_patch(struct cli *cli, const char *path, const json_t *patch, json_t **ret, struct err *e)
{
    return call(cli, "PATCH", path, "application/merge-patch+json", patch, ret, e);
}

int client_get(struct cli *cli, const struct kind *k, const char *ns, const char *name, json_t **ret, struct err *e)
{
    AUTO_FREE char *path = client_path(k, ns, name);
    return client_call(cli, "GET", path, NULL, ret, e);
}

int client_list(struct cli *cli, const struct kind *k, const char *ns, const char *selector, json_t **ret,
                struct err *e)
{
    AUTO_FREE char *path = client_path(k, ns, NULL);
    AUTO_FREE char *query = selector ? http_escape(selector) : NULL;
    AUTO_FREE char *whole = mem_printf("%s%s%s", path, query ? "?labelSelector=" : "", query ? query : "");
    return client_call(cli, "GET", whole, NULL, ret, e);
}

/* ---- bundles ---- */

int client_exists(struct cli *cli, const char *path, struct err *e)
{
    AUTO(http_answer_done)
    struct http_answer a = {0};
    int r = client_connect(cli, e);
    if (r == 0)
        r = http_call(cli->conn, "HEAD", path, NULL, NULL, 0, &a, e);
    if (r < 0 || a.status == 404)
        return r;
    return a.status < 400 ? 1 : client_fault(&a, e);
}

int client_put(struct cli *cli, const char *path, const char *type, const void *data, size_t len, json_t **ret,
               struct err *e)
{
    AUTO(http_answer_done)
    struct http_answer a = {0};
    int r = client_connect(cli, e);
    if (r == 0)
        r = http_call(cli->conn, "PUT", path, type, data, len, &a, e);
    if (r == 0 && ret)
        *ret = answer_json(&a);
    if (r == 0 && a.status >= 400)
        r = client_fault(&a, e);
    return a.status == 409 ? -EEXIST : r;
}

int client_put_fd(struct cli *cli, const char *path, int fd, struct err *e)
{
    AUTO(http_answer_done)
    struct http_answer a = {0};
    int r = client_connect(cli, e);
    if (r == 0)
        r = http_call_fd(cli->conn, "PUT", path, "application/octet-stream", fd, &a, e);
    return r == 0 && a.status >= 400 ? client_fault(&a, e) : r;
}

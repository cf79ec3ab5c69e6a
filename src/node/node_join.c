// SPDX-License-Identifier: Apache-2.0
/* Joining a cluster: asks the head whom the token's CA belongs to, shows the token to that head only, and keeps what it gives.
 *
 * The key is made first and stays: when the answer was lost, joining again with it is the same joining. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "io/file.h"
#include "model/join.h"
#include "node/head_place.h"
#include "node/node.h"
#include "node/node_options.h"

#define TOKEN_MAX 512
#define PEM_MAX   (64 * 1024)

struct joining {
    const struct node_options *o;
    struct join_token token;
    char *token_text, *host, *ca_pem, *key_pem, *name;
    uint16_t port;
    json_t *answer;
};

static void joining_done(struct joining *j)
{
    char **owned[] = {&j->token_text, &j->host, &j->ca_pem, &j->key_pem, &j->name};
    for (size_t i = 0; i < ARRAY_LEN(owned); i++) {
        if (*owned[i])
            explicit_bzero(*owned[i], strlen(*owned[i]));
        mem_freep(owned[i]);
    }
    json_decref(j->answer);
}

static int read_token(struct joining *j, struct err *e)
{
    int r = file_read(j->o->token, TOKEN_MAX, &j->token_text, NULL, e);
    if (r < 0)
        return err_wrap(e, r, "read the token");
    j->token_text[strcspn(j->token_text, " \t\r\n")] = '\0';
    return join_token_parse(j->token_text, &j->token, e);
}

/* The key that was made before, or a new one. */
static int open_key(struct joining *j, struct err *e)
{
    AUTO_FREE char *folder = mem_printf("%s/node/pki", j->o->state_dir);
    AUTO_FREE char *path = file_join(folder, "node.key");
    if (file_read(path, PEM_MAX, &j->key_pem, NULL, NULL) == 0)
        return 0;
    int r = file_mkdirs(folder, 0700, e);
    if (r == 0)
        r = tls_key_new(&j->key_pem, e);
    return r < 0 ? r : file_write(path, j->key_pem, strlen(j->key_pem), 0600, e);
}

static int call(const struct http_target *t, const char *method, const char *path, const json_t *body, json_t **ret,
                struct err *e)
{
    AUTO_FREE char *text = body ? json_text(body) : NULL;
    struct http_conn *c = NULL;
    struct http_answer a = {0};
    int r = http_open(t, &c, e);
    if (r == 0)
        r = http_call(c, method, path, text ? "application/json" : NULL, text, text ? strlen(text) : 0, &a, e);
    if (r == 0 && !(*ret = json_parse(buf_str(&a.body), a.body.len, e)))
        r = err_wrap(e, -EPROTO, "%s answers with what is no JSON: is it a head of sedge?", t->host);
    if (r == 0 && a.status >= 300)
        r = err_set(e, EACCES, "the head refuses: %s", json_str(*ret, "message", "without a reason"));
    http_answer_done(&a);
    http_close(c);
    return r;
}

/* Over a connection that proves nothing yet: the token tells whether the CA that comes is the cluster's. */
static int fetch_ca(struct joining *j, struct err *e)
{
    struct http_target t = {.host = j->host, .port = j->port, .anyone = true};
    char key_id[TLS_KEY_ID_SIZE];
    AUTO_JSON json_t *answer = NULL;
    int r = call(&t, "GET", "/sedge/v1/ca", NULL, &answer, e);
    if (r == 0)
        r = tls_key_id(json_str(answer, "ca", ""), key_id, e);
    if (r < 0)
        return r;
    if (strncmp(key_id, j->token.pin, JOIN_PIN_SIZE - 1) != 0)
        return err_set(e, EKEYREJECTED,
                       "%s port %u is not the head that the token is for (its CA is another): nothing was sent to it",
                       j->host, j->port);
    j->ca_pem = mem_strdup(json_str(answer, "ca", NULL));
    return 0;
}

static int ask_in(struct joining *j, struct err *e)
{
    struct http_target t = {.host = j->host, .port = j->port, .ca_pem = j->ca_pem, .floor_us = j->token.made_us};
    AUTO_FREE char *user = mem_printf(NODE_USER_PREFIX "%s", j->name);
    AUTO_FREE char *csr = NULL;
    int r = tls_csr_make(j->key_pem, user, &csr, e);
    if (r < 0)
        return r;
    AUTO_JSON json_t *body = json_pack("{s:s, s:s, s:s}", "token", j->token_text, "name", j->name, "csr", csr);
    return call(&t, "POST", "/sedge/v1/join", body, &j->answer, e);
}

static int keep(struct joining *j, struct err *e)
{
    struct head_admission a = {.key_pem = j->key_pem,
                               .ca_pem = j->ca_pem,
                               .cert_pem = json_str(j->answer, "certificate", NULL),
                               .time_us = json_int(j->answer, "time", 0)};
    AUTO_FREE char *head = mem_printf(strchr(j->host, ':') ? "[%s]:%u" : "%s:%u", j->host, j->port);
    AUTO(machine_done)
    struct machine m = {0};
    struct node_options o = {.run_dir = j->o->run_dir,
                             .state_dir = j->o->state_dir,
                             .runtime = j->o->runtime,
                             .name = j->name,
                             .head = head,
                             .listen = "",
                             .pod_cidr = json_str(j->answer, "podCIDR", NULL),
                             .service_cidr = json_str(j->answer, "serviceCIDR", NULL)};
    if (!a.cert_pem || !o.pod_cidr || !o.service_cidr)
        return err_set(e, EPROTO, "the head's answer lacks the certificate or the ranges of addresses");
    int r = machine_set_up(&o, &m, e);
    return r < 0 ? r : head_place_write(j->o->state_dir, &a, e);
}

/* A machine is in one cluster. */
static int check_free(const struct node_options *o, struct err *e)
{
    AUTO(machine_done)
    struct machine m = {0};
    AUTO_FREE char *own = file_join(o->state_dir, "head");
    if (file_exists(own))
        return err_set(e, EEXIST,
                       "this machine has a head of its own, whose state is in %s; a board is in one cluster: `sedge down` and move that folder away first",
                       own);
    int r = machine_load(o->state_dir, &m, e);
    if (r == -ENOENT) {
        err_clear(e);
        return 0;
    }
    if (r == 0 && !str_empty(m.head) && o->name && !str_eq(m.name, o->name))
        return err_set(e, EEXIST, "this machine has joined %s as '%s'; `sedge node leave` first", m.head, m.name);
    return r;
}

static int join(struct joining *j, struct err *e)
{
    AUTO(machine_done)
    struct machine m = {0};
    const struct node_options *o = j->o;
    int r = check_free(o, e);
    if (r == 0)
        r = machine_check(o->runtime ? o->runtime : "crun", e);
    if (r == 0)
        r = head_address_split(o->head, &j->host, &j->port, e);
    if (r == 0)
        r = read_token(j, e);
    if (r < 0)
        return r;
    clock_correct_floor(j->token.made_us);
    if (machine_load(o->state_dir, &m, NULL) == 0 && !o->name)
        j->name = mem_strdup(m.name);
    else
        j->name = o->name ? mem_strdup(o->name) : machine_own_name();
    r = open_key(j, e);
    if (r == 0)
        r = fetch_ca(j, e);
    if (r == 0)
        r = ask_in(j, e);
    return r < 0 ? r : keep(j, e);
}

int node_join_main(int argc, char **argv)
{
    struct node_options o;
    struct err e = {0};
    if (node_options_read(argc, argv, NODE_OPTIONS_JOIN, &o, &e) == 0 && (!o.head || !o.token))
        err_set(&e, EINVAL, "--head and --token-file are needed");
    if (e.code) {
        fprintf(stderr, "sedge node-join: %s\n", err_text(&e));
        return 2;
    }
    AUTO(joining_done)
    struct joining j = {.o = &o};
    int r = join(&j, &e);
    if (r < 0)
        fprintf(stderr, "sedge: join the cluster of %s: %s\n", o.head, err_text(&e));
    return r < 0;
}

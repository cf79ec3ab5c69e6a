// SPDX-License-Identifier: Apache-2.0
/* The node's key and certificates on disk, and connections made with them. */
#include "node/head_place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/file.h"
#include "model/join.h"

#define PEM_MAX (64 * 1024)

void head_place_done(struct head_place *p)
{
    char **owned[] = {&p->state_dir, &p->name, &p->unix_path, &p->host, &p->ca_pem};
    for (size_t i = 0; i < ARRAY_LEN(owned); i++)
        mem_freep(owned[i]);
    tls_identity_done(&p->me);
}

static char *pki_path(const char *state_dir, const char *name)
{
    return mem_printf("%s/node/pki/%s", state_dir, name);
}

int head_address_split(const char *text, char **ret_host, uint16_t *ret_port, struct err *e)
{
    const char *at = str_starts(text, "https://") ? text + strlen("https://") : text;
    bool brackets = at[0] == '[';
    size_t len = brackets ? strcspn(++at, "]") : strcspn(at, ":/");
    const char *rest = at + len + (brackets && at[len] == ']');
    int64_t port = HEAD_PORT;
    if (len == 0 || (rest[0] == ':' && !str_to_i64(rest + 1, 1, UINT16_MAX, &port)) || (rest[0] && rest[0] != ':'))
        return err_set(e, EINVAL, "'%.200s' is no address of a head; write it like board1:6443", text);
    *ret_host = mem_strndup(at, len);
    *ret_port = (uint16_t)port;
    return 0;
}

static int64_t read_floor(const char *state_dir)
{
    AUTO_FREE char *path = pki_path(state_dir, "clock");
    AUTO_FREE char *text = NULL;
    int64_t us = 0;
    return file_read(path, 64, &text, NULL, NULL) == 0 && str_to_i64(text, 0, INT64_MAX, &us) ? us : 0;
}

void head_place_clock(const char *state_dir)
{
    clock_correct_floor(read_floor(state_dir));
}

int head_place_read(const char *run_dir, const char *state_dir, const struct machine *m, struct head_place *ret,
                    struct err *e)
{
    struct {
        const char *name;
        char **to;
    } files[] = {{"ca.crt", &ret->ca_pem}, {"node.crt", &ret->me.cert_pem}, {"node.key", &ret->me.key_pem}};
    *ret = (struct head_place){.state_dir = mem_strdup(state_dir), .name = mem_strdup(m->name)};
    if (str_empty(m->head)) {
        ret->unix_path = file_join(run_dir, SEDGE_API_SOCKET);
        return 0;
    }
    int r = head_address_split(m->head, &ret->host, &ret->port, e);
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(files); i++) {
        AUTO_FREE char *path = pki_path(state_dir, files[i].name);
        r = file_read(path, PEM_MAX, files[i].to, NULL, e);
    }
    ret->floor_us = read_floor(state_dir);
    if (ret->floor_us == 0)
        ret->floor_us = 1; /* its times are never asked of this machine's clock */
    return err_wrap(e, r, "this node's place in the cluster of %s", m->head);
}

int head_place_open(const struct head_place *p, struct http_conn **ret, struct err *e)
{
    struct http_target t = {.unix_path = p->unix_path,
                            .host = p->host,
                            .port = p->port,
                            .ca_pem = p->ca_pem,
                            .floor_us = p->floor_us,
                            .me = p->unix_path ? NULL : &p->me};
    if (p->unix_path && !file_exists(p->unix_path))
        return err_set(e, ENOENT, "%s is not there", p->unix_path);
    return http_open(&t, ret, e);
}

/* ---- writing ---- */

static int write_text(const char *state_dir, const char *name, const char *text, mode_t mode, struct err *e)
{
    AUTO_FREE char *path = pki_path(state_dir, name);
    return file_write(path, text, strlen(text), mode, e);
}

static int write_clock(const char *state_dir, int64_t time_us, struct err *e)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, time_us);
    return time_us > read_floor(state_dir) ? write_text(state_dir, "clock", text, 0600, e) : 0;
}

/* The certificate last: without it there is nothing to show. */
int head_place_write(const char *state_dir, const struct head_admission *a, struct err *e)
{
    AUTO_FREE char *folder = mem_printf("%s/node/pki", state_dir);
    int r = file_mkdirs(folder, 0700, e);
    if (r == 0)
        r = write_text(state_dir, "node.key", a->key_pem, 0600, e);
    if (r == 0)
        r = write_text(state_dir, "ca.crt", a->ca_pem, 0644, e);
    if (r == 0)
        r = write_clock(state_dir, a->time_us, e);
    return r < 0 ? r : write_text(state_dir, "node.crt", a->cert_pem, 0644, e);
}

/* ---- renewing ---- */

static int ask_certificate(const struct head_place *p, const char *csr, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *body = json_pack("{s:s}", "csr", csr);
    AUTO_FREE char *text = json_text(body);
    AUTO_FREE char *path = mem_printf("/sedge/v1/nodes/%s/certificate", p->name);
    struct http_conn *c = NULL;
    struct http_answer a = {0};
    int r = head_place_open(p, &c, e);
    if (r == 0)
        r = http_call(c, "POST", path, "application/json", text, strlen(text), &a, e);
    if (r == 0 && !(*ret = json_parse(buf_str(&a.body), a.body.len, e)))
        r = -EPROTO;
    if (r == 0 && a.status != 201)
        r = err_set(e, a.status == 403 ? EACCES : EPROTO, "%s", json_str(*ret, "message", "the head gives no certificate"));
    http_answer_done(&a);
    http_close(c);
    return r;
}

int head_place_renew(struct head_place *p, struct err *e)
{
    AUTO_FREE char *name = mem_printf(NODE_USER_PREFIX "%s", p->name);
    AUTO_FREE char *csr = NULL;
    AUTO_JSON json_t *answer = NULL;
    int r = tls_csr_make(p->me.key_pem, name, &csr, e);
    if (r == 0)
        r = ask_certificate(p, csr, &answer, e);
    const char *cert = json_str(answer, "certificate", NULL);
    if (r == 0 && !cert)
        r = err_set(e, EPROTO, "the head's answer holds no certificate");
    if (r == 0)
        r = write_clock(p->state_dir, json_int(answer, "time", 0), e);
    if (r == 0)
        r = write_text(p->state_dir, "node.crt", cert, 0644, e);
    if (r < 0)
        return err_wrap(e, r, "renew this node's certificate");
    free(p->me.cert_pem);
    p->me.cert_pem = mem_strdup(cert);
    return 0;
}

int64_t head_place_renew_in_us(const struct head_place *p)
{
    if (p->unix_path)
        return -1;
    int64_t begins_us = tls_begin_us(p->me.cert_pem), ends_us = tls_expiry_us(p->me.cert_pem);
    int64_t left = ends_us - (ends_us - begins_us) / 3 - clock_now_us();
    return begins_us < 0 || ends_us < 0 || left < 0 ? 0 : left;
}

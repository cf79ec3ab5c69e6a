// SPDX-License-Identifier: Apache-2.0
/* JSON-RPC: messages wait in a queue, so that one can be called back before its turn, and are done one by one. */
#include "cli/lsp.h"

#include <string.h>

#include "cli/lsp_docs.h"

void lsp_send(struct lsp *s, json_t *message)
{
    json_object_set_new(message, "jsonrpc", json_string("2.0"));
    AUTO_FREE char *text = json_text(message);
    lsp_frame_write(&s->out, text, strlen(text));
    json_decref(message);
}

void lsp_notify(struct lsp *s, const char *method, json_t *params)
{
    lsp_send(s, json_pack("{s:s, s:o}", "method", method, "params", params));
}

static void send_fault(struct lsp *s, json_t *id, struct lsp_fault fault)
{
    lsp_send(s, json_pack("{s:O?, s:{s:i, s:s}}", "id", id ? id : json_null(), "error", "code", (int)fault.code,
                          "message", fault.text));
}

static void refuse(struct lsp *s, enum lsp_error code, const char *text)
{
    send_fault(s, NULL, (struct lsp_fault){code, text});
}

/* ---- in ---- */

static void cancel(struct lsp *s, const json_t *message)
{
    json_t *id = json_at(message, "params", "id", NULL);
    for (size_t i = 0; id && i < s->n_queue; i++) {
        json_t *other = json_object_get(s->queue[i].value, "id");
        if (other && json_equal(id, other))
            s->queue[i].cancelled = true;
    }
}

static void enqueue(struct lsp *s, json_t *message)
{
    if (str_eq(json_str(message, "method", NULL), "$/cancelRequest")) {
        cancel(s, message);
        json_decref(message);
        return;
    }
    s->queue = mem_push(s->queue, s->n_queue, sizeof(*s->queue));
    s->queue[s->n_queue++] = (struct lsp_message){.value = message};
}

static void take_body(struct lsp *s, const char *body, size_t len)
{
    struct err e = {0};
    json_t *message = json_parse(body, len, &e);
    if (!message)
        refuse(s, LSP_PARSE_ERROR, err_text(&e));
    else if (!json_is_object(message))
        refuse(s, LSP_INVALID_REQUEST, "a message is an object of JSON");
    else
        enqueue(s, json_incref(message));
    json_decref(message);
}

static void tell_large(struct lsp *s)
{
    refuse(s, LSP_INVALID_REQUEST, "the message is too large and was passed over: 3 MiB are the most");
    lsp_notify(s, "window/showMessage",
               json_pack("{s:i, s:s}", "type", 1, "message",
                         "sedge: a message of more than 3 MiB was passed over; so large a template is not followed"));
}

static void over(struct lsp *s, int status)
{
    s->state = LSP_OVER;
    s->status = status;
}

void lsp_feed(struct lsp *s, const void *data, size_t len)
{
    const char *body;
    size_t n;
    lsp_frame_feed(&s->in, data, len);
    for (enum lsp_frame_found found; (found = lsp_frame_next(&s->in, &body, &n)) != LSP_FRAME_NONE;) {
        if (found == LSP_FRAME_MESSAGE)
            take_body(s, body, n);
        if (found == LSP_FRAME_LARGE)
            tell_large(s);
        if (found == LSP_FRAME_BROKEN) {
            log_error("the client sends what is no message: no head with Content-Length");
            over(s, 1);
            return;
        }
    }
}

void lsp_end(struct lsp *s)
{
    if (s->state != LSP_OVER)
        over(s, 1); /* it has to say "exit" */
}

/* ---- work ---- */

/* What the server's state forbids. */
static struct lsp_fault state_fault(const struct lsp *s, const char *method)
{
    if (s->state == LSP_NEW && !str_eq(method, "initialize"))
        return (struct lsp_fault){LSP_NOT_INITIALIZED, "'initialize' comes first"};
    if (s->state == LSP_READY && str_eq(method, "initialize"))
        return (struct lsp_fault){LSP_INVALID_REQUEST, "'initialize' comes once"};
    if (s->state == LSP_SHUT)
        return (struct lsp_fault){LSP_INVALID_REQUEST, "the server was shut down; only 'exit' is left"};
    return (struct lsp_fault){0};
}

static void do_request(struct lsp *s, json_t *id, const char *name, const json_t *params, bool cancelled)
{
    const struct lsp_method *m = lsp_method_find(name);
    struct lsp_fault fault = state_fault(s, name);
    if (!fault.text && cancelled)
        fault = (struct lsp_fault){LSP_CANCELLED, "cancelled"};
    if (!fault.text && (!m || !m->request))
        fault = (struct lsp_fault){LSP_METHOD_NOT_FOUND, "there is no such method"};
    json_t *result = fault.text ? NULL : m->answer(s, params, &fault);
    if (fault.text) {
        json_decref(result);
        send_fault(s, id, fault);
        return;
    }
    lsp_send(s, json_pack("{s:O, s:o}", "id", id, "result", result ? result : json_null()));
}

static void do_notification(struct lsp *s, const char *name, const json_t *params)
{
    const struct lsp_method *m = lsp_method_find(name);
    struct lsp_fault fault = {0};
    if (str_eq(name, "exit"))
        over(s, s->state == LSP_SHUT ? 0 : 1);
    else if (s->state == LSP_READY && m && !m->request)
        json_decref(m->answer(s, params, &fault));
    if (fault.text)
        log_warn("%s: %s", name, fault.text);
}

static void do_message(struct lsp *s, const struct lsp_message *message)
{
    json_t *id = json_object_get(message->value, "id"), *method = json_object_get(message->value, "method");
    const json_t *params = json_object_get(message->value, "params");
    bool right_id = !id || json_is_integer(id) || json_is_string(id);
    if (!method && id)
        return; /* an answer to a request of ours */
    if (!right_id || !json_is_string(method))
        refuse(s, LSP_INVALID_REQUEST, "a request has a method, and an id that is a number or a text");
    else if (id)
        do_request(s, id, json_string_value(method), params, message->cancelled);
    else
        do_notification(s, json_string_value(method), params);
}

bool lsp_work(struct lsp *s)
{
    if (!s->n_queue || s->state == LSP_OVER)
        return false;
    struct lsp_message first = s->queue[0];
    s->n_queue--;
    memmove(s->queue, s->queue + 1, s->n_queue * sizeof(*s->queue));
    do_message(s, &first);
    json_decref(first.value);
    return true;
}

/* ---- its life ---- */

static void json_free(void *p)
{
    json_decref(p);
}

void lsp_start(struct lsp *s)
{
    *s = (struct lsp){.generation = 1};
    map_init(&s->published, free);
    map_init(&s->fixes, json_free);
    lsp_docs_start(s);
}

void lsp_done(struct lsp *s)
{
    for (size_t i = 0; i < s->n_queue; i++)
        json_decref(s->queue[i].value);
    free(s->queue);
    lsp_docs_done(s);
    map_done(&s->fixes);
    map_done(&s->published);
    lsp_frame_done(&s->in);
    buf_done(&s->out);
    free(s->profiles);
    free(s->pages);
}

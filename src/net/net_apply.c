// SPDX-License-Identifier: Apache-2.0
/* Brings the table to what is wanted: one nft child at a time.
 *
 * How it works. Three tables: in force, running (what the child writes) and wanted (the newest call's). When the child
 * ends well, running becomes in force and those it served get their answer; then the difference from it to wanted is
 * the next child's. A difference that fails is tried once more as the whole table: somebody else may have taken the
 * table away. */
#include <errno.h>
#include <string.h>

#include "net/net_state.h"

#define NFT_TIMEOUT_US (60 * US_PER_S)
#define NFT_WORDS_MAX  400 /* of its complaint; it repeats itself for each command */

static void start_next(struct net *n);

static void waiters_push(struct net_waiters *w, const struct net_waiter *one)
{
    w->v = mem_push(w->v, w->n, sizeof(*w->v));
    w->v[w->n++] = *one;
}

static void answer_soon(struct net *n);

/* Moves all of `from` to those whose answer stands. */
static void settle(struct net *n, struct net_waiters *from, int r, const char *error)
{
    for (size_t i = 0; i < from->n; i++) {
        from->v[i].r = r;
        from->v[i].error = r < 0 ? mem_strdup(error) : NULL;
        waiters_push(&n->ready, &from->v[i]);
    }
    free(from->v);
    *from = (struct net_waiters){0};
    answer_soon(n);
}

static void answer_all(struct net *n)
{
    struct net_waiters now = n->ready;
    n->ready = (struct net_waiters){0};
    for (size_t i = 0; i < now.n; i++) {
        if (now.v[i].done != NULL)
            now.v[i].done(now.v[i].data, now.v[i].r, now.v[i].error);
        free(now.v[i].error);
    }
    free(now.v);
}

static void on_answer(uv_timer_t *t)
{
    answer_all(t->data); /* a callback may call net_close: n is freed later, from the loop */
}

static void answer_soon(struct net *n)
{
    if (n->ready.n > 0 && !n->closing)
        (void)uv_timer_start(&n->answer, on_answer, 0, 0);
}

/* nft's complaint on one line. */
static char *nft_words(const struct child_result *result)
{
    char *words = mem_printf("%.*s", NFT_WORDS_MAX, buf_str(&result->err_out));
    size_t len = strlen(words);
    while (len > 0 && words[len - 1] == '\n')
        words[--len] = '\0';
    for (char *p = words; *p != '\0'; p++)
        *p = *p == '\n' ? ' ' : *p;
    return words;
}

static void succeeded(struct net *n)
{
    net_table_move(&n->in_force, &n->running);
    n->known = true;
    settle(n, &n->served, 0, NULL);
}

/* Merged with a newer call where there is one: that carries on for both. */
static void run_again(struct net *n)
{
    n->known = false;
    if (!n->wanting)
        net_table_move(&n->wanted, &n->running);
    net_table_done(&n->running);
    n->wanting = true;
    for (size_t i = 0; i < n->served.n; i++)
        waiters_push(&n->queued, &n->served.v[i]);
    free(n->served.v);
    n->served = (struct net_waiters){0};
}

static void failed(struct net *n, int r, const char *words)
{
    AUTO_FREE char *error = mem_printf("write the table 'ip %s' with nft: %s", NET_TABLE, words);
    net_table_done(&n->running);
    settle(n, &n->served, r, error);
}

static void on_closed(uv_handle_t *h)
{
    net_state_free(h->data);
}

static void child_done(void *data, int r, struct child_result *result)
{
    struct net *n = data;
    n->child = NULL;
    if (n->closing) {
        uv_close((uv_handle_t *)&n->answer, on_closed);
        return;
    }
    if (r == 0 && result->exit_code == 0) {
        succeeded(n);
    } else if (!n->running_whole) {
        run_again(n);
    } else if (r < 0) {
        failed(n, r, strerror(-r));
    } else {
        AUTO_FREE char *words = nft_words(result);
        failed(n, -EIO, words);
    }
    start_next(n);
}

static int start_child(struct net *n, struct err *e)
{
    static const char *const argv[] = {"nft", "-j", "-f", "-", NULL};
    n->running_whole = !n->known;
    AUTO_JSON json_t *batch =
        n->running_whole ? net_table_whole(&n->config, &n->running) : net_table_change(&n->in_force, &n->running);
    AUTO_FREE char *text = json_dumps(batch, JSON_COMPACT);
    const struct child_options o = {
        .argv = argv, .input = text, .input_len = strlen(text), .timeout_us = NFT_TIMEOUT_US};
    return child_start(n->loop, &o, NULL, child_done, n, &n->child, e);
}

static void start_next(struct net *n)
{
    struct err e = {0};
    if (n->child != NULL || !n->wanting || n->closing)
        return;
    n->wanting = false;
    net_table_move(&n->running, &n->wanted);
    n->served = n->queued;
    n->queued = (struct net_waiters){0};
    if (n->known && net_table_equal(&n->running, &n->in_force)) {
        succeeded(n);
        return;
    }
    int r = start_child(n, &e);
    if (r < 0)
        failed(n, r, err_text(&e));
}

void net_apply(struct net *n, const struct net_port *ports, size_t n_ports, const struct net_service *services,
               size_t n_services, void (*done)(void *data, int r, const char *error), void *data)
{
    struct net_waiter w = {.done = done, .data = data};
    struct net_table table = {0};
    struct err e = {0};
    int r = net_table_make(ports, n_ports, services, n_services, &table, &e);
    if (r < 0) {
        struct net_waiters refused = {0};
        waiters_push(&refused, &w);
        settle(n, &refused, r, err_text(&e));
        return;
    }
    net_table_move(&n->wanted, &table);
    n->wanting = true;
    waiters_push(&n->queued, &w);
    start_next(n);
}

void net_apply_init(struct net *n)
{
    (void)uv_timer_init(n->loop, &n->answer); /* cannot fail */
    n->answer.data = n;
}

void net_apply_close(struct net *n)
{
    static const char words[] = "the network was closed";
    n->closing = true;
    settle(n, &n->served, -ECANCELED, words);
    settle(n, &n->queued, -ECANCELED, words);
    answer_all(n);
    (void)uv_timer_stop(&n->answer);
    if (n->child == NULL)
        uv_close((uv_handle_t *)&n->answer, on_closed);
}

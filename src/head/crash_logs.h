// SPDX-License-Identifier: Apache-2.0
/* The last lines of containers that crashed, asked of their nodes once a pod. */
#pragma once

#include "head/links.h"

struct crash_logs;
/* `arrived` is called from the loop, with the key given to crash_logs_ask, when a pod's lines are known. */
struct crash_logs *crash_logs_new(struct head *h, void (*arrived)(void *data, const char *key), void *data);
void crash_logs_free(struct crash_logs *l); /* NULL is fine; its memory goes with the loop's next turn */

/* The lines; "" when the node has none or does not answer; NULL while they are not known. Borrowed. */
const char *crash_logs_get(const struct crash_logs *l, const json_t *pod);
/* Asks for them, unless that was done. key: whom to tell. */
void crash_logs_ask(struct crash_logs *l, const json_t *pod, const char *key);
void crash_logs_forget(struct crash_logs *l, const json_t *pod); /* when it is gone */

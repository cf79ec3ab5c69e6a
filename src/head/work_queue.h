// SPDX-License-Identifier: Apache-2.0
/* Keys to be looked at, each once however often it is named, worked off on the loop; a key that failed comes again
 * later, ever later.
 *
 * Nothing runs while nothing is queued; a timer runs only while a key waits for its time. */
#pragma once

#include <uv.h>

#include "base/base.h"

#define WORK_QUEUE_FIRST_US (10 * US_PER_MS) /* wait after a first failure; doubles */
#define WORK_QUEUE_LAST_US  (30 * US_PER_S)  /* the longest wait */

struct work_queue;
/* Looks at a key. 0: done; > 0: look again after that many microseconds; < 0: failed (after its own log line), come
 * again by back-off. -EAGAIN: what was read has changed, look again at once. */
typedef int64_t (*work_handler)(void *data, const char *key);

/* loop: must outlive it. Ends the process when the loop refuses handles. */
struct work_queue *work_queue_new(uv_loop_t *loop, work_handler handler, void *data);
/* Names a key: it is looked at from the loop, soon. One that waits for its time is looked at now. */
void work_queue_add(struct work_queue *q, const char *key);
size_t work_queue_waiting(const struct work_queue *q); /* keys queued now, and those that wait for a time */
void work_queue_free(struct work_queue *q);            /* NULL is fine; its memory goes with the loop's next turn */

/* How long to wait after that many failures in a row (1 and up). Pure. */
int64_t work_queue_back_off(unsigned failures);

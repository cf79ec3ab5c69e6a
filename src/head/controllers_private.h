// SPDX-License-Identifier: Apache-2.0
/* What the drivers of the controllers share. Private to them. */
#pragma once

#include "head/controllers.h"
#include "head/crash_logs.h"
#include "head/object_cache.h"
#include "head/object_changes.h"
#include "head/orchestrate_source.h"
#include "head/work_queue.h"

struct controllers {
    struct head *head; /* weak */
    struct object_cache *cache;
    struct work_queue *scheduling, *deployments, *services, *owned, *applications, *evictions;
    struct source_shelf *sources;
    struct crash_logs *logs;
    int64_t steady_us;   /* how long an Application has to be as it should before it counts as running */
    struct map lost;     /* name of a node that is lost -> int64_t: since when (monotonic) */
    struct map seen;     /* name of a node -> int64_t: when it was seen connected (monotonic) */
    int64_t regained_us; /* monotonic: until then no board was in sight */
    struct map steady;   /* "ns/name" of an Application -> int64_t: since when it is (monotonic) */
    struct map awaiting; /* "ns/name" of an Application that waits for services in the kernels of nodes -> not NULL */
    struct map refused;  /* "ns/name" of an Application -> struct refused */
};

#define CONTROLLERS_STEADY_US (150 * US_PER_MS)

/* Objects that the store did not take: tried again with the next generation. */
struct refused {
    int64_t generation;
    char *why;
};
void refused_free(void *p);

/* "ns/name" of an object (new text), and back: the object of that kind or NULL (borrowed). */
char *controllers_key(const json_t *object);
const json_t *controllers_object(const struct controllers *c, const char *kind, const char *key);
/* Carries changes out; < 0 (logged, but for -EAGAIN) when that failed. */
int controllers_apply(struct controllers *c, const struct changes *changes, const char *what, const char *key,
                      struct err *e);

/* Loads the sources that a look at an Application needs; what is wrong with them stands in `e`, which in->error borrows
 * from. */
void controllers_load(struct controllers *c, const struct application *app, struct orchestrate_input *in,
                      struct err *e);
/* Fills the lists with what is of the Application. */
void controllers_gather(struct controllers *c, const struct application *app, struct orchestrate_input *in);
void controllers_gathered_done(struct orchestrate_input *in);

/* Handlers of the queues (work_handler); data: struct controllers. */
int64_t controllers_schedule(void *data, const char *key);
int64_t controllers_deployment(void *data, const char *key);
int64_t controllers_service(void *data, const char *key);
int64_t controllers_owned(void *data, const char *key);
int64_t controllers_application(void *data, const char *key);
int64_t controllers_evict(void *data, const char *key); /* key: a node's name */
void controllers_lost_nodes(struct controllers *c);     /* names those that are not ready to it */

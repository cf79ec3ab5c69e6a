// SPDX-License-Identifier: Apache-2.0
/* Names that people use: APP, APP/COMPONENT, APP/COMPONENT/REPLICA, or a pod's own name; and the pods that they stand
 * for. */
#pragma once

#include "cli/api_client.h"

#define LABEL_APPLICATION "sedge.dev/application"
#define LABEL_COMPONENT   "sedge.dev/component"

struct part_name {
    char *app;       /* or a pod's name, when nothing else is given */
    char *component; /* or NULL */
    char *replica;   /* "2", or a pod's name; or NULL */
};
/* -EINVAL with `e` when it is none of these forms. Pure. */
int part_name_parse(const char *text, struct part_name *ret, struct err *e);
void part_name_done(struct part_name *n);

/* The pods (array, the caller owns it; never empty) that a name stands for: those of an application, of a component (of
 * the container below it, for software), one replica, or the pod of that name. -ENOENT with `e`: says what there is
 * instead. */
int names_pods(struct cli *cli, const struct part_name *n, json_t **ret, struct err *e);
/* The one pod that a name stands for; of several replicas the first that runs. -EINVAL with `e` when the application
 * has several components. */
int names_pod(struct cli *cli, const struct part_name *n, json_t **ret, struct err *e);
/* An application, or -ENOENT with an error that names the likely one. */
int names_application(struct cli *cli, const char *name, json_t **ret, struct err *e);
/* The component of that name in an application's status, or NULL with `e` naming those that there are. Borrowed. */
const json_t *names_component(const json_t *application, const char *component, struct err *e);

/* Of an object: borrowed, "" where absent. */
const char *name_of(const json_t *object);
const char *label_of(const json_t *object, const char *label);
/* "shop/web" for a pod of an application, else its own name. The caller frees. */
char *pod_shown_name(const json_t *pod);
/* A new array of the same objects, those that were changed last at its end. The caller owns it. */
json_t *by_last_change(const json_t *objects);

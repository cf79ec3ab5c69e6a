// SPDX-License-Identifier: Apache-2.0
/* What the files of the REST API share: one request on its way, its options, and how it is answered. */
#pragma once

#include "head/api_route.h"
#include "head/api_select.h"
#include "head/head_state.h"

enum api_form { FORM_PLAIN, FORM_TABLE, FORM_PARTIAL }; /* of the objects in an answer */

/* What the query says. Texts are borrowed from the request. */
struct api_options {
    struct selection selection;
    bool watch, dry_run;
    int64_t limit;     /* 0: all */
    char *after;       /* "namespace/name" where the page before ended, or NULL; owned */
    int64_t revision;  /* of watches; FIELD_UNSET: none given */
    int64_t timeout_s; /* of watches; 0: none */
    enum api_form form;
    int include; /* enum table_include */
};
void api_options_done(struct api_options *o);

struct api_call {
    struct head *h;
    struct http_request *r;
    struct api_route route;
    struct api_options options;
    const char *user; /* who asks; borrowed, for the call alone */
};
/* 0 or -EINVAL with `e` naming the parameter. */
int api_options_parse(const struct http_path *path, struct api_options *ret, struct err *e);
/* The form of the first type in an Accept header that we can give; NULL takes anything. -EINVAL: none. Pure. */
int api_form_of(const char *accept, enum api_form *ret);
/* The query's value or NULL. Borrowed. */
const char *api_query(const struct http_request *r, const char *key);

/* ---- answers (api_answer.c) ---- */

void api_respond(struct http_request *r, int status, const json_t *body);
/* A Status object that tells an error; what: kind and name that it is about, NULL where there is none. The caller owns
 * it. */
json_t *api_status_of(int status, const char *reason, const char *message, const struct api_route *about);
/* Answers with the Status of an error of ours: -errno becomes an HTTP status and a reason, "a.b: text" a cause. */
void api_fail(struct http_request *r, const struct api_route *about, int code, const struct err *e);
/* Answers with a Status of that reason. */
__attribute__((format(printf, 4, 5))) void api_refuse(struct http_request *r, int status, const char *reason,
                                                      const char *fmt, ...);
json_t *api_failure(const struct api_route *about, int code, const struct err *e, int *ret_http);
/* The request's body as JSON; NULL when it was answered with what is wrong. `types`: accepted content types. The caller
 * owns it. */
json_t *api_body(struct http_request *r, bool may_be_empty);

/* ---- handlers: each answers, now or later ---- */

void api_list(struct api_call *c);
void api_create(struct api_call *c);
void api_delete_collection(struct api_call *c);
void api_get(struct api_call *c);
void api_replace(struct api_call *c);
void api_patch(struct api_call *c);
void api_delete(struct api_call *c);
void api_get_scale(struct api_call *c);
void api_put_scale(struct api_call *c);
void api_make_plan(struct api_call *c); /* api_plan.c */
void api_get_plan(struct api_call *c);
void api_placement(struct api_call *c);
void api_watch(struct api_call *c); /* api_watch.c */
void api_log(struct api_call *c);   /* api_log.c */
void api_exec(struct api_call *c);
void api_node_link(struct api_call *c);
void api_node_stream(struct api_call *c); /* api_stream.c */
void api_pod_stream(struct api_call *c);
void api_get_file(struct api_call *c); /* api_files.c */
void api_put_blob(struct api_call *c);
void api_put_bundle(struct api_call *c);
void api_credentials(struct api_call *c); /* api_credentials.c */
void api_ca(struct api_call *c);                 /* api_join.c */
void api_join(struct api_call *c);
void api_node_certificate(struct api_call *c);
void api_join_tokens(struct api_call *c);
void api_make_join_token(struct api_call *c);
void api_remove_join_token(struct api_call *c);
void api_index(struct api_call *c);       /* api_discovery.c */
void api_health(struct api_call *c);
void api_version(struct api_call *c);
void api_versions(struct api_call *c);
void api_groups(struct api_call *c);
void api_group(struct api_call *c);
void api_resources(struct api_call *c);
void api_openapi_2(struct api_call *c);
void api_openapi_3(struct api_call *c);
void api_openapi_3_of(struct api_call *c);

/* An object in the form that was asked for. The caller owns it. */
json_t *api_form_object(const struct api_call *c, json_t *object);

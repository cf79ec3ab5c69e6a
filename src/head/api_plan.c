// SPDX-License-Identifier: Apache-2.0
/* .../applications/<name>/plan: what a change would do (POST: the patch, or the new object), and what differs between
 * two revisions (GET ?from=1&to=2). Nothing is written. */
#include <errno.h>

#include "head/api_private.h"
#include "head/controllers.h"

static void finish(struct api_call *c, int r, const json_t *plan, const struct err *e)
{
    if (r < 0)
        api_fail(c->r, &c->route, r, e);
    else
        api_respond(c->r, 200, plan);
}

void api_make_plan(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL, *body = api_body(c->r, false);
    if (!body)
        return;
    int r = controllers_plan(c->h, c->route.ns, c->route.name, body, &v, &e);
    finish(c, r, v, &e);
}

static int number_at(const struct http_request *r, const char *key, int64_t *ret, struct err *e)
{
    const char *text = api_query(r, key);
    if (text && str_to_i64(text, 1, INT64_MAX, ret))
        return 0;
    return err_set(e, EINVAL, "%s: must be the number of a revision, not '%s'", key, text ? text : "");
}

void api_get_plan(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL;
    int64_t from = 0, to = 0;
    int r = number_at(c->r, "from", &from, &e);
    if (r == 0)
        r = number_at(c->r, "to", &to, &e);
    if (r == 0)
        r = controllers_plan_between(c->h, c->route.ns, c->route.name, from, to, &v, &e);
    finish(c, r, v, &e);
}

void api_placement(struct api_call *c)
{
    struct err e = {0};
    AUTO_JSON json_t *v = NULL;
    int r = controllers_placement(c->h, c->route.ns, c->route.name, &v, &e);
    finish(c, r, v, &e);
}

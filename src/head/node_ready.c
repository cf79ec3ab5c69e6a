// SPDX-License-Identifier: Apache-2.0
/* Puts the head's condition Ready among those that the node reports. */
#include "head/node_ready.h"

#include <string.h>

static json_t *find_ready(const json_t *status)
{
    size_t i;
    json_t *c;
    json_array_foreach(json_object_get(status, "conditions"), i, c)
    {
        if (str_eq(json_str(c, "type", NULL), "Ready"))
            return c;
    }
    return NULL;
}

static json_t *condition(const json_t *old, const struct node_ready *r)
{
    const char *status = r->ready ? "True" : "False";
    char now[32];
    clock_rfc3339(r->now_us, now, sizeof(now));
    bool same = str_eq(json_str(old, "status", NULL), status);
    json_t *v = json_pack("{s:s, s:s, s:s}", "type", "Ready", "status", status, "reason",
                          r->ready ? "NodeConnected" : "NodeDisconnected");
    json_put_str(v, "message", r->message);
    json_put_str(v, "lastTransitionTime", same ? json_str(old, "lastTransitionTime", now) : now);
    return v;
}

json_t *node_ready_status(const json_t *before, const json_t *reported, const struct node_ready *r)
{
    const json_t *from = reported ? reported : before;
    json_t *v = from ? json_copy((json_t *)(uintptr_t)from) : json_object();
    json_t *conditions = json_array(), *c;
    size_t i;
    json_array_foreach(json_object_get(from, "conditions"), i, c)
    {
        if (!str_eq(json_str(c, "type", NULL), "Ready"))
            json_array_append(conditions, c);
    }
    json_array_append_new(conditions, condition(find_ready(before), r));
    json_object_set_new(v, "conditions", conditions);
    return v;
}

// SPDX-License-Identifier: Apache-2.0
/* `sedge notify`: tells an application of an event, which fires the triggers of its policies that wait for it. */
#include <string.h>

#include "cli/flow_fire.h"
#include "cli/names.h"

extern const struct verb verb_notify;

struct notify_options {
    struct strv inputs;
    int64_t timeout_us;
};
static const struct opt notify_opts[] = {
    OPT(notify_options, 'i', "input", OPT_TEXTS, inputs, "NAME=VALUE",
        "what the event brings: values that conditions ask for (repeatable)"),
    OPT(notify_options, '\0', "timeout", OPT_DURATION, timeout_us, "TIME", "wait at most so long for each trigger"),
};

/* May the trigger fire at that time? */
static bool in_time(const json_t *trigger, int64_t now_us)
{
    int64_t start = 0, end = 0;
    const char *from = json_str(trigger, "start", NULL), *to = json_str(trigger, "end", NULL);
    return (!from || clock_parse_rfc3339(from, &start) < 0 || now_us >= start) &&
           (!to || clock_parse_rfc3339(to, &end) < 0 || now_us <= end);
}

/* Those of the given values that the work flow takes. */
static void take_inputs(const json_t *app, const char *flow, const struct strv *given, struct strv *ret)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_at(app, "status", "workflows", NULL), i, v)
    {
        for (size_t k = 0; str_eq(json_str(v, "name", ""), flow) && k < given->n; k++) {
            AUTO_FREE char *name = mem_strndup(given->v[k], strcspn(given->v[k], "="));
            if (json_object_get(json_object_get(v, "inputs"), name))
                strv_add(ret, given->v[k]);
        }
    }
}

/* The work flows of the triggers that wait for the event; *ret_known: the events that there are. */
static void flows_of(const json_t *app, const char *event, struct strv *flows, struct strv *ret_known)
{
    size_t i, k;
    json_t *p, *t;
    json_array_foreach(json_at(app, "status", "policies", NULL), i, p)
    {
        json_array_foreach(json_object_get(p, "triggers"), k, t)
        {
            const char *own = json_str(t, "event", NULL), *flow = json_str(t, "flow", NULL);
            if (own && !strv_has(ret_known, own))
                strv_add(ret_known, own);
            if (str_eq(own, event) && flow && in_time(t, clock_now_us()))
                strv_add(flows, flow);
        }
    }
}

static int notify(struct cli *cli, const struct notify_options *o, const char *name, const char *event)
{
    AUTO_JSON json_t *app = NULL;
    AUTO_STRV struct strv flows = {0}, known = {0};
    struct err e = {0};
    int status = CLI_DONE;
    if (client_get(cli, kind_find("Application"), client_ns(cli), name, &app, &e) < 0)
        return cli_fail(cli, &e);
    flows_of(app, event, &flows, &known);
    if (!flows.n) {
        AUTO_FREE char *list = strv_join(&known, ", ");
        return cli_failf(cli,
                         "application '%s': no trigger of its policies waits for '%s' now; events that it knows: %s",
                         name, event, known.n ? list : "none");
    }
    for (size_t i = 0; i < flows.n; i++) {
        AUTO_STRV struct strv inputs = {0};
        take_inputs(app, flows.v[i], &o->inputs, &inputs);
        int r = flow_fire(cli, app, flows.v[i], &inputs, o->timeout_us);
        status = r != CLI_DONE ? r : status;
    }
    return status;
}

static int run_notify(struct cli *cli, int argc, char **argv)
{
    struct notify_options o = {0};
    int r = options_parse(cli, &verb_notify, &argc, argv, &o);
    if (r >= 0)
        return r;
    r = notify(cli, &o, argv[1], argv[2]);
    options_done(&verb_notify, &o);
    return r;
}

const struct verb verb_notify = {
    .name = "notify",
    .group = GROUP_APPLICATION,
    .args = "APP EVENT",
    .line = "Tell an application of an event: triggers of its policies that wait for it fire",
    .more =
        "The actions of each trigger run as the work flow POLICY.TRIGGER, one trigger after the other. A target that\n"
        "the trigger's condition does not hold for is passed over. Attributes that nobody declares, such as a load,\n"
        "are asked of the event: give them with -i.",
    .examples = "sedge notify shop load.high -i load=90\n",
    OPTS(notify_opts),
    .formats = FORMATS_DATA,
    .args_min = 2,
    .args_max = 2,
    .run = run_notify};

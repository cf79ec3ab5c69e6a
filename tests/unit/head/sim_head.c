// SPDX-License-Identifier: Apache-2.0
// Sets a head up, turns it, and kills it.
#include "sim_head.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "head/bundle_store.h"
#include "head/controllers_private.h"
#include "head/orchestrate_source.h"
#include "head_fixture.h"
#include "io/io.h"

static struct sim *living; // whose head's writes are counted while it has its turn
static bool has_turn;

// ---- writes of the head are counted, and fail from the one on at which it dies (the linker's --wrap) ----

static bool dies(struct err *e)
{
    struct sim *s = living;
    if (!s || !has_turn || s->kill_at == 0)
        return false;
    s->writes++;
    if (s->writes > s->kill_at)
        err_set(e, EIO, "the head was killed");
    return s->writes > s->kill_at;
}

#define WRAP(name, parameters, arguments)                                                                              \
    int __real_##name parameters;                                                                                      \
    int __wrap_##name parameters;                                                                                      \
    int __wrap_##name parameters                                                                                       \
    {                                                                                                                  \
        return dies(e) ? -EIO : __real_##name arguments;                                                               \
    }
WRAP(objects_create,
     (struct objects * o, const struct kind *k, const char *ns, const json_t *object, bool keep_status, json_t **ret,
      struct err *e),
     (o, k, ns, object, keep_status, ret, e))
WRAP(objects_replace,
     (struct objects * o, struct object_ref ref, enum objects_part part, const json_t *object, json_t **ret,
      struct err *e),
     (o, ref, part, object, ret, e))
WRAP(objects_delete,
     (struct objects * o, struct object_ref ref, const struct objects_delete *options, json_t **ret, struct err *e),
     (o, ref, options, ret, e))
WRAP(objects_remove, (struct objects * o, struct object_ref ref, const char *uid, struct err *e), (o, ref, uid, e))

// ---- the nodes' links: one node, that answers with two lines ----

struct link_op {
    void (*frame)(void *data, const struct frame *f);
    void *data;
};
static struct link_op *asked;

bool __wrap_links_connected(const struct head *h, const char *node);
bool __wrap_links_connected(const struct head *h, const char *node)
{
    return true;
}

int64_t __wrap_links_services(const struct head *h, const char *node);
int64_t __wrap_links_services(const struct head *h, const char *node)
{
    return INT64_MAX;
}

int __wrap_link_op_start(struct head *h, const char *node, const json_t *request,
                         void (*frame)(void *data, const struct frame *f), void *data, struct link_op **ret,
                         struct err *e);
int __wrap_link_op_start(struct head *h, const char *node, const json_t *request,
                         void (*frame)(void *data, const struct frame *f), void *data, struct link_op **ret,
                         struct err *e)
{
    assert_string_equal(json_str(request, "op", ""), "logs");
    assert_null(asked);
    asked = mem_alloc(sizeof(*asked));
    *asked = (struct link_op){frame, data};
    *ret = asked;
    return 0;
}

void __wrap_link_op_cancel(struct link_op *op);
void __wrap_link_op_cancel(struct link_op *op)
{
    free(asked);
    asked = NULL;
}

void __wrap_link_op_credit(struct link_op *op, size_t bytes);
void __wrap_link_op_credit(struct link_op *op, size_t bytes)
{
}

static bool answer(void)
{
    static const uint8_t text[] = "last line\n";
    if (!asked)
        return false;
    struct link_op *op = take_ptr(asked);
    op->frame(op->data, &(struct frame){.type = FRAME_DATA, .data = text, .len = sizeof(text) - 1});
    op->frame(op->data, &(struct frame){.type = FRAME_CLOSE, .data = (const uint8_t *)"{}", .len = 2});
    free(op);
    return true;
}

// ---- the bundle ----

static void put_file(struct sim *s, struct bundle_manifest *m, const char *path)
{
    AUTO_FREE char *from = mem_printf("%s/%s", SIM_BUNDLE, path);
    AUTO_FREE char *spool = file_join(s->folder, "spool");
    AUTO_FREE char *text = NULL;
    char digest[DIGEST_TEXT_SIZE];
    size_t len;
    struct err e = {0};
    if (file_read(from, 1 << 20, &text, &len, &e) < 0)
        fail_msg("%s", err_text(&e));
    digest_of(text, len, digest);
    if (file_write_fast(spool, text, len, 0644, &e) < 0 || bundle_store_blob(s->head.dir, digest, spool, &e) < 0 ||
        bundle_manifest_add(m, path, digest, (int64_t)len, 0644, &e) < 0)
        fail_msg("%s: %s", path, err_text(&e));
}

static void put_bundle(struct sim *s)
{
    struct bundle_manifest m = {0};
    struct strv missing = {0};
    struct err e = {0};
    put_file(s, &m, "three_tier.yaml");
    put_file(s, &m, "scripts/site.sh");
    put_file(s, &m, "scripts/api.sh");
    AUTO_FREE char *text = bundle_manifest_text(&m);
    digest_of(text, strlen(text), s->bundle);
    if (bundle_store_put(s->head.dir, s->bundle, text, strlen(text), &missing, &e) < 0)
        fail_msg("bundle: %s", err_text(&e));
    bundle_manifest_done(&m);
}

const struct topology *sim_topology(struct sim *s)
{
    struct application_source from = {.bundle = s->bundle, .entry = (char *)(uintptr_t) "three_tier.yaml"};
    const struct orchestrate_part *part;
    struct err e = {0};
    if (source_shelf_get(s->shelf, &from, &part, &e) < 0)
        fail_msg("%s", err_text(&e));
    return part->topology;
}

// ---- open and close ----

static void start(struct sim *s);

struct sim *sim_open(unsigned seed)
{
    struct sim *s = mem_alloc(sizeof(*s));
    struct err e = {0};
    char folder[] = "/tmp/sedge-sim-XXXXXX";
    assert_non_null(mkdtemp(folder));
    s->folder = mem_strdup(folder);
    s->seed = seed;
    s->head.dir = file_join(folder, "head");
    s->head.machine.service_cidr = mem_strdup("10.89.0.0/24");
    uv_loop_init(&s->head.loop);
    if (file_mkdirs(s->head.dir, 0700, &e) < 0 || store_open_memory(&s->head.store) < 0 ||
        objects_open(s->head.store, &s->head.objects, &e) < 0)
        fail_msg("%s", err_text(&e));
    start(s);
    put_bundle(s);
    s->shelf = source_shelf_new(s->head.dir);
    s->node = fake_node_new(s->head.objects, "board", seed);
    living = s;
    return s;
}

void sim_close(struct sim *s)
{
    struct err e = {0};
    living = NULL;
    controllers_stop(&s->head);
    while (uv_run(&s->head.loop, UV_RUN_NOWAIT))
        ;
    assert_int_equal(uv_loop_close(&s->head.loop), 0);
    fake_node_free(s->node);
    source_shelf_free(s->shelf);
    objects_close(s->head.objects);
    store_close(s->head.store);
    file_remove_tree(s->folder, &e);
    free(s->head.machine.service_cidr);
    free(s->head.dir);
    free(s->folder);
    free(s);
}

static void start(struct sim *s)
{
    struct err e = {0};
    if (controllers_start(&s->head, &e) < 0)
        fail_msg("%s", err_text(&e));
    s->head.controllers->steady_us = s->steady_us;
}

void sim_steady(struct sim *s, int64_t us)
{
    s->head.controllers->steady_us = s->steady_us = us;
}

static void restart(struct sim *s)
{
    controllers_stop(&s->head);
    start(s);
}

// ---- turns ----

static bool is_busy(const struct sim *s)
{
    const struct controllers *c = s->head.controllers;
    return work_queue_waiting(c->scheduling) + work_queue_waiting(c->deployments) + work_queue_waiting(c->services) +
               work_queue_waiting(c->owned) + work_queue_waiting(c->applications) >
           0;
}

static void disturb(struct sim *s)
{
    if (s->kill_at > 0 && s->writes > s->kill_at) {
        s->kill_at = 0; // once
        restart(s);
    }
    if ((s->restart_every > 0 && s->turns % s->restart_every == 0) ||
        (s->restart_odds > 0 && (unsigned)rand_r(&s->seed) % s->restart_odds == 0))
        restart(s);
}

// One turn of both; false when neither had anything to do.
static bool turn(struct sim *s)
{
    bool node_first = rand_r(&s->seed) % 2 == 0, acted = false;
    s->turns++;
    if (node_first)
        acted = fake_node_act(s->node) || answer();
    has_turn = true;
    uv_run(&s->head.loop, UV_RUN_NOWAIT);
    has_turn = false;
    if (!node_first)
        acted = fake_node_act(s->node) || answer();
    return acted || is_busy(s) || fake_node_act(s->node) || answer();
}

void sim_turn(struct sim *s, size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        turn(s);
        disturb(s);
    }
}

void sim_settle(struct sim *s)
{
    for (size_t turns = 0; turn(s); turns++) {
        if (turns > 20000) {
            AUTO_FREE char *what = sim_summary(s);
            fail_msg("it does not come to rest: %s", what);
        }
        disturb(s);
    }
}

// ---- the user ----

static struct object_ref application_ref(void)
{
    return fixture_ref("Application", "default", "shop");
}

void sim_deploy_plan(struct sim *s, const char *inputs, const char *plan)
{
    AUTO_FREE char *text = mem_printf("{'metadata': {'name': 'shop'}, 'spec': {'source': {'bundle': '%s', 'entry': "
                                      "'three_tier.yaml', 'inputs': %s}, 'plan': %s}}",
                                      s->bundle, inputs, plan);
    AUTO_JSON json_t *given = fixture_json(text);
    struct err e = {0};
    if (objects_create(s->head.objects, kind_find("Application"), "default", given, false, NULL, &e) < 0)
        fail_msg("deploy: %s", err_text(&e));
}

void sim_deploy(struct sim *s, const char *inputs)
{
    sim_deploy_plan(s, inputs, "[]");
}

void sim_patch(struct sim *s, const char *spec)
{
    AUTO_FREE char *text = mem_printf("{'spec': %s}", spec);
    AUTO_JSON json_t *patch = fixture_json(text);
    struct err e = {0};
    if (objects_patch(s->head.objects, application_ref(), OBJECTS_SPEC, patch, NULL, &e) < 0)
        fail_msg("patch: %s", err_text(&e));
}

json_t *sim_application(struct sim *s)
{
    json_t *v = NULL;
    struct err e = {0};
    return objects_get(s->head.objects, application_ref(), &v, &e) == 0 ? v : NULL;
}

json_t *sim_component(const json_t *application, const char *name)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_at(application, "status", "components", NULL), i, v)
    {
        if (str_eq(json_str(v, "name", ""), name))
            return v;
    }
    fail_msg("no component %s", name);
    return NULL;
}

void sim_expect(struct sim *s, const char *phase, const char *message)
{
    AUTO_JSON json_t *app = sim_application(s);
    const json_t *status = json_object_get(app, "status");
    if (!app)
        fail_msg("the application is gone");
    if (!str_eq(json_str(status, "phase", ""), phase) ||
        (message && !str_eq(json_str(status, "message", ""), message))) {
        AUTO_FREE char *what = sim_summary(s);
        fail_msg("%s (%s), not %s (%s): %s", json_str(status, "phase", ""), json_str(status, "message", ""), phase,
                 message ? message : "any", what);
    }
}

json_t *sim_list(struct sim *s, const char *kind)
{
    json_t *v = NULL;
    struct err e = {0};
    if (objects_list(s->head.objects, kind_find(kind), NULL, &v, NULL, &e) < 0)
        fail_msg("list: %s", err_text(&e));
    return v;
}

static void add_components(const json_t *app, struct buf *to)
{
    static const char *const keys[] = {"state", "goal", "operation", "message", "log", "label"};
    size_t i;
    json_t *v;
    json_array_foreach(json_at(app, "status", "components", NULL), i, v)
    {
        buf_addf(to, "  %s", json_str(v, "name", ""));
        for (size_t k = 0; k < ARRAY_LEN(keys); k++)
            buf_addf(to, " %s=%s", keys[k], json_str(v, keys[k], "-"));
        buf_addf(to, " %lld/%lld%s\n", (long long)json_int(v, "ready", 0), (long long)json_int(v, "replicas", 0),
                 json_bool(v, "failed", false) ? " failed" : "");
    }
}

static void add_workflow(const json_t *app, struct buf *to)
{
    const json_t *flow = json_at(app, "status", "workflow", NULL);
    size_t i;
    json_t *v;
    if (flow)
        buf_addf(to, "  work flow %s %s: %s\n", json_str(flow, "name", ""), json_str(flow, "state", ""),
                 json_str(flow, "message", "-"));
    json_array_foreach(json_object_get(flow, "steps"), i, v)
    {
        buf_addf(to, "    %s %s %lld %s\n", json_str(v, "name", ""), json_str(v, "state", ""),
                 (long long)json_int(v, "activity", 0), json_str(v, "message", "-"));
    }
}

static void add_deployments(struct sim *s, struct buf *to)
{
    AUTO_JSON json_t *all = sim_list(s, "Deployment");
    size_t i;
    json_t *v;
    json_array_foreach(all, i, v)
    {
        AUTO_JSON json_t *spec = json_deep_copy(json_object_get(v, "spec"));
        size_t k;
        json_t *part;
        json_array_foreach(json_at(spec, "template", "spec", "sedge", "components", NULL), k, part)
        {
            json_object_del(part, "attempt");
            size_t n;
            json_t *step;
            json_array_foreach(json_object_get(part, "steps"), n, step)
            {
                json_object_del(step, "env"); // has addresses in it
            }
        }
        AUTO_FREE char *text = json_text(spec);
        buf_addf(to, "  %s %s\n", json_str(json_object_get(v, "metadata"), "name", ""), text);
    }
}

static void add_pods(struct sim *s, struct buf *to)
{
    AUTO_JSON json_t *all = sim_list(s, "Pod");
    size_t i;
    json_t *v;
    json_array_foreach(all, i, v)
    {
        AUTO_FREE char *name = mem_strdup(json_str(json_object_get(v, "metadata"), "name", ""));
        char *dash = strrchr(name, '-');
        if (dash)
            *dash = '\0';
        AUTO_FREE char *state = json_text(json_at(v, "status", "containerStatuses", NULL));
        buf_addf(to, "  %s on %s, %s\n", name, json_str(json_object_get(v, "spec"), "nodeName", "-"),
                 strstr(state, "running") ? "running" : "not running");
    }
}

char *sim_summary(struct sim *s)
{
    AUTO_JSON json_t *app = sim_application(s);
    AUTO_JSON json_t *services = sim_list(s, "Service");
    AUTO_JSON json_t *volumes = sim_list(s, "Volume");
    struct buf b = {0};
    const json_t *status = json_object_get(app, "status");
    AUTO_FREE char *hashes = json_text(json_object_get(status, "hashes"));
    AUTO_FREE char *applied = json_text(json_object_get(status, "applied"));
    buf_addf(&b, "%s: %s\n%s\n%s\n", json_str(status, "phase", "gone"), json_str(status, "message", "-"), hashes,
             applied);
    add_components(app, &b);
    add_workflow(app, &b);
    add_deployments(s, &b);
    add_pods(s, &b);
    buf_addf(&b, "  %zu services, %zu volumes\n", json_array_size(services), json_array_size(volumes));
    return buf_take(&b);
}

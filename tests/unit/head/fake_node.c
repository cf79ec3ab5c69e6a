// SPDX-License-Identifier: Apache-2.0
// A node without containers: what it would do is done in memory and reported.
#include "fake_node.h"

#include "head_fixture.h"

enum box { BOX_NONE, BOX_STOPPED, BOX_RUNNING, BOX_NO_IMAGE, BOX_CRASHED };

struct fake_software {
    char *name, *state;
    char *failed; // operation, or NULL
    int64_t attempt;
};
struct fake_pod {
    char *container;
    enum box box;
    char *ip;
    struct fake_software *software;
    size_t n;
    bool seen;  // to run
    bool first; // of its container: its operations are held against the topology
};
struct fake_node {
    struct objects *objects;
    char *name;
    unsigned seed, made;
    struct map pods;   // uid -> struct fake_pod
    struct map firsts; // container -> weak, of those that are there
    struct strv fail, no_image, crash, crash_late;
    const struct topology *topology;
    struct plan_states states;
    struct strv told;
    size_t operations;
};

static void pod_free(void *p)
{
    struct fake_pod *f = p;
    for (size_t i = 0; i < f->n; i++) {
        free(f->software[i].name);
        free(f->software[i].state);
        free(f->software[i].failed);
    }
    free(f->software);
    free(f->container);
    free(f->ip);
    free(f);
}

static bool take(struct strv *list, const char *text)
{
    struct strv rest = {0};
    bool found = false;
    for (size_t i = 0; i < list->n; i++) {
        if (!found && str_eq(list->v[i], text))
            found = true;
        else
            strv_add(&rest, list->v[i]);
    }
    strv_done(list);
    *list = rest;
    return found;
}

// An operation is done: it has to be allowed where everything stands.
static void done(struct fake_node *n, const char *component, const char *interface, const char *operation)
{
    struct err e = {0};
    n->operations++;
    strv_addf(&n->told, "%s:%s", component, operation);
    if (!n->topology || topology_find(n->topology, component) < 0)
        return;
    struct plan_step step = {
        .component = mem_strdup(component), .interface = mem_strdup(interface), .operation = mem_strdup(operation)};
    int r = plan_apply(n->topology, &n->states, &step, &e);
    free(step.component);
    free(step.interface);
    free(step.operation);
    free(step.source);
    free(step.target);
    if (r < 0)
        fail_msg("%s:%s is done where it must not be: %s", component, operation, err_text(&e));
}

static void done_by(struct fake_node *n, const struct fake_pod *p, const char *component, const char *operation)
{
    if (p->first)
        done(n, component, "Standard", operation);
}

// ---- what the store says ----

static const char *text_at(const json_t *v, const char *key)
{
    return json_str(v, key, "");
}

static json_t *meta(const json_t *object)
{
    return json_object_get(object, "metadata");
}

static struct fake_pod *known(struct fake_node *n, const json_t *pod)
{
    const char *uid = text_at(meta(pod), "uid");
    struct fake_pod *p = map_get(&n->pods, uid);
    if (p)
        return p;
    p = mem_alloc(sizeof(*p));
    p->container = mem_strdup(text_at(json_object_get(meta(pod), "labels"), "sedge.dev/component"));
    p->ip = mem_printf("10.88.0.%u", ++n->made % 250 + 1);
    p->first = !map_has(&n->firsts, p->container);
    if (p->first)
        map_set(&n->firsts, p->container, n);
    map_set(&n->pods, uid, p);
    return p;
}

static struct fake_software *software(struct fake_pod *p, const json_t *part)
{
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->software[i].name, text_at(part, "name")))
            return &p->software[i];
    p->software = mem_push(p->software, p->n, sizeof(*p->software));
    p->software[p->n] = (struct fake_software){.name = mem_strdup(text_at(part, "name")),
                                               .state = mem_strdup(text_at(part, "initial"))};
    return &p->software[p->n++];
}

static void set_state(struct fake_software *s, const char *state)
{
    free(s->state);
    s->state = mem_strdup(state);
}

// ---- what is to be done ----

static const json_t *step_from(const json_t *part, const char *state, bool up)
{
    size_t i;
    json_t *step;
    static const char *const ups[] = {"create", "configure", "start"};
    json_array_foreach(json_object_get(part, "steps"), i, step)
    {
        bool is_up = false;
        for (size_t k = 0; k < ARRAY_LEN(ups); k++)
            is_up = is_up || str_eq(text_at(step, "operation"), ups[k]);
        if (str_eq(text_at(step, "source"), state) && is_up == up)
            return step;
    }
    return NULL;
}

static int rank(const char *state)
{
    static const char *const states[] = {"deleted", "created", "configured", "running"};
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq(states[i], state))
            return (int)i;
    return 0;
}

static bool needs_step(const struct fake_software *s, const json_t *part)
{
    bool failed = s->failed && s->attempt >= json_int(part, "attempt", 0);
    return !failed && !str_eq(s->state, text_at(part, "goal"));
}

static bool step_software(struct fake_node *n, struct fake_pod *p, const json_t *part)
{
    struct fake_software *s = software(p, part);
    if (!needs_step(s, part))
        return false;
    const json_t *step = step_from(part, s->state, rank(text_at(part, "goal")) > rank(s->state));
    assert_non_null(step);
    AUTO_FREE char *key = mem_printf("%s:Standard.%s", s->name, text_at(step, "operation"));
    free(s->failed);
    s->failed = NULL;
    s->attempt = json_int(part, "attempt", 0);
    if (take(&n->fail, key)) {
        s->failed = mem_printf("Standard.%s", text_at(step, "operation"));
        return true;
    }
    done_by(n, p, s->name, text_at(step, "operation"));
    set_state(s, text_at(step, "target"));
    return true;
}

static void stop_box(struct fake_node *n, struct fake_pod *p, const json_t *components)
{
    size_t i;
    json_t *part;
    json_array_foreach(components, i, part)
    {
        struct fake_software *s = software(p, part);
        if (rank(s->state) > rank(text_at(part, "stopped")))
            set_state(s, text_at(part, "stopped"));
    }
    done_by(n, p, p->container, "stop");
    p->box = BOX_STOPPED;
}

static bool start_box(struct fake_node *n, struct fake_pod *p)
{
    if (take(&n->crash, p->container)) {
        p->box = BOX_CRASHED;
        return true;
    }
    done_by(n, p, p->container, "start");
    p->box = BOX_RUNNING;
    return true;
}

// One step of what the pod is to be; false when it is that.
static bool step_pod(struct fake_node *n, struct fake_pod *p, const json_t *pod)
{
    const json_t *sedge = json_at(pod, "spec", "sedge", NULL), *components = json_object_get(sedge, "components");
    bool run = str_eq(json_str(sedge, "state", "Running"), "Running");
    size_t i;
    json_t *part;
    if (p->box == BOX_NO_IMAGE || p->box == BOX_CRASHED)
        return false;
    if (p->box == BOX_NONE) {
        p->box = take(&n->no_image, p->container) ? BOX_NO_IMAGE : BOX_STOPPED;
        if (p->box == BOX_STOPPED)
            done_by(n, p, p->container, "create");
        return true;
    }
    if (p->box == BOX_STOPPED)
        return run && start_box(n, p);
    json_array_foreach(components, i, part)
    {
        if (step_software(n, p, part))
            return true;
    }
    if (run && p->seen && take(&n->crash_late, p->container)) {
        p->box = BOX_CRASHED;
        return true;
    }
    if (run)
        return false;
    stop_box(n, p, components);
    return true;
}

// ---- reports ----

static json_t *container_report(const struct fake_pod *p, const json_t *pod)
{
    static const char *const reasons[] = {[BOX_NONE] = POD_WAITING_CREATING,
                                          [BOX_STOPPED] = POD_WAITING_STOPPED,
                                          [BOX_RUNNING] = NULL,
                                          [BOX_NO_IMAGE] = POD_FAILED_PULL,
                                          [BOX_CRASHED] = POD_FAILED_CRASH};
    json_t *spec = json_array_get(json_at(pod, "spec", "containers", NULL), 0);
    json_t *state = p->box == BOX_RUNNING
                        ? json_pack("{s:{s:s}}", "running", "startedAt", "2026-01-01T00:00:00Z")
                        : json_pack("{s:{s:s, s:s}}", "waiting", "reason", reasons[p->box], "message", "so it is");
    AUTO_FREE char *id = mem_printf("sedge://%s", p->ip);
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:o}", "name", text_at(spec, "name"), "image",
                     text_at(spec, "image"), "imageID", "", "containerID", id, "restartCount", 0, "pid", 0, "state",
                     state);
}

static json_t *components_report(struct fake_pod *p, const json_t *pod, bool *at_goals)
{
    json_t *out = json_array();
    size_t i;
    json_t *part;
    json_array_foreach(json_at(pod, "spec", "sedge", "components", NULL), i, part)
    {
        const struct fake_software *s = software(p, part);
        json_t *v = json_pack("{s:s, s:s, s:I, s:i}", "name", s->name, "state", s->state, "attempt",
                              (json_int_t)s->attempt, "exitCode", s->failed ? 3 : 0);
        if (s->failed) {
            json_object_set_new(v, "failed", json_true());
            json_put_str(v, "operation", s->failed);
            json_put_str(v, "message", "exit status 3");
            json_put_str(v, "log", "no such luck");
        }
        *at_goals = *at_goals && !s->failed && str_eq(s->state, text_at(part, "goal"));
        json_array_append_new(out, v);
    }
    return out;
}

// True when the report is another one than before.
static bool report(struct fake_node *n, struct fake_pod *p, const json_t *pod)
{
    bool ready = p->box == BOX_RUNNING;
    struct err e = {0};
    AUTO_JSON json_t *next = json_deep_copy(pod);
    json_t *components = components_report(p, pod, &ready);
    json_t *status =
        json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}], s:[o]}", "phase", p->box == BOX_RUNNING ? "Running" : "Pending",
                  "hostIP", "198.51.100.7", "podIP", p->ip, "conditions", "type", "Ready", "status",
                  ready ? "True" : "False", "containerStatuses", container_report(p, pod));
    if (json_array_size(components) > 0)
        json_object_set(status, "components", components);
    json_decref(components);
    json_object_set_new(next, "status", status);
    json_object_del(meta(next), "resourceVersion");
    struct object_ref ref = {kind_find("Pod"), text_at(meta(pod), "namespace"), text_at(meta(pod), "name")};
    int64_t before = objects_revision(n->objects);
    if (objects_replace(n->objects, ref, OBJECTS_STATUS, next, NULL, &e) < 0)
        fail_msg("report of pod %s: %s", ref.name, err_text(&e));
    p->seen = p->seen || p->box == BOX_RUNNING;
    return objects_revision(n->objects) != before;
}

static void remove_object(struct fake_node *n, const char *kind, const json_t *object)
{
    struct err e = {0};
    struct object_ref ref = {kind_find(kind), text_at(meta(object), "namespace"), text_at(meta(object), "name")};
    if (objects_remove(n->objects, ref, text_at(meta(object), "uid"), &e) < 0)
        fail_msg("remove %s: %s", ref.name, err_text(&e));
}

// Where several pods are of one container, the last of them is the one whose end counts.
static void pass_on(struct fake_node *n, struct fake_pod *p)
{
    for (size_t i = 0; p->first && i < n->pods.n; i++) {
        struct fake_pod *other = n->pods.items[i].value;
        if (other == p || !str_eq(other->container, p->container))
            continue;
        p->first = false;
        other->first = true;
    }
}

static void end_pod(struct fake_node *n, struct fake_pod *p, const json_t *pod)
{
    pass_on(n, p);
    if (p->box == BOX_RUNNING) {
        stop_box(n, p, json_at(pod, "spec", "sedge", "components", NULL));
        return;
    }
    if (p->box == BOX_STOPPED || p->box == BOX_CRASHED)
        done_by(n, p, p->container, "delete");
    if (p->first)
        map_del(&n->firsts, p->container);
    AUTO_FREE char *uid = mem_strdup(text_at(meta(pod), "uid"));
    remove_object(n, "Pod", pod);
    map_del(&n->pods, uid);
}

static bool act_on_pod(struct fake_node *n, const json_t *pod)
{
    struct fake_pod *p;
    if (!str_eq(text_at(json_object_get(pod, "spec"), "nodeName"), n->name))
        return false;
    p = known(n, pod);
    if (json_object_get(meta(pod), "deletionTimestamp")) {
        end_pod(n, p, pod);
        return true;
    }
    if (rand_r(&n->seed) % 3 == 0 && report(n, p, pod))
        return true;
    if (!step_pod(n, p, pod))
        return report(n, p, pod);
    if (rand_r(&n->seed) % 2 == 0)
        report(n, p, pod);
    return true;
}

static json_t *all(struct fake_node *n, const char *kind)
{
    json_t *v = NULL;
    struct err e = {0};
    if (objects_list(n->objects, kind_find(kind), NULL, &v, NULL, &e) < 0)
        fail_msg("list: %s", err_text(&e));
    return v;
}

static bool act_on_volumes(struct fake_node *n)
{
    AUTO_JSON json_t *volumes = all(n, "Volume");
    size_t i;
    json_t *v;
    json_array_foreach(volumes, i, v)
    {
        if (!json_object_get(meta(v), "deletionTimestamp"))
            continue;
        remove_object(n, "Volume", v);
        return true;
    }
    return false;
}

bool fake_node_act(struct fake_node *n)
{
    AUTO_JSON json_t *pods = all(n, "Pod");
    size_t size = json_array_size(pods), start = size > 0 ? (size_t)rand_r(&n->seed) % size : 0;
    for (size_t i = 0; i < size; i++)
        if (act_on_pod(n, json_array_get(pods, (start + i) % size)))
            return true;
    return act_on_volumes(n);
}

// ---- set-up ----

struct fake_node *fake_node_new(struct objects *o, const char *name, unsigned seed)
{
    struct fake_node *n = mem_alloc(sizeof(*n));
    *n = (struct fake_node){.objects = o, .name = mem_strdup(name), .seed = seed};
    map_init(&n->pods, pod_free);
    AUTO_JSON json_t *node =
        json_pack("{s:{s:s}, s:{s:{s:s, s:s, s:s}, s:[{s:s, s:s}], s:[{s:s, s:s}]}}", "metadata", "name", name,
                  "status", "allocatable", "cpu", "4", "memory", "1Gi", "pods", "110", "conditions", "type", "Ready",
                  "status", "True", "addresses", "type", "InternalIP", "address", "198.51.100.7");
    struct err e = {0};
    if (objects_create(o, kind_find("Node"), NULL, node, true, NULL, &e) < 0)
        fail_msg("make the node: %s", err_text(&e));
    return n;
}

void fake_node_free(struct fake_node *n)
{
    map_done(&n->pods);
    map_done(&n->firsts);
    strv_done(&n->fail);
    strv_done(&n->no_image);
    strv_done(&n->crash);
    strv_done(&n->crash_late);
    strv_done(&n->told);
    plan_states_done(&n->states);
    free(n->name);
    free(n);
}

void fake_node_fail(struct fake_node *n, const char *component, const char *operation)
{
    strv_addf(&n->fail, "%s:%s", component, operation);
}

void fake_node_no_image(struct fake_node *n, const char *container)
{
    strv_add(&n->no_image, container);
}

void fake_node_crash(struct fake_node *n, const char *container)
{
    strv_add(&n->crash, container);
}

void fake_node_crash_late(struct fake_node *n, const char *container)
{
    strv_add(&n->crash_late, container);
}

void fake_node_reboot(struct fake_node *n)
{
    for (size_t i = 0; i < n->pods.n; i++) {
        struct fake_pod *p = n->pods.items[i].value;
        p->box = p->box == BOX_RUNNING ? BOX_STOPPED : p->box;
        for (size_t k = 0; k < p->n; k++)
            if (str_eq(p->software[k].state, "running"))
                set_state(&p->software[k], "configured");
    }
}

void fake_node_check(struct fake_node *n, const struct topology *t)
{
    plan_states_done(&n->states);
    n->topology = t;
    if (!t)
        return;
    plan_states_initial(&n->states, t);
    for (size_t i = 0; i < t->n_components; i++)
        if (t->components[i].kind == COMPONENT_VOLUME)
            plan_states_set(&n->states, i, "created"); // the head's own operation
}

size_t fake_node_operations(const struct fake_node *n)
{
    return n->operations;
}

char *fake_node_told(struct fake_node *n)
{
    char *text = strv_join(&n->told, " ");
    strv_done(&n->told);
    return text;
}

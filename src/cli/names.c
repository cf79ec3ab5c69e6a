// SPDX-License-Identifier: Apache-2.0
/* Names to applications, components and pods. */
#include "cli/names.h"

#include <errno.h>
#include <string.h>

const char *name_of(const json_t *object)
{
    return json_str(json_object_get(object, "metadata"), "name", "");
}

const char *label_of(const json_t *object, const char *label)
{
    return json_str(json_at(object, "metadata", "labels", NULL), label, "");
}

char *pod_shown_name(const json_t *pod)
{
    const char *app = label_of(pod, LABEL_APPLICATION), *component = label_of(pod, LABEL_COMPONENT);
    return app[0] && component[0] ? mem_printf("%s/%s", app, component) : mem_strdup(name_of(pod));
}

static int64_t revision_of(const json_t *object)
{
    int64_t n;
    const char *text = json_str(json_object_get(object, "metadata"), "resourceVersion", "");
    return str_to_i64(text, 0, INT64_MAX, &n) ? n : 0;
}

static int by_revision(const void *a, const void *b)
{
    int64_t x = revision_of(*(json_t *const *)a), y = revision_of(*(json_t *const *)b);
    return x < y ? -1 : x > y;
}

json_t *by_last_change(const json_t *objects)
{
    size_t n = json_array_size(objects);
    AUTO_FREE json_t **items = mem_array(n + 1, sizeof(json_t *));
    json_t *ret = json_array();
    for (size_t i = 0; i < n; i++)
        items[i] = json_array_get(objects, i);
    qsort(items, n, sizeof(json_t *), by_revision);
    for (size_t i = 0; i < n; i++)
        json_array_append(ret, items[i]);
    return ret;
}

int part_name_parse(const char *text, struct part_name *ret, struct err *e)
{
    *ret = (struct part_name){0};
    const char *first = strchr(text, '/'), *second = first ? strchr(first + 1, '/') : NULL;
    const char *end = text + strlen(text);
    bool empty = text[0] == '\0' || first == text || (first && first[1] == '\0') || (first && second == first + 1) ||
                 (second && second[1] == '\0');
    if (empty || (second && strchr(second + 1, '/')))
        return err_set(e, EINVAL, "'%s' is not APP, APP/COMPONENT, APP/COMPONENT/REPLICA or a pod's name", text);
    ret->app = mem_strndup(text, (size_t)((first ? first : end) - text));
    if (first)
        ret->component = mem_strndup(first + 1, (size_t)((second ? second : end) - first - 1));
    if (second)
        ret->replica = mem_strdup(second + 1);
    return 0;
}

void part_name_done(struct part_name *n)
{
    mem_freep(&n->app);
    mem_freep(&n->component);
    mem_freep(&n->replica);
}

/* ---- applications ---- */

static int no_application(struct cli *cli, const char *name, struct err *e)
{
    AUTO_JSON json_t *list = NULL;
    AUTO_FREE const char **names = NULL;
    struct err ignored;
    char hint[160];
    size_t n = 0, i;
    json_t *item;
    if (client_list(cli, kind_find("Application"), client_ns(cli), NULL, &list, &ignored) == 0)
        json_array_foreach(json_object_get(list, "items"), i, item)
        {
            names = mem_push(names, n, sizeof(*names));
            names[n++] = name_of(item);
        }
    str_suggest(hint, sizeof(hint), name, names, n);
    return err_set(e, ENOENT, "there is no application '%s' in namespace %s%s%s", name, client_ns(cli), hint,
                   hint[0] ? "" : "; 'sedge apps' lists them");
}

int names_application(struct cli *cli, const char *name, json_t **ret, struct err *e)
{
    int r = client_get(cli, kind_find("Application"), client_ns(cli), name, ret, e);
    return r == -ENOENT ? no_application(cli, name, e) : r;
}

const json_t *names_component(const json_t *application, const char *component, struct err *e)
{
    AUTO_BUF struct buf there = {0};
    size_t i;
    json_t *c;
    json_array_foreach(json_at(application, "status", "components", NULL), i, c)
    {
        const char *name = json_str(c, "name", "");
        if (str_eq(name, component))
            return c;
        buf_addf(&there, "%s%s", there.len ? ", " : "", name);
    }
    err_set(e, ENOENT, "application %s has no component '%s'; it has %s", name_of(application), component,
            there.len ? buf_str(&there) : "none yet");
    return NULL;
}

/* ---- pods ---- */

static bool leaving(const json_t *pod)
{
    return json_at(pod, "metadata", "deletionTimestamp", NULL) != NULL;
}

/* Those that pass, without those that are leaving unless there are no others. */
static json_t *choose(const json_t *pods, bool (*pass)(const json_t *pod, const void *by), const void *by)
{
    json_t *staying = json_array(), *all = json_array();
    size_t i;
    json_t *pod;
    json_array_foreach(pods, i, pod)
    {
        if (!pass(pod, by))
            continue;
        json_array_append(all, pod);
        if (!leaving(pod))
            json_array_append(staying, pod);
    }
    bool some = json_array_size(staying) > 0;
    json_decref(some ? all : staying);
    return some ? staying : all;
}

static bool every_pod(const json_t *pod, const void *by)
{
    return true;
}

static bool of_component(const json_t *pod, const void *by)
{
    return str_eq(label_of(pod, LABEL_COMPONENT), by);
}

/* By the application's own list: software lives in its container's pods. */
static bool of_list(const json_t *pod, const void *by)
{
    size_t i;
    json_t *name;
    json_array_foreach((const json_t *)by, i, name)
    {
        if (str_eq(json_string_value(name), name_of(pod)))
            return true;
    }
    return false;
}

static json_t *listed_pods(const json_t *pods, const json_t *component)
{
    return choose(pods, of_list, json_object_get(component, "pods"));
}

/* The pods of a component, of those of its application. */
static int component_pods(struct cli *cli, const struct part_name *n, const json_t *pods, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *app = NULL;
    AUTO_JSON json_t *found = choose(pods, of_component, n->component);
    if (json_array_size(found) > 0) {
        *ret = take_ptr(found);
        return 0;
    }
    int r = names_application(cli, n->app, &app, e);
    if (r < 0)
        return r;
    const json_t *component = names_component(app, n->component, e);
    if (!component)
        return -ENOENT;
    json_t *listed = listed_pods(pods, component);
    if (json_array_size(listed) > 0) {
        *ret = listed;
        return 0;
    }
    json_decref(listed);
    return err_set(e, ENOENT, "component %s/%s has no pod now: it is %s", n->app, n->component,
                   json_str(component, "state", "not made yet"));
}

/* Keeps one replica: by its number from 1, or by the pod's name. */
static int one_replica(const struct part_name *n, json_t **pods, struct err *e)
{
    int64_t number;
    size_t size = json_array_size(*pods), i;
    json_t *pod, *found = NULL;
    if (str_to_i64(n->replica, 1, (int64_t)size, &number))
        found = json_array_get(*pods, (size_t)number - 1);
    json_array_foreach(*pods, i, pod)
    {
        if (str_eq(name_of(pod), n->replica))
            found = pod;
    }
    if (!found)
        return err_set(e, ENOENT, "%s/%s has no replica '%s'; it has 1 to %zu", n->app, n->component, n->replica, size);
    json_t *one = json_pack("[O]", found);
    json_decref(*pods);
    *pods = one;
    return 0;
}

/* A name that is no application's pods' label: a pod's own, or nothing's. */
static int plain_pod(struct cli *cli, const char *name, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *pod = NULL, *app = NULL;
    struct err ignored;
    int r = client_get(cli, kind_find("Pod"), client_ns(cli), name, &pod, e);
    if (r == 0)
        *ret = json_pack("[O]", pod);
    if (r != -ENOENT)
        return r;
    if (client_get(cli, kind_find("Application"), client_ns(cli), name, &app, &ignored) == 0)
        return err_set(e, ENOENT, "application %s has no pods now: it is %s", name,
                       json_str(json_object_get(app, "status"), "phase", "new"));
    return err_set(e, ENOENT,
                   "there is neither an application nor a pod '%s' in namespace %s; 'sedge ps -a' lists them", name,
                   client_ns(cli));
}

int names_pods(struct cli *cli, const struct part_name *n, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *list = NULL;
    AUTO_FREE char *selector = mem_printf(LABEL_APPLICATION "=%s", n->app);
    int r = client_list(cli, kind_find("Pod"), client_ns(cli), selector, &list, e);
    if (r < 0)
        return r;
    const json_t *pods = json_object_get(list, "items");
    if (n->component)
        r = component_pods(cli, n, pods, ret, e);
    else if (json_array_size(pods) > 0)
        *ret = choose(pods, every_pod, NULL);
    else
        r = plain_pod(cli, n->app, ret, e);
    if (r == 0 && n->replica) {
        r = one_replica(n, ret, e);
        if (r < 0)
            json_unrefp(ret);
    }
    return r;
}

static bool runs(const json_t *pod)
{
    return str_eq(json_str(json_object_get(pod, "status"), "phase", ""), "Running");
}

/* The names of the components that the pods belong to, when they are of more than one. */
static bool several_components(const json_t *pods, struct buf *names)
{
    AUTO_STRV struct strv seen = {0};
    size_t i;
    json_t *pod;
    json_array_foreach(pods, i, pod)
    {
        const char *name = label_of(pod, LABEL_COMPONENT);
        if (strv_has(&seen, name))
            continue;
        strv_add(&seen, name);
        AUTO_FREE char *shown = pod_shown_name(pod);
        buf_addf(names, "%s%s", names->len ? ", " : "", shown);
    }
    return seen.n > 1;
}

int names_pod(struct cli *cli, const struct part_name *n, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *pods = NULL;
    AUTO_BUF struct buf names = {0};
    int r = names_pods(cli, n, &pods, e);
    if (r < 0)
        return r;
    if (!n->component && several_components(pods, &names))
        return err_set(e, EINVAL, "application %s has several components; name one: %s", n->app, buf_str(&names));
    size_t i;
    json_t *pod, *found = json_array_get(pods, 0);
    json_array_foreach(pods, i, pod)
    {
        if (!runs(found) && runs(pod))
            found = pod;
    }
    *ret = json_incref(found);
    return 0;
}

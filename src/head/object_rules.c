// SPDX-License-Identifier: Apache-2.0
/* Rules within an object that field tables cannot say: mounts name volumes, selectors fit templates, labels are labels.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "head/object_secret.h"
#include "head/object_shape.h"

#define LABEL_MAX 63

/* Kubernetes' syntax: letters, digits, '-', '_' and '.', a letter or digit at both ends. */
static bool is_label_word(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)s[i]) && !(strchr("-_.", s[i]) && i > 0 && i + 1 < len))
            return false;
    return len <= LABEL_MAX;
}

static bool is_label_key(const char *key)
{
    const char *slash = strchr(key, '/');
    if (slash) {
        AUTO_FREE char *prefix = mem_strndup(key, (size_t)(slash - key));
        if (!str_is_dns_name(prefix))
            return false;
        key = slash + 1;
    }
    return key[0] != '\0' && is_label_word(key, strlen(key));
}

static int check_labels(const json_t *labels, const char *path, struct err *e)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)labels, key, v)
    {
        const char *text = json_string_value(v);
        if (!is_label_key(key))
            return err_set(e, EINVAL,
                           "%s: '%s' is no label name; use letters, digits, '-', '_' and '.', with an "
                           "optional DNS name and '/' before",
                           path, key);
        if (!text || !is_label_word(text, strlen(text)))
            return err_set(e, EINVAL, "%s.%s: '%s' is no label value; use at most %d letters, digits, '-', '_', '.'",
                           path, key, text ? text : "", LABEL_MAX);
    }
    return 0;
}

static bool has_volume(const json_t *spec, const char *name)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(spec, "volumes"), i, v) if (str_eq(json_str(v, "name", NULL), name)) return true;
    return false;
}

static int check_mounts(const json_t *spec, const json_t *container, size_t at, const char *path, struct err *e)
{
    size_t i;
    json_t *mount;
    json_array_foreach(json_object_get(container, "volumeMounts"), i, mount)
    {
        const char *name = json_str(mount, "name", ""), *where = json_str(mount, "mountPath", "");
        if (!has_volume(spec, name))
            return err_set(e, EINVAL, "%s.containers[%zu].volumeMounts[%zu].name: '%s' is no volume of the pod", path,
                           at, i, name);
        if (where[0] != '/')
            return err_set(e, EINVAL, "%s.containers[%zu].volumeMounts[%zu].mountPath: '%s' is not absolute", path, at,
                           i, where);
    }
    return 0;
}

static int check_volumes(const json_t *spec, const char *path, struct err *e)
{
    static const char *const sources[] = {"hostPath", "persistentVolumeClaim", "emptyDir", "secret"};
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(spec, "volumes"), i, v)
    {
        size_t n = 0;
        for (size_t s = 0; s < ARRAY_LEN(sources); s++)
            n += json_object_get(v, sources[s]) != NULL;
        if (n != 1)
            return err_set(e, EINVAL,
                           "%s.volumes[%zu]: give it one of hostPath, persistentVolumeClaim, emptyDir, secret", path,
                           i);
    }
    return 0;
}

/* ---- where a pod may go ---- */

static int check_test(const json_t *test, const char *path, size_t at, struct err *e)
{
    const char *op = json_str(test, "operator", "");
    const json_t *values = json_object_get(test, "values");
    int64_t number;
    size_t n = json_array_size(values);
    bool lists = str_eq(op, "In") || str_eq(op, "NotIn"), compares = str_eq(op, "Gt") || str_eq(op, "Lt");
    if (lists && n == 0)
        return err_set(e, EINVAL, "%s.matchExpressions[%zu].values: %s wants at least one value", path, at, op);
    if (compares &&
        (n != 1 || !str_to_i64(json_string_value(json_array_get(values, 0)), INT64_MIN, INT64_MAX, &number)))
        return err_set(e, EINVAL, "%s.matchExpressions[%zu].values: %s wants one whole number", path, at, op);
    if (!lists && !compares && n > 0)
        return err_set(e, EINVAL, "%s.matchExpressions[%zu].values: %s takes no values", path, at, op);
    return 0;
}

static int check_node_term(const json_t *term, const char *path, const char *list, size_t at, struct err *e)
{
    AUTO_FREE char *where = mem_printf("%s.affinity.nodeAffinity.%s[%zu]", path, list, at);
    size_t i;
    json_t *test;
    json_array_foreach(json_object_get(term, "matchExpressions"), i, test)
    {
        int r = check_test(test, where, i, e);
        if (r < 0)
            return r;
    }
    return 0;
}

#define NODES_REQUIRED  "requiredDuringSchedulingIgnoredDuringExecution"
#define NODES_PREFERRED "preferredDuringSchedulingIgnoredDuringExecution"

static int check_node_affinity(const json_t *spec, const char *path, struct err *e)
{
    const json_t *affinity = json_at(spec, "affinity", "nodeAffinity", NULL);
    int r = 0;
    size_t i;
    json_t *v;
    json_array_foreach(json_at(affinity, NODES_REQUIRED, "nodeSelectorTerms", NULL), i, v)
    {
        r = r ? r : check_node_term(v, path, NODES_REQUIRED ".nodeSelectorTerms", i, e);
    }
    json_array_foreach(json_object_get(affinity, NODES_PREFERRED), i, v)
    {
        r = r ? r : check_node_term(json_object_get(v, "preference"), path, NODES_PREFERRED, i, e);
    }
    return r;
}

static int check_placement(const json_t *spec, const char *path, struct err *e)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(spec, "topologySpreadConstraints"), i, v)
    {
        if (json_int(v, "maxSkew", 0) < 1)
            return err_set(e, EINVAL, "%s.topologySpreadConstraints[%zu].maxSkew: at least 1", path, i);
    }
    json_array_foreach(json_object_get(spec, "tolerations"), i, v)
    {
        bool exists = str_eq(json_str(v, "operator", ""), "Exists");
        if (str_empty(json_str(v, "key", "")) && !exists)
            return err_set(e, EINVAL, "%s.tolerations[%zu].key: required, but with operator Exists", path, i);
        if (exists && !str_empty(json_str(v, "value", "")))
            return err_set(e, EINVAL, "%s.tolerations[%zu].value: operator Exists takes no value", path, i);
    }
    return check_node_affinity(spec, path, e);
}

static int check_pod_spec(const json_t *spec, const char *path, struct err *e)
{
    int r = check_volumes(spec, path, e);
    if (r == 0)
        r = check_placement(spec, path, e);
    if (r == 0)
        r = object_secret_check_pod(spec, path, e);
    size_t i;
    json_t *container;
    json_array_foreach(json_object_get(spec, "containers"), i, container)
    {
        if (r == 0)
            r = check_mounts(spec, container, i, path, e);
    }
    return r;
}

static int pod_rules(const json_t *pod, struct err *e)
{
    return check_pod_spec(json_object_get(pod, "spec"), "spec", e);
}

static int deployment_rules(const json_t *deployment, struct err *e)
{
    const json_t *spec = json_object_get(deployment, "spec");
    const json_t *labels = json_at(spec, "template", "metadata", "labels", NULL);
    const char *key;
    json_t *v;
    json_object_foreach(json_at(spec, "selector", "matchLabels", NULL), key, v)
    {
        if (!json_equal(v, json_object_get(labels, key)))
            return err_set(e, EINVAL,
                           "spec.template.metadata.labels: '%s' must be '%s' as spec.selector.matchLabels has it", key,
                           json_string_value(v));
    }
    int r = check_labels(labels, "spec.template.metadata.labels", e);
    return r < 0 ? r : check_pod_spec(json_at(spec, "template", "spec", NULL), "spec.template.spec", e);
}

static const struct {
    const char *kind;
    int (*check)(const json_t *object, struct err *e);
} rules[] = {{"Pod", pod_rules}, {"Deployment", deployment_rules}, {"Secret", object_secret_rules}};

int object_rules_check(const struct kind *k, const json_t *object, struct err *e)
{
    int r = check_labels(json_at(object, "metadata", "labels", NULL), "metadata.labels", e);
    for (size_t i = 0; i < ARRAY_LEN(rules) && r == 0; i++)
        if (str_eq(rules[i].kind, k->name))
            r = rules[i].check(object, e);
    return r;
}

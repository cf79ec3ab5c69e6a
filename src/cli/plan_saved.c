// SPDX-License-Identifier: Apache-2.0
/* Makes, writes, reads and compares saved plans. */
#include "cli/plan_saved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bundle_make.h"
#include "io/file.h"

#define KIND "SavedPlan"

static void inputs_digest(const json_t *inputs, char ret[DIGEST_TEXT_SIZE])
{
    AUTO_FREE char *text = json_object_size(inputs) > 0 ? json_text(inputs) : mem_strdup("{}");
    digest_of(text, strlen(text), ret);
}

static json_t *plain_inputs(const struct topology *t, const json_t *inputs)
{
    json_t *plain = json_object(), *v;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)inputs, name, v)
    {
        if (!strv_has(&t->sensitive, name))
            json_object_set(plain, name, v);
    }
    return plain;
}

json_t *plan_saved_make(const json_t *plan, const struct template_check *check, const struct app_wanted *w,
                        const char *ns)
{
    char digest[DIGEST_TEXT_SIZE], now[32];
    AUTO_FREE char *path = realpath(check->path, NULL);
    json_t *v = json_deep_copy(plan);
    AUTO_JSON json_t *plain = plain_inputs(check->topology, w->inputs);
    inputs_digest(plain, digest);
    json_put_str(v, "kind", KIND);
    json_put_str(v, "created", clock_rfc3339(clock_now_us(), now, sizeof(now)));
    json_put_str(v, "template", path ? path : check->path);
    json_put_str(v, "entry", w->entry);
    json_put_str(v, "bundle", w->bundle);
    json_put_str(v, "inputsDigest", digest);
    json_object_set(v, "inputs", plain);
    json_put_str(json_object_get(v, "application"), "name", w->name);
    json_put_str(json_object_get(v, "application"), "namespace", ns);
    return v;
}

int plan_saved_write(const char *path, const json_t *saved, struct err *e)
{
    AUTO_FREE char *text = json_pretty(saved);
    AUTO_FREE char *line = mem_printf("%s\n", text);
    return file_write(path, line, strlen(line), 0600, e);
}

bool plan_saved_is(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '{';
}

int plan_saved_read(const char *text, size_t len, json_t **ret, struct err *e)
{
    AUTO_JSON json_t *v = json_parse(text, len, e);
    static const char *const texts[] = {"template", "bundle", "inputsDigest"};
    if (!v)
        return -EINVAL;
    if (!str_eq(json_str(v, "kind", ""), KIND))
        return err_set(e, EINVAL, "kind: '%s' is no saved plan; 'sedge plan FILE --save FILE' writes one",
                       json_str(v, "kind", ""));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (str_empty(json_str(v, texts[i], NULL)))
            return err_set(e, EINVAL, "%s: missing; the file is damaged, plan again", texts[i]);
    if (!str_is_label(json_str(json_object_get(v, "application"), "name", "")))
        return err_set(e, EINVAL, "application.name: missing; the file is damaged, plan again");
    *ret = take_ptr(v);
    return 0;
}

static int stale(struct err *e, const char *why)
{
    return err_set(e, ESTALE, "the plan is stale: %s; plan again and review what is new", why);
}

int plan_saved_check(const json_t *saved, const struct template_check *check, const char *bundle, struct err *e)
{
    char digest[DIGEST_TEXT_SIZE];
    if (!str_eq(json_str(saved, "entry", ""), check->template->entry))
        return stale(e, "it was made from another template");
    if (!str_eq(json_str(saved, "bundle", ""), bundle))
        return stale(e, "files of the template have changed since it was made");
    AUTO_JSON json_t *plain = plain_inputs(check->topology, check->given);
    inputs_digest(plain, digest);
    if (!str_eq(json_str(saved, "inputsDigest", ""), digest))
        return stale(e, "the inputs are not those that it was made with");
    return 0;
}

/* A bound text of what differs first between two arrays of steps or components. */
static int same_list(const json_t *a, const json_t *b, const char *what, struct err *e)
{
    size_t n = json_array_size(a), m = json_array_size(b);
    for (size_t i = 0; i < n && i < m; i++) {
        const json_t *x = json_array_get(a, i), *y = json_array_get(b, i);
        if (!json_equal(x, y))
            return err_set(e, ESTALE, "%s of '%s'", what, json_str(y, "component", json_str(y, "name", "?")));
    }
    return n == m ? 0 : err_set(e, ESTALE, "the number of %ss, %zu then and %zu now", what, n, m);
}

int plan_same(const json_t *a, const json_t *b, struct err *e)
{
    int r = same_list(json_object_get(a, "steps"), json_object_get(b, "steps"), "step", e);
    return r < 0 ? r : same_list(json_object_get(a, "components"), json_object_get(b, "components"), "difference", e);
}

/* The head's keyed marks of sensitive inputs tell whether they are the same. */
static bool same_sensitive(const json_t *saved, const json_t *plan)
{
    const json_t *then = json_object_get(saved, "sensitiveInputs"), *now = json_object_get(plan, "sensitiveInputs");
    return then && now ? json_equal(then, now) : json_object_size(then) == json_object_size(now);
}

int plan_saved_fits(const json_t *saved, const json_t *plan, struct err *e)
{
    const json_t *then = json_object_get(saved, "application"), *now = json_object_get(plan, "application");
    const char *name = json_str(then, "name", "");
    struct err what = {0};
    AUTO_FREE char *text = NULL;
    if (!str_eq(json_str(then, "uid", ""), json_str(now, "uid", "")))
        text = mem_printf("application %s %s", name,
                          !json_str(now, "uid", NULL)    ? "is gone"
                          : !json_str(then, "uid", NULL) ? "stands meanwhile"
                                                         : "is another one of that name");
    else if (json_int(then, "generation", 0) != json_int(now, "generation", 0))
        text = mem_printf("application %s was changed since it was made (generation %lld then, %lld now)", name,
                          (long long)json_int(then, "generation", 0), (long long)json_int(now, "generation", 0));
    else if (!same_sensitive(saved, plan))
        text = mem_strdup("sensitive inputs are not those that it was made with (give them again with -i)");
    else if (plan_same(saved, plan, &what) < 0)
        text = mem_printf("application %s does not stand as it did: other than then is %s", name, err_text(&what));
    return text ? stale(e, text) : 0;
}

const char *plan_own_workflow(const struct topology *t)
{
    return topology_workflow_find(t, "deploy") ? "deploy" : NULL;
}

int plan_bundle_digest(const struct template *t, char ret[DIGEST_TEXT_SIZE], struct err *e)
{
    AUTO(bundle_manifest_done)
    struct bundle_manifest m = {0};
    int r = bundle_make(t, &m, e);
    if (r < 0)
        return r;
    AUTO_FREE char *text = bundle_manifest_text(&m);
    digest_of(text, strlen(text), ret);
    return 0;
}

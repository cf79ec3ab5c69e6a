// SPDX-License-Identifier: Apache-2.0
/* Carries out functions that need nothing but their arguments: brings those that have to be alike to one kind first. */
#include "tosca/call.h"
#include "tosca/constraint.h"
#include "tosca/function_user.h"

/* What argument i is to be like, or NULL. */
static struct schema *kin_from(const struct call *call, size_t i, bool entry)
{
    struct schema *s = call->schemas[i];
    bool many = s && (s->prim == PRIM_LIST || s->prim == PRIM_MAP);
    s = entry ? (many ? schema_entry(call->c, s) : NULL) : s;
    return s && s->type && s->prim != PRIM_ANY ? s : NULL;
}

static struct schema *kin_of(const struct call *call)
{
    struct schema *s = NULL;
    size_t n = call_count(call);
    switch (call->f->kin) {
    case KIN_NONE:
        return NULL;
    case KIN_FIRST:
        return n ? kin_from(call, 0, false) : NULL;
    case KIN_ALL:
        for (size_t i = 0; !s && i < n; i++)
            s = kin_from(call, i, false);
        return s;
    case KIN_MEMBER:
        s = kin_from(call, 0, false);
        return s ? s : kin_from(call, 1, true);
    case KIN_ENTRY:
        s = kin_from(call, 0, true);
        return s ? s : kin_from(call, 1, false);
    case KIN_ENTRIES:
        for (size_t i = 0; !s && i < n; i++)
            s = kin_from(call, i, true);
        return s;
    }
    return NULL;
}

static bool is_number(enum prim p)
{
    return p == PRIM_INTEGER || p == PRIM_FLOAT;
}

/* Two types that values of may stand beside each other. */
static bool kin_suits(const struct schema *a, const struct schema *b)
{
    if (!a || !a->type || a->prim == PRIM_ANY || b->prim == PRIM_ANY)
        return true;
    bool same = a->prim == b->prim || (is_number(a->prim) && is_number(b->prim));
    return same && (a->prim != PRIM_SCALAR || a->units == b->units || !a->units || !b->units);
}

/* A literal read as the kind that stands beside it; NULL (told) when it is none. */
static json_t *kin_read(struct call *call, size_t i, const json_t *v, struct schema *kin)
{
    if (call_is_json(v) || str_eq(json_string_value(v), "UNBOUNDED"))
        return json_incref((json_t *)(uintptr_t)v);
    if (is_number(kin->prim) && json_is_number(v))
        return json_incref((json_t *)(uintptr_t)v);
    call->c->quiet++;
    call->c->bare++;
    json_t *read = value_fit(call->s, call->at, v, kin, call->w);
    call->c->bare--;
    call->c->quiet--;
    if (read && !json_is_null(v))
        return read;
    json_decref(read);
    AUTO_FREE char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    return call_fault(call, "FUNCTION_ARGS", "argument %zu: %.80s is no value of type %s, which stands beside it",
                      i + 1, text ? text : "it", schema_words(kin));
}

static json_t *kin_read_list(struct call *call, size_t i, const json_t *list, struct schema *kin)
{
    if (!json_is_array(list) || call->schemas[i])
        return json_incref((json_t *)(uintptr_t)list);
    json_t *all = json_array(), *item;
    size_t k;
    json_array_foreach(list, k, item)
    {
        json_t *read = tctx_spend(call->c, 1) ? kin_read(call, i, item, kin) : NULL;
        if (read) {
            json_array_append_new(all, read);
            continue;
        }
        json_decref(all);
        return NULL;
    }
    return all;
}

/* Is argument i one of the kind itself, or a list of such? */
static bool kin_is_list(const struct call *call, size_t i)
{
    enum function_kin kin = call->f->kin;
    return kin == KIN_ENTRIES || (kin == KIN_MEMBER && i == 1) || (kin == KIN_ENTRY && i == 0);
}

static bool kin_apply(struct call *call, struct schema *kin)
{
    for (size_t i = 0; kin && call->f->kin != KIN_FIRST && i < call_count(call); i++) {
        bool list = kin_is_list(call, i);
        struct schema *own = list ? kin_from(call, i, true) : call->schemas[i];
        if (!kin_suits(own, kin)) {
            call_fault(call, "FUNCTION_ARGS", "argument %zu is of type %s, and %s stands beside it", i + 1,
                       schema_words(own), schema_words(kin));
            return false;
        }
        const json_t *v = json_array_get(call->args, i);
        if (!list && call->schemas[i])
            continue;
        json_t *read = list ? kin_read_list(call, i, v, kin) : kin_read(call, i, v, kin);
        if (!read)
            return false;
        json_array_set_new(call->args, i, read);
    }
    return true;
}

/* One argument of "and" and "or" may decide alone, whatever run time gives for the others. */
static json_t *decided(const struct call *call)
{
    bool and = str_eq(call->f->name, "and"), or = str_eq(call->f->name, "or");
    for (size_t i = 0; (and || or) && i < call_count(call); i++) {
        const json_t *v = json_array_get(call->args, i);
        if ((and&&json_is_false(v)) || (or &&json_is_true(v)))
            return json_boolean(or);
    }
    return NULL;
}

/* What is known of the arguments' kinds already though their values are not. */
static bool later_fits(const struct call *call)
{
    for (size_t i = 0; i < call_count(call); i++) {
        const json_t *v = json_array_get(call->args, i);
        const struct function *f = function_of_json(v);
        bool boolean = call->f->gives == GIVES_BOOLEAN && call->f->kin == KIN_NONE &&
                       call->f->generations == FUNCTION_2 &&
                       (str_eq(call->f->name, "and") || str_eq(call->f->name, "or") || str_eq(call->f->name, "not") ||
                        str_eq(call->f->name, "xor"));
        if (!boolean || json_is_boolean(v) || (f && function_may_give(f, PRIM_BOOLEAN)) || ufunction_json_name(v))
            continue;
        call_fault(call, "FUNCTION_ARGS", "argument %zu is neither true nor false", i + 1);
        return false;
    }
    return true;
}

static const struct pattern *kept_pattern(void *data, const char *text, char *why, size_t why_size)
{
    return pattern_kept(data, text, false, why, why_size);
}

static json_t *work_now(struct call *call, const struct vkind *kind)
{
    struct fwork w = {.f = call->f,
                      .args = call->args,
                      .kind = *kind,
                      .pattern = kept_pattern,
                      .lax = !call_is_2(call->at.file),
                      .data = call->c};
    json_t *result = function_do(&w);
    if (!tctx_spend(call->c, w.cost)) {
        json_decref(result);
        return NULL;
    }
    return result ? result : call_fault(call, w.limit ? "LIMIT" : "FUNCTION_ARGS", "%s", w.why);
}

/* In a validation clause: what is not there cannot be asked, and the question stays open. */
static bool asks_nothing(const struct call *call)
{
    bool nothing = false;
    for (size_t i = 0; call->s.clause && i < call_count(call); i++)
        nothing = nothing || json_is_null(json_array_get(call->args, i));
    return nothing;
}

json_t *call_work(struct call *call)
{
    struct schema *kin = kin_of(call);
    if (!kin_apply(call, kin))
        return NULL;
    struct vkind kind = {.prim = kin ? kin->prim : PRIM_ANY, .units = kin ? kin->units : NULL};
    if (call->f->gives == GIVES_NUMBER)
        call->schema = kin;
    if (!value_is_later(call->args) && !asks_nothing(call))
        return work_now(call, &kind);
    if (!later_fits(call))
        return NULL;
    json_t *known = decided(call);
    return known ? known : function_later(call->f, call->args, &kind);
}

// SPDX-License-Identifier: Apache-2.0
/* Declared functions: signatures read, calls checked, definitions checked. */
#include "tosca/function_user.h"

#include <string.h>

static void declare_section(struct tctx *c, struct tfile *f, struct at section)
{
    for (size_t i = 0; i < at_len(section, Y_MAP) && tctx_spend(c, 1); i++) {
        const struct ypair *p = &section.node->pairs[i];
        if (p->key->kind != Y_SCALAR)
            continue;
        struct ufunction *outer = map_get(f->functions, p->key->text), *u = tctx_alloc(c, sizeof(*u));
        *u = (struct ufunction){.name = p->key->text, .at = at_of(f, p->value), .key = at_of(f, p->key)};
        u->base = outer;
        map_set(f->functions, u->name, u);
    }
}

/* Those of the file itself, then those of its service template, which may refine them. */
static struct map *declared_in(struct tctx *c, struct tfile *f)
{
    static const char *const templates[] = {"service_template", "topology_template"};
    if (f->functions)
        return f->functions;
    f->functions = tctx_map(c);
    struct at root = at_of(f, f->doc.root);
    declare_section(c, f, at_key(root, "functions"));
    for (size_t i = 0; i < ARRAY_LEN(templates); i++)
        declare_section(c, f, at_key(at_key(root, templates[i]), "functions"));
    return f->functions;
}

static struct ufunction *seek(struct tctx *c, struct tfile *f, const char *name, unsigned depth)
{
    bool been = f->stamp == c->stamp && str_eq(f->stamp_name, name);
    if (been || !f->doc.root || depth > TOSCA_FILES_MAX || !tctx_spend(c, 1))
        return NULL;
    f->stamp = c->stamp;
    f->stamp_name = name;
    struct ufunction *u = map_get(declared_in(c, f), name);
    for (size_t i = 0; !u && i < f->n_imports; i++) {
        const struct timport *import = &f->imports[i];
        size_t n = import->prefix ? strlen(import->prefix) : 0;
        bool prefixed = n && strncmp(name, import->prefix, n) == 0 && name[n] == ':';
        if (import->file && (!n || prefixed))
            u = seek(c, import->file, prefixed ? name + n + 1 : name, depth + 1);
    }
    return u;
}

struct ufunction *ufunction_find(struct tctx *c, struct tfile *f, const char *name)
{
    c->stamp++;
    return name ? seek(c, f, name, 0) : NULL;
}

static struct schema *schema_at(struct tctx *c, struct at at, const char *name)
{
    struct tdef *d = tdef_make(c, name, at.node, at);
    d->short_type = at_is(at, Y_SCALAR);
    return schema_of(c, d);
}

/* The schema of the i-th argument, or a place without node when the signature takes fewer. */
static struct at argument_at(struct at signature, size_t i)
{
    struct at first = at_key(signature, "arguments"), more = at_key(signature, "optional_arguments");
    size_t n_first = at_len(first, Y_SEQ), n_more = at_len(more, Y_SEQ);
    bool variadic = str_eq(at_text(at_key(signature, "variadic")), "true");
    if (i < n_first)
        return at_of(first.file, first.node->items[i]);
    if (i < n_first + n_more)
        return at_of(more.file, more.node->items[i - n_first]);
    if (variadic && n_more)
        return at_of(more.file, more.node->items[n_more - 1]);
    return variadic && n_first ? at_of(first.file, first.node->items[n_first - 1]) : at_of(signature.file, NULL);
}

static bool argument_fits(struct call *call, size_t i, struct at at)
{
    struct schema *want = schema_at(call->c, at, "argument"), *have = call->schemas[i];
    const json_t *v = json_array_get(call->args, i);
    bool numbers = have && have->prim == PRIM_INTEGER && want->prim == PRIM_FLOAT;
    if (have && have->type && want->type && have->prim != want->prim && !numbers && have->prim != PRIM_ANY)
        return false;
    if (value_is_later(v))
        return true;
    call->c->quiet++;
    json_t *read = value_fit(call->s, call->at, v, want, call->w);
    call->c->quiet--;
    json_decref(read);
    return read != NULL;
}

static bool signature_fits(struct call *call, struct at signature)
{
    size_t least = at_len(at_key(signature, "arguments"), Y_SEQ), n = call_count(call);
    bool any = str_eq(at_text(at_key(signature, "variadic")), "true") && !least &&
               !at_len(at_key(signature, "optional_arguments"), Y_SEQ);
    bool fits = any || n >= least;
    for (size_t i = 0; fits && !any && i < n && tctx_spend(call->c, 2); i++) {
        struct at at = argument_at(signature, i);
        fits = at.node && argument_fits(call, i, at);
    }
    return fits;
}

/* A list, or a map of names that mean nothing: the text has both. */
static size_t list_count(struct at list)
{
    return at_len(list, Y_SEQ) + at_len(list, Y_MAP);
}

static struct at list_item(struct at list, size_t i)
{
    if (i < at_len(list, Y_SEQ))
        return at_of(list.file, list.node->items[i]);
    return at_of(list.file, i < at_len(list, Y_MAP) ? list.node->pairs[i].value : NULL);
}

static size_t signature_count(const struct ufunction *u)
{
    size_t own = list_count(at_key(u->at, "signatures")), base = u->base ? signature_count(u->base) : 0;
    return own > base ? own : base;
}

/* A refinement says nothing but another implementation, or nothing at all, where the arguments stay as they were. */
static struct at signature_at(const struct ufunction *u, size_t i)
{
    static const char *const keys[] = {"arguments", "optional_arguments", "variadic", "result"};
    struct at own = list_item(at_key(u->at, "signatures"), i);
    bool says = !u->base || i >= signature_count(u->base);
    for (size_t k = 0; k < ARRAY_LEN(keys); k++)
        says = says || !at_null(at_key(own, keys[k]));
    return says ? own : signature_at(u->base, i);
}

/* The first signature that takes the arguments; false (told) when none does. */
static bool signature_find(struct call *call, const struct ufunction *u, struct at *ret)
{
    size_t n = signature_count(u);
    for (size_t i = 0; i < n && tctx_spend(call->c, 2); i++) {
        *ret = signature_at(u, i);
        if (signature_fits(call, *ret))
            return true;
    }
    call_fault(call, "FUNCTION_ARGS", "none of the %zu signature%s takes these %zu arguments", n, n == 1 ? "" : "s",
               call_count(call));
    tosca_related(call->c, u->key, "function '%s' is declared here", u->name);
    return false;
}

json_t *ufunction_call(struct call *call, const struct ufunction *u)
{
    struct at signature;
    if (!signature_find(call, u, &signature))
        return NULL;
    struct at result = at_key(signature, "result");
    call->schema = at_null(result) ? NULL : schema_at(call->c, result, "result");
    const struct function *known = function_find(u->name, FUNCTION_DECLARED);
    if (known && call_count(call) >= known->min && call_count(call) <= known->max) {
        call->f = known;
        return call_work(call);
    }
    tosca_warn(call->c, call->at, "NOT_RUN",
               "%s: %s: the template declares this function; sedge checks its arguments but does not call it, so the "
               "value is never known",
               what_text(call->c, call->w), call->name);
    json_t *args = json_pack("[s]", u->name);
    json_array_extend(args, call->args);
    return json_pack("{s:o}", "$call", args);
}

const char *ufunction_json_name(const json_t *v)
{
    const json_t *args = json_is_object(v) && json_object_size(v) == 1 ? json_object_get(v, "$call") : NULL;
    return json_string_value(json_array_get(args, 0));
}

bool ufunction_is_json(const json_t *v)
{
    return ufunction_json_name(v) != NULL;
}

static void check_schemas_of(struct topo *t, struct at list)
{
    for (size_t i = 0; i < at_len(list, Y_SEQ) && tctx_spend(t->c, 1); i++)
        schema_at(t->c, at_of(list.file, list.node->items[i]), "argument");
}

static void check_signature_keys(struct topo *t, const struct ufunction *u, struct at signature)
{
    static const char *const known[] = {"arguments", "optional_arguments", "variadic", "result", "implementation"};
    for (size_t i = 0; i < at_len(signature, Y_MAP) && tctx_spend(t->c, 1); i++) {
        const struct ynode *key = signature.node->pairs[i].key;
        bool found = false;
        for (size_t k = 0; k < ARRAY_LEN(known); k++)
            found = found || (key->kind == Y_SCALAR && str_eq(key->text, known[k]));
        if (!found)
            tosca_error(
                t->c, at_of(signature.file, key), "UNKNOWN_KEY",
                "function '%s': unknown key '%s' in a signature (known: arguments, optional_arguments, variadic, "
                "result, implementation)",
                u->name, key->kind == Y_SCALAR ? key->text : "?");
    }
    if (!at_null(signature) && !at_is(signature, Y_MAP))
        tosca_error(t->c, signature, "SHAPE", "function '%s': a signature must be a map", u->name);
}

static void check_signature(struct topo *t, struct at signature)
{
    check_schemas_of(t, at_key(signature, "arguments"));
    check_schemas_of(t, at_key(signature, "optional_arguments"));
    if (!at_null(at_key(signature, "result")))
        schema_at(t->c, at_key(signature, "result"), "result");
}

static void check_function(struct topo *t, const struct ufunction *u)
{
    struct at list = at_key(u->at, "signatures");
    if (!*u->name || strchr(u->name, '$'))
        tosca_error(t->c, u->key, "SHAPE", "function '%s': the name of a function is not empty and has no '$' in it",
                    u->name);
    if (at_is(u->at, Y_MAP) && at_null(list) && !u->base)
        tosca_error(t->c, u->key, "MISSING_KEY", "function '%s': the key 'signatures' is missing", u->name);
    if (function_find(u->name, FUNCTION_2))
        tosca_warn(t->c, u->key, "OTHER", "function '%s' is one of TOSCA's own, which is the one that is carried out",
                   u->name);
    for (size_t i = 0; i < list_count(list) && tctx_spend(t->c, 2); i++)
        check_signature_keys(t, u, list_item(list, i));
    for (size_t i = 0; i < signature_count(u) && tctx_spend(t->c, 2); i++)
        check_signature(t, signature_at(u, i));
}

void ufunctions_check(struct topo *t, struct tfile *f)
{
    if (!call_is_2(f) || !f->doc.root)
        return;
    const struct map *all = declared_in(t->c, f);
    for (size_t i = 0; i < all->n && tctx_spend(t->c, 2); i++)
        check_function(t, all->items[i].value);
}

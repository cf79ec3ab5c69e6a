// SPDX-License-Identifier: Apache-2.0
/* Walks a file along the keyname tables and tells every key and every kind of YAML that does not belong. */
#include "tosca/grammar.h"

#include <string.h>

#include "tosca/occurrences.h"
#include "tosca/scalar.h"

/* Where the walk is, innermost first. */
struct walk {
    struct tctx *c;
    const struct walk *up;
    const struct gshape *shapes; /* of the file's generation */
    const char *words, *name;
    const struct ynode *key; /* where the name stands, or NULL */
};

static void walk_add(const struct walk *w, struct buf *ret)
{
    if (w->up)
        walk_add(w->up, ret);
    if (!w->words)
        return;
    if (ret->len)
        buf_adds(ret, ": ");
    buf_adds(ret, w->words);
    if (w->name)
        buf_addf(ret, " '%s'", w->name);
}

/* "node template 'api': requirement 'host'". In the context's memory. */
static const char *walk_text(const struct walk *w)
{
    AUTO_BUF struct buf text = {0};
    walk_add(w, &text);
    return text.len ? tctx_strndup(w->c, buf_str(&text), text.len) : "file";
}

static const char *kind_words(const struct ynode *n)
{
    static const char *const words[] = {[Y_SCALAR] = "a single value", [Y_SEQ] = "a list", [Y_MAP] = "a map"};
    return words[n->kind];
}

static void tell_form(const struct walk *w, struct at at, const struct gshape *s)
{
    AUTO_STRV struct strv forms = {0};
    if (s->forms & FORM_MAP)
        strv_add(&forms, "a map");
    if (s->forms & (FORM_LIST | FORM_PAIRS))
        strv_add(&forms, s->forms & FORM_PAIRS ? "a list of one-key maps" : "a list");
    if (s->forms & FORM_SCALAR)
        strv_add(&forms, "a single value");
    AUTO_FREE char *either = strv_join(&forms, " or ");
    tosca_error(w->c, at, "SHAPE", "%s must be %s, not %s", walk_text(w), either, kind_words(at.node));
}

static void check_status(const struct walk *w, struct at at)
{
    static const char *const known[] = {"supported", "unsupported", "experimental", "deprecated"};
    char like[200];
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq(at.node->text, known[i]))
            return;
    }
    str_suggest(like, sizeof(like), at.node->text, known, ARRAY_LEN(known));
    tosca_error(w->c, at, "VALUE_TYPE", "%s must be supported, unsupported, experimental or deprecated, not '%s'%s",
                walk_text(w), at.node->text, like);
}

static void check_scalar(const struct walk *w, struct at at, enum shape text)
{
    struct scalar_read r = scalar_read(at.node);
    struct scalar_version v;
    if (text == SHAPE_STATUS)
        check_status(w, at);
    if (text == SHAPE_TEXT && r.reads != READS_TEXT)
        tosca_error(w->c, at, "SHAPE", "%s must be text, not '%s'; quote it if it is meant as text", walk_text(w),
                    at.node->text);
    if (text == SHAPE_BOOLEAN && r.reads == READS_OLD_BOOLEAN)
        tosca_warn(w->c, at, "SHAPE", "%s: '%s' is no YAML 1.2 boolean; write true or false", walk_text(w),
                   at.node->text);
    if (text == SHAPE_BOOLEAN && r.reads != READS_BOOLEAN && r.reads != READS_OLD_BOOLEAN)
        tosca_error(w->c, at, "SHAPE", "%s must be true or false, not '%s'", walk_text(w), at.node->text);
    if (text == SHAPE_VERSION && !scalar_version(at.node->text, &v))
        tosca_error(w->c, at, "VALUE_TYPE",
                    "%s: '%s' is no version (major.minor, then optionally .fix, .qualifier and -build)", walk_text(w),
                    at.node->text);
}

static void check_node(const struct walk *w, struct at at, enum shape shape);

static const struct gkey *find_key(const struct gshape *s, const char *name)
{
    for (const struct gkey *k = s->keys; k && k->name; k++) {
        if (str_eq(k->name, name) || (k->core && k->core == name)) /* a node that an alias reaches again */
            return k;
    }
    return NULL;
}

static void tell_unknown_key(const struct walk *w, struct at key, const struct gshape *s)
{
    AUTO_STRV struct strv known = {0};
    for (const struct gkey *k = s->keys; k && k->name; k++)
        strv_add(&known, k->name);
    AUTO_FREE char *list = strv_join(&known, ", ");
    char like[200];
    str_suggest(like, sizeof(like), key.node->text, (const char *const *)known.v, known.n);
    tosca_error(w->c, key, "UNKNOWN_KEY", "%s: unknown key '%s'%s%s%s%s", walk_text(w), key.node->text, like,
                *like ? "" : " (known: ", *like ? "" : list, *like ? "" : ")");
}

bool grammar_is_key(enum shape shape, const char *key)
{
    return find_key(&grammar_shapes[shape], key) != NULL;
}

bool grammar_misspelt(const struct ynode *map, const char *key)
{
    const char *const right[] = {key};
    bool found = false;
    for (size_t i = 0; map && map->kind == Y_MAP && i < map->n; i++)
        found = found || (map->pairs[i].key->kind == Y_SCALAR && str_nearest(map->pairs[i].key->text, right, 1));
    return found;
}

static void check_missing(const struct walk *w, struct at at, const struct gshape *s)
{
    for (const struct gkey *k = s->keys; k && k->name; k++) {
        if (k->must && at_null(at_key(at, k->name)) && !grammar_misspelt(at.node, k->name))
            tosca_error(w->c, w->key ? at_of(at.file, w->key) : at, "MISSING_KEY", "%s: the key '%s' is missing",
                        walk_text(w), k->name);
    }
}

/* A section with nothing in it: nearly always one whose lines were taken out. */
static void check_empty(const struct walk *w, struct at at, const struct gshape *s)
{
    bool section = s->forms && !(s->forms & FORM_SCALAR) && w->words;
    if (section && at.file->version == TOSCA_2_0)
        tosca_error(w->c, w->key ? at_of(at.file, w->key) : at, "EMPTY_SECTION",
                    "%s: there is nothing in it; leave it out, or fill it", walk_text(w));
    else if (section)
        tosca_warn(w->c, w->key ? at_of(at.file, w->key) : at, "EMPTY_SECTION",
                   "%s is empty; it is read as if it were not there", walk_text(w));
}

/* TOSCA 2.0 takes text alone for a name (5.2). */
static void check_name(const struct walk *w, struct at key)
{
    if (key.file->version == TOSCA_2_0 && (!*key.node->text || scalar_read(key.node).reads != READS_TEXT))
        tosca_error(w->c, key, "SHAPE", "%s: a name must be text, not '%s'; quote it if it is meant as text",
                    walk_text(w), key.node->text);
}

static void check_pair(const struct walk *w, struct at at, const struct ypair *p, const struct gshape *s)
{
    struct at key = at_of(at.file, p->key);
    if (s->paths && p->key->kind == Y_SEQ)
        return;
    if (p->key->kind != Y_SCALAR) {
        tosca_error(w->c, key, "SHAPE", "%s: a key must be a single value, not %s", walk_text(w), kind_words(p->key));
        return;
    }
    const struct gkey *known = find_key(s, p->key->text);
    struct walk inner = {.c = w->c,
                         .up = w,
                         .shapes = w->shapes,
                         .key = p->key,
                         .words = known ? known->name : w->shapes[s->each].words};
    if (!known)
        inner.name = p->key->text;
    if (known && known->core)
        p->key->text = known->core;
    if (!known && s->open && s->each != SHAPE_ANY)
        check_name(w, key);
    if (known || s->open)
        check_node(&inner, at_of(at.file, p->value), known ? known->shape : s->each);
    else
        tell_unknown_key(w, key, s);
}

static void check_map(const struct walk *w, struct at at, const struct gshape *s)
{
    for (size_t i = 0; i < at.node->n && tctx_spend(w->c, 1); i++)
        check_pair(w, at, &at.node->pairs[i], s);
    check_missing(w, at, s);
}

static void check_list(const struct walk *w, struct at at, const struct gshape *s)
{
    for (size_t i = 0; i < at.node->n && tctx_spend(w->c, 1); i++) {
        struct at item = at_of(at.file, at.node->items[i]);
        if (!(s->forms & FORM_PAIRS)) {
            if (s->each != SHAPE_ANY && at_null(item))
                tosca_error(w->c, item, "SHAPE", "%s: an item of the list is empty", walk_text(w));
            check_node(w, item, s->each);
        } else if (!at_is(item, Y_MAP) || item.node->n != 1) {
            tosca_error(w->c, item, "SHAPE", "%s: each item must be a map of one name, as in '- name: ...'",
                        walk_text(w));
        } else {
            check_pair(w, item, &item.node->pairs[0], &(struct gshape){.open = true, .each = s->each});
        }
    }
}

/* Shapes that the table alone cannot tell: what an operation's input is depends on what stands in it. */
static void check_special(const struct walk *w, struct at at, enum shape shape)
{
    if (shape == SHAPE_NAMING && at_is(at, Y_SCALAR))
        check_scalar(w, at, SHAPE_TEXT);
    struct occurrences o;
    if (shape == SHAPE_OCCURRENCES)
        occurrences_read(w->c, at, walk_text(w), &o);
    if (shape == SHAPE_INPUT_DEF && at_is(at, Y_MAP) && ynode_get(at.node, "type"))
        check_node(w, at, SHAPE_PARAMETER);
}

/* Not one key of a declaration: a refined property may be set to a map so. */
static bool is_value(const struct gshape *s, const struct ynode *n)
{
    for (size_t i = 0; i < n->n; i++) {
        if (n->pairs[i].key->kind != Y_SCALAR || find_key(s, n->pairs[i].key->text))
            return false;
    }
    return n->n > 0;
}

/* "metadata: shop" in an old template is meant as its name. */
static bool is_name_as_metadata(const struct walk *w, struct at at, enum shape shape)
{
    bool top = w->up && !w->up->up, old = at.file->version != TOSCA_2_0;
    if (shape != SHAPE_METADATA || !top || !old || !at_is(at, Y_SCALAR) || scalar_read(at.node).reads != READS_TEXT ||
        strpbrk(at.node->text, " \t\n"))
        return false;
    tosca_warn(w->c, at, "SHAPE", "metadata should be a map; '%s' is taken as a name, as in 'template_name: %s'",
               at.node->text, at.node->text);
    return true;
}

static void check_node(const struct walk *w, struct at at, enum shape shape)
{
    const struct gshape *s = &w->shapes[shape];
    if (!at.node || !tctx_spend(w->c, 1))
        return;
    if (at_null(at)) {
        if (shape == SHAPE_NAMING)
            tosca_error(w->c, w->key ? at_of(at.file, w->key) : at, "MISSING_KEY", "%s has no value", walk_text(w));
        check_empty(w, at, s);
        check_missing(w, at, s);
        return;
    }
    bool value = shape == SHAPE_PROPERTY_DEF && at_is(at, Y_MAP) && !ynode_get(at.node, "type"); /* see tdef_is_value */
    if (!s->forms || (value && is_value(s, at.node))) {
        check_special(w, at, shape);
        return;
    }
    if (at_is(at, Y_MAP) && (s->forms & FORM_MAP))
        check_map(w, at, s);
    else if (at_is(at, Y_SEQ) && (s->forms & (FORM_LIST | FORM_PAIRS)))
        check_list(w, at, s);
    else if (at_is(at, Y_SCALAR) && (s->forms & FORM_SCALAR))
        check_scalar(w, at, s->text);
    else if (!is_name_as_metadata(w, at, shape))
        tell_form(w, at, s);
}

static const struct gshape *shapes_of(const struct tfile *f)
{
    return f && f->version == TOSCA_2_0 ? grammar_shapes_2 : grammar_shapes;
}

const char *grammar_word(const struct tfile *f, const char *key)
{
    const struct gshape *shapes = shapes_of(f);
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        for (const struct gkey *k = shapes[i].keys; k && k->name; k++) {
            if (k->core && str_eq(k->core, key))
                return k->name;
        }
    }
    return key;
}

void grammar_check(struct tctx *c, struct tfile *f)
{
    struct walk top = {.c = c, .shapes = shapes_of(f)};
    if (f->doc.root && !f->walked)
        check_node(&top, at_of(f, f->doc.root), SHAPE_SERVICE);
    f->walked = true;
}

void grammar_check_part(struct tctx *c, struct at at, enum shape shape)
{
    const struct gshape *shapes = shapes_of(at.file);
    struct walk part = {.c = c, .shapes = shapes, .words = shapes[shape].words};
    check_node(&part, at, shape);
}

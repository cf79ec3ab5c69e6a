// SPDX-License-Identifier: Apache-2.0
/* Reads selectors and holds objects against them. */
#include "head/api_select.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define TERMS_MAX 64

enum term_op { TERM_EQUAL, TERM_NOT_EQUAL, TERM_IN, TERM_NOT_IN, TERM_EXISTS, TERM_MISSING };

struct select_term {
    char *key;
    enum term_op op;
    struct strv values;
};

static void term_done(struct select_term *t)
{
    free(t->key);
    strv_done(&t->values);
}

void selection_done(struct selection *s)
{
    for (size_t i = 0; i < s->n_labels; i++)
        term_done(&s->labels[i]);
    for (size_t i = 0; i < s->n_fields; i++)
        term_done(&s->fields[i]);
    free(s->labels);
    free(s->fields);
    *s = (struct selection){0};
}

/* ---- reading ---- */

static const char *skip_space(const char *p)
{
    while (isspace((unsigned char)*p))
        p++;
    return p;
}

/* A word of a key or value; moves *p behind it and the space that follows. The caller frees. */
static char *take_word(const char **p)
{
    const char *start = skip_space(*p), *end = start;
    while (*end && !isspace((unsigned char)*end) && !strchr("=!,()", *end))
        end++;
    *p = skip_space(end);
    return mem_strndup(start, (size_t)(end - start));
}

static bool take_text(const char **p, const char *text)
{
    if (!str_starts(*p, text))
        return false;
    *p = skip_space(*p + strlen(text));
    return true;
}

/* "(a, b)" behind in and notin. */
static int take_set(const char **p, struct select_term *t, struct err *e)
{
    if (!take_text(p, "("))
        return err_set(e, EINVAL, "selector: '%s' needs its values in brackets, like (a,b)", t->key);
    for (;;) {
        strv_take(&t->values, take_word(p));
        if (take_text(p, ")"))
            return 0;
        if (t->values.n >= TERMS_MAX || !take_text(p, ","))
            return err_set(e, EINVAL, "selector: the values of '%s' are not closed by ')'", t->key);
    }
}

static int take_operator(const char **p, struct select_term *t, struct err *e)
{
    static const struct {
        const char *text;
        enum term_op op;
    } operators[] = {{"==", TERM_EQUAL}, {"=", TERM_EQUAL}, {"!=", TERM_NOT_EQUAL}};
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (!take_text(p, operators[i].text))
            continue;
        t->op = operators[i].op;
        strv_take(&t->values, take_word(p));
        return 0;
    }
    if (**p == '\0' || **p == ',') {
        t->op = TERM_EXISTS;
        return 0;
    }
    AUTO_FREE char *word = take_word(p);
    bool in = str_eq(word, "in");
    if (!in && !str_eq(word, "notin"))
        return err_set(e, EINVAL, "selector: '%s' behind '%s' is none of =, ==, !=, in, notin", word, t->key);
    t->op = in ? TERM_IN : TERM_NOT_IN;
    return take_set(p, t, e);
}

static int take_term(const char **p, struct select_term *t, struct err *e)
{
    bool missing = take_text(p, "!");
    t->key = take_word(p);
    if (t->key[0] == '\0')
        return err_set(e, EINVAL, "selector: a name is missing before '%.20s'", *p);
    if (!missing)
        return take_operator(p, t, e);
    t->op = TERM_MISSING;
    return 0;
}

static int parse_terms(const char *text, struct select_term **terms, size_t *n, struct err *e)
{
    const char *p = skip_space(text ? text : "");
    while (*p) {
        if (*n >= TERMS_MAX)
            return err_set(e, EINVAL, "selector: more than %d conditions", TERMS_MAX);
        *terms = mem_push(*terms, *n, sizeof(**terms));
        struct select_term *t = &(*terms)[(*n)++];
        *t = (struct select_term){0};
        int r = take_term(&p, t, e);
        if (r < 0)
            return r;
        if (*p && !take_text(&p, ","))
            return err_set(e, EINVAL, "selector: '%.20s' is not expected behind '%s'", p, t->key);
    }
    return 0;
}

/* ---- fields ---- */

static const char *const field_names[] = {
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.unschedulable",
    "status.phase",
    "status.podIP",
    "involvedObject.kind",
    "involvedObject.name",
    "involvedObject.namespace",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.fieldPath",
    "involvedObject.resourceVersion",
    "reason",
    "type",
};

static int check_field(const struct select_term *t, struct err *e)
{
    if (t->op != TERM_EQUAL && t->op != TERM_NOT_EQUAL)
        return err_set(e, EINVAL, "fieldSelector: '%s' takes =, == and != only", t->key);
    for (size_t i = 0; i < ARRAY_LEN(field_names); i++)
        if (str_eq(field_names[i], t->key))
            return 0;
    char hint[96];
    str_suggest(hint, sizeof(hint), t->key, field_names, ARRAY_LEN(field_names));
    return err_set(e, EINVAL, "fieldSelector: '%s' cannot be selected by%s", t->key, hint);
}

int selection_parse(const char *labels, const char *fields, struct selection *ret, struct err *e)
{
    *ret = (struct selection){0};
    int r = parse_terms(labels, &ret->labels, &ret->n_labels, e);
    if (r == 0)
        r = parse_terms(fields, &ret->fields, &ret->n_fields, e);
    for (size_t i = 0; i < ret->n_fields && r == 0; i++)
        r = check_field(&ret->fields[i], e);
    if (r < 0)
        selection_done(ret);
    return r;
}

/* ---- holding objects against them ---- */

/* The text at "a.b"; "" where nothing is. */
static const char *field_text(const json_t *object, const char *path)
{
    const char *dot = strchr(path, '.');
    const json_t *v;
    if (dot) {
        AUTO_FREE char *first = mem_strndup(path, (size_t)(dot - path));
        v = json_object_get(json_object_get(object, first), dot + 1);
    } else {
        v = json_object_get(object, path);
    }
    if (json_is_boolean(v))
        return json_is_true(v) ? "true" : "false";
    return json_is_string(v) ? json_string_value(v) : "";
}

/* value NULL: not there. */
static bool term_has(const struct select_term *t, const char *value)
{
    bool among = value && strv_has(&t->values, value);
    switch (t->op) {
    case TERM_EQUAL:
    case TERM_IN:
        return among;
    case TERM_NOT_EQUAL:
    case TERM_NOT_IN:
        return !among;
    case TERM_EXISTS:
        return value;
    case TERM_MISSING:
        return !value;
    }
    return false;
}

bool selection_has(const struct selection *s, const json_t *object)
{
    const json_t *labels = json_at(object, "metadata", "labels", NULL);
    for (size_t i = 0; i < s->n_labels; i++)
        if (!term_has(&s->labels[i], json_str(labels, s->labels[i].key, NULL)))
            return false;
    for (size_t i = 0; i < s->n_fields; i++) {
        const char *text = field_text(object, s->fields[i].key);
        if (str_eq(s->fields[i].key, "spec.unschedulable") && text[0] == '\0')
            text = "false";
        if (!term_has(&s->fields[i], text))
            return false;
    }
    return true;
}

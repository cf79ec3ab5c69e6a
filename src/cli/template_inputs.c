// SPDX-License-Identifier: Apache-2.0
/* Reads inputs as YAML, guided by the types that the template declares. */
#include "cli/template_inputs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/given_value.h"
#include "io/file.h"

#define INPUTS_FILE_MAX (4U << 20)

struct reading {
    const struct ynode *declared; /* the template's inputs, or NULL */
    json_t *inputs;
    struct err *e;
};

/* Types whose values are what YAML reads. Those of all others, a template's own among them, stay as they are written:
 * the processor reads a number where it wants one, and "1.10" is no number for who wants a version. */
static bool is_yaml_type(const char *type)
{
    static const char *const types[] = {"integer", "float", "boolean", "list", "map", "range", "null", "nil", "any"};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_eq(types[i], type))
            return true;
    return false;
}

static bool wants_text(const struct reading *r, const char *name)
{
    const struct ynode *input = r->declared && r->declared->kind == Y_MAP ? ynode_get(r->declared, name) : NULL;
    const struct ynode *type = input && input->kind == Y_MAP ? ynode_get(input, "type") : NULL;
    return type && type->kind == Y_SCALAR && !is_yaml_type(type->text);
}

/* The value as JSON, or NULL with `e`. */
static json_t *value_of(const struct reading *r, const char *name, const struct ynode *n)
{
    if (n && n->kind == Y_SCALAR && !ynode_is_null(n) && wants_text(r, name))
        return json_string(n->text);
    return n ? ynode_to_json(n, r->e) : json_null();
}

static int read_map(const struct reading *r, const char *text, size_t len, const char *shown)
{
    struct ydoc doc = {0};
    struct yfault fault;
    int done = yaml_read(text, len, &ylimits_default, &doc, &fault);
    if (done < 0)
        return err_set(r->e, -done, "inputs: %s:%d:%d: %s", shown, fault.line, fault.col, fault.text);
    if (doc.root && doc.root->kind != Y_MAP && !ynode_is_null(doc.root))
        done = err_set(r->e, EINVAL, "inputs: %s:%d:%d: it is no map from name to value", shown, doc.root->line,
                       doc.root->col);
    for (size_t i = 0; done == 0 && doc.root && doc.root->kind == Y_MAP && i < doc.root->n; i++) {
        const struct ypair *p = &doc.root->pairs[i];
        json_t *v = p->key->kind == Y_SCALAR ? value_of(r, p->key->text, p->value) : NULL;
        if (v)
            json_object_set_new(r->inputs, p->key->text, v);
        else
            done = err_set(r->e, EINVAL, "inputs: %s:%d:%d: this is no input", shown, p->key->line, p->key->col);
    }
    ydoc_done(&doc);
    return done;
}

static int read_file(const struct reading *r, const char *path)
{
    AUTO_FREE char *text = NULL;
    size_t len = 0;
    bool piped = str_eq(path, "-");
    int done = piped ? file_read_fd(STDIN_FILENO, INPUTS_FILE_MAX, &text, &len, r->e)
                     : file_read(path, INPUTS_FILE_MAX, &text, &len, r->e);
    if (done < 0)
        return err_wrap(r->e, done, "read the inputs%s", piped ? " from standard input" : "");
    return read_map(r, text, len, piped ? "standard input" : path);
}

/* "@FILE" and "-" are what a file or standard input holds, without a line break at its end; "@@x" is the text "@x". */
static int fetch(const char *name, const char **value, char **ret, struct err *e)
{
    size_t len = 0;
    if (str_starts(*value, "@@")) {
        (*value)++;
        return 0;
    }
    if ((*value)[0] != '@' && !str_eq(*value, "-"))
        return 0;
    AUTO_FREE char *what = mem_printf("input '%s'", name);
    int r = given_value_read(*value, what, ret, &len, e);
    if (r == -ENOENT)
        return err_wrap(e, r, "a text that begins with '@' is written with two of them");
    if (r < 0)
        return r;
    if (strlen(*ret) != len)
        return err_set(e, EINVAL, "input '%s': it holds a NUL byte", name);
    if (len > 0 && (*ret)[len - 1] == '\n')
        (*ret)[len - 1] = '\0';
    *value = *ret;
    return 0;
}

static int read_assignment(const struct reading *r, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return err_set(r->e, EINVAL, "input '%s': write it as name=value", text);
    AUTO_FREE char *name = mem_strndup(text, (size_t)(equals - text));
    const char *value = equals + 1;
    AUTO_FREE char *read = NULL;
    int fetched = fetch(name, &value, &read, r->e);
    if (fetched < 0)
        return fetched;
    if (!str_is_utf8(text, strlen(text)) || !str_is_utf8(value, strlen(value)))
        return err_set(r->e, EINVAL, "input '%s': it is not UTF-8 text", name);
    if (wants_text(r, name) || *value == '\0') {
        json_object_set_new(r->inputs, name, json_string(value));
        return 0;
    }
    struct ydoc doc = {0};
    struct yfault fault;
    int done = yaml_read(value, strlen(value), &ylimits_default, &doc, &fault);
    json_t *v = done == 0 ? value_of(r, name, doc.root) : NULL;
    ydoc_done(&doc);
    /* What is no YAML ("a: b: c", "@x") is meant as it stands. */
    json_object_set_new(r->inputs, name, v ? v : json_string(value));
    return 0;
}

/* The template's own inputs; NULL when it cannot be read: the check of the template tells why. */
static const struct ynode *declared_inputs(const struct template *t, struct ydoc *doc)
{
    AUTO_FREE char *text = NULL;
    size_t len;
    struct yfault fault;
    struct tosca_options o = template_options(t, NULL);
    if (o.source->read(o.source->data, o.entry, &text, &len, NULL) < 0 ||
        yaml_read(text, len, &ylimits_default, doc, &fault) < 0 || !doc->root || doc->root->kind != Y_MAP)
        return NULL;
    const struct ynode *topology = ynode_get(doc->root, "topology_template");
    topology = topology ? topology : ynode_get(doc->root, "service_template");
    return topology && topology->kind == Y_MAP ? ynode_get(topology, "inputs") : NULL;
}

int template_inputs(const struct template *t, const struct strv *files, const struct strv *assignments, json_t **ret,
                    struct err *e)
{
    struct ydoc doc = {0};
    AUTO_JSON json_t *inputs = json_object();
    bool given = files->n + assignments->n > 0;
    struct reading reading = {.declared = given ? declared_inputs(t, &doc) : NULL, .inputs = inputs, .e = e};
    int r = 0;
    for (size_t i = 0; r == 0 && i < files->n; i++)
        r = read_file(&reading, files->v[i]);
    for (size_t i = 0; r == 0 && i < assignments->n; i++)
        r = read_assignment(&reading, assignments->v[i]);
    ydoc_done(&doc);
    if (r == 0)
        *ret = take_ptr(inputs);
    return r;
}

// SPDX-License-Identifier: Apache-2.0
/* Prints docs/tosca-support.md: what of TOSCA sedge knows, from the tables that the processor works with, each row with
 * its remark from support_remarks.yaml. `make docs` runs it. A row without a remark is shown as such; a remark without
 * a row is a fault.
 *
 * usage: support_page REMARKS PROFILES     the remarks' file, and the folder of the built-in types */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/yaml.h"
#include "tosca/constraint.h"
#include "tosca/function.h"
#include "tosca/grammar.h"
#include "tosca/known.h"
#include "tosca/scalar.h"
#include "tosca/tosca_file.h"
#include "tosca/trigger.h"

#define COMMON "every definition"
enum { STATUSES = 4 };
static const struct {
    const char *word, *shown;
} statuses[STATUSES] = {{"done", "yes"}, {"part", "in part"}, {"kept", "**kept**"}, {"refused", "**no**"}};

struct page {
    struct buf text, limits; /* the page's body, and the rows that are not carried out */
    const struct ynode *remarks;
    struct strv used, absent; /* "section/key" of remarks that were taken, and of rows that have none */
};

/* What each definition is called here and in the remarks' file; shapes without a table of keys have none. */
static const char *const titles[SHAPE_COUNT] = {
    [SHAPE_SERVICE] = "file",
    [SHAPE_METADATA] = "metadata of a file",
    [SHAPE_REPOSITORY] = "repository",
    [SHAPE_CREDENTIAL] = "credential",
    [SHAPE_IMPORT] = "import",
    [SHAPE_FUNCTION] = "function",
    [SHAPE_TOPOLOGY] = "topology template",
    [SHAPE_PARAMETER] = "input or output",
    [SHAPE_NODE_TEMPLATE] = "node template",
    [SHAPE_REQUIREMENT] = "requirement",
    [SHAPE_RELATIONSHIP] = "relationship of a requirement",
    [SHAPE_ALLOCATION] = "allocation",
    [SHAPE_CAPABILITY] = "capability",
    [SHAPE_NODE_FILTER] = "node filter",
    [SHAPE_FILTER_CAPABILITY] = "node filter: capability",
    [SHAPE_RELATIONSHIP_TEMPLATE] = "relationship template",
    [SHAPE_INTERFACE] = "interface",
    [SHAPE_OPERATION] = "operation",
    [SHAPE_IMPLEMENTATION] = "implementation",
    [SHAPE_ARTIFACT] = "artifact",
    [SHAPE_GROUP] = "group",
    [SHAPE_POLICY] = "policy",
    [SHAPE_WORKFLOW] = "work flow",
    [SHAPE_STEP] = "work flow step",
    [SHAPE_SUBSTITUTION] = "substitution mappings",
    [SHAPE_NODE_TYPE] = "node type",
    [SHAPE_RELATIONSHIP_TYPE] = "relationship type",
    [SHAPE_CAPABILITY_TYPE] = "capability type",
    [SHAPE_INTERFACE_TYPE] = "interface type",
    [SHAPE_DATA_TYPE] = "data type",
    [SHAPE_ARTIFACT_TYPE] = "artifact type",
    [SHAPE_GROUP_TYPE] = "group type",
    [SHAPE_POLICY_TYPE] = "policy type",
    [SHAPE_PROPERTY_DEF] = "property definition",
    [SHAPE_ATTRIBUTE_DEF] = "attribute definition",
    [SHAPE_SCHEMA] = "schema",
    [SHAPE_CAPABILITY_DEF] = "capability definition",
    [SHAPE_REQUIREMENT_DEF] = "requirement definition",
    [SHAPE_RELATIONSHIP_DEF] = "relationship of a requirement definition",
    [SHAPE_INTERFACE_DEF] = "interface definition",
    [SHAPE_DEFINITION] = "input of an interface type",
    [SHAPE_OPERATION_TYPE] = "operation of an interface type",
    [SHAPE_OPERATION_DEF] = "operation definition",
    [SHAPE_NOTIFICATION] = "notification",
};
/* The order of the page; what has a title and does not stand here is a fault. */
static const enum shape order[] = {
    SHAPE_SERVICE,
    SHAPE_METADATA,
    SHAPE_IMPORT,
    SHAPE_REPOSITORY,
    SHAPE_CREDENTIAL,
    SHAPE_FUNCTION,
    SHAPE_TOPOLOGY,
    SHAPE_PARAMETER,
    SHAPE_NODE_TEMPLATE,
    SHAPE_REQUIREMENT,
    SHAPE_RELATIONSHIP,
    SHAPE_ALLOCATION,
    SHAPE_CAPABILITY,
    SHAPE_NODE_FILTER,
    SHAPE_FILTER_CAPABILITY,
    SHAPE_RELATIONSHIP_TEMPLATE,
    SHAPE_INTERFACE,
    SHAPE_OPERATION,
    SHAPE_IMPLEMENTATION,
    SHAPE_NOTIFICATION,
    SHAPE_ARTIFACT,
    SHAPE_GROUP,
    SHAPE_POLICY,
    SHAPE_WORKFLOW,
    SHAPE_STEP,
    SHAPE_SUBSTITUTION,
    SHAPE_NODE_TYPE,
    SHAPE_RELATIONSHIP_TYPE,
    SHAPE_CAPABILITY_TYPE,
    SHAPE_INTERFACE_TYPE,
    SHAPE_DATA_TYPE,
    SHAPE_ARTIFACT_TYPE,
    SHAPE_GROUP_TYPE,
    SHAPE_POLICY_TYPE,
    SHAPE_PROPERTY_DEF,
    SHAPE_ATTRIBUTE_DEF,
    SHAPE_SCHEMA,
    SHAPE_CAPABILITY_DEF,
    SHAPE_REQUIREMENT_DEF,
    SHAPE_RELATIONSHIP_DEF,
    SHAPE_INTERFACE_DEF,
    SHAPE_DEFINITION,
    SHAPE_OPERATION_TYPE,
    SHAPE_OPERATION_DEF,
};

/* ---- remarks ---- */

static const char *text_of(const struct ynode *n)
{
    return n && n->kind == Y_SCALAR ? n->text : NULL;
}

static const struct ynode *section_of(const struct page *p, const char *name)
{
    const struct ynode *s = ynode_get(p->remarks, name);
    return s && s->kind == Y_MAP ? s : NULL;
}

/* The remark of that row, "part. What is done"; of keys that many definitions have, the common one. NULL: there is
 * none. */
static const char *remark_of(struct page *p, const char *section, const char *key, bool *ret_common, bool *ret_first)
{
    const char *const places[] = {section, COMMON};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const struct ynode *s = section_of(p, places[i]);
        const char *text = s ? text_of(ynode_get(s, key)) : NULL;
        if (!text)
            continue;
        AUTO_FREE char *name = mem_printf("%s/%s", places[i], key);
        *ret_common = i > 0;
        *ret_first = !strv_has(&p->used, name);
        if (*ret_first)
            strv_add(&p->used, name);
        return text;
    }
    strv_addf(&p->absent, "%s/%s", section, key);
    return NULL;
}

/* Splits "part. What is done" into the status, by number, and the rest; -1: no such status. */
static int status_of(const char *remark, const char **ret_rest)
{
    for (int i = 0; i < STATUSES; i++) {
        size_t n = strlen(statuses[i].word);
        if (strncmp(remark, statuses[i].word, n) != 0 || (remark[n] && remark[n] != '.'))
            continue;
        *ret_rest = remark + n + (remark[n] == '.') + strspn(remark + n + (remark[n] == '.'), " ");
        return i;
    }
    return -1;
}

/* Ends a row with what its remark says, and notes the row where it is not carried out. `names`: how the row is called
 * in the list of limits. */
static void row_end(struct page *p, const char *section, const char *key, const char *names)
{
    bool common = false, first = true;
    const char *remark = remark_of(p, section, key, &common, &first), *rest = "";
    int status = remark ? status_of(remark, &rest) : -1;
    if (remark && status < 0) {
        fprintf(stderr, "support_page: remark %s/%s must begin with done, part, kept or refused\n", section, key);
        strv_addf(&p->absent, "%s/%s", section, key);
    }
    buf_addf(&p->text, "%s | %s |\n", status < 0 ? "**no remark yet**" : statuses[status].shown, rest);
    if (status > 0 && (!common || first)) /* a common one is listed once */
        buf_addf(&p->limits, "| %s | %s%s%s | %s | %s |\n", common ? COMMON : section, common ? "`" : "",
                 common ? key : names, common ? "`" : "", statuses[status].shown, rest);
}

/* Is each remark about something that there is? Told when not. */
static bool remarks_fit(const struct page *p)
{
    bool fit = true;
    for (size_t i = 0; i < p->remarks->n; i++) {
        const struct ypair *s = &p->remarks->pairs[i];
        for (size_t k = 0; s->value->kind == Y_MAP && !str_eq(s->key->text, "texts") && k < s->value->n; k++) {
            AUTO_FREE char *name = mem_printf("%s/%s", s->key->text, s->value->pairs[k].key->text);
            if (strv_has(&p->used, name))
                continue;
            fprintf(
                stderr,
                "support_page: the remark of %s is about nothing in the tables: take it away, or correct its name\n",
                name);
            fit = false;
        }
    }
    return fit;
}

/* ---- definitions ---- */

static const struct gkey *key_of(const struct gkey *keys, const char *core)
{
    for (const struct gkey *k = keys; k && k->name; k++) {
        if (str_eq(k->core ? k->core : k->name, core))
            return k;
    }
    return NULL;
}

static void key_cell(struct buf *to, const struct gkey *k)
{
    if (k)
        buf_addf(to, " `%s`%s |", k->name, k->must ? " (must)" : "");
    else
        buf_adds(to, " |");
}

static void key_row(struct page *p, const char *title, const struct gkey *first, const struct gkey *second)
{
    const char *name = first ? first->name : second->name;
    AUTO_FREE char *names = first && second && !str_eq(first->name, second->name)
                                ? mem_printf("`%s`, 2.0: `%s`", first->name, second->name)
                                : mem_printf("`%s`%s", name, first ? "" : " (2.0)");
    buf_adds(&p->text, "|");
    key_cell(&p->text, first);
    key_cell(&p->text, second);
    buf_adds(&p->text, " ");
    row_end(p, title, name, names);
}

static void definition(struct page *p, enum shape shape)
{
    const struct gkey *first = grammar_shapes[shape].keys, *second = grammar_shapes_2[shape].keys;
    const char *title = titles[shape];
    buf_addf(&p->text, "\n### %c%s\n\n| 1.0 to 1.3 | 2.0 | carried out | remark |\n| --- | --- | --- | --- |\n",
             title[0] - 'a' + 'A', title + 1);
    for (const struct gkey *k = first; k && k->name; k++)
        key_row(p, title, k, key_of(second, k->name));
    for (const struct gkey *k = second; k && k->name; k++) {
        if (!key_of(first, k->core ? k->core : k->name))
            key_row(p, title, NULL, k);
    }
}

static bool definitions(struct page *p)
{
    bool placed[SHAPE_COUNT] = {false}, all = true;
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        placed[order[i]] = true;
        definition(p, order[i]);
    }
    for (int i = 0; i < SHAPE_COUNT; i++) {
        if ((grammar_shapes[i].keys || grammar_shapes_2[i].keys) && !(titles[i] && placed[i])) {
            const char *words = grammar_shapes_2[i].words ? grammar_shapes_2[i].words : grammar_shapes[i].words;
            fprintf(stderr,
                    "support_page: the definition '%s' has keys and no place in this page: give it a title and put it "
                    "into the order\n",
                    words);
            all = false;
        }
    }
    return all;
}

static const char *version_words(enum tosca_version v)
{
    static const char *const words[] = {
        [TOSCA_1_0] = "1.0", [TOSCA_1_1] = "1.1", [TOSCA_1_2] = "1.2", [TOSCA_1_3] = "1.3", [TOSCA_2_0] = "2.0"};
    return words[v];
}

static void trigger_rows(struct page *p, const char *title, const struct trigger_key *keys)
{
    buf_addf(&p->text, "\n### %c%s\n\n| key | versions | carried out | remark |\n| --- | --- | --- | --- |\n",
             title[0] - 'a' + 'A', title + 1);
    for (const struct trigger_key *k = keys; k->name; k++) {
        AUTO_FREE char *name = mem_printf("`%s`", k->name);
        buf_addf(&p->text, "| %s | %s to %s | ", name, version_words(k->since), version_words(k->until));
        row_end(p, title, k->name, name);
    }
}

/* ---- values ---- */

static void data_types(struct page *p)
{
    static struct tfile of_1 = {.version = TOSCA_1_3}, of_2 = {.version = TOSCA_2_0};
    const char *first;
    buf_adds(
        &p->text,
        "\n## Data types\n\n| type | 1.0 to 1.3 | 2.0 | carried out | remark |\n| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; (first = type_primitive_name(&of_1, i)); i++) {
        const char *second = type_primitive_name(&of_2, i), *name = *first ? first : second;
        AUTO_FREE char *shown = mem_printf("`%s`", name);
        buf_addf(&p->text, "| %s | %s | %s | ", shown, *first ? "yes" : "", *second ? "yes" : "");
        row_end(p, "data types", name, shown);
    }
}

static void units_of_scalars(struct page *p)
{
    static const char *const names[UNIT_KINDS] = {
        [UNIT_SIZE] = "size", [UNIT_TIME] = "time", [UNIT_FREQUENCY] = "frequency", [UNIT_BITRATE] = "bitrate"};
    buf_adds(&p->text, "\n### Units of scalars, 1.0 to 1.3\n\n| type | units |\n| --- | --- |\n");
    for (int i = 0; i < UNIT_KINDS; i++) {
        char units[500];
        scalar_units((enum unit_kind)i, units, sizeof(units));
        buf_addf(&p->text, "| `scalar-unit.%s` | %s |\n", names[i], units);
    }
    buf_addf(&p->text, "\n%s\n", text_of(ynode_get(section_of(p, "texts"), "units")));
}

static void clauses(struct page *p)
{
    buf_adds(&p->text, "\n## Constraints, 1.0 to 1.3\n\n| clause | carried out | remark |\n| --- | --- | --- |\n");
    for (int i = 0; i < CLAUSE_OPS; i++) {
        AUTO_FREE char *name = mem_printf("`%s`", clause_name((enum clause_op)i));
        buf_addf(&p->text, "| %s | ", name);
        row_end(p, "constraints", clause_name((enum clause_op)i), name);
    }
    buf_addf(&p->text, "\n%s\n", text_of(ynode_get(section_of(p, "texts"), "validation")));
}

static void functions_of(struct buf *to, const char *title, unsigned generation)
{
    const struct function *f;
    const char *before = "";
    buf_addf(to, "- %s: ", title);
    for (size_t i = 0; (f = function_at(i)); i++) {
        if (!(f->generations & generation))
            continue;
        buf_addf(to, "%s`%s%s`", before, generation == FUNCTION_1 ? "" : "$", f->name);
        before = ", ";
    }
    buf_adds(to, "\n");
}

static void functions(struct page *p)
{
    buf_adds(&p->text,
             "\n## Functions\n\n[Each with its arguments](tosca-functions.md), and where sedge does less.\n\n");
    functions_of(&p->text, "TOSCA 1.0 to 1.3", FUNCTION_1);
    functions_of(&p->text, "TOSCA 2.0", FUNCTION_2);
    functions_of(&p->text, "of no standard, where a template of 2.0 declares them", FUNCTION_DECLARED);
}

/* ---- types ---- */

static void known_types(struct page *p)
{
    enum type_kind kind;
    const char *name;
    buf_adds(&p->text, "\n## Types that mean something to sedge\n\nThese, and what derives from them. All other types "
                       "are checked like any, and nothing more.\n\n"
                       "| type | kind | carried out | remark |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; (name = known_type(i, &kind)); i++) {
        AUTO_FREE char *shown = mem_printf("`%s`", name);
        buf_addf(&p->text, "| %s | %s | ", shown, type_kind_words(kind));
        row_end(p, "types", name, shown);
    }
}

/* Reads a file of the profiles; told when it cannot. */
static bool yaml_open(const char *folder, const char *name, struct ydoc *ret)
{
    AUTO_FREE char *path = folder ? mem_printf("%s/%s", folder, name) : mem_strdup(name);
    AUTO_BUF struct buf text = {0};
    struct yfault fault = {0};
    char part[4096];
    size_t n;
    FILE *f = fopen(path, "re");
    while (f && (n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(&text, part, n);
    if (!f || ferror(f) || fclose(f) == EOF) {
        fprintf(stderr, "support_page: read '%s': %s\n", path, strerror(errno));
        return false;
    }
    if (yaml_read(buf_str(&text), text.len, &ylimits_default, ret, &fault) == 0 && ret->root &&
        ret->root->kind == Y_MAP)
        return true;
    fprintf(stderr, "support_page: %s:%d:%d: %s\n", path, fault.line, fault.col,
            *fault.text ? fault.text : "this is no map");
    return false;
}

static void types_of(struct page *p, const char *file, const struct ynode *root)
{
    for (int kind = 0; kind < TYPE_KINDS; kind++) {
        const struct ynode *s = ynode_get(root, type_kind_section((enum type_kind)kind));
        if (!s || s->kind != Y_MAP)
            continue;
        buf_addf(&p->text, "| %s | %s | ", file, type_kind_words((enum type_kind)kind));
        for (size_t i = 0; i < s->n; i++)
            buf_addf(&p->text, "%s`%s`", i ? ", " : "", s->pairs[i].key->text);
        buf_adds(&p->text, " |\n");
    }
}

/* The file, then those that it imports and that were not met before. */
static bool profile_rows(struct page *p, const char *folder, const char *name, struct strv *seen)
{
    struct ydoc doc = {0};
    if (strv_has(seen, name))
        return true;
    strv_add(seen, name);
    bool ok = yaml_open(folder, name, &doc);
    if (ok)
        types_of(p, name, doc.root);
    const struct ynode *imports = ok ? ynode_get(doc.root, "imports") : NULL;
    for (size_t i = 0; ok && imports && imports->kind == Y_SEQ && i < imports->n; i++) {
        const struct ynode *import = imports->items[i];
        const char *file = text_of(import->kind == Y_MAP ? ynode_get(import, "url") : import);
        ok = !file || profile_rows(p, folder, file, seen);
    }
    ydoc_done(&doc);
    return ok;
}

static bool profiles(struct page *p, const char *folder)
{
    static const char *const sections[] = {"imports", "imports_2", "profiles"};
    AUTO_STRV struct strv seen = {0}, files = {0};
    struct ydoc index = {0};
    bool ok = yaml_open(folder, "index.yaml", &index);
    buf_addf(&p->text,
             "\n## Profiles that are part of the program\n\n%s\n\n| written in an import | versions | file |\n| --- | "
             "--- | --- |\n",
             text_of(ynode_get(section_of(p, "texts"), "profiles")));
    if (ok && text_of(ynode_get(index.root, "implicit"))) {
        buf_addf(&p->text, "| nothing: every template sees it | 1.0 to 1.3 | %s |\n",
                 text_of(ynode_get(index.root, "implicit")));
        strv_add(&files, text_of(ynode_get(index.root, "implicit")));
    }
    for (size_t i = 0; ok && i < ARRAY_LEN(sections); i++) {
        const struct ynode *s = ynode_get(index.root, sections[i]);
        for (size_t k = 0; s && s->kind == Y_MAP && k < s->n; k++) {
            const char *file = text_of(s->pairs[k].value);
            buf_addf(&p->text, "| `%s%s` | %s | %s |\n", i == 2 ? "profile: " : "", s->pairs[k].key->text,
                     i ? "2.0" : "1.0 to 1.3", file);
            strv_add(&files, file);
        }
    }
    buf_adds(&p->text, "\n| file | kind | types |\n| --- | --- | --- |\n");
    for (size_t i = 0; ok && i < files.n; i++)
        ok = profile_rows(p, folder, files.v[i], &seen);
    ydoc_done(&index);
    return ok;
}

/* ---- what no table of the code holds ---- */

static void by_hand(struct page *p, const char *heading, const char *section)
{
    const struct ynode *s = section_of(p, section);
    buf_addf(&p->text, "\n%s\n\n| what | carried out | remark |\n| --- | --- | --- |\n", heading);
    for (size_t i = 0; s && i < s->n; i++) {
        const char *name = s->pairs[i].key->text;
        buf_addf(&p->text, "| %s | ", name);
        row_end(p, section, name, name);
    }
}

static void versions(struct page *p)
{
    const char *word;
    buf_adds(&p->text, "\n## Versions\n\nWhat `tosca_definitions_version` may be:");
    for (size_t i = 0; (word = tfile_version_word(i)); i++)
        buf_addf(&p->text, "%s `%s`", i ? "," : "", word);
    buf_addf(&p->text, ".\n\n%s\n", text_of(ynode_get(section_of(p, "texts"), "versions")));
}

static bool page(struct page *p, const char *folder)
{
    versions(p);
    by_hand(p, "## What `sedge` takes", "entries");
    buf_adds(&p->text, "\n## Definitions and their keys\n\nFrom the tables by which files are checked. (must): a file "
                       "that lacks it is refused for that alone; "
                       "other keys may be needed by what stands beside them.\n");
    bool ok = definitions(p);
    trigger_rows(p, "trigger", trigger_keys);
    trigger_rows(p, "condition of a trigger", trigger_condition_keys);
    by_hand(p, "### Conditions", "conditions");
    by_hand(p, "### Activities", "activities");
    by_hand(p, "### Directives", "directives");
    data_types(p);
    units_of_scalars(p);
    clauses(p);
    functions(p);
    known_types(p);
    return profiles(p, folder) && ok;
}

int main(int argc, char **argv)
{
    struct page p = {0};
    struct ydoc remarks = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: support_page REMARKS PROFILES\n");
        return 2;
    }
    if (!yaml_open(NULL, argv[1], &remarks))
        return 1;
    p.remarks = remarks.root;
    if (!section_of(&p, "texts")) {
        fprintf(stderr, "support_page: '%s' has no section 'texts'\n", argv[1]);
        return 1;
    }
    bool ok = page(&p, argv[2]) && remarks_fit(&p);
    printf("# What of TOSCA sedge supports\n\n%s\n", text_of(ynode_get(section_of(&p, "texts"), "head")));
    if (p.absent.n)
        printf("\n%zu rows have no remark yet: search for \"no remark\".\n", p.absent.n);
    printf("\n## Accepted, but not carried out\n\n| definition | what | carried out | remark |\n| --- | --- | --- | "
           "--- |\n%s%s",
           buf_str(&p.limits), buf_str(&p.text));
    ok = fflush(stdout) == 0 && ok;
    buf_done(&p.text);
    buf_done(&p.limits);
    strv_done(&p.used);
    strv_done(&p.absent);
    ydoc_done(&remarks);
    return ok ? 0 : 1;
}

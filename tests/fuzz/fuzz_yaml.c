// SPDX-License-Identifier: Apache-2.0
/* Feeds text to the YAML reader; what it takes must be JSON, and come back the same through our own YAML. */
#include <stdio.h>
#include <string.h>

#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_yaml: %s\n", words);
    abort();
}

static void check_round_trip(json_t *v)
{
    static const struct ylimits wide = {.max_bytes = 1U << 30, .max_nodes = 1U << 24, .max_depth = 500};
    struct ydoc doc;
    struct yfault f;
    struct err e = {0};
    AUTO_FREE char *yaml = json_to_yaml(v);
    must(yaml_read(yaml, strlen(yaml), &wide, &doc, &f) == 0, "what we wrote is not well-formed");
    AUTO_JSON json_t *again = ynode_to_json(doc.root, &e);
    ydoc_done(&doc);
    must(again != NULL && json_equal(v, again), "what we wrote reads as something else");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ylimits limits = {.max_bytes = 1 << 20, .max_nodes = 20000, .max_depth = 64};
    struct ydoc doc;
    struct yfault f;
    struct err e = {0};
    int r = yaml_read((const char *)data, size, &limits, &doc, &f);
    if (r < 0) {
        must(f.line > 0 && f.col > 0 && f.text[0] != '\0', "a fault without a place or words");
        must(doc.root == NULL && doc.arena == NULL, "a document left behind a fault");
        return 0;
    }
    AUTO_JSON json_t *v = ynode_to_json(doc.root, &e);
    ydoc_done(&doc);
    must((v == NULL) == (e.code != 0), "a value or an error, not both");
    if (v != NULL)
        check_round_trip(v);
    return 0;
}

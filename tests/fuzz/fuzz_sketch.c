// SPDX-License-Identifier: Apache-2.0
/* Reads any text as YAML that is being typed: each node lies in the text and in what holds it, and a text can be mended.
 */
#include <string.h>

#include "editor/mend.h"
#include "editor/outline.h"
#include "editor/text_index.h"
#include "fuzz_must.h"

static void check_node(const struct sketch_node *n, size_t len, unsigned depth)
{
    must(depth <= 2 * SKETCH_DEPTH_MAX + 2, "deeper than it may be");
    must(n->from <= n->to && n->to <= len, "a node outside of the text");
    must(n->text != NULL, "a node without text");
    for (size_t i = 0; i < n->n; i++) {
        const struct sketch_node *value = n->kind == SKETCH_MAP ? n->pairs[i].value : n->items[i];
        must(value->up == n, "a value elsewhere than in its collection");
        must(n->kind != SKETCH_MAP || (n->pairs[i].key->is_key && value->key == n->pairs[i].key), "a key without value");
        check_node(value, len, depth + 1);
    }
}

static void walk(void *data, const struct outline_symbol *x)
{
    const size_t *len = data;
    must(x->depth < OUTLINE_DEPTH_MAX && x->from <= x->key_from && x->key_to <= x->to && x->to <= *len,
         "a symbol outside of its range");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 16)
        return 0;
    AUTO_BUF struct buf copy = {0};
    buf_add(&copy, data, size);
    struct sketch s;
    struct text_index ix;
    sketch_read(&s, buf_str(&copy), copy.len);
    check_node(s.root, copy.len, 0);
    sketch_done(&s);
    outline_walk(buf_str(&copy), copy.len, walk, &copy.len);
    text_index_make(&ix, buf_str(&copy), copy.len);
    for (size_t at = 0; at <= size; at += 1 + size / 16) {
        struct text_pos pos = text_position(&ix, at, TEXT_UTF16);
        must(text_offset(&ix, pos, TEXT_UTF16) <= at, "a position beyond its offset");
    }
    text_index_done(&ix);
    size_t len;
    AUTO_FREE char *mended = yaml_mended(buf_str(&copy), copy.len, &len);
    struct ydoc doc = {0};
    must(len <= size && yaml_read(mended, len, &ylimits_default, &doc, NULL) == 0, "a mended text that is broken");
    ydoc_done(&doc);
    return 0;
}

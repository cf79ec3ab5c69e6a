// SPDX-License-Identifier: Apache-2.0
/* Feeds text to the formatter. What the YAML reader takes is formatted (but for characters that YAML 1.1 and 1.2 read
 * differently), never refused for a fault of ours, and formatted again it stays as it is. That the result means the
 * same is seen to by the formatter itself, and once more here, as JSON. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "editor/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held, const char *words)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_fmt: %s\n", words);
    abort();
}

/* What is refused though the YAML reader takes it: docs/tosca-fmt.md names it. */
static bool may_refuse(const char *why)
{
    return strstr(why, "in double quotes") || strstr(why, "without a key in a list") || strstr(why, "'-' alone") ||
           strstr(why, "document's marker");
}

/* The text as JSON; NULL when it is past JSON's reach. */
static json_t *value_of(const char *text, size_t len)
{
    struct ydoc doc;
    must(yaml_read(text, len, NULL, &doc, NULL) == 0, "the result is not well-formed");
    json_t *v = ynode_to_json(doc.root, NULL);
    ydoc_done(&doc);
    return v;
}

static void check_again(const char *text, size_t len)
{
    struct yfault f;
    AUTO_FREE char *again = NULL;
    size_t again_len;
    must(fmt_text(text, len, &again, &again_len, &f) == 0, "the result is refused");
    must(len == again_len && memcmp(text, again, len) == 0, "formatting again changes it again");
}

static void check_lines(const char *text, size_t len)
{
    must(len == 0 || text[len - 1] == '\n', "the last line has no end");
    must(text[len] == '\0', "the text is not closed");
    must(strchr(text, '\r') == NULL, "a carriage return is left");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ylimits limits = {.max_bytes = 1 << 18, .max_nodes = 20000, .max_depth = 64};
    struct ydoc doc;
    struct yfault f;
    AUTO_FREE char *text = NULL;
    size_t len;
    int r = yaml_read((const char *)data, size, &limits, &doc, &f);
    ydoc_done(&doc);
    if (r == -E2BIG)
        return 0;
    bool yaml = r == 0;
    r = fmt_text((const char *)data, size, &text, &len, &f);
    must(r != -ENOTRECOVERABLE, "refused for a fault of ours");
    must((r == 0) == (text != NULL), "a text or a fault, not both");
    if (r < 0) {
        must(f.line > 0 && f.col > 0 && f.text[0] != '\0', "a fault without a place or words");
        must(!yaml || may_refuse(f.text), "YAML that is refused");
        return 0;
    }
    must(yaml, "no YAML, and taken");
    AUTO_JSON json_t *before = value_of((const char *)data, size), *after = value_of(text, len);
    must((before == NULL) == (after == NULL) && (!before || json_equal(before, after)), "the result is another value");
    check_lines(text, len);
    check_again(text, len);
    return 0;
}

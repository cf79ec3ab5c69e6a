// SPDX-License-Identifier: Apache-2.0
/* Feeds bytes to the language server as its client would send them: it answers with whole messages, and says nothing
 * that is no JSON. */
#include <string.h>

#include "cli/lsp.h"
#include "fuzz_must.h"

/* What it wrote is a row of messages. */
static void check_out(const struct buf *out)
{
    struct lsp_frame f = {0};
    const char *body;
    size_t len;
    lsp_frame_feed(&f, buf_str(out), out->len);
    enum lsp_frame_found found;
    while ((found = lsp_frame_next(&f, &body, &len)) == LSP_FRAME_MESSAGE) {
        struct err e = {0};
        AUTO_JSON json_t *v = json_parse(body, len, &e);
        must(v && str_eq(json_str(v, "jsonrpc", NULL), "2.0"), "a message that is no JSON-RPC");
        must(json_object_get(v, "method") || json_object_get(v, "id"), "a message of no kind");
        must(!json_object_get(v, "error") || !json_object_get(v, "result"), "an answer with result and error");
    }
    must(found == LSP_FRAME_NONE && f.in.len == 0, "half a message was written");
    lsp_frame_done(&f);
}

/* Messages are given one a line of the input, without their heads; a line that begins with "<" is taken as bytes. */
static void feed(struct lsp *s, const char *line, size_t len)
{
    if (len && line[0] == '<') {
        lsp_feed(s, line + 1, len - 1);
        return;
    }
    AUTO_BUF struct buf framed = {0};
    lsp_frame_write(&framed, line, len);
    lsp_feed(s, framed.data, framed.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    struct lsp s;
    if (size > 1 << 15)
        return 0;
    lsp_start(&s);
    while (at < end && s.state != LSP_OVER) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        feed(&s, at, (size_t)(stop - at));
        at = stop + 1;
    }
    while (lsp_work(&s))
        ;
    if (s.state == LSP_READY)
        lsp_check(&s);
    check_out(&s.out);
    lsp_done(&s);
    return 0;
}

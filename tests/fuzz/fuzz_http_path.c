// SPDX-License-Identifier: Apache-2.0
/* Feeds request targets; what is taken has no traps in it and comes back the same when it is written again. */
#include <string.h>

#include "fuzz_must.h"
#include "http/http_path.h"

#define PARTS_MOST 16
#define QUERY_MOST 64

static void add_escaped(struct buf *to, const char *before, const char *text)
{
    AUTO_FREE char *escaped = http_escape(text);
    buf_adds(to, before);
    buf_adds(to, escaped);
}

static void check_again(const struct http_path *p)
{
    AUTO_BUF struct buf target = {0};
    struct http_path again;
    struct err e = {0};
    buf_adds(&target, p->parts.n == 0 ? "/" : "");
    for (size_t i = 0; i < p->parts.n; i++)
        add_escaped(&target, "/", p->parts.v[i]);
    for (size_t i = 0; i < p->query.n; i++) {
        add_escaped(&target, i == 0 ? "?" : "&", p->query.items[i].key);
        add_escaped(&target, "=", p->query.items[i].value);
    }
    if (target.len > 8192) /* escapes have made it longer than is taken */
        return;
    must(http_path_parse(target.data, &again, &e) == 0, "what was taken is refused when it is written again");
    must(strv_equal(&p->parts, &again.parts), "the parts are others");
    must(p->query.n == again.query.n, "the query has another number of pairs");
    for (size_t i = 0; i < p->query.n; i++)
        must(str_eq(map_get(&again.query, p->query.items[i].key), p->query.items[i].value), "a pair is another");
    http_path_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *target = mem_strndup((const char *)data, size);
    struct http_path p;
    struct err e = {0};
    int r = http_path_parse(target, &p, &e);
    must((r == 0) == (e.code == 0), "a value or an error, not both");
    must(r == 0 || (p.parts.n == 0 && p.query.n == 0), "a path left behind an error");
    must(p.parts.n <= PARTS_MOST && p.query.n <= QUERY_MOST, "too many parts or pairs");
    for (size_t i = 0; i < p.parts.n; i++) {
        const char *part = p.parts.v[i];
        must(part[0] != '\0' && !str_eq(part, ".") && !str_eq(part, ".."), "a part that leads elsewhere");
    }
    if (r == 0)
        check_again(&p);
    http_path_done(&p);
    return 0;
}

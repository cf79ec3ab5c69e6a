// SPDX-License-Identifier: Apache-2.0
/* Feeds text to the reader of image references; what it takes must come back the same through both ways of writing it.
 */
#include <string.h>

#include "base/base.h"
#include "fuzz_must.h"
#include "image/image_platform.h"
#include "image/image_ref.h"

static bool same(const struct image_ref *a, const struct image_ref *b)
{
    return str_eq(a->registry, b->registry) && str_eq(a->repository, b->repository) && str_eq(a->tag, b->tag) &&
           str_eq(a->digest, b->digest);
}

static void check_again(const struct image_ref *r, const char *text, const char *words)
{
    struct err e = {0};
    struct image_ref again;
    if (strlen(text) > 512) /* the full name may be longer than what may be typed */
        return;
    must(image_ref_parse(text, &again, &e) == 0 && same(r, &again), words);
    image_ref_done(&again);
}

static void feed_platform(const char *text)
{
    struct err e = {0};
    struct image_platform p;
    if (image_platform_parse(text, &p, &e) < 0) {
        must(e.code != 0 && p.os == NULL && p.arch == NULL, "a platform that was refused leaves nothing");
        return;
    }
    AUTO_FREE char *full = image_platform_text(&p);
    must(image_platform_score(&p, p.os, p.arch, p.variant) > 0, "an image for this platform fits it");
    must(*full != '\0', "a platform has a text");
    image_platform_done(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct image_ref r;
    AUTO_FREE char *text = mem_strndup((const char *)data, size);
    feed_platform(text);
    if (image_ref_parse(text, &r, &e) < 0) {
        must(e.code != 0 && e.text[0] != '\0', "a refused reference has words");
        must(r.registry == NULL && r.repository == NULL && r.tag == NULL && r.digest == NULL, "and leaves nothing");
        return 0;
    }
    must(r.registry && r.repository && (r.tag || r.digest), "a reference is whole");
    AUTO_FREE char *full = image_ref_text(&r), *familiar = image_ref_familiar(&r);
    check_again(&r, full, "the full name reads as the same reference");
    check_again(&r, familiar, "the familiar name reads as the same reference");
    image_ref_done(&r);
    return 0;
}

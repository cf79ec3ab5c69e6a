// SPDX-License-Identifier: Apache-2.0
/* Makes pods for tests. */
#include "pod_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void pod_fixture_make(struct pod_fixture *f, const char *spec)
{
    struct err e = {0};
    AUTO_FREE char *text = mem_printf("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'web','namespace':'default','"
                                      "uid':'0123456789ab'},'spec':%s}",
                                      spec);
    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    *f = (struct pod_fixture){.known.step_component = -1};
    f->object = json_parse(text, strlen(text), &e);
    if (!f->object || fields_decode(&pod_fields, f->object, &f->pod, &e) < 0)
        fail_msg("%s: %s", spec, err_text(&e));
    pod_known_match(&f->known, &f->pod);
}

void pod_fixture_done(struct pod_fixture *f)
{
    json_decref(f->object);
    fields_done(&pod_fields, &f->pod);
    pod_known_done(&f->known);
}
